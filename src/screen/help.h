/*
 * The help page: key rows under their headings, in as many columns as fit.
 * Knows: key rows. Must not know: views.
 */
#pragma once

#include "screen/keymap.h"

/* Draws from line TOP on (0 at first) into RECT; returns how many lines the page has in all, so
 * that the caller can keep TOP inside. */
int help_draw(struct grid *grid, struct rect rect, const struct key_row *const *tables,
    size_t count, int top);
