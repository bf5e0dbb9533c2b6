/*
 * The real program in a pseudo terminal, with a stopwatch: when its last byte came, how many there
 * were, what they cost it.
 * Knows: pseudo terminals, wire.h for the terminal's answers. Must not know: what the screen shows.
 *
 * One program at a time for each struct; what cannot be ends the benchmark with a sentence.
 */
#pragma once

#include "../support/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct timed_start {
    const char *const *words; /* NULL-terminated; words[0] is the program's path */
    const char *home;         /* where it keeps everything of its own */
    const char *term;         /* TERM */
    enum wire_terminal terminal;
    int cols, rows, cell_width_px, cell_height_px;
};

/* A running program and what it wrote lately. */
struct timed {
    int fd;
    pid_t pid;
    double started_ms, last_ms; /* when it was started, and when the last byte came */
    char *bytes;
    size_t length, total; /* of `bytes`, which forgets what is old; of all since the start */
    size_t fed;           /* of `bytes`: what the terminal has looked at */
    struct wire *wire;
};

double timed_now_ms(void);
/* All that a program is to know, everything of its own below HOME; valid until the next call. */
char **timed_environment(const char *home, const char *term);
void timed_open(struct timed *timed, const struct timed_start *start);
/* Types Q and waits for the end, which must be a good one. Returns the most memory it had, in kB. */
long timed_quit(struct timed *timed);
void timed_type(struct timed *timed, const char *keys);
/* Reads for at most MS; false when nothing came. */
bool timed_take(struct timed *timed, int ms);
/* Until nothing has come for QUIET_MS. */
void timed_settle(struct timed *timed, int quiet_ms);
/* Until TEXT was written; returns when that was. */
double timed_wait_for(struct timed *timed, const char *text);
/* What all threads of the program have computed so far. */
double timed_cpu_ms(const struct timed *timed);
/* What its main thread has and that of the others which has most: what something took that one of them
 * makes and the main one shows, had each a core of its own and neither waited for a disk. */
double timed_path_ms(const struct timed *timed);

/* Sorts MS. Returns the value below which that SHARE of them lies. */
double timed_share(double *ms, size_t count, double share);
