/*
 * The runs table: every run with its status, metrics and the parameters that differ.
 * Knows: columns of work/runs.h, the table widget. Must not know: where runs come from.
 */
#include "view/runs_view.h"

#include "work/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum action {
    OPEN = 1,
    SELECT,
    SELECT_ALL,
    SELECT_NONE,
    BASELINE,
    DIFF,
    CURVES,
    IMAGES,
    EVALUATION,
    TRADEOFF,
    IMPORTANCE,
    TABLES,
    SORT_HERE,
    SORT_LEFT,
    SORT_RIGHT,
    SORT_ALSO,
    INVERT,
    LEFT,
    RIGHT,
    MOVE_LEFT,
    MOVE_RIGHT,
    NARROWER,
    WIDER,
    FREE_WIDTH,
    FREEZE,
    HIDE,
    CHOOSE,
    COPY_CELL,
    COPY_MORE,
    TAGS,
    NOTE,
    GROUP,
    GROUP_HERE,
    OPEN_ALL,
    COMPUTE,
    FILTER,
    SEARCH,
    SEARCH_NEXT,
    SEARCH_BEFORE,
};

static const struct key_row KEYS[] = {
    {"Enter", "open the run; of a group its members", OPEN, "table", "open", 1},
    {"Space", "select or unselect the run, or the group", SELECT, "table", "select", 2},
    {"p", "compare with this run: baseline", BASELINE, "table", "baseline", 3},
    {"d", "what differs between the selected runs", DIFF, "table", "diff", 2},
    {"v", "curves of the selected runs", CURVES, "table", "curves", 2},
    {"i", "images with boxes", IMAGES, "table", "images", 2},
    {"W", "evaluation: PR curves, classes, errors, confusion", EVALUATION, "table", "evaluate", 3},
    {"t", "trade-off of two columns: AP against time", TRADEOFF, "table", "trade-off", 3},
    {"w", "which parameter made the difference, over the runs shown", IMPORTANCE, "table", NULL, 0},
    {"T", "tables of the run: files and evaluation", TABLES, "table", NULL, 0},
    {">", "sort by the next column", SORT_RIGHT, "table", "sort", 4},
    {"<", "sort by the column before", SORT_LEFT, "table", NULL, 0},
    {"s", "sort by the column under the cursor; again: invert", SORT_HERE, "table", NULL, 0},
    {"S", "then by the column under the cursor; again: invert", SORT_ALSO, "table", NULL, 0},
    {"I", "invert the order", INVERT, "table", NULL, 0},
    {"f", "filter: faster lr<1e-3 AP>=0.4; Tab completes", FILTER, "table", "filter", 3},
    {"/", "search in names", SEARCH, "table", "search", 5},
    {"n", "next match", SEARCH_NEXT, "table", NULL, 0},
    {"N", "match before", SEARCH_BEFORE, "table", NULL, 0},
    {"a", "select all that the filter shows", SELECT_ALL, "table", NULL, 0},
    {"u", "select none", SELECT_NONE, "table", NULL, 0},
    {"M", "tags of the run, or of all selected: keep paper", TAGS, "table", "tags", 6},
    {"m", "note on the run, or on all selected", NOTE, "table", "note", 6},
    {"x", "group runs that differ in the seed alone; again: not", GROUP, "table", "group", 5},
    {"X", "group by the column under the cursor; again: not", GROUP_HERE, "table", NULL, 0},
    {"z", "open or close all groups", OPEN_ALL, "table", NULL, 0},
    {"y", "copy the cell", COPY_CELL, "table", "copy", 5},
    {"Y", "copy the table or the row: TSV, CSV, Markdown, LaTeX", COPY_MORE, "table", NULL, 0},
    {"=", "a column computed from others: best(AP) / ms_per_image", COMPUTE, "columns", "compute",
        7},
    {"h Left", "to the column on the left", LEFT, "columns", NULL, 0},
    {"l Right", "to the column on the right", RIGHT, "columns", NULL, 0},
    {"c", "choose among all columns", CHOOSE, "columns", "columns", 4},
    {"-", "hide the column", HIDE, "columns", NULL, 0},
    {"[", "move the column to the left", MOVE_LEFT, "columns", NULL, 0},
    {"]", "move the column to the right", MOVE_RIGHT, "columns", NULL, 0},
    {"{", "narrower", NARROWER, "columns", NULL, 0},
    {"}", "wider", WIDER, "columns", NULL, 0},
    {"0", "as wide as it needs", FREE_WIDTH, "columns", NULL, 0},
    {"|", "keep in sight up to this column; again: the first alone", FREEZE, "columns", NULL, 0},
    {0},
};

/* ---- acting ---- */

static void sort_by(struct runs_state *state, struct session *session, size_t column, bool also)
{
    if (column >= state->column_count)
        return;
    layout_sort_by(&state->layout, &state->columns[column], also);
    runs_resort(state, session);
}

static enum view_outcome act_in_prompt(
    struct runs_state *state, struct session *session, const struct event *event)
{
    if (state->asking == RUNS_ASKING_COLUMNS) {
        runs_choose_event(state, session, event);
        return VIEW_STAYED;
    }
    if (state->asking == RUNS_ASKING_COPY) {
        if (event->kind != EVENT_KEY)
            return VIEW_IGNORED;
        state->asking = RUNS_ASKING_NOTHING;
        runs_copy_form(state, session, event);
        return VIEW_STAYED;
    }
    return runs_answer(state, session, event);
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

/* All of a group, unless all of it are selected: then none. */
static void select_line(struct runs_state *state, struct session *session)
{
    size_t count;
    const uint32_t *rows = runs_rows_at(state, state->table.scroll.cursor, &count);
    bool all = true;
    for (size_t i = 0; i < count; i++)
        all &= session_is_selected(session, state->runs->rows[rows[i]].id);
    for (size_t i = 0; i < count; i++)
        if (session_is_selected(session, state->runs->rows[rows[i]].id) == all)
            session_toggle(session, state->runs->rows[rows[i]].id);
}

/* By the name of the column under the cursor, as `:group` takes it. */
static void group_here(struct runs_state *state, struct session *session)
{
    char name[CATALOGUE_NAME_BYTES];
    size_t at = runs_cursor_column(state);
    if (at == SIZE_MAX)
        return;
    const struct layout_name *of = &state->layout.entries[state->entries[at]].of;
    bool plain = of->column.kind == RUN_COLUMN_METRIC || of->column.kind == RUN_COLUMN_PARAM ||
                 catalogue_is_computed(&of->column);
    if (plain)
        snprintf(name, sizeof name, "%s", of->name);
    else
        catalogue_name(&of->column, name, sizeof name);
    runs_group_by(state, session, strcmp(state->lines.by, name) == 0 ? "" : name);
}

static enum view_outcome act_on_run(struct runs_state *state, struct session *session,
    const struct run_row *run, int action, struct view_effect *effect)
{
    switch (action) {
    case OPEN:
        if (runs_group_at(state, state->table.scroll.cursor))
            return runs_toggle_group(state) ? VIEW_STAYED : VIEW_IGNORED;
        return open_on(&view_run, run->id, effect);
    case DIFF:
        return open_on(&view_diff, run->id, effect);
    case CURVES:
        session_list(session, state->runs, state->order, state->count);
        return open_on(&view_curves, run->id, effect);
    case IMAGES:
        return open_on(&view_images, run->id, effect);
    case EVALUATION:
        return open_on(&view_evaluation, run->id, effect);
    case TRADEOFF:
        return open_on(&view_tradeoff, run->id, effect);
    case IMPORTANCE:
        return open_on(&view_importance, run->id, effect);
    case TABLES:
        return open_on(&view_data, run->id, effect);
    case SELECT:
        select_line(state, session);
        scroll_move(&state->table.scroll, SCROLL_DOWN, runs_line_count(state));
        return VIEW_STAYED;
    case BASELINE:
        toggle_baseline(session, run);
        return VIEW_STAYED;
    case TAGS:
    case NOTE:
        runs_ask(state, session, action == TAGS ? RUNS_ASKING_TAGS : RUNS_ASKING_NOTE);
        return VIEW_STAYED;
    }
    return VIEW_IGNORED;
}

/* To the next column, but not onto the marks in front of the first. */
static void move_column(struct runs_state *state, int by)
{
    table_move_column(&state->table, by);
    if (state->table.column < RUNS_MARK_COLUMNS)
        state->table.column = RUNS_MARK_COLUMNS;
}

static enum view_outcome act_on_column(
    struct runs_state *state, struct session *session, int action)
{
    static const struct {
        int action;
        enum runs_column_act act;
    } ACTS[] = {{MOVE_LEFT, RUNS_MOVE_LEFT}, {MOVE_RIGHT, RUNS_MOVE_RIGHT},
        {NARROWER, RUNS_NARROWER}, {WIDER, RUNS_WIDER}, {FREE_WIDTH, RUNS_FREE_WIDTH},
        {FREEZE, RUNS_FREEZE}, {HIDE, RUNS_HIDE}};
    for (size_t i = 0; i < sizeof ACTS / sizeof *ACTS; i++)
        if (ACTS[i].action == action) {
            runs_act_on_column(state, session, ACTS[i].act);
            return VIEW_STAYED;
        }
    switch (action) {
    case LEFT:
    case RIGHT:
        move_column(state, action == LEFT ? -1 : 1);
        return VIEW_STAYED;
    case SORT_LEFT:
    case SORT_RIGHT:
        move_column(state, action == SORT_LEFT ? -1 : 1);
        sort_by(state, session, runs_cursor_column(state), false);
        return VIEW_STAYED;
    case SORT_HERE:
    case SORT_ALSO:
        sort_by(state, session, runs_cursor_column(state), action == SORT_ALSO);
        return VIEW_STAYED;
    case INVERT:
        for (size_t i = 0; i < state->layout.sort_count; i++)
            state->layout.sorts[i].descending = !state->layout.sorts[i].descending;
        runs_resort(state, session);
        return VIEW_STAYED;
    case CHOOSE:
        runs_choose_begin(state);
        return VIEW_STAYED;
    case COMPUTE:
        runs_ask(state, session, RUNS_ASKING_COMPUTE);
        return VIEW_STAYED;
    case GROUP_HERE:
        group_here(state, session);
        return VIEW_STAYED;
    case COPY_CELL:
        runs_copy_cell(state, session);
        return VIEW_STAYED;
    case COPY_MORE:
        state->asking = RUNS_ASKING_COPY;
        return VIEW_STAYED;
    }
    return VIEW_IGNORED;
}

static enum view_outcome act_on_table(struct runs_state *state, struct session *session, int action)
{
    switch (action) {
    case FILTER:
    case SEARCH:
        runs_ask(state, session, action == FILTER ? RUNS_ASKING_FILTER : RUNS_ASKING_SEARCH);
        return VIEW_STAYED;
    case GROUP:
        runs_group_by(state, session, state->lines.by[0] ? "" : "seed");
        return VIEW_STAYED;
    case OPEN_ALL:
        if (!state->lines.grouped)
            session_say(session, "there are no groups: x groups by seed, X by the column");
        runs_toggle_all(state);
        return VIEW_STAYED;
    case SEARCH_NEXT:
    case SEARCH_BEFORE:
        runs_search(state, session, action == SEARCH_NEXT ? 1 : -1);
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
        scroll_wheel(&state->table.scroll, event->wheel_rows * 3, runs_line_count(state));
        return VIEW_STAYED;
    }
    if (state->dragged >= 0 && event->action == MOUSE_DRAG) {
        int left = state->table.left[state->dragged + RUNS_MARK_COLUMNS];
        int cols = event->col - left;
        if (left)
            runs_set_width(state, session, (size_t)state->dragged, cols > 1 ? cols : 1);
        return VIEW_STAYED;
    }
    state->dragged = -1;
    if (event->action != MOUSE_PRESS || event->button != 1)
        return VIEW_IGNORED;
    struct table_hit hit = table_at(&state->table, event->row, event->col);
    if (hit.part == TABLE_HEADER && hit.column >= RUNS_MARK_COLUMNS) {
        state->table.column = hit.column;
        sort_by(state, session, runs_cursor_column(state), false);
    } else if (hit.part == TABLE_HEADER) {
        state->dragged = table_border_at(&state->table, event->row, event->col) - RUNS_MARK_COLUMNS;
    } else if (hit.part == TABLE_ROW) {
        bool again = state->table.scroll.cursor == hit.row;
        state->table.scroll.cursor = hit.row;
        if (hit.column >= RUNS_MARK_COLUMNS)
            state->table.column = hit.column;
        if (again && runs_group_at(state, hit.row))
            runs_toggle_group(state);
        else if (again && runs_cursor(state))
            return open_on(&view_run, runs_cursor(state)->id, effect);
    }
    return VIEW_STAYED;
}

static enum view_outcome act_on_event(struct runs_state *state, struct session *session,
    const struct event *event, struct view_effect *effect)
{
    if (state->asking)
        return act_in_prompt(state, session, event);
    int move = view_movement(event);
    if (event->kind == EVENT_MOUSE)
        return act_by_mouse(state, session, event, effect);
    if (move >= 0) {
        scroll_move(&state->table.scroll, (enum scroll_move)move, runs_line_count(state));
        return VIEW_STAYED;
    }
    enum view_outcome outcome = VIEW_IGNORED;
    int action = key_rows_find(KEYS, event);
    const struct run_row *run = runs_cursor(state);
    if (action && run)
        outcome = act_on_run(state, session, run, action, effect);
    if (action && outcome == VIEW_IGNORED)
        outcome = act_on_table(state, session, action);
    if (action && outcome == VIEW_IGNORED)
        outcome = act_on_column(state, session, action);
    return outcome;
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct runs_state *state = self;
    runs_follow(state, session, world);
    if (!state->runs)
        return VIEW_IGNORED;
    bool typing = state->asking != RUNS_ASKING_NOTHING;
    enum view_outcome outcome = act_on_event(state, session, event, effect);
    runs_follow(state, session, world); /* a new baseline has its column at once */
    if (!typing)                        /* a filter that is changed again finds the run again */
        runs_remember_cursor(state, session);
    runs_keep_settings(state, session);
    return outcome;
}

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    struct runs_state *state = self;
    state->cursor_run = run;
    state->dragged = -1;
    state->table.column = RUNS_MARK_COLUMNS;
    layout_init(&state->layout);
    /* The best on top, where there is an AP. */
    layout_sort_by(&state->layout,
        &(struct run_column){
            .kind = RUN_COLUMN_BEST, .role = ROLE_AP, .better = BETTER_HIGHER, .title = "AP"},
        false);
    runs_read_settings(state, world->settings);
    for (int i = 0; i < RUNS_PANELS; i++) {
        state->panels[i] = calloc(1, runs_panel_views[i]->state_bytes);
        if (state->panels[i])
            runs_panel_views[i]->start(state->panels[i], session, world, 0);
    }
}

/* Means of last points in a column, in what it is sorted or grouped by, in the filter. */
static void want_means(const struct runs_state *state, struct wants *out)
{
    struct run_key keys[LAYOUT_MOST_SORTS];
    struct arena arena = {0};
    struct buf list;
    size_t count = layout_keys(&state->layout, keys);
    const struct expr *filter = state->matching ? filter_expr(state->matching) : NULL;
    const struct run_column *bound = filter ? runs_bind(state->runs, filter, &arena) : NULL;
    buf_init(&list, sizeof out->tails - 1);
    runs_list_tails(state->columns, state->column_count, &list);
    for (size_t i = 0; i < count; i++)
        runs_list_tails(&keys[i].column, 1, &list);
    if (bound)
        runs_list_tails(bound, expr_name_count(filter), &list);
    if (state->lines.grouped && state->lines.how.by)
        runs_list_tails(state->lines.how.by, 1, &list);
    if (list.length && !list.failed)
        memcpy(out->tails, list.data, list.length + 1);
    buf_done(&list);
    arena_done(&arena);
}

/* How sure the differences in the table are: those of the selected runs, which a diff would show;
 * without a selection those of the first in the list. */
static void want_deltas(
    const struct runs_state *state, const struct session *session, struct wants *out)
{
    const struct run_row *runs[COMPARE_MOST_RUNS],
        *baseline = session_baseline(session, state->runs);
    bool shown = false;
    for (size_t i = 0; i < state->column_count; i++)
        shown |= run_column_is_delta(&state->columns[i]);
    if (!shown || !baseline || !baseline->prediction_count)
        return;
    size_t count = 1;
    runs[0] = baseline;
    if (session->selected_count)
        count = session_runs(session, state->runs, 0, runs, COMPARE_MOST_RUNS);
    else
        for (size_t i = 0; i < state->count && count < DELTAS_MOST_RUNS; i++) {
            const struct run_row *run = &state->runs->rows[state->order[i]];
            if (run != baseline && run->prediction_count)
                runs[count++] = run;
        }
    out->deltas = deltas_want_of(runs, count);
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *wants_out)
{
    struct runs_state *state = self;
    struct session seen = *session; /* arranging may want to say something; not from here */
    runs_follow(state, &seen, world);
    struct rect place = {0, 0, session->rows, session->cols};
    want_means(state, wants_out);
    want_deltas(state, session, wants_out);
    for (int i = 0; i < RUNS_PANELS; i++)
        if (runs_has_below(session, place) && state->panels[i] && runs_panel_views[i]->wants &&
            runs_panel_views[i] != &view_diff) /* intervals: see want_deltas() */
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
    runs_lines_done(&state->lines);
    arena_done(&state->completion.arena);
    layout_done(&state->layout);
    arena_done(&state->arena);
    free(state->choice.items);
    free(state->kept);
    free(state->order);
}

static bool is_typing(const void *self)
{
    return ((const struct runs_state *)self)->asking != RUNS_ASKING_NOTHING;
}

/* What can wait until there are runs. */
static bool obey_later(struct runs_state *state, const char *word, const char *rest)
{
    if (strcmp(word, "filter") == 0)
        snprintf(state->filter, sizeof state->filter, "%s", rest);
    else if (strcmp(word, "sort") == 0)
        snprintf(state->wanted_sort, sizeof state->wanted_sort, "%s", rest);
    else if (strcmp(word, "group") == 0)
        snprintf(state->lines.by, sizeof state->lines.by, "%s", rest);
    else
        return false;
    return true;
}

static bool obey_now(
    struct runs_state *state, struct session *session, const char *word, const char *rest)
{
    struct err err = {0};
    size_t entry;
    if (strcmp(word, "group") == 0) {
        runs_group_by(state, session, rest);
    } else if (strcmp(word, "best") == 0) {
        runs_rank(state, session, rest);
    } else if (strcmp(word, "compute") == 0) {
        if (runs_compute(state, rest, &entry, &err))
            runs_filter(state, session);
        else
            session_say(session, "%s", err.text);
    } else if (strcmp(word, "filter") == 0) {
        runs_set_filter(state, session, rest);
    } else if (obey_later(state, word, rest)) {
        state->obeying = true;
        runs_filter(state, session);
        state->obeying = false;
    } else {
        return false;
    }
    return true;
}

static bool obey(void *self, struct session *session, const struct world *world, const char *word,
    const char *rest)
{
    struct runs_state *state = self;
    bool known = !state->runs && obey_later(state, word, rest);
    runs_follow(state, session, world);
    if (!known && state->runs)
        known = obey_now(state, session, word, rest);
    if (known && state->runs)
        runs_keep_settings(state, session);
    return known;
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
    .obey = obey,
};
