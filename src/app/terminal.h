/*
 * The terminal as found out: asked once, in the words that painter and easel want.
 * Knows: probe, environment, --graphics. Must not know: what is drawn.
 */
#pragma once

#include "app/command.h"
#include "base/buf.h"
#include "screen/probe.h"
#include "work/world.h"

/* What was asked and answered, for answers that come late or change. Main thread. */
struct terminal_talk {
    struct probe probe;
    struct probe_env env;
    struct terminal terminal; /* what follows from them */
    int out_fd;
    bool mouse;       /* not --no-mouse */
    bool asked_again; /* the answers are on their way */
};

/* Asks the terminal (which must be raw: tty_open()); bytes typed meanwhile are appended to TYPED.
 */
bool terminal_ask(const struct settings *settings, bool utf8, int in_fd, int out_fd,
    struct terminal_talk *out, struct buf *typed, struct err *err);
/* The window or its font changed: asks for sizes again. True when it is not asked (it never
 * answers) and the terminal may be another now. */
bool terminal_resized(struct terminal_talk *talk, const struct tty_size *size);
/* Takes an answer that came while the screen is open. True when the terminal is another now. */
bool terminal_answered(struct terminal_talk *talk, const char *answer, size_t length);
/* TEXT_COLOURS are those that curses has. */
struct easel_terminal terminal_easel(const struct terminal *terminal, int text_colours);
/* Behind a slow link its motion is told only to those who ask for it. */
enum world_motion terminal_motion(const struct terminal_talk *talk);
bool terminal_is_mono(void); /* NO_COLOR is set and not empty */
