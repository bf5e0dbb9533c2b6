/*
 * Spans: the summaries of SPAN_CHUNKS consecutive chunks in one row, the upper level of the pyramid
 * that long curves are drawn from.
 * Knows: the tables chunk and span. Must not know: points, who draws.
 *
 * A span is written when the chunk behind it is, for from then on nothing in it changes. The chunks
 * behind the last whole span have rows of their own only.
 */
#pragma once

#include "store/db.h"

enum { SPAN_CHUNKS = 64 };

/* How many spans a metric of CHUNKS chunks has. */
static inline int64_t span_count(int64_t chunks)
{
    return chunks > 0 ? (chunks - 1) / SPAN_CHUNKS : 0;
}

/* The summary in a row of the table chunk, of which column FROM is the count. */
struct store_bucket span_read_chunk(sqlite3_stmt *row, int from);
/* Writes the span of METRIC that ends before chunk number CHUNKS, which is a multiple of SPAN_CHUNKS. */
bool span_write(struct store *store, int64_t metric, int64_t chunks, struct err *err);
/* The summaries in column I of ROW; ERR_FORMAT when they are none. */
bool span_read(sqlite3_stmt *row, int i, struct store_bucket out[SPAN_CHUNKS], struct err *err);
/* Every summary of METRIC's chunks that touches the steps LOW..HIGH, in order, with the id of its
 * chunk. TAKE returns false with ERR to stop. */
bool span_each(struct store *store, int64_t metric, int64_t chunks, int64_t low_step,
    int64_t high_step,
    bool (*take)(void *self, int64_t chunk, const struct store_bucket *bucket, struct err *err),
    void *self, struct err *err);
