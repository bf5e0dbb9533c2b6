/*
 * The processes of a command: which they are, and what they use together.
 * Knows: /proc/PID/{stat,io,smaps_rollup,environ}. Must not know: the machine, files that are written.
 *
 * A process belongs to the command when it is the command, when its parent belongs or belonged, when
 * the leader of its process group or session does or did, or when its environment has the mark that
 * the command was started with: a data loader that forks twice and leaves its session is still found.
 * Once found, it stays until it ends.
 *
 * Those that do not belong are looked at again only every TREE_READINGS_TRUSTED readings, or when
 * their number is given anew: a machine with many processes costs one listing of /proc. What those
 * that belong have read and written is looked at when they have had the processor since, else as
 * rarely. One thread at a time.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { TREE_READINGS_TRUSTED = 16 };

/* NaN: not known. */
struct tree_load {
    double cpu_s;                     /* CPU time, */
    double read_bytes, written_bytes; /* storage that was really read and written since the reading
                                         before, by those that let it be known */
    double rss_bytes;                 /* pages that are shared count once a process */
    double processes, threads;        /* without those that have ended and are not yet waited for */
};

struct tree;

/* PROC: the root of procfs, "/proc". MARK: a variable of the command's environment that no other
 * command has, "NAME=value"; NULL: none. Both are copied. NULL with ERR when memory is out. */
struct tree *tree_new(const char *proc, int64_t command, const char *mark, struct err *err);
void tree_free(struct tree *tree); /* accepts NULL */

/*
 * Looks at all processes. The first reading has no amounts "since the reading before". What a
 * process used that began and ended between two readings counts when its parent waited for it.
 * False when no process of the command is left, or /proc cannot be listed: LOAD is then all NaN.
 */
bool tree_read(struct tree *tree, struct tree_load *load);

/* Of the last reading. */
bool tree_has(const struct tree *tree, int64_t pid);

/* The sum of the processes' proportional set sizes: shared pages in shares. The kernel walks all
 * their page tables for it: dear. NaN when it cannot be known of one of them. */
double tree_pss_bytes(const struct tree *tree);
