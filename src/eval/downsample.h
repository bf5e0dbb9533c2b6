/*
 * Fewer points than a series has, without losing what matters: the min/max envelope, sparklines.
 * Knows: points and columns. Must not know: screens, colours.
 *
 * Pure; any thread; one pass.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "facts/metric.h"

#include <stdbool.h>

enum downsample_x { DOWNSAMPLE_BY_STEP, DOWNSAMPLE_BY_INDEX };

/* What of [first, last], both inside, becomes how many columns; points outside are left out. */
struct downsample_range {
    enum downsample_x x;
    int64_t first, last; /* steps, or indices of points */
    int32_t columns;     /* 1 or more */
};

/* The whole of a series, by step or index. */
struct downsample_range downsample_whole(
    const struct point *points, size_t n, enum downsample_x x, int32_t columns);

/* The finite values of one column in one segment: draw min to max, join `last` to the next `first`.
 */
struct downsample_span {
    int32_t column;
    bool starts;   /* not joined to the span before: first of its segment, or behind a gap */
    int64_t count; /* finite points, 1 or more */
    double min, max, first, last;
};

struct downsample_envelope {
    struct downsample_span *spans; /* in the order of the points: columns ascend in each segment */
    size_t count;
    int64_t segments; /* restarts + 1 within the range: a step below the one before opens one */
    int64_t missing;  /* points in the range that are NaN or infinite: gaps */
    double min, max;  /* NaN without a finite point */
};

/*
 * Every finite point of the range is within one span's min and max. Two finite points with a
 * non-finite one between them are joined only when they fall into one column. At most 16 spans per
 * column are kept apart; further restarts widen the column's last span. `spans` lives in ARENA.
 * False only when memory is out.
 */
bool downsample_envelope(const struct point *points, size_t n, const struct downsample_range *range,
    struct arena *arena, struct downsample_envelope *out, struct err *err);

/*
 * One value per column for a sparkline: the mean of the finite values of the column's last segment.
 * A column without points repeats the column before it; NaN before the first and where all points
 * of the column are NaN or infinite.
 */
void downsample_sparkline(
    const struct point *points, size_t n, const struct downsample_range *range, double *out);
