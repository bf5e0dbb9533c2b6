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
#include "work/run_groups.h"
#include "work/versions.h"

/* Columns of the table in front of the runs' own: the mark. */
enum { RUNS_MARK_COLUMNS = 1, RUNS_VIEW_COLUMNS = 160, RUNS_PANELS = 2 };

enum runs_asking {
    RUNS_ASKING_NOTHING,
    RUNS_ASKING_FILTER,
    RUNS_ASKING_COMPUTE,
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

/* What is listed line by line: runs, or groups of which some show their members. */
struct runs_lines {
    char by[128];          /* as typed: "seed", "lr", "!lr,!wd"; "" for runs */
    struct arena numbered; /* what BY makes of the snapshot, until that or BY changes: */
    bool is_numbered;
    struct runs_grouping how;
    struct run_numbers numbers;
    bool grouped; /* and what is listed is so: */
    struct arena arena;
    struct run_groups groups;
    bool *open; /* of each group */
    struct run_line *lines;
    size_t count;
    int64_t *opened; /* runs whose groups are open, ascending */
    size_t opened_count, opened_capacity;
};

/* What may stand where an expression is being typed. */
enum { RUNS_CANDIDATES = 12 };
struct runs_completion {
    struct arena arena;
    struct expr_candidate items[RUNS_CANDIDATES];
    size_t count, chosen; /* chosen: SIZE_MAX until Tab has put one in */
    struct expr_typed typed;
    char base[PROMPT_BYTES]; /* as it was typed */
};

/* The best value of a column, NaN for none; looked for when it is asked for first, for most columns
 * are beyond the edge of the screen. */
struct runs_best {
    bool known;
    bool asked, asked_before; /* since it was forgotten; and before that */
    double value;
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
    struct runs_best best_ap;                 /* of all, whether or not it is shown */
    struct runs_best best[RUNS_VIEW_COLUMNS]; /* of a column, of those runs that compare */
    uint32_t *order;                /* of what matches the filter */
    size_t count;
    struct runs_lines lines;
    const struct filter *matching; /* in `arena`; NULL: all */
    double listed_s;               /* when `matching` was put to the runs: what "age" is since */
    struct versions versions;      /* of what is listed and the baseline */
    int64_t baseline;              /* that the order was made with */
    char wanted_sort[256];         /* of `sort NAME`, until the columns are known; "" for none */
    bool obeying;                  /* the wanted column again turns the order round */
    char filter[PROMPT_BYTES], search[PROMPT_BYTES];
    char good[PROMPT_BYTES];          /* the last filter that meant something: what is listed */
    char filter_before[PROMPT_BYTES]; /* as it was when its prompt was opened */
    char remark_before[PROMPT_BYTES]; /* what all that are remarked on had in common */
    enum runs_asking asking;
    struct prompt prompt;
    struct runs_completion completion;
    struct runs_choice choice;
    int dragged; /* the shown column whose border the mouse holds, -1 for none */
    char *kept;  /* the settings as written last, JSON */
    int64_t cursor_run;
    bool cursor_on_head;       /* of the group of that run */
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
/* What is best is looked for again. */
void runs_forget_bests(struct runs_state *state);
/* The best of the shown column AT, and of all APs. */
double runs_best(struct runs_state *state, const struct session *session, size_t at);
double runs_best_ap(struct runs_state *state, const struct session *session);
/* Puts the cursor back onto the run that it was on, where it is still listed. */
void runs_restore_cursor(struct runs_state *state);
/* The column under the cursor among `columns`, SIZE_MAX for none. */
size_t runs_cursor_column(const struct runs_state *state);

/* Sets the filter to TEXT. False, with what is wrong with it said, when it means nothing. */
bool runs_set_filter(struct runs_state *state, struct session *session, const char *text);

/* Has the column that TEXT means among the layout's, shown; *ENTRY is where. False with ERR. */
bool runs_compute(struct runs_state *state, const char *text, size_t *entry, struct err *err);

/* ---- ranking: runs_rank.c ---- */

/* "AP where ms_per_image<50": the best on top among the runs that this holds for. False, with what
 * is wrong said, when it means nothing. */
bool runs_rank(struct runs_state *state, struct session *session, const char *text);

/* ---- lines: runs_lines.c ---- */

/* Makes the lines of what is listed now. */
void runs_make_lines(struct runs_state *state, const struct session *session);
void runs_lines_done(struct runs_lines *lines);
/* The snapshot or the baseline is another. */
void runs_lines_forget(struct runs_lines *lines);
size_t runs_line_count(const struct runs_state *state);
/* The group whose head LINE is; NULL when it is a run. */
const struct run_group *runs_group_at(const struct runs_state *state, size_t line);
bool runs_is_open(const struct runs_state *state, size_t line);
bool runs_is_member(const struct runs_state *state, size_t line);
/* The run of LINE, of a head its first member; NULL: no such line. */
const struct run_row *runs_run_at(const struct runs_state *state, size_t line);
/* The same of the line under the cursor. */
const struct run_row *runs_cursor(const struct runs_state *state);
/* The run of LINE, or all of its group: rows of the snapshot, and how many in *COUNT. */
const uint32_t *runs_rows_at(const struct runs_state *state, size_t line, size_t *count);
/* The line of the run that the cursor was on, SIZE_MAX for none. */
size_t runs_find_line(const struct runs_state *state);
/* Opens or closes the group of the line under the cursor, or all groups. False: it has none. */
bool runs_toggle_group(struct runs_state *state);
void runs_toggle_all(struct runs_state *state);
/* Groups by BY ("": not at all); false, with what is wrong said, when it means nothing. */
bool runs_group_by(struct runs_state *state, struct session *session, const char *by);
/* What LINE shows in COLUMN. */
struct run_value runs_value_at(const struct runs_state *state, size_t line,
    const struct run_column *column, const struct run_row *baseline, double now_s,
    struct run_spread *spread);
/* The number that stands for LINE among others compares with them. */
bool runs_compares_at(const struct runs_state *state, size_t line, const struct run_column *column);

/* ---- what is asked in a line: runs_ask.c ---- */

void runs_ask(struct runs_state *state, struct session *session, enum runs_asking asking);
enum view_outcome runs_answer(
    struct runs_state *state, struct session *session, const struct event *event);
/* The line itself, over PLACE's first row, and what could stand in it below. */
void runs_ask_draw(const struct runs_state *state, const struct session *session, struct grid *grid,
    struct rect place);
/* The run under the cursor, all of its group, or all that are selected when it is one of these: up
 * to MOST of them into OUT. */
size_t runs_meant(const struct runs_state *state, const struct session *session,
    const struct run_row **out, size_t most);
void runs_search(struct runs_state *state, struct session *session, int direction);
void runs_remember_cursor(struct runs_state *state, struct session *session);

/* What COLUMN is called where no other stands beside it: "AP@" for "@". */
void runs_label(const struct run_column *column, char *out, size_t out_bytes);

/* ---- cells: runs_draw.c, and those of a group's head: runs_heads.c ---- */

struct runs_drawing {
    struct runs_state *state;
    const struct session *session;
    const struct run_row *baseline;
    const bool *selected; /* by row of the snapshot; NULL: none is */
    const struct deltas *deltas;
};

struct style runs_status_style(const struct run_row *run);
/* Of a number in the shown column AT. */
struct style runs_value_style(
    const struct runs_drawing *drawing, size_t line, size_t at, const struct run_value *value);
void runs_head_cell(
    const struct runs_drawing *drawing, size_t line, size_t at, struct table_cell *out);
/* The mean of the courses of GROUP in ROLE into OUT, as one run's; its count is 0 without any. */
struct run_spark runs_head_spark(
    const struct runs *runs, const struct run_group *group, enum role role);

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
/* Orders the table, or the row under the cursor, in the form that the key says (copy_forms.h). False
 * for any other key. */
bool runs_copy_form(
    struct runs_state *state, struct session *session, const struct event *event);

/* ---- what is kept: runs_keep.c ---- */

/* Takes the arrangement from SETTINGS (a whole settings file, may be NULL). */
void runs_read_settings(struct runs_state *state, const char *settings);
/* Orders it to be kept when it is not as it was. */
void runs_keep_settings(struct runs_state *state, struct session *session);

void runs_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place);
