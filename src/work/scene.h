/*
 * A scene: one picture with boxes on it at a place of the screen, and the easel that paints it.
 * Knows: pixels, boxes, cells, what a terminal can show. Must not know: runs, keys, why a box is red.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <stdatomic.h>

struct pixels;

/* A decoded picture scaled to fit; shared between threads. */
struct photo {
    atomic_int references;
    struct pixels *pixels;
    int32_t original_width_px, original_height_px;
    char path[1024];
    char trouble[256]; /* why there are no pixels; "" when there are */
};

struct photo *photo_load(const char *path, int32_t max_width_px, int32_t max_height_px);
struct photo *photo_share(struct photo *photo);
void photo_release(struct photo *photo); /* accepts NULL */

enum scene_line { SCENE_SOLID, SCENE_DASHED, SCENE_DOTTED };

struct scene_box {
    double x, y, w, h; /* pixels of the original image */
    uint8_t rgb[3];
    enum scene_line line;
    uint8_t line_px;
    char label[48]; /* "" none */
};

enum { SCENE_MOST_BOXES = 1024 };

struct scene {
    struct photo *photo;      /* a reference of its own */
    int row, col, rows, cols; /* cells of the screen */
    bool grey;
    size_t box_count;
    struct scene_box boxes[SCENE_MOST_BOXES];
};

struct scene *scene_new(void); /* NULL when out of memory */
void scene_free(struct scene *scene);

/* How the terminal shows pictures; filled from what it answered (screen/probe.h) by the app. */
enum scene_graphics { SCENE_SIXEL, SCENE_KITTY, SCENE_BLOCKS, SCENE_NO_PICTURES };
enum scene_delta { SCENE_DELTA_PIXELS, SCENE_DELTA_CELLS, SCENE_DELTA_FULL };

struct scene_terminal {
    enum scene_graphics graphics;
    enum scene_delta delta;
    int cell_width_px, cell_height_px;
    int max_width_px, max_height_px; /* of one picture; 0: no limit known */
    int colours;                     /* 1 << 24, 256, 16, or 0 for none */
    bool utf8;
};

/* Size in pixels that a picture may have in ROWS x COLS cells of the terminal. */
void scene_room(const struct scene_terminal *terminal, int rows, int cols, int32_t *width_px,
    int32_t *height_px);

/*
 * The easel remembers what it painted last and appends to OUT what changes that into SCENE. WHOLE: the
 * screen below was erased, paint everything. SCENE NULL: take away what is there. One thread.
 */
struct easel;
struct easel *easel_new(const struct scene_terminal *terminal, struct err *err);
void easel_free(struct easel *easel);
bool easel_paint(
    struct easel *easel, const struct scene *scene, bool whole, struct buf *out, struct err *err);
