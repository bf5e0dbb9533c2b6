/*
 * The run page: status, notes on damage, metrics with sparklines, parameters.
 * Knows: one row of the runs table and its curves. Must not know: files.
 */
#include "view/view.h"

#include "base/clock.h"
#include "base/num.h"
#include "eval/downsample.h"
#include "screen/spark.h"
#include "screen/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METRICS_SPARK_COLS = 20, HEAD_NOTES = 6, HEAD_ABSORBED = 3 };
enum action { PANE = 1, DIFF, CURVES, IMAGES, EVALUATION, FILES, TABLES, SELECT, BASELINE };

static const struct key_row KEYS[] = {
    {"Tab Shift-Tab", "metrics or parameters", PANE, "run", "pane", 3},
    {"v Enter", "curves", CURVES, "run", "curves", 1},
    {"i", "images with boxes", IMAGES, "run", "images", 1},
    {"W", "evaluation: PR curves, classes, errors, confusion", EVALUATION, "run", "evaluate", 2},
    {"o", "files of the run", FILES, "run", "files", 2},
    {"T", "tables: files and evaluation", TABLES, "run", "tables", 3},
    {"d", "what differs between the selected runs", DIFF, "run", "diff", 2},
    {"Space", "select or unselect the run", SELECT, "run", NULL, 0},
    {"p", "make the run the baseline", BASELINE, "run", NULL, 0},
    {0},
};

enum pane { PANE_METRICS, PANE_PARAMS, PANES };

struct state {
    int64_t run;
    enum pane pane;
    struct table tables[PANES];
};

/* The run it was opened on; in a panel, the one that the table's cursor is on. */
static const struct run_row *find_run(
    const struct state *state, const struct session *session, const struct world *world)
{
    return world->runs
               ? runs_find(world->runs, session_current(session, world->runs, state->run))
               : NULL;
}

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    (void)session, (void)world;
    ((struct state *)self)->run = run;
}

/* The metrics that are seen have their curves loaded for the sparklines. */
static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    struct state *state = self;
    const struct run_row *run = find_run(state, session, world);
    const struct scroll *scroll = &state->tables[PANE_METRICS].scroll;
    size_t seen = scroll->visible > 0 ? (size_t)scroll->visible : (size_t)session->rows;
    for (size_t i = scroll->top; run && i < run->metric_count && i < scroll->top + seen; i++)
        if (out->curve_count < CURVES_MOST)
            out->curves[out->curve_count++] = world_curve_want(&run->metrics[i]);
}

/* ---- metrics ---- */

struct drawing {
    const struct run_row *run;
    const struct world *world;
};

enum metric_column { NAME, COURSE, LAST, BEST, BEST_STEP, COUNT, METRIC_COLUMNS };

static size_t metric_rows(void *self)
{
    return ((struct drawing *)self)->run->metric_count;
}

/* Of the last segment: a run that was started again is where it is now. */
static void print_best(const struct run_metric *metric, bool step, char *out, size_t out_bytes)
{
    enum better better = role_info(metric->role)->better;
    const struct metric_range *now = &metric->summary.latest;
    double value = better == BETTER_HIGHER ? now->max : now->min;
    if (better == BETTER_NEITHER || isnan(value) || run_is_undefined(metric->role, value))
        snprintf(out, out_bytes, "\xe2\x80\x93");
    else if (step)
        snprintf(out, out_bytes, "%lld",
            (long long)(better == BETTER_HIGHER ? now->max_step : now->min_step));
    else
        num_print_short(value, 5, out, out_bytes);
}

/* "600", "600 in 2 segments, 3 not finite". */
static void print_count(const struct metric_summary *summary, char *out, size_t out_bytes)
{
    char segments[40] = "", lost[40] = "";
    if (summary->segments > 1)
        snprintf(segments, sizeof segments, " in %lld segments", (long long)summary->segments);
    if (summary->nonfinite)
        snprintf(lost, sizeof lost, ", %lld not finite", (long long)summary->nonfinite);
    snprintf(out, out_bytes, "%lld%s%s", (long long)summary->count, segments, lost);
}

static void metric_cell(void *self, size_t row, int column, struct table_cell *out)
{
    const struct run_metric *metric = &((struct drawing *)self)->run->metrics[row];
    out->text = out->room;
    switch ((enum metric_column)column) {
    case NAME:
        out->text = metric->name;
        break;
    case LAST:
        num_print_short(metric->summary.last, 5, out->room, sizeof out->room);
        if (run_is_undefined(metric->role, metric->summary.last))
            snprintf(out->room, sizeof out->room, "undefined");
        if (!isfinite(metric->summary.last))
            out->style = STYLE_IS(WARN);
        break;
    case BEST:
    case BEST_STEP:
        print_best(metric, column == BEST_STEP, out->room, sizeof out->room);
        break;
    case COUNT:
        print_count(&metric->summary, out->room, sizeof out->room);
        out->style = metric->summary.nonfinite ? STYLE_IS(WARN) : STYLE_IS(MUTED);
        break;
    default:
        out->text = NULL;
    }
}

static void metric_draw(void *self, size_t row, int column, struct grid *grid, struct rect place)
{
    struct drawing *drawing = self;
    (void)column;
    const struct run_metric *metric = &drawing->run->metrics[row];
    struct curve_want want = world_curve_want(metric);
    const struct curve *curve = world_curve(drawing->world, &want);
    double values[METRICS_SPARK_COLS];
    if (!curve || !curve->count)
        return;
    int32_t cols = place.cols < METRICS_SPARK_COLS ? place.cols : METRICS_SPARK_COLS;
    if (curve->count < (size_t)cols)
        cols = (int32_t)curve->count;
    struct downsample_range range =
        downsample_whole(curve->points, curve->count, DOWNSAMPLE_BY_INDEX, cols);
    downsample_sparkline(curve->points, curve->count, &range, values);
    spark_draw(grid, place.row, place.col, place.cols, session_run_style(drawing->run), values,
        (size_t)cols, NAN, NAN);
}

static void draw_metrics(
    struct state *state, struct grid *grid, struct rect place, struct drawing *drawing)
{
    static const struct table_column COLUMNS[METRIC_COLUMNS] = {
        [NAME] = {.title = "metric", .min_cols = 12, .max_cols = 40},
        [COURSE] = {.title = "course",
            .min_cols = METRICS_SPARK_COLS,
            .max_cols = METRICS_SPARK_COLS,
            .drawn = true},
        [LAST] = {.title = "last", .align = TABLE_DECIMAL, .max_cols = 14},
        [BEST] = {.title = "best", .align = TABLE_DECIMAL, .max_cols = 14},
        [BEST_STEP] = {.title = "@", .align = TABLE_RIGHT, .max_cols = 12},
        [COUNT] = {.title = "points", .align = TABLE_RIGHT, .max_cols = 40},
    };
    struct table_source source = {drawing, metric_rows, metric_cell, NULL, metric_draw};
    table_draw(&state->tables[PANE_METRICS], grid, place, &source, COLUMNS, METRIC_COLUMNS, 1,
        state->pane == PANE_METRICS);
}

/* ---- parameters ---- */

static size_t param_rows(void *self)
{
    return ((struct drawing *)self)->run->param_count;
}

static void param_cell(void *self, size_t row, int column, struct table_cell *out)
{
    const struct param *param = &((struct drawing *)self)->run->params[row];
    out->text = column ? param->text : param->name;
    if (column && param->kind == PARAM_NULL) {
        out->text = "null";
        out->style = STYLE_IS(MUTED);
    }
}

static void draw_params(
    struct state *state, struct grid *grid, struct rect place, struct drawing *drawing)
{
    static const struct table_column COLUMNS[] = {
        {.title = "parameter", .min_cols = 12, .max_cols = 40}, {.title = "value", .min_cols = 8}};
    struct table_source source = {drawing, param_rows, param_cell, NULL, NULL};
    table_draw(&state->tables[PANE_PARAMS], grid, place, &source, COLUMNS, 2, 1,
        state->pane == PANE_PARAMS);
}

/* ---- the page ---- */

/* The directories that are this run too. Returns the rows that it took. */
static int draw_absorbed(const struct run_row *run, struct grid *grid, struct rect place)
{
    int row = place.row;
    for (size_t i = 0; i < run->absorbed_count && i < HEAD_ABSORBED; i++)
        grid_printf(grid, row++, place.col + 3, place.cols - 4, STYLE_IS(MUTED),
            "also in %s  (%s: %s)", run->absorbed[i].name, run->absorbed[i].format,
            run->absorbed[i].why);
    if (run->absorbed_count > HEAD_ABSORBED)
        grid_printf(grid, row++, place.col + 3, place.cols - 4, STYLE_IS(MUTED),
            "and %zu more: boxtop show lists them", run->absorbed_count - HEAD_ABSORBED);
    return row - place.row;
}

static int draw_head(const struct run_row *run, struct grid *grid, struct rect place)
{
    char when[32], status[64], text[1024];
    int row = place.row, col = place.col + 1;
    bool retitled = run->shown != run->name; /* the path then stands in the line below */
    col += grid_text(grid, row, col, 2, session_run_style(run), "\xe2\x96\xa0 ");
    col += grid_text(grid, row, col, place.cols - 4, STYLE_IS(TITLE), run->shown) + 2;
    clock_iso(run->started_s, when, sizeof when);
    run_status_print(run, status, sizeof status);
    snprintf(text, sizeof text, "%s  %s%s%s%s%s", run->format, status, when[0] ? "  since " : "",
        when, run->title && !retitled ? "  " : "", run->title && !retitled ? run->title : "");
    grid_text(grid, row++, col, place.col + place.cols - col - 1, STYLE_IS(MUTED), text);
    if (retitled)
        grid_text(grid, row++, place.col + 3, place.cols - 4, STYLE_IS(MUTED), run->name);
    struct rect below = {row, place.col, place.rows, place.cols};
    row += draw_absorbed(run, grid, below);
    for (size_t i = 0; i < run->note_count && i < HEAD_NOTES; i++, row++) {
        note_print(&run->notes[i], text, sizeof text);
        grid_text(grid, row, place.col + 1, 2, STYLE_IS(WARN), "!");
        grid_text(grid, row, place.col + 3, place.cols - 4, STYLE_IS(WARN), text);
    }
    if (run->note_count > HEAD_NOTES)
        grid_printf(grid, row++, place.col + 3, place.cols - 4, STYLE_IS(WARN),
            "and %zu more: boxtop show lists them", run->note_count - HEAD_NOTES);
    return row - place.row;
}

static void draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct state *state = self;
    const struct run_row *run = find_run(state, session, world);
    if (!run) {
        view_say_empty(canvas->grid, place, world->runs ? "the run is gone" : "loading ...");
        return;
    }
    struct drawing drawing = {run, world};
    int used = draw_head(run, canvas->grid, place) + 1;
    struct rect body = {place.row + used, place.col, place.rows - used, place.cols};
    if (body.rows < 2)
        return;
    struct rect left = body, right = body;
    if (body.cols >= 110) { /* side by side, else the pane that has the focus */
        left.cols = body.cols * 3 / 5;
        right.col += left.cols + 1;
        right.cols = body.cols - left.cols - 1;
    } else if (state->pane == PANE_METRICS) {
        right.rows = 0;
    } else {
        left.rows = 0;
    }
    if (left.rows)
        draw_metrics(state, canvas->grid, left, &drawing);
    if (right.rows)
        draw_params(state, canvas->grid, right, &drawing);
    if (!run->metric_count && left.rows)
        view_say_empty(canvas->grid, left, "no metric was logged");
    if (!run->param_count && right.rows)
        view_say_empty(canvas->grid, right, "no parameter was logged");
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct state *state = self;
    const struct run_row *run = find_run(state, session, world);
    struct scroll *scroll = &state->tables[state->pane].scroll;
    if (!run)
        return VIEW_IGNORED;
    size_t rows = state->pane == PANE_METRICS ? run->metric_count : run->param_count;
    int move = view_movement(event);
    if (event->kind == EVENT_MOUSE && event->action == MOUSE_WHEEL) {
        scroll_wheel(scroll, event->wheel_rows * 3, rows);
        return VIEW_STAYED;
    }
    if (move >= 0) {
        scroll_move(scroll, (enum scroll_move)move, rows);
        return VIEW_STAYED;
    }
    switch (key_rows_find(KEYS, event)) {
    case PANE:
        state->pane = (state->pane + 1) % PANES;
        return VIEW_STAYED;
    case SELECT:
        session_toggle(session, run->id);
        return VIEW_STAYED;
    case BASELINE:
        session->baseline = session->baseline == run->id ? 0 : run->id;
        session_say(session, session->baseline ? "baseline: %.120s" : "no baseline", run->shown);
        return VIEW_STAYED;
    case CURVES:
        session_list(session, NULL, NULL, 0);
        *effect = (struct view_effect){&view_curves, run->id};
        return VIEW_OPENED;
    case IMAGES:
        *effect = (struct view_effect){&view_images, run->id};
        return VIEW_OPENED;
    case EVALUATION:
        *effect = (struct view_effect){&view_evaluation, run->id};
        return VIEW_OPENED;
    case FILES:
        *effect = (struct view_effect){&view_files, run->id};
        return VIEW_OPENED;
    case TABLES:
        *effect = (struct view_effect){&view_data, run->id};
        return VIEW_OPENED;
    case DIFF:
        *effect = (struct view_effect){&view_diff, run->id};
        return VIEW_OPENED;
    }
    return VIEW_IGNORED;
}

const struct view view_run = {
    .name = "run",
    .title = "Run",
    .keys = KEYS,
    .state_bytes = sizeof(struct state),
    .start = start,
    .wants = wants,
    .draw = draw,
    .act = act,
};
