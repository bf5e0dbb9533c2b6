#include "screen/plot.h"

#include <math.h>
#include <string.h>

/* The dots of a cell's left and right column: from one row on, down to one row, and of the half whose
 * x + y is even. */
static const uint8_t FROM[4][2] = {{0x47, 0xb8}, {0x46, 0xb0}, {0x44, 0xa0}, {0x40, 0x80}};
static const uint8_t DOWN_TO[4][2] = {{0x01, 0x08}, {0x03, 0x18}, {0x07, 0x38}, {0x47, 0xb8}};
static const uint8_t EVEN[2] = {0x05, 0x90};

void plot_column(struct grid *grid, struct rect plot, int x, int y, int to, enum plot_ink ink,
    struct style style)
{
    const struct rect *clip = &grid->clip;
    int side = x % 2, col = plot.col + x / 2, first = y / 4, last = to / 4;
    uint8_t mask = ink == PLOT_HALF ? EVEN[side] : 0xff;
    if (col < clip->col || col >= clip->col + clip->cols)
        return;
    for (int row = first; row <= last; row++) {
        uint8_t dots = mask & FROM[row == first ? y % 4 : 0][side] &
                       DOWN_TO[row == last ? to % 4 : 3][side];
        int at = plot.row + row;
        if (!dots || at < clip->row || at >= clip->row + clip->rows)
            continue;
        struct cell *cell = &grid->cells[(size_t)at * (size_t)grid->cols + (size_t)col];
        uint32_t had = cell->code[0] - PLOT_BRAILLE;
        *cell = (struct cell){{PLOT_BRAILLE + ((had < 0x100 ? had : 0) | dots)}, style.role,
            style.hue, style.attr, 1};
    }
}

void plot_dot(struct grid *grid, struct rect plot, int x, int y, struct style style)
{
    plot_column(grid, plot, x, y, y, PLOT_FULL, style);
}

int plot_label_cols(const struct axis *axis)
{
    int most = 1;
    for (int i = 0; i < axis->count; i++)
        if ((int)strlen(axis->ticks[i].label) > most)
            most = (int)strlen(axis->ticks[i].label);
    return most;
}

void plot_y_axis(struct grid *grid, struct rect plot, const struct axis *axis, int label_cols)
{
    struct style style = STYLE_IS(CHART_AXIS);
    int taken = -2;
    grid_fill(grid, (struct rect){plot.row, plot.col - 1, plot.rows, 1}, style, 0x2502);
    for (int i = axis->count - 1; i >= 0; i--) {
        const struct axis_tick *tick = &axis->ticks[i];
        double y = (1 - axis_place(axis, tick->value)) * (4 * plot.rows - 1);
        int row = (int)lround(y) / 4;
        if (row < 0 || row >= plot.rows || row <= taken)
            continue;
        taken = row;
        grid_text_right(
            grid, plot.row + row, plot.col - 2 - label_cols, label_cols, style, tick->label);
        grid_put(grid, plot.row + row, plot.col - 1, style, 0x2524);
    }
}

void plot_x_axis(struct grid *grid, struct rect area, struct rect plot, const struct axis *axis,
    bool line, bool labels)
{
    struct style style = STYLE_IS(CHART_AXIS);
    int row = plot.row + plot.rows, free_from = area.col;
    if (line) {
        grid_fill(grid, (struct rect){row, plot.col, 1, plot.cols}, style, 0x2500);
        grid_put(grid, row, plot.col - 1, style, 0x2514);
    }
    for (int i = 0; i < axis->count; i++) {
        const struct axis_tick *tick = &axis->ticks[i];
        int at = (int)lround(axis_place(axis, tick->value) * (2 * plot.cols - 1)) / 2;
        int cols = (int)strlen(tick->label), col = plot.col + at - cols / 2;
        if (at < 0 || at >= plot.cols)
            continue;
        if (line)
            grid_put(grid, row, plot.col + at, style, 0x252c);
        if (col + cols > area.col + area.cols)
            col = area.col + area.cols - cols;
        if (!labels || col < free_from)
            continue;
        grid_text(grid, row + line, col, cols, style, tick->label);
        free_from = col + cols + 1;
    }
}
