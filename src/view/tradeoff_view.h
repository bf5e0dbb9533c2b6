/*
 * The trade-off screen's state, shared by what acts (tradeoff.c), what draws (tradeoff_draw.c), the
 * list of columns (tradeoff_choose.c) and the parallel coordinates (tradeoff_axes.c).
 * Knows: one snapshot of the runs, the trade-off found in it. Must not know: where runs come from.
 */
#pragma once

#include "screen/coords.h"
#include "screen/list.h"
#include "screen/prompt.h"
#include "screen/scatter.h"
#include "screen/table.h"
#include "view/view.h"
#include "work/tradeoff.h"

enum { TRADEOFF_MOST_AXES = RUNS_MOST_COLUMNS + 1 };

enum tradeoff_asking {
    TRADEOFF_ASKING_NOTHING,
    TRADEOFF_ASKING_CONSTRAINT,
    TRADEOFF_ASKING_X,
    TRADEOFF_ASKING_Y,
};

/* ---- the list of columns ---- */

struct tradeoff_column {
    const char *name;
    size_t runs; /* that have a number */
    size_t last_run;
    int rank; /* quantities, parameters, metrics */
};

/* Zeroed at first. */
struct tradeoff_chooser {
    struct arena arena;
    struct tradeoff_column *columns;
    size_t count, capacity;
    uint32_t *matches; /* of what was typed */
    size_t match_count;
    struct list list;
};

/* Lists the numeric columns of RUNS, and puts the cursor on NAME. */
void tradeoff_chooser_open(
    struct tradeoff_chooser *chooser, const struct runs *runs, const char *name);
/* Those whose name holds TEXT. */
void tradeoff_chooser_match(struct tradeoff_chooser *chooser, const char *text);
void tradeoff_chooser_done(struct tradeoff_chooser *chooser);
/* The name under the cursor, NULL when nothing matches. */
const char *tradeoff_chooser_name(const struct tradeoff_chooser *chooser);
void tradeoff_chooser_draw(struct tradeoff_chooser *chooser, const struct prompt *prompt,
    const char *title, struct grid *grid, struct rect place);

/* ---- parallel coordinates ---- */

struct tradeoff_upright {
    const char *key; /* by which it is known again when the runs change */
    struct tradeoff_axis axis;
    struct axis scale;
    const char **names; /* categories in natural order; NULL for numbers */
    size_t name_count;
    double low, high; /* the brush */
};

/* Zeroed at first. */
struct tradeoff_axes {
    struct arena arena;
    struct tradeoff_upright *axes; /* the metric first, unless it was moved */
    size_t count, focus;
    double *places; /* of points of the trade-off: count of axes each */
    size_t *order;  /* points, the best metric first */
    size_t point_count;
    struct coords_place place;
};

struct tradeoff_state;

/* Finds the parameters that vary among STATE's points and where the points lie on them; what was
 * moved or brushed stays so. */
void tradeoff_axes_find(struct tradeoff_state *state, const struct session *session);
void tradeoff_axes_done(struct tradeoff_axes *axes);
/* The point is within every brush, and compared with the others. */
bool tradeoff_axes_hold(const struct tradeoff_state *state, size_t point);
/* Moves one end of the brush of the focused axis by STEPS. */
void tradeoff_axes_brush(struct tradeoff_axes *axes, bool high_end, int steps);
void tradeoff_axes_unbrush(struct tradeoff_axes *axes);
void tradeoff_axes_move(struct tradeoff_axes *axes, int by);
/* One in how many of the lines within the brushes is drawn. */
size_t tradeoff_axes_stride(const struct tradeoff_state *state);
void tradeoff_axes_draw(struct tradeoff_state *state, const struct session *session,
    struct canvas *canvas, struct rect place);

/* ---- the screen ---- */

struct tradeoff_state {
    struct runs *runs;  /* a reference */
    struct arena arena; /* of what was found: made anew when the runs or the columns change */
    bool found_any;     /* `found` is there */
    struct tradeoff found;
    struct tradeoff_constraint constraint;
    char trouble[256]; /* why nothing was found */
    int64_t baseline;  /* that it was found with */
    struct tradeoff_choice x, y;
    char constraint_text[SESSION_FILTER_BYTES];
    bool front_only, parallel;
    int64_t cursor_run;
    /* Points in the order of the keys: all, or the front, or those within the brushes. */
    size_t *sequence;
    size_t sequence_count;
    enum tradeoff_asking asking;
    struct prompt prompt;
    struct tradeoff_chooser chooser;
    struct tradeoff_axes axes;
    struct table table; /* the front */
    struct scatter_place place;
    struct scatter_point *drawn; /* as the last frame had them; of `arena` */
};

/* The point of the run under the cursor, TRADEOFF_NONE when there is none. */
size_t tradeoff_cursor(const struct tradeoff_state *state);
void tradeoff_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place);
