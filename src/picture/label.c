#include "picture/label.h"

#include <stdlib.h>
#include <string.h>

bool label_map_init(struct label_map *map, int32_t width, int32_t height, int32_t step)
{
    *map = (struct label_map){.width = width, .height = height, .step = step};
    map->cols = (width + step - 1) / step;
    map->rows = (height + step - 1) / step;
    map->taken = calloc((size_t)map->cols, (size_t)map->rows + 1);
    return map->taken;
}

void label_map_done(struct label_map *map)
{
    free(map->taken);
    *map = (struct label_map){0};
}

static bool fits(const struct label_map *map, struct draw_rect r)
{
    return r.x >= 0 && r.y >= 0 && r.x + r.w <= map->width && r.y + r.h <= map->height;
}

/* A row of the grid under R, and how many squares of it R touches. */
static uint8_t *squares(const struct label_map *map, struct draw_rect r, int32_t row, size_t *count)
{
    int32_t first = r.x / map->step, last = (r.x + r.w - 1) / map->step;
    *count = (size_t)(last - first + 1);
    return map->taken + (size_t)row * (size_t)map->cols + first;
}

static bool is_free(const struct label_map *map, struct draw_rect r)
{
    for (int32_t row = r.y / map->step; row <= (r.y + r.h - 1) / map->step; row++) {
        size_t count;
        const uint8_t *at = squares(map, r, row, &count);
        if (memchr(at, 1, count))
            return false;
    }
    return true;
}

static void take(struct label_map *map, struct draw_rect r)
{
    for (int32_t row = r.y / map->step; row <= (r.y + r.h - 1) / map->step; row++) {
        size_t count;
        uint8_t *at = squares(map, r, row, &count);
        memset(at, 1, count);
    }
}

static int32_t between(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

bool label_place(struct label_map *map, struct draw_rect box, int32_t w, int32_t h,
    struct draw_rect *place)
{
    struct draw_rect seen = draw_clip(box, map->width, map->height);
    int32_t left = between(seen.x, 0, map->width - w);
    int32_t right = between(seen.x + seen.w - w, 0, map->width - w);
    int32_t below = box.y + box.h, inside = below - h;
    const struct draw_rect wishes[] = {
        {left, box.y - h, w, h},
        {right, box.y - h, w, h},
        {left, seen.y, w, h},
        {left, below, w, h},
        {right, seen.y, w, h},
        {left, inside, w, h},
        {box.x + box.w, seen.y, w, h},
        {box.x - w, seen.y, w, h},
    };
    size_t count = sizeof wishes / sizeof *wishes;
    for (size_t i = 0; i < count; i++)
        if (fits(map, wishes[i]) && is_free(map, wishes[i])) {
            *place = wishes[i];
            take(map, *place);
            return true;
        }
    return false;
}
