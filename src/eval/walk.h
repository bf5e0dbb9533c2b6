/*
 * A walk over all groups of a set, by several workers, each with the ground truth of a group ready
 * to be matched.
 * Knows: groups, masks, threads' shares. Must not know: what becomes of a match.
 */
#pragma once

#include "base/parallel.h"
#include "eval/groups.h"
#include "eval/masks.h"

struct walker {
    struct match_group match; /* the ground truth of the group at hand */
    struct rank_item *ranked; /* room for the rows of any group, and as much scratch */
    struct mask_easel easel;
    bool no_memory; /* what it finds from then on counts for nothing */
};

struct walk {
    struct groups groups;
    double bars[EVAL_MOST_IOUS]; /* to be reached by IoU */
    /* Called once with every group, INDEX of the set; its own WALKER belongs to the call. */
    void (*visit)(struct walk *walk, struct walker *walker, size_t index);
    struct walker walkers[PARALLEL_MOST];
};

/* Visits all groups of the walk's set with its first BARS bars, in pieces, on as many threads as
 * the settings allow. False when memory is out. */
bool walk_all(struct walk *walk, int bars);
/* Makes the ground truth of group INDEX the one at hand. */
void walk_gather(const struct walk *walk, struct walker *walker, size_t index);

/* Detection AT of the columns, ready to be matched with what is at hand; false when memory is or
 * was out. */
static inline bool walk_detection(
    const struct walk *walk, struct walker *walker, uint32_t at, struct match_det *det)
{
    size_t row = (size_t)walk->groups.set->row[at];
    int32_t image = walk->groups.set->image[at];
    if (!walker->no_memory && !masks_prepare(&walker->easel, &walker->match, row, image, det))
        walker->no_memory = true;
    return !walker->no_memory;
}
