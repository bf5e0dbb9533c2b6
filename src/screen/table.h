/*
 * A table of any length: header, aligned columns, cursor row, marks, frozen columns.
 * Knows: cells of text by row and column, from a source that is asked only for what is seen. Must
 * not know: runs, metrics, sorting.
 *
 * Widths are measured over the rows seen and only grow, so that columns do not jump while
 * scrolling; a change of the columns measures anew.
 */
#pragma once

#include "screen/grid.h"
#include "screen/scroll.h"

enum { TABLE_MAX_COLUMNS = 512, TABLE_ROOM_BYTES = 64 };

enum table_align {
    TABLE_LEFT,
    TABLE_RIGHT,
    TABLE_DECIMAL, /* decimal points below one another; what is no number stands right */
};

struct table_column {
    const char *title;      /* any bytes */
    int min_cols, max_cols; /* of the column; max_cols 0: no limit of its own */
    enum table_align align;
    int sort; /* 1 ascending, -1 descending, 0 not sorted by it: the mark behind the title; 2 and -2
                 where it decides only among what is equal so far, and so on */
    bool ends; /* it is the ends of texts that tell rows apart: what is too long loses its middle */
    bool drawn; /* filled by source->draw instead of ->cell; min_cols wide */
};

struct table_cell {
    const char *text; /* any bytes, at least until the next call of the source; NULL: blank */
    struct style style;
    const char *tail; /* from here on (a place in the text) it is muted; NULL: nothing is */
    char room[TABLE_ROOM_BYTES]; /* for a source that has to print its text: text = room */
};

enum table_mark {
    TABLE_SELECTED = 1,
    TABLE_MUTED = 2, /* the whole row dim */
    TABLE_PARTLY = 4 /* some of what the row stands for is selected */
};

struct table_source {
    void *self;
    size_t (*rows)(void *self);
    /* OUT comes zeroed (STYLE_TEXT, blank) but for its room. */
    void (*cell)(void *self, size_t row, int column, struct table_cell *out);
    /* enum table_mark of a row; may be NULL. */
    int (*mark)(void *self, size_t row);
    /* Draws a column with `drawn` into PLACE (one row, clipped to it); may be NULL. */
    void (*draw)(void *self, size_t row, int column, struct grid *grid, struct rect place);
};

/* Zeroed at first; one per table on the screen. */
struct table {
    struct scroll scroll;
    int first_column; /* the first behind the frozen ones that is seen */
    int column;       /* the column under the cursor, for sorting and hiding; drawn as accent */
    /* From the last drawing. */
    struct rect place;
    size_t rows;
    int columns, frozen, last_column; /* last_column: the last one wholly seen */
    uint64_t layout;
    uint16_t left[TABLE_MAX_COLUMNS], cols[TABLE_MAX_COLUMNS];   /* left 0 with cols 0: not seen */
    uint16_t whole[TABLE_MAX_COLUMNS], point[TABLE_MAX_COLUMNS]; /* widths so far: before, behind
                                                                    the point */
};

/* Draws into RECT: the header in its first row, a gutter of one column with '▌' for selected rows
 * and '▖' for those that are in part, then the first FROZEN columns and those from first_column on.
 * FOCUSED: the cursor row has its bar (over the gutter, the frozen columns or the first, and the
 * column under the cursor) and the hardware cursor. Fewer are frozen where they would take more
 * than three quarters of the width. Columns beyond TABLE_MAX_COLUMNS are not drawn. */
void table_draw(struct table *table, struct grid *grid, struct rect rect,
    const struct table_source *source, const struct table_column *columns, int count, int frozen,
    bool focused);

/* Moves the column under the cursor by BY, scrolling sideways with the next drawing. */
void table_move_column(struct table *table, int by);

enum table_part { TABLE_NOWHERE, TABLE_HEADER, TABLE_ROW };
struct table_hit {
    enum table_part part;
    size_t row; /* TABLE_ROW */
    int column; /* -1: between columns */
};
/* The column behind which the cell ROW, COL of the header lies, its border with the next; -1 when it
 * is none. */
int table_border_at(const struct table *table, int row, int col);
/* What the cell ROW, COL of the grid showed in the last drawing. */
struct table_hit table_at(const struct table *table, int row, int col);
