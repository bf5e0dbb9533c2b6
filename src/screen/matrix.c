#include "screen/matrix.h"

#include <stdio.h>
#include <string.h>

enum { MOST_NAME_COLS = 18, LEAST_CELLS_COLS = 8 };

uint32_t matrix_shade(double shade)
{
    /* Squares of eighths: most cells off the diagonal of a fair model are below a tenth. */
    static const double BOUNDS[] = {1. / 64, 9. / 64, 25. / 64, 49. / 64};
    static const uint32_t CODES[] = {0xb7, 0x2591, 0x2592, 0x2593, 0x2588};
    size_t level = 0;
    if (!(shade > 0))
        return ' ';
    while (level < 4 && shade >= BOUNDS[level])
        level++;
    return CODES[level];
}

static int name_cols(const struct matrix_source *source, const struct matrix *matrix, int rows)
{
    int cols = 0;
    for (int i = 0; i < rows && matrix->row.top + (size_t)i < source->rows; i++) {
        int own = grid_text_cols(source->row_name(source->self, matrix->row.top + (size_t)i));
        cols = own > cols ? own : cols;
    }
    return cols < MOST_NAME_COLS ? cols : MOST_NAME_COLS;
}

static void draw_cell(const struct matrix *matrix, struct grid *grid,
    const struct matrix_source *source, size_t row, size_t col, int grid_row, int grid_col)
{
    struct matrix_cell cell = {0};
    source->cell(source->self, row, col, &cell);
    grid_put(grid, grid_row, grid_col, cell.style, matrix_shade(cell.shade));
    if (cell.text && matrix->cell_cols > 2)
        grid_text_right(grid, grid_row, grid_col + 1, matrix->cell_cols - 2, cell.style, cell.text);
}

enum { LEAST_PREFIX = 3, NAME_BYTES = 64 };

/* How many bytes all names of the columns seen begin with; 0 when that is little. */
static size_t common_prefix(const struct matrix *matrix, const struct matrix_source *source)
{
    char first[NAME_BYTES] = "";
    size_t length = 0;
    for (int i = 0; i < matrix->col.visible; i++) {
        size_t at = matrix->col.top + (size_t)i, same = 0;
        if (at >= source->cols)
            break;
        const char *name = source->col_name(source->self, at);
        if (i == 0) {
            length = strlen(name) < NAME_BYTES - 1 ? strlen(name) : NAME_BYTES - 1;
            memcpy(first, name, length);
        }
        while (same < length && name[same] == first[same])
            same++;
        length = name[same] ? same : same ? same - 1 : 0; /* something is left of each */
    }
    while (length && ((unsigned char)first[length] & 0xc0) == 0x80 && length < NAME_BYTES)
        length--; /* whole characters */
    return length >= LEAST_PREFIX ? length : 0;
}

/* The name of column AT, its end where all begin alike. */
static void draw_col_name(struct grid *grid, int row, int col, int cols, struct style style,
    const char *name, size_t prefix)
{
    char text[NAME_BYTES];
    if (prefix && strlen(name) > prefix && grid_text_cols(name) > cols) {
        snprintf(text, sizeof text, "\xe2\x80\xa6%.48s", name + prefix);
        name = text;
    }
    grid_text_right(grid, row, col, cols, style, name);
}

static void draw_names(const struct matrix *matrix, struct grid *grid, struct rect rect,
    const struct matrix_source *source, bool focused)
{
    int cols = matrix->cell_cols;
    size_t prefix = common_prefix(matrix, source);
    for (int i = 0; cols > 2 && i < matrix->col.visible; i++) {
        size_t at = matrix->col.top + (size_t)i;
        bool here = focused && at == matrix->col.cursor;
        if (at < source->cols)
            draw_col_name(grid, rect.row, matrix->cells.col + i * cols, cols - 1,
                here ? STYLE_IS(ACCENT) : STYLE_IS(HEADER), source->col_name(source->self, at),
                prefix);
    }
    for (int i = 0; i < matrix->cells.rows; i++) {
        size_t at = matrix->row.top + (size_t)i;
        bool here = focused && at == matrix->row.cursor;
        if (at < source->rows)
            grid_text(grid, matrix->cells.row + i, rect.col, matrix->cells.col - rect.col - 1,
                here ? STYLE_IS(ACCENT) : STYLE_IS(TEXT), source->row_name(source->self, at));
    }
}

static void draw_cursor(const struct matrix *matrix, struct grid *grid)
{
    int row = matrix->cells.row + (int)(matrix->row.cursor - matrix->row.top);
    int col = matrix->cells.col + (int)(matrix->col.cursor - matrix->col.top) * matrix->cell_cols;
    int cols = matrix->cell_cols > 2 ? matrix->cell_cols - 1 : 1;
    grid_mark(grid, (struct rect){row, col, 1, cols}, STYLE_REVERSE);
    grid_cursor(grid, row, col);
}

void matrix_draw(struct matrix *matrix, struct grid *grid, struct rect rect,
    const struct matrix_source *source, int cell_cols, bool focused)
{
    int head = cell_cols > 2, rows = rect.rows - head;
    matrix->cells = (struct rect){0};
    matrix->cell_cols = cell_cols;
    if (rows < 1 || !source->rows || !source->cols)
        return;
    scroll_fit(&matrix->row, source->rows, rows);
    int names = name_cols(source, matrix, rows) + 1;
    if (rect.cols - names < LEAST_CELLS_COLS)
        names = rect.cols / 2;
    int seen = (rect.cols - names) / cell_cols;
    if (seen < 1)
        return;
    scroll_fit(&matrix->col, source->cols, seen);
    matrix->cells = (struct rect){rect.row + head, rect.col + names, rows, seen * cell_cols};
    struct rect before = grid_clip(grid, rect);
    draw_names(matrix, grid, rect, source, focused);
    for (int i = 0; i < rows && matrix->row.top + (size_t)i < source->rows; i++)
        for (int k = 0; k < seen && matrix->col.top + (size_t)k < source->cols; k++)
            draw_cell(matrix, grid, source, matrix->row.top + (size_t)i,
                matrix->col.top + (size_t)k, matrix->cells.row + i,
                matrix->cells.col + k * cell_cols);
    if (focused)
        draw_cursor(matrix, grid);
    grid_unclip(grid, before);
}

void matrix_move_col(struct matrix *matrix, int by, size_t cols)
{
    int64_t at = (int64_t)matrix->col.cursor + by, last = (int64_t)cols - 1;
    matrix->col.cursor = (size_t)(at < 0 || last < 0 ? 0 : at > last ? last : at);
}

bool matrix_at(const struct matrix *matrix, int row, int col, size_t *at_row, size_t *at_col)
{
    if (!rect_holds(matrix->cells, row, col))
        return false;
    *at_row = matrix->row.top + (size_t)(row - matrix->cells.row);
    *at_col = matrix->col.top + (size_t)((col - matrix->cells.col) / matrix->cell_cols);
    return true;
}
