/*
 * The numbers of a run under image weights: an image of weight w counts w times, its true and false
 * positives and its ground truth alike. With weights of 0 and 1 these are the numbers on a part of
 * the images, with drawn ones those of a bootstrap resample.
 * Knows: matched sets. Must not know: boxes, where weights come from, how runs are compared.
 *
 * Matching never changes with the weights, so what the numbers depend on is listed once per run and
 * is all that a call looks at. AP is defined by weighted sums of true and false positives in the
 * order of scores; w copies of an image give the same unless detections of one class and image have
 * equal scores, whose copies would interleave. A class without ground truth of positive weight is
 * left out of the means, as COCO's evaluation of just these images does.
 */
#pragma once

#include "eval/coco.h"

/*
 * The numbers of one run in a row: the twelve of enum eval_stat, then these, then, where classes
 * are wanted, the first so many of enum eval_class_number, each of every common category (see
 * eval_class_number_at()). NaN where undefined: without ground truth, or a quotient without a
 * denominator.
 */
enum eval_number {
    EVAL_N_TP = EVAL_STATS, /* pooled over all common categories, at one IoU and confidence */
    EVAL_N_FP,
    EVAL_N_FN,
    EVAL_N_PRECISION,
    EVAL_N_RECALL,
    EVAL_N_F1,
    EVAL_NUMBERS,
};

/* The numbers of one class: AP and AR as of all, the rest at the IoU and confidence. */
enum eval_class_number {
    EVAL_CLASS_AP,
    EVAL_CLASS_AP50,
    EVAL_CLASS_AR100,
    EVAL_CLASS_PRECISION,
    EVAL_CLASS_RECALL,
    EVAL_CLASS_F1,
    EVAL_CLASS_NUMBERS,
};

/* Where NUMBER of category CATEGORY stands among a run's, of CATEGORIES common ones. */
static inline size_t eval_class_number_at(
    enum eval_class_number number, size_t categories, size_t category)
{
    return EVAL_NUMBERS + (size_t)number * categories + category;
}

/* What runs that are compared have in common. */
struct eval_common {
    size_t image_count, category_count;
    int iou_index;     /* TP, FP, FN at this threshold of the settings, or EVAL_IOU_CUSTOM */
    double confidence; /* and with score >= this */
};

/* A run, and where its images and categories stand among the common ones. */
struct eval_aligned {
    const struct eval_set *set;
    /* Per image of the set's dataset: its position, in the order of ids; -1 when it is not common
     * and so has no weight. NULL: the common images are all of the dataset's. */
    const int32_t *image_position;
    /* Per category: its common index, of no other category of the run; -1 leaves it out. NULL:
     * they are the dataset's. */
    const int32_t *category_position;
};

/* What the numbers of one run depend on. Never changed once made; any number of threads. */
struct eval_weighted;
/* Scratch memory for one thread. */
struct eval_weighing;

/*
 * Lists what the numbers of RUN depend on in ARENA: 4 bytes for a detection and area range and for
 * each threshold at which it is a hit, about 15 a detection of COCO's, 8 a ground truth and 16 an
 * image and class with anything at the thresholds. Keeps
 * no pointer to RUN or its set. NULL with ERR when memory is out or a position or iou_index is out
 * of range.
 */
struct eval_weighted *eval_weighted_new(const struct eval_aligned *run,
    const struct eval_common *common, struct arena *arena, struct err *err);

/* Scratch for any of RUN_COUNT runs, in ARENA; NULL when memory is out. */
struct eval_weighing *eval_weighing_new(
    const struct eval_weighted *const *runs, size_t run_count, struct arena *arena);

/*
 * The numbers of RUN where common image i has WEIGHTS[i]: NUMBERS has room for EVAL_NUMBERS and the
 * first CLASS_NUMBERS of enum eval_class_number of each common category. Weights summed over all boxes stay below
 * 2^53. Time is linear in what is listed: three milliseconds for 5000 images and 500 000 detections.
 */
void eval_weighted_numbers(const struct eval_weighted *run, const uint32_t *weights,
    struct eval_weighing *scratch, int class_numbers, double *numbers);
