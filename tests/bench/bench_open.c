/*
 * What the person waits for with many runs: the real program in a pseudo terminal, from its start to
 * the first table and from a key to the last byte of its frame, and what memory it takes, also while
 * runs change. Prints figures, asserts nothing about time.
 *
 *     bench_open BOXTOP DIRECTORY [RUNS [COLSxROWS]]
 *
 * Runs of 30 parameters and 30 metrics are written below DIRECTORY and indexed once; then the
 * program is started over and over on the warm index. Beside the time on the clock stands that of
 * the processor, which a loaded machine leaves nearly as it is.
 * Knows: pseudo terminals, what the screen shows. Must not know: how it is made.
 */
#include "timed.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FACTS = 30, POINTS = 10, RUNS = 10000, STARTS = 7, ROWS = 40, COLS = 140 };
enum { CELL_WIDTH_PX = 8, CELL_HEIGHT_PX = 17, QUIET_MS = 150 };

struct bench {
    const char *program;
    char root[4096], index[4200], home[4200];
    long runs;
    int rows, cols;
};

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* ---- runs ---- */

static void make_directory(const char *path)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        fail(path);
}

static void make_run(const struct bench *bench, long number)
{
    char path[4400];
    snprintf(path, sizeof path, "%s/run%06ld", bench->root, number);
    make_directory(path);
    snprintf(path, sizeof path, "%s/run%06ld/config.json", bench->root, number);
    FILE *out = fopen(path, "w");
    if (!out)
        fail(path);
    for (int i = 0; i < FACTS; i++)
        fprintf(out, i % 3 ? "%s\"model.param_%d\": %d" : "%s\"model.param_%d\": \"choice_%d\"",
            i ? ", " : "{", i, rand() % 10);
    fprintf(out, "}\n");
    fclose(out);
    snprintf(path, sizeof path, "%s/run%06ld/metrics.csv", bench->root, number);
    out = fopen(path, "w");
    if (!out)
        fail(path);
    fprintf(out, "step,train/loss,bbox/AP,ms_per_image");
    for (int i = 3; i < FACTS; i++)
        fprintf(out, ",metrics/m%d", i);
    for (int row = 0; row < POINTS; row++) {
        fprintf(out, "\n%d", row);
        for (int i = 0; i < FACTS; i++) /* the table begins with the best AP: the first run's */
            fprintf(out, ",%g",
                i == 1 ? 0.9 - 0.8 * (double)number / (double)bench->runs
                       : (rand() % 1000) * 0.001);
    }
    fprintf(out, "\n");
    fclose(out);
    snprintf(path, sizeof path, "%s/run%06ld/status.json", bench->root, number);
    out = fopen(path, "w");
    if (!out)
        fail(path);
    fprintf(out, "{\"status\": \"finished\"}\n");
    fclose(out);
}

/* ---- the program ---- */

static void start(const struct bench *bench, struct timed *screen)
{
    const char *const words[] = {bench->program, "--index", bench->index, bench->root, NULL};
    const struct timed_start start = {words, bench->home, "xterm-256color", WIRE_ALACRITTY,
        bench->cols, bench->rows, CELL_WIDTH_PX, CELL_HEIGHT_PX};
    timed_open(screen, &start);
}

/* Reads all runs into the index, without a screen. */
static void index_once(const struct bench *bench)
{
    char *const words[] = {(char *)bench->program, "ls", "--index", (char *)bench->index,
        (char *)bench->root, NULL};
    char **environment = timed_environment(bench->home, "xterm-256color");
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDOUT_FILENO);
        execve(bench->program, words, environment);
        _exit(127);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        fail("ls");
}

/* The row at the bottom of the table. */
static double wait_for_table(const struct bench *bench, struct timed *screen)
{
    char last[32];
    snprintf(last, sizeof last, "run%06d", bench->rows - 5);
    return timed_wait_for(screen, last);
}

/* ---- figures ---- */

static void print(const char *what, double *ms, double *cpu_ms, size_t count)
{
    double least = timed_share(ms, count, 0), median = timed_share(ms, count, .5);
    double cpu_least = timed_share(cpu_ms, count, 0), cpu_median = timed_share(cpu_ms, count, .5);
    printf("  %-36s min %6.1f ms, median %6.1f; processor %5.1f ms, median %5.1f, most %5.1f\n", what,
        least, median, cpu_least, cpu_median, cpu_ms[count - 1]);
    fflush(stdout);
}

static void bench_start(const struct bench *bench, struct timed *screen)
{
    double ms[STARTS], cpu_ms[STARTS];
    long peak_kb = 0;
    for (int i = 0; i < STARTS; i++) {
        start(bench, screen);
        ms[i] = wait_for_table(bench, screen) - screen->started_ms;
        cpu_ms[i] = timed_path_ms(screen);
        timed_settle(screen, 1500); /* until everything behind the first frame is through */
        long kb = timed_quit(screen);
        peak_kb = kb > peak_kb ? kb : peak_kb;
    }
    print("start to first frame", ms, cpu_ms, STARTS);
    printf("  peak memory with the screen open %.1f MB\n", (double)peak_kb / 1e3);
}

/* A table that stays open, a run growing (or coming) every now and then: TEXT behind what is in
 * the CHANGES runs from NUMBER on. */
static void bench_changes(const struct bench *bench, struct timed *screen, const char *what,
    long number, int changes, const char *text)
{
    enum { CHANGE_MS = 2500 };
    start(bench, screen);
    wait_for_table(bench, screen);
    timed_settle(screen, 2000);
    double before_ms = timed_cpu_ms(screen);
    for (int i = 0; i < changes; i++) {
        char path[4400];
        snprintf(path, sizeof path, "%s/run%06ld", bench->root, number + i);
        make_directory(path);
        snprintf(path, sizeof path, "%s/run%06ld/metrics.csv", bench->root, number + i);
        FILE *out = fopen(path, "a");
        if (!out || fputs(text, out) < 0 || fclose(out) != 0)
            fail(path);
        for (double end_ms = timed_now_ms() + CHANGE_MS; timed_now_ms() < end_ms;)
            timed_take(screen, 100);
    }
    double cpu_ms = (timed_cpu_ms(screen) - before_ms) / changes;
    printf("  peak memory %-24s %6.1f MB; processor %5.1f ms each time\n", what,
        (double)timed_quit(screen) / 1e3, cpu_ms);
    fflush(stdout);
}

/* KEYS one after the other, again and again: from each to the last byte of its frame. */
static void bench_keys(struct timed *screen, const char *what, const char *keys)
{
    double ms[64], cpu_ms[64];
    size_t count = 0;
    for (int round = 0; round < 3; round++)
        for (const char *key = keys; *key && count < sizeof ms / sizeof *ms; key++) {
            char one[2] = {*key, '\0'};
            double cpu_before_ms = timed_cpu_ms(screen), began_ms = timed_now_ms();
            timed_type(screen, one);
            screen->last_ms = began_ms;
            timed_settle(screen, QUIET_MS);
            if (screen->last_ms <= began_ms)
                continue;
            cpu_ms[count] = timed_cpu_ms(screen) - cpu_before_ms;
            ms[count++] = screen->last_ms - began_ms;
        }
    if (count)
        print(what, ms, cpu_ms, count);
}

static const struct {
    const char *what, *before, *keys, *behind;
} KEYS[] = {
    {"a row down", "", "jjjj", ""},
    {"sort by the next column, inverted", "", ">I>I>I>I", ""},
    {"a letter of a filter", "f", "choice_7\177\177\177\177\177\177\177\177", "\033"},
    {"trade-off: the next point", "t", "llll", ""},
    {"parallel coordinates: the next axis", "|", "llll", "q"},
};

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *at)
{
    (void)stat, (void)type, (void)at;
    return remove(path);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: bench_open BOXTOP DIRECTORY [RUNS [COLSxROWS]]\n");
        return 2;
    }
    struct bench bench = {
        .program = argv[1], .runs = argc > 3 ? atol(argv[3]) : RUNS, .rows = ROWS, .cols = COLS};
    if (argc > 4 && sscanf(argv[4], "%dx%d", &bench.cols, &bench.rows) != 2)
        fail(argv[4]);
    struct timed screen;
    snprintf(bench.root, sizeof bench.root, "%s/bench-open-%ld", argv[2], (long)getpid());
    snprintf(bench.index, sizeof bench.index, "%s.home/index.db", bench.root);
    snprintf(bench.home, sizeof bench.home, "%s.home", bench.root);
    make_directory(bench.root);
    make_directory(bench.home);
    for (long i = 0; i < bench.runs; i++)
        make_run(&bench, i);
    printf("%ld runs of %d parameters and %d metrics, %dx%d\n", bench.runs, FACTS, FACTS,
        bench.cols, bench.rows);
    index_once(&bench);
    bench_start(&bench, &screen);
    bench_changes(&bench, &screen, "while runs grow", bench.runs / 2, 5, "10,1,0.5\n");
    bench_changes(&bench, &screen, "as a new metric comes", bench.runs, 1, "step,new/metric\n1,2\n");
    start(&bench, &screen);
    wait_for_table(&bench, &screen);
    timed_settle(&screen, 2000);
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        timed_type(&screen, KEYS[i].before);
        timed_settle(&screen, 1000);
        bench_keys(&screen, KEYS[i].what, KEYS[i].keys);
        timed_type(&screen, KEYS[i].behind);
        timed_settle(&screen, 1000);
    }
    timed_quit(&screen);
    nftw(bench.root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    nftw(bench.home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}
