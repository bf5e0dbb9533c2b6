/*
 * A helper program run aside, its output kept: with a time limit, and out of the command's way.
 * Knows: processes. Must not know: which program, or what it says.
 *
 * The child has no terminal to read, says nothing to ours, is in a process group of its own (Ctrl-C
 * is not for it) and has the signals as a program starts with. At the limit the whole group is
 * killed. Safe on any thread; blocks for LIMIT_MS at most.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

enum child_end {
    CHILD_DONE,   /* by itself; see `code` */
    CHILD_FULL,   /* its output reached the maximum of OUT, which holds the beginning; killed */
    CHILD_LATE,   /* the time limit; OUT holds what came until then; killed */
    CHILD_ABSENT, /* there is no such program, or it cannot be started */
};

struct child_result {
    enum child_end end;
    int code; /* CHILD_DONE: the exit code, or 128 + signal */
};

/* WORDS[0] is a path, or looked up in PATH. ENVIRONMENT NULL: ours. */
struct child_result child_run(
    char *const *words, char *const *environment, int64_t limit_ms, struct buf *out);
