/*
 * The evaluation screen's state, shared by what follows the world and acts (evaluation.c), lays out
 * (evaluation_draw.c), and its panes: curves (evaluation_curves.c), the table of classes
 * (evaluation_classes.c), errors (evaluation_errors.c) and confusion (evaluation_confusion.c), and
 * copies them (evaluation_copy.c).
 * Knows: studies of the chosen runs, appraisals, intervals. Must not know: how they are computed.
 *
 * Steps are scrubbed together: of the other runs the predictions nearest to the step shown of one.
 *
 * Classes are those of the first study that is there; the others' are found by name.
 */
#pragma once

#include "screen/bars.h"
#include "screen/list.h"
#include "screen/matrix.h"
#include "screen/table.h"
#include "view/thresholds.h"
#include "work/print_table.h"

enum { EVALUATION_RUNS = INTERVALS_MOST, EVALUATION_ALL = -1 /* all classes */ };

enum evaluation_pane {
    EVALUATION_RECALL,
    EVALUATION_CONFIDENCE,
    EVALUATION_CLASSES,
    EVALUATION_ERRORS,
    EVALUATION_CONFUSION,
    EVALUATION_PANES,
};

struct evaluation_run {
    int64_t id;
    struct study_want of;
    struct study *study; /* a reference; of the step before while `late`; NULL while none */
    bool late;
    int32_t *category;   /* by class: its own index, -1 none */
    char trouble[256];
};

enum evaluation_rate { RATE_F1, RATE_PRECISION, RATE_RECALL, RATE_ALL, RATES };
enum evaluation_share { SHARE_NONE, SHARE_OF_TRUTH, SHARE_OF_PREDICTED, SHARES };

struct evaluation_state {
    int64_t opened; /* the run it was opened on; 0: it follows the table's cursor */
    struct evaluation_run runs[EVALUATION_RUNS];
    size_t run_count, left_out; /* chosen runs with predictions beyond EVALUATION_RUNS */
    size_t without;             /* chosen ones without predictions */
    size_t base;                /* the first run whose study is there; run_count: none */
    size_t current;             /* whose confusion is shown and whose images are opened */
    int64_t step_run; /* whose step was chosen; 0: of all the last is shown */
    int32_t artifact; /* which of its predictions */
    struct slider_place step_place; /* of the last drawing */
    bool step_dragged;
    enum evaluation_pane focus;
    bool alone;  /* the focused pane is to have all the room */
    bool tabbed; /* it has, with the names of all above it, in the last drawing */
    struct thresholds thresholds;
    struct rect places[EVALUATION_PANES]; /* of the last drawing; 0 x 0 where not drawn */

    /* curves */
    bool raw;
    enum evaluation_rate rate;

    /* classes: row 0 is all of them */
    struct table table;
    uint32_t *order; /* of classes; class_count of them */
    uint8_t *hues;   /* by class, as on the pictures: gallery_hues() */
    size_t class_count;
    int sort_column; /* of the columns that are drawn */
    bool descending, deltas_alone;
    bool searching, copying; /* a class is typed; the form of a copy is chosen */
    struct prompt prompt;
    char search[PROMPT_BYTES];

    /* errors */
    struct bars bars;
    bool counted; /* bars are counts, not what errors cost */

    /* confusion */
    struct matrix matrix; /* rows are truth, columns predicted */
    struct list pairs;
    enum evaluation_share share;
    bool listing, shades;
};

/* ---- what is looked at ---- */

/* Run INDEX among the runs of WORLD; NULL when it is gone. */
const struct run_row *evaluation_row(
    const struct evaluation_state *state, const struct world *world, size_t index);
/* The class under the cursor, or EVALUATION_ALL. */
int32_t evaluation_class(const struct evaluation_state *state);
const char *evaluation_class_name(const struct evaluation_state *state, int32_t class);
/* CLASS in run INDEX; EVALUATION_ALL for that; -2 when the run has none such. */
int32_t evaluation_category(const struct evaluation_state *state, size_t index, int32_t class);
/* Of run INDEX, the newest that is made; NULL for none. */
const struct appraisal *evaluation_appraisal(const struct evaluation_state *state,
    const struct world *world, size_t index, enum appraisal_part part);
/* Why there is none: its trouble, or OTHERWISE while it is made. */
const char *evaluation_waiting(const struct evaluation_state *state, const struct world *world,
    size_t index, enum appraisal_part part, const char *otherwise);
/* "A det/a" of run INDEX, harmless to draw; memory from SCRATCH. */
const char *evaluation_run_name(const struct evaluation_state *state, const struct world *world,
    size_t index, struct arena *scratch);
/* Through the predictions of the current run. */
struct slider evaluation_step_slider(
    const struct evaluation_state *state, const struct world *world);
/* The first row of a pane: its title (unless that is among the tabs), what is shown, whether keys
 * go to it. Returns what is left. */
struct rect evaluation_title(const struct evaluation_state *state, enum evaluation_pane pane,
    struct grid *grid, struct rect place, const char *text);

/* Asks that the images screen opens on what REQUEST says, beginning with image IMAGE of run INDEX's
 * study (-1: none is there, which is said). */
enum view_outcome evaluation_open_images(const struct evaluation_state *state,
    struct session *session, size_t index, struct image_request request, int32_t image,
    struct view_effect *effect);

/* ---- panes ---- */

/* What a pane shows into PLACE, and what its keys do. */
struct evaluation_drawing {
    struct evaluation_state *state;
    const struct session *session;
    const struct world *world;
    struct canvas *canvas;
    struct rect place;
};

void evaluation_draw_recall(const struct evaluation_drawing *drawing);
void evaluation_draw_confidence(const struct evaluation_drawing *drawing);
void evaluation_draw_classes(const struct evaluation_drawing *drawing);
void evaluation_draw_errors(const struct evaluation_drawing *drawing);
void evaluation_draw_confusion(const struct evaluation_drawing *drawing);

/* Puts the classes in order as their table is sorted; false when memory is out. */
bool evaluation_sort_classes(
    struct evaluation_state *state, const struct session *session, const struct world *world);
/* How many columns the table of classes has. */
int evaluation_class_columns(const struct evaluation_state *state);
/* The images of the class under the cursor, of the run of the column. */
enum view_outcome evaluation_open_class(const struct evaluation_state *state,
    struct session *session, const struct world *world, struct view_effect *effect);

size_t evaluation_error_rows(const struct evaluation_state *state);
enum view_outcome evaluation_open_error(const struct evaluation_state *state,
    struct session *session, const struct world *world, struct view_effect *effect);

/* Classes and the background: how many rows and columns the matrix has. */
size_t evaluation_matrix_size(const struct evaluation_state *state);
/* Puts the matrix's cursor on the pair under that of the list. */
void evaluation_show_pair(struct evaluation_state *state, const struct world *world);
void evaluation_move_confusion(
    struct evaluation_state *state, const struct world *world, enum scroll_move move);
enum view_outcome evaluation_open_confusion(const struct evaluation_state *state,
    struct session *session, const struct world *world, struct view_effect *effect);

/* ---- copying (evaluation_copy.c) ---- */

/* What a pane shows as a table of texts, with memory from ARENA. */
struct evaluation_table {
    struct arena *arena;
    bool people; /* rounded as on the screen, else with all digits */
    const char **titles;
    struct print_cell *cells; /* row by row, absent at first */
    size_t columns, rows;
    size_t row, column; /* under the pane's cursor */
};

bool evaluation_table_begin(struct evaluation_table *table, size_t columns, size_t rows);
/* "AP det/a"; OF may be "". */
void evaluation_table_title(
    struct evaluation_table *table, size_t column, const char *what, const char *of);
void evaluation_table_text(
    struct evaluation_table *table, size_t row, size_t column, const char *text);
/* NaN stays absent. */
void evaluation_table_number(
    struct evaluation_table *table, size_t row, size_t column, double value, int decimals);
/* The name of run INDEX in titles, "" where it is the only one. */
const char *evaluation_table_run(
    const struct evaluation_state *state, const struct world *world, size_t index);

/* What each pane tells; false when that is not there yet, or memory is out. */
bool evaluation_tell_recall(const struct evaluation_state *state, const struct session *session,
    const struct world *world, struct evaluation_table *out);
bool evaluation_tell_confidence(const struct evaluation_state *state,
    const struct session *session, const struct world *world, struct evaluation_table *out);
bool evaluation_tell_classes(const struct evaluation_state *state, const struct session *session,
    const struct world *world, struct evaluation_table *out);
bool evaluation_tell_errors(const struct evaluation_state *state, const struct session *session,
    const struct world *world, struct evaluation_table *out);
bool evaluation_tell_confusion(const struct evaluation_state *state,
    const struct session *session, const struct world *world, struct evaluation_table *out);

/* Orders the cell under the cursor of the focused pane to be copied. */
void evaluation_copy_cell(
    const struct evaluation_state *state, struct session *session, const struct world *world);
/* The same of its row or all of it, in the form that the key says. */
void evaluation_copy_form(const struct evaluation_state *state, struct session *session,
    const struct world *world, const struct event *event);

void evaluation_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place);
