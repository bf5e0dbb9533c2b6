/*
 * The reader of Comet's offline archives: ZIP files that hold an experiment each.
 * Knows: experiment.json, and that messages.json lies beside it. Must not know: messages
 * (comet_messages.h), or how ZIP is read.
 *
 * They lie in ".cometml-runs", or wherever someone put them. An archive is written when its
 * experiment ends, so it does not grow. What else was uploaded into it is left out.
 */
#include "readers/comet_messages.h"
#include "readers/reader.h"
#include "readers/zip_file.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

enum { EXPERIMENT_BYTES = 1 << 20 };

static const char HIDDEN[] = ".cometml-runs";
static const char EXPERIMENT[] = "experiment.json", MESSAGES[] = "messages.json";
static const char *const BOTH[] = {EXPERIMENT, MESSAGES, NULL};

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    for (size_t i = 0; i < place->list->count; i++) {
        const struct file_entry *entry = &place->list->entries[i];
        if (entry->is_dir || !path_has_suffix(entry->name, ".zip"))
            continue;
        const char *path = path_join(place->arena, place->path, entry->name);
        if (path && zip_holds(path, BOTH))
            reader_claim_part(place, claim, entry->name, entry->name);
        else if (strcmp(path_base(place->path), HIDDEN) == 0)
            reader_refuse(place, claim, entry->name,
                "not a whole ZIP archive with experiment.json and messages.json");
    }
    claim->reason = "ZIP archive with experiment.json and messages.json";
    return claim->count > 0;
}

/* ---- experiment.json ---- */

static double time_in(const cJSON *json, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);
    return cJSON_IsNumber(item) && item->valuedouble > 0 ? item->valuedouble / 1000 : NAN;
}

static const char *string_in(const cJSON *json, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);
    return cJSON_IsString(item) && item->valuestring[0] ? item->valuestring : NULL;
}

static void put(struct params *params, const char *name, const char *text)
{
    size_t entered = params_enter(params, name, strlen(name));
    if (text)
        params_put_text(params, text, strlen(text));
    params_leave(params, entered);
}

static void put_tags(struct params *params, const cJSON *tags)
{
    const cJSON *tag;
    size_t entered = params_enter(params, "tags", strlen("tags"));
    struct json_writer writer = params_begin_list(params);
    json_writer_array(&writer);
    cJSON_ArrayForEach(tag, tags) if (cJSON_IsString(tag))
        json_writer_string(&writer, tag->valuestring);
    json_writer_array_end(&writer);
    params_end_list(params);
    params_leave(params, entered);
}

/* True: the sink takes more. */
static bool emit_experiment(const cJSON *json, struct sink *sink)
{
    struct params params;
    const char *id = string_in(json, "offline_id");
    const cJSON *tags = cJSON_GetObjectItemCaseSensitive(json, "tags");
    double started_s = time_in(json, "start_time"), ended_s = time_in(json, "stop_time");
    params_init_sink(&params, sink);
    put(&params, "project", string_in(json, "project_name"));
    put(&params, "workspace", string_in(json, "workspace"));
    if (cJSON_IsArray(tags) && cJSON_GetArraySize(tags))
        put_tags(&params, tags);
    bool go_on = !params.stopped;
    params_done(&params);
    return go_on && (!id || sink->label(sink->self, RUN_LABEL_ID, id)) &&
           sink->status(
               sink->self, isnan(ended_s) ? RUN_UNKNOWN : RUN_FINISHED, started_s, ended_s);
}

/* ---- the archive ---- */

struct reading {
    const char *name;
    struct zip_file zip;
    struct sink *sink;
    struct comet_messages messages;
    bool stopped;
};

static void say(struct reading *reading, const char *text)
{
    struct note note = {.file = reading->name, .offset = -1, .count = 1, .text = text};
    if (!reading->stopped && !reading->sink->note(reading->sink->self, &note))
        reading->stopped = true;
}

static void read_experiment(struct reading *reading, struct err *damage)
{
    struct buf text;
    const void *piece;
    size_t length;
    buf_init(&text, EXPERIMENT_BYTES);
    while (!text.failed && zip_piece(&reading->zip, &piece, &length, damage))
        buf_add(&text, piece, length);
    cJSON *json =
        text.failed ? NULL : cJSON_ParseWithLength(text.data ? text.data : "", text.length);
    if (cJSON_IsObject(json))
        reading->stopped |= !emit_experiment(json, reading->sink);
    else if (!damage->code)
        say(reading, "experiment.json is not a JSON object");
    cJSON_Delete(json);
    buf_done(&text);
}

static void read_messages(struct reading *reading, struct err *damage)
{
    const void *piece;
    size_t length;
    while (!reading->stopped && zip_piece(&reading->zip, &piece, &length, damage))
        if (!comet_messages_take(&reading->messages, piece, length))
            reading->stopped = true;
}

static bool read_entries(struct reading *reading, struct err *err)
{
    struct err damage = {0};
    const char *entry;
    comet_messages_init(&reading->messages, reading->sink, reading->name);
    while (!reading->stopped && !damage.code && (entry = zip_next(&reading->zip, &damage))) {
        if (strcmp(entry, EXPERIMENT) == 0)
            read_experiment(reading, &damage);
        else if (strcmp(entry, MESSAGES) == 0)
            read_messages(reading, &damage);
    }
    bool ok = comet_messages_end(&reading->messages, err);
    reading->stopped |= reading->messages.params.stopped || reading->messages.series.stopped;
    comet_messages_done(&reading->messages);
    if (damage.code)
        say(reading, damage.text);
    return ok;
}

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    struct reading reading = {.name = source->name, .sink = sink};
    (void)mark;
    if (!zip_open(&reading.zip, source->path, err))
        return false;
    bool ok = read_entries(&reading, err);
    zip_close(&reading.zip);
    return ok;
}

const struct reader reader_comet = {
    .name = "comet",
    .reads = "Comet's offline archives (.cometml-runs/*.zip)",
    .hidden_directory = HIDDEN,
    .claim = claim,
    .read = read,
};
