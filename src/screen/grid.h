/*
 * The screen as cells: text, what it is for, and where pictures lie.
 * Knows: columns, clipping, wide and combining characters. Must not know: terminals, colours.
 *
 * Rows and columns count from 0 at the top left of the whole grid, everywhere. What lies outside
 * the grid or its clip is not drawn. All text is made harmless (base/text.h) on its way in, so any
 * bytes may be handed over. Characters that a terminal cannot show are the painter's business: draw
 * the best one there is. One thread at a time.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "screen/style.h"

#include <stdbool.h>
#include <stdint.h>

enum { GRID_MAX_ROWS = 1000, GRID_MAX_COLS = 1000, GRID_MAX_TEXT_BYTES = 4096 };

struct rect {
    int row, col, rows, cols;
};

struct cell {
    uint32_t code[3]; /* the character and up to two combining marks, 0 for none */
    uint8_t role;     /* enum style_role */
    uint8_t hue;      /* STYLE_PICTURE: the picture's id */
    uint8_t attr;
    uint8_t cols; /* 1; 2 for a wide character; 0 for the shadow right of one */
};

struct grid {
    int rows, cols;
    struct cell *cells; /* row by row */
    struct rect clip;
    int cursor_row, cursor_col; /* the hardware cursor; keep it on the selected row: screen readers
                                   follow it */
    bool cursor_shown;
};

/* Blank, clip the whole, cursor hidden at 0, 0. Sizes are brought into 1..GRID_MAX_*. */
struct grid *grid_new(int rows, int cols, struct err *err); /* NULL: ERR_MEMORY */
void grid_free(struct grid *grid);                          /* accepts NULL */
/* Blank at the new size; false (ERR_MEMORY) leaves it as it was. */
bool grid_resize(struct grid *grid, int rows, int cols, struct err *err);
void grid_clear(struct grid *grid); /* also the clip and the cursor */

/* What two rectangles share; rows and cols are 0 when nothing. */
struct rect rect_cut(struct rect a, struct rect b);
bool rect_holds(struct rect rect, int row, int col);
struct rect grid_rect(const struct grid *grid); /* the whole */

/* Narrows the clip to what RECT shares with it; returns the clip before, for grid_unclip(). */
struct rect grid_clip(struct grid *grid, struct rect rect);
void grid_unclip(struct grid *grid, struct rect before);

/* Writes TEXT from row, col on, at most MAX_COLS columns; what does not fit ends in an ellipsis.
 * Returns the columns used (also when they were clipped away). */
int grid_text(
    struct grid *grid, int row, int col, int max_cols, struct style style, const char *utf8);
int grid_text_bytes(struct grid *grid, int row, int col, int max_cols, struct style style,
    const char *utf8, size_t length);
/* The same, ending at column COL + MAX_COLS. */
int grid_text_right(
    struct grid *grid, int row, int col, int max_cols, struct style style, const char *utf8);
int grid_printf(struct grid *grid, int row, int col, int max_cols, struct style style,
    const char *format, ...) __attribute__((format(printf, 6, 7)));
/* One code point (harmless, 1 or 2 columns; anything else is drawn as '?'). */
void grid_put(struct grid *grid, int row, int col, struct style style, uint32_t code);
/* The bytes of the first line of TEXT, broken at a blank where there is one into at most COLS columns
 * (1 or more); *SKIP are those behind it that are not drawn. */
size_t grid_break(const char *utf8, int cols, size_t *skip);
/* Draws TEXT so broken from the top of RECT; returns the rows taken. */
int grid_paragraph(struct grid *grid, struct rect rect, struct style style, const char *utf8);
/* Columns that TEXT takes when nothing cuts it. */
int grid_text_cols(const char *utf8);

/* Fills with CODE (one column wide). */
void grid_fill(struct grid *grid, struct rect rect, struct style style, uint32_t code);
/* Replaces the style of what is there. */
void grid_restyle(struct grid *grid, struct rect rect, struct style style);
/* Adds attributes to what is there: grid_mark(grid, row, STYLE_ON_CURSOR) is a selection bar. */
void grid_mark(struct grid *grid, struct rect rect, uint8_t attr);
/* Shows the hardware cursor there (unless clipped away). */
void grid_cursor(struct grid *grid, int row, int col);

/* Keeps the cells of RECT for picture ID (1..255): they are painted as blanks that the painter
 * never clears behind the picture's back. Text drawn over them afterwards takes them away again. */
void grid_reserve(struct grid *grid, struct rect rect, uint8_t id);
/* Marks in DAMAGED[256] the pictures with a cell in NOW that was not theirs in BEFORE (or BEFORE is
 * NULL or of another size): painting NOW wipes it there, so they must be sent in full. */
void grid_damage(const struct grid *before, const struct grid *now, bool damaged[256]);

/* For golden tests: the lines without trailing blanks; with ROLES, then a line "--" and as many
 * lines of role letters (blanks for plain blanks), each followed by ^cursor and ^selected when such
 * a ground lies in it. */
void grid_dump(const struct grid *grid, struct buf *out, bool roles);
