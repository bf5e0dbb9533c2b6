/*
 * A sparkline: one column per value, eight levels.
 * Knows: doubles. Must not know: where they come from.
 */
#pragma once

#include "screen/grid.h"

#include <stddef.h>

/* Draws COUNT values, one a column, at most COLS (of more, the last COLS). NaN leaves a gap. LOW
 * and HIGH are the lowest and the fullest level; NaN: the smallest and largest value. Values all
 * alike stand at the middle. Infinities are drawn as the outermost levels. */
void spark_draw(struct grid *grid, int row, int col, int cols, struct style style,
    const double *values, size_t count, double low, double high);
