#include "store/span.h"

#include "store/chunk.h"

#include <string.h>

static bool damaged(struct err *err)
{
    return err_set(err, ERR_FORMAT, "the index is damaged: rebuild it");
}

struct store_bucket span_read_chunk(sqlite3_stmt *row, int from)
{
    return (struct store_bucket){.count = sqlite3_column_int64(row, from),
        .nonfinite = sqlite3_column_int64(row, from + 1),
        .low_step = sqlite3_column_int64(row, from + 2),
        .high_step = sqlite3_column_int64(row, from + 3),
        .first = db_real(row, from + 4),
        .last = db_real(row, from + 5),
        .min = db_real(row, from + 6),
        .max = db_real(row, from + 7)};
}

bool span_read(sqlite3_stmt *row, int i, struct store_bucket out[SPAN_CHUNKS], struct err *err)
{
    const void *bytes = sqlite3_column_blob(row, i);
    if (sqlite3_column_bytes(row, i) != (int)(SPAN_CHUNKS * sizeof *out))
        return damaged(err);
    memcpy(out, bytes, SPAN_CHUNKS * sizeof *out);
    return true;
}

struct filling {
    struct store_bucket buckets[SPAN_CHUNKS];
    size_t count;
    struct store_bucket whole;
};

static bool fill(void *self, int64_t chunk, const struct store_bucket *bucket, struct err *err)
{
    struct filling *filling = self;
    (void)chunk;
    if (filling->count == SPAN_CHUNKS)
        return damaged(err);
    filling->buckets[filling->count++] = *bucket;
    chunk_bucket_join(&filling->whole, bucket);
    return true;
}

/* The chunks with ids in [FROM, TO) that touch the steps. */
static bool each_chunk(struct store *store, int64_t from, int64_t to, int64_t low_step,
    int64_t high_step,
    bool (*take)(void *self, int64_t chunk, const struct store_bucket *bucket, struct err *err),
    void *self, struct err *err)
{
    enum db_step step = DB_FAILED;
    bool ok = true;
    sqlite3_stmt *rows = db_bind(
        store, STATEMENT_BUCKETS_OF_METRIC, err, "iiii", from, to, low_step, high_step);
    while (ok && rows && (step = db_step(store, rows, err)) == DB_ROW) {
        struct store_bucket bucket = span_read_chunk(rows, 1);
        ok = bucket.count > 0 && bucket.count <= CHUNK_POINTS
                 ? take(self, sqlite3_column_int64(rows, 0), &bucket, err)
                 : damaged(err);
    }
    if (rows)
        sqlite3_reset(rows);
    return ok && step == DB_DONE;
}

bool span_write(struct store *store, int64_t metric, int64_t chunks, struct err *err)
{
    struct filling filling = {.count = 0};
    int64_t end = (metric << SCHEMA_ID_BITS) + chunks;
    if (!each_chunk(store, end - SPAN_CHUNKS, end, INT64_MIN, INT64_MAX, fill, &filling, err))
        return false;
    if (filling.count != SPAN_CHUNKS)
        return damaged(err);
    return db_run(store, STATEMENT_PUT_SPAN, err, "iiib", end - SPAN_CHUNKS,
        filling.whole.low_step, filling.whole.high_step, (const void *)filling.buckets,
        sizeof filling.buckets);
}

bool span_each(struct store *store, int64_t metric, int64_t chunks, int64_t low_step,
    int64_t high_step,
    bool (*take)(void *self, int64_t chunk, const struct store_bucket *bucket, struct err *err),
    void *self, struct err *err)
{
    int64_t first = metric << SCHEMA_ID_BITS;
    enum db_step step = DB_FAILED;
    bool ok = true;
    if (span_count(chunks)) {
        sqlite3_stmt *rows =
            db_bind(store, STATEMENT_SPANS_OF_METRIC, err, "iii", metric, low_step, high_step);
        while (ok && rows && (step = db_step(store, rows, err)) == DB_ROW) {
            struct store_bucket buckets[SPAN_CHUNKS];
            int64_t id = sqlite3_column_int64(rows, 0);
            ok = span_read(rows, 3, buckets, err);
            for (int i = 0; ok && i < SPAN_CHUNKS; i++)
                if (buckets[i].high_step >= low_step && buckets[i].low_step <= high_step)
                    ok = take(self, id + i, &buckets[i], err);
        }
        if (rows)
            sqlite3_reset(rows);
        ok = ok && step == DB_DONE;
    }
    return ok && each_chunk(store, first + span_count(chunks) * SPAN_CHUNKS,
                     first + SCHEMA_MAX_PER_PARENT, low_step, high_step, take, self, err);
}
