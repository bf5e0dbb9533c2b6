#include "screen/scatter.h"

#include "screen/plot.h"

#include <math.h>
#include <string.h>

enum { LEAST_COLS = 12, LEAST_ROWS = 3, TITLE_ROWS = 8 };
static const double PADDING = 0.06; /* of the range, so that no point lies on the frame */

struct canvas {
    struct grid *grid;
    const struct scatter *scatter;
    const struct scatter_place *place;
    int dots_x, dots_y;
};

/* A place in dots from the top left; false when it has none in the plot. */
static bool find_dot(const struct scatter_place *place, double x, double y, int *col, int *row)
{
    double across = axis_place(&place->x, x) * (2 * place->plot.cols - 1);
    double down = (1 - axis_place(&place->y, y)) * (4 * place->plot.rows - 1);
    if (!(across > -0.5 && across < 2 * place->plot.cols - 0.5) ||
        !(down > -0.5 && down < 4 * place->plot.rows - 0.5))
        return false;
    *col = (int)lround(across);
    *row = (int)lround(down);
    return true;
}

/* ---- ranges ---- */

static bool is_placed(double value, bool log)
{
    return isfinite(value) && (!log || value > 0);
}

struct range {
    double low, high;
};

static void widen(struct range *range, double value)
{
    range->low = isnan(range->low) ? value : fmin(range->low, value);
    range->high = isnan(range->high) ? value : fmax(range->high, value);
}

/* A little more on both sides, but not past zero: no time is negative. */
static void pad(struct range *range, bool log)
{
    double low = range->low, high = range->high;
    if (log) {
        double factor = pow(high / low, PADDING);
        *range = (struct range){low / factor, high * factor};
        return;
    }
    double by = (high - low) * PADDING;
    range->low = low >= 0 ? fmax(low - by, 0) : low - by;
    range->high = high <= 0 ? fmin(high + by, 0) : high + by;
}

/* Returns how many points have a place. */
static size_t find_ranges(const struct scatter *scatter, struct range *x, struct range *y)
{
    size_t placed = 0;
    *x = *y = (struct range){NAN, NAN};
    for (size_t i = 0; i < scatter->count; i++) {
        const struct scatter_point *point = &scatter->points[i];
        if (!is_placed(point->x, scatter->log_x) || !is_placed(point->y, scatter->log_y))
            continue;
        widen(x, point->x);
        widen(y, point->y);
        placed++;
    }
    if (placed) {
        pad(x, scatter->log_x);
        pad(y, scatter->log_y);
    }
    return placed;
}

/* ---- limits ---- */

static bool is_beyond(const struct scatter_limit *limit, double value)
{
    return limit->above ? value > limit->value : value < limit->value;
}

/* Sparse points over what LIMIT rules out. */
static void draw_ruled_out(const struct canvas *canvas, const struct scatter_limit *limit)
{
    const struct rect *plot = &canvas->place->plot;
    struct style style = STYLE_IS(BORDER);
    style.attr = STYLE_DIM;
    for (int row = 0; row < plot->rows; row++)
        for (int col = 0; col < plot->cols; col++) {
            double value =
                limit->on_y ? axis_value(&canvas->place->y, 1 - (row + 0.5) / plot->rows)
                            : axis_value(&canvas->place->x, (col + 0.5) / plot->cols);
            if (is_beyond(limit, value) && (col + 2 * row) % 4 == 0)
                grid_put(canvas->grid, plot->row + row, plot->col + col, style, 0xb7);
        }
}

static void draw_limit(const struct canvas *canvas, const struct scatter_limit *limit)
{
    const struct axis *axis = limit->on_y ? &canvas->place->y : &canvas->place->x;
    double at = axis_place(axis, limit->value);
    if (!(at >= 0 && at <= 1))
        return;
    int across = (int)lround(at * (canvas->dots_x - 1));
    int down = (int)lround((1 - at) * (canvas->dots_y - 1));
    for (int i = 0; i < (limit->on_y ? canvas->dots_x : canvas->dots_y); i++)
        plot_dot(canvas->grid, canvas->place->plot, limit->on_y ? i : across,
            limit->on_y ? down : i, STYLE_IS(CHART_MARK));
}

/* ---- the front ---- */

/* Dots from one place to another on one row or column, every STRIDE-th. */
static void draw_straight(
    const struct canvas *canvas, int x0, int y0, int x1, int y1, int stride)
{
    int steps = x0 == x1 ? y1 - y0 : x1 - x0, sign = steps < 0 ? -1 : 1;
    for (int i = 0; i <= steps * sign; i += stride)
        plot_dot(canvas->grid, canvas->place->plot, x0 == x1 ? x0 : x0 + i * sign,
            x0 == x1 ? y0 + i * sign : y0, STYLE_IS(CHART_AXIS));
}

static void draw_front(const struct canvas *canvas)
{
    const struct scatter *scatter = canvas->scatter;
    int last_x = 0, last_y = 0;
    bool begun = false;
    for (size_t i = 0; i < scatter->front_count; i++) {
        int x, y;
        if (!find_dot(canvas->place, scatter->front[i].x, scatter->front[i].y, &x, &y))
            continue;
        if (begun) {
            draw_straight(canvas, last_x, last_y, x, last_y, 1);
            draw_straight(canvas, x, last_y, x, y, 1);
        } else {
            draw_straight(canvas, x, y, x, scatter->y_higher ? canvas->dots_y - 1 : 0, 3);
        }
        begun = true;
        last_x = x;
        last_y = y;
    }
    if (begun)
        draw_straight(
            canvas, last_x, last_y, scatter->x_higher ? 0 : canvas->dots_x - 1, last_y, 3);
}

/* ---- points ---- */

static void draw_point(const struct canvas *canvas, const struct scatter_point *point)
{
    const struct rect *plot = &canvas->place->plot;
    int x, y;
    if (!find_dot(canvas->place, point->x, point->y, &x, &y))
        return;
    if (point->mark) {
        grid_put(canvas->grid, plot->row + y / 4, plot->col + x / 2, point->style, point->mark);
        return;
    }
    int left = x + 1 < canvas->dots_x ? x : x - 1, top = y + 1 < canvas->dots_y ? y : y - 1;
    for (int dot = 0; dot < 4; dot++)
        plot_dot(canvas->grid, *plot, left + dot % 2, top + dot / 2, point->style);
}

/* The cell of the cursor's point stands out, and its values are marked on the axes. */
static void draw_cursor(const struct canvas *canvas)
{
    const struct scatter *scatter = canvas->scatter;
    const struct rect *plot = &canvas->place->plot;
    int x, y;
    if (scatter->cursor >= scatter->count)
        return;
    struct scatter_point point = scatter->points[scatter->cursor];
    if (!find_dot(canvas->place, point.x, point.y, &x, &y))
        return;
    int row = plot->row + y / 4, col = plot->col + x / 2;
    if (!point.mark)
        point.mark = 0x25cf;
    point.style.attr = (uint8_t)((point.style.attr & ~STYLE_DIM) | STYLE_ON_CURSOR | STYLE_BOLD);
    draw_point(canvas, &point);
    grid_cursor(canvas->grid, row, col);
}

static void mark_axes(const struct canvas *canvas)
{
    const struct scatter *scatter = canvas->scatter;
    const struct rect *plot = &canvas->place->plot;
    int x, y;
    if (scatter->cursor >= scatter->count ||
        !find_dot(canvas->place, scatter->points[scatter->cursor].x,
            scatter->points[scatter->cursor].y, &x, &y))
        return;
    grid_put(canvas->grid, plot->row + plot->rows, plot->col + x / 2, STYLE_IS(CHART_MARK), 0x25b2);
    grid_put(canvas->grid, plot->row + y / 4, plot->col - 1, STYLE_IS(CHART_MARK), 0x25b6);
}

/* ---- labels ---- */

/* Nothing is there; with OVER_LINES a line of the front, a limit or what it rules out may be. */
static bool is_free(const struct canvas *canvas, int row, int col, int cols, bool over_lines)
{
    const struct rect *plot = &canvas->place->plot;
    if (row < plot->row || row >= plot->row + plot->rows || col < plot->col ||
        col + cols > plot->col + plot->cols ||
        !rect_holds(canvas->grid->clip, row, col) ||
        !rect_holds(canvas->grid->clip, row, col + cols - 1))
        return false;
    const struct cell *cells =
        &canvas->grid->cells[(size_t)row * (size_t)canvas->grid->cols + (size_t)col];
    for (int i = 0; i < cols; i++) {
        bool line = cells[i].role == STYLE_CHART_AXIS || cells[i].role == STYLE_CHART_MARK ||
                    cells[i].role == STYLE_BORDER;
        bool ruled = cells[i].role == STYLE_BORDER;
        if (cells[i].code[0] != ' ' && !ruled && !(over_lines && line))
            return false;
    }
    return true;
}

/* Beside the point, above or below it, the first place that is free; greedy, for an optimum is
 * NP-hard (Formann and Wagner, 1991) and the list beside has every name. */
static void draw_label(const struct canvas *canvas, const struct scatter_point *point, bool focused)
{
    static const struct {
        int rows;
        double cols; /* of the label's width, from the point's column */
        int shift;
    } SIDES[] = {{0, 0, 2}, {0, -1, -1}, {-1, 0, 1}, {1, 0, 1}, {-1, -1, 0}, {1, -1, 0},
        {-1, -0.5, 0}, {1, -0.5, 0}, {-2, 0, 0}, {2, 0, 0}};
    int x, y;
    if (!point->label || !find_dot(canvas->place, point->x, point->y, &x, &y))
        return;
    int row = canvas->place->plot.row + y / 4, col = canvas->place->plot.col + x / 2;
    int cols = grid_text_cols(point->label);
    cols = cols > canvas->scatter->label_cols ? canvas->scatter->label_cols : cols;
    if (cols < 1)
        return;
    struct style style = focused ? STYLE_IS(ACCENT) : STYLE_IS(TEXT);
    for (int over_lines = 0; over_lines < 2; over_lines++)
        for (size_t i = 0; i < sizeof SIDES / sizeof *SIDES; i++) {
            int at = col + (int)(SIDES[i].cols * cols) + SIDES[i].shift;
            if (!is_free(canvas, row + SIDES[i].rows, at, cols, over_lines))
                continue;
            grid_text(canvas->grid, row + SIDES[i].rows, at, cols, style, point->label);
            return;
        }
}

/* ---- the whole ---- */

static void draw_plot(const struct canvas *canvas)
{
    const struct scatter *scatter = canvas->scatter;
    struct rect before = grid_clip(canvas->grid, canvas->place->plot);
    for (size_t i = 0; i < scatter->limit_count; i++)
        draw_ruled_out(canvas, &scatter->limits[i]);
    for (size_t i = 0; i < scatter->limit_count; i++)
        draw_limit(canvas, &scatter->limits[i]);
    draw_front(canvas);
    for (int raised = 0; raised < 2; raised++)
        for (size_t i = 0; i < scatter->count; i++)
            if (scatter->points[i].raised == raised)
                draw_point(canvas, &scatter->points[i]);
    draw_cursor(canvas);
    if (scatter->cursor < scatter->count)
        draw_label(canvas, &scatter->points[scatter->cursor], true);
    for (size_t i = 0; i < scatter->count; i++)
        if (i != scatter->cursor)
            draw_label(canvas, &scatter->points[i], false);
    grid_unclip(canvas->grid, before);
}

static void draw_titles(struct grid *grid, struct rect rect, const struct scatter *scatter)
{
    struct style style = STYLE_IS(TEXT);
    int cols = grid_text(grid, rect.row, rect.col, rect.cols, style, scatter->y_title);
    int room = rect.cols - cols - 2;
    if (rect.rows >= TITLE_ROWS)
        grid_text_right(
            grid, rect.row + rect.rows - 1, rect.col, rect.cols, style, scatter->x_title);
    else if (room > 4)
        grid_text_right(grid, rect.row, rect.col + cols + 2, room, style, scatter->x_title);
}

void scatter_draw(struct grid *grid, struct rect rect, const struct scatter *scatter,
    struct scatter_place *place)
{
    memset(place, 0, sizeof *place);
    struct range x, y;
    size_t placed = find_ranges(scatter, &x, &y);
    place->unplaced = scatter->count - placed;
    /* The title, the axis, its numbers, and below them its title. */
    int around = rect.rows >= TITLE_ROWS ? 4 : 3;
    if (rect.rows < around + LEAST_ROWS || rect.cols < LEAST_COLS)
        return;
    struct rect before = grid_clip(grid, rect);
    draw_titles(grid, rect, scatter);
    axis_init(&place->y, y.low, y.high, scatter->log_y, (rect.rows - around) / 4 + 2, false);
    int label_cols = plot_label_cols(&place->y), left = label_cols + 2;
    if (left > rect.cols / 2)
        left = label_cols = 0;
    left = left ? left : 1;
    place->plot =
        (struct rect){rect.row + 1, rect.col + left, rect.rows - around, rect.cols - left};
    axis_init(&place->x, x.low, x.high, scatter->log_x, place->plot.cols / 12 + 2, false);
    if (placed) {
        struct canvas canvas = {
            grid, scatter, place, 2 * place->plot.cols, 4 * place->plot.rows};
        plot_y_axis(grid, place->plot, &place->y, label_cols);
        plot_x_axis(grid, rect, place->plot, &place->x, true, true);
        mark_axes(&canvas);
        draw_plot(&canvas);
    } else if (scatter->empty) {
        int cols = grid_text_cols(scatter->empty);
        int shift = cols < rect.cols ? (rect.cols - cols) / 2 : 0;
        grid_text(grid, rect.row + rect.rows / 2, rect.col + shift, rect.cols - shift,
            STYLE_IS(MUTED), scatter->empty);
    }
    grid_unclip(grid, before);
}

size_t scatter_at(const struct scatter_place *place, const struct scatter_point *points,
    size_t count, int row, int col)
{
    size_t nearest = SIZE_MAX;
    long least = 0;
    if (!rect_holds(place->plot, row, col))
        return SIZE_MAX;
    int from_x = 2 * (col - place->plot.col), from_y = 4 * (row - place->plot.row) + 1;
    for (size_t i = 0; i < count; i++) {
        int x, y;
        if (!find_dot(place, points[i].x, points[i].y, &x, &y))
            continue;
        long across = x - from_x, down = y - from_y;
        long distance = across * across + down * down; /* dots are about square */
        if (nearest == SIZE_MAX || distance < least) {
            nearest = i;
            least = distance;
        }
    }
    return nearest;
}
