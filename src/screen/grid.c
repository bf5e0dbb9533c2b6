#include "screen/grid.h"

#include "base/text.h"

#include <assert.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HARMLESS_BYTES = 4 * GRID_MAX_TEXT_BYTES, ELLIPSIS = 0x2026 };

static int between(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static const struct cell BLANK = {.code = {' '}, .cols = 1};

bool grid_resize(struct grid *grid, int rows, int cols, struct err *err)
{
    rows = between(rows, 1, GRID_MAX_ROWS);
    cols = between(cols, 1, GRID_MAX_COLS);
    struct cell *cells = realloc(grid->cells, (size_t)rows * (size_t)cols * sizeof *cells);
    if (!cells)
        return err_set(err, ERR_MEMORY, "no memory for a screen of %d x %d cells", cols, rows);
    grid->cells = cells;
    grid->rows = rows;
    grid->cols = cols;
    grid_clear(grid);
    return true;
}

struct grid *grid_new(int rows, int cols, struct err *err)
{
    struct grid *grid = calloc(1, sizeof *grid);
    if (!grid) {
        err_set(err, ERR_MEMORY, "no memory for a screen");
        return NULL;
    }
    if (!grid_resize(grid, rows, cols, err)) {
        free(grid);
        return NULL;
    }
    return grid;
}

void grid_free(struct grid *grid)
{
    if (!grid)
        return;
    free(grid->cells);
    free(grid);
}

void grid_clear(struct grid *grid)
{
    size_t count = (size_t)grid->rows * (size_t)grid->cols;
    for (size_t i = 0; i < count; i++)
        grid->cells[i] = BLANK;
    grid->clip = grid_rect(grid);
    grid->cursor_row = grid->cursor_col = 0;
    grid->cursor_shown = false;
}

struct rect rect_cut(struct rect a, struct rect b)
{
    int top = a.row > b.row ? a.row : b.row;
    int left = a.col > b.col ? a.col : b.col;
    int bottom = a.row + a.rows < b.row + b.rows ? a.row + a.rows : b.row + b.rows;
    int right = a.col + a.cols < b.col + b.cols ? a.col + a.cols : b.col + b.cols;
    if (bottom <= top || right <= left)
        return (struct rect){top, left, 0, 0};
    return (struct rect){top, left, bottom - top, right - left};
}

bool rect_holds(struct rect rect, int row, int col)
{
    return row >= rect.row && row < rect.row + rect.rows && col >= rect.col &&
           col < rect.col + rect.cols;
}

struct rect grid_rect(const struct grid *grid)
{
    return (struct rect){0, 0, grid->rows, grid->cols};
}

struct rect grid_clip(struct grid *grid, struct rect rect)
{
    struct rect before = grid->clip;
    grid->clip = rect_cut(before, rect);
    return before;
}

void grid_unclip(struct grid *grid, struct rect before)
{
    grid->clip = rect_cut(before, grid_rect(grid));
}

static struct cell *cell_at(struct grid *grid, int row, int col)
{
    assert(row >= 0 && row < grid->rows && col >= 0 && col < grid->cols);
    return &grid->cells[(size_t)row * (size_t)grid->cols + (size_t)col];
}

/* What is about to be overwritten may be half of a wide character: its other half becomes blank. */
static void part_wide(struct grid *grid, int row, int col)
{
    struct cell *cell = cell_at(grid, row, col);
    if (cell->cols == 0 && col > 0) {
        struct cell *left = cell - 1;
        *left = (struct cell){{' '}, left->role, left->hue, left->attr, 1};
        cell->cols = 1;
    } else if (cell->cols == 2 && col + 1 < grid->cols) {
        struct cell *right = cell + 1;
        *right = (struct cell){{' '}, right->role, right->hue, right->attr, 1};
    }
}

static struct cell *put_narrow(
    struct grid *grid, int row, int col, struct style style, uint32_t code)
{
    if (!rect_holds(grid->clip, row, col))
        return NULL;
    part_wide(grid, row, col);
    struct cell *cell = cell_at(grid, row, col);
    *cell = (struct cell){{code}, style.role, style.hue, style.attr, 1};
    return cell;
}

/* A wide character that is cut in half by the clip leaves a blank in the half that is seen. */
static struct cell *put_wide(struct grid *grid, int row, int col, struct style style, uint32_t code)
{
    bool left = rect_holds(grid->clip, row, col), right = rect_holds(grid->clip, row, col + 1);
    if (!left || !right) {
        if (left)
            put_narrow(grid, row, col, style, ' ');
        if (right)
            put_narrow(grid, row, col + 1, style, ' ');
        return NULL;
    }
    put_narrow(grid, row, col + 1, style, ' ');
    struct cell *cell = put_narrow(grid, row, col, style, code);
    cell->cols = 2;
    cell[1].cols = 0;
    return cell;
}

static void add_mark(struct cell *cell, uint32_t code)
{
    if (cell && !cell->code[1])
        cell->code[1] = code;
    else if (cell && !cell->code[2])
        cell->code[2] = code;
}

/* Draws harmless UTF-8 up to END_COL, where it is cut if it would go beyond. Returns the columns.
 */
static int draw_harmless(struct grid *grid, int row, int col, int end_col, struct style style,
    const char *text, size_t length)
{
    const char *end = text + length;
    struct cell *last = NULL;
    int at_col = col;
    for (const char *at = text; at < end;) {
        int32_t code;
        at += text_decode(at, end, &code);
        if (code < 0)
            code = '?';
        int cols = text_code_cols(code);
        if (cols == 0) {
            if (at_col == col) /* a mark without its base stands on a blank */
                last = put_narrow(grid, row, at_col++, style, ' ');
            add_mark(last, (uint32_t)code);
            continue;
        }
        if (at_col + cols > end_col)
            break;
        last = cols == 2 ? put_wide(grid, row, at_col, style, (uint32_t)code)
                         : put_narrow(grid, row, at_col, style, (uint32_t)code);
        at_col += cols;
    }
    return at_col - col;
}

static bool is_plain(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] >= 0x7f)
            return false;
    return true;
}

/* TEXT is harmless and takes COLS columns when nothing cuts it. */
static int draw_fitted(struct grid *grid, int row, int col, int max_cols, struct style style,
    const char *text, size_t length, int cols)
{
    if (cols <= max_cols)
        return draw_harmless(grid, row, col, col + max_cols, style, text, length);
    int used = draw_harmless(grid, row, col, col + max_cols - 1, style, text, length);
    put_narrow(grid, row, col + used, style, ELLIPSIS);
    return used + 1;
}

/* Where text begins that ends, right-aligned, at the end of MAX_COLS; 0 for left-aligned text. */
static int draw_aligned(struct grid *grid, int row, int col, int max_cols, struct style style,
    const char *utf8, size_t length, bool right)
{
    if (max_cols <= 0 || length == 0)
        return 0;
    if (length > GRID_MAX_TEXT_BYTES)
        length = GRID_MAX_TEXT_BYTES;
    char harmless[HARMLESS_BYTES];
    const char *text = utf8;
    int cols = (int)length;
    if (!is_plain(utf8, length)) {
        length = text_harmless(harmless, sizeof harmless, utf8, length);
        text = harmless;
        cols = text_cols(harmless);
    }
    int shift = right && cols < max_cols ? max_cols - cols : 0;
    return draw_fitted(grid, row, col + shift, max_cols - shift, style, text, length, cols);
}

int grid_text_bytes(struct grid *grid, int row, int col, int max_cols, struct style style,
    const char *utf8, size_t length)
{
    return draw_aligned(grid, row, col, max_cols, style, utf8, length, false);
}

int grid_text(
    struct grid *grid, int row, int col, int max_cols, struct style style, const char *utf8)
{
    return draw_aligned(
        grid, row, col, max_cols, style, utf8, strnlen(utf8, GRID_MAX_TEXT_BYTES), false);
}

int grid_text_right(
    struct grid *grid, int row, int col, int max_cols, struct style style, const char *utf8)
{
    return draw_aligned(
        grid, row, col, max_cols, style, utf8, strnlen(utf8, GRID_MAX_TEXT_BYTES), true);
}

int grid_printf(
    struct grid *grid, int row, int col, int max_cols, struct style style, const char *format, ...)
{
    char text[GRID_MAX_TEXT_BYTES];
    va_list list;
    va_start(list, format);
    int length = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return length < 0 ? 0 : grid_text(grid, row, col, max_cols, style, text);
}

int grid_text_cols(const char *utf8)
{
    size_t length = strnlen(utf8, GRID_MAX_TEXT_BYTES);
    if (is_plain(utf8, length))
        return (int)length;
    char harmless[HARMLESS_BYTES];
    text_harmless(harmless, sizeof harmless, utf8, length);
    return text_cols(harmless);
}

void grid_put(struct grid *grid, int row, int col, struct style style, uint32_t code)
{
    if (code > 0x10ffff || text_code_is_harmful((int32_t)code))
        code = '?';
    int cols = text_code_cols((int32_t)code);
    if (cols == 2)
        put_wide(grid, row, col, style, code);
    else
        put_narrow(grid, row, col, style, cols == 1 ? code : '?');
}

size_t grid_break(const char *utf8, int cols, size_t *skip)
{
    size_t whole = strcspn(utf8, "\n"), bytes = 0, blank = 0;
    char head[GRID_MAX_TEXT_BYTES];
    *skip = utf8[whole] == '\n';
    while (bytes < whole && cols < INT_MAX) {
        size_t next = bytes + 1;
        while (next < whole && ((unsigned char)utf8[next] & 0xc0) == 0x80)
            next++;
        if (next >= sizeof head)
            break;
        memcpy(head, utf8, next);
        head[next] = '\0';
        if (grid_text_cols(head) > cols && bytes) {
            *skip = blank ? 1 : 0;
            return blank ? blank : bytes;
        }
        if (utf8[bytes] == ' ')
            blank = bytes;
        bytes = next;
    }
    return whole;
}

int grid_paragraph(struct grid *grid, struct rect rect, struct style style, const char *utf8)
{
    int rows = 0;
    for (size_t skip; *utf8 && rows < rect.rows; rows++) {
        size_t bytes = grid_break(utf8, rect.cols, &skip);
        grid_text_bytes(grid, rect.row + rows, rect.col, rect.cols, style, utf8, bytes);
        utf8 += bytes + skip;
    }
    return rows;
}

void grid_fill(struct grid *grid, struct rect rect, struct style style, uint32_t code)
{
    if (code > 0x10ffff || text_code_is_harmful((int32_t)code) ||
        text_code_cols((int32_t)code) != 1)
        code = '?';
    rect = rect_cut(rect, grid->clip);
    for (int row = rect.row; row < rect.row + rect.rows; row++)
        for (int col = rect.col; col < rect.col + rect.cols; col++)
            put_narrow(grid, row, col, style, code);
}

void grid_restyle(struct grid *grid, struct rect rect, struct style style)
{
    rect = rect_cut(rect, grid->clip);
    for (int row = rect.row; row < rect.row + rect.rows; row++)
        for (int col = rect.col; col < rect.col + rect.cols; col++) {
            struct cell *cell = cell_at(grid, row, col);
            cell->role = style.role;
            cell->hue = style.hue;
            cell->attr = style.attr;
        }
}

void grid_mark(struct grid *grid, struct rect rect, uint8_t attr)
{
    rect = rect_cut(rect, grid->clip);
    for (int row = rect.row; row < rect.row + rect.rows; row++)
        for (int col = rect.col; col < rect.col + rect.cols; col++)
            cell_at(grid, row, col)->attr |= attr;
}

void grid_cursor(struct grid *grid, int row, int col)
{
    if (!rect_holds(grid->clip, row, col))
        return;
    grid->cursor_row = row;
    grid->cursor_col = col;
    grid->cursor_shown = true;
}

void grid_reserve(struct grid *grid, struct rect rect, uint8_t id)
{
    grid_fill(grid, rect, (struct style){.role = STYLE_PICTURE, .hue = id}, ' ');
}

void grid_damage(const struct grid *before, const struct grid *now, bool damaged[256])
{
    memset(damaged, 0, 256 * sizeof *damaged);
    bool same = before && before->rows == now->rows && before->cols == now->cols;
    size_t count = (size_t)now->rows * (size_t)now->cols;
    for (size_t i = 0; i < count; i++) {
        const struct cell *cell = &now->cells[i];
        if (cell->role == STYLE_PICTURE &&
            (!same || before->cells[i].role != STYLE_PICTURE || before->cells[i].hue != cell->hue))
            damaged[cell->hue] = true;
    }
}

static void dump_text(const struct grid *grid, int row, struct buf *out)
{
    size_t kept = out->length;
    for (int col = 0; col < grid->cols; col++) {
        const struct cell *cell = &grid->cells[(size_t)row * (size_t)grid->cols + (size_t)col];
        for (int i = 0; cell->cols && i < 3 && cell->code[i]; i++) {
            char bytes[4];
            buf_add(out, bytes, text_encode((int32_t)cell->code[i], bytes));
        }
        if (cell->code[0] != ' ' || cell->code[1])
            kept = out->length;
    }
    out->length = kept;
    buf_add_char(out, '\n');
}

static void dump_roles(const struct grid *grid, int row, struct buf *out)
{
    static const struct {
        uint8_t attr;
        const char *name;
    } ATTRS[] = {{STYLE_ON_CURSOR, " ^cursor"}, {STYLE_ON_SELECTED, " ^selected"}};
    size_t kept = out->length;
    uint8_t seen = 0;
    for (int col = 0; col < grid->cols; col++) {
        const struct cell *cell = &grid->cells[(size_t)row * (size_t)grid->cols + (size_t)col];
        bool blank = cell->role == STYLE_TEXT && cell->code[0] == ' ';
        buf_add_char(out, blank ? ' ' : style_letter(cell->role));
        if (!blank)
            kept = out->length;
        seen |= cell->attr;
    }
    out->length = kept;
    for (size_t i = 0; i < sizeof ATTRS / sizeof *ATTRS; i++)
        if (seen & ATTRS[i].attr)
            buf_add_string(out, ATTRS[i].name);
    buf_add_char(out, '\n');
}

void grid_dump(const struct grid *grid, struct buf *out, bool roles)
{
    for (int row = 0; row < grid->rows; row++)
        dump_text(grid, row, out);
    if (!roles)
        return;
    buf_add_string(out, "--\n");
    for (int row = 0; row < grid->rows; row++)
        dump_roles(grid, row, out);
}
