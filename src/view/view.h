/*
 * A view: one screen as a record of plain functions over a state of its own.
 * Knows: world, session, cells, events. Must not know: terminals, files, SQLite, threads.
 *
 * One view is one .c file that defines `const struct view view_NAME` and one row in views.def. Help
 * and the key bar are drawn from its key rows. All functions run on the main thread and return at
 * once; draw is pure but for the widgets' memory of what they drew last (scrolling, places for the
 * mouse), which lives in the state.
 */
#pragma once

#include "base/arena.h"
#include "screen/grid.h"
#include "screen/keymap.h"
#include "view/session.h"
#include "work/gallery.h"
#include "work/world.h"

struct view;

enum view_outcome {
    VIEW_IGNORED, /* the event was not for this view */
    VIEW_STAYED,  /* taken; draw again */
    VIEW_OPENED,  /* effect->open is to be opened on top */
    VIEW_CLOSED,  /* back to the view below */
    VIEW_QUIT,
};

struct view_effect {
    const struct view *open;
    int64_t run; /* what it opens on, 0 for what is selected */
};

/* What a frame is drawn onto: cells, and pictures of one panel. */
struct canvas {
    struct grid *grid;
    struct arena *scratch;     /* lives as long as the frame */
    struct easel_scene *scene; /* made by the view with easel_scene_new() when it shows pictures; the
                                  place of tile i is reserved in the grid with id CANVAS_PICTURE + i */
    bool taken; /* another panel has the frame's pictures: say so in their place */
};

enum { CANVAS_PICTURE = 1, VIEW_MOST_TABLES = 4 };

struct view {
    const char *name;  /* "runs": as --help and `:` call it */
    const char *title; /* for the top line */
    const struct key_row *keys;
    size_t state_bytes; /* zeroed before start */
    /* RUN is the run it opens on (0: what is selected). */
    void (*start)(
        void *state, const struct session *session, const struct world *world, int64_t run);
    void (*stop)(void *state); /* frees what the state holds; may be NULL */
    void (*wants)(void *state, const struct session *session, const struct world *world,
        struct wants *wants); /* may be NULL */
    void (*draw)(void *state, const struct session *session, const struct world *world,
        struct canvas *canvas, struct rect place);
    enum view_outcome (*act)(void *state, struct session *session, const struct world *world,
        const struct event *event, struct view_effect *effect);
    /* True while the view takes every key itself (an open prompt), so that `q` is a letter; may be
     * NULL. */
    bool (*is_typing)(const void *state);
    /* The tables of keys in force now, those that take a key first in front, at most VIEW_MOST_TABLES; NULL: `keys`.
     */
    size_t (*key_tables)(const void *state, struct key_table *out);
    /* Obeys a command as typed behind `:`, "sort AP": WORD is "sort", REST "AP". False when it is
     * none of this view's; a view that must wait for the world remembers it. May be NULL. */
    bool (*obey)(void *state, struct session *session, const struct world *world, const char *word,
        const char *rest);
};

extern const struct view *const views[]; /* in the order of views.def; NULL-terminated */
#define VIEW(name) extern const struct view view_##name;
#include "view/views.def"
#undef VIEW

const struct view *view_named(const char *name); /* NULL for none */
/* What view->key_tables says, or `keys`; OUT has room for VIEW_MOST_TABLES. */
size_t view_key_tables(const struct view *view, const void *state, struct key_table *out);
/* Hands a typed command on to VIEW; "" and what it does not know is false. */
bool view_obey(const struct view *view, void *state, struct session *session,
    const struct world *world, const char *command);

#define VIEW_NO_PICTURES \
    "this terminal shows no pictures\n--graphics=blocks draws them with characters"
#define VIEW_PICTURE_TAKEN "the picture is shown in the panel with the focus: Tab"

/* Says in the middle of PLACE what is not there and what would fill it; lines separated by \n. */
void view_say_empty(struct grid *grid, struct rect place, const char *text);
/* The scroll_move of a movement key (j k g G Ctrl-D Ctrl-U, arrows, PgUp PgDn, Home End), or -1.
 * The rows for help are VIEW_MOVE_ROWS. */
int view_movement(const struct event *event);
/* Key rows that every list has in common, for help; action numbers stand above all others. */
extern const struct key_row view_move_keys[];
