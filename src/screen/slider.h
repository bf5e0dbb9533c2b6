/*
 * A slider: `confidence ├──────●────┤ .55`.
 * Knows: one number in a range. Must not know: what it decides.
 */
#pragma once

#include "screen/grid.h"

struct slider {
    const char *label;       /* any bytes; "" for none */
    double low, high, value; /* low < high; the value is shown within; NaN: there is none */
    double step;             /* values are multiples of it above low; 0: any */
    double mark;             /* shown as '┼' on the track (say, the best F1); NaN for none */
    int decimals;            /* of the number behind the track */
    const char *suffix;      /* behind the number, NULL for none: "best F1 .57" */
    char shown[24];          /* behind the track instead of the number; "" for that */
};

struct slider_place {
    int row, col, cols; /* of the track, its ends included */
};

/* Draws into one row of COLS columns; the track takes what label and number leave, at least 3. */
void slider_draw(struct grid *grid, int row, int col, int cols, const struct slider *slider,
    bool focused, struct slider_place *place);
/* The value for the mouse at column COL of the grid: at the ends low and high, stepped. */
double slider_value_at(const struct slider *slider, const struct slider_place *place, int col);
/* VALUE moved by STEPS steps, kept in the range and on the steps. */
double slider_move(const struct slider *slider, int steps);
