/*
 * A writer that is killed at random moments, thirty times, until the work is done.
 * Knows: store.h, fork and SIGKILL. Must not know: SQLite.
 *
 * The writer brings every source forward by STEP points a batch, so that each source always holds a
 * prefix of its points and its bookmark says how long it is. After each kill the index must open,
 * pass its own check and hold, for every source, exactly the prefix that the bookmark names; no
 * batch that was reported as committed may be missing.
 */
#include "store/store.h"

#include "temp.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS = 6, STEP = 1700, POINTS = 60 * STEP, KILLS = 30 };

/* Told by the writer after each commit, through a file that outlives it: how far it has come. */
struct report {
    int fd;
};

static void fail(const char *what, const struct err *err)
{
    fprintf(stderr, "test_kill_ingest: %s: %s\n", what, err ? err->text : "");
    exit(1);
}

static int64_t told_by(const struct report *report, int number)
{
    int64_t committed = 0;
    off_t at = number * (off_t)sizeof committed;
    ssize_t got = pread(report->fd, &committed, sizeof committed, at);
    return got == sizeof committed ? committed : 0;
}

static void tell(const struct report *report, int number, int64_t committed)
{
    off_t at = number * (off_t)sizeof committed;
    if (pwrite(report->fd, &committed, sizeof committed, at) != sizeof committed)
        fail("cannot report", NULL);
}

static struct point point_of(int64_t run, int64_t i)
{
    return (struct point){.step = i * 3,
        .wall_s = 1.7e9 + (double)i * 0.5,
        .value = i % 911 == 0 ? NAN : sin((double)(i + run))};
}

static int64_t put_run(struct store *store, int number)
{
    char name[16], directory[32];
    struct err err = {0};
    snprintf(name, sizeof name, "run%d", number);
    snprintf(directory, sizeof directory, "/data/%s", name);
    struct store_place place = {"/data", name, directory, "csv", 0, 0};
    int64_t run = store_put_run(store, &place, &err);
    if (run < 0)
        fail("put run", &err);
    return run;
}

static bool always(void *self, int64_t offset, void *out, size_t bytes)
{
    (void)self, (void)offset;
    memset(out, 'x', bytes);
    return true;
}

static struct store_source source_of(int64_t size)
{
    return (struct store_source){.name = "log",
        .reader = "csv",
        .read_at = always,
        .stat = {.size_bytes = size, .mtime_ns = size, .inode = 1}};
}

/* The bookmark of RUN: how many points it holds; one byte of file a point, and one behind. */
static int64_t bookmark_of(struct store *store, int64_t run)
{
    struct store_source source = source_of(POINTS + 2);
    struct err err = {0};
    int64_t offset;
    switch (store_source_check(store, run, &source, &offset, NULL, &err)) {
    case STORE_NEW:
        return 0;
    case STORE_APPENDED:
        return offset;
    default:
        fail("the bookmark is gone", &err);
        return -1;
    }
}

static bool advance(struct store *store, int number, struct report *report, struct err *err)
{
    if (!store_begin(store, err))
        return false;
    int64_t run = put_run(store, number), from = bookmark_of(store, run);
    int64_t to = from + STEP < POINTS ? from + STEP : POINTS;
    struct store_source source = source_of(to + 1);
    if (!store_source_begin(store, run, &source, from == 0, err))
        return false;
    struct sink sink = store_sink(store);
    int metric = sink.metric(sink.self, "loss", 4), twin = sink.metric(sink.self, "twin", 4);
    for (int64_t i = from; i < to; i++) {
        struct point point = point_of(number, i);
        sink.points(sink.self, metric, &point, 1);
        sink.points(sink.self, twin, &point, 1);
    }
    if (!store_source_end(store, to, NULL, err) || !store_commit(store, err))
        return false;
    tell(report, number, to);
    return true;
}

static void write_all(const char *path, struct report *report)
{
    struct err err = {0};
    struct store *store = store_open(path, STORE_READ_WRITE, &err);
    if (!store)
        fail("the writer cannot open", &err);
    for (int64_t done = 0; done < POINTS; done += STEP)
        for (int number = 0; number < RUNS; number++)
            if (told_by(report, number) < POINTS && !advance(store, number, report, &err))
                fail("the writer cannot go on", &err);
    store_close(store);
}

static void check_series(
    struct store *store, int64_t run, int number, const char *metric, int64_t expected)
{
    struct arena arena = {0};
    struct point *points;
    struct err err = {0};
    size_t n;
    if (!store_load_points(store, run, metric, &arena, &points, &n, &err))
        fail("points", &err);
    if ((int64_t)n != expected)
        fail("a series is not as long as its bookmark", NULL);
    for (size_t i = 0; i < n; i++) {
        struct point point = point_of(number, (int64_t)i);
        if (memcmp(&point, &points[i], sizeof point) != 0)
            fail("a point is wrong", NULL);
    }
    arena_done(&arena);
}

/* Returns how many points all runs hold together. */
static int64_t check_all(const char *path, const struct report *report)
{
    struct err err = {0};
    struct arena arena = {0};
    struct store_runs runs;
    int64_t total = 0;
    struct store *store = store_open(path, STORE_READ_WRITE, &err);
    if (!store)
        fail("cannot open after a kill", &err);
    if (!store_check(store, &err))
        fail("the check finds damage", &err);
    if (!store_load_runs(store, &arena, &runs, &err))
        fail("runs", &err);
    int64_t held[RUNS] = {0};
    for (size_t i = 0; i < runs.count; i++) {
        int number = runs.runs[i].name[3] - '0';
        int64_t mark = bookmark_of(store, runs.runs[i].id);
        check_series(store, runs.runs[i].id, number, "loss", mark);
        check_series(store, runs.runs[i].id, number, "twin", mark);
        held[number] = mark;
    }
    for (int number = 0; number < RUNS; number++) {
        if (held[number] < told_by(report, number))
            fail("a committed batch is lost", NULL);
        total += held[number];
    }
    arena_done(&arena);
    store_close(store);
    return total;
}

static pid_t start(const char *path, struct report *report)
{
    pid_t child = fork();
    if (child < 0)
        fail("fork", NULL);
    if (child == 0) {
        write_all(path, report);
        _exit(0);
    }
    return child;
}

int main(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/index.db", temp_dir());
    struct report told = {open(temp_text(temp_dir(), "told", ""), O_RDWR | O_CLOEXEC)};
    struct report *report = &told;
    if (told.fd < 0)
        fail("cannot open the report", NULL);
    unsigned seed = 20240501;
    int killed = 0, status;
    for (int i = 0; i < KILLS; i++) {
        pid_t child = start(path, report);
        /* The moment is random on purpose; whatever it hits, all that is asserted must hold. */
        struct timespec moment = {
            .tv_nsec = (long)(rand_r(&seed) % 25) * 1000000 + rand_r(&seed) % 1000000};
        nanosleep(&moment, NULL);
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        killed += WIFSIGNALED(status);
        int64_t total = check_all(path, report);
        printf("kill %d: %lld of %d points\n", i + 1, (long long)total, RUNS * POINTS);
    }
    pid_t child = start(path, report);
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail("the last writer failed", NULL);
    if (check_all(path, report) != (int64_t)RUNS * POINTS)
        fail("not all points arrived", NULL);
    printf("%d of %d writers were killed at work\n", killed, KILLS);
    return killed ? 0 : 1;
}
