/*
 * Growing an array: the one place that computes capacities and checks for overflow.
 * Knows: sizes. Must not know: the items.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Makes room for COUNT items of ITEM_BYTES in *ITEMS (malloc'd; NULL at first), at least doubling
 * *CAPACITY. False, with everything as it was, when memory is out or the size overflows. */
bool grow(void **items, size_t *capacity, size_t count, size_t item_bytes);

/* GROW(list.items, list.capacity, list.count + 1): typed call of the above. */
#define GROW(items, capacity, count) grow((void **)&(items), &(capacity), (count), sizeof *(items))
