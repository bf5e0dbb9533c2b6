/*
 * Looking for damage: whether the index is what SQLite and this room promise.
 * Knows: the invariants of every table. Must not know: how to mend them; the caller rebuilds.
 * (store_check(), which is here, stands in store.h.)
 */
#include "store/chunk.h"
#include "store/gist.h"
#include "store/db.h"
#include "store/intake.h"
#include "store/span.h"

#include "base/grow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Each counts rows that must not be. */
static const struct {
    const char *sql, *finding;
} RULES[] = {
    {"SELECT count(*) FROM run WHERE root NOT IN (SELECT id FROM root)", "runs without a root"},
    {"SELECT count(*) FROM source WHERE run NOT IN (SELECT id FROM run)", "files without a run"},
    {"SELECT count(*) FROM param WHERE source NOT IN (SELECT id FROM source)"
     " OR name NOT IN (SELECT id FROM name)",
        "parameters without a file or a name"},
    {"SELECT count(*) FROM note WHERE source NOT IN (SELECT id FROM source)",
        "notes without a file"},
    {"SELECT count(*) FROM artifact WHERE source NOT IN (SELECT id FROM source)",
        "artifacts without a file"},
    {"SELECT count(*) FROM dataset WHERE source NOT IN (SELECT id FROM source)",
        "datasets without a file"},
    {"SELECT (SELECT coalesce(sum(bytes), 0) FROM kept)"
     " <> (SELECT value FROM meta WHERE key = 'kept_bytes')",
        "kept results that are not counted"},
    {"SELECT count(*) FROM metric WHERE id >> 20 NOT IN (SELECT id FROM source)"
     " OR name NOT IN (SELECT id FROM name)",
        "metrics without a file or a name"},
    {"SELECT count(*) FROM (SELECT source FROM param UNION SELECT id >> 20 FROM metric)"
     " WHERE source NOT IN (SELECT source FROM gist)",
        "files without a gist"},
    {"SELECT count(*) FROM gist WHERE source NOT IN (SELECT id FROM source)",
        "gists without a file"},
    {"SELECT count(*) FROM span WHERE id NOT IN (SELECT id FROM chunk)", "spans without points"},
    {"SELECT count(*) FROM chunk WHERE id >> 20 NOT IN (SELECT id FROM metric)",
        "points without a metric"},
    {"SELECT count(*) - coalesce(max(id), 0) FROM name", "names that are missing"},
    {"SELECT count(*) - count(DISTINCT colour) FROM run", "runs of one colour"},
};

static bool check_rules(struct store *store, struct err *err)
{
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++) {
        int64_t rows;
        if (!db_number(store->db, RULES[i].sql, &rows, err))
            return false;
        if (rows)
            return err_set(err, ERR_FORMAT, "the index holds %s: rebuild it", RULES[i].finding);
    }
    return true;
}

static bool check_sqlite(struct store *store, struct err *err)
{
    sqlite3_stmt *rows;
    int code = sqlite3_prepare_v2(store->db, "PRAGMA integrity_check(1)", -1, &rows, NULL);
    if (code != SQLITE_OK)
        return db_fail(store->db, code, err);
    code = sqlite3_step(rows);
    const char *said = code == SQLITE_ROW ? (const char *)sqlite3_column_text(rows, 0) : NULL;
    bool ok = said && sqlite3_stricmp(said, "ok") == 0;
    if (!ok && said)
        err_set(err, ERR_FORMAT, "the index is damaged (%s): rebuild it", said);
    else if (!ok)
        db_fail(store->db, code, err);
    sqlite3_finalize(rows);
    return ok;
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_bucket(const struct store_bucket *a, const struct store_bucket *b)
{
    return a->low_step == b->low_step && a->high_step == b->high_step && same(a->first, b->first) &&
           same(a->last, b->last) && same(a->min, b->min) && same(a->max, b->max) &&
           a->count == b->count && a->nonfinite == b->nonfinite;
}

static bool same_summary(const struct metric_summary *a, const struct metric_summary *b)
{
    return a->count == b->count && a->nonfinite == b->nonfinite && a->segments == b->segments &&
           a->first_step == b->first_step && a->last_step == b->last_step &&
           a->min_step == b->min_step && a->max_step == b->max_step && same(a->first, b->first) &&
           same(a->last, b->last) && same(a->min, b->min) && same(a->max, b->max) &&
           same(a->first_wall_s, b->first_wall_s) && same(a->last_wall_s, b->last_wall_s) &&
           same(a->latest.min, b->latest.min) && same(a->latest.max, b->latest.max) &&
           a->latest.min_step == b->latest.min_step && a->latest.max_step == b->latest.max_step &&
           a->lost_step == b->lost_step;
}

/* The metric whose summary is being made again, and those of its chunks. */
struct checking {
    struct intake seen;
    struct point *points; /* room for those of one chunk */
    struct store_bucket *buckets;
    size_t capacity, next; /* next: to be compared with what the spans say */
};

static bool check_chunk(sqlite3_stmt *row, struct checking *checking, struct err *err)
{
    struct intake *seen = &checking->seen;
    struct point *points = checking->points;
    const void *blob = sqlite3_column_blob(row, 9);
    size_t length = (size_t)sqlite3_column_bytes(row, 9);
    size_t n = chunk_count(blob, length);
    if (!chunk_unpack(blob, length, points, err))
        return false;
    struct store_bucket sum = chunk_bucket(points, n);
    struct store_bucket said = span_read_chunk(row, 1);
    if (!same_bucket(&sum, &said))
        return err_set(err, ERR_FORMAT, "a summary differs from its points: rebuild the index");
    if (sqlite3_column_int64(row, 0) != (seen->id << SCHEMA_ID_BITS | seen->chunks))
        return err_set(err, ERR_FORMAT, "a piece of a series is missing: rebuild the index");
    if (!GROW(checking->buckets, checking->capacity, (size_t)seen->chunks + 1))
        return err_set(err, ERR_MEMORY, "out of memory");
    checking->buckets[seen->chunks++] = sum;
    metric_summary_add(&seen->summary, points, n);
    return true;
}

static bool check_summary(
    void *self, int64_t chunk, const struct store_bucket *bucket, struct err *err)
{
    struct checking *checking = self;
    size_t at = checking->next++;
    return (at < (size_t)checking->seen.chunks &&
               chunk == (checking->seen.id << SCHEMA_ID_BITS | (int64_t)at) &&
               same_bucket(&checking->buckets[at], bucket)) ||
           err_set(err, ERR_FORMAT, "a span differs from its points: rebuild the index");
}

static bool check_metric(
    struct store *store, const struct intake *said, struct checking *checking, struct err *err)
{
    enum db_step step = DB_FAILED;
    checking->seen = (struct intake){.id = said->id};
    checking->next = 0;
    const struct intake *seen = &checking->seen;
    bool ok = true;
    sqlite3_stmt *rows = db_bind(store, STATEMENT_CHECK_CHUNKS, err, "i", said->id);
    while (ok && rows && (step = db_step(store, rows, err)) == DB_ROW)
        ok = check_chunk(rows, checking, err);
    if (rows)
        sqlite3_reset(rows);
    if (!ok || step != DB_DONE)
        return false;
    if (seen->chunks != said->chunks || !same_summary(&seen->summary, &said->summary))
        return err_set(err, ERR_FORMAT, "a metric differs from its points: rebuild the index");
    return span_each(store, said->id, said->chunks, INT64_MIN, INT64_MAX, check_summary, checking,
               err) &&
           (checking->next == (size_t)seen->chunks ||
               err_set(err, ERR_FORMAT, "a span is missing: rebuild the index"));
}

static bool check_metrics(struct store *store, struct err *err)
{
    struct checking checking = {.points = malloc(CHUNK_POINTS * sizeof *checking.points)};
    enum db_step step = DB_FAILED;
    bool ok = checking.points || err_set(err, ERR_MEMORY, "out of memory");
    sqlite3_stmt *rows = ok ? db_bind(store, STATEMENT_LOAD_METRICS, err, "") : NULL;
    while (ok && rows && (step = db_step(store, rows, err)) == DB_ROW) {
        struct intake series;
        intake_read(&series, rows);
        ok = check_metric(store, &series, &checking, err);
    }
    if (rows)
        sqlite3_reset(rows);
    free(checking.points);
    free(checking.buckets);
    return ok && step == DB_DONE;
}

/* ---- gists ---- */

static struct gist gist_of(sqlite3_stmt *row, int i)
{
    const unsigned char *bytes = sqlite3_column_blob(row, i);
    return (struct gist){bytes, bytes ? bytes + sqlite3_column_bytes(row, i) : NULL};
}

static bool other_gist(struct err *err)
{
    return err_set(err, ERR_FORMAT, "the gist of a file differs from its facts: rebuild the index");
}

static bool check_gist_metrics(
    struct store *store, int64_t source, struct gist gist, struct err *err)
{
    enum db_step step = DB_FAILED;
    struct gist_metric metric = {0};
    bool same = true;
    sqlite3_stmt *rows = db_bind(store, STATEMENT_CHECK_METRICS_OF_SOURCE, err, "i", source);
    while (same && rows && (step = db_step(store, rows, err)) == DB_ROW) {
        struct intake series;
        intake_read(&series, rows);
        same = gist_next_metric(&gist, &metric) == GIST_ITEM && metric.name == series.name &&
               same_summary(&metric.summary, &series.summary);
    }
    if (rows)
        sqlite3_reset(rows);
    if (same && step != DB_DONE)
        return false;
    return (same && gist_next_metric(&gist, &metric) == GIST_END) || other_gist(err);
}

static bool check_gist_params(
    struct store *store, int64_t source, struct gist gist, struct err *err)
{
    enum db_step step = DB_FAILED;
    struct gist_param param;
    bool alike = true;
    sqlite3_stmt *rows = db_bind(store, STATEMENT_PARAMS_OF_SOURCE, err, "i", source);
    while (alike && rows && (step = db_step(store, rows, err)) == DB_ROW) {
        const char *text = (const char *)sqlite3_column_text(rows, 2);
        alike = gist_next_param(&gist, &param) == GIST_ITEM &&
                param.name == sqlite3_column_int64(rows, 0) &&
                (int)param.param.kind == sqlite3_column_int(rows, 1) && text &&
                strcmp(param.param.text, text) == 0 && same(param.param.number, db_real(rows, 3));
    }
    if (rows)
        sqlite3_reset(rows);
    if (alike && step != DB_DONE)
        return false;
    return (alike && gist_next_param(&gist, &param) == GIST_END) || other_gist(err);
}

static bool check_gists(struct store *store, struct err *err)
{
    enum db_step step = DB_FAILED;
    bool ok = true;
    sqlite3_stmt *rows = db_bind(store, STATEMENT_CHECK_GISTS, err, "");
    while (ok && rows && (step = db_step(store, rows, err)) == DB_ROW) {
        int64_t source = sqlite3_column_int64(rows, 0);
        ok = check_gist_params(store, source, gist_of(rows, 1), err) &&
             check_gist_metrics(store, source, gist_of(rows, 2), err);
    }
    if (rows)
        sqlite3_reset(rows);
    return ok && step == DB_DONE;
}

bool store_check(struct store *store, struct err *err)
{
    if (!db_begin_read(store, err))
        return false;
    bool ok = check_sqlite(store, err) && check_rules(store, err) && check_metrics(store, err) &&
              check_gists(store, err);
    db_end_read(store);
    if (!ok)
        err_in_file(err, store->path);
    return ok;
}
