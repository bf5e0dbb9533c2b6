/*
 * The runs table: every run with its status, metrics and the parameters that differ.
 * Knows: columns of work/runs.h, the table widget. Must not know: where runs come from.
 */
#include "view/runs_view.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum action {
    OPEN = 1,
    SELECT,
    SELECT_ALL,
    SELECT_NONE,
    BASELINE,
    DIFF,
    CURVES,
    IMAGES,
    TRADEOFF,
    SORT_HERE,
    SORT_LEFT,
    SORT_RIGHT,
    INVERT,
    LEFT,
    RIGHT,
    FILTER,
    SEARCH,
    SEARCH_NEXT,
    SEARCH_BEFORE,
};

static const struct key_row KEYS[] = {
    {"Enter", "open the run", OPEN, "table", "open", 1},
    {"Space", "select or unselect the run", SELECT, "table", "select", 2},
    {"p", "compare with this run: baseline", BASELINE, "table", "baseline", 3},
    {"d", "what differs between the selected runs", DIFF, "table", "diff", 2},
    {"v", "curves of the selected runs", CURVES, "table", "curves", 2},
    {"i", "images with boxes", IMAGES, "table", "images", 2},
    {"t", "trade-off of two columns: AP against time", TRADEOFF, "table", "trade-off", 3},
    {">", "sort by the next column", SORT_RIGHT, "table", "sort", 4},
    {"<", "sort by the column before", SORT_LEFT, "table", NULL, 0},
    {"s", "sort by the column under the cursor; again: invert", SORT_HERE, "table", NULL, 0},
    {"I", "invert the order", INVERT, "table", NULL, 0},
    {"h Left", "column to the left", LEFT, "table", NULL, 0},
    {"l Right", "column to the right", RIGHT, "table", NULL, 0},
    {"f", "filter: faster lr<1e-3 AP>=0.4 status=failed", FILTER, "table", "filter", 3},
    {"/", "search in names", SEARCH, "table", "search", 5},
    {"n", "next match", SEARCH_NEXT, "table", NULL, 0},
    {"N", "match before", SEARCH_BEFORE, "table", NULL, 0},
    {"a", "select all that the filter shows", SELECT_ALL, "table", NULL, 0},
    {"u", "select none", SELECT_NONE, "table", NULL, 0},
    {0},
};

/* ---- the list ---- */

const struct run_column *runs_sort_column(const struct runs_state *state)
{
    for (size_t i = 0; state->sorted && i < state->column_count; i++)
        if (state->columns[i].kind == state->sort_kind &&
            strcmp(state->columns[i].title, state->sort_name) == 0)
            return &state->columns[i];
    return NULL;
}

static void find_bests(struct runs_state *state, const struct run_row *baseline, double now_s)
{
    for (size_t c = 0; c < state->column_count; c++) {
        const struct run_column *column = &state->columns[c];
        int sign = column->better == BETTER_HIGHER ? 1 : -1;
        state->best[c] = NAN;
        if (column->better == BETTER_NEITHER)
            continue;
        for (size_t i = 0; i < state->count; i++) {
            const struct run_row *run = &state->runs->rows[state->order[i]];
            struct run_value v = run_value(run, column, baseline, now_s);
            if (versions_is_foreign(&state->versions, run, column))
                continue;
            if (v.known && v.is_number && !(v.number * sign <= state->best[c] * sign))
                state->best[c] = isnan(v.number) ? state->best[c] : v.number;
        }
    }
}

static size_t row_of_run(const struct runs_state *state, int64_t run)
{
    for (size_t i = 0; i < state->count; i++)
        if (state->runs->rows[state->order[i]].id == run)
            return i;
    return SIZE_MAX;
}

static void add_delta_column(struct runs_state *state)
{
    for (size_t i = 0; i < state->column_count && state->column_count < RUNS_VIEW_COLUMNS; i++) {
        const struct run_column *column = &state->columns[i];
        if (column->kind != RUN_COLUMN_BEST_STEP)
            continue;
        memmove(&state->columns[i + 2], &state->columns[i + 1],
            (state->column_count - i - 1) * sizeof *column);
        state->columns[i + 1] = (struct run_column){.kind = RUN_COLUMN_DELTA,
            .title = "\xce\x94"
                     "AP",
            .role = ROLE_AP,
            .better = BETTER_HIGHER};
        state->column_count++;
        return;
    }
}

static void arrange(struct runs_state *state, struct session *session)
{
    const struct run_row *baseline = session_baseline(session, state->runs);
    struct err err = {0};
    arena_done(&state->arena);
    state->column_count = state->runs->column_count;
    memcpy(state->columns, state->runs->columns, state->column_count * sizeof *state->columns);
    if (baseline)
        add_delta_column(state);
    const struct filter *filter = filter_parse(&state->arena, state->filter, &err);
    if (!filter)
        session_say(session, "filter: %s", err.text);
    snprintf(session->filter, sizeof session->filter, "%s", filter ? state->filter : "");
    uint32_t *order = realloc(state->order, (state->runs->count + 1) * sizeof *order);
    if (!order)
        return;
    state->order = order;
    state->count = runs_order(state->runs, filter, runs_sort_column(state), state->descending,
        baseline, session->now_s, order);
    state->baseline = session->baseline;
    state->versions = versions_find(state->runs, order, state->count, baseline);
    if (versions_differ(&state->versions))
        state->column_count =
            versions_add_column(state->columns, state->column_count, RUNS_VIEW_COLUMNS);
    find_bests(state, baseline, session->now_s);
    size_t row = row_of_run(state, state->cursor_run);
    if (row != SIZE_MAX)
        state->table.scroll.cursor = row;
    scroll_fit(&state->table.scroll, state->count, state->table.scroll.visible);
}

static void follow(struct runs_state *state, struct session *session, const struct world *world)
{
    if (world->runs == state->runs && session->baseline == state->baseline)
        return;
    if (world->runs != state->runs) {
        runs_release(state->runs);
        state->runs = world->runs ? runs_share(world->runs) : NULL;
    }
    if (state->runs)
        arrange(state, session);
}

static const struct run_row *cursor_run(const struct runs_state *state)
{
    size_t row = state->table.scroll.cursor;
    return state->runs && row < state->count ? &state->runs->rows[state->order[row]] : NULL;
}

/* ---- acting ---- */

static void remember_cursor(struct runs_state *state)
{
    const struct run_row *run = cursor_run(state);
    state->cursor_run = run ? run->id : 0;
}

static void sort_by(struct runs_state *state, struct session *session, int column)
{
    if (column < RUNS_MARK_COLUMNS || (size_t)column > state->column_count)
        return;
    const struct run_column *chosen = &state->columns[column - RUNS_MARK_COLUMNS];
    if (chosen == runs_sort_column(state))
        state->descending = !state->descending; /* again: the other way round */
    else
        state->descending = chosen->better == BETTER_HIGHER;
    state->sorted = true;
    state->sort_kind = chosen->kind;
    snprintf(state->sort_name, sizeof state->sort_name, "%s", chosen->title);
    arrange(state, session);
}

/* By its path, by what is shown instead, or by its title or id. */
static bool is_called(const struct run_row *run, const char *text)
{
    return text_contains(run->name, text) || text_contains(run->shown, text) ||
           (run->title && text_contains(run->title, text)) ||
           (run->label_id && text_contains(run->label_id, text));
}

static void search(struct runs_state *state, struct session *session, int direction)
{
    for (size_t i = 1; state->search[0] && i <= state->count; i++) {
        size_t step = direction > 0 ? i : state->count - i;
        size_t row = (state->table.scroll.cursor + step) % state->count;
        if (is_called(&state->runs->rows[state->order[row]], state->search)) {
            state->table.scroll.cursor = row;
            return;
        }
    }
    session_say(session, "no name holds \"%.100s\"", state->search);
}

static enum view_outcome act_in_prompt(
    struct runs_state *state, struct session *session, const struct event *event)
{
    enum prompt_answer answer = prompt_event(&state->prompt, event);
    if (answer == PROMPT_IGNORED)
        return event->kind == EVENT_KEY ? VIEW_STAYED : VIEW_IGNORED;
    if (state->asking == RUNS_ASKING_FILTER &&
        (answer == PROMPT_EDITED || answer == PROMPT_CANCELLED)) {
        memcpy(state->filter, answer == PROMPT_EDITED ? state->prompt.text : "",
            answer == PROMPT_EDITED ? state->prompt.length + 1 : 1);
        arrange(state, session); /* the table follows every key */
        session->message[0] = '\0';
    }
    if (answer == PROMPT_ACCEPTED && state->asking == RUNS_ASKING_FILTER)
        arrange(state, session); /* says what is wrong with it */
    if (answer == PROMPT_ACCEPTED && state->asking == RUNS_ASKING_SEARCH) {
        memcpy(state->search, state->prompt.text, state->prompt.length + 1);
        search(state, session, 1);
    }
    if (answer == PROMPT_ACCEPTED || answer == PROMPT_CANCELLED)
        state->asking = RUNS_ASKING_NOTHING;
    return VIEW_STAYED;
}

static enum view_outcome open_on(const struct view *view, int64_t run, struct view_effect *effect)
{
    *effect = (struct view_effect){view, run};
    return VIEW_OPENED;
}

static void toggle_baseline(struct session *session, const struct run_row *run)
{
    session->baseline = session->baseline == run->id ? 0 : run->id;
    if (session->baseline)
        session_say(session, "baseline: %.120s", run->shown);
}

static enum view_outcome act_on_run(struct runs_state *state, struct session *session,
    const struct run_row *run, int action, struct view_effect *effect)
{
    switch (action) {
    case OPEN:
        return open_on(&view_run, run->id, effect);
    case DIFF:
        return open_on(&view_diff, run->id, effect);
    case CURVES:
        return open_on(&view_curves, run->id, effect);
    case IMAGES:
        return open_on(&view_images, run->id, effect);
    case TRADEOFF:
        return open_on(&view_tradeoff, run->id, effect);
    case SELECT:
        session_toggle(session, run->id);
        scroll_move(&state->table.scroll, SCROLL_DOWN, state->count);
        return VIEW_STAYED;
    case BASELINE:
        toggle_baseline(session, run);
        return VIEW_STAYED;
    }
    return VIEW_IGNORED;
}

static enum view_outcome act_on_table(struct runs_state *state, struct session *session, int action)
{
    switch (action) {
    case LEFT:
    case RIGHT:
        table_move_column(&state->table, action == LEFT ? -1 : 1);
        return VIEW_STAYED;
    case SORT_LEFT:
    case SORT_RIGHT:
        table_move_column(&state->table, action == SORT_LEFT ? -1 : 1);
        sort_by(state, session, state->table.column);
        return VIEW_STAYED;
    case SORT_HERE:
        sort_by(state, session, state->table.column);
        return VIEW_STAYED;
    case INVERT:
        state->descending = !state->descending;
        arrange(state, session);
        return VIEW_STAYED;
    case FILTER:
    case SEARCH:
        state->asking = action == FILTER ? RUNS_ASKING_FILTER : RUNS_ASKING_SEARCH;
        prompt_set(&state->prompt, action == FILTER ? state->filter : "");
        return VIEW_STAYED;
    case SEARCH_NEXT:
    case SEARCH_BEFORE:
        search(state, session, action == SEARCH_NEXT ? 1 : -1);
        return VIEW_STAYED;
    case SELECT_ALL:
        for (size_t i = 0; i < state->count; i++)
            if (!session_is_selected(session, state->runs->rows[state->order[i]].id))
                session_toggle(session, state->runs->rows[state->order[i]].id);
        return VIEW_STAYED;
    case SELECT_NONE:
        session_select_none(session);
        return VIEW_STAYED;
    }
    return VIEW_IGNORED;
}

static enum view_outcome act_by_mouse(struct runs_state *state, struct session *session,
    const struct event *event, struct view_effect *effect)
{
    if (event->action == MOUSE_WHEEL) {
        scroll_wheel(&state->table.scroll, event->wheel_rows * 3, state->count);
        return VIEW_STAYED;
    }
    if (event->action != MOUSE_PRESS || event->button != 1)
        return VIEW_IGNORED;
    struct table_hit hit = table_at(&state->table, event->row, event->col);
    if (hit.part == TABLE_HEADER && hit.column >= 0) {
        sort_by(state, session, hit.column);
    } else if (hit.part == TABLE_ROW) {
        bool again = state->table.scroll.cursor == hit.row;
        state->table.scroll.cursor = hit.row;
        if (again && cursor_run(state))
            return open_on(&view_run, cursor_run(state)->id, effect);
    }
    return VIEW_STAYED;
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct runs_state *state = self;
    follow(state, session, world);
    if (state->asking)
        return act_in_prompt(state, session, event);
    if (!state->runs)
        return VIEW_IGNORED;
    enum view_outcome outcome = VIEW_IGNORED;
    int move = view_movement(event);
    if (event->kind == EVENT_MOUSE)
        outcome = act_by_mouse(state, session, event, effect);
    else if (move >= 0) {
        scroll_move(&state->table.scroll, (enum scroll_move)move, state->count);
        outcome = VIEW_STAYED;
    } else {
        int action = key_rows_find(KEYS, event);
        const struct run_row *run = cursor_run(state);
        if (action && run)
            outcome = act_on_run(state, session, run, action, effect);
        if (action && outcome == VIEW_IGNORED)
            outcome = act_on_table(state, session, action);
    }
    follow(state, session, world); /* a new baseline has its column at once */
    remember_cursor(state);
    return outcome;
}

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    struct runs_state *state = self;
    state->cursor_run = run;
    state->sorted = true; /* the best on top, where there is an AP */
    state->descending = true;
    state->sort_kind = RUN_COLUMN_BEST;
    snprintf(state->sort_name, sizeof state->sort_name, "AP");
    for (int i = 0; i < RUNS_PANELS; i++) {
        state->panels[i] = calloc(1, runs_panel_views[i]->state_bytes);
        if (state->panels[i])
            runs_panel_views[i]->start(state->panels[i], session, world, 0);
    }
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *wants_out)
{
    struct runs_state *state = self;
    struct session seen = *session; /* arranging may want to say something; not from here */
    follow(state, &seen, world);
    struct rect place = {0, 0, session->rows, session->cols};
    for (int i = 0; i < RUNS_PANELS; i++)
        if (runs_has_below(session, place) && state->panels[i] && runs_panel_views[i]->wants)
            runs_panel_views[i]->wants(state->panels[i], session, world, wants_out);
}

static void stop(void *self)
{
    struct runs_state *state = self;
    for (int i = 0; i < RUNS_PANELS; i++) {
        if (state->panels[i] && runs_panel_views[i]->stop)
            runs_panel_views[i]->stop(state->panels[i]);
        free(state->panels[i]);
    }
    runs_release(state->runs);
    arena_done(&state->arena);
    free(state->order);
}

static bool is_typing(const void *self)
{
    return ((const struct runs_state *)self)->asking != RUNS_ASKING_NOTHING;
}

const struct view view_runs = {
    .name = "runs",
    .title = "Runs",
    .keys = KEYS,
    .state_bytes = sizeof(struct runs_state),
    .start = start,
    .stop = stop,
    .wants = wants,
    .draw = runs_draw,
    .act = act,
    .is_typing = is_typing,
};
