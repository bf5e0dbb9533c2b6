/*
 * What can be asked of a study beyond its own numbers: errors, confusion, curves, other metrics.
 * Knows: studies and the questions of eval. Must not know: how answers are shown.
 *
 * Results live in ARENA. False with ERR as the function of eval behind it says.
 */
#pragma once

#include "eval/confusion.h"
#include "eval/errors.h"
#include "eval/sweep.h"
#include "eval/ultralytics_ap.h"
#include "eval/voc_ap.h"
#include "eval/weighted.h"
#include "work/slices.h"
#include "work/study.h"

/* At IOU; NaN is the default of the rule, .50. */
bool analysis_errors(const struct study *study, double iou, struct arena *arena,
    struct eval_errors *out, struct err *err);
/* At CONFIDENCE and IOU; NaN is the default of the rule. */
bool analysis_confusion(const struct study *study, double confidence, double iou,
    struct arena *arena, struct eval_confusion *out, struct err *err);
/* Mistakes first, the most frequent of them first; then the diagonal. For qsort(). */
int analysis_compare_cells(const void *left, const void *right);
bool analysis_voc(const struct study *study, double iou, struct arena *arena,
    struct eval_voc *out, struct err *err);
bool analysis_ultralytics(
    const struct study *study, struct arena *arena, struct eval_ultralytics *out, struct err *err);

/* Interpolated precision at the 101 recalls, of one category, or the mean over those that have
 * ground truth with CATEGORY -1 (all -1 where there is none). */
bool analysis_precision(const struct study *study, int32_t category, int iou_index,
    double precision[EVAL_RECALLS], struct err *err);

/* What is looked at: SET is the study's, or matched anew at the IoU of bit `iou_index`. */
struct analysis_at {
    const struct eval_set *set;
    int iou_index;
    double confidence;
    eval_filter filter; /* NULL: all classes */
};

/* The numbers of the images of each slice alone (enum eval_stat and enum eval_number; NaN where
 * undefined) over the filtered classes, *OUT by slice. */
bool analysis_slices(const struct analysis_at *at, const struct slices *slices,
    struct arena *arena, double (**out)[EVAL_NUMBERS], struct err *err);

/* Counts by the area of objects, small, medium, large: ground truth of that size, and detections
 * matched to such, or matched to none and of that size themselves. */
void analysis_sizes(const struct analysis_at *at, struct eval_counts out[3]);
