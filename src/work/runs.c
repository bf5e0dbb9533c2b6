#include "work/runs.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A run whose files say nothing of an end is taken for running while they are this young... */
enum { FRESH_S = 180 };
/* ... and one that says it is running for stalled when they are this old. */
enum { STALLED_S = 1800 };

struct role_scale {
    enum role role;
    double scale;
};

struct loading {
    struct store *store;
    const struct store_runs *found;
    const struct runs *before;
    struct runs *out;
    double now_s;
    struct role_scale *roles; /* by index of the name: each is looked up once */
};

static int compare_params(const void *a, const void *b)
{
    return strcmp(((const struct param *)a)->name, ((const struct param *)b)->name);
}

static int compare_metrics(const void *a, const void *b)
{
    return strcmp(((const struct run_metric *)a)->name, ((const struct run_metric *)b)->name);
}

static bool copy_params(struct loading *loading, const struct store_run *from, struct run_row *to)
{
    struct param *params = ARENA_ARRAY(&loading->out->arena, struct param, from->param_count);
    if (!params)
        return false;
    for (size_t i = 0; i < from->param_count; i++) {
        params[i] = from->params[i].param;
        params[i].name = loading->found->names[from->params[i].name];
    }
    if (from->param_count)
        qsort(params, from->param_count, sizeof *params, compare_params);
    to->params = params;
    to->param_count = from->param_count;
    return true;
}

/* Ours before theirs, then the one with more points. */
static bool is_preferred(const struct run_metric *a, const struct run_metric *b)
{
    bool own_a = strncmp(a->name, "eval/", 5) == 0, own_b = strncmp(b->name, "eval/", 5) == 0;
    if (own_a != own_b)
        return own_a;
    return a->summary.count > b->summary.count;
}

static bool copy_metrics(struct loading *loading, const struct store_run *from, struct run_row *to)
{
    struct run_metric *metrics =
        ARENA_ARRAY(&loading->out->arena, struct run_metric, from->metric_count);
    if (!metrics)
        return false;
    for (size_t i = 0; i < from->metric_count; i++) {
        metrics[i].name = loading->found->names[from->metrics[i].name];
        metrics[i].summary = from->metrics[i].summary;
        metrics[i].role = loading->roles[from->metrics[i].name].role;
        metrics[i].scale = loading->roles[from->metrics[i].name].scale;
    }
    if (from->metric_count)
        qsort(metrics, from->metric_count, sizeof *metrics, compare_metrics);
    for (size_t i = 0; i < from->metric_count; i++) {
        const struct run_metric **place = &to->by_role[metrics[i].role];
        if (metrics[i].role != ROLE_NONE && (!*place || is_preferred(&metrics[i], *place)))
            *place = &metrics[i];
    }
    to->metrics = metrics;
    to->metric_count = from->metric_count;
    return true;
}

static void infer_times(const struct store_run *from, struct run_row *to)
{
    double first = NAN, last = NAN;
    for (size_t i = 0; i < to->metric_count; i++) {
        const struct metric_summary *s = &to->metrics[i].summary;
        if (!(s->first_wall_s >= first))
            first = s->first_wall_s;
        if (!(s->last_wall_s <= last))
            last = s->last_wall_s;
    }
    double touched = (double)from->newest_mtime_ns * 1e-9;
    to->started_s = isnan(from->started_s) ? first : from->started_s;
    to->ended_s = !isnan(from->ended_s) ? from->ended_s : !isnan(last) ? last : touched;
}

/* The last epoch that `epochs` announces has been logged. */
static bool all_epochs_done(const struct run_row *run)
{
    const struct param *epochs = run_param(run, "epochs");
    if (!epochs || epochs->kind != PARAM_NUMBER)
        return false;
    for (size_t i = 0; i < run->metric_count; i++) {
        const struct metric_summary *s = &run->metrics[i].summary;
        if (run->metrics[i].role != ROLE_PART_LOSS || s->count < 1)
            continue;
        double done = (double)s->last_step + (s->first_step == 0 ? 1 : 0);
        if (done == epochs->number)
            return true;
    }
    return false;
}

static enum run_status infer_status(
    const struct store_run *from, const struct run_row *run, double now_s)
{
    double untouched_s = now_s - (double)from->newest_mtime_ns * 1e-9;
    if (from->status == RUN_RUNNING && untouched_s > STALLED_S)
        return RUN_STALLED;
    if (from->status != RUN_UNKNOWN)
        return from->status;
    if (all_epochs_done(run))
        return RUN_FINISHED;
    return untouched_s < FRESH_S ? RUN_RUNNING : RUN_UNKNOWN;
}

/* The metric whose course a run shows: the quantity itself, else what comes closest to it. */
static const struct run_metric *course_metric(const struct run_row *run, enum role role)
{
    if (run->by_role[role])
        return run->by_role[role];
    return run->by_role[role == ROLE_LOSS ? ROLE_PART_LOSS : ROLE_ULTRALYTICS_AP];
}

static bool load_spark(struct loading *loading, const struct run_row *run, enum role role,
    const struct run_spark *kept, struct run_spark *out, struct err *err)
{
    *out = (struct run_spark){0};
    const struct run_metric *metric = course_metric(run, role);
    if (!metric)
        return true;
    if (kept) {
        *out = *kept;
        return true;
    }
    struct arena scratch = {0};
    struct store_bucket *buckets;
    size_t count;
    bool ok = store_load_curve(loading->store, run->id, metric->name, INT64_MIN, INT64_MAX,
        RUN_SPARK_POINTS, &scratch, &buckets, &count, err);
    for (size_t i = 0; ok && i < count && i < RUN_SPARK_POINTS; i++) {
        bool undefined = role_info(role)->better == BETTER_HIGHER && buckets[i].last < 0;
        out->values[i] = undefined ? NAN : (float)(buckets[i].last * metric->scale);
        out->count = (int)i + 1;
    }
    arena_done(&scratch);
    return ok;
}

/* The older snapshot's course, when the metric is the same and has not grown. */
static const struct run_spark *kept_spark(
    const struct run_row *old, const struct run_row *run, enum role role)
{
    const struct run_metric *was = old ? course_metric(old, role) : NULL;
    const struct run_metric *is = course_metric(run, role);
    if (!was || !is || strcmp(was->name, is->name) != 0 ||
        was->summary.count != is->summary.count ||
        memcmp(&was->summary.last, &is->summary.last, sizeof is->summary.last) != 0)
        return NULL;
    return role == ROLE_LOSS ? &old->loss_spark : &old->ap_spark;
}

static int compare_artifacts(const void *a, const void *b)
{
    const struct artifact *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    return text_compare_natural(x->path, y->path);
}

bool run_load_artifacts(
    struct store *store, struct arena *arena, struct run_row *run, struct err *err)
{
    struct store_artifact *found;
    size_t count;
    if (!store_load_artifacts(store, run->id, arena, &found, &count, err))
        return false;
    struct artifact *artifacts = ARENA_ARRAY(arena, struct artifact, count);
    if (!artifacts)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++) {
        artifacts[i] = found[i].artifact;
        if (artifacts[i].kind == ARTIFACT_PREDICTIONS) {
            const char *path = path_join(arena, run->directory, artifacts[i].path);
            if (!path)
                return err_set(err, ERR_MEMORY, "out of memory");
            artifacts[i].path = path;
            run->prediction_count++;
        }
    }
    if (count)
        qsort(artifacts, count, sizeof *artifacts, compare_artifacts);
    run->artifacts = artifacts;
    run->artifact_count = count;
    return true;
}

static bool load_row(
    struct loading *loading, const struct store_run *from, struct run_row *to, struct err *err)
{
    *to = (struct run_row){.id = from->id,
        .name = from->name,
        .title = from->title,
        .label_id = from->label_id,
        .root = from->root,
        .directory = from->directory,
        .format = from->format,
        .colour = from->colour};
    if (!copy_params(loading, from, to) || !copy_metrics(loading, from, to))
        return err_set(err, ERR_MEMORY, "out of memory");
    infer_times(from, to);
    to->status = infer_status(from, to, loading->now_s);
    struct note *notes;
    if (from->note_count) {
        if (!store_load_notes(
                loading->store, from->id, &loading->out->arena, &notes, &to->note_count, err))
            return false;
        to->notes = notes;
    }
    if (from->prediction_count &&
        !run_load_artifacts(loading->store, &loading->out->arena, to, err))
        return false;
    const struct run_row *old = loading->before ? runs_find(loading->before, from->id) : NULL;
    return load_spark(
               loading, to, ROLE_LOSS, kept_spark(old, to, ROLE_LOSS), &to->loss_spark, err) &&
           load_spark(loading, to, ROLE_AP, kept_spark(old, to, ROLE_AP), &to->ap_spark, err);
}

static int compare_rows(const void *a, const void *b)
{
    const struct run_row *x = a, *y = b;
    int order = text_compare_natural(x->root, y->root);
    return order ? order : text_compare_natural(x->name, y->name);
}

static int compare_ids(const void *a, const void *b, void *rows)
{
    const struct run_row *all = rows;
    int64_t x = all[*(const uint32_t *)a].id, y = all[*(const uint32_t *)b].id;
    return x < y ? -1 : x > y;
}

static bool make_id_index(struct runs *runs)
{
    runs->by_id = ARENA_ARRAY(&runs->arena, uint32_t, runs->count);
    if (!runs->by_id)
        return false;
    for (size_t i = 0; i < runs->count; i++)
        runs->by_id[i] = (uint32_t)i;
    if (runs->count)
        qsort_r(runs->by_id, runs->count, sizeof *runs->by_id, compare_ids, runs->rows);
    return true;
}

static bool find_roles(struct loading *loading, struct arena *scratch)
{
    loading->roles = ARENA_ARRAY(scratch, struct role_scale, loading->found->name_count);
    for (size_t i = 0; loading->roles && i < loading->found->name_count; i++)
        loading->roles[i].role = role_of_metric(loading->found->names[i], &loading->roles[i].scale);
    return loading->roles != NULL;
}

struct runs *runs_load(struct store *store, const struct runs *before, struct err *err)
{
    struct runs *runs = calloc(1, sizeof *runs);
    if (!runs) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    atomic_init(&runs->references, 1);
    struct store_runs found;
    struct arena scratch = {0};
    struct loading loading = {store, &found, before, runs, clock_wall_s(), NULL};
    if (!store_snapshot_begin(store, err)) {
        runs_release(runs);
        return NULL;
    }
    bool ok = store_load_runs(store, &runs->arena, &found, err);
    if (ok) {
        runs->rows = ARENA_ARRAY(&runs->arena, struct run_row, found.count);
        ok = (runs->rows && find_roles(&loading, &scratch)) ||
             err_set(err, ERR_MEMORY, "out of memory");
    }
    for (size_t i = 0; ok && i < found.count; i++, runs->count += ok)
        ok = load_row(&loading, &found.runs[i], &runs->rows[i], err);
    store_snapshot_end(store);
    if (ok && runs->count)
        qsort(runs->rows, runs->count, sizeof *runs->rows, compare_rows);
    if (ok && (!make_id_index(runs) || !runs_find_columns(runs)))
        ok = err_set(err, ERR_MEMORY, "out of memory");
    arena_done(&scratch);
    if (ok)
        return runs;
    runs_release(runs);
    return NULL;
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
    free(runs);
}

const struct run_row *runs_find(const struct runs *runs, int64_t id)
{
    size_t low = 0, high = runs->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (runs->rows[runs->by_id[middle]].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    const struct run_row *found = low < runs->count ? &runs->rows[runs->by_id[low]] : NULL;
    return found && found->id == id ? found : NULL;
}

const struct run_row *runs_find_named(const struct runs *runs, const char *name, struct err *err)
{
    char *real = realpath(name, NULL);
    const struct run_row *exact = NULL, *by_end = NULL;
    int endings = 0;
    for (size_t i = 0; i < runs->count && !exact; i++) {
        const struct run_row *run = &runs->rows[i];
        if (strcmp(run->name, name) == 0 || (real && strcmp(run->directory, real) == 0))
            exact = run;
        size_t whole = strlen(run->name), part = strlen(name);
        if (part < whole && run->name[whole - part - 1] == '/' &&
            strcmp(run->name + whole - part, name) == 0) {
            by_end = run;
            endings++;
        }
    }
    free(real);
    if (exact || endings == 1)
        return exact ? exact : by_end;
    err_set(err, ERR_USAGE,
        endings ? "%.80s is the end of several names: give more of it"
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

const struct run_metric *run_metric(const struct run_row *run, const char *name)
{
    struct run_metric key = {.name = name};
    return run->metric_count
               ? bsearch(&key, run->metrics, run->metric_count, sizeof key, compare_metrics)
               : NULL;
}

double run_role_last(const struct run_row *run, enum role role)
{
    const struct run_metric *metric = run->by_role[role];
    if (!metric || (role_info(role)->better == BETTER_HIGHER && metric->summary.last == -1))
        return NAN;
    return metric->summary.last * metric->scale;
}

bool run_role_shows_best(enum role role)
{
    return role_info(role)->better == BETTER_HIGHER;
}

double run_role_best(const struct run_row *run, enum role role, int64_t *step)
{
    const struct run_metric *metric = run->by_role[role];
    if (!metric)
        return NAN;
    const struct metric_summary *s = &metric->summary;
    enum better better = role_info(role)->better;
    double value = better == BETTER_HIGHER ? s->max : better == BETTER_LOWER ? s->min : s->last;
    if (step)
        *step = better == BETTER_HIGHER  ? s->max_step
                : better == BETTER_LOWER ? s->min_step
                                         : s->last_step;
    return better == BETTER_HIGHER && value == -1 ? NAN : value * metric->scale;
}
