/*
 * iTerm2's inline images: the base as a JPEG, everything drawn over it as cells of PNG in its
 * place. Knows: OSC 1337 File (https://iterm2.com/documentation-images.html). Must not know: boxes,
 * which terminals speak it.
 */
#include "picture/cells.h"
#include "picture/decoder.h"
#include "picture/encoder.h"
#include "picture/jpeg_out.h"
#include "picture/png_out.h"

#include <stdlib.h>
#include <string.h>

enum {
    QUICK_QUALITY = 75, /* 50 to 100 KB for 800 x 600 */
    FINE_QUALITY = 92,
    FINE_COLOURS = 128,       /* palette_colours from here on ask for the fine one */
    MOST_FILE_BYTES = 700000, /* a megabyte as base64, beyond which terminals drop a string */
    MOST_BASE_BYTES = 32 << 20,
};

extern const struct decoder decoder_jpeg; /* jpeg.c */

struct iterm_frame {
    struct encoder_frame head; /* first */
    int32_t rows, cols;        /* cells that the picture touches */
    struct pixels *plain;      /* the base as the terminal shows it: what its JPEG decodes to */
    struct pixels *screen;     /* what the screen is to show; both whole cells */
    struct cell_map changed;
    struct buf base_bytes; /* what shows the base */
    struct buf file;       /* scratch */
};

static struct iterm_frame *iterm_of(struct encoder_frame *frame)
{
    return (struct iterm_frame *)frame;
}

static void close(struct encoder_frame *frame)
{
    struct iterm_frame *iterm = iterm_of(frame);
    encoder_frame_done(frame);
    pixels_free(iterm->plain);
    pixels_free(iterm->screen);
    cell_map_done(&iterm->changed);
    buf_done(&iterm->base_bytes);
    buf_done(&iterm->file);
    free(iterm);
}

/* The pixels of CELLS in a picture of their own; NULL when out of memory. */
static struct pixels *cut(
    const struct iterm_frame *iterm, const struct pixels *from, struct cells cells)
{
    size_t cw = (size_t)iterm->head.terminal.cell_width_px;
    size_t ch = (size_t)iterm->head.terminal.cell_height_px;
    struct pixels *out = pixels_new((int32_t)cw * cells.cols, (int32_t)ch * cells.rows);
    size_t bytes = out ? (size_t)out->width_px * 3 : 0, stride = (size_t)from->width_px * 3;
    const uint8_t *at = from->rgb + (size_t)cells.row * ch * stride + (size_t)cells.col * cw * 3;
    for (int32_t y = 0; out && y < out->height_px; y++)
        memcpy(out->rgb + (size_t)y * bytes, at + (size_t)y * stride, bytes);
    return out;
}

static void paste(struct iterm_frame *iterm, const struct pixels *from, struct cells cells)
{
    size_t cw = (size_t)iterm->head.terminal.cell_width_px;
    size_t ch = (size_t)iterm->head.terminal.cell_height_px;
    size_t bytes = (size_t)from->width_px * 3, stride = (size_t)iterm->plain->width_px * 3;
    uint8_t *at = iterm->plain->rgb + (size_t)cells.row * ch * stride + (size_t)cells.col * cw * 3;
    for (int32_t y = 0; y < from->height_px; y++)
        memcpy(at + (size_t)y * stride, from->rgb + (size_t)y * bytes, bytes);
}

/* The file in `file` over CELLS. Sizes in cells: pixels are another thing on a screen of high
 * density. */
static void add_file(const struct iterm_frame *iterm, struct cells cells, struct buf *out)
{
    const struct encode_place *place = &iterm->head.place;
    encoder_save(out);
    encoder_move(out, place->row + cells.row, place->col + cells.col);
    buf_printf(out,
        "\x1b]1337;File=inline=1;size=%zu;width=%d;height=%d;preserveAspectRatio=0;"
        "doNotMoveCursor=1:",
        iterm->file.length, (int)cells.cols, (int)cells.rows);
    buf_add_base64(out, iterm->file.data, iterm->file.length);
    buf_add_string(out, "\a");
    encoder_restore(out);
}

/* CELLS of the base as a JPEG, in halves where that is too long for one string. */
static bool add_base(struct iterm_frame *iterm, struct cells cells, int quality, struct err *err)
{
    struct pixels *pixels = cut(iterm, iterm->screen, cells);
    buf_clear(&iterm->file);
    bool ok = pixels ? jpeg_out_buf(pixels, quality, &iterm->file, err)
                     : err_set(err, ERR_MEMORY, "out of memory");
    bool split = ok && iterm->file.length > MOST_FILE_BYTES && cells.rows > 1;
    if (ok && !split) {
        const uint8_t *data = (const uint8_t *)iterm->file.data;
        ok = decoder_jpeg.decode(data, iterm->file.length, pixels, err);
        paste(iterm, pixels, cells);
        add_file(iterm, cells, &iterm->base_bytes);
    }
    pixels_free(pixels);
    if (!split)
        return ok;
    struct cells upper = cells, lower = cells;
    upper.rows = cells.rows / 2;
    lower.row += upper.rows;
    lower.rows -= upper.rows;
    return add_base(iterm, upper, quality, err) && add_base(iterm, lower, quality, err);
}

static bool prepare(struct iterm_frame *iterm, struct err *err)
{
    const struct encode_terminal *terminal = &iterm->head.terminal;
    const struct pixels *base = iterm->head.base;
    iterm->cols = (base->width_px + terminal->cell_width_px - 1) / terminal->cell_width_px;
    iterm->rows = (base->height_px + terminal->cell_height_px - 1) / terminal->cell_height_px;
    int32_t w = iterm->cols * terminal->cell_width_px, h = iterm->rows * terminal->cell_height_px;
    iterm->plain = pixels_new(w, h);
    iterm->screen = pixels_new(w, h);
    if (!iterm->plain || !iterm->screen ||
        !cell_map_init(&iterm->changed, iterm->rows, iterm->cols))
        return err_set(err, ERR_MEMORY, "out of memory");
    for (int32_t y = 0; y < base->height_px; y++)
        memcpy(iterm->screen->rgb + (size_t)y * (size_t)w * 3,
            base->rgb + (size_t)y * (size_t)base->width_px * 3, (size_t)base->width_px * 3);
    bool fine = terminal->palette_colours <= 0 || terminal->palette_colours >= FINE_COLOURS;
    struct cells all = {0, 0, iterm->rows, iterm->cols};
    if (!add_base(iterm, all, fine ? FINE_QUALITY : QUICK_QUALITY, err))
        return false;
    return !iterm->base_bytes.failed || err_set(err, ERR_MEMORY, "out of memory");
}

static struct encoder_frame *open(const struct encode_terminal *terminal,
    const struct encode_place *place, const struct pixels *base, struct err *err)
{
    struct iterm_frame *iterm = calloc(1, sizeof *iterm);
    if (!iterm) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    buf_init(&iterm->base_bytes, MOST_BASE_BYTES);
    buf_init(&iterm->file, MOST_BASE_BYTES);
    if (encoder_frame_init(&iterm->head, &encoder_iterm, terminal, place, base, err) &&
        prepare(iterm, err))
        return &iterm->head;
    close(&iterm->head);
    return NULL;
}

/* Takes pixels [from, end) of row Y over from SHOWN and marks their cells. */
static void take_run(
    struct iterm_frame *iterm, const struct pixels *shown, int32_t y, int32_t from, int32_t end)
{
    const struct encode_terminal *terminal = &iterm->head.terminal;
    size_t at = ((size_t)y * (size_t)shown->width_px + (size_t)from) * 3;
    size_t to = ((size_t)y * (size_t)iterm->screen->width_px + (size_t)from) * 3;
    memcpy(iterm->head.shown->rgb + at, shown->rgb + at, (size_t)(end - from) * 3);
    for (int32_t x = from; x < end; x++, at += 3, to += 3) {
        bool drawn = memcmp(shown->rgb + at, iterm->head.base->rgb + at, 3) != 0;
        memcpy(iterm->screen->rgb + to, drawn ? shown->rgb + at : iterm->plain->rgb + to, 3);
    }
    for (int32_t col = from / terminal->cell_width_px; col * terminal->cell_width_px < end; col++)
        cell_map_mark(&iterm->changed, y / terminal->cell_height_px, col);
}

static bool draw(struct encoder_frame *frame, const struct encode_scene *scene, bool full,
    struct buf *out, struct err *err)
{
    struct iterm_frame *iterm = iterm_of(frame);
    const struct pixels *shown = scene->pixels;
    if (full) {
        buf_add(out, iterm->base_bytes.data, iterm->base_bytes.length);
        memcpy(iterm->screen->rgb, iterm->plain->rgb, pixels_bytes(iterm->plain));
        memcpy(frame->shown->rgb, frame->base->rgb, pixels_bytes(frame->base));
    }
    cell_map_clear(&iterm->changed);
    for (int32_t y = 0; y < shown->height_px; y++) {
        int32_t from = 0, end;
        for (; encoder_next_change(shown, frame->shown, y, &from, &end); from = end)
            take_run(iterm, shown, y, from, end);
    }
    struct cells cells;
    bool ok = true;
    while (ok && cell_map_take(&iterm->changed, &cells)) {
        struct pixels *pixels = cut(iterm, iterm->screen, cells);
        buf_clear(&iterm->file);
        ok = pixels ? png_out_buf(pixels, &iterm->file, err)
                    : err_set(err, ERR_MEMORY, "out of memory");
        if (ok)
            add_file(iterm, cells, out);
        pixels_free(pixels);
    }
    return ok;
}

const struct encoder encoder_iterm = {.name = "iterm",
    .title = "iTerm2's inline images: iTerm2, WezTerm, VS Code",
    .refines = true,
    .open = open,
    .draw = draw,
    .close = close};
