/*
 * A line of parts, some from the left, some from the right; the least important go first when it is
 * narrow.
 * Knows: texts and their ranks. Must not know: what they say.
 */
#pragma once

#include "screen/grid.h"

struct status_part {
    const char *text; /* any bytes; NULL or "" is left out */
    struct style style;
    int rank;   /* when the line is too narrow the highest ranks go first; rank 0 is cut, never left
                   out */
    bool right; /* from the right end; among themselves still in reading order */
};

/* Two blanks between parts. */
void statusline_draw(
    struct grid *grid, int row, int col, int cols, const struct status_part *parts, size_t count);
