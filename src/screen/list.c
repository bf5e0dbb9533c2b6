#include "screen/list.h"

static void draw_item(struct grid *grid, int row, struct rect rect,
    const struct list_source *source, const struct list_item *item)
{
    int col = rect.col, end = rect.col + rect.cols;
    if (source->ticks)
        col +=
            grid_text(grid, row, col, rect.cols, item->ticked ? STYLE_IS(ACCENT) : STYLE_IS(MUTED),
                item->ticked ? "[x]" : "[ ]") +
            1;
    int right = item->right && *item->right ? grid_text_cols(item->right) : 0;
    if (right && end - right - 2 < col + 4)
        right = 0; /* the name matters more */
    if (right)
        grid_text(grid, row, end - right, right, STYLE_IS(MUTED), item->right);
    if (item->text)
        grid_text(grid, row, col, end - col - (right ? right + 1 : 0), item->style, item->text);
}

void list_draw(struct list *list, struct grid *grid, struct rect rect,
    const struct list_source *source, bool focused)
{
    list->place = rect;
    list->count = source->count(source->self);
    scroll_fit(&list->scroll, list->count, rect.rows);
    struct rect before = grid_clip(grid, rect);
    for (int i = 0; i < rect.rows && list->scroll.top + (size_t)i < list->count; i++) {
        size_t at = list->scroll.top + (size_t)i;
        struct list_item item = {0};
        source->item(source->self, at, &item);
        draw_item(grid, rect.row + i, rect, source, &item);
        if (focused && at == list->scroll.cursor) {
            grid_mark(grid, (struct rect){rect.row + i, rect.col, 1, rect.cols}, STYLE_ON_CURSOR);
            grid_cursor(grid, rect.row + i, rect.col);
        }
    }
    grid_unclip(grid, before);
}

size_t list_at(const struct list *list, int row, int col)
{
    if (!rect_holds(list->place, row, col))
        return SIZE_MAX;
    size_t at = list->scroll.top + (size_t)(row - list->place.row);
    return at < list->count ? at : SIZE_MAX;
}
