#include "readers/json_params.h"

#include "base/file.h"

/* The string just taken, unescaped, into BUF; a buffer that is full says so itself. */
static void take_string(struct json *json, struct buf *buf)
{
    buf_clear(buf);
    json_add_string(json, buf);
    if (json->too_long)
        buf->failed = true;
}

void json_params_write_open(struct json *json, struct json_writer *writer, struct buf *scratch)
{
    int outer = json->depth - 1;
    bool is_map = json->kind == JSON_OBJECT;
    if (is_map)
        json_writer_object(writer);
    else
        json_writer_array(writer);
    while (json->depth > outer)
        switch (json_next(json)) {
        case JSON_OBJECT:
            json_writer_object(writer);
            break;
        case JSON_OBJECT_END:
            json_writer_object_end(writer);
            break;
        case JSON_ARRAY:
            json_writer_array(writer);
            break;
        case JSON_ARRAY_END:
            json_writer_array_end(writer);
            break;
        case JSON_KEY:
            take_string(json, scratch);
            json_writer_key(writer, scratch->data ? scratch->data : "");
            break;
        case JSON_STRING:
            take_string(json, scratch);
            json_writer_bytes(writer, scratch->data ? scratch->data : "", scratch->length);
            break;
        case JSON_NUMBER:
            json_writer_number(writer, json->number);
            break;
        case JSON_TRUE:
        case JSON_FALSE:
            json_writer_bool(writer, json->kind == JSON_TRUE);
            break;
        case JSON_NULL:
            json_writer_null(writer);
            break;
        case JSON_BAD:
        case JSON_END:
            return;
        }
}

static void put_object(struct json *json, struct params *params, struct buf *scratch, int depth);

/* The value of the key just taken, into the parameter that is entered. */
static void put_value(struct json *json, struct params *params, struct buf *scratch, int depth)
{
    switch (json_next(json)) {
    case JSON_OBJECT:
        if (depth < PARAMS_MOST_DEPTH) {
            put_object(json, params, scratch, depth + 1);
            break;
        }
        params->left_out++;
        json_skip(json);
        break;
    case JSON_ARRAY: {
        struct json_writer writer = params_begin_list(params);
        json_params_write_open(json, &writer, scratch);
        if (json->kind != JSON_BAD)
            params_end_list(params);
        break;
    }
    case JSON_STRING:
        take_string(json, scratch);
        if (scratch->failed)
            params->left_out++;
        else
            params_put_text(params, scratch->data ? scratch->data : "", scratch->length);
        break;
    case JSON_NUMBER:
        params_put_plain(params, json->text, json->length);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        params_put_bool(params, json->kind == JSON_TRUE);
        break;
    case JSON_NULL:
        params_put_null(params);
        break;
    default:
        break;
    }
}

/* The members of the object that is open, to its end. */
static void put_object(struct json *json, struct params *params, struct buf *scratch, int depth)
{
    bool any = false;
    while (!params->stopped && json_next(json) == JSON_KEY) {
        any = true;
        take_string(json, scratch);
        if (scratch->failed) {
            params->left_out++;
            json_skip(json);
            continue;
        }
        size_t entered = params_enter(params, scratch->data ? scratch->data : "", scratch->length);
        put_value(json, params, scratch, depth);
        params_leave(params, entered);
    }
    if (!any && depth && json->kind == JSON_OBJECT_END) {
        struct json_writer writer = params_begin_list(params);
        json_writer_object(&writer);
        json_writer_object_end(&writer);
        params_end_list(params);
    }
}

void json_params_put_value(struct json *json, struct params *params)
{
    struct buf scratch;
    buf_init(&scratch, PARAMS_TEXT_BYTES);
    put_value(json, params, &scratch, 0);
    buf_done(&scratch);
}

int64_t json_params_put(const void *text, size_t length, struct params *params)
{
    struct json json;
    struct buf scratch;
    buf_init(&scratch, PARAMS_TEXT_BYTES);
    json_init_memory(&json, text, length);
    int64_t wrong = -1;
    if (json_next(&json) == JSON_OBJECT)
        put_object(&json, params, &scratch, 0);
    else
        wrong = json_offset(&json);
    if (wrong < 0 && !params->stopped && (json.kind == JSON_BAD || json_next(&json) != JSON_END))
        wrong = json_offset(&json);
    buf_done(&scratch);
    return wrong;
}

bool json_params_read(
    const char *path, const char *name, struct params *params, struct sink *sink, struct err *err)
{
    struct buf text;
    buf_init(&text, JSON_PARAMS_MAX_BYTES);
    if (!file_read(path, &text, err)) {
        buf_done(&text);
        return false;
    }
    int64_t wrong = json_params_put(text.data ? text.data : "", text.length, params);
    buf_done(&text);
    struct note note = {.file = name,
        .offset = wrong,
        .count = 1,
        .text = "not a JSON object from here on: the rest is not read"};
    if (wrong >= 0 && !params->stopped && !sink->note(sink->self, &note))
        params->stopped = true;
    if (!params->stopped && !params_note(params, sink, name))
        params->stopped = true;
    return true;
}
