/*
 * A metric: a named series of points, and its one-row summary.
 * Knows: points in file order and what a summary keeps of them. Must not know: files or curves.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct point {
    int64_t step;
    double wall_s; /* seconds since 1970, NaN when the source has no time */
    double value;  /* any double; NaN and infinities are data */
};

/*
 * What the tables need of a series. first and last are in file order; min and max leave non-finite
*values out (and are NaN while there is no finite one). A zeroed summary is that of no points.
 */
struct metric_summary {
    int64_t count, nonfinite;
    int64_t first_step, last_step, min_step, max_step;
    double first, last, min, max;
    double first_wall_s, last_wall_s;
    int64_t segments; /* restarts + 1: a point whose step is below the one before opens one */
};

/* Adds N points, in file order. Points that repeat a step are kept; a step that falls back counts as
 * a restart. */
void metric_summary_add(struct metric_summary *summary, const struct point *points, size_t n);
