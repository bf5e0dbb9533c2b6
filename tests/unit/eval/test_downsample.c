/*
 * Envelopes lose no spike, keep gaps and restarts; sparklines repeat nothing that is missing.
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

static struct downsample_envelope envelope(
    const struct point *points, size_t n, struct downsample_range range, struct arena *arena)
{
    struct downsample_envelope out;
    struct err err;
    assert_true(downsample_envelope(points, n, &range, arena, &out, &err));
    return out;
}

static void restarts_and_gaps_are_kept(void **unused)
{
    (void)unused;
    struct arena arena;
    arena_init(&arena, 0);
    const struct point points[] = {{0, NAN, 5}, {1, NAN, 9}, {2, NAN, NAN}, {3, NAN, 1},
        {4, NAN, 2}, {6, NAN, INFINITY}, {9, NAN, 3}, {2, NAN, 7}, {5, NAN, 8}};
    struct downsample_range range = downsample_whole(points, 9, DOWNSAMPLE_BY_STEP, 5);
    assert_int_equal(range.first, 0);
    assert_int_equal(range.last, 9);
    struct downsample_envelope e = envelope(points, 9, range, &arena);
    static const struct downsample_span SHOULD[] = {{0, true, 2, 5, 9, 5, 9},
        {1, true, 1, 1, 1, 1, 1}, {2, false, 1, 2, 2, 2, 2}, {4, true, 1, 3, 3, 3, 3},
        {1, true, 1, 7, 7, 7, 7}, {2, false, 1, 8, 8, 8, 8}};
    assert_int_equal(e.count, 6);
    for (size_t i = 0; i < e.count; i++) {
        assert_int_equal(e.spans[i].column, SHOULD[i].column);
        assert_int_equal(e.spans[i].starts, SHOULD[i].starts);
        assert_int_equal(e.spans[i].count, SHOULD[i].count);
        assert_true(e.spans[i].min == SHOULD[i].min && e.spans[i].max == SHOULD[i].max);
        assert_true(e.spans[i].first == SHOULD[i].first && e.spans[i].last == SHOULD[i].last);
    }
    assert_int_equal(e.segments, 2);
    assert_int_equal(e.missing, 2);
    assert_true(e.min == 1 && e.max == 9);
    arena_done(&arena);
}

static void a_gap_inside_a_column_does_not_break_the_line(void **unused)
{
    (void)unused;
    struct arena arena;
    arena_init(&arena, 0);
    const struct point points[] = {{0, NAN, 1}, {1, NAN, NAN}, {2, NAN, 3}, {5, NAN, 4}};
    struct downsample_range range = {DOWNSAMPLE_BY_STEP, 0, 5, 2};
    struct downsample_envelope e = envelope(points, 4, range, &arena);
    assert_int_equal(e.count, 2);
    assert_int_equal(e.spans[0].count, 2);
    assert_false(e.spans[1].starts);
    arena_done(&arena);
}

static uint32_t next(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % below;
}

/* Each point is in the column that arithmetic says, and each span is no wider than its points. */
static void no_point_of_any_series_is_lost(void **unused)
{
    (void)unused;
    uint64_t state = 7;
    for (int round = 0; round < 2000; round++) {
        struct arena arena;
        struct point points[200];
        size_t n = 1 + next(&state, 199);
        int64_t step = (int64_t)next(&state, 100) - 50;
        uint32_t stride = 1 + next(&state, 9), calm = 1 + next(&state, 100);
        for (size_t i = 0; i < n; i++) {
            points[i] = (struct point){step, NAN, next(&state, 1000)};
            if (next(&state, 12) == 0)
                points[i].value = NAN;
            step += next(&state, stride + 1);
            if (next(&state, calm) == 0)
                step -= next(&state, 100);
        }
        arena_init(&arena, 0);
        enum downsample_x x = round % 2 ? DOWNSAMPLE_BY_STEP : DOWNSAMPLE_BY_INDEX;
        struct downsample_range range =
            downsample_whole(points, n, x, 1 + (int32_t)next(&state, 40));
        if (next(&state, 2))
            range.last = range.first + (range.last - range.first) / 2;
        struct downsample_envelope e = envelope(points, n, range, &arena);
        int64_t finite = 0, missing = 0, held = 0;
        double width = (double)(range.last - range.first + 1);
        for (size_t i = 0; i < n; i++) {
            int64_t at = x == DOWNSAMPLE_BY_STEP ? points[i].step : (int64_t)i;
            if (at < range.first || at > range.last)
                continue;
            finite += isfinite(points[i].value) != 0;
            missing += !isfinite(points[i].value);
            if (!isfinite(points[i].value))
                continue;
            int32_t column = (int32_t)((double)(at - range.first) * (range.columns / width));
            bool found = false;
            for (size_t s = 0; s < e.count && !found; s++)
                found = e.spans[s].column == column && points[i].value >= e.spans[s].min &&
                        points[i].value <= e.spans[s].max;
            assert_true(found);
        }
        for (size_t s = 0; s < e.count; s++)
            held += e.spans[s].count;
        assert_int_equal(held, finite);
        assert_int_equal(e.missing, missing);
        assert_true(e.count <= (size_t)range.columns * 17);
        arena_done(&arena);
    }
}

static void endless_restarts_are_folded(void **unused)
{
    (void)unused;
    struct arena arena;
    arena_init(&arena, 0);
    enum { N = 5000 };
    struct point *points = calloc(N, sizeof *points);
    for (int i = 0; i < N; i++)
        points[i] = (struct point){.step = N - i, .value = i == 4321 ? 1e9 : i};
    struct downsample_range range = downsample_whole(points, N, DOWNSAMPLE_BY_STEP, 3);
    struct downsample_envelope e = envelope(points, N, range, &arena);
    assert_int_equal(e.segments, N);
    assert_true(e.count <= 3 * 17 && e.max == 1e9);
    free(points);
    arena_done(&arena);
}

static void extreme_steps_do_not_overflow(void **unused)
{
    (void)unused;
    struct arena arena;
    arena_init(&arena, 0);
    const struct point points[] = {{INT64_MIN, NAN, 1}, {0, NAN, 2}, {INT64_MAX, NAN, 3}};
    double sparks[4];
    struct downsample_range range = downsample_whole(points, 3, DOWNSAMPLE_BY_STEP, 4);
    struct downsample_envelope e = envelope(points, 3, range, &arena);
    assert_int_equal(e.count, 3);
    assert_int_equal(e.spans[0].column, 0);
    assert_int_equal(e.spans[1].column, 2);
    assert_int_equal(e.spans[2].column, 3);
    downsample_sparkline(points, 3, &range, sparks);
    assert_true(sparks[0] == 1 && sparks[1] == 1 && sparks[2] == 2 && sparks[3] == 3);
    assert_int_equal(envelope(points, 0, range, &arena).count, 0);
    arena_done(&arena);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(restarts_and_gaps_are_kept),
        cmocka_unit_test(a_gap_inside_a_column_does_not_break_the_line),
        cmocka_unit_test(no_point_of_any_series_is_lost),
        cmocka_unit_test(endless_restarts_are_folded),
        cmocka_unit_test(extreme_steps_do_not_overflow),
        cmocka_unit_test(sparklines_take_the_last_segment)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
