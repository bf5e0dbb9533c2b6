/*
 * The thresholds of every image screen, confidence and IoU: their keys, sliders and the prompt for
 * a typed one.
 * Knows: the session. Must not know: what is evaluated.
 */
#pragma once

#include "screen/prompt.h"
#include "screen/slider.h"
#include "view/view.h"

enum threshold_action {
    THRESHOLD_LESS = 1000, /* above the numbers of any view's own actions */
    THRESHOLD_MORE,
    THRESHOLD_MUCH_LESS,
    THRESHOLD_MUCH_MORE,
    THRESHOLD_TYPE,
    THRESHOLD_BEST,
    THRESHOLD_IOU_LESS,
    THRESHOLD_IOU_MORE,
};

/* Rows of a view's table of keys. */
#define THRESHOLD_KEYS                                                                             \
    {"[", "confidence - 0.01", THRESHOLD_LESS, "thresholds", "less", 1},                           \
        {"]", "confidence + 0.01", THRESHOLD_MORE, "thresholds", "more", 1},                       \
        {"{", "confidence - 0.1", THRESHOLD_MUCH_LESS, "thresholds", NULL, 0},                     \
        {"}", "confidence + 0.1", THRESHOLD_MUCH_MORE, "thresholds", NULL, 0},                     \
        {"t", "type a confidence", THRESHOLD_TYPE, "thresholds", NULL, 0},                         \
        {"B", "the confidence with the best F1", THRESHOLD_BEST, "thresholds", "best F1", 2},      \
        {"(", "IoU - 0.05", THRESHOLD_IOU_LESS, "thresholds", NULL, 0},                            \
    {                                                                                              \
        ")", "IoU + 0.05", THRESHOLD_IOU_MORE, "thresholds", "IoU", 4                              \
    }

enum threshold_slider { THRESHOLD_CONFIDENCE, THRESHOLD_IOU, THRESHOLD_SLIDERS };

/* Zeroed at first, but for `best`. */
struct thresholds {
    bool typing;
    struct prompt prompt;
    struct slider_place places[THRESHOLD_SLIDERS]; /* of the last drawing */
    int dragging;                                  /* 1 + enum threshold_slider; 0 none */
    double best; /* the confidence with the best F1; NaN while none is known */
};

/* The slider as it stands; BEST is the confidence with the best F1, NaN while none is known. */
struct slider threshold_slider_now(
    const struct session *session, enum threshold_slider which, double best);
/* How ACTION moves a slider; false for one that moves none. */
bool threshold_steps(int action, enum threshold_slider *which, int *steps);
/* The confidence that was typed; false when it is none, which is said. */
bool threshold_typed(struct session *session, const struct prompt *prompt, double *confidence);
/* Obeys an enum threshold_action; false for what is none. */
bool thresholds_act(struct thresholds *thresholds, struct session *session, int action);
/* An event while a number is typed. */
void thresholds_type(
    struct thresholds *thresholds, struct session *session, const struct event *event);
/* Dragging a slider; false when the mouse is elsewhere. */
bool thresholds_drag(
    struct thresholds *thresholds, struct session *session, const struct event *event);
/* Both into one row, or the prompt. */
void thresholds_draw(struct thresholds *thresholds, const struct session *session,
    struct grid *grid, int row, int col, int cols);
