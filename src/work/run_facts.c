#include "work/run_facts.h"

#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the rows in the books of a snapshot so many may be of the past for each that is not. */
enum { MOST_PAST = 1, FEW_ROWS = 64 };

struct kept_kind {
    struct run_metric_kind kind;
    struct kept_kind *next;
};

/* What a name says by itself; looked at once, however many runs have it. */
struct run_facts_name {
    uint32_t place; /* among all names in their order */
    bool matched;
    struct role_match match;
    struct same_name same;
    struct kept_kind *kinds;
};

/* ---- books ---- */

void run_book_release(struct run_book *book)
{
    if (!book || atomic_fetch_sub(&book->references, 1) != 1)
        return;
    arena_done(&book->arena);
    free(book);
}

bool runs_hold_book(struct runs *out, struct run_book *book)
{
    for (size_t i = 0; i < out->book_count; i++)
        if (out->books[i] == book)
            return true;
    if (out->book_count == RUNS_MOST_BOOKS)
        return false;
    atomic_fetch_add(&book->references, 1);
    out->books[out->book_count++] = book;
    return true;
}

/* Names are only ever added, behind the others. */
static bool has_all_names(const struct store_runs *found, const struct runs *before)
{
    if (before->index_name_count > found->name_count)
        return false;
    for (size_t i = 0; i < before->index_name_count; i++)
        if (strcmp(before->index_names[i], found->names[i]) != 0)
            return false;
    return true;
}

static bool is_mostly_past(const struct runs *before)
{
    size_t rows = 0;
    for (size_t i = 0; i < before->book_count; i++)
        rows += before->books[i]->rows;
    return rows > (1 + MOST_PAST) * before->place_count + FEW_ROWS;
}

/* When there are as many books as there may be, what is in the small ones is written into a new
 * one. */
static const struct run_book *the_largest(const struct runs *before)
{
    const struct run_book *largest = NULL;
    for (size_t i = 0; i < before->book_count; i++)
        if (!largest || before->books[i]->rows > largest->rows)
            largest = before->books[i];
    return largest;
}

/* Those that hold names; false when there is no room for two more, one of them with names. */
static bool hold_names(struct runs *out, const struct runs *before)
{
    for (size_t i = 0; i < before->book_count; i++)
        if (before->books[i]->has_names && !runs_hold_book(out, before->books[i]))
            return false;
    return out->book_count + 2 <= RUNS_MOST_BOOKS;
}

static void let_go(struct runs *out)
{
    while (out->book_count)
        run_book_release(out->books[--out->book_count]);
}

/* After the first KNOWN, which have the places that they had. */
static bool copy_names(
    struct run_facts *facts, const struct store_runs *found, const char **known, size_t known_count)
{
    struct arena *arena = &facts->book->arena;
    const char **names = ARENA_ARRAY(arena, const char *, found->name_count);
    for (size_t i = 0; names && i < found->name_count; i++) {
        names[i] = i < known_count ? known[i] : arena_string(arena, found->names[i]);
        if (!names[i])
            return false;
    }
    facts->names = names;
    facts->book->has_names = true;
    return names != NULL;
}

/* ---- what names mean ---- */

static int compare_names(const void *a, const void *b, void *names)
{
    const char *const *all = names;
    return strcmp(all[*(const uint32_t *)a], all[*(const uint32_t *)b]);
}

static bool find_places(struct run_facts *facts)
{
    uint32_t *order = ARENA_ARRAY(&facts->scratch, uint32_t, facts->name_count);
    if (!order)
        return false;
    for (size_t i = 0; i < facts->name_count; i++)
        order[i] = (uint32_t)i;
    if (facts->name_count)
        qsort_r(order, facts->name_count, sizeof *order, compare_names, facts->names);
    for (size_t i = 0; i < facts->name_count; i++)
        facts->meanings[order[i]].place = (uint32_t)i;
    return true;
}

/* In the order of the index, so that they have one number in all snapshots that share books. */
static bool number_names(struct run_facts *facts)
{
    struct same_names numbers;
    same_names_init(&numbers, &facts->scratch);
    bool ok = true;
    for (size_t i = 0; ok && i < facts->name_count; i++)
        ok = same_names_put(&numbers, facts->names[i], &facts->meanings[i].same);
    same_names_done(&numbers);
    return ok;
}

static bool take_names(struct run_facts *facts, const struct store_runs *found, struct runs *out,
    const struct runs *before)
{
    size_t known = facts->shares ? before->index_name_count : 0;
    if (facts->shares && known == found->name_count)
        facts->names = before->index_names;
    else if (!copy_names(facts, found, facts->shares ? before->index_names : NULL, known) ||
             !runs_hold_book(out, facts->book))
        return false;
    out->index_names = facts->names;
    out->index_name_count = found->name_count;
    return true;
}

bool run_facts_init(struct run_facts *facts, const struct store_runs *found, struct runs *out,
    const struct runs *before)
{
    *facts = (struct run_facts){.name_count = found->name_count};
    facts->book = calloc(1, sizeof *facts->book);
    facts->meanings = ARENA_ARRAY(&facts->scratch, struct run_facts_name, found->name_count);
    if (!facts->book || !facts->meanings)
        return false;
    atomic_init(&facts->book->references, 1);
    facts->shares = before && has_all_names(found, before) && !is_mostly_past(before) &&
                    hold_names(out, before);
    if (!facts->shares)
        let_go(out);
    if (facts->shares && before->book_count == RUNS_MOST_BOOKS)
        facts->alone = the_largest(before);
    facts->shape_count = facts->shares ? before->shape_count : 0;
    return take_names(facts, found, out, before) && find_places(facts) && number_names(facts);
}

bool run_facts_may_share(const struct run_facts *facts, const struct run_row *old)
{
    return facts->shares && (!facts->alone || old->book == facts->alone);
}

void run_facts_done(struct run_facts *facts)
{
    run_book_release(facts->book);
    arena_done(&facts->scratch);
}

static const struct run_metric_kind *kind_of(
    struct run_facts *facts, uint32_t name, struct role_match match, int rank)
{
    struct run_facts_name *meaning = &facts->meanings[name];
    for (struct kept_kind *at = meaning->kinds; at; at = at->next)
        if (at->kind.role == match.role && at->kind.scale == match.scale && at->kind.rank == rank)
            return &at->kind;
    struct kept_kind *made = ARENA_NEW(&facts->book->arena, struct kept_kind);
    if (!made)
        return NULL;
    *made = (struct kept_kind){{.name = facts->names[name],
                                   .written = facts->names[name],
                                   .role = match.role,
                                   .row = match.row,
                                   .rank = rank,
                                   .scale = match.scale,
                                   .same = meaning->same},
        meaning->kinds};
    meaning->kinds = made;
    return &made->kind;
}

static const struct role_match *name_match(struct run_facts *facts, uint32_t name)
{
    struct run_facts_name *meaning = &facts->meanings[name];
    if (!meaning->matched)
        meaning->match = role_match(facts->names[name]);
    meaning->matched = true;
    return &meaning->match;
}

/* ---- parameters ---- */

static int compare_params(const void *a, const void *b)
{
    return strcmp(((const struct param *)a)->name, ((const struct param *)b)->name);
}

/* The index gives what one file says in order of names already. */
static bool take_params(struct run_facts *facts, const struct store_run *from, struct run_row *row)
{
    struct param *params = ARENA_ARRAY(&facts->book->arena, struct param, from->param_count);
    bool sorted = true;
    if (!params)
        return false;
    for (size_t i = 0; i < from->param_count; i++) {
        params[i] = from->params[i].param;
        params[i].name = facts->names[from->params[i].name];
        sorted &= !i || facts->meanings[from->params[i - 1].name].place <
                            facts->meanings[from->params[i].name].place;
    }
    if (!sorted)
        qsort(params, from->param_count, sizeof *params, compare_params);
    row->params = params;
    row->param_count = from->param_count;
    return true;
}

/* ---- metrics ---- */

static int compare_metrics(const void *a, const void *b)
{
    const struct run_metric *x = a, *y = b;
    return strcmp(x->kind->name, y->kind->name);
}

/* Ours before theirs, then the one with more points, then the one that metrics.def names first. */
static bool is_preferred(const struct run_metric *a, const struct run_metric *b)
{
    bool ours = role_is_coco(a->kind->role) || a->kind->role == ROLE_F1;
    bool own_a = ours && strncmp(a->kind->name, "eval/", 5) == 0;
    bool own_b = ours && strncmp(b->kind->name, "eval/", 5) == 0;
    if (own_a != own_b)
        return own_a;
    if (a->extent->count != b->extent->count)
        return a->extent->count > b->extent->count;
    return a->kind->row < b->kind->row;
}

static void find_roles(struct run_row *row)
{
    memset(row->by_role, 0, sizeof row->by_role);
    for (size_t i = 0; i < row->metric_count; i++) {
        const struct run_metric *metric = &row->metrics[i];
        const struct run_metric **place = &row->by_role[metric->kind->role];
        if (metric->kind->role != ROLE_NONE && (!*place || is_preferred(metric, *place)))
            *place = metric;
    }
}

/* Kinds are one for all runs of a book that have them. */
static bool are_alike(const struct run_row *a, const struct run_row *b)
{
    if (a->param_count != b->param_count || a->metric_count != b->metric_count)
        return false;
    for (size_t i = 0; i < a->param_count; i++)
        if (a->params[i].name != b->params[i].name)
            return false;
    for (size_t i = 0; i < a->metric_count; i++)
        if (a->metrics[i].kind != b->metrics[i].kind)
            return false;
    return true;
}

void run_facts_look(struct run_facts *facts, struct run_row *row)
{
    find_roles(row);
    bool alike = facts->taken && are_alike(facts->taken, row);
    row->shape = alike ? facts->taken->shape : ++facts->shape_count;
    facts->taken = row;
}

void run_facts_settle(struct run_row *row)
{
    row->shape = 0;
    if (row->metric_count)
        qsort((struct run_metric *)row->metrics, row->metric_count, sizeof *row->metrics,
            compare_metrics);
    find_roles(row);
}

/* Behind its last slash a name is one of many that one logger writes in one unit. */
static size_t family_length(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? (size_t)(slash - name) : 0;
}

static bool are_family(const char *a, const char *b)
{
    size_t length = family_length(a);
    return family_length(b) == length && strncmp(a, b, length) == 0;
}

/* Percent or fraction: its own values must say. */
static bool is_open(struct run_facts *facts, const struct store_metric *metric)
{
    const struct role_match *match = name_match(facts, metric->name);
    return match->scale == ROLE_EITHER && role_is_coco(match->role);
}

/* COCO numbers that a logger writes together are in percent together: an AP of 0.9 beside an AP50
 * of 3.1 is no perfect score. */
static bool share_percent(
    struct run_facts *facts, const struct store_run *from, struct run_metric *metrics)
{
    for (size_t i = 0; i < from->metric_count; i++) {
        if (metrics[i].kind->scale != 0.01 || !is_open(facts, &from->metrics[i]))
            continue;
        for (size_t k = 0; k < from->metric_count; k++) {
            const struct run_metric_kind *kind = metrics[k].kind;
            if (kind->scale == 0.01 || !is_open(facts, &from->metrics[k]) ||
                !are_family(metrics[i].kind->name, kind->name))
                continue;
            const struct role_match match = {kind->role, 0.01, kind->row};
            metrics[k].kind = kind_of(facts, from->metrics[k].name, match, kind->rank);
            if (!metrics[k].kind)
                return false;
        }
    }
    return true;
}

static bool add_spark(
    struct run_facts *facts, const struct store_course *course, struct run_metric *metric)
{
    struct run_spark *spark = ARENA_NEW(&facts->book->arena, struct run_spark);
    for (uint32_t i = 0; spark && i < course->count; i++)
        run_spark_put(spark, (double)course->values[i], metric->kind);
    metric->spark = spark;
    return spark != NULL;
}

static bool take_metric(struct run_facts *facts, const struct store_run *from,
    const struct store_metric *metric, const struct run_metric *near, struct run_metric *out)
{
    struct role_match match = role_settle(*name_match(facts, metric->name), &metric->summary);
    const struct run_metric_kind *kind = kind_of(facts, metric->name, match, metric->rank);
    return kind &&
           run_metric_pack(&facts->book->arena, kind, from->id, &metric->summary, near, out);
}

static bool take_metrics(struct run_facts *facts, const struct store_run *from, struct run_row *row)
{
    size_t count = from->metric_count;
    struct run_metric *metrics = ARENA_ARRAY(&facts->book->arena, struct run_metric, count);
    bool ok = metrics != NULL, sorted = true;
    for (size_t i = 0; ok && i < count; i++) {
        const struct store_metric *metric = &from->metrics[i];
        ok = take_metric(facts, from, metric, i ? &metrics[i - 1] : NULL, &metrics[i]);
        sorted &= !i || facts->meanings[metric[-1].name].place < facts->meanings[metric->name].place;
    }
    ok = ok && share_percent(facts, from, metrics);
    for (size_t i = 0; ok && i < count; i++)
        if (from->metrics[i].course.count)
            ok = add_spark(facts, &from->metrics[i].course, &metrics[i]);
    if (ok && !sorted)
        qsort(metrics, count, sizeof *metrics, compare_metrics);
    row->metrics = metrics;
    row->metric_count = ok ? count : 0;
    return ok;
}

bool run_facts_take(struct run_facts *facts, const struct store_run *from, struct run_row *row)
{
    facts->book->rows++;
    row->book = facts->book;
    return take_params(facts, from, row) && take_metrics(facts, from, row);
}

void run_facts_share(const struct run_row *old, struct run_row *row)
{
    row->book = old->book;
    row->shape = old->shape;
    row->params = old->params;
    row->param_count = old->param_count;
    row->metrics = old->metrics;
    row->metric_count = old->metric_count;
    memcpy(row->by_role, old->by_role, sizeof row->by_role);
}
