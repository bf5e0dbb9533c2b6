/*
 * The stage: views with a world and a session, without terminal, threads or real time.
 * Knows: what the event loop does with events, wants and frames. Must not know: which view it is.
 *
 * Everything a view asks for is loaded on the spot, so that a screen depends on nothing but the
 * runs and the keys. Rows of the screen: the view's title, the view, the message or the key bar.
 */
#pragma once

#include "store/store.h"
#include "view/view.h"

/* 2024-05-01T12:00:00Z: what every screen takes for now. */
enum { STAGE_NOW_S = 1714564800 };
/* The keys that the loop itself answers when a view does not want them. */
extern const struct key_row stage_keys[];

struct stage_settings {
    struct store *store; /* an open index, outlives the stage; NULL: nothing is known yet */
    const char *remarks; /* the file of remarks; NULL: there are none, and none are kept */
    const char *hidden;  /* a path that is shown as "ROOT" in what went wrong; may be NULL */
    struct easel_terminal terminal;
    int rows, cols;
};

/* What a story's screens are drawn for: kitty graphics in cells of 8 x 16 pixels. */
struct easel_terminal stage_terminal(void);

struct stage;
/* Never NULL: a test that cannot begin ends. The first of views[] is open. */
struct stage *stage_new(const struct stage_settings *settings);
void stage_free(struct stage *stage);

/* Opens VIEW on top, on the run of that id (0: what is selected). */
void stage_open(struct stage *stage, const struct view *view, int64_t run);
/* What became of it: as the view says, or VIEW_IGNORED when the loop took it. */
enum view_outcome stage_event(struct stage *stage, const struct event *event);
/* The runs are read again, from STORE: those that it does not have are gone. */
void stage_reload(struct stage *stage, struct store *store);
void stage_resize(struct stage *stage, int rows, int cols);
/* One frame: asks what the view wants, loads what is new, draws. True when something was loaded, so
 * that another frame would differ. */
bool stage_frame(struct stage *stage);
/* Frames until nothing new is loaded. */
void stage_settle(struct stage *stage);

/* As drawn last; valid until the next frame. */
const struct grid *stage_grid(const struct stage *stage);
const struct easel_scene *stage_scene(const struct stage *stage); /* NULL: no picture */
const struct world *stage_world(const struct stage *stage);
struct session *stage_session(struct stage *stage);
const struct key_row *stage_keys_now(struct stage *stage); /* the innermost in force */
const struct view *stage_view(const struct stage *stage); /* on top; NULL: all were closed */
