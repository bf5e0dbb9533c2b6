/*
 * Masks over a picture: the pixels of an object laid in its colour so that the picture is still seen.
 * Knows: runs down the columns of an image (struct mask of facts/boxes.h), where that lies on the
 * picture. Must not know: whose mask it is, terminals.
 */
#pragma once

#include "picture/draw.h"
#include "picture/scene.h"

enum stencil_way {
    STENCIL_BLENDED, /* each pixel mixed with the colour: as many colours as the picture has */
    STENCIL_HATCHED, /* lines of the colour itself, and the outline: one colour more, and few bytes
                        where only what changed is sent */
};

/* COUNT runs of an image HEIGHT_PX high (1 or more). */
struct stencil {
    const uint32_t *runs;
    size_t count;
    int32_t height_px;
    uint8_t rgb[3];
};

/* Lays STENCIL over OUT, onto which MAP takes the image's pixels. Time is that of the pixels around
 * it and of its runs. False when memory is out. Pure; any thread. */
bool stencil_lay(struct pixels *out, const struct scene_map *map, const struct stencil *stencil,
    enum stencil_way way);

/* A part of a picture, one byte for each of its pixels. */
struct stencil_cut {
    struct draw_rect place;
    uint8_t *pixels; /* STENCIL_DRAWN where a hatched mask has its colour; the caller frees them */
};
enum { STENCIL_DRAWN = 2 };

/* What STENCIL_HATCHED draws of STENCIL on a picture of that size; an empty place without pixels where
 * that is nothing. False when memory is out. */
bool stencil_hatch(const struct scene_map *map, const struct stencil *stencil, int32_t width_px,
    int32_t height_px, struct stencil_cut *out);
