/*
 * Intervals: how sure the difference of each study to the first is, in all numbers and class by
 * class, at the thresholds.
 * Knows: studies, the paired bootstrap. Must not know: how it is shown, which thread it is.
 */
#pragma once

#include "work/comparison.h"

enum { INTERVALS_MOST = 6, INTERVALS_FIRST = 100, INTERVALS_ALL = 1000 };

struct intervals_want {
    const struct study *studies[INTERVALS_MOST]; /* the baseline's first */
    size_t count;                                /* below 2: nothing wanted */
    double iou, confidence;
};


struct intervals_row {
    int resamples;                              /* so far; 0: no intervals (yet) */
    struct eval_interval numbers[EVAL_NUMBERS]; /* the study's less the first's */
    /* Of each class: number n of category c of the first study's dataset is at [n * categories + c];
     * where a class is not common its point is NaN. Only AP is made where there are so many classes
     * that all of them would take too much memory: then CLASS_NUMBERS is 1. */
    struct eval_interval *classes;
    size_t categories;
    int class_numbers; /* of enum eval_class_number, the first so many */
    char trouble[256];        /* why there are none, "" when nothing is wrong */
};

/* The interval of a class's number; NULL when none was made. */
const struct eval_interval *intervals_class(
    const struct intervals_row *row, enum eval_class_number number, size_t category);

/* Never changed once told. */
struct intervals {
    struct arena arena;
    struct intervals_want want;                /* its studies are references */
    struct intervals_row rows[INTERVALS_MOST]; /* by study; the first's own stays empty */
    bool done;
};

bool intervals_want_same(const struct intervals_want *a, const struct intervals_want *b);
void intervals_free(struct intervals *intervals); /* accepts NULL */

/*
 * Computes WANT, whose studies have boxes where the IoU is off their grid: TELL gets all there is
 * (ownership moves) after INTERVALS_FIRST resamples of each pair, and when INTERVALS_ALL are made
 * (`done`). A pair that cannot be compared has its trouble. Gives up soon after *STALE (may be
 * NULL) is set. False with ERR (ERR_CANCELLED, or memory is out). Any thread.
 */
bool intervals_make(const struct intervals_want *want, const atomic_bool *stale,
    void (*tell)(void *self, struct intervals *so_far), void *self, struct err *err);
