#include "work/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct diff_value *)a)->name, ((const struct diff_value *)b)->name);
}

/* Shown as a quantity by its best or last value rather than one by one. */
static bool is_shared(enum role role)
{
    return role != ROLE_NONE && role != ROLE_PART_LOSS && role != ROLE_EPOCH &&
           role != ROLE_LEARNING_RATE;
}

static struct diff_value role_number(const struct run_row *run, enum role role)
{
    const struct metric_summary *s = &run->by_role[role]->summary;
    bool best = run_role_shows_best(role);
    double value = best ? run_role_best(run, role, false, NULL) : run_role_last(run, role);
    return (struct diff_value){
        role_info(role)->name, role, value, run_is_undefined(role, best ? s->latest.max : s->last)};
}

static bool list_values(
    const struct run_row *run, struct arena *arena, struct diff_metrics_run *out)
{
    struct diff_value *values =
        ARENA_ARRAY(arena, struct diff_value, run->metric_count + ROLE_COUNT);
    size_t count = 0;
    if (!values)
        return false;
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
        if (run->by_role[role] && is_shared((enum role)role))
            values[count++] = role_number(run, (enum role)role);
    for (size_t i = 0; i < run->metric_count; i++) {
        const struct run_metric *metric = &run->metrics[i];
        if (is_shared(metric->role) && run->by_role[metric->role] == metric)
            continue;
        double last = metric->summary.last;
        bool undefined = run_is_undefined(metric->role, last);
        values[count++] =
            (struct diff_value){metric->name, metric->role, undefined ? NAN : last, undefined};
    }
    if (count)
        qsort(values, count, sizeof *values, compare_names);
    *out = (struct diff_metrics_run){values, count};
    return true;
}

static int compare_params(const void *a, const void *b)
{
    return strcmp(((const struct param *)a)->name, ((const struct param *)b)->name);
}

/* With synonyms under the name of their quantity. */
static bool list_params(const struct run_row *run, struct arena *arena, struct diff_run *out)
{
    struct param *params = ARENA_ARRAY(arena, struct param, run->param_count);
    size_t count = params ? run_settings(run, params) : 0;
    if (count)
        qsort(params, count, sizeof *params, compare_params);
    *out = (struct diff_run){params, count};
    return params != NULL;
}

bool compare_runs(const struct run_row **runs, size_t count, size_t baseline, bool all,
    struct arena *arena, struct compare *out, struct err *err)
{
    struct diff_run params[COMPARE_MOST_RUNS];
    struct diff_metrics_run metrics[COMPARE_MOST_RUNS];
    *out = (struct compare){.runs = runs, .run_count = count, .baseline = baseline};
    for (size_t i = 0; i < count; i++) {
        if (!list_params(runs[i], arena, &params[i]) || !list_values(runs[i], arena, &metrics[i]))
            return err_set(err, ERR_MEMORY, "out of memory");
    }
    return diff_params(params, count, all, arena, &out->params, err) &&
           diff_metrics(metrics, count, baseline, arena, &out->metrics, err);
}
