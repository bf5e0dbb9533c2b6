/*
 * The ground of a plot: braille dots and axes with their numbers.
 * Knows: cells, axes. Must not know: what is plotted.
 *
 * Cells are 2 x 4 dots, counted from the top left of the plot. Folded to ASCII a cell is '.', ':',
 * '*' and the like by where its dots are.
 */
#pragma once

#include "screen/axis.h"
#include "screen/grid.h"

enum { PLOT_BRAILLE = 0x2800 };

/* lround() of what is not negative, without the call. */
static inline int plot_nearest(double value)
{
    int whole = (int)value;
    return whole + (value - whole >= 0.5);
}

/* Adds the dot X, Y of PLOT to what its cell holds; the style becomes the cell's. */
void plot_dot(struct grid *grid, struct rect plot, int x, int y, struct style style);
/* The same for the dots from row Y down to row TO of dot column X; of half of them (PLOT_HALF) those
 * whose x + y is even. */
enum plot_ink { PLOT_FULL, PLOT_HALF };
void plot_column(struct grid *grid, struct rect plot, int x, int y, int to, enum plot_ink ink,
    struct style style);
/* The columns that the numbers of AXIS want; at least 1. */
int plot_label_cols(const struct axis *axis);
/* The line left of PLOT with ticks, and LABEL_COLS columns of numbers left of it. */
void plot_y_axis(struct grid *grid, struct rect plot, const struct axis *axis, int label_cols);
/* With LINE the line below PLOT with ticks, with LABELS the numbers below that, within AREA. */
void plot_x_axis(struct grid *grid, struct rect area, struct rect plot, const struct axis *axis,
    bool line, bool labels);
