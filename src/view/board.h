/*
 * The dashboard screen: its state, shared by what lays it out and draws it (board_draw.c), what
 * changes it in place (board_edit.c) and what hands on events and wants (board.c).
 * Knows: trees of panels of work/boards.h, views by their names. Must not know: what a panel shows.
 */
#pragma once

#include "screen/list.h"
#include "screen/prompt.h"
#include "view/view.h"

/* Below these a dashboard shows the panel with the focus alone, and a strip of names. */
enum { BOARD_LEAST_ROWS = 9, BOARD_LEAST_COLS = 38, BOARD_TITLE_ROWS = 1, BOARD_MOST_PANELS = (BOARD_MOST_PANES + 1) / 2 };

enum board_mode { BOARD_LOOK, BOARD_EDIT, BOARD_CHOOSE, BOARD_RENAME, BOARD_COMMAND };

/* One panel that has been shown, of whichever dashboard. */
struct board_panel {
    int id;                      /* of its pane */
    char name[BOARD_PANEL_BYTES]; /* what it was when it started */
    const struct view *view;     /* NULL: this version has no such panel */
    void *state;
};

/* As it was before editing began. */
struct board_undo {
    struct board items[BOARDS_MOST];
    int count, shown, focus;
    bool own;
};

struct board_state {
    struct board_panel *panels;
    size_t count, capacity;
    bool alone_asked; /* z */
    enum board_mode mode;
    struct board_undo undo;
    struct prompt prompt;
    struct list list; /* of what a panel can show */
    int dragging;     /* the split whose border is dragged, -1 none */
    struct wants *wants; /* of each panel */
    int picture;      /* the id of the panel that has the frame's picture, 0 none */

    /* Of the last layout: whole panes with their titles, by index; rows 0: not seen. */
    struct rect places[BOARD_MOST_PANES];
    bool alone;
    struct rect strip; /* of names, when alone */
    int focused;       /* the id of the panel with the focus */
};

/* The dashboard that is shown; NULL: there is none. */
struct board *board_shown(const struct session *session);
/* The pane with the focus. */
int board_focus(const struct session *session);
void board_set_focus(struct session *session, int pane);
/* The panel that PANE shows, started when it is new; NULL without memory. */
struct board_panel *board_panel_of(struct board_state *state, const struct session *session,
    const struct world *world, int pane);
/* Stops the panels that no dashboard has any more, or that show something else now. */
void board_drop_panels(struct board_state *state, const struct session *session);

/* The view that a panel called NAME is; NULL: this version has none. */
const struct view *board_view_of(const char *name);
/* The names that a panel can have, in the order of the list; NULL behind the last. */
const char *board_choice(size_t i);
size_t board_choice_count(void);

/* Fills places, alone and strip for PLACE. */
void board_lay_out(struct board_state *state, const struct session *session, struct rect place);
/* Where the view in PANE draws: without its title. */
struct rect board_inside(const struct board_state *state, int pane);
/* The pane at a cell, -1 none; on the strip the one that is named there. */
int board_pane_at(
    const struct board_state *state, const struct session *session, int row, int col);
/* The split whose border is at a cell, -1 none. */
int board_border_at(
    const struct board_state *state, const struct session *session, int row, int col);
void board_draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place);

extern const struct key_row board_edit_keys[];
void board_edit_begin(struct board_state *state, struct session *session);
enum view_outcome board_edit_act(
    struct board_state *state, struct session *session, const struct event *event);
