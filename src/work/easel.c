#include "work/easel.h"

#include "base/grow.h"
#include "picture/encode.h"
#include "picture/window.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a picture at once; a hard photo of 800 x 600 is then below 600 KB as sixel. */
enum { LETTERBOX_GREY = 24, MOST_IDS = (1 << 20) - 1 };
/* Of what is shown at once, to be refined when the person rests: half a second at 10 Mbit/s. */
enum { QUICK_COLOURS = 64, QUICK_BYTES = 580 * 1000 };
enum { MOST_GONE_BYTES = 8 << 20 };

/* ---- scenes ---- */

struct easel_scene *easel_scene_new(void)
{
    return calloc(1, sizeof(struct easel_scene));
}

static void tile_done(struct easel_tile *tile)
{
    photo_release(tile->photo);
    free(tile->boxes);
    free(tile->runs);
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

void easel_tile_move_boxes(struct easel_tile *to, struct easel_tile *from)
{
    free(to->boxes);
    free(to->runs);
    to->boxes = from->boxes;
    to->box_count = from->box_count;
    to->box_capacity = from->box_capacity;
    to->runs = from->runs;
    to->run_count = from->run_count;
    to->run_capacity = from->run_capacity;
    from->boxes = NULL;
    from->runs = NULL;
    from->box_count = from->box_capacity = from->run_count = from->run_capacity = 0;
}

bool easel_tile_mask(struct easel_tile *tile, struct easel_box *box, const uint32_t *runs,
    size_t count, int32_t height_px)
{
    if (count > EASEL_MOST_RUNS - tile->run_count)
        return true;
    if (!GROW(tile->runs, tile->run_capacity, tile->run_count + count))
        return false;
    box->mask_at = tile->run_count;
    box->mask_count = count;
    box->mask_height_px = height_px;
    if (count)
        memcpy(tile->runs + tile->run_count, runs, count * sizeof *runs);
    tile->run_count += count;
    return true;
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
        to->runs = malloc((from->run_count + 1) * sizeof *to->runs);
        to->run_capacity = from->run_count + 1;
        if (!to->boxes || !to->runs) {
            easel_scene_free(copy);
            return NULL;
        }
        if (from->box_count)
            memcpy(to->boxes, from->boxes, from->box_count * sizeof *to->boxes);
        if (from->run_count)
            memcpy(to->runs, from->runs, from->run_count * sizeof *to->runs);
    }
    return copy;
}

static bool same_place(const struct easel_tile *a, const struct easel_tile *b)
{
    return a->row == b->row && a->col == b->col && a->rows == b->rows && a->cols == b->cols;
}

static bool same_look(const struct easel_look *a, const struct easel_look *b)
{
    return a->zoom == b->zoom && (!a->zoom || (a->x == b->x && a->y == b->y)) &&
           a->smooth == b->smooth && a->grey == b->grey && a->brightness == b->brightness &&
           a->contrast == b->contrast;
}

static bool same_picture(const struct easel_tile *a, const struct easel_tile *b)
{
    return a->photo == b->photo && same_place(a, b) && same_look(&a->look, &b->look);
}

static bool same_tile(const struct easel_tile *a, const struct easel_tile *b)
{
    return same_picture(a, b) && a->fine == b->fine && a->box_count == b->box_count &&
           (!a->box_count || memcmp(a->boxes, b->boxes, a->box_count * sizeof *a->boxes) == 0) &&
           a->run_count == b->run_count &&
           (!a->run_count || memcmp(a->runs, b->runs, a->run_count * sizeof *a->runs) == 0);
}

bool easel_scene_same_places(const struct easel_scene *a, const struct easel_scene *b)
{
    size_t count = a ? a->tile_count : 0;
    bool same = count == (b ? b->tile_count : 0);
    for (size_t i = 0; same && i < count; i++)
        same = same_place(&a->tiles[i], &b->tiles[i]);
    return same;
}

bool easel_scene_same(const struct easel_scene *a, const struct easel_scene *b)
{
    bool same = a && b ? a->tile_count == b->tile_count : a == b;
    for (size_t i = 0; same && a && i < a->tile_count; i++)
        same = same_tile(&a->tiles[i], &b->tiles[i]);
    return same;
}

void easel_scene_follow(struct easel_scene *scene, const struct easel_scene *shown)
{
    for (size_t i = 0; i < scene->tile_count; i++) {
        struct easel_tile *tile = &scene->tiles[i];
        tile->fine = false;
        for (size_t j = 0; shown && j < shown->tile_count; j++)
            tile->fine |= shown->tiles[j].fine && same_picture(tile, &shown->tiles[j]);
    }
}

void easel_scene_refine(struct easel_scene *scene)
{
    for (size_t i = 0; i < scene->tile_count; i++)
        scene->tiles[i].fine = true;
}

bool easel_scene_is_fine(const struct easel_scene *scene)
{
    bool fine = true;
    for (size_t i = 0; i < scene->tile_count; i++)
        fine &= scene->tiles[i].fine;
    return fine;
}

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

/* A tile that is on the screen. */
struct frame {
    struct encoder_frame *encoder;
    struct easel_tile tile; /* it was opened with; a reference to its photo, no boxes */
    struct pixels *base, *shown; /* SHOWN NULL: the encoder needs none */
    struct scene_map map;
};

struct easel {
    const struct encoder *encoder; /* NULL: no pictures */
    struct encode_terminal terminal;
    struct easel_terminal told; /* the same in the words of the outside */
    struct frame frames[EASEL_MOST_TILES];
    size_t frame_count;
    struct scene_layers layers;
    struct scene_texts texts;
    struct overlay_box overlay[EASEL_MOST_BOXES];
    struct buf gone; /* scratch: what takes old pictures away */
    uint32_t next_id;
    bool failed; /* the last time: the screen may show anything */
};

static const struct encoder *encoder_for(enum easel_graphics graphics)
{
    static const char *const NAMES[] = {
        [EASEL_SIXEL] = "sixel", [EASEL_KITTY] = "kitty", [EASEL_ITERM] = "iterm", [EASEL_BLOCKS] = "blocks"};
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

static void set_terminal(struct easel *easel, const struct easel_terminal *terminal)
{
    easel->told = *terminal;
    easel->encoder = encoder_for(terminal->graphics);
    easel->terminal = terminal_for(terminal);
}

struct easel *easel_new(const struct easel_terminal *terminal, struct err *err)
{
    struct easel *easel = calloc(1, sizeof *easel);
    if (!easel) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    buf_init(&easel->gone, MOST_GONE_BYTES);
    set_terminal(easel, terminal);
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
    scene_layers_done(&easel->layers);
    scene_texts_done(&easel->texts);
    buf_done(&easel->gone);
    free(easel);
}

/* What is seen of TILE's photo in a room of that size. */
static struct window window_of(const struct easel_tile *tile, int32_t width, int32_t height)
{
    int32_t original_w = tile->photo->original_width_px;
    int32_t original_h = tile->photo->original_height_px;
    struct window window = {tile->look.x, tile->look.y, tile->look.zoom};
    return tile->look.zoom > 0 ? window_hold(window, original_w, original_h, width, height)
                               : window_fit(original_w, original_h, width, height);
}

void easel_where(const struct easel_terminal *terminal, const struct easel_tile *tile, int row,
    int col, double *x, double *y)
{
    int32_t width, height;
    easel_room(terminal, tile->rows, tile->cols, &width, &height);
    struct window window = window_of(tile, width, height);
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
    struct window window = window_of(tile, width, height);
    return look_through(
        tile, width, height, window_zoom(window, factor, x, y, width, height));
}

struct easel_look easel_moved(
    const struct easel_terminal *terminal, const struct easel_tile *tile, int rows, int cols)
{
    int32_t width, height;
    easel_room(terminal, tile->rows, tile->cols, &width, &height);
    struct window window = window_of(tile, width, height);
    window.x += (double)cols * width / tile->cols / window.zoom;
    window.y += (double)rows * height / tile->rows / window.zoom;
    return look_through(tile, width, height, window);
}

double easel_scale(const struct easel_terminal *terminal, const struct easel_tile *tile)
{
    int32_t width, height;
    easel_room(terminal, tile->rows, tile->cols, &width, &height);
    return window_of(tile, width, height).zoom;
}

static void set_tone(struct pixels *pixels, const struct easel_look *look)
{
    pixels_tone(pixels, look->brightness, look->contrast);
    if (look->grey)
        pixels_grey(pixels);
}

static bool frame_open(struct easel *easel, const struct easel_tile *tile, struct frame *frame,
    struct err *err)
{
    static const uint8_t AROUND[3] = {LETTERBOX_GREY, LETTERBOX_GREY, LETTERBOX_GREY};
    const struct pixels *pixels = photo_pixels(tile->photo);
    int32_t width, height;
    struct encode_place place = {
        tile->row, tile->col, tile->rows, tile->cols, easel->next_id++ % MOST_IDS + 1};
    encoder_area(easel->encoder, &easel->terminal, tile->rows, tile->cols, &width, &height);
    *frame = (struct frame){.tile = *tile};
    frame->tile.boxes = NULL;
    frame->tile.runs = NULL;
    frame->tile.photo = photo_share(tile->photo);
    if (pixels)
        frame->base = window_render(pixels, tile->photo->original_width_px,
            tile->photo->original_height_px, window_of(tile, width, height), width, height,
            tile->look.smooth ? WINDOW_SMOOTH : WINDOW_NEAREST, AROUND, &frame->map);
    frame->map.hatched = easel->encoder->hatches;
    if (frame->base)
        set_tone(frame->base, &tile->look);
    if (!easel->encoder->layers)
        frame->shown = frame->base ? pixels_copy(frame->base) : NULL;
    if (!frame->base || (!frame->shown && !easel->encoder->layers))
        return err_set(err, ERR_MEMORY, "out of memory");
    struct encode_terminal terminal = easel->terminal;
    if (!tile->fine) {
        terminal.palette_colours = QUICK_COLOURS;
        terminal.most_bytes = QUICK_BYTES / (int32_t)easel->frame_count;
    }
    frame->encoder = encoder_open(easel->encoder, &terminal, &place, frame->base, err);
    return frame->encoder != NULL;
}

/* The frame can go on to show TILE. */
static bool frame_shows(
    const struct easel *easel, const struct frame *frame, const struct easel_tile *tile)
{
    return frame->encoder && same_picture(&frame->tile, tile) &&
           (frame->tile.fine == tile->fine || !easel->encoder->refines);
}

/* A line of a small picture is thin, or it would hide what it is around; where pixels are seen as
 * squares it is as much thicker. */
static int line_for(int line_px, const struct frame *frame)
{
    enum { SMALL_PX = 260, CLOSE = 6 };
    const struct pixels *base = frame->base;
    if (base->width_px < SMALL_PX && base->height_px < SMALL_PX)
        return line_px > 2 ? line_px - 1 : 1;
    return line_px > 1 && frame->map.scale_x >= CLOSE ? line_px + 1 : line_px;
}

static bool draw(struct easel *easel, struct frame *frame, const struct easel_tile *tile,
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
    struct frame old[EASEL_MOST_TILES];
    size_t old_count = easel->frame_count, count = scene ? scene->tile_count : 0;
    memcpy(old, easel->frames, sizeof old);
    memset(easel->frames, 0, sizeof easel->frames);
    easel->frame_count = count;
    for (size_t at = 0; at < count; at++) {
        new[at] = old_count > 0;
        for (size_t i = 0; i < old_count; i++)
            new[at] &= !same_place(&old[i].tile, &scene->tiles[at]);
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
        frame_done(&old[i]);
    }
}

void easel_set_terminal(struct easel *easel, const struct easel_terminal *terminal, struct buf *out)
{
    const struct easel_terminal *told = &easel->told;
    if (told->graphics == terminal->graphics && told->delta == terminal->delta &&
        told->cell_width_px == terminal->cell_width_px &&
        told->cell_height_px == terminal->cell_height_px &&
        told->max_width_px == terminal->max_width_px &&
        told->max_height_px == terminal->max_height_px)
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
        struct frame *frame = &easel->frames[i];
        bool opened = !frame->encoder;
        ok = !opened || frame_open(easel, tile, frame, err);
        /* A picture need not fill its cells, and those around it may show parts of another. */
        if (ok && opened && new[i] && !easel->encoder->stays)
            encoder_erase(frame->encoder, out);
        ok = ok &&
             draw(easel, frame, tile, whole || opened, out, err);
        if (!frame->encoder)
            frame_done(frame);
    }
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
    set_tone(base, &tile->look);
    for (size_t i = 0; boxes && i < tile->box_count; i++)
        make_overlay(tile, &tile->boxes[i], &boxes[i]);
    bool ok = boxes && scene_compose(base, &map, boxes, tile->box_count, out, NULL);
    free(boxes);
    return ok || err_set(err, ERR_MEMORY, "out of memory");
}
