/*
 * Sparklines repeat nothing that is missing.
 */
#include "eval/downsample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void extreme_steps_do_not_overflow(void **unused)
{
    (void)unused;
    const struct point points[] = {{INT64_MIN, NAN, 1}, {0, NAN, 2}, {INT64_MAX, NAN, 3}};
    double sparks[4];
    struct downsample_range range = downsample_whole(points, 3, DOWNSAMPLE_BY_STEP, 4);
    downsample_sparkline(points, 3, &range, sparks);
    assert_true(sparks[0] == 1 && sparks[1] == 1 && sparks[2] == 2 && sparks[3] == 3);
}

static void sparklines_take_the_last_segment(void **unused)
{
    (void)unused;
    const struct point points[] = {
        {2, NAN, 4}, {3, NAN, 6}, {4, NAN, NAN}, {8, NAN, 1e308}, {9, NAN, 1.5e308}, {3, NAN, 8}};
    struct downsample_range range = {DOWNSAMPLE_BY_STEP, 0, 9, 5};
    double out[5];
    downsample_sparkline(points, 6, &range, out);
    assert_true(isnan(out[0]));                  /* nothing yet */
    assert_true(out[1] == 8);                    /* the restart's */
    assert_true(isnan(out[2]) && isnan(out[3])); /* not a number, and no point behind it */
    assert_true(out[4] == 1.5e308);              /* the sum overflows */
    range = downsample_whole(points, 2, DOWNSAMPLE_BY_INDEX, 4);
    downsample_sparkline(points, 2, &range, out);
    assert_true(out[0] == 4 && out[1] == 4 && out[2] == 6 && out[3] == 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(extreme_steps_do_not_overflow),
        cmocka_unit_test(sparklines_take_the_last_segment)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
