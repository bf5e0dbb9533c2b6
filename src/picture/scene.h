/*
 * A scene: a scaled picture with boxes and their labels drawn over it.
 * Knows: box geometry, label placement. Must not know: what a box means (the caller gives colours,
 * styles and words), files, terminals.
 */
#pragma once

#include "picture/draw.h"

enum { SCENE_LABEL_BYTES = 48, SCENE_MAX_LINE_PX = 6, SCENE_LEAST_BOX_PX = 4 };

struct overlay_box {
    double x, y, w, h; /* image pixels, as in facts/boxes.h; what is not finite is not drawn, and no side
                          is shorter than SCENE_LEAST_BOX_PX on the picture, but of lines and among texts */
    uint8_t rgb[3];
    enum line_style style;
    int line_px;                   /* 1..SCENE_MAX_LINE_PX on the picture, growing inwards */
    char label[SCENE_LABEL_BYTES]; /* UTF-8, any bytes; "" for none. Shown in printable ASCII, an
                                      ellipsis as '.', every other code point as '?' */
    /* The object's pixels, as in struct stencil; none: mask_count 0. */
    const uint32_t *mask;
    size_t mask_count;
    int32_t mask_height_px;
};

/* From image pixels to the pixels of the base: base = image * scale + offset. */
struct scene_map {
    double scale_x, scale_y;
    double left_px, top_px; /* where the image begins, as window_render() tells */
    int32_t enlarge; /* lines and labels so many times as large, for pictures that are printed; 0: as
                        they are */
    bool hatched;    /* masks as STENCIL_HATCHED, else blended */
};

/* A label as text for encoders that show cells (encoder.text_cells): one character a cell, each
 * cell one pixel wide and two high. */
struct scene_text {
    int32_t row, col; /* cells from the top left corner of the base */
    uint8_t fg[3], bg[3];
    char text[SCENE_LABEL_BYTES]; /* printable ASCII */
};

/* Texts of one scene; zeroed at first, reused from scene to scene. */
struct scene_texts {
    struct scene_text *items; /* malloc'd */
    size_t count, capacity;
};

void scene_texts_done(struct scene_texts *texts); /* accepts a zeroed struct */

/* One thing that is drawn, over those before it. */
struct scene_layer {
    enum scene_kind { SCENE_MASK, SCENE_OUTLINE, SCENE_LABEL } kind;
    uint8_t rgb[3];
    struct draw_rect rect; /* of an outline, which may be partly outside, and of a label */
    enum line_style style; /* of an outline; never double, that is two of them */
    int32_t line_px;
    uint8_t ink[3];               /* of a label's text */
    char text[SCENE_LABEL_BYTES]; /* printable ASCII, PADDING from the label's corner */
    const uint32_t *mask;         /* the box's */
    size_t mask_count;
    int32_t mask_height_px;
};

/* A scene as what is drawn over a picture of that size, from bottom to top. Zeroed at first, reused
 * from scene to scene. */
struct scene_layers {
    struct scene_layer *items; /* malloc'd */
    size_t count, capacity;
    int32_t width_px, height_px;
    struct scene_map map;
};

void scene_layers_done(struct scene_layers *layers); /* accepts a zeroed struct */

/*
 * The layers of COUNT boxes, whose masks must live as long. Masks lie below all boxes, later boxes over
 * earlier ones, labels over all; earlier boxes choose their label's place
 * first: above the box, inside, below or beside, where the label stays in the picture and touches no
 * other label; a later one that finds no such place is left out. Labels that are wide on a small image
 * lose their last words. With TEXTS not NULL the labels are put there
 * instead. False when out of memory (something is missing then). Pure; any thread.
 */
bool scene_lay(const struct scene_map *map, const struct overlay_box *boxes, size_t count,
    int32_t width_px, int32_t height_px, struct scene_layers *layers, struct scene_texts *texts);
/* BASE with LAYERS over it, in OUT, which has BASE's size (and is wholly overwritten). False when out of
 * memory (OUT then lacks something). Pure; any thread. */
bool scene_paint(const struct pixels *base, const struct scene_layers *layers, struct pixels *out);
/* Both at one go. */
bool scene_compose(const struct pixels *base, const struct scene_map *map,
    const struct overlay_box *boxes, size_t count, struct pixels *out, struct scene_texts *texts);
/* Draws a label alone, with its corner at X, Y. */
void scene_paint_label(
    struct pixels *out, const struct scene_layer *label, int32_t enlarge, int32_t x, int32_t y);
