/*
 * What was sent once to a terminal that keeps pictures: sheets from which the layers of scenes are
 * cut, again and again. Outlines of one colour and style are all cut from one sheet, labels that came
 * together share one, each mask has its own.
 * Knows: scenes, PNG. Must not know: what of it is on the screen.
 */
#pragma once

#include "base/digest.h"
#include "base/err.h"
#include "picture/kitty_wire.h"
#include "picture/scene.h"

struct kitty_sheet {
    uint32_t which; /* kitty_wire.h */
    struct digest key;
    struct draw_rect place; /* its size, and where a mask lies */
    uint64_t used;          /* by which scene last */
    bool outline;
};

struct kitty_label {
    struct digest key;
    uint32_t which;
    int32_t from_x;
};

struct kitty_sheets {
    const struct encode_place *place; /* of the frame */
    int32_t width_px, height_px;
    struct kitty_sheet *items;
    size_t count, capacity;
    struct kitty_label *labels;
    size_t label_count, label_capacity;
    size_t outline_bytes, bytes; /* that the terminal needs for outlines, and for all */
    uint32_t last;               /* the picture sent last */
    uint64_t scene;
    struct buf png; /* scratch */
};

enum { KITTY_MOST_CUTS = 4 };

/* For a frame at PLACE, which is the frame's, with a picture of that size. */
void kitty_sheets_init(struct kitty_sheets *sheets, const struct encode_place *place,
    int32_t width_px, int32_t height_px);
void kitty_sheets_done(struct kitty_sheets *sheets);
/* Begins the next scene: sends what its labels need. ERR_MEMORY, ERR_LIMIT. */
bool kitty_sheets_begin(struct kitty_sheets *sheets, const struct scene_layers *layers,
    struct buf *out, struct err *err);
/* What LAYER is cut from, sent if need be: up to KITTY_MOST_CUTS parts, none where it is out of sight.
 * ERR_MEMORY, ERR_LIMIT. */
bool kitty_sheets_cut(struct kitty_sheets *sheets, const struct scene_layers *layers,
    const struct scene_layer *layer, struct kitty_cut cuts[KITTY_MOST_CUTS], size_t *count,
    struct buf *out, struct err *err);
/* Forgets sheets of which the scene shows nothing while there are too many, the oldest first. */
void kitty_sheets_trim(struct kitty_sheets *sheets, struct buf *out);
void kitty_sheets_forget(struct kitty_sheets *sheets, struct buf *out); /* all */
