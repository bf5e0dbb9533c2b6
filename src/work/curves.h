/*
 * Curves: the metrics that a chart shows, smoothed over all their points and then reduced to the
 * columns of the chart.
 * Knows: metrics by id and their points. Must not know: cells, pixels, colours.
 *
 * The screen and `boxtop plot` draw these spans, so that a number differs nowhere.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "eval/smooth.h"
#include "eval/trace.h"
#include "facts/metric.h"

#include <stdatomic.h>

struct store;

enum { CURVES_MOST = 1024 };

enum curve_x {
    CURVE_X_STEP,          /* steps as logged */
    CURVE_X_RELATIVE_STEP, /* since the metric's first */
    CURVE_X_TIME,          /* seconds since the run began */
    CURVE_X_WALL,          /* seconds since 1970 */
    CURVE_X_METRIC,        /* the value of another metric at that step, or the last before it */
};

/* COUNT is the summary's: a metric that grew is another want. */
struct curve_want {
    int64_t run_id;
    const char *metric; /* its name */
    int64_t count;
    /* The rest is for the spans. */
    int32_t columns; /* 0: none, only `points` are wanted */
    double scale;    /* value x scale is what is shown */
    enum curve_x x;
    double origin; /* subtracted from x */
    bool minus_one; /* is logged for what is undefined, as COCO's numbers do: a gap */
    int64_t x_run_id, x_count;
    const char *x_metric; /* CURVE_X_METRIC; else NULL */
    bool log_x;           /* columns of equal ratio; x <= 0 has no place */
    double low, high;     /* the window in x; NaN: all of it */
    struct smooth_how smooth;
    /* Curves of one panel and one group (not 0) have one band, and no spans of their own but where
     * the group has one member. */
    int32_t panel, group;
};

bool curve_want_same(const struct curve_want *a, const struct curve_want *b);

struct curve {
    struct curve_want want;
    struct point *points; /* file order, every one; NULL where spans were wanted */
    size_t count;
    struct trace raw;
    struct trace smooth; /* empty without smoothing */
    struct trace band;   /* of its group: only in the group's first curve */
    double low, high;    /* of all finite points in x; NaN without one. Spans of a long series that is
                            zoomed may only know those of the window. */
};

struct curves {
    atomic_int references;
    struct arena arena;
    struct curve curves[CURVES_MOST];
    size_t count;
};

/* Reads from STORE (a connection of the calling thread); a metric that is gone gives no points. A
 * series by step that is not smoothed is answered from the store's summaries: its points are not
 * read. */
struct curves *curves_load(struct store *store, const struct curve_want *wants, size_t count,
    const atomic_bool *stale, struct err *err);
void curves_release(struct curves *curves); /* accepts NULL */
/* The answer to WANT or an older one that has the same x axis; NULL without. HINT is where it is
 * likely to be. */
const struct curve *curves_find(
    const struct curves *curves, const struct curve_want *want, size_t hint);
/* The trace that stands for the curve: smoothed where it is wanted, else raw. */
const struct trace *curve_shown(const struct curve *curve);
