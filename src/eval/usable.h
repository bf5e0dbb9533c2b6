/*
 * Usable: which annotations and which detections can be compared at all.
 * Knows: links, sizes of images, numbers that are none. Must not know: overlaps, scores' order.
 *
 * Every metric asks here, so that they speak of the same boxes. Crowds are usable. Pure; any
 * thread.
 */
#pragma once

#include "base/err.h"
#include "eval/link.h"

#include <math.h>

/* Whether a detection is usable, else why not: the first that holds. */
enum usable { USABLE, UNKNOWN_IMAGE, UNKNOWN_CATEGORY, ON_LEFT_OUT, NOT_FINITE };

/* False with ERR_LIMIT when indices of boxes, images or categories, and two more, are no int32_t.
 */
bool usable_counts(
    const struct dataset *dataset, const struct detections *detections, struct err *err);

/* By image, in ARENA: it has no size, but one of the two sides is in fractions. These cannot be
 * compared with pixels, and area ranges are in pixels. NULL when memory is out. */
bool *usable_left_out(
    const struct dataset *dataset, const struct detections *detections, struct arena *arena);

static inline bool usable_box(const struct box *box)
{
    return isfinite(box->x) && isfinite(box->y) && isfinite(box->w) && isfinite(box->h);
}

/* A of a dataset whose images are LEFT_OUT. */
static inline bool usable_annotation(const struct annotation *a, const bool *left_out)
{
    return !left_out[a->image] && usable_box(&a->box) && isfinite(a->area);
}

static inline enum usable usable_row(
    const struct detection *row, const struct link *link, const bool *left_out)
{
    int32_t image = link->image_of_key[row->image_key];
    if (image < 0)
        return UNKNOWN_IMAGE;
    if (link->category_of_key[row->category_key] < 0)
        return UNKNOWN_CATEGORY;
    if (left_out[image])
        return ON_LEFT_OUT;
    return usable_box(&row->box) && isfinite(row->score) ? USABLE : NOT_FINITE;
}
