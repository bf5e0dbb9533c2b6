/*
 * A metric: a named series of points, and its one-row summary.
 * Knows: points in file order and what a summary keeps of them. Must not know: files or curves.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct point {
    int64_t step;
    double wall_s; /* seconds since 1970, NaN when the source has no time */
    double value;  /* any double; NaN and infinities are data */
};

/* The extremes of the finite values, and where they were reached first; NaN while there is none. */
struct metric_range {
    double min, max;
    int64_t min_step, max_step;
};

/*
 * What the tables need of a series. first and last are in file order; min and max leave non-finite
 * values out (and are NaN while there is no finite one). A zeroed summary is that of no points.
 */
struct metric_summary {
    int64_t count, nonfinite;
    int64_t first_step, last_step, min_step, max_step;
    double first, last, min, max;
    double first_wall_s, last_wall_s;
    int64_t segments; /* restarts + 1: a point whose step is below the one before opens one */
    struct metric_range latest; /* of the last segment only: where the run is now */
    int64_t lost_step; /* where the values that are not finite to the end begin; 0 without such */
};

/* Adds N points, in file order. Points that repeat a step are kept; a step that falls back counts as
 * a restart. */
void metric_summary_add(struct metric_summary *summary, const struct point *points, size_t n);
/* Adds the series MORE behind, as if its points had been added. */
void metric_summary_join(struct metric_summary *summary, const struct metric_summary *more);

/* Equal to single precision, in which many loggers write; two values that are not finite are equal
 * when they are the same kind. */
bool metric_value_same(double a, double b);
/* One series logged twice, as far as summaries can tell: as many points, from and to the same
 * steps, the same ends and extremes. */
bool metric_summary_same(const struct metric_summary *a, const struct metric_summary *b);
