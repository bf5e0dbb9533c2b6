/*
 * All that there is to look up about a command, on a thread of its own while the command runs.
 * Knows: the lookers, the names of their files. Must not know: how the command runs.
 *
 * Writes config.json, environment.json, packages.txt and code/ into the run's directory, in this
 * order, each as soon as it is known. What cannot be written has been told by the directory itself.
 */
#pragma once

#include "record/run_dir.h"

struct lookup;

struct lookup_from {
    char *const
        *words; /* the command, NULL-terminated, not empty; they stay until the process ends */
    char *const *given; /* "name=value" of --param, NULL-terminated, or NULL; stay likewise */
    struct run_dir *dir;
};

/* Begins; the command runs in our working directory and environment. NULL with ERR when no thread
 * can be made. */
struct lookup *lookup_start(const struct lookup_from *from, struct err *err);
/* Waits for the end, for WAIT_MS at most, and frees. False when it is not at its end (a file system
 * that hangs): the directory must then stay open until the process ends. Accepts NULL. */
bool lookup_finish(struct lookup *lookup, int64_t wait_ms);
