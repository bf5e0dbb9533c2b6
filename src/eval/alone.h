/*
 * How much two runs disagree on each image, again and again at other thresholds: what does not change
 * with a threshold is found once.
 * Knows: matched sets. Must not know: lists, who moves the threshold.
 *
 * Pure; any thread.
 */
#pragma once

#include "eval/versus.h"

/* Twins: a box of each set, by their places there, that are of one image and category and overlap by
 * EVAL_SAME_IOU or more. */
struct eval_twin {
    uint32_t a, b;
};

/* By places of A; of those of one place the largest overlap first, of equal ones by places of B. */
struct eval_twins {
    struct eval_twin *items;
    size_t count;
};

/* Finds them in the boxes of two sets of DATASET, at whatever IoU these were matched. Time is that of
 * all pairs of an image and category. False when memory is out. */
bool eval_twins_make(const struct dataset *dataset, const struct eval_side *a,
    const struct eval_side *b, struct arena *arena, struct eval_twins *out);

/* By annotation of DATASET the score of the detection that SET's `gt` says found it, -INFINITY for none,
 * or where it does not count. NULL when memory is out. */
double *eval_finders(
    const struct dataset *dataset, const struct eval_set *set, struct arena *arena);

/* Two runs on one dataset, matched at one IoU, with that as `iou_index` of AT. */
struct eval_pairing {
    const struct dataset *dataset;
    const struct eval_set *sets[2];
    const double *finders[2];
    const struct eval_twins *twins;
};

/*
 * How many boxes of each image only one of the two has at AT (whose area is EVAL_ALL), as eval_versus()
 * finds them: ground truth found by it alone and false positives of it alone. COUNTS are those of the
 * images of both at AT. ALONE (image_count) is overwritten. False when memory is out.
 */
bool eval_alone(const struct eval_pairing *pairing, const struct eval_at *at,
    const struct eval_counts *const counts[2], uint32_t *alone);
