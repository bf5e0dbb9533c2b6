/*
 * The DVCLive reader: a table a metric, and what was logged last.
 * Knows: plots/metrics/, metrics.json, params.yaml; of old versions scalars/ or the directory
 * itself, and NAME.json beside it. Must not know: plots that are no metrics, or of DVC more than
 * where its parameters lie.
 *
 *     plots/metrics/eval/loss.tsv   the metric eval/loss: step, value; before them
 *                                   milliseconds where an old version or the script says so
 *     metrics.json                  the last values, nested by "/", and the step
 *     params.yaml                   parameters; those of a DVC pipeline lie one floor up
 */
#include "base/json.h"
#include "base/num.h"
#include "readers/params_file.h"
#include "readers/rows.h"
#include "readers/series.h"
#include "readers/tree.h"

#include <math.h>
#include <string.h>

enum { PEEK_BYTES = 4096, SUMMARY_MAX_BYTES = 16 << 20, MOST_DEPTH = 32 };

static const char SUMMARY[] = "metrics.json", OLD_SUMMARY[] = "dvclive.json";
static const char PARAMS[] = "params.yaml", TABLE[] = ".tsv";
static const char DVC_PARAMS[] = "../params.yaml", DVC_PIPELINE[] = "../dvc.yaml";
/* Where tables lie; what their path says below it is the metric's name. The oldest versions have no
 * such folder, and no line end behind the last row. */
static const char *const FOLDERS[] = {"plots/metrics", "scalars", "."};
static const char *const STEPS[] = {"step", NULL}, *const WALLS[] = {"timestamp", NULL};
static const struct rows_rules RULES = {
    .steps = STEPS, .walls = WALLS, .prefix = "", .numbers_only = true, .parted = true};

/* ---- recognising ---- */

static bool is_table_name(const char *base_name)
{
    return path_has_suffix(base_name, TABLE) && base_name[0] != TABLE[0];
}

static bool is_table(const struct reader_place *place, const char *name)
{
    char head[PEEK_BYTES];
    size_t got = reader_peek(place, name, head, sizeof head);
    const char *end = got ? memchr(head, '\n', got) : NULL;
    return rows_is_csv_header(&RULES, head, end ? (size_t)(end - head) : got);
}

/* Claims the tables of FOLDER, a metric each, and owns the place's folder TOP in which it lies.
 * Where one is DVCLive's so are the others: this is asked at each refresh, and there may be
 * hundreds. Returns how many. */
static size_t claim_tables(const struct reader_place *place, struct reader_claim *claim,
    const char *top, const char *folder)
{
    const struct file_entry *entry = file_list_find(place->list, top);
    struct tree tree = {0};
    size_t added = 0;
    if (entry && entry->is_dir)
        tree = tree_list(place, folder, is_table_name);
    for (size_t i = 0; i < tree.count; i++) {
        if (!added && !is_table(place, tree.names[i]))
            reader_refuse(place, claim, tree.names[i], "its first line does not name a step");
        else if (reader_claim_add(place, claim, tree.names[i]))
            added++;
        else
            reader_refuse(place, claim, tree.names[i], "the run has too many files already");
    }
    if (added)
        reader_claim_own(place, claim, top);
    return added;
}

static bool has_bytes(const struct reader_place *place, const char *name)
{
    char byte;
    return reader_peek(place, name, &byte, 1) > 0;
}

/* The last cell of the table's header is what the table is called, with or without its folders. */
static bool is_called_as_its_metric(const struct reader_place *place, const char *name)
{
    char head[PEEK_BYTES];
    size_t got = reader_peek(place, name, head, sizeof head), length = strlen(name) - strlen(TABLE);
    const char *end = got ? memchr(head, '\n', got) : NULL, *cell = end;
    while (cell && cell > head && cell[-1] != '\t')
        cell--;
    if (!cell || cell == head)
        return false;
    size_t bytes = (size_t)(end - cell) - (end > cell && end[-1] == '\r');
    return bytes && bytes <= length && memcmp(name + length - bytes, cell, bytes) == 0 &&
           (bytes == length || name[length - bytes - 1] == '/');
}

/* A directory of runs has none of its own. Asked of every directory there is, so nothing but its
 * list is looked at. */
static bool has_bare_table(const struct reader_place *place)
{
    for (size_t i = 0; i < place->list->count; i++)
        if (!place->list->entries[i].is_dir && is_table_name(place->list->entries[i].name))
            return true;
    return false;
}

/* The tables that the oldest versions put into the directory itself. Returns how many. */
static size_t claim_bare_tables(const struct reader_place *place, struct reader_claim *claim)
{
    struct tree tree = tree_list(place, "", is_table_name);
    size_t added = 0;
    for (size_t i = 0; i < tree.count; i++) {
        const char *name = tree.names[i], *slash = strchr(name, '/');
        if (!is_table(place, name) || !is_called_as_its_metric(place, name) ||
            !reader_claim_add(place, claim, name))
            continue;
        added++;
        const char *top = slash ? arena_copy(place->arena, name, (size_t)(slash - name)) : NULL;
        if (top)
            reader_claim_own(place, claim, top);
    }
    return added;
}

/* Claims what was logged last, in the place or beside it. */
static void claim_summary(
    const struct reader_place *place, struct reader_claim *claim, const char *beside)
{
    if (reader_has_file(place, SUMMARY))
        reader_claim_add(place, claim, SUMMARY);
    else if (reader_has_file(place, OLD_SUMMARY))
        reader_claim_add(place, claim, OLD_SUMMARY);
    else if (beside && has_bytes(place, beside))
        reader_claim_add(place, claim, beside);
}

static void claim_params(
    const struct reader_place *place, struct reader_claim *claim, const char *beside)
{
    if (reader_has_file(place, PARAMS))
        reader_claim_add(place, claim, PARAMS);
    else if ((has_bytes(place, DVC_PIPELINE) || (beside && has_bytes(place, beside))) &&
             has_bytes(place, DVC_PARAMS))
        reader_claim_add(place, claim, DVC_PARAMS);
}

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    const char *base = path_base(place->path);
    const char *beside = arena_printf(place->arena, "../%s.json", base);
    bool named = strncmp(base, "dvclive", strlen("dvclive")) == 0;
    size_t tables = claim_tables(place, claim, "plots", FOLDERS[0]);
    tables += claim_tables(place, claim, "scalars", FOLDERS[1]);
    if (!tables && has_bare_table(place) && (named || (beside && has_bytes(place, beside))))
        tables = claim_bare_tables(place, claim);
    if (!tables && !(named && (reader_has_file(place, PARAMS) || reader_has_file(place, SUMMARY))))
        return false;
    claim_params(place, claim, beside);
    claim_summary(place, claim, beside);
    claim->reason = tables ? "tables of metrics by step" : "dvclive/ with what it logs";
    return true;
}

/* ---- reading ---- */

/* The metric of the table NAME: its path in the folder of tables, without the ending. */
static const char *metric_of(struct arena *arena, const char *name)
{
    for (size_t i = 0; i < sizeof FOLDERS / sizeof *FOLDERS; i++) {
        size_t length = strlen(FOLDERS[i]);
        if (strncmp(name, FOLDERS[i], length) == 0 && name[length] == '/')
            name += length + 1;
    }
    return arena_copy(arena, name, strlen(name) - strlen(TABLE));
}

static bool read_table(const struct reader_source *source, struct reader_mark *mark,
    struct sink *sink, struct err *err)
{
    struct arena arena = {0};
    struct stream stream;
    struct rows_rules rules = RULES;
    rules.last = metric_of(&arena, source->name);
    bool ok = rules.last || err_set(err, ERR_MEMORY, "out of memory");
    if (ok && stream_open(&stream, source->path, mark->offset, err)) {
        ok = rows_read_csv(&stream, source, &rules, mark, sink, err);
        stream_close(&stream);
    } else
        ok = false;
    arena_done(&arena);
    return ok;
}

struct summary {
    const struct reader_source *source;
    struct series_set series;
    struct buf name; /* of the member being read, from the outermost map on */
    int64_t step;
};

/* The metric called summary->name has a table, whose last row says the same. */
static bool has_table(const struct summary *summary)
{
    struct arena arena = {0};
    struct file_stat stat;
    bool found = false;
    for (size_t i = 0; !found && i < sizeof FOLDERS / sizeof *FOLDERS; i++) {
        const char *path = arena_printf(&arena, "%s/%s/%s%s", summary->source->directory,
            FOLDERS[i], summary->name.data, TABLE);
        found = path && file_stat(path, &stat);
    }
    arena_done(&arena);
    return found;
}

/* A number, or the word that is written for one that is not finite. */
static bool number_of(const struct json *json, double *value)
{
    *value = json->number;
    return json->kind == JSON_NUMBER ||
           (json->kind == JSON_STRING && num_parse(json->text, json->length, value) &&
               !isfinite(*value));
}

/* The members of the map that is open, to its end. */
static void take_members(struct summary *summary, struct json *json, int depth)
{
    size_t outer = summary->name.length;
    double value;
    while (!summary->series.stopped && json_next(json) == JSON_KEY) {
        bool is_step = !outer && json_is(json, "step");
        if (outer)
            buf_add_char(&summary->name, '/');
        bool named = json_add_string(json, &summary->name) && summary->name.data;
        if (json_next(json) == JSON_OBJECT && named && depth < MOST_DEPTH)
            take_members(summary, json, depth + 1);
        else if (!is_step && named && number_of(json, &value) && !has_table(summary)) {
            int32_t series =
                series_find(&summary->series, summary->name.data, summary->name.length);
            if (series >= 0)
                series_add(&summary->series, series, summary->step, NAN, value);
        } else
            json_skip(json);
        summary->name.length = outer;
        summary->name.failed = false;
        if (summary->name.data)
            summary->name.data[outer] = '\0';
    }
}

/* The step that the whole document is of; 0 when it does not say. */
static int64_t find_step(const struct buf *text)
{
    struct json json;
    int64_t step = 0;
    json_init_memory(&json, text->data, text->length);
    if (json_next(&json) == JSON_OBJECT)
        while (json_next(&json) == JSON_KEY) {
            if (json_is(&json, "step") && json_next(&json) == JSON_NUMBER && json_int(&json, &step))
                break;
            if (!json_skip(&json))
                break;
        }
    return step;
}

/* The summary is rewritten at each step: one that is cut counts for nothing. */
static bool is_whole(const struct buf *text, int64_t *wrong)
{
    struct json json;
    json_init_memory(&json, text->data, text->length);
    bool is_map = json_next(&json) == JSON_OBJECT;
    while (is_map && json.kind != JSON_BAD && json.kind != JSON_END)
        json_next(&json);
    *wrong = json_offset(&json);
    return json.kind == JSON_END;
}

static bool read_summary(const struct reader_source *source, struct sink *sink, struct err *err)
{
    struct summary summary = {.source = source};
    struct buf text;
    struct note note = {.file = source->name,
        .count = 1,
        .text = "is no whole JSON object: being written, or damaged; not read"};
    buf_init(&text, SUMMARY_MAX_BYTES);
    bool ok = file_read(source->path, &text, err);
    if (ok && !is_whole(&text, &note.offset))
        sink->note(sink->self, &note);
    else if (ok) {
        struct json json;
        json_init_memory(&json, text.data, text.length);
        json_next(&json);
        summary.step = find_step(&text);
        series_init(&summary.series, sink, "");
        buf_init(&summary.name, SERIES_NAME_BYTES);
        take_members(&summary, &json, 0);
        ok = series_end(&summary.series, source->name, err);
        series_done(&summary.series);
        buf_done(&summary.name);
    }
    buf_done(&text);
    return ok;
}

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    if (path_has_suffix(source->name, TABLE))
        return read_table(source, mark, sink, err);
    return strcmp(path_base(source->name), PARAMS) == 0 ? params_file_read(source, NULL, sink, err)
                                                        : read_summary(source, sink, err);
}

const struct reader reader_dvclive = {
    .name = "dvclive",
    .reads =
        "DVCLive: plots/metrics/**.tsv (scalars/**.tsv or **.tsv of old versions), metrics.json, "
        "params.yaml",
    .incremental = true,
    .claim = claim,
    .read = read,
};
