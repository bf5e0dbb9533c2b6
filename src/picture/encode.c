#include "picture/encode.h"

#include "picture/encoder.h"

#include <string.h>

const struct encoder *const encoders[] = {
#define ENCODER(name) &encoder_##name,
#include "picture/encoders.def"
#undef ENCODER
    NULL,
};

const struct encoder *encoder_find(const char *name)
{
    for (size_t i = 0; encoders[i]; i++)
        if (strcmp(encoders[i]->name, name) == 0)
            return encoders[i];
    return NULL;
}

void encoder_area(const struct encoder *encoder, const struct encode_terminal *terminal,
    int32_t rows, int32_t cols, int32_t *width_px, int32_t *height_px)
{
    *width_px = cols * terminal->cell_width_px;
    *height_px = rows * terminal->cell_height_px;
    if (encoder->area)
        encoder->area(terminal, rows, cols, width_px, height_px);
    *width_px = *width_px < 1 ? 1 : *width_px;
    *height_px = *height_px < 1 ? 1 : *height_px;
}

struct encoder_frame *encoder_open(const struct encoder *encoder,
    const struct encode_terminal *terminal, const struct encode_place *place,
    const struct pixels *base, struct err *err)
{
    int32_t w, h;
    encoder_area(encoder, terminal, place->rows, place->cols, &w, &h);
    if (base->width_px > w || base->height_px > h) {
        err_set(err, ERR_LIMIT, "the picture is larger than its place");
        return NULL;
    }
    return encoder->open(terminal, place, base, err);
}

void encoder_put(struct encoder_frame *frame, const struct encode_place *place)
{
    frame->place = *place;
}

static bool is_of_base(const struct encoder_frame *frame, const struct encode_scene *scene)
{
    const struct scene_layers *layers = scene->layers;
    return frame->encoder->layers ? layers->width_px == frame->base->width_px &&
                                        layers->height_px == frame->base->height_px
                                  : pixels_same_size(frame->base, scene->pixels);
}

bool encoder_draw(struct encoder_frame *frame, const struct encode_scene *scene, bool full,
    struct buf *out, struct err *err)
{
    if (!is_of_base(frame, scene))
        return err_set(err, ERR_USAGE, "the picture has another size than its base");
    bool ok = frame->encoder->draw(frame, scene, full || !frame->sent, out, err);
    if (ok && out->failed)
        ok = err_set(err, ERR_MEMORY, "the picture takes more bytes than are sent at once");
    frame->sent = ok;
    return ok;
}

/* Blanks in the default colours over the cells of PLACE. */
static void blank(const struct encode_place *place, struct buf *out)
{
    encoder_save(out);
    buf_add_string(out, "\x1b[0m");
    for (int32_t row = 0; row < place->rows; row++) {
        encoder_move(out, place->row + row, place->col);
        buf_printf(out, "\x1b[%dX", (int)place->cols); /* ECH: erases without moving */
    }
    encoder_restore(out);
}

void encoder_erase(struct encoder_frame *frame, struct buf *out)
{
    if (frame->encoder->erase)
        frame->encoder->erase(frame, out);
    else
        blank(&frame->place, out);
    frame->sent = false;
}

void encoder_close(struct encoder_frame *frame)
{
    if (frame)
        frame->encoder->close(frame);
}

bool encoder_frame_init(struct encoder_frame *head, const struct encoder *encoder,
    const struct encode_terminal *terminal, const struct encode_place *place,
    const struct pixels *base, struct err *err)
{
    *head = (struct encoder_frame){.encoder = encoder,
        .terminal = *terminal,
        .place = *place,
        .base = pixels_copy(base),
        .shown = encoder->layers ? NULL : pixels_copy(base)};
    return (head->base && (head->shown || encoder->layers)) || err_set(err, ERR_MEMORY, "out of memory");
}

void encoder_frame_done(struct encoder_frame *head)
{
    pixels_free(head->base);
    pixels_free(head->shown);
}

void encoder_save(struct buf *out)
{
    buf_add_string(out, "\x1b"
                        "7");
}

void encoder_restore(struct buf *out)
{
    buf_add_string(out, "\x1b"
                        "8");
}

void encoder_move(struct buf *out, int32_t row, int32_t col)
{
    buf_printf(out, "\x1b[%d;%dH", (int)row + 1, (int)col + 1);
}

enum { BLOCK_PX = 32 };

bool encoder_next_change(
    const struct pixels *a, const struct pixels *b, int32_t y, int32_t *from, int32_t *end)
{
    int32_t w = a->width_px, x = *from;
    size_t row = (size_t)y * (size_t)w * 3;
    const uint8_t *p = a->rgb + row, *q = b->rgb + row;
    for (;;) { /* equal blocks at once, the rest by pixels */
        int32_t block = w - x < BLOCK_PX ? w - x : BLOCK_PX;
        if (block <= 0)
            return false;
        if (memcmp(p + x * 3, q + x * 3, (size_t)block * 3) != 0)
            break;
        x += block;
    }
    while (memcmp(p + x * 3, q + x * 3, 3) == 0)
        x++;
    *from = x;
    while (x < w && memcmp(p + x * 3, q + x * 3, 3) != 0)
        x++;
    *end = x;
    return true;
}
