/*
 * Smoothing of curves: debiased exponential moving average, moving average, moving median.
 * Knows: values in their order. Must not know: steps, segments (start anew for each).
 *
 * TensorBoard's formula for the first: a <- a w + v (1 - w), shown as a / (1 - w^n), n counting
 * finite values. The other two take the window of points around each point, cut at the ends.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct smooth {
    double weight; /* 0 none .. below 1 */
    double average, bias;
};

/* WEIGHT is clamped to 0..0.9999; NaN is 0. */
void smooth_init(struct smooth *smooth, double weight);
/* The smoothed value at V. NaN or infinite V gives V itself and leaves the average as it is. */
double smooth_next(struct smooth *smooth, double v);

enum smooth_kind { SMOOTH_EMA, SMOOTH_MEAN, SMOOTH_MEDIAN };
enum { SMOOTH_MOST_WINDOW = 1001 };

struct smooth_how {
    enum smooth_kind kind;
    double strength; /* the weight, or the window in points; 0 (or a window of 1): none */
};

bool smooth_is_on(const struct smooth_how *how);
/*
 * N values of one segment into OUT (not VALUES). Windows are rounded up to an odd count and clamped
 * to SMOOTH_MOST_WINDOW; values that are not finite stay as they are and are left out of windows. A
 * mean costs O(n) and cancels nothing, a median O(n window).
 */
void smooth_series(const struct smooth_how *how, const double *values, size_t n, double *out);
