#include "picture/stroke.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SUB_ROWS = 4 };

/* How much of each pixel around a shape it covers, 0..1. */
struct cover {
    float *values;
    int32_t left, top, width, height;
};

/* The whole pixels that [LOW, HIGH] touches, within START and SIZE from there. */
static void pixel_range(
    double low, double high, int32_t start, int32_t size, int32_t *from, int32_t *to)
{
    *from = (int32_t)fmin(fmax(floor(low), start), start + size);
    *to = (int32_t)fmax(fmin(ceil(high), start + size - 1), start - 1);
}

static bool cover_init(struct cover *cover, const struct pixels *pixels,
    const struct stroke_point *points, size_t count, double margin)
{
    double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;
    int32_t last;
    for (size_t i = 0; i < count; i++) {
        left = fmin(left, points[i].x);
        right = fmax(right, points[i].x);
        top = fmin(top, points[i].y);
        bottom = fmax(bottom, points[i].y);
    }
    pixel_range(left - margin, right + margin, 0, pixels->width_px, &cover->left, &last);
    cover->width = last >= cover->left ? last - cover->left + 1 : 0;
    pixel_range(top - margin, bottom + margin, 0, pixels->height_px, &cover->top, &last);
    cover->height = last >= cover->top ? last - cover->top + 1 : 0;
    cover->values =
        calloc((size_t)cover->width * (size_t)cover->height + 1, sizeof *cover->values);
    return cover->values != NULL;
}

static float *cover_at(struct cover *cover, int32_t x, int32_t y)
{
    return &cover->values[(size_t)(y - cover->top) * (size_t)cover->width +
                          (size_t)(x - cover->left)];
}

static void lay(struct pixels *pixels, struct cover *cover, const struct stroke_ink *ink)
{
    for (int32_t y = cover->top; y < cover->top + cover->height; y++)
        for (int32_t x = cover->left; x < cover->left + cover->width; x++) {
            double part = fmin(*cover_at(cover, x, y), 1) * ink->alpha;
            uint8_t *rgb =
                &pixels->rgb[3 * ((size_t)y * (size_t)pixels->width_px + (size_t)x)];
            for (int c = 0; part > 0 && c < 3; c++)
                rgb[c] = (uint8_t)lround(rgb[c] + part * (ink->rgb[c] - rgb[c]));
        }
    free(cover->values);
}

static double distance(struct stroke_point p, struct stroke_point a, struct stroke_point b)
{
    double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    double part = length > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length : 0;
    part = fmin(fmax(part, 0), 1);
    return hypot(p.x - a.x - part * dx, p.y - a.y - part * dy);
}

/* Row by row only what lies near the segment: a long slanted line costs its length. */
static void cover_segment(
    struct cover *cover, struct stroke_point a, struct stroke_point b, double radius)
{
    int32_t top, bottom, left, right;
    double reach = radius + 1, slope = (b.x - a.x) / (b.y - a.y);
    pixel_range(fmin(a.y, b.y) - reach, fmax(a.y, b.y) + reach, cover->top, cover->height,
        &top, &bottom);
    for (int32_t y = top; y <= bottom; y++) {
        double low = fmin(a.x, b.x), high = fmax(a.x, b.x);
        if (fabs(b.y - a.y) > 1e-6) {
            double at = a.x + (y + 0.5 - a.y) * slope, wide = fabs(slope) * (reach + 1);
            low = fmax(low, at - wide);
            high = fmin(high, at + wide);
        }
        pixel_range(low - reach, high + reach, cover->left, cover->width, &left, &right);
        for (int32_t x = left; x <= right; x++) {
            float *value = cover_at(cover, x, y);
            double away = distance((struct stroke_point){x + 0.5, y + 0.5}, a, b);
            float part = (float)fmin(fmax(radius + 0.5 - away, 0), 1);
            *value = part > *value ? part : *value;
        }
    }
}

struct dash {
    const double *lengths;
    size_t count, at;
    double left; /* of the dash or gap at hand */
};

static struct stroke_point between(struct stroke_point a, struct stroke_point b, double part)
{
    return (struct stroke_point){a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)};
}

static void cover_dashed(struct cover *cover, struct stroke_point a, struct stroke_point b,
    double radius, struct dash *dash)
{
    double length = hypot(b.x - a.x, b.y - a.y), from = 0;
    while (from < length) {
        double to = fmin(from + dash->left, length);
        if (dash->at % 2 == 0)
            cover_segment(
                cover, between(a, b, from / length), between(a, b, to / length), radius);
        dash->left -= to - from;
        from = to;
        if (dash->left <= 1e-9) {
            dash->at = (dash->at + 1) % dash->count;
            dash->left = fmax(dash->lengths[dash->at], 0.5);
        }
    }
}

bool stroke_line(struct pixels *pixels, const struct stroke_point *points, size_t count,
    double width_px, const double *dashes, size_t dash_count, const struct stroke_ink *ink)
{
    struct cover cover;
    struct dash dash = {dashes, dash_count, 0, dash_count ? dashes[0] : 0};
    if (!cover_init(&cover, pixels, points, count, width_px / 2 + 2))
        return false;
    if (count == 1)
        cover_segment(&cover, points[0], points[0], width_px / 2);
    for (size_t i = 1; i < count; i++)
        if (dash_count)
            cover_dashed(&cover, points[i - 1], points[i], width_px / 2, &dash);
        else
            cover_segment(&cover, points[i - 1], points[i], width_px / 2);
    lay(pixels, &cover, ink);
    return true;
}

/* ---- areas ---- */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Adds the part of each pixel between FROM and TO. */
static void cover_run(struct cover *cover, int32_t y, double from, double to)
{
    int32_t left, right;
    pixel_range(from, to, cover->left, cover->width, &left, &right);
    for (int32_t x = left; x <= right; x++) {
        double part = fmin(to, x + 1) - fmax(from, x);
        if (part > 0)
            *cover_at(cover, x, y) += (float)(part / SUB_ROWS);
    }
}

bool stroke_area(struct pixels *pixels, const struct stroke_point *points, size_t count,
    const struct stroke_ink *ink)
{
    struct cover cover;
    double *crossings = malloc((count + 1) * sizeof *crossings);
    if (!crossings || !cover_init(&cover, pixels, points, count, 1)) {
        free(crossings);
        return false;
    }
    int64_t end = ((int64_t)cover.top + cover.height) * SUB_ROWS;
    for (int64_t row = (int64_t)cover.top * SUB_ROWS; row < end; row++) {
        double y = ((double)row + 0.5) / SUB_ROWS;
        size_t n = 0;
        for (size_t i = 0; i < count; i++) {
            struct stroke_point a = points[i], b = points[(i + 1) % count];
            if ((a.y <= y) != (b.y <= y))
                crossings[n++] = a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x);
        }
        qsort(crossings, n, sizeof *crossings, compare_doubles);
        for (size_t i = 0; i + 1 < n; i += 2)
            cover_run(&cover, (int32_t)(row / SUB_ROWS), crossings[i], crossings[i + 1]);
    }
    free(crossings);
    lay(pixels, &cover, ink);
    return true;
}
