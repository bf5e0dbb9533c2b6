/*
 * Sacred's run.json: what became of a run, when, where, and why not.
 * Knows: its keys and the words for a status. Must not know: metrics and parameters of the config.
 */
#include "readers/sacred.h"

#include "base/clock.h"
#include "base/json.h"
#include "readers/params.h"

#include <math.h>
#include <string.h>

enum { PEEK_BYTES = 16 << 10, TEXT_BYTES = 4096, LINE_BYTES = 1000 };

struct run {
    struct json json;
    struct buf status, title, host, failure;          /* "" while not said */
    double started_s, stopped_s, heartbeat_s, result; /* NaN while not said */
    bool has_result;
};

bool sacred_is_run(const struct reader_place *place, const char *name)
{
    char head[PEEK_BYTES];
    struct json json;
    size_t got = reader_peek(place, name, head, sizeof head);
    json_init_memory(&json, head, got);
    if (json_next(&json) != JSON_OBJECT)
        return false;
    for (bool first = true; json_next(&json) == JSON_KEY; first = false) {
        if (json_is(&json, "experiment"))
            return json_next(&json) == JSON_OBJECT;
        bool artifacts = first && json_is(&json, "artifacts") && json_next(&json) == JSON_ARRAY;
        if (!json_skip(&json)) /* a run may keep more files than their names fit into HEAD */
            return artifacts && got == sizeof head;
    }
    return false;
}

/* The string that comes next, into OUT; whatever else comes is passed over. */
static void take_string(struct json *json, struct buf *out)
{
    buf_clear(out);
    if (json_next(json) == JSON_STRING)
        json_add_string(json, out);
    else
        json_skip(json);
}

static void take_date(struct run *run, double *wall_s)
{
    struct json *json = &run->json;
    if (json_next(json) != JSON_STRING)
        json_skip(json);
    else if (!clock_parse_iso(json->text, json->length, wall_s))
        *wall_s = NAN;
}

/* The string at KEY of the object that comes next. */
static void take_string_in(struct json *json, const char *key, struct buf *out)
{
    if (json_next(json) != JSON_OBJECT) {
        json_skip(json);
        return;
    }
    while (json_next(json) == JSON_KEY)
        if (json_is(json, key))
            take_string(json, out);
        else if (!json_skip(json))
            break;
}

/* Of a traceback the last line says what went wrong. */
static void take_failure(struct run *run)
{
    struct json *json = &run->json;
    if (json_next(json) != JSON_ARRAY) {
        json_skip(json);
        return;
    }
    while (json_next(json) != JSON_ARRAY_END && json->kind != JSON_BAD) {
        bool is_text = json->kind == JSON_STRING && json->length;
        if (is_text) {
            buf_clear(&run->failure);
            json_add_string(json, &run->failure);
        }
        json_skip(json);
    }
}

/* The number that main() returned, bare or in jsonpickle's wrapper. */
static void take_result(struct run *run)
{
    struct json *json = &run->json;
    switch (json_next(json)) {
    case JSON_NUMBER:
        run->result = json->number;
        run->has_result = true;
        break;
    case JSON_OBJECT:
        while (json_next(json) == JSON_KEY) {
            if (json_is(json, "value") && json_next(json) == JSON_NUMBER) {
                run->result = json->number;
                run->has_result = true;
            }
            json_skip(json);
        }
        break;
    default:
        json_skip(json);
    }
}

static void take_member(struct run *run)
{
    struct json *json = &run->json;
    if (json_is(json, "status"))
        take_string(json, &run->status);
    else if (json_is(json, "start_time"))
        take_date(run, &run->started_s);
    else if (json_is(json, "stop_time"))
        take_date(run, &run->stopped_s);
    else if (json_is(json, "heartbeat"))
        take_date(run, &run->heartbeat_s);
    else if (json_is(json, "host"))
        take_string_in(json, "hostname", &run->host);
    else if (json_is(json, "experiment"))
        take_string_in(json, "name", &run->title);
    else if (json_is(json, "fail_trace"))
        take_failure(run);
    else if (json_is(json, "result"))
        take_result(run);
    else
        json_skip(json);
}

/* ---- what is emitted ---- */

static bool note(struct sink *sink, const char *file, const char *text)
{
    struct note note = {.file = file, .offset = -1, .count = 1, .text = text};
    return sink->note(sink->self, &note);
}

/* The last line of what went wrong, cut in place to what a note is good for. */
static bool emit_failure(struct run *run, const char *file, struct sink *sink)
{
    struct buf *text = &run->failure;
    while (text->length && strchr("\r\n ", text->data[text->length - 1]))
        text->data[--text->length] = '\0';
    if (!text->length)
        return true;
    char *end = strrchr(text->data, '\n'), *line = end ? end + 1 : text->data;
    if (strlen(line) > LINE_BYTES)
        line[LINE_BYTES] = '\0';
    return note(sink, file, line);
}

static bool emit_status(struct run *run, const char *file, struct sink *sink)
{
    static const struct {
        const char *word;
        enum run_status status;
        const char *note;
    } WORDS[] = {
        {"COMPLETED", RUN_FINISHED, NULL},
        {"RUNNING", RUN_RUNNING, NULL},
        {"FAILED", RUN_FAILED, NULL},
        {"INTERRUPTED", RUN_FAILED, "interrupted by hand"},
        {"TIMEOUT", RUN_FAILED, "stopped by its time limit"},
        {"QUEUED", RUN_UNKNOWN, "queued, not started"},
    };
    for (size_t i = 0; run->status.length && i < sizeof WORDS / sizeof *WORDS; i++) {
        if (strcmp(run->status.data, WORDS[i].word) != 0)
            continue;
        /* While it runs, its heartbeat is the last that was heard of it. */
        double ended_s = isnan(run->stopped_s) ? run->heartbeat_s : run->stopped_s;
        return (!WORDS[i].note || note(sink, file, WORDS[i].note)) &&
               sink->status(sink->self, WORDS[i].status, run->started_s, ended_s);
    }
    return true;
}

static bool emit_host(struct run *run, struct sink *sink)
{
    struct param host = {"host.hostname", PARAM_TEXT, run->host.data, 0};
    return !run->host.length || sink->param(sink->self, &host);
}

static bool emit_result(struct run *run, struct sink *sink)
{
    struct point point = {.step = 0, .wall_s = run->stopped_s, .value = run->result};
    if (!run->has_result)
        return true;
    int metric = sink->metric(sink->self, "result", strlen("result"));
    return metric >= 0 && sink->points(sink->self, metric, &point, 1);
}

static void emit(struct run *run, const char *file, struct sink *sink)
{
    bool whole = run->json.kind == JSON_OBJECT_END && json_next(&run->json) == JSON_END;
    if (run->title.length && !sink->label(sink->self, RUN_LABEL_TITLE, run->title.data))
        return;
    if (!emit_host(run, sink) || !emit_failure(run, file, sink) || !emit_status(run, file, sink))
        return;
    if (!whole)
        sacred_note_cut(sink, file, json_offset(&run->json));
    else
        emit_result(run, sink);
}

bool sacred_read_run(const struct reader_source *source, struct sink *sink, struct err *err)
{
    struct run run = {.started_s = NAN, .stopped_s = NAN, .heartbeat_s = NAN, .result = NAN};
    struct stream stream;
    if (!stream_open(&stream, source->path, 0, err))
        return false;
    json_init_stream(&run.json, &stream);
    buf_init(&run.status, TEXT_BYTES);
    buf_init(&run.title, TEXT_BYTES);
    buf_init(&run.host, TEXT_BYTES);
    buf_init(&run.failure, JSON_MAX_TOKEN_BYTES);
    if (json_next(&run.json) == JSON_OBJECT)
        while (json_next(&run.json) == JSON_KEY)
            take_member(&run);
    emit(&run, source->name, sink);
    buf_done(&run.status);
    buf_done(&run.title);
    buf_done(&run.host);
    buf_done(&run.failure);
    stream_close(&stream);
    return true;
}
