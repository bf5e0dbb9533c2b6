/*
 * The easel: paints pictures with boxes at places of the screen, as bytes for the terminal.
 * Knows: photos, boxes, cells, what a terminal can show. Must not know: runs, keys, why a box is
 * red.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "work/photo.h"

enum easel_line { EASEL_SOLID, EASEL_DASHED, EASEL_DOTTED };

struct easel_box {
    double x, y, w, h; /* pixels of the original image */
    uint8_t rgb[3];
    enum easel_line line;
    uint8_t line_px;
    char label[48]; /* "" none */
};

enum { EASEL_MOST_BOXES = 1024, EASEL_MOST_TILES = 16 };

/* One photo at one place. */
struct easel_tile {
    struct photo *photo;      /* a reference of the scene's own; with pixels */
    int row, col, rows, cols; /* cells of the screen; no two tiles of a scene overlap */
    bool grey;
    struct easel_box *boxes; /* the scene's own */
    size_t box_count, box_capacity;
};

/* What one frame shows of pictures. */
struct easel_scene {
    size_t tile_count;
    struct easel_tile tiles[EASEL_MOST_TILES];
};

struct easel_scene *easel_scene_new(void); /* zeroed; NULL when out of memory */
void easel_scene_free(struct easel_scene *scene); /* accepts NULL */
/* NULL when out of memory. */
struct easel_scene *easel_scene_copy(const struct easel_scene *scene);
/* Both (NULL: no picture) look the same. */
bool easel_scene_same(const struct easel_scene *a, const struct easel_scene *b);
/* A zeroed tile more; NULL when there are EASEL_MOST_TILES. */
struct easel_tile *easel_scene_add(struct easel_scene *scene);
/* A zeroed box more; NULL when there are EASEL_MOST_BOXES or memory is out. */
struct easel_box *easel_tile_add(struct easel_tile *tile);
/* Takes the last tile away. */
void easel_scene_drop(struct easel_scene *scene);

enum easel_graphics { EASEL_SIXEL, EASEL_KITTY, EASEL_BLOCKS, EASEL_NONE };
enum easel_delta { EASEL_FULL, EASEL_BANDS, EASEL_CELLS, EASEL_PIXELS };

/* How the terminal shows pictures: what it answered (screen/probe.h), in this room's words. */
struct easel_terminal {
    enum easel_graphics graphics;
    enum easel_delta delta; /* sixel: how it takes changes */
    int cell_width_px, cell_height_px;
    int max_width_px, max_height_px; /* of one picture; 0: no limit */
    int colours;                     /* 1 << 24, 256, 16, or 0 for none */
    bool utf8;
};

/* The pixels that a picture may have in ROWS x COLS cells: what photo_load() wants. */
void easel_room(const struct easel_terminal *terminal, int rows, int cols, int32_t *width_px,
    int32_t *height_px);

/* What of TILE's image, in its own pixels, lies under the middle of a cell of the screen; outside of the
 * image too. TILE has a photo with pixels. */
void easel_where(const struct easel_terminal *terminal, const struct easel_tile *tile, int row,
    int col, double *x, double *y);

/*
 * The easel remembers what it painted last and appends to OUT what makes the screen show SCENE: a tile
 * that stays where it was sends what changed in it, an unchanged one nothing.
 * WHOLE: the screen was erased, paint everything. SCENE NULL: take away what is there. One thread.
 * On failure all is painted whole the next time.
 */
struct easel;
struct easel *easel_new(const struct easel_terminal *terminal, struct err *err);
void easel_free(struct easel *easel);
bool easel_paint(struct easel *easel, const struct easel_scene *scene, bool whole, struct buf *out,
    struct err *err);

/* The picture at PATH in its own size with the boxes of TILE (its photo and place are ignored),
 * written as a PNG to OUTPUT. */
bool easel_write_png(
    const char *path, const struct easel_tile *tile, const char *output, struct err *err);
