#include "screen/statusline.h"

#include <limits.h>

enum { GAP = 2, MAX_PARTS = 32 };

struct layout {
    int cols[MAX_PARTS]; /* 0: left out */
    size_t count;
    int total; /* with the gaps */
};

static void measure(struct layout *layout, const struct status_part *parts, size_t count)
{
    layout->count = count < MAX_PARTS ? count : MAX_PARTS;
    layout->total = 0;
    for (size_t i = 0; i < layout->count; i++) {
        layout->cols[i] = parts[i].text ? grid_text_cols(parts[i].text) : 0;
        if (layout->cols[i])
            layout->total += layout->cols[i] + (layout->total ? GAP : 0);
    }
}

/* Leaves out the part with the highest rank (the last of several). False when only rank 0 is left.
 */
static bool leave_one_out(struct layout *layout, const struct status_part *parts)
{
    size_t worst = SIZE_MAX;
    for (size_t i = 0; i < layout->count; i++)
        if (layout->cols[i] && parts[i].rank > 0 &&
            (worst == SIZE_MAX || parts[i].rank >= parts[worst].rank))
            worst = i;
    if (worst == SIZE_MAX)
        return false;
    layout->total -= layout->cols[worst] + GAP;
    layout->cols[worst] = 0;
    return true;
}

void statusline_draw(
    struct grid *grid, int row, int col, int cols, const struct status_part *parts, size_t count)
{
    struct layout layout;
    measure(&layout, parts, count);
    while (layout.total > cols && leave_one_out(&layout, parts))
        continue;
    int right = 0;
    for (size_t i = 0; i < layout.count; i++)
        if (layout.cols[i] && parts[i].right)
            right += layout.cols[i] + (right ? GAP : 0);
    struct rect before = grid_clip(grid, (struct rect){row, col, 1, cols > 0 ? cols : 0});
    int left_at = col, right_at = col + cols - right, end = col + cols;
    for (size_t i = 0; i < layout.count; i++) {
        if (!layout.cols[i])
            continue;
        int *at = parts[i].right ? &right_at : &left_at;
        if (*at < col)
            *at = col;
        int room = (parts[i].right || right == 0 ? end : end - right - GAP) - *at;
        grid_text(grid, row, *at, room, parts[i].style, parts[i].text);
        *at += layout.cols[i] + GAP;
    }
    grid_unclip(grid, before);
}
