/*
 * The paired bootstrap over images: how sure a number of a run, a difference between two runs, or a
 * ranking of many is, given the images that they were evaluated on.
 * Knows: numbers of runs under image weights, how to draw weights. Must not know: how the numbers
 * are made, screens.
 *
 * A resample draws as many images as there are, with replacement; every run gets the same weights.
 * They depend on nothing but the number of the resample and of the images, so results are the same
 * whatever the number of threads and however the work is cut into calls. Intervals are percentiles
 * (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).
 *
 * The mean over resamples is biased against the number on the images themselves: show the point and
 * the interval.
 */
#pragma once

#include "eval/weighted.h"
#include "facts/role.h"

struct eval_bootstrap_settings {
    int resamples; /* at most so many, 1 or more; 1000 is usual */
    int threads;   /* at most so many, 1 or more */
    int class_numbers; /* of every class too, the first so many of enum eval_class_number: 0 none, 1 AP */
};

/* A prepared bootstrap; one thread at a time. */
struct eval_bootstrap;

/*
 * Prepares RUN_COUNT runs (1 or more, matched with the same settings). Everything lives in ARENA,
 * and no pointer to RUNS is kept. Memory in bytes: for each run what eval_weighted_new() says and
 * 8 x resamples x (EVAL_NUMBERS + class numbers x classes); for each thread 8 a detection and 16 a ground truth of
 * the largest class and 4 an image. NULL with ERR when memory is out, the resamples' numbers would
 * take more than 1 GiB, or runs do not fit.
 */
struct eval_bootstrap *eval_bootstrap_new(const struct eval_aligned *runs, size_t run_count,
    const struct eval_common *common, const struct eval_bootstrap_settings *settings,
    struct arena *arena, struct err *err);

/* Makes the next COUNT resamples, or as many as are left; returns how many there are now. What
 * follows may be asked between any two calls, and the bootstrap may be left at any. */
int eval_bootstrap_run(struct eval_bootstrap *bootstrap, int count);

/* A number, or the difference of two, over the resamples so far. */
struct eval_interval {
    double point;     /* on all common images, each once; NaN undefined: then nothing else means
                         anything */
    double low, high; /* 2.5 % and 97.5 % of the resamples, linear between two; NaN without any */
    double mean, sd;  /* of the resamples; NaN with less than 1 and 2 */
    /* Fractions of the resamples where it is above and below 0: where B is better than A, of a
     * number of which more is better, or less. */
    double above, below;
    int count, undefined; /* resamples where it is defined and is not */
    bool within_noise;    /* the interval contains 0, or there is none */
};

/* Number NUMBER (enum eval_stat, enum eval_number, or eval_class_number_at() where classes were
 * wanted) of run RUN. */
struct eval_interval eval_bootstrap_number(
    struct eval_bootstrap *bootstrap, size_t run, size_t number);
/* The same of run B less that of run A. */
struct eval_interval eval_bootstrap_delta(
    struct eval_bootstrap *bootstrap, size_t a, size_t b, size_t number);

/* Lower for FP and FN, else higher. */
enum better eval_number_better(size_t number);

struct eval_rank {
    size_t run;
    int place; /* 1 is the best; equal points share one; 0 where undefined */
    int group; /* 0: the best and all not distinguishable from it; 1: the best of the others and all
                  of them not distinguishable from that; and so on; -1 where undefined */
    struct eval_interval interval; /* of the number itself */
};

struct eval_ranking {
    struct eval_rank *rows; /* by point, the best first; equal ones by run; undefined ones last */
    size_t count;
    size_t *row_of_run;
    bool *within_noise; /* [i * count + j]: the difference of rows i and j is, or is undefined */
};

/* Ranks all runs by NUMBER; the result lives in ARENA. False only when memory is out. */
bool eval_bootstrap_rank(struct eval_bootstrap *bootstrap, size_t number, struct arena *arena,
    struct eval_ranking *ranking, struct err *err);

/* The weights of resample RESAMPLE (0 or more) of COUNT images: each of COUNT draws adds 1. */
void eval_bootstrap_weights(int resample, size_t count, uint32_t *weights);
