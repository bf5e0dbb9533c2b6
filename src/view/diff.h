/*
 * The diff's state, shared by what draws it (diff_draw.c) and what acts (diff.c).
 * Knows: the comparison of work/compare.h as lines that fold. Must not know: how it is computed.
 */
#pragma once

#include "screen/table.h"
#include "view/view.h"
#include "work/compare.h"

enum { DIFF_MOST_TOGGLED = 128 };

struct diff_state {
    int64_t run; /* the one it was opened on, when none is selected */
    bool all;
    struct table table;
    size_t rows;                         /* of the last drawing */
    uint64_t toggled[DIFF_MOST_TOGGLED]; /* keys of lines that a person folded or opened */
    size_t toggled_count;
    bool asks; /* for intervals: as a page of its own, not as a panel */
};

/* What is compared, and the lines that stand open. */
struct diff_page {
    const struct run_row *runs[COMPARE_MOST_RUNS];
    struct compare compare;
    const struct diff_line **lines;
    size_t line_count;
    const struct deltas *deltas;
    struct arena *arena;
};

bool diff_is_folded(const struct diff_state *state, const struct diff_line *line);
/* False when there are less than two runs, or memory is out: then run_count tells. */
bool diff_arrange(const struct diff_state *state, const struct session *session,
    const struct world *world, struct arena *arena, struct diff_page *page);
/* Rows: the lines, the head of the metrics, the metrics. */
size_t diff_rows(const struct diff_page *page);

void diff_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place);
