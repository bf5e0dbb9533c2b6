/*
 * Coloured cells: half blocks with a colour for each half, blank cells in one colour where there is
 * no UTF-8, shades and line characters where there is no colour. Knows: SGR colours. Must not know:
 * curses, graphics protocols.
 */
#include "picture/encoder.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { HALF_BLOCK = 0x2580, NO_COLOUR = -1 };

/* What a cell shows; colours as the terminal's numbers: 0xRRGGBB, 0..255 or 0..15. */
struct block_cell {
    int32_t code; /* character */
    int32_t fg, bg;
    bool reverse;
};

struct blocks_frame {
    struct encoder_frame head; /* first */
    int32_t rows, cols;
    struct block_cell *cells; /* on the screen */
    struct block_cell *next;  /* to be */
    uint8_t *marked;          /* cells over which something is drawn */
};

static struct blocks_frame *blocks_of(struct encoder_frame *frame)
{
    return (struct blocks_frame *)frame;
}

static void area(const struct encode_terminal *terminal, int32_t rows, int32_t cols,
    int32_t *width_px, int32_t *height_px)
{
    (void)terminal;
    *width_px = cols;
    *height_px = rows * 2;
}

static void close(struct encoder_frame *frame)
{
    struct blocks_frame *blocks = blocks_of(frame);
    encoder_frame_done(frame);
    free(blocks->cells);
    free(blocks->next);
    free(blocks->marked);
    free(blocks);
}

static struct encoder_frame *open(const struct encode_terminal *terminal,
    const struct encode_place *place, const struct pixels *base, struct err *err)
{
    struct blocks_frame *blocks = calloc(1, sizeof *blocks);
    if (!blocks) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    blocks->cols = base->width_px;
    blocks->rows = (base->height_px + 1) / 2;
    size_t count = (size_t)blocks->cols * (size_t)blocks->rows;
    blocks->cells = calloc(count, sizeof *blocks->cells);
    blocks->next = calloc(count, sizeof *blocks->next);
    blocks->marked = calloc(count, 1);
    bool ok = (blocks->cells && blocks->next && blocks->marked) ||
              err_set(err, ERR_MEMORY, "out of memory");
    if (ok && encoder_frame_init(&blocks->head, &encoder_blocks, terminal, place, base, err))
        return &blocks->head;
    close(&blocks->head);
    return NULL;
}

static int32_t square(int32_t a)
{
    return a * a;
}

static int32_t distance(const uint8_t rgb[3], int32_t r, int32_t g, int32_t b)
{
    return square(rgb[0] - r) + square(rgb[1] - g) + square(rgb[2] - b);
}

/* The 256 colours of xterm above the first 16: a cube of these levels, then 24 greys 8 + 10 n. */
static int32_t nearest_256(const uint8_t rgb[3])
{
    static const uint8_t levels[6] = {0, 95, 135, 175, 215, 255};
    int32_t at[3];
    for (int c = 0; c < 3; c++)
        at[c] = rgb[c] < 48 ? 0 : rgb[c] < 115 ? 1 : (rgb[c] - 35) / 40;
    int32_t grey = ((rgb[0] + rgb[1] + rgb[2]) / 3 - 3) / 10;
    grey = grey < 0 ? 0 : grey > 23 ? 23 : grey;
    int32_t level = 8 + 10 * grey;
    if (distance(rgb, level, level, level) <
        distance(rgb, levels[at[0]], levels[at[1]], levels[at[2]]))
        return 232 + grey;
    return 16 + 36 * at[0] + 6 * at[1] + at[2];
}

/* The 16 colours as xterm has them by default; other terminals are near. */
static int32_t nearest_16(const uint8_t rgb[3])
{
    static const uint8_t colours[16][3] = {{0, 0, 0}, {205, 0, 0}, {0, 205, 0}, {205, 205, 0},
        {0, 0, 238}, {205, 0, 205}, {0, 205, 205}, {229, 229, 229}, {127, 127, 127}, {255, 0, 0},
        {0, 255, 0}, {255, 255, 0}, {92, 92, 255}, {255, 0, 255}, {0, 255, 255}, {255, 255, 255}};
    int32_t best = 0, best_distance = INT32_MAX;
    for (int32_t i = 0; i < 16; i++) {
        int32_t d = distance(rgb, colours[i][0], colours[i][1], colours[i][2]);
        if (d < best_distance) {
            best_distance = d;
            best = i;
        }
    }
    return best;
}

static int32_t colour_of(enum encode_colours colours, const uint8_t rgb[3])
{
    switch (colours) {
    case ENCODE_TRUECOLOUR:
        return rgb[0] << 16 | rgb[1] << 8 | rgb[2];
    case ENCODE_256:
        return nearest_256(rgb);
    case ENCODE_16:
        return nearest_16(rgb);
    default:
        return NO_COLOUR;
    }
}

/* The upper and lower pixel of a cell; the last row may have no lower one. */
static void halves(const struct pixels *pixels, int32_t row, int32_t col, const uint8_t *out[2])
{
    int32_t lower = row * 2 + 1 < pixels->height_px ? row * 2 + 1 : row * 2;
    size_t w = (size_t)pixels->width_px;
    out[0] = pixels->rgb + ((size_t)row * 2 * w + (size_t)col) * 3;
    out[1] = pixels->rgb + ((size_t)lower * w + (size_t)col) * 3;
}

static void mark_drawn(struct blocks_frame *blocks, const struct pixels *shown)
{
    memset(blocks->marked, 0, (size_t)blocks->rows * (size_t)blocks->cols);
    for (int32_t y = 0; y < shown->height_px; y++) {
        int32_t from = 0, end;
        for (; encoder_next_change(shown, blocks->head.base, y, &from, &end); from = end)
            memset(blocks->marked + (size_t)(y / 2) * (size_t)blocks->cols + from, 1,
                (size_t)(end - from));
    }
}

static bool is_marked(const struct blocks_frame *blocks, int32_t row, int32_t col)
{
    return row >= 0 && col >= 0 && row < blocks->rows && col < blocks->cols &&
           blocks->marked[(size_t)row * (size_t)blocks->cols + (size_t)col];
}

/* A line character that joins the marked neighbours: bits left 1, right 2, up 4, down 8. */
static int32_t line_code(const struct blocks_frame *blocks, int32_t row, int32_t col)
{
    static const uint16_t lines[16] = {0x25AA, 0x2500, 0x2500, 0x2500, 0x2502, 0x2518, 0x2514,
        0x2534, 0x2502, 0x2510, 0x250C, 0x252C, 0x2502, 0x2524, 0x251C, 0x253C};
    static const char ascii[17] = "+---|+++|+++|+++";
    int joins = is_marked(blocks, row, col - 1) | is_marked(blocks, row, col + 1) << 1 |
                is_marked(blocks, row - 1, col) << 2 | is_marked(blocks, row + 1, col) << 3;
    return blocks->head.terminal.utf8 ? lines[joins] : ascii[joins];
}

/* Light shows as more ink, as on a dark screen. */
static int32_t shade_code(bool utf8, int luma)
{
    static const uint16_t shades[] = {' ', 0x2591, 0x2592, 0x2593, 0x2588};
    static const char ascii[] = " .:-=+*#%@";
    if (utf8)
        return shades[luma * (int)(sizeof shades / sizeof *shades) / 256];
    return ascii[luma * (int)(sizeof ascii - 1) / 256];
}

static struct block_cell mono_cell(
    const struct blocks_frame *blocks, int32_t row, int32_t col, const uint8_t *const half[2])
{
    int luma = (pixels_luma(half[0]) + pixels_luma(half[1])) / 2;
    bool marked = is_marked(blocks, row, col);
    return (struct block_cell){.fg = NO_COLOUR,
        .bg = NO_COLOUR,
        .code =
            marked ? line_code(blocks, row, col) : shade_code(blocks->head.terminal.utf8, luma)};
}

/* One colour for the whole cell: what is drawn over it, else the mean. */
static void one_colour(const struct blocks_frame *blocks, int32_t row, int32_t col,
    const uint8_t *const half[2], uint8_t out[3])
{
    const uint8_t *base[2];
    halves(blocks->head.base, row, col, base);
    for (int i = 0; i < 2; i++)
        if (memcmp(half[i], base[i], 3) != 0) {
            memcpy(out, half[i], 3);
            return;
        }
    for (int c = 0; c < 3; c++)
        out[c] = (uint8_t)((half[0][c] + half[1][c] + 1) / 2);
}

static struct block_cell make_cell(
    const struct blocks_frame *blocks, const struct pixels *shown, int32_t row, int32_t col)
{
    const struct encode_terminal *terminal = &blocks->head.terminal;
    const uint8_t *half[2];
    halves(shown, row, col, half);
    if (terminal->colours == ENCODE_MONO)
        return mono_cell(blocks, row, col, half);
    struct block_cell cell = {.code = ' ', .fg = NO_COLOUR};
    if (!terminal->utf8) {
        uint8_t rgb[3];
        one_colour(blocks, row, col, half, rgb);
        cell.bg = colour_of(terminal->colours, rgb);
        return cell;
    }
    int32_t upper = colour_of(terminal->colours, half[0]);
    cell.bg = colour_of(terminal->colours, half[1]);
    if (upper != cell.bg) {
        cell.code = HALF_BLOCK;
        cell.fg = upper;
    }
    return cell;
}

static void put_text(struct blocks_frame *blocks, const struct scene_text *text)
{
    enum encode_colours colours = blocks->head.terminal.colours;
    if (text->row < 0 || text->row >= blocks->rows)
        return;
    for (int32_t i = 0; i < SCENE_LABEL_BYTES && text->text[i]; i++) {
        int32_t col = text->col + i;
        if (col < 0 || col >= blocks->cols)
            continue;
        bool printable = text->text[i] >= ' ' && text->text[i] <= '~';
        blocks->next[(size_t)text->row * (size_t)blocks->cols + (size_t)col] =
            (struct block_cell){.code = printable ? text->text[i] : '?',
                .fg = colour_of(colours, text->fg),
                .bg = colour_of(colours, text->bg),
                .reverse = colours == ENCODE_MONO};
    }
}

static void make_cells(
    struct blocks_frame *blocks, const struct pixels *shown, const struct scene_texts *texts)
{
    mark_drawn(blocks, shown);
    struct block_cell *cell = blocks->next;
    for (int32_t row = 0; row < blocks->rows; row++)
        for (int32_t col = 0; col < blocks->cols; col++)
            *cell++ = make_cell(blocks, shown, row, col);
    for (size_t i = 0; texts && i < texts->count; i++)
        put_text(blocks, &texts->items[i]);
}

/* KIND: 38 or 48, for the text or the ground. */
static void add_colour(struct buf *out, enum encode_colours colours, int kind, int32_t colour)
{
    if (colours == ENCODE_TRUECOLOUR)
        buf_printf(out, "\x1b[%d;2;%d;%d;%dm", kind, colour >> 16, colour >> 8 & 255, colour & 255);
    else if (colours == ENCODE_256)
        buf_printf(out, "\x1b[%d;5;%dm", kind, colour);
    else /* 30..37, 90..97 for the text, 10 more for the ground */
        buf_printf(out, "\x1b[%dm", kind - 8 + (colour < 8 ? colour : colour - 8 + 60));
}

/* Attributes from those of PEN (NO_COLOUR: not set) to those of CELL. */
static void move_pen(struct buf *out, enum encode_colours colours, struct block_cell *pen,
    const struct block_cell *cell)
{
    if (cell->reverse != pen->reverse)
        buf_add_string(out, cell->reverse ? "\x1b[7m" : "\x1b[27m");
    pen->reverse = cell->reverse;
    if (cell->fg != NO_COLOUR && cell->fg != pen->fg) {
        add_colour(out, colours, 38, cell->fg);
        pen->fg = cell->fg;
    }
    if (cell->bg != NO_COLOUR && cell->bg != pen->bg) {
        add_colour(out, colours, 48, cell->bg);
        pen->bg = cell->bg;
    }
}

static bool same_cell(const struct block_cell *a, const struct block_cell *b)
{
    return a->code == b->code && a->fg == b->fg && a->bg == b->bg && a->reverse == b->reverse;
}

static void add_cells(struct blocks_frame *blocks, bool full, struct buf *out)
{
    const struct encode_place *place = &blocks->head.place;
    struct block_cell pen = {.fg = NO_COLOUR, .bg = NO_COLOUR};
    bool begun = false;
    for (int32_t row = 0; row < blocks->rows; row++) {
        int32_t cursor = -1; /* column behind the cell last written in this row */
        for (int32_t col = 0; col < blocks->cols; col++) {
            size_t at = (size_t)row * (size_t)blocks->cols + (size_t)col;
            const struct block_cell *cell = &blocks->next[at];
            if (!full && same_cell(cell, &blocks->cells[at]))
                continue;
            if (!begun) {
                encoder_save(out);
                buf_add_string(out, "\x1b[0m");
                begun = true;
            }
            if (cursor != col)
                encoder_move(out, place->row + row, place->col + col);
            move_pen(out, blocks->head.terminal.colours, &pen, cell);
            char bytes[4];
            buf_add(out, bytes, text_encode(cell->code, bytes));
            cursor = col + 1;
        }
    }
    if (begun) {
        buf_add_string(out, "\x1b[0m");
        encoder_restore(out);
    }
}

static bool draw(struct encoder_frame *frame, const struct encode_scene *scene, bool full,
    struct buf *out, struct err *err)
{
    (void)err;
    struct blocks_frame *blocks = blocks_of(frame);
    make_cells(blocks, scene->pixels, scene->texts);
    add_cells(blocks, full, out);
    struct block_cell *cells = blocks->cells;
    blocks->cells = blocks->next;
    blocks->next = cells;
    return true;
}

const struct encoder encoder_blocks = {.name = "blocks",
    .title = "coloured cells: every terminal",
    .text_cells = true,
    .area = area,
    .open = open,
    .draw = draw,
    .close = close};
