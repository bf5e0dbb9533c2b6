#include "view/chart_figure.h"

#include <math.h>
#include <string.h>

enum { MARKER_PX = 5, MARKER_EVERY_PX = 120, CIRCLE = 16 };
static const double FAR = 1e6, LINE_PX = 1.8, FAINT = 0.3, SHADE = 0.2, LONE_PX = 3;

static double clamp(double value, double low, double high)
{
    return fmin(fmax(value, low), high);
}

struct figure_point chart_figure_place(const struct chart_figure *in, double x, double y)
{
    double across = axis_place(&in->x, x), up = axis_place(&in->y, y);
    if (isnan(up))
        up = -FAR; /* what a logarithmic axis has no place for is far below */
    return (struct figure_point){
        clamp(in->frame.left + across * (in->frame.right - in->frame.left), -FAR, FAR),
        clamp(in->frame.bottom - up * (in->frame.bottom - in->frame.top), -FAR, FAR)};
}

/* ---- lines, cut at the frame ---- */

struct path {
    struct chart_figure *in;
    struct figure_shape shape; /* open: points so far */
    struct figure_point *room; /* where the next point goes */
    struct figure_point *end;
};

static void path_close(struct path *path)
{
    if (path->shape.count)
        figure_add(path->in->figure, &path->shape);
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
static bool cut(const struct chart_frame *f, struct figure_point *a, struct figure_point *b)
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
    if (!cut(&path->in->frame, &a, &b)) {
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

static bool is_inside(const struct chart_frame *f, struct figure_point p)
{
    return p.x >= f->left && p.x <= f->right && p.y >= f->top && p.y <= f->bottom;
}

static void series_ink(
    const struct chart_figure *in, const struct chart_series *series, uint8_t rgb[3])
{
    theme_rgb(in->theme, STYLE_RUN, series->style.hue, rgb);
}

static void draw_line(struct chart_figure *in, const struct chart_series *series)
{
    enum { PER_SPAN = 12 };
    size_t most = PER_SPAN * (series->count + 1);
    struct path path = {in,
        {.kind = FIGURE_LINE,
            .alpha = series->faint ? FAINT : 1,
            .width_px = LINE_PX * in->scale,
            .dash = (enum figure_dash)series->stroke}};
    path.room = ARENA_ARRAY(in->figure->arena, struct figure_point, most);
    if (!path.room) {
        in->figure->failed = true;
        return;
    }
    path.end = path.room + most;
    path.shape.points = path.room;
    series_ink(in, series, path.shape.rgb);
    struct figure_point last = {0, 0};
    for (size_t i = 0; i < series->count; i++) {
        const struct chart_span *s = &series->spans[i];
        if (!isfinite(axis_place(&in->x, s->x)))
            continue;
        const struct figure_point corners[] = {chart_figure_place(in, s->x, s->first),
            chart_figure_place(in, s->x, s->min), chart_figure_place(in, s->x, s->max), chart_figure_place(in, s->x, s->last)};
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

static void draw_area(struct chart_figure *in, const struct figure_point *points, size_t count,
    const uint8_t rgb[3], double alpha)
{
    struct figure_shape shape = {
        .kind = FIGURE_AREA, .alpha = alpha, .points = points, .count = count};
    memcpy(shape.rgb, rgb, 3);
    figure_add(in->figure, &shape);
}

/* Each joined stretch is one polygon: its upper edge there, its lower edge back. */
static void draw_band(struct chart_figure *in, const struct chart_series *series)
{
    uint8_t rgb[3];
    series_ink(in, series, rgb);
    for (size_t from = 0, to; from < series->band_count; from = to) {
        for (to = from + 1; to < series->band_count && !series->band[to].starts;)
            to++;
        size_t n = to - from;
        struct figure_point *points = ARENA_ARRAY(in->figure->arena, struct figure_point, 2 * n);
        if (!points) {
            in->figure->failed = true;
            return;
        }
        for (size_t i = 0; i < 2 * n; i++) {
            const struct chart_span *s = &series->band[i < n ? from + i : to - 1 - (i - n)];
            struct figure_point p = chart_figure_place(in, s->x, i < n ? s->max : s->min);
            points[i] = (struct figure_point){clamp(p.x, in->frame.left, in->frame.right),
                clamp(p.y, in->frame.top, in->frame.bottom)};
        }
        draw_area(in, points, 2 * n, rgb, SHADE);
    }
}

/* The signs of chart_marker_code(): round, pointed up, lozenge, round, pointed down, lozenge, star,
 * pointed right; the hollow ones smaller. */
static void draw_marker(
    struct chart_figure *in, struct figure_point at, int marker, double size, const uint8_t rgb[3])
{
    static const struct {
        int corners;
        double turn, inner, size;
    } SHAPES[CHART_MARKERS] = {{CIRCLE, 0, 1, 1}, {CIRCLE, 0, 1, 1}, {3, -0.25, 1, 1.3},
        {4, 0, 1, 1.2}, {CIRCLE, 0, 1, 0.6}, {3, 0.25, 1, 1.3}, {4, 0, 1, 0.8},
        {10, -0.25, 0.45, 1.4}, {3, 0, 1, 1.3}};
    const int corners = SHAPES[marker].corners;
    struct figure_point *points =
        ARENA_ARRAY(in->figure->arena, struct figure_point, (size_t)corners);
    if (!points) {
        in->figure->failed = true;
        return;
    }
    for (int i = 0; i < corners; i++) {
        double angle = 2 * M_PI * ((double)i / corners + SHAPES[marker].turn);
        double radius = in->scale * size * SHAPES[marker].size * (i % 2 ? SHAPES[marker].inner : 1);
        points[i] =
            (struct figure_point){at.x + radius * cos(angle), at.y + radius * sin(angle)};
    }
    draw_area(in, points, (size_t)corners, rgb, 1);
}

static void draw_markers(struct chart_figure *in, const struct chart_series *series)
{
    uint8_t rgb[3];
    double next = in->frame.left + series->marker * 17 % MARKER_EVERY_PX;
    series_ink(in, series, rgb);
    for (size_t i = 0; i < series->count; i++) {
        struct figure_point p = chart_figure_place(in, series->spans[i].x, series->spans[i].last);
        bool marks = series->marker && (p.x >= next || i + 1 == series->count);
        if (!is_inside(&in->frame, p))
            continue;
        if (marks)
            draw_marker(in, p, series->marker, MARKER_PX, rgb);
        else if (is_lone(series, i))
            draw_marker(in, p, 0, LONE_PX, rgb);
        while (marks && next <= p.x)
            next += in->scale * MARKER_EVERY_PX;
    }
}

void chart_figure_marker(
    struct chart_figure *in, struct figure_point at, int marker, const uint8_t rgb[3])
{
    draw_marker(in, at, marker, MARKER_PX, rgb);
}

void chart_figure_add(struct chart_figure *in, const struct chart *chart)
{
    for (size_t i = 0; i < chart->count; i++)
        draw_band(in, &chart->series[i]);
    for (int faint = 1; faint >= 0; faint--)
        for (size_t i = 0; i < chart->count; i++)
            if (chart->series[i].faint == faint)
                draw_line(in, &chart->series[i]);
    for (size_t i = 0; i < chart->count; i++)
        if (!chart->series[i].faint)
            draw_markers(in, &chart->series[i]);
}
