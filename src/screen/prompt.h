/*
 * A one-line editor.
 * Knows: UTF-8 text and a cursor. Must not know: what the text is for, histories, completion.
 */
#pragma once

#include "screen/grid.h"
#include "screen/key.h"

enum { PROMPT_BYTES = 1024 };

struct prompt {
    char text[PROMPT_BYTES]; /* valid UTF-8, NUL-terminated, without control characters */
    size_t length, cursor;   /* bytes; the cursor is on a code point's boundary */
};

enum prompt_answer {
    PROMPT_IGNORED,   /* not an editing key: the caller's (Tab, Up, Down, mouse...) */
    PROMPT_MOVED,     /* the cursor moved */
    PROMPT_EDITED,    /* the text changed */
    PROMPT_ACCEPTED,  /* Enter */
    PROMPT_CANCELLED, /* Esc, Ctrl-C, Ctrl-G; Backspace in an empty line */
};

/* TEXT may be NULL; what is not valid or does not fit is left out. The cursor is at the end. */
void prompt_set(struct prompt *prompt, const char *text);
/* Inserts at the cursor, as typed or pasted. True when something came in. */
bool prompt_insert(struct prompt *prompt, const char *bytes, size_t length);
/* Arrows, Home, End, Ctrl-A E B F; Ctrl-Left Right and Alt-b f by words; Backspace, Delete, Ctrl-H
 * D; Ctrl-W U K; characters and pastes. */
enum prompt_answer prompt_event(struct prompt *prompt, const struct event *event);
/* Draws LABEL and the text into one row, scrolled so that the cursor is seen, and shows the
 * hardware cursor. */
void prompt_draw(
    const struct prompt *prompt, struct grid *grid, int row, int col, int cols, const char *label);
