/*
 * Bars: numbers as lengths, in groups.
 * Knows: numbers, cells. Must not know: what they measure.
 */
#pragma once

#include "screen/grid.h"
#include "screen/scroll.h"

struct bars_item {
    const char *group;  /* any bytes; said where it differs from the one above */
    const char *label;  /* whose bar it is, any bytes; "" for none */
    struct style style; /* of the label and the bar */
    double value;       /* NaN, and what is below 0, has no bar */
    const char *text;   /* right of the bar, any bytes */
};

/* Zeroed at first. */
struct bars {
    struct scroll scroll;
    struct rect place; /* of the last drawing */
    size_t count;
};

/* Draws COUNT items, a row each; the bar of the greatest value takes the room that names and texts
 * leave. FOCUSED: the cursor row has its bar and the hardware cursor. */
void bars_draw(struct bars *bars, struct grid *grid, struct rect rect,
    const struct bars_item *items, size_t count, bool focused);
/* The item at cell ROW, COL in the last drawing, or SIZE_MAX. */
size_t bars_at(const struct bars *bars, int row, int col);
