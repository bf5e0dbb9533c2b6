#include "eval/rank.h"

#include <string.h>

enum { INSERTION_MOST = 48, DIGITS = 8, BINS = 256 };

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

/* Least significant digit first; digits that all keys share cost nothing. */
static void sort_by_digits(struct rank_item *items, struct rank_item *scratch, size_t n)
{
    uint32_t counts[DIGITS][BINS] = {0};
    for (size_t i = 0; i < n; i++)
        for (int d = 0; d < DIGITS; d++)
            counts[d][items[i].key >> (8 * d) & 255]++;
    struct rank_item *from = items, *to = scratch;
    for (int d = 0; d < DIGITS; d++) {
        if (counts[d][items[0].key >> (8 * d) & 255] == n)
            continue;
        uint32_t start = 0;
        for (int bin = 0; bin < BINS; bin++) {
            uint32_t count = counts[d][bin];
            counts[d][bin] = start;
            start += count;
        }
        for (size_t i = 0; i < n; i++)
            to[counts[d][from[i].key >> (8 * d) & 255]++] = from[i];
        struct rank_item *swap = from;
        from = to;
        to = swap;
    }
    if (from != items)
        memcpy(items, from, n * sizeof *items);
}

void rank_sort(struct rank_item *items, struct rank_item *scratch, size_t n)
{
    if (n <= INSERTION_MOST)
        sort_by_insertion(items, n);
    else
        sort_by_digits(items, scratch, n);
}
