#include "screen/coords.h"

#include "screen/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEAST_SPACING = 13, LAST_COLS = 12, LEAST_ROWS = 4, DOTTED_STRIDE = 4 };

struct canvas {
    struct grid *grid;
    const struct coords *coords;
    const struct coords_place *place;
};

double coords_name_place(size_t i, size_t count)
{
    return count > 1 ? (double)i / (double)(count - 1) : 0.5;
}

static int axis_col(const struct coords_place *place, size_t axis)
{
    return place->left + (int)(axis - place->first) * place->spacing;
}

/* Dots from the top of the plot; an absent value lies in the row below it. */
static double dot_y(const struct coords_place *place, double at)
{
    int dots = 4 * place->plot.rows;
    if (isnan(at))
        return dots + 1;
    return (1 - fmin(fmax(at, 0), 1)) * (dots - 1);
}

/* ---- lines ---- */

/* The cursor's line takes its cells for itself: the dots of others would make it thick. */
static void clear_for_cursor(struct grid *grid, int row, int col)
{
    if (!rect_holds(grid->clip, row, col))
        return;
    struct cell *cell = &grid->cells[(size_t)row * (size_t)grid->cols + (size_t)col];
    if (cell->role != STYLE_CHART_MARK)
        *cell = (struct cell){{' '}, STYLE_CHART_MARK, 0, 0, 1};
}

static void draw_between(const struct canvas *canvas, size_t axis, double from, double to,
    struct style style, int stride)
{
    const struct coords_place *place = canvas->place;
    struct rect area = place->plot;
    area.rows++; /* of absent values */
    int x0 = 2 * (axis_col(place, axis) - area.col) + 1;
    int x1 = x0 + 2 * place->spacing;
    double y0 = dot_y(place, from), y1 = dot_y(place, to), before = y0;
    for (int x = x0; x <= x1; x++) {
        double y = y0 + (y1 - y0) * (x - x0) / (x1 - x0);
        bool falls = y > before;
        int a = plot_nearest(falls ? before : y), b = plot_nearest(falls ? y : before);
        /* A steep line has no holes, and is no thicker than a flat one. */
        if (b - a > 1)
            falls ? a++ : b--;
        for (int dot = a; style.role == STYLE_CHART_MARK && dot <= b; dot++)
            clear_for_cursor(canvas->grid, area.row + dot / 4, area.col + x / 2);
        if (stride == 1)
            plot_column(canvas->grid, area, x, a, b, PLOT_FULL, style);
        for (int dot = a; stride > 1 && dot <= b; dot++)
            if ((x + dot) % stride == 0)
                plot_dot(canvas->grid, area, x, dot, style);
        before = y;
    }
}

static void draw_line(const struct canvas *canvas, const struct coords_line *line, bool focused)
{
    struct style style = line->style;
    if (line->faint && !focused)
        style = (struct style){.role = STYLE_BORDER, .attr = STYLE_DIM};
    if (focused)
        style = (struct style){.role = STYLE_CHART_MARK};
    int stride = (line->faint || line->dotted) && !focused ? DOTTED_STRIDE : 1;
    const struct coords_place *place = canvas->place;
    for (size_t i = place->first; i + 1 < place->first + place->count; i++)
        draw_between(canvas, i, line->places[i], line->places[i + 1], style, stride);
}

static void draw_lines(const struct canvas *canvas)
{
    const struct coords *coords = canvas->coords;
    for (int faint = 1; faint >= 0; faint--)
        for (size_t i = 0; i < coords->line_count; i++)
            if (coords->lines[i].faint == faint && i != coords->cursor)
                draw_line(canvas, &coords->lines[i], false);
    if (coords->cursor < coords->line_count)
        draw_line(canvas, &coords->lines[coords->cursor], true);
}

/* ---- axes ---- */

static int place_row(const struct coords_place *place, double at)
{
    return place->plot.row + (int)lround(dot_y(place, at)) / 4;
}

static bool is_brushed(const struct coords_axis *axis)
{
    return axis->low > 0 || axis->high < 1;
}

static void draw_upright(const struct canvas *canvas, size_t index)
{
    const struct coords_axis *axis = &canvas->coords->axes[index];
    const struct coords_place *place = canvas->place;
    struct style style =
        index == canvas->coords->focus ? STYLE_IS(CHART_MARK) : STYLE_IS(CHART_AXIS);
    struct rect upright = {place->plot.row, axis_col(place, index), place->plot.rows, 1};
    grid_fill(canvas->grid, upright, style, 0x2502);
    if (!is_brushed(axis))
        return;
    int top = place_row(place, axis->high), bottom = place_row(place, axis->low);
    grid_fill(canvas->grid, (struct rect){top, upright.col, bottom - top + 1, 1},
        STYLE_IS(FILTER), 0x2588);
}

struct labels {
    int col, cols;
    int last_row;   /* from the bottom on */
    int cursor_row; /* the cursor's value stands there */
};

/* From the bottom up; a label whose row is taken is left out. */
static void draw_axis_label(
    const struct canvas *canvas, struct labels *labels, double at, const char *text)
{
    int row = place_row(canvas->place, at);
    if (row >= labels->last_row || row == labels->cursor_row)
        return;
    labels->last_row = row;
    grid_text(canvas->grid, row, labels->col, labels->cols, STYLE_IS(CHART_AXIS), text);
}

static void draw_axis(const struct canvas *canvas, size_t index)
{
    const struct coords_axis *axis = &canvas->coords->axes[index];
    const struct coords_place *place = canvas->place;
    int col = axis_col(place, index), room = place->spacing - 1;
    struct style style = index == canvas->coords->focus ? STYLE_IS(ACCENT) : STYLE_IS(HEADER);
    grid_text(canvas->grid, place->plot.row - 1, col, room, style, axis->title);
    draw_upright(canvas, index);
    const struct coords *coords = canvas->coords;
    struct labels labels = {col + 1, room - 2, place->plot.row + place->plot.rows, -1};
    if (coords->cursor < coords->line_count && coords->texts)
        labels.cursor_row = place_row(place, coords->lines[coords->cursor].places[index]);
    for (size_t i = 0; i < axis->name_count; i++)
        draw_axis_label(
            canvas, &labels, coords_name_place(i, axis->name_count), axis->names[i]);
    for (int i = 0; !axis->names && i < axis->scale.count; i++)
        draw_axis_label(canvas, &labels, axis_place(&axis->scale, axis->scale.ticks[i].value),
            axis->scale.ticks[i].label);
}

/* The values of the line under the cursor stand over everything else. */
static void draw_values(const struct canvas *canvas)
{
    const struct coords *coords = canvas->coords;
    const struct coords_place *place = canvas->place;
    if (coords->cursor >= coords->line_count || !coords->texts)
        return;
    const double *places = coords->lines[coords->cursor].places;
    for (size_t i = place->first; i < place->first + place->count; i++) {
        struct style style = STYLE_IS(ACCENT);
        style.attr = STYLE_ON_CURSOR;
        grid_text(canvas->grid, place_row(place, places[i]), axis_col(place, i) + 1,
            place->spacing - 3, style, coords->texts[i] ? coords->texts[i] : "\xe2\x80\x93");
    }
    grid_cursor(canvas->grid, place_row(place, places[coords->focus]),
        axis_col(place, coords->focus) + 1); /* beside the brush */
}

/* ---- the whole ---- */

static void choose_axes(const struct coords *coords, struct rect rect, struct coords_place *place)
{
    size_t most = rect.cols > LAST_COLS ? 1 + (size_t)((rect.cols - LAST_COLS) / LEAST_SPACING) : 1;
    place->count = coords->axis_count < most ? coords->axis_count : most;
    if (place->first > coords->focus)
        place->first = coords->focus;
    if (coords->focus >= place->first + place->count)
        place->first = coords->focus + 1 - place->count;
    if (place->first + place->count > coords->axis_count)
        place->first = coords->axis_count - place->count;
    place->left = rect.col + 1;
    place->spacing = place->count > 1 ? (rect.cols - LAST_COLS) / (int)(place->count - 1)
                                      : rect.cols - 1;
}

/* How many axes lie beyond the edges. */
static void draw_hidden(const struct canvas *canvas, struct rect rect)
{
    const struct coords_place *place = canvas->place;
    size_t right = canvas->coords->axis_count - place->first - place->count;
    int row = rect.row + rect.rows - 1;
    if (place->first)
        grid_printf(canvas->grid, row, rect.col, rect.cols, STYLE_IS(MUTED), "< %zu more",
            place->first);
    if (right) {
        char text[32];
        snprintf(text, sizeof text, "%zu more >", right);
        grid_text_right(canvas->grid, row, rect.col, rect.cols, STYLE_IS(MUTED), text);
    }
}

void coords_draw(
    struct grid *grid, struct rect rect, const struct coords *coords, struct coords_place *place)
{
    place->plot = (struct rect){0};
    if (rect.rows < LEAST_ROWS + 2 || rect.cols < LEAST_SPACING + 2 || !coords->axis_count)
        return;
    struct rect before = grid_clip(grid, rect);
    place->plot = (struct rect){rect.row + 1, rect.col, rect.rows - 2, rect.cols};
    choose_axes(coords, rect, place);
    struct canvas canvas = {grid, coords, place};
    draw_lines(&canvas);
    for (size_t i = place->first; i < place->first + place->count; i++)
        draw_axis(&canvas, i);
    draw_values(&canvas);
    draw_hidden(&canvas, rect);
    grid_unclip(grid, before);
}

size_t coords_axis_at(const struct coords_place *place, int row, int col)
{
    if (!rect_holds(place->plot, row, col) || !place->count)
        return SIZE_MAX;
    int at = (col - place->left + place->spacing / 2) / place->spacing;
    at = at < 0 ? 0 : at;
    return place->first + ((size_t)at < place->count ? (size_t)at : place->count - 1);
}
