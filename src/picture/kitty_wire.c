#include "picture/kitty_wire.h"

#include "picture/encoder.h"

#include <stdio.h>

enum { CHUNK_BYTES = 3072 }; /* 4096 in base64, the protocol's maximum */

static uint32_t id_of(const struct encode_place *place, uint32_t which)
{
    return place->id * KITTY_IDS_PER_FRAME + which;
}

/* Sends PNG in chunks, behind KEYS of the first of them. No answers (q=2). */
static void add_data(struct buf *out, const char *keys, const struct buf *png)
{
    for (size_t at = 0; at < png->length; at += CHUNK_BYTES) {
        size_t left = png->length - at, bytes = left < CHUNK_BYTES ? left : CHUNK_BYTES;
        bool more = left > CHUNK_BYTES;
        if (at == 0)
            buf_printf(out, "\x1b_G%s,q=2,f=100%s;", keys, more ? ",m=1" : "");
        else
            buf_printf(out, "\x1b_Gq=2,m=%d;", more);
        buf_add_base64(out, png->data + at, bytes);
        buf_add_string(out, "\x1b\\");
    }
}

void kitty_send_base(
    struct buf *out, const struct encode_place *place, const struct buf *png)
{
    char keys[64];
    snprintf(keys, sizeof keys, "a=T,i=%u,p=1,z=0,C=1", id_of(place, 0));
    encoder_move(out, place->row, place->col);
    add_data(out, keys, png);
}

void kitty_send_sheet(struct buf *out, const struct encode_place *place, uint32_t which,
    int32_t clear_x, int32_t clear_y, const struct buf *png)
{
    char keys[96];
    snprintf(keys, sizeof keys, "a=T,i=%u,p=1,x=%d,y=%d,w=1,h=1,z=1,C=1", id_of(place, which),
        (int)clear_x, (int)clear_y);
    encoder_move(out, place->row, place->col);
    add_data(out, keys, png);
}

static void add_key(struct buf *out, char key, int32_t value)
{
    if (value)
        buf_printf(out, ",%c=%d", key, (int)value);
}

void kitty_place(struct buf *out, const struct encode_terminal *terminal,
    const struct encode_place *place, const struct kitty_cut *cut, uint32_t placement, int32_t z)
{
    int32_t cw = terminal->cell_width_px, ch = terminal->cell_height_px;
    encoder_move(out, place->row + cut->place.y / ch, place->col + cut->place.x / cw);
    buf_printf(out, "\x1b_Ga=p,q=2,i=%u,p=%u", id_of(place, cut->which), placement);
    add_key(out, 'x', cut->from_x);
    add_key(out, 'y', cut->from_y);
    add_key(out, 'w', cut->place.w);
    add_key(out, 'h', cut->place.h);
    add_key(out, 'X', cut->place.x % cw);
    add_key(out, 'Y', cut->place.y % ch);
    add_key(out, 'z', z);
    buf_add_string(out, "\x1b\\"); /* the cursor moves, and is moved again for the next */
}

void kitty_take_away(
    struct buf *out, const struct encode_place *place, uint32_t which, uint32_t placement)
{
    buf_printf(out, "\x1b_Ga=d,d=i,q=2,i=%u,p=%u\x1b\\", id_of(place, which), placement);
}

void kitty_forget(struct buf *out, const struct encode_place *place, uint32_t which)
{
    buf_printf(out, "\x1b_Ga=d,d=I,q=2,i=%u\x1b\\", id_of(place, which));
}
