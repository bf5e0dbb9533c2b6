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

/* Also when it is too small to be felt, and over a gap. */
static void a_long_average_is_the_formula(void **unused)
{
    (void)unused;
    enum { N = 2000 };
    double values[N], out[N], average = 0, bias = 1;
    struct smooth_how how = {SMOOTH_EMA, .9};
    for (int i = 0; i < N; i++)
        values[i] = i % 97 ? sin(i) : NAN;
    smooth_series(&how, values, N, out);
    for (int i = 0; i < N; i++) {
        if (isnan(values[i])) {
            assert_true(isnan(out[i]));
            continue;
        }
        average = average * .9 + values[i] * (1 - .9);
        bias *= .9;
        assert_true(fabs(out[i] - average / (1 - bias)) < 1e-14);
    }
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

static void windows_by_hand(void **unused)
{
    (void)unused;
    static const double VALUES[] = {3, 1, NAN, 8, 2}, MEAN[] = {2, 2, NAN, 5, 5};
    static const double MEDIAN[] = {2, 3, NAN, 2, 5};
    double out[5];
    struct smooth_how mean = {SMOOTH_MEAN, 3}, median = {SMOOTH_MEDIAN, 5}, none = {SMOOTH_MEAN, 1};
    smooth_series(&mean, VALUES, 5, out);
    for (int i = 0; i < 5; i++)
        assert_true(out[i] == MEAN[i] || (isnan(out[i]) && isnan(MEAN[i])));
    smooth_series(&median, VALUES, 5, out);
    for (int i = 0; i < 5; i++)
        assert_true(out[i] == MEDIAN[i] || (isnan(out[i]) && isnan(MEDIAN[i])));
    assert_false(smooth_is_on(&none));
    smooth_series(&none, VALUES, 5, out);
    assert_true(out[3] == 8);
}

/* A mean of huge values leaves nothing behind in those that follow. */
static void nothing_is_left_of_what_is_past(void **unused)
{
    (void)unused;
    double values[64], out[64];
    struct smooth_how mean = {SMOOTH_MEAN, 5};
    for (int i = 0; i < 64; i++)
        values[i] = i < 20 ? 1e18 : 0.125;
    smooth_series(&mean, values, 64, out);
    for (int i = 22; i < 64; i++)
        assert_true(out[i] == 0.125);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The slow way: each window gathered and sorted. */
static void windows_against_the_slow_way(void **unused)
{
    (void)unused;
    srand(3);
    for (int round = 0; round < 4000; round++) {
        double values[50], out[2][50], window[50];
        size_t n = 1 + (size_t)(rand() % 50), half = 1 + (size_t)(rand() % 12);
        struct smooth_how hows[] = {
            {SMOOTH_MEAN, 2 * (double)half + 1}, {SMOOTH_MEDIAN, 2 * (double)half + 1}};
        for (size_t i = 0; i < n; i++)
            values[i] = rand() % 7 ? rand() % 20 : rand() % 2 ? NAN : INFINITY;
        for (int k = 0; k < 2; k++)
            smooth_series(&hows[k], values, n, out[k]);
        for (size_t i = 0; i < n; i++) {
            size_t count = 0;
            double sum = 0;
            for (size_t k = i > half ? i - half : 0; k < n && k <= i + half; k++)
                if (isfinite(values[k])) {
                    window[count++] = values[k];
                    sum += values[k];
                }
            qsort(window, count, sizeof *window, compare_doubles);
            if (!isfinite(values[i])) {
                assert_true(!isfinite(out[0][i]) && !isfinite(out[1][i]));
                continue;
            }
            assert_true(fabs(out[0][i] - sum / (double)count) < 1e-9);
            assert_true(out[1][i] == (window[(count - 1) / 2] + window[count / 2]) / 2);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_average_is_debiased),
        cmocka_unit_test(a_long_average_is_the_formula), cmocka_unit_test(weights_are_clamped),
        cmocka_unit_test(windows_by_hand), cmocka_unit_test(nothing_is_left_of_what_is_past),
        cmocka_unit_test(windows_against_the_slow_way)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
