/*
 * The gist of a file: what comes back of what was added, and that no bytes do harm.
 * Knows: gist.h. Must not know: SQLite.
 */
#include "store/gist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct gist_metric metric_of(int64_t name, const struct point *points, size_t n)
{
    struct gist_metric metric = {.name = name};
    metric_summary_add(&metric.summary, points, n);
    return metric;
}

static void assert_same_bits(const struct metric_summary *a, const struct metric_summary *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->nonfinite, b->nonfinite);
    assert_int_equal(a->lost_step, b->lost_step);
    assert_int_equal(a->segments, b->segments);
    assert_int_equal(a->first_step, b->first_step);
    assert_int_equal(a->last_step, b->last_step);
    assert_int_equal(a->min_step, b->min_step);
    assert_int_equal(a->max_step, b->max_step);
    assert_memory_equal(&a->first, &b->first, 4 * sizeof a->first);
    assert_true(isnan(a->first_wall_s) ? isnan(b->first_wall_s)
                                       : a->first_wall_s == b->first_wall_s);
    assert_true(isnan(a->last_wall_s) ? isnan(b->last_wall_s) : a->last_wall_s == b->last_wall_s);
    assert_memory_equal(&a->latest, &b->latest, sizeof a->latest);
}

static void test_metrics_come_back(void **state)
{
    (void)state;
    const struct point plain[] = {{0, 10, 3}, {1, 11, 2}, {2, 12, 1}};
    const struct point restarted[] = {{5, NAN, 1}, {6, NAN, NAN}, {-3, NAN, 4}, {7, NAN, INFINITY}};
    const struct point far[] = {{INT64_MIN, 1, -1}, {INT64_MAX, 2, -0.0}};
    struct gist_metric in[] = {metric_of(1, plain, 3), metric_of(2, plain, 3),
        metric_of(300, restarted, 4), metric_of(4, NULL, 0), metric_of(5, far, 2),
        metric_of(6, far, 2), metric_of(7, restarted, 2)};
    enum { COUNT = sizeof in / sizeof *in };
    in[1].course = (struct store_course){2, {1.5F, NAN}};
    struct buf bytes;
    buf_init(&bytes, 1 << 16);
    for (size_t i = 0; i < COUNT; i++)
        gist_add_metric(&bytes, &in[i], i ? &in[i - 1] : NULL);
    struct gist gist = {
        (unsigned char *)bytes.data, (unsigned char *)bytes.data + bytes.length};
    struct gist_metric out = {0};
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(gist_next_metric(&gist, &out), GIST_ITEM);
        assert_int_equal(out.name, in[i].name);
        assert_same_bits(&in[i].summary, &out.summary);
        assert_int_equal(out.course.count, in[i].course.count);
        assert_memory_equal(
            out.course.values, in[i].course.values, out.course.count * sizeof(float));
    }
    assert_int_equal(gist_next_metric(&gist, &out), GIST_END);
    buf_done(&bytes);
}

static void test_params_come_back(void **state)
{
    (void)state;
    const struct gist_param in[] = {{1, {NULL, PARAM_NUMBER, "1e-3", 0.001}},
        {2, {NULL, PARAM_TEXT, "", 0}}, {70000, {NULL, PARAM_NULL, "null", 0}},
        {4, {NULL, PARAM_BOOL, "True", 1}}};
    struct buf bytes;
    buf_init(&bytes, 1 << 16);
    for (size_t i = 0; i < 4; i++)
        gist_add_param(&bytes, &in[i]);
    struct gist gist = {
        (unsigned char *)bytes.data, (unsigned char *)bytes.data + bytes.length};
    struct gist_param out;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(gist_next_param(&gist, &out), GIST_ITEM);
        assert_int_equal(out.name, in[i].name);
        assert_int_equal(out.param.kind, in[i].param.kind);
        assert_string_equal(out.param.text, in[i].param.text);
        assert_true(out.param.number == in[i].param.number);
    }
    assert_int_equal(gist_next_param(&gist, &out), GIST_END);
    buf_done(&bytes);
}

/* Any bytes end, in a block of their own so that a sanitizer sees each step beyond. */
static void test_no_bytes_do_harm(void **state)
{
    (void)state;
    srand(5);
    for (int round = 0; round < 3000; round++) {
        size_t length = (size_t)(rand() % 90) + 1;
        unsigned char *bytes = malloc(length);
        assert_non_null(bytes);
        for (size_t i = 0; i < length; i++)
            bytes[i] = (unsigned char)(rand() % 5 ? rand() % 32 : rand());
        struct gist gist = {bytes, bytes + length}, again = gist;
        struct gist_metric metric = {0};
        struct gist_param param;
        while (gist_next_metric(&gist, &metric) == GIST_ITEM)
            assert_true(metric.course.count <= STORE_COURSE_POINTS);
        while (gist_next_param(&again, &param) == GIST_ITEM)
            assert_true(strlen(param.param.text) < length);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics_come_back),
        cmocka_unit_test(test_params_come_back),
        cmocka_unit_test(test_no_bytes_do_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
