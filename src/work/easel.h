/*
 * The easel: paints pictures with boxes at places of the screen, as bytes for the terminal.
 * Knows: photos, boxes, cells, what a terminal can show. Must not know: runs, keys, why a box is
 * red.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "work/photo.h"

enum easel_line { EASEL_SOLID, EASEL_DASHED, EASEL_DOTTED, EASEL_DOUBLE };

struct easel_box {
    double x, y, w, h; /* pixels of the original image */
    uint8_t rgb[3];
    enum easel_line line;
    uint8_t line_px;
    char label[48]; /* "" none */
    /* Its pixels: runs of the tile, as in struct mask; of none the count is 0. */
    size_t mask_at, mask_count;
    int32_t mask_height_px;
};

enum { EASEL_MOST_BOXES = 1024, EASEL_MOST_TILES = 16, EASEL_MOST_RUNS = 1 << 20 };

/* How a photo is looked at; zeroed: all of it, as it is. */
struct easel_look {
    double zoom; /* screen pixels for each of the original's; 0: as large as all of it fits */
    double x, y; /* with a zoom: the original's point in the middle */
    bool smooth; /* enlarged pixels run into one another, else they stay squares */
    bool grey;
    bool light; /* what is around it, for a light page */
    int brightness, contrast; /* -100..100: picture/pixels.h */
};

/* One photo at one place. */
struct easel_tile {
    struct photo *photo;      /* a reference of the scene's own; with pixels */
    int row, col, rows, cols; /* cells of the screen; no two tiles of a scene overlap */
    struct easel_look look;
    bool fine;               /* in the best colours: more bytes, for a person at rest */
    struct easel_box *boxes; /* the scene's own */
    size_t box_count, box_capacity;
    uint32_t *runs; /* of the boxes' masks; the scene's own */
    size_t run_count, run_capacity;
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
/* Their tiles lie at the same places; of no picture (NULL) there are none. */
bool easel_scene_same_places(const struct easel_scene *a, const struct easel_scene *b);
/* Tiles that SHOWN (may be NULL) has, too, are as fine as they are there, all others are not. */
void easel_scene_follow(struct easel_scene *scene, const struct easel_scene *shown);
void easel_scene_refine(struct easel_scene *scene); /* all tiles fine */
bool easel_scene_is_fine(const struct easel_scene *scene);
/* A zeroed tile more; NULL when there are EASEL_MOST_TILES. */
struct easel_tile *easel_scene_add(struct easel_scene *scene);
/* A zeroed box more; NULL when there are EASEL_MOST_BOXES or memory is out. */
struct easel_box *easel_tile_add(struct easel_tile *tile);
/* Takes the boxes of FROM, which then has none, with their masks. */
void easel_tile_move_boxes(struct easel_tile *to, struct easel_tile *from);
/* Gives BOX of TILE the mask of COUNT runs on an image of that height, which are copied; none when the
 * tile's masks would have more than EASEL_MOST_RUNS. False when memory is out. */
bool easel_tile_mask(struct easel_tile *tile, struct easel_box *box, const uint32_t *runs,
    size_t count, int32_t height_px);
/* Takes the last tile away. */
void easel_scene_drop(struct easel_scene *scene);

enum easel_graphics { EASEL_SIXEL, EASEL_KITTY, EASEL_ITERM, EASEL_BLOCKS, EASEL_NONE };
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

/* TILE's look, FACTOR (above 0) times as large, with what is at that cell staying there; ROWS and COLS
 * further down and to the right. Held so that the image stays in the place. */
struct easel_look easel_zoomed(const struct easel_terminal *terminal, const struct easel_tile *tile,
    double factor, int row, int col);
struct easel_look easel_moved(
    const struct easel_terminal *terminal, const struct easel_tile *tile, int rows, int cols);
/* Screen pixels a pixel of TILE's image, as it is looked at. */
double easel_scale(const struct easel_terminal *terminal, const struct easel_tile *tile);

/*
 * The easel remembers what it painted last and appends to OUT what makes the screen show SCENE: a tile
 * that stays where it was sends what changed in it, an unchanged one nothing.
 * WHOLE: the screen was erased, paint everything. SCENE NULL: take away what is there. One thread.
 * On failure all is painted whole the next time.
 */
struct easel;
struct plates;
/* PLATES (work/plates.h; NULL: none) is told what is shown, and asked for what was made in time; it
 * outlives the easel. */
struct easel *easel_new(
    const struct easel_terminal *terminal, struct plates *plates, struct err *err);
void easel_free(struct easel *easel);
/* The terminal is another now (its font changed, its answer came late): what was painted for the old
 * one is taken away, by bytes appended to OUT where it would stay. Nothing when it is the same. */
void easel_set_terminal(struct easel *easel, const struct easel_terminal *terminal, struct buf *out);
bool easel_paint(struct easel *easel, const struct easel_scene *scene, bool whole, struct buf *out,
    struct err *err);

/* The boxes of TILE (its photo and place are ignored) over BASE, a picture of an original of that size,
 * into OUT of BASE's size; lines and labels grow with the picture, so that they are seen on paper.
 * False when memory is out. */
struct pixels;
bool easel_compose(const struct easel_tile *tile, struct pixels *base, int32_t original_width_px,
    int32_t original_height_px, struct pixels *out, struct err *err);
