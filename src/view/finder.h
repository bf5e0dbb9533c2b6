/*
 * The command palette: everything that can be done here and now, found by a few letters.
 * Knows: key tables in force, views, dashboards, themes, typed commands. Must not know: how a
 * choice is carried out (the loop sends the key, opens the view ...).
 *
 * An empty line lists what was chosen last first, and Up from there walks through it; letters match
 * in order, wherever they stand. What was chosen is kept as one member of the person's settings.
 */
#pragma once

#include "screen/list.h"
#include "screen/prompt.h"
#include "screen/remap.h"
#include "view/view.h"

enum { FINDER_MOST_RECENT = 16, FINDER_TEXT_BYTES = 160 };

enum finder_kind {
    FINDER_NOTHING,
    FINDER_KEY,     /* event: to be handled as if typed, without translation */
    FINDER_SCREEN,  /* view */
    FINDER_BOARD,   /* number: of the dashboard */
    FINDER_COMMAND, /* text: for command_obey() */
};

struct finder_choice {
    enum finder_kind kind;
    struct event event;
    const struct view *view;
    int number;
    const char *text; /* valid until the finder opens again */
};

struct finder_item;
struct finder_rank;

/* Zeroed at first. */
struct finder {
    bool open;
    struct prompt prompt;
    struct list list;
    struct arena arena; /* the items, while it is open */
    struct finder_item *items;
    size_t item_count, shown_count;
    struct finder_rank *shown; /* the best first */
    char recent[FINDER_MOST_RECENT][FINDER_TEXT_BYTES]; /* the newest first */
    int recalled; /* which of them is in the line, from 1; 0: none */
    char *kept;
};

void finder_done(struct finder *finder);
/* Takes what was chosen before from SETTINGS (a whole settings file, may be NULL). */
void finder_read(struct finder *finder, const char *settings);
/* Orders it to be kept when it is not as it was. */
void finder_keep(struct finder *finder, struct session *session);
/* Opens it on what the COUNT tables of keys offer now, with the keys that REMAP (may be NULL) gives
 * them. */
void finder_open(struct finder *finder, const struct remap *remap,
    const struct key_table *tables, size_t count, const struct session *session,
    const struct world *world);
/* Takes an event while it is open; what was chosen, if anything. */
struct finder_choice finder_event(struct finder *finder, const struct event *event);
void finder_draw(struct finder *finder, struct grid *grid);
