/*
 * Strokes: coverage by hand, dashes, areas, nothing outside, whatever comes.
 */
#include "picture/stroke.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct stroke_ink WHITE = {{255, 255, 255}, 1};

static int at(const struct pixels *pixels, int x, int y)
{
    return pixels->rgb[3 * (y * pixels->width_px + x)];
}

static double ink_of(const struct pixels *pixels)
{
    double sum = 0;
    for (int i = 0; i < pixels->width_px * pixels->height_px; i++)
        sum += pixels->rgb[3 * i] / 255.;
    return sum;
}

static void lines_by_hand(void **state)
{
    (void)state;
    struct pixels *pixels = pixels_new(20, 10);
    static const struct stroke_point ROW[] = {{2, 5}, {18, 5}};
    assert_true(stroke_line(pixels, ROW, 2, 2, NULL, 0, &WHITE));
    assert_int_equal(at(pixels, 10, 4), 255); /* 4..6 is covered wholly */
    assert_int_equal(at(pixels, 10, 5), 255);
    assert_int_equal(at(pixels, 10, 3), 0);
    assert_int_equal(at(pixels, 10, 6), 0);
    pixels_free(pixels);
    pixels = pixels_new(20, 10);
    static const struct stroke_point MIDDLE[] = {{-5, 5.5}, {25, 5.5}};
    assert_true(stroke_line(pixels, MIDDLE, 2, 2, NULL, 0, &WHITE));
    assert_int_equal(at(pixels, 10, 5), 255);
    assert_int_equal(at(pixels, 10, 4), 128); /* half of it */
    assert_int_equal(at(pixels, 0, 6), 128);
    pixels_free(pixels);
}

static void a_crossing_is_laid_once(void **state)
{
    (void)state;
    struct pixels *pixels = pixels_new(20, 20);
    static const struct stroke_point BACK[] = {{2, 10}, {18, 10}, {2, 10}, {18, 10}};
    static const struct stroke_ink HALF = {{200, 200, 200}, 0.5};
    assert_true(stroke_line(pixels, BACK, 4, 2, NULL, 0, &HALF));
    assert_int_equal(at(pixels, 10, 9), 100);
    pixels_free(pixels);
}

static void dashes_leave_gaps(void **state)
{
    (void)state;
    struct pixels *pixels = pixels_new(64, 5);
    static const struct stroke_point ROW[] = {{0, 2.5}, {30, 2.5}, {64, 2.5}};
    static const double DASHES[] = {6, 10};
    assert_true(stroke_line(pixels, ROW, 3, 1, DASHES, 2, &WHITE));
    for (int x = 0; x < 64; x++) {
        if (x % 16 >= 1 && x % 16 <= 4)
            assert_int_equal(at(pixels, x, 2), 255);
        if (x % 16 >= 8 && x % 16 <= 13)
            assert_int_equal(at(pixels, x, 2), 0);
    }
    pixels_free(pixels);
}

static void areas_cover_what_they_are(void **state)
{
    (void)state;
    struct pixels *pixels = pixels_new(20, 20);
    static const struct stroke_point BOX[] = {{2, 3}, {10.5, 3}, {10.5, 7}, {2, 7}};
    assert_true(stroke_area(pixels, BOX, 4, &WHITE));
    assert_true(fabs(ink_of(pixels) - 8.5 * 4) < 0.1);
    assert_int_equal(at(pixels, 10, 5), 128);
    assert_int_equal(at(pixels, 11, 5), 0);
    pixels_free(pixels);
    pixels = pixels_new(40, 40);
    static const struct stroke_point TRIANGLE[] = {{5, 5}, {35, 5}, {20, 35}};
    assert_true(stroke_area(pixels, TRIANGLE, 3, &WHITE));
    assert_true(fabs(ink_of(pixels) - 450) < 3);
    pixels_free(pixels);
}

static void anything_is_survived(void **state)
{
    (void)state;
    static const double VALUES[] = {-1e6, -3, 0, 4.5, 9, 1e6};
    struct pixels *pixels = pixels_new(10, 10);
    static const double DASHES[] = {3e5, 2e5};
    for (int i = 0; i < 6 * 6 * 6 * 6; i++) {
        const struct stroke_point points[] = {{VALUES[i % 6], VALUES[i / 6 % 6]},
            {VALUES[i / 36 % 6], VALUES[i / 216]}, {3, 3}};
        assert_true(stroke_line(pixels, points, 3, 2, i % 2 ? DASHES : NULL, i % 2 ? 2 : 0, &WHITE));
        assert_true(stroke_area(pixels, points, 3, &WHITE));
    }
    assert_true(stroke_line(pixels, NULL, 0, 2, NULL, 0, &WHITE));
    assert_true(stroke_area(pixels, NULL, 0, &WHITE));
    pixels_free(pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_by_hand),
        cmocka_unit_test(a_crossing_is_laid_once), cmocka_unit_test(dashes_leave_gaps),
        cmocka_unit_test(areas_cover_what_they_are), cmocka_unit_test(anything_is_survived)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
