/*
 * How fast the index takes and gives: prints figures, asserts nothing about time.
 *
 *     bench_store DIRECTORY [POINTS] [RUNS]
 *
 * Knows: store.h. Must not know: readers.
 */
#include "store/store.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { METRICS = 20, BATCH = 512, FACTS = 30 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void must(bool ok, const struct err *err)
{
    char text[512];
    if (ok)
        return;
    err_print(err, text, sizeof text);
    fprintf(stderr, "bench_store: %s\n", text);
    exit(1);
}

static int64_t put_run(struct store *store, int64_t number)
{
    char name[32], directory[64];
    struct err err;
    snprintf(name, sizeof name, "run%06lld", (long long)number);
    snprintf(directory, sizeof directory, "/bench/%s", name);
    struct store_place place = {
        .root = "/bench", .name = name, .directory = directory, .format = "bench"};
    int64_t run = store_put_run(store, &place, &err);
    must(run > 0, &err);
    return run;
}

/* As TensorBoard writes: floats, a wall time with jitter, a regular step. */
static void make_points(struct point *points, size_t n, int64_t first_step)
{
    for (size_t i = 0; i < n; i++) {
        int64_t step = first_step + (int64_t)i;
        points[i] = (struct point){.step = step,
            .wall_s = 1.7e9 + (double)step * 0.25 + (double)(rand() % 1000) * 1e-6,
            .value = (double)(float)(exp(-(double)step * 1e-5) + (rand() % 1000) * 1e-4)};
    }
}

static void bench_points(struct store *store, size_t points)
{
    static struct point batch[BATCH];
    struct err err;
    struct store_source source = {.name = "events", .reader = "bench"};
    size_t rounds = points / METRICS / BATCH;
    int metrics[METRICS];
    make_points(batch, BATCH, 0);
    double start = now_s();
    must(store_begin(store, &err), &err);
    int64_t run = put_run(store, 1 << 20);
    must(store_source_begin(store, run, &source, true, &err), &err);
    struct sink sink = store_sink(store);
    for (int m = 0; m < METRICS; m++) {
        char name[32];
        snprintf(name, sizeof name, "train/loss_%d", m);
        metrics[m] = sink.metric(sink.self, name, strlen(name));
    }
    for (size_t r = 0; r < rounds; r++) {
        for (size_t i = 0; i < BATCH; i++) {
            batch[i].step += r ? BATCH : 0;
            batch[i].wall_s += r ? BATCH * 0.25 : 0;
        }
        for (int m = 0; m < METRICS; m++)
            sink.points(sink.self, metrics[m], batch, BATCH);
    }
    must(store_source_end(store, 1, NULL, &err), &err);
    must(store_commit(store, &err), &err);
    double took = now_s() - start;
    printf("%zu points in %d metrics: %.1f ms, %.2f M/s\n", rounds * METRICS * BATCH, METRICS,
        took * 1e3, (double)(rounds * METRICS * BATCH) / took / 1e6);

    struct arena arena = {0};
    struct point *loaded;
    size_t count, total = 0;
    start = now_s();
    for (int m = 0; m < METRICS; m++) {
        char name[32];
        snprintf(name, sizeof name, "train/loss_%d", m);
        must(store_load_points(store, run, name, &arena, &loaded, &count, &err), &err);
        total += count;
    }
    took = now_s() - start;
    printf("%zu points read: %.1f ms, %.1f M/s\n", total, took * 1e3, (double)total / took / 1e6);
    struct store_bucket *buckets;
    start = now_s();
    must(store_load_curve(
             store, run, "train/loss_3", INT64_MIN, INT64_MAX, 64, &arena, &buckets, &count, &err),
        &err);
    printf("%zu buckets of one metric: %.3f ms\n", count, (now_s() - start) * 1e3);
    arena_done(&arena);
}

static void bench_runs(struct store *store, int64_t runs)
{
    struct err err;
    char text[32];
    double start = now_s();
    must(store_begin(store, &err), &err);
    for (int64_t r = 0; r < runs; r++) {
        struct store_source source = {.name = "results.csv", .reader = "bench"};
        int64_t run = put_run(store, r);
        must(store_source_begin(store, run, &source, true, &err), &err);
        struct sink sink = store_sink(store);
        for (int i = 0; i < FACTS; i++) {
            char name[32], value[32];
            struct point points[10];
            snprintf(name, sizeof name, "model.param_%d", i);
            snprintf(value, sizeof value, "%d", rand() % 1000);
            struct param param = param_from_text(name, value);
            sink.param(sink.self, &param);
            snprintf(name, sizeof name, "metrics/m%d", i);
            make_points(points, 10, 0);
            sink.points(sink.self, sink.metric(sink.self, name, strlen(name)), points, 10);
        }
        must(store_source_end(store, 0, NULL, &err), &err);
    }
    must(store_commit(store, &err), &err);
    snprintf(text, sizeof text, "%lld", (long long)runs);
    printf("%s runs of %d parameters, %d metrics of 10 points: %.1f ms\n", text, FACTS, FACTS,
        (now_s() - start) * 1e3);
    start = now_s();
    for (int64_t r = 0; r < runs; r++) {
        struct store_source source = {.name = "results.csv", .reader = "bench"};
        int64_t offset;
        char directory[64];
        snprintf(directory, sizeof directory, "/bench/run%06lld", (long long)r);
        must(store_source_check(store, r + 2, &source, &offset, NULL, &err) == STORE_SAME, &err);
    }
    printf("%s unchanged sources checked: %.1f ms\n", text, (now_s() - start) * 1e3);
}

static void bench_load(const char *path)
{
    struct err err;
    struct arena arena = {0};
    struct store_runs runs;
    double start = now_s();
    struct store *store = store_open(path, STORE_READ_ONLY, &err);
    must(store != NULL, &err);
    double opened = now_s();
    must(store_load_runs(store, &arena, &runs, &err), &err);
    printf("opened in %.2f ms, %zu runs loaded: %.1f ms, %.1f MB\n", (opened - start) * 1e3,
        runs.count, (now_s() - opened) * 1e3, (double)arena.used_bytes / 1e6);
    start = now_s();
    must(store_check(store, &err), &err);
    printf("checked: %.1f ms\n", (now_s() - start) * 1e3);
    store_close(store);
    arena_done(&arena);
}

int main(int argc, char **argv)
{
    char path[4096];
    struct err err;
    if (argc < 2) {
        fprintf(stderr, "usage: bench_store DIRECTORY [POINTS] [RUNS]\n");
        return 2;
    }
    snprintf(path, sizeof path, "%s/bench-%ld.db", argv[1], (long)getpid());
    struct store *store = store_open(path, STORE_READ_WRITE, &err);
    must(store != NULL, &err);
    bench_points(store, argc > 2 ? (size_t)atoll(argv[2]) : 1000000);
    bench_runs(store, argc > 3 ? atoll(argv[3]) : 10000);
    store_close(store);
    bench_load(path);
    struct file_stat stat;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    if (file_stat(path, &stat))
        printf("the file: %.1f MB; peak memory %.1f MB\n", (double)stat.size_bytes / 1e6,
            (double)usage.ru_maxrss / 1e3);
    unlink(path);
    return 0;
}
