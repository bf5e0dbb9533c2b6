/*
 * What ingestion asks of curves: the course of a series that was just written.
 * Knows: chunks and spans. Must not know: runs, names. (Everything else of curve.c stands in store.h.)
 */
#pragma once

#include "store/db.h"

/* The course of METRIC, which has CHUNKS chunks: store_load_curve() in STORE_COURSE_POINTS pieces. */
bool curve_course(struct store *store, int64_t metric, int64_t chunks, struct store_course *course,
    struct err *err);
