/*
 * Curves: all points of the metrics that a chart shows.
 * Knows: metrics by id and their points. Must not know: columns of a chart, colours.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "facts/metric.h"

#include <stdatomic.h>

struct store;

enum { CURVES_MOST = 64 };

/* COUNT is the summary's: a metric that grew is another want. */
struct curve_want {
    int64_t run_id;
    const char *metric; /* its name */
    int64_t count;
};

bool curve_want_same(const struct curve_want *a, const struct curve_want *b);

struct curve {
    struct curve_want want;
    struct point *points; /* file order, every one */
    size_t count;
};

struct curves {
    atomic_int references;
    struct arena arena;
    struct curve curves[CURVES_MOST];
    size_t count;
};

/* Reads from STORE (a connection of the calling thread); a metric that is gone gives no points. */
struct curves *curves_load(struct store *store, const struct curve_want *wants, size_t count,
    const atomic_bool *stale, struct err *err);
void curves_release(struct curves *curves); /* accepts NULL */
