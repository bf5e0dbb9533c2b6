/*
 * Makes the list of the runs table: which rows and columns, in which order, and what is best.
 * Knows: the state of runs_view.h. Must not know: events, cells.
 */
#include "view/runs_view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_DEFAULTS = RUNS_MOST_COLUMNS + 2 };

/* The best of what COLUMN shows, of those that compare; NaN for none. */
static double find_best(const struct runs_state *state, const struct run_column *column,
    const struct run_row *baseline, double now_s)
{
    int sign = column->better == BETTER_HIGHER ? 1 : -1;
    double best = NAN;
    for (size_t i = 0; column->better != BETTER_NEITHER && i < state->count; i++) {
        const struct run_row *run = &state->runs->rows[state->order[i]];
        struct run_value v = run_value(run, column, baseline, now_s);
        if (v.known && v.is_number && !isnan(v.number) && !(v.number * sign <= best * sign) &&
            !versions_is_foreign(&state->versions, run, column))
            best = v.number;
    }
    return best;
}

/* The shown columns and their bests; those that were shown before are not looked for again, unless
 * what is listed is not the SAME. */
static void show_columns(struct runs_state *state, const struct session *session, bool same)
{
    struct run_column before[RUNS_VIEW_COLUMNS];
    double bests[RUNS_VIEW_COLUMNS];
    const struct run_row *baseline = session_baseline(session, state->runs);
    size_t count = same ? state->column_count : 0;
    memcpy(before, state->columns, count * sizeof *before);
    memcpy(bests, state->best, count * sizeof *bests);
    state->column_count = layout_shown(
        &state->layout, baseline != NULL, state->columns, state->entries, RUNS_VIEW_COLUMNS);
    for (size_t c = 0; c < state->column_count; c++) {
        size_t old = 0;
        while (old < count && !catalogue_same(&before[old], &state->columns[c]))
            old++;
        state->best[c] = old < count
                             ? bests[old]
                             : find_best(state, &state->columns[c], baseline, session->now_s);
    }
}

void runs_label(const struct run_column *column, char *out, size_t out_bytes)
{
    if (column->kind == RUN_COLUMN_BEST_STEP || column->kind == RUN_COLUMN_SPARK)
        catalogue_name(column, out, out_bytes);
    else
        snprintf(out, out_bytes, "%s", column->name ? column->name : column->title);
}

static size_t row_of_run(const struct runs_state *state, int64_t run)
{
    for (size_t i = 0; i < state->count; i++)
        if (state->runs->rows[state->order[i]].id == run)
            return i;
    return SIZE_MAX;
}

/* The difference stands behind the best AP and its step. */
static size_t add_delta_column(struct run_column *columns, size_t count)
{
    for (size_t i = 0; i < count && count < MOST_DEFAULTS; i++) {
        if (columns[i].kind != RUN_COLUMN_BEST_STEP)
            continue;
        memmove(&columns[i + 2], &columns[i + 1], (count - i - 1) * sizeof *columns);
        columns[i + 1] = (struct run_column){.kind = RUN_COLUMN_DELTA,
            .title = "\xce\x94"
                     "AP",
            .role = ROLE_AP,
            .better = BETTER_HIGHER};
        return count + 1;
    }
    return count;
}

void runs_resort(struct runs_state *state, const struct session *session)
{
    struct run_key keys[LAYOUT_MOST_SORTS];
    size_t count = layout_keys(&state->layout, keys);
    if (state->count)
        state->count = runs_order_by(state->runs, state->matching, keys, count,
            session_baseline(session, state->runs), state->listed_s, state->order);
    size_t row = row_of_run(state, state->cursor_run);
    if (row != SIZE_MAX)
        state->table.scroll.cursor = row;
    scroll_fit(&state->table.scroll, state->count, state->table.scroll.visible);
}

void runs_relayout(struct runs_state *state, const struct session *session)
{
    show_columns(state, session, true);
}

/* Finds the layout's columns among the runs that are listed now. */
static void meet_columns(struct runs_state *state, const struct session *session)
{
    static const struct run_column AP = {
        .kind = RUN_COLUMN_BEST, .role = ROLE_AP, .better = BETTER_HIGHER};
    struct run_column defaults[MOST_DEFAULTS];
    size_t count = state->runs->column_count;
    const struct run_row *baseline = session_baseline(session, state->runs);
    memcpy(defaults, state->runs->columns, count * sizeof *defaults);
    if (baseline)
        count = add_delta_column(defaults, count);
    if (versions_differ(&state->versions))
        count = versions_add_column(defaults, count, MOST_DEFAULTS);
    layout_meet(&state->layout, state->runs, defaults, count);
    state->best_ap = find_best(state, &AP, baseline, session->now_s);
    show_columns(state, session, false);
}

/* A shown column by its title, else any by its name; NULL for none. */
static const struct run_column *column_called(const struct runs_state *state, const char *text)
{
    char name[CATALOGUE_NAME_BYTES];
    for (size_t i = 0; i < state->column_count; i++)
        if (strcasecmp(state->columns[i].title, text) == 0)
            return &state->columns[i];
    for (size_t i = 0; i < state->runs->catalogue_count; i++) {
        catalogue_name(&state->runs->catalogue[i], name, sizeof name);
        if (strcasecmp(name, text) == 0)
            return &state->runs->catalogue[i];
    }
    return NULL;
}

/* The column of `sort NAME`, once there are columns. */
static void take_wanted_sort(struct runs_state *state, struct session *session)
{
    if (!state->wanted_sort[0] || !state->column_count)
        return;
    const struct run_column *column = column_called(state, state->wanted_sort);
    int best_first = column && column->better == BETTER_HIGHER ? -1 : 1;
    if (!column)
        session_say(session, "there is no column called %.100s", state->wanted_sort);
    else if (state->obeying || layout_sort_place(&state->layout, column) != best_first)
        layout_sort_by(&state->layout, column, false);
    state->wanted_sort[0] = '\0';
}

void runs_filter(struct runs_state *state, struct session *session)
{
    const struct run_row *baseline = session_baseline(session, state->runs);
    struct err err = {0};
    arena_done(&state->arena);
    const struct filter *filter =
        runs_parse_filter(state->runs, &state->arena, state->filter, &err);
    state->matching = filter;
    state->listed_s = session->now_s;
    state->count = 0;
    if (!filter)
        session_say(session, "filter: %s", err.text);
    snprintf(session->filter, sizeof session->filter, "%s", filter ? state->filter : "");
    uint32_t *order = realloc(state->order, (state->runs->count + 1) * sizeof *order);
    if (!order)
        return;
    state->order = order;
    state->count =
        runs_order(state->runs, filter, NULL, false, baseline, session->now_s, order);
    state->baseline = session->baseline;
    state->versions = versions_find(state->runs, order, state->count, baseline);
    meet_columns(state, session);
    take_wanted_sort(state, session);
    runs_resort(state, session);
}

void runs_follow(struct runs_state *state, struct session *session, const struct world *world)
{
    if (world->runs == state->runs && session->baseline == state->baseline)
        return;
    if (world->runs != state->runs) {
        runs_release(state->runs);
        state->runs = world->runs ? runs_share(world->runs) : NULL;
    }
    if (state->runs)
        runs_filter(state, session);
    runs_choose_follow(state);
}

const struct run_row *runs_cursor(const struct runs_state *state)
{
    size_t row = state->table.scroll.cursor;
    return state->runs && row < state->count ? &state->runs->rows[state->order[row]] : NULL;
}

size_t runs_cursor_column(const struct runs_state *state)
{
    int at = state->table.column - RUNS_MARK_COLUMNS;
    return at >= 0 && (size_t)at < state->column_count ? (size_t)at : SIZE_MAX;
}
