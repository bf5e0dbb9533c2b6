/*
 * The files that a command names: its script or module, configurations, further scripts.
 * Knows: the command's words, which files are there. Must not know: git, what becomes of the files.
 */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum { NAMED_FILES_MOST = 64, NAMED_FILES_MOST_BYTES = 1 << 20 /* of one file */ };

struct named_files {
    const char *script; /* as a path, when it is a file in or below some directory that is named */
    const char *paths[NAMED_FILES_MOST]; /* the script's first; regular files of code or settings */
    size_t count;
};

/* Of the command WORDS (NULL-terminated, not empty) that runs in DIRECTORY; memory from ARENA. */
struct named_files named_files_of(char *const *words, const char *directory, struct arena *arena);
