/*
 * Comparing runs: parameters that differ, metrics against a baseline.
 * Knows: rows of the runs table. Must not know: how a difference is drawn.
 */
#pragma once

#include "eval/diff.h"
#include "work/runs.h"

enum { COMPARE_MOST_RUNS = 64 };

struct compare {
    const struct run_row **runs; /* the caller's */
    size_t run_count, baseline;  /* which of them the metrics are compared with */
    struct diff_params params;   /* synonyms are one row, under the name of their quantity */
    /* One row per quantity first (AP, loss, ... in the role's unit, best value), then one per
     * metric that has no role, its last value. */
    struct diff_metrics metrics; /* what was measured on a ground truth that does not compare with
                                  * the baseline's is DIFF_CHANGED, not better or worse */
    enum dataset_kinship kinship; /* of the ground truths: DATASET_SAME unless any two differ */
};

/* COUNT in 1..COMPARE_MOST_RUNS. ALL lists equal parameters too. Memory from ARENA; RUNS must
 * outlive the result. */
bool compare_runs(const struct run_row **runs, size_t count, size_t baseline, bool all,
    struct arena *arena, struct compare *out, struct err *err);

/* What a person must know of the numbers when the ground truths differ; NULL when they do not. */
const char *compare_warning(const struct compare *compare);
