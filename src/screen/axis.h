/*
 * Axes: round numbers for ticks, and values to positions.
 * Knows: doubles. Must not know: cells.
 *
 * Ticks are 1, 2 or 5 times a power of ten (Heckbert, "Nice numbers for graph labels", Graphics
 * Gems, 1990); on a logarithmic axis whole powers of ten, and 2 and 5 times them when there is
 * room.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { AXIS_MAX_TICKS = 64, AXIS_LABEL_BYTES = 24 };

struct axis_tick {
    double value;
    char label[AXIS_LABEL_BYTES]; /* as many decimals as the step needs: "0.25", "1e-4", "20k" */
};

struct axis {
    double low, high; /* low < high, finite */
    bool log;
    struct axis_tick ticks[AXIS_MAX_TICKS];
    int count;
};

/* An axis over [LOW, HIGH] with about WANTED ticks inside. ROUNDED widens it to the ticks around. A
 * range that is empty, not finite or (log) not positive is replaced by one that is usable: one
 * around the value, or 0 to 1. */
void axis_init(struct axis *axis, double low, double high, bool log, int wanted, bool rounded);
/* A linear axis over at least [LOW, HIGH] whose ticks lie in the middles of rows when it is drawn
 * on ROWS of them, its ends an eighth of a row from theirs; with fewer than 3 rows axis_init(). */
void axis_init_rows(struct axis *axis, double low, double high, int rows);
/* axis_init() for seconds: ticks at whole seconds, minutes, hours, days, written as durations
 * ("1h30") or, with CLOCK, as UTC times of seconds since 1970 ("14:30", "05-01"). Never rounded. */
void axis_init_time(struct axis *axis, double low, double high, bool clock, int wanted);
/* 0 at low, 1 at high; outside beyond; NaN for what has no place (a log axis and value <= 0). */
double axis_place(const struct axis *axis, double value);
double axis_value(const struct axis *axis, double place); /* the inverse */
