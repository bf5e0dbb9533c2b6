/*
 * A plot as a figure: axes, lines, bands, markers and a legend, in pixels.
 * Knows: charts and their axes, shapes of a figure. Must not know: how a figure is written.
 */
#include "app/plot.h"

#include "work/figure.h"

#include <math.h>
#include <string.h>

enum { TITLE_PX = 34, TICK_PX = 6, LABELS_PX = 30, RIGHT_PX = 24, ROW_PX = 22, GAP_PX = 8 };
enum { SAMPLE_PX = 40, MARKER_PX = 5, MARKER_EVERY_PX = 120, CIRCLE = 16, LEAST_PLOT_PX = 40 };
enum { TICK_EVERY_X_PX = 110, TICK_EVERY_Y_PX = 50 };
static const double FAR = 1e6, LINE_PX = 1.8, FAINT = 0.3, SHADE = 0.2, LONE_PX = 3;

struct frame {
    double left, top, right, bottom;
};

struct drawing {
    const struct plot *plot;
    struct figure *figure;
    struct frame frame;
    struct axis x, y;
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

static struct figure_point to_pixel(const struct drawing *d, double x, double y)
{
    double across = axis_place(&d->x, x), up = axis_place(&d->y, y);
    if (isnan(up))
        up = -FAR; /* what a logarithmic axis has no place for is far below */
    return (struct figure_point){
        clamp(d->frame.left + across * (d->frame.right - d->frame.left), -FAR, FAR),
        clamp(d->frame.bottom - up * (d->frame.bottom - d->frame.top), -FAR, FAR)};
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

/* ---- lines, cut at the frame ---- */

struct path {
    struct drawing *drawing;
    struct figure_shape shape; /* open: points so far */
    struct figure_point *room; /* where the next point goes */
    struct figure_point *end;
};

static void path_close(struct path *path)
{
    if (path->shape.count)
        figure_add(path->drawing->figure, &path->shape);
    path->shape.points = path->room;
    path->shape.count = 0;
}

static void path_put(struct path *path, struct figure_point point)
{
    if (path->room == path->end)
        return;
    *path->room++ = point;
    path->shape.count++;
}

/* The part of A B inside FRAME (Liang and Barsky); false when there is none. */
static bool cut(const struct frame *f, struct figure_point *a, struct figure_point *b)
{
    double from = 0, to = 1, dx = b->x - a->x, dy = b->y - a->y;
    const double step[4] = {-dx, dx, -dy, dy};
    const double room[4] = {a->x - f->left, f->right - a->x, a->y - f->top, f->bottom - a->y};
    for (int i = 0; i < 4; i++) {
        if (step[i] == 0 && room[i] < 0)
            return false;
        if (step[i] < 0)
            from = fmax(from, room[i] / step[i]);
        else if (step[i] > 0)
            to = fmin(to, room[i] / step[i]);
    }
    if (!(from <= to))
        return false;
    struct figure_point start = *a;
    *a = (struct figure_point){start.x + from * dx, start.y + from * dy};
    *b = (struct figure_point){start.x + to * dx, start.y + to * dy};
    return true;
}

static void path_line(struct path *path, struct figure_point a, struct figure_point b)
{
    struct figure_point end = b;
    if (!cut(&path->drawing->frame, &a, &b)) {
        path_close(path);
        return;
    }
    const struct figure_point *last = path->shape.count ? path->room - 1 : NULL;
    if (!last || fabs(last->x - a.x) > 1e-6 || fabs(last->y - a.y) > 1e-6) {
        path_close(path);
        path_put(path, a);
    }
    if (fabs(b.x - a.x) > 1e-9 || fabs(b.y - a.y) > 1e-9)
        path_put(path, b);
    if (b.x != end.x || b.y != end.y)
        path_close(path);
}

static bool is_lone(const struct chart_series *series, size_t i)
{
    const struct chart_span *span = &series->spans[i];
    return span->starts && (i + 1 == series->count || span[1].starts) && span->min == span->max;
}

static bool is_inside(const struct frame *f, struct figure_point p)
{
    return p.x >= f->left && p.x <= f->right && p.y >= f->top && p.y <= f->bottom;
}

static void series_ink(const struct plot *plot, const struct chart_series *series, uint8_t rgb[3])
{
    theme_rgb(&plot->session.theme, STYLE_RUN, series->style.hue, rgb);
}

static void draw_line(struct drawing *d, const struct chart_series *series)
{
    enum { PER_SPAN = 12 };
    size_t most = PER_SPAN * (series->count + 1);
    struct path path = {d,
        {.kind = FIGURE_LINE,
            .alpha = series->faint ? FAINT : 1,
            .width_px = LINE_PX,
            .dash = (enum figure_dash)series->stroke}};
    path.room = ARENA_ARRAY(d->figure->arena, struct figure_point, most);
    if (!path.room) {
        d->figure->failed = true;
        return;
    }
    path.end = path.room + most;
    path.shape.points = path.room;
    series_ink(d->plot, series, path.shape.rgb);
    struct figure_point last = {0, 0};
    for (size_t i = 0; i < series->count; i++) {
        const struct chart_span *s = &series->spans[i];
        if (!isfinite(axis_place(&d->x, s->x)))
            continue;
        const struct figure_point corners[] = {to_pixel(d, s->x, s->first),
            to_pixel(d, s->x, s->min), to_pixel(d, s->x, s->max), to_pixel(d, s->x, s->last)};
        if (s->starts || i == 0)
            path_close(&path);
        else
            path_line(&path, last, corners[0]);
        for (int c = 1; c < 4 && s->min < s->max; c++)
            path_line(&path, corners[c - 1], corners[c]);
        last = corners[3];
    }
    path_close(&path);
}

/* ---- bands and markers ---- */

static void draw_area(struct drawing *d, const struct figure_point *points, size_t count,
    const uint8_t rgb[3], double alpha)
{
    struct figure_shape shape = {
        .kind = FIGURE_AREA, .alpha = alpha, .points = points, .count = count};
    memcpy(shape.rgb, rgb, 3);
    figure_add(d->figure, &shape);
}

/* Each joined stretch is one polygon: its upper edge there, its lower edge back. */
static void draw_band(struct drawing *d, const struct chart_series *series)
{
    uint8_t rgb[3];
    series_ink(d->plot, series, rgb);
    for (size_t from = 0, to; from < series->band_count; from = to) {
        for (to = from + 1; to < series->band_count && !series->band[to].starts;)
            to++;
        size_t n = to - from;
        struct figure_point *points = ARENA_ARRAY(d->figure->arena, struct figure_point, 2 * n);
        if (!points) {
            d->figure->failed = true;
            return;
        }
        for (size_t i = 0; i < 2 * n; i++) {
            const struct chart_span *s = &series->band[i < n ? from + i : to - 1 - (i - n)];
            struct figure_point p = to_pixel(d, s->x, i < n ? s->max : s->min);
            points[i] = (struct figure_point){clamp(p.x, d->frame.left, d->frame.right),
                clamp(p.y, d->frame.top, d->frame.bottom)};
        }
        draw_area(d, points, 2 * n, rgb, SHADE);
    }
}

/* The signs of chart_marker_code(): round, pointed up, lozenge, round, pointed down, lozenge, star,
 * pointed right; the hollow ones smaller. */
static void draw_marker(
    struct drawing *d, struct figure_point at, int marker, double size, const uint8_t rgb[3])
{
    static const struct {
        int corners;
        double turn, inner, size;
    } SHAPES[CHART_MARKERS] = {{CIRCLE, 0, 1, 1}, {CIRCLE, 0, 1, 1}, {3, -0.25, 1, 1.3},
        {4, 0, 1, 1.2}, {CIRCLE, 0, 1, 0.6}, {3, 0.25, 1, 1.3}, {4, 0, 1, 0.8},
        {10, -0.25, 0.45, 1.4}, {3, 0, 1, 1.3}};
    const int corners = SHAPES[marker].corners;
    struct figure_point *points =
        ARENA_ARRAY(d->figure->arena, struct figure_point, (size_t)corners);
    if (!points) {
        d->figure->failed = true;
        return;
    }
    for (int i = 0; i < corners; i++) {
        double angle = 2 * M_PI * ((double)i / corners + SHAPES[marker].turn);
        double radius = size * SHAPES[marker].size * (i % 2 ? SHAPES[marker].inner : 1);
        points[i] =
            (struct figure_point){at.x + radius * cos(angle), at.y + radius * sin(angle)};
    }
    draw_area(d, points, (size_t)corners, rgb, 1);
}

static void draw_markers(struct drawing *d, const struct chart_series *series)
{
    uint8_t rgb[3];
    double next = d->frame.left + series->marker * 17 % MARKER_EVERY_PX;
    series_ink(d->plot, series, rgb);
    for (size_t i = 0; i < series->count; i++) {
        struct figure_point p = to_pixel(d, series->spans[i].x, series->spans[i].last);
        bool marks = series->marker && (p.x >= next || i + 1 == series->count);
        if (!is_inside(&d->frame, p))
            continue;
        if (marks)
            draw_marker(d, p, series->marker, MARKER_PX, rgb);
        else if (is_lone(series, i))
            draw_marker(d, p, 0, LONE_PX, rgb);
        while (marks && next <= p.x)
            next += MARKER_EVERY_PX;
    }
}

/* ---- one chart ---- */

static void draw_axes(struct drawing *d, const char *title, const char *note)
{
    const struct frame *f = &d->frame;
    for (int i = 0; i < d->y.count; i++) {
        double y = to_pixel(d, d->x.low, d->y.ticks[i].value).y;
        if (y < f->top - 0.5 || y > f->bottom + 0.5)
            continue;
        add_straight(d, f->left, y, f->right, y, d->grid);
        add_text(d, f->left - TICK_PX - 2, y + FIGURE_TEXT_PX / 3.0, d->y.ticks[i].label,
            FIGURE_END, d->muted, false);
    }
    double free_from = 0;
    for (int i = 0; i < d->x.count; i++) {
        double x = to_pixel(d, d->x.ticks[i].value, d->y.low).x;
        double half = figure_text_px(d->x.ticks[i].label) / 2;
        if (x < f->left - 0.5 || x > f->right + 0.5)
            continue;
        add_straight(d, x, f->bottom, x, f->bottom + TICK_PX, d->muted);
        x = clamp(x, half, d->figure->width_px - half);
        if (x - half < free_from)
            continue;
        add_text(d, x, f->bottom + TICK_PX + FIGURE_TEXT_PX + 2, d->x.ticks[i].label,
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
    struct frame *f = &d->frame;
    f->top = top + TITLE_PX;
    f->bottom = top + height - LABELS_PX;
    f->right = d->figure->width_px - RIGHT_PX;
    bool any = chart_axes(&chart->chart, d->figure->width_px / TICK_EVERY_X_PX + 2,
        (int)(f->bottom - f->top) / TICK_EVERY_Y_PX + 2, &d->x, &d->y);
    for (int i = 0; i < d->y.count; i++)
        labels = fmax(labels, figure_text_px(d->y.ticks[i].label));
    f->left = fmin(labels + TICK_PX + GAP_PX, d->figure->width_px / 2.0);
    draw_axes(d, chart->panel.name, chart->chart.note);
    if (!any)
        add_text(d, (f->left + f->right) / 2, (f->top + f->bottom) / 2, "no points", FIGURE_MIDDLE,
            d->muted, false);
    for (size_t i = 0; i < chart->chart.count; i++)
        draw_band(d, &chart->chart.series[i]);
    for (int faint = 1; faint >= 0; faint--)
        for (size_t i = 0; i < chart->chart.count; i++)
            if (chart->chart.series[i].faint == faint)
                draw_line(d, &chart->chart.series[i]);
    for (size_t i = 0; i < chart->chart.count; i++)
        if (!chart->chart.series[i].faint)
            draw_markers(d, &chart->chart.series[i]);
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
            series_ink(d->plot, series, rgb);
            struct figure_shape line = {.kind = FIGURE_LINE, .alpha = 1, .points = ends, .count = 2,
                .width_px = LINE_PX + 1, .dash = (enum figure_dash)series->stroke};
            memcpy(line.rgb, rgb, 3);
            figure_add(d->figure, &line);
            if (series->marker)
                draw_marker(d, (struct figure_point){x + SAMPLE_PX / 2.0, y}, series->marker,
                    MARKER_PX, rgb);
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
    struct drawing d = {.plot = plot, .figure = &figure};
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
