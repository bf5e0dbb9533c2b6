/*
 * A packed metric: its summary comes back to the last bit, and what is common is kept once.
 */
#include "scene.h"

#include "work/run_metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct run_metric_kind KIND = {.name = "loss", .written = "loss", .scale = 1};

static void assert_same(const struct metric_summary *a, const struct metric_summary *b)
{
    _Static_assert(sizeof *a == 18 * sizeof(int64_t), "no bytes between its numbers");
    assert_memory_equal(a, b, sizeof *a);
}

static struct run_metric pack(
    struct arena *arena, const struct metric_summary *summary, const struct run_metric *near)
{
    struct run_metric metric;
    assert_true(run_metric_pack(arena, &KIND, 7, summary, near, &metric));
    const struct metric_summary back = run_metric_summary(&metric);
    assert_same(&back, summary);
    assert_ptr_equal(metric.kind, &KIND);
    assert_int_equal(metric.extent->run_id, 7);
    return metric;
}

static struct metric_summary of_points(const struct point *points, size_t count)
{
    struct metric_summary summary = {0};
    metric_summary_add(&summary, points, count);
    return summary;
}

static void test_what_few_have_is_kept_apart(void **state)
{
    (void)state;
    static const struct point FALLS[] = {{-5, NAN, 3}, {0, NAN, 2}, {9, NAN, 1}};
    static const struct point AGAIN[] = {{1, 1, 3}, {2, 2, 1}, {1, 3, 2}};
    static const struct point LOST[] = {{1, 1, 3}, {2, 2, NAN}};
    static const struct point FAR[] = {{INT64_MIN, 1, 3}, {INT64_MAX, 2, 1}};
    static const struct point NEAR[] = {{0, 1, 3}, {UINT32_MAX, 2, 1}};
    static const struct point BEYOND[] = {{0, 1, 3}, {(int64_t)UINT32_MAX + 1, 2, 1}};
    struct arena arena = {0};
    const struct metric_summary none = {0}, falls = of_points(FALLS, 3), again = of_points(AGAIN, 3),
                                lost = of_points(LOST, 2), far = of_points(FAR, 2),
                                near = of_points(NEAR, 2), beyond = of_points(BEYOND, 2);
    assert_non_null(pack(&arena, &none, NULL).more);
    assert_null(pack(&arena, &falls, NULL).more);
    assert_non_null(pack(&arena, &again, NULL).more);
    assert_non_null(pack(&arena, &lost, NULL).more);
    assert_non_null(pack(&arena, &far, NULL).more);
    assert_null(pack(&arena, &near, NULL).more);
    assert_non_null(pack(&arena, &beyond, NULL).more);
    arena_done(&arena);
}

static void test_metrics_of_a_file_share_their_extent(void **state)
{
    (void)state;
    static const struct point A[] = {{1, NAN, 3}, {2, NAN, 1}}, B[] = {{1, NAN, 7}, {2, NAN, 9}},
                              LATER[] = {{1, NAN, 7}, {3, NAN, 9}};
    struct arena arena = {0};
    const struct metric_summary a = of_points(A, 2), b = of_points(B, 2), later = of_points(LATER, 2);
    const struct run_metric first = pack(&arena, &a, NULL);
    const struct run_metric second = pack(&arena, &b, &first);
    assert_ptr_equal(first.extent, second.extent);
    assert_ptr_not_equal(pack(&arena, &later, &second).extent, second.extent);
    arena_done(&arena);
}

/* Any bits, also such as no file has: what is not as it mostly is must be noticed. */
static void test_any_summary_comes_back(void **state)
{
    (void)state;
    enum { ROUNDS = 2000 };
    static const double VALUES[] = {0, -0.0, 1, 1e-300, NAN, INFINITY, -INFINITY};
    struct arena arena = {0};
    srand(1);
    for (int i = 0; i < ROUNDS; i++) {
        const struct point points[] = {{rand() % 9, VALUES[rand() % 7], VALUES[rand() % 7]},
            {rand() % 9, VALUES[rand() % 7], VALUES[rand() % 7]}};
        struct metric_summary summary = of_points(points, 1 + (size_t)(rand() % 2));
        int64_t words[sizeof summary / sizeof(int64_t)];
        memcpy(words, &summary, sizeof summary);
        if (i % 2)
            words[(size_t)rand() % (sizeof words / sizeof *words)] =
                (int64_t)((uint64_t)rand() << (rand() % 40));
        memcpy(&summary, words, sizeof summary);
        pack(&arena, &summary, NULL);
    }
    arena_done(&arena);
}

static void test_a_course_is_in_the_unit_of_its_role(void **state)
{
    (void)state;
    const struct run_metric_kind percent = {.role = ROLE_AP, .scale = 0.01}, loss = KIND;
    struct run_spark spark = {.count = 0};
    run_spark_put(&spark, 50, &percent);
    run_spark_put(&spark, -1, &percent); /* not defined */
    run_spark_put(&spark, -1, &loss);
    assert_int_equal(spark.count, 3);
    assert_true(spark.values[0] == 0.5F);
    assert_true(isnan(spark.values[1]));
    assert_true(spark.values[2] == -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_few_have_is_kept_apart),
        cmocka_unit_test(test_metrics_of_a_file_share_their_extent),
        cmocka_unit_test(test_any_summary_comes_back),
        cmocka_unit_test(test_a_course_is_in_the_unit_of_its_role),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
