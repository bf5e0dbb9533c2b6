/*
 * Reading all runs at once: a few scans in storage order, joined in memory.
 * Knows: which of several sources of one run is believed. Must not know: points, columns of a
 * table. (store_load_runs() and its like, which are here, stand in store.h.)
 */
#include "store/db.h"
#include "store/gist.h"

#include "base/grow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a source says of its run. */
struct source_row {
    struct store_origin origin;
    enum run_status status;
    double started_s, ended_s;
    int64_t mtime_ns, size;
    bool computed;
    const char *title, *label_id;
};

/* Where a name stands in the list that is being made for one run. */
struct seat {
    uint32_t run; /* index + 1, so that 0 is nowhere */
    uint32_t at;
    int rank;
};

/* So many rows are stepped over before one is looked up. */
enum { NEAR_STEPS = 8 };
/* Of one run, undecoded. */
static const size_t MOST_FACTS_BYTES = (size_t)1 << 31;

/* One source's part of the facts of a run, in the order in which they are believed. */
struct part {
    const struct store_origin *origin;
    size_t param_bytes, metric_bytes;
};

struct loading {
    struct store *store;
    struct arena *arena; /* of what stays: of texts */
    struct arena *lists;
    struct store_runs *out;
    struct err *err;
    size_t run_capacity;
    struct source_row *sources;
    size_t source_count, source_capacity;
    uint32_t *by_id; /* source.id to index + 1 in runs; 0 for none */
    size_t by_id_capacity;
    struct store_param *params; /* of the run being loaded, settled */
    size_t param_count, param_capacity;
    struct store_metric *metrics; /* the same */
    size_t metric_count, metric_capacity;
    struct seat *seats; /* by name: of the parameters, and behind them of the metrics */
    struct buf facts;   /* of the run being loaded, undecoded: PARTS, one behind the other */
    struct part *parts;
    size_t part_count, part_capacity;
    sqlite3_stmt *gists; /* NULL before the first */
    int64_t gist_source, gist_asked; /* of the row that it stands at; the last that was looked for */
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
    const char *text = db_text(row, 1, l->lists, &ok, l->err);
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
    l->out->names = ARENA_ARRAY(l->lists, const char *, (size_t)count + 1);
    if (!l->out->names)
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
        .is_watched = sqlite3_column_int64(row, 6) != 0,
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
    l->out->runs = ARENA_ARRAY(l->lists, struct store_run, (size_t)count + 1);
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

static int compare_sources(const void *a, const void *b)
{
    const struct store_origin *x = &((const struct source_row *)a)->origin;
    const struct store_origin *y = &((const struct source_row *)b)->origin;
    if (x->run != y->run)
        return x->run < y->run ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->position != y->position)
        return x->position < y->position ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static bool take_source(struct loading *l, sqlite3_stmt *row)
{
    int64_t id = sqlite3_column_int64(row, 0), run_id = sqlite3_column_int64(row, 1);
    int64_t status = sqlite3_column_int64(row, 4);
    size_t before = l->by_id_capacity;
    bool ok = true;
    struct store_run *run =
        bsearch(&run_id, l->out->runs, l->out->count, sizeof *l->out->runs, compare_run);
    if (!run || id < 1 || id > SCHEMA_MAX_SOURCE)
        return damaged(l);
    if (!GROW(l->by_id, l->by_id_capacity, (size_t)id + 1) ||
        !GROW(l->sources, l->source_capacity, l->source_count + 1))
        return no_memory(l->err);
    memset(l->by_id + before, 0, (l->by_id_capacity - before) * sizeof *l->by_id);
    uint32_t at = (uint32_t)(run - l->out->runs);
    l->by_id[id] = at + 1;
    l->sources[l->source_count++] = (struct source_row){
        .origin = {id, at, sqlite3_column_int(row, 2), sqlite3_column_int(row, 3)},
        .status = status > RUN_UNKNOWN && status <= RUN_STALLED ? (enum run_status)status
                                                                : RUN_UNKNOWN,
        .started_s = db_real(row, 5),
        .ended_s = db_real(row, 6),
        .mtime_ns = sqlite3_column_int64(row, 7),
        .size = sqlite3_column_int64(row, 8),
        .computed = sqlite3_column_int64(row, 9) != 0,
        .title = db_text(row, 10, l->arena, &ok, l->err),
        .label_id = ok ? db_text(row, 11, l->arena, &ok, l->err) : NULL};
    return ok;
}

/* With room for all at once: what grows leaves as much again behind. */
static bool load_sources(struct loading *l)
{
    int64_t count;
    if (!db_number(l->store->db, "SELECT count(*) FROM source", &count, l->err))
        return false;
    if (!GROW(l->sources, l->source_capacity, (size_t)count + 1))
        return no_memory(l->err);
    return each_row(l, STATEMENT_LOAD_SOURCES, take_source);
}

/* What a source says about its run as a whole; better believed sources come first. */
static void add_status(struct store_run *run, const struct source_row *source)
{
    if (run->status == RUN_UNKNOWN)
        run->status = source->status;
    run->started_s = fmin(run->started_s, source->started_s); /* fmin leaves NaN out */
    run->ended_s = fmax(run->ended_s, source->ended_s);
    run->title = run->title ? run->title : source->title;
    run->label_id = run->label_id ? run->label_id : source->label_id;
    if (source->computed)
        return;
    if (source->mtime_ns > run->newest_mtime_ns)
        run->newest_mtime_ns = source->mtime_ns;
    run->size_bytes += source->size > 0 ? source->size : 0;
    run->source_count++;
}

/* Mostly they come as they are believed, for a run's are read in that order. */
static bool order_sources(struct loading *l)
{
    bool sorted = true;
    for (size_t i = 1; sorted && i < l->source_count; i++)
        sorted = compare_sources(&l->sources[i - 1], &l->sources[i]) < 0;
    if (!sorted)
        qsort(l->sources, l->source_count, sizeof *l->sources, compare_sources);
    l->out->origins = ARENA_ARRAY(l->lists, struct store_origin, l->source_count + 1);
    if (!l->out->origins)
        return no_memory(l->err);
    for (size_t i = 0; i < l->source_count; i++) {
        l->out->origins[l->out->origin_count++] = l->sources[i].origin;
        add_status(&l->out->runs[l->sources[i].origin.run], &l->sources[i]);
    }
    return true;
}

static struct store_run *run_of_source(struct loading *l, int64_t source)
{
    if (source < 0 || (size_t)source >= l->by_id_capacity || !l->by_id[source])
        return NULL;
    return &l->out->runs[l->by_id[source] - 1];
}

static bool take_count(struct loading *l, sqlite3_stmt *row)
{
    struct store_run *run = run_of_source(l, sqlite3_column_int64(row, 0));
    if (!run)
        return damaged(l);
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
    struct store_run *run = run_of_source(l, sqlite3_column_int64(row, 0));
    if (!run || sqlite3_column_bytes(row, 1) != DIGEST_BYTES ||
        sqlite3_column_bytes(row, 2) != DIGEST_BYTES)
        return damaged(l);
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

static void forget(struct loading *l)
{
    free(l->sources);
    free(l->by_id);
    free(l->params);
    free(l->metrics);
    free(l->seats);
    free(l->parts);
    buf_done(&l->facts);
}

bool store_load_runs_only(struct store *store, struct arena *lists, struct arena *texts,
    struct store_runs *out, struct err *err)
{
    struct loading l = {
        .store = store, .arena = texts, .lists = lists, .out = out, .err = err};
    *out = (struct store_runs){0};
    if (!db_begin_read(store, err))
        return false;
    bool ok = load_names(&l) && load_run_rows(&l) &&
              load_sources(&l) && order_sources(&l) &&
              each_row(&l, STATEMENT_LOAD_COUNTS, take_count) &&
              each_row(&l, STATEMENT_LOAD_DATASETS, take_dataset);
    db_end_read(store);
    forget(&l);
    if (!ok)
        *out = (struct store_runs){0};
    return ok;
}

/* ---- facts, run by run ---- */

/* The seat of NAME in the list of ORIGIN's run, which has COUNT entries; a new one when SEAT->at is
 * COUNT. */
static struct seat *sit(struct seat *seats, const struct store_origin *origin, int64_t name, size_t count)
{
    struct seat *seat = &seats[name - 1];
    if (seat->run != origin->run + 1)
        *seat = (struct seat){origin->run + 1, (uint32_t)count, origin->rank};
    return seat;
}

static bool is_name(const struct loading *l, int64_t name)
{
    return name >= 1 && (size_t)name <= l->out->name_count;
}

/* The lowest rank that has a name is believed, and of one rank the last source. */
static bool take_params(struct loading *l, const struct store_origin *origin, struct gist gist)
{
    enum gist_step step;
    struct gist_param param;
    while ((step = gist_next_param(&gist, &param)) == GIST_ITEM) {
        if (!is_name(l, param.name))
            return damaged(l);
        struct seat *seat = sit(l->seats, origin, param.name, l->param_count);
        if (seat->rank != origin->rank)
            continue;
        if (seat->at == l->param_count) {
            if (!GROW(l->params, l->param_capacity, l->param_count + 1))
                return no_memory(l->err);
            l->param_count++;
        }
        struct store_param *kept = &l->params[seat->at];
        *kept = (struct store_param){(uint32_t)(param.name - 1), param.param};
        kept->param.name = l->out->names[param.name - 1];
    }
    return step == GIST_END || damaged(l);
}

/* The lowest rank that has a name is believed; what is of one rank is one series. */
static bool take_metrics(struct loading *l, const struct store_origin *origin, struct gist gist)
{
    enum gist_step step;
    struct gist_metric metric = {0};
    struct seat *seats = l->seats + l->out->name_count;
    while ((step = gist_next_metric(&gist, &metric)) == GIST_ITEM) {
        if (!is_name(l, metric.name))
            return damaged(l);
        struct seat *seat = sit(seats, origin, metric.name, l->metric_count);
        if (seat->at < l->metric_count) {
            struct store_metric *kept = &l->metrics[seat->at];
            if (seat->rank != origin->rank)
                continue;
            metric_summary_join(&kept->summary, &metric.summary);
            kept->course.count = 0; /* of one part only */
            continue;
        }
        if (!GROW(l->metrics, l->metric_capacity, l->metric_count + 1))
            return no_memory(l->err);
        struct store_metric *kept = &l->metrics[l->metric_count++];
        kept->name = (uint32_t)(metric.name - 1);
        kept->rank = origin->rank;
        kept->summary = metric.summary;
        kept->course.count = metric.course.count; /* mostly none: its room is not copied */
        memcpy(kept->course.values, metric.course.values,
            metric.course.count * sizeof *metric.course.values);
    }
    return step == GIST_END || damaged(l);
}

static enum db_step step_gists(struct loading *l)
{
    enum db_step step = l->gists ? db_step(l->store, l->gists, l->err) : DB_FAILED;
    l->gist_source = step == DB_ROW ? sqlite3_column_int64(l->gists, 0) : INT64_MAX;
    return step;
}

static enum db_step seek_gist(struct loading *l, int64_t source)
{
    sqlite3_reset(l->gists); /* accepts NULL */
    l->gists = db_bind(l->store, STATEMENT_GISTS_FROM, l->err, "i", source);
    return step_gists(l);
}

/* Sources mostly come in the order of their rows: the next one is a step away, or there is none. */
static enum db_step find_gist(struct loading *l, int64_t source)
{
    enum db_step step = DB_ROW;
    bool back = !l->gists || source <= l->gist_asked;
    l->gist_asked = source;
    if (back)
        step = seek_gist(l, source);
    for (int steps = 0; step == DB_ROW && l->gist_source < source; steps++)
        step = steps < NEAR_STEPS ? step_gists(l) : seek_gist(l, source);
    return step == DB_ROW && l->gist_source != source ? DB_DONE : step;
}

/* Puts what a source says behind the facts of its run. */
static bool gather_gist(struct loading *l, const struct store_origin *origin)
{
    enum db_step step = find_gist(l, origin->id);
    if (step != DB_ROW)
        return step == DB_DONE; /* it said nothing */
    if (!GROW(l->parts, l->part_capacity, l->part_count + 1))
        return no_memory(l->err);
    struct part *part = &l->parts[l->part_count++];
    *part = (struct part){origin, (size_t)sqlite3_column_bytes(l->gists, 1),
        (size_t)sqlite3_column_bytes(l->gists, 2)};
    buf_add(&l->facts, &origin->rank, sizeof origin->rank);
    buf_add(&l->facts, &part->param_bytes, sizeof part->param_bytes);
    buf_add(&l->facts, &part->metric_bytes, sizeof part->metric_bytes);
    buf_add(&l->facts, sqlite3_column_blob(l->gists, 1), part->param_bytes);
    buf_add(&l->facts, sqlite3_column_blob(l->gists, 2), part->metric_bytes);
    return !l->facts.failed || no_memory(l->err);
}

static bool decode_parts(struct loading *l)
{
    const unsigned char *at = (const unsigned char *)l->facts.data;
    for (size_t i = 0; i < l->part_count; i++) {
        const struct part *part = &l->parts[i];
        const unsigned char *params = NULL;
        at += sizeof part->origin->rank + sizeof part->param_bytes + sizeof part->metric_bytes;
        if (part->param_bytes) { /* kept whole: the texts lie in it */
            params = (const unsigned char *)arena_copy(l->arena, (const char *)at, part->param_bytes);
            if (!params)
                return no_memory(l->err);
            if (!take_params(l, part->origin, (struct gist){params, params + part->param_bytes}))
                return false;
        }
        at += part->param_bytes;
        if (!take_metrics(l, part->origin, (struct gist){at, at + part->metric_bytes}))
            return false;
        at += part->metric_bytes;
    }
    return true;
}

/* Sources are in the order of their runs. */
static bool load_each_run(struct loading *l, const struct store_taker *taker)
{
    const struct store_runs *runs = l->out;
    size_t next = 0;
    for (size_t i = 0; i < runs->count; i++) {
        l->metric_count = l->param_count = l->part_count = 0;
        buf_clear(&l->facts);
        for (; next < runs->origin_count && runs->origins[next].run == i; next++)
            if (!gather_gist(l, &runs->origins[next]))
                return false;
        struct store_run run = runs->runs[i];
        run.print = digest_of(l->facts.data, l->facts.length);
        if (!(taker->knows && taker->knows(taker->self, &run)) && !decode_parts(l))
            return false;
        run.params = l->params;
        run.param_count = l->param_count;
        run.metrics = l->metrics;
        run.metric_count = l->metric_count;
        if (!taker->take(taker->self, &run, l->err))
            return false;
    }
    return true;
}

bool store_load_facts(struct store *store, const struct store_runs *runs, struct arena *arena,
    const struct store_taker *taker, struct err *err)
{
    struct store_runs out = *runs;
    struct loading l = {.store = store, .arena = arena, .out = &out, .err = err};
    buf_init(&l.facts, MOST_FACTS_BYTES);
    l.seats = calloc(runs->name_count * 2 + 1, sizeof *l.seats);
    if (!l.seats)
        return no_memory(err);
    bool ok = db_begin_read(store, err);
    if (ok) {
        ok = load_each_run(&l, taker);
        sqlite3_reset(l.gists);
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

static bool keep_facts(void *self, const struct store_run *run, struct err *err)
{
    struct keeping *keeping = self;
    struct store_run *kept = keeping->next++;
    struct store_metric *metrics =
        ARENA_ARRAY(keeping->arena, struct store_metric, run->metric_count);
    struct store_param *params = ARENA_ARRAY(keeping->arena, struct store_param, run->param_count);
    if (!metrics || !params)
        return no_memory(err);
    if (run->metric_count)
        memcpy(metrics, run->metrics, run->metric_count * sizeof *metrics);
    if (run->param_count)
        memcpy(params, run->params, run->param_count * sizeof *params);
    kept->metrics = metrics;
    kept->metric_count = run->metric_count;
    kept->params = params;
    kept->param_count = run->param_count;
    kept->print = run->print;
    return true;
}

bool store_load_runs(
    struct store *store, struct arena *arena, struct store_runs *out, struct err *err)
{
    if (!db_begin_read(store, err))
        return false;
    struct keeping keeping = {arena, NULL};
    const struct store_taker taker = {.self = &keeping, .take = keep_facts};
    bool ok = store_load_runs_only(store, arena, arena, out, err);
    keeping.next = out->runs;
    ok = ok && store_load_facts(store, out, arena, &taker, err);
    db_end_read(store);
    if (!ok)
        *out = (struct store_runs){0};
    return ok;
}
