/*
 * The terminal's clipboard: text to it by OSC 52.
 * Knows: the sequence, what terminals and tmux take of it. Must not know: what is copied.
 *
 * Writing only: what is in the clipboard is never asked for.
 */
#pragma once

#include "base/buf.h"

/* What terminals that take it at all take of it, in bytes of base64: xterm, mlterm and foot more,
 * hterm and some others no more than this. */
enum { CLIPBOARD_MOST_BASE64 = 74994 };

/* False for a TERM (may be NULL) that shows the sequence as text, or may, or that stands for a
 * terminal behind GNU screen (STY is set), which cuts it. */
bool clipboard_is_safe(const char *term, const char *sty);

/* Appends the sequence for LENGTH bytes of TEXT; false, with nothing appended, when they are too
 * many. Inside tmux it goes twice: to tmux itself, which passes it on where set-clipboard is on, and
 * by tmux's passthrough, which works where allow-passthrough is. */
bool clipboard_print(const void *text, size_t length, bool in_tmux, struct buf *out);
