/*
 * Comparing runs: parameters that differ, metrics against a baseline.
 * Knows: rows of the runs table. Must not know: how a difference is drawn.
 */
#pragma once

#include "eval/diff_tree.h"
#include "work/runs.h"

enum { COMPARE_MOST_RUNS = 64 };

struct compare {
    const struct run_row **runs; /* the caller's */
    size_t run_count, baseline;  /* which of them the metrics are compared with */
    struct diff_params params;   /* synonyms are one row, under the name of their quantity */
    size_t noise_count;          /* of those that differ: only as names and paths do */
    struct diff_tree tree;       /* of params */
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

/* The parameters of COUNT runs as compared, ascending by name. Memory from ARENA. False when it is
 * out. */
bool compare_list_params(
    const struct run_row **runs, size_t count, struct arena *arena, struct diff_run *out);
/* Marks the rows of PARAMS that are noise (eval/noise.h); *NOISE_COUNT may be NULL. False when memory
 * is out. */
bool compare_mark_noise(const struct run_row **runs, size_t count, struct diff_params *params,
    size_t *noise_count, struct arena *arena);

/* Value RUN of ROW as it is shown: text in quotes where others have a number that means the same,
 * "null", NULL where the run has none (or memory is out). */
const char *compare_value_text(const struct diff_param *row, size_t run, struct arena *arena);

/* How many parameters differ in value where runs have them, noise apart. */
size_t compare_differ_count(const struct compare *compare);

/* What a person must know of the numbers when the ground truths differ; NULL when they do not. */
const char *compare_warning(const struct compare *compare);
