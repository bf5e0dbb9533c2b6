/*
 * Cells of a picture's place, and which of them are to be sent again: in few rectangles.
 * Knows: rows and columns. Must not know: pixels, protocols.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Whole cells, from ROW, COL of the place on. */
struct cells {
    int32_t row, col, rows, cols;
};

struct cell_map {
    uint8_t *marked;
    int32_t rows, cols;
    int32_t next; /* no marked cell before it, in reading order */
};

/* No cell marked. False when out of memory. */
bool cell_map_init(struct cell_map *map, int32_t rows, int32_t cols);
void cell_map_done(struct cell_map *map); /* accepts a zeroed struct */
void cell_map_clear(struct cell_map *map);
void cell_map_mark(struct cell_map *map, int32_t row, int32_t col);
/* Takes a rectangle of marked cells out, wide first, then as high as goes; false when none is left.
 * No cell is marked between the first take and that. */
bool cell_map_take(struct cell_map *map, struct cells *out);
