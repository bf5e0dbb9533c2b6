/*
 * A box of lines with a title in its top edge.
 * Knows: cells. Must not know: what is inside.
 */
#pragma once

#include "screen/grid.h"

/* Draws the edges of RECT (nothing below 2 x 2) and TITLE (may be NULL) in its own style; returns
 * the inside, which is not touched. */
struct rect frame_draw(struct grid *grid, struct rect rect, struct style edge, const char *title,
    struct style title_style);
/* The same with a blank inside: for what pops up over others. */
struct rect frame_popup(struct grid *grid, struct rect rect, const char *title);
