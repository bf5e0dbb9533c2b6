#include "work/easel_frame.h"

#include <string.h>

enum { LETTERBOX_GREY = 24, LIGHT_LETTERBOX_GREY = 236 };
/* Of what is shown at once, to be refined when the person rests: half a second at 10 Mbit/s. A hard
 * photo of 800 x 600 is then below 600 KB as sixel. */
enum { QUICK_COLOURS = 64, QUICK_BYTES = 580 * 1000 };

const struct encoder *easel_encoder(const struct easel_terminal *terminal)
{
    static const char *const NAMES[] = {[EASEL_SIXEL] = "sixel",
        [EASEL_KITTY] = "kitty",
        [EASEL_ITERM] = "iterm",
        [EASEL_BLOCKS] = "blocks"};
    return terminal->graphics == EASEL_NONE ? NULL : encoder_find(NAMES[terminal->graphics]);
}

struct encode_terminal easel_encode_terminal(const struct easel_terminal *terminal)
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

bool easel_terminal_same(const struct easel_terminal *a, const struct easel_terminal *b)
{
    return a->graphics == b->graphics && a->delta == b->delta &&
           a->cell_width_px == b->cell_width_px && a->cell_height_px == b->cell_height_px &&
           a->max_width_px == b->max_width_px && a->max_height_px == b->max_height_px;
}

struct window easel_window(const struct easel_tile *tile, int32_t width, int32_t height)
{
    int32_t original_w = tile->photo->original_width_px;
    int32_t original_h = tile->photo->original_height_px;
    struct window window = {tile->look.x, tile->look.y, tile->look.zoom};
    return tile->look.zoom > 0 ? window_hold(window, original_w, original_h, width, height)
                               : window_fit(original_w, original_h, width, height);
}

void easel_set_tone(struct pixels *pixels, const struct easel_look *look)
{
    pixels_tone(pixels, look->brightness, look->contrast);
    if (look->grey)
        pixels_grey(pixels);
}

bool easel_frame_open(struct easel_frame *frame, const struct easel_terminal *terminal,
    const struct easel_tile *tile, uint32_t id, size_t count, struct err *err)
{
    uint8_t around[3];
    const struct encoder *encoder = easel_encoder(terminal);
    const struct pixels *pixels = photo_pixels(tile->photo);
    struct encode_terminal settings = easel_encode_terminal(terminal);
    struct encode_place place = {tile->row, tile->col, tile->rows, tile->cols, id};
    int32_t width, height;
    encoder_area(encoder, &settings, tile->rows, tile->cols, &width, &height);
    memset(around, tile->look.light ? LIGHT_LETTERBOX_GREY : LETTERBOX_GREY, sizeof around);
    *frame = (struct easel_frame){.tile = *tile};
    frame->tile.boxes = NULL;
    frame->tile.runs = NULL;
    frame->tile.photo = photo_share(tile->photo);
    if (pixels)
        frame->base = window_render(pixels, tile->photo->original_width_px,
            tile->photo->original_height_px, easel_window(tile, width, height), width, height,
            tile->look.smooth ? WINDOW_SMOOTH : WINDOW_NEAREST, around, &frame->map);
    frame->map.hatched = encoder->hatches;
    if (frame->base)
        easel_set_tone(frame->base, &tile->look);
    if (!encoder->layers)
        frame->shown = frame->base ? pixels_copy(frame->base) : NULL;
    if (!frame->base || (!frame->shown && !encoder->layers))
        return err_set(err, ERR_MEMORY, "out of memory");
    if (!tile->fine) {
        settings.palette_colours = QUICK_COLOURS;
        settings.most_bytes = QUICK_BYTES / (int32_t)count;
    }
    frame->encoder = encoder_open(encoder, &settings, &place, frame->base, err);
    return frame->encoder != NULL;
}

void easel_frame_done(struct easel_frame *frame)
{
    encoder_close(frame->encoder);
    pixels_free(frame->base);
    pixels_free(frame->shown);
    photo_release(frame->tile.photo);
    *frame = (struct easel_frame){0};
}
