/*
 * The pace of pictures: what is on the screen, and when the next may be ordered, so that a slow
 * link never has more than one of them in flight, and a person at rest gets the best one. Knows:
 * scenes, milliseconds. Must not know: how a picture is painted, what is on it, clocks.
 *
 *     if (pace_next(&pace, &scene, damaged, now, &whole))   // every frame
 *         service_paint(...);                               // it comes back painted:
 *     pace_painted(&pace, done, bytes, now);                // its bytes left with PACE_FENCE
 * behind pace_answered(&pace, answer, length, now);            // the terminal has worked through
 * them
 *
 * Main thread.
 */
#pragma once

#include "work/easel.h"

/* "How are you?", which terminals answer when they have done all that came before. */
#define PACE_FENCE "\x1b[5n"

enum { PACE_FENCE_MS = 1000, PACE_REST_MS = 250, PACE_RESIZE_MS = 100 };

struct pace {
    bool fenced;  /* the terminal answers PACE_FENCE */
    bool refines; /* a finer picture is worth its bytes */
    bool proven;  /* changes leave what a whole repaint leaves */

    struct easel_scene *shown; /* as ordered last; NULL: none */
    bool painting;             /* ordered, and not yet back */
    bool travelling;           /* sent, and not yet answered */
    bool whole;                /* the next must be whole: something was wiped or thrown away */
    bool patched;              /* what is shown came by changes */
    bool shown_whole;          /* the one on its way is whole */
    bool waits;                /* another was held back */
    int64_t sent_ms;           /* when the one that travels left */
    int64_t rest_ms;           /* since when nothing new was asked for */
    int64_t hold_until_ms;     /* the size changes */
    int64_t journey_ms;        /* how long the last one travelled */
};

void pace_done(struct pace *pace); /* accepts a zeroed struct */

/* *SCENE (owned; NULL: no picture) is what a frame wants to show. True when it is to be painted
 * now, with *WHOLE; else it is freed: a later frame brings it again. DAMAGED: the frame wipes
 * pictures. */
bool pace_next(
    struct pace *pace, struct easel_scene **scene, bool damaged, int64_t now_ms, bool *whole);
/* What was ordered came back. DONE: without failure, and the screen shows it now; BYTES: that took
 * some, with the fence behind them. */
void pace_painted(struct pace *pace, bool done, bool bytes, int64_t now_ms);
/* Whether a terminal's ANSWER is that to the fence: it has worked through the picture. */
bool pace_answered(struct pace *pace, const char *answer, size_t length, int64_t now_ms);
/* Nothing is on its way, nothing is held back. */
bool pace_is_idle(const struct pace *pace);
/* The window changes its size: wait until it has come to rest. */
void pace_resized(struct pace *pace, int64_t now_ms);
/* Milliseconds, MOST_MS at most, until a frame should be drawn for a picture that was held back or
 * is to become finer. */
int pace_wait_ms(const struct pace *pace, int64_t now_ms, int most_ms);
