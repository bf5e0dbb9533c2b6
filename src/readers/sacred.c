/*
 * The Sacred reader: a directory that a FileStorageObserver has written.
 * Knows: which files make a run, config.json, and that sources and resources are stored beside the
 * runs. Must not know: what the other documents say.
 */
#include "readers/sacred.h"

#include "base/json.h"
#include "readers/json_params.h"
#include "readers/jsonpickle.h"

#include <string.h>

enum { CONFIG_MAX_BYTES = 4 << 20 };

static const char RUN[] = "run.json", CONFIG[] = "config.json";
static const char METRICS[] = "metrics.json", INFO[] = "info.json";

/* PLACE is the folder of an observer: the copies of code and files that it keeps are no runs. */
static void own_stores(const struct reader_place *place, struct reader_claim *claim)
{
    static const char *const STORES[] = {"_sources", "_resources"};
    bool has_run = false;
    if (!file_list_find(place->list, STORES[0]) && !file_list_find(place->list, STORES[1]))
        return;
    for (size_t i = 0; !has_run && i < place->list->count; i++) {
        const struct file_entry *entry = &place->list->entries[i];
        const char *name = entry->is_dir ? path_join(place->arena, entry->name, RUN) : NULL;
        has_run = name && sacred_is_run(place, name);
    }
    for (size_t i = 0; has_run && i < sizeof STORES / sizeof *STORES; i++)
        reader_claim_own(place, claim, STORES[i]);
}

/* The file of the metrics. An observer writes metrics.json also where nothing was logged, as by
 * scripts that keep their numbers in info.json. */
static const char *metrics_of(const struct reader_place *place)
{
    char head[64];
    struct json json;
    if (!reader_has_file(place, METRICS))
        return INFO;
    json_init_memory(&json, head, reader_peek(place, METRICS, head, sizeof head));
    bool none = json_next(&json) == JSON_OBJECT && json_next(&json) == JSON_OBJECT_END;
    return none && reader_has_file(place, INFO) ? INFO : METRICS;
}

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    own_stores(place, claim);
    if (!reader_has_file(place, RUN))
        return false;
    if (!sacred_is_run(place, RUN)) {
        reader_refuse(place, claim, RUN, "does not begin as Sacred's, with an experiment");
        return false;
    }
    const char *metrics = metrics_of(place);
    reader_claim_add(place, claim, RUN);
    if (reader_has_file(place, CONFIG))
        reader_claim_add(place, claim, CONFIG);
    if (reader_has_file(place, metrics))
        reader_claim_add(place, claim, metrics);
    claim->reason = "run.json with an experiment";
    return true;
}

bool sacred_note_cut(struct sink *sink, const char *file, int64_t offset)
{
    struct note note = {.file = file,
        .offset = offset,
        .count = 1,
        .text = "is no JSON from here on: being written, or damaged"};
    return sink->note(sink->self, &note);
}

static bool read_config(const struct reader_source *source, struct sink *sink, struct err *err)
{
    struct buf text, plain;
    struct params params;
    buf_init(&text, CONFIG_MAX_BYTES);
    buf_init(&plain, CONFIG_MAX_BYTES);
    params_init_sink(&params, sink);
    bool ok = file_read(source->path, &text, err);
    if (ok) {
        int64_t wrong = jsonpickle_reduce(text.data, text.length, &plain);
        int64_t no_map = json_params_put(plain.data, plain.length, &params);
        if (!params.stopped && (wrong < 0 || sacred_note_cut(sink, source->name, wrong)) &&
            (wrong >= 0 || no_map < 0 || sacred_note_cut(sink, source->name, 0)))
            params_note(&params, sink, source->name);
    }
    params_done(&params);
    buf_done(&plain);
    buf_done(&text);
    return ok;
}

static const struct {
    const char *name;
    bool (*read)(const struct reader_source *source, struct sink *sink, struct err *err);
} FILES[] = {
    {RUN, sacred_read_run},
    {CONFIG, read_config},
    {METRICS, sacred_read_metrics},
    {INFO, sacred_read_info},
};

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    (void)mark;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        if (strcmp(source->name, FILES[i].name) == 0)
            return FILES[i].read(source, sink, err);
    return true;
}

const struct reader reader_sacred = {
    .name = "sacred",
    .reads =
        "Sacred's file storage: run.json, config.json, metrics.json (info.json of old versions)",
    .claim = claim,
    .read = read,
};
