/*
 * The data screen: its state, shared by what draws it (data_draw.c) and what acts (data.c).
 * Knows: one page of one table of one run, which of its columns are shown. Must not know: files, how
 * rows are sorted or filtered.
 */
#pragma once

#include "screen/prompt.h"
#include "screen/table.h"
#include "view/view.h"

enum data_asking { DATA_ASKING_NOTHING, DATA_ASKING_FILTER, DATA_ASKING_SEARCH };

struct data_state {
    struct data_want want;  /* what is asked; the answer may lag behind */
    struct data_page *page; /* a reference; the newest that came of this table, NULL while none */
    struct data_summary summary;
    int summary_column; /* which of the table's it is of, -1 none */
    bool waits;         /* the answer to `want` has not come */
    char trouble[512];  /* why it cannot; "" for nothing */
    struct runs *runs;  /* a reference: others have come when the world's are not these */

    int columns[DATA_MOST_COLUMNS]; /* of the table, as they stand; the hidden ones behind */
    int column_count, shown;
    struct table table;
    size_t list_cursor; /* where the list of tables was left */

    enum data_asking asking;
    struct prompt prompt;
    char search[PROMPT_BYTES];
};

/* The run whose tables they are, NULL when it is gone. */
const struct run_row *data_run(const struct data_state *state, const struct world *world);
bool data_is_list(const struct data_state *state);
/* The sort of a column of the table: 1 ascending, -1 descending, 0 none. */
int data_sort_of(const struct data_state *state, int column);
/* The column of the table under the cursor, -1 when there is none. */
int data_column(const struct data_state *state);

void data_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place);
