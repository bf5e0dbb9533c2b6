/*
 * Chunks: up to CHUNK_POINTS points packed into bytes and back, bit for bit, and their summary.
 * Knows: points. Must not know: SQLite, metrics, files.
 *
 * Layout, little-endian:
 *
 *     u8 format (1), u8 bytes per value (4 or 8), u16 count, u32 checksum of everything else
 *     column of steps, column of wall times (as their 64-bit patterns), count values
 *
 * A column is its first value and first difference (8 bytes each) and then frames of CHUNK_FRAME
 * numbers: a byte with the order (1 differences, 2 differences of differences; high half) and the
 * width in bytes (0..8; low half), and the zigzagged differences, each of that width. A regular
 * series costs a byte a frame, and one jump spoils one frame only. Differences wrap modulo 2^64, so
 * any value round-trips. Values take 4 bytes each when all of them are exactly floats (as
 * TensorBoard's are), else 8.
 */
#pragma once

#include "base/err.h"
#include "facts/metric.h"
#include "store/store.h"

enum {
    CHUNK_POINTS = 4096,
    CHUNK_FRAME = 256,
    CHUNK_HEAD_BYTES = 8,
    CHUNK_COLUMN_BYTES = 16 + CHUNK_POINTS / CHUNK_FRAME + 8 * CHUNK_POINTS,
    /* What any chunk fits in, with room behind it for whole-word stores. */
    CHUNK_MAX_BYTES = CHUNK_HEAD_BYTES + 2 * CHUNK_COLUMN_BYTES + 8 * CHUNK_POINTS + 8,
};

/* Packs N (1..CHUNK_POINTS) points into OUT (CHUNK_MAX_BYTES); returns the bytes used. */
size_t chunk_pack(const struct point *points, size_t n, unsigned char *out);
/* Writes the checksum into the head of LENGTH (>= CHUNK_HEAD_BYTES) bytes, so that a test can forge
 * chunks. */
void chunk_seal(unsigned char *data, size_t length);
/* The points a chunk claims to hold; 0 when the bytes are no chunk. */
size_t chunk_count(const void *data, size_t length);
/* Unpacks exactly chunk_count() points into OUT. ERR_FORMAT when any bit of the chunk is off; OUT
 * is then undefined. Safe for any bytes. */
bool chunk_unpack(const void *data, size_t length, struct point *out, struct err *err);

/* The summary of N (>= 1) consecutive points. */
struct store_bucket chunk_bucket(const struct point *points, size_t n);
/* Adds what follows to BUCKET; a zeroed BUCKET becomes NEXT. */
void chunk_bucket_join(struct store_bucket *bucket, const struct store_bucket *next);
