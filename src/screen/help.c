#include "screen/help.h"

#include <string.h>

enum { KEY_COLS = 16, GAP = 3, LEAST_COLS = 44, MAX_LINES = 512 };

struct line {
    const struct key_row *row; /* NULL: the blank line in front of a heading */
    bool heading;              /* of the group that begins with ROW */
};

struct lines {
    struct line items[MAX_LINES];
    int count;
};

static const char *heading_of(const struct key_row *row)
{
    return row->where ? row->where : "everywhere";
}

static void add_line(struct lines *lines, const struct key_row *row, bool heading)
{
    if (lines->count < MAX_LINES)
        lines->items[lines->count++] = (struct line){row, heading};
}

static void collect(struct lines *lines, const struct key_row *const *tables, size_t count)
{
    lines->count = 0;
    for (size_t i = 0; i < count; i++) {
        const char *before = NULL;
        for (const struct key_row *row = tables[i]; row->keys; row++) {
            if (!before || strcmp(before, heading_of(row)) != 0) {
                if (lines->count)
                    add_line(lines, NULL, false);
                add_line(lines, row, true);
                before = heading_of(row);
            }
            add_line(lines, row, false);
        }
    }
}

static void draw_line(struct grid *grid, int row, int col, int cols, const struct line *line)
{
    if (!line->row)
        return;
    if (line->heading) {
        grid_text(grid, row, col, cols, STYLE_IS(HEADER), heading_of(line->row));
        return;
    }
    int used = grid_text(
        grid, row, col, cols < KEY_COLS ? cols : KEY_COLS, STYLE_IS(KEY), line->row->keys);
    int at = used < KEY_COLS ? KEY_COLS : used;
    grid_text(grid, row, col + at + 1, cols - at - 1, STYLE_IS(TEXT), line->row->does);
}

int help_draw(
    struct grid *grid, struct rect rect, const struct key_row *const *tables, size_t count, int top)
{
    struct lines lines;
    collect(&lines, tables, count);
    int columns = rect.cols / LEAST_COLS > 0 ? rect.cols / LEAST_COLS : 1;
    while (columns > 1 && (lines.count + columns - 2) / (columns - 1) <= rect.rows)
        columns--; /* no more than are needed */
    int cols = (rect.cols - (columns - 1) * GAP) / columns;
    int per_column = (lines.count + columns - 1) / columns;
    struct rect before = grid_clip(grid, rect);
    for (int i = 0; i < lines.count; i++) {
        int row = i % per_column - top, column = i / per_column;
        if (row >= 0 && row < rect.rows)
            draw_line(
                grid, rect.row + row, rect.col + column * (cols + GAP), cols, &lines.items[i]);
    }
    grid_unclip(grid, before);
    return per_column;
}
