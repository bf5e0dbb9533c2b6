/*
 * Pictures as terminal bytes: sixel, kitty graphics, coloured cells (encoders.def).
 * Knows: what each protocol needs, and what it last sent to a place. Must not know: the terminal's
 * answers (the caller says what it found out), curses, who writes the bytes.
 *
 * One struct encoder_frame is one base picture at one place on the screen. Life:
 *
 *     encoder_area(encoder, &terminal, rows, cols, &w, &h);   // how many pixels the place takes
 *     base = picture_decode(...), window_render(... w, h); // exactly that many
 *     frame = encoder_open(encoder, &terminal, &place, base, &err);
 *     scene_lay(..., &layers, encoder->text_cells ? &texts : NULL);
 *     scene_paint(base, &layers, shown);                      // not where encoder->layers
 *     encoder_draw(frame, &scene, true, &out, &err);          // first, and after anything wiped it
 *     encoder_draw(frame, &scene, false, &out, &err);         // only what changed since
 *     encoder_erase(frame, &out); encoder_close(frame);
 *
 * Bytes are appended to OUT and leave the cursor where it was and the colours as they were at a
 * reset (SGR 0). Send them in one write, after the text of the frame; never let a place touch the
 * last screen row. A frame belongs to one thread at a time; different frames are independent.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "picture/pixels.h"
#include "picture/scene.h"

/* How a changed picture is sent by sixel. Seen to end pixel for pixel like a full redraw after 30
 * changes: PIXELS in xterm 379 and foot 1.13, CELLS in mlterm 3.9, BANDS in Konsole 22.12 (where
 * CELLS leaves lines). Unknown terminals: FULL. */
enum encode_delta {
    ENCODE_FULL,   /* everything, each time */
    ENCODE_BANDS,  /* opaque rectangles of whole cells whose height is a multiple of 6 px */
    ENCODE_CELLS,  /* opaque rectangles of whole cells */
    ENCODE_PIXELS, /* the changed pixels only, the others transparent */
};

enum encode_colours { ENCODE_MONO, ENCODE_16, ENCODE_256, ENCODE_TRUECOLOUR };

/* What the caller found out about the terminal. */
struct encode_terminal {
    int32_t cell_width_px, cell_height_px; /* each at least 1 */
    int32_t max_width_px, max_height_px;   /* the largest single image it shows; 0: no limit */
    int32_t palette_colours;               /* sixel, kitty: 2..240; 0: 240. Fewer are fewer bytes */
    int32_t most_bytes; /* sixel: so many for a whole picture, about, or as few as 8 colours can make
                           it; 0: as many as it takes */
    enum encode_delta delta;               /* sixel */
    enum encode_colours colours;           /* blocks */
    bool utf8;                             /* blocks */
};

struct encode_place {
    int32_t row, col;   /* of the top left cell, from 0 */
    int32_t rows, cols; /* cells kept free for it */
    uint32_t id;        /* kitty: not 0, below 2^20, unique among open frames */
};

/* What is to be seen, of the base's size. All of it is the caller's and is not kept. */
struct encode_scene {
    const struct pixels *pixels;       /* but where `layers` */
    const struct scene_layers *layers; /* looked at only there */
    const struct scene_texts *texts;   /* looked at only where `text_cells`; may be NULL */
};

struct encoder_frame; /* each encoder's own */

struct encoder {
    const char *name;  /* "sixel": the word of --graphics */
    const char *title; /* one line for help */
    bool layers;       /* shows the layers of the scene, and needs no pixels of it */
    bool text_cells;   /* shows labels as characters: hand it the texts of the scene */
    bool stays;        /* the terminal keeps the picture when its cells are overwritten: only
                          encoder_erase() removes it */
    bool hatches;      /* of colours over the base a few are kept as they are, and what changes is sent
                          alone: masks are best hatched (scene_map) */
    bool refines;      /* palette_colours make a better picture of more bytes */
    /* NULL: all pixels of the cells. */
    void (*area)(const struct encode_terminal *terminal, int32_t rows, int32_t cols,
        int32_t *width_px, int32_t *height_px);
    struct encoder_frame *(*open)(const struct encode_terminal *terminal,
        const struct encode_place *place, const struct pixels *base, struct err *err);
    bool (*draw)(struct encoder_frame *frame, const struct encode_scene *scene, bool full,
        struct buf *out, struct err *err);
    /* NULL: blanks over the cells. */
    void (*erase)(struct encoder_frame *frame, struct buf *out);
    void (*close)(struct encoder_frame *frame);
};

/* All encoders, in the order of encoders.def; NULL-terminated. */
extern const struct encoder *const encoders[];
const struct encoder *encoder_find(const char *name); /* NULL when there is none */

/* Pixels that ROWS x COLS cells take: for sixel the height is cut to a multiple of 6, for blocks it
 * is one by two pixels a cell. At least 1 x 1. */
void encoder_area(const struct encoder *encoder, const struct encode_terminal *terminal,
    int32_t rows, int32_t cols, int32_t *width_px, int32_t *height_px);

/* BASE is the picture without boxes, of encoder_area()'s size or smaller; it is copied. Here the
 * palette is made, so that encoder_draw() is cheap: for a worker thread. NULL fills ERR
 * (ERR_MEMORY, ERR_LIMIT). */
struct encoder_frame *encoder_open(const struct encoder *encoder,
    const struct encode_terminal *terminal, const struct encode_place *place,
    const struct pixels *base, struct err *err);

/* Puts a frame that was not drawn yet at another PLACE of as many cells. */
void encoder_put(struct encoder_frame *frame, const struct encode_place *place);

/* Appends what makes the screen show SCENE. FULL sends everything; else only what differs from the
 * last draw, nothing when nothing does; the first draw is always full. Give OUT a maximum well above
 * the picture (16 MiB, say): room is asked for by the worst case. On failure (ERR_MEMORY, or OUT is
 * at its maximum) the next draw is full. */
bool encoder_draw(struct encoder_frame *frame, const struct encode_scene *scene, bool full,
    struct buf *out, struct err *err);

/* Appends what takes the picture off the screen: with `stays` commands, else blanks over its cells
 * in the default colour (xterm, foot and mlterm erase sixels so; Konsole does not: use kitty
 * there). The next draw is full. */
void encoder_erase(struct encoder_frame *frame, struct buf *out);
void encoder_close(struct encoder_frame *frame); /* accepts NULL; sends nothing */
