#include "readers/python_params.h"

#include "base/file.h"

#include <string.h>

/* A piece of program text. */
struct text {
    const char *at, *end;
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || (unsigned char)c >= 0x80;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\\';
}

/* ---- finding ends ---- */

/* Behind the string that begins at AT, at its quote. One that is not closed ends with its line. */
static const char *string_end(const char *at, const char *end)
{
    char quote = *at;
    bool triple = end - at >= 3 && at[1] == quote && at[2] == quote;
    at += triple ? 3 : 1;
    for (; at < end; at++) {
        if (*at == '\\' && end - at > 1)
            at++;
        else if (triple && end - at >= 3 && at[0] == quote && at[1] == quote && at[2] == quote)
            return at + 3;
        else if (!triple && *at == quote)
            return at + 1;
        else if (!triple && *at == '\n')
            return at;
    }
    return end;
}

/* Behind the string, comment or single character at AT; *DEPTH follows the brackets. */
static const char *token_end(const char *at, const char *end, int *depth)
{
    if (*at == '\'' || *at == '"')
        return string_end(at, end);
    if (*at == '#') {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        return line_end ? line_end : end;
    }
    if (*at == '\\' && end - at > 1)
        return at + 2;
    if (strchr("([{", *at) && *at)
        ++*depth;
    if (strchr(")]}", *at) && *at)
        --*depth;
    return at + 1;
}

/* The first STOP outside of brackets, strings and comments; the end when there is none. */
static const char *find(const char *at, const char *end, char stop)
{
    int depth = 0;
    while (at < end && (depth > 0 || *at != stop))
        at = token_end(at, end, &depth);
    return at;
}

/* The bracket that closes the one at AT, NULL when it is missing. */
static const char *closing(const char *at, const char *end)
{
    int depth = 0;
    while (at < end) {
        const char *next = token_end(at, end, &depth);
        if (depth <= 0)
            return next - 1;
        at = next;
    }
    return NULL;
}

/* Without the blanks and comments around it. */
static struct text trimmed(const char *at, const char *end)
{
    int depth = 0;
    while (at < end && (is_blank(*at) || *at == '#'))
        at = *at == '#' ? token_end(at, end, &depth) : at + 1;
    const char *last = at; /* behind what is neither blank nor comment */
    for (const char *from = at, *next; from < end; from = next) {
        next = token_end(from, end, &depth);
        if (!is_blank(*from) && *from != '#')
            last = next;
    }
    return (struct text){at, last};
}

/* The next item of a list, without its comma; false at the end. A comma may be the last. */
static bool next_item(struct text *rest, struct text *item)
{
    while (rest->at < rest->end) {
        const char *comma = find(rest->at, rest->end, ',');
        *item = trimmed(rest->at, comma);
        rest->at = comma < rest->end ? comma + 1 : comma;
        if (item->at < item->end)
            return true;
    }
    return false;
}

/* "KEY SIGN value": splits ITEM at its first SIGN. */
static bool split(struct text item, char sign, struct text *key, struct text *value)
{
    const char *at = find(item.at, item.end, sign);
    if (at == item.end)
        return false;
    *key = trimmed(item.at, at);
    *value = trimmed(at + 1, item.end);
    return key->at < key->end && value->at < value->end;
}

/* ---- what a value is ---- */

enum kind { PLAIN, STRING, LIST, MAP_BRACES, MAP_CALL };

/* Room for the quote's prefix: r'...', b"...", u'...'. An f-string is no literal. */
static const char *string_begin(struct text text)
{
    const char *at = text.at;
    while (at < text.end && at - text.at < 2 && strchr("rRbBuU", *at) && *at)
        at++;
    return at < text.end && (*at == '\'' || *at == '"') ? at : NULL;
}

/* Strings and nothing else: Python joins them. */
static bool is_string(struct text text)
{
    if (text.at == text.end)
        return false;
    while (text.at < text.end) {
        const char *quote = string_begin(text);
        if (!quote)
            return false;
        text = trimmed(string_end(quote, text.end), text.end);
    }
    return true;
}

/* The brackets around the whole TEXT: INSIDE is what they hold. */
static bool is_bracketed(struct text text, const char *opening, struct text *inside)
{
    size_t length = strlen(opening);
    if ((size_t)(text.end - text.at) <= length || memcmp(text.at, opening, length) != 0 ||
        closing(text.at + length - 1, text.end) != text.end - 1)
        return false;
    *inside = (struct text){text.at + length, text.end - 1};
    return true;
}

/* Without brackets that make no tuple: "(0.1)". */
static struct text unwrapped(struct text text)
{
    struct text inside, only;
    while (is_bracketed(text, "(", &inside) && find(inside.at, inside.end, ',') == inside.end) {
        only = trimmed(inside.at, inside.end);
        if (only.at == only.end)
            break;
        text = only;
    }
    return text;
}

/* What *VALUE is, after it has been unwrapped. */
static enum kind kind_of(struct text *value, struct text *inside)
{
    struct text text = *value = unwrapped(*value);
    if (is_string(text))
        return STRING;
    if (is_bracketed(text, "dict(", inside)) /* "dict({0: ...})" for keys that are no names */
        return is_bracketed(trimmed(inside->at, inside->end), "{", inside) ? MAP_BRACES : MAP_CALL;
    if (is_bracketed(text, "[", inside) || is_bracketed(text, "(", inside))
        return LIST;
    if (!is_bracketed(text, "{", inside))
        return PLAIN;
    struct text rest = *inside, first, key, its;
    /* A set is written in braces too. */
    return next_item(&rest, &first) && !split(first, ':', &key, &its) ? LIST : MAP_BRACES;
}

/* ---- strings ---- */

static void add_escape(struct buf *out, char c)
{
    static const char FROM[] = "nrt\\'\"", TO[] = "\n\r\t\\'\"";
    const char *found = c ? strchr(FROM, c) : NULL;
    if (found)
        buf_add_char(out, TO[found - FROM]);
    else if (c != '\n') { /* an escaped line end is nothing */
        buf_add_char(out, '\\');
        buf_add_char(out, c);
    }
}

static void add_string(struct text text, struct buf *out)
{
    const char *quote = string_begin(text), *end = string_end(quote, text.end);
    bool raw = quote > text.at && ((text.at[0] | 32) == 'r' || (quote[-1] | 32) == 'r');
    size_t quotes = end - quote >= 6 && quote[1] == *quote && quote[2] == *quote ? 3 : 1;
    const char *last = end - quotes >= quote + quotes && end[-1] == *quote ? end - quotes : end;
    for (const char *at = quote + quotes; at < last; at++) {
        if (*at == '\\' && !raw && last - at > 1)
            add_escape(out, *++at);
        else
            buf_add_char(out, *at);
    }
}

/* The joined strings that TEXT is, into the emptied OUT. */
static void take_string(struct text text, struct buf *out)
{
    buf_clear(out);
    while (text.at < text.end) {
        const char *end = string_end(string_begin(text), text.end);
        add_string((struct text){text.at, end}, out);
        text = trimmed(end, text.end);
    }
}

/* As written, but on one line and without comments. */
static void take_plain(struct text text, struct buf *out)
{
    int depth = 0;
    buf_clear(out);
    for (const char *next; text.at < text.end; text.at = next) {
        next = token_end(text.at, text.end, &depth);
        if (is_blank(*text.at)) {
            if (out->length && out->data[out->length - 1] != ' ')
                buf_add_char(out, ' ');
            next = text.at + 1;
        } else if (*text.at != '#')
            buf_add(out, text.at, (size_t)(next - text.at));
    }
}

/* A key as a name: what a string holds, else what is written. */
static void take_key(struct text key, struct buf *out)
{
    if (is_string(key))
        take_string(key, out);
    else
        take_plain(key, out);
}

static const char *data_of(const struct buf *buf)
{
    return buf->data ? buf->data : "";
}

/* ---- lists, as JSON ---- */

struct python {
    struct params *params;
    struct buf scratch;
};

static void write_value(
    struct python *python, struct json_writer *writer, struct text value, int depth);

static void write_map(
    struct python *python, struct json_writer *writer, struct text inside, char sign, int depth)
{
    struct text item, key, value;
    json_writer_object(writer);
    while (next_item(&inside, &item))
        if (split(item, sign, &key, &value)) {
            take_key(key, &python->scratch);
            json_writer_key(writer, data_of(&python->scratch));
            write_value(python, writer, value, depth + 1);
        }
    json_writer_object_end(writer);
}

static void write_list(
    struct python *python, struct json_writer *writer, struct text inside, int depth)
{
    struct text item;
    json_writer_array(writer);
    while (next_item(&inside, &item))
        write_value(python, writer, item, depth + 1);
    json_writer_array_end(writer);
}

static void write_value(
    struct python *python, struct json_writer *writer, struct text value, int depth)
{
    struct text inside;
    enum kind kind = depth < PARAMS_MOST_DEPTH ? kind_of(&value, &inside) : PLAIN;
    if (kind == LIST)
        write_list(python, writer, inside, depth);
    else if (kind == MAP_BRACES || kind == MAP_CALL)
        write_map(python, writer, inside, kind == MAP_CALL ? '=' : ':', depth);
    else if (kind == STRING) {
        take_string(value, &python->scratch);
        json_writer_bytes(writer, data_of(&python->scratch), python->scratch.length);
    } else {
        take_plain(value, &python->scratch);
        params_write_plain(writer, data_of(&python->scratch), python->scratch.length);
    }
}

/* ---- parameters ---- */

static void put_value(struct python *python, struct text value, int depth);

static void put_member(struct python *python, struct text key, struct text value, int depth)
{
    struct params *params = python->params;
    take_key(key, &python->scratch);
    if (python->scratch.failed) {
        params->left_out++;
        return;
    }
    size_t entered = params_enter(params, data_of(&python->scratch), python->scratch.length);
    put_value(python, value, depth);
    params_leave(params, entered);
}

static void put_members(struct python *python, struct text inside, char sign, int depth)
{
    struct params *params = python->params;
    struct text item, key, value;
    bool any = false;
    while (!params->stopped && !params->full && next_item(&inside, &item)) {
        any = true;
        if (split(item, sign, &key, &value)) /* else it is unpacked from somewhere: "**base" */
            put_member(python, key, value, depth);
    }
    if (any || !depth)
        return;
    struct json_writer writer = params_begin_list(params);
    json_writer_object(&writer);
    json_writer_object_end(&writer);
    params_end_list(params);
}

static void put_value(struct python *python, struct text value, int depth)
{
    struct params *params = python->params;
    struct text inside;
    enum kind kind = kind_of(&value, &inside);
    switch (kind) {
    case MAP_CALL:
    case MAP_BRACES:
        if (depth == PARAMS_MOST_DEPTH)
            params->left_out++;
        else
            put_members(python, inside, kind == MAP_BRACES ? ':' : '=', depth + 1);
        break;
    case LIST: {
        struct json_writer writer = params_begin_list(params);
        write_list(python, &writer, inside, depth);
        params_end_list(params);
        break;
    }
    case STRING:
        take_string(value, &python->scratch);
        if (python->scratch.failed)
            params->left_out++;
        else
            params_put_text(params, data_of(&python->scratch), python->scratch.length);
        break;
    case PLAIN:
        take_plain(value, &python->scratch);
        if (python->scratch.failed)
            params->left_out++;
        else
            params_put_plain(params, data_of(&python->scratch), python->scratch.length);
        break;
    }
}

/* One statement, "NAME = value" at the left margin; others are passed over. */
static void put_statement(struct python *python, struct text statement)
{
    const char *name_end = statement.at;
    while (name_end < statement.end && is_word(*name_end))
        name_end++;
    const char *sign = name_end;
    while (sign < statement.end && (*sign == ' ' || *sign == '\t'))
        sign++;
    if (name_end == statement.at || statement.end - sign < 2 || *sign != '=' || sign[1] == '=')
        return;
    struct text value = trimmed(sign + 1, statement.end);
    if (value.at < value.end)
        put_member(python, (struct text){statement.at, name_end}, value, 0);
}

void python_params_put(const char *text, size_t length, struct params *params)
{
    struct python python = {.params = params};
    const char *end = text + length;
    buf_init(&python.scratch, PARAMS_TEXT_BYTES);
    while (text < end && !params->stopped && !params->full) {
        const char *statement_end = find(text, end, '\n');
        put_statement(&python, (struct text){text, statement_end});
        text = statement_end < end ? statement_end + 1 : end;
    }
    buf_done(&python.scratch);
}

void python_params_put_arguments(const char *text, size_t length, struct params *params)
{
    struct python python = {.params = params};
    buf_init(&python.scratch, PARAMS_TEXT_BYTES);
    put_members(&python, (struct text){text, text + length}, '=', 0);
    buf_done(&python.scratch);
}

size_t python_call_length(const char *text, size_t length)
{
    const char *at = text, *end = text + length;
    while (at < end && is_word(*at))
        at++;
    const char *last = at > text && at < end && *at == '(' ? closing(at, end) : NULL;
    return last ? (size_t)(last + 1 - text) : 0;
}

bool python_params_read(
    const char *path, const char *name, struct params *params, struct sink *sink, struct err *err)
{
    struct buf text;
    buf_init(&text, PYTHON_PARAMS_MAX_BYTES);
    bool ok = file_read(path, &text, err);
    if (ok)
        python_params_put(data_of(&text), text.length, params);
    buf_done(&text);
    if (ok && !params->stopped && !params_note(params, sink, name))
        params->stopped = true;
    return ok;
}
