/*
 * What `boxtop ls` lists: which rows in which order, which columns, ranked or grouped or neither.
 * Knows: the options of ls, the runs table. Must not know: formats of output.
 */
#pragma once

#include "app/gather.h"
#include "work/run_groups.h"
#include "work/versions.h"

enum { LISTING_MOST_COLUMNS = 256 };

struct listing {
    struct gathered gathered;
    double now_s;
    const struct run_row *baseline; /* NULL without one */
    struct run_column columns[LISTING_MOST_COLUMNS];
    size_t column_count;
    struct run_key keys[RUNS_MOST_KEYS + 1];
    size_t key_count;
    uint32_t *order;
    size_t count;
    struct versions versions; /* of what is listed */
    bool is_ranked;           /* by keys[0], the best first */
    const char *constraint;   /* what --where says, or NULL */
    size_t ruled_out, unranked; /* left out by it; for want of the quantity */
    bool is_grouped;
    struct run_groups groups;
};

/* Fills the rest of LISTING, whose runs are gathered, from SETTINGS. Usage errors are ERR_USAGE. */
bool listing_prepare(struct listing *listing, const struct settings *settings, struct err *err);
