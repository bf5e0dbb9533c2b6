/*
 * Differences between runs: parameters that differ, metrics against a baseline.
 * Knows: parameters, roles and which direction is better. Must not know: runs, storage, screens.
 */
#pragma once

#include "base/err.h"
#include "facts/param.h"
#include "facts/role.h"

#include "base/arena.h"

/* One run's parameters, ascending by strcmp of their names; of equal names the last counts. */
struct diff_run {
    const struct param *params;
    size_t count;
};

struct diff_param {
    const char *name;            /* the input's */
    const struct param **values; /* one per run, the input's; NULL where the run has none */
    bool differs; /* two runs have unequal values, or one has none; null is a value */
    bool types_differ; /* does not differ, but is a number here and the text of it there: 0.1, "0.1" */
    bool noise; /* differs as names and paths do: see noise.h; set by the caller of diff_params() */
    /* Of lists that all runs have and that differ in some of their items: those items, called "[1]";
     * none where the lists as they are say as much. */
    struct diff_param *elements;
    size_t element_count;
};

enum { DIFF_MOST_ELEMENTS = 8 };

struct diff_params {
    struct diff_param *rows; /* natural order, levels of the dotted name kept together */
    size_t count;
    size_t differ_count;
    size_t same_count; /* how many do not differ, whether listed or not */
};

/* Joins RUN_COUNT runs by name; only rows that differ, in value or type, unless ALL. Memory from ARENA; the input must
 * outlive the result. False only when memory is out. */
bool diff_params(const struct diff_run *runs, size_t run_count, bool all, struct arena *arena,
    struct diff_params *out, struct err *err);

enum diff_verdict { DIFF_UNKNOWN, DIFF_SAME, DIFF_BETTER, DIFF_WORSE, DIFF_CHANGED };

/* VALUE against BASELINE: unknown when either is NaN, changed when the quantity has no direction.
 */
enum diff_verdict diff_judge(double baseline, double value, enum better better);

/* One metric of one run, e.g. its last or best value. */
struct diff_value {
    const char *name;
    enum role role;
    double value;
    bool undefined; /* logged as "not defined"; the value is NaN */
};

/* One run's metrics, ascending by strcmp of their names; of equal names the last counts. */
struct diff_metrics_run {
    const struct diff_value *values;
    size_t count;
};

struct diff_metric {
    const char *name;
    enum better better;               /* by the role of the first run that has the metric */
    const struct diff_value **values; /* one per run; NULL where the run has none */
    double *deltas; /* value - baseline's, 0 where they agree to what a float carries; NaN where
                       either is missing or NaN, and for the baseline */
    enum diff_verdict *verdicts; /* against the baseline, as diff_judge() */
};

struct diff_metrics {
    struct diff_metric *rows; /* natural order */
    size_t count;
};

/* Joins by name and compares with run BASELINE (an index). Memory and lifetimes as diff_params().
 */
bool diff_metrics(const struct diff_metrics_run *runs, size_t run_count, size_t baseline,
    struct arena *arena, struct diff_metrics *out, struct err *err);
