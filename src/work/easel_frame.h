/*
 * One picture of the easel: a tile made ready for a terminal, before anything is drawn over it.
 * Knows: windows on photos, encoders. Must not know: boxes, what is on the screen.
 */
#pragma once

#include "picture/encode.h"
#include "picture/window.h"
#include "work/easel.h"

struct easel_frame {
    struct encoder_frame *encoder;
    struct easel_tile tile; /* it was opened with; a reference to its photo, no boxes */
    struct pixels *base, *shown; /* SHOWN NULL: the encoder needs none */
    struct scene_map map;
};

/* NULL where no pictures are shown. */
const struct encoder *easel_encoder(const struct easel_terminal *terminal);
struct encode_terminal easel_encode_terminal(const struct easel_terminal *terminal);
/* Pictures are made the same for both. */
bool easel_terminal_same(const struct easel_terminal *a, const struct easel_terminal *b);

/* Opens FRAME for TILE as encoder frame ID, one of COUNT that are shown together. Any thread. On failure
 * it is to be given to easel_frame_done(), too. */
bool easel_frame_open(struct easel_frame *frame, const struct easel_terminal *terminal,
    const struct easel_tile *tile, uint32_t id, size_t count, struct err *err);
void easel_frame_done(struct easel_frame *frame); /* accepts a zeroed one */

/* What is seen of TILE's photo in a room of that size. */
struct window easel_window(const struct easel_tile *tile, int32_t width, int32_t height);
void easel_set_tone(struct pixels *pixels, const struct easel_look *look);

bool easel_same_place(const struct easel_tile *a, const struct easel_tile *b);
bool easel_same_look(const struct easel_look *a, const struct easel_look *b);
/* The same photo at the same place, looked at alike. */
bool easel_same_picture(const struct easel_tile *a, const struct easel_tile *b);
