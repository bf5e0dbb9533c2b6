#include "app/listing.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN_COLUMNS = 14 };

/* ---- columns ---- */

static bool is_same(const struct run_column *a, const struct run_column *b)
{
    bool names = a->name && b->name ? strcmp(a->name, b->name) == 0 : a->name == b->name;
    return a->kind == b->kind && a->role == b->role && a->ask == b->ask && a->tail == b->tail &&
           a->expr == b->expr && names;
}

static void add_column(struct listing *listing, const struct run_column *column)
{
    for (size_t i = 0; i < listing->column_count; i++)
        if (is_same(&listing->columns[i], column))
            return;
    if (listing->column_count < LISTING_MOST_COLUMNS)
        listing->columns[listing->column_count++] = *column;
}

/* What the ranking is about stands behind what every run has. */
static void choose_columns(struct listing *listing, const struct run_column *asked, size_t count)
{
    const struct runs *runs = listing->gathered.runs;
    bool added = !listing->is_ranked;
    for (size_t i = 0; i < runs->column_count && listing->column_count < SHOWN_COLUMNS; i++) {
        bool of_run = runs->columns[i].kind <= RUN_COLUMN_AGE;
        if (!added && !of_run) {
            add_column(listing, &listing->keys[0].column);
            for (size_t k = 0; k < count; k++)
                if (asked[k].title)
                    add_column(listing, &asked[k]);
            added = true;
        }
        if (runs->columns[i].kind != RUN_COLUMN_SPARK)
            add_column(listing, &runs->columns[i]);
    }
    if (versions_differ(&listing->versions))
        listing->column_count =
            versions_add_column(listing->columns, listing->column_count, LISTING_MOST_COLUMNS);
}

/* ---- rows ---- */

static bool parse_best(struct listing *listing, const char *best, struct err *err)
{
    struct run_key *key = &listing->keys[0];
    if (!runs_parse_column(
            listing->gathered.runs, &listing->gathered.arena, best, &key->column, err))
        return false;
    bool computed = key->column.kind == RUN_COLUMN_EXPR;
    if (key->column.better == BETTER_NEITHER && !computed)
        return err_set(err, ERR_USAGE,
            "nothing says which values of %.60s are the best: use --sort", best);
    key->descending = key->column.better != BETTER_LOWER;
    listing->is_ranked = true;
    listing->key_count = 1;
    return true;
}

static bool parse_order(struct listing *listing, const struct settings *settings, struct err *err)
{
    size_t count = 0;
    if (settings->best && !parse_best(listing, settings->best, err))
        return false;
    bool ok = !settings->sort ||
              runs_parse_keys(listing->gathered.runs, &listing->gathered.arena, settings->sort,
                  listing->keys + listing->key_count, &count, err);
    listing->key_count += count;
    return ok;
}

/* Drops the rows that CONSTRAINT does not hold for, and those without what is ranked. */
static bool rule_out(struct listing *listing, const struct filter *constraint, struct err *err)
{
    const struct runs *runs = listing->gathered.runs;
    uint32_t *held = calloc(runs->count + 1, sizeof *held);
    bool *holds = calloc(runs->count + 1, sizeof *holds);
    bool ok = held && holds;
    size_t kept = 0;
    size_t held_count = ok ? runs_order(runs, constraint, NULL, false, listing->baseline,
                                 listing->now_s, held)
                           : 0;
    for (size_t i = 0; i < held_count; i++)
        holds[held[i]] = true;
    for (size_t i = 0; ok && i < listing->count; i++) {
        uint32_t row = listing->order[i];
        struct run_value value = {.known = true};
        if (listing->is_ranked)
            value = run_value(
                &runs->rows[row], &listing->keys[0].column, listing->baseline, listing->now_s);
        listing->ruled_out += !holds[row];
        listing->unranked += holds[row] && !value.known;
        if (holds[row] && value.known)
            listing->order[kept++] = row;
    }
    listing->count = kept;
    free(held);
    free(holds);
    return ok || err_set(err, ERR_MEMORY, "out of memory");
}

/* Means are known only of points that were read. */
static bool load_tails(struct listing *listing, const struct run_column *const *bound,
    const size_t *counts, size_t lists, struct err *err)
{
    struct store *store = listing->gathered.store;
    struct runs *runs = listing->gathered.runs;
    for (size_t i = 0; i < lists; i++)
        if (!runs_load_tails(store, runs, NULL, bound[i], counts[i], err))
            return false;
    for (size_t i = 0; i < listing->key_count; i++)
        if (!runs_load_tails(store, runs, NULL, &listing->keys[i].column, 1, err))
            return false;
    return runs_load_tails(store, runs, NULL, listing->columns, listing->column_count, err);
}

static bool group(struct listing *listing, const char *by, struct err *err)
{
    const struct runs *runs = listing->gathered.runs;
    struct arena *arena = &listing->gathered.arena;
    struct runs_grouping grouping;
    struct run_numbers numbers;
    if (!runs_parse_grouping(runs, arena, by, &grouping, err))
        return false;
    if (grouping.by && !runs_load_tails(listing->gathered.store, listing->gathered.runs, NULL,
                           grouping.by, 1, err))
        return false;
    if (!runs_number(
            runs, &grouping, listing->baseline, listing->now_s, arena, &numbers, err) ||
        !runs_group(runs, listing->order, listing->count, &grouping, &numbers, listing->baseline,
            listing->now_s, arena, &listing->groups, err))
        return false;
    listing->is_grouped = true;
    return run_groups_sort(runs, &listing->groups, listing->keys, listing->key_count,
               listing->baseline, listing->now_s) ||
           err_set(err, ERR_MEMORY, "out of memory");
}

/* ---- all of it ---- */

static const struct filter *parse_filter(
    struct listing *listing, const char *text, const char *option, struct err *err)
{
    const struct filter *filter = runs_parse_filter(
        listing->gathered.runs, &listing->gathered.arena, text ? text : "", err);
    if (!filter)
        err_context(err, option);
    return filter;
}

static bool find_baseline(struct listing *listing, const char *name, struct err *err)
{
    if (name)
        listing->baseline = runs_find_named(listing->gathered.runs, name, err);
    return !name || listing->baseline;
}

bool listing_prepare(struct listing *listing, const struct settings *settings, struct err *err)
{
    const struct runs *runs = listing->gathered.runs;
    struct arena *arena = &listing->gathered.arena;
    const struct filter *filters[2];
    const struct run_column *bound[2];
    size_t counts[2];
    listing->now_s = clock_wall_s();
    listing->constraint = settings->constraint;
    filters[0] = parse_filter(listing, settings->filter, "--filter", err);
    filters[1] = filters[0] ? parse_filter(listing, settings->constraint, "--where", err) : NULL;
    if (!filters[1] || !find_baseline(listing, settings->baseline, err))
        return false;
    listing->order = ARENA_ARRAY(arena, uint32_t, runs->count);
    for (size_t i = 0; i < 2; i++) {
        counts[i] = expr_name_count(filter_expr(filters[i]));
        if (!(bound[i] = runs_bind(runs, filter_expr(filters[i]), arena)) || !listing->order)
            return err_set(err, ERR_MEMORY, "out of memory");
    }
    if (settings->columns && !runs_parse_columns(runs, arena, settings->columns, listing->columns,
                                 &listing->column_count, LISTING_MOST_COLUMNS, err))
        return false;
    if (!parse_order(listing, settings, err) || !load_tails(listing, bound, counts, 2, err))
        return false;
    listing->count = runs_order_by(runs, filters[0], listing->keys, listing->key_count,
        listing->baseline, listing->now_s, listing->order);
    if ((settings->best || settings->constraint) && !rule_out(listing, filters[1], err))
        return false;
    listing->versions = versions_find(runs, listing->order, listing->count, listing->baseline);
    if (!settings->columns)
        choose_columns(listing, bound[1], counts[1]);
    return !settings->group_by || group(listing, settings->group_by, err);
}
