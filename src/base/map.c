#include "base/map.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct map_slot {
    const char *key; /* NULL: free */
    size_t length;
    uint64_t hash;
    int64_t value;
};

static uint64_t seed;
static pthread_once_t seed_once = PTHREAD_ONCE_INIT;

static void make_seed(void)
{
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed)
        seed = UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)(uintptr_t)&seed;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    __uint128_t product = (__uint128_t)(a ^ UINT64_C(0xa0761d6478bd642f)) * (b ^ seed);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_bytes(const void *key, size_t length)
{
    const unsigned char *at = key;
    uint64_t hash = length ^ seed;
    for (; length >= 8; at += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        hash = mix(hash, word);
    }
    uint64_t tail = 0;
    if (length)
        memcpy(&tail, at, length);
    return mix(hash, tail ^ ((uint64_t)length << 56));
}

void map_init(struct map *map, struct arena *keys)
{
    pthread_once(&seed_once, make_seed);
    *map = (struct map){.keys = keys};
}

void map_done(struct map *map)
{
    free(map->slots);
    *map = (struct map){.keys = map->keys};
}

/* The slot that holds KEY or the free one where it belongs; the table is never full. */
static struct map_slot *find(const struct map *map, const void *key, size_t length, uint64_t hash)
{
    size_t mask = map->capacity - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct map_slot *slot = &map->slots[i];
        if (!slot->key || (slot->hash == hash && slot->length == length &&
                              memcmp(slot->key, key, length) == 0))
            return slot;
    }
}

static bool widen(struct map *map)
{
    struct map wider = {.keys = map->keys, .count = map->count};
    wider.capacity = map->capacity ? map->capacity * 2 : 16;
    wider.slots = calloc(wider.capacity, sizeof *wider.slots);
    if (!wider.slots)
        return false;
    for (size_t i = 0; i < map->capacity; i++) {
        struct map_slot *slot = &map->slots[i];
        if (slot->key)
            *find(&wider, slot->key, slot->length, slot->hash) = *slot;
    }
    free(map->slots);
    *map = wider;
    return true;
}

int64_t map_get(const struct map *map, const void *key, size_t length)
{
    if (!map->count)
        return -1;
    const struct map_slot *slot = find(map, key, length, hash_bytes(key, length));
    return slot->key ? slot->value : -1;
}

int64_t map_put(struct map *map, const void *key, size_t length, int64_t value, const char **kept)
{
    if ((map->count + 1) * 4 > map->capacity * 3 && !widen(map))
        return -1;
    uint64_t hash = hash_bytes(key, length);
    struct map_slot *slot = find(map, key, length, hash);
    if (!slot->key) {
        char *copy = arena_copy(map->keys, key, length);
        if (!copy)
            return -1;
        *slot = (struct map_slot){copy, length, hash, value};
        map->count++;
    }
    if (kept)
        *kept = slot->key;
    return slot->value;
}
