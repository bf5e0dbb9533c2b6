/*
 * Masks over a picture: each pixel is in the mask exactly when the image's pixel below its middle is.
 */
#include "picture/stencil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

enum { IMAGE_WIDTH = 9, IMAGE_HEIGHT = 7, WIDTH = 40, HEIGHT = 31, ROUNDS = 300, MOST_RUNS = 12 };

static uint32_t next_random(uint32_t *random)
{
    *random = *random * 1664525u + 1013904223u;
    return *random >> 8;
}

static size_t make_runs(uint32_t *random, uint32_t runs[MOST_RUNS], bool inside[])
{
    enum { PIXELS = IMAGE_WIDTH * IMAGE_HEIGHT };
    size_t count = 0;
    uint32_t at = 0;
    memset(inside, 0, PIXELS);
    while (at < PIXELS) {
        uint32_t length = next_random(random) % 20, left = PIXELS - at;
        if (length > left || count == MOST_RUNS - 1)
            length = left;
        for (uint32_t i = 0; i < length; i++)
            inside[at + i] = count % 2;
        runs[count++] = length;
        at += length;
    }
    return count;
}

static bool is_in(const bool inside[], const struct scene_map *map, int32_t x, int32_t y)
{
    double column = floor((x + 0.5 - map->left_px) / map->scale_x);
    double row = floor((y + 0.5 - map->top_px) / map->scale_y);
    return column >= 0 && row >= 0 && column < IMAGE_WIDTH && row < IMAGE_HEIGHT &&
           inside[(int)column * IMAGE_HEIGHT + (int)row];
}

/* Whether the pixel, or one beside it on the picture, is outside. */
static bool is_edge(const bool inside[], const struct scene_map *map, int32_t x, int32_t y)
{
    static const int32_t beside[4][2] = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};
    for (int i = 0; i < 4; i++) {
        int32_t across = x + beside[i][0], down = y + beside[i][1];
        if (across >= 0 && down >= 0 && across < WIDTH && down < HEIGHT &&
            !is_in(inside, map, across, down))
            return true;
    }
    return false;
}

static void expect_laid(const bool inside[], const struct scene_map *map,
    const struct stencil *stencil, enum stencil_way way)
{
    struct pixels *out = pixels_new(WIDTH, HEIGHT);
    assert_non_null(out);
    memset(out->rgb, 100, pixels_bytes(out));
    assert_true(stencil_lay(out, map, stencil, way));
    for (int32_t y = 0; y < HEIGHT; y++)
        for (int32_t x = 0; x < WIDTH; x++) {
            const uint8_t *rgb = out->rgb + (y * WIDTH + x) * 3;
            bool in = is_in(inside, map, x, y), full = rgb[0] == 255 && rgb[1] == 0;
            bool untouched = rgb[0] == 100 && rgb[1] == 100 && rgb[2] == 100;
            if (way == STENCIL_BLENDED ? untouched == in
                                       : (!in && !untouched) ||
                                             (in && is_edge(inside, map, x, y) && !full))
                fail_msg("pixel %d, %d at scale %g", x, y, map->scale_x);
            if (way == STENCIL_BLENDED && in)
                assert_true(rgb[0] > 100 && rgb[0] < 255 && rgb[1] < 100 && rgb[1] > 0);
        }
    pixels_free(out);
}

static void test_every_pixel(void **state)
{
    (void)state;
    bool inside[IMAGE_WIDTH * IMAGE_HEIGHT];
    uint32_t runs[MOST_RUNS], random = 3;
    for (int round = 0; round < ROUNDS; round++) {
        size_t count = make_runs(&random, runs, inside);
        struct stencil stencil = {runs, count, IMAGE_HEIGHT, {255, 0, 0}};
        double scale = 0.3 + next_random(&random) % 100 / 11.0;
        struct scene_map map = {.scale_x = scale,
            .scale_y = scale,
            .left_px = next_random(&random) % 50 - 25.3137,
            .top_px = next_random(&random) % 40 - 19.7071};
        expect_laid(inside, &map, &stencil, STENCIL_BLENDED);
        expect_laid(inside, &map, &stencil, STENCIL_HATCHED);
    }
}

/* The middle of a mask is hatched: the picture is seen through it. */
static void test_hatching_lets_through(void **state)
{
    (void)state;
    uint32_t runs[] = {0, 20 * 20};
    struct stencil stencil = {runs, 2, 20, {255, 0, 0}};
    struct scene_map map = {.scale_x = 1, .scale_y = 1, .left_px = 5, .top_px = 5};
    struct pixels *out = pixels_new(WIDTH, HEIGHT);
    int laid = 0, most = 18 * 18;
    assert_non_null(out);
    assert_true(stencil_lay(out, &map, &stencil, STENCIL_HATCHED));
    for (int32_t y = 6; y < 24; y++)
        for (int32_t x = 6; x < 24; x++)
            laid += out->rgb[(y * WIDTH + x) * 3] == 255;
    assert_in_range(laid, most / 8, most / 4);
    pixels_free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_pixel),
        cmocka_unit_test(test_hatching_lets_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
