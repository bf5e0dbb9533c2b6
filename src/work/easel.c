#include "work/easel.h"

#include "work/easel_frame.h"
#include "work/plates.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_IDS = (1 << 20) - 1, MOST_GONE_BYTES = 8 << 20 };

static enum line_style style_of(enum easel_line line)
{
    static const enum line_style STYLES[] = {
        [EASEL_SOLID] = LINE_SOLID, [EASEL_DASHED] = LINE_DASHED, [EASEL_DOTTED] = LINE_DOTTED,
        [EASEL_DOUBLE] = LINE_DOUBLE};
    return STYLES[line];
}

static void make_overlay(
    const struct easel_tile *tile, const struct easel_box *from, struct overlay_box *to)
{
    *to = (struct overlay_box){.x = from->x,
        .y = from->y,
        .w = from->w,
        .h = from->h,
        .style = style_of(from->line),
        .line_px = from->line_px,
        .mask = from->mask_count ? tile->runs + from->mask_at : NULL,
        .mask_count = from->mask_count,
        .mask_height_px = from->mask_height_px};
    memcpy(to->rgb, from->rgb, sizeof to->rgb);
    snprintf(to->label, sizeof to->label, "%s", from->label);
}

/* ---- the easel ---- */

struct easel {
    const struct encoder *encoder; /* NULL: no pictures */
    struct encode_terminal terminal;
    struct easel_terminal told; /* the same in the words of the outside */
    struct plates *plates; /* the caller's; NULL: none are made in time */
    struct easel_frame frames[EASEL_MOST_TILES];
    size_t frame_count;
    struct scene_layers layers;
    struct scene_texts texts;
    struct overlay_box overlay[EASEL_MOST_BOXES];
    struct buf gone; /* scratch: what takes old pictures away */
    uint32_t next_id;
    bool failed; /* the last time: the screen may show anything */
};

void easel_room(const struct easel_terminal *terminal, int rows, int cols, int32_t *width_px,
    int32_t *height_px)
{
    const struct encoder *encoder = easel_encoder(terminal);
    struct encode_terminal settings = easel_encode_terminal(terminal);
    *width_px = *height_px = 1;
    if (encoder && rows > 0 && cols > 0)
        encoder_area(encoder, &settings, rows, cols, width_px, height_px);
}

static void set_terminal(struct easel *easel, const struct easel_terminal *terminal)
{
    easel->told = *terminal;
    easel->encoder = easel_encoder(terminal);
    easel->terminal = easel_encode_terminal(terminal);
}

struct easel *easel_new(
    const struct easel_terminal *terminal, struct plates *plates, struct err *err)
{
    struct easel *easel = calloc(1, sizeof *easel);
    if (!easel) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    easel->plates = plates;
    buf_init(&easel->gone, MOST_GONE_BYTES);
    set_terminal(easel, terminal);
    return easel;
}

void easel_free(struct easel *easel)
{
    if (!easel)
        return;
    for (size_t i = 0; i < easel->frame_count; i++)
        easel_frame_done(&easel->frames[i]);
    scene_layers_done(&easel->layers);
    scene_texts_done(&easel->texts);
    buf_done(&easel->gone);
    free(easel);
}

void easel_where(const struct easel_terminal *terminal, const struct easel_tile *tile, int row,
    int col, double *x, double *y)
{
    int32_t width, height;
    easel_room(terminal, tile->rows, tile->cols, &width, &height);
    struct window window = easel_window(tile, width, height);
    *x = window.x + ((col - tile->col + 0.5) * width / tile->cols - width / 2.0) / window.zoom;
    *y = window.y + ((row - tile->row + 0.5) * height / tile->rows - height / 2.0) / window.zoom;
}

static struct easel_look look_through(
    const struct easel_tile *tile, int32_t width, int32_t height, struct window window)
{
    int32_t original_w = tile->photo->original_width_px;
    int32_t original_h = tile->photo->original_height_px;
    struct easel_look look = tile->look;
    double fit = window_fit(original_w, original_h, width, height).zoom;
    window = window_hold(window, original_w, original_h, width, height);
    bool whole = fabs(window.zoom / fit - 1) < 1e-4;
    look.zoom = whole ? 0 : window.zoom;
    look.x = whole ? 0 : window.x;
    look.y = whole ? 0 : window.y;
    return look;
}

struct easel_look easel_zoomed(const struct easel_terminal *terminal, const struct easel_tile *tile,
    double factor, int row, int col)
{
    int32_t width, height;
    easel_room(terminal, tile->rows, tile->cols, &width, &height);
    double x = (col - tile->col + 0.5) * width / tile->cols;
    double y = (row - tile->row + 0.5) * height / tile->rows;
    struct window window = easel_window(tile, width, height);
    return look_through(
        tile, width, height, window_zoom(window, factor, x, y, width, height));
}

struct easel_look easel_moved(
    const struct easel_terminal *terminal, const struct easel_tile *tile, int rows, int cols)
{
    int32_t width, height;
    easel_room(terminal, tile->rows, tile->cols, &width, &height);
    struct window window = easel_window(tile, width, height);
    window.x += (double)cols * width / tile->cols / window.zoom;
    window.y += (double)rows * height / tile->rows / window.zoom;
    return look_through(tile, width, height, window);
}

double easel_scale(const struct easel_terminal *terminal, const struct easel_tile *tile)
{
    int32_t width, height;
    easel_room(terminal, tile->rows, tile->cols, &width, &height);
    return easel_window(tile, width, height).zoom;
}

/* The frame can go on to show TILE. */
static bool frame_shows(
    const struct easel *easel, const struct easel_frame *frame, const struct easel_tile *tile)
{
    return frame->encoder && easel_same_picture(&frame->tile, tile) &&
           (frame->tile.fine == tile->fine || !easel->encoder->refines);
}

/* One that was made in time, or a new one. */
static bool frame_open(struct easel *easel, const struct easel_tile *tile,
    struct easel_frame *frame, struct err *err)
{
    uint32_t id = easel->next_id++ % MOST_IDS + 1;
    return (easel->plates && easel->frame_count == 1 &&
               plates_take(easel->plates, &easel->told, tile, id, frame)) ||
           easel_frame_open(frame, &easel->told, tile, id, easel->frame_count, err);
}

/* A line of a small picture is thin, or it would hide what it is around; where pixels are seen as
 * squares it is as much thicker. */
static int line_for(int line_px, const struct easel_frame *frame)
{
    enum { SMALL_PX = 260, CLOSE = 6 };
    const struct pixels *base = frame->base;
    if (base->width_px < SMALL_PX && base->height_px < SMALL_PX)
        return line_px > 2 ? line_px - 1 : 1;
    return line_px > 1 && frame->map.scale_x >= CLOSE ? line_px + 1 : line_px;
}

static bool draw(struct easel *easel, struct easel_frame *frame, const struct easel_tile *tile,
    bool whole, struct buf *out, struct err *err)
{
    struct scene_texts *texts = easel->encoder->text_cells ? &easel->texts : NULL;
    for (size_t i = 0; i < tile->box_count; i++) {
        make_overlay(tile, &tile->boxes[i], &easel->overlay[i]);
        /* Among texts a pixel is half a cell: thicker lines would cover the picture. */
        easel->overlay[i].line_px = texts ? 1 : line_for(easel->overlay[i].line_px, frame);
    }
    const struct encode_scene scene = {frame->shown, &easel->layers, texts};
    if (!scene_lay(&frame->map, easel->overlay, tile->box_count, frame->base->width_px,
            frame->base->height_px, &easel->layers, texts) ||
        (frame->shown && !scene_paint(frame->base, &easel->layers, frame->shown)))
        return err_set(err, ERR_MEMORY, "out of memory");
    return encoder_draw(frame->encoder, &scene, whole, out, err);
}

/* Lets go of the frames that show nothing of SCENE; those that stay come to the place of their tile,
 * the others' places are left empty. NEW tells of each tile that no frame was at its place. */
static void sort_frames(struct easel *easel, const struct easel_scene *scene,
    bool new[EASEL_MOST_TILES], struct buf *out)
{
    struct easel_frame old[EASEL_MOST_TILES];
    size_t old_count = easel->frame_count, count = scene ? scene->tile_count : 0;
    memcpy(old, easel->frames, sizeof old);
    memset(easel->frames, 0, sizeof easel->frames);
    easel->frame_count = count;
    for (size_t at = 0; at < count; at++) {
        new[at] = old_count > 0;
        for (size_t i = 0; i < old_count; i++)
            new[at] &= !easel_same_place(&old[i].tile, &scene->tiles[at]);
    }
    for (size_t i = 0; i < old_count; i++) {
        size_t at = 0;
        while (at < count && (easel->frames[at].encoder || !frame_shows(easel, &old[i], &scene->tiles[at])))
            at++;
        if (at < count) {
            easel->frames[at] = old[i];
            continue;
        }
        /* Cells that are overwritten take a picture with them, but where the terminal keeps it. */
        if (old[i].encoder && easel->encoder->stays)
            encoder_erase(old[i].encoder, out);
        easel_frame_done(&old[i]);
    }
}

void easel_set_terminal(struct easel *easel, const struct easel_terminal *terminal, struct buf *out)
{
    if (easel_terminal_same(&easel->told, terminal))
        return;
    bool new[EASEL_MOST_TILES];
    if (easel->encoder)
        sort_frames(easel, NULL, new, out);
    set_terminal(easel, terminal);
}

bool easel_paint(struct easel *easel, const struct easel_scene *scene, bool whole, struct buf *out,
    struct err *err)
{
    if (!easel->encoder)
        return true;
    bool new[EASEL_MOST_TILES];
    buf_clear(&easel->gone);
    sort_frames(easel, scene, new, &easel->gone);
    whole |= easel->failed;
    bool ok = true;
    for (size_t i = 0; ok && i < easel->frame_count; i++) {
        const struct easel_tile *tile = &scene->tiles[i];
        struct easel_frame *frame = &easel->frames[i];
        bool opened = !frame->encoder;
        ok = !opened || frame_open(easel, tile, frame, err);
        /* A picture need not fill its cells, and those around it may show parts of another. */
        if (ok && opened && new[i] && !easel->encoder->stays)
            encoder_erase(frame->encoder, out);
        ok = ok &&
             draw(easel, frame, tile, whole || opened, out, err);
        if (!frame->encoder)
            easel_frame_done(frame);
    }
    if (ok && easel->plates)
        plates_like(easel->plates, &easel->told, easel->frame_count == 1 ? scene->tiles : NULL);
    /* Only now: nothing blinks. */
    buf_add(out, easel->gone.data, easel->gone.length);
    easel->failed = !ok || out->failed;
    return ok;
}

/* A label is about a fiftieth of the picture. */
static int32_t enlarge_for(const struct pixels *pixels)
{
    static const double SIDE_PX = 700;
    double side = sqrt((double)pixels->width_px * pixels->height_px);
    return side < SIDE_PX ? 1 : (int32_t)lround(side / SIDE_PX);
}

bool easel_compose(const struct easel_tile *tile, struct pixels *base, int32_t original_width_px,
    int32_t original_height_px, struct pixels *out, struct err *err)
{
    struct overlay_box *boxes = calloc(tile->box_count + 1, sizeof *boxes);
    struct scene_map map = {.scale_x = (double)base->width_px / original_width_px,
        .scale_y = (double)base->height_px / original_height_px,
        .enlarge = enlarge_for(base)};
    easel_set_tone(base, &tile->look);
    for (size_t i = 0; boxes && i < tile->box_count; i++)
        make_overlay(tile, &tile->boxes[i], &boxes[i]);
    bool ok = boxes && scene_compose(base, &map, boxes, tile->box_count, out, NULL);
    free(boxes);
    return ok || err_set(err, ERR_MEMORY, "out of memory");
}
