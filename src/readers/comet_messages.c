#include "readers/comet_messages.h"

#include "base/json.h"
#include "base/num.h"
#include "readers/json_params.h"

#include <math.h>
#include <string.h>

/* Of a message's members the readers that stand at their values. */
struct members {
    struct json *at; /* kind JSON_KEY when the member is there */
    const char *const *names;
    size_t count;
};

/* Passes over the members of the object that is open, to its end. False when it is malformed. */
static bool collect(struct json *json, const struct members *members)
{
    while (json_next(json) == JSON_KEY) {
        for (size_t i = 0; i < members->count; i++)
            if (json_is(json, members->names[i]))
                members->at[i] = *json;
        json_skip(json);
    }
    return json->kind == JSON_OBJECT_END;
}

#define COLLECT(json, names, at)                                                                   \
    collect((json), &(struct members){(at), (names), sizeof(names) / sizeof *(names)})

/* The value AT is an object, which is then open. */
static bool enter(struct json *at)
{
    return at->kind == JSON_KEY && json_next(at) == JSON_OBJECT;
}

/* A string, or a number as written, into OUT; false for anything else and for "". */
static bool get_text(struct json at, struct buf *out)
{
    buf_clear(out);
    if (at.kind != JSON_KEY)
        return false;
    json_next(&at);
    if (at.kind == JSON_STRING)
        json_add_string(&at, out);
    else if (at.kind == JSON_NUMBER)
        buf_add(out, at.text, at.length);
    return out->length > 0 && !out->failed;
}

/* A number; Comet writes those that are not finite as text. */
static bool get_number(struct json at, double *value)
{
    if (at.kind != JSON_KEY)
        return false;
    json_next(&at);
    *value = at.number;
    return at.kind == JSON_NUMBER ||
           (at.kind == JSON_STRING && num_parse(at.text, at.length, value));
}

static bool get_step(struct json at, int64_t *step)
{
    return at.kind == JSON_KEY && json_next(&at) == JSON_NUMBER && json_int(&at, step);
}

static bool is_text(struct json at, const char *word)
{
    return at.kind == JSON_KEY && json_next(&at) == JSON_STRING && json_is(&at, word);
}

/* ---- metrics ---- */

static const char SYSTEM[] = "sys.";

/* As Comet shows it: "train" and "loss" are train_loss. */
static bool compose_name(struct comet_messages *m, struct json context, struct json name)
{
    bool has_context = get_text(context, &m->name);
    if (!get_text(name, &m->text))
        return false;
    if (strncmp(m->text.data, SYSTEM, strlen(SYSTEM)) == 0) {
        buf_clear(&m->name);
        buf_add_string(&m->name, "system/");
        buf_add(&m->name, m->text.data + strlen(SYSTEM), m->text.length - strlen(SYSTEM));
        return !m->name.failed;
    }
    if (has_context)
        buf_add_char(&m->name, '_');
    buf_add(&m->name, m->text.data, m->text.length);
    return !m->name.failed;
}

/* The epoch is a metric of its own; the metrics of one step say it again and again. */
static void add_epoch(struct comet_messages *m, int64_t step, double wall_s, double epoch)
{
    if (m->has_epoch && m->epoch_step == step)
        return;
    int32_t series = series_find(&m->series, "epoch", strlen("epoch"));
    if (series >= 0)
        series_add(&m->series, series, step, wall_s, epoch);
    m->has_epoch = true;
    m->epoch_step = step;
}

static void take_metric(
    struct comet_messages *m, struct json metric, struct json context, double wall_s)
{
    enum { NAME, VALUE, STEP, EPOCH, COUNT };
    static const char *const NAMES[] = {"metricName", "metricValue", "step", "epoch"};
    struct json at[COUNT] = {0};
    double value, epoch;
    int64_t step;
    if (!enter(&metric))
        return; /* null in an older message: it is about something else */
    if (!COLLECT(&metric, NAMES, at) || !compose_name(m, context, at[NAME]) ||
        !get_number(at[VALUE], &value)) {
        m->texts++;
        return;
    }
    int32_t index = series_find(&m->series, m->name.data, m->name.length);
    if (index < 0)
        return;
    /* Without a step points count from 0. */
    bool has_step = get_step(at[STEP], &step);
    if (!has_step)
        step = m->series.items[index].kind++;
    series_add(&m->series, index, step, wall_s, value);
    if (has_step && get_number(at[EPOCH], &epoch))
        add_epoch(m, step, wall_s, epoch);
}

/* ---- parameters, and what is like them ---- */

static void put_text(struct comet_messages *m, const char *name, const char *text)
{
    size_t entered = params_enter(&m->params, name, strlen(name));
    params_put_text(&m->params, text, strlen(text));
    params_leave(&m->params, entered);
}

/* The value AT as that of the parameter NAME below PREFIX. */
static void put_value(
    struct comet_messages *m, const char *prefix, const struct buf *name, struct json at)
{
    size_t outer = *prefix ? params_enter(&m->params, prefix, strlen(prefix)) : 0;
    size_t entered = params_enter(&m->params, name->data, name->length);
    struct json value = at;
    if (value.kind == JSON_KEY && json_next(&value) == JSON_STRING && !value.too_long) {
        buf_clear(&m->text);
        json_add_string(&value, &m->text);
        params_put_plain(&m->params, m->text.data ? m->text.data : "", m->text.length);
    } else if (at.kind == JSON_KEY) {
        json_params_put_value(&at, &m->params);
    }
    params_leave(&m->params, entered);
    if (*prefix)
        params_leave(&m->params, outer);
}

static void take_param(struct comet_messages *m, struct json param)
{
    static const char *const NAMES[] = {"paramName", "paramValue"};
    struct json at[2] = {0};
    if (!enter(&param))
        return;
    if (COLLECT(&param, NAMES, at) && get_text(at[0], &m->name))
        put_value(m, "", &m->name, at[1]);
    else
        m->texts++;
}

static void take_other(struct comet_messages *m, struct json key, struct json value)
{
    if (!get_text(key, &m->name))
        return;
    if (strcmp(m->name.data, "Name") != 0)
        put_value(m, "other", &m->name, value);
    else if (get_text(value, &m->text) &&
             !m->sink->label(m->sink->self, RUN_LABEL_TITLE, m->text.data))
        m->params.stopped = true;
}

static void take_old_other(struct comet_messages *m, struct json other)
{
    static const char *const NAMES[] = {"key", "val"};
    struct json at[2] = {0};
    if (enter(&other) && COLLECT(&other, NAMES, at))
        take_other(m, at[0], at[1]);
}

static void take_git(struct comet_messages *m, struct json git)
{
    static const char *const NAMES[] = {"parent", "branch"};
    static const char HEADS[] = "refs/heads/";
    struct json at[2] = {0};
    if (!enter(&git) || !COLLECT(&git, NAMES, at))
        return;
    if (get_text(at[0], &m->text))
        put_text(m, "git.commit", m->text.data);
    if (get_text(at[1], &m->text)) {
        bool head = strncmp(m->text.data, HEADS, strlen(HEADS)) == 0;
        put_text(m, "git.branch", m->text.data + (head ? strlen(HEADS) : 0));
    }
}

/* ---- pictures ---- */

static void take_upload(struct comet_messages *m, struct json file_path, struct json additional)
{
    static const char *const NAMES[] = {"step"};
    struct json at[1] = {0};
    struct artifact artifact = {ARTIFACT_PICTURE, NULL, -1};
    if (!get_text(file_path, &m->text) || m->pictures++ >= COMET_MOST_PICTURES)
        return;
    buf_clear(&m->name);
    buf_printf(&m->name, "%s#%s", m->file, m->text.data);
    if (enter(&additional) && COLLECT(&additional, NAMES, at) &&
        (!get_step(at[0], &artifact.step) || artifact.step < 0))
        artifact.step = -1;
    artifact.path = m->name.data;
    if (!m->name.failed && !m->sink->artifact(m->sink->self, &artifact))
        m->params.stopped = true;
}

/* ---- lines ---- */

enum {
    TIME,
    CONTEXT,
    METRIC,
    PARAM,
    PARAMS,
    OLD_OTHER,
    GIT,
    KEY,
    VALUE,
    FILE_PATH,
    UPLOAD,
    ADDITIONAL,
    PAYLOAD_COUNT
};

/* An older message says many things at once, so what counts is which members it has. */
static bool take_payload(struct comet_messages *m, struct json type, struct json payload)
{
    static const char *const NAMES[] = {"local_timestamp", "context", "metric", "param", "params",
        "log_other", "git_metadata", "key", "value", "file_path", "upload_type",
        "additional_params"};
    struct json at[PAYLOAD_COUNT] = {0};
    double ms;
    if (!enter(&payload))
        return true; /* null: a message of nothing */
    if (!COLLECT(&payload, NAMES, at))
        return false;
    if (at[METRIC].kind)
        take_metric(m, at[METRIC], at[CONTEXT], get_number(at[TIME], &ms) ? ms / 1000 : NAN);
    if (at[PARAM].kind)
        take_param(m, at[PARAM]);
    if (at[PARAMS].kind)
        take_param(m, at[PARAMS]);
    if (at[GIT].kind)
        take_git(m, at[GIT]);
    if (at[OLD_OTHER].kind)
        take_old_other(m, at[OLD_OTHER]);
    if (at[KEY].kind && is_text(type, "log_other"))
        take_other(m, at[KEY], at[VALUE]);
    if (is_text(type, "file_upload") && is_text(at[UPLOAD], "visualization"))
        take_upload(m, at[FILE_PATH], at[ADDITIONAL]);
    return true;
}

static bool parse_line(struct comet_messages *m, const char *text, size_t length)
{
    static const char *const NAMES[] = {"type", "payload"};
    struct json json, at[2] = {0};
    json_init_memory(&json, text, length);
    return json_next(&json) == JSON_OBJECT && COLLECT(&json, NAMES, at) &&
           json_next(&json) == JSON_END && take_payload(m, at[0], at[1]);
}

static void take_line(struct comet_messages *m, const char *text, size_t length)
{
    m->line_number++;
    if (m->line.failed) {
        m->long_lines++;
        return;
    }
    while (length && (text[length - 1] == '\r' || text[length - 1] == ' '))
        length--;
    if (length && !parse_line(m, text, length) && !m->damaged++)
        m->first_damaged = m->line_number;
}

static bool is_stopped(const struct comet_messages *m)
{
    return m->params.stopped || m->series.stopped;
}

bool comet_messages_take(struct comet_messages *m, const void *data, size_t length)
{
    const char *at = data, *end = at + length;
    while (at < end && !is_stopped(m)) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t part = (size_t)((line_end ? line_end : end) - at);
        if (line_end && !m->line.length && !m->line.failed) {
            take_line(m, at, part);
        } else {
            buf_add(&m->line, at, part);
            if (line_end) {
                take_line(m, m->line.data, m->line.length);
                buf_clear(&m->line);
            }
        }
        at += part + (line_end != NULL);
    }
    return !is_stopped(m);
}

static void say(struct comet_messages *m, int64_t line, int64_t count, const char *text)
{
    struct note note = {.file = m->file, .line = line, .offset = -1, .count = count, .text = text};
    if (count > 0 && !is_stopped(m) && !m->sink->note(m->sink->self, &note))
        m->params.stopped = true;
}

bool comet_messages_end(struct comet_messages *m, struct err *err)
{
    if (m->line.length || m->line.failed)
        take_line(m, m->line.data, m->line.length);
    bool ok = series_end(&m->series, m->file, err);
    if (!is_stopped(m) && !params_note(&m->params, m->sink, m->file))
        m->params.stopped = true;
    say(m, m->first_damaged, m->damaged, "damaged message in messages.json, skipped");
    say(m, 0, m->long_lines, "message that is too long, left out");
    say(m, 0, m->texts, "metric or parameter without a name or a number, left out");
    say(m, 0, m->pictures - COMET_MOST_PICTURES, "pictures left out: there are too many");
    return ok;
}

void comet_messages_init(struct comet_messages *m, struct sink *sink, const char *file)
{
    *m = (struct comet_messages){.sink = sink, .file = file};
    params_init_sink(&m->params, sink);
    series_init(&m->series, sink, "");
    buf_init(&m->line, COMET_LINE_BYTES);
    buf_init(&m->name, COMET_LINE_BYTES);
    buf_init(&m->text, COMET_LINE_BYTES);
}

void comet_messages_done(struct comet_messages *m)
{
    params_done(&m->params);
    series_done(&m->series);
    buf_done(&m->line);
    buf_done(&m->name);
    buf_done(&m->text);
}
