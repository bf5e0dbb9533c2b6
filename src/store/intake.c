#include "store/intake.h"

#include "store/span.h"

#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

void intake_read(struct intake *series, sqlite3_stmt *row)
{
    *series = (struct intake){.id = sqlite3_column_int64(row, 0),
        .name = sqlite3_column_int64(row, 1),
        .chunks = sqlite3_column_int64(row, 15),
        .resumes = true};
    series->summary = (struct metric_summary){.count = sqlite3_column_int64(row, 2),
        .nonfinite = sqlite3_column_int64(row, 3),
        .segments = sqlite3_column_int64(row, 4),
        .first_step = sqlite3_column_int64(row, 5),
        .last_step = sqlite3_column_int64(row, 6),
        .min_step = sqlite3_column_int64(row, 7),
        .max_step = sqlite3_column_int64(row, 8),
        .first = db_real(row, 9),
        .last = db_real(row, 10),
        .min = db_real(row, 11),
        .max = db_real(row, 12),
        .first_wall_s = db_real(row, 13),
        .last_wall_s = db_real(row, 14),
        .latest = {db_real(row, 16), db_real(row, 17), sqlite3_column_int64(row, 18),
            sqlite3_column_int64(row, 19)},
        .lost_step = sqlite3_column_int64(row, 20)};
}

static bool write_chunk(struct intake_writer *writer, struct intake *series,
    const struct point *points, size_t n, struct err *err)
{
    if (series->chunks >= SCHEMA_MAX_PER_PARENT)
        return err_set(err, ERR_LIMIT, "a metric has more points than the index can hold");
    struct store_bucket sum = chunk_bucket(points, n);
    size_t length = chunk_pack(points, n, writer->packed);
    int64_t id = series->id << SCHEMA_ID_BITS | series->chunks;
    if (series->chunks && series->chunks % SPAN_CHUNKS == 0 &&
        !span_write(writer->store, series->id, series->chunks, err))
        return false;
    if (!db_run(writer->store, STATEMENT_PUT_CHUNK, err, "iiiiirrrrb", id, sum.count, sum.nonfinite,
            sum.low_step, sum.high_step, sum.first, sum.last, sum.min, sum.max,
            (const void *)writer->packed, length))
        return false;
    series->chunks++;
    return true;
}

static bool reserve(
    struct intake_writer *writer, struct intake *series, size_t count, struct err *err)
{
    size_t before = series->capacity;
    if (!GROW(series->points, series->capacity, count))
        return err_set(err, ERR_MEMORY, "out of memory");
    writer->capacity += series->capacity - before;
    return true;
}

/* Takes a short last chunk back into memory; it is then written again under its number. */
static bool resume(struct intake_writer *writer, struct intake *series, struct err *err)
{
    series->resumes = false;
    if (!series->chunks)
        return true;
    sqlite3_stmt *get = db_bind(writer->store, STATEMENT_GET_CHUNK, err, "i",
        series->id << SCHEMA_ID_BITS | (series->chunks - 1));
    enum db_step step = get ? db_step(writer->store, get, err) : DB_FAILED;
    if (step == DB_FAILED)
        return false;
    if (step == DB_DONE)
        return err_set(err, ERR_FORMAT, "the index is damaged: rebuild it");
    const void *blob = sqlite3_column_blob(get, 0);
    size_t length = (size_t)sqlite3_column_bytes(get, 0);
    size_t n = chunk_count(blob, length);
    bool ok = n == CHUNK_POINTS || (reserve(writer, series, n ? n : 1, err) &&
                                       chunk_unpack(blob, length, series->points, err));
    if (ok && n < CHUNK_POINTS) {
        series->count = n;
        series->chunks--;
    }
    sqlite3_reset(get);
    return ok;
}

/* Appends N points that fit into what is left of the chunk in memory. */
static bool fill(struct intake_writer *writer, struct intake *series, const struct point *points,
    size_t n, struct err *err)
{
    metric_summary_add(&series->summary, points, n);
    if (n == CHUNK_POINTS) /* a whole chunk needs no copy */
        return write_chunk(writer, series, points, n, err);
    if (!reserve(writer, series, series->count + n, err))
        return false;
    memcpy(series->points + series->count, points, n * sizeof *points);
    series->count += n;
    if (series->count < CHUNK_POINTS)
        return true;
    if (!write_chunk(writer, series, series->points, series->count, err))
        return false;
    series->count = 0;
    return true;
}

bool intake_add(struct intake_writer *writer, struct intake *series, const struct point *points,
    size_t n, struct err *err)
{
    series->dirty = true;
    if (n && series->resumes && !resume(writer, series, err))
        return false;
    while (n) {
        size_t part = CHUNK_POINTS - series->count;
        part = n < part ? n : part;
        if (!fill(writer, series, points, part, err))
            return false;
        points += part;
        n -= part;
    }
    return true;
}

bool intake_spill(struct intake_writer *writer, struct intake *series, struct err *err)
{
    if (series->count && !write_chunk(writer, series, series->points, series->count, err))
        return false;
    writer->capacity -= series->capacity;
    intake_done(series);
    return true;
}

bool intake_write(struct intake_writer *writer, struct intake *series, struct err *err)
{
    const struct metric_summary *s = &series->summary;
    return intake_spill(writer, series, err) &&
           db_run(writer->store, STATEMENT_PUT_METRIC, err, "iiiiiiiiirrrrrrirriii", series->id,
               series->name, s->count, s->nonfinite, s->segments, s->first_step, s->last_step,
               s->min_step, s->max_step, s->first, s->last, s->min, s->max, s->first_wall_s,
               s->last_wall_s, series->chunks, s->latest.min, s->latest.max, s->latest.min_step,
               s->latest.max_step, s->lost_step);
}

void intake_done(struct intake *series)
{
    free(series->points);
    series->points = NULL;
    series->count = series->capacity = 0;
}
