#include "screen/help.h"

#include <string.h>

enum { KEY_COLS = 16, GAP = 3, LEAST_COLS = 44, MAX_LINES = 512, KEYS_BYTES = 48 };

struct line {
    const struct key_row *row; /* NULL: a heading, or the blank line in front of one */
    const char *heading;       /* NULL: none */
    char keys[KEYS_BYTES];     /* those of ROW that mean it */
    int at, column;            /* where it stands; column -1: nowhere */
};

struct lines {
    struct line items[MAX_LINES];
    int count;
};

static const char *heading_of(const struct key_row *row)
{
    return row->where ? row->where : "everywhere";
}

static struct line *add_line(struct lines *lines)
{
    static struct line nowhere;
    struct line *line = lines->count < MAX_LINES ? &lines->items[lines->count++] : &nowhere;
    *line = (struct line){0};
    return line;
}

/* The rows of TABLES whose keys nothing in front takes, or (TAKEN) those that something does, with
 * those keys; under their own headings, or one. */
static void collect(struct lines *lines, const struct key_row *const *tables, size_t count, bool taken)
{
    for (size_t i = 0; i < count; i++) {
        const char *before = NULL;
        for (const struct key_row *row = tables[i]; row->keys; row++) {
            char keys[KEYS_BYTES];
            const char *heading = taken ? "on its own screen" : heading_of(row);
            if (!key_row_names(row, tables, i, taken, keys, sizeof keys))
                continue;
            if (!before || strcmp(before, heading) != 0) {
                if (lines->count)
                    add_line(lines);
                add_line(lines)->heading = heading;
                before = heading;
            }
            struct line *line = add_line(lines);
            line->row = row;
            memcpy(line->keys, keys, sizeof keys);
        }
    }
}

static void draw_line(struct grid *grid, int row, int col, int cols, const struct line *line)
{
    if (line->heading)
        grid_text(grid, row, col, cols, STYLE_IS(HEADER), line->heading);
    if (!line->row)
        return;
    int used = grid_text(
        grid, row, col, cols < KEY_COLS ? cols : KEY_COLS, STYLE_IS(KEY), line->keys);
    int at = used < KEY_COLS ? KEY_COLS : used;
    grid_text(grid, row, col + at + 1, cols - at - 1, STYLE_IS(TEXT), line->row->does);
}

/* Gives each line its place in columns of HIGH lines: no heading stands alone at the end of one, no
 * blank line at its top. Returns the columns needed. */
static int place_lines(struct lines *lines, int high)
{
    int at = 0, column = 0;
    for (int i = 0; i < lines->count; i++) {
        struct line *line = &lines->items[i];
        if (at >= high || (line->heading && at == high - 1 && high > 1)) {
            column++;
            at = 0;
        }
        bool left_out = !line->row && !line->heading && at == 0;
        line->at = at;
        line->column = left_out ? -1 : column;
        at += !left_out;
    }
    return at > 0 ? column + 1 : column;
}

int help_draw(struct grid *grid, struct rect rect, const struct key_row *const *tables, size_t count,
    size_t views, int top)
{
    struct lines lines;
    lines.count = 0;
    collect(&lines, tables, count, false);
    collect(&lines, tables, views, true);
    int columns = rect.cols / LEAST_COLS > 0 ? rect.cols / LEAST_COLS : 1;
    while (columns > 1 && place_lines(&lines, rect.rows) < columns)
        columns--; /* no more than are needed */
    int high = lines.count / columns > 0 ? lines.count / columns : 1;
    while (place_lines(&lines, high) > columns)
        high++;
    int cols = (rect.cols - (columns - 1) * GAP) / columns;
    struct rect before = grid_clip(grid, rect);
    for (int i = 0; i < lines.count; i++) {
        const struct line *line = &lines.items[i];
        int row = line->at - top;
        if (line->column >= 0 && row >= 0 && row < rect.rows)
            draw_line(grid, rect.row + row, rect.col + line->column * (cols + GAP), cols, line);
    }
    grid_unclip(grid, before);
    return high;
}
