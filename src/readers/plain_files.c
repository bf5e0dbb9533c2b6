#include "readers/plain_files.h"

#include "base/clock.h"
#include "base/stream.h"
#include "readers/json_params.h"
#include "readers/rows.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A DOM is fit for what is small. cJSON itself bounds how deep brackets nest. */
enum { MAX_BYTES = 1 << 20 };

static bool say(struct sink *sink, const struct reader_source *source, const char *text)
{
    struct note note = {.file = source->name, .offset = -1, .count = 1, .text = text};
    return sink->note(sink->self, &note);
}

/* The object that the file holds, to be freed by cJSON_Delete(). NULL when there is none: *OK is
 * then false with ERR when the file cannot be read, else a note was made. */
static cJSON *parse(
    const struct reader_source *source, struct sink *sink, bool *ok, struct err *err)
{
    struct buf text;
    buf_init(&text, MAX_BYTES);
    cJSON *json = NULL;
    *ok = file_read(source->path, &text, err);
    if (*ok) {
        json = cJSON_ParseWithLength(text.data ? text.data : "", text.length);
        if (!cJSON_IsObject(json)) {
            cJSON_Delete(json);
            json = NULL;
            say(sink, source, "is not a JSON object");
        }
    }
    buf_done(&text);
    return json;
}

static const char *string_in(const cJSON *json, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);
    return cJSON_IsString(item) && item->valuestring[0] ? item->valuestring : NULL;
}

bool plain_read_dataset(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err)
{
    (void)mark;
    bool ok;
    cJSON *json = parse(source, sink, &ok, err);
    if (!json)
        return ok;
    const char *ground_truth = string_in(json, "ground_truth");
    const char *images = string_in(json, "images");
    struct artifact truth = {ARTIFACT_GROUND_TRUTH, ground_truth, -1};
    struct artifact folder = {ARTIFACT_IMAGES, images, -1};
    if (ground_truth ? sink->artifact(sink->self, &truth)
                     : say(sink, source, "has no \"ground_truth\": name its file there"))
        if (images)
            sink->artifact(sink->self, &folder);
    cJSON_Delete(json);
    return true;
}

/* The date at KEY: ISO 8601, or seconds since 1970. NaN when it is not there or no date. */
static double date_in(const cJSON *json, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);
    double wall_s;
    if (cJSON_IsNumber(item))
        return item->valuedouble;
    return cJSON_IsString(item) &&
                   clock_parse_iso(item->valuestring, strlen(item->valuestring), &wall_s)
               ? wall_s
               : NAN;
}

/* What a recorder says of the end of its command, where that is worth a word. */
static void note_end(const cJSON *json, struct sink *sink, const struct reader_source *source)
{
    const cJSON *code = cJSON_GetObjectItemCaseSensitive(json, "exit_code");
    const char *signal_name = string_in(json, "signal");
    char text[128] = "";
    if (cJSON_IsNumber(code) && code->valuedouble != 0)
        snprintf(text, sizeof text, "the command ended with exit code %.0f", code->valuedouble);
    else if (signal_name)
        snprintf(text, sizeof text, "the command was ended by %.32s", signal_name);
    if (text[0])
        say(sink, source, text);
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "recorder_killed")))
        say(sink, source, "the recorder was killed before the command ended: later output is missing");
}

/* Where the recorded command writes; nothing of a run that was not recorded. */
static bool emit_watched(const cJSON *json, struct sink *sink)
{
    const cJSON *path;
    struct artifact own = {ARTIFACT_WATCHED, ".", -1};
    if (!cJSON_HasObjectItem(json, "command"))
        return true;
    if (!sink->artifact(sink->self, &own))
        return false;
    cJSON_ArrayForEach(path, cJSON_GetObjectItemCaseSensitive(json, "watch"))
    {
        struct artifact watched = {ARTIFACT_WATCHED, path->valuestring, -1};
        if (cJSON_IsString(path) && path->valuestring[0] == '/' &&
            !sink->artifact(sink->self, &watched))
            return false;
    }
    return true;
}

bool plain_read_status(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err)
{
    static const enum run_status SAID[] = {RUN_RUNNING, RUN_FINISHED, RUN_FAILED, RUN_UNKNOWN};
    enum { SAID_COUNT = sizeof SAID / sizeof *SAID };
    (void)mark;
    bool ok;
    cJSON *json = parse(source, sink, &ok, err);
    if (!json)
        return ok;
    const char *word = string_in(json, "status");
    size_t i = 0;
    while (i < SAID_COUNT && (!word || strcmp(word, run_status_name(SAID[i])) != 0))
        i++;
    if (i < SAID_COUNT || say(sink, source, "\"status\" is not one of running, finished, failed"))
        sink->status(sink->self, i < SAID_COUNT ? SAID[i] : RUN_UNKNOWN, date_in(json, "started"),
            date_in(json, "ended"));
    note_end(json, sink, source);
    emit_watched(json, sink);
    cJSON_Delete(json);
    return true;
}

/* A cut last line is passed over without a word while it may be still being written. */
bool plain_read_param_lines(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err)
{
    struct stream stream;
    struct params params;
    struct note note = {
        .file = source->name, .offset = -1, .text = "is not a JSON object, line skipped"};
    const char *line;
    size_t length;
    bool complete;
    (void)mark; /* read whole: a parameter said again replaces the one before */
    if (!stream_open(&stream, source->path, 0, err))
        return false;
    params_init_sink(&params, sink);
    for (int64_t number = 1; stream_line(&stream, &line, &length, &complete); number++) {
        if (rows_is_blank(line, length) || (!complete && !source->settled))
            continue;
        if (json_params_put(line, length, &params) >= 0 && !note.count++)
            note.line = number;
        if (params.stopped)
            break;
    }
    stream_close(&stream);
    if (!params.stopped && params_note(&params, sink, source->name) && note.count)
        sink->note(sink->self, &note);
    params_done(&params);
    return true;
}

bool plain_is_recorded(const struct reader_place *place)
{
    static const char NAME[] = "status.json", SIGN[] = "\"command\"";
    char head[4096];
    size_t got = reader_has_file(place, NAME) ? reader_peek(place, NAME, head, sizeof head) : 0;
    return got && memmem(head, got, SIGN, sizeof SIGN - 1);
}
