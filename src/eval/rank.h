/*
 * Ranking by score: a stable descending sort of many (score, index) pairs.
 * Knows: doubles and positions. Must not know: what they belong to.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* A score as an integer that ascends while scores descend; -0 and 0 are equal. */
struct rank_item {
    uint64_t key;
    uint32_t index;
};

/* SCORE is finite. */
uint64_t rank_key(double score);
double rank_score(uint64_t key);

/* Sorts ITEMS by key, equal keys in their order; SCRATCH has room for N. */
void rank_sort(struct rank_item *items, struct rank_item *scratch, size_t n);
