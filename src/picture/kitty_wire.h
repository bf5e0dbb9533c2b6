/*
 * The commands of kitty's graphics protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol/), of
 * it what Konsole knows too.
 * Knows: how pictures, placements and deletions are written. Must not know: what they show, which of
 * them are there.
 */
#pragma once

#include "base/buf.h"
#include "picture/draw.h"
#include "picture/encode.h"

enum { KITTY_IDS_PER_FRAME = 4096 };

/* A rectangle cut from picture WHICH (0..KITTY_IDS_PER_FRAME - 1 of its frame), and where it lies. */
struct kitty_cut {
    uint32_t which;
    int32_t from_x, from_y;
    struct draw_rect place; /* pixels of the frame */
};

/* Sends PNG as picture 0 and shows it at the frame's corner, below all else. */
void kitty_send_base(
    struct buf *out, const struct encode_place *place, const struct buf *png);
/* Sends PNG as a picture to cut from. CLEAR, a pixel of it that is transparent, is shown at the
 * frame's corner as placement 1: kitty 0.26 forgets all pictures without a placement whenever it is
 * told to forget one. */
void kitty_send_sheet(struct buf *out, const struct encode_place *place, uint32_t which,
    int32_t clear_x, int32_t clear_y, const struct buf *png);
/* Shows CUT as PLACEMENT (2 or more), over what has a lower Z (above 0). Cursor and attributes are to be
 * kept around it by the caller. */
void kitty_place(struct buf *out, const struct encode_terminal *terminal,
    const struct encode_place *place, const struct kitty_cut *cut, uint32_t placement, int32_t z);
void kitty_take_away(
    struct buf *out, const struct encode_place *place, uint32_t which, uint32_t placement);
/* The picture with all its placements. */
void kitty_forget(struct buf *out, const struct encode_place *place, uint32_t which);
