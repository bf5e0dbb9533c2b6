/*
 * Bytes from a terminal to events: an incremental parser.
 * Knows: UTF-8, CSI and SS3 keys (xterm, linux console, rxvt), SGR and X10 mouse, bracketed paste,
 * and the shapes of answers. Must not know: file descriptors, time, what answers mean (probe.h).
 *
 *     input_feed(&input, bytes, n);
 *     while (input_next(&input, &event))
 *         ...
 *     poll(..., input_waits(&input) ? INPUT_ESC_MS : -1); when nothing came: input_timeout(&input)
 *
 * Any split of the bytes gives the same events. A control string that does not end within
 * INPUT_MAX_STRING_BYTES is dropped up to its end; a paste comes in pieces of at most that size.
 */
#pragma once

#include "base/buf.h"
#include "screen/key.h"

enum { INPUT_ESC_MS = 25, INPUT_MAX_STRING_BYTES = 64 << 10 };

struct input {
    struct buf bytes; /* what was fed and not yet taken */
    size_t at;        /* the first byte not yet taken */
    bool esc_given;   /* the ESC in front of them was given as the key Esc */
    bool expired;     /* the wait for what follows an ESC is over */
    bool pasting;
    bool dropping; /* inside a control string that is too long */
};

void input_init(struct input *input);
void input_done(struct input *input); /* accepts a zeroed struct */

/* False when out of memory (the bytes are lost). */
bool input_feed(struct input *input, const void *bytes, size_t length);
/* The next whole event, or false when more bytes are needed. */
bool input_next(struct input *input, struct event *event);
/* True while bytes wait for what may follow them: a lone ESC, a cut sequence. */
bool input_waits(const struct input *input);
/* INPUT_ESC_MS have passed without more bytes: a waiting ESC is the key Esc. Call input_next()
 * then. A cut answer or paste goes on waiting: its rest is on the way, and must not become keys. */
void input_timeout(struct input *input);
