/*
 * The files that W&B leaves beside its log: what they say of a run whose log says nothing.
 * Knows: config.yaml, wandb-summary.json, wandb-metadata.json. Must not know: the log.
 *
 * config.yaml holds each parameter as "value" in a map of its own (older versions put "desc"
 * beside it). The summary has the last value of each metric. Of the metadata only the start counts:
 * the host, the commit and the program are no parameters, or they would be a difference between
 * any two runs.
 */
#include "readers/json_params.h"
#include "readers/wandb.h"
#include "readers/yaml_params.h"

#include "base/clock.h"
#include "base/json.h"

#include <math.h>

static const char VALUE[] = ".value";

/* NAME without its first ".value"; false when it has none. */
static bool without_value(const char *name, struct buf *out)
{
    size_t length = sizeof VALUE - 1;
    const char *at = strstr(name, VALUE);
    while (at && at[length] && at[length] != '.')
        at = strstr(at + 1, VALUE);
    buf_clear(out);
    return at && at > name && buf_add(out, name, (size_t)(at - name)) &&
           buf_add_string(out, at + length);
}

struct config {
    struct sink *sink;
    struct buf name;
};

static bool take_param(void *self, const struct param *param)
{
    struct config *config = self;
    struct param taken = *param;
    if (wandb_is_internal(param->name, strlen(param->name)) ||
        !without_value(param->name, &config->name))
        return true;
    taken.name = config->name.data;
    return config->sink->param(config->sink->self, &taken);
}

bool wandb_read_config(const struct reader_source *source, struct sink *sink, struct err *err)
{
    struct config config = {.sink = sink};
    struct params params;
    buf_init(&config.name, PARAMS_NAME_BYTES);
    params_init(&params, take_param, &config);
    bool ok = yaml_params_read(source->path, source->name, &params, sink, err);
    params_done(&params);
    buf_done(&config.name);
    return ok;
}

/* ---- the summary ---- */

struct summary {
    struct series_set series;
    int64_t step;
    double wall_s;
};

static void take_moment(void *self, const char *name, size_t length, double value)
{
    struct summary *summary = self;
    if (length == 5 && memcmp(name, "_step", 5) == 0 && fabs(value) < 0x1p53)
        summary->step = (int64_t)value;
    if (length == 10 && memcmp(name, "_timestamp", 10) == 0)
        summary->wall_s = value;
}

static void take_number(void *self, const char *name, size_t length, double value)
{
    struct summary *summary = self;
    int32_t index =
        wandb_is_internal(name, length) ? -1 : series_find(&summary->series, name, length);
    if (index >= 0)
        series_add(&summary->series, index, summary->step, summary->wall_s, value);
}

/* The bytes of SOURCE; *IS_OBJECT says whether they are a JSON object. If not, a note does too. */
static bool read_object(const struct reader_source *source, struct buf *text, struct sink *sink,
    bool *is_object, struct err *err)
{
    struct note note = {
        .file = source->name, .offset = -1, .count = 1, .text = "is not a JSON object, not read"};
    struct json json;
    buf_init(text, JSON_PARAMS_MAX_BYTES);
    if (!file_read(source->path, text, err))
        return false;
    json_init_memory(&json, text->data ? text->data : "", text->length);
    *is_object = json_next(&json) == JSON_OBJECT && json_skip(&json);
    if (!*is_object && text->length) /* an empty one has only just been made */
        sink->note(sink->self, &note);
    return true;
}

bool wandb_read_summary(const struct reader_source *source, struct sink *sink, struct err *err)
{
    struct summary summary = {.wall_s = NAN};
    struct buf text, name;
    bool is_object = false;
    bool ok = read_object(source, &text, sink, &is_object, err);
    buf_init(&name, WANDB_NAME_BYTES);
    series_init(&summary.series, sink, "");
    if (ok && is_object) {
        struct wandb_item item = {text.data, text.length};
        wandb_numbers(&item, &name, take_moment, &summary);
        summary.series.refused = wandb_numbers(&item, &name, take_number, &summary);
        ok = series_end(&summary.series, source->name, err);
    }
    series_done(&summary.series);
    buf_done(&name);
    buf_done(&text);
    return ok;
}

/* ---- the metadata ---- */

bool wandb_read_metadata(const struct reader_source *source, struct sink *sink, struct err *err)
{
    struct buf text;
    struct json json;
    bool is_object = false;
    double started_s = NAN;
    bool ok = read_object(source, &text, sink, &is_object, err);
    json_init_memory(&json, is_object ? text.data : "", is_object ? text.length : 0);
    if (json_next(&json) == JSON_OBJECT) {
        while (json_next(&json) == JSON_KEY)
            if (!json_is(&json, "startedAt") || json_next(&json) != JSON_STRING)
                json_skip(&json);
            else if (!clock_parse_iso(json.text, json.length, &started_s))
                started_s = NAN;
    }
    if (!isnan(started_s))
        sink->status(sink->self, RUN_UNKNOWN, started_s, NAN);
    buf_done(&text);
    return ok;
}
