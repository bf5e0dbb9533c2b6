/*
 * Masks made ready for comparing: the pixels of an object as runs, their number and extent, and
 * the overlap of two of them.
 * Knows: the pixel rules of pycocotools (maskApi.c). Must not know: datasets, matching, files.
 *
 * Pixels are numbered down the columns, from the left one on. Polygons are drawn as the reference
 * draws them, pixel for pixel, as long as they stay within 200 million pixels of the image; a
 * point beyond that is taken to lie there. Pure; a pen serves one thread at a time.
 */
#pragma once

#include "facts/boxes.h"

/* An object whose lines pass more columns than that is drawn as nothing. */
enum { MASK_MOST_CROSSINGS = 1 << 22 };

struct mask_runs {
    const uint32_t *runs; /* as in struct mask: together width_px * height_px */
    size_t count;         /* 0 when there is no image */
    int32_t width_px, height_px;
    uint32_t area_px; /* pixels inside */
    struct box box;   /* the smallest around them; all 0 when there is none */
};

/* The image where a mask lies. Without a pixel, or with more than INT32_MAX of them, it is none,
 * and polygons on it are empty. */
struct mask_frame {
    int32_t width_px, height_px;
    double x_unit_px, y_unit_px; /* of the points of polygons: 1, or the sides for fractions */
};

/* Draws one polygon after another; holds only memory that is used again. */
struct mask_pen {
    uint32_t *marks; /* malloc'd: where the drawing turns inside and outside, by pixel number */
    size_t count, capacity;
    size_t crossings; /* of the object at hand, those taken back too */
};

void mask_pen_init(struct mask_pen *pen);
void mask_pen_done(struct mask_pen *pen);

/*
 * MASK in FRAME. Runs of polygons live in ARENA; those of a mask that has runs already are its
 * own, which must outlive OUT, and of the size that it says, whatever FRAME is. A polygon with a
 * point that is not finite is left out. Time goes with the points, with the columns that each line
 * passes (at most MASK_MOST_CROSSINGS) and with their sorting, never with the area. False only when
 * memory is out.
 */
bool mask_runs_make(struct mask_pen *pen, const struct mask *mask, const struct mask_frame *frame,
    struct arena *arena, struct mask_runs *out);
/* The same of BOX (in pixels) as a polygon of four points. */
bool mask_runs_of_box(struct mask_pen *pen, const struct box *box, const struct mask_frame *frame,
    struct arena *arena, struct mask_runs *out);

/* IoU of DET and GT; for a CROWD the part of DET that GT covers. 0 without a common pixel and for
 * images of different size (where the reference has -1). Time goes with the runs of both, and is
 * none where the boxes do not meet. */
double mask_runs_iou(const struct mask_runs *det, const struct mask_runs *gt, bool crowd);
