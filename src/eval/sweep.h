/*
 * The sweep: everything that depends on the confidence, for all confidences at once.
 * Knows: a matched set. Must not know: files, screens.
 *
 * The counts, quotients and rules are those of eval/counts.h, at the confidences i / 100.0, and all
 * come from one walk down the scores. Pure; any thread; half a million detections take about 15
 * milliseconds.
 */
#pragma once

#include "eval/counts.h"

enum { EVAL_SWEEP = 101 };

/* Categories outside the filter are 0 everywhere and have no best. */
struct eval_sweep {
    double confidence[EVAL_SWEEP];
    /* Pooled over the categories; NaN where undefined. */
    struct eval_counts total[EVAL_SWEEP];
    double precision[EVAL_SWEEP], recall[EVAL_SWEEP], f1[EVAL_SWEEP];
    struct eval_best best; /* as eval_best_f1() */
    /* Mean F1 of the categories that have ground truth that counts; NaN without any. */
    double macro_f1[EVAL_SWEEP];
    /* Per category of the dataset, in its order. */
    struct eval_counts (*categories)[EVAL_SWEEP];
    struct eval_best *best_of_category;
};

/*
 * Sweeps over SET at IoU threshold IOU_INDEX (of the settings; EVAL_IOU_CUSTOM after eval_rematch) with the categories of
 * FILTER. The arrays live in ARENA: 3.3 KB a category. False with ERR when memory is out.
 */
bool eval_sweep(const struct eval_set *set, int iou_index, eval_filter filter, struct arena *arena,
    struct eval_sweep *sweep, struct err *err);
