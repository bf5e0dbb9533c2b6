#include "work/deltas.h"

#include "work/comparison.h"
#include "work/run_study.h"

#include <math.h>
#include <string.h>

/* Numbers of the index and of a study are the same but for how they were summed up. */
static const double SAME_DELTA = 1e-9;

struct deltas_want deltas_want_of(const struct run_row *const *runs, size_t count)
{
    struct deltas_want want = {.state = 0xcbf29ce484222325u};
    if (count < 2 || !runs[0]->prediction_count)
        return (struct deltas_want){0};
    for (size_t i = 0; i < count && want.count < DELTAS_MOST_RUNS; i++) {
        if (!runs[i]->prediction_count)
            continue;
        want.runs[want.count++] = runs[i]->id;
        want.state = (want.state ^ runs[i]->prediction_count) * 0x100000001b3u;
    }
    return want.count > 1 ? want : (struct deltas_want){0};
}

bool deltas_want_same(const struct deltas_want *a, const struct deltas_want *b)
{
    return a->count == b->count && a->state == b->state &&
           memcmp(a->runs, b->runs, a->count * sizeof *a->runs) == 0;
}

/* One run against the baseline. */
struct pair {
    struct arena arena;
    struct study *study;
    struct comparison comparison;
    bool ready;
};

/* The predictions that the AP shown was measured on, else the last. */
static size_t choose_predictions(const struct run_row *run)
{
    size_t chosen = run->prediction_count - 1;
    int64_t step = -1;
    if (!run_is_evaluated(run, ROLE_AP) || isnan(run_role_best(run, ROLE_AP, false, &step)))
        return chosen;
    for (size_t i = 0; i < run->prediction_count; i++)
        if (run->artifacts[i].step == step)
            chosen = i;
    return chosen;
}

static struct study *load_chosen(const struct runs *runs, int64_t id,
    const struct index_settings *settings, const atomic_bool *stale, struct err *err)
{
    const struct run_row *run = runs_find(runs, id);
    if (run && run->prediction_count)
        return run_study_load(run, choose_predictions(run), false, settings, stale, err);
    err_set(err, ERR_USAGE, "the run has no predictions any more");
    return NULL;
}

static bool prepare(struct pair *pair, const struct study *baseline, struct err *err)
{
    const struct study *studies[] = {baseline, pair->study};
    const struct eval_set *sets[] = {baseline->set, pair->study->set};
    struct comparison_request request = {
        .studies = studies, .sets = sets, .count = 2, .confidence = 0.5, .resamples = DELTAS_ALL};
    pair->ready = comparison_make(&request, &pair->arena, &pair->comparison, err);
    return pair->ready;
}

static void take_numbers(struct pair *pair, int resamples, struct deltas_row *row)
{
    row->resamples = resamples;
    for (size_t n = 0; n < EVAL_STATS; n++)
        row->numbers[n] = eval_bootstrap_delta(pair->comparison.bootstrap, 0, 1, n);
}

/* Up to COUNT resamples of PAIR; false when overtaken. */
static bool resample(
    struct pair *pair, int count, const atomic_bool *stale, struct deltas_row *row, struct err *err)
{
    int done = row->resamples;
    if (pair->ready && !comparison_resample(&pair->comparison, count, stale, &done, err))
        return false;
    if (pair->ready)
        take_numbers(pair, done, row);
    return true;
}

static bool begin_pair(struct pair *pair, const struct study *baseline, size_t index,
    const struct runs *runs, const struct index_settings *settings, const atomic_bool *stale,
    struct deltas *deltas, struct err *err)
{
    struct err trouble = {0};
    struct deltas_row *row = &deltas->rows[index];
    pair->study = load_chosen(runs, deltas->want.runs[index], settings, stale, &trouble);
    if ((pair->study && prepare(pair, baseline, &trouble)))
        return resample(pair, DELTAS_FIRST, stale, row, err);
    if (trouble.code == ERR_CANCELLED)
        return err_set(err, ERR_CANCELLED, "overtaken");
    err_print(&trouble, row->trouble, sizeof row->trouble);
    return true;
}

/* The baseline itself cannot be read: then no pair can. */
static void give_up(struct deltas *deltas, const struct err *err)
{
    for (size_t i = 1; i < deltas->want.count; i++)
        err_print(err, deltas->rows[i].trouble, sizeof deltas->rows[i].trouble);
    deltas->done = true;
}

bool deltas_make(const struct deltas_want *want, const struct runs *runs,
    const struct index_settings *settings, const atomic_bool *stale,
    void (*tell)(void *self, const struct deltas *so_far), void *self, struct err *err)
{
    struct pair pairs[DELTAS_MOST_RUNS] = {0};
    struct deltas deltas = {.want = *want};
    struct err trouble = {0};
    struct study *baseline = load_chosen(runs, want->runs[0], settings, stale, &trouble);
    bool ok = baseline || trouble.code != ERR_CANCELLED ||
              err_set(err, ERR_CANCELLED, "overtaken");
    if (ok && !baseline)
        give_up(&deltas, &trouble);
    for (size_t i = 1; ok && baseline && i < want->count; i++) {
        ok = begin_pair(&pairs[i], baseline, i, runs, settings, stale, &deltas, err);
        if (ok)
            tell(self, &deltas);
    }
    for (size_t i = 1; ok && baseline && i < want->count; i++)
        ok = resample(&pairs[i], DELTAS_ALL, stale, &deltas.rows[i], err);
    deltas.done = true;
    if (ok)
        tell(self, &deltas);
    for (size_t i = 0; i < want->count; i++) {
        arena_done(&pairs[i].arena);
        study_release(pairs[i].study);
    }
    study_release(baseline);
    return ok;
}

const struct eval_interval *deltas_find(
    const struct deltas *deltas, int64_t baseline, int64_t run, const char *metric, double delta)
{
    if (!deltas || !deltas->want.count || deltas->want.runs[0] != baseline || isnan(delta))
        return NULL;
    const char *name = strncmp(metric, "eval/", 5) == 0 ? metric + 5 : metric;
    for (size_t i = 1; i < deltas->want.count; i++) {
        const struct deltas_row *row = &deltas->rows[i];
        if (deltas->want.runs[i] != run || !row->resamples)
            continue;
        for (int n = 0; n < EVAL_STATS; n++)
            if (strcmp(eval_stat_name(n), name) == 0 &&
                fabs(row->numbers[n].point - delta) <= SAME_DELTA)
                return &row->numbers[n];
    }
    return NULL;
}
