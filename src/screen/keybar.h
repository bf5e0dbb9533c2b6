/*
 * The key bar: `Space select  p baseline  ? help`, what the next key could be.
 * Knows: key rows with a word for the bar. Must not know: views.
 */
#pragma once

#include "screen/keymap.h"

enum { KEYBAR_MAX_WORDS = 64 };

/* TABLES are COUNT tables of key rows, the innermost view's first; the first key of a row stands
 * for it, and a key that an earlier table has is not said again. */
struct keybar {
    const struct key_row *const *tables;
    size_t count;
    /* Any bytes, or NULL: lies over the beginning. Words that it reaches are left out, the others
     * stay where they are: few bytes to say it, few to unsay it. */
    const char *message;
    struct style style; /* of the message */
};

/* Draws one row of COLS columns. When it is too narrow, the highest ranks are left out first (of
 * equal ones the last). */
void keybar_draw(const struct keybar *bar, struct grid *grid, int row, int col, int cols);
/* The row whose word this drawing has under column AT_COL, or NULL: for clicks. */
const struct key_row *keybar_at(const struct keybar *bar, int col, int cols, int at_col);
