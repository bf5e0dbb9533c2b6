#include "record/ranked.h"

#include "base/grow.h"
#include "base/json.h"
#include "base/num.h"
#include "readers/json_params.h"
#include "readers/python_params.h"
#include "readers/yaml_params.h"
#include "record/secret.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 64 << 20, MOST_NAME_BYTES = 1024, OVERRULED = RANKED_GIVEN + 1 };

struct value {
    struct value *next;
    const char *json;
};

struct ranked_entry {
    const char *name;
    int source; /* of what it holds: enum ranked_source, or OVERRULED */
    bool is_list;
    struct value *first, **last;
};

void ranked_init(struct ranked *ranked)
{
    *ranked = (struct ranked){0};
    arena_init(&ranked->arena, MOST_BYTES);
    map_init(&ranked->places, &ranked->arena);
    buf_init(&ranked->scratch, PARAMS_TEXT_BYTES * 4);
}

void ranked_done(struct ranked *ranked)
{
    free(ranked->entries);
    buf_done(&ranked->scratch);
    map_done(&ranked->places);
    arena_done(&ranked->arena);
}

/* ---- values ---- */

static bool is_json(const char *text, size_t length)
{
    struct json json;
    json_init_memory(&json, text, length);
    for (;;)
        switch (json_next(&json)) {
        case JSON_BAD:
            return false;
        case JSON_END:
            return true;
        default:
            break;
        }
}

/* A number whose spelling says more than its value: 007. */
static bool is_padded(const char *text)
{
    text += *text == '-' || *text == '+';
    return text[0] == '0' && isdigit((unsigned char)text[1]);
}

static void write_text(struct json_writer *writer, const struct param *param)
{
    struct buf masked, string;
    struct json json;
    buf_init(&masked, PARAMS_TEXT_BYTES * 2);
    buf_init(&string, PARAMS_TEXT_BYTES * 2);
    secret_add_value(&masked, param->name, param->text);
    const char *text = masked.data ? masked.data : "";
    json_init_memory(&json, text, masked.length);
    if ((*text == '[' || *text == '{') && is_json(text, masked.length)) {
        json_next(&json);
        json_params_write_open(&json, writer, &string);
    } else {
        json_writer_bytes(writer, text, masked.length);
    }
    buf_done(&string);
    buf_done(&masked);
}

static void write_value(struct json_writer *writer, const struct param *param)
{
    int64_t whole;
    size_t length = strlen(param->text);
    bool secret = secret_is(param->name, strlen(param->name), param->text, length);
    if (param->kind == PARAM_NULL && length)
        json_writer_null(writer);
    else if (param->kind == PARAM_BOOL)
        json_writer_bool(writer, param->number != 0);
    else if (param->kind != PARAM_NUMBER || secret || is_padded(param->text) ||
             !isfinite(param->number))
        write_text(writer, param);
    else if (num_parse_int(param->text, length, &whole))
        json_writer_int(writer, whole);
    else if (fabs(param->number) >= 1e15 && !strpbrk(param->text, ".eE"))
        write_text(writer, param); /* more digits than a double keeps */
    else
        json_writer_number(writer, param->number);
}

/* The value as JSON, in the arena; NULL when it is too long or memory is out. */
static const char *value_json(struct ranked *ranked, const struct param *param)
{
    struct json_writer writer;
    buf_clear(&ranked->scratch);
    json_writer_init(&writer, &ranked->scratch, false);
    write_value(&writer, param);
    return ranked->scratch.failed || !ranked->scratch.data
               ? NULL
               : arena_copy(&ranked->arena, ranked->scratch.data, ranked->scratch.length);
}

/* ---- entries ---- */

static struct ranked_entry *entry_of(struct ranked *ranked, const char *name, int source)
{
    char key[MOST_NAME_BYTES];
    const char *kept = arena_string(&ranked->arena, name);
    size_t length = strlen(name);
    if (!kept || length >= sizeof key ||
        !GROW(ranked->entries, ranked->capacity, ranked->count + 1))
        return NULL;
    for (size_t i = 0; i < length; i++)
        key[i] = name[i] == '-' ? '_' : name[i];
    int64_t at = map_put(&ranked->places, key, length, (int64_t)ranked->count, NULL);
    if (at < 0)
        return NULL;
    if ((size_t)at == ranked->count)
        ranked->entries[ranked->count++] = (struct ranked_entry){.name = kept, .source = source};
    return &ranked->entries[at];
}

static void append(struct ranked *ranked, struct ranked_entry *entry, const char *json)
{
    struct value *value = ARENA_NEW(&ranked->arena, struct value);
    if (!value) {
        ranked->left_out++;
        return;
    }
    value->json = json;
    if (entry->first)
        *entry->last = value;
    else
        entry->first = value;
    entry->last = &value->next;
}

/* Keeps JSON, the value of NAME that does not count, beside it. */
static void keep_overruled(struct ranked *ranked, const char *name, const char *json)
{
    const char *beside = arena_printf(&ranked->arena, "overruled.%s", name);
    struct ranked_entry *entry = beside ? entry_of(ranked, beside, OVERRULED) : NULL;
    if (entry)
        append(ranked, entry, json);
    else
        ranked->left_out++;
}

static void put_json(struct ranked *ranked, int source, const char *name, const char *json)
{
    struct ranked_entry *entry = json ? entry_of(ranked, name, source) : NULL;
    if (!entry) {
        ranked->left_out++;
        return;
    }
    if (entry->source > source) {
        keep_overruled(ranked, name, json);
        return;
    }
    bool again = entry->source == source && source != RANKED_FILE;
    if (entry->first && !again) {
        size_t at = (size_t)(entry - ranked->entries);
        for (const struct value *value = entry->first; value; value = value->next)
            keep_overruled(ranked, name, value->json);
        entry = &ranked->entries[at]; /* they may have moved */
        entry->first = NULL;
    }
    entry->source = source;
    append(ranked, entry, json);
}

void ranked_put(struct ranked *ranked, enum ranked_source source, const struct param *param)
{
    put_json(ranked, (int)source, param->name, value_json(ranked, param));
}

/* ---- text as it is typed ---- */

/* What takes apart a value in brackets. */
struct apart {
    struct ranked *ranked;
    enum ranked_source source;
    const char *name;
    bool any;
};

static bool take_part(void *self, const struct param *param)
{
    struct apart *apart = self;
    struct param part = *param; /* "v", or "v.depth" */
    part.name = arena_printf(&apart->ranked->arena, "%s%s", apart->name, param->name + 1);
    apart->any = true;
    if (part.name)
        ranked_put(apart->ranked, apart->source, &part);
    return part.name != NULL;
}

static bool put_apart(
    struct ranked *ranked, enum ranked_source source, const char *name, const char *text)
{
    static const char BRACKETS[] = "[]{}()";
    const char *bracket = *text ? strchr(BRACKETS, *text) : NULL;
    size_t length = strlen(text);
    if (!bracket || (bracket - BRACKETS) % 2 || text[length - 1] != bracket[1] ||
        strchr(text, '\n'))
        return false;
    struct apart apart = {ranked, source, name, false};
    struct buf line;
    struct params params;
    buf_init(&line, PARAMS_TEXT_BYTES);
    buf_printf(&line, *text == '(' ? "v=%s" : "v: %s\n", text);
    params_init(&params, take_part, &apart);
    if (!line.failed && *text == '(')
        python_params_put_arguments(line.data, line.length, &params);
    else if (!line.failed)
        yaml_params_put(line.data, line.length, &params);
    params_done(&params);
    buf_done(&line);
    return apart.any;
}

void ranked_put_text(
    struct ranked *ranked, enum ranked_source source, const char *name, const char *text)
{
    struct param param = param_from_text(name, text);
    if (!put_apart(ranked, source, name, text))
        ranked_put(ranked, source, &param);
}

void ranked_put_list(struct ranked *ranked, enum ranked_source source, const char *name,
    char *const *words, size_t count)
{
    struct buf list;
    buf_init(&list, PARAMS_TEXT_BYTES * 4);
    buf_add_char(&list, '[');
    for (size_t i = 0; i < count; i++) {
        struct param item = param_from_text(name, words[i]);
        const char *json = value_json(ranked, &item);
        if (i)
            buf_add_char(&list, ',');
        buf_add_string(&list, json ? json : "null");
    }
    buf_add_char(&list, ']');
    put_json(ranked, (int)source, name,
        list.failed ? NULL : arena_copy(&ranked->arena, list.data, list.length));
    buf_done(&list);
}

void ranked_make_list(struct ranked *ranked, const char *name)
{
    int64_t at = map_get(&ranked->places, name, strlen(name));
    if (at >= 0)
        ranked->entries[at].is_list = true;
}

void ranked_write(const struct ranked *ranked, struct json_writer *writer)
{
    for (size_t i = 0; i < ranked->count; i++) {
        const struct ranked_entry *entry = &ranked->entries[i];
        if (!entry->first)
            continue;
        bool list = entry->is_list || entry->first->next;
        json_writer_key(writer, entry->name);
        if (list)
            json_writer_array(writer);
        for (const struct value *value = entry->first; value; value = value->next)
            json_writer_raw(writer, value->json, strlen(value->json));
        if (list)
            json_writer_array_end(writer);
    }
    if (ranked->left_out) {
        json_writer_key(writer, "command.left_out");
        json_writer_int(writer, ranked->left_out);
    }
}
