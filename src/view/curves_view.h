/*
 * The curves' state, shared by what draws it (curves_draw.c) and what acts (curves.c).
 * Knows: one page of panels and where it was drawn. Must not know: where points come from.
 */
#pragma once

#include "screen/prompt.h"
#include "screen/scroll.h"
#include "view/curve_lines.h"
#include "view/curves_picture.h"
#include "view/view.h"

enum { CURVES_FIRST_RUNS = 8, CURVES_MOST_RUNS = CURVE_LINES_MOST, CURVES_PAGE = 24 };
enum curves_asking { CURVES_ASKING_NOTHING, CURVES_ASKING_PATTERN, CURVES_ASKING_X };

/* Where things stand in the view: found by curves_layout() from the room that there is. */
struct curves_layout {
    struct rect head, readout;       /* no rows: left out */
    struct rect charts[CURVES_PAGE]; /* of the panels from `first` on */
    size_t first, count;
    size_t page_panels; /* as many as a full page has */
};

struct curves_state {
    int64_t run;
    /* What is shown: made anew when the snapshot, the selection or the pattern changes. */
    struct runs *runs; /* a reference */
    const struct run_row *shown[CURVES_MOST_RUNS];
    int32_t groups[CURVES_MOST_RUNS]; /* runs alike but for the seed; 0: none */
    size_t shown_count, chosen_count;
    /* The best of the runs that pass the table's filter. */
    const struct run_row *ranked[CURVES_MOST_RUNS];
    size_t ranked_count, ranked_total;
    const struct runs *ranked_of; /* found in these; only compared */
    char ranked_filter[SESSION_FILTER_BYTES];
    bool all; /* not the first eight only */
    struct arena arena;
    struct panels panels;
    char pattern[SESSION_FILTER_BYTES];
    enum curves_asking asking;
    struct prompt prompt;
    /* What is looked at. */
    size_t focus; /* panel */
    char focus_name[PANELS_NAME_BYTES];
    char asked_name[PANELS_NAME_BYTES]; /* by "show NAME", until the focus is moved */
    bool is_missing;                    /* there is no panel of that name */
    bool maximised;
    double low, high; /* the window in x, NaN: all */
    double mark;      /* the crosshair, in x; NaN: off */
    struct rect place; /* of the last drawing */
    struct curves_layout drawn;
    struct chart_place places[CURVES_PAGE];
    struct curves_picture pictures[CURVES_PAGE];
};

/* How PLACE is divided. */
void curves_layout(const struct curves_state *state, struct rect place, struct curves_layout *out);
/* The way of looking, with the window of this view. */
struct panel_look curves_look(const struct curves_state *state, const struct session *session);
void curves_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place);
