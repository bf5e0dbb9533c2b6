/*
 * The painter: grids to terminal bytes, only what changed, through curses.
 * Knows: the terminal's description, colours of the theme, the grid painted last. Must not know:
 * what is drawn, how the terminal is switched to raw mode (tty.h), keys.
 *
 * One painter at a time, on the main thread; curses' own global state is hidden behind it.
 */
#pragma once

#include "base/err.h"
#include "screen/grid.h"
#include "screen/theme.h"

struct painter;

struct painter_options {
    const char *term; /* TERM; unknown or NULL: ERR_USAGE with what to set */
    int out_fd;       /* where the bytes go */
    bool sync2026;    /* the terminal knows synchronized output */
    bool mono;        /* no colours at all, whatever the theme says */
};

/* Picks a UTF-8 locale: the environment's, else C.UTF-8, and tells whether there is one. Without,
 * the painter folds to ASCII. LC_NUMERIC stays "C". Call once, before any thread starts. */
bool paint_locale(void);

/* The theme is copied. NULL fills ERR. */
struct painter *painter_new(
    const struct painter_options *options, const struct theme *theme, struct err *err);
void painter_free(struct painter *painter); /* accepts NULL; sends nothing */

/* Colours of the terminal: 256, 16, 8 or 0. */
int painter_colours(const struct painter *painter);
void painter_set_theme(struct painter *painter, const struct theme *theme); /* repaints all */

/*
 * Makes the terminal show GRID (a size unlike the last one clears it), then sends EXTRA bytes
 * (pictures: they must leave cursor and colours as they were), all in one write. Nothing is written
 * when nothing changed. On ERR_IO the next frame is painted whole.
 *
 * Ask paint_damage() first which pictures must be sent in full.
 */
bool paint_frame(struct painter *painter, const struct grid *grid, const void *extra, size_t length,
    struct err *err);
/* Which pictures of GRID the next paint_frame() will wipe, wholly or partly (or that are new). */
void paint_damage(const struct painter *painter, const struct grid *grid, bool damaged[256]);
/* The terminal may show anything now (Ctrl-L, after a stop): the next frame is painted whole, and
 * damages every picture. */
void paint_redraw_all(struct painter *painter);
