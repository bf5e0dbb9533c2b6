/*
 * The session: what the person has chosen, shared by all screens.
 * Knows: runs by id, thresholds, the theme. Must not know: threads, files, how anything is drawn.
 */
#pragma once

#include "screen/theme.h"
#include "work/world.h"

enum { SESSION_MOST_SELECTED = 10000, SESSION_MESSAGE_BYTES = 256, SESSION_FILTER_BYTES = 1024 };

struct session {
    int64_t *selected; /* run ids, in the order they were selected */
    size_t selected_count, selected_capacity;
    int64_t baseline;       /* run id, 0 for none */
    /* What the runs table shows, for screens about all of that; "": every run. */
    char filter[SESSION_FILTER_BYTES];
    double confidence, iou; /* the thresholds of every image screen */
    struct theme theme;
    char message[SESSION_MESSAGE_BYTES]; /* said once on the status line; "" for nothing */
    int rows, cols;                      /* of the place that views draw into */
    double now_s;                        /* wall clock of this frame */
};

void session_init(struct session *session, const struct theme *theme);
void session_done(struct session *session);

bool session_is_selected(const struct session *session, int64_t run);
void session_toggle(struct session *session, int64_t run);
void session_select_none(struct session *session);
void session_say(struct session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The runs that a comparison is about, at most MOST: the baseline first, then the selected, in
 * their order; without any selected, CURSOR (a run id, 0 for none). Ids that are gone are left out.
 */
size_t session_runs(const struct session *session, const struct runs *runs, int64_t cursor,
    const struct run_row **out, size_t most);
const struct run_row *session_baseline(const struct session *session, const struct runs *runs);
/* The colour of a run, which stays its own: STYLE_RUN with its hue. */
struct style session_run_style(const struct run_row *run);
