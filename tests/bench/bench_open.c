/*
 * What the person waits for with many runs: the real program in a pseudo terminal, from its start to
 * the first table and from a key to the last byte of its frame, and what memory it takes, also while
 * runs change. Prints figures, asserts nothing about time.
 *
 *     bench_open BOXTOP DIRECTORY [RUNS]
 *
 * Runs of 30 parameters and 30 metrics are written below DIRECTORY and indexed once; then the
 * program is started over and over on the warm index. Beside the time on the clock stands that of
 * the processor, which a loaded machine leaves as it is: of the start that of the two threads which
 * the first frame waits for, of a key that of all threads.
 * Knows: pseudo terminals, what the screen shows. Must not know: how it is made.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FACTS = 30, POINTS = 10, RUNS = 10000, STARTS = 7, ROWS = 40, COLS = 140 };
enum { MOST_BYTES = 1 << 22, QUIET_MS = 150, DEADLINE_MS = 60000 };

struct bench {
    const char *program;
    char root[4096], index[4200], home[4200];
    long runs;
};

/* A running program and all that it wrote. */
struct screen {
    int fd;
    pid_t pid;
    double started_ms, last_ms; /* when the last byte came */
    double spent_ms;            /* by its processor when the table was there */
    char *bytes;
    size_t length, answered;
};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

/* What the threads of a process have spent so far. */
struct spent {
    double main_ms, most_ms, all_ms; /* most: by another than the main one */
};

static struct spent spent_by(pid_t pid)
{
    struct spent spent = {0};
    char path[64], task[400];
    snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
    DIR *tasks = opendir(path);
    for (struct dirent *entry; tasks && (entry = readdir(tasks));) {
        double ns = 0;
        snprintf(task, sizeof task, "%s/%s/schedstat", path, entry->d_name);
        FILE *in = entry->d_name[0] == '.' ? NULL : fopen(task, "r");
        if (in && fscanf(in, "%lf", &ns) != 1)
            ns = 0;
        if (in)
            fclose(in);
        bool main = strtol(entry->d_name, NULL, 10) == (long)pid;
        spent.main_ms += main ? ns * 1e-6 : 0;
        spent.most_ms = !main && ns * 1e-6 > spent.most_ms ? ns * 1e-6 : spent.most_ms;
        spent.all_ms += ns * 1e-6;
    }
    if (tasks)
        closedir(tasks);
    return spent;
}

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

static char **make_environment(const struct bench *bench)
{
    static char home[4300], cache[4300], data[4300], config[4300], state[4300];
    static char *environment[] = {
        home, cache, data, config, state, "TERM=xterm-256color", "LANG=C.UTF-8", NULL};
    snprintf(home, sizeof home, "HOME=%s", bench->home);
    snprintf(cache, sizeof cache, "XDG_CACHE_HOME=%s", bench->home);
    snprintf(data, sizeof data, "XDG_DATA_HOME=%s", bench->home);
    snprintf(config, sizeof config, "XDG_CONFIG_HOME=%s", bench->home);
    snprintf(state, sizeof state, "XDG_STATE_HOME=%s", bench->home);
    return environment;
}

static void start(const struct bench *bench, struct screen *screen)
{
    struct winsize size = {.ws_row = ROWS, .ws_col = COLS};
    char *const words[] = {(char *)bench->program, "--index", (char *)bench->index,
        (char *)bench->root, NULL};
    char **environment = make_environment(bench);
    screen->length = screen->answered = 0;
    screen->started_ms = now_ms();
    screen->pid = forkpty(&screen->fd, NULL, NULL, &size);
    if (screen->pid == 0) {
        execve(bench->program, words, environment);
        _exit(127);
    }
    if (screen->pid < 0)
        fail("forkpty");
}

/* Reads all runs into the index, without a screen. */
static void index_once(const struct bench *bench)
{
    char *const words[] = {(char *)bench->program, "ls", "--index", (char *)bench->index,
        (char *)bench->root, NULL};
    char **environment = make_environment(bench);
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

static void type(struct screen *screen, const char *keys)
{
    if (write(screen->fd, keys, strlen(keys)) < 0)
        fail("write");
}

/* Answers as a plain terminal does the question that all terminals know. */
static void answer(struct screen *screen)
{
    const char *asked = memmem(screen->bytes + screen->answered,
        screen->length - screen->answered, "\033[c", 3);
    if (!asked)
        return;
    screen->answered = (size_t)(asked - screen->bytes) + 3;
    type(screen, "\033[?62;22c");
}

/* Reads for at most MS; false when nothing came. */
static bool take(struct screen *screen, int ms)
{
    struct pollfd wait = {.fd = screen->fd, .events = POLLIN};
    if (poll(&wait, 1, ms) <= 0)
        return false;
    if (screen->length > MOST_BYTES / 2)
        screen->length = screen->answered = 0;
    ssize_t got = read(screen->fd, screen->bytes + screen->length, MOST_BYTES - screen->length);
    if (got <= 0)
        return false;
    screen->length += (size_t)got;
    screen->last_ms = now_ms();
    answer(screen);
    return true;
}

/* Until TEXT was written; returns when that was. */
static double wait_for(struct screen *screen, const char *text)
{
    size_t from = 0;
    double deadline_ms = now_ms() + DEADLINE_MS;
    while (now_ms() < deadline_ms) {
        if (memmem(screen->bytes + from, screen->length - from, text, strlen(text)))
            return screen->last_ms;
        take(screen, 100);
    }
    fprintf(stderr, "bench_open: %s never came\n", text);
    exit(1);
}

/* The row at the bottom of the table. */
static double wait_for_table(struct screen *screen)
{
    char last[32];
    snprintf(last, sizeof last, "run%06d", ROWS - 5);
    double ms = wait_for(screen, last);
    const struct spent spent = spent_by(screen->pid);
    screen->spent_ms = spent.main_ms + spent.most_ms;
    return ms;
}

static void settle(struct screen *screen, int quiet_ms)
{
    while (take(screen, quiet_ms))
        continue;
}

static void quit(struct screen *screen, long *peak_kb)
{
    struct rusage usage;
    int status;
    type(screen, "Q");
    while (take(screen, 1000))
        continue;
    if (wait4(screen->pid, &status, 0, &usage) != screen->pid || status != 0)
        fprintf(stderr, "bench_open: the program ended with %d\n", status);
    if (usage.ru_maxrss > *peak_kb)
        *peak_kb = usage.ru_maxrss;
    close(screen->fd);
}

/* ---- figures ---- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(const char *what, double *ms, double *spent_ms, size_t count)
{
    qsort(ms, count, sizeof *ms, compare);
    qsort(spent_ms, count, sizeof *spent_ms, compare);
    printf("  %-40s min %6.1f ms, median %6.1f ms; processor %6.1f, %6.1f ms\n", what, ms[0],
        ms[count / 2], spent_ms[0], spent_ms[count / 2]);
    fflush(stdout);
}

static void bench_start(const struct bench *bench, struct screen *screen)
{
    double ms[STARTS], spent_ms[STARTS];
    long peak_kb = 0;
    for (int i = 0; i < STARTS; i++) {
        start(bench, screen);
        ms[i] = wait_for_table(screen) - screen->started_ms;
        spent_ms[i] = screen->spent_ms;
        settle(screen, 1500); /* until everything behind the first frame is through */
        quit(screen, &peak_kb);
    }
    print("start to first frame", ms, spent_ms, STARTS);
    printf("  peak memory with the screen open %.1f MB\n", (double)peak_kb / 1e3);
}

static void append(const struct bench *bench, long number, const char *text)
{
    char path[4400];
    snprintf(path, sizeof path, "%s/run%06ld/metrics.csv", bench->root, number);
    FILE *out = fopen(path, "a");
    if (!out || fputs(text, out) < 0 || fclose(out) != 0)
        fail(path);
}

/* While the files change. */
static void bench_changes(const struct bench *bench, struct screen *screen)
{
    enum { CHANGES = 5, CHANGE_MS = 3000 };
    long peak_kb = 0;
    start(bench, screen);
    wait_for_table(screen);
    settle(screen, 2000);
    double before_ms = spent_by(screen->pid).all_ms;
    for (int i = 0; i < CHANGES; i++) {
        append(bench, bench->runs / 2 + i, "10,1,0.5\n");
        for (double end_ms = now_ms() + CHANGE_MS; now_ms() < end_ms;)
            take(screen, 100);
    }
    double spent_ms = (spent_by(screen->pid).all_ms - before_ms) / CHANGES;
    quit(screen, &peak_kb);
    printf("  peak memory while a run grows %.1f MB; processor %.1f ms each time\n",
        (double)peak_kb / 1e3, spent_ms);
    peak_kb = 0;
    start(bench, screen);
    wait_for_table(screen);
    settle(screen, 2000);
    char path[4400];
    snprintf(path, sizeof path, "%s/run%06ld", bench->root, bench->runs);
    make_directory(path);
    append(bench, bench->runs, "step,new/metric\n1,2\n");
    for (double end_ms = now_ms() + CHANGE_MS; now_ms() < end_ms;)
        take(screen, 100);
    quit(screen, &peak_kb);
    printf("  peak memory while a run with a new metric comes %.1f MB\n", (double)peak_kb / 1e3);
}

/* KEYS one after the other, again and again: from each to the last byte of its frame. */
static void bench_keys(struct screen *screen, const char *what, const char *keys)
{
    double ms[64], spent_ms[64];
    size_t count = 0;
    for (int round = 0; round < 3; round++)
        for (const char *key = keys; *key && count < sizeof ms / sizeof *ms; key++) {
            char one[2] = {*key, '\0'};
            double spent_before_ms = spent_by(screen->pid).all_ms, began_ms = now_ms();
            type(screen, one);
            screen->last_ms = began_ms;
            settle(screen, QUIET_MS);
            if (screen->last_ms <= began_ms)
                continue;
            spent_ms[count] = spent_by(screen->pid).all_ms - spent_before_ms;
            ms[count++] = screen->last_ms - began_ms;
        }
    if (count)
        print(what, ms, spent_ms, count);
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

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: bench_open BOXTOP DIRECTORY [RUNS]\n");
        return 2;
    }
    struct bench bench = {.program = argv[1], .runs = argc > 3 ? atol(argv[3]) : RUNS};
    struct screen screen = {.bytes = malloc(MOST_BYTES)};
    long peak_kb = 0;
    snprintf(bench.root, sizeof bench.root, "%s/bench-open-%ld", argv[2], (long)getpid());
    snprintf(bench.index, sizeof bench.index, "%s.home/index.db", bench.root);
    snprintf(bench.home, sizeof bench.home, "%s.home", bench.root);
    make_directory(bench.root);
    make_directory(bench.home);
    for (long i = 0; i < bench.runs; i++)
        make_run(&bench, i);
    printf("%ld runs of %d parameters and %d metrics, %dx%d\n", bench.runs, FACTS, FACTS, COLS, ROWS);
    if (!screen.bytes)
        fail("malloc");
    index_once(&bench);
    bench_start(&bench, &screen);
    bench_changes(&bench, &screen);
    start(&bench, &screen);
    wait_for_table(&screen);
    settle(&screen, 2000);
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        type(&screen, KEYS[i].before);
        settle(&screen, 1000);
        bench_keys(&screen, KEYS[i].what, KEYS[i].keys);
        type(&screen, KEYS[i].behind);
        settle(&screen, 1000);
    }
    quit(&screen, &peak_kb);
    free(screen.bytes);
    return 0;
}
