/*
 * The MLflow reader: the file store, a directory a run with a small file for everything.
 * Knows: meta.yaml, metrics/, params/, tags/, artifacts/. Must not know: databases of MLflow.
 *
 *     EXPERIMENT/meta.yaml            the experiment's name
 *     EXPERIMENT/RUN/meta.yaml        id, name, state, times
 *     EXPERIMENT/RUN/metrics/a/b      the metric "a/b": a line a point, "milliseconds value step"
 *     EXPERIMENT/RUN/params/a/b       the parameter "a/b": the file is the value
 *     EXPERIMENT/RUN/tags/NAME        likewise
 *
 * A metric's file is a source and read on as it grows. Of parameters each *directory* is one
 * source: they are written once, so its time tells of every change at the price of one file. So are
 * the tags, but for the note, the one that people edit in place.
 */
#include "base/num.h"
#include "base/stream.h"
#include "readers/mlflow_run.h"
#include "readers/predictions_files.h"
#include "readers/rows.h"
#include "readers/series.h"
#include "readers/yaml_params.h"

#include <math.h>
#include <string.h>

enum {
    PEEK_BYTES = 16 << 10,
    DEEPEST = 16, /* directories within metrics/ and params/ */
    ARTIFACTS_DEEPEST = 4,
    MOST_ARTIFACT_DIRS = 64,
    MOST_SNIFFED = 256, /* JSON files among the artifacts that are looked into */
};

static const char META[] = "meta.yaml", EXPERIMENT[] = "../meta.yaml";
static const char TAGS[] = "tags", NOTE[] = "mlflow.note.content", NAME[] = "mlflow.runName";
static const char PARAMS[] = "params", METRICS[] = "metrics", ARTIFACTS[] = "artifacts";

/* ---- recognising ---- */

static bool has(const struct reader_place *place, const char *name, bool directory)
{
    const struct file_entry *entry = file_list_find(place->list, name);
    return entry && entry->is_dir == directory;
}

enum found { NOTHING, RUN, DELETED, MODEL, ARTIFACTS_ONLY };

/* The value of the line "KEY: value" of TEXT, which begins with a line end; NULL for none. */
static const char *value_of(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    return at ? at + strlen(key) + strspn(at + strlen(key), " '\"") : NULL;
}

static bool is_run_name(const char *path)
{
    const char *base = path_base(path);
    return strlen(base) == 32 && strspn(base, "0123456789abcdef") == 32;
}

/* What a directory without a usable meta.yaml is: a full disk leaves an empty one; and a server
 * with a database keeps artifacts here and all else there. */
static enum found recognise_headless(const struct reader_place *place, struct reader_claim *claim)
{
    if (!is_run_name(place->path))
        return NOTHING;
    if (has(place, METRICS, true) && (has(place, PARAMS, true) || has(place, TAGS, true))) {
        claim->reason = "metrics/ of an MLflow run whose meta.yaml is damaged";
        return RUN;
    }
    claim->reason = "detections among the artifacts of an MLflow run";
    return has(place, ARTIFACTS, true) ? ARTIFACTS_ONLY : NOTHING;
}

static enum found recognise(const struct reader_place *place, struct reader_claim *claim)
{
    char head[PEEK_BYTES + 2] = "\n";
    size_t got = has(place, META, false) ? reader_peek(place, META, head + 1, PEEK_BYTES) : 0;
    head[got + 1] = '\0';
    if (value_of(head, "\nmodel_id:")) {
        claim->reason = "a model that a run of MLflow has logged";
        return MODEL;
    }
    if (!value_of(head, "\nrun_id:") && !value_of(head, "\nrun_uuid:"))
        return recognise_headless(place, claim);
    if (!value_of(head, "\nexperiment_id:")) {
        reader_refuse(place, claim, META,
            "a run_id without an experiment_id: a registered model's version, not a run");
        return NOTHING;
    }
    const char *stage = value_of(head, "\nlifecycle_stage:");
    if (stage && strncmp(stage, "deleted", strlen("deleted")) == 0) {
        reader_refuse(place, claim, META, "the run is deleted in MLflow");
        claim->reason = "a run that is deleted in MLflow";
        return DELETED;
    }
    claim->reason = "meta.yaml with a run_id";
    return RUN;
}

/* ---- claiming ---- */

enum what { DIRECTORIES, FILES, DETECTIONS };

struct walk {
    const struct reader_place *place;
    struct reader_claim *claim;
    enum what what;
    int deepest, directories_left, sniffs_left;
    bool full;
};

static void take(struct walk *walk, const char *name)
{
    if (walk->what == DETECTIONS && (!path_has_suffix(name, ".json") || walk->sniffs_left-- <= 0 ||
                                        !predictions_is_file(walk->place, name)))
        return;
    if (!walk->full && !reader_claim_add(walk->place, walk->claim, name)) {
        walk->full = true;
        reader_refuse(walk->place, walk->claim, name, "too many files in one run: left out");
    }
}

/* Claims of DIRECTORY (relative to the place) and below it what is wanted. */
static void claim_below(struct walk *walk, const char *directory, int depth)
{
    struct arena *arena = walk->place->arena;
    struct file_list list;
    if (walk->full || walk->directories_left-- <= 0 || !reader_list(walk->place, directory, &list))
        return;
    if (walk->what == DIRECTORIES)
        take(walk, directory);
    for (size_t i = 0; i < list.count; i++) {
        const struct file_entry *entry = &list.entries[i];
        const char *name = path_join(arena, directory, entry->name);
        if (!name || entry->name[0] == '.')
            continue;
        if (entry->is_dir && depth < walk->deepest)
            claim_below(walk, name, depth + 1);
        else if (!entry->is_dir && walk->what != DIRECTORIES)
            take(walk, name);
    }
}

static void claim_tree(const struct reader_place *place, struct reader_claim *claim,
    const char *directory, enum what what)
{
    bool artifacts = what == DETECTIONS;
    struct walk walk = {.place = place,
        .claim = claim,
        .what = what,
        .deepest = artifacts ? ARTIFACTS_DEEPEST : DEEPEST,
        .directories_left = artifacts ? MOST_ARTIFACT_DIRS : READER_MAX_SOURCES,
        .sniffs_left = MOST_SNIFFED};
    if (has(place, directory, true))
        claim_below(&walk, directory, 0);
}

static void claim_if_there(
    const struct reader_place *place, struct reader_claim *claim, const char *name)
{
    char byte;
    if (reader_peek(place, name, &byte, 1))
        reader_claim_add(place, claim, name);
}

static void claim_run(const struct reader_place *place, struct reader_claim *claim)
{
    /* Of sources of one reader the first names the run, and the last one's parameter stands. */
    if (has(place, META, false))
        reader_claim_add(place, claim, META);
    claim_if_there(place, claim, EXPERIMENT);
    if (has(place, TAGS, true)) {
        reader_claim_add(place, claim, TAGS);
        claim_if_there(place, claim, "tags/mlflow.note.content");
    }
    claim_tree(place, claim, PARAMS, DIRECTORIES);
    claim_tree(place, claim, ARTIFACTS, DETECTIONS);
    claim_tree(place, claim, METRICS, FILES);
}

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    enum found found = recognise(place, claim);
    if (found == RUN)
        claim_run(place, claim);
    else if (found == ARTIFACTS_ONLY)
        claim_tree(place, claim, ARTIFACTS, DETECTIONS);
    /* Of a deleted run and of a model, whose metrics are copies of its run's, nothing is claimed,
     * but their artifacts are no runs either. */
    claim->owns_subdirectories = found == DELETED || found == MODEL || claim->count > 0;
    return claim->owns_subdirectories;
}

/* ---- meta.yaml ---- */

struct meta {
    struct params *params; /* what is passed on */
    struct sink *sink;
    char id[MLFLOW_ID_BYTES + 1];
    enum run_status status;
    double started_s, ended_s;
    bool is_experiment;
};

static bool take_name(struct meta *meta, const char *name)
{
    if (!meta->is_experiment)
        return meta->sink->label(meta->sink->self, RUN_LABEL_TITLE, name);
    size_t entered = params_enter(meta->params, "experiment", strlen("experiment"));
    params_put_text(meta->params, name, strlen(name));
    params_leave(meta->params, entered);
    return true;
}

static bool take_field(void *self, const struct param *field)
{
    struct meta *meta = self;
    const char *name = field->name, *text = field->text;
    if (field->kind == PARAM_NULL || !*text)
        return true;
    if (strcmp(name, meta->is_experiment ? "name" : "run_name") == 0)
        return take_name(meta, text);
    if (meta->is_experiment)
        return true;
    if ((strcmp(name, "run_id") == 0 || strcmp(name, "run_uuid") == 0) && mlflow_is_id(text))
        memcpy(meta->id, text, strlen(text) + 1);
    else if (strcmp(name, "status") == 0)
        meta->status = mlflow_status(text);
    else if (strcmp(name, "start_time") == 0)
        meta->started_s = mlflow_time_s(field->number);
    else if (strcmp(name, "end_time") == 0)
        meta->ended_s = mlflow_time_s(field->number);
    else
        mlflow_put_about(meta->params, name, text, strlen(text));
    return !meta->params->stopped;
}

static bool read_meta(const struct reader_source *source, struct sink *sink, struct err *err)
{
    struct params fields, params;
    struct meta meta = {.params = &params,
        .sink = sink,
        .started_s = NAN,
        .ended_s = NAN,
        .is_experiment = strcmp(source->name, EXPERIMENT) == 0};
    params_init_sink(&params, sink);
    params_init(&fields, take_field, &meta);
    bool ok = yaml_params_read(source->path, source->name, &fields, sink, err);
    if (ok && !meta.id[0] && is_run_name(source->directory))
        memcpy(meta.id, path_base(source->directory), 33);
    if (ok && !meta.is_experiment && !fields.stopped &&
        (!meta.id[0] || sink->label(sink->self, RUN_LABEL_ID, meta.id)))
        sink->status(sink->self, meta.status, meta.started_s, meta.ended_s);
    params_done(&fields);
    params_done(&params);
    return ok;
}

/* ---- params/ and tags/ ---- */

/* The whole file as the text of the parameter or tag that it is; false when it cannot be had. */
static bool read_value(const char *directory, const char *name, struct arena *arena,
    struct buf *value, struct params *params)
{
    struct err err = {0};
    const char *path = path_join(arena, directory, name);
    buf_clear(value);
    if (!path || !file_read(path, value, &err)) {
        params->left_out += err.code == ERR_LIMIT;
        return false;
    }
    return buf_add(value, "", 0);
}

static void put_params(const struct reader_source *source, const struct file_list *list,
    struct arena *arena, struct params *params)
{
    struct buf value;
    buf_init(&value, PARAMS_TEXT_BYTES);
    const char *prefix = source->name + strlen(PARAMS);
    prefix += *prefix == '/';
    for (size_t i = 0; i < list->count && !params->stopped && !params->full; i++) {
        const struct file_entry *entry = &list->entries[i];
        const char *name = path_join(arena, prefix, entry->name);
        if (entry->is_dir || entry->name[0] == '.' || !name ||
            !read_value(source->path, entry->name, arena, &value, params))
            continue;
        size_t entered = params_enter(params, name, strlen(name));
        params_put_plain(params, value.data, value.length);
        params_leave(params, entered);
    }
    buf_done(&value);
}

static void put_tags(const struct reader_source *source, const struct file_list *list,
    struct arena *arena, struct params *params, struct sink *sink)
{
    struct buf value;
    buf_init(&value, PARAMS_TEXT_BYTES);
    for (const char *const *tag = mlflow_tags(); *tag; tag++)
        if (strcmp(*tag, NOTE) != 0 && file_list_find(list, *tag) &&
            read_value(source->path, *tag, arena, &value, params))
            mlflow_put_about(params, *tag, value.data, value.length);
    if (file_list_find(list, NAME) && read_value(source->path, NAME, arena, &value, params) &&
        value.length && !sink->label(sink->self, RUN_LABEL_TITLE, value.data))
        params->stopped = true;
    buf_done(&value);
}

static bool read_directory(const struct reader_source *source, struct sink *sink, struct err *err)
{
    struct arena arena = {0};
    struct file_list list;
    struct params params;
    params_init_sink(&params, sink);
    bool ok = file_list(source->path, &arena, &list, err);
    if (ok && strcmp(source->name, TAGS) == 0)
        put_tags(source, &list, &arena, &params, sink);
    else if (ok)
        put_params(source, &list, &arena, &params);
    if (ok && !params.stopped)
        params_note(&params, sink, source->name);
    params_done(&params);
    arena_done(&arena);
    return ok;
}

static bool read_note(const struct reader_source *source, struct sink *sink, struct err *err)
{
    struct params params;
    struct buf value;
    params_init_sink(&params, sink);
    buf_init(&value, PARAMS_TEXT_BYTES);
    bool ok = file_read(source->path, &value, err);
    if (ok && value.length)
        mlflow_put_about(&params, NOTE, value.data, value.length);
    buf_done(&value);
    params_done(&params);
    return ok;
}

/* ---- metrics/ ---- */

/* The next of the blank-separated fields in [*at, end); false when there is none. */
static bool next_field(const char **at, const char *end, const char **field, size_t *length)
{
    while (*at < end && (**at == ' ' || **at == '\t'))
        ++*at;
    *field = *at;
    while (*at < end && **at != ' ' && **at != '\t')
        ++*at;
    *length = (size_t)(*at - *field);
    return *length > 0;
}

/* "milliseconds value [step [names of a data set]]" */
static bool parse_point(const char *line, size_t length, struct point *point)
{
    const char *at = line, *end = line + length, *field;
    size_t bytes;
    double ms;
    bool fraction;
    if (!next_field(&at, end, &field, &bytes) || !num_parse(field, bytes, &ms) ||
        !next_field(&at, end, &field, &bytes) || !num_parse(field, bytes, &point->value))
        return false;
    point->wall_s = mlflow_time_s(ms);
    point->step = 0; /* very old files say none */
    return !next_field(&at, end, &field, &bytes) ||
           rows_parse_step(field, bytes, &point->step, &fraction);
}

struct damage {
    int64_t count, first_offset;
};

static bool say(struct sink *sink, const char *file, struct damage damage, const char *text)
{
    struct note note = {
        .file = file, .offset = damage.first_offset, .count = damage.count, .text = text};
    return !damage.count || sink->note(sink->self, &note);
}

static bool read_points(struct stream *stream, const struct reader_source *source,
    struct reader_mark *mark, struct sink *sink, struct err *err)
{
    struct series_set set;
    struct damage damage = {0}, cut = {0};
    const char *name = source->name + sizeof METRICS, *line;
    size_t length;
    bool complete;
    series_init(&set, sink, "");
    int32_t series = series_find(&set, name, strlen(name));
    while (series >= 0 && !set.stopped && stream_line(stream, &line, &length, &complete)) {
        struct point point;
        if (!complete) { /* still being written: its step may lack digits */
            cut = (struct damage){source->settled && length, mark->offset};
            break;
        }
        if (parse_point(line, length, &point))
            series_add(&set, series, point.step, point.wall_s, point.value);
        else if (!rows_is_blank(line, length) && !damage.count++)
            damage.first_offset = mark->offset;
        mark->offset = stream->offset;
    }
    bool ok = series_end(&set, source->name, err);
    if (!set.stopped && say(sink, source->name, damage, "damaged line, skipped"))
        say(sink, source->name, cut, "the last line does not end, left out");
    series_done(&set);
    return ok;
}

static bool read_metric(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err)
{
    struct stream stream;
    if (!stream_open(&stream, source->path, mark->offset, err))
        return false;
    bool ok = read_points(&stream, source, mark, sink, err);
    stream_close(&stream);
    return ok;
}

static bool is_below(const char *name, const char *directory)
{
    size_t length = strlen(directory);
    return strncmp(name, directory, length) == 0 && name[length] == '/';
}

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    const char *name = source->name;
    if (is_below(name, METRICS))
        return read_metric(source, mark, sink, err);
    if (strcmp(name, META) == 0 || strcmp(name, EXPERIMENT) == 0)
        return read_meta(source, sink, err);
    if (strcmp(name, TAGS) == 0 || strcmp(name, PARAMS) == 0 || is_below(name, PARAMS))
        return read_directory(source, sink, err);
    if (is_below(name, TAGS))
        return read_note(source, sink, err);
    /* Without a meta.yaml the directory's name tells which run of the database it is. */
    if (!is_run_name(source->directory) ||
        sink->label(sink->self, RUN_LABEL_ID, path_base(source->directory)))
        predictions_emit(source, sink);
    return true;
}

const struct reader reader_mlflow = {
    .name = "mlflow",
    .reads = "MLflow's file store: mlruns/EXPERIMENT/RUN with metrics, parameters and tags",
    .incremental = true,
    .claim = claim,
    .read = read,
};
