/*
 * Which names the runs have: an index of metrics, and of the words that mean a parameter.
 * Knows: rows. Must not know: columns.
 */
#include "work/runs.h"

#include "base/grow.h"
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

/* Names are few and are told apart by where they lie first: a run's are the index's own. */
struct gathering {
    struct arena scratch;
    struct map seen;
    const char **metrics;
    struct run_param_word *params;
    size_t metric_count, param_count, metric_capacity, param_capacity;
};

static bool is_new(struct map *seen, const void *where, bool *ok)
{
    const void *key[] = {where};
    size_t before = seen->count;
    *ok &= map_put(seen, key, sizeof key, 0, NULL) >= 0;
    return seen->count > before;
}

static const char *last_part(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot[1] ? dot + 1 : name;
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int compare_words(const void *a, const void *b)
{
    const struct run_param_word *x = a, *y = b;
    int order = strcmp(x->word, y->word);
    if (!order)
        order = x->rank - y->rank;
    return order ? order : strcmp(x->param, y->param);
}

static bool put_metric(struct gathering *g, const char *name)
{
    bool ok = true;
    if (is_new(&g->seen, name, &ok) && ok) {
        if (!GROW(g->metrics, g->metric_capacity, g->metric_count + 1))
            return false;
        g->metrics[g->metric_count++] = name;
    }
    return ok;
}

static bool put_word(struct gathering *g, const char *word, const char *param, int rank)
{
    if (!GROW(g->params, g->param_capacity, g->param_count + 1))
        return false;
    g->params[g->param_count++] = (struct run_param_word){word, param, rank, false};
    return true;
}

static bool put_param(struct gathering *g, const char *name)
{
    bool ok = true;
    if (!is_new(&g->seen, name, &ok) || !ok)
        return ok;
    const char *end = last_part(name);
    return put_word(g, name, name, 1) && (end == name || put_word(g, end, name, 2));
}

/* Most runs name what the run before them does, at the same place: that is seen without the map, and
 * mostly without looking. */
static bool gather(struct gathering *g, const struct runs *runs)
{
    bool ok = true;
    map_init(&g->seen, &g->scratch);
    for (size_t i = 0; ok && i < runs->count; i++) {
        const struct run_row *run = &runs->rows[i], *before = i ? run - 1 : NULL;
        if (before && run->shape && run->shape == before->shape)
            continue;
        for (size_t m = 0; ok && m < run->metric_count; m++)
            if (!before || m >= before->metric_count ||
                before->metrics[m].kind != run->metrics[m].kind)
                ok = put_metric(g, run->metrics[m].kind->name);
    }
    map_done(&g->seen);
    map_init(&g->seen, &g->scratch);
    for (size_t i = 0; ok && i < runs->count; i++) {
        const struct run_row *run = &runs->rows[i], *before = i ? run - 1 : NULL;
        bool alike = before && run->shape && run->shape == before->shape;
        for (size_t p = 0; ok && !alike && p < run->param_count; p++)
            if (!before || p >= before->param_count ||
                before->params[p].name != run->params[p].name)
                ok = put_param(g, run->params[p].name);
        for (size_t s = 0; ok && s < run->setting_count; s++)
            if (is_new(&g->seen, run->settings[s].quantity, &ok) && ok)
                ok = put_word(g, run->settings[s].quantity, run->settings[s].quantity, 0);
    }
    map_done(&g->seen);
    return ok;
}

/* Of equal words the first speaks; the ends of two names speak for neither. */
static size_t settle_words(struct run_param_word *words, size_t count)
{
    size_t kept = 0;
    if (count)
        qsort(words, count, sizeof *words, compare_words);
    for (size_t i = 0; i < count; i++) {
        struct run_param_word *last = kept ? &words[kept - 1] : NULL;
        if (!last || strcmp(last->word, words[i].word) != 0)
            words[kept++] = words[i];
        else
            last->ambiguous |= last->rank == 2 && strcmp(last->param, words[i].param) != 0;
    }
    return kept;
}

static size_t settle_metrics(const char **names, size_t count)
{
    size_t kept = 0;
    if (count)
        qsort(names, count, sizeof *names, compare_strings);
    for (size_t i = 0; i < count; i++)
        if (!kept || strcmp(names[kept - 1], names[i]) != 0)
            names[kept++] = names[i];
    return kept;
}

bool runs_find_names(struct runs *runs)
{
    struct gathering g = {0};
    struct run_names *out = &runs->names;
    bool ok = gather(&g, runs);
    *out = (struct run_names){0};
    if (ok) {
        out->metric_count = settle_metrics(g.metrics, g.metric_count);
        out->param_count = settle_words(g.params, g.param_count);
        out->metrics = ARENA_ARRAY(&runs->arena, const char *, out->metric_count);
        out->params = ARENA_ARRAY(&runs->arena, struct run_param_word, out->param_count);
        ok = out->metrics && out->params;
    }
    if (ok && out->metric_count)
        memcpy(out->metrics, g.metrics, out->metric_count * sizeof *out->metrics);
    if (ok && out->param_count)
        memcpy(out->params, g.params, out->param_count * sizeof *out->params);
    if (!ok)
        *out = (struct run_names){0};
    for (size_t i = 0; i < runs->count; i++)
        for (int role = 0; role < ROLE_COUNT; role++)
            out->roles[role] |= runs->rows[i].by_role[role] != NULL;
    free(g.metrics);
    free(g.params);
    arena_done(&g.scratch);
    return ok;
}

bool runs_has_metric(const struct runs *runs, const char *name)
{
    const struct run_names *names = &runs->names;
    return names->metric_count && bsearch(&name, names->metrics, names->metric_count,
                                      sizeof *names->metrics, compare_strings);
}

const char *runs_param_named(const struct runs *runs, const char *word, bool *ambiguous)
{
    size_t low = 0, high = runs->names.param_count;
    *ambiguous = false;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct run_param_word *here = &runs->names.params[middle];
        int order = strcmp(here->word, word);
        if (order == 0) {
            *ambiguous = here->ambiguous;
            return here->ambiguous ? NULL : here->param;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
