#include "eval/downsample.h"

#include "base/grow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SPANS_PER_COLUMN = 16 };

/* Doubles hold whole numbers exactly up to here; beyond it every point's column is computed. */
static const double EXACT = 4503599627370496.0; /* 2^52 */

/* Where a position falls, and up to which position that is certain to stay so. */
struct ruler {
    double first, scale, columns;
    int64_t lowest, highest;
    int64_t safe; /* positions up to here are in `column` when they ascend */
    int32_t column;
};

static struct ruler ruler_of(const struct downsample_range *range)
{
    double width = (double)range->last - (double)range->first + 1;
    return (struct ruler){.first = (double)range->first,
        .scale = range->columns / (width > 0 ? width : 1),
        .columns = range->columns,
        .lowest = range->first,
        .highest = range->last};
}

static int32_t ruler_column(struct ruler *ruler, int64_t position)
{
    double from_first = (double)position - ruler->first, column = from_first * ruler->scale;
    column = fmin(column, ruler->columns - 1);
    ruler->column = (int32_t)column;
    double edge = (ruler->column + 1) / ruler->scale + ruler->first - 1;
    bool exact = fabs(edge) < EXACT && fabs(ruler->first) < EXACT;
    ruler->safe = exact && edge - 1 > (double)position ? (int64_t)edge - 1 : position;
    return ruler->column;
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

struct envelope {
    struct downsample_envelope *out;
    size_t capacity, most;
    int32_t *last_of_column; /* span, -1 none */
    size_t at;               /* the span being widened */
    bool open;               /* `at` is the span of the column at hand */
    bool broken;             /* the next span is not joined to the one before */
    bool folded;             /* `at` was reused, so nothing can be joined to it */
};

/* A new span for COLUMN; when there are too many, the column's last one again. */
static bool open_span(struct envelope *e, int32_t column, double value)
{
    struct downsample_envelope *out = e->out;
    e->open = true;
    if (out->count >= e->most && e->last_of_column[column] >= 0) {
        e->at = (size_t)e->last_of_column[column];
        e->folded = true;
        return true;
    }
    if (!GROW(out->spans, e->capacity, out->count + 1))
        return false;
    out->spans[out->count] = (struct downsample_span){
        .column = column, .starts = e->broken, .min = value, .max = value, .first = value};
    e->at = out->count++;
    e->last_of_column[column] = (int32_t)e->at;
    e->folded = false;
    return true;
}

/* Takes finite points from I on while their steps ascend up to SAFE; returns the one behind them.
 */
static size_t widen(
    struct downsample_span *span, const struct point *points, size_t i, size_t end, int64_t safe)
{
    size_t start = i;
    int64_t step = points[i].step;
    double min = span->min, max = span->max, value = span->last;
    while (
        i < end && points[i].step >= step && points[i].step <= safe && isfinite(points[i].value)) {
        step = points[i].step;
        value = points[i++].value;
        min = value < min ? value : min;
        max = value > max ? value : max;
    }
    span->min = min;
    span->max = max;
    span->last = value;
    span->count += (int64_t)(i - start);
    return i;
}

static bool sweep_points(
    struct envelope *e, const struct point *points, size_t n, const struct downsample_range *range)
{
    struct ruler ruler = ruler_of(range);
    struct downsample_envelope *out = e->out;
    bool by_step = range->x == DOWNSAMPLE_BY_STEP, fell = true;
    int64_t step_before = 0;
    int32_t column = -1;
    for (size_t i = 0; i < n;) {
        int64_t step = points[i].step, position = by_step ? step : (int64_t)i;
        fell = fell || step < step_before;
        step_before = step;
        if (position < range->first || position > range->last) {
            i++;
            continue;
        }
        if (fell) {
            out->segments++;
            e->broken = true;
        }
        int32_t now = ruler_column(&ruler, position);
        e->open = e->open && now == column && !fell;
        column = now;
        fell = false;
        if (!isfinite(points[i].value)) {
            out->missing++;
            e->broken = true;
            i++;
            continue;
        }
        if (!e->open && !open_span(e, column, points[i].value))
            return false;
        int64_t safe = ruler.safe < range->last ? ruler.safe : range->last;
        size_t end = by_step ? n : (size_t)safe + 1;
        i = widen(&out->spans[e->at], points, i, end < n ? end : n, by_step ? safe : INT64_MAX);
        step_before = points[i - 1].step;
        e->broken = e->folded; /* a gap inside a column does not break the line */
    }
    return true;
}

bool downsample_envelope(const struct point *points, size_t n, const struct downsample_range *range,
    struct arena *arena, struct downsample_envelope *out, struct err *err)
{
    *out = (struct downsample_envelope){.min = NAN, .max = NAN};
    size_t columns = (size_t)range->columns;
    struct envelope e = {.out = out, .most = SPANS_PER_COLUMN * columns};
    e.last_of_column = malloc((columns + 1) * sizeof *e.last_of_column);
    for (size_t c = 0; e.last_of_column && c < columns; c++)
        e.last_of_column[c] = -1;
    bool swept = e.last_of_column && sweep_points(&e, points, n, range);
    free(e.last_of_column);
    struct downsample_span *grown = out->spans;
    out->spans = ARENA_ARRAY(arena, struct downsample_span, out->count + 1);
    if (out->spans && out->count)
        memcpy(out->spans, grown, out->count * sizeof *grown);
    free(grown);
    if (!swept || !out->spans)
        return err_set(err, ERR_MEMORY, "out of memory while drawing a curve");
    for (size_t s = 0; s < out->count; s++) {
        out->min = fmin(out->min, out->spans[s].min);
        out->max = fmax(out->max, out->spans[s].max);
    }
    return true;
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
