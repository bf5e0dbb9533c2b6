/*
 * Kitty graphics: the base once as a palette PNG, then everything drawn over it as a second, mostly
 * transparent picture that replaces the one before.
 * Knows: the graphics protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol/). Must not know:
 * boxes, which terminals speak it.
 */
#include "picture/encoder.h"
#include "picture/palette.h"
#include "picture/png_out.h"

#include <stdlib.h>
#include <string.h>

enum {
    CHUNK_BYTES = 3072, /* 4096 in base64, the protocol's maximum */
    PNG_MAX_BYTES = 64 << 20,
    IDS_PER_FRAME = 4, /* the base, two overlays in turn */
};

struct kitty_frame {
    struct encoder_frame head; /* first */
    struct buf base_png;
    struct buf png; /* scratch */
    uint8_t *index; /* scratch, one byte a pixel */
    int overlay;    /* which overlay is on the screen: 1 or 2; 0: none */
};

/* A rectangle of pixels that begins at a cell. */
struct crop {
    int32_t row, col;   /* cells */
    int32_t x, y, w, h; /* pixels */
};

static struct kitty_frame *kitty_of(struct encoder_frame *frame)
{
    return (struct kitty_frame *)frame;
}

static void area(const struct encode_terminal *terminal, int32_t rows, int32_t cols,
    int32_t *width_px, int32_t *height_px)
{
    *width_px = cols * terminal->cell_width_px;
    *height_px = rows * terminal->cell_height_px;
}

static void close(struct encoder_frame *frame)
{
    struct kitty_frame *kitty = kitty_of(frame);
    encoder_frame_done(frame);
    buf_done(&kitty->base_png);
    buf_done(&kitty->png);
    free(kitty->index);
    free(kitty);
}

/* In colours of a palette: a quarter of the bytes of packed RGB, also after compression. */
static bool make_base(struct kitty_frame *kitty, struct err *err)
{
    const struct pixels *base = kitty->head.base;
    int32_t colours = kitty->head.terminal.palette_colours;
    colours = colours < 2 || colours > PALETTE_MAX_COLOURS ? PALETTE_MAX_COLOURS : colours;
    struct palette palette;
    bool ok = palette_init(&palette, base, colours, err);
    if (ok) {
        palette_map(&palette, base, kitty->index);
        struct png_indexed picture = {.index = kitty->index,
            .width_px = base->width_px,
            .height_px = base->height_px,
            .rgb = (const uint8_t(*)[3])palette.rgb,
            .colours = palette.count};
        ok = png_out_indexed(&picture, &kitty->base_png, err);
    }
    palette_done(&palette);
    return ok;
}

static struct encoder_frame *open(const struct encode_terminal *terminal,
    const struct encode_place *place, const struct pixels *base, struct err *err)
{
    struct kitty_frame *kitty = calloc(1, sizeof *kitty);
    if (!kitty) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    buf_init(&kitty->base_png, PNG_MAX_BYTES);
    buf_init(&kitty->png, PNG_MAX_BYTES);
    kitty->index = malloc((size_t)base->width_px * (size_t)base->height_px);
    bool ok = kitty->index || err_set(err, ERR_MEMORY, "out of memory");
    if (ok && encoder_frame_init(&kitty->head, &encoder_kitty, terminal, place, base, err) &&
        make_base(kitty, err))
        return &kitty->head;
    close(&kitty->head);
    return NULL;
}

static uint32_t id_of(const struct kitty_frame *kitty, int which)
{
    return kitty->head.place.id * IDS_PER_FRAME + (uint32_t)which;
}

/* Sends PNG as picture WHICH and shows it at a cell, over what lies lower; no answers (q=2), and
 * the cursor stays (C=1). */
static void add_picture(const struct kitty_frame *kitty, int which, int32_t row, int32_t col,
    const struct buf *png, struct buf *out)
{
    encoder_save(out);
    encoder_move(out, kitty->head.place.row + row, kitty->head.place.col + col);
    for (size_t at = 0; at < png->length; at += CHUNK_BYTES) {
        size_t left = png->length - at, bytes = left < CHUNK_BYTES ? left : CHUNK_BYTES;
        int more = left > CHUNK_BYTES;
        if (at == 0)
            buf_printf(out, "\x1b_Ga=T,q=2,f=100,i=%u,p=1,z=%d,C=1,m=%d;", id_of(kitty, which),
                which > 0, more);
        else
            buf_printf(out, "\x1b_Gq=2,m=%d;", more);
        buf_add_base64(out, png->data + at, bytes);
        buf_add_string(out, "\x1b\\");
    }
    encoder_restore(out);
}

/* Takes picture WHICH and its data away. */
static void add_delete(const struct kitty_frame *kitty, int which, struct buf *out)
{
    buf_printf(out, "\x1b_Ga=d,d=I,q=2,i=%u\x1b\\", id_of(kitty, which));
}

/* What surrounds all pixels in which SHOWN differs from the base. False when there are none. */
static bool find_overlay(
    const struct kitty_frame *kitty, const struct pixels *shown, struct crop *crop)
{
    int32_t left = shown->width_px, right = 0, top = -1, bottom = 0;
    for (int32_t y = 0; y < shown->height_px; y++) {
        int32_t from = 0, end;
        for (; encoder_next_change(shown, kitty->head.base, y, &from, &end); from = end) {
            left = from < left ? from : left;
            right = end > right ? end : right;
            top = top < 0 ? y : top;
            bottom = y + 1;
        }
    }
    if (top < 0)
        return false;
    const struct encode_terminal *terminal = &kitty->head.terminal;
    crop->row = top / terminal->cell_height_px;
    crop->col = left / terminal->cell_width_px;
    crop->x = crop->col * terminal->cell_width_px;
    crop->y = crop->row * terminal->cell_height_px;
    crop->w = right - crop->x;
    crop->h = bottom - crop->y;
    return true;
}

/* The changed pixels inside CROP in their own colours, the others transparent. */
static bool make_overlay(
    struct kitty_frame *kitty, const struct pixels *shown, const struct crop *crop, struct err *err)
{
    struct palette palette;
    palette_init_exact(&palette, 1);
    memset(kitty->index, 0, (size_t)crop->w * (size_t)crop->h);
    for (int32_t y = 0; y < crop->h; y++) {
        const uint8_t *row = shown->rgb + (size_t)(crop->y + y) * (size_t)shown->width_px * 3;
        uint8_t *to = kitty->index + (size_t)y * (size_t)crop->w;
        int32_t from = crop->x, end;
        for (; encoder_next_change(shown, kitty->head.base, crop->y + y, &from, &end); from = end)
            for (int32_t x = from; x < end; x++)
                to[x - crop->x] = palette_exact(&palette, row + (size_t)x * 3);
    }
    struct png_indexed picture = {.index = kitty->index,
        .width_px = crop->w,
        .height_px = crop->h,
        .rgb = (const uint8_t(*)[3])palette.rgb,
        .colours = palette.used,
        .first_is_clear = true};
    buf_clear(&kitty->png);
    return png_out_indexed(&picture, &kitty->png, err);
}

static bool draw(struct encoder_frame *frame, const struct pixels *shown,
    const struct scene_texts *texts, bool full, struct buf *out, struct err *err)
{
    (void)texts;
    struct kitty_frame *kitty = kitty_of(frame);
    if (full)
        add_picture(kitty, 0, 0, 0, &kitty->base_png, out);
    else if (memcmp(shown->rgb, frame->shown->rgb, pixels_bytes(shown)) == 0)
        return true;
    memcpy(frame->shown->rgb, shown->rgb, pixels_bytes(shown));
    int before = kitty->overlay;
    struct crop crop;
    kitty->overlay = 0;
    if (find_overlay(kitty, shown, &crop)) {
        if (!make_overlay(kitty, shown, &crop, err))
            return false;
        kitty->overlay = before == 1 ? 2 : 1;
        add_picture(kitty, kitty->overlay, crop.row, crop.col, &kitty->png, out);
    }
    for (int which = 1; which < IDS_PER_FRAME - 1; which++) /* only now: no frame without boxes */
        if (which != kitty->overlay && (full || which == before))
            add_delete(kitty, which, out);
    return true;
}

static void erase(struct encoder_frame *frame, struct buf *out)
{
    struct kitty_frame *kitty = kitty_of(frame);
    for (int which = 0; which < IDS_PER_FRAME - 1; which++)
        add_delete(kitty, which, out);
    kitty->overlay = 0;
}

const struct encoder encoder_kitty = {.name = "kitty",
    .title = "kitty graphics: kitty, Ghostty, Konsole",
    .stays = true,
    .refines = true,
    .area = area,
    .open = open,
    .draw = draw,
    .erase = erase,
    .close = close};
