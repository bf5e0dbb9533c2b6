#include "store/hash.h"

#include <endian.h>
#include <string.h>

/* xor, an odd multiplication and a shifted xor: each of them can be undone. */
static uint64_t fold(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}

uint64_t hash_stable(uint64_t start, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t hash = fold(start ^ UINT64_C(0x2545f4914f6cdd1d), length);
    uint64_t word;
    for (; length >= sizeof word; at += sizeof word, length -= sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = fold(hash, le64toh(word));
    }
    word = 0;
    if (length)
        memcpy(&word, at, length);
    return fold(fold(hash, le64toh(word)), 0);
}
