/*
 * Two texts line by line: what was taken away, what was added, what stayed.
 * Knows: lines of bytes. Must not know: files, screens.
 *
 * E. W. Myers, An O(ND) Difference Algorithm and Its Variations (Algorithmica 1, 1986), the greedy
 * one, between the common beginning and the common end.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

struct lines {
    const char *text;
    const uint32_t *starts; /* where each line begins, and behind the last where the text ends */
    size_t count;
};

/* Bytes of line I without its end. */
const char *lines_at(const struct lines *lines, size_t i, size_t *length);
/* Cuts TEXT (less than 4 GiB) at its newlines; a last line without one counts. 4 bytes a line from
 * ARENA; false when memory is out. */
bool lines_cut(const char *text, size_t length, struct arena *arena, struct lines *out);

enum { LINES_NONE = -1 };

/* Side by side: a line of each, or LINES_NONE on the side that has none. */
struct lines_row {
    int32_t a, b;
    bool same;
};

struct lines_diff {
    struct lines_row *rows;
    size_t count;
    size_t changes; /* runs of rows that are not the same */
    bool coarse;    /* too different for the bounds: all between beginning and end counts as changed */
};

/* More differences than these, or steps, and the middle is given up as changed: at most 4 x
 * LINES_MOST_EDITS^2 bytes and some 0.1 s. */
enum { LINES_MOST_EDITS = 2000, LINES_MOST_STEPS = 20000000 };

/* Lines that changed stand beside one another as far as they go. Memory from ARENA, 12 bytes a line
 * and what is said above. False only when memory is out. */
bool lines_compare(const struct lines *a, const struct lines *b, struct arena *arena,
    struct lines_diff *out, struct err *err);
