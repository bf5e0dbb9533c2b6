/*
 * A line of a text file in a row of cells.
 * Knows: bytes of a file: tabs, carriage returns, what must not reach a terminal. Must not know:
 * which file, what is marked in it.
 */
#pragma once

#include "eval/lines.h"
#include "screen/grid.h"

enum {
    LINE_MOST_BYTES = 4096, /* of a line that are shown */
    LINE_SIDEWAYS = 8,      /* characters that a key moves it by */
};

/* Draws LINE of LINES into PLACE (one row) from character LEFT on; '>' where it goes on beyond it.
 */
void line_draw(struct grid *grid, struct rect place, struct style style, const struct lines *lines,
    size_t line, size_t left);
