/*
 * Kitty graphics: the base once as a palette PNG; over it, the layers of the scene as placements of
 * what was sent once (kitty_sheets). A layer that stays costs nothing, one that goes its name.
 * Knows: what is placed, and what lies above what. Must not know: how commands are written, how a
 * layer looks, which terminals speak it.
 */
#include "picture/encoder.h"
#include "picture/kitty_sheets.h"
#include "picture/palette.h"
#include "picture/png_out.h"

#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST_BASE_BYTES = 64 << 20,
    Z_STEP = 1024, /* between neighbours: so others find room between them */
    FIRST_PLACEMENT = 2,
};

/* A part of a layer on the screen. */
struct piece {
    struct kitty_cut cut;
    uint32_t placement; /* 0: not placed yet */
    int32_t z;
    bool stays; /* of one on the screen */
};

struct kitty_frame {
    struct encoder_frame head; /* first */
    struct buf base_png;
    struct kitty_sheets sheets;
    struct piece *pieces, *next; /* on the screen; to be, both from bottom to top */
    size_t count, next_count, capacity, next_capacity;
    uint32_t last_placement;
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
    kitty_sheets_done(&kitty->sheets);
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
    struct palette palette = {0};
    uint8_t *index = malloc((size_t)base->width_px * (size_t)base->height_px);
    bool ok = (index || err_set(err, ERR_MEMORY, "out of memory")) &&
              palette_init(&palette, base, colours, err);
    if (ok) {
        palette_map(&palette, base, index);
        struct png_indexed picture = {.index = index,
            .width_px = base->width_px,
            .height_px = base->height_px,
            .rgb = (const uint8_t(*)[3])palette.rgb,
            .colours = palette.count};
        ok = png_out_indexed(&picture, &kitty->base_png, err);
    }
    palette_done(&palette);
    free(index);
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
    buf_init(&kitty->base_png, MOST_BASE_BYTES);
    kitty_sheets_init(&kitty->sheets, &kitty->head.place, base->width_px, base->height_px);
    if (encoder_frame_init(&kitty->head, &encoder_kitty, terminal, place, base, err) &&
        make_base(kitty, err))
        return &kitty->head;
    close(&kitty->head);
    return NULL;
}

/* ---- a frame ---- */

static bool same_cut(const struct kitty_cut *a, const struct kitty_cut *b)
{
    return a->which == b->which && a->from_x == b->from_x && a->from_y == b->from_y &&
           a->place.x == b->place.x && a->place.y == b->place.y && a->place.w == b->place.w &&
           a->place.h == b->place.h;
}

/* The pieces of LAYERS in `next`, not yet placed; sends what they are cut from. */
static bool cut(struct kitty_frame *kitty, const struct scene_layers *layers, struct buf *out,
    struct err *err)
{
    kitty->next_count = 0;
    if (!kitty_sheets_begin(&kitty->sheets, layers, out, err))
        return false;
    for (size_t i = 0; i < layers->count; i++) {
        struct kitty_cut cuts[KITTY_MOST_CUTS];
        size_t count;
        if (!kitty_sheets_cut(&kitty->sheets, layers, &layers->items[i], cuts, &count, out, err))
            return false;
        if (!GROW(kitty->next, kitty->next_capacity, kitty->next_count + count))
            return err_set(err, ERR_MEMORY, "out of memory");
        for (size_t c = 0; c < count; c++)
            kitty->next[kitty->next_count++] = (struct piece){.cut = cuts[c]};
    }
    return true;
}

/* Pieces of the screen that are to be there, too, stay in `next` as they are, where they lie in the
 * same order. The lists are much alike: each is looked for behind the one before. */
static void keep(struct kitty_frame *kitty)
{
    size_t at = 0;
    int32_t z = 0;
    for (size_t i = 0; i < kitty->next_count; i++) {
        struct piece *next = &kitty->next[i];
        for (size_t tried = 0; tried < kitty->count; tried++) {
            struct piece *old = &kitty->pieces[(at + tried) % kitty->count];
            if (old->stays || !same_cut(&old->cut, &next->cut))
                continue;
            at = (size_t)(old - kitty->pieces) + 1;
            if (old->z > z) {
                *next = *old;
                z = old->z;
                old->stays = true;
            }
            break;
        }
    }
}

static void keep_none(struct kitty_frame *kitty)
{
    for (size_t i = 0; i < kitty->count; i++)
        kitty->pieces[i].stays = false;
    for (size_t i = 0; i < kitty->next_count; i++)
        kitty->next[i].placement = 0;
}

/* Gives the pieces that are not placed yet a height between those that are. False where there is no
 * room. */
static bool stack(struct kitty_frame *kitty)
{
    int32_t below = 0;
    for (size_t i = 0; i < kitty->next_count; i++) {
        if (kitty->next[i].placement) {
            below = kitty->next[i].z;
            continue;
        }
        size_t end = i;
        while (end < kitty->next_count && !kitty->next[end].placement)
            end++;
        int32_t steps = (int32_t)(end - i) + 1;
        int32_t room = end < kitty->next_count ? kitty->next[end].z - below : steps * Z_STEP;
        if (room < steps)
            return false;
        for (int32_t n = 1; i < end; i++, n++)
            kitty->next[i].z = below + (int32_t)((int64_t)room * n / steps);
        i--;
    }
    return true;
}

static void place_new(struct kitty_frame *kitty, struct buf *out)
{
    const struct encoder_frame *head = &kitty->head;
    for (size_t i = 0; i < kitty->next_count; i++) {
        struct piece *piece = &kitty->next[i];
        if (piece->placement)
            continue;
        piece->placement = ++kitty->last_placement;
        kitty_place(out, &head->terminal, &head->place, &piece->cut, piece->placement, piece->z);
    }
}

static void take_old(struct kitty_frame *kitty, struct buf *out)
{
    for (size_t i = 0; i < kitty->count; i++)
        if (!kitty->pieces[i].stays)
            kitty_take_away(
                out, &kitty->head.place, kitty->pieces[i].cut.which, kitty->pieces[i].placement);
}

static void forget(struct kitty_frame *kitty, struct buf *out)
{
    kitty_sheets_forget(&kitty->sheets, out);
    kitty->count = 0;
    kitty->last_placement = FIRST_PLACEMENT - 1;
}

static void swap(struct kitty_frame *kitty)
{
    struct piece *pieces = kitty->pieces;
    size_t capacity = kitty->capacity;
    kitty->pieces = kitty->next;
    kitty->count = kitty->next_count;
    kitty->capacity = kitty->next_capacity;
    kitty->next = pieces;
    kitty->next_capacity = capacity;
}

static bool draw(struct encoder_frame *frame, const struct encode_scene *scene, bool full,
    struct buf *out, struct err *err)
{
    struct kitty_frame *kitty = kitty_of(frame);
    size_t before = out->length;
    encoder_save(out);
    size_t empty = out->length;
    if (full) {
        forget(kitty, out);
        kitty_send_base(out, &frame->place, &kitty->base_png);
    }
    bool ok = cut(kitty, scene->layers, out, err);
    if (ok) {
        keep(kitty);
        if (!stack(kitty)) {
            keep_none(kitty);
            stack(kitty);
        }
        place_new(kitty, out);
        take_old(kitty, out); /* only now: no frame without boxes */
        swap(kitty);
        kitty_sheets_trim(&kitty->sheets, out);
    }
    if (out->length == empty && !out->failed)
        out->length = before; /* nothing has changed */
    else
        encoder_restore(out);
    return ok;
}

static void erase(struct encoder_frame *frame, struct buf *out)
{
    struct kitty_frame *kitty = kitty_of(frame);
    forget(kitty, out);
    kitty_forget(out, &frame->place, 0);
}

const struct encoder encoder_kitty = {.name = "kitty",
    .title = "kitty graphics: kitty, Ghostty, Konsole",
    .layers = true,
    .stays = true,
    .hatches = true,
    .refines = true,
    .open = open,
    .draw = draw,
    .erase = erase,
    .close = close};
