/*
 * Deltas: how sure the difference of each run to the baseline is, from the predictions of its best
 * AP (the last, of a run whose AP was not measured here).
 * Knows: studies, the paired bootstrap. Must not know: how it is shown, which thread it is.
 */
#pragma once

#include "eval/bootstrap.h"
#include "work/index.h"
#include "work/runs.h"

#define DELTAS_WITHIN_NOISE "\xe2\x89\x88" /* the sign of a difference whose interval holds 0 */

enum { DELTAS_MOST_RUNS = 8, DELTAS_FIRST = 100, DELTAS_ALL = 1000 };

struct deltas_want {
    int64_t runs[DELTAS_MOST_RUNS]; /* ids, the baseline first */
    size_t count;                   /* 0: nothing wanted */
    uint64_t state; /* changes when one of them has other predictions than before */
};

struct deltas_row {
    int resamples;                           /* so far; 0: no intervals (yet) */
    struct eval_interval numbers[EVAL_STATS]; /* the run's less the baseline's */
    char trouble[256];                       /* why there are none, "" when nothing is wrong */
};

/* A plain value: one is copied by assignment. */
struct deltas {
    struct deltas_want want;
    struct deltas_row rows[DELTAS_MOST_RUNS]; /* by run; the baseline's own stays empty */
    bool done;
};

/* What to want of RUNS (the baseline first): nothing unless the baseline and another one have
 * predictions. Those behind DELTAS_MOST_RUNS are left out. */
struct deltas_want deltas_want_of(const struct run_row *const *runs, size_t count);
bool deltas_want_same(const struct deltas_want *a, const struct deltas_want *b);

/*
 * Computes WANT of RUNS: TELL gets all there is after DELTAS_FIRST resamples of each pair, and when
 * DELTAS_ALL of all are made (`done`). A pair that cannot be compared has its trouble. Gives up soon
 * after *STALE (may be NULL) is set. Holds the boxes of all runs in memory meanwhile. False with ERR
 * (ERR_CANCELLED, or memory is out). Any thread.
 */
bool deltas_make(const struct deltas_want *want, const struct runs *runs,
    const struct index_settings *settings, const atomic_bool *stale,
    void (*tell)(void *self, const struct deltas *so_far), void *self, struct err *err);

/*
 * The interval of METRIC ("AP", "eval/AP") of RUN against the want's baseline, if DELTA is the
 * difference that it is of: what a run logged itself, or at another step, has none. NULL for none.
 */
const struct eval_interval *deltas_find(
    const struct deltas *deltas, int64_t baseline, int64_t run, const char *metric, double delta);
