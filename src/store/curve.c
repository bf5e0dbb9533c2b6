/*
 * Reading one series: all its points, or few buckets that lose no extreme.
 * Knows: chunks and their summaries. Must not know: pixels. (The functions stand in store.h, what
 * ingestion needs of them in curve.h.)
 */
#include "store/curve.h"

#include "store/chunk.h"
#include "store/span.h"

#include "base/grow.h"

#include <stdlib.h>

/* The metric in each source that is believed for it: those of the lowest rank that has it, in
 * order. */
struct part {
    int64_t id, chunks;
};

struct parts {
    struct part *items;
    size_t count, capacity;
    int64_t points;
};

static bool find_parts(
    struct store *store, int64_t run, const char *metric, struct parts *parts, struct err *err)
{
    enum db_step step = DB_FAILED;
    int64_t rank = 0;
    bool ok = true;
    sqlite3_stmt *rows = db_bind(store, STATEMENT_SERIES_OF_RUN, err, "it", run, metric);
    while (ok && rows && (step = db_step(store, rows, err)) == DB_ROW) {
        int64_t count = sqlite3_column_int64(rows, 1);
        if (parts->count && sqlite3_column_int64(rows, 2) != rank)
            continue;
        rank = sqlite3_column_int64(rows, 2);
        if (!GROW(parts->items, parts->capacity, parts->count + 1))
            ok = err_set(err, ERR_MEMORY, "out of memory");
        else if (count < 0 || __builtin_add_overflow(parts->points, count, &parts->points))
            ok = err_set(err, ERR_FORMAT, "the index is damaged: rebuild it");
        else
            parts->items[parts->count++] =
                (struct part){sqlite3_column_int64(rows, 0), sqlite3_column_int64(rows, 3)};
    }
    if (rows)
        sqlite3_reset(rows);
    return ok && step == DB_DONE;
}

/* Unpacks the chunk in column I of ROW into OUT, which has room for ROOM points. */
static bool unpack(
    sqlite3_stmt *row, int i, struct point *out, size_t room, size_t *n, struct err *err)
{
    const void *blob = sqlite3_column_blob(row, i);
    size_t length = (size_t)sqlite3_column_bytes(row, i);
    *n = chunk_count(blob, length);
    if (*n > room)
        return err_set(err, ERR_FORMAT, "the index is damaged (too many points): rebuild it");
    return chunk_unpack(blob, length, out, err);
}

static bool load_part(struct store *store, int64_t metric, struct point *points, size_t room,
    size_t *count, struct err *err)
{
    enum db_step step = DB_FAILED;
    bool ok = true;
    sqlite3_stmt *rows = db_bind(store, STATEMENT_CHUNKS_OF_METRIC, err, "i", metric);
    while (ok && rows && (step = db_step(store, rows, err)) == DB_ROW) {
        size_t n = 0;
        ok = unpack(rows, 1, points + *count, room - *count, &n, err);
        *count += n;
    }
    if (rows)
        sqlite3_reset(rows);
    return ok && step == DB_DONE;
}

bool store_load_points(struct store *store, int64_t run, const char *metric, struct arena *arena,
    struct point **points, size_t *count, struct err *err)
{
    struct parts parts = {0};
    size_t loaded = 0;
    *points = NULL;
    *count = 0;
    if (!db_begin_read(store, err))
        return false;
    bool ok = find_parts(store, run, metric, &parts, err);
    if (ok) {
        *points = ARENA_ARRAY(arena, struct point, (size_t)parts.points + 1);
        ok = *points ||
             err_set(err, ERR_MEMORY, "out of memory for %lld points", (long long)parts.points);
    }
    for (size_t i = 0; ok && i < parts.count; i++)
        ok = load_part(store, parts.items[i].id, *points, (size_t)parts.points, &loaded, err);
    if (ok && loaded != (size_t)parts.points)
        ok = err_set(err, ERR_FORMAT, "the index is damaged (points are missing): rebuild it");
    db_end_read(store);
    free(parts.items);
    if (ok)
        *count = loaded;
    else
        err_in_file(err, store->path);
    return ok;
}

/* Buckets in the making, and for each the chunk that it summarises. */
struct curve {
    struct store *store;
    int64_t low_step, high_step;
    struct store_bucket *buckets;
    int64_t *chunks;
    size_t count, bucket_capacity, chunk_capacity;
};

static bool add_bucket(
    void *self, int64_t chunk, const struct store_bucket *bucket, struct err *err)
{
    struct curve *curve = self;
    if (!GROW(curve->buckets, curve->bucket_capacity, curve->count + 1) ||
        !GROW(curve->chunks, curve->chunk_capacity, curve->count + 1))
        return err_set(err, ERR_MEMORY, "out of memory");
    curve->chunks[curve->count] = chunk;
    curve->buckets[curve->count++] = *bucket;
    return true;
}

/* The points of CHUNK inside the window, to the front of POINTS (CHUNK_POINTS). */
static bool load_window(
    struct curve *curve, int64_t chunk, struct point *points, size_t *kept, struct err *err)
{
    size_t n = 0;
    *kept = 0;
    sqlite3_stmt *row = db_bind(curve->store, STATEMENT_GET_CHUNK, err, "i", chunk);
    enum db_step step = row ? db_step(curve->store, row, err) : DB_FAILED;
    if (step != DB_ROW)
        return step == DB_DONE ? err_set(err, ERR_FORMAT, "the index is damaged: rebuild it")
                               : false;
    bool ok = unpack(row, 0, points, CHUNK_POINTS, &n, err);
    sqlite3_reset(row);
    for (size_t i = 0; ok && i < n; i++)
        if (points[i].step >= curve->low_step && points[i].step <= curve->high_step)
            points[(*kept)++] = points[i];
    return ok;
}

/* How many points the window holds: chunks that reach beyond it are looked into. */
static bool count_window(
    struct curve *curve, struct point *points, int64_t *total, struct err *err)
{
    *total = 0;
    for (size_t i = 0; i < curve->count; i++) {
        const struct store_bucket *bucket = &curve->buckets[i];
        bool whole =
            bucket->low_step >= curve->low_step && bucket->high_step <= curve->high_step;
        size_t kept = (size_t)bucket->count;
        if (!whole && !load_window(curve, curve->chunks[i], points, &kept, err))
            return false;
        *total += (int64_t)kept;
    }
    return true;
}

/* Few chunks: unpacks them and makes of their points at most MOST buckets of equal size. */
static bool divide(struct curve *curve, size_t most, struct curve *finer, struct err *err)
{
    struct point *points = malloc(CHUNK_POINTS * sizeof *points);
    int64_t total = 0;
    size_t n;
    bool ok = points ? count_window(curve, points, &total, err)
                     : err_set(err, ERR_MEMORY, "out of memory");
    size_t each = total ? ((size_t)total + most - 1) / most : 1, open = 0;
    for (size_t i = 0; ok && i < curve->count; i++) {
        ok = load_window(curve, curve->chunks[i], points, &n, err);
        for (size_t at = 0; ok && at < n;) {
            size_t part = n - at < each - open ? n - at : each - open;
            struct store_bucket bucket = chunk_bucket(points + at, part);
            if (open)
                chunk_bucket_join(&finer->buckets[finer->count - 1], &bucket);
            else
                ok = add_bucket(finer, 0, &bucket, err);
            open = (open + part) % each;
            at += part;
        }
    }
    free(points);
    return ok;
}

/* Joins neighbours until at most MOST buckets are left. */
static void coarsen(struct curve *curve, size_t most)
{
    size_t count = curve->count < most ? curve->count : most;
    for (size_t i = 0; i < count; i++) {
        size_t from = i * curve->count / count, to = (i + 1) * curve->count / count;
        struct store_bucket joined = curve->buckets[from];
        for (size_t k = from + 1; k < to; k++)
            chunk_bucket_join(&joined, &curve->buckets[k]);
        curve->buckets[i] = joined;
    }
    curve->count = count;
}

static void forget(struct curve *curve)
{
    free(curve->buckets);
    free(curve->chunks);
    curve->buckets = NULL;
    curve->chunks = NULL;
    curve->count = 0;
}

/* At most MOST buckets of PARTS into CURVE. */
static bool make_curve(
    struct curve *curve, const struct parts *parts, size_t most, struct err *err)
{
    struct curve fine = *curve;
    bool ok = true;
    for (size_t i = 0; ok && i < parts->count; i++)
        ok = span_each(curve->store, parts->items[i].id, parts->items[i].chunks, curve->low_step,
            curve->high_step, add_bucket, curve, err);
    if (ok && curve->count < most) {
        ok = divide(curve, most, &fine, err);
        forget(curve);
        *curve = fine;
    }
    coarsen(curve, most);
    return ok;
}

bool curve_course(struct store *store, int64_t metric, int64_t chunks, struct store_course *course,
    struct err *err)
{
    struct part part = {metric, chunks};
    const struct parts parts = {.items = &part, .count = 1};
    struct curve curve = {.store = store, .low_step = INT64_MIN, .high_step = INT64_MAX};
    bool ok = make_curve(&curve, &parts, STORE_COURSE_POINTS, err);
    course->count = ok ? (uint32_t)curve.count : 0;
    for (size_t i = 0; i < course->count; i++)
        course->values[i] = (float)curve.buckets[i].last;
    forget(&curve);
    return ok;
}

bool store_load_curve(struct store *store, int64_t run, const char *metric, int64_t low_step,
    int64_t high_step, size_t max_buckets, struct arena *arena, struct store_bucket **buckets,
    size_t *count, struct err *err)
{
    struct parts parts = {0};
    struct curve curve = {.store = store, .low_step = low_step, .high_step = high_step};
    *buckets = NULL;
    *count = 0;
    if (!db_begin_read(store, err))
        return false;
    bool ok = find_parts(store, run, metric, &parts, err) &&
              make_curve(&curve, &parts, max_buckets, err);
    db_end_read(store);
    if (ok) {
        *buckets = (struct store_bucket *)arena_copy(arena,
            curve.count ? (const char *)curve.buckets : "", curve.count * sizeof **buckets);
        ok = *buckets || err_set(err, ERR_MEMORY, "out of memory");
    }
    *count = ok ? curve.count : 0;
    if (!ok)
        err_in_file(err, store->path);
    free(parts.items);
    forget(&curve);
    return ok;
}
