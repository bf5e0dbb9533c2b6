/*
 * Smoothing of curves: the debiased exponential moving average.
 * Knows: one value after another. Must not know: steps, segments (start anew for each).
 *
 * TensorBoard's formula: a <- a w + v (1 - w), shown as a / (1 - w^n), n counting finite values.
 */
#pragma once

struct smooth {
    double weight; /* 0 none .. below 1 */
    double average, bias;
};

/* WEIGHT is clamped to 0..0.9999; NaN is 0. */
void smooth_init(struct smooth *smooth, double weight);
/* The smoothed value at V. NaN or infinite V gives V itself and leaves the average as it is. */
double smooth_next(struct smooth *smooth, double v);
