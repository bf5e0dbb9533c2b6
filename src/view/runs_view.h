/*
 * The runs table's state, shared by what draws it (runs_draw.c) and what acts (runs.c).
 * Knows: one arranged snapshot of the runs. Must not know: where runs come from.
 */
#pragma once

#include "screen/prompt.h"
#include "screen/table.h"
#include "view/view.h"
#include "work/versions.h"

/* Columns of the table in front of the runs' own: the mark. */
enum { RUNS_MARK_COLUMNS = 1, RUNS_VIEW_COLUMNS = RUNS_MOST_COLUMNS + 2, RUNS_PANELS = 2 };

enum runs_asking { RUNS_ASKING_NOTHING, RUNS_ASKING_FILTER, RUNS_ASKING_SEARCH };

struct runs_state {
    struct table table;
    /* What is listed: made anew when the snapshot, the filter or the order changes. */
    struct runs *runs;  /* a reference */
    struct arena arena; /* the filter */
    struct run_column columns[RUNS_VIEW_COLUMNS];
    size_t column_count;
    double best[RUNS_VIEW_COLUMNS]; /* the best value of a column, of those that compare; NaN for
                                       none */
    uint32_t *order;
    size_t count;
    struct versions versions; /* of what is listed and the baseline */
    int64_t baseline; /* that the order was made with */
    char sort_name[256];
    char wanted_sort[256]; /* of `sort NAME`, until the columns are known; "" for none */
    bool obeying;          /* the wanted column again turns the order round */
    enum run_column_kind sort_kind;
    bool descending, sorted;
    char filter[PROMPT_BYTES], search[PROMPT_BYTES];
    enum runs_asking asking;
    struct prompt prompt;
    int64_t cursor_run;
    void *panels[RUNS_PANELS]; /* states of the views below the table */
};

/* The views below the table, whose states are `panels`. */
extern const struct view *const runs_panel_views[RUNS_PANELS];
/* Whether there is room and cause for them in PLACE. */
bool runs_has_below(const struct session *session, struct rect place);
/* The column that the table is sorted by, NULL for none. */
const struct run_column *runs_sort_column(const struct runs_state *state);

void runs_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place);
