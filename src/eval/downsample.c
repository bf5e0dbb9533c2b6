#include "eval/downsample.h"

#include <math.h>

/* Where a position falls. */
struct ruler {
    double first, scale, columns;
};

static struct ruler ruler_of(const struct downsample_range *range)
{
    double width = (double)range->last - (double)range->first + 1;
    return (struct ruler){.first = (double)range->first,
        .scale = range->columns / (width > 0 ? width : 1),
        .columns = range->columns};
}

static int32_t ruler_column(const struct ruler *ruler, int64_t position)
{
    double column = ((double)position - ruler->first) * ruler->scale;
    return (int32_t)fmin(column, ruler->columns - 1);
}

struct downsample_range downsample_whole(
    const struct point *points, size_t n, enum downsample_x x, int32_t columns)
{
    struct downsample_range range = {.x = x, .columns = columns < 1 ? 1 : columns};
    if (!n)
        return range;
    if (x == DOWNSAMPLE_BY_INDEX) {
        range.last = (int64_t)n - 1;
        return range;
    }
    range.first = range.last = points[0].step;
    for (size_t i = 1; i < n; i++) {
        if (points[i].step < range.first)
            range.first = points[i].step;
        if (points[i].step > range.last)
            range.last = points[i].step;
    }
    return range;
}

/* The mean of one column of one segment. */
struct mean {
    double sum, last;
    int64_t points, finite;
};

/* NaN where all points are missing, infinity where there is none. */
static double mean_value(const struct mean *mean)
{
    if (!mean->finite)
        return mean->points ? NAN : INFINITY;
    double value = mean->sum / (double)mean->finite;
    return isfinite(value) ? value : mean->last; /* the sum overflowed */
}

static void repeat_into_empty(double *out, int32_t columns)
{
    double before = NAN;
    for (int32_t c = 0; c < columns; c++) {
        if (isinf(out[c]))
            out[c] = before;
        before = out[c];
    }
}

void downsample_sparkline(
    const struct point *points, size_t n, const struct downsample_range *range, double *out)
{
    struct ruler ruler = ruler_of(range);
    struct mean mean = {0};
    int32_t column = -1;
    int64_t step_before = 0;
    for (int32_t c = 0; c < range->columns; c++)
        out[c] = INFINITY;
    for (size_t i = 0; i < n; i++) {
        int64_t position = range->x == DOWNSAMPLE_BY_STEP ? points[i].step : (int64_t)i;
        if (position < range->first || position > range->last)
            continue;
        int32_t now = ruler_column(&ruler, position);
        if (now != column || points[i].step < step_before)
            mean = (struct mean){0};
        column = now;
        step_before = points[i].step;
        mean.points++;
        if (isfinite(points[i].value)) {
            mean.finite++;
            mean.sum += points[i].value;
            mean.last = points[i].value;
        }
        out[column] = mean_value(&mean);
    }
    repeat_into_empty(out, range->columns);
}
