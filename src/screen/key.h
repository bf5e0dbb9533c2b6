/*
 * Keys, mouse and the other things that come from a terminal, as events; names of keys.
 * Knows: names. Must not know: byte sequences (input.h), what a key does (keymap.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A key is a Unicode code point, or one of these behind all of them. Ctrl-D is 'd' with KEY_CTRL;
 * 'G' is 'G' without KEY_SHIFT; Shift-Tab is KEY_TAB with KEY_SHIFT; Space is ' '. */
enum key_code {
    KEY_ENTER = 0x110000,
    KEY_TAB,
    KEY_ESC,
    KEY_BACKSPACE,
    KEY_UP,
    KEY_DOWN,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_HOME,
    KEY_END,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_INSERT,
    KEY_DELETE,
    KEY_F1, /* to KEY_F1 + 11 */
    KEY_F12 = KEY_F1 + 11,
};

enum key_mod { KEY_SHIFT = 1, KEY_ALT = 2, KEY_CTRL = 4 };

enum event_kind {
    EVENT_KEY,
    EVENT_MOUSE,
    EVENT_PASTE,  /* text, length */
    EVENT_FOCUS,  /* focused */
    EVENT_ANSWER, /* a terminal's answer to a question, with its ESC: text, length. Never a key */
    EVENT_RESIZE, /* made by the program's loop, not by input */
    EVENT_TICK,   /* the same: the time is over that a view asked for */
};

enum mouse_action { MOUSE_PRESS, MOUSE_RELEASE, MOUSE_DRAG, MOUSE_MOVE, MOUSE_WHEEL };

struct event {
    enum event_kind kind;
    int32_t key;  /* EVENT_KEY */
    uint8_t mods; /* EVENT_KEY, EVENT_MOUSE: enum key_mod */
    enum mouse_action action;
    uint8_t button;   /* press, release, drag: 1 left, 2 middle, 3 right */
    int row, col;     /* EVENT_MOUSE: cells from 0 */
    int wheel_rows;   /* -1 up, 1 down */
    int wheel_cols;   /* -1 left, 1 right */
    bool focused;     /* EVENT_FOCUS */
    const char *text; /* EVENT_PASTE (raw bytes), EVENT_ANSWER: valid until the next input_ call */
    size_t length;
};

/* "Ctrl-D", "Alt-x", "Shift-Tab", "PgUp", "Space", "F5", "<" into OUT; cut at OUT_BYTES. */
void key_name(int32_t key, uint8_t mods, char *out, size_t out_bytes);
/* Reads one such name of LENGTH bytes. False when it is none. Ctrl- takes letters in either case.
 */
bool key_parse(const char *name, size_t length, int32_t *key, uint8_t *mods);
