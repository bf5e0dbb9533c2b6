#include "base/json_writer.h"

#include "base/num.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void json_writer_init(struct json_writer *writer, struct buf *out, bool indented)
{
    *writer = (struct json_writer){.out = out, .indented = indented};
}

static void new_line(struct json_writer *writer)
{
    if (!writer->indented)
        return;
    buf_add_char(writer->out, '\n');
    for (int i = 0; i < writer->depth; i++)
        buf_add(writer->out, "  ", 2);
}

/* What stands before a key or an item. */
static void separate(struct json_writer *writer)
{
    if (writer->behind_key) {
        writer->behind_key = false;
        return;
    }
    if (writer->depth == 0)
        return;
    if (writer->begun)
        buf_add_char(writer->out, ',');
    new_line(writer);
    writer->begun = true;
}

static void open_bracket(struct json_writer *writer, char bracket)
{
    separate(writer);
    buf_add_char(writer->out, bracket);
    writer->depth++;
    writer->begun = false;
}

static void close_bracket(struct json_writer *writer, char bracket)
{
    writer->depth--;
    if (writer->begun)
        new_line(writer);
    buf_add_char(writer->out, bracket);
    writer->begun = true;
}

void json_writer_object(struct json_writer *writer)
{
    open_bracket(writer, '{');
}

void json_writer_object_end(struct json_writer *writer)
{
    close_bracket(writer, '}');
}

void json_writer_array(struct json_writer *writer)
{
    open_bracket(writer, '[');
}

void json_writer_array_end(struct json_writer *writer)
{
    close_bracket(writer, ']');
}

static void add_escape(struct buf *out, int32_t code)
{
    static const char FROM[] = "\"\\\b\f\n\r\t", TO[] = "\"\\bfnrt";
    const char *known = code > 0 && code < 0x80 ? strchr(FROM, code) : NULL;
    if (known)
        buf_printf(out, "\\%c", TO[known - FROM]);
    else if (code < 0x10000)
        buf_printf(out, "\\u%04x", (unsigned)code);
    else
        buf_printf(out, "\\u%04x\\u%04x", 0xd800 + (((unsigned)code - 0x10000) >> 10),
            0xdc00 + (((unsigned)code - 0x10000) & 0x3ff));
}

static void add_quoted(struct buf *out, const char *text, size_t length)
{
    static const char REPLACEMENT[] = "\xef\xbf\xbd";
    const char *end = length ? text + length : text;
    buf_add_char(out, '"');
    for (const char *at = text, *plain = at;;) {
        int32_t code = 0;
        size_t used = at < end ? text_decode(at, end, &code) : 0;
        if (used && code >= 0 && code != '"' && code != '\\' && !text_code_is_harmful(code)) {
            at += used;
            continue;
        }
        buf_add(out, plain, (size_t)(at - plain));
        if (!used)
            break;
        if (code < 0)
            buf_add(out, REPLACEMENT, sizeof REPLACEMENT - 1);
        else
            add_escape(out, code);
        at += used;
        plain = at;
    }
    buf_add_char(out, '"');
}

void json_writer_key(struct json_writer *writer, const char *key)
{
    separate(writer);
    add_quoted(writer->out, key, strlen(key));
    buf_add_string(writer->out, writer->indented ? ": " : ":");
    writer->behind_key = true;
}

void json_writer_bytes(struct json_writer *writer, const char *text, size_t length)
{
    separate(writer);
    add_quoted(writer->out, text, length);
}

void json_writer_string(struct json_writer *writer, const char *text)
{
    if (text)
        json_writer_bytes(writer, text, strlen(text));
    else
        json_writer_null(writer);
}

void json_writer_number(struct json_writer *writer, double value)
{
    char text[40];
    num_print(value, text, sizeof text);
    separate(writer);
    buf_printf(writer->out, isfinite(value) ? "%s" : "\"%s\"", text);
}

void json_writer_int(struct json_writer *writer, int64_t value)
{
    separate(writer);
    buf_printf(writer->out, "%" PRId64, value);
}

void json_writer_bool(struct json_writer *writer, bool value)
{
    separate(writer);
    buf_add_string(writer->out, value ? "true" : "false");
}

void json_writer_null(struct json_writer *writer)
{
    separate(writer);
    buf_add_string(writer->out, "null");
}

void json_writer_raw(struct json_writer *writer, const char *json, size_t length)
{
    separate(writer);
    buf_add(writer->out, json, length);
}
