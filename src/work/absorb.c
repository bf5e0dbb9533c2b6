#include "work/absorb.h"

#include "readers/reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More than the readers there are: what was absorbed is believed after all of the run's own. */
enum { RANKS = 1000 };

/* ---- doubles ---- */

/* A metric under one of the two numbers of its name: equal numbers, names that may be the same. */
struct keyed {
    uint32_t key;
    uint32_t at; /* index of the metric */
};

struct doubles {
    struct run_metric *metrics;
    bool *dropped;
    const struct twins_check *check;
    struct arena *arena;
};

static int compare_keyed(const void *a, const void *b, void *metrics)
{
    const struct keyed *x = a, *y = b;
    const struct run_metric *all = metrics;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (all[x->at].kind->rank != all[y->at].kind->rank)
        return all[x->at].kind->rank < all[y->at].kind->rank ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static bool has_ranks(const struct run_row *run)
{
    for (size_t i = 1; i < run->metric_count; i++)
        if (run->metrics[i].kind->rank != run->metrics[0].kind->rank)
            return true;
    return false;
}

static bool keep_times(
    struct arena *arena, struct run_metric *kept, const struct run_metric_extent *dropped)
{
    bool first = isnan(kept->extent->first_wall_s), last = isnan(kept->extent->last_wall_s);
    if (!first && !last)
        return true;
    struct run_metric_extent *extent = ARENA_NEW(arena, struct run_metric_extent);
    if (!extent)
        return false;
    *extent = *kept->extent;
    extent->first_wall_s = first ? dropped->first_wall_s : extent->first_wall_s;
    extent->last_wall_s = last ? dropped->last_wall_s : extent->last_wall_s;
    kept->extent = extent;
    return true;
}

/* Of the metrics that may have one name, in order of their ranks. */
static bool drop_doubles(const struct doubles *doubles, const struct keyed *group, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++) {
            struct run_metric *a = &doubles->metrics[group[i].at];
            const struct run_metric *b = &doubles->metrics[group[k].at];
            if (doubles->dropped[group[i].at] || doubles->dropped[group[k].at] ||
                a->kind->rank == b->kind->rank || !same_name(&a->kind->same, &b->kind->same) ||
                !twins_same_series(doubles->check, a, b))
                continue;
            if (!keep_times(doubles->arena, a, b->extent))
                return false;
            doubles->dropped[group[k].at] = true;
        }
    return true;
}

static bool find_doubles(const struct doubles *doubles, struct keyed *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct same_name *name = &doubles->metrics[i].kind->same;
        keys[i * 2] = (struct keyed){name->key, (uint32_t)i};
        keys[i * 2 + 1] = (struct keyed){name->train_key, (uint32_t)i};
    }
    qsort_r(keys, count * 2, sizeof *keys, compare_keyed, doubles->metrics);
    for (size_t from = 0, to; from < count * 2; from = to) {
        for (to = from + 1; to < count * 2 && keys[to].key == keys[from].key; to++)
            continue;
        if (!drop_doubles(doubles, keys + from, to - from))
            return false;
    }
    return true;
}

bool absorb_doubles(struct run_row *run, const struct twins_check *check, struct arena *arena)
{
    if (!has_ranks(run))
        return true;
    size_t count = run->metric_count, kept = 0;
    struct run_metric *metrics = (struct run_metric *)run->metrics;
    struct keyed *keys = malloc(count * 2 * sizeof *keys);
    bool *dropped = calloc(count, sizeof *dropped);
    struct doubles doubles = {metrics, dropped, check, arena};
    bool ok = keys && dropped && find_doubles(&doubles, keys, count);
    for (size_t i = 0; ok && i < count; i++)
        if (!dropped[i])
            metrics[kept++] = metrics[i];
    if (ok)
        run->metric_count = kept;
    free(keys);
    free(dropped);
    return ok;
}

/* ---- one run into another ---- */

/* Both lists are in order of their names, and so is the one that is made of them. */
static bool add_params(struct run_row *run, const struct run_row *other, struct arena *arena)
{
    struct param *params = ARENA_ARRAY(arena, struct param, run->param_count + other->param_count);
    size_t count = 0, i = 0, k = 0;
    if (!params)
        return false;
    while (i < run->param_count || k < other->param_count) {
        int order = i == run->param_count     ? 1
                    : k == other->param_count ? -1
                                              : strcmp(run->params[i].name, other->params[k].name);
        params[count++] = order <= 0 ? run->params[i] : other->params[k];
        i += order <= 0;
        k += order >= 0;
    }
    run->params = params;
    run->param_count = count;
    return true;
}

static int compare_names(const void *a, const void *b)
{
    const struct run_metric *x = *(const struct run_metric *const *)a;
    const struct run_metric *y = *(const struct run_metric *const *)b;
    int order = strcmp(x->kind->name, y->kind->name);
    return order ? order : x->kind->rank < y->kind->rank ? -1 : x->kind->rank > y->kind->rank;
}

/* Of one metric of a joined row; what the others have stays. */
static bool change_kind(struct arena *arena, struct run_metric *metric, const char *name, int rank)
{
    struct run_metric_kind *kind = ARENA_NEW(arena, struct run_metric_kind);
    if (!kind)
        return false;
    *kind = *metric->kind;
    kind->name = name;
    kind->rank = rank;
    metric->kind = kind;
    return true;
}

/* Two series of one name are two metrics: the later one is named after its run too. */
static bool tell_apart(struct run_row *run, const struct run_row *other, struct arena *arena)
{
    struct run_metric **order = malloc((run->metric_count + 1) * sizeof *order);
    bool ok = order != NULL;
    for (size_t i = 0; ok && i < run->metric_count; i++)
        order[i] = (struct run_metric *)&run->metrics[i];
    if (ok && run->metric_count)
        qsort(order, run->metric_count, sizeof *order, compare_names);
    for (size_t i = 1; ok && i < run->metric_count; i++)
        if (strcmp(order[i - 1]->kind->name, order[i]->kind->name) == 0) {
            const char *name = arena_printf(arena, "%s (%s)", order[i]->kind->name, other->name);
            ok = name && change_kind(arena, order[i], name, order[i]->kind->rank);
        }
    free(order);
    return ok;
}

/* It was only printed: see readers/console.c. */
static bool is_printed(const struct run_metric *metric)
{
    int rank = 0;
    while (readers[rank] && strcmp(readers[rank]->name, "console") != 0)
        rank++;
    return metric->kind->rank == rank;
}

/* The recorder measures it too, and of all processes. */
static bool is_load(const char *name)
{
    return strncmp(name, "system/", strlen("system/")) == 0;
}

/* More than its load. */
static bool logs_metrics(const struct run_row *run)
{
    for (size_t i = 0; i < run->metric_count; i++)
        if (!is_load(run->metrics[i].kind->name))
            return true;
    return false;
}

static bool add_metrics(struct run_row *run, const struct run_row *other, enum twins_reason reason,
    const struct twins_check *check, struct arena *arena)
{
    size_t count = 0, most = run->metric_count + other->metric_count;
    struct run_metric *metrics = ARENA_ARRAY(arena, struct run_metric, most);
    bool logs = reason == TWINS_BY_WATCH && logs_metrics(other);
    if (!metrics)
        return false;
    for (size_t i = 0; i < run->metric_count; i++)
        if (!logs || !is_printed(&run->metrics[i]))
            metrics[count++] = run->metrics[i];
    for (size_t i = 0; i < other->metric_count; i++) {
        const struct run_metric_kind *kind = other->metrics[i].kind;
        if (reason == TWINS_BY_WATCH && is_load(kind->name) && run_metric(run, kind->name))
            continue;
        metrics[count] = other->metrics[i];
        if (!change_kind(arena, &metrics[count++], kind->name,
                kind->rank + RANKS * ((int)run->absorbed_count + 1)))
            return false;
    }
    run->metrics = metrics;
    run->metric_count = count;
    return absorb_doubles(run, check, arena) && tell_apart(run, other, arena);
}

static bool add_place(
    struct run_row *run, const struct run_row *other, enum twins_reason reason, struct arena *arena)
{
    struct run_absorbed *absorbed =
        ARENA_ARRAY(arena, struct run_absorbed, run->absorbed_count + 1);
    if (!absorbed)
        return false;
    if (run->absorbed_count)
        memcpy(absorbed, run->absorbed, run->absorbed_count * sizeof *absorbed);
    absorbed[run->absorbed_count++] =
        (struct run_absorbed){other->id, other->name, other->directory, other->format,
            reason == TWINS_BY_ID      ? "it has the same id"
            : reason == TWINS_BY_WATCH ? "the recorded command wrote it"
                                       : "it logged the same loss"};
    run->absorbed = absorbed;
    return true;
}

bool absorb_run(struct run_row *run, const struct run_row *other, enum twins_reason reason,
    const struct twins_check *check, struct arena *arena)
{
    run->title = run->title ? run->title : other->title;
    run->label_id = run->label_id ? run->label_id : other->label_id;
    run->source_count += other->source_count;
    run->dataset = run->dataset ? run->dataset : other->dataset;
    return add_params(run, other, arena) && add_metrics(run, other, reason, check, arena) &&
           add_place(run, other, reason, arena);
}
