#include "work/easel.h"

#include "base/grow.h"
#include "picture/decode.h"
#include "picture/encode.h"
#include "picture/png_out.h"
#include "picture/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LETTERBOX_GREY = 24 };

/* ---- scenes ---- */

struct easel_scene *easel_scene_new(void)
{
    return calloc(1, sizeof(struct easel_scene));
}

static void tile_done(struct easel_tile *tile)
{
    photo_release(tile->photo);
    free(tile->boxes);
    *tile = (struct easel_tile){0};
}

void easel_scene_free(struct easel_scene *scene)
{
    for (size_t i = 0; scene && i < scene->tile_count; i++)
        tile_done(&scene->tiles[i]);
    free(scene);
}

struct easel_tile *easel_scene_add(struct easel_scene *scene)
{
    return scene->tile_count < EASEL_MOST_TILES ? &scene->tiles[scene->tile_count++] : NULL;
}

void easel_scene_drop(struct easel_scene *scene)
{
    tile_done(&scene->tiles[--scene->tile_count]);
}

struct easel_box *easel_tile_add(struct easel_tile *tile)
{
    if (tile->box_count >= EASEL_MOST_BOXES ||
        !GROW(tile->boxes, tile->box_capacity, tile->box_count + 1))
        return NULL;
    struct easel_box *box = &tile->boxes[tile->box_count++];
    memset(box, 0, sizeof *box);
    return box;
}

struct easel_scene *easel_scene_copy(const struct easel_scene *scene)
{
    struct easel_scene *copy = easel_scene_new();
    for (size_t i = 0; copy && i < scene->tile_count; i++) {
        const struct easel_tile *from = &scene->tiles[i];
        struct easel_tile *to = easel_scene_add(copy);
        *to = *from;
        to->photo = from->photo ? photo_share(from->photo) : NULL;
        to->boxes = malloc((from->box_count + 1) * sizeof *to->boxes);
        to->box_capacity = from->box_count + 1;
        if (!to->boxes) {
            easel_scene_free(copy);
            return NULL;
        }
        if (from->box_count)
            memcpy(to->boxes, from->boxes, from->box_count * sizeof *to->boxes);
    }
    return copy;
}

static bool same_place(const struct easel_tile *a, const struct easel_tile *b)
{
    return a->row == b->row && a->col == b->col && a->rows == b->rows && a->cols == b->cols;
}

static bool same_tile(const struct easel_tile *a, const struct easel_tile *b)
{
    return a->photo == b->photo && same_place(a, b) && a->grey == b->grey &&
           a->box_count == b->box_count &&
           (!a->box_count || memcmp(a->boxes, b->boxes, a->box_count * sizeof *a->boxes) == 0);
}

bool easel_scene_same(const struct easel_scene *a, const struct easel_scene *b)
{
    bool same = a && b ? a->tile_count == b->tile_count : a == b;
    for (size_t i = 0; same && a && i < a->tile_count; i++)
        same = same_tile(&a->tiles[i], &b->tiles[i]);
    return same;
}

static enum line_style style_of(enum easel_line line)
{
    static const enum line_style STYLES[] = {
        [EASEL_SOLID] = LINE_SOLID, [EASEL_DASHED] = LINE_DASHED, [EASEL_DOTTED] = LINE_DOTTED};
    return STYLES[line];
}

static void make_overlay(const struct easel_box *from, struct overlay_box *to)
{
    *to = (struct overlay_box){.x = from->x,
        .y = from->y,
        .w = from->w,
        .h = from->h,
        .style = style_of(from->line),
        .line_px = from->line_px};
    memcpy(to->rgb, from->rgb, sizeof to->rgb);
    snprintf(to->label, sizeof to->label, "%s", from->label);
}

/* ---- the easel ---- */

/* A tile that is on the screen. */
struct frame {
    struct encoder_frame *encoder;
    struct easel_tile tile; /* it was opened with; a reference to its photo, no boxes */
    struct pixels *base, *shown;
    struct scene_map map;
};

struct easel {
    const struct encoder *encoder; /* NULL: no pictures */
    struct encode_terminal terminal;
    struct frame frames[EASEL_MOST_TILES];
    size_t frame_count;
    struct scene_texts texts;
    struct overlay_box overlay[EASEL_MOST_BOXES];
    uint32_t next_id;
    bool failed; /* the last time: the screen may show anything */
};

static const struct encoder *encoder_for(enum easel_graphics graphics)
{
    static const char *const NAMES[] = {
        [EASEL_SIXEL] = "sixel", [EASEL_KITTY] = "kitty", [EASEL_BLOCKS] = "blocks"};
    return graphics == EASEL_NONE ? NULL : encoder_find(NAMES[graphics]);
}

static struct encode_terminal terminal_for(const struct easel_terminal *terminal)
{
    static const enum encode_delta DELTAS[] = {[EASEL_FULL] = ENCODE_FULL,
        [EASEL_BANDS] = ENCODE_BANDS,
        [EASEL_CELLS] = ENCODE_CELLS,
        [EASEL_PIXELS] = ENCODE_PIXELS};
    struct encode_terminal out = {
        .cell_width_px = terminal->cell_width_px > 0 ? terminal->cell_width_px : 8,
        .cell_height_px = terminal->cell_height_px > 0 ? terminal->cell_height_px : 16,
        .max_width_px = terminal->max_width_px,
        .max_height_px = terminal->max_height_px,
        .delta = DELTAS[terminal->delta],
        .utf8 = terminal->utf8,
    };
    out.colours = terminal->colours > 256  ? ENCODE_TRUECOLOUR
                  : terminal->colours > 16 ? ENCODE_256
                  : terminal->colours >= 8 ? ENCODE_16
                                           : ENCODE_MONO;
    return out;
}

void easel_room(const struct easel_terminal *terminal, int rows, int cols, int32_t *width_px,
    int32_t *height_px)
{
    const struct encoder *encoder = encoder_for(terminal->graphics);
    struct encode_terminal settings = terminal_for(terminal);
    *width_px = *height_px = 1;
    if (encoder && rows > 0 && cols > 0)
        encoder_area(encoder, &settings, rows, cols, width_px, height_px);
}

struct easel *easel_new(const struct easel_terminal *terminal, struct err *err)
{
    struct easel *easel = calloc(1, sizeof *easel);
    if (!easel) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    easel->encoder = encoder_for(terminal->graphics);
    easel->terminal = terminal_for(terminal);
    return easel;
}

static void frame_done(struct frame *frame)
{
    encoder_close(frame->encoder);
    pixels_free(frame->base);
    pixels_free(frame->shown);
    photo_release(frame->tile.photo);
    *frame = (struct frame){0};
}

void easel_free(struct easel *easel)
{
    if (!easel)
        return;
    for (size_t i = 0; i < easel->frame_count; i++)
        frame_done(&easel->frames[i]);
    scene_texts_done(&easel->texts);
    free(easel);
}

/* From image pixels to those of a base in which a letterbox put PHOTO at LEFT, TOP. */
static struct scene_map map_of(const struct photo *photo, int32_t left, int32_t top)
{
    return (struct scene_map){
        .scale_x = (double)photo->pixels->width_px / photo->original_width_px,
        .scale_y = (double)photo->pixels->height_px / photo->original_height_px,
        .left_px = left,
        .top_px = top,
    };
}

void easel_where(const struct easel_terminal *terminal, const struct easel_tile *tile, int row,
    int col, double *x, double *y)
{
    int32_t width, height;
    easel_room(terminal, tile->rows, tile->cols, &width, &height);
    const struct pixels *pixels = tile->photo->pixels;
    struct scene_map map = map_of(
        tile->photo, (width - pixels->width_px) / 2, (height - pixels->height_px) / 2);
    *x = ((col - tile->col + 0.5) * width / tile->cols - map.left_px) / map.scale_x;
    *y = ((row - tile->row + 0.5) * height / tile->rows - map.top_px) / map.scale_y;
}

static bool frame_open(struct easel *easel, const struct easel_tile *tile, struct frame *frame,
    struct err *err)
{
    static const uint8_t AROUND[3] = {LETTERBOX_GREY, LETTERBOX_GREY, LETTERBOX_GREY};
    const struct pixels *pixels = photo_pixels(tile->photo);
    int32_t width, height, left, top;
    struct encode_place place = {
        tile->row, tile->col, tile->rows, tile->cols, ++easel->next_id & 0xffffff};
    encoder_area(easel->encoder, &easel->terminal, tile->rows, tile->cols, &width, &height);
    *frame = (struct frame){.tile = *tile};
    frame->tile.boxes = NULL;
    frame->tile.photo = photo_share(tile->photo);
    frame->base =
        pixels ? pixels_letterbox(pixels, width, height, AROUND, &left, &top) : NULL;
    if (frame->base && tile->grey)
        pixels_grey(frame->base);
    frame->shown = frame->base ? pixels_copy(frame->base) : NULL;
    if (!frame->shown)
        return err_set(err, ERR_MEMORY, "out of memory");
    frame->map = map_of(tile->photo, left, top);
    frame->encoder = encoder_open(easel->encoder, &easel->terminal, &place, frame->base, err);
    return frame->encoder != NULL;
}

/* The frame can go on to show TILE. */
static bool frame_shows(const struct frame *frame, const struct easel_tile *tile)
{
    return frame->encoder && frame->tile.photo == tile->photo && frame->tile.grey == tile->grey &&
           same_place(&frame->tile, tile);
}

static bool draw(struct easel *easel, struct frame *frame, const struct easel_tile *tile,
    bool whole, struct buf *out, struct err *err)
{
    struct scene_texts *texts = easel->encoder->text_cells ? &easel->texts : NULL;
    for (size_t i = 0; i < tile->box_count; i++) {
        make_overlay(&tile->boxes[i], &easel->overlay[i]);
        if (texts) /* a pixel is half a cell there: thicker lines would cover the picture */
            easel->overlay[i].line_px = 1;
    }
    if (!scene_compose(
            frame->base, &frame->map, easel->overlay, tile->box_count, frame->shown, texts))
        return err_set(err, ERR_MEMORY, "out of memory");
    return encoder_draw(frame->encoder, frame->shown, texts, whole, out, err);
}

/* Lets go of the frames that show nothing of SCENE; those that stay come to the place of their tile,
 * the others' places are left empty. */
static void sort_frames(struct easel *easel, const struct easel_scene *scene, struct buf *out)
{
    struct frame old[EASEL_MOST_TILES];
    size_t old_count = easel->frame_count, count = scene ? scene->tile_count : 0;
    memcpy(old, easel->frames, sizeof old);
    memset(easel->frames, 0, sizeof easel->frames);
    easel->frame_count = count;
    for (size_t i = 0; i < old_count; i++) {
        size_t at = 0;
        while (at < count && (easel->frames[at].encoder || !frame_shows(&old[i], &scene->tiles[at])))
            at++;
        if (at < count) {
            easel->frames[at] = old[i];
            continue;
        }
        /* Cells that are overwritten take a picture with them, but where the terminal keeps it. */
        if (old[i].encoder && easel->encoder->stays)
            encoder_erase(old[i].encoder, out);
        frame_done(&old[i]);
    }
}

bool easel_paint(struct easel *easel, const struct easel_scene *scene, bool whole, struct buf *out,
    struct err *err)
{
    if (!easel->encoder)
        return true;
    sort_frames(easel, scene, out);
    whole |= easel->failed;
    bool ok = true;
    for (size_t i = 0; ok && i < easel->frame_count; i++) {
        const struct easel_tile *tile = &scene->tiles[i];
        struct frame *frame = &easel->frames[i];
        bool opened = !frame->encoder;
        ok = (!opened || frame_open(easel, tile, frame, err)) &&
             draw(easel, frame, tile, whole || opened, out, err);
        if (!frame->encoder)
            frame_done(frame);
    }
    easel->failed = !ok || out->failed;
    return ok;
}

bool easel_write_png(
    const char *path, const struct easel_tile *tile, const char *output, struct err *err)
{
    struct pixels *base = picture_decode(path, PIXELS_MAX_SIDE, PIXELS_MAX_SIDE, err);
    struct pixels *shown = base ? pixels_copy(base) : NULL;
    struct overlay_box *boxes = calloc(tile->box_count + 1, sizeof *boxes);
    bool ok = base && ((shown && boxes) || err_set(err, ERR_MEMORY, "out of memory"));
    if (ok) {
        if (tile->grey)
            pixels_grey(base);
        for (size_t i = 0; i < tile->box_count; i++)
            make_overlay(&tile->boxes[i], &boxes[i]);
        struct scene_map map = {1, 1, 0, 0};
        ok = scene_compose(base, &map, boxes, tile->box_count, shown, NULL) ||
             err_set(err, ERR_MEMORY, "out of memory");
    }
    ok = ok && png_out_file(shown, output, err);
    free(boxes);
    pixels_free(base);
    pixels_free(shown);
    return ok;
}
