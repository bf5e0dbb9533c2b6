/*
 * A hash map from byte strings to small integers, for names and ids.
 * Knows: keys (copied into its arena) and values. Must not know: what they mean.
 *
 * Open addressing; seeded per process start so that hostile names cannot choose their collisions.
 */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct map_slot;

struct map {
    struct arena *keys; /* the caller's; outlives the map */
    struct map_slot *slots;
    size_t count, capacity;
};

void map_init(struct map *map, struct arena *keys);
void map_done(struct map *map);
/* The value of KEY, or -1. */
int64_t map_get(const struct map *map, const void *key, size_t length);
/* Adds KEY with VALUE (>= 0) unless it is there. Returns the value now held, -1 when out of memory.
 * *KEPT (may be NULL) is the map's own NUL-terminated copy of the key. */
int64_t map_put(struct map *map, const void *key, size_t length, int64_t value, const char **kept);
