/*
 * Golden screens: a grid against the text that it must be.
 * Knows: grid_dump(). Must not know: what is drawn.
 */
#pragma once

#include "screen/grid.h"

/* Compares the dump of GRID with WANT, both without empty lines at the end of each block; shows
 * both when they differ. */
void assert_dump(const struct grid *grid, bool roles, const char *want);
struct grid *grid_of(int rows, int cols); /* never NULL */
