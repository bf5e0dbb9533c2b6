/*
 * status.json of a recorded run: whether the command runs, and how it ended.
 * Knows: the keys of the file (record/run_dir.h). Must not know: when it is written.
 */
#pragma once

#include "base/buf.h"
#include "record/keeper.h"

#include <stdbool.h>
#include <sys/types.h>

struct status_facts {
    char *const *words;        /* of the command, NULL-terminated */
    double started_s, ended_s; /* seconds since 1970, UTC; ended_s with an end only */
    char *const *watched;      /* directories that it writes to too, NULL-terminated; NULL: none */
    pid_t pid;                 /* of the command; 0: not known */
    const struct keeper_end *end; /* NULL: it runs */
    bool is_orphan; /* boxtop was killed before the end: the output behind that is missing */
};

/* Onto OUT, padded with blanks so that a later one fits over it where no new file can be made.
 * False when OUT is out of room. */
bool status_write(const struct status_facts *facts, struct buf *out);
/* "exit code 3", "SIGTERM" for a line of text; OUT at least 32 bytes. */
void status_print_end(const struct keeper_end *end, char *out, size_t out_bytes);
