/*
 * The diff: parameters that differ among the chosen runs, and the metrics against the baseline.
 * Knows: the comparison of work/compare.h. Must not know: how it is computed.
 */
#include "view/view.h"

#include "base/num.h"
#include "screen/table.h"
#include "work/compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_COLS = 34, VALUE_COLS = 30 };
enum action { ALL = 1, CURVES, IMAGES, LEFT, RIGHT };

static const struct key_row KEYS[] = {
    {"D", "differences only, or all parameters", ALL, "diff", "all", 1},
    {"v", "curves of these runs", CURVES, "diff", "curves", 2},
    {"i", "images with boxes", IMAGES, "diff", "images", 2},
    {"h Left", "columns to the left", LEFT, "diff", NULL, 0},
    {"l Right", "columns to the right", RIGHT, "diff", NULL, 0},
    {0},
};

struct state {
    int64_t run; /* the one it was opened on, when none is selected */
    bool all;
    struct table table;
    size_t rows; /* of the last drawing */
};

struct drawing {
    const struct compare *compare;
};

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    (void)session, (void)world;
    ((struct state *)self)->run = run;
}

/* Above the metrics: their heading, and the ground truths where they differ. */
static size_t head_rows(const struct compare *compare)
{
    return compare->kinship == DATASET_SAME ? 1 : 2;
}

/* Rows: the parameters, the head of the metrics, the metrics. */
static size_t source_rows(void *self)
{
    const struct compare *compare = ((struct drawing *)self)->compare;
    return compare->params.count + head_rows(compare) + compare->metrics.count;
}

static void param_cell(
    const struct compare *compare, const struct diff_param *row, int column, struct table_cell *out)
{
    if (column == 0) {
        out->text = row->name;
        out->style = row->differs ? STYLE_IS(TEXT) : STYLE_IS(MUTED);
        return;
    }
    const struct param *value = row->values[column - 1], *base = row->values[compare->baseline];
    out->text = value ? value->kind == PARAM_NULL ? "null" : value->text : "\xe2\x80\x93";
    bool same = value && base && param_equal(value, base);
    out->style = !value || same || !row->differs ? STYLE_IS(MUTED) : STYLE_IS(TEXT);
    if ((size_t)(column - 1) == compare->baseline && value && row->differs)
        out->style = STYLE_IS(TEXT);
    if (!same && value && row->differs && (size_t)(column - 1) != compare->baseline)
        out->style = STYLE_IS(ACCENT);
}

static struct style verdict_style(enum diff_verdict verdict)
{
    return verdict == DIFF_BETTER  ? STYLE_IS(GOOD)
           : verdict == DIFF_WORSE ? STYLE_IS(BAD)
                                   : STYLE_IS(TEXT);
}

static void metric_cell(const struct compare *compare, const struct diff_metric *row, int column,
    struct table_cell *out)
{
    if (column == 0) {
        out->text = row->name;
        return;
    }
    size_t run = (size_t)(column - 1);
    const struct diff_value *value = row->values[run];
    out->text = out->room;
    if (!value || isnan(value->value)) {
        bool lost = value && !value->undefined;
        snprintf(out->room, sizeof out->room, "%s",
            lost    ? "NaN"
            : value ? "undefined"
                    : "\xe2\x80\x93");
        out->style = lost ? STYLE_IS(WARN) : STYLE_IS(MUTED);
        return;
    }
    char number[32], delta[32] = "";
    num_print_short(value->value, 5, number, sizeof number);
    if (run != compare->baseline && !isnan(row->deltas[run]) && row->deltas[run] != 0)
        num_print_short(row->deltas[run], 3, delta, sizeof delta);
    snprintf(out->room, sizeof out->room, "%s%s%s%s", number, delta[0] ? "  " : "",
        delta[0] && delta[0] != '-' ? "+" : "", delta);
    out->style = verdict_style(row->verdicts[run]);
}

static void ground_truth_cell(const struct compare *compare, int column, struct table_cell *out)
{
    if (column == 0) {
        out->text = "ground truth";
        return;
    }
    const struct run_row *run = compare->runs[column - 1];
    out->text = run->dataset_label ? run->dataset_label : "\xe2\x80\x93";
    out->style = run->dataset_label ? STYLE_IS(WARN) : STYLE_IS(MUTED);
}

static void source_cell(void *self, size_t row, int column, struct table_cell *out)
{
    const struct compare *compare = ((struct drawing *)self)->compare;
    size_t params = compare->params.count;
    if (row < params) {
        param_cell(compare, &compare->params.rows[row], column, out);
    } else if (row == params) {
        out->style = STYLE_IS(HEADER);
        out->text = column ? NULL : "metric";
    } else if (row < params + head_rows(compare)) {
        ground_truth_cell(compare, column, out);
    } else {
        size_t metric = row - params - head_rows(compare);
        metric_cell(compare, &compare->metrics.rows[metric], column, out);
    }
}

static void make_columns(
    const struct compare *compare, struct canvas *canvas, struct table_column *out)
{
    out[0] = (struct table_column){.title = "parameter", .min_cols = 16, .max_cols = NAME_COLS};
    for (size_t i = 0; i < compare->run_count; i++) {
        const char *title = arena_printf(
            canvas->scratch, "%s%s", i == compare->baseline ? "A " : "", compare->runs[i]->shown);
        out[i + 1] = (struct table_column){
            .title = title ? title : "", .min_cols = 10, .max_cols = VALUE_COLS};
    }
}

/* Returns how many rows it took. */
static int draw_head(
    const struct state *state, const struct compare *compare, struct grid *grid, struct rect place)
{
    const char *warning = compare_warning(compare);
    size_t differ = 0;
    for (size_t i = 0; i < compare->params.count; i++)
        differ += compare->params.rows[i].differs;
    grid_printf(grid, place.row, place.col + 1, place.cols - 2, STYLE_IS(MUTED),
        "%zu of %zu parameters differ among %zu runs%s", differ,
        differ + compare->params.same_count, compare->run_count,
        state->all ? "; all are listed" : "");
    if (warning)
        grid_text(grid, place.row + 1, place.col + 1, place.cols - 2, STYLE_IS(WARN), warning);
    return warning ? 2 : 1;
}

static void draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct state *state = self;
    const struct run_row *runs[COMPARE_MOST_RUNS];
    size_t count = session_runs(session, world->runs, state->run, runs, COMPARE_MOST_RUNS);
    struct compare compare;
    state->rows = 0;
    if (count < 2) {
        view_say_empty(canvas->grid, place,
            "a diff wants two runs\n\nq goes back; Space selects runs, p makes one the baseline,\n"
            "then d shows what differs between them");
        return;
    }
    if (!compare_runs(runs, count, 0, state->all, canvas->scratch, &compare, NULL))
        return;
    struct drawing drawing = {&compare};
    struct table_source source = {&drawing, source_rows, source_cell, NULL, NULL};
    struct table_column columns[COMPARE_MOST_RUNS + 1];
    make_columns(&compare, canvas, columns);
    int head = draw_head(state, &compare, canvas->grid, place);
    struct rect body = {place.row + head, place.col, place.rows - head, place.cols};
    table_draw(&state->table, canvas->grid, body, &source, columns, (int)count + 1, 1, true);
    state->rows = source_rows(&drawing);
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct state *state = self;
    (void)session, (void)world;
    int move = view_movement(event);
    if (event->kind == EVENT_MOUSE && event->action == MOUSE_WHEEL) {
        scroll_wheel(&state->table.scroll, event->wheel_rows * 3, state->rows);
        return VIEW_STAYED;
    }
    if (move >= 0) {
        scroll_move(&state->table.scroll, (enum scroll_move)move, state->rows);
        return VIEW_STAYED;
    }
    int action = key_rows_find(KEYS, event);
    switch (action) {
    case ALL:
        state->all = !state->all;
        return VIEW_STAYED;
    case LEFT:
    case RIGHT:
        table_move_column(&state->table, action == LEFT ? -1 : 1);
        return VIEW_STAYED;
    case CURVES:
        *effect = (struct view_effect){&view_curves, state->run};
        return VIEW_OPENED;
    case IMAGES:
        *effect = (struct view_effect){&view_images, state->run};
        return VIEW_OPENED;
    }
    return VIEW_IGNORED;
}

const struct view view_diff = {
    .name = "diff",
    .title = "Diff",
    .keys = KEYS,
    .state_bytes = sizeof(struct state),
    .start = start,
    .draw = draw,
    .act = act,
};
