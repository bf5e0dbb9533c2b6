#include "eval/slots.h"

#include <string.h>

static void starts_of_counts(uint32_t *counts, size_t n)
{
    uint32_t start = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t count = counts[i];
        counts[i] = start;
        start += count;
    }
}

bool slots_sort(struct slots *slots, size_t image_count, size_t category_count, struct arena *arena)
{
    struct slot *scratch = ARENA_ARRAY(arena, struct slot, slots->count + 1);
    uint32_t *image_start = ARENA_ARRAY(arena, uint32_t, image_count + 1);
    uint32_t *next = ARENA_ARRAY(arena, uint32_t, category_count + 1);
    slots->category_start = ARENA_ARRAY(arena, uint32_t, category_count + 1);
    if (!scratch || !image_start || !next || !slots->category_start)
        return false;
    for (size_t i = 0; i < slots->count; i++) {
        image_start[slots->items[i].image_rank]++;
        next[slots->items[i].category]++;
    }
    starts_of_counts(image_start, image_count + 1);
    starts_of_counts(next, category_count + 1);
    memcpy(slots->category_start, next, (category_count + 1) * sizeof *next);
    for (size_t i = 0; i < slots->count; i++)
        scratch[image_start[slots->items[i].image_rank]++] = slots->items[i];
    for (size_t i = 0; i < slots->count; i++)
        slots->items[next[scratch[i].category]++] = scratch[i];
    return true;
}

size_t slots_run(const struct slots *slots, size_t first)
{
    const struct slot *slot = &slots->items[first];
    size_t end = first + 1;
    while (end < slots->count && slots->items[end].category == slot->category &&
           slots->items[end].image_rank == slot->image_rank)
        end++;
    return end - first;
}
