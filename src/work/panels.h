/*
 * Panels: the quantities that runs have in common, one chart each, and what to ask for to draw one.
 * Knows: roles, metrics, the ways to look at a curve. Must not know: cells, pixels, colours.
 */
#pragma once

#include "work/curves.h"
#include "work/runs.h"

enum { PANELS_MOST = 4096, PANELS_MOST_PINS = 32, PANELS_NAME_BYTES = 200 };

struct panel {
    const char *name;
    enum role role; /* ROLE_NONE: by name */
    bool pinned;
};

struct panels {
    struct panel *items;
    size_t count;
};

struct panel_pins {
    char names[PANELS_MOST_PINS][PANELS_NAME_BYTES];
    size_t count;
};

/*
 * The panels of COUNT runs whose names match the extended regular expression PATTERN (NULL or "":
 * all; letters of either case): pinned ones first in their order, then AP, loss and lr, the other
 * quantities, metrics by name, and what a machine says of itself (system/, CPU, GPU, memory) last.
 * At most PANELS_MOST. Memory from ARENA. A pattern that is none fills ERR (ERR_USAGE).
 */
bool panels_list(const struct run_row *const *runs, size_t count, const struct panel_pins *pins,
    const char *pattern, struct arena *arena, struct panels *out, struct err *err);
/* The panel that a person calls NAME: a quantity ("AP") or a metric. False when no run has it. */
bool panel_find(
    const struct run_row *const *runs, size_t count, const char *name, struct panel *out);
/* Pins a panel, or lets it go. False when no more can be pinned. */
bool panel_toggle_pin(struct panel_pins *pins, const char *name);

/* The metric of RUN that PANEL shows; NULL when it has none. */
const struct run_metric *panel_metric(const struct panel *panel, const struct run_row *run);

/* How curves are looked at. */
struct panel_look {
    enum curve_x x;
    char x_metric[PANELS_NAME_BYTES]; /* CURVE_X_METRIC: a quantity or a metric */
    bool log_x, log_y;
    struct smooth_how smooth;
    bool band;        /* over runs that agree in all but the seed */
    double low, high; /* the window in x; NaN: all of it */
};

/* "step", "relative", "time", "wall", or a metric ("epoch", "AP", "lr"); always succeeds. */
void panel_look_set_x(struct panel_look *look, const char *name);
const char *panel_look_x_name(const struct panel_look *look);
/* "ema:0.9", "mean:9", "median:9", "none". ERR_USAGE. */
bool panel_look_set_smooth(struct panel_look *look, const char *text, struct err *err);
/* The same text that it takes. */
void panel_look_spell_smooth(const struct panel_look *look, char *out, size_t out_bytes);
/* "EMA 0.90", "mean of 9"; "" without. */
void panel_look_print_smooth(const struct panel_look *look, char *out, size_t out_bytes);

/* What to ask for to draw PANEL of RUN over COLUMNS columns. NUMBER is the panel's, GROUP the run's
 * (0: none). False when the run has no such metric, or none for x. */
bool panel_want(const struct panel *panel, const struct run_row *run, const struct panel_look *look,
    int32_t columns, int32_t number, int32_t group, struct curve_want *out);
