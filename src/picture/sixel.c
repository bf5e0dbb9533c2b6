/*
 * Sixel: palette and index picture once per base, then only changed pixels or cells.
 * Knows: which pixels and cells changed, how pieces are placed. Must not know: the writing of one
 * sixel (sixel_writer), which terminal needs which way.
 */
#include "picture/cells.h"
#include "picture/encoder.h"
#include "picture/palette.h"
#include "picture/sixel_writer.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST_COLOURS = 8, MOST_GUESSED_BYTES = 64 << 20 };

struct sixel_frame {
    struct encoder_frame head; /* first */
    struct palette palette;
    struct sixel_writer writer;
    int32_t rows, cols;  /* cells that the picture touches */
    int32_t unit_rows;   /* rows of cells whose height is a multiple of 6 px */
    uint8_t *base_index; /* registers of the base, one byte a pixel, and of what is shown */
    uint8_t *index;
    uint8_t *changed; /* not 0: pixels whose register is not yet on the screen */
    struct cell_map dirty; /* the same by cells, made from it */
};

static struct sixel_frame *sixel_of(struct encoder_frame *frame)
{
    return (struct sixel_frame *)frame;
}

static void area(const struct encode_terminal *terminal, int32_t rows, int32_t cols,
    int32_t *width_px, int32_t *height_px)
{
    int32_t height = rows * terminal->cell_height_px;
    *width_px = cols * terminal->cell_width_px;
    *height_px = height < SIXEL_BAND_PX ? height : height - height % SIXEL_BAND_PX;
}

static void close(struct encoder_frame *frame)
{
    struct sixel_frame *sixel = sixel_of(frame);
    encoder_frame_done(frame);
    palette_done(&sixel->palette);
    sixel_writer_done(&sixel->writer);
    free(sixel->base_index);
    free(sixel->index);
    free(sixel->changed);
    cell_map_done(&sixel->dirty);
    free(sixel);
}

/* About the bytes of the whole base, by each STEP-th band of it; `index` is scratch. */
static bool guess_bytes(struct sixel_frame *sixel, size_t *bytes, struct err *err)
{
    enum { STEP = 8 };
    const struct pixels *base = sixel->head.base;
    size_t w = (size_t)base->width_px, rows = 0;
    for (int32_t y = 0; y < base->height_px; y++)
        if (y / SIXEL_BAND_PX % STEP == 0)
            memcpy(sixel->index + rows++ * w, sixel->base_index + (size_t)y * w, w);
    struct sixel_picture some = {.index = sixel->index,
        .stride = w,
        .width_px = base->width_px,
        .height_px = (int32_t)rows,
        .rgb = (const uint8_t(*)[3])sixel->palette.rgb};
    struct buf out;
    buf_init(&out, MOST_GUESSED_BYTES);
    bool ok = sixel_write(&sixel->writer, &some, &out) && !out.failed;
    *bytes = out.length * (size_t)base->height_px / rows;
    buf_done(&out);
    return ok || err_set(err, ERR_MEMORY, "out of memory");
}

/* The colours of the base, fewer of them while it takes too many bytes: in fur and leaves they are
 * what costs. */
static bool choose_colours(struct sixel_frame *sixel, struct err *err)
{
    const struct encode_terminal *terminal = &sixel->head.terminal;
    int32_t colours = terminal->palette_colours;
    size_t most = (size_t)terminal->most_bytes, bytes = 0;
    colours = colours < 2 || colours > PALETTE_MAX_COLOURS ? PALETTE_MAX_COLOURS : colours;
    for (;;) {
        if (!palette_init(&sixel->palette, sixel->head.base, colours, err))
            return false;
        palette_map(&sixel->palette, sixel->head.base, sixel->base_index);
        if (!most || colours <= LEAST_COLOURS)
            return true;
        if (!guess_bytes(sixel, &bytes, err))
            return false;
        if (bytes <= most)
            return true;
        palette_done(&sixel->palette); /* half of its colours are about a fifth of the bytes */
        colours = bytes > most + most / 2 ? colours / 4 : bytes > most + most / 6 ? colours / 2
                                                                                   : colours * 3 / 4;
        colours = colours < LEAST_COLOURS ? LEAST_COLOURS : colours;
    }
}

static bool prepare(struct sixel_frame *sixel, struct err *err)
{
    const struct encode_terminal *terminal = &sixel->head.terminal;
    const struct pixels *base = sixel->head.base;
    size_t count = (size_t)base->width_px * (size_t)base->height_px;
    int32_t ch = terminal->cell_height_px, cw = terminal->cell_width_px;
    sixel->cols = (base->width_px + cw - 1) / cw;
    sixel->rows = (base->height_px + ch - 1) / ch;
    sixel->unit_rows = 1;
    while (sixel->unit_rows * ch % SIXEL_BAND_PX != 0)
        sixel->unit_rows++;
    sixel->base_index = malloc(count);
    sixel->index = malloc(count);
    sixel->changed = calloc(count, 1);
    if (!sixel->base_index || !sixel->index || !sixel->changed ||
        !cell_map_init(&sixel->dirty, sixel->rows, sixel->cols))
        return err_set(err, ERR_MEMORY, "out of memory");
    return choose_colours(sixel, err);
}

static struct encoder_frame *open(const struct encode_terminal *terminal,
    const struct encode_place *place, const struct pixels *base, struct err *err)
{
    struct sixel_frame *sixel = calloc(1, sizeof *sixel);
    if (!sixel) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    if (encoder_frame_init(&sixel->head, &encoder_sixel, terminal, place, base, err) &&
        prepare(sixel, err))
        return &sixel->head;
    close(&sixel->head);
    return NULL;
}

/* Starts from the base as if nothing was drawn over it; all of it is to be sent. */
static void begin_again(struct sixel_frame *sixel)
{
    const struct pixels *base = sixel->head.base;
    size_t count = (size_t)base->width_px * (size_t)base->height_px;
    memcpy(sixel->head.shown->rgb, base->rgb, pixels_bytes(base));
    memcpy(sixel->index, sixel->base_index, count);
    memset(sixel->changed, 1, count);
    palette_forget_exact(&sixel->palette);
}

/* Takes pixels [from, end) of row Y over from SHOWN; returns how many changed their register. */
static int32_t take_run(
    struct sixel_frame *sixel, const struct pixels *shown, int32_t y, int32_t from, int32_t end)
{
    const struct pixels *base = sixel->head.base;
    size_t first = (size_t)y * (size_t)base->width_px + (size_t)from;
    int32_t count = 0;
    for (size_t at = first; at < first + (size_t)(end - from); at++) {
        const uint8_t *rgb = shown->rgb + at * 3;
        uint8_t reg = memcmp(rgb, base->rgb + at * 3, 3) == 0 ? sixel->base_index[at]
                                                              : palette_exact(&sixel->palette, rgb);
        if (reg == sixel->index[at])
            continue;
        sixel->index[at] = reg;
        sixel->changed[at] = 1;
        count++;
    }
    memcpy(sixel->head.shown->rgb + first * 3, shown->rgb + first * 3, (size_t)(end - from) * 3);
    return count;
}

/* The cells around all changed pixels, whose count is returned. */
static int32_t take_changes(
    struct sixel_frame *sixel, const struct pixels *shown, struct cells *around)
{
    int32_t cw = sixel->head.terminal.cell_width_px, ch = sixel->head.terminal.cell_height_px;
    int32_t left = shown->width_px, right = 0, top = shown->height_px, bottom = 0, count = 0;
    for (int32_t y = 0; y < shown->height_px; y++) {
        int32_t from = 0, end;
        for (; encoder_next_change(shown, sixel->head.shown, y, &from, &end); from = end) {
            int32_t changed = take_run(sixel, shown, y, from, end);
            if (changed == 0)
                continue;
            count += changed;
            left = from < left ? from : left;
            right = end > right ? end : right;
            top = y < top ? y : top;
            bottom = y + 1;
        }
    }
    *around = (struct cells){top / ch, left / cw, 0, 0};
    around->rows = (bottom + ch - 1) / ch - around->row;
    around->cols = (right + cw - 1) / cw - around->col;
    return count;
}

/* One sixel in its place; MASKED: only the changed pixels. */
static bool write_piece(struct sixel_frame *sixel, struct cells cells, bool masked, struct buf *out)
{
    const struct encoder_frame *head = &sixel->head;
    const struct pixels *base = head->base;
    int32_t x = cells.col * head->terminal.cell_width_px;
    int32_t y = cells.row * head->terminal.cell_height_px;
    int32_t w = cells.cols * head->terminal.cell_width_px;
    int32_t h = cells.rows * head->terminal.cell_height_px;
    size_t at = (size_t)y * (size_t)base->width_px + (size_t)x, length = out->length;
    struct sixel_picture picture = {.index = sixel->index + at,
        .mask = masked ? sixel->changed + at : NULL,
        .stride = (size_t)base->width_px,
        .width_px = w < base->width_px - x ? w : base->width_px - x,
        .height_px = h < base->height_px - y ? h : base->height_px - y,
        .rgb = (const uint8_t(*)[3])sixel->palette.rgb};
    encoder_save(out);
    encoder_move(out, head->place.row + cells.row, head->place.col + cells.col);
    size_t empty = out->length;
    if (!sixel_write(&sixel->writer, &picture, out))
        return false;
    if (out->length == empty && !out->failed)
        out->length = length; /* no changed pixel in this piece */
    else
        encoder_restore(out);
    return true;
}

/* CELLS in pieces that the terminal can show, their heights multiples of 6 px where its limit
 * allows. */
static bool write_cells(struct sixel_frame *sixel, struct cells cells, bool masked, struct buf *out)
{
    const struct encode_terminal *terminal = &sixel->head.terminal;
    int32_t cols = cells.cols, rows = cells.rows, unit = sixel->unit_rows;
    if (terminal->max_width_px > 0 && cols * terminal->cell_width_px > terminal->max_width_px)
        cols = terminal->max_width_px / terminal->cell_width_px;
    if (terminal->max_height_px > 0 && rows * terminal->cell_height_px > terminal->max_height_px)
        rows = terminal->max_height_px / terminal->cell_height_px;
    if (rows < cells.rows && rows > unit)
        rows -= rows % unit;
    cols = cols < 1 ? 1 : cols;
    rows = rows < 1 ? 1 : rows;
    for (int32_t row = 0; row < cells.rows; row += rows)
        for (int32_t col = 0; col < cells.cols; col += cols) {
            struct cells piece = {cells.row + row, cells.col + col,
                cells.rows - row < rows ? cells.rows - row : rows,
                cells.cols - col < cols ? cells.cols - col : cols};
            if (!write_piece(sixel, piece, masked, out))
                return false;
        }
    return true;
}

/* Marks the cells that hold changed pixels; with BANDS whole groups of rows. */
static void find_dirty(struct sixel_frame *sixel, struct cells around)
{
    const struct encode_terminal *terminal = &sixel->head.terminal;
    int32_t w = sixel->head.base->width_px, h = sixel->head.base->height_px;
    int32_t cw = terminal->cell_width_px, ch = terminal->cell_height_px;
    int32_t unit = terminal->delta == ENCODE_BANDS ? sixel->unit_rows : 1;
    cell_map_clear(&sixel->dirty);
    int32_t bottom = (around.row + around.rows) * ch;
    for (int32_t y = around.row * ch; y < h && y < bottom; y++) {
        const uint8_t *row = sixel->changed + (size_t)y * (size_t)w;
        const uint8_t *at = row;
        while ((at = memchr(at, 1, (size_t)(row + w - at)))) {
            int32_t col = (int32_t)(at - row) / cw, first = y / ch - y / ch % unit;
            for (int32_t r = first; r < first + unit && r < sixel->rows; r++)
                cell_map_mark(&sixel->dirty, r, col);
            if ((col + 1) * cw >= w)
                break;
            at = row + (col + 1) * cw;
        }
    }
}

static bool write_dirty(struct sixel_frame *sixel, struct cells around, struct buf *out)
{
    find_dirty(sixel, around);
    for (struct cells cells; cell_map_take(&sixel->dirty, &cells);)
        if (!write_cells(sixel, cells, false, out))
            return false;
    return true;
}

static void forget_changes(struct sixel_frame *sixel, struct cells around)
{
    const struct pixels *base = sixel->head.base;
    int32_t ch = sixel->head.terminal.cell_height_px, bottom = (around.row + around.rows) * ch;
    bottom = bottom < base->height_px ? bottom : base->height_px;
    size_t w = (size_t)base->width_px, top = (size_t)(around.row * ch);
    if (bottom > 0)
        memset(sixel->changed + top * w, 0, ((size_t)bottom - top) * w);
}

static bool draw(struct encoder_frame *frame, const struct encode_scene *scene, bool full,
    struct buf *out, struct err *err)
{
    struct sixel_frame *sixel = sixel_of(frame);
    struct cells around, whole = {0, 0, sixel->rows, sixel->cols};
    if (full)
        begin_again(sixel);
    int32_t count = take_changes(sixel, scene->pixels, &around);
    if (count == 0 && !full)
        return true;
    bool ok;
    enum encode_delta delta = full ? ENCODE_FULL : frame->terminal.delta;
    if (delta == ENCODE_PIXELS)
        ok = write_cells(sixel, around, true, out);
    else if (delta == ENCODE_FULL)
        ok = write_cells(sixel, whole, false, out);
    else
        ok = write_dirty(sixel, around, out);
    forget_changes(sixel, full ? whole : around);
    return ok || err_set(err, ERR_MEMORY, "out of memory");
}

const struct encoder encoder_sixel = {.name = "sixel",
    .title = "sixel graphics: xterm -ti vt340, foot, mlterm, Konsole, WezTerm, iTerm2",
    .hatches = true,
    .refines = true,
    .area = area,
    .open = open,
    .draw = draw,
    .close = close};
