#include "screen/scroll.h"

static size_t minus(size_t a, size_t b)
{
    return a > b ? a - b : 0;
}

bool scroll_move(struct scroll *scroll, enum scroll_move move, size_t count)
{
    size_t before = scroll->cursor;
    size_t page = scroll->visible > 1 ? (size_t)scroll->visible - 1 : 1;
    size_t half = page / 2 ? page / 2 : 1, last = minus(count, 1);
    switch (move) {
    case SCROLL_UP:
        scroll->cursor = minus(scroll->cursor, 1);
        break;
    case SCROLL_DOWN:
        scroll->cursor++;
        break;
    case SCROLL_PAGE_UP:
        scroll->cursor = minus(scroll->cursor, page);
        break;
    case SCROLL_PAGE_DOWN:
        scroll->cursor += page;
        break;
    case SCROLL_HALF_UP:
        scroll->cursor = minus(scroll->cursor, half);
        break;
    case SCROLL_HALF_DOWN:
        scroll->cursor += half;
        break;
    case SCROLL_FIRST:
        scroll->cursor = 0;
        break;
    case SCROLL_LAST:
        scroll->cursor = last;
        break;
    }
    if (scroll->cursor > last)
        scroll->cursor = last;
    return scroll->cursor != before;
}

void scroll_wheel(struct scroll *scroll, int rows, size_t count)
{
    size_t visible = scroll->visible > 0 ? (size_t)scroll->visible : 1;
    size_t most = minus(count, visible);
    scroll->top = rows < 0 ? minus(scroll->top, (size_t)-rows) : scroll->top + (size_t)rows;
    if (scroll->top > most)
        scroll->top = most;
    if (scroll->cursor < scroll->top)
        scroll->cursor = scroll->top;
    if (scroll->cursor >= scroll->top + visible)
        scroll->cursor = scroll->top + visible - 1;
}

void scroll_fit(struct scroll *scroll, size_t count, int visible)
{
    size_t seen = visible > 0 ? (size_t)visible : 1;
    scroll->visible = visible;
    if (scroll->cursor >= count)
        scroll->cursor = minus(count, 1);
    if (scroll->top > minus(count, seen))
        scroll->top = minus(count, seen);
    if (scroll->cursor < scroll->top)
        scroll->top = scroll->cursor;
    if (scroll->cursor >= scroll->top + seen)
        scroll->top = scroll->cursor - seen + 1;
}
