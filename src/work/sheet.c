#include "work/sheet.h"

#include "base/text.h"
#include "picture/decode.h"
#include "picture/draw.h"
#include "picture/png_out.h"
#include "work/darkroom.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_PIXELS = 100 << 20,
    GAP_PX = 6,
    LINE_PX = DRAW_CHAR_HEIGHT_PX + 2,
    LEAST_CHARS = 30,
    MOST_TEXT_SIZE = 8,
    LEAST_SIDE_PX = 16,
    EMPTY_SIDE_PX = 240
};

static const uint8_t PAPER[3] = {255, 255, 255}, INK[3] = {0, 0, 0}, FAINT[3] = {96, 96, 96},
                     NOTHING[3] = {224, 224, 224};

/* Pictures of a sheet, drawn. */
struct drawn {
    struct pixels *items[SHEET_MOST_TILES]; /* NULL: see trouble */
    char trouble[SHEET_MOST_TILES][SHEET_LINE_BYTES];
    int32_t width_px, height_px; /* of the largest */
};

/* ---- pictures ---- */

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* The largest that a picture of SHEET may be: both sides of the sheet, its gaps and its text too, and
 * all pictures together have a limit. */
static void find_room(const struct sheet *sheet, int32_t *width_px, int32_t *height_px)
{
    int32_t cols = (int32_t)sheet->cols, rows = (int32_t)((sheet->count + sheet->cols - 1) / sheet->cols);
    int32_t gaps = 2 * GAP_PX * MOST_TEXT_SIZE, lines = (SHEET_LINES + 1) * LINE_PX * MOST_TEXT_SIZE;
    *width_px = *height_px = PIXELS_MAX_SIDE;
    if (sheet->bare)
        return;
    int32_t side = (int32_t)sqrt((double)MOST_PIXELS / (double)(rows * cols));
    *width_px = least(PIXELS_MAX_SIDE / cols - gaps, side);
    *height_px = least(PIXELS_MAX_SIDE / rows - gaps - lines, side);
    if (sheet->width_px && sheet->height_px) {
        *width_px = least(sheet->width_px, *width_px);
        *height_px = least(sheet->height_px, *height_px);
    }
    *width_px = *width_px < LEAST_SIDE_PX ? LEAST_SIDE_PX : *width_px;
    *height_px = *height_px < LEAST_SIDE_PX ? LEAST_SIDE_PX : *height_px;
}

/* PATH as large as fits; enlarged where all have one size, for boxes on it are to be seen. */
static struct pixels *load(const struct sheet *sheet, struct darkroom *room, const char *path,
    struct picture_plan *plan, struct err *err)
{
    struct picture_ask ask = {0};
    int32_t width, height;
    find_room(sheet, &ask.max_width_px, &ask.max_height_px);
    if (!path) {
        err_set(err, ERR_IO, "file not here: --images DIR");
        return NULL;
    }
    struct pixels *pixels = darkroom_decode(room, path, &ask, plan, err);
    if (!pixels || !sheet->width_px)
        return pixels;
    picture_fit(pixels->width_px, pixels->height_px, ask.max_width_px, ask.max_height_px, true,
        &width, &height);
    struct pixels *fitting = picture_scale(pixels, width, height);
    pixels_free(pixels);
    if (!fitting)
        err_set(err, ERR_MEMORY, "out of memory");
    return fitting;
}

static struct pixels *draw_tile(const struct sheet *sheet, struct darkroom *room,
    const struct sheet_tile *tile, struct err *err)
{
    struct picture_plan plan = {0};
    struct pixels *base = load(sheet, room, tile->path, &plan, err);
    struct pixels *out = base ? pixels_copy(base) : NULL;
    if (base && !out)
        err_set(err, ERR_MEMORY, "out of memory");
    if (out && !easel_compose(&tile->boxes, base, plan.original_width_px,
                   plan.original_height_px, out, err)) {
        pixels_free(out);
        out = NULL;
    }
    pixels_free(base);
    return out;
}

static bool draw_tiles(
    const struct sheet *sheet, struct darkroom *room, struct drawn *drawn, struct err *err)
{
    for (size_t i = 0; i < sheet->count; i++) {
        struct err own = {0};
        const struct pixels *item = drawn->items[i] = draw_tile(sheet, room, &sheet->tiles[i], &own);
        if (!item && (own.code == ERR_MEMORY || sheet->bare)) {
            *err = own;
            return false;
        }
        if (!item)
            err_print(&own, drawn->trouble[i], sizeof drawn->trouble[i]);
        else if (item->width_px > drawn->width_px)
            drawn->width_px = item->width_px;
        if (item && item->height_px > drawn->height_px)
            drawn->height_px = item->height_px;
    }
    if (!drawn->width_px)
        drawn->width_px = drawn->height_px = EMPTY_SIDE_PX;
    return true;
}

/* ---- text ---- */

/* TEXT in printable ASCII that fits COLS characters; of a longer NAME both ends are kept. */
static void spell(const char *text, int32_t cols, bool name, char out[SHEET_LINE_BYTES])
{
    static const char CUT[] = "...";
    const char *end = text + strlen(text);
    int32_t count = 0, cut = (int32_t)strlen(CUT);
    while (text < end && count < SHEET_LINE_BYTES - 1) {
        int32_t code;
        text += text_decode(text, end, &code);
        out[count++] = code >= ' ' && code <= '~' ? (char)code : '?';
    }
    out[count] = '\0';
    if (count <= cols)
        return;
    if (cols <= cut || !name) {
        out[cols < 0 ? 0 : cols] = '\0';
        return;
    }
    int32_t head = (cols - cut) / 2, tail = cols - cut - head;
    memcpy(out + head, CUT, (size_t)cut);
    memmove(out + head + cut, out + count - tail, (size_t)tail + 1);
}

/* How large the text of a sheet is: as that on the pictures, or a size more where there is room. */
static int32_t text_size(int32_t width_px)
{
    int32_t most = width_px / (LEAST_CHARS * DRAW_CHAR_WIDTH_PX);
    return most < 1 ? 1 : least(most, least(2 + width_px / 1000, MOST_TEXT_SIZE));
}

static void write_line(struct pixels *out, int32_t x, int32_t y, int32_t width_px, int32_t size,
    const char *text, bool name)
{
    char line[SHEET_LINE_BYTES];
    const uint8_t *rgb = name ? INK : FAINT;
    spell(text, width_px / (size * DRAW_CHAR_WIDTH_PX), name, line);
    draw_text_scaled(out, x, y, line, size, rgb);
}

/* ---- the sheet ---- */

static void put_picture(const struct pixels *picture, struct pixels *out, int32_t x, int32_t y)
{
    size_t row_bytes = (size_t)picture->width_px * 3;
    for (int32_t row = 0; row < picture->height_px; row++)
        memcpy(out->rgb + ((size_t)(y + row) * (size_t)out->width_px + (size_t)x) * 3,
            picture->rgb + (size_t)row * row_bytes, row_bytes);
}

static int32_t lines_of(const struct sheet *sheet)
{
    int32_t most = 0;
    for (size_t i = 0; i < sheet->count; i++)
        for (int32_t l = 0; l < SHEET_LINES; l++)
            if (sheet->tiles[i].lines[l][0] && l >= most)
                most = l + 1;
    return most;
}

static struct pixels *assemble(const struct sheet *sheet, const struct drawn *drawn)
{
    int32_t size = text_size(drawn->width_px), line = size * LINE_PX;
    int32_t gap = GAP_PX * size, cols = (int32_t)sheet->cols;
    int32_t rows = (int32_t)((sheet->count + sheet->cols - 1) / sheet->cols);
    int32_t text = lines_of(sheet) * line, top = sheet->heading[0] ? line + gap : gap;
    int32_t step_x = drawn->width_px + gap, step_y = text + drawn->height_px + gap;
    int32_t width = cols * step_x + gap;
    struct pixels *out = pixels_new(width, top + rows * step_y);
    if (!out)
        return NULL;
    draw_fill(out, (struct draw_rect){0, 0, out->width_px, out->height_px}, PAPER);
    write_line(out, gap, gap / 2 + size, width - 2 * gap, size, sheet->heading, true);
    for (int32_t i = 0; i < (int32_t)sheet->count; i++) {
        int32_t x = gap + i % cols * step_x, y = top + i / cols * step_y;
        for (int32_t l = 0; l < SHEET_LINES; l++)
            write_line(out, x, y + l * line, drawn->width_px, size, sheet->tiles[i].lines[l],
                l == 0);
        if (drawn->items[i]) {
            put_picture(drawn->items[i], out, x, y + text);
            continue;
        }
        struct draw_rect empty = {x, y + text, drawn->width_px, drawn->height_px};
        draw_fill(out, empty, NOTHING);
        write_line(out, x + gap, y + text + gap, drawn->width_px - 2 * gap, size,
            drawn->trouble[i], false);
    }
    return out;
}

bool sheet_write_png(
    const struct sheet *sheet, struct darkroom *room, const char *output, struct err *err)
{
    struct drawn *drawn = calloc(1, sizeof *drawn);
    bool ok = drawn ? draw_tiles(sheet, room, drawn, err) : err_set(err, ERR_MEMORY, "out of memory");
    struct pixels *whole = ok && !sheet->bare ? assemble(sheet, drawn) : NULL;
    if (ok && !sheet->bare && !whole)
        ok = err_set(err, ERR_LIMIT, "the sheet is too large: draw fewer pictures");
    ok = ok && png_out_file(sheet->bare ? drawn->items[0] : whole, output, err);
    for (size_t i = 0; drawn && i < sheet->count; i++)
        pixels_free(drawn->items[i]);
    pixels_free(whole);
    free(drawn);
    return ok;
}
