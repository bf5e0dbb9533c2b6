/*
 * Both sides of an evaluation: the ground truth and the detections that can be compared at all.
 * Knows: what is usable (usable.h; crowds are), and which image and category it belongs to. Must not
 * know: matching, metrics. Pure; any thread.
 */
#pragma once

#include "eval/link.h"
#include "eval/slots.h"

/* Of each: category, then image (its index is the slot's image_rank), then file order. */
struct sides {
    struct slots truths; /* a slot's source is an annotation */
    struct slots rows;   /* a slot's source is a row of detections */
};

enum { SIDES_NO_LIMIT = INT32_MAX };

/*
 * Collects both, of the detections only the MOST of each image with the highest scores, whatever
 * their categories (of equal scores the earlier rows). LINK belongs to the other two. Memory from
 * ARENA, about 80 bytes a box at most. False with ERR when memory is out or a
 * side has more than 2^31 - 1 boxes.
 */
bool sides_collect(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, int32_t most, struct arena *arena, struct sides *sides,
    struct err *err);
