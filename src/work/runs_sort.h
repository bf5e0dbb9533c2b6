/*
 * Sorting the runs table by several columns.
 * Knows: rows and columns. Must not know: filters (runs_order() does those), screens.
 */
#pragma once

#include "work/runs.h"

enum { RUNS_SORT_MOST = 4 };

struct runs_sort_key {
    struct run_column column;
    bool descending;
};

/* Sorts ORDER[0..COUNT) by the first key, where that is equal by the next, and last in natural
 * order of the runs. Unknown and NaN stand last either way. KEY_COUNT is at most RUNS_SORT_MOST;
 * with 0, or without memory, the order is the natural one. */
void runs_sort(const struct runs *runs, const struct runs_sort_key *keys, size_t key_count,
    const struct run_row *baseline, double now_s, uint32_t *order, size_t count);
