/*
 * A cursor in a long list and the part of it that is seen.
 * Knows: numbers of rows. Must not know: what they are.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct scroll {
    size_t cursor, top; /* row under the cursor, first row seen */
    int visible;        /* rows seen when last drawn */
};

enum scroll_move {
    SCROLL_UP,
    SCROLL_DOWN,
    SCROLL_PAGE_UP,
    SCROLL_PAGE_DOWN,
    SCROLL_HALF_UP,
    SCROLL_HALF_DOWN,
    SCROLL_FIRST,
    SCROLL_LAST,
};

/* Moves the cursor among COUNT rows. True when it moved. */
bool scroll_move(struct scroll *scroll, enum scroll_move move, size_t count);
/* The wheel: moves the part seen by ROWS and drags the cursor along when it would leave. */
void scroll_wheel(struct scroll *scroll, int rows, size_t count);
/* Brings cursor and top into COUNT rows of which VISIBLE are seen; the drawing widgets call it. */
void scroll_fit(struct scroll *scroll, size_t count, int visible);
