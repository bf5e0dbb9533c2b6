#include "picture/cells.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

bool cell_map_init(struct cell_map *map, int32_t rows, int32_t cols)
{
    *map = (struct cell_map){calloc((size_t)rows, (size_t)cols), rows, cols, 0};
    return map->marked;
}

void cell_map_done(struct cell_map *map)
{
    free(map->marked);
    *map = (struct cell_map){0};
}

void cell_map_clear(struct cell_map *map)
{
    memset(map->marked, 0, (size_t)map->rows * (size_t)map->cols);
    map->next = 0;
}

void cell_map_mark(struct cell_map *map, int32_t row, int32_t col)
{
    map->marked[(size_t)row * (size_t)map->cols + (size_t)col] = 1;
}

bool cell_map_take(struct cell_map *map, struct cells *out)
{
    size_t stride = (size_t)map->cols, count = (size_t)map->rows * stride;
    uint8_t *at = memchr(map->marked + map->next, 1, count - (size_t)map->next);
    if (!at) {
        map->next = 0;
        return false;
    }
    map->next = (int32_t)(at - map->marked);
    *out = (struct cells){map->next / map->cols, map->next % map->cols, 0, 0};
    while (out->col + out->cols < map->cols && at[out->cols])
        out->cols++;
    size_t wide = (size_t)out->cols;
    while (out->row + out->rows < map->rows && !memchr(at, 0, wide)) {
        memset(at, 0, wide);
        out->rows++;
        at += stride;
    }
    return true;
}
