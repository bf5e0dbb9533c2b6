/*
 * The help page: key rows under their headings, in as many columns as fit.
 * Knows: key rows. Must not know: views.
 */
#pragma once

#include "screen/keymap.h"

/* Draws from line TOP on (0 at first) into RECT; returns how many lines the page has in all, so
 * that the caller can keep TOP inside. TABLES are those in force, the innermost first: a key that one
 * of them takes is not listed again further on. What the first VIEWS, a dashboard and its panel, take
 * from one another is listed at the end: it works where the panel is the screen. */
int help_draw(struct grid *grid, struct rect rect, const struct key_row *const *tables, size_t count,
    size_t views, int top);
