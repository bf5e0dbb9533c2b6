#include "screen/frame.h"

struct rect frame_draw(struct grid *grid, struct rect rect, struct style edge, const char *title,
    struct style title_style)
{
    if (rect.rows < 2 || rect.cols < 2)
        return (struct rect){rect.row, rect.col, 0, 0};
    int bottom = rect.row + rect.rows - 1, right = rect.col + rect.cols - 1;
    struct rect inside = {rect.row + 1, rect.col + 1, rect.rows - 2, rect.cols - 2};
    grid_fill(grid, (struct rect){rect.row, inside.col, 1, inside.cols}, edge, 0x2500);
    grid_fill(grid, (struct rect){bottom, inside.col, 1, inside.cols}, edge, 0x2500);
    grid_fill(grid, (struct rect){inside.row, rect.col, inside.rows, 1}, edge, 0x2502);
    grid_fill(grid, (struct rect){inside.row, right, inside.rows, 1}, edge, 0x2502);
    grid_put(grid, rect.row, rect.col, edge, 0x250c);
    grid_put(grid, rect.row, right, edge, 0x2510);
    grid_put(grid, bottom, rect.col, edge, 0x2514);
    grid_put(grid, bottom, right, edge, 0x2518);
    if (title && inside.cols > 4) {
        grid_put(grid, rect.row, inside.col, edge, ' ');
        int used = grid_text(grid, rect.row, inside.col + 1, inside.cols - 2, title_style, title);
        grid_put(grid, rect.row, inside.col + 1 + used, edge, ' ');
    }
    return inside;
}

struct rect frame_popup(struct grid *grid, struct rect rect, const char *title)
{
    grid_fill(grid, rect, STYLE_IS(TEXT), ' ');
    return frame_draw(grid, rect, STYLE_IS(BORDER), title, STYLE_IS(TITLE));
}
