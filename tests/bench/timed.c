#include "timed.h"

#include <dirent.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 22, DEADLINE_MS = 60000, PATH_BYTES = 4300 };

double timed_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* ---- the terminal ---- */

static void show(void *self, const char *bytes, size_t length)
{
    (void)self;
    (void)bytes;
    (void)length;
}

static void reply(void *self, const char *bytes, size_t length)
{
    struct timed *timed = self;
    if (write(timed->fd, bytes, length) < 0)
        fail("write");
}

static void cursor(void *self, int *row, int *col)
{
    (void)self;
    *row = *col = 0;
}

char **timed_environment(const char *home, const char *term)
{
    static const char *const HOMES[] = {
        "HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"};
    enum { COUNT = sizeof HOMES / sizeof *HOMES };
    static char homes[COUNT][PATH_BYTES], kind[64], language[] = "LANG=C.UTF-8";
    static char *env[COUNT + 3];
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(homes[i], PATH_BYTES, "%s=%s", HOMES[i], home);
        env[i] = homes[i];
    }
    snprintf(kind, sizeof kind, "TERM=%s", term);
    env[COUNT] = kind;
    env[COUNT + 1] = language;
    return env;
}

void timed_open(struct timed *timed, const struct timed_start *start)
{
    const struct wire_owner owner = {timed, show, reply, cursor};
    struct winsize size = {.ws_row = (unsigned short)start->rows,
        .ws_col = (unsigned short)start->cols,
        .ws_xpixel = (unsigned short)(start->cols * start->cell_width_px),
        .ws_ypixel = (unsigned short)(start->rows * start->cell_height_px)};
    char **env = timed_environment(start->home, start->term);
    *timed = (struct timed){.bytes = malloc(MOST_BYTES)};
    timed->wire =
        wire_new(start->terminal, start->cell_width_px, start->cell_height_px, &owner);
    wire_resize(timed->wire, start->cols, start->rows);
    timed->started_ms = timed_now_ms();
    timed->pid = forkpty(&timed->fd, NULL, NULL, &size);
    if (timed->pid == 0) {
        execve(start->words[0], (char *const *)start->words, env);
        _exit(127);
    }
    if (!timed->bytes || timed->pid < 0)
        fail("forkpty");
}

long timed_quit(struct timed *timed)
{
    struct rusage usage;
    int status;
    timed_type(timed, "Q");
    timed_settle(timed, 1000);
    if (wait4(timed->pid, &status, 0, &usage) != timed->pid || status != 0)
        fprintf(stderr, "the program ended with %d\n", status);
    close(timed->fd);
    wire_free(timed->wire);
    free(timed->bytes);
    return usage.ru_maxrss;
}

void timed_type(struct timed *timed, const char *keys)
{
    if (write(timed->fd, keys, strlen(keys)) < 0)
        fail("write");
}

/* Answers what was asked. */
static void feed(struct timed *timed)
{
    wire_feed(timed->wire, timed->bytes + timed->fed, timed->length - timed->fed);
    timed->fed = timed->length;
    if (timed->length > MOST_BYTES / 2)
        timed->length = timed->fed = 0;
}

/* A frame is read to its end before it is looked at: only the program's time is to be seen. */
bool timed_take(struct timed *timed, int ms)
{
    struct pollfd wait = {.fd = timed->fd, .events = POLLIN};
    if (poll(&wait, 1, 0) <= 0) {
        feed(timed);
        if (poll(&wait, 1, ms) <= 0)
            return false;
    }
    if (timed->length == MOST_BYTES)
        feed(timed);
    ssize_t got = read(timed->fd, timed->bytes + timed->length, MOST_BYTES - timed->length);
    if (got <= 0)
        return false;
    timed->last_ms = timed_now_ms();
    timed->length += (size_t)got;
    timed->total += (size_t)got;
    return true;
}

void timed_settle(struct timed *timed, int quiet_ms)
{
    while (timed_take(timed, quiet_ms))
        continue;
}

double timed_wait_for(struct timed *timed, const char *text)
{
    double deadline_ms = timed_now_ms() + DEADLINE_MS;
    while (timed_now_ms() < deadline_ms) {
        if (memmem(timed->bytes, timed->length, text, strlen(text)))
            return timed->last_ms;
        timed_take(timed, 100);
    }
    fprintf(stderr, "%s never came\n", text);
    exit(1);
}

struct spent {
    double main_ms, busiest_ms, all_ms; /* busiest: of the other threads */
};

static struct spent spent_by(const struct timed *timed)
{
    char path[64];
    struct spent spent = {0};
    snprintf(path, sizeof path, "/proc/%ld/task", (long)timed->pid);
    DIR *tasks = opendir(path);
    for (struct dirent *task; tasks && (task = readdir(tasks));) {
        char file[400];
        unsigned long long ns = 0;
        snprintf(file, sizeof file, "%s/%s/schedstat", path, task->d_name);
        FILE *in = *task->d_name == '.' ? NULL : fopen(file, "r");
        double ms = in && fscanf(in, "%llu", &ns) == 1 ? (double)ns * 1e-6 : 0;
        if (strtol(task->d_name, NULL, 10) == (long)timed->pid)
            spent.main_ms = ms;
        else if (ms > spent.busiest_ms)
            spent.busiest_ms = ms;
        spent.all_ms += ms;
        if (in)
            fclose(in);
    }
    if (tasks)
        closedir(tasks);
    return spent;
}

double timed_cpu_ms(const struct timed *timed)
{
    return spent_by(timed).all_ms;
}

double timed_path_ms(const struct timed *timed)
{
    const struct spent spent = spent_by(timed);
    return spent.main_ms + spent.busiest_ms;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double timed_share(double *ms, size_t count, double share)
{
    qsort(ms, count, sizeof *ms, compare);
    size_t at = (size_t)((double)count * share);
    return ms[at < count ? at : count - 1];
}
