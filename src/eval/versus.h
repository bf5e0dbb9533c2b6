/*
 * Two runs against each other on one dataset: which ground truth each finds, which images one of
 * them mends or breaks, which false positives they share.
 * Knows: matched sets and the boxes behind them. Must not know: what other runs there are, screens.
 *
 * The IoU is that of the sets' `gt`: the lowest of the settings, or the custom one of sets made by
 * eval_rematch() (at a threshold of the grid, too). A detection counts when score >= confidence.
 * Pure; any thread.
 */
#pragma once

#include "eval/counts.h"

/* Which of the runs: bit 0 is A, bit 1 is B. */
enum eval_by { EVAL_BY_NEITHER, EVAL_BY_A, EVAL_BY_B, EVAL_BY_BOTH, EVAL_BYS };

/* A run: the set, and the detections that made it. */
struct eval_side {
    const struct detections *detections;
    const struct eval_set *set;
};

/* One ground truth, or one false positive. */
struct eval_pair {
    int32_t annotation; /* index into dataset->annotations; -1 for a false positive */
    int32_t row[2];     /* of A and of B, into their detections; -1 none */
};

struct eval_pairs {
    struct eval_pair *items;
    size_t count;
};

/* An image where one of the runs has more errors (FP + FN) than the other. */
struct eval_change {
    int64_t errors[2]; /* of A and of B */
    int32_t image;
};

struct eval_changes {
    struct eval_change *items; /* by descending difference, equal ones in the order of ids */
    size_t count;
};

struct eval_versus {
    struct eval_counts total[2], *images[2]; /* of A and of B; per image of the dataset */
    /* By enum eval_by: ground truth that counts (no crowds) by who found it, in file order. */
    struct eval_pairs truths[EVAL_BYS];
    /* False positives by who has them, by category, image in id order and descending score (of A's
     * where both have them); B's behind A's of the category and image. */
    struct eval_pairs false_positives[EVAL_BYS];
    struct eval_changes better, worse; /* B has fewer errors than A, or more */
    struct eval_changes fixed, broken; /* of these: B has none; A had none */
};

/* The least overlap of two false positives that are the same. */
#define EVAL_SAME_IOU .5

/* The detection AT of SET (its place there, the IoU that of IOU_INDEX) counts and found nothing. */
static inline bool eval_is_false_positive(
    const struct eval_set *set, uint32_t at, double confidence, int iou_index)
{
    unsigned met = (unsigned)(set->tp[EVAL_ALL][at] | set->ignored[EVAL_ALL][at]);
    return set->score[at] >= confidence && !(met >> iou_index & 1);
}

/*
 * Compares A and B, both matched with all of DATASET at the same IoU, at the confidences and in the
 * categories of AT, whose IoU is that one and whose area is EVAL_ALL; the result lives in ARENA. A false positive of A and one of B are the same when they are of one
 * image and category and overlap by EVAL_SAME_IOU or more: each of A's, by descending score, takes
 * the one of B's not yet taken that it overlaps most. Time is linear in the boxes but for these
 * overlaps, at most max_dets[2] squared for an image and category; memory is 12 bytes a box, and as
 * much while it works. False with ERR when memory is out or the sets do not fit.
 */
bool eval_versus(const struct dataset *dataset, const struct eval_side *a,
    const struct eval_side *b, const struct eval_at *at, struct arena *arena,
    struct eval_versus *out, struct err *err);
/* The `iou_index` that AT has for SET. */
int eval_versus_iou_index(const struct eval_set *set);
