/*
 * Reading all runs at once: a few scans in storage order, joined in memory.
 * Knows: which of several sources of one run is believed. Must not know: points, columns of a
 * table. (store_load_runs() and its like, which are here, stand in store.h.)
 */
#include "store/intake.h"

#include "base/grow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A source, in the order in which sources are believed: by run, rank, position. */
struct origin {
    int64_t id;
    uint32_t run; /* index */
    int rank;
    size_t param_from, param_to; /* its rows */
};

/* Where a name stands in the list that is being made for one run. */
struct seat {
    uint32_t run; /* index + 1, so that 0 is nowhere */
    uint32_t at;
    int rank;
};

struct loading {
    struct store *store;
    struct arena *arena;
    struct store_runs *out;
    struct err *err;
    size_t run_capacity;
    struct origin *origins;
    size_t origin_count, origin_capacity;
    uint32_t *by_id; /* source.id to index + 1 in origins; 0 for none */
    size_t by_id_capacity;
    struct store_param *params; /* rows as stored: a source's lie together */
    size_t param_count, param_capacity;
    struct store_metric *metrics; /* of the run being loaded, settled */
    size_t metric_count, metric_capacity;
    struct seat *seats; /* by name */
};

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory for the runs");
}

static bool damaged(struct loading *l)
{
    err_set(l->err, ERR_FORMAT, "the index is damaged: rebuild it");
    err_in_file(l->err, l->store->path);
    return false;
}

/* Runs one statement and hands each row to TAKE. */
static bool each_row(
    struct loading *l, enum statement id, bool (*take)(struct loading *l, sqlite3_stmt *row))
{
    sqlite3_stmt *rows = db_bind(l->store, id, l->err, "");
    enum db_step step = DB_FAILED;
    while (rows && (step = db_step(l->store, rows, l->err)) == DB_ROW)
        if (!take(l, rows)) {
            sqlite3_reset(rows);
            return false;
        }
    return step == DB_DONE;
}

static bool take_name(struct loading *l, sqlite3_stmt *row)
{
    struct store_runs *out = l->out;
    bool ok = true;
    if (sqlite3_column_int64(row, 0) > (int64_t)out->name_count || sqlite3_column_int64(row, 0) < 1)
        return damaged(l);
    const char *text = db_text(row, 1, l->arena, &ok, l->err);
    if (ok)
        out->names[sqlite3_column_int64(row, 0) - 1] = text ? text : "";
    return ok;
}

/* Names are never deleted one by one, so their ids are 1, 2, 3... */
static bool load_names(struct loading *l)
{
    int64_t count;
    if (!db_number(l->store->db, "SELECT count(*) FROM name", &count, l->err))
        return false;
    l->out->names = ARENA_ARRAY(l->arena, const char *, (size_t)count + 1);
    l->seats = calloc((size_t)count + 1, sizeof *l->seats);
    if (!l->out->names || !l->seats)
        return no_memory(l->err);
    l->out->name_count = (size_t)count;
    return each_row(l, STATEMENT_LOAD_NAMES, take_name);
}

static bool take_run(struct loading *l, sqlite3_stmt *row)
{
    bool ok = true;
    if (l->out->count == l->run_capacity)
        return damaged(l);
    struct store_run run = {.id = sqlite3_column_int64(row, 0),
        .root = db_text(row, 1, l->arena, &ok, l->err),
        .name = db_text(row, 2, l->arena, &ok, l->err),
        .directory = db_text(row, 3, l->arena, &ok, l->err),
        .format = db_text(row, 4, l->arena, &ok, l->err),
        .colour = sqlite3_column_int64(row, 5),
        .started_s = NAN,
        .ended_s = NAN};
    if (ok && !(run.root && run.name && run.directory && run.format))
        return damaged(l);
    l->out->runs[l->out->count++] = run;
    return ok;
}

static bool load_run_rows(struct loading *l)
{
    int64_t count;
    if (!db_number(l->store->db, "SELECT count(*) FROM run", &count, l->err))
        return false;
    l->out->runs = ARENA_ARRAY(l->arena, struct store_run, (size_t)count + 1);
    if (!l->out->runs)
        return no_memory(l->err);
    l->run_capacity = (size_t)count;
    return each_row(l, STATEMENT_LOAD_RUNS, take_run);
}

static int compare_run(const void *key, const void *run)
{
    int64_t a = *(const int64_t *)key, b = ((const struct store_run *)run)->id;
    return (a > b) - (a < b);
}

/* What a source says about its run as a whole; better believed sources come first. */
static bool add_status(struct loading *l, struct store_run *run, sqlite3_stmt *row)
{
    int64_t status = sqlite3_column_int64(row, 3), mtime_ns = sqlite3_column_int64(row, 6);
    double started_s = db_real(row, 4), ended_s = db_real(row, 5);
    if (status > RUN_UNKNOWN && status <= RUN_STALLED && run->status == RUN_UNKNOWN)
        run->status = (enum run_status)status;
    run->started_s = fmin(run->started_s, started_s); /* fmin leaves NaN out */
    run->ended_s = fmax(run->ended_s, ended_s);
    bool ok = true;
    if (!run->title)
        run->title = db_text(row, 9, l->arena, &ok, l->err);
    if (!run->label_id)
        run->label_id = db_text(row, 10, l->arena, &ok, l->err);
    if (!ok || sqlite3_column_int64(row, 8))
        return ok;
    int64_t size = sqlite3_column_int64(row, 7);
    run->newest_mtime_ns = mtime_ns > run->newest_mtime_ns ? mtime_ns : run->newest_mtime_ns;
    run->size_bytes += size > 0 ? size : 0;
    run->source_count++;
    return true;
}

static bool take_source(struct loading *l, sqlite3_stmt *row)
{
    int64_t id = sqlite3_column_int64(row, 0), run_id = sqlite3_column_int64(row, 1);
    size_t before = l->by_id_capacity;
    struct store_run *run =
        bsearch(&run_id, l->out->runs, l->out->count, sizeof *l->out->runs, compare_run);
    if (!run || id < 1 || id > SCHEMA_MAX_SOURCE)
        return damaged(l);
    if (!GROW(l->by_id, l->by_id_capacity, (size_t)id + 1) ||
        !GROW(l->origins, l->origin_capacity, l->origin_count + 1))
        return no_memory(l->err);
    memset(l->by_id + before, 0, (l->by_id_capacity - before) * sizeof *l->by_id);
    l->origins[l->origin_count] = (struct origin){
        .id = id, .run = (uint32_t)(run - l->out->runs), .rank = sqlite3_column_int(row, 2)};
    l->by_id[id] = (uint32_t)++l->origin_count;
    return add_status(l, run, row);
}

static struct origin *find_origin(struct loading *l, int64_t source)
{
    if (source < 0 || (size_t)source >= l->by_id_capacity || !l->by_id[source])
        return NULL;
    return &l->origins[l->by_id[source] - 1];
}

static bool take_param(struct loading *l, sqlite3_stmt *row)
{
    struct origin *origin = find_origin(l, sqlite3_column_int64(row, 0));
    int64_t name = sqlite3_column_int64(row, 1), kind = sqlite3_column_int64(row, 2);
    bool ok = true;
    if (!origin || name < 1 || (size_t)name > l->out->name_count || kind < 0 || kind > PARAM_TEXT)
        return damaged(l);
    if (!GROW(l->params, l->param_capacity, l->param_count + 1))
        return no_memory(l->err);
    const char *text = db_text(row, 3, l->arena, &ok, l->err);
    struct store_param *param = &l->params[l->param_count];
    *param = (struct store_param){.name = (uint32_t)(name - 1),
        .param = {.name = l->out->names[name - 1],
            .kind = (enum param_kind)kind,
            .text = text ? text : "",
            .number = db_real(row, 4)}};
    if (origin->param_to == 0)
        origin->param_from = l->param_count;
    origin->param_to = ++l->param_count;
    return ok;
}

static bool take_count(struct loading *l, sqlite3_stmt *row)
{
    struct origin *origin = find_origin(l, sqlite3_column_int64(row, 0));
    if (!origin)
        return damaged(l);
    struct store_run *run = &l->out->runs[origin->run];
    size_t count = (size_t)sqlite3_column_int64(row, 2);
    if (sqlite3_column_int64(row, 1))
        run->note_count += count;
    else
        run->prediction_count += count;
    return true;
}

/* The program evaluates a run in one source; of more, the first counts. */
static bool take_dataset(struct loading *l, sqlite3_stmt *row)
{
    struct origin *origin = find_origin(l, sqlite3_column_int64(row, 0));
    if (!origin || sqlite3_column_bytes(row, 1) != DIGEST_BYTES ||
        sqlite3_column_bytes(row, 2) != DIGEST_BYTES)
        return damaged(l);
    struct store_run *run = &l->out->runs[origin->run];
    if (run->dataset)
        return true;
    bool ok = true;
    struct dataset_version *dataset = ARENA_NEW(l->arena, struct dataset_version);
    const char *name = db_text(row, 3, l->arena, &ok, l->err);
    if (!dataset || !ok)
        return no_memory(l->err);
    *dataset = (struct dataset_version){.name = name ? name : "",
        .content = digest_get(sqlite3_column_blob(row, 1)),
        .images = digest_get(sqlite3_column_blob(row, 2)),
        .image_count = sqlite3_column_int64(row, 4),
        .images_with_detections = sqlite3_column_int64(row, 5)};
    run->dataset = dataset;
    return true;
}

/* The seat of NAME in RUN's list, which has COUNT entries; a new one when SEAT->at == COUNT. */
static struct seat *sit(struct loading *l, const struct origin *origin, uint32_t name, size_t count)
{
    struct seat *seat = &l->seats[name];
    if (seat->run != origin->run + 1)
        *seat = (struct seat){origin->run + 1, (uint32_t)count, origin->rank};
    return seat;
}

static void settle_params(struct loading *l, struct store_param *kept, struct origin *origin)
{
    struct store_run *run = &l->out->runs[origin->run];
    for (size_t i = origin->param_from; i < origin->param_to; i++) {
        struct seat *seat = sit(l, origin, l->params[i].name, run->param_count);
        if (seat->rank == origin->rank)
            kept[seat->at] = l->params[i];
        run->param_count += seat->at == run->param_count;
    }
}

/* Each run's list lies behind the one of the run before in one array. */
static bool settle(struct loading *l)
{
    struct store_param *params = ARENA_ARRAY(l->arena, struct store_param, l->param_count + 1);
    if (!params)
        return no_memory(l->err);
    for (size_t i = 0; i < l->origin_count; i++) {
        struct store_run *run = &l->out->runs[l->origins[i].run];
        if (!run->params)
            run->params = params;
        settle_params(l, (struct store_param *)run->params, &l->origins[i]);
        params = (struct store_param *)run->params + run->param_count;
    }
    return true;
}

static void forget(struct loading *l)
{
    free(l->origins);
    free(l->by_id);
    free(l->params);
    free(l->metrics);
    free(l->seats);
}

bool store_load_runs_only(
    struct store *store, struct arena *arena, struct store_runs *out, struct err *err)
{
    struct loading l = {.store = store, .arena = arena, .out = out, .err = err};
    *out = (struct store_runs){0};
    if (!db_begin_read(store, err))
        return false;
    bool ok = load_names(&l) && load_run_rows(&l) &&
              each_row(&l, STATEMENT_LOAD_SOURCES, take_source) &&
              each_row(&l, STATEMENT_LOAD_PARAMS, take_param) &&
              each_row(&l, STATEMENT_LOAD_COUNTS, take_count) &&
              each_row(&l, STATEMENT_LOAD_DATASETS, take_dataset) && settle(&l);
    db_end_read(store);
    forget(&l);
    if (!ok)
        *out = (struct store_runs){0};
    return ok;
}

/* ---- metrics, run by run ---- */

/* Which sources each run has; of them nothing else is needed. */
static bool take_origin(struct loading *l, sqlite3_stmt *row)
{
    int64_t id = sqlite3_column_int64(row, 0), run_id = sqlite3_column_int64(row, 1);
    struct store_run *run =
        bsearch(&run_id, l->out->runs, l->out->count, sizeof *l->out->runs, compare_run);
    if (!run || id < 1 || id > SCHEMA_MAX_SOURCE)
        return damaged(l);
    if (!GROW(l->origins, l->origin_capacity, l->origin_count + 1))
        return no_memory(l->err);
    l->origins[l->origin_count++] = (struct origin){
        .id = id, .run = (uint32_t)(run - l->out->runs), .rank = sqlite3_column_int(row, 2)};
    return true;
}

/* The lowest rank that has a name is believed; what is of one rank is one series. */
static bool take_metric(struct loading *l, const struct origin *origin, sqlite3_stmt *row)
{
    struct intake series;
    intake_read(&series, row);
    if (series.name < 1 || (size_t)series.name > l->out->name_count)
        return damaged(l);
    uint32_t name = (uint32_t)(series.name - 1);
    struct seat *seat = sit(l, origin, name, l->metric_count);
    if (seat->at < l->metric_count) {
        if (seat->rank == origin->rank)
            metric_summary_join(&l->metrics[seat->at].summary, &series.summary);
        return true;
    }
    if (!GROW(l->metrics, l->metric_capacity, l->metric_count + 1))
        return no_memory(l->err);
    l->metrics[l->metric_count++] =
        (struct store_metric){.name = name, .rank = origin->rank, .summary = series.summary};
    return true;
}

static bool load_metrics_of(struct loading *l, const struct origin *origin)
{
    sqlite3_stmt *rows = db_bind(l->store, STATEMENT_LOAD_METRICS_OF, l->err, "i", origin->id);
    enum db_step step = DB_FAILED;
    while (rows && (step = db_step(l->store, rows, l->err)) == DB_ROW)
        if (!take_metric(l, origin, rows)) {
            sqlite3_reset(rows);
            return false;
        }
    return step == DB_DONE;
}

/* Sources are in the order of their runs. */
static bool load_each_run(struct loading *l, store_take_run *take, void *self)
{
    size_t next = 0;
    for (size_t i = 0; i < l->out->count; i++) {
        l->metric_count = 0;
        for (; next < l->origin_count && l->origins[next].run == i; next++)
            if (!load_metrics_of(l, &l->origins[next]))
                return false;
        struct store_run run = l->out->runs[i];
        run.metrics = l->metrics;
        run.metric_count = l->metric_count;
        if (!take(self, &run, l->err))
            return false;
    }
    return true;
}

bool store_load_metrics(struct store *store, const struct store_runs *runs, store_take_run *take,
    void *self, struct err *err)
{
    struct store_runs out = *runs;
    struct loading l = {.store = store, .out = &out, .err = err};
    l.seats = calloc(runs->name_count + 1, sizeof *l.seats);
    if (!l.seats)
        return no_memory(err);
    bool ok = db_begin_read(store, err);
    if (ok) {
        ok = each_row(&l, STATEMENT_LOAD_SOURCES, take_origin) && load_each_run(&l, take, self);
        db_end_read(store);
    }
    forget(&l);
    return ok;
}

/* ---- all of it ---- */

struct keeping {
    struct arena *arena;
    struct store_run *next;
};

static bool keep_metrics(void *self, const struct store_run *run, struct err *err)
{
    struct keeping *keeping = self;
    struct store_run *kept = keeping->next++;
    struct store_metric *metrics =
        ARENA_ARRAY(keeping->arena, struct store_metric, run->metric_count);
    if (!metrics)
        return no_memory(err);
    if (run->metric_count)
        memcpy(metrics, run->metrics, run->metric_count * sizeof *metrics);
    kept->metrics = metrics;
    kept->metric_count = run->metric_count;
    return true;
}

bool store_load_runs(
    struct store *store, struct arena *arena, struct store_runs *out, struct err *err)
{
    if (!db_begin_read(store, err))
        return false;
    struct keeping keeping = {arena, NULL};
    bool ok = store_load_runs_only(store, arena, out, err);
    keeping.next = out->runs;
    ok = ok && store_load_metrics(store, out, keep_metrics, &keeping, err);
    db_end_read(store);
    if (!ok)
        *out = (struct store_runs){0};
    return ok;
}
