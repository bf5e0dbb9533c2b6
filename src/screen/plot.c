#include "screen/plot.h"

#include <math.h>
#include <string.h>

void plot_dots(struct grid *grid, struct rect plot, int x, int y, int to, struct style style)
{
    static const uint8_t BITS[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    int row = plot.row + y / 4, col = plot.col + x / 2;
    if (!rect_holds(grid->clip, row, col))
        return;
    struct cell *cell = &grid->cells[(size_t)row * (size_t)grid->cols + (size_t)col];
    uint32_t dots = cell->code[0] >= PLOT_BRAILLE && cell->code[0] < PLOT_BRAILLE + 0x100
                        ? cell->code[0] - PLOT_BRAILLE
                        : 0;
    for (; y <= to; y++)
        dots |= BITS[y % 4][x % 2];
    *cell = (struct cell){{PLOT_BRAILLE + dots}, style.role, style.hue, style.attr, 1};
}

void plot_dot(struct grid *grid, struct rect plot, int x, int y, struct style style)
{
    plot_dots(grid, plot, x, y, y, style);
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
