#include "view/gauges.h"

#include "base/num.h"
#include "eval/downsample.h"
#include "screen/plot.h"
#include "screen/spark.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_COLS = 17,
    NUMBER_COLS = 7,
    UNIT_COLS = 4,
    LEAST_SPARK_COLS = 6,
    HIGH_SPARK_COLS = 12, /* of one that has more rows */
    MOST_SPARK_COLS = 96,
    MOST_COLS = 56, /* of a place that has room for the highest values too */
    HIGHEST_ROWS = 4
};

/* ---- names ---- */

void gauge_name(const char *name, char shown[GAUGE_NAME_BYTES], char unit[GAUGE_UNIT_BYTES])
{
    static const struct {
        const char *ending, *unit;
    } UNITS[] = {{"_mb_per_s", "MB/s"}, {"_percent", "%"}, {"_mb", "MB"}, {"_watts", "W"},
        {"_w", "W"},
        {"_celsius", "\xc2\xb0"
                     "C"},
        {"_c", "\xc2\xb0"
               "C"},
        {"_mhz", "MHz"}};
    size_t length = strlen(name);
    unit[0] = '\0';
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS && !unit[0]; i++) {
        size_t ending = strlen(UNITS[i].ending);
        if (length > ending && strcmp(name + length - ending, UNITS[i].ending) == 0) {
            snprintf(unit, GAUGE_UNIT_BYTES, "%s", UNITS[i].unit);
            length -= ending;
        }
    }
    snprintf(shown, GAUGE_NAME_BYTES, "%.*s", (int)length, name);
    for (char *at = shown; *at; at++)
        if (*at == '_' || *at == '/' || *at == '.')
            *at = ' ';
}

/* Of the beginnings of names; what is not listed comes last. */
static size_t place_of(const char *name)
{
    static const char *const ORDER[] = {"gpu", "cpu", "rss", "pss", "read", "written", "processes",
        "threads", "machine", "memory", "swap", "disk", "network"};
    size_t at = 0;
    while (at < sizeof ORDER / sizeof *ORDER && strncmp(name, ORDER[at], strlen(ORDER[at])) != 0)
        at++;
    return at;
}

struct ordering {
    const struct run_row *run;
    size_t skip;
};

static int compare(const void *a, const void *b, void *self)
{
    const struct ordering *ordering = self;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    size_t place_x = place_of(ordering->run->metrics[x].kind->name + ordering->skip);
    size_t place_y = place_of(ordering->run->metrics[y].kind->name + ordering->skip);
    if (place_x != place_y)
        return place_x < place_y ? -1 : 1;
    return x < y ? -1 : x > y;
}

void gauges_order(const struct run_row *run, struct run_tables_part *part)
{
    struct ordering ordering = {run, part->skip};
    if (part->rows && part->count)
        qsort_r((uint32_t *)part->rows, part->count, sizeof *part->rows, compare, &ordering);
}

/* ---- drawing ---- */

struct gauge_layout {
    int name, spark, number, unit, most; /* columns of the place; most: 0 for none */
    int spark_cols, rows;                /* of each gauge */
};

/* The row of a gauge in which its name and number stand; behind a high one is an empty row. */
static int base_of(const struct gauge_layout *at)
{
    return at->rows > 2 ? at->rows - 2 : at->rows - 1;
}

static struct gauge_layout lay_out(struct rect place, size_t count)
{
    struct gauge_layout out = {.name = place.col + 1, .rows = 1};
    int end = place.col + place.cols - 1;
    if (place.cols >= MOST_COLS) {
        end -= NUMBER_COLS + 1;
        out.most = end + 1;
    }
    out.unit = end - UNIT_COLS;
    out.number = out.unit - 1 - NUMBER_COLS;
    out.spark = out.name + NAME_COLS + 1;
    out.spark_cols = out.number - 1 - out.spark;
    if (out.spark_cols > MOST_SPARK_COLS)
        out.spark_cols = MOST_SPARK_COLS;
    int fit = count ? (place.rows - 1) / (int)count : 1;
    if (fit > 1 && out.spark_cols >= HIGH_SPARK_COLS)
        out.rows = fit < HIGHEST_ROWS ? fit : HIGHEST_ROWS;
    return out;
}

/* Joined dots; what is not finite leaves a gap. */
static void draw_line(struct grid *grid, struct rect plot, struct style style, const double *values,
    int32_t count, double most)
{
    int bottom = 4 * plot.rows - 1, before = -1;
    for (int x = 0; x < count; x++) {
        if (!isfinite(values[x])) {
            before = -1;
            continue;
        }
        int y = plot_nearest((1 - fmin(fmax(values[x] / most, 0), 1)) * bottom);
        int from = before < 0 ? y : before;
        plot_column(grid, plot, x, y < from ? y : from, y < from ? from : y, PLOT_FULL, style);
        before = y;
    }
}

/* From nothing to the most there was: how much it is, not only how it changes. A row of blocks, or
 * with more rows a line. */
static void draw_course(struct grid *grid, const struct gauge_layout *at, int row,
    const struct run_row *run, const struct run_metric *metric, const struct world *world)
{
    struct curve_want want = world_curve_want(metric);
    const struct curve *curve = world_curve(world, &want);
    double values[2 * MOST_SPARK_COLS], most = metric->max > 0 ? metric->max : 1;
    if (!curve || !curve->count || at->spark_cols < LEAST_SPARK_COLS)
        return;
    int32_t width = at->rows > 1 ? 2 * at->spark_cols : at->spark_cols;
    int32_t cols = curve->count < (size_t)width ? (int32_t)curve->count : width;
    struct downsample_range range =
        downsample_whole(curve->points, curve->count, DOWNSAMPLE_BY_INDEX, cols);
    downsample_sparkline(curve->points, curve->count, &range, values);
    for (int32_t i = width; i-- > 0;) /* what was measured more rarely is as wide as the others */
        values[i] = values[i * cols / width];
    struct rect plot = {row, at->spark, base_of(at) + 1, at->spark_cols};
    if (at->rows > 1)
        draw_line(grid, plot, session_run_style(run), values, width, most);
    else /* what is full leaves a gap to the one above */
        spark_draw(grid, row, at->spark, at->spark_cols, session_run_style(run), values,
            (size_t)width, 0, most * 8 / 7);
}

static void draw_number(struct grid *grid, int row, int col, struct style style, double value)
{
    char text[32];
    num_print_short(value, 4, text, sizeof text);
    grid_printf(grid, row, col, NUMBER_COLS, style, "%*s", NUMBER_COLS, text);
}

static void draw_gauge(struct grid *grid, const struct gauge_layout *at, int row,
    const struct run_row *run, const struct run_metric *metric, size_t skip,
    const struct world *world)
{
    char name[GAUGE_NAME_BYTES], unit[GAUGE_UNIT_BYTES];
    int base = row + base_of(at);
    gauge_name(metric->kind->name + skip, name, unit);
    grid_text(grid, base, at->name, NAME_COLS, STYLE_IS(TEXT), name);
    draw_course(grid, at, row, run, metric, world);
    draw_number(grid, base, at->number, STYLE_IS(TEXT), metric->last);
    grid_text(grid, base, at->unit, UNIT_COLS, STYLE_IS(MUTED), unit);
    if (at->most)
        draw_number(grid, base, at->most, STYLE_IS(MUTED), metric->max);
}

void gauges_draw(struct scroll *scroll, struct grid *grid, struct rect place,
    const struct run_row *run, const struct run_tables_part *part, const struct world *world,
    bool focused)
{
    struct gauge_layout at = lay_out(place, part->count);
    struct style heading = focused ? STYLE_IS(ACCENT) : STYLE_IS(MUTED);
    grid_text(grid, place.row, at.name, NAME_COLS, heading, part->title);
    grid_printf(grid, place.row, at.number, NUMBER_COLS, heading, "%*s", NUMBER_COLS, "now");
    if (at.most)
        grid_printf(grid, place.row, at.most, NUMBER_COLS, heading, "%*s", NUMBER_COLS, "most");
    int shown = (place.rows - 1) / at.rows;
    scroll_fit(scroll, part->count, shown);
    for (int i = 0; i < shown && scroll->top + (size_t)i < part->count; i++) {
        size_t index = scroll->top + (size_t)i;
        int row = place.row + 1 + i * at.rows;
        draw_gauge(grid, &at, row, run, &run->metrics[part->rows[index]], part->skip, world);
        if (focused && index == scroll->cursor) {
            row += base_of(&at);
            grid_mark(grid, (struct rect){row, place.col, 1, place.cols}, STYLE_ON_CURSOR);
            grid_cursor(grid, row, place.col);
        }
    }
    if (scroll->top + (size_t)shown < part->count)
        grid_printf(grid, place.row, at.spark, at.spark_cols, STYLE_IS(MUTED), "%zu more",
            part->count - scroll->top - (size_t)shown);
}
