/*
 * The slider: TP, FP and FN at a confidence, and the confidence with the best F1.
 * Knows: a matched set. Must not know: files, screens.
 *
 * A match depends on higher scores only, so filtering by confidence after matching is exact. A
 * detection counts when score >= confidence. TP: matched to a ground truth that counts; ignored:
 * matched to a crowd, in no other column; FP: the rest; FN: ground truth that counts - TP. Pure,
 * any thread; a call over 500 000 detections takes about a millisecond, eval_counts_at() less at
 * any confidence.
 */
#pragma once

#include "eval/coco.h"

struct eval_counts {
    int64_t tp, fp, fn, ignored;
};

/* Which categories count: bit c % 64 of word c / 64. NULL stands for all. */
typedef const uint64_t *eval_filter;

static inline bool eval_filter_has(eval_filter filter, size_t category)
{
    return !filter || filter[category / 64] >> (category % 64) & 1;
}

/* NaN where undefined: precision without tp + fp, recall without tp + fn, F1 without any. */
double eval_precision(const struct eval_counts *counts); /* tp / (tp + fp) */
double eval_recall(const struct eval_counts *counts);    /* tp / (tp + fn) */
double eval_f1(const struct eval_counts *counts);        /* 2 tp / (2 tp + fp + fn) */

/* Where a set is looked at. */
struct eval_at {
    int iou_index; /* of the settings; EVAL_IOU_CUSTOM after eval_rematch() */
    enum eval_area area; /* ground truth and detections outside it are ignored; EVAL_ALL with the
                            custom IoU */
    double confidence;
    const double *of_category; /* a confidence for each category instead of that one; NULL: none */
    eval_filter filter;
};

/* The confidence that detections of CATEGORY must reach. */
static inline double eval_confidence_of(const struct eval_at *at, size_t category)
{
    return at->of_category ? at->of_category[category] : at->confidence;
}

/*
 * Counts at AT. PER_CATEGORY (category_count of them) and PER_IMAGE (image_count) are overwritten;
 * each may be NULL. Categories outside the filter are 0 everywhere.
 */
void eval_counts_of(const struct eval_set *set, const struct eval_at *at,
    struct eval_counts *total, struct eval_counts *per_category, struct eval_counts *per_image);
/* The same for objects of all sizes and one confidence. */
void eval_counts_at(const struct eval_set *set, int iou_index, double confidence,
    eval_filter filter, struct eval_counts *total, struct eval_counts *per_category,
    struct eval_counts *per_image);

struct eval_best {
    double confidence, f1; /* NaN when there is no ground truth or no detection */
    struct eval_counts counts;
};

/* The highest F1 over every distinct score s (keeping score >= s); among equals the highest s.
 * Counts of the filtered categories are pooled. */
bool eval_best_f1(const struct eval_set *set, int iou_index, eval_filter filter,
    struct eval_best *best, struct err *err);
/* The same for objects of AT's area, whatever its confidence. Where AT has confidences for each
 * category, the best of the shifts -0.50, -0.49 ... 0.50 (see below), the one nearest to 0 among
 * equals. */
bool eval_best_f1_of(const struct eval_set *set, const struct eval_at *at, struct eval_best *best,
    struct err *err);

/* CONFIDENCE and SHIFT together, within 0 and 1. */
static inline double eval_shifted(double confidence, double shift)
{
    double sum = confidence + shift;
    return sum < 0 ? 0 : sum > 1 ? 1 : sum;
}

/*
 * Counts at AT with the ascending confidences THRESHOLDS[0..n) instead of its own, pooled, into
 * OUT[n]: one pass. Where AT has confidences for each category, THRESHOLDS are shifts: at a shift s
 * category c counts from eval_shifted(at->of_category[c], s).
 */
void eval_counts_curve(const struct eval_set *set, const struct eval_at *at,
    const double *thresholds, size_t n, struct eval_counts *out);
