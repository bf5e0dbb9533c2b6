/*
 * When two loggers wrote one quantity: names that differ by habit, series to single precision.
 */
#include "scene.h"

#include "work/same.h"

#include <math.h>

static bool are_same(struct same_names *names, const char *a, const char *b)
{
    struct same_name x, y;
    assert_true(same_names_put(names, a, &x) && same_names_put(names, b, &y));
    assert_int_equal(same_name(&x, &y), same_name(&y, &x));
    return same_name(&x, &y);
}

static void test_names(void **state)
{
    (void)state;
    static const char *const SAME[][2] = {{"loss", "loss"}, {"loss", "train/loss"},
        {"eval_loss", "eval/loss"}, {"train_loss", "train/train_loss"},
        {"train.loss", "train/loss"}, {"Loss", "loss"}, {"epoch", "train/epoch"},
        {"eval_map_50", "eval/map_50"}, {"test_loss", "test/loss"}};
    static const char *const OTHERS[][2] = {{"loss", "eval/loss"}, {"eval_loss", "train/loss"},
        {"loss", "losses"}, {"train/loss", "val/loss"}, {"loss", "train/train/loss"}, {"", "loss"}};
    struct arena arena = {0};
    struct same_names names;
    same_names_init(&names, &arena);
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++)
        if (!are_same(&names, SAME[i][0], SAME[i][1]))
            fail_msg("%s is not %s", SAME[i][0], SAME[i][1]);
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        if (are_same(&names, OTHERS[i][0], OTHERS[i][1]))
            fail_msg("%s is %s", OTHERS[i][0], OTHERS[i][1]);
    same_names_done(&names);
    arena_done(&arena);
}

static struct metric_summary summary_of(const struct point *points, size_t count)
{
    struct metric_summary summary = {0};
    metric_summary_add(&summary, points, count);
    return summary;
}

static void test_series(void **state)
{
    (void)state;
    const struct point exact[] = {{0, 0, 2.123456789}, {1, 0, 1}, {2, 0, 0.3}, {3, 0, 0.1}};
    const struct point single[] = {{0, 0, 2.1234567f}, {1, 0, 1}, {2, 0, 0.3f}};
    const struct point other[] = {{0, 0, 2.123456789}, {1, 0, 1.1}, {2, 0, 0.3}, {3, 0, 0.2}};
    const struct point later[] = {{1, 0, 2.123456789}, {2, 0, 1}, {3, 0, 0.3}, {4, 0, 0.1}};
    struct metric_summary a = summary_of(exact, 4), b = summary_of(single, 3);
    struct metric_summary c = summary_of(other, 4), d = summary_of(later, 4), none = {0};
    struct metric_summary a3 = summary_of(exact, 3);
    assert_int_equal(same_series(&a3, &b), SAME_WHOLE);
    assert_int_equal(same_series(&a, &b), SAME_PERHAPS);
    assert_int_equal(same_series(&a, &c), SAME_NOT);
    assert_int_equal(same_series(&a, &d), SAME_NOT);
    assert_int_equal(same_series(&a, &none), SAME_NOT);
    assert_int_equal(same_series(&none, &none), SAME_NOT);
    struct metric_summary far = a;
    far.count += SAME_MOST_LAG + 1;
    assert_int_equal(same_series(&a, &far), SAME_NOT);
    assert_true(same_points(exact, 4, single, 3));
    assert_true(same_points(single, 3, exact, 4));
    assert_false(same_points(other, 4, single, 3));
    assert_false(same_points(exact, 4, later, 4));
    assert_false(same_points(exact, 4, NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_series)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
