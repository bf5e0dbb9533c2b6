/*
 * What other plugins keep in event files that is of use: where pictures are, and arguments that are
 * logged as text.
 * Knows: tags, steps, JSON and YAML as parameters. Must not know: events, tensors' insides,
 * pictures' formats.
 */
#include "readers/json_params.h"
#include "readers/tensorboard.h"
#include "readers/yaml_params.h"

enum { PICTURES_LISTED_AT_FIRST = 64 };

/* Picture N of a tag, from 0 on, is listed; see tensorboard.h. */
static bool is_listed(int32_t n)
{
    int64_t stride = 1;
    while (n >= PICTURES_LISTED_AT_FIRST * stride)
        stride *= 2;
    return n % stride == 0;
}

void tb_take_picture(struct tb_file *file, struct wire tag, int64_t step)
{
    struct sink *sink = file->sink;
    struct buf path;
    int32_t index = series_find(&file->pictures, (const char *)tag.at, wire_left(tag));
    if (index < 0 || file->pictures.items[index].kind == INT32_MAX ||
        !is_listed(file->pictures.items[index].kind++) || file->series.stopped)
        return;
    buf_init(&path, 2 * SERIES_NAME_BYTES);
    buf_add_string(&path, file->name);
    buf_add_char(&path, '#');
    buf_add(&path, tag.at, wire_left(tag));
    for (size_t i = 0; i < path.length; i++)
        if (path.data[i] == '\0')
            path.data[i] = '?';
    struct artifact picture = {ARTIFACT_PICTURE, path.data, step < 0 ? -1 : step};
    if (!path.failed && !sink->artifact(sink->self, &picture))
        file->series.stopped = true;
    buf_done(&path);
}

static bool begins_with(struct wire text, const char *beginning)
{
    while (text.at < text.end && (*text.at == ' ' || *text.at == '\t' || *text.at == '\n'))
        text.at++;
    return wire_left(text) >= strlen(beginning) &&
           memcmp(text.at, beginning, strlen(beginning)) == 0;
}

/* False when it is broken. */
static bool put_json(struct params *params, struct wire text)
{
    size_t length = wire_left(text);
    const char *begin = length ? memchr(text.at, '{', length) : NULL;
    const char *end = length ? memrchr(text.at, '}', length) : NULL;
    return begin && end && begin < end &&
           (json_params_put(begin, (size_t)(end - begin) + 1, params) < 0 || params->stopped);
}

bool tb_take_arguments(struct tb_file *file, struct wire text)
{
    struct params params;
    bool whole = true;
    params_init_sink(&params, file->sink);
    if (begins_with(text, "{") || begins_with(text, "<pre>"))
        whole = put_json(&params, text);
    else
        yaml_params_put(text.at, wire_left(text), &params);
    if (params.stopped || !params_note(&params, file->sink, file->name))
        file->series.stopped = true;
    params_done(&params);
    return whole;
}
