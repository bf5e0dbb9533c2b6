#include "screen/bars.h"

#include <math.h>
#include <string.h>

enum { MOST_GROUP_COLS = 10, MOST_LABEL_COLS = 16, LEAST_BAR_COLS = 4, EIGHTHS = 8 };

/* Columns of the parts of a row, one between two that are there. */
struct layout {
    int group, label, bar, text;
};

static int widest(const struct bars_item *items, size_t count, size_t offset, int most)
{
    int cols = 0;
    for (size_t i = 0; i < count; i++) {
        const char *text = *(const char *const *)(const void *)((const char *)&items[i] + offset);
        int own = grid_text_cols(text);
        cols = own > cols ? own : cols;
    }
    return cols < most ? cols : most;
}

static struct layout lay_out(const struct bars_item *items, size_t count, int cols)
{
    struct layout layout = {
        widest(items, count, offsetof(struct bars_item, group), MOST_GROUP_COLS),
        widest(items, count, offsetof(struct bars_item, label), MOST_LABEL_COLS), 0,
        widest(items, count, offsetof(struct bars_item, text), cols / 2)};
    layout.group += layout.group > 0;
    layout.label += layout.label > 0;
    layout.bar = cols - layout.group - layout.label - layout.text - 1;
    if (layout.bar < LEAST_BAR_COLS) /* numbers before lengths */
        layout.bar = 0;
    return layout;
}

static double greatest(const struct bars_item *items, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(items[i].value))
            most = fmax(most, items[i].value);
    return most;
}

static void draw_bar(struct grid *grid, int row, int col, int cols, struct style style, double part)
{
    if (!(part > 0) || !cols)
        return;
    int eighths = (int)lround(fmin(part, 1) * cols * EIGHTHS), whole = eighths / EIGHTHS;
    if (!eighths)
        eighths = 1; /* little is not nothing */
    for (int i = 0; i < whole; i++)
        grid_put(grid, row, col + i, style, 0x2588);
    if (eighths % EIGHTHS)
        grid_put(grid, row, col + whole, style, 0x2590 - (uint32_t)(eighths % EIGHTHS));
}

void bars_draw(struct bars *bars, struct grid *grid, struct rect rect,
    const struct bars_item *items, size_t count, bool focused)
{
    bars->place = rect;
    bars->count = count;
    scroll_fit(&bars->scroll, count, rect.rows);
    struct layout layout = lay_out(items, count, rect.cols);
    double most = greatest(items, count);
    struct rect before = grid_clip(grid, rect);
    for (int i = 0; i < rect.rows && bars->scroll.top + (size_t)i < count; i++) {
        size_t at = bars->scroll.top + (size_t)i;
        const struct bars_item *item = &items[at];
        int row = rect.row + i, col = rect.col;
        bool begins = i == 0 || strcmp(item->group, items[at - 1].group) != 0;
        if (begins && layout.group)
            grid_text(grid, row, col, layout.group - 1, STYLE_IS(TEXT), item->group);
        col += layout.group;
        if (layout.label)
            grid_text(grid, row, col, layout.label - 1, item->style, item->label);
        col += layout.label;
        draw_bar(grid, row, col, layout.bar, item->style, most > 0 ? item->value / most : 0);
        grid_text_right(
            grid, row, rect.col + rect.cols - layout.text, layout.text, STYLE_IS(TEXT), item->text);
        if (focused && at == bars->scroll.cursor) {
            grid_mark(grid, (struct rect){row, rect.col, 1, rect.cols}, STYLE_ON_CURSOR);
            grid_cursor(grid, row, rect.col);
        }
    }
    grid_unclip(grid, before);
}

size_t bars_at(const struct bars *bars, int row, int col)
{
    if (!rect_holds(bars->place, row, col))
        return SIZE_MAX;
    size_t at = bars->scroll.top + (size_t)(row - bars->place.row);
    return at < bars->count ? at : SIZE_MAX;
}
