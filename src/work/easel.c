#include "work/easel.h"

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

void easel_scene_free(struct easel_scene *scene)
{
    if (!scene)
        return;
    photo_release(scene->photo);
    free(scene);
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

struct easel {
    const struct encoder *encoder; /* NULL: no pictures */
    struct encode_terminal terminal;
    struct encoder_frame *frame;
    struct encode_place place;
    struct photo *photo; /* that the frame was opened with */
    bool grey;
    struct pixels *base, *shown;
    struct scene_map map;
    struct scene_texts texts;
    struct overlay_box overlay[EASEL_MOST_BOXES];
    uint32_t next_id;
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

static void close_frame(struct easel *easel)
{
    encoder_close(easel->frame);
    pixels_free(easel->base);
    pixels_free(easel->shown);
    photo_release(easel->photo);
    easel->frame = NULL;
    easel->base = easel->shown = NULL;
    easel->photo = NULL;
}

void easel_free(struct easel *easel)
{
    if (!easel)
        return;
    close_frame(easel);
    scene_texts_done(&easel->texts);
    free(easel);
}

static bool open_frame(struct easel *easel, const struct easel_scene *scene, struct err *err)
{
    static const uint8_t AROUND[3] = {LETTERBOX_GREY, LETTERBOX_GREY, LETTERBOX_GREY};
    const struct pixels *pixels = scene->photo->pixels;
    int32_t width, height, left, top;
    easel->place = (struct encode_place){
        scene->row, scene->col, scene->rows, scene->cols, ++easel->next_id & 0xffffff};
    encoder_area(easel->encoder, &easel->terminal, scene->rows, scene->cols, &width, &height);
    easel->base = pixels_letterbox(pixels, width, height, AROUND, &left, &top);
    if (easel->base && scene->grey)
        pixels_grey(easel->base);
    easel->shown = easel->base ? pixels_copy(easel->base) : NULL;
    if (!easel->shown)
        return err_set(err, ERR_MEMORY, "out of memory");
    easel->map = (struct scene_map){
        .scale_x = (double)pixels->width_px / scene->photo->original_width_px,
        .scale_y = (double)pixels->height_px / scene->photo->original_height_px,
        .left_px = left,
        .top_px = top,
    };
    easel->photo = photo_share(scene->photo);
    easel->grey = scene->grey;
    easel->frame = encoder_open(easel->encoder, &easel->terminal, &easel->place, easel->base, err);
    return easel->frame != NULL;
}

static bool same_frame(const struct easel *easel, const struct easel_scene *scene)
{
    const struct encode_place *place = &easel->place;
    return easel->frame && easel->photo == scene->photo && easel->grey == scene->grey &&
           place->row == scene->row && place->col == scene->col && place->rows == scene->rows &&
           place->cols == scene->cols;
}

static bool draw(struct easel *easel, const struct easel_scene *scene, bool whole, struct buf *out,
    struct err *err)
{
    struct scene_texts *texts = easel->encoder->text_cells ? &easel->texts : NULL;
    for (size_t i = 0; i < scene->box_count; i++) {
        make_overlay(&scene->boxes[i], &easel->overlay[i]);
        if (texts) /* a pixel is half a cell there: thicker lines would cover the picture */
            easel->overlay[i].line_px = 1;
    }
    if (!scene_compose(
            easel->base, &easel->map, easel->overlay, scene->box_count, easel->shown, texts))
        return err_set(err, ERR_MEMORY, "out of memory");
    return encoder_draw(easel->frame, easel->shown, texts, whole, out, err);
}

bool easel_paint(struct easel *easel, const struct easel_scene *scene, bool whole, struct buf *out,
    struct err *err)
{
    if (!easel->encoder)
        return true;
    if (!scene || !same_frame(easel, scene)) {
        /* Cells that are overwritten take a picture with them, but where the terminal keeps it. */
        if (easel->frame && easel->encoder->stays)
            encoder_erase(easel->frame, out);
        close_frame(easel);
        whole = true;
    }
    if (!scene)
        return true;
    if ((easel->frame || open_frame(easel, scene, err)) && draw(easel, scene, whole, out, err))
        return true;
    close_frame(easel);
    return false;
}

bool easel_write_png(
    const char *path, const struct easel_scene *scene, const char *output, struct err *err)
{
    struct pixels *base = picture_decode(path, PIXELS_MAX_SIDE, PIXELS_MAX_SIDE, err);
    struct pixels *shown = base ? pixels_copy(base) : NULL;
    struct overlay_box *boxes = calloc(scene->box_count + 1, sizeof *boxes);
    bool ok = base && ((shown && boxes) || err_set(err, ERR_MEMORY, "out of memory"));
    if (ok) {
        if (scene->grey)
            pixels_grey(base);
        for (size_t i = 0; i < scene->box_count; i++)
            make_overlay(&scene->boxes[i], &boxes[i]);
        struct scene_map map = {1, 1, 0, 0};
        ok = scene_compose(base, &map, boxes, scene->box_count, shown, NULL) ||
             err_set(err, ERR_MEMORY, "out of memory");
    }
    ok = ok && png_out_file(shown, output, err);
    free(boxes);
    pixels_free(base);
    pixels_free(shown);
    return ok;
}
