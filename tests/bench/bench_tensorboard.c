/*
 * Benchmark of the TensorBoard reader: three event files of 975 000 points and about 49 MB, a third
 * of them as tensors, read whole on one thread with every checksum verified, into a sink that
 * counts. Prints the smallest and the median of the rounds, and what the checksum alone takes.
 *
 *     bench_tensorboard DIRECTORY      (the files are made there, and removed)
 */
#include "event_file.h"
#include "readers/crc32c.h"
#include "readers/reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FILES = 3, TAGS = 25, STEPS = 13000, ROUNDS = 15, CRC_BYTES = 4 << 20, CRC_TIMES = 16 };

struct count {
    int metrics;
    size_t points;
    double sum; /* so that every value is looked at */
};

static bool count_param(void *self, const struct param *param)
{
    (void)self, (void)param;
    return true;
}

static int count_metric(void *self, const char *name, size_t length)
{
    (void)name, (void)length;
    return ((struct count *)self)->metrics++;
}

static bool count_points(void *self, int metric, const struct point *points, size_t n)
{
    struct count *count = self;
    (void)metric;
    for (size_t i = 0; i < n; i++)
        count->sum += points[i].value;
    count->points += n;
    return true;
}

static bool count_artifact(void *self, const struct artifact *artifact)
{
    (void)self, (void)artifact;
    return true;
}

static bool count_note(void *self, const struct note *note)
{
    (void)self;
    fprintf(stderr, "%s\n", note->text);
    return false;
}

static bool count_label(void *self, enum run_label label, const char *text)
{
    (void)self, (void)label, (void)text;
    return true;
}

static bool count_status(void *self, enum run_status status, double started_s, double ended_s)
{
    (void)self, (void)status, (void)started_s, (void)ended_s;
    return true;
}

static void path_of(int file, const char *directory, char *path, size_t bytes)
{
    snprintf(path, bytes, "%s/events.out.tfevents.17000000%02d.bench", directory, file);
}

/* Returns the bytes written. */
static size_t make_file(const char *path)
{
    static const char *const GROUPS[] = {"train", "val", "learning"};
    struct buf file = event_buf();
    char tag[40];
    event_version(&file, 1.7e9);
    for (int step = 0; step < STEPS; step++)
        for (int i = 0; i < TAGS; i++) {
            double wall_s = 1.7e9 + step + i * 1e-3;
            float value = expf(-(float)step / STEPS) * (float)(i + 1);
            snprintf(tag, sizeof tag, "%s/m%02d", GROUPS[i % 3], i);
            if (i % 3)
                event_scalar(&file, wall_s, step, tag, value);
            else
                event_tensor(&file, wall_s, step, tag, step ? NULL : "scalars", value);
        }
    size_t length = file.length;
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(file.data, 1, length, out) != length || fclose(out) != 0)
        exit(1);
    buf_done(&file);
    return length;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void read_file(const char *path, struct count *count)
{
    struct sink sink = {count, count_param, count_metric, count_points, count_artifact, count_note,
        count_label, count_status};
    struct reader_source source = {.directory = "", .name = "events", .path = path};
    struct reader_mark mark = {0};
    struct err err = {0};
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    if (!reader_find("tensorboard")->read(&source, &mark, &sink, &err)) {
        fprintf(stderr, "%s: %s\n", path, err.text);
        exit(1);
    }
    buf_done(&mark.state);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void bench_checksum(void)
{
    char *bytes = calloc(1, CRC_BYTES);
    double rounds[ROUNDS];
    uint32_t sum = 0;
    for (int round = 0; bytes && round < ROUNDS; round++) {
        double begin = seconds();
        for (int i = 0; i < CRC_TIMES; i++)
            sum += crc32c(bytes, CRC_BYTES);
        rounds[round] = seconds() - begin;
    }
    free(bytes);
    qsort(rounds, ROUNDS, sizeof *rounds, compare);
    double gb = (double)CRC_BYTES * CRC_TIMES * 1e-9;
    printf("crc32c           %8.2f GB/s best, %.2f GB/s median (%08x)\n", gb / rounds[0],
        gb / rounds[ROUNDS / 2], sum);
}

int main(int argc, char **argv)
{
    const char *directory = argc > 1 ? argv[1] : ".";
    char paths[FILES][512];
    double rounds[ROUNDS];
    size_t bytes = 0;
    struct count count = {0};
    for (int i = 0; i < FILES; i++) {
        path_of(i, directory, paths[i], sizeof paths[i]);
        bytes += make_file(paths[i]);
    }
    for (int round = 0; round < ROUNDS; round++) {
        count = (struct count){0};
        double begin = seconds();
        for (int i = 0; i < FILES; i++)
            read_file(paths[i], &count);
        rounds[round] = seconds() - begin;
    }
    for (int i = 0; i < FILES; i++)
        unlink(paths[i]);
    qsort(rounds, ROUNDS, sizeof *rounds, compare);
    printf("event files      %8.1f MB, %zu points, %d metrics (sum %.6g)\n", (double)bytes * 1e-6,
        count.points, count.metrics, count.sum);
    printf("parse            %8.1f ms best, %.1f ms median\n", rounds[0] * 1e3,
        rounds[ROUNDS / 2] * 1e3);
    printf("parse            %8.1f M points/s best, %.1f M points/s median\n",
        (double)count.points * 1e-6 / rounds[0], (double)count.points * 1e-6 / rounds[ROUNDS / 2]);
    bench_checksum();
    return count.points == (size_t)FILES * TAGS * STEPS ? 0 : 1;
}
