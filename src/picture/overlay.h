/*
 * What is drawn over a picture, as pieces: straight lines of one colour, plain or dashed, and
 * patches of everything else. The same drawing always falls into the same pieces, and a box that
 * comes or goes leaves most of the others' as they are. Knows: pixels that differ. Must not know:
 * boxes, protocols.
 */
#pragma once

#include "picture/pixels.h"

enum {
    OVERLAY_BAR_PX = 8,          /* bars are at most so thick */
    OVERLAY_MOST_PERIOD_PX = 64, /* of a dash and its gap */
    OVERLAY_MOST_PIECES = 512,   /* a drawing of more is one patch: cheaper than so many bars */
};

struct overlay_piece {
    bool is_bar; /* else a patch: the drawn pixels of its rectangle that are in no bar */
    int32_t x, y, w, h;
    uint8_t rgb[3];         /* of a bar */
    int32_t on, off, phase; /* of a dashed bar: lengths of ink and gap, and how much of the first
                               ink is missing; off 0: solid */
    uint64_t hash;          /* of a patch: what it looks like */
};

/* Zeroed at first; reused from drawing to drawing. */
struct overlay {
    struct overlay_piece *pieces;
    size_t count, capacity;
    /* The module's own. */
    struct overlay_piece *rects;
    size_t rect_count, rect_capacity;
    size_t *order;
    size_t order_capacity;
    uint8_t *state; /* by pixels */
    size_t state_bytes;
    const struct pixels *shown;
};

void overlay_done(struct overlay *overlay); /* accepts a zeroed struct */

/* Finds the pieces of SHOWN over BASE (the same size), which must live as long as they are looked
 * at. No pixel is in two pieces, but for patches whose rectangles overlap. False when out of
 * memory. */
bool overlay_find(struct overlay *overlay, const struct pixels *base, const struct pixels *shown);
bool overlay_piece_same(const struct overlay_piece *a, const struct overlay_piece *b);
/* The colour of pixel X, Y of a patch, from its corner; NULL where it is clear. */
const uint8_t *overlay_pixel(
    const struct overlay *overlay, const struct overlay_piece *patch, int32_t x, int32_t y);
