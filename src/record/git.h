/*
 * git asked, within a time limit and without side effects.
 * Knows: how git is run so that it changes nothing, runs nothing and asks nobody. Must not know:
 * what is asked for.
 */
#pragma once

#include "base/arena.h"
#include "record/child.h"

enum { GIT_MOST_WORDS = 24 };

struct git {
    const char *place; /* the directory that it is asked about */
    int64_t end_ms;    /* of clock_ms(): when its time is over */
    char **environment;
};

/* A git asked about PLACE until LIMIT_MS from now; memory from ARENA. False when that is out. */
bool git_init(struct git *git, const char *place, int64_t limit_ms, struct arena *arena);
/* Runs git with WORDS (NULL-terminated, at most GIT_MOST_WORDS), its output onto OUT. */
struct child_result git_run(const struct git *git, const char *const *words, struct buf *out);
/* The same, true only when git ended well. */
bool git_says(const struct git *git, const char *const *words, struct buf *out);
