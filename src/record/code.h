/*
 * The state of the code that a command runs: git's word on it, and copies of what git does not
 * keep. Knows: git's commands and their plain output, the files that a command names. Must not
 * know: the other files of a run, the terminal.
 *
 *     code/commit.json     top, commit, branch (or detached), upstream, ahead, behind, date,
 * subject, remote (passwords masked), superproject, changed, untracked, copied; "late" names what
 * the time limit cut, "cut" what a size limit did code/diff.patch      what differs from the
 * commit, submodules included, for `git apply`; raw bytes of the files, so not to be sent to a
 * terminal unfiltered code/untracked.txt   a path a line, harmless; whole directories as one
 *     code/copies/         named files that git does not keep: all of them when there is no git
 *
 * Nothing of the repository is written or locked, no hook, pager, or outside diff is run, and no
 * network asked. A repository of another user counts: its code is what the command runs.
 */
#pragma once

#include "record/run_dir.h"

struct code_from {
    char *const *words;    /* the command, NULL-terminated, not empty */
    const char *directory; /* that it runs in; "." for ours */
    int64_t limit_ms;      /* for all of git together */
};

/* Blocks while git runs: off the main thread, with the command already running. False with ERR when
 * a file cannot be written; a missing or failing git is no error. */
bool code_record(const struct code_from *from, struct run_dir *dir, struct err *err);
