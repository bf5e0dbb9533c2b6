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

static const struct run_column BEST_AP = {
    .kind = RUN_COLUMN_BEST, .role = ROLE_AP, .better = BETTER_HIGHER};

/* A column of which the best is sought. */
struct quest {
    const struct run_column *column;
    struct runs_best *best;
};

static void consider(const struct runs_state *state, size_t line, const struct quest *quest,
    const struct run_row *baseline, double now_s)
{
    struct run_spread spread;
    int sign = quest->column->better == BETTER_HIGHER ? 1 : -1;
    double *best = &quest->best->value;
    struct run_value v = runs_value_at(state, line, quest->column, baseline, now_s, &spread);
    if (v.known && v.is_number && !isnan(v.number) && !(v.number * sign <= *best * sign) &&
        runs_compares_at(state, line, quest->column))
        *best = v.number;
}

static size_t add_quest(
    struct quest *quests, size_t count, const struct run_column *column, struct runs_best *best)
{
    if (best->known || !(best->asked || best->asked_before))
        return count;
    *best = (struct runs_best){.known = true, .asked = best->asked, .value = NAN};
    if (column->better == BETTER_NEITHER)
        return count;
    quests[count] = (struct quest){column, best};
    return count + 1;
}

/* The bests of what columns show, of those runs that compare, groups by what they show; NaN for
 * none. Of all columns that somebody looks at in one walk, while a run is at hand. */
static void find_bests(struct runs_state *state, const struct session *session)
{
    const struct run_row *baseline = session_baseline(session, state->runs);
    struct quest quests[RUNS_VIEW_COLUMNS + 1];
    size_t count = add_quest(quests, 0, &BEST_AP, &state->best_ap);
    for (size_t c = 0; c < state->column_count; c++)
        count = add_quest(quests, count, &state->columns[c], &state->best[c]);
    for (size_t line = 0; count && line < runs_line_count(state); line++)
        for (size_t i = 0; i < count && !runs_is_member(state, line); i++)
            consider(state, line, &quests[i], baseline, session->now_s);
}

static void forget(struct runs_best *best)
{
    if (best->known)
        *best = (struct runs_best){.asked_before = best->asked};
}

void runs_forget_bests(struct runs_state *state)
{
    forget(&state->best_ap);
    for (size_t c = 0; c < RUNS_VIEW_COLUMNS; c++)
        forget(&state->best[c]);
}

static double look_up_best(
    struct runs_state *state, const struct session *session, struct runs_best *best)
{
    best->asked = true;
    if (!best->known)
        find_bests(state, session);
    return best->value;
}

double runs_best(struct runs_state *state, const struct session *session, size_t at)
{
    return look_up_best(state, session, &state->best[at]);
}

double runs_best_ap(struct runs_state *state, const struct session *session)
{
    for (size_t c = 0; c < state->column_count; c++)
        if (catalogue_same(&state->columns[c], &BEST_AP))
            return runs_best(state, session, c);
    return look_up_best(state, session, &state->best_ap);
}

static void show_columns(struct runs_state *state, const struct session *session)
{
    bool deltas = session_baseline(session, state->runs) != NULL;
    state->column_count =
        layout_shown(&state->layout, deltas, state->columns, state->entries, RUNS_VIEW_COLUMNS);
}

/* Columns that were shown before keep their bests. */
void runs_relayout(struct runs_state *state, const struct session *session)
{
    struct run_column before[RUNS_VIEW_COLUMNS];
    struct runs_best bests[RUNS_VIEW_COLUMNS];
    size_t count = state->column_count;
    memcpy(before, state->columns, count * sizeof *before);
    memcpy(bests, state->best, count * sizeof *bests);
    show_columns(state, session);
    for (size_t c = 0; c < state->column_count; c++) {
        size_t old = 0;
        while (old < count && !catalogue_same(&before[old], &state->columns[c]))
            old++;
        state->best[c] = old < count ? bests[old] : (struct runs_best){.known = false};
    }
}

void runs_label(const struct run_column *column, char *out, size_t out_bytes)
{
    if (column->kind == RUN_COLUMN_BEST_STEP || column->kind == RUN_COLUMN_SPARK)
        catalogue_name(column, out, out_bytes);
    else
        snprintf(out, out_bytes, "%s",
            column->name && !catalogue_is_computed(column) ? column->name : column->title);
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

void runs_restore_cursor(struct runs_state *state)
{
    size_t line = runs_find_line(state);
    if (line != SIZE_MAX)
        state->table.scroll.cursor = line;
    scroll_fit(&state->table.scroll, runs_line_count(state), state->table.scroll.visible);
}

void runs_resort(struct runs_state *state, const struct session *session)
{
    struct run_key keys[LAYOUT_MOST_SORTS];
    size_t count = layout_keys(&state->layout, keys);
    if (state->count)
        runs_sort(state->runs, keys, count, session_baseline(session, state->runs),
            state->listed_s, state->order, state->count);
    runs_make_lines(state, session);
    runs_restore_cursor(state);
}

/* Finds the layout's columns among the runs that are listed now. */
static void meet_columns(struct runs_state *state, const struct session *session)
{
    struct run_column defaults[MOST_DEFAULTS];
    size_t count = state->runs->column_count;
    memcpy(defaults, state->runs->columns, count * sizeof *defaults);
    if (session_baseline(session, state->runs))
        count = add_delta_column(defaults, count);
    if (versions_differ(&state->versions))
        count = versions_add_column(defaults, count, MOST_DEFAULTS);
    layout_meet(&state->layout, state->runs, defaults, count);
    show_columns(state, session);
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

/* What is typed, or while that means nothing the last that did; NULL: every run. */
static const struct filter *parse_filter(struct runs_state *state, struct session *session)
{
    struct err err = {0};
    const struct filter *filter =
        runs_parse_filter(state->runs, &state->arena, state->filter, &err);
    if (filter) {
        memcpy(state->good, state->filter, sizeof state->good);
        return filter;
    }
    session_say(session, "filter: %s", err.text);
    filter = runs_parse_filter(state->runs, &state->arena, state->good, NULL);
    if (!filter)
        state->good[0] = '\0';
    return filter;
}

void runs_filter(struct runs_state *state, struct session *session)
{
    const struct run_row *baseline = session_baseline(session, state->runs);
    uint32_t *order = realloc(state->order, (state->runs->count + 1) * sizeof *order);
    state->count = 0;
    state->lines.grouped = false; /* its rows may be those of an older snapshot */
    if (!order)
        return;
    state->order = order;
    arena_done(&state->arena);
    state->matching = parse_filter(state, session);
    state->listed_s = session->now_s;
    snprintf(session->filter, sizeof session->filter, "%s", state->good);
    state->count =
        runs_order(state->runs, state->matching, NULL, false, baseline, session->now_s, order);
    state->baseline = session->baseline;
    state->versions = versions_find(state->runs, order, state->count, baseline);
    meet_columns(state, session);
    take_wanted_sort(state, session);
    runs_resort(state, session);
    runs_forget_bests(state);
}

bool runs_set_filter(struct runs_state *state, struct session *session, const char *text)
{
    struct arena arena = {0};
    struct err err = {0};
    bool ok = runs_parse_filter(state->runs, &arena, text, &err) != NULL;
    arena_done(&arena);
    if (ok) {
        snprintf(state->filter, sizeof state->filter, "%s", text);
        runs_filter(state, session);
    } else
        session_say(session, "filter: %s", err.text);
    return ok;
}

/* Behind the column under the cursor. */
bool runs_compute(struct runs_state *state, const char *text, size_t *entry, struct err *err)
{
    size_t at = runs_cursor_column(state);
    at = at == SIZE_MAX ? state->layout.count : (size_t)state->entries[at] + 1;
    return layout_compute(&state->layout, state->runs, text, at, entry, err);
}

void runs_follow(struct runs_state *state, struct session *session, const struct world *world)
{
    if (world->runs == state->runs && session->baseline == state->baseline)
        return;
    runs_lines_forget(&state->lines);
    if (world->runs != state->runs) {
        runs_release(state->runs);
        state->runs = world->runs ? runs_share(world->runs) : NULL;
    }
    if (state->runs)
        runs_filter(state, session);
    runs_choose_follow(state);
}

size_t runs_cursor_column(const struct runs_state *state)
{
    int at = state->table.column - RUNS_MARK_COLUMNS;
    return at >= 0 && (size_t)at < state->column_count ? (size_t)at : SIZE_MAX;
}
