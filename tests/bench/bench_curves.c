/*
 * How fast a chart is made: prints figures, asserts nothing about time.
 *
 *     bench_curves DIRECTORY [POINTS]
 *
 * Knows: traces, curves of the index, the chart widget. Must not know: readers.
 */
#include "screen/chart.h"
#include "store/store.h"
#include "work/curves.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FEW = 65000, MANY = 10000000, BATCH = 4096, COLUMNS = 400, ROUNDS = 200 };

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec * 1e-3;
}

static void must(bool ok, const struct err *err)
{
    char text[512];
    if (ok)
        return;
    err_print(err, text, sizeof text);
    fprintf(stderr, "bench_curves: %s\n", text);
    exit(1);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double middle(double *times, size_t count)
{
    qsort(times, count, sizeof *times, compare_doubles);
    return times[count / 2];
}

/* Points in memory to a finished chart, in two parts. */
static void bench_frame(size_t points)
{
    double *x = calloc(points, sizeof *x), *y = calloc(points, sizeof *y);
    double reduced[ROUNDS], drawn[ROUNDS];
    struct grid *grid = grid_new(60, 200, NULL);
    if (!x || !y || !grid)
        exit(1);
    for (size_t i = 0; i < points; i++) {
        x[i] = (double)i;
        y[i] = exp(-(double)i / (double)points) + (rand() % 1000) * 1e-4;
    }
    for (int round = 0; round < ROUNDS; round++) {
        struct arena arena = {0};
        struct trace trace;
        struct chart_place place;
        double start = now_us();
        trace_reduce(x, y, points, 0, (double)points - 1, COLUMNS, &arena, &trace, NULL);
        reduced[round] = now_us() - start;
        start = now_us();
        struct chart_span *spans = ARENA_ARRAY(&arena, struct chart_span, trace.count);
        for (size_t i = 0; spans && i < trace.count; i++) {
            const struct trace_span *s = &trace.spans[i];
            spans[i] = (struct chart_span){s->x, s->min, s->max, s->first, s->last, s->starts};
        }
        struct chart_series series = {.spans = spans, .count = trace.count};
        struct chart chart = {.series = &series, .count = 1, .x_low = NAN, .x_high = NAN,
            .y_low = NAN, .y_high = NAN, .mark_x = NAN};
        chart_draw(grid, grid_rect(grid), &chart, &place);
        drawn[round] = now_us() - start;
        arena_done(&arena);
    }
    printf("%zu points to %d columns %.0f us, spans to cells %.0f us\n", points, COLUMNS,
        middle(reduced, ROUNDS), middle(drawn, ROUNDS));
    free(x);
    free(y);
    grid_free(grid);
}

static int64_t put_points(struct store *store, size_t points)
{
    static struct point batch[BATCH];
    struct err err;
    struct store_place place = {
        .root = "/bench", .name = "a", .directory = "/bench/a", .format = "bench"};
    struct store_source source = {.name = "events", .reader = "bench"};
    must(store_begin(store, &err), &err);
    int64_t run = store_put_run(store, &place, &err);
    must(run > 0 && store_source_begin(store, run, &source, true, &err), &err);
    struct sink sink = store_sink(store);
    int metric = sink.metric(sink.self, "loss", 4);
    for (size_t at = 0; at < points; at += BATCH) {
        size_t n = points - at < BATCH ? points - at : BATCH;
        for (size_t i = 0; i < n; i++)
            batch[i] = (struct point){(int64_t)(at + i), 1.7e9 + (double)(at + i) * 0.25,
                exp(-(double)(at + i) / (double)points) + (rand() % 1000) * 1e-4};
        sink.points(sink.self, metric, batch, n);
    }
    must(store_source_end(store, 1, NULL, &err), &err);
    must(store_commit(store, &err), &err);
    return run;
}

static void bench_want(
    struct store *store, const char *name, const struct curve_want *want, int rounds)
{
    double times[ROUNDS];
    struct err err = {0};
    size_t spans = 0;
    for (int round = 0; round < rounds; round++) {
        double start = now_us();
        struct curves *curves = curves_load(store, want, 1, NULL, &err);
        times[round] = now_us() - start;
        must(curves != NULL, &err);
        spans = curve_shown(&curves->curves[0])->count;
        curves_release(curves);
    }
    printf("%-34s %9.0f us, %zu spans\n", name, middle(times, (size_t)rounds), spans);
}

int main(int count, char **words)
{
    char path[512];
    struct err err = {0};
    size_t points = count > 2 ? (size_t)strtoull(words[2], NULL, 10) : MANY;
    snprintf(path, sizeof path, "%s/bench_curves.db", count > 1 ? words[1] : ".");
    unlink(path);
    bench_frame(FEW);
    struct store *store = store_open(path, STORE_READ_WRITE, &err);
    must(store != NULL, &err);
    struct curve_want want = {.run_id = put_points(store, points), .metric = "loss",
        .count = (int64_t)points, .columns = COLUMNS, .scale = 1, .low = NAN, .high = NAN};
    printf("%zu points in the index\n", points);
    bench_want(store, "the whole, from summaries", &want, ROUNDS);
    want.low = (double)points * 0.4;
    want.high = (double)points * 0.41;
    bench_want(store, "a hundredth, zoomed", &want, ROUNDS);
    want.high = want.low + 1000;
    bench_want(store, "1000 steps, zoomed", &want, ROUNDS);
    want.smooth.strength = 0.9;
    bench_want(store, "smoothed: every point is read", &want, 3);
    store_close(store);
    unlink(path);
    return 0;
}
