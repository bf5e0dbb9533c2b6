/*
 * Which parameter made the difference: parameters ranked by how a metric goes with them.
 * Knows: rows of diff.h, a number per run, ranks. Must not know: runs, screens.
 *
 * An association is no cause, and of few runs hardly anything can be said: every row has its n, a
 * p-value, and the reason when there are too few. Only ranks of the metric count, so that one run
 * that broke down does not outweigh all others.
 */
#pragma once

#include "eval/diff.h"

#include <stdint.h>

enum { IMPORTANCE_LEAST_RUNS = 5, IMPORTANCE_PERMUTATIONS = 2000 };

enum importance_trouble {
    IMPORTANCE_FINE,
    IMPORTANCE_FEW_RUNS,  /* less than IMPORTANCE_LEAST_RUNS have parameter and metric */
    IMPORTANCE_FEW_EACH,  /* of a categorical one: not even two values have two runs each */
    IMPORTANCE_SAME,      /* the metric is the same in all of them */
};

struct importance_value {
    const struct param *value;
    size_t count;  /* runs */
    double median; /* of the metric over them */
};

struct importance_row {
    const char *name;
    bool numeric; /* every value is a number */
    size_t n;     /* runs that have the parameter and the metric */
    enum importance_trouble trouble;
    /* What follows is NaN with a trouble. Of the variance of the metric's ranks: the part that goes
     * with the parameter, 0..1: rho squared, or eta squared = SSB / SST of ranks, which is the H of
     * Kruskal and Wallis (1952), corrected for ties, divided by n - 1. */
    double share;
    double rho; /* Spearman's (1904), with mid-ranks for ties; NaN when not numeric */
    double p;   /* by permutation: (1 + as strong by chance) / (1 + permutations) */
    struct importance_value *values; /* numbers ascending, others by median, the highest first */
    size_t value_count;
    /* An earlier row that tells the same runs apart in the same way, so that the two cannot be told
     * apart; NULL for none. */
    const char *twin;
};

struct importance {
    struct importance_row *rows; /* the largest share first, those with a trouble last */
    size_t count, tested;        /* tested: without a trouble */
    size_t run_count;            /* that have the metric */
    int permutations;            /* for each row; fewer than usual when there are very many runs */
};

/*
 * Ranks those of PARAMS (of RUN_COUNT runs) that have two values or more among the runs with a finite
 * METRIC (one per run, NaN for none); rows that are noise are left out, and a run without the
 * parameter does not count for it. The permutations depend on nothing but n and the row's place in
 * PARAMS. About 2000 x n steps a row, in all at most some 2e8 and 100 permutations. Memory from
 * ARENA; PARAMS must outlive the result. False only when memory is out.
 */
bool importance_make(const struct diff_params *params, const double *metric, size_t run_count,
    struct arena *arena, struct importance *out, struct err *err);
