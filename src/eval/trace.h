/*
 * A trace: a curve over any x, reduced to the columns of a chart without losing an extreme; and the
 * band of several.
 * Knows: pairs of doubles. Must not know: what x is, screens, colours.
 *
 * Pure; any thread; one pass.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* The finite values of one column in one segment: draw min to max, join `last` to the next `first`.
 */
struct trace_span {
    double x, to_x; /* of its first and last point */
    double min, max, first, last, mean;
    int64_t count; /* finite points, 1 or more */
    bool starts;   /* not joined to the span before: the first, or behind a gap or a restart */
};

struct trace {
    struct trace_span *spans; /* in the order of the points: x ascends from each `starts` on */
    size_t count;
};

/* The smallest and the largest finite X whose VALUE is finite; both NaN without one. */
void trace_range(const double *x, const double *values, size_t n, double *low, double *high);

/*
 * N points as COLUMNS (1 or more) columns of [LOW, HIGH], and of each stretch inside it the point
 * before and the one behind, so that lines cross the edges. A point that is not finite (x or value)
 * opens a gap, unless it lies within one column; an x below the one before begins a segment. At most
 * 16 spans a column are kept apart on the whole; further restarts widen the last one of theirs.
 * `spans` lives in ARENA. False only when memory is out.
 */
bool trace_reduce(const double *x, const double *values, size_t n, double low, double high,
    int32_t columns, struct arena *arena, struct trace *out, struct err *err);

/*
 * The mean over COUNT traces of one [LOW, HIGH] and COLUMNS, as spans whose `mean`, `first` and
 * `last` are the mean and whose min and max are one standard deviation (of a sample, n - 1) below
 * and above it: one wherever any trace has a span and two or more have a value, which between two
 * joined spans is that on the straight line. Of several segments the last one counts.
 */
bool trace_band(const struct trace *const *traces, size_t count, double low, double high,
    int32_t columns, struct arena *arena, struct trace *out, struct err *err);
