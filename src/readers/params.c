#include "readers/params.h"

#include "base/num.h"

#include <string.h>

static bool take_for_sink(void *self, const struct param *param)
{
    struct sink *sink = self;
    return sink->param(sink->self, param);
}

void params_init(
    struct params *params, bool (*take)(void *self, const struct param *param), void *self)
{
    *params = (struct params){.take = take, .self = self};
    buf_init(&params->name, PARAMS_NAME_BYTES);
    buf_init(&params->text, PARAMS_TEXT_BYTES);
}

void params_init_sink(struct params *params, struct sink *sink)
{
    params_init(params, take_for_sink, sink);
}

void params_done(struct params *params)
{
    buf_done(&params->name);
    buf_done(&params->text);
}

/* Appended as a C string can hold it. */
static void add_text(struct buf *buf, const char *text, size_t length)
{
    size_t before = buf->length;
    buf_add(buf, text, length);
    for (size_t i = before; i < buf->length; i++)
        if (buf->data[i] == '\0')
            buf->data[i] = '?';
}

size_t params_enter(struct params *params, const char *key, size_t length)
{
    size_t entered = params->name.length;
    if (entered)
        buf_add_char(&params->name, '.');
    add_text(&params->name, key, length);
    params->lost += params->name.failed;
    return entered;
}

void params_leave(struct params *params, size_t entered)
{
    params->name.length = entered;
    params->lost -= params->lost > 0;
    params->name.failed = params->lost > 0;
    if (params->name.data)
        params->name.data[entered] = '\0';
}

static void put(struct params *params, struct param param)
{
    if (params->stopped)
        return;
    params->total_bytes += params->name.length + params->text.length;
    params->full |=
        params->count == PARAMS_MOST || params->total_bytes > (size_t)PARAMS_TOTAL_BYTES;
    if (params->name.failed || params->text.failed || params->full) {
        params->left_out++;
        return;
    }
    params->count++;
    if (!params->take(params->self, &param))
        params->stopped = true;
}

static const char *string_of(const struct buf *buf)
{
    return buf->data && buf->length ? buf->data : "";
}

static void set_text(struct params *params, const char *text, size_t length)
{
    buf_clear(&params->text);
    add_text(&params->text, text, length);
}

void params_put_plain(struct params *params, const char *text, size_t length)
{
    set_text(params, text, length);
    put(params, param_from_text(string_of(&params->name), string_of(&params->text)));
}

void params_put_text(struct params *params, const char *text, size_t length)
{
    set_text(params, text, length);
    put(params, (struct param){string_of(&params->name), PARAM_TEXT, string_of(&params->text), 0});
}

void params_put_number(struct params *params, double value)
{
    char text[40];
    num_print(value, text, sizeof text);
    set_text(params, text, strlen(text));
    put(params,
        (struct param){string_of(&params->name), PARAM_NUMBER, string_of(&params->text), value});
}

void params_put_bool(struct params *params, bool value)
{
    buf_clear(&params->text);
    put(params,
        (struct param){string_of(&params->name), PARAM_BOOL, value ? "true" : "false", value});
}

void params_put_null(struct params *params)
{
    buf_clear(&params->text);
    put(params, (struct param){string_of(&params->name), PARAM_NULL, "null", 0});
}

struct json_writer params_begin_list(struct params *params)
{
    struct json_writer writer;
    buf_clear(&params->text);
    json_writer_init(&writer, &params->text, false);
    return writer;
}

void params_end_list(struct params *params)
{
    put(params, (struct param){string_of(&params->name), PARAM_TEXT, string_of(&params->text), 0});
}

void params_write_plain(struct json_writer *writer, const char *text, size_t length)
{
    char copy[64];
    if (length >= sizeof copy || memchr(text, '\0', length)) {
        json_writer_bytes(writer, text, length);
        return;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    struct param value = param_from_text("", copy);
    switch (value.kind) {
    case PARAM_NULL:
        json_writer_null(writer);
        break;
    case PARAM_BOOL:
        json_writer_bool(writer, value.number != 0);
        break;
    case PARAM_NUMBER:
        json_writer_number(writer, value.number);
        break;
    case PARAM_TEXT:
        json_writer_bytes(writer, text, length);
        break;
    }
}

bool params_note(const struct params *params, struct sink *sink, const char *file)
{
    struct note note = {.file = file,
        .offset = -1,
        .count = params->left_out,
        .text = "parameters left out: too long, too deep, or too many"};
    return !params->left_out || sink->note(sink->self, &note);
}
