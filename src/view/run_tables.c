#include "view/run_tables.h"

#include "base/num.h"
#include "eval/downsample.h"
#include "screen/spark.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SPARK_COLS = 20, BRIEF_SPARK_COLS = 12, BRIEF_NAME_COLS = 14 };

struct run_tables_part run_tables_all(const struct run_row *run)
{
    return (struct run_tables_part){.title = "metric", .count = run->metric_count};
}

struct run_tables_part run_tables_system(
    const struct run_row *run, bool system, struct arena *arena)
{
    static const char PREFIX[] = "system/";
    const size_t length = sizeof PREFIX - 1;
    struct run_tables_part part = {
        .title = system ? "system" : "metric", .skip = system ? length : 0, .brief = true};
    uint32_t *rows = ARENA_ARRAY(arena, uint32_t, run->metric_count + 1);
    for (size_t i = 0; rows && i < run->metric_count; i++)
        if ((strncmp(run->metrics[i].kind->name, PREFIX, length) == 0) == system)
            rows[part.count++] = (uint32_t)i;
    part.rows = rows;
    return part;
}

static size_t metric_at(const struct run_tables_part *part, size_t row)
{
    return part->rows ? part->rows[row] : row;
}

void run_tables_want(const struct table *table, const struct run_row *run,
    const struct run_tables_part *part, const struct session *session, struct wants *out)
{
    const struct scroll *scroll = &table->scroll;
    size_t seen = scroll->visible > 0 ? (size_t)scroll->visible : (size_t)session->rows;
    for (size_t i = scroll->top; i < part->count && i < scroll->top + seen; i++)
        if (out->curve_count < CURVES_MOST)
            out->curves[out->curve_count++] = world_curve_want(&run->metrics[metric_at(part, i)]);
}

/* ---- metrics ---- */

struct drawing {
    const struct run_row *run;
    const struct run_tables_part *part;
    const struct world *world;
};

enum metric_column { NAME, COURSE, LAST, BEST, BEST_STEP, COUNT, METRIC_COLUMNS };

static size_t metric_rows(void *self)
{
    return ((struct drawing *)self)->part->count;
}

/* Of the last segment: a run that was started again is where it is now. */
static void print_best(const struct run_metric *metric, bool step, char *out, size_t out_bytes)
{
    enum better better = role_info(metric->kind->role)->better;
    const struct metric_range now = run_metric_range(metric, false);
    double value = better == BETTER_HIGHER ? now.max : now.min;
    if (better == BETTER_NEITHER || isnan(value) || run_is_undefined(metric->kind->role, value))
        snprintf(out, out_bytes, "\xe2\x80\x93");
    else if (step)
        snprintf(out, out_bytes, "%lld",
            (long long)(better == BETTER_HIGHER ? now.max_step : now.min_step));
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
    const struct drawing *drawing = self;
    const struct run_metric *metric = &drawing->run->metrics[metric_at(drawing->part, row)];
    const struct metric_summary summary = run_metric_summary(metric);
    out->text = out->room;
    switch ((enum metric_column)column) {
    case NAME:
        out->text = metric->kind->name + drawing->part->skip;
        break;
    case LAST:
        num_print_short(metric->last, 5, out->room, sizeof out->room);
        if (run_is_undefined(metric->kind->role, metric->last))
            snprintf(out->room, sizeof out->room, "undefined");
        if (!isfinite(metric->last))
            out->style = STYLE_IS(WARN);
        break;
    case BEST:
    case BEST_STEP:
        print_best(metric, column == BEST_STEP, out->room, sizeof out->room);
        break;
    case COUNT:
        print_count(&summary, out->room, sizeof out->room);
        out->style = summary.nonfinite ? STYLE_IS(WARN) : STYLE_IS(MUTED);
        break;
    default:
        out->text = NULL;
    }
}

static void metric_draw(void *self, size_t row, int column, struct grid *grid, struct rect place)
{
    struct drawing *drawing = self;
    (void)column;
    const struct run_metric *metric = &drawing->run->metrics[metric_at(drawing->part, row)];
    struct curve_want want = world_curve_want(metric);
    const struct curve *curve = world_curve(drawing->world, &want);
    double values[SPARK_COLS];
    if (!curve || !curve->count)
        return;
    int32_t cols = place.cols < SPARK_COLS ? place.cols : SPARK_COLS;
    if (curve->count < (size_t)cols)
        cols = (int32_t)curve->count;
    struct downsample_range range =
        downsample_whole(curve->points, curve->count, DOWNSAMPLE_BY_INDEX, cols);
    downsample_sparkline(curve->points, curve->count, &range, values);
    spark_draw(grid, place.row, place.col, place.cols, session_run_style(drawing->run), values,
        (size_t)cols, NAN, NAN);
}

void run_tables_metrics(struct table *table, struct grid *grid, struct rect place,
    const struct run_row *run, const struct run_tables_part *part, const struct world *world,
    bool focused)
{
    struct drawing drawing = {run, part, world};
    bool narrow = part->brief && place.cols < 2 * (BRIEF_NAME_COLS + BRIEF_SPARK_COLS);
    int spark_cols = narrow ? BRIEF_SPARK_COLS : SPARK_COLS;
    const struct table_column columns[METRIC_COLUMNS] = {
        [NAME] = {.title = part->title, .min_cols = 12, .max_cols = narrow ? BRIEF_NAME_COLS : 40},
        [COURSE] = {.title = "course",
            .min_cols = spark_cols,
            .max_cols = spark_cols,
            .drawn = true},
        [LAST] = {.title = "last", .align = TABLE_DECIMAL, .max_cols = 14},
        [BEST] = {.title = "best", .align = TABLE_DECIMAL, .max_cols = 14},
        [BEST_STEP] = {.title = "@", .align = TABLE_RIGHT, .max_cols = 12},
        [COUNT] = {.title = "points", .align = TABLE_RIGHT, .max_cols = 40},
    };
    struct table_source source = {&drawing, metric_rows, metric_cell, NULL, metric_draw};
    table_draw(
        table, grid, place, &source, columns, part->brief ? LAST + 1 : METRIC_COLUMNS, 1, focused);
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

void run_tables_params(struct table *table, struct grid *grid, struct rect place,
    const struct run_row *run, bool focused)
{
    struct drawing drawing = {.run = run};
    static const struct table_column COLUMNS[] = {
        {.title = "parameter", .min_cols = 12, .max_cols = 40}, {.title = "value", .min_cols = 8}};
    struct table_source source = {&drawing, param_rows, param_cell, NULL, NULL};
    table_draw(table, grid, place, &source, COLUMNS, 2, 1, focused);
}
