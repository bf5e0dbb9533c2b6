/*
 * `boxtop plot`: charts in the terminal, as SVG or PNG, or the numbers that would be drawn.
 * Knows: the words of the command line, panels. Must not know: how anything is drawn.
 */
#include "app/gather.h"
#include "app/plot.h"
#include "app/print.h"
#include "app/terminal.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "base/num.h"
#include "screen/tty.h"
#include "work/figure.h"
#include "work/run_groups.h"

#include <langinfo.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_OUTPUT_BYTES = 512 << 20, NO_TERMINAL_COLS = 80, ROWS = 20, LEAST_COLS = 20 };
enum { MOST_TRACES = 3, LEAST_ROWS = 6, FIGURE_WIDTH_PX = 960, FIGURE_HEIGHT_PX = 420, LEAST_PX = 200 };
enum { DATA_COLUMNS = 1000, MOST_DATA_COLUMNS = 100000 };

/* What the command line came to. */
struct order {
    enum print_format format;
    bool is_data; /* --format csv or json */
    int width, height, columns;
    char note[192]; /* of each chart */
};

/* ---- options ---- */

static bool number_option(double value, const char *name, int least, int most, int without,
    int *out, struct err *err)
{
    if (!isnan(value) && !(value >= least && value <= most))
        return err_set(err, ERR_USAGE, "--%s is a number from %d to %d", name, least, most);
    *out = isnan(value) ? without : (int)value;
    return true;
}

static bool read_size(const struct settings *settings, struct order *order, struct err *err)
{
    struct tty_size size = {0};
    bool terminal = isatty(STDOUT_FILENO);
    if (settings->output)
        return number_option(settings->width, "width", LEAST_PX, FIGURE_MOST_SIDE_PX,
                   FIGURE_WIDTH_PX, &order->width, err) &&
               number_option(settings->height, "height", LEAST_PX, FIGURE_MOST_SIDE_PX,
                   FIGURE_HEIGHT_PX, &order->height, err);
    if (order->is_data)
        return number_option(settings->width, "width", 1, MOST_DATA_COLUMNS, DATA_COLUMNS,
            &order->width, err);
    if (terminal)
        tty_get_size(STDOUT_FILENO, &size);
    return number_option(settings->width, "width", LEAST_COLS, GRID_MAX_COLS,
               size.cols >= LEAST_COLS ? size.cols : NO_TERMINAL_COLS, &order->width, err) &&
           number_option(
               settings->height, "height", LEAST_ROWS, GRID_MAX_ROWS, ROWS, &order->height, err);
}

static bool read_order(const struct settings *settings, struct order *order, struct err *err)
{
    if (!print_format_parse(settings->format, &order->format, err))
        return false;
    order->is_data = order->format == PRINT_CSV || order->format == PRINT_JSON;
    if (settings->format && !order->is_data)
        return err_set(err, ERR_USAGE, "boxtop plot prints --format csv or json, or draws");
    if (settings->output && !path_has_suffix(settings->output, ".svg") &&
        !path_has_suffix(settings->output, ".png"))
        return err_set(err, ERR_USAGE, "%.200s: name a file that ends in .svg or .png",
            settings->output);
    if (settings->output && order->is_data)
        return err_set(err, ERR_USAGE, "-o writes a picture, --format prints numbers: name one");
    if (!settings->metric.count)
        return err_set(err, ERR_USAGE,
            "name what to plot with -m: AP, loss, or a metric as boxtop show lists them");
    if (!read_size(settings, order, err))
        return false;
    struct rect place = {0, 0, order->height, order->width};
    order->columns = settings->output ? plot_figure_columns(order->width)
                     : order->is_data ? order->width
                                      : chart_dots(place);
    return true;
}

static bool read_look(const struct settings *settings, struct plot *plot, struct order *order,
    struct err *err)
{
    char smooth[64];
    plot->look = (struct panel_look){.low = NAN,
        .high = NAN,
        .log_x = settings->log_x,
        .log_y = settings->log_y,
        .band = settings->band};
    if (settings->smooth && !panel_look_set_smooth(&plot->look, settings->smooth, err))
        return false;
    panel_look_set_x(&plot->look, settings->x_column ? settings->x_column : "step");
    panel_look_print_smooth(&plot->look, smooth, sizeof smooth);
    snprintf(order->note, sizeof order->note, "%s%sx %.80s", smooth, smooth[0] ? "  " : "",
        panel_look_x_name(&plot->look));
    return true;
}

/* Adds the panels that WORD names: one, or several separated by commas. */
static bool add_panels(struct plot *plot, const char *word, struct err *err)
{
    struct panel panel;
    if (plot->count == PLOT_MOST_PANELS)
        return err_set(err, ERR_USAGE, "more than %d metrics are too many", PLOT_MOST_PANELS);
    if (panel_find(plot->set.runs, plot->set.count, word, &panel)) {
        plot->charts[plot->count++].panel = panel;
        return true;
    }
    const char *comma = strchr(word, ',');
    if (!comma)
        return err_set(err, ERR_USAGE,
            "none of these runs has a metric \"%.100s\": boxtop show lists them", word);
    const char *first = arena_copy(&plot->arena, word, (size_t)(comma - word));
    if (!first)
        return err_set(err, ERR_MEMORY, "out of memory");
    return add_panels(plot, first, err) && (!comma[1] || add_panels(plot, comma + 1, err));
}

static bool check_x(const struct plot *plot, struct err *err)
{
    struct panel axis;
    if (plot->look.x != CURVE_X_METRIC ||
        panel_find(plot->set.runs, plot->set.count, plot->look.x_metric, &axis))
        return true;
    return err_set(err, ERR_USAGE,
        "-x %.100s: step, relative, time, wall, or a metric that one of the runs has",
        plot->look.x_metric);
}

/* ---- loading ---- */

static bool load_curves(
    struct plot *plot, struct store *store, int columns, struct err *err)
{
    struct curve_want *wants = ARENA_ARRAY(&plot->arena, struct curve_want, CURVES_MOST);
    size_t count = 0;
    if (!wants)
        return err_set(err, ERR_MEMORY, "out of memory");
    if (plot->set.count * plot->count > CURVES_MOST || plot->set.count > CURVE_LINES_MOST)
        return err_set(err, ERR_USAGE, "%zu runs with %zu metrics are too many: %d runs, %d curves",
            plot->set.count, plot->count, CURVE_LINES_MOST, CURVES_MOST);
    for (size_t i = 0; i < plot->count; i++)
        for (size_t r = 0; r < plot->set.count; r++)
            if (curve_set_want(&plot->set, &plot->charts[i].panel, (int32_t)i, &plot->look, columns,
                    r, &wants[count]))
                count++;
    plot->curves = curves_load(store, wants, count, NULL, err);
    return plot->curves != NULL;
}

static bool make_charts(struct plot *plot, const char *note, struct err *err)
{
    for (size_t i = 0; i < plot->count; i++) {
        struct plot_chart *chart = &plot->charts[i];
        chart->lines = ARENA_ARRAY(&plot->arena, struct curve_lines, 1);
        if (!chart->lines)
            return err_set(err, ERR_MEMORY, "out of memory");
        curve_lines_find(
            &plot->set, &chart->panel, (int32_t)i, &plot->look, plot->curves, chart->lines);
        curve_lines_chart(
            chart->lines, &plot->session, &plot->look, true, &plot->arena, &chart->chart);
        chart->chart.title = chart->panel.name;
        chart->chart.note = note;
    }
    return true;
}

/* ---- numbers ---- */

struct named_trace {
    const char *kind;
    const struct trace *trace;
};

/* What there is of LINE: the band, raw and smoothed values. */
static size_t traces_of(const struct curve_line *line, struct named_trace out[MOST_TRACES])
{
    size_t count = 0;
    if (line->members)
        out[count++] = (struct named_trace){"band", line->trace};
    if (line->curve) {
        out[count++] = (struct named_trace){"raw", &line->curve->raw};
        if (curve_shown(line->curve) != &line->curve->raw)
            out[count++] = (struct named_trace){"smooth", curve_shown(line->curve)};
    }
    return count;
}

static void points_json(const struct trace *trace, struct json_writer *json)
{
    json_writer_array(json);
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_span *s = &trace->spans[i];
        const struct {
            const char *key;
            double value;
        } NUMBERS[] = {{"x", s->x}, {"to_x", s->to_x}, {"first", s->first}, {"last", s->last},
            {"min", s->min}, {"max", s->max}, {"mean", s->mean}};
        json_writer_object(json);
        for (size_t k = 0; k < sizeof NUMBERS / sizeof *NUMBERS; k++) {
            json_writer_key(json, NUMBERS[k].key);
            json_writer_number(json, NUMBERS[k].value);
        }
        json_writer_key(json, "count");
        json_writer_int(json, s->count);
        json_writer_key(json, "starts");
        json_writer_bool(json, s->starts);
        json_writer_object_end(json);
    }
    json_writer_array_end(json);
}

static void print_json(const struct plot *plot, struct buf *out)
{
    struct json_writer json;
    json_writer_init(&json, out, false);
    json_writer_array(&json);
    for (size_t i = 0; i < plot->count; i++)
        for (size_t k = 0; k < plot->charts[i].lines->count; k++) {
            const struct curve_line *line = &plot->charts[i].lines->items[k];
            struct named_trace traces[MOST_TRACES];
            size_t count = traces_of(line, traces);
            json_writer_object(&json);
            json_writer_key(&json, "metric");
            json_writer_string(&json, plot->charts[i].panel.name);
            json_writer_key(&json, "run");
            json_writer_string(&json, line->run->name);
            json_writer_key(&json, "runs");
            json_writer_int(&json, line->members ? (int64_t)line->members : 1);
            json_writer_key(&json, "x");
            json_writer_string(&json, panel_look_x_name(&plot->look));
            for (size_t t = 0; t < count; t++) {
                json_writer_key(&json, traces[t].kind);
                points_json(traces[t].trace, &json);
            }
            json_writer_object_end(&json);
        }
    json_writer_array_end(&json);
    buf_add_char(out, '\n');
}

static const char *number_text(struct arena *arena, double value)
{
    char text[40];
    num_print(value, text, sizeof text);
    return arena_string(arena, text);
}

static bool print_csv(struct plot *plot, struct buf *out, struct err *err)
{
    static const char *const TITLES[] = {"metric", "run", "kind", "x", "to_x", "first", "last",
        "min", "max", "mean", "count", "starts"};
    enum { COLUMNS = sizeof TITLES / sizeof *TITLES };
    size_t rows = 0;
    struct named_trace traces[MOST_TRACES];
    for (size_t i = 0; i < plot->count; i++)
        for (size_t k = 0; k < plot->charts[i].lines->count; k++)
            for (size_t t = traces_of(&plot->charts[i].lines->items[k], traces); t > 0; t--)
                rows += traces[t - 1].trace->count;
    struct print_cell *cells = ARENA_ARRAY(&plot->arena, struct print_cell, rows * COLUMNS + 1);
    struct print_cell *cell = cells;
    if (!cells)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < plot->count; i++)
        for (size_t k = 0; k < plot->charts[i].lines->count; k++) {
            const struct curve_line *line = &plot->charts[i].lines->items[k];
            size_t count = traces_of(line, traces);
            for (size_t t = 0; t < count; t++)
                for (size_t p = 0; p < traces[t].trace->count; p++) {
                    const struct trace_span *s = &traces[t].trace->spans[p];
                    const double NUMBERS[] = {s->x, s->to_x, s->first, s->last, s->min, s->max,
                        s->mean, (double)s->count, s->starts};
                    *cell++ = (struct print_cell){plot->charts[i].panel.name, false};
                    *cell++ = (struct print_cell){line->run->name, false};
                    *cell++ = (struct print_cell){traces[t].kind, false};
                    for (size_t n = 0; n < sizeof NUMBERS / sizeof *NUMBERS; n++)
                        *cell++ =
                            (struct print_cell){number_text(&plot->arena, NUMBERS[n]), true};
                }
        }
    struct print_table table = {TITLES, COLUMNS, rows, cells};
    print_table(&table, PRINT_CSV, out);
    return true;
}

/* ---- the whole ---- */

static bool put_out(const struct settings *settings, struct plot *plot, const struct order *order,
    struct err *err)
{
    struct buf out;
    buf_init(&out, MOST_OUTPUT_BYTES);
    if (settings->output)
        return plot_figure(plot, order->width, order->height, settings->output, err);
    bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0, ok = true;
    bool coloured = isatty(STDOUT_FILENO) && !terminal_is_mono();
    if (order->format == PRINT_JSON)
        print_json(plot, &out);
    else if (order->is_data)
        ok = print_csv(plot, &out, err);
    else
        ok = plot_text(
            plot, order->height, order->width, coloured ? 256 : 0, utf8, &out, err);
    ok = ok && print_flush(&out, err);
    buf_done(&out);
    return ok;
}

/* Without colours lines are told apart by strokes and markers. */
static bool choose_theme(const struct settings *settings, struct plot *plot, struct err *err)
{
    struct theme theme;
    bool colours = settings->output || (isatty(STDOUT_FILENO) && !terminal_is_mono());
    const char *name = settings->theme    ? settings->theme
                       : settings->output ? "light"
                       : colours          ? "dark"
                                          : "mono";
    if (!theme_load(&theme, colours ? name : "mono", err))
        return false;
    session_init(&plot->session, &theme);
    return true;
}

static bool plot_runs(const struct settings *settings, struct gathered *gathered, struct plot *plot,
    struct err *err)
{
    struct order order = {0};
    int32_t *groups = ARENA_ARRAY(&plot->arena, int32_t, gathered->count + 1);
    if (!groups || !runs_number_siblings(gathered->chosen, gathered->count, groups))
        return err_set(err, ERR_MEMORY, "out of memory");
    plot->set = (struct curve_set){gathered->chosen, groups, gathered->count};
    if (!read_order(settings, &order, err) || !read_look(settings, plot, &order, err) ||
        !choose_theme(settings, plot, err))
        return false;
    for (size_t i = 0; i < settings->metric.count; i++)
        if (!add_panels(plot, settings->metric.items[i], err))
            return false;
    return check_x(plot, err) && load_curves(plot, gathered->store, order.columns, err) &&
           make_charts(plot, order.note, err) && put_out(settings, plot, &order, err);
}

static int run(const struct settings *settings, char **operands)
{
    struct err err = {0};
    struct gathered gathered = {0};
    struct order order = {0};
    struct plot *plot = calloc(1, sizeof *plot);
    bool ok = (plot || err_set(&err, ERR_MEMORY, "out of memory")) &&
              read_order(settings, &order, &err) && /* before anything is read */
              gather_named(settings, operands, 1, &gathered, &err) &&
              plot_runs(settings, &gathered, plot, &err);
    if (plot) {
        curves_release(plot->curves);
        session_done(&plot->session);
        arena_done(&plot->arena);
        free(plot);
    }
    gather_done(&gathered);
    if (ok)
        return EXIT_FINE;
    say_error(&err);
    return err.code == ERR_USAGE ? EXIT_WRONG_USAGE : EXIT_UNREADABLE;
}

const struct command command_plot = {
    .name = "plot",
    .operands = "RUN...",
    .summary = "curves in the terminal, as SVG, PNG, CSV or JSON",
    .accepts = "index gt images metric x log-x log-y smooth band width height output format theme",
    .run = run,
};
