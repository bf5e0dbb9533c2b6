/*
 * Explaining a scan: what became of every file below a path.
 * Knows: readers and what they said of each file, without reading it. Must not know: the index,
 * how it is printed.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum explain_verdict {
    EXPLAIN_TAKEN,    /* a reader reads it */
    EXPLAIN_REFUSED,  /* a reader looked at it and does not */
    EXPLAIN_UNWANTED, /* files that no reader asked about, counted by directory */
    EXPLAIN_CLOSED,   /* a directory that cannot be listed */
};

struct explain_row {
    enum explain_verdict verdict;
    const char *directory; /* below the root */
    const char *file;      /* NULL for a row about a directory */
    const char *part;      /* which run of the file; NULL: the file is one's */
    const char *reader;    /* its name, or NULL */
    const char *reason;
    size_t count; /* of files */
};

struct explain {
    struct arena arena;       /* holds everything below */
    struct explain_row *rows; /* by directory in natural order; taken, refused, unwanted */
    size_t count, capacity;
};

const char *explain_verdict_name(enum explain_verdict verdict);
/* Looks below ROOT as a refresh does. False when it cannot be opened or memory is out; to be
 * finished with explain_done() in any case. */
bool explain_root(const char *root, struct explain *explain, struct err *err);
void explain_done(struct explain *explain);
