/*
 * The runs table's state, shared by what draws it (runs_draw.c) and what acts (runs.c).
 * Knows: one arranged snapshot of the runs. Must not know: where runs come from.
 */
#pragma once

#include "screen/list.h"
#include "screen/prompt.h"
#include "screen/table.h"
#include "view/runs_layout.h"
#include "view/view.h"
#include "work/versions.h"

/* Columns of the table in front of the runs' own: the mark. */
enum { RUNS_MARK_COLUMNS = 1, RUNS_VIEW_COLUMNS = 160, RUNS_PANELS = 2 };

enum runs_asking {
    RUNS_ASKING_NOTHING,
    RUNS_ASKING_FILTER,
    RUNS_ASKING_SEARCH,
    RUNS_ASKING_TAGS,
    RUNS_ASKING_NOTE,
    RUNS_ASKING_COPY,    /* which form: one key answers */
    RUNS_ASKING_COLUMNS, /* the list of all, with a search */
};

/* The list of all columns: those of the layout in its order, then what else there is. */
struct runs_choice {
    struct list list;
    struct prompt search;
    struct run_column *items; /* that the search finds */
    size_t count, capacity;
    char label[CATALOGUE_NAME_BYTES]; /* of the item being drawn */
};

struct runs_state {
    struct table table;
    /* What is listed: made anew when the snapshot, the filter or the order changes. */
    struct runs *runs;  /* a reference */
    struct arena arena; /* the filter */
    struct layout layout;
    struct run_column columns[RUNS_VIEW_COLUMNS]; /* that are shown */
    uint16_t entries[RUNS_VIEW_COLUMNS];          /* of the layout: which they are */
    size_t column_count;
    double best_ap; /* of all, whether or not it is shown */
    double best[RUNS_VIEW_COLUMNS]; /* the best value of a column, of those that compare; NaN for
                                       none */
    uint32_t *order; /* of what matches the filter */
    size_t count;
    const struct filter *matching; /* in `arena`; NULL: all */
    double listed_s;               /* when `matching` was put to the runs: what "age" is since */
    struct versions versions; /* of what is listed and the baseline */
    int64_t baseline; /* that the order was made with */
    char wanted_sort[256]; /* of `sort NAME`, until the columns are known; "" for none */
    bool obeying;          /* the wanted column again turns the order round */
    char filter[PROMPT_BYTES], search[PROMPT_BYTES];
    enum runs_asking asking;
    struct prompt prompt;
    struct runs_choice choice;
    int dragged; /* the shown column whose border the mouse holds, -1 for none */
    char *kept;  /* the settings as written last, JSON */
    int64_t cursor_run;
    void *panels[RUNS_PANELS]; /* states of the views below the table */
};

/* The views below the table, whose states are `panels`. */
extern const struct view *const runs_panel_views[RUNS_PANELS];
/* Whether there is room and cause for them in PLACE. */
bool runs_has_below(const struct session *session, struct rect place);

/* ---- the list: runs_list.c ---- */

/* Takes a new snapshot or baseline in; cheap when there is none. */
void runs_follow(struct runs_state *state, struct session *session, const struct world *world);
/* After a change of the filter (or of all), of the layout's columns, of what it is sorted by. */
void runs_filter(struct runs_state *state, struct session *session);
void runs_relayout(struct runs_state *state, const struct session *session);
void runs_resort(struct runs_state *state, const struct session *session);
const struct run_row *runs_cursor(const struct runs_state *state); /* NULL: no row */
/* The column under the cursor among `columns`, SIZE_MAX for none. */
size_t runs_cursor_column(const struct runs_state *state);

/* What COLUMN is called where no other stands beside it: "AP@" for "@". */
void runs_label(const struct run_column *column, char *out, size_t out_bytes);

/* ---- acts on columns: runs_columns.c ---- */

enum runs_column_act {
    RUNS_MOVE_LEFT,
    RUNS_MOVE_RIGHT,
    RUNS_NARROWER,
    RUNS_WIDER,
    RUNS_FREE_WIDTH,
    RUNS_FREEZE,
    RUNS_HIDE,
};
/* On the column under the cursor. */
void runs_act_on_column(
    struct runs_state *state, struct session *session, enum runs_column_act act);
/* Gives column AT a width of COLS. */
void runs_set_width(struct runs_state *state, const struct session *session, size_t at, int cols);

/* ---- the list of all columns: runs_choose.c ---- */

void runs_choose_begin(struct runs_state *state);
/* The columns are found anew when the runs that they belong to have gone. */
void runs_choose_follow(struct runs_state *state);
void runs_choose_event(
    struct runs_state *state, struct session *session, const struct event *event);
void runs_choose_draw(struct runs_state *state, struct grid *grid, struct rect place);

/* ---- copying: runs_copy.c ---- */

/* Orders the cell under the cursor to be copied. */
void runs_copy_cell(struct runs_state *state, struct session *session);
/* Orders the table, or the row under the cursor, in the form that KEY says (t T c C m M l L). False
 * for any other key. */
bool runs_copy_form(struct runs_state *state, struct session *session, int32_t key);
/* Which keys those are, for the line above the table. */
extern const char RUNS_COPY_KEYS[];

/* ---- what is kept: runs_keep.c ---- */

/* Takes the arrangement from SETTINGS (a whole settings file, may be NULL). */
void runs_read_settings(struct runs_state *state, const char *settings);
/* Orders it to be kept when it is not as it was. */
void runs_keep_settings(struct runs_state *state, struct session *session);

void runs_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place);
