/*
 * Differences as a tree: levels of dotted names that fold, what only some runs have and what differs
 * as names and paths do in groups of their own behind the rest.
 * Knows: rows of diff.h. Must not know: runs, screens.
 */
#pragma once

#include "eval/diff.h"

#include <stdint.h>

enum diff_line_kind {
    DIFF_LINE_PARAM,
    DIFF_LINE_ELEMENT, /* an item of the list above */
    DIFF_LINE_LEVEL,   /* "optimizer", above "lr" and "momentum" */
    DIFF_LINE_ONLY,    /* above what only one of the runs has */
    DIFF_LINE_SOME,    /* above what several but not all have, and all of these the same */
    DIFF_LINE_NOISE,   /* above what differs as names and paths do */
};

enum { DIFF_MOST_LEVELS = 16, DIFF_MANY_ONLY = 6 };

struct diff_line {
    enum diff_line_kind kind;
    const char *label;              /* what its level does not say; NULL for ONLY, SOME and NOISE */
    int depth;                      /* levels above it */
    const struct diff_param *param; /* PARAM and ELEMENT */
    size_t run;                     /* ONLY: which */
    size_t end;    /* the first line that is not below this one; what is below folds */
    size_t differ; /* parameters below that differ */
    bool folds;    /* to begin with: noise, and more than DIFF_MANY_ONLY that only some have */
    uint64_t key;  /* of a line with others below: the same in another comparison */
};

struct diff_tree {
    struct diff_line *lines; /* each before what is below it */
    size_t count;
    size_t only_count; /* below ONLY and SOME: differ but in that some do not have them */
};

/* Arranges PARAMS of RUN_COUNT runs. A level is made where two names share it; levels that have
 * nothing but another one are one: "model.head". Memory from ARENA; PARAMS must outlive the result.
 * At most DIFF_MOST_LEVELS levels, so that a name of a thousand dots stays cheap. */
bool diff_tree_make(const struct diff_params *params, size_t run_count, struct arena *arena,
    struct diff_tree *out, struct err *err);

/* A line that stands open in one way or the other: LINES[AT].end when folded, else the next. */
size_t diff_tree_next(const struct diff_tree *tree, size_t at, bool folded);
