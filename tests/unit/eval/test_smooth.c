/*
 * The debiased average by hand.
 */
#include "eval/smooth.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void the_average_is_debiased(void **unused)
{
    (void)unused;
    struct smooth smooth;
    smooth_init(&smooth, .5);
    assert_true(fabs(smooth_next(&smooth, 4) - 4) < 1e-12);
    assert_true(fabs(smooth_next(&smooth, 1) - 2) < 1e-12); /* (4/4 + 1/2) / (3/4) */
    assert_true(isnan(smooth_next(&smooth, NAN)));
    assert_true(isinf(smooth_next(&smooth, INFINITY)));
    assert_true(fabs(smooth_next(&smooth, 2) - 2) < 1e-12); /* (4/8 + 1/4 + 2/2) / (7/8) */
}

static void weights_are_clamped(void **unused)
{
    (void)unused;
    struct smooth smooth;
    smooth_init(&smooth, 0);
    smooth_next(&smooth, 7);
    assert_true(smooth_next(&smooth, -3) == -3);
    smooth_init(&smooth, NAN);
    smooth_next(&smooth, 7);
    assert_true(smooth_next(&smooth, -3) == -3);
    smooth_init(&smooth, 5);
    assert_true(fabs(smooth_next(&smooth, 7) - 7) < 1e-9);
    assert_true(isfinite(smooth_next(&smooth, 8)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_average_is_debiased), cmocka_unit_test(weights_are_clamped)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
