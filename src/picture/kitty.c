/*
 * Kitty graphics: the base once as a palette PNG; over it, what is drawn as pieces (overlay.h):
 * bars are placements of bars of their colour that were sent once, patches are small PNGs. Knows:
 * the graphics protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol/), of it what Konsole
 * knows too. Must not know: boxes, which terminals speak it.
 */
#include "picture/encoder.h"
#include "picture/overlay.h"
#include "picture/palette.h"
#include "picture/png_out.h"

#include "base/grow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK_BYTES = 3072, /* 4096 in base64, the protocol's maximum */
    PNG_MAX_BYTES = 64 << 20,
    MOST_INKS = 2 * OVERLAY_MOST_PIECES,
    IDS_PER_FRAME = 4096, /* the base, the bars, then patches */
    FIRST_PATCH_ID = 1 + MOST_INKS,
    PATCH_IDS = IDS_PER_FRAME - FIRST_PATCH_ID,
};

/* A piece on the screen, and how it is called there. */
struct shown_piece {
    struct overlay_piece piece;
    uint32_t image, placement;
};

/* A bar that was sent once, as long as the picture: all like it are cut from it. */
struct ink {
    uint8_t rgb[3];
    int32_t on, off;
    bool down;      /* from top to bottom, else from left to right */
    int placements; /* of the frame at hand; 0: the picture is not there */
};

struct kitty_frame {
    struct encoder_frame head; /* first */
    struct buf base_png;
    struct buf png; /* scratch */
    uint8_t *index; /* scratch, one byte a pixel */
    struct overlay overlay;
    struct shown_piece *pieces, *next; /* on the screen; to be */
    size_t count, next_count, capacity, next_capacity;
    struct ink inks[MOST_INKS];
    uint32_t last_placement, last_patch;
};

static struct kitty_frame *kitty_of(struct encoder_frame *frame)
{
    return (struct kitty_frame *)frame;
}

static void close(struct encoder_frame *frame)
{
    struct kitty_frame *kitty = kitty_of(frame);
    encoder_frame_done(frame);
    buf_done(&kitty->base_png);
    buf_done(&kitty->png);
    overlay_done(&kitty->overlay);
    free(kitty->index);
    free(kitty->pieces);
    free(kitty->next);
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
    size_t bar = ((size_t)base->width_px + (size_t)base->height_px + OVERLAY_MOST_PERIOD_PX) *
                 OVERLAY_BAR_PX;
    size_t all = (size_t)base->width_px * (size_t)base->height_px;
    kitty->index = malloc(bar > all ? bar : all);
    bool ok = kitty->index || err_set(err, ERR_MEMORY, "out of memory");
    if (ok && encoder_frame_init(&kitty->head, &encoder_kitty, terminal, place, base, err) &&
        make_base(kitty, err))
        return &kitty->head;
    close(&kitty->head);
    return NULL;
}

/* ---- the commands ---- */

static uint32_t id_of(const struct kitty_frame *kitty, uint32_t which)
{
    return kitty->head.place.id * IDS_PER_FRAME + which;
}

/* The cell of pixel X, Y. */
static void move_to(const struct kitty_frame *kitty, int32_t x, int32_t y, struct buf *out)
{
    const struct encode_terminal *terminal = &kitty->head.terminal;
    encoder_move(out, kitty->head.place.row + y / terminal->cell_height_px,
        kitty->head.place.col + x / terminal->cell_width_px);
}

/* Sends PNG in chunks, behind KEYS of the first of them. No answers (q=2). */
static void add_data(const char *keys, const struct buf *png, struct buf *out)
{
    for (size_t at = 0; at < png->length; at += CHUNK_BYTES) {
        size_t left = png->length - at, bytes = left < CHUNK_BYTES ? left : CHUNK_BYTES;
        int more = left > CHUNK_BYTES;
        if (at == 0)
            buf_printf(out, "\x1b_G%s,q=2,f=100,m=%d;", keys, more);
        else
            buf_printf(out, "\x1b_Gq=2,m=%d;", more);
        buf_add_base64(out, png->data + at, bytes);
        buf_add_string(out, "\x1b\\");
    }
}

/* Sends PNG as picture WHICH and shows it at pixel X, Y; the cursor stays (C=1). */
static void add_picture(const struct kitty_frame *kitty, uint32_t which, int32_t x, int32_t y,
    const struct buf *png, struct buf *out)
{
    const struct encode_terminal *terminal = &kitty->head.terminal;
    char keys[96];
    snprintf(keys, sizeof keys, "a=T,i=%u,p=1,X=%d,Y=%d,z=%d,C=1", id_of(kitty, which),
        (int)(x % terminal->cell_width_px), (int)(y % terminal->cell_height_px), which > 0);
    move_to(kitty, x, y, out);
    add_data(keys, png, out);
}

/* Takes picture WHICH and its data away, or with PLACEMENT not 0 that placement only. */
static void add_delete(
    const struct kitty_frame *kitty, uint32_t which, uint32_t placement, struct buf *out)
{
    if (placement)
        buf_printf(out, "\x1b_Ga=d,d=i,q=2,i=%u,p=%u\x1b\\", id_of(kitty, which), placement);
    else
        buf_printf(out, "\x1b_Ga=d,d=I,q=2,i=%u\x1b\\", id_of(kitty, which));
}

/* ---- bars ---- */

/* Sends a bar of INK. */
static bool send_ink(struct kitty_frame *kitty, const struct ink *ink, uint32_t which,
    struct buf *out, struct err *err)
{
    const struct pixels *base = kitty->head.base;
    int32_t period = ink->on + ink->off;
    int32_t length = (ink->down ? base->height_px : base->width_px) + period;
    int32_t w = ink->down ? OVERLAY_BAR_PX : length, h = ink->down ? length : OVERLAY_BAR_PX;
    for (int32_t y = 0; y < h; y++)
        for (int32_t x = 0; x < w; x++)
            kitty->index[(size_t)y * (size_t)w + (size_t)x] =
                !period || (ink->down ? y : x) % period < ink->on;
    const uint8_t rgb[2][3] = {{0}, {ink->rgb[0], ink->rgb[1], ink->rgb[2]}};
    struct png_indexed picture = {.index = kitty->index,
        .width_px = w,
        .height_px = h,
        .rgb = rgb,
        .colours = 2,
        .first_is_clear = true};
    buf_clear(&kitty->png);
    if (!png_out_indexed(&picture, &kitty->png, err))
        return false;
    char keys[32];
    snprintf(keys, sizeof keys, "a=t,i=%u", id_of(kitty, which));
    add_data(keys, &kitty->png, out);
    return true;
}

/* The picture that a bar is cut from, sent if need be. Pieces of this frame and of the one before
 * are fewer than MOST_INKS, so that one is always free. */
static bool find_ink(struct kitty_frame *kitty, const struct overlay_piece *bar, uint32_t *which,
    struct buf *out, struct err *err)
{
    struct ink ink = {.on = bar->on, .off = bar->off, .down = bar->h > OVERLAY_BAR_PX};
    memcpy(ink.rgb, bar->rgb, 3);
    size_t vacant = MOST_INKS;
    for (size_t i = 0; i < MOST_INKS; i++) {
        struct ink *known = &kitty->inks[i];
        *which = 1 + (uint32_t)i;
        if (!known->placements)
            vacant = vacant < i ? vacant : i;
        else if (memcmp(known->rgb, ink.rgb, 3) == 0 && known->on == ink.on &&
                 known->off == ink.off && known->down == ink.down)
            return true;
    }
    kitty->inks[vacant] = ink;
    *which = 1 + (uint32_t)vacant;
    return send_ink(kitty, &ink, *which, out, err);
}

static void place_bar(struct kitty_frame *kitty, struct shown_piece *shown, struct buf *out)
{
    const struct encode_terminal *terminal = &kitty->head.terminal;
    const struct overlay_piece *piece = &shown->piece;
    shown->placement = ++kitty->last_placement;
    kitty->inks[shown->image - 1].placements++;
    move_to(kitty, piece->x, piece->y, out);
    buf_printf(out, "\x1b_Ga=p,q=2,i=%u,p=%u,w=%d,h=%d", id_of(kitty, shown->image),
        shown->placement, (int)piece->w, (int)piece->h);
    if (piece->phase)
        buf_printf(out, ",%c=%d", piece->h > OVERLAY_BAR_PX ? 'y' : 'x', (int)piece->phase);
    if (piece->x % terminal->cell_width_px)
        buf_printf(out, ",X=%d", (int)(piece->x % terminal->cell_width_px));
    if (piece->y % terminal->cell_height_px)
        buf_printf(out, ",Y=%d", (int)(piece->y % terminal->cell_height_px));
    buf_add_string(out, ",z=1\x1b\\"); /* the cursor moves, and is moved again for the next */
}

/* ---- patches ---- */

static bool is_shown(const struct kitty_frame *kitty, uint32_t image)
{
    bool found = false;
    for (size_t i = 0; i < kitty->count; i++)
        found |= kitty->pieces[i].image == image;
    for (size_t i = 0; i < kitty->next_count; i++)
        found |= kitty->next[i].image == image;
    return found;
}

/* Whether pixels of PATCH's rectangle are not drawn. */
static bool has_holes(const struct kitty_frame *kitty, const struct overlay_piece *patch)
{
    bool holes = false;
    for (int32_t y = 0; y < patch->h && !holes; y++)
        for (int32_t x = 0; x < patch->w && !holes; x++)
            holes = !overlay_pixel(&kitty->overlay, patch, x, y);
    return holes;
}

/* The drawn pixels of a patch in their own colours, the others transparent. */
static bool send_patch(
    struct kitty_frame *kitty, struct shown_piece *shown, struct buf *out, struct err *err)
{
    const struct overlay_piece *piece = &shown->piece;
    bool holes = has_holes(kitty, piece);
    struct palette palette;
    palette_init_exact(&palette, holes);
    for (int32_t y = 0; y < piece->h; y++)
        for (int32_t x = 0; x < piece->w; x++) {
            const uint8_t *rgb = overlay_pixel(&kitty->overlay, piece, x, y);
            kitty->index[(size_t)y * (size_t)piece->w + (size_t)x] =
                rgb ? palette_exact(&palette, rgb) : 0;
        }
    struct png_indexed picture = {.index = kitty->index,
        .width_px = piece->w,
        .height_px = piece->h,
        .rgb = (const uint8_t(*)[3])palette.rgb,
        .colours = palette.used,
        .first_is_clear = holes};
    buf_clear(&kitty->png);
    if (!png_out_indexed(&picture, &kitty->png, err))
        return false;
    do
        kitty->last_patch = (kitty->last_patch + 1) % PATCH_IDS;
    while (is_shown(kitty, FIRST_PATCH_ID + kitty->last_patch));
    shown->image = FIRST_PATCH_ID + kitty->last_patch;
    shown->placement = 0;
    add_picture(kitty, shown->image, piece->x, piece->y, &kitty->png, out);
    return true;
}

/* ---- a frame ---- */

/* The piece of the screen that looks like PIECE, taken from there; NULL: none. */
static struct shown_piece *find_shown(struct kitty_frame *kitty, const struct overlay_piece *piece)
{
    for (size_t i = 0; i < kitty->count; i++) {
        struct shown_piece *shown = &kitty->pieces[i];
        if (shown->image && overlay_piece_same(&shown->piece, piece))
            return shown;
    }
    return NULL;
}

static bool add_piece(
    struct kitty_frame *kitty, const struct overlay_piece *piece, struct buf *out, struct err *err)
{
    if (!GROW(kitty->next, kitty->next_capacity, kitty->next_count + 1))
        return err_set(err, ERR_MEMORY, "out of memory");
    struct shown_piece *shown = &kitty->next[kitty->next_count++], *old = find_shown(kitty, piece);
    if (old) {
        *shown = *old;
        old->image = 0; /* stays */
        return true;
    }
    *shown = (struct shown_piece){.piece = *piece};
    if (!piece->is_bar)
        return send_patch(kitty, shown, out, err);
    if (!find_ink(kitty, piece, &shown->image, out, err))
        return false;
    place_bar(kitty, shown, out);
    return true;
}

/* Takes everything away, data and all. */
static void delete_all(struct kitty_frame *kitty, bool base, struct buf *out)
{
    for (size_t i = 0; i < kitty->count; i++)
        if (kitty->pieces[i].image && !kitty->pieces[i].placement)
            add_delete(kitty, kitty->pieces[i].image, 0, out);
    for (uint32_t i = 0; i < MOST_INKS; i++)
        if (kitty->inks[i].placements)
            add_delete(kitty, 1 + i, 0, out);
    if (base)
        add_delete(kitty, 0, 0, out);
    kitty->count = 0;
    memset(kitty->inks, 0, sizeof kitty->inks);
}

/* Takes away what the next frame does not have. A bar that nothing is cut from any more goes with
 * its data: kitty 0.26 forgets all pictures without a placement whenever it is told to forget one.
 */
static void delete_old(struct kitty_frame *kitty, struct buf *out)
{
    for (size_t i = 0; i < kitty->count; i++) {
        const struct shown_piece *old = &kitty->pieces[i];
        struct ink *ink = old->image && old->placement ? &kitty->inks[old->image - 1] : NULL;
        bool last = ink && --ink->placements == 0;
        if (old->image)
            add_delete(kitty, old->image, last ? 0 : old->placement, out);
    }
}

static bool draw(struct encoder_frame *frame, const struct pixels *shown,
    const struct scene_texts *texts, bool full, struct buf *out, struct err *err)
{
    (void)texts;
    struct kitty_frame *kitty = kitty_of(frame);
    if (!full && memcmp(shown->rgb, frame->shown->rgb, pixels_bytes(shown)) == 0)
        return true;
    memcpy(frame->shown->rgb, shown->rgb, pixels_bytes(shown));
    bool ok = overlay_find(&kitty->overlay, frame->base, shown) ||
              err_set(err, ERR_MEMORY, "out of memory");
    encoder_save(out);
    if (full) {
        delete_all(kitty, false, out);
        add_picture(kitty, 0, 0, 0, &kitty->base_png, out);
    }
    kitty->next_count = 0;
    for (size_t i = 0; ok && i < kitty->overlay.count; i++)
        ok = add_piece(kitty, &kitty->overlay.pieces[i], out, err);
    delete_old(kitty, out); /* only now: no frame without boxes */
    encoder_restore(out);
    struct shown_piece *pieces = kitty->pieces;
    size_t capacity = kitty->capacity;
    kitty->pieces = kitty->next;
    kitty->count = kitty->next_count;
    kitty->capacity = kitty->next_capacity;
    kitty->next = pieces;
    kitty->next_capacity = capacity;
    return ok;
}

static void erase(struct encoder_frame *frame, struct buf *out)
{
    delete_all(kitty_of(frame), true, out);
}

const struct encoder encoder_kitty = {.name = "kitty",
    .title = "kitty graphics: kitty, Ghostty, Konsole",
    .stays = true,
    .hatches = true,
    .refines = true,
    .open = open,
    .draw = draw,
    .erase = erase,
    .close = close};
