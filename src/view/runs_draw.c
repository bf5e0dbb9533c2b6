/*
 * Draws the runs table: the line above it, its cells, the panels below.
 * Knows: the state of runs_view.h, the table widget. Must not know: events.
 */
#include "view/runs_view.h"

#include "view/copy_forms.h"

#include "base/num.h"
#include "screen/spark.h"
#include "screen/statusline.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SPARK_COLS = 8 };
/* A fraction that somebody drew at random: diffs and copies have all of its digits. */
enum { LONG_NUMBER = 10, SHORT_DIGITS = 5 };
/* With room to spare, the chosen runs' diff and curves stand below the table. */
enum { BELOW_LEAST_ROWS = 28, BELOW_ROWS = 13, BELOW_MOST_ROWS = 24, BELOW_LEAST_COLS = 100 };

const struct view *const runs_panel_views[RUNS_PANELS] = {&view_diff, &view_curves};

static size_t source_rows(void *self)
{
    return runs_line_count(((struct runs_drawing *)self)->state);
}

struct style runs_status_style(const struct run_row *run)
{
    if (run->loss_lost)
        return STYLE_IS(BAD);
    switch (run->status) {
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

/* Whether what is shown of RUN is a difference that its predictions do not bear out. */
static bool is_within_noise(const struct runs_drawing *drawing, const struct run_row *run,
    const struct run_column *column, const struct run_value *value)
{
    if (!drawing->baseline || !run_column_is_delta(column))
        return false;
    const char *name = column->name ? column->name : role_info(column->role)->name;
    const struct eval_interval *interval =
        deltas_find(drawing->deltas, drawing->baseline->id, run->id, name, value->number);
    return interval && interval->within_noise;
}

struct style runs_value_style(
    const struct runs_drawing *drawing, size_t line, size_t at, const struct run_value *value)
{
    struct runs_state *state = drawing->state;
    const struct run_column *shown = &state->columns[at];
    if (run_column_is_delta(shown) && shown->better != BETTER_NEITHER) {
        double gain = shown->better == BETTER_LOWER ? -value->number : value->number;
        return gain > 0 ? STYLE_IS(GOOD) : gain < 0 ? STYLE_IS(BAD) : STYLE_IS(TEXT);
    }
    if (value->is_number && isnan(value->number))
        return STYLE_IS(WARN);
    bool best = value->is_number && value->number == runs_best(state, drawing->session, at) &&
                !runs_is_member(state, line) && runs_compares_at(state, line, shown);
    return best && runs_line_count(state) > 1 ? STYLE_IS(BEST) : STYLE_IS(TEXT);
}

/* Column 0 is the run's own mark: baseline, colour; or that of a group: open, closed. */
static void mark_cell(const struct runs_drawing *drawing, size_t line, struct table_cell *out)
{
    const struct run_row *run = runs_run_at(drawing->state, line);
    if (runs_group_at(drawing->state, line)) {
        out->text = runs_is_open(drawing->state, line) ? "\xe2\x96\xbe" : "\xe2\x96\xb8";
        out->style = STYLE_IS(ACCENT);
        return;
    }
    out->text = run->id == drawing->session->baseline ? "A" : "\xe2\x96\xa0";
    out->style = session_run_style(run);
}

/* "NaN @412 !": the status, with a mark where notes tell of damage. */
static void status_cell(const struct run_row *run, struct table_cell *out)
{
    run_status_print(run, out->room, sizeof out->room);
    size_t length = strlen(out->room);
    if (run->note_count)
        snprintf(out->room + length, sizeof out->room - length, " !");
}

/* Behind a number a sign: "0.4123 ≠" does not compare with the others. */
static void add_sign(struct table_cell *out, const char *sign)
{
    size_t length = strlen(out->room);
    snprintf(out->room + length, sizeof out->room - length, " %s", sign);
    out->tail = out->room + length;
}

static void run_cell(
    const struct runs_drawing *drawing, size_t line, size_t at, struct table_cell *out)
{
    const struct runs_state *state = drawing->state;
    const struct run_row *run = runs_run_at(state, line);
    const struct run_column *shown = &state->columns[at];
    struct run_value value = run_value(run, shown, drawing->baseline, drawing->session->now_s);
    out->text = out->room;
    out->style = STYLE_IS(MUTED);
    if (!value.known) { /* not logged, and undefined, are two things */
        snprintf(out->room, sizeof out->room, "%s", value.undefined ? "undef" : "\xe2\x80\x93");
        return;
    }
    out->style = shown->kind == RUN_COLUMN_STATUS ? runs_status_style(run)
                                                  : runs_value_style(drawing, line, at, &value);
    if (shown->kind == RUN_COLUMN_STATUS)
        status_cell(run, out);
    else if (value.text && !value.is_number)
        out->text = value.text;
    else if (value.text && strlen(value.text) > LONG_NUMBER && strchr(value.text, '.'))
        num_print_short(value.number, SHORT_DIGITS, out->room, sizeof out->room);
    else
        run_value_print(&value, shown, out->room, sizeof out->room);
    if (out->text == out->room && versions_is_foreign(&state->versions, run, shown))
        add_sign(out, "\xe2\x89\xa0");
    if (is_within_noise(drawing, run, shown, &value)) {
        add_sign(out, DELTAS_WITHIN_NOISE);
        out->style = STYLE_IS(TEXT); /* neither better nor worse can be said */
    }
    if (shown->kind == RUN_COLUMN_NAME && runs_is_member(state, line)) {
        snprintf(out->room, sizeof out->room, "  %s", value.text);
        out->text = strlen(value.text) + 2 < sizeof out->room ? out->room : value.text;
    }
}

static void source_cell(void *self, size_t row, int column, struct table_cell *out)
{
    struct runs_drawing *drawing = self;
    if (column == 0)
        mark_cell(drawing, row, out);
    else if (runs_group_at(drawing->state, row))
        runs_head_cell(drawing, row, (size_t)column - RUNS_MARK_COLUMNS, out);
    else
        run_cell(drawing, row, (size_t)column - RUNS_MARK_COLUMNS, out);
}

static int source_mark(void *self, size_t row)
{
    struct runs_drawing *drawing = self;
    size_t count;
    const uint32_t *rows = runs_rows_at(drawing->state, row, &count);
    size_t selected = 0;
    for (size_t i = 0; drawing->selected && i < count; i++)
        selected += drawing->selected[rows[i]];
    return !selected ? 0 : selected == count ? TABLE_SELECTED : TABLE_PARTLY;
}

/* Which rows are selected; NULL for none, and without memory. */
static const bool *find_selected(
    const struct runs_state *state, const struct session *session, struct arena *scratch)
{
    bool *selected =
        session->selected_count ? ARENA_ARRAY(scratch, bool, state->runs->count) : NULL;
    for (size_t i = 0; selected && i < session->selected_count; i++) {
        const struct run_row *run = runs_find(state->runs, session->selected[i]);
        if (run)
            selected[run - state->runs->rows] = true;
    }
    return selected;
}

static void source_draw(void *self, size_t row, int column, struct grid *grid, struct rect place)
{
    struct runs_drawing *drawing = self;
    const struct runs_state *state = drawing->state;
    const struct run_row *run = runs_run_at(state, row);
    const struct run_group *group = runs_group_at(state, row);
    const struct run_column *shown = &state->columns[column - RUNS_MARK_COLUMNS];
    const struct run_spark mean = group ? runs_head_spark(state->runs, group, shown->role)
                                        : (struct run_spark){.count = 0};
    const struct run_spark *spark = group                      ? &mean
                                    : shown->role == ROLE_LOSS ? run->loss_spark
                                                               : run->ap_spark;
    double values[SPARK_COLS];
    if (!spark || !spark->count) {
        grid_text(grid, place.row, place.col, place.cols, STYLE_IS(MUTED), "\xe2\x80\x93");
        return;
    }
    int count = spark->count < SPARK_COLS ? spark->count : SPARK_COLS;
    for (int i = 0; i < count; i++) /* the pieces spread over the columns, ends included */
        values[i] = (double)spark->values[count == 1 ? 0 : i * (spark->count - 1) / (count - 1)];
    /* APs are compared between runs, so they share a scale; a loss is its own. */
    bool shared = shown->role == ROLE_AP;
    spark_draw(grid, place.row, place.col, place.cols,
        group ? STYLE_IS(TEXT) : session_run_style(run), values, (size_t)count, shared ? 0 : NAN,
        shared ? runs_best_ap(drawing->state, drawing->session) : NAN);
}

static int make_columns(const struct runs_state *state, struct table_column *out)
{
    out[0] = (struct table_column){.title = "", .min_cols = 1, .max_cols = 1};
    for (size_t i = 0; i < state->column_count; i++) {
        const struct run_column *column = &state->columns[i];
        struct table_column *shown = &out[i + RUNS_MARK_COLUMNS];
        *shown =
            (struct table_column){.title = column->title, .align = TABLE_DECIMAL, .max_cols = 24};
        if (column->kind == RUN_COLUMN_NAME || column->kind == RUN_COLUMN_STATUS ||
            column->kind == RUN_COLUMN_DATASET || column->kind == RUN_COLUMN_TAGS ||
            column->kind == RUN_COLUMN_REMARK)
            shown->align = TABLE_LEFT;
        if (column->kind == RUN_COLUMN_NAME) {
            shown->max_cols = 40;
            shown->ends = true;
        }
        if (column->kind == RUN_COLUMN_SPARK) {
            shown->drawn = true;
            shown->min_cols = shown->max_cols = SPARK_COLS;
            shown->title = "course";
        }
        shown->sort = layout_sort_place(&state->layout, column);
        int cols = state->layout.entries[state->entries[i]].cols;
        if (cols)
            shown->min_cols = shown->max_cols = cols;
    }
    return (int)state->column_count + RUNS_MARK_COLUMNS;
}

bool runs_has_below(const struct session *session, struct rect place)
{
    size_t chosen = session->selected_count;
    chosen += session->baseline && !session_is_selected(session, session->baseline);
    return chosen >= 2 && place.rows >= BELOW_LEAST_ROWS && place.cols >= BELOW_LEAST_COLS;
}

/* "sort AP v, lr ^" */
static void print_sorts(const struct runs_state *state, char *out, size_t out_bytes)
{
    struct run_key keys[LAYOUT_MOST_SORTS];
    size_t count = layout_keys(&state->layout, keys), used = 0;
    for (size_t i = 0; i < count && used < out_bytes; i++) {
        char label[CATALOGUE_NAME_BYTES];
        runs_label(&keys[i].column, label, sizeof label);
        used += (size_t)snprintf(out + used, out_bytes - used, "%s%.30s %s", i ? ", " : "sort ",
            label, keys[i].descending ? "\xe2\x96\xbe" : "\xe2\x96\xb4");
    }
}

/* The line above the table: what narrows it, how it is sorted, how many are chosen. */
static void draw_top(const struct runs_state *state, const struct session *session,
    struct grid *grid, struct rect place)
{
    char shown[64] = "", sorted[160] = "", selected[32] = "", grouped[160] = "";
    if (state->asking == RUNS_ASKING_COPY) {
        grid_text(grid, place.row, place.col + 1, place.cols - 2, STYLE_IS(ACCENT), COPY_FORMS);
        return;
    }
    if (state->asking && state->asking != RUNS_ASKING_COLUMNS) {
        runs_ask_draw(state, session, grid, place);
        return;
    }
    if (state->filter[0])
        snprintf(shown, sizeof shown, "%zu of %zu", state->count, state->runs->count);
    print_sorts(state, sorted, sizeof sorted);
    if (state->lines.grouped)
        snprintf(grouped, sizeof grouped, "groups by %s: %zu", state->lines.by,
            state->lines.groups.count);
    if (session->selected_count)
        snprintf(selected, sizeof selected, "%zu selected", session->selected_count);
    const struct status_part parts[] = {
        {state->filter[0] ? "filter" : "", STYLE_IS(MUTED), 1, false},
        {state->filter, STYLE_IS(FILTER), 0, false},
        {shown, STYLE_IS(MUTED), 2, false},
        {grouped, STYLE_IS(MUTED), 2, true},
        {sorted, STYLE_IS(MUTED), 3, true},
        {selected, STYLE_IS(SELECTED), 1, true},
    };
    statusline_draw(
        grid, place.row, place.col + 1, place.cols - 2, parts, sizeof parts / sizeof *parts);
}

/* What cannot be seen from the numbers stands above them, and stays there while they scroll;
 * returns how many rows it took. */
static int draw_warning(const struct runs_state *state, struct grid *grid, struct rect place)
{
    char sentence[128];
    versions_print(&state->versions, sentence, sizeof sentence);
    if (sentence[0])
        grid_text(grid, place.row, place.col + 1, place.cols - 2, STYLE_IS(WARN), sentence);
    return sentence[0] != '\0';
}

/* Draws what stands below the table; returns how many rows it took. */
static int draw_below(struct runs_state *state, const struct session *session,
    const struct world *world, struct canvas *canvas, struct rect place)
{
    if (!runs_has_below(session, place) || !state->panels[0] || !state->panels[1])
        return 0;
    int lines = (int)(runs_line_count(state) < 1000 ? runs_line_count(state) : 1000);
    int free = place.rows - lines - 4;
    int rows = free < BELOW_ROWS ? BELOW_ROWS : free > BELOW_MOST_ROWS ? BELOW_MOST_ROWS : free;
    struct rect panel = {place.row + place.rows - rows, place.col, rows, place.cols / 2};
    for (int i = 0; i < RUNS_PANELS; i++) {
        runs_panel_views[i]->draw(state->panels[i], session, world, canvas, panel);
        panel.col += panel.cols + 1;
        panel.cols = place.col + place.cols - panel.col;
    }
    return rows + 1;
}

void runs_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct runs_state *state = self;
    if (!state->runs || !state->runs->count) {
        view_say_empty(canvas->grid, place,
            world->indexing || !world->runs ? "looking for runs ..."
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
    int warned = draw_warning(state, canvas->grid, body);
    body.row += warned;
    body.rows -= warned;
    struct runs_drawing drawing = {state, session, session_baseline(session, state->runs),
        find_selected(state, session, canvas->scratch), world->deltas};
    struct table_source source = {&drawing, source_rows, source_cell, source_mark, source_draw};
    struct table_column columns[RUNS_VIEW_COLUMNS + RUNS_MARK_COLUMNS];
    int count = make_columns(state, columns), frozen = state->layout.frozen + RUNS_MARK_COLUMNS;
    table_draw(&state->table, canvas->grid, body, &source, columns, count, frozen, !state->asking);
    if (!state->count)
        view_say_empty(canvas->grid, body, "no run matches the filter\n\nf changes it");
    if (state->asking == RUNS_ASKING_COLUMNS)
        runs_choose_draw(state, canvas->grid, body);
    draw_top(state, session, canvas->grid, place); /* last: an open prompt has the cursor */
}
