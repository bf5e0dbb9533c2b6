/*
 * The Pareto front: by hand, and beside a slow one that compares every pair.
 */
#include "eval/pareto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <math.h>

enum { MOST = 24, CASES = 20000 };

static struct pareto find(const struct pareto_point *points, size_t n, bool x_higher, bool y_higher,
    struct arena *arena)
{
    struct pareto out;
    struct err err = {0};
    arena_done(arena);
    assert_true(pareto_find(points, n, x_higher, y_higher, arena, &out, &err));
    return out;
}

static void assert_front(const struct pareto *pareto, size_t count, const uint32_t *front)
{
    assert_int_equal(pareto->front_count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pareto->front[i], front[i]);
}

/* Time (lower) against AP (higher): 1 is slower and worse than 0, 3 than 2; 4 is left out. */
static void by_hand(void **unused)
{
    (void)unused;
    static const struct pareto_point POINTS[] = {
        {10, .30}, {12, .28}, {20, .41}, {25, .41}, {5, NAN}, {8, .10}, {NAN, .9}, {20, .35}};
    static const uint32_t LOW_HIGH[] = {5, 0, 2}, HIGH_HIGH[] = {3}, LOW_LOW[] = {5},
                          HIGH_LOW[] = {3, 7, 1, 5};
    struct arena arena = {0};
    struct pareto pareto = find(POINTS, 8, false, true, &arena);
    assert_front(&pareto, 3, LOW_HIGH);
    assert_int_equal(pareto.left_out, 2);
    assert_int_equal(pareto.dominator[1], 0);
    assert_int_equal(pareto.dominator[3], 2);
    assert_int_equal(pareto.dominator[7], 2);
    assert_int_equal(pareto.dominator[5], 5);
    assert_true(pareto.dominator[4] == PARETO_NONE && pareto.dominator[6] == PARETO_NONE);
    pareto = find(POINTS, 8, true, true, &arena);
    assert_front(&pareto, 1, HIGH_HIGH);
    pareto = find(POINTS, 8, false, false, &arena);
    assert_front(&pareto, 1, LOW_LOW);
    pareto = find(POINTS, 8, true, false, &arena);
    assert_front(&pareto, 4, HIGH_LOW);
    arena_done(&arena);
}

static void nothing_and_one(void **unused)
{
    (void)unused;
    static const struct pareto_point ONE = {1, 2}, NONE = {NAN, NAN};
    static const uint32_t FIRST[] = {0};
    struct arena arena = {0};
    struct pareto pareto = find(&ONE, 0, false, false, &arena);
    assert_int_equal(pareto.front_count, 0);
    pareto = find(&ONE, 1, false, false, &arena);
    assert_front(&pareto, 1, FIRST);
    pareto = find(&NONE, 1, false, false, &arena);
    assert_int_equal(pareto.front_count, 0);
    assert_int_equal(pareto.left_out, 1);
    arena_done(&arena);
}

/* Equal points are on the front together, or are dominated together; 0 equals -0. */
static void ties(void **unused)
{
    (void)unused;
    static const struct pareto_point POINTS[] = {
        {1, 1}, {1, 1}, {1, 0}, {2, 1}, {0., 0}, {-0., 0}, {1, INFINITY}, {INFINITY, -INFINITY}};
    static const uint32_t FRONT[] = {4, 5, 0, 1}, INFINITE[] = {4, 5, 6};
    struct arena arena = {0};
    struct pareto pareto = find(POINTS, 6, false, true, &arena);
    assert_front(&pareto, 4, FRONT);
    assert_int_equal(pareto.dominator[2], 0);
    assert_int_equal(pareto.dominator[3], 0);
    pareto = find(POINTS, 8, false, true, &arena);
    assert_front(&pareto, 3, INFINITE);
    assert_int_equal(pareto.dominator[0], 6);
    assert_int_equal(pareto.dominator[7], 6);
    arena_done(&arena);
}

static bool dominates(struct pareto_point a, struct pareto_point b, bool x_higher, bool y_higher)
{
    bool x_no_worse = x_higher ? a.x >= b.x : a.x <= b.x;
    bool y_no_worse = y_higher ? a.y >= b.y : a.y <= b.y;
    return x_no_worse && y_no_worse && (a.x != b.x || a.y != b.y);
}

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* Few different values, so that ties are many. */
static double any_value(uint64_t *state)
{
    uint64_t r = next(state) % 16;
    return r == 0 ? NAN : r == 1 ? -0. : r == 2 ? 0. : r == 3 ? INFINITY : (double)(r % 7) - 3;
}

static void check_case(const struct pareto_point *points, size_t n, const struct pareto *found,
    bool x_higher, bool y_higher)
{
    size_t front = 0, left_out = 0;
    for (size_t i = 0; i < n; i++) {
        bool out = isnan(points[i].x) || isnan(points[i].y), dominated = false;
        double best_y = y_higher ? -INFINITY : INFINITY;
        for (size_t j = 0; !out && j < n; j++)
            if (dominates(points[j], points[i], x_higher, y_higher)) {
                dominated = true;
                best_y = y_higher ? fmax(best_y, points[j].y) : fmin(best_y, points[j].y);
            }
        left_out += out;
        front += !out && !dominated;
        uint32_t by = found->dominator[i];
        if (out) {
            assert_true(by == PARETO_NONE);
        } else if (!dominated) {
            assert_int_equal(by, i);
        } else {
            assert_true(dominates(points[by], points[i], x_higher, y_higher));
            assert_int_equal(found->dominator[by], by);
            assert_true(points[by].y == best_y);
        }
    }
    assert_int_equal(found->front_count, front);
    assert_int_equal(found->left_out, left_out);
    for (size_t i = 0; i < found->front_count; i++) {
        uint32_t at = found->front[i], before = i ? found->front[i - 1] : at;
        assert_int_equal(found->dominator[at], at);
        assert_true(x_higher ? points[before].x >= points[at].x : points[before].x <= points[at].x);
        assert_true(i == 0 || points[before].x != points[at].x || before < at);
    }
}

static void like_the_slow_one(void **unused)
{
    (void)unused;
    struct arena arena = {0};
    uint64_t state = 11;
    for (int c = 0; c < CASES; c++) {
        struct pareto_point points[MOST];
        size_t n = next(&state) % (MOST + 1);
        for (size_t i = 0; i < n; i++)
            points[i] = (struct pareto_point){any_value(&state), any_value(&state)};
        bool x_higher = next(&state) & 1, y_higher = next(&state) & 1;
        struct pareto found = find(points, n, x_higher, y_higher, &arena);
        check_case(points, n, &found, x_higher, y_higher);
    }
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_hand), cmocka_unit_test(nothing_and_one),
        cmocka_unit_test(ties), cmocka_unit_test(like_the_slow_one)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
