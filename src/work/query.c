#include "work/query.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One table being read out row by row: item ITEM of run RUN is next. */
struct reading {
    const struct runs *runs;
    size_t run, item;
    size_t (*count)(const struct run_row *run);
    void (*cells)(const struct run_row *run, size_t item, struct sql_value *out);
    char when[32]; /* room for a text of the row */
};

static struct sql_value integer(int64_t value)
{
    return (struct sql_value){.kind = SQL_INTEGER, .integer = value};
}

static struct sql_value real(double value)
{
    return (struct sql_value){.kind = SQL_REAL, .real = value};
}

static struct sql_value text(const char *value)
{
    return (struct sql_value){.kind = SQL_TEXT, .text = value};
}

/* ---- runs ---- */

static bool fill_runs(void *self, size_t row, struct sql_value *out)
{
    struct reading *reading = self;
    if (row >= reading->runs->count)
        return false;
    const struct run_row *run = &reading->runs->rows[row];
    int64_t step = -1;
    double best = run_role_best(run, ROLE_AP, false, &step);
    clock_iso(run->started_s, reading->when, sizeof reading->when);
    const struct sql_value cells[] = {integer(run->id), text(run->shown), text(run->name),
        text(run->title), text(run->root), text(run->directory), text(run->format),
        text(run_status_name(run->status)), text(reading->when[0] ? reading->when : NULL),
        real(run->started_s), real(run->ended_s), real(run->ended_s - run->started_s),
        integer((int64_t)run->source_count), integer((int64_t)run->note_count),
        text(run->dataset_label), real(best), isnan(best) ? (struct sql_value){0} : integer(step)};
    memcpy(out, cells, sizeof cells);
    return true;
}

/* ---- what runs have many of ---- */

static bool fill_items(void *self, size_t row, struct sql_value *out)
{
    struct reading *reading = self;
    (void)row; /* they come in order */
    while (reading->run < reading->runs->count &&
           reading->item >= reading->count(&reading->runs->rows[reading->run])) {
        reading->run++;
        reading->item = 0;
    }
    if (reading->run == reading->runs->count)
        return false;
    const struct run_row *run = &reading->runs->rows[reading->run];
    out[0] = integer(run->id);
    reading->cells(run, reading->item++, out + 1);
    return true;
}

static size_t param_count(const struct run_row *run)
{
    return run->param_count;
}

static void param_cells(const struct run_row *run, size_t item, struct sql_value *out)
{
    const struct param *param = &run->params[item];
    bool numeric = param->kind == PARAM_NUMBER || param->kind == PARAM_BOOL;
    out[0] = text(param->name);
    out[1] = param->kind == PARAM_NULL ? (struct sql_value){0} : text(param->text);
    out[2] = numeric ? real(param->number) : (struct sql_value){0};
}

static size_t metric_count(const struct run_row *run)
{
    return run->metric_count;
}

static void metric_cells(const struct run_row *run, size_t item, struct sql_value *out)
{
    const struct run_metric *metric = &run->metrics[item];
    const struct metric_summary s = run_metric_summary(metric);
    bool finite = !isnan(s.min);
    struct sql_value none = {0};
    const struct sql_value cells[] = {text(metric->kind->name),
        text(role_info(metric->kind->role)->name), real(metric->kind->scale),
        integer(s.count), integer(s.nonfinite), integer(s.segments), integer(s.first_step),
        real(s.first), integer(s.last_step), real(s.last), finite ? integer(s.min_step) : none,
        real(s.min), finite ? integer(s.max_step) : none, real(s.max)};
    memcpy(out, cells, sizeof cells);
}

static size_t note_count(const struct run_row *run)
{
    return run->note_count;
}

static void note_cells(const struct run_row *run, size_t item, struct sql_value *out)
{
    const struct note *note = &run->notes[item];
    struct sql_value none = {0};
    out[0] = text(note->file);
    out[1] = note->line > 0 ? integer(note->line) : none;
    out[2] = note->offset >= 0 ? integer(note->offset) : none;
    out[3] = integer(note->count);
    out[4] = text(note->text);
}

static size_t artifact_count(const struct run_row *run)
{
    return run->artifact_count;
}

static void artifact_cells(const struct run_row *run, size_t item, struct sql_value *out)
{
    static const char *const KINDS[] = {[ARTIFACT_PREDICTIONS] = "predictions",
        [ARTIFACT_GROUND_TRUTH] = "ground truth",
        [ARTIFACT_IMAGES] = "images",
        [ARTIFACT_PICTURE] = "picture",
        [ARTIFACT_WATCHED] = "watched"};
    const struct artifact *artifact = &run->artifacts[item];
    out[0] = text(KINDS[artifact->kind]);
    out[1] = artifact->step >= 0 ? integer(artifact->step) : (struct sql_value){0};
    out[2] = text(artifact->path);
}

/* ---- points ---- */

static int compare_series(const void *a, const void *b)
{
    const struct sql_series *x = a, *y = b;
    return (x->run > y->run) - (x->run < y->run);
}

static struct sql_series *list_series(const struct runs *runs, struct arena *arena, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < runs->count; i++)
        *count += runs->rows[i].metric_count;
    struct sql_series *series = ARENA_ARRAY(arena, struct sql_series, *count + 1), *next = series;
    for (size_t i = 0; series && i < runs->count; i++)
        for (size_t m = 0; m < runs->rows[i].metric_count; m++) {
            const struct run_metric *metric = &runs->rows[i].metrics[m];
            *next++ = (struct sql_series){
                runs->rows[i].id, metric->kind->name, metric->extent->run_id, metric->kind->written};
        }
    if (series && *count)
        qsort(series, *count, sizeof *series, compare_series);
    return series;
}

bool query_runs(struct store *store, const struct runs *runs, const char *sql,
    const atomic_bool *stale, struct arena *arena, struct sql_answer *answer, struct err *err)
{
    struct reading run_rows = {.runs = runs},
                   params = {.runs = runs, .count = param_count, .cells = param_cells},
                   metrics = {.runs = runs, .count = metric_count, .cells = metric_cells},
                   notes = {.runs = runs, .count = note_count, .cells = note_cells},
                   artifacts = {.runs = runs, .count = artifact_count, .cells = artifact_cells};
    const struct sql_table tables[] = {
        {"runs",
            "id INTEGER PRIMARY KEY, name TEXT, path TEXT, title TEXT, root TEXT, directory TEXT,"
            " format TEXT, status TEXT, started TEXT, started_s REAL, ended_s REAL, duration_s REAL,"
            " files INTEGER, notes INTEGER, dataset TEXT, ap REAL, ap_step INTEGER",
            NULL, 17, fill_runs, &run_rows},
        {"params", "run INTEGER, name TEXT, value TEXT, number REAL", "run, name", 4, fill_items,
            &params},
        {"metrics",
            "run INTEGER, name TEXT, role TEXT, scale REAL, count INTEGER, nonfinite INTEGER, segments INTEGER,"
            " first_step INTEGER, first REAL, last_step INTEGER, last REAL, min_step INTEGER, min REAL,"
            " max_step INTEGER, max REAL",
            "run, name", 15, fill_items, &metrics},
        {"notes", "run INTEGER, file TEXT, line INTEGER, byte INTEGER, count INTEGER, text TEXT", "run",
            6, fill_items, &notes},
        {"artifacts", "run INTEGER, kind TEXT, step INTEGER, path TEXT", "run", 4, fill_items,
            &artifacts},
    };
    struct sql_request request = {.sql = sql,
        .tables = tables,
        .table_count = sizeof tables / sizeof *tables,
        .stale = stale};
    request.series = list_series(runs, arena, &request.series_count);
    if (!request.series)
        return err_set(err, ERR_MEMORY, "out of memory");
    return store_sql(store, &request, arena, answer, err);
}
