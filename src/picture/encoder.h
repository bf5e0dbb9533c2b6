/*
 * What the encoders share: the head of a frame, cursor moves, change detection.
 * Knows: cells and escape sequences common to all terminals. Must not know: any one protocol.
 *
 * One encoder is one .c file that defines `const struct encoder encoder_NAME` and one row in
 * encoders.def. Its frame begins with a struct encoder_frame.
 */
#pragma once

#include "picture/encode.h"

#define ENCODER(name) extern const struct encoder encoder_##name;
#include "picture/encoders.def"
#undef ENCODER

struct encoder_frame {
    const struct encoder *encoder;
    struct encode_terminal terminal;
    struct encode_place place;
    struct pixels *base;  /* owned */
    struct pixels *shown; /* owned: what was last drawn; NULL where it is layers */
    bool sent;            /* shown is what the screen shows */
};

/* Fills HEAD (zeroed before) with copies of BASE; false when out of memory. done() frees them. */
bool encoder_frame_init(struct encoder_frame *head, const struct encoder *encoder,
    const struct encode_terminal *terminal, const struct encode_place *place,
    const struct pixels *base, struct err *err);
void encoder_frame_done(struct encoder_frame *head);

/* Cursor and attributes kept, and moved to a cell (from 0, from the top left of the screen). */
void encoder_save(struct buf *out);
void encoder_restore(struct buf *out);
void encoder_move(struct buf *out, int32_t row, int32_t col);

/* The next run of pixels of row Y in which A and B differ, from column FROM on: [*FROM, *END).
 * False when there is none. A and B have the same size. */
bool encoder_next_change(
    const struct pixels *a, const struct pixels *b, int32_t y, int32_t *from, int32_t *end);
