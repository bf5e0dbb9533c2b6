/*
 * The session: what the person has chosen, shared by all screens.
 * Knows: runs by id, thresholds, the theme. Must not know: threads, files, how anything is drawn.
 */
#pragma once

#include "screen/theme.h"
#include "work/boards.h"
#include "work/errand.h"
#include "work/panels.h"
#include "work/world.h"

enum {
    SESSION_MOST_SELECTED = 10000,
    SESSION_MESSAGE_BYTES = 256,
    SESSION_FILTER_BYTES = 1024,
    SESSION_IMAGE_BYTES = 512,
    SESSION_COLUMN_BYTES = 256,
};

/* What the images screen is to list: set with `image`. */
enum image_request_kind {
    IMAGE_REQUEST_NONE,
    IMAGE_REQUEST_CLASS,     /* images with an error of class `truth` ("": of any) */
    IMAGE_REQUEST_CONFUSION, /* where `truth` is taken for `predicted`; "" is the background */
    IMAGE_REQUEST_ERROR,     /* with an error of type `error` */
};

enum { SESSION_CLASS_BYTES = 128 };

struct image_request {
    enum image_request_kind kind;
    struct study_want of;
    char truth[SESSION_CLASS_BYTES], predicted[SESSION_CLASS_BYTES]; /* names of classes */
    int error; /* enum eval_error, or EVAL_ERRORS for all false detections, + 1 for all missed */
};

/* Which column is to stand on an axis of the trade-off, until the runs change and after. */
struct tradeoff_choice {
    char name[SESSION_COLUMN_BYTES]; /* "": as it is found */
    bool log;
    int direction; /* 1 higher is better, -1 lower, 0 as the column has it */
};

/* How the images screen was looked at last. */
struct images_looks {
    char show[32]; /* the pictures that the person chose: images_show_name(); "" as it is found */
    char order[48];   /* of the list, image_presets; "" by id */
    char overlay[32]; /* gallery_overlay_name() */
    char hover[8]; /* "on", "off": what is under the mouse is said; "" as the link allows */
    bool by_verdict, maskless, squares, grey;
    int brightness, contrast;
};

struct session {
    int64_t *selected; /* run ids, in the order they were selected */
    size_t selected_count, selected_capacity;
    int64_t baseline;       /* run id, 0 for none */
    int64_t current;        /* the run that the table's cursor was on last, 0 for none */
    /* What the runs table shows, for screens about all of that; "": every run. */
    char filter[SESSION_FILTER_BYTES];
    double confidence, iou; /* the thresholds of every image screen */
    struct panel_look look; /* how curves are looked at, and which are pinned; also on other screens */
    struct panel_pins pins;
    bool pixels; /* curves as a picture where the terminal shows any */
    char curve_pattern[SESSION_FILTER_BYTES]; /* of the names of the panels that curves show; "" all */
    struct tradeoff_choice tradeoff_x, tradeoff_y; /* as the trade-off had them last */
    char constraint[SESSION_FILTER_BYTES];
    bool tradeoff_front_only, tradeoff_parallel;
    struct images_looks images;
    int64_t *listed; /* run ids that the table listed when it opened another screen */
    size_t listed_count;
    /* The image that the images screen begins with, by any of its names; "" for the first. Set and
     * taken back by the screen below it. */
    char image[SESSION_IMAGE_BYTES];
    struct image_request request; /* the same of what it lists */
    struct theme theme;
    char file[1024];        /* that the text screen opens on: its name below its run */
    int64_t beside;         /* the run whose file of that name stands beside it; 0 for none */
    char message[SESSION_MESSAGE_BYTES]; /* said once on the status line; "" for nothing */
    int rows, cols;                      /* of the place that views draw into */
    double now_s;                        /* wall clock of this frame */
    struct errand *errands;              /* to be run, the oldest first: the loop takes them */
    struct boards *boards; /* the session's own; NULL: there was no memory for them */
    bool boards_edited;    /* dashboards are to be saved */
};

void session_init(struct session *session, const struct theme *theme);
void session_done(struct session *session);

bool session_is_selected(const struct session *session, int64_t run);
void session_toggle(struct session *session, int64_t run);
void session_select_none(struct session *session);
void session_say(struct session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* CURSOR when it is not 0, else the run that the table's cursor was on, else the first with the best
 * AP; 0 without any run. */
int64_t session_current(const struct session *session, const struct runs *runs, int64_t cursor);
/* Copies the thresholds to where they are remembered (session->boards). */
void session_keep(struct session *session);
/* Has ERRAND (ownership moves; NULL: memory is out) run after this event. */
void session_order(struct session *session, struct errand *errand);
/* Orders TEXT (JSON) to be the member NAME of the person's settings when it is not what *KEPT says,
 * which is from the heap and becomes it. NULL in *KEPT is how it was found: nothing is ordered. */
void session_keep_text(
    struct session *session, const char *name, const struct buf *text, char **kept);

/* The runs that a comparison is about, at most MOST: the baseline first, then the selected, in
 * their order; without any selected, session_current() of CURSOR. Ids that are gone are left out.
 */
size_t session_runs(const struct session *session, const struct runs *runs, int64_t cursor,
    const struct run_row **out, size_t most);
/* Remembers what the table lists: COUNT rows of RUNS in ORDER; none of them when memory is out. */
void session_list(
    struct session *session, const struct runs *runs, const uint32_t *order, size_t count);
const struct run_row *session_baseline(const struct session *session, const struct runs *runs);
/* The colour of a run, which stays its own: STYLE_RUN with its hue. */
struct style session_run_style(const struct run_row *run);
/* The stroke (enum chart_stroke) and marker of its curves, its own too: plain for the first eight
 * runs, then as many as it takes; in a theme without hues from the second run on. */
void session_run_stroke(
    const struct session *session, const struct run_row *run, uint8_t *stroke, uint8_t *marker);
