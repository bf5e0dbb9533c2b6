/*
 * The ladder: TP, FP and FN of any class at any confidence in logarithmic time, and the raw curve
 * of precision against recall. Knows: a matched set. Must not know: files, screens.
 *
 * The rules are those of eval/counts.h: a detection counts when score >= confidence. Pure; any
 * thread; never changed once made.
 */
#pragma once

#include "eval/counts.h"

enum { EVAL_LADDER_ALL = -1 /* all categories, pooled */ };

/* Descending scores of one verdict, by category; those of all stand behind the last category. */
struct eval_rungs {
    double *scores;
    size_t *start; /* category_count + 2: of category c [c], [c + 1]; all [category_count], ... */
};

struct eval_ladder {
    struct eval_rungs tp, fp, ignored;
    int64_t *positives; /* ground truth that counts, per category, then of all */
    size_t category_count;
};

/*
 * Of SET at IoU threshold IOU_INDEX (of the settings; EVAL_IOU_CUSTOM after eval_rematch). The
 * arrays live in ARENA: 16 bytes a detection and 56 a category. False with ERR when memory is out.
 */
bool eval_ladder_make(const struct eval_set *set, int iou_index, struct arena *arena,
    struct eval_ladder *out, struct err *err);

/* Of CATEGORY (an index of the set's, or EVAL_LADDER_ALL) at CONFIDENCE. */
struct eval_counts eval_ladder_counts(
    const struct eval_ladder *ladder, int32_t category, double confidence);

/* What precision does while recall is in one column. */
struct eval_ladder_span {
    double low, high, first, last; /* NaN: recall skips the column */
};

/*
 * Precision over COLUMNS equal columns of recall 0 to 1 into OUT, the last closed on both sides: at
 * every distinct score of a true positive, and just above it, where precision is lowest. All NaN
 * without ground truth. Time is linear in the category's detections.
 */
void eval_ladder_curve(const struct eval_ladder *ladder, int32_t category, size_t columns,
    struct eval_ladder_span *out);
