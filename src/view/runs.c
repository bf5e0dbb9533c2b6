/*
 * The runs table: every run with its status, metrics and the parameters that differ.
 * Knows: columns of work/runs.h, the table widget. Must not know: where runs come from.
 */
#include "view/view.h"

#include "base/text.h"
#include "screen/prompt.h"
#include "screen/spark.h"
#include "screen/statusline.h"
#include "screen/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_COLUMNS = RUNS_MOST_COLUMNS + 1,
    GUTTER_COLUMNS = 1,
    FROZEN_COLUMNS = 2,
    SPARK_COLS = 8
};
/* With room to spare, the chosen runs' diff and curves stand below the table. */
enum {
    BELOW_LEAST_ROWS = 28,
    BELOW_ROWS = 13,
    BELOW_MOST_ROWS = 24,
    BELOW_LEAST_COLS = 100,
    PANELS = 2
};

enum action {
    OPEN = 1,
    SELECT,
    SELECT_ALL,
    SELECT_NONE,
    BASELINE,
    DIFF,
    CURVES,
    IMAGES,
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
    {">", "sort by the next column", SORT_RIGHT, "table", "sort", 4},
    {"<", "sort by the column before", SORT_LEFT, "table", NULL, 0},
    {"s", "sort by the column under the cursor; again: the other way round", SORT_HERE, "table",
        NULL, 0},
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

enum asking { ASKING_NOTHING, ASKING_FILTER, ASKING_SEARCH };

struct state {
    struct table table;
    /* What is listed: made anew when the snapshot, the filter or the order changes. */
    struct runs *runs;  /* a reference */
    struct arena arena; /* the filter */
    struct run_column columns[MOST_COLUMNS];
    size_t column_count;
    double best[MOST_COLUMNS]; /* the best value of a column, NaN for none */
    uint32_t *order;
    size_t count;
    int64_t baseline; /* that the order was made with */
    char sort_name[256];
    enum run_column_kind sort_kind;
    bool descending, sorted;
    char filter[PROMPT_BYTES], search[PROMPT_BYTES];
    enum asking asking;
    struct prompt prompt;
    int64_t cursor_run;
    void *panels[PANELS]; /* states of the views below the table */
};

static const struct view *const PANEL_VIEWS[PANELS] = {&view_diff, &view_curves};

/* ---- the list ---- */

static const struct run_column *sort_column(const struct state *state)
{
    for (size_t i = 0; state->sorted && i < state->column_count; i++)
        if (state->columns[i].kind == state->sort_kind &&
            strcmp(state->columns[i].title, state->sort_name) == 0)
            return &state->columns[i];
    return NULL;
}

static void find_bests(struct state *state, const struct run_row *baseline, double now_s)
{
    for (size_t c = 0; c < state->column_count; c++) {
        const struct run_column *column = &state->columns[c];
        int sign = column->better == BETTER_HIGHER ? 1 : -1;
        state->best[c] = NAN;
        if (column->better == BETTER_NEITHER)
            continue;
        for (size_t i = 0; i < state->count; i++) {
            struct run_value v =
                run_value(&state->runs->rows[state->order[i]], column, baseline, now_s);
            if (v.known && v.is_number && !(v.number * sign <= state->best[c] * sign))
                state->best[c] = isnan(v.number) ? state->best[c] : v.number;
        }
    }
}

static size_t row_of_run(const struct state *state, int64_t run)
{
    for (size_t i = 0; i < state->count; i++)
        if (state->runs->rows[state->order[i]].id == run)
            return i;
    return SIZE_MAX;
}

static void add_delta_column(struct state *state)
{
    for (size_t i = 0; i < state->column_count && state->column_count < MOST_COLUMNS; i++) {
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

static void arrange(struct state *state, struct session *session)
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
    uint32_t *order = realloc(state->order, (state->runs->count + 1) * sizeof *order);
    if (!order)
        return;
    state->order = order;
    state->count = runs_order(state->runs, filter, sort_column(state), state->descending, baseline,
        session->now_s, order);
    state->baseline = session->baseline;
    find_bests(state, baseline, session->now_s);
    size_t row = row_of_run(state, state->cursor_run);
    if (row != SIZE_MAX)
        state->table.scroll.cursor = row;
    scroll_fit(&state->table.scroll, state->count, state->table.scroll.visible);
}

static void follow(struct state *state, struct session *session, const struct world *world)
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

static const struct run_row *cursor_run(const struct state *state)
{
    size_t row = state->table.scroll.cursor;
    return state->runs && row < state->count ? &state->runs->rows[state->order[row]] : NULL;
}

/* ---- drawing ---- */

struct drawing {
    const struct state *state;
    const struct session *session;
    const struct run_row *baseline;
};

static size_t source_rows(void *self)
{
    return ((struct drawing *)self)->state->count;
}

static const struct run_row *row_at(const struct drawing *drawing, size_t row)
{
    return &drawing->state->runs->rows[drawing->state->order[row]];
}

static struct style status_style(enum run_status status)
{
    switch (status) {
    case RUN_RUNNING:
        return STYLE_IS(LIVE);
    case RUN_FAILED:
        return STYLE_IS(BAD);
    case RUN_STALLED:
        return STYLE_IS(WARN);
    case RUN_UNKNOWN:
        return STYLE_IS(MUTED);
    case RUN_FINISHED:
        break;
    }
    return STYLE_IS(TEXT);
}

static struct style value_style(const struct drawing *drawing, int column,
    const struct run_row *run, const struct run_value *value)
{
    const struct run_column *shown = &drawing->state->columns[column];
    if (shown->kind == RUN_COLUMN_STATUS)
        return status_style(run->status);
    if (shown->kind == RUN_COLUMN_DELTA)
        return value->number > 0   ? STYLE_IS(GOOD)
               : value->number < 0 ? STYLE_IS(BAD)
                                   : STYLE_IS(TEXT);
    if (value->is_number && isnan(value->number))
        return STYLE_IS(WARN);
    bool best = value->is_number && value->number == drawing->state->best[column];
    return best && drawing->state->count > 1 ? STYLE_IS(BEST) : STYLE_IS(TEXT);
}

/* Column 0 is the run's own mark: baseline, colour, damage. */
static void mark_cell(
    const struct drawing *drawing, const struct run_row *run, struct table_cell *out)
{
    out->text = run->id == drawing->session->baseline ? "A" : "\xe2\x96\xa0";
    out->style = session_run_style(run);
}

static void source_cell(void *self, size_t row, int column, struct table_cell *out)
{
    struct drawing *drawing = self;
    const struct run_row *run = row_at(drawing, row);
    if (column == 0) {
        mark_cell(drawing, run, out);
        return;
    }
    const struct run_column *shown = &drawing->state->columns[column - GUTTER_COLUMNS];
    struct run_value value = run_value(run, shown, drawing->baseline, drawing->session->now_s);
    out->text = out->room;
    out->style = STYLE_IS(MUTED);
    if (!value.known) {
        snprintf(out->room, sizeof out->room, "\xe2\x80\x93");
        return;
    }
    out->style = value_style(drawing, column - GUTTER_COLUMNS, run, &value);
    if (value.text && !value.is_number)
        out->text = value.text;
    else
        run_value_print(&value, shown, out->room, sizeof out->room);
    if (shown->kind == RUN_COLUMN_STATUS && run->note_count) {
        snprintf(out->room, sizeof out->room, "%s !", value.text);
        out->text = out->room;
    }
}

static int source_mark(void *self, size_t row)
{
    struct drawing *drawing = self;
    return session_is_selected(drawing->session, row_at(drawing, row)->id) ? TABLE_SELECTED : 0;
}

static double best_ap(const struct state *state)
{
    for (size_t i = 0; i < state->column_count; i++)
        if (state->columns[i].kind == RUN_COLUMN_BEST && state->columns[i].role == ROLE_AP)
            return state->best[i];
    return NAN; /* then each on its own scale */
}

static void source_draw(void *self, size_t row, int column, struct grid *grid, struct rect place)
{
    struct drawing *drawing = self;
    const struct run_row *run = row_at(drawing, row);
    const struct run_column *shown = &drawing->state->columns[column - GUTTER_COLUMNS];
    const struct run_spark *spark = shown->role == ROLE_LOSS ? &run->loss_spark : &run->ap_spark;
    double values[SPARK_COLS];
    if (!spark->count) {
        grid_text(grid, place.row, place.col, place.cols, STYLE_IS(MUTED), "\xe2\x80\x93");
        return;
    }
    int count = spark->count < SPARK_COLS ? spark->count : SPARK_COLS;
    for (int i = 0; i < count; i++) /* the pieces spread over the columns, ends included */
        values[i] = spark->values[count == 1 ? 0 : i * (spark->count - 1) / (count - 1)];
    /* APs are compared between runs, so they share a scale; a loss is its own. */
    bool shared = shown->role == ROLE_AP;
    spark_draw(grid, place.row, place.col, place.cols, session_run_style(run), values,
        (size_t)count, shared ? 0 : NAN, shared ? best_ap(drawing->state) : NAN);
}

static int make_columns(const struct state *state, struct table_column *out)
{
    const struct run_column *sorted = sort_column(state);
    out[0] = (struct table_column){.title = "", .min_cols = 1, .max_cols = 1};
    for (size_t i = 0; i < state->column_count; i++) {
        const struct run_column *column = &state->columns[i];
        struct table_column *shown = &out[i + GUTTER_COLUMNS];
        *shown =
            (struct table_column){.title = column->title, .align = TABLE_DECIMAL, .max_cols = 24};
        if (column->kind == RUN_COLUMN_NAME || column->kind == RUN_COLUMN_STATUS)
            shown->align = TABLE_LEFT;
        if (column->kind == RUN_COLUMN_NAME)
            shown->max_cols = 40;
        if (column->kind == RUN_COLUMN_SPARK) {
            shown->drawn = true;
            shown->min_cols = shown->max_cols = SPARK_COLS;
            shown->title = "course";
        }
        if (column == sorted)
            shown->sort = state->descending ? -1 : 1;
    }
    return (int)state->column_count + GUTTER_COLUMNS;
}

static bool has_below(const struct session *session, struct rect place)
{
    size_t chosen = session->selected_count;
    chosen += session->baseline && !session_is_selected(session, session->baseline);
    return chosen >= 2 && place.rows >= BELOW_LEAST_ROWS && place.cols >= BELOW_LEAST_COLS;
}

/* The line above the table: what narrows it, how it is sorted, how many are chosen. */
static void draw_top(
    const struct state *state, const struct session *session, struct grid *grid, struct rect place)
{
    char shown[64] = "", sorted[96] = "", selected[32] = "";
    const struct run_column *sort = sort_column(state);
    if (state->asking) {
        prompt_draw(&state->prompt, grid, place.row, place.col + 1, place.cols - 2,
            state->asking == ASKING_FILTER ? "filter " : "/");
        return;
    }
    if (state->filter[0])
        snprintf(shown, sizeof shown, "%zu of %zu", state->count, state->runs->count);
    if (sort)
        snprintf(sorted, sizeof sorted, "sort %.60s %s", sort->title,
            state->descending ? "\xe2\x96\xbe" : "\xe2\x96\xb4");
    if (session->selected_count)
        snprintf(selected, sizeof selected, "%zu selected", session->selected_count);
    const struct status_part parts[] = {
        {state->filter[0] ? "filter" : "", STYLE_IS(MUTED), 1, false},
        {state->filter, STYLE_IS(FILTER), 0, false},
        {shown, STYLE_IS(MUTED), 2, false},
        {sorted, STYLE_IS(MUTED), 3, true},
        {selected, STYLE_IS(SELECTED), 1, true},
    };
    statusline_draw(
        grid, place.row, place.col + 1, place.cols - 2, parts, sizeof parts / sizeof *parts);
}

/* Draws what stands below the table; returns how many rows it took. */
static int draw_below(struct state *state, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    if (!has_below(session, place) || !state->panels[0] || !state->panels[1])
        return 0;
    int free = place.rows - (int)(state->count < 1000 ? state->count : 1000) - 4;
    int rows = free < BELOW_ROWS ? BELOW_ROWS : free > BELOW_MOST_ROWS ? BELOW_MOST_ROWS : free;
    struct rect panel = {place.row + place.rows - rows, place.col, rows, place.cols / 2};
    for (int i = 0; i < PANELS; i++) {
        PANEL_VIEWS[i]->draw(state->panels[i], session, world, canvas, panel);
        panel.col += panel.cols + 1;
        panel.cols = place.col + place.cols - panel.col;
    }
    return rows + 1;
}

static void draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct state *state = self;
    if (!state->runs || !state->runs->count) {
        view_say_empty(canvas->grid, place,
            world->indexing ? "looking for runs ..."
                            : "no runs found below this folder\n\n"
                              "boxtop reads what training scripts leave: Ultralytics and YOLOv5,\n"
                              "TensorBoard event files, COCO results, and its own plain layout\n"
                              "(config.json, metrics.csv, predictions/: see the README)\n\n"
                              "open another folder:  boxtop PATH");
        return;
    }
    struct rect body = place;
    body.rows -= draw_below(state, session, world, canvas, place) + 1;
    body.row++;
    struct drawing drawing = {state, session, session_baseline(session, state->runs)};
    struct table_source source = {&drawing, source_rows, source_cell, source_mark, source_draw};
    struct table_column columns[MOST_COLUMNS + GUTTER_COLUMNS];
    int count = make_columns(state, columns);
    table_draw(
        &state->table, canvas->grid, body, &source, columns, count, FROZEN_COLUMNS, !state->asking);
    if (!state->count)
        view_say_empty(canvas->grid, body, "no run matches the filter\n\nf changes it");
    draw_top(state, session, canvas->grid, place); /* last: an open prompt has the cursor */
}

/* ---- acting ---- */

static void remember_cursor(struct state *state)
{
    const struct run_row *run = cursor_run(state);
    state->cursor_run = run ? run->id : 0;
}

static void sort_by(struct state *state, struct session *session, int column)
{
    if (column < GUTTER_COLUMNS || (size_t)column > state->column_count)
        return;
    const struct run_column *chosen = &state->columns[column - GUTTER_COLUMNS];
    if (chosen == sort_column(state))
        state->descending = !state->descending; /* again: the other way round */
    else
        state->descending = chosen->better == BETTER_HIGHER;
    state->sorted = true;
    state->sort_kind = chosen->kind;
    snprintf(state->sort_name, sizeof state->sort_name, "%s", chosen->title);
    arrange(state, session);
}

static void search(struct state *state, struct session *session, int direction)
{
    for (size_t i = 1; state->search[0] && i <= state->count; i++) {
        size_t step = direction > 0 ? i : state->count - i;
        size_t row = (state->table.scroll.cursor + step) % state->count;
        if (text_contains(state->runs->rows[state->order[row]].name, state->search)) {
            state->table.scroll.cursor = row;
            return;
        }
    }
    session_say(session, "no name holds \"%.100s\"", state->search);
}

static enum view_outcome act_in_prompt(
    struct state *state, struct session *session, const struct event *event)
{
    enum prompt_answer answer = prompt_event(&state->prompt, event);
    if (answer == PROMPT_IGNORED)
        return event->kind == EVENT_KEY ? VIEW_STAYED : VIEW_IGNORED;
    if (state->asking == ASKING_FILTER && (answer == PROMPT_EDITED || answer == PROMPT_CANCELLED)) {
        memcpy(state->filter, answer == PROMPT_EDITED ? state->prompt.text : "",
            answer == PROMPT_EDITED ? state->prompt.length + 1 : 1);
        arrange(state, session); /* the table follows every key */
        session->message[0] = '\0';
    }
    if (answer == PROMPT_ACCEPTED && state->asking == ASKING_FILTER)
        arrange(state, session); /* says what is wrong with it */
    if (answer == PROMPT_ACCEPTED && state->asking == ASKING_SEARCH) {
        memcpy(state->search, state->prompt.text, state->prompt.length + 1);
        search(state, session, 1);
    }
    if (answer == PROMPT_ACCEPTED || answer == PROMPT_CANCELLED)
        state->asking = ASKING_NOTHING;
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
        session_say(session, "baseline: %.120s", run->name);
}

static enum view_outcome act_on_run(struct state *state, struct session *session,
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

static enum view_outcome act_on_table(struct state *state, struct session *session, int action)
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
        state->asking = action == FILTER ? ASKING_FILTER : ASKING_SEARCH;
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

static enum view_outcome act_by_mouse(struct state *state, struct session *session,
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
    struct state *state = self;
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
    struct state *state = self;
    state->cursor_run = run;
    state->sorted = true; /* the best on top, where there is an AP */
    state->descending = true;
    state->sort_kind = RUN_COLUMN_BEST;
    snprintf(state->sort_name, sizeof state->sort_name, "AP");
    for (int i = 0; i < PANELS; i++) {
        state->panels[i] = calloc(1, PANEL_VIEWS[i]->state_bytes);
        if (state->panels[i])
            PANEL_VIEWS[i]->start(state->panels[i], session, world, 0);
    }
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *wants_out)
{
    struct state *state = self;
    struct session seen = *session; /* arranging may want to say something; not from here */
    follow(state, &seen, world);
    struct rect place = {0, 0, session->rows, session->cols};
    for (int i = 0; i < PANELS; i++)
        if (has_below(session, place) && state->panels[i] && PANEL_VIEWS[i]->wants)
            PANEL_VIEWS[i]->wants(state->panels[i], session, world, wants_out);
}

static void stop(void *self)
{
    struct state *state = self;
    for (int i = 0; i < PANELS; i++) {
        if (state->panels[i] && PANEL_VIEWS[i]->stop)
            PANEL_VIEWS[i]->stop(state->panels[i]);
        free(state->panels[i]);
    }
    runs_release(state->runs);
    arena_done(&state->arena);
    free(state->order);
}

static bool is_typing(const void *self)
{
    return ((const struct state *)self)->asking != ASKING_NOTHING;
}

const struct view view_runs = {
    .name = "runs",
    .title = "Runs",
    .keys = KEYS,
    .state_bytes = sizeof(struct state),
    .start = start,
    .stop = stop,
    .wants = wants,
    .draw = draw,
    .act = act,
    .is_typing = is_typing,
};
