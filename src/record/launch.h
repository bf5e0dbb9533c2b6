/*
 * What a command's words are: launchers in front ("nohup", "torchrun --nproc_per_node 8"), what
 * runs the script, the script or module, and the script's own words. Knows: how python, shells and
 * the launchers of launchers.def take their options. Must not know: what the script's own words
 * mean, files.
 */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum { LAUNCH_MOST_STEPS = 8 };

/* One launcher: its own words are [first, end). */
struct launch_step {
    const char *name; /* the word that names it, as typed */
    const char
        *told; /* what its options are remembered as ("torchrun"); NULL: they do not matter */
    size_t first, end;
};

struct launch {
    struct launch_step steps[LAUNCH_MOST_STEPS];
    size_t step_count;
    const char *interpreter; /* "python3", "bash", as typed; NULL: the script runs by itself */
    const char *script; /* the file or program, as typed; NULL when there is a module or text */
    const char *module; /* of "-m" */
    const char *text;   /* of "-c" */
    size_t own;         /* the script's own words begin here */
    size_t count;       /* words in all */
};

/* WORDS is NULL-terminated and not empty; the pointers of the result are into it. Words that no
 * rule knows make the first one the script. */
struct launch launch_read(char *const *words);
/*
 * WORDS, but with the words of the text in place of `sh -c TEXT` where the text is one simple
 * command ("srun bash -c 'python t.py --lr 1'" is "srun python t.py --lr 1"); as often as that
 * comes again. New words in ARENA; WORDS itself where there is nothing to do.
 */
char *const *launch_unwrap(char *const *words, struct arena *arena);
/* NAME ("/usr/bin/python3.11") is that of a Python interpreter. */
bool launch_is_python(const char *name);
