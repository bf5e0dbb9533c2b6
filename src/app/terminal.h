/*
 * The terminal as found out: asked once, in the words that painter and easel want.
 * Knows: probe, environment, --graphics. Must not know: what is drawn.
 */
#pragma once

#include "app/command.h"
#include "base/buf.h"
#include "screen/probe.h"
#include "work/easel.h"

/* Asks the terminal (which must be raw: tty_open()); bytes typed meanwhile are appended to TYPED.
 */
bool terminal_ask(const struct settings *settings, bool utf8, struct terminal *out,
    struct buf *typed, struct err *err);
/* TEXT_COLOURS are those that curses has. */
struct easel_terminal terminal_easel(const struct terminal *terminal, int text_colours);
bool terminal_is_mono(void); /* NO_COLOR is set and not empty */
