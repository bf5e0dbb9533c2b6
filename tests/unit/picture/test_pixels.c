/*
 * Whole pictures: sizes, scaling, letterbox, grey, turning.
 */
#include "picture/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static struct pixels *numbered(int32_t w, int32_t h)
{
    struct pixels *p = pixels_new(w, h);
    for (size_t i = 0; i < pixels_bytes(p); i++)
        p->rgb[i] = (uint8_t)(i * 7 + i / 3);
    return p;
}

static void sizes_are_checked(void **state)
{
    (void)state;
    assert_null(pixels_new(0, 5));
    assert_null(pixels_new(5, -1));
    assert_null(pixels_new(PIXELS_MAX_SIDE + 1, 1));
    struct pixels *p = pixels_new(3, 2), *copy = pixels_copy(p);
    assert_int_equal(pixels_bytes(p), 18);
    assert_true(pixels_same_size(p, copy));
    assert_ptr_not_equal(p->rgb, copy->rgb);
    pixels_free(p);
    pixels_free(copy);
    pixels_free(NULL);
}

/* The mean over the covered area, in doubles. */
static double area_mean(const struct pixels *p, int32_t w, int32_t h, int32_t x, int32_t y, int c)
{
    double sum = 0, weights = 0;
    double x0 = (double)x * p->width_px / w, x1 = (double)(x + 1) * p->width_px / w;
    double y0 = (double)y * p->height_px / h, y1 = (double)(y + 1) * p->height_px / h;
    for (int32_t j = 0; j < p->height_px; j++)
        for (int32_t i = 0; i < p->width_px; i++) {
            double across = (i + 1 < x1 ? i + 1 : x1) - (i > x0 ? i : x0);
            double down = (j + 1 < y1 ? j + 1 : y1) - (j > y0 ? j : y0);
            if (across <= 0 || down <= 0)
                continue;
            weights += across * down;
            sum += across * down * p->rgb[(j * p->width_px + i) * 3 + c];
        }
    return sum / weights;
}

static void shrinking_is_the_area_mean(void **state)
{
    (void)state;
    const int32_t sizes[][2] = {{29, 23}, {28, 22}, {15, 12}, {10, 1}, {1, 7}, {1, 1}, {29, 5}};
    struct pixels *p = numbered(29, 23);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int32_t w = sizes[i][0], h = sizes[i][1];
        struct pixels *small = picture_scale(p, w, h);
        for (int32_t at = 0; at < w * h * 3; at++) {
            double want = area_mean(p, w, h, at / 3 % w, at / 3 / w, at % 3);
            double off = small->rgb[at] - want;
            if (off < -0.51 || off > 0.51)
                fail_msg("%d x %d at %d: %d, not %g", w, h, at, small->rgb[at], want);
        }
        pixels_free(small);
    }
    pixels_free(p);
}

static void a_constant_picture_stays_constant(void **state)
{
    (void)state;
    for (int level = 0; level < 256; level += 51) {
        struct pixels *p = pixels_new(1000, 333);
        memset(p->rgb, level, pixels_bytes(p));
        struct pixels *small = picture_scale(p, 77, 31);
        for (size_t i = 0; i < pixels_bytes(small); i++)
            assert_int_equal(small->rgb[i], level);
        pixels_free(small);
        pixels_free(p);
    }
}

static void growing_repeats_pixels(void **state)
{
    (void)state;
    struct pixels *p = numbered(5, 4), *large = picture_scale(p, 15, 8);
    for (int32_t y = 0; y < 8; y++)
        for (int32_t x = 0; x < 15; x++)
            assert_memory_equal(large->rgb + (y * 15 + x) * 3, p->rgb + (y / 2 * 5 + x / 3) * 3, 3);
    struct pixels *mixed = picture_scale(p, 10, 2);
    assert_int_equal(mixed->width_px, 10);
    assert_int_equal(mixed->height_px, 2);
    assert_null(picture_scale(p, 0, 2));
    assert_null(picture_scale(p, PIXELS_MAX_SIDE + 1, 2));
    pixels_free(mixed);
    pixels_free(large);
    pixels_free(p);
}

static void fitting_keeps_the_aspect(void **state)
{
    (void)state;
    static const struct {
        int32_t w, h, max_w, max_h;
        bool enlarge;
        int32_t want_w, want_h;
    } cases[] = {
        {6000, 4000, 800, 600, false, 800, 533},
        {4000, 6000, 800, 600, false, 400, 600},
        {100, 50, 800, 600, false, 100, 50},
        {100, 50, 800, 600, true, 800, 400},
        {16000, 1, 100, 100, false, 100, 1},
        {1, 16000, 100, 100, true, 1, 100},
        {65500, 65500, 16384, 16384, false, 16384, 16384},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t w, h;
        picture_fit(
            cases[i].w, cases[i].h, cases[i].max_w, cases[i].max_h, cases[i].enlarge, &w, &h);
        assert_int_equal(w, cases[i].want_w);
        assert_int_equal(h, cases[i].want_h);
    }
}

static void tone_moves_and_spreads(void **state)
{
    (void)state;
    static const struct {
        int brightness, contrast;
        uint8_t out[4]; /* of 0, 100, 128, 255 */
    } cases[] = {{0, 0, {0, 100, 128, 255}}, {20, 0, {51, 151, 179, 255}},
        {-100, 0, {0, 0, 0, 0}}, {0, 50, {0, 72, 128, 255}}, {0, -50, {64, 114, 128, 192}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pixels *p = pixels_new(4, 1);
        static const uint8_t in[4] = {0, 100, 128, 255};
        for (int x = 0; x < 4; x++)
            memset(p->rgb + 3 * x, in[x], 3);
        pixels_tone(p, cases[i].brightness, cases[i].contrast);
        for (int x = 0; x < 12; x++)
            assert_int_equal(p->rgb[x], cases[i].out[x / 3]);
        pixels_free(p);
    }
}

static void grey_is_luma(void **state)
{
    (void)state;
    struct pixels *p = pixels_new(3, 1);
    memcpy(p->rgb, "\xff\0\0\0\xff\0\xff\xff\xff", 9);
    pixels_grey(p);
    static const uint8_t want[9] = {77, 77, 77, 149, 149, 149, 255, 255, 255};
    assert_memory_equal(p->rgb, want, 9);
    pixels_free(p);
}

/* Turning by an orientation and by its inverse gives the picture back. */
static void orientations_have_inverses(void **state)
{
    (void)state;
    static const int inverse[9] = {0, 1, 2, 3, 4, 5, 8, 7, 6};
    struct pixels *p = numbered(7, 5);
    for (int i = 1; i <= 8; i++) {
        struct pixels *turned = pixels_orient(p, i), *back = pixels_orient(turned, inverse[i]);
        assert_int_equal(turned->width_px, i >= 5 ? 5 : 7);
        assert_memory_equal(back->rgb, p->rgb, pixels_bytes(p));
        assert_int_equal(memcmp(turned->rgb, p->rgb, pixels_bytes(p)) == 0, i == 1);
        pixels_free(turned);
        pixels_free(back);
    }
    pixels_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_checked),
        cmocka_unit_test(shrinking_is_the_area_mean),
        cmocka_unit_test(a_constant_picture_stays_constant),
        cmocka_unit_test(growing_repeats_pixels),
        cmocka_unit_test(fitting_keeps_the_aspect),
        cmocka_unit_test(tone_moves_and_spreads),
        cmocka_unit_test(grey_is_luma),
        cmocka_unit_test(orientations_have_inverses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
