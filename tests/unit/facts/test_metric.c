/*
 * Summaries of a series: what the tables know of it, however it came in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void test_nothing(void **state)
{
    (void)state;
    struct metric_summary summary = {0}, zero = {0};
    metric_summary_add(&summary, NULL, 0);
    assert_memory_equal(&summary, &zero, sizeof zero);
}

static void test_extremes_and_ends(void **state)
{
    (void)state;
    const struct point points[] = {{10, 100, 0.5}, {20, 110, -2}, {30, 120, 7}, {40, 130, 7}};
    struct metric_summary s = {0};
    metric_summary_add(&s, points, 4);
    assert_int_equal(s.count, 4);
    assert_int_equal(s.nonfinite, 0);
    assert_int_equal(s.segments, 1);
    assert_int_equal(s.first_step, 10);
    assert_int_equal(s.last_step, 40);
    assert_true(s.first == 0.5 && s.last == 7);
    assert_true(s.first_wall_s == 100 && s.last_wall_s == 130);
    assert_true(s.min == -2 && s.max == 7);
    assert_int_equal(s.min_step, 20);
    assert_int_equal(s.max_step, 30); /* the first of equals */
}

static void test_what_is_not_finite_is_counted_and_no_extreme(void **state)
{
    (void)state;
    const struct point points[] = {{0, NAN, NAN}, {1, NAN, INFINITY}, {2, NAN, -INFINITY}};
    struct metric_summary s = {0};
    metric_summary_add(&s, points, 3);
    assert_int_equal(s.count, 3);
    assert_int_equal(s.nonfinite, 3);
    assert_true(isnan(s.min) && isnan(s.max) && isnan(s.first));
    assert_true(isinf(s.last) && s.last < 0);
    const struct point finite = {3, NAN, -1};
    metric_summary_add(&s, &finite, 1);
    assert_true(s.min == -1 && s.max == -1 && s.last == -1);
    assert_int_equal(s.min_step, 3);
    assert_int_equal(s.nonfinite, 3);
}

static void test_a_step_that_falls_back_is_a_restart(void **state)
{
    (void)state;
    const struct point points[] = {{5, 0, 1}, {5, 0, 2}, {4, 0, 3}, {9, 0, 4}, {0, 0, 5}};
    struct metric_summary s = {0};
    metric_summary_add(&s, points, 5);
    assert_int_equal(s.segments, 3);
    assert_int_equal(s.count, 5); /* a step that repeats is kept */
    assert_int_equal(s.first_step, 5);
    assert_int_equal(s.last_step, 0);
}

/* However a series is cut, the summary is the same. */
static void test_cuts_change_nothing(void **state)
{
    (void)state;
    enum { N = 200 };
    struct point points[N];
    unsigned short seed[3] = {1, 2, 3};
    for (int i = 0; i < N; i++) {
        int64_t step = nrand48(seed) % 50;
        points[i] = (struct point){step, (double)i, erand48(seed) - 0.5};
        if (step % 7 == 0)
            points[i].value = NAN;
    }
    struct metric_summary whole = {0};
    metric_summary_add(&whole, points, N);
    for (int round = 0; round < 100; round++) {
        struct metric_summary parts = {0};
        for (size_t at = 0; at < N;) {
            size_t n = (size_t)(nrand48(seed) % 20);
            n = at + n > N ? N - at : n;
            metric_summary_add(&parts, points + at, n);
            at += n;
        }
        assert_memory_equal(&parts, &whole, sizeof whole);
    }
}

static void test_the_last_segment_stands_apart(void **state)
{
    (void)state;
    const struct point points[] = {{0, 0, 9}, {1, 0, 0.1}, {2, 0, 5}, {1, 0, 3}, {2, 0, 4}};
    struct metric_summary s = {0};
    metric_summary_add(&s, points, 3);
    assert_true(s.latest.min == 0.1 && s.latest.max == 9);
    metric_summary_add(&s, points + 3, 2);
    assert_int_equal(s.segments, 2);
    assert_true(s.min == 0.1 && s.max == 9); /* of all */
    assert_true(s.latest.min == 3 && s.latest.max == 4);
    assert_int_equal(s.latest.min_step, 1);
    assert_int_equal(s.latest.max_step, 2);
}

static void test_where_a_series_was_lost(void **state)
{
    (void)state;
    const struct point points[] = {
        {0, 0, 1}, {1, 0, NAN}, {2, 0, 1}, {3, 0, INFINITY}, {4, 0, NAN}};
    struct metric_summary s = {0};
    for (int i = 0; i < 5; i++)
        metric_summary_add(&s, points + i, 1);
    assert_int_equal(s.lost_step, 3);
    const struct point found = {5, 0, 2};
    metric_summary_add(&s, &found, 1);
    assert_int_equal(s.lost_step, 0);
}

/* A series that is cut anywhere and joined from its parts' summaries is the whole. */
static void test_joining_is_adding(void **state)
{
    (void)state;
    enum { N = 60 };
    struct point points[N];
    unsigned short seed[3] = {4, 5, 6};
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < N; i++)
            points[i] = (struct point){
                i % 23 + (round % 2 ? 0 : i), i, nrand48(seed) % 4 ? erand48(seed) : (double)NAN};
        struct metric_summary whole = {0}, joined = {0};
        metric_summary_add(&whole, points, N);
        for (size_t at = 0; at < N;) {
            size_t n = 1 + (size_t)(nrand48(seed) % 20);
            n = at + n > N ? N - at : n;
            struct metric_summary part = {0};
            metric_summary_add(&part, points + at, n);
            metric_summary_join(&joined, &part);
            at += n;
        }
        assert_memory_equal(&joined, &whole, sizeof whole);
    }
}

static void test_one_series_in_two_precisions(void **state)
{
    (void)state;
    struct metric_summary a = {0}, b = {0}, c = {0};
    for (int i = 0; i < 10; i++) {
        double value = 1.0 / (i + 3);
        struct point exact = {i, 0, value}, single = {i, 0, (float)value}, other = {i, 0, value};
        if (i == 5)
            other.value = 0.9;
        metric_summary_add(&a, &exact, 1);
        metric_summary_add(&b, &single, 1);
        metric_summary_add(&c, &other, 1);
    }
    assert_true(metric_summary_same(&a, &b));
    assert_false(metric_summary_same(&a, &c));
    assert_true(metric_value_same(NAN, NAN) && metric_value_same(INFINITY, INFINITY));
    assert_false(metric_value_same(NAN, 1) || metric_value_same(INFINITY, -INFINITY));
    assert_true(metric_value_same(0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_extremes_and_ends),
        cmocka_unit_test(test_what_is_not_finite_is_counted_and_no_extreme),
        cmocka_unit_test(test_a_step_that_falls_back_is_a_restart),
        cmocka_unit_test(test_cuts_change_nothing),
        cmocka_unit_test(test_the_last_segment_stands_apart),
        cmocka_unit_test(test_where_a_series_was_lost),
        cmocka_unit_test(test_joining_is_adding),
        cmocka_unit_test(test_one_series_in_two_precisions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
