#include "work/run_facts.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_params(const void *a, const void *b)
{
    return strcmp(((const struct param *)a)->name, ((const struct param *)b)->name);
}

static int compare_metrics(const void *a, const void *b)
{
    return strcmp(
        ((const struct run_metric *)a)->kind->name, ((const struct run_metric *)b)->kind->name);
}

struct runs *runs_share(struct runs *runs)
{
    atomic_fetch_add(&runs->references, 1);
    return runs;
}

void runs_release(struct runs *runs)
{
    if (!runs || atomic_fetch_sub(&runs->references, 1) != 1)
        return;
    arena_done(&runs->arena);
    for (size_t i = 0; i < runs->book_count; i++)
        run_book_release(runs->books[i]);
    free(runs);
}

const struct run_row *runs_find(const struct runs *runs, int64_t id)
{
    size_t low = 0, high = runs->place_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (runs->by_id[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < runs->place_count && runs->by_id[low].id == id;
    return found ? &runs->rows[runs->by_id[low].row] : NULL;
}

/* What a person may mean by a name, the surest first. */
enum fit { FIT_NOT, FIT_END, FIT_LABEL, FIT_WHOLE };

static bool is_end(const char *whole, const char *name)
{
    size_t length = strlen(whole), part = strlen(name);
    return part < length && whole[length - part - 1] == '/' &&
           strcmp(whole + length - part, name) == 0;
}

static enum fit fit_of(const struct run_row *run, const char *name, const char *real)
{
    enum fit fit = FIT_NOT;
    if (strcmp(run->name, name) == 0 || (real && strcmp(run->directory, real) == 0))
        return FIT_WHOLE;
    for (size_t i = 0; i < run->absorbed_count; i++) {
        const struct run_absorbed *other = &run->absorbed[i];
        if (strcmp(other->name, name) == 0 || (real && strcmp(other->directory, real) == 0))
            return FIT_WHOLE;
        if (is_end(other->name, name))
            fit = FIT_END;
    }
    if ((run->shown && strcmp(run->shown, name) == 0) || text_same(run->title, name) ||
        text_same(run->label_id, name))
        return FIT_LABEL;
    if (is_end(run->name, name) || (run->shown && is_end(run->shown, name)))
        return FIT_END;
    return fit;
}

const struct run_row *runs_find_named(const struct runs *runs, const char *name, struct err *err)
{
    char *real = realpath(name, NULL);
    const struct run_row *best = NULL;
    enum fit best_fit = FIT_NOT;
    int as_good = 0;
    for (size_t i = 0; i < runs->count; i++) {
        enum fit fit = fit_of(&runs->rows[i], name, real);
        if (fit == FIT_NOT || fit < best_fit)
            continue;
        as_good = fit > best_fit ? 1 : as_good + 1;
        best = as_good == 1 ? &runs->rows[i] : best;
        best_fit = fit;
    }
    free(real);
    if (best && (as_good == 1 || best_fit == FIT_WHOLE))
        return best;
    err_set(err, ERR_USAGE,
        best ? best_fit == FIT_END ? "%.80s is the end of several names: give more of it"
                                   : "%.80s is the title of several runs: give the path of one"
             : "no run is called %.80s: boxtop ls lists them",
        name);
    return NULL;
}

const struct param *run_param(const struct run_row *run, const char *name)
{
    struct param key = {.name = name};
    return run->param_count
               ? bsearch(&key, run->params, run->param_count, sizeof key, compare_params)
               : NULL;
}

const struct param *run_setting(const struct run_row *run, const char *name)
{
    for (size_t i = 0; i < run->setting_count; i++) {
        const struct run_setting *setting = &run->settings[i];
        if (!setting->is_own && !setting->repeats && strcmp(setting->quantity, name) == 0)
            return setting->param;
    }
    return run_param(run, name);
}

size_t run_settings(const struct run_row *run, struct param *out)
{
    size_t count = 0, next = 0;
    for (size_t i = 0; i < run->param_count; i++) {
        const struct run_setting *setting = next < run->setting_count ? &run->settings[next] : NULL;
        bool spells = setting && setting->param == &run->params[i];
        next += spells;
        if (spells && setting->repeats)
            continue;
        out[count] = run->params[i];
        if (spells && !setting->is_own)
            out[count].name = setting->quantity;
        count++;
    }
    return count;
}

bool runs_set_alike(const struct run_row *a, const struct run_row *b)
{
    return a->shape && a->shape == b->shape && !a->setting_count && !b->setting_count;
}

const struct run_metric *run_metric(const struct run_row *run, const char *name)
{
    const struct run_metric_kind kind = {.name = name};
    const struct run_metric key = {.kind = &kind};
    return run->metric_count
               ? bsearch(&key, run->metrics, run->metric_count, sizeof key, compare_metrics)
               : NULL;
}

bool run_is_undefined(enum role role, double value)
{
    return role_info(role)->better == BETTER_HIGHER && value == -1;
}

bool run_is_evaluated(const struct run_row *run, enum role role)
{
    const struct run_metric *metric = run->by_role[role];
    return run->dataset && metric && strncmp(metric->kind->name, "eval/", 5) == 0;
}

bool run_compares(const struct run_row *a, const struct run_row *b, enum role role)
{
    return !run_is_evaluated(a, role) || !run_is_evaluated(b, role) ||
           dataset_kinship(a->dataset, b->dataset) == DATASET_SAME;
}

double run_role_last(const struct run_row *run, enum role role)
{
    const struct run_metric *metric = run->by_role[role];
    if (!metric || run_is_undefined(role, metric->last))
        return NAN;
    return metric->last * metric->kind->scale;
}

bool run_role_shows_best(enum role role)
{
    return role_info(role)->better == BETTER_HIGHER;
}

double run_first_wall(const struct run_row *run)
{
    double first = NAN;
    for (size_t i = 0; i < run->metric_count; i++)
        first = fmin(first, run->metrics[i].extent->first_wall_s); /* fmin leaves NaN out */
    return first;
}

double run_role_best(const struct run_row *run, enum role role, bool all, int64_t *step)
{
    const struct run_metric *metric = run->by_role[role];
    if (!metric)
        return NAN;
    const struct metric_range *latest = metric->more && !all ? &metric->more->latest : NULL;
    enum better better = role_info(role)->better;
    double value = better == BETTER_HIGHER  ? latest ? latest->max : metric->max
                   : better == BETTER_LOWER ? latest ? latest->min : metric->min
                                            : metric->last;
    if (step) { /* mostly it is not asked for, and where it is kept is not at hand */
        const struct metric_range range = run_metric_range(metric, all);
        *step = better == BETTER_HIGHER  ? range.max_step
                : better == BETTER_LOWER ? range.min_step
                                         : metric->extent->last_step;
    }
    return run_is_undefined(role, value) ? NAN : value * metric->kind->scale;
}

void run_status_print(const struct run_row *run, char *out, size_t out_bytes)
{
    const char *status = run_status_name(run->status);
    bool ended_well = run->status == RUN_FINISHED || run->status == RUN_UNKNOWN;
    if (run->loss_lost)
        snprintf(out, out_bytes, "%s%sNaN @%lld", ended_well ? "" : status, ended_well ? "" : " ",
            (long long)run->lost_step);
    else
        snprintf(out, out_bytes, "%s", status);
}
