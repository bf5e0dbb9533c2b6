/*
 * Polygons drawn by hand, beside the values that pycocotools is known to give, and beside a slow
 * painter that walks every point of an outline; areas, extents and overlaps beside pixels that are
 * counted one by one.
 */
#include "sets.h"

#include "eval/mask_runs.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 20000, SIDE = 48, PIXELS = SIDE * SIDE, POINTS = 40, OUTLINE = 200000 };

static struct mask_pen pen;
static struct arena arena;

static int set_up(void **unused)
{
    (void)unused;
    mask_pen_init(&pen);
    arena_init(&arena, 0);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    mask_pen_done(&pen);
    arena_done(&arena);
    return 0;
}

static struct mask_runs drawn(const struct mask *mask, int32_t width, int32_t height)
{
    struct mask_frame frame = {width, height, 1, 1};
    struct mask_runs out;
    assert_true(mask_runs_make(&pen, mask, &frame, &arena, &out));
    return out;
}

static struct mask_runs polygon(double *xy, size_t numbers, int32_t width, int32_t height)
{
    struct polygon one = {xy, numbers / 2};
    return drawn(&(struct mask){.polygons = &one, .polygon_count = 1}, width, height);
}

static struct mask_runs rectangle(
    double x, double y, double w, double h, int32_t width, int32_t height)
{
    struct mask_frame frame = {width, height, 1, 1};
    struct mask_runs out;
    assert_true(mask_runs_of_box(&pen, &(struct box){x, y, w, h}, &frame, &arena, &out));
    return out;
}

static void assert_runs(const struct mask_runs *is, const uint32_t *should, size_t n)
{
    assert_int_equal(is->count, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(is->runs[i], should[i]);
}

static void assert_box(const struct box *is, double x, double y, double w, double h)
{
    assert_true(is->x == x && is->y == y && is->w == w && is->h == h);
}

#define POLYGON(width, height, ...)                                                                \
    polygon((double[]){__VA_ARGS__}, sizeof((double[]){__VA_ARGS__}) / sizeof(double), (width),    \
        (height))
#define ASSERT_RUNS(is, ...)                                                                       \
    assert_runs((is), (uint32_t[]){__VA_ARGS__},                                                   \
        sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void simple_shapes_cover_the_pixels_whose_middle_they_hold(void **unused)
{
    (void)unused;
    struct mask_runs square = POLYGON(6, 6, 1, 2, 4, 2, 4, 5, 1, 5);
    ASSERT_RUNS(&square, 8, 3, 3, 3, 3, 3, 13);
    assert_int_equal(square.area_px, 9);
    assert_box(&square.box, 1, 2, 3, 3);

    struct mask_runs u = POLYGON(5, 5, 1, 1, 2, 1, 2, 3, 3, 3, 3, 1, 4, 1, 4, 4, 1, 4);
    ASSERT_RUNS(&u, 6, 3, 4, 1, 2, 3, 6);
    assert_box(&u.box, 1, 1, 3, 3);

    /* Its corners lie on fifths 3 and 23; the slope passes column c at fifth 23 - 5c. */
    struct mask_runs triangle = POLYGON(5, 5, .5, .5, 4.5, .5, .5, 4.5);
    ASSERT_RUNS(&triangle, 6, 3, 2, 2, 3, 1, 8);
    assert_box(&triangle.box, 1, 1, 3, 3);

    struct mask_runs pixel = POLYGON(6, 6, 2, 3, 3, 3, 3, 4, 2, 4);
    ASSERT_RUNS(&pixel, 15, 1, 20);
    assert_box(&pixel.box, 2, 3, 1, 1);
    struct mask_runs middle = POLYGON(6, 6, 2.4, 3.4, 2.6, 3.4, 2.6, 3.6, 2.4, 3.6);
    ASSERT_RUNS(&middle, 15, 1, 20);
    struct mask_runs corner = POLYGON(6, 6, 2.1, 3.1, 2.3, 3.1, 2.3, 3.3, 2.1, 3.3);
    ASSERT_RUNS(&corner, 36);
}

static void a_shape_without_width_covers_nothing(void **unused)
{
    (void)unused;
    struct mask_runs line = POLYGON(6, 6, 1, 1, 5, 4, 1, 1);
    ASSERT_RUNS(&line, 36);
    assert_int_equal(line.area_px, 0);
    assert_box(&line.box, 0, 0, 0, 0);
    struct mask_runs point = POLYGON(6, 6, 3, 3, 3, 3, 3, 3);
    ASSERT_RUNS(&point, 36);
    assert_true(mask_runs_iou(&line, &line, false) == 0);
    struct mask_runs none = drawn(&(struct mask){0}, 6, 6);
    ASSERT_RUNS(&none, 36);
}

static void what_lies_beyond_the_image_is_cut(void **unused)
{
    (void)unused;
    struct mask_runs near = POLYGON(4, 4, -2, -2, 2, -2, 2, 2, -2, 2);
    ASSERT_RUNS(&near, 0, 2, 2, 2, 10);
    assert_box(&near.box, 0, 0, 2, 2);
    struct mask_runs far = POLYGON(4, 4, 2, 2, 9, 2, 9, 9, 2, 9);
    ASSERT_RUNS(&far, 10, 2, 2, 2);
    assert_box(&far.box, 2, 2, 2, 2);
    struct mask_runs outside = POLYGON(4, 4, 5, 5, 9, 5, 9, 9);
    ASSERT_RUNS(&outside, 16);
    struct mask_runs all = POLYGON(4, 4, -1, -1, 9, -1, 9, 9, -1, 9);
    ASSERT_RUNS(&all, 0, 16);
    assert_box(&all.box, 0, 0, 4, 4);
}

static void polygons_of_one_object_are_united(void **unused)
{
    (void)unused;
    double a[] = {0, 0, 2, 0, 2, 2, 0, 2}, b[] = {1, 1, 3, 1, 3, 3, 1, 3};
    struct polygon two[] = {{b, 4}, {a, 4}};
    struct mask_runs overlapping = drawn(&(struct mask){.polygons = two, .polygon_count = 2}, 4, 4);
    ASSERT_RUNS(&overlapping, 0, 2, 2, 3, 2, 2, 5);
    double below[] = {0, 2, 2, 2, 2, 4, 0, 4};
    struct polygon touching[] = {{a, 4}, {below, 4}, {a, 4}};
    struct mask_runs joined = drawn(&(struct mask){.polygons = touching, .polygon_count = 3}, 4, 4);
    ASSERT_RUNS(&joined, 0, 8, 8);
    assert_box(&joined.box, 0, 0, 2, 4);
}

static void fractions_are_drawn_in_the_size_of_the_image(void **unused)
{
    (void)unused;
    double xy[] = {1. / 6, 2. / 8, 4. / 6, 2. / 8, 4. / 6, 5. / 8, 1. / 6, 5. / 8};
    struct polygon one = {xy, 4};
    struct mask mask = {.polygons = &one, .polygon_count = 1};
    struct mask_frame frame = {6, 8, 6, 8};
    struct mask_runs out;
    assert_true(mask_runs_make(&pen, &mask, &frame, &arena, &out));
    assert_box(&out.box, 1, 2, 3, 3);
    assert_int_equal(out.area_px, 9);
}

/* ---- what pycocotools gives ---- */

enum { PUBLISHED = 10, PUBLISHED_SIDE = 20, MOST_RUNS = 40 };

/* Polygons and boxes that faster-coco-eval's tests hold pycocotools to (test_mask_api.py); the runs
 * are those of its compressed text. */
static double POLYGONS[PUBLISHED][16] = {
    {7, 8, 9, 3, 7, 1, 5, 1, 5, 8, 3, 4, 4, 7, 7, 8},
    {4, 4, 7, 5, 5, 9, 3, 1, 2, 3, 1, 6, 6, 2, 2, 9},
    {5, 3, 7, 1, 2, 5, 4, 9, 6, 6, 4, 8, 2, 9, 7, 4},
    {5, 1, 1, 4, 7, 9, 2, 3, 6, 9, 7, 4, 3, 8, 1, 2},
    {7, 5, 5, 8, 5, 3, 8, 8, 2, 6, 8, 7, 4, 6, 2, 6},
    {8, 8, 4, 7, 6, 3, 9, 4, 9, 4, 7, 8, 7, 8, 2, 9},
    {2, 8, 8, 6, 5, 8, 4, 8, 9, 4, 8, 3, 4, 5, 9, 7},
    {4, 1, 8, 3, 8, 7, 9, 1, 3, 7, 5, 4, 9, 1, 9, 7},
    {1, 4, 2, 9, 3, 4, 5, 5, 1, 4, 2, 1, 3, 1, 8, 8},
    {6, 6, 4, 5, 9, 9, 1, 9, 8, 6, 5, 4, 3, 4, 7, 1},
};

static const uint32_t POLYGON_RUNS[PUBLISHED][MOST_RUNS] = {
    {101, 6, 14, 7, 13, 6, 15, 2, 236},
    {24, 2, 16, 3, 18, 1, 1, 1, 17, 1, 1, 2, 15, 1, 1, 4, 17, 1, 274},
    {45, 1, 2, 1, 15, 3, 16, 3, 1, 1, 15, 2, 1, 1, 293},
    {22, 1, 19, 2, 1, 1, 15, 1, 4, 1, 38, 2, 17, 2, 2, 1, 271},
    {85, 2, 17, 1, 1, 1, 19, 1, 20, 1, 252},
    {86, 1, 1, 1, 15, 3, 16, 5, 15, 4, 17, 1, 235},
    {67, 1, 19, 1, 16, 2, 1, 1, 16, 2, 17, 2, 1, 1, 16, 1, 236},
    {102, 1, 19, 2, 19, 2, 19, 2, 234},
    {22, 4, 15, 3, 1, 1, 16, 2, 19, 3, 18, 3, 19, 1, 20, 1, 252},
    {48, 1, 19, 1, 14, 1, 3, 2, 13, 2, 3, 2, 12, 2, 2, 4, 19, 1, 251},
};

static const double BOXES[PUBLISHED][4] = {{3, 5, 4, 1}, {5, 3, 3, 5}, {8, 5, 8, 5}, {3, 4, 7, 3},
    {2, 5, 2, 7}, {8, 1, 9, 9}, {8, 1, 9, 6}, {7, 1, 9, 4}, {4, 5, 4, 5}, {2, 4, 5, 4}};

static const uint32_t UNION_OF_BOXES[] = {44, 8, 12, 8, 12, 6, 13, 7, 13, 7, 11, 9, 11, 9, 11, 9,
    11, 9, 11, 9, 11, 9, 11, 9, 11, 9, 11, 9, 11, 9, 70};

static struct mask_runs published_box(size_t i)
{
    const double *b = BOXES[i];
    return rectangle(b[0], b[1], b[2], b[3], PUBLISHED_SIDE, PUBLISHED_SIDE);
}

static void published_shapes_have_the_runs_of_pycocotools(void **unused)
{
    (void)unused;
    double corners[PUBLISHED][8];
    struct polygon all[PUBLISHED];
    for (size_t i = 0; i < PUBLISHED; i++) {
        const double *b = BOXES[i];
        size_t n = 0;
        while (POLYGON_RUNS[i][n])
            n++;
        struct mask_runs shape = polygon(POLYGONS[i], 16, PUBLISHED_SIDE, PUBLISHED_SIDE);
        assert_runs(&shape, POLYGON_RUNS[i], n);
        struct mask_runs box = published_box(i);
        assert_box(&box.box, b[0], b[1], b[2], b[3]);
        assert_true(box.area_px == b[2] * b[3]);
        double xy[] = {b[0], b[1], b[0] + b[2], b[1], b[0] + b[2], b[1] + b[3], b[0], b[1] + b[3]};
        memcpy(corners[i], xy, sizeof xy);
        all[i] = (struct polygon){corners[i], 4};
    }
    struct mask mask = {.polygons = all, .polygon_count = PUBLISHED};
    struct mask_runs merged = drawn(&mask, PUBLISHED_SIDE, PUBLISHED_SIDE);
    assert_runs(&merged, UNION_OF_BOXES, sizeof UNION_OF_BOXES / sizeof *UNION_OF_BOXES);
}

static double iou_of_polygons(size_t a, size_t b)
{
    struct mask_runs left = polygon(POLYGONS[a], 16, PUBLISHED_SIDE, PUBLISHED_SIDE);
    struct mask_runs right = polygon(POLYGONS[b], 16, PUBLISHED_SIDE, PUBLISHED_SIDE);
    return mask_runs_iou(&left, &right, false);
}

static void published_shapes_have_the_overlaps_of_pycocotools(void **unused)
{
    (void)unused;
    struct mask_runs a = published_box(0), b = published_box(1);
    assert_true(mask_runs_iou(&a, &b, false) == 2. / 17);
    assert_true(mask_runs_iou(&b, &a, false) == 2. / 17);
    assert_true(mask_runs_iou(&a, &b, true) == .5);
    assert_true(mask_runs_iou(&b, &a, true) == 2. / 15);
    assert_true(mask_runs_iou(&a, &a, false) == 1 && mask_runs_iou(&a, &a, true) == 1);
    assert_true(fabs(iou_of_polygons(0, 1) - .1562) < 5e-5);
    assert_true(fabs(iou_of_polygons(0, 2) - .1) < 5e-5);
    assert_true(fabs(iou_of_polygons(1, 2) - .2174) < 5e-5);
}

/* ---- the slow painter ---- */

/* An image as bytes, down the columns. */
struct canvas {
    int32_t width, height;
    uint8_t pixels[PIXELS];
};

/* Every fifth of a pixel that an outline goes through, in order. */
struct outline {
    int x[OUTLINE], y[OUTLINE], count;
};

/* Points of a line as the reference sets them: along the longer side, from its lower end. */
static void walk(struct outline *outline, int ax, int ay, int bx, int by)
{
    int dx = abs(bx - ax), dy = abs(by - ay), longer = dx >= dy ? dx : dy;
    bool backwards = dx >= dy ? ax > bx : ay > by;
    int fromx = backwards ? bx : ax, fromy = backwards ? by : ay;
    int tox = backwards ? ax : bx, toy = backwards ? ay : by;
    for (int i = 0; i <= longer; i++) {
        int t = backwards ? longer - i : i, n = outline->count++;
        if (dx >= dy) {
            outline->x[n] = fromx + t;
            outline->y[n] = (int)(fromy + (dx ? (double)(toy - fromy) / dx : 0) * t + .5);
        } else {
            outline->y[n] = fromy + t;
            outline->x[n] = (int)(fromx + (double)(tox - fromx) / dy * t + .5);
        }
    }
}

/* Turns inside and outside at each step between columns, then goes over all pixels. */
static void paint(struct canvas *canvas, const double *xy, int points, struct outline *outline)
{
    uint8_t turns[PIXELS + 1] = {0}, inside = 0;
    outline->count = 0;
    for (int i = 0; i < points; i++) {
        const double *a = xy + 2 * i, *b = xy + 2 * ((i + 1) % points);
        walk(outline, (int)(5 * a[0] + .5), (int)(5 * a[1] + .5), (int)(5 * b[0] + .5),
            (int)(5 * b[1] + .5));
    }
    for (int i = 1; i < outline->count; i++) {
        int was = outline->x[i - 1], is = outline->x[i], left = is < was ? is : is - 1;
        if (is == was || left < 0 || left % 5 != 2 || left / 5 >= canvas->width)
            continue;
        int y = outline->y[i] < outline->y[i - 1] ? outline->y[i] : outline->y[i - 1];
        double row = ceil(fmax(0, fmin(canvas->height, (y + .5) / 5 - .5)));
        turns[left / 5 * canvas->height + (int)row] ^= 1;
    }
    for (int i = 0; i < canvas->width * canvas->height; i++) {
        inside ^= turns[i];
        canvas->pixels[i] |= inside;
    }
}

static struct canvas spread(const struct mask_runs *mask)
{
    struct canvas canvas = {.width = mask->width_px, .height = mask->height_px};
    size_t at = 0;
    for (size_t i = 0; i < mask->count; i++)
        for (uint32_t k = 0; k < mask->runs[i]; k++)
            canvas.pixels[at++] = i % 2;
    assert_int_equal(at, canvas.width * canvas.height);
    return canvas;
}

static void check_area_and_box(const struct mask_runs *mask, const struct canvas *canvas)
{
    int area = 0, left = SIDE, right = -1, top = SIDE, bottom = -1;
    for (int i = 0; i < canvas->width * canvas->height; i++) {
        if (!canvas->pixels[i])
            continue;
        int x = i / canvas->height, y = i % canvas->height;
        area++;
        left = x < left ? x : left;
        right = x > right ? x : right;
        top = y < top ? y : top;
        bottom = y > bottom ? y : bottom;
    }
    assert_int_equal(mask->area_px, area);
    if (area)
        assert_box(&mask->box, left, top, right - left + 1, bottom - top + 1);
    else
        assert_box(&mask->box, 0, 0, 0, 0);
}

static void check_overlap(const struct mask_runs *a, const struct mask_runs *b)
{
    struct canvas left = spread(a), right = spread(b);
    int common = 0, either = 0, own = 0;
    for (int i = 0; i < left.width * left.height; i++) {
        common += left.pixels[i] && right.pixels[i];
        either += left.pixels[i] || right.pixels[i];
        own += left.pixels[i];
    }
    assert_true(mask_runs_iou(a, b, false) == (common ? (double)common / either : 0));
    assert_true(mask_runs_iou(a, b, true) == (common ? (double)common / own : 0));
}

/* Whole, half and tenth pixels, or any, inside or around the image. */
static double coordinate(uint64_t *state, uint32_t side, uint32_t kind)
{
    switch (kind) {
    case 0:
        return sets_next(state, side + 1);
    case 1:
        return sets_next(state, 2 * side + 1) / 2.;
    case 2:
        return sets_next(state, 10 * side + 1) / 10.;
    case 3:
        return sets_next(state, 1000 * side) / 1000.;
    case 4:
        return sets_next(state, 3000 * side) / 1000. - side;
    default:
        return (double)sets_next(state, 2000) - 1000;
    }
}

/* Some sides stand upright or lie flat. */
static void random_polygon(
    uint64_t *state, uint32_t width, uint32_t height, double *xy, struct polygon *polygon)
{
    uint32_t points = 3 + sets_next(state, sets_next(state, 4) ? 6 : POINTS - 2);
    uint32_t kind = sets_next(state, 6);
    for (uint32_t i = 0; i < points; i++) {
        xy[2 * i] = coordinate(state, width, kind);
        xy[2 * i + 1] = coordinate(state, height, kind);
        if (i && sets_next(state, 5) == 0)
            xy[2 * i] = xy[2 * i - 2];
        if (i && sets_next(state, 5) == 0)
            xy[2 * i + 1] = xy[2 * i - 1];
    }
    *polygon = (struct polygon){xy, points};
}

static void random_polygons_cover_what_the_slow_painter_paints(void **unused)
{
    (void)unused;
    enum { MOST = 3 };
    uint64_t state = 20240617;
    struct outline *outline = malloc(sizeof *outline);
    assert_non_null(outline);
    for (int i = 0; i < CASES; i++) {
        uint32_t width = sets_next(&state, SIDE) + 1, height = sets_next(&state, SIDE) + 1;
        struct canvas painted = {.width = (int32_t)width, .height = (int32_t)height};
        double xy[MOST][2 * POINTS];
        struct polygon polygons[MOST];
        uint32_t n = 1 + (sets_next(&state, 3) ? 0 : sets_next(&state, MOST));
        for (uint32_t p = 0; p < n; p++) {
            random_polygon(&state, width, height, xy[p], &polygons[p]);
            paint(&painted, xy[p], (int)polygons[p].point_count, outline);
        }
        struct mask mask = {.polygons = polygons, .polygon_count = n};
        struct mask_runs out = drawn(&mask, painted.width, painted.height);
        struct canvas got = spread(&out);
        assert_memory_equal(got.pixels, painted.pixels, sizeof got.pixels);
        for (size_t r = 1; r < out.count; r++)
            assert_true(out.runs[r] > 0);
        check_area_and_box(&out, &painted);
        arena_done(&arena);
    }
    free(outline);
}

/* Runs that fill an image, many of them empty. */
static struct mask_runs random_runs(uint64_t *state, int32_t width, int32_t height)
{
    uint32_t left = (uint32_t)(width * height), longest = sets_next(state, 3) ? 9 : left + 1;
    uint32_t *runs = ARENA_ARRAY(&arena, uint32_t, 8 * left + 9);
    size_t n = 0;
    assert_non_null(runs);
    while (left && n < 8 * (size_t)(width * height)) {
        runs[n] = sets_next(state, longest);
        runs[n] = runs[n] < left ? runs[n] : left;
        left -= runs[n++];
    }
    if (left || !n)
        runs[n++] = left;
    struct mask mask = {.runs = runs, .run_count = n, .width_px = width, .height_px = height};
    return drawn(&mask, 0, 0);
}

static void random_runs_measure_what_their_pixels_do(void **unused)
{
    (void)unused;
    uint64_t state = 4711;
    for (int i = 0; i < CASES; i++) {
        int32_t width = (int32_t)sets_next(&state, SIDE / 2) + 1;
        int32_t height = (int32_t)sets_next(&state, SIDE / 2) + 1;
        struct mask_runs a = random_runs(&state, width, height);
        struct mask_runs b = random_runs(&state, width, height);
        struct canvas canvas = spread(&a);
        check_area_and_box(&a, &canvas);
        check_overlap(&a, &b);
        check_overlap(&a, &a);
        uint32_t x = sets_next(&state, (uint32_t)width), y = sets_next(&state, (uint32_t)height);
        uint32_t w = sets_next(&state, 9), h = sets_next(&state, 9);
        struct mask_runs box = rectangle(x, y, w, h, width, height);
        check_overlap(&a, &box);
        check_overlap(&box, &b);
        arena_done(&arena);
    }
}

static void masks_of_different_images_do_not_overlap(void **unused)
{
    (void)unused;
    struct mask_runs own = rectangle(1, 1, 3, 3, 8, 8);
    struct mask_runs narrow = rectangle(1, 1, 3, 3, 6, 8), low = rectangle(1, 1, 3, 3, 8, 6);
    assert_true(mask_runs_iou(&own, &own, false) == 1);
    assert_true(mask_runs_iou(&own, &narrow, false) == 0);
    assert_true(mask_runs_iou(&narrow, &own, true) == 0);
    assert_true(mask_runs_iou(&own, &low, false) == 0);
    assert_true(mask_runs_iou(&low, &own, true) == 0);
}

/* A star around a middle never crosses itself. */
static void drawn_area_is_close_to_that_of_the_polygon(void **unused)
{
    (void)unused;
    uint64_t state = 99;
    for (int i = 0; i < 2000; i++) {
        double xy[2 * POINTS], area = 0, around = 0;
        int points = 3 + (int)sets_next(&state, POINTS - 2);
        for (int p = 0; p < points; p++) {
            double angle = 2 * 3.14159265358979 * p / points;
            double radius = 5 + sets_next(&state, 900) / 10.;
            xy[2 * p] = 100 + radius * cos(angle);
            xy[2 * p + 1] = 110 + radius * sin(angle);
        }
        for (int p = 0; p < points; p++) {
            const double *a = xy + 2 * p, *b = xy + 2 * ((p + 1) % points);
            area += (a[0] * b[1] - b[0] * a[1]) / 2;
            around += hypot(b[0] - a[0], b[1] - a[1]);
        }
        struct mask_runs out = polygon(xy, 2 * (size_t)points, 200, 220);
        assert_true(fabs(out.area_px - fabs(area)) < around);
        arena_done(&arena);
    }
}

/* ---- what nobody draws ---- */

static void points_that_are_nowhere_draw_nothing(void **unused)
{
    (void)unused;
    struct mask_runs nan = POLYGON(4, 4, 0, 0, 4, 0, NAN, 4);
    ASSERT_RUNS(&nan, 16);
    struct mask_runs infinite = POLYGON(4, 4, 0, 0, INFINITY, 0, 4, 4);
    ASSERT_RUNS(&infinite, 16);
    struct mask_runs box = rectangle(-INFINITY, 0, INFINITY, 4, 4, 4);
    ASSERT_RUNS(&box, 16);
    struct mask_runs huge = POLYGON(4, 4, -1e300, 0, 1e300, 0, 1e300, 1e300, -1e300, 1e300);
    ASSERT_RUNS(&huge, 0, 16);
    struct mask_runs half = POLYGON(4, 4, -1e300, -1e300, 2, -1e300, 2, 1e300, -1e300, 1e300);
    ASSERT_RUNS(&half, 0, 8, 8);
    /* The diagonal of a square of 2e8 pixels a side. */
    struct mask_runs diagonal = POLYGON(4, 4, -1e8, -1e8, 1e8, 1e8, -1e8, 1e8);
    assert_int_equal(diagonal.area_px, 10);
}

static void images_of_no_size_hold_no_mask(void **unused)
{
    (void)unused;
    static const int32_t SIZES[][2] = {
        {0, 0}, {0, 5}, {5, 0}, {-3, -3}, {1 << 16, 1 << 15}, {INT32_MAX, INT32_MAX}};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        struct mask_runs out = rectangle(0, 0, 2, 2, SIZES[i][0], SIZES[i][1]);
        assert_int_equal(out.area_px + out.count, 0);
        assert_true(mask_runs_iou(&out, &out, false) == 0);
    }
    struct mask_runs line = rectangle(3, 0, 2, 1, INT32_MAX, 1);
    ASSERT_RUNS(&line, 3, 2, INT32_MAX - 5);
}

/* Lines that go to and fro over a wide image: each passes all of its columns. */
static struct mask_runs zigzag(size_t lines)
{
    enum { WIDTH = 1 << 16 };
    double *xy = ARENA_ARRAY(&arena, double, 2 * lines);
    assert_non_null(xy);
    for (size_t i = 0; i < lines; i++) {
        xy[2 * i] = i % 2 ? WIDTH : 0;
        xy[2 * i + 1] = (double)i;
    }
    return polygon(xy, 2 * lines, WIDTH, 100);
}

static void an_outline_of_too_many_crossings_draws_nothing(void **unused)
{
    (void)unused;
    struct mask_runs most = zigzag(64);
    assert_true(most.area_px > 0);
    struct mask_runs more = zigzag(66);
    assert_int_equal(more.area_px, 0);
    assert_int_equal(more.count, 1);
    struct mask_runs many = zigzag(200000);
    assert_int_equal(many.area_px, 0);
}

static void many_points_in_one_column_are_no_trouble(void **unused)
{
    (void)unused;
    enum { MANY = 200000 };
    double *xy = ARENA_ARRAY(&arena, double, 2 * MANY);
    assert_non_null(xy);
    for (size_t i = 0; i < MANY; i++) {
        xy[2 * i] = i % 2;
        xy[2 * i + 1] = (double)(i % 1000) / 2;
    }
    struct mask_runs out = polygon(xy, 2 * MANY, 3, 600);
    uint64_t sum = 0;
    for (size_t i = 0; i < out.count; i++)
        sum += out.runs[i];
    assert_int_equal(sum, 3 * 600);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(simple_shapes_cover_the_pixels_whose_middle_they_hold),
        TEST(a_shape_without_width_covers_nothing),
        TEST(what_lies_beyond_the_image_is_cut),
        TEST(polygons_of_one_object_are_united),
        TEST(fractions_are_drawn_in_the_size_of_the_image),
        TEST(published_shapes_have_the_runs_of_pycocotools),
        TEST(published_shapes_have_the_overlaps_of_pycocotools),
        TEST(random_polygons_cover_what_the_slow_painter_paints),
        TEST(random_runs_measure_what_their_pixels_do),
        TEST(masks_of_different_images_do_not_overlap),
        TEST(drawn_area_is_close_to_that_of_the_polygon),
        TEST(points_that_are_nowhere_draw_nothing),
        TEST(images_of_no_size_hold_no_mask),
        TEST(an_outline_of_too_many_crossings_draws_nothing),
        TEST(many_points_in_one_column_are_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
