/*
 * How fast tables of rows are read: prints figures, asserts nothing about time.
 *
 *     bench_rows DIRECTORY [MEGABYTES]
 *
 * Makes tables in DIRECTORY, reads each with its reader into a sink that counts, and beside it a
 * peer that does the least anyone would: getline(), strchr() and strtod() for each cell. Times are
 * of the processor, since other programs may be running.
 */
#include "readers/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* ---- a sink that counts ---- */

struct count {
    int metrics;
    int64_t points;
    double sum;
};

static int count_metric(void *self, const char *name, size_t length)
{
    (void)name, (void)length;
    return ((struct count *)self)->metrics++;
}

static bool count_points(void *self, int metric, const struct point *points, size_t n)
{
    struct count *count = self;
    (void)metric;
    count->points += (int64_t)n;
    for (size_t i = 0; i < n; i++)
        count->sum += points[i].value;
    return true;
}

static bool take_note(void *self, const struct note *note)
{
    char text[256];
    (void)self;
    note_print(note, text, sizeof text);
    printf("    note: %s\n", text);
    return true;
}

/* ---- the tables ---- */

/* A float of single precision as Python writes it: 16 or 17 digits. */
static double measurement(void)
{
    return (double)((float)rand() / (float)RAND_MAX);
}

static void write_dense(FILE *out, int64_t row, int columns)
{
    fprintf(out, "%lld,%lld", (long long)(row / 1000), (long long)row);
    for (int i = 2; i < columns; i++)
        fprintf(out, ",%.17g", measurement());
    fputc('\n', out);
}

/* As a CSV logger of sparse rows writes: of every eight cells one is there. */
static void write_sparse(FILE *out, int64_t row, int columns)
{
    fprintf(out, "%lld,%lld", (long long)(row / 1000), (long long)row);
    for (int i = 2; i < columns; i++)
        if ((i + row) % 8 == 0)
            fprintf(out, ",%.17g", measurement());
        else
            fputc(',', out);
    fputc('\n', out);
}

static void write_short(FILE *out, int64_t row, int columns)
{
    fprintf(out, "%lld,%lld", (long long)(row / 1000), (long long)row);
    for (int i = 2; i < columns; i++)
        fprintf(out, ",%.5f", measurement());
    fputc('\n', out);
}

static void write_json(FILE *out, int64_t row, int columns)
{
    fprintf(out, "{\"epoch\": %lld, \"step\": %lld", (long long)(row / 1000), (long long)row);
    for (int i = 2; i < columns; i++)
        fprintf(out, ", \"metric_%d\": %.17g", i, measurement());
    fputs("}\n", out);
}

struct table {
    const char *title, *file;
    void (*write_row)(FILE *out, int64_t row, int columns);
    int columns;
};

static const struct table TABLES[] = {
    {"narrow, 17 digits", "metrics.csv", write_dense, 6},
    {"wide, 17 digits", "metrics.csv", write_dense, 200},
    {"narrow, 5 digits", "metrics.csv", write_short, 6},
    {"wide and sparse", "metrics.csv", write_sparse, 200},
    {"JSON lines, 17 digits", "metrics.jsonl", write_json, 20},
};

static int64_t make(const struct table *table, const char *path, int64_t bytes)
{
    FILE *out = fopen(path, "wb");
    if (!out) {
        perror(path);
        exit(1);
    }
    if (table->write_row != write_json) {
        fputs("epoch,step", out);
        for (int i = 2; i < table->columns; i++)
            fprintf(out, ",metric_%d", i);
        fputc('\n', out);
    }
    for (int64_t row = 0; ftell(out) < bytes; row++)
        table->write_row(out, row, table->columns);
    int64_t size = ftell(out);
    fclose(out);
    return size;
}

/* ---- the two who read ---- */

static double read_ours(const struct table *table, const char *directory, const char *path,
    struct count *count)
{
    struct sink sink = {
        .self = count, .metric = count_metric, .points = count_points, .note = take_note};
    struct reader_source source = {
        .directory = directory, .name = table->file, .path = path, .settled = true};
    struct reader_mark mark = {0};
    struct err err = {0};
    double start = cpu_s();
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    if (!reader_find("plain")->read(&source, &mark, &sink, &err)) {
        fprintf(stderr, "bench_rows: %s\n", err.text);
        exit(1);
    }
    buf_done(&mark.state);
    return cpu_s() - start;
}

/* Every number through strtod(), and nothing more: no names, no checks, no points kept. */
static double read_naively(const struct table *table, const char *path, double *sum)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    FILE *in = fopen(path, "rb");
    char separator = table->write_row == write_json ? ':' : ',';
    double start = cpu_s();
    while (in && (length = getline(&line, &capacity, in)) > 0)
        for (char *at = line; at;) {
            char *end;
            double value = strtod(at, &end);
            if (end > at)
                *sum += value;
            at = strchr(end, separator);
            at += at != NULL;
        }
    double took = cpu_s() - start;
    if (in)
        fclose(in);
    free(line);
    return took;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench_rows DIRECTORY [MEGABYTES]\n");
        return 2;
    }
    int64_t bytes = (argc > 2 ? atoll(argv[2]) : 200) * 1000000;
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++) {
        char path[4096];
        struct count count = {0};
        double sum = 0;
        snprintf(path, sizeof path, "%s/bench-%ld-%s", argv[1], (long)getpid(), TABLES[i].file);
        double size_mb = (double)make(&TABLES[i], path, bytes) / 1e6;
        double ours_s = read_ours(&TABLES[i], argv[1], path, &count);
        double naive_s = read_naively(&TABLES[i], path, &sum);
        printf("%-24s %4.0f MB  %6.0f MB/s %6.1f M points/s   peer %6.0f MB/s   %.1f times\n",
            TABLES[i].title, size_mb, size_mb / ours_s, (double)count.points / ours_s / 1e6,
            size_mb / naive_s, naive_s / ours_s);
        fflush(stdout);
        unlink(path);
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("peak memory %.1f MB\n", (double)usage.ru_maxrss / 1e3);
    return 0;
}
