/*
 * A matrix of any size: shaded cells with names at its sides, a cursor, scrolling both ways.
 * Knows: texts and shades by row and column, from a source that is asked only for what is seen.
 * Must not know: what is counted.
 *
 * Shades are characters, so they tell without colours: nothing, then light, medium, dark and full.
 */
#pragma once

#include "screen/grid.h"
#include "screen/scroll.h"

struct matrix_cell {
    const char *text;   /* any bytes, at least until the next call of the source; NULL: none */
    double shade;       /* 0 to 1; NaN as 0 */
    struct style style; /* of shade and text */
    char room[16];      /* for a source that has to print its text: text = room */
};

struct matrix_source {
    void *self;
    size_t rows, cols;
    const char *(*row_name)(void *self, size_t row); /* any bytes, until the next call */
    const char *(*col_name)(void *self, size_t col);
    void (*cell)(void *self, size_t row, size_t col, struct matrix_cell *out); /* OUT is zeroed */
};

/* Zeroed at first. */
struct matrix {
    struct scroll row, col; /* the cursor, and what is seen */
    /* From the last drawing. */
    struct rect cells; /* 0 x 0 when there was no room */
    int cell_cols;
};

/*
 * Draws into RECT: names of columns (cut) in its first row, names of rows at the left, cells of
 * CELL_COLS columns each: a shade and CELL_COLS - 2 of text; with 1 the shade alone, and no names
 * of columns. FOCUSED: the cursor's cell is marked, and the hardware cursor is there.
 */
void matrix_draw(struct matrix *matrix, struct grid *grid, struct rect rect,
    const struct matrix_source *source, int cell_cols, bool focused);
/* Moves the cursor by so many columns of COLS. */
void matrix_move_col(struct matrix *matrix, int by, size_t cols);
/* What the cell ROW, COL of the grid showed in the last drawing; false outside. */
bool matrix_at(const struct matrix *matrix, int row, int col, size_t *at_row, size_t *at_col);
/* The shade of a number from 0 to 1 as a character; a blank for 0. */
uint32_t matrix_shade(double shade);
