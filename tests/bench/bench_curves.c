/*
 * How fast a chart is made: prints figures, asserts nothing about time. Each is the least of many.
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

enum { FEW = 65000, MANY = 10000000, BATCH = 4096, COLUMNS = 400, ROUNDS = 200, FRAMES = 2000 };

/* Of this thread: other programs' load is left out of it. */
static double cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
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

static double least(const double *times, size_t count)
{
    double best = times[0];
    for (size_t i = 1; i < count; i++)
        best = fmin(best, times[i]);
    return best;
}

struct series {
    double *x, *values, *smooth;
    size_t count;
};

static struct chart_series to_chart(const struct trace *trace, struct arena *arena, bool faint)
{
    struct chart_span *spans = ARENA_ARRAY(arena, struct chart_span, trace->count);
    for (size_t i = 0; spans && i < trace->count; i++) {
        const struct trace_span *s = &trace->spans[i];
        spans[i] = (struct chart_span){s->x, s->min, s->max, s->first, s->last, s->starts};
    }
    return (struct chart_series){
        .spans = spans, .count = spans ? trace->count : 0, .faint = faint};
}

/* Points in memory to a finished chart; with smoothing the raw curve is behind the smooth one.
 * TIMES: until the points are smooth, until they are reduced, the whole. */
static void make_frame(
    const struct series *series, const struct smooth_how *how, struct grid *grid, double times[3])
{
    struct arena arena = {0};
    struct trace raw, smooth;
    struct chart_place place;
    struct chart_series drawn[2];
    size_t count = 0, n = series->count;
    bool on = smooth_is_on(how);
    double start = cpu_us(), high = (double)n - 1;
    if (on)
        smooth_series(how, series->values, n, series->smooth);
    times[0] = cpu_us() - start;
    trace_reduce(series->x, series->values, n, 0, high, COLUMNS, &arena, &raw, NULL);
    if (on)
        trace_reduce(series->x, series->smooth, n, 0, high, COLUMNS, &arena, &smooth, NULL);
    times[1] = cpu_us() - start;
    drawn[count++] = to_chart(&raw, &arena, on);
    if (on)
        drawn[count++] = to_chart(&smooth, &arena, false);
    struct chart chart = {.series = drawn, .count = count, .x_low = NAN, .x_high = NAN,
        .y_low = NAN, .y_high = NAN, .mark_x = NAN};
    chart_draw(grid, grid_rect(grid), &chart, &place);
    times[2] = cpu_us() - start;
    arena_done(&arena);
}

static void bench_frame(const char *name, size_t points, struct smooth_how how, int frames)
{
    struct series series = {.count = points};
    double smoothed[FRAMES], reduced[FRAMES], whole[FRAMES], times[3];
    struct grid *grid = grid_new(60, 200, NULL);
    series.x = calloc(points, sizeof *series.x);
    series.values = calloc(points, sizeof *series.values);
    series.smooth = calloc(points, sizeof *series.smooth);
    if (!series.x || !series.values || !series.smooth || !grid)
        exit(1);
    for (size_t i = 0; i < points; i++) {
        series.x[i] = (double)i;
        series.values[i] = exp(-(double)i / (double)points) + (rand() % 1000) * 1e-4;
    }
    for (int frame = 0; frame < frames; frame++) {
        grid_clear(grid);
        make_frame(&series, &how, grid, times);
        smoothed[frame] = times[0];
        reduced[frame] = times[1] - times[0];
        whole[frame] = times[2];
    }
    double best = least(whole, (size_t)frames), smooth = least(smoothed, (size_t)frames),
           reduce = least(reduced, (size_t)frames);
    printf("frame of %zu points, %-18s %4.0f us of CPU, best of %d (smooth %.0f, reduce to %d "
           "columns %.0f, draw %.0f)\n",
        points, name, best, frames, smooth, COLUMNS, reduce, best - smooth - reduce);
    free(series.x);
    free(series.values);
    free(series.smooth);
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
        double start = cpu_us();
        struct curves *curves = curves_load(store, want, 1, NULL, &err);
        times[round] = cpu_us() - start;
        must(curves != NULL, &err);
        spans = curve_shown(&curves->curves[0])->count;
        curves_release(curves);
    }
    printf("%-34s %9.0f us of CPU, %zu spans\n", name, least(times, (size_t)rounds), spans);
}

int main(int count, char **words)
{
    char path[512];
    struct err err = {0};
    size_t points = count > 2 ? (size_t)strtoull(words[2], NULL, 10) : MANY;
    snprintf(path, sizeof path, "%s/bench_curves.db", count > 1 ? words[1] : ".");
    unlink(path);
    bench_frame("as they are", FEW, (struct smooth_how){.kind = SMOOTH_EMA}, FRAMES);
    bench_frame("EMA of 0.9", FEW, (struct smooth_how){SMOOTH_EMA, 0.9}, FRAMES);
    bench_frame("mean of 51", FEW, (struct smooth_how){SMOOTH_MEAN, 51}, ROUNDS);
    bench_frame("median of 51", FEW, (struct smooth_how){SMOOTH_MEDIAN, 51}, ROUNDS);
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
