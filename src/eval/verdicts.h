/*
 * One image judged: every box on it with its verdict, for the picture view.
 * Knows: a matched set and the boxes and masks behind it. Must not know: pictures, colours.
 */
#pragma once

#include "eval/counts.h"

enum eval_verdict {
    EVAL_TP,      /* detection: matched */
    EVAL_FP,      /* detection: not matched */
    EVAL_IGNORED, /* detection matched to a crowd, or the crowd itself (or an area above 1e10) */
    EVAL_FOUND,   /* ground truth: matched by a TP */
    EVAL_FN,      /* ground truth: missed */
};

struct eval_box {
    struct box box; /* pixels */
    enum eval_verdict verdict;
    bool is_gt, crowd;
    int32_t category; /* index into dataset->categories */
    double score;     /* NaN for ground truth */
    double iou; /* with the partner; without one the highest with any of its category, 0 none */
    int32_t partner; /* index into the list, -1 none */
    int32_t source;  /* index into dataset->annotations or detections->rows */
};

struct eval_boxes {
    struct eval_box *boxes; /* ground truth in file order, then detections by descending score */
    size_t count, gt_count; /* the first gt_count are ground truth */
    struct eval_counts counts;
};

/*
 * Judges image IMAGE at any IOU (0 < iou <= 1; matched anew, so off the grid too; of boxes or masks,
 * as SET was) and CONFIDENCE with the categories of FILTER. `boxes` lives in ARENA. Only detections
 * kept by matching are listed. The first three arguments belong together as in eval_match(). False
 * only when memory is out.
 */
bool eval_image_boxes(const struct dataset *dataset, const struct detections *detections,
    const struct eval_set *set, int32_t image, double iou, double confidence, eval_filter filter,
    struct arena *arena, struct eval_boxes *out, struct err *err);
