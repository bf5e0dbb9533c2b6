/*
 * The COCO evaluation as slowly and as plainly as it can be said: pycocotools' loops word by word.
 * Knows: small sets whose detections name images and categories by their indices. Must not know:
 * how the engine does it.
 */
#pragma once

#include "eval/coco.h"

enum { SLOW_MOST = 256 }; /* boxes of a class */

struct slow_sets {
    const struct dataset *dataset;
    const struct detections *detections;
    /* How much detection ROW and an annotation overlap, and the area of ROW. */
    double (*iou)(const struct slow_sets *sets, size_t row, size_t annotation);
    double (*area)(const struct slow_sets *sets, size_t row);
};

struct slow_verdict {
    double score;
    bool tp, ignored;
};

/* Images FROM..TO. */
struct slow_span {
    int32_t from, to;
};

/* evaluateImg at one threshold and area, for at most LIMIT detections; appends to ALL. Returns the
 * ground truth that counts. */
int slow_image(const struct slow_sets *sets, int32_t image, int32_t class, double threshold,
    int area, int limit, struct slow_verdict *all, int *n);
/* accumulate: the mean over classes and the thresholds FIRST..LAST of the grid of what is defined,
 * -1 where nothing is. */
double slow_mean(const struct slow_sets *sets, struct slow_span images, int first, int last,
    int area, int limit, bool wants_recall);
/* Fails the test unless the twelve STATS are those of IMAGES, to 1e-12. */
void slow_check_stats(
    const struct slow_sets *sets, struct slow_span images, const double stats[EVAL_STATS]);
