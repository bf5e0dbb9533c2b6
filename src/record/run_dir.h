/*
 * The directory of a recorded run: made once, never over another, written by several hands.
 * Knows: names, files, what a full disk is. Must not know: what the files say, the command.
 *
 * Files are the only door between the recorder and the rest of boxtop. A recorded run holds:
 *
 *     status.json       {"status": "running|finished|failed", "started": ..., "ended": ..., "host": ...,
 *                       "recorder_pid": ..., "pid": ..., "pid_start": (field 22 of /proc/PID/stat),
 *                       "command": [...], "directory": ..., "exit_code": or "signal": "SIGTERM"}
 *     config.json       the parameters
 *     console.log       a line of output a line: "2024-05-01T10:00:00.000Z | text"; "!" for "|" is
 *                       standard error, "-" a remark of the recorder's; the last line, without its
 *                       end, is one that is still being written over (a progress bar)
 *     system.csv        the machine, a row every few seconds
 *     metrics.jsonl     what `boxtop log` appends
 *     environment.json  packages.txt  code/  tables/  images/
 *
 * The first write that the system refuses ends the recording: `stopped` is set, the reason is told
 * once to whoever asked to be told, and every later write but run_dir_write_last() returns false at
 * once. All functions may be called by several threads.
 */
#pragma once

#include "base/err.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run_dir {
    char *path; /* of the directory, as it was made: relative when the parent was given so */
    int fd;     /* of the directory */
    pthread_mutex_t lock;
    bool stopped; /* read it with run_dir_stopped() */
    /* Told the reason when recording stops, once, on the thread whose write failed. May be NULL. */
    void (*say)(void *self, const struct err *err);
    void *self;
};

/*
 * Makes the directory NAME below PARENT (made too when it is not there); where NAME is taken,
 * NAME-2, NAME-3 and so on. The modes are the person's umask's. NAME is one component: slashes and
 * control characters in it become "_". SAY and SELF as above. False with ERR: nothing was made.
 */
bool run_dir_make(struct run_dir *dir, const char *parent, const char *name,
    void (*say)(void *self, const struct err *err), void *self, struct err *err);
/* Frees; the files stay. Accepts a zeroed one. */
void run_dir_done(struct run_dir *dir);
bool run_dir_stopped(struct run_dir *dir);

/* NAME is relative to the run ("code/diff.patch"): its directory is made when it is not there. */

/* The whole file, by a temporary name and rename(): a reader sees the old one or the new one. */
bool run_dir_write(
    struct run_dir *dir, const char *name, const void *data, size_t length, struct err *err);
/* At the end of the file, by one write() in O_APPEND: whole lines stay whole. */
bool run_dir_append(
    struct run_dir *dir, const char *name, const void *data, size_t length, struct err *err);
/* DATA over the bytes from OFFSET on; the file grows by it and never shrinks. */
bool run_dir_write_at(struct run_dir *dir, const char *name, int64_t offset, const void *data,
    size_t length, struct err *err);
/* As run_dir_write(), tried also when recording has stopped; without room for a second file the old
 * one is written over in place, blanks behind the new text where the old one was longer. For JSON. */
bool run_dir_write_last(
    struct run_dir *dir, const char *name, const void *data, size_t length, struct err *err);
