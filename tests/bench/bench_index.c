/*
 * How fast runs on disk become an index and a table: prints figures, asserts nothing about time.
 *
 *     bench_index DIRECTORY [SCENARIO SIZE]...
 *
 *     points SIZE     SIZE thousand points in 3 event files, a third of them tensors: first index
 *     runs SIZE       SIZE runs of 100 thousand points: first index, second start
 *     small SIZE      SIZE directories of three small files: first index, nothing changed
 *     live SIZE       SIZE runs of one growing file: a refresh that finds nothing
 *     table SIZE      SIZE runs of 30 parameters and 30 metrics: loading the table, what a key of a
 *                     filter costs in it, and sorting it
 *
 * Each measurement is made in a process of its own, so that memory is its own; each is repeated.
 * Knows: work/index.h, work/runs.h, how event files are spelt. Must not know: how indexing works.
 */
#include "base/clock.h"
#include "readers/crc32c.h"
#include "work/index.h"
#include "work/runs.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { METRICS = 20, REPEATS = 5, POINTS_OF_RUN = 100000, FACTS = 30 };

struct bench {
    char root[4096], index[4200];
    long size;
    int told; /* a measuring process writes here what it took, and the parent reads from ASKED */
    int asked;
};

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void must(bool ok, const struct err *err)
{
    char text[512];
    if (ok)
        return;
    err_print(err, text, sizeof text);
    fprintf(stderr, "bench_index: %s\n", text);
    _exit(1);
}

/* ---- files ---- */

static void write_file(const char *path, const void *data, size_t length)
{
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(data, 1, length, out) != length || fclose(out) != 0) {
        perror(path);
        exit(1);
    }
}

static void make_directory(const char *path)
{
    struct err err;
    must(file_make_dirs(path, &err), &err);
}

static size_t put_varint(unsigned char *at, uint64_t value)
{
    size_t n = 0;
    for (; value > 127; value >>= 7)
        at[n++] = (unsigned char)(value | 128);
    at[n++] = (unsigned char)value;
    return n;
}

static size_t put_bytes(unsigned char *at, unsigned char key, const void *bytes, size_t length)
{
    at[0] = key;
    size_t n = 1 + put_varint(at + 1, length);
    memcpy(at + n, bytes, length);
    return n + length;
}

/* Summary.Value: a tag, and a float or a tensor of one float. */
static size_t put_value(unsigned char *at, const char *tag, float value, bool tensor)
{
    size_t n = put_bytes(at, 0x0a, tag, strlen(tag));
    if (!tensor) {
        at[n++] = 0x15;
        memcpy(at + n, &value, 4);
        return n + 4;
    }
    unsigned char inner[16] = {0x08, 0x01, 0x12, 0x00, 0x22, 0x04};
    memcpy(inner + 6, &value, 4);
    return n + put_bytes(at + n, 0x42, inner, 10);
}

static size_t put_record(unsigned char *at, const char *tag, int64_t step, float value, bool tensor)
{
    unsigned char message[128], summary[160], event[192];
    double wall_s = 1.7e9 + (double)step * 0.25 + (double)(rand() % 1000) * 1e-6;
    size_t n = put_value(message, tag, value, tensor);
    size_t m = put_bytes(summary, 0x0a, message, n);
    event[0] = 0x09;
    memcpy(event + 1, &wall_s, 8);
    event[9] = 0x10;
    size_t e = 10 + put_varint(event + 10, (uint64_t)step);
    e += put_bytes(event + e, 0x2a, summary, m);
    uint64_t length = e;
    uint32_t head = crc32c_masked((unsigned char *)&length, 8), tail = crc32c_masked(event, e);
    memcpy(at, &length, 8);
    memcpy(at + 8, &head, 4);
    memcpy(at + 12, event, e);
    memcpy(at + 12 + e, &tail, 4);
    return e + 16;
}

/* POINTS points, one an event, of METRICS metrics in turn. */
static unsigned char *make_events(size_t points, bool tensor, size_t *length)
{
    unsigned char *file = malloc(points * 96 + 1);
    *length = 0;
    for (size_t i = 0; file && i < points; i++) {
        char tag[32];
        int64_t step = (int64_t)(i / METRICS) + 1;
        snprintf(tag, sizeof tag, "train/loss_%02zu", i % METRICS);
        float value = (float)(exp(-(double)step * 1e-4) + (rand() % 1000) * 1e-4);
        *length += put_record(file + *length, tag, step, value, tensor);
    }
    return file;
}

static void write_events(const struct bench *bench, const char *directory, long number,
    const unsigned char *file, size_t length)
{
    char path[4300];
    snprintf(path, sizeof path, "%s/%s", bench->root, directory);
    make_directory(path);
    snprintf(path, sizeof path, "%s/%s/events.out.tfevents.%ld.host", bench->root, directory,
        1700000000 + number);
    write_file(path, file, length);
}

static void make_points(const struct bench *bench)
{
    for (int i = 0; i < 3; i++) {
        char name[32];
        size_t length;
        unsigned char *file = make_events((size_t)bench->size * 1000 / 3, i == 1, &length);
        snprintf(name, sizeof name, "run%d", i);
        write_events(bench, name, i, file, length);
        free(file);
    }
}

static void make_runs(const struct bench *bench)
{
    size_t length;
    unsigned char *file = make_events(POINTS_OF_RUN, false, &length);
    for (long i = 0; i < bench->size; i++) {
        char name[32];
        snprintf(name, sizeof name, "run%04ld", i);
        write_events(bench, name, i, file, length);
    }
    free(file);
}

static void make_small(const struct bench *bench)
{
    static const char STATUS[] = "{\"status\": \"finished\"}";
    char path[4300], text[4096], name[64];
    for (long i = 0; i < bench->size; i++) {
        snprintf(path, sizeof path, "%s/group%02ld/run%05ld", bench->root, i % 100, i);
        make_directory(path);
        snprintf(name, sizeof name, "{\"lr\": %g, \"seed\": %ld}", 1e-4 * (double)(i % 7 + 1), i);
        snprintf(path, sizeof path, "%s/group%02ld/run%05ld/config.json", bench->root, i % 100, i);
        write_file(path, name, strlen(name));
        int used = snprintf(text, sizeof text, "step,train/loss,val/mAP,lr\n");
        for (int row = 1; row <= 20; row++)
            used += snprintf(text + used, sizeof text - (size_t)used, "%d,%g,%g,0.001\n", row,
                3.0 / row + (double)(i % 13) * 0.01, 0.02 * row);
        snprintf(path, sizeof path, "%s/group%02ld/run%05ld/metrics.csv", bench->root, i % 100, i);
        write_file(path, text, (size_t)used);
        snprintf(path, sizeof path, "%s/group%02ld/run%05ld/status.json", bench->root, i % 100, i);
        write_file(path, STATUS, strlen(STATUS));
    }
}

static void make_live(const struct bench *bench)
{
    static const char ROWS[] = "step,loss\n1,3\n2,2\n";
    char path[4300];
    for (long i = 0; i < bench->size; i++) {
        snprintf(path, sizeof path, "%s/run%05ld", bench->root, i);
        make_directory(path);
        snprintf(path, sizeof path, "%s/run%05ld/metrics.csv", bench->root, i);
        write_file(path, ROWS, strlen(ROWS));
    }
}

/* Straight into the index: only loading is measured. */
static void make_table(const struct bench *bench)
{
    struct err err;
    struct store *store = store_open(bench->index, STORE_READ_WRITE, &err);
    must(store != NULL && store_begin(store, &err), &err);
    for (long r = 0; r < bench->size; r++) {
        char name[32], directory[64];
        snprintf(name, sizeof name, "run%06ld", r);
        snprintf(directory, sizeof directory, "/bench/%s", name);
        struct store_place place = {"/bench", name, directory, "bench", 0, 0};
        struct store_source source = {.name = "results.csv", .reader = "bench"};
        int64_t run = store_put_run(store, &place, &err);
        must(run > 0 && store_source_begin(store, run, &source, true, &err), &err);
        struct sink sink = store_sink(store);
        for (int i = 0; i < FACTS; i++) {
            char value[32];
            struct point points[10];
            snprintf(name, sizeof name, "model.param_%d", i);
            snprintf(value, sizeof value, i % 3 ? "%d" : "choice_%d", rand() % 10);
            struct param param = param_from_text(name, value);
            sink.param(sink.self, &param);
            snprintf(name, sizeof name, i > 1 ? "metrics/m%d" : i ? "bbox/AP" : "train/loss", i);
            for (int k = 0; k < 10; k++)
                points[k] = (struct point){k, 1.7e9 + k, rand() % 1000};
            sink.points(sink.self, sink.metric(sink.self, name, strlen(name)), points, 10);
        }
        must(store_source_end(store, 0, NULL, &err), &err);
    }
    must(store_commit(store, &err), &err);
    store_close(store);
}

/* ---- measurements, each in its own process ---- */

static bool go_on(void *self, const struct index_progress *progress)
{
    (void)self, (void)progress;
    return true;
}

static void be_silent(void *self, const struct err *err)
{
    (void)self, (void)err;
}

enum look { ONCE, EVERYTHING, WHAT_CHANGED };

/* With MEMORY unless it looks ONCE. */
static void refresh(
    const struct bench *bench, struct store *store, struct index_memory *memory, enum look look)
{
    const char *roots[] = {bench->root};
    struct index_settings settings = {
        .roots = roots, .root_count = 1, .evaluate = true, .ahead_s = 3600}; /* files are old */
    struct index_listener listener = {NULL, go_on, be_silent, NULL};
    struct err err;
    bool ok = look == ONCE ? index_refresh(store, &settings, &listener, &err)
              : look == EVERYTHING
                  ? index_refresh_remembering(store, memory, &settings, &listener, &err)
                  : index_refresh_changed(store, memory, &settings, &listener, &err);
    must(ok, &err);
}

static struct store *open_index(const struct bench *bench)
{
    struct err err;
    struct store *store = store_open(bench->index, STORE_READ_WRITE, &err);
    must(store != NULL, &err);
    return store;
}

static void tell(const struct bench *bench, double wall_s, double cpu_s)
{
    double told[2] = {(seconds(CLOCK_MONOTONIC) - wall_s) * 1e3,
        (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_s) * 1e3};
    if (write(bench->told, told, sizeof told) != sizeof told)
        _exit(1);
}

static void forget_index(const struct bench *bench)
{
    static const char *const PARTS[] = {"", "-wal", "-shm"};
    char path[4300];
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        snprintf(path, sizeof path, "%s%s", bench->index, PARTS[i]);
        unlink(path);
    }
}

/* Opened, refreshed and closed: on the disk. */
static void measure_refresh(const struct bench *bench)
{
    double wall = seconds(CLOCK_MONOTONIC);
    struct store *store = open_index(bench);
    refresh(bench, store, NULL, ONCE);
    store_close(store);
    tell(bench, wall, 0);
}

static void measure_table(const struct bench *bench)
{
    double wall = seconds(CLOCK_MONOTONIC);
    struct err err;
    struct store *store = store_open(bench->index, STORE_READ_ONLY, &err);
    must(store != NULL, &err);
    struct runs *runs = runs_load(store, NULL, &err);
    must(runs != NULL, &err);
    tell(bench, wall, 0);
    runs_release(runs);
    store_close(store);
}

/* What a key costs in the loaded table: a filter is parsed and put to every row, and the rows that
 * it lets through are sorted by columns. */
static const struct {
    const char *what, *filter, *sort;
} KEYSTROKES[] = {
    {"sort: one column", "", "model.param_1:desc"},
    {"sort: text, then AP, then loss", "", "model.param_3,AP:desc,loss"},
    {"sort: name", "", "name:desc"},
    {"sort: computed", "", "=best(AP)/(1+model.param_2)"},
    {"filter: word", "choice_77", ""},
    {"filter: three terms", "param_1<5 AP>4 model.param_3=choice_4", ""},
    {"filter: functions", "best(AP)-last(AP)>10 or metrics/m7/metrics/m8>2", ""},
    {"filter: pattern", "model.param_3~/c.*_[0-4]$/", ""},
    {"filter: name that is not there", "nothing>1", ""},
    {"filter and sort", "AP>4 choice", "AP:desc,loss"},
};

static size_t keystroke; /* the one being measured */

static void measure_keystroke(const struct bench *bench)
{
    struct err err;
    struct arena arena = {0};
    struct run_key keys[RUNS_MOST_KEYS];
    size_t key_count;
    struct store *store = store_open(bench->index, STORE_READ_ONLY, &err);
    must(store != NULL, &err);
    struct runs *runs = runs_load(store, NULL, &err);
    must(runs != NULL, &err);
    uint32_t *order = calloc(runs->count + 1, sizeof *order);
    for (int warm = 1; order && warm >= 0; warm--) {
        double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        const struct filter *filter =
            runs_parse_filter(runs, &arena, KEYSTROKES[keystroke].filter, &err);
        must(filter != NULL, &err);
        must(runs_parse_keys(runs, &arena, KEYSTROKES[keystroke].sort, keys, &key_count, &err),
            &err);
        runs_order_by(runs, filter, keys, key_count, NULL, 1.7e9, order);
        if (!warm)
            tell(bench, wall, cpu);
    }
    free(order);
    arena_done(&arena);
    runs_release(runs);
    store_close(store);
}

/* The second look of one process, as a screen that stays open takes them. */
static void measure_second(const struct bench *bench, enum look look)
{
    struct err err;
    struct store *store = open_index(bench);
    struct index_memory *memory = index_memory_new(look == EVERYTHING, &err);
    must(memory != NULL, &err);
    refresh(bench, store, memory, EVERYTHING);
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    refresh(bench, store, memory, look);
    tell(bench, wall, cpu);
    index_memory_free(memory);
    store_close(store);
}

static void measure_polled(const struct bench *bench)
{
    measure_second(bench, EVERYTHING);
}

static void measure_watched(const struct bench *bench)
{
    measure_second(bench, WHAT_CHANGED);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Prints how long WORK takes; FIRST: on no index yet. Returns the median in milliseconds. */
static double measure(
    struct bench *bench, const char *what, void (*work)(const struct bench *bench), bool first)
{
    double wall[REPEATS], cpu[REPEATS];
    long peak_kb = 0;
    fflush(stdout);
    for (int i = 0; i < REPEATS; i++) {
        if (first)
            forget_index(bench);
        pid_t child = fork();
        if (child == 0) {
            work(bench);
            _exit(0);
        }
        int status;
        double told[2];
        struct rusage usage;
        if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0 ||
            read(bench->asked, told, sizeof told) != sizeof told)
            exit(1);
        wall[i] = told[0];
        cpu[i] = told[1];
        peak_kb = usage.ru_maxrss > peak_kb ? usage.ru_maxrss : peak_kb;
    }
    qsort(wall, REPEATS, sizeof *wall, compare);
    qsort(cpu, REPEATS, sizeof *cpu, compare);
    printf("  %-34s min %8.2f ms, median %8.2f ms (processor %8.2f), peak %6.1f MB\n", what,
        wall[0], wall[REPEATS / 2], cpu[REPEATS / 2], (double)peak_kb / 1e3);
    return wall[REPEATS / 2];
}

static void bench_points(struct bench *bench)
{
    double ms = measure(bench, "first index, closed", measure_refresh, true);
    printf("  %.1f M points/s\n", (double)bench->size / ms);
}

static void bench_runs(struct bench *bench)
{
    double ms = measure(bench, "first index, closed", measure_refresh, true);
    printf("  %.1f M points/s\n", (double)bench->size * POINTS_OF_RUN / 1e3 / ms);
    measure(bench, "nothing changed", measure_refresh, false);
    measure(bench, "loading the table", measure_table, false);
}

static void bench_small(struct bench *bench)
{
    double ms = measure(bench, "first index, closed", measure_refresh, true);
    printf("  %.3f ms a run\n", ms / (double)bench->size);
    measure(bench, "nothing changed, opened and closed", measure_refresh, false);
    measure(bench, "nothing changed, once more", measure_polled, false);
    measure(bench, "loading the table", measure_table, false);
}

static void bench_live(struct bench *bench)
{
    measure(bench, "first index, closed", measure_refresh, true);
    measure(bench, "a look by polling", measure_polled, false);
    measure(bench, "a look by watching", measure_watched, false);
}

static void bench_table(struct bench *bench)
{
    measure(bench, "loading the table", measure_table, false);
    for (keystroke = 0; keystroke < sizeof KEYSTROKES / sizeof *KEYSTROKES; keystroke++)
        measure(bench, KEYSTROKES[keystroke].what, measure_keystroke, false);
}

/* ---- scenarios ---- */

static const struct scenario {
    const char *name, *what;
    long size;
    void (*make)(const struct bench *bench);
    void (*run)(struct bench *bench);
} SCENARIOS[] = {
    {"points", "thousand points in 3 event files", 975, make_points, bench_points},
    {"runs", "runs of 100 thousand points", 30, make_runs, bench_runs},
    {"small", "directories of three small files", 2000, make_small, bench_small},
    {"live", "runs of one small file", 1000, make_live, bench_live},
    {"table", "runs of 30 parameters and 30 metrics", 2000, make_table, bench_table},
};

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *at)
{
    (void)stat, (void)type, (void)at;
    return remove(path);
}

static void run_scenario(
    struct bench *bench, const struct scenario *scenario, long size, const char *directory)
{
    snprintf(bench->root, sizeof bench->root, "%s/bench-%ld-%s", directory, (long)getpid(),
        scenario->name);
    snprintf(bench->index, sizeof bench->index, "%s.db", bench->root);
    bench->size = size;
    make_directory(bench->root);
    pid_t maker = fork(); /* its memory must not count as that of what is measured */
    if (maker == 0) {
        scenario->make(bench);
        _exit(0);
    }
    int status;
    if (maker > 0 && waitpid(maker, &status, 0) == maker && status == 0) {
        printf("%s: %ld %s\n", scenario->name, size, scenario->what);
        scenario->run(bench);
    }
    nftw(bench->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    forget_index(bench);
}

int main(int argc, char **argv)
{
    int ends[2];
    if (argc < 2 || argc % 2 || pipe(ends) != 0) {
        fprintf(stderr, "usage: bench_index DIRECTORY [SCENARIO SIZE]...\n");
        return 2;
    }
    struct bench bench = {.asked = ends[0], .told = ends[1]};
    for (size_t i = 0; i < sizeof SCENARIOS / sizeof *SCENARIOS; i++) {
        if (argc == 2)
            run_scenario(&bench, &SCENARIOS[i], SCENARIOS[i].size, argv[1]);
        for (int a = 2; a < argc; a += 2)
            if (strcmp(argv[a], SCENARIOS[i].name) == 0)
                run_scenario(&bench, &SCENARIOS[i], atol(argv[a + 1]), argv[1]);
    }
    return 0;
}
