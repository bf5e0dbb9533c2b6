/*
 * Slots: rows or annotations put in order of category, image and file, by counting.
 * Knows: which image and category each one has. Must not know: boxes, scores.
 */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct slot {
    int32_t category;
    int32_t image_rank; /* position in the order of image ids */
    int32_t source;     /* row or annotation */
};

struct slots {
    struct slot *items;
    size_t count;
    uint32_t *category_start; /* category_count + 1 */
};

/* Orders ITEMS[0..COUNT) in place, stably. Memory from ARENA; false when it is out. */
bool slots_sort(
    struct slots *slots, size_t image_count, size_t category_count, struct arena *arena);
/* The slots behind FIRST, itself included, of its category and image. */
size_t slots_run(const struct slots *slots, size_t first);
