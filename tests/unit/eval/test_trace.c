/*
 * Traces by hand, against a slow search on random series, and bands by hand.
 */
#include "eval/trace.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct trace reduce(struct arena *arena, const double *x, const double *values, size_t n,
    double low, double high, int32_t columns)
{
    struct trace trace;
    assert_true(trace_reduce(x, values, n, low, high, columns, arena, &trace, NULL));
    return trace;
}

static void columns_keep_extremes_and_edges(void **state)
{
    (void)state;
    static const double X[] = {0, 1, 2, 3, 4, 5, 6, 7}, Y[] = {9, 5, 1, 7, 2, 3, 8, 0};
    struct arena arena = {0};
    struct trace trace = reduce(&arena, X, Y, 8, 2, 5, 2);
    assert_int_equal(trace.count, 4); /* the point before, two columns, the point behind */
    assert_true(trace.spans[0].x == 1 && trace.spans[0].starts && trace.spans[0].last == 5);
    assert_true(trace.spans[1].x == 2 && trace.spans[1].to_x == 3 && !trace.spans[1].starts);
    assert_true(trace.spans[1].min == 1 && trace.spans[1].max == 7 && trace.spans[1].mean == 4);
    assert_true(trace.spans[1].first == 1 && trace.spans[1].last == 7);
    assert_true(trace.spans[2].count == 2 && trace.spans[2].mean == 2.5);
    assert_true(trace.spans[3].x == 6 && trace.spans[3].count == 1 && trace.spans[3].first == 8);
    arena_done(&arena);
}

static void gaps_and_restarts_begin_anew(void **state)
{
    (void)state;
    static const double X[] = {0, 1, 2, 3, 2, 3}, Y[] = {1, NAN, 2, 3, 4, 5};
    struct arena arena = {0};
    struct trace trace = reduce(&arena, X, Y, 6, 0, 3, 4);
    static const bool STARTS[] = {true, true, false, true, false};
    assert_int_equal(trace.count, 5);
    for (size_t i = 0; i < trace.count; i++)
        assert_true(trace.spans[i].starts == STARTS[i]);
    trace = reduce(&arena, X, Y, 4, 0, 3, 1); /* within one column a gap is none */
    assert_true(trace.count == 1 && trace.spans[0].count == 3);
    arena_done(&arena);
}

static void odd_windows_are_survived(void **state)
{
    (void)state;
    static const double X[] = {-DBL_MAX, 0, 0, DBL_MAX, NAN, INFINITY}, Y[] = {1, 2, 3, 4, 5, 6};
    static const double EDGES[] = {-DBL_MAX, 0, 1e-300, DBL_MAX, NAN, INFINITY, -INFINITY};
    enum { COUNT = sizeof EDGES / sizeof *EDGES };
    struct arena arena = {0};
    for (int i = 0; i < COUNT * COUNT; i++)
        reduce(&arena, X, Y, 6, EDGES[i / COUNT], EDGES[i % COUNT], 1 + i % 5);
    assert_int_equal(reduce(&arena, X, Y, 6, NAN, NAN, 3).count, 0);
    assert_int_equal(reduce(&arena, X, Y, 0, 0, 1, 3).count, 0);
    assert_true(reduce(&arena, X + 1, Y + 1, 2, 0, 0, 3).spans[0].max == 3);
    arena_done(&arena);
}

/* Every finite point of the window lies in a span of its place, no span holds more than its points
 * have, and there are never more than the bound. */
static void no_point_is_lost(void **state)
{
    (void)state;
    srand(7);
    for (int round = 0; round < 3000; round++) {
        enum { MOST = 60 };
        double x[MOST], y[MOST], low = rand() % 20, high = low + rand() % 20;
        int32_t columns = 1 + rand() % 12;
        size_t n = (size_t)(rand() % MOST);
        int64_t inside = 0, held = 0;
        for (size_t i = 0; i < n; i++) {
            x[i] = rand() % 15 ? (i ? x[i - 1] : 0) + rand() % 3 * 0.5 : rand() % 30;
            y[i] = rand() % 8 ? rand() % 100 : NAN;
        }
        struct arena arena = {0};
        struct trace trace = reduce(&arena, x, y, n, low, high, columns);
        assert_true(trace.count <= (size_t)columns * 17 + 2);
        for (size_t i = 0; i < n; i++) {
            bool found = false;
            if (!isfinite(y[i]) || x[i] < low || x[i] > high)
                continue;
            inside++;
            for (size_t s = 0; s < trace.count; s++)
                found |= trace.spans[s].x <= x[i] && x[i] <= trace.spans[s].to_x &&
                         trace.spans[s].min <= y[i] && y[i] <= trace.spans[s].max;
            assert_true(found);
        }
        for (size_t s = 0; s < trace.count; s++) {
            const struct trace_span *span = &trace.spans[s];
            assert_true(span->min <= span->mean + 1e-9 && span->mean <= span->max + 1e-9);
            assert_true(s || span->starts);
            assert_true(span->starts || span->x >= span[-1].to_x);
            if (span->x >= low && span->x <= high) {
                held += span->count;
                assert_true(span->to_x - span->x <= (high - low) / columns + 1e-9);
            }
        }
        assert_int_equal(held, inside);
        arena_done(&arena);
    }
}

/* Long stretches are taken in blocks: each span is what its points are one by one. */
static void blocks_are_what_their_points_are(void **state)
{
    (void)state;
    enum { MOST = 400 };
    static const double ODD[] = {NAN, INFINITY, -INFINITY, 1e308, -1e308, -0.0};
    double x[MOST], y[MOST];
    srand(11);
    for (int round = 0; round < 400; round++) {
        size_t n = 1 + (size_t)(rand() % MOST), at = 0;
        for (size_t i = 0; i < n; i++) {
            x[i] = rand() % 90 ? (i ? x[i - 1] : 0) + rand() % 3 : rand() % 200;
            y[i] = rand() % 40 ? rand() * 1e-3 : ODD[rand() % 6];
        }
        struct arena arena = {0};
        struct trace trace = reduce(&arena, x, y, n, 0, 1000, 1 + rand() % 30);
        for (size_t s = 0; s < trace.count; s++) {
            const struct trace_span *span = &trace.spans[s];
            double min = INFINITY, max = -INFINITY, sum = 0, first = NAN, last = NAN;
            for (int64_t taken = 0; taken < span->count; at++) {
                if (!isfinite(y[at]))
                    continue;
                first = taken++ ? first : y[at];
                last = y[at];
                min = fmin(min, last);
                max = fmax(max, last);
                sum += last / (double)span->count;
            }
            assert_true(span->min == min && span->max == max);
            assert_true(span->first == first && span->last == last);
            if (fabs(sum) < 1e300)
                assert_true(fabs(span->mean - sum) <= 1e-9 * fmax(max - min, fabs(sum)));
        }
        while (at < n && !isfinite(y[at]))
            at++;
        assert_int_equal(at, n);
        arena_done(&arena);
    }
}

static void endless_restarts_are_folded(void **state)
{
    (void)state;
    enum { N = 5000 };
    struct arena arena = {0};
    double *x = calloc(N, sizeof *x), *y = calloc(N, sizeof *y), most = 0;
    for (int i = 0; i < N; i++) {
        x[i] = N - i;
        y[i] = i == 4321 ? 1e9 : i;
    }
    struct trace trace = reduce(&arena, x, y, N, 1, N, 3);
    for (size_t i = 0; i < trace.count; i++)
        most = fmax(most, trace.spans[i].max);
    assert_true(trace.count <= 3 * 17 && most == 1e9);
    free(x);
    free(y);
    arena_done(&arena);
}

static void ranges_leave_out_what_is_not_finite(void **state)
{
    (void)state;
    static const double X[] = {5, NAN, 1, 9, INFINITY}, Y[] = {1, 1, 1, NAN, 1};
    double low, high;
    trace_range(X, Y, 5, &low, &high);
    assert_true(low == 1 && high == 5);
    trace_range(X + 3, Y + 3, 1, &low, &high);
    assert_true(isnan(low) && isnan(high));
}

static void bands_are_mean_and_sample_deviation(void **state)
{
    (void)state;
    static const double X[] = {0, 1, 2, 3}, A[] = {1, 2, 3, 4}, B[] = {3, 4, NAN, 8};
    static const double SPARSE[] = {0, 3}, C[] = {2, 5};
    struct arena arena = {0};
    struct trace a = reduce(&arena, X, A, 4, 0, 3, 4), b = reduce(&arena, X, B, 4, 0, 3, 4), band;
    const struct trace *two[] = {&a, &b};
    assert_true(trace_band(two, 2, 0, 3, 4, &arena, &band, NULL));
    assert_int_equal(band.count, 3); /* at x = 2 only one has a value: B is broken there */
    assert_true(band.spans[0].mean == 2 && band.spans[2].mean == 6 && band.spans[2].x == 3);
    assert_true(fabs(band.spans[0].max - (2 + sqrt(2))) < 1e-12);
    assert_true(fabs(band.spans[0].min - (2 - sqrt(2))) < 1e-12);
    struct trace c = reduce(&arena, SPARSE, C, 2, 0, 3, 4); /* between, on the line */
    const struct trace *other[] = {&a, &c};
    assert_true(trace_band(other, 2, 0, 3, 4, &arena, &band, NULL));
    assert_int_equal(band.count, 4);
    assert_true(fabs(band.spans[1].mean - 2.5) < 1e-12 && fabs(band.spans[2].mean - 3.5) < 1e-12);
    assert_true(trace_band(two, 1, 0, 3, 4, &arena, &band, NULL) && band.count == 0);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(columns_keep_extremes_and_edges),
        cmocka_unit_test(gaps_and_restarts_begin_anew), cmocka_unit_test(odd_windows_are_survived),
        cmocka_unit_test(no_point_is_lost), cmocka_unit_test(blocks_are_what_their_points_are),
        cmocka_unit_test(endless_restarts_are_folded), cmocka_unit_test(ranges_leave_out_what_is_not_finite),
        cmocka_unit_test(bands_are_mean_and_sample_deviation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
