#include "readers/jsonpickle.h"

#include "base/json.h"

#include <string.h>

/* Where the value that a wrapper stands for lies in the copy. */
struct wrapped {
    size_t begin, end; /* the same: none met */
    bool is_object;    /* has "py/object": only then "value" and "values" are its value */
    bool by_tag;       /* the value stands at a "py/..." key itself */
};

/* A quote, the raw bytes between the quotes of the document, a quote. */
static void add_quoted(const struct json *json, struct buf *out)
{
    buf_add_char(out, '"');
    buf_add(out, json->text, json->length);
    buf_add_char(out, '"');
}

/* Keys whose value is all that there is to the object. */
static bool is_tag(const struct json *json)
{
    static const char *const TAGS[] = {"py/tuple", "py/set", "py/type", "py/function"};
    for (size_t i = 0; i < sizeof TAGS / sizeof *TAGS; i++)
        if (json_is(json, TAGS[i]))
            return true;
    return false;
}

static bool copy_value(struct json *json, struct buf *out);

static bool copy_array(struct json *json, struct buf *out)
{
    buf_add_char(out, '[');
    for (bool any = false; json_next(json) != JSON_ARRAY_END; any = true) {
        if (any)
            buf_add_char(out, ',');
        if (!copy_value(json, out))
            return false;
    }
    buf_add_char(out, ']');
    return true;
}

/* The copy of an object shrinks to that of the value that it wraps. */
static void unwrap(const struct wrapped *wrapped, size_t begin, struct buf *out)
{
    if (wrapped->begin == wrapped->end || !(wrapped->by_tag || wrapped->is_object) || out->failed)
        return;
    size_t length = wrapped->end - wrapped->begin;
    memmove(out->data + begin, out->data + wrapped->begin, length);
    out->length = begin + length;
    out->data[out->length] = '\0';
}

static bool copy_object(struct json *json, struct buf *out)
{
    struct wrapped wrapped = {0};
    size_t begin = out->length;
    buf_add_char(out, '{');
    for (bool any = false; json_next(json) == JSON_KEY; any = true) {
        bool tag = is_tag(json), value = tag || json_is(json, "value") || json_is(json, "values");
        wrapped.is_object |= json_is(json, "py/object");
        if (any)
            buf_add_char(out, ',');
        add_quoted(json, out);
        buf_add_char(out, ':');
        size_t value_begin = out->length;
        json_next(json);
        if (!copy_value(json, out))
            return false;
        if (value && !wrapped.by_tag) {
            wrapped.begin = value_begin;
            wrapped.end = out->length;
            wrapped.by_tag = tag;
        }
    }
    if (json->kind != JSON_OBJECT_END)
        return false;
    buf_add_char(out, '}');
    unwrap(&wrapped, begin, out);
    return true;
}

/* The value whose first token was just taken. False where the document is bad. */
static bool copy_value(struct json *json, struct buf *out)
{
    switch (json->kind) {
    case JSON_OBJECT:
        return copy_object(json, out);
    case JSON_ARRAY:
        return copy_array(json, out);
    case JSON_STRING:
        add_quoted(json, out);
        return true;
    case JSON_NUMBER:
        return buf_add(out, json->text, json->length);
    case JSON_TRUE:
        return buf_add_string(out, "true");
    case JSON_FALSE:
        return buf_add_string(out, "false");
    case JSON_NULL:
        return buf_add_string(out, "null");
    default:
        return false;
    }
}

int64_t jsonpickle_reduce(const void *text, size_t length, struct buf *out)
{
    struct json json;
    json_init_memory(&json, text, length);
    json_next(&json);
    bool whole = copy_value(&json, out) && json_next(&json) == JSON_END && !out->failed;
    return whole ? -1 : json_offset(&json);
}
