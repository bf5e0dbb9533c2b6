/*
 * The key bar: `Space select  p baseline  ? help`, what the next key could be.
 * Knows: key rows with a word for the bar. Must not know: views.
 */
#pragma once

#include "screen/keymap.h"

enum { KEYBAR_MAX_WORDS = 64 };

/* Draws one row of COLS columns; the first key of a row stands for it. TABLES are COUNT tables of
 * key rows, the innermost view's first; a key that an earlier table has is not said again. When it
 * is too narrow, the highest ranks are left out first (of equal ones the last). */
void keybar_draw(struct grid *grid, int row, int col, int cols, const struct key_row *const *tables,
    size_t count);
/* The row whose word this drawing has under column AT_COL, or NULL: for clicks. */
const struct key_row *keybar_at(
    int col, int cols, const struct key_row *const *tables, size_t count, int at_col);
