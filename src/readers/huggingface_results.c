/*
 * all_results.json: what a script evaluated after training and after the state was saved, so that
 * it stands here only: the metrics of the test images, mostly.
 * Knows: that the state beside it says the rest. Must not know: what a metric means.
 */
#include "readers/huggingface_state.h"

#include "base/json.h"
#include "readers/series.h"

#include <math.h>
#include <string.h>

enum { STATE_MAX_BYTES = 64 << 20, RESULTS_MAX_BYTES = 1 << 20, QUOTED_BYTES = 256 };

struct results {
    struct json json;
    struct buf state; /* the whole file; empty when it cannot be had */
    int64_t step;     /* at which training ended; 0 when the state does not say */
    struct series_set series;
};

static bool load_state(struct results *results, const char *directory)
{
    struct arena arena = {0};
    struct err err = {0};
    struct json json;
    const char *path = path_join(&arena, directory, "trainer_state.json");
    bool loaded = path && file_read(path, &results->state, &err) && results->state.length;
    arena_done(&arena);
    if (!loaded)
        return false;
    json_init_memory(&json, results->state.data, results->state.length);
    if (json_next(&json) == JSON_OBJECT)
        while (json_next(&json) == JSON_KEY) {
            if (json_is(&json, "global_step") && json_next(&json) == JSON_NUMBER) {
                json_int(&json, &results->step);
                break;
            }
            if (!json_skip(&json))
                break;
        }
    return true;
}

static bool ends(const char *name, size_t length, const char *end)
{
    size_t bytes = strlen(end);
    return length >= bytes && memcmp(name + length - bytes, end, bytes) == 0;
}

/* NAME is a metric that the state does not have; how many images there were is none. */
static bool is_news(const struct results *results, const char *name, size_t length)
{
    char quoted[QUOTED_BYTES];
    if (length + 2 > sizeof quoted || ends(name, length, "_samples"))
        return false;
    quoted[0] = quoted[length + 1] = '"';
    memcpy(quoted + 1, name, length);
    return !memmem(results->state.data, results->state.length, quoted, length + 2);
}

static void take_members(struct results *results)
{
    struct json *json = &results->json;
    char name[QUOTED_BYTES];
    while (!results->series.stopped && json_next(json) == JSON_KEY) {
        size_t length =
            json->length < sizeof name ? json_unescape(json->text, json->length, name) : 0;
        if (json_next(json) != JSON_NUMBER) {
            if (!json_skip(json))
                return;
            continue;
        }
        int32_t series = length && is_news(results, name, length)
                             ? series_find(&results->series, name, length)
                             : -1;
        if (series >= 0)
            series_add(&results->series, series, results->step, NAN, json->number);
    }
}

static bool note_damage(const struct reader_source *source, struct sink *sink, int64_t offset)
{
    struct note note = {.file = source->name,
        .offset = offset,
        .count = 1,
        .text = "no results from here on: being written, or damaged"};
    return sink->note(sink->self, &note);
}

bool huggingface_read_results(
    const struct reader_source *source, struct sink *sink, struct err *err)
{
    struct results results = {0};
    struct buf text;
    buf_init(&text, RESULTS_MAX_BYTES);
    buf_init(&results.state, STATE_MAX_BYTES);
    series_init(&results.series, sink, "");
    bool ok = file_read(source->path, &text, err);
    if (ok && load_state(&results, source->directory)) {
        json_init_memory(&results.json, text.data ? text.data : "", text.length);
        if (json_next(&results.json) == JSON_OBJECT)
            take_members(&results);
        ok = series_end(&results.series, source->name, err);
        if (ok && !results.series.stopped && results.json.kind != JSON_OBJECT_END)
            note_damage(source, sink, json_offset(&results.json));
    }
    series_done(&results.series);
    buf_done(&results.state);
    buf_done(&text);
    return ok;
}
