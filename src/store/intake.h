/*
 * One metric on its way into the index: its summary, and the points that do not fill a chunk yet.
 * Knows: chunks and the tables metric and chunk. Must not know: sources, names.
 *
 * The chunks of a metric are numbered from 0. Those of one writing are full, unless memory ran
 * short; the last one is taken back and filled up when more points come later.
 */
#pragma once

#include "store/chunk.h"
#include "store/db.h"

struct intake {
    int64_t id, name; /* metric.id, name.id */
    struct metric_summary summary;
    int64_t chunks;       /* written, beside what waits in POINTS */
    bool resumes;         /* the last of them may be short and has not been looked at */
    bool dirty;           /* differs from its row */
    struct store_course course; /* as it was when the row was written */
    struct point *points; /* waiting */
    size_t count, capacity;
};

/* What all series of one source share. */
struct intake_writer {
    struct store *store;
    size_t capacity; /* points of room in all series together */
    unsigned char packed[CHUNK_MAX_BYTES];
};

enum { INTAKE_MAX_WAITING_BYTES = 64 << 20, INTAKE_COLUMNS = 21 /* of the table metric */ };

/* Reads SERIES from a row that begins with the columns of the table metric. */
void intake_read(struct intake *series, sqlite3_stmt *row);
/* Appends N points. After it, when WRITER->capacity is above INTAKE_MAX_WAITING_BYTES' worth of
 * points, the caller spills all series. */
bool intake_add(struct intake_writer *writer, struct intake *series, const struct point *points,
    size_t n, struct err *err);
/* Writes what waits as a chunk and frees the memory. */
bool intake_spill(struct intake_writer *writer, struct intake *series, struct err *err);
/* Spills, and writes the row. */
bool intake_write(struct intake_writer *writer, struct intake *series, struct err *err);
void intake_done(struct intake *series); /* frees the memory only */
