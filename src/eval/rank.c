#include "eval/rank.h"

#include <string.h>

/* Up to INSERTION_MOST keys are sorted by insertion, HEAD_LEAST and more by their head first. */
enum { INSERTION_MOST = 48, HEAD_LEAST = 2048, HEAD_SHIFT = 31, MOST_COUNTS = 3 << 11 };

/* `digits` digits of `bits` bits, the lowest `shift` bits up. */
struct radix {
    int shift, bits, digits;
};

static const uint64_t SIGN = UINT64_C(1) << 63;

uint64_t rank_key(double score)
{
    uint64_t bits;
    score += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &score, sizeof bits);
    return bits & SIGN ? bits : ~bits & ~SIGN;
}

double rank_score(uint64_t key)
{
    uint64_t bits = key & SIGN ? key : ~key & ~SIGN;
    double score;
    memcpy(&score, &bits, sizeof score);
    return score;
}

static void sort_by_insertion(struct rank_item *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct rank_item item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].key > item.key; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

static inline uint32_t digit_of(uint64_t key, struct radix radix, int digit)
{
    return (uint32_t)(key >> (radix.shift + radix.bits * digit)) & ((1u << radix.bits) - 1);
}

/* Least significant digit first; digits that all keys share cost nothing. Inlined, so that each
 * RADIX is constant in a copy of its own: a third faster. */
static inline __attribute__((always_inline)) void sort_by_digits(
    struct rank_item *items, struct rank_item *scratch, size_t n, struct radix radix)
{
    uint32_t counts[MOST_COUNTS], bins = 1u << radix.bits;
    memset(counts, 0, (size_t)radix.digits * bins * sizeof *counts);
    for (size_t i = 0; i < n; i++)
        for (int d = 0; d < radix.digits; d++)
            counts[(uint32_t)d * bins + digit_of(items[i].key, radix, d)]++;
    struct rank_item *from = items, *to = scratch;
    for (int d = 0; d < radix.digits; d++) {
        uint32_t *next = counts + (uint32_t)d * bins, start = 0;
        if (next[digit_of(items[0].key, radix, d)] == n)
            continue;
        for (uint32_t bin = 0; bin < bins; bin++) {
            uint32_t count = next[bin];
            next[bin] = start;
            start += count;
        }
        for (size_t i = 0; i < n; i++)
            to[next[digit_of(from[i].key, radix, d)]++] = from[i];
        struct rank_item *swap = from;
        from = to;
        to = swap;
    }
    if (from != items)
        memcpy(items, from, n * sizeof *items);
}

static void sort_few(struct rank_item *items, struct rank_item *scratch, size_t n)
{
    if (n <= INSERTION_MOST)
        sort_by_insertion(items, n);
    else
        sort_by_digits(items, scratch, n, (struct radix){0, 8, 8});
}

/* By the highest 33 bits in three digits: few keys that differ are equal there. */
static void sort_many(struct rank_item *items, struct rank_item *scratch, size_t n)
{
    sort_by_digits(items, scratch, n, (struct radix){HEAD_SHIFT, 11, 3});
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n; end++)
            if (items[end].key >> HEAD_SHIFT != items[first].key >> HEAD_SHIFT)
                break;
        sort_few(items + first, scratch, end - first);
    }
}

void rank_sort(struct rank_item *items, struct rank_item *scratch, size_t n)
{
    if (n < HEAD_LEAST)
        sort_few(items, scratch, n);
    else
        sort_many(items, scratch, n);
}
