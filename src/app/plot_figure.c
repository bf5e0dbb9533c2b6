/*
 * A plot as a figure: axes, lines, bands, markers and a legend, in pixels.
 * Knows: charts and their axes, shapes of a figure. Must not know: how lines are made of points, how
 * a figure is written.
 */
#include "app/plot.h"

#include "view/chart_figure.h"

#include <math.h>
#include <string.h>

enum { TITLE_PX = 34, TICK_PX = 6, LABELS_PX = 30, RIGHT_PX = 24, ROW_PX = 22, GAP_PX = 8 };
enum { SAMPLE_PX = 40, LEAST_PLOT_PX = 40 };
enum { TICK_EVERY_X_PX = 110, TICK_EVERY_Y_PX = 50 };
static const double SAMPLE_LINE_PX = 2.8;

struct drawing {
    const struct plot *plot;
    struct figure *figure;
    struct chart_figure in; /* the chart at hand */
    uint8_t text[3], muted[3], grid[3];
};

static void mix(const uint8_t a[3], const uint8_t b[3], double part, uint8_t out[3])
{
    for (int i = 0; i < 3; i++)
        out[i] = (uint8_t)lround(a[i] + part * (b[i] - a[i]));
}

static double clamp(double value, double low, double high)
{
    return fmin(fmax(value, low), high);
}

static void add_text(struct drawing *d, double x, double y, const char *text,
    enum figure_anchor anchor, const uint8_t rgb[3], bool bold)
{
    struct figure_point *at = ARENA_ARRAY(d->figure->arena, struct figure_point, 1);
    text = arena_string(d->figure->arena, text); /* a label lives as long as its axis */
    if (!at || !text) {
        d->figure->failed = true;
        return;
    }
    *at = (struct figure_point){x, y};
    struct figure_shape shape = {.kind = FIGURE_TEXT,
        .alpha = 1,
        .points = at,
        .count = 1,
        .text = text,
        .anchor = anchor,
        .bold = bold};
    memcpy(shape.rgb, rgb, 3);
    figure_add(d->figure, &shape);
}

static void add_straight(
    struct drawing *d, double x0, double y0, double x1, double y1, const uint8_t rgb[3])
{
    struct figure_point *points = ARENA_ARRAY(d->figure->arena, struct figure_point, 2);
    if (!points) {
        d->figure->failed = true;
        return;
    }
    points[0] = (struct figure_point){x0, y0};
    points[1] = (struct figure_point){x1, y1};
    struct figure_shape shape = {
        .kind = FIGURE_LINE, .alpha = 1, .points = points, .count = 2, .width_px = 1};
    memcpy(shape.rgb, rgb, 3);
    figure_add(d->figure, &shape);
}

/* ---- one chart ---- */

static void draw_axes(struct drawing *d, const char *title, const char *note)
{
    const struct chart_frame *f = &d->in.frame;
    for (int i = 0; i < d->in.y.count; i++) {
        double y = chart_figure_place(&d->in, d->in.x.low, d->in.y.ticks[i].value).y;
        if (y < f->top - 0.5 || y > f->bottom + 0.5)
            continue;
        add_straight(d, f->left, y, f->right, y, d->grid);
        add_text(d, f->left - TICK_PX - 2, y + FIGURE_TEXT_PX / 3.0, d->in.y.ticks[i].label,
            FIGURE_END, d->muted, false);
    }
    double free_from = 0;
    for (int i = 0; i < d->in.x.count; i++) {
        double x = chart_figure_place(&d->in, d->in.x.ticks[i].value, d->in.y.low).x;
        double half = figure_text_px(d->in.x.ticks[i].label) / 2;
        if (x < f->left - 0.5 || x > f->right + 0.5)
            continue;
        add_straight(d, x, f->bottom, x, f->bottom + TICK_PX, d->muted);
        x = clamp(x, half, d->figure->width_px - half);
        if (x - half < free_from)
            continue;
        add_text(d, x, f->bottom + TICK_PX + FIGURE_TEXT_PX + 2, d->in.x.ticks[i].label,
            FIGURE_MIDDLE, d->muted, false);
        free_from = x + half + FIGURE_CHAR_PX;
    }
    add_straight(d, f->left, f->top, f->left, f->bottom, d->muted);
    add_straight(d, f->left, f->bottom, f->right, f->bottom, d->muted);
    add_text(d, GAP_PX, f->top - GAP_PX - 4, title, FIGURE_START, d->text, true);
    add_text(d, f->right, f->top - GAP_PX - 4, note, FIGURE_END, d->muted, false);
}

static void draw_chart(struct drawing *d, const struct plot_chart *chart, double top, double height)
{
    double labels = 0;
    struct chart_frame *f = &d->in.frame;
    f->top = top + TITLE_PX;
    f->bottom = top + height - LABELS_PX;
    f->right = d->figure->width_px - RIGHT_PX;
    bool any = chart_axes(&chart->chart, d->figure->width_px / TICK_EVERY_X_PX + 2,
        (int)(f->bottom - f->top) / TICK_EVERY_Y_PX + 2, &d->in.x, &d->in.y);
    for (int i = 0; i < d->in.y.count; i++)
        labels = fmax(labels, figure_text_px(d->in.y.ticks[i].label));
    f->left = fmin(labels + TICK_PX + GAP_PX, d->figure->width_px / 2.0);
    draw_axes(d, chart->panel.name, chart->chart.note);
    if (!any)
        add_text(d, (f->left + f->right) / 2, (f->top + f->bottom) / 2, "no points", FIGURE_MIDDLE,
            d->muted, false);
    chart_figure_add(&d->in, &chart->chart);
}

/* ---- the legend, below all ---- */

/* Lays the entries of FIRST out in rows and draws them unless D is NULL; returns the rows. */
static int draw_legend(struct drawing *d, const struct chart *chart, int32_t width_px, double top)
{
    double x = GAP_PX;
    int row = 0;
    for (size_t i = 0; i < chart->count; i++) {
        const struct chart_series *series = &chart->series[i];
        if (!series->name)
            continue;
        double width = SAMPLE_PX + 2 * GAP_PX + figure_text_px(series->name) + FIGURE_CHAR_PX;
        if (x > GAP_PX && x + width > width_px) {
            x = GAP_PX;
            row++;
        }
        if (d) {
            uint8_t rgb[3];
            double y = top + ROW_PX * (row + 0.5);
            struct figure_point *ends = ARENA_ARRAY(d->figure->arena, struct figure_point, 2);
            if (!ends) {
                d->figure->failed = true;
                return row + 1;
            }
            ends[0] = (struct figure_point){x, y};
            ends[1] = (struct figure_point){x + SAMPLE_PX, y};
            theme_rgb(&d->plot->session.theme, STYLE_RUN, series->style.hue, rgb);
            struct figure_shape line = {.kind = FIGURE_LINE, .alpha = 1, .points = ends, .count = 2,
                .width_px = SAMPLE_LINE_PX, .dash = (enum figure_dash)series->stroke};
            memcpy(line.rgb, rgb, 3);
            figure_add(d->figure, &line);
            if (series->marker)
                chart_figure_marker(
                    &d->in, (struct figure_point){x + SAMPLE_PX / 2.0, y}, series->marker, rgb);
            add_text(d, x + SAMPLE_PX + GAP_PX, y + FIGURE_TEXT_PX / 3.0, series->name,
                FIGURE_START, d->text, false);
        }
        x += width;
    }
    return row + 1;
}

/* The chart that names most runs: its legend is that of all. */
static const struct chart *fullest(const struct plot *plot)
{
    const struct chart *most = &plot->charts[0].chart;
    for (size_t i = 1; i < plot->count; i++)
        if (plot->charts[i].chart.count > most->count)
            most = &plot->charts[i].chart;
    return most;
}

int32_t plot_figure_columns(int32_t width_px)
{
    return width_px > LEAST_PLOT_PX ? width_px : LEAST_PLOT_PX;
}

bool plot_figure(
    struct plot *plot, int32_t width_px, int32_t height_px, const char *path, struct err *err)
{
    const struct theme *theme = &plot->session.theme;
    const struct chart *legend = fullest(plot);
    int64_t height = (int64_t)height_px * (int64_t)plot->count + 2 * GAP_PX +
                     (int64_t)ROW_PX * draw_legend(NULL, legend, width_px, 0);
    if (height > FIGURE_MOST_SIDE_PX)
        return err_set(err, ERR_USAGE, "a picture of %lld pixels is too high: at most %d",
            (long long)height, FIGURE_MOST_SIDE_PX);
    struct figure figure = {.width_px = width_px, .height_px = (int32_t)height,
        .title = "boxtop plot", .arena = &plot->arena};
    struct drawing d = {
        .plot = plot, .figure = &figure, .in = {.figure = &figure, .theme = theme, .scale = 1}};
    memcpy(figure.ground, theme->ground, 3);
    theme_rgb(theme, STYLE_TEXT, 0, d.text);
    mix(d.text, figure.ground, 0.35, d.muted);
    mix(d.text, figure.ground, 0.85, d.grid);
    for (size_t i = 0; i < plot->count; i++)
        draw_chart(&d, &plot->charts[i], (double)height_px * (double)i, height_px);
    draw_legend(&d, legend, width_px, (double)height_px * (double)plot->count + GAP_PX);
    bool ok = figure_write(&figure, path, err);
    figure_done(&figure);
    return ok;
}
