/*
 * The Python environment that a command will run in, found without running anything.
 * Knows: PATH, shebangs, virtual and conda environments, pyenv's shims, uv and other runners,
 * where site-packages lie. Must not know: what is installed there.
 */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum { PYTHON_ENV_MOST_SITES = 32 };

struct python_env_from {
    char *const *words;       /* the command, NULL-terminated, not empty */
    const char *directory;    /* that it runs in; "." for ours */
    char *const *environment; /* "NAME=value", NULL-terminated */
};

struct python_env {
    const char *interpreter; /* its path, as it is found */
    const char *version;     /* "3.11"; "" when the files do not say */
    const char *prefix;      /* of the environment: "/data/venv" */
    bool guessed; /* a shell script, which will take the python of PATH if it takes one */
    const char *sites[PYTHON_ENV_MOST_SITES]; /* directories with packages, the first wins */
    size_t site_count;
};

/* False when the command is none of Python's, its interpreter is not found, or memory is out.
 * Memory from ARENA. */
bool python_env_find(
    const struct python_env_from *from, struct arena *arena, struct python_env *env);
