/*
 * The gallery's own: the masks of boxes.
 */
#pragma once

#include "eval/mask_runs.h"
#include "work/gallery.h"

/* Gives BOX, the last of TILE, the mask of FROM of STUDY, if it has one that was read and lies on its
 * image. False only when memory is out. */
bool gallery_add_mask(const struct study *study, const struct eval_box *from, struct mask_pen *pen,
    struct easel_tile *tile, struct easel_box *box, struct err *err);
