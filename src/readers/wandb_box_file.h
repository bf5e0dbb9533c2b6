/*
 * W&B's box files: the boxes on one picture, and what their classes are called.
 * Knows: the JSON of "boxes2D". Must not know: logs, sets of boxes.
 *
 * Coordinates are fractions of the picture unless a box says "domain": "pixel"; a box is given by
 * its edges (minX...) or by its middle and size.
 */
#pragma once

#include "facts/boxes.h"

struct wandb_box {
    struct box box; /* pixels */
    double score;   /* the first of "scores"; NaN when there is none */
    int64_t label;
};

struct wandb_box_taker {
    void *self;
    void (*box)(void *self, const struct wandb_box *box);
    void (*label)(void *self, int64_t id, const char *name); /* NAME is in the arena */
};

/* Reads the file PATH, of a picture of this size (0 unknown: fractions are of no use then). Returns
 * how many boxes could not be used, a broken end counting as one; -1 when the file cannot be read.
 * Names of classes go into ARENA. */
int64_t wandb_box_file_read(const char *path, int32_t width_px, int32_t height_px,
    struct arena *arena, const struct wandb_box_taker *taker);
