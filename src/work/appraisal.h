/*
 * Appraisals: what the evaluation screens show of one study at the thresholds, in three parts that
 * are made and come apart.
 * Knows: studies, the questions of eval. Must not know: which thread it is, how they are shown.
 *
 * One is immutable once made and counted by references; it holds its study, so a pointer to that
 * tells whose it is.
 */
#pragma once

#include "eval/ladder.h"
#include "work/analysis.h"

enum appraisal_part {
    APPRAISAL_RATES,     /* ladder, sweep, precision: at an IoU, of all confidences */
    APPRAISAL_ERRORS,    /* at an IoU, of all confidences */
    APPRAISAL_CONFUSION, /* at an IoU and a confidence */
    APPRAISAL_PARTS,
};

struct appraisal_want {
    const struct study *study;
    enum appraisal_part part;
    double iou, confidence; /* CONFIDENCE is 0 but for APPRAISAL_CONFUSION */
};

/* COUNT wants, the most urgent first. */
enum { APPRAISALS_MOST_WANTED = 6 * APPRAISAL_PARTS };
struct appraisals_want {
    struct appraisal_want items[APPRAISALS_MOST_WANTED];
    size_t count;
};

struct appraisal {
    atomic_int references;
    struct arena arena;
    struct appraisal_want want; /* its study is a reference */
    char trouble[256];          /* why it is not made, "" when it is */

    struct eval_ladder ladder;
    struct eval_sweep sweep;
    /* Interpolated, by category and, behind the last, the mean; as analysis_precision(). NULL at an
     * IoU that is none of the settings'. */
    double (*precision)[EVAL_RECALLS];

    struct eval_errors errors;

    struct eval_confusion confusion;
    /* Its cells that are mistakes: one class for another first, then what is nowhere or missed, the
     * most frequent first. */
    struct eval_confusion_cell *mistakes;
    size_t mistake_count;
};

bool appraisal_want_same(const struct appraisal_want *a, const struct appraisal_want *b);
/* One reference is the caller's; it keeps one of the want's study, which has its boxes. NULL when
 * memory is out. */
struct appraisal *appraisal_make(const struct appraisal_want *want);
struct appraisal *appraisal_share(struct appraisal *appraisal);
void appraisal_release(struct appraisal *appraisal); /* accepts NULL */

/* Of every study and part the newest. Zeroed at first. */
struct appraisals {
    struct appraisal **items;
    size_t count, capacity;
};

/* Takes APPRAISAL (ownership moves) in the place of that of its study and part. */
void appraisals_take(struct appraisals *appraisals, struct appraisal *appraisal);
/* Lets go of what is of STUDY; of everything with NULL. */
void appraisals_forget(struct appraisals *appraisals, const struct study *study);
void appraisals_done(struct appraisals *appraisals);
/* The newest of STUDY and PART, whatever its thresholds; NULL for none. */
const struct appraisal *appraisals_find(
    const struct appraisals *appraisals, const struct study *study, enum appraisal_part part);
/* WANTED without what is there. */
void appraisals_missing(const struct appraisals *appraisals, const struct appraisals_want *wanted,
    struct appraisals_want *missing);
