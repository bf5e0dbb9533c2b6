#include "work/compare.h"

#include "eval/noise.h"

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
    const struct metric_summary s = run_metric_summary(run->by_role[role]);
    bool best = run_role_shows_best(role);
    double value = best ? run_role_best(run, role, false, NULL) : run_role_last(run, role);
    return (struct diff_value){
        role_info(role)->name, role, value, run_is_undefined(role, best ? s.latest.max : s.last)};
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
        if (is_shared(metric->kind->role) && run->by_role[metric->kind->role] == metric)
            continue;
        double last = metric->last;
        bool undefined = run_is_undefined(metric->kind->role, last);
        values[count++] = (struct diff_value){
            metric->kind->name, metric->kind->role, undefined ? NAN : last, undefined};
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

bool compare_list_params(
    const struct run_row **runs, size_t count, struct arena *arena, struct diff_run *out)
{
    for (size_t i = 0; i < count; i++)
        if (!list_params(runs[i], arena, &out[i]))
            return false;
    return true;
}

bool compare_mark_noise(const struct run_row **runs, size_t count, struct diff_params *params,
    size_t *noise_count, struct arena *arena)
{
    const char **names = ARENA_ARRAY(arena, const char *, count + 1);
    size_t noise = 0;
    if (!names)
        return false;
    for (size_t i = 0; i < count; i++)
        names[i] = runs[i]->name;
    for (size_t i = 0; i < params->count; i++)
        noise += params->rows[i].noise = noise_is(&params->rows[i], names, count);
    if (noise_count)
        *noise_count = noise;
    return true;
}

const char *compare_value_text(const struct diff_param *row, size_t run, struct arena *arena)
{
    const struct param *value = row->values[run];
    if (!value)
        return NULL;
    if (value->kind == PARAM_NULL)
        return "null";
    return row->types_differ && value->kind == PARAM_TEXT
               ? arena_printf(arena, "\"%s\"", value->text)
               : value->text;
}

/* The metric that VALUE of RUN is of was measured by an evaluation. */
static bool is_measured(const struct run_row *run, const struct diff_value *value)
{
    bool shared = value->role != ROLE_NONE && run->by_role[value->role] &&
                  strcmp(role_info(value->role)->name, value->name) == 0;
    return shared ? run_is_evaluated(run, value->role)
                  : run->dataset && strncmp(value->name, "eval/", 5) == 0;
}

static bool compares(const struct compare *compare, const struct diff_metric *row, size_t i)
{
    const struct run_row *run = compare->runs[i], *base = compare->runs[compare->baseline];
    const struct diff_value *a = row->values[i], *b = row->values[compare->baseline];
    return !a || !b || !is_measured(run, a) || !is_measured(base, b) ||
           dataset_kinship(run->dataset, base->dataset) == DATASET_SAME;
}

static void withdraw_verdicts(struct compare *compare)
{
    for (size_t r = 0; r < compare->metrics.count; r++) {
        struct diff_metric *row = &compare->metrics.rows[r];
        for (size_t i = 0; i < compare->run_count; i++)
            if (row->verdicts[i] != DIFF_UNKNOWN && !compares(compare, row, i))
                row->verdicts[i] = DIFF_CHANGED;
    }
}

static enum dataset_kinship find_kinship(const struct compare *compare)
{
    enum dataset_kinship found = DATASET_SAME;
    for (size_t i = 0; i < compare->run_count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct dataset_version *a = compare->runs[i]->dataset;
            const struct dataset_version *b = compare->runs[k]->dataset;
            enum dataset_kinship kinship = a && b ? dataset_kinship(a, b) : DATASET_SAME;
            if (kinship == DATASET_OTHER_TRUTH || (kinship && !found))
                found = kinship;
        }
    return found;
}

size_t compare_differ_count(const struct compare *compare)
{
    return compare->params.differ_count - compare->noise_count - compare->tree.only_count;
}

const char *compare_warning(const struct compare *compare)
{
    static const char *const SENTENCES[] = {[DATASET_SAME] = NULL,
        [DATASET_OTHER_TRUTH] = "AP and its kin are of different ground truths: "
                                "boxtop eval A B --compare --common-images compares them where they meet",
        [DATASET_OTHER_PART] = "AP and its kin are of different images of one ground truth: "
                               "boxtop eval A B --compare --common-images compares them where they meet"};
    return SENTENCES[compare->kinship];
}

bool compare_runs(const struct run_row **runs, size_t count, size_t baseline, bool all,
    struct arena *arena, struct compare *out, struct err *err)
{
    struct diff_run params[COMPARE_MOST_RUNS];
    struct diff_metrics_run metrics[COMPARE_MOST_RUNS];
    *out = (struct compare){.runs = runs, .run_count = count, .baseline = baseline};
    bool listed = compare_list_params(runs, count, arena, params);
    for (size_t i = 0; listed && i < count; i++)
        listed = list_values(runs[i], arena, &metrics[i]);
    if (!listed)
        return err_set(err, ERR_MEMORY, "out of memory");
    if (!diff_params(params, count, all, arena, &out->params, err))
        return false;
    if (!compare_mark_noise(runs, count, &out->params, &out->noise_count, arena))
        return err_set(err, ERR_MEMORY, "out of memory");
    if (!diff_tree_make(&out->params, count, arena, &out->tree, err) ||
        !diff_metrics(metrics, count, baseline, arena, &out->metrics, err))
        return false;
    out->kinship = find_kinship(out);
    if (out->kinship != DATASET_SAME)
        withdraw_verdicts(out);
    return true;
}
