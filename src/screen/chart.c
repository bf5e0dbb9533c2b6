#include "screen/chart.h"

#include "screen/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_COLS = 7, LEAST_PLOT_COLS = 4, NARROW_LINES = 5, LONE = 0x2022 };
/* Dots of a stroke's pattern; columns between a line's markers, and how far markers stand apart. */
enum { PATTERN_DOTS = 12, MARKER_DOTS = 48, MARKER_SHIFT = 6, HIGH_DOTS = 3 };

/* A dot is addressed from the top left of the plot; a cell has 2 x 4 of them. */
struct canvas {
    struct grid *grid;
    const struct chart_place *place;
    int dots_y;
    uint8_t stroke; /* of the series at hand */
    bool faint;
};

/* Whether dot column X belongs to a dash. */
static bool is_inked(int stroke, int x)
{
    static const char PATTERNS[CHART_STROKES][PATTERN_DOTS + 1] = {
        "############", "########    ", "##  ##  ##  ", "######  ##  "};
    return PATTERNS[stroke % CHART_STROKES][x % PATTERN_DOTS] == '#';
}

static double lesser(double a, double b)
{
    return a < b ? a : b;
}

static double greater(double a, double b)
{
    return a > b ? a : b;
}

/* Dots between two heights (dots, not yet rounded), clipped to the plot. */
static void put_run(const struct canvas *canvas, int x, double y0, double y1, struct style style)
{
    double top = lesser(y0, y1), bottom = greater(y0, y1);
    if (x < 0 || x >= canvas->place->dots_x || !(bottom > -0.5) || !(top < canvas->dots_y - 0.5))
        return;
    int from = plot_nearest(greater(top, 0)), to = plot_nearest(lesser(bottom, canvas->dots_y - 1));
    if (to - from < HIGH_DOTS && !is_inked(canvas->stroke, x))
        return;
    /* Half of the dots: lighter also where there is no dim. */
    plot_column(canvas->grid, canvas->place->plot, x, from, to,
        canvas->faint && from < to ? PLOT_HALF : PLOT_FULL, style);
}

static double dot_x(const struct canvas *canvas, double value)
{
    return axis_place(&canvas->place->x, value) * (canvas->place->dots_x - 1);
}

static double dot_y(const struct canvas *canvas, double value)
{
    double place = axis_place(&canvas->place->y, value);
    if (isnan(place) && !isnan(value))
        place = -1e6; /* what a logarithmic axis has no place for is far below */
    return (1 - place) * (canvas->dots_y - 1);
}

/* The line from one point to the next, column by column, so that steep lines have no holes. */
static void join(
    const struct canvas *canvas, double x0, double y0, double x1, double y1, struct style style)
{
    if (!(x1 >= x0) || x1 < 0 || x0 > canvas->place->dots_x - 1)
        return;
    int from = plot_nearest(greater(x0, 0)),
        to = plot_nearest(lesser(x1, canvas->place->dots_x - 1));
    if (x1 - x0 < 1) {
        put_run(canvas, to, y0, y1, style);
        return;
    }
    double slope = (y1 - y0) / (x1 - x0);
    for (int x = from; x <= to; x++) {
        double left = greater(x - 0.5, x0), right = lesser(x + 0.5, x1);
        double begin = y0 + (left - x0) * slope, end = y0 + (right - x0) * slope;
        /* Half a dot at the far end belongs to the next column: lines stay thin. */
        if (fabs(end - begin) > 1)
            end -= end > begin ? 0.5 : -0.5;
        put_run(canvas, x, begin, end, style);
    }
}

static bool is_lone(const struct chart_series *series, size_t i)
{
    const struct chart_span *span = &series->spans[i];
    return span->starts && (i + 1 == series->count || span[1].starts) && span->min == span->max;
}

static void put_sign(
    const struct canvas *canvas, double x, double y, struct style style, uint32_t code)
{
    const struct rect *plot = &canvas->place->plot;
    if (x > -0.5 && x < canvas->place->dots_x - 0.5 && y > -0.5 && y < canvas->dots_y - 0.5)
        grid_put(canvas->grid, plot->row + (int)lround(y) / 4, plot->col + (int)lround(x) / 2,
            style, code);
}

static void draw_series(struct canvas *canvas, const struct chart_series *series)
{
    struct style style = series->style;
    canvas->stroke = series->stroke;
    canvas->faint = series->faint;
    if (series->faint)
        style.attr |= STYLE_DIM;
    double x_before = NAN, y_before = NAN;
    for (size_t i = 0; i < series->count; i++) {
        const struct chart_span *span = &series->spans[i];
        double x = dot_x(canvas, span->x);
        bool joined = !span->starts && isfinite(x_before);
        bool seen = x > -0.5 && x < canvas->place->dots_x - 0.5;
        if (joined && isfinite(x))
            join(canvas, x_before, y_before, x, dot_y(canvas, span->first), style);
        if (seen)
            put_run(canvas, plot_nearest(greater(x, 0)), dot_y(canvas, span->min),
                dot_y(canvas, span->max), style);
        x_before = x;
        y_before = dot_y(canvas, span->last);
    }
}

/* Above all lines: points that no line leads to, which one dot would not show, and markers. */
static void draw_signs(const struct canvas *canvas, const struct chart_series *series)
{
    double next = series->marker * MARKER_SHIFT % MARKER_DOTS;
    for (size_t i = 0; i < series->count; i++) {
        const struct chart_span *span = &series->spans[i];
        double x = dot_x(canvas, span->x), y = dot_y(canvas, span->last);
        bool marks = series->marker && (x >= next || i + 1 == series->count);
        if (!(x > -0.5 && x < canvas->place->dots_x - 0.5))
            continue;
        if (marks)
            put_sign(canvas, x, y, series->style, chart_marker_code(series->marker));
        else if (is_lone(series, i))
            put_sign(canvas, x, y, series->style, LONE);
        while (marks && next <= x)
            next += MARKER_DOTS;
    }
}

uint32_t chart_marker_code(int marker)
{
    static const uint32_t CODES[CHART_MARKERS] = {
        0x25a0, 0x25cf, 0x25b2, 0x25c6, 0x25cb, 0x25bc, 0x25c7, 0x2605, 0x25b6};
    return CODES[marker >= 0 && marker < CHART_MARKERS ? marker : 0];
}

/* Every second dot of a column between two heights. */
static void hatch(
    const struct canvas *canvas, int col, double top, double bottom, struct style style)
{
    top = greater(top, 0);
    bottom = lesser(bottom, canvas->dots_y - 1);
    if (top <= bottom) /* else above or below the plot, perhaps by more than an int holds */
        plot_column(canvas->grid, canvas->place->plot, col, plot_nearest(top), (int)bottom,
            PLOT_HALF, style);
}

/* Between min and max of each span and of the straight lines from one to the next, dim. */
static void draw_band(const struct canvas *canvas, const struct chart_series *series)
{
    struct style style = series->style;
    style.attr |= STYLE_DIM;
    for (size_t i = 0; i < series->band_count; i++) {
        const struct chart_span *span = &series->band[i];
        const struct chart_span *before = i && !span->starts ? span - 1 : span;
        double x0 = dot_x(canvas, before->x), x1 = dot_x(canvas, span->x);
        if (!isfinite(x0) || !isfinite(x1) || x1 < -0.5 || x0 > canvas->place->dots_x - 0.5)
            continue;
        double top0 = dot_y(canvas, before->max), top1 = dot_y(canvas, span->max);
        double low0 = dot_y(canvas, before->min), low1 = dot_y(canvas, span->min);
        int from = (int)lround(fmax(x0, 0)), to = (int)lround(fmin(x1, canvas->place->dots_x - 1));
        for (int x = from; x <= to; x++) {
            double part = x1 > x0 ? fmin(fmax((x - x0) / (x1 - x0), 0), 1) : 1;
            hatch(canvas, x, top0 + part * (top1 - top0), low0 + part * (low1 - low0), style);
        }
    }
}

struct range {
    double low, high;
};

static void widen(struct range *range, double value)
{
    if (!isfinite(value))
        return;
    if (!(range->low <= value))
        range->low = value;
    if (!(range->high >= value))
        range->high = value;
}

static bool is_seen(double value, double low, double high)
{
    return (isnan(low) || value >= low) && (isnan(high) || value <= high);
}

/* A line from outside into the window, or right across it, is seen where it crosses the edges. */
static void widen_edges(const struct chart *chart, const struct chart_span *a,
    const struct chart_span *b, struct range *y)
{
    const double edges[] = {chart->x_low, chart->x_high};
    for (int i = 0; i < 2; i++) {
        double part = (edges[i] - a->x) / (b->x - a->x),
               value = a->last + part * (b->first - a->last);
        if (part >= 0 && part <= 1 && (!chart->log_y || value > 0))
            widen(y, value);
    }
}

static void widen_spans(const struct chart *chart, const struct chart_span *spans, size_t count,
    struct range *x, struct range *y)
{
    bool edged = !isnan(chart->x_low) || !isnan(chart->x_high);
    for (size_t i = 0; i < count; i++) {
        const struct chart_span *span = &spans[i];
        if (edged && i > 0 && !span->starts)
            widen_edges(chart, span - 1, span, y);
        if (!is_seen(span->x, chart->x_low, chart->x_high) || (chart->log_x && !(span->x > 0)))
            continue;
        widen(x, span->x);
        if (!chart->log_y || span->min > 0)
            widen(y, span->min);
        if (!chart->log_y || span->max > 0)
            widen(y, span->max);
    }
}

/* False when no series has anything within the range of x. */
static bool find_ranges(const struct chart *chart, struct range *x, struct range *y)
{
    *x = *y = (struct range){NAN, NAN};
    for (size_t i = 0; i < chart->count; i++) {
        const struct chart_series *series = &chart->series[i];
        widen_spans(chart, series->spans, series->count, x, y);
        widen_spans(chart, series->band, series->band_count, x, y);
    }
    bool any = !isnan(y->low);
    if (!isnan(chart->x_low))
        x->low = chart->x_low;
    if (!isnan(chart->x_high))
        x->high = chart->x_high;
    if (!isnan(chart->y_low))
        y->low = chart->y_low;
    if (!isnan(chart->y_high))
        y->high = chart->y_high;
    return any;
}

static void init_x(
    struct axis *axis, const struct chart *chart, const struct range *x, int wanted)
{
    if (chart->x == CHART_X_NUMBER || chart->log_x)
        axis_init(axis, x->low, x->high, chart->log_x, wanted, false);
    else
        axis_init_time(axis, x->low, x->high, chart->x == CHART_X_CLOCK, wanted);
}

static void init_y(
    struct axis *axis, const struct chart *chart, const struct range *y, int wanted)
{
    axis_init(axis, y->low, y->high, chart->log_y, wanted,
        isnan(chart->y_low) && isnan(chart->y_high));
}

bool chart_axes(
    const struct chart *chart, int wanted_x, int wanted_y, struct axis *x, struct axis *y)
{
    struct range range_x, range_y;
    bool any = find_ranges(chart, &range_x, &range_y);
    init_x(x, chart, &range_x, wanted_x);
    init_y(y, chart, &range_y, wanted_y);
    return any;
}

/* The marker, or a piece of the stroke where there is none. */
static uint32_t legend_code(const struct chart_series *series)
{
    static const uint32_t STROKES[CHART_STROKES] = {
        [CHART_DASHED] = 0x2504, [CHART_DOTTED] = 0xb7, [CHART_DASHDOT] = 0x2505};
    bool strokes = !series->marker && series->stroke && series->stroke < CHART_STROKES;
    return strokes ? STROKES[series->stroke] : chart_marker_code(series->marker);
}

/* Title, legend and note in the first row. */
static void draw_head(struct grid *grid, struct rect rect, const struct chart *chart)
{
    int col = rect.col, end = rect.col + rect.cols;
    int note = chart->note && *chart->note ? grid_text_cols(chart->note) : 0;
    if (note && note < rect.cols / 2) {
        grid_text(grid, rect.row, end - note, note, STYLE_IS(MUTED), chart->note);
        end -= note + 2;
    }
    if (chart->title)
        col += grid_text(grid, rect.row, col, end - col,
                   chart->focused ? STYLE_IS(ACCENT) : STYLE_IS(TITLE), chart->title) +
               2;
    for (size_t i = 0; i < chart->count; i++) {
        const struct chart_series *series = &chart->series[i];
        if (!series->name)
            continue;
        size_t left = 0;
        for (size_t j = i + 1; j < chart->count; j++)
            left += chart->series[j].name != NULL;
        int room = end - col - (left ? 5 : 0), cols = grid_text_cols(series->name) + 2;
        if (room < cols && room < 8) {
            grid_printf(grid, rect.row, col, end - col, STYLE_IS(MUTED), "+%zu", left + 1);
            return;
        }
        grid_put(grid, rect.row, col, series->style, legend_code(series));
        col += 2 + grid_text(grid, rect.row, col + 2, room - 2, STYLE_IS(TEXT), series->name) + 2;
    }
}

/* Rows of a chart that is not as high as it would like: labels go first, then the lines. */
struct rows {
    int head, plot;
    bool line, labels;
};

static struct rows share_rows(struct rect rect, const struct chart *chart)
{
    bool head = chart->title || chart->note;
    for (size_t i = 0; i < chart->count; i++)
        head |= chart->series[i].name != NULL;
    struct rows rows = {
        head && rect.rows > 1, 0, rect.rows >= NARROW_LINES, rect.rows >= NARROW_LINES - 1};
    rows.plot = rect.rows - rows.head - rows.line - rows.labels;
    return rows;
}

int chart_dots(struct rect rect)
{
    int cols = rect.cols - LABEL_COLS;
    return 2 * (cols > LEAST_PLOT_COLS ? cols : LEAST_PLOT_COLS);
}

static void draw_mark(const struct canvas *canvas, double value)
{
    const struct rect *plot = &canvas->place->plot;
    double x = dot_x(canvas, value);
    if (!(x > -0.5 && x < canvas->place->dots_x - 0.5))
        return;
    int col = plot->col + (int)lround(x) / 2;
    for (int row = plot->row; row < plot->row + plot->rows; row++)
        if (rect_holds(canvas->grid->clip, row, col) &&
            canvas->grid->cells[(size_t)row * (size_t)canvas->grid->cols + (size_t)col].code[0] ==
                ' ')
            grid_put(canvas->grid, row, col, STYLE_IS(CHART_MARK), 0x2502);
}

static void draw_plot(struct grid *grid, const struct chart *chart, const struct chart_place *place)
{
    struct canvas canvas = {grid, place, 4 * place->plot.rows, CHART_SOLID, false};
    struct rect before = grid_clip(grid, place->plot);
    for (size_t i = 0; i < chart->count; i++)
        draw_band(&canvas, &chart->series[i]);
    for (int faint = 1; faint >= 0; faint--)
        for (size_t i = 0; i < chart->count; i++)
            if (chart->series[i].faint == faint)
                draw_series(&canvas, &chart->series[i]);
    for (size_t i = 0; i < chart->count; i++)
        if (!chart->series[i].faint)
            draw_signs(&canvas, &chart->series[i]);
    if (!isnan(chart->mark_x))
        draw_mark(&canvas, chart->mark_x);
    grid_unclip(grid, before);
}

static void draw_empty(struct grid *grid, struct rect plot, const struct chart *chart)
{
    const char *text = chart->empty ? chart->empty : "no points";
    int cols = grid_text_cols(text), shift = cols < plot.cols ? (plot.cols - cols) / 2 : 0;
    grid_text(
        grid, plot.row + plot.rows / 2, plot.col + shift, plot.cols - shift, STYLE_IS(MUTED), text);
}

void chart_draw(
    struct grid *grid, struct rect rect, const struct chart *chart, struct chart_place *place)
{
    memset(place, 0, sizeof *place);
    struct rows rows = share_rows(rect, chart);
    if (rows.plot < 1 || rect.cols < LEAST_PLOT_COLS + 2)
        return;
    struct rect before = grid_clip(grid, rect);
    struct range x, y;
    bool any = place->any = find_ranges(chart, &x, &y);
    if (rows.head)
        draw_head(grid, rect, chart);
    if (chart->bare && !chart->log_y && isnan(chart->y_low) && isnan(chart->y_high))
        axis_init_rows(&place->y, y.low, y.high, rows.plot); /* lines cross the numbers */
    else
        init_y(&place->y, chart, &y, rows.plot / 3 + 2);
    int label_cols = plot_label_cols(&place->y);
    if (label_cols > rect.cols - 2 - LEAST_PLOT_COLS)
        label_cols = 0;
    int left = label_cols ? label_cols + 2 : 1;
    place->plot = (struct rect){rect.row + rows.head, rect.col + left, rows.plot, rect.cols - left};
    place->dots_x = 2 * place->plot.cols;
    init_x(&place->x, chart, &x, place->plot.cols / 10 + 2);
    if (!any) {
        draw_empty(grid, (struct rect){place->plot.row, rect.col, rows.plot, rect.cols}, chart);
    } else {
        plot_y_axis(grid, place->plot, &place->y, label_cols);
        plot_x_axis(grid, rect, place->plot, &place->x, rows.line, rows.labels);
        if (!chart->bare)
            draw_plot(grid, chart, place);
    }
    grid_unclip(grid, before);
}

double chart_x_at(const struct chart_place *place, int col)
{
    double dot = 2 * (col - place->plot.col) + 0.5;
    return axis_value(&place->x, place->dots_x > 1 ? dot / (place->dots_x - 1) : 0);
}
