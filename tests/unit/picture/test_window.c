/*
 * Windows: what they show of a picture, that boxes lie on it where the pixels are, how they are held
 * and zoomed, smooth and square enlarging.
 */
#include "picture/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t GROUND[3] = {7, 7, 7};

/* Pixel x, y is of red 10 * x and green 10 * y. */
static struct pixels *numbered(int32_t w, int32_t h)
{
    struct pixels *p = pixels_new(w, h);
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++) {
            p->rgb[3 * (y * w + x)] = (uint8_t)(10 * x);
            p->rgb[3 * (y * w + x) + 1] = (uint8_t)(10 * y);
            p->rgb[3 * (y * w + x) + 2] = 200;
        }
    return p;
}

static const uint8_t *at(const struct pixels *p, int32_t x, int32_t y)
{
    return p->rgb + 3 * (y * p->width_px + x);
}

static void all_of_it_fits(void **state)
{
    (void)state;
    struct pixels *p = numbered(20, 10);
    struct scene_map map;
    struct pixels *out = window_render(
        p, 20, 10, window_fit(20, 10, 40, 40), 40, 40, WINDOW_NEAREST, GROUND, &map);
    assert_true(map.scale_x == 2 && map.left_px == 0 && map.top_px == 10);
    assert_memory_equal(at(out, 0, 9), GROUND, 3);
    assert_memory_equal(at(out, 39, 30), GROUND, 3);
    for (int32_t y = 10; y < 30; y++)
        for (int32_t x = 0; x < 40; x++)
            assert_memory_equal(at(out, x, y), at(p, x / 2, (y - 10) / 2), 3);
    pixels_free(out);
    pixels_free(p);
}

/* At any zoom and place each pixel is that of the map's, or ground where the map points outside. */
static void the_map_tells_the_truth(void **state)
{
    (void)state;
    struct pixels *p = numbered(20, 16);
    uint32_t random = 3;
    for (int round = 0; round < 200; round++) {
        random = random * 1664525u + 1013904223u;
        struct window window = {(double)(random >> 8 & 31) - 4, (double)(random >> 13 & 31) - 4,
            1 + (double)(random >> 18 & 7)};
        struct scene_map map;
        struct pixels *out =
            window_render(p, 20, 16, window, 30, 24, WINDOW_NEAREST, GROUND, &map);
        for (int32_t y = 0; y < 24; y++)
            for (int32_t x = 0; x < 30; x++) {
                double px = (x + 0.5 - map.left_px) / map.scale_x;
                double py = (y + 0.5 - map.top_px) / map.scale_y;
                double near = 0.51 / window.zoom; /* the edge is rounded to a pixel */
                bool inside = px > near && py > near && px < 20 - near && py < 16 - near;
                bool outside = px < -near || py < -near || px > 20 + near || py > 16 + near;
                const uint8_t *seen = at(out, x, y);
                if (outside)
                    assert_memory_equal(seen, GROUND, 3);
                if (inside) {
                    assert_true(fabs(seen[0] / 10.0 + 0.5 - px) <= 0.5 + near);
                    assert_true(fabs(seen[1] / 10.0 + 0.5 - py) <= 0.5 + near);
                    assert_int_equal(seen[2], 200);
                }
            }
        pixels_free(out);
    }
    pixels_free(p);
}

/* The picture holds the original at half its size; the map speaks of the original. */
static void a_smaller_picture_serves_as_well(void **state)
{
    (void)state;
    struct pixels *p = numbered(20, 10);
    struct scene_map map;
    struct window window = window_fit(40, 20, 40, 20);
    struct pixels *out = window_render(p, 40, 20, window, 40, 20, WINDOW_NEAREST, GROUND, &map);
    assert_true(map.scale_x == 1 && map.scale_y == 1 && map.left_px == 0);
    assert_memory_equal(at(out, 39, 19), at(p, 19, 9), 3);
    pixels_free(out);
    pixels_free(p);
}

static void smooth_runs_from_pixel_to_pixel(void **state)
{
    (void)state;
    struct pixels *p = numbered(3, 2);
    struct scene_map map;
    struct pixels *out = window_render(
        p, 3, 2, window_fit(3, 2, 30, 20), 30, 20, WINDOW_SMOOTH, GROUND, &map);
    for (int32_t x = 1; x < 30; x++) {
        assert_true(at(out, x, 0)[0] >= at(out, x - 1, 0)[0]);
        assert_true(at(out, x, 0)[0] - at(out, x - 1, 0)[0] <= 2);
    }
    assert_int_equal(at(out, 0, 0)[0], 0);
    assert_int_equal(at(out, 29, 0)[0], 20);
    assert_int_equal(at(out, 15, 10)[2], 200);
    pixels_free(out);
    pixels_free(p);
}

static void zooming_keeps_the_place_and_holding_fills_the_room(void **state)
{
    (void)state;
    struct window fit = window_fit(400, 300, 200, 200);
    struct window in = window_zoom(fit, 4, 50, 60, 200, 200);
    assert_true(fit.zoom == 0.5 && in.zoom == 2);
    double before = fit.x + (50 - 100) / fit.zoom, after = in.x + (50 - 100) / in.zoom;
    assert_true(fabs(before - after) < 1e-9);
    struct window held = window_hold((struct window){-50, 1000, 2}, 400, 300, 200, 200);
    assert_true(held.x == 50 && held.y == 250 && held.zoom == 2);
    held = window_hold((struct window){0, 0, 0.001}, 400, 300, 200, 200);
    assert_true(held.zoom == 0.5 && held.x == 200 && held.y == 150);
    held = window_hold((struct window){0, 0, 1e9}, 400, 300, 200, 200);
    assert_true(held.zoom == WINDOW_MOST_ZOOM);
    held = window_hold((struct window){0, 0, 1}, 20, 10, 200, 200); /* 1:1, smaller than the room */
    assert_true(held.x == 10 && held.y == 5 && held.zoom == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_fits),
        cmocka_unit_test(the_map_tells_the_truth),
        cmocka_unit_test(a_smaller_picture_serves_as_well),
        cmocka_unit_test(smooth_runs_from_pixel_to_pixel),
        cmocka_unit_test(zooming_keeps_the_place_and_holding_fills_the_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
