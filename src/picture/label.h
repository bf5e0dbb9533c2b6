/*
 * Where labels go: in the picture, beside their box, off the other labels.
 * Knows: rectangles in one unit (pixels or cells). Must not know: what a label says or how it
 * looks.
 *
 * Collisions are looked up in a coarse grid of taken squares, so that placing a label costs its
 * area and not the number of labels before it.
 */
#pragma once

#include "picture/draw.h"

struct label_map {
    int32_t width, height, step; /* the picture; the side of a square of the grid */
    int32_t cols, rows;
    uint8_t *taken;
};

/* False when out of memory. */
bool label_map_init(struct label_map *map, int32_t width, int32_t height, int32_t step);
void label_map_done(struct label_map *map); /* accepts a zeroed map */

/* A place of W x H (no larger than the picture) for the label of BOX, which is now taken: beside the
 * box or inside, off all others. False when there is none: the label is to be left out. */
bool label_place(struct label_map *map, struct draw_rect box, int32_t w, int32_t h,
    struct draw_rect *place);
