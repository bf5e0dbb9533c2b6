/*
 * Fewer points than a series has: sparklines. (Charts lose no extreme: trace.h.)
 * Knows: points and columns. Must not know: screens, colours.
 *
 * Pure; any thread; one pass.
 */
#pragma once

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

/*
 * One value per column for a sparkline: the mean of the finite values of the column's last segment.
 * A column without points repeats the column before it; NaN before the first and where all points
 * of the column are NaN or infinite.
 */
void downsample_sparkline(
    const struct point *points, size_t n, const struct downsample_range *range, double *out);
