#include "eval/pareto.h"

#include <math.h>
#include <stdlib.h>

/* A point with both quantities turned so that lower is better. */
struct item {
    double x, y;
    uint32_t index;
};

static int compare_items(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    if (a->x != b->x)
        return a->x < b->x ? -1 : 1;
    if (a->y != b->y)
        return a->y < b->y ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

/* In the order of x a point is on the front when its y is better than all before it; what is equal
 * to the last such point is beside it. */
static void sweep(const struct item *items, size_t n, struct pareto *out)
{
    const struct item *best = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct item *item = &items[i];
        bool beats = !best || item->y < best->y;
        if (beats)
            best = item;
        if (beats || (item->x == best->x && item->y == best->y)) {
            out->front[out->front_count++] = item->index;
            out->dominator[item->index] = item->index;
        } else {
            out->dominator[item->index] = best->index;
        }
    }
}

bool pareto_find(const struct pareto_point *points, size_t n, bool x_higher, bool y_higher,
    struct arena *arena, struct pareto *out, struct err *err)
{
    *out = (struct pareto){0};
    if (n >= PARETO_NONE)
        return err_set(err, ERR_LIMIT, "more than %u points", PARETO_NONE - 1);
    struct item *items = ARENA_ARRAY(arena, struct item, n + 1);
    out->front = ARENA_ARRAY(arena, uint32_t, n + 1);
    out->dominator = ARENA_ARRAY(arena, uint32_t, n + 1);
    if (!items || !out->front || !out->dominator)
        return err_set(err, ERR_MEMORY, "out of memory");
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        out->dominator[i] = PARETO_NONE;
        if (isnan(points[i].x) || isnan(points[i].y))
            out->left_out++;
        else
            items[count++] = (struct item){x_higher ? -points[i].x : points[i].x,
                y_higher ? -points[i].y : points[i].y, (uint32_t)i};
    }
    qsort(items, count, sizeof *items, compare_items);
    sweep(items, count, out);
    return true;
}
