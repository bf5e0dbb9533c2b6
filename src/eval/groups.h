/*
 * Groups: the detections of a set, one group an image and category, and the ground truth that they
 * are matched with, both in the order of pycocotools.
 * Knows: ids, what is usable, the order of scores. Must not know: overlaps, who matches what.
 */
#pragma once

#include "eval/coco.h"
#include "eval/rank.h"
#include "eval/slots.h"

/* The ground truth of a group: slots of annotations. */
struct group_truths {
    uint32_t begin, end;
};

/* What one call of eval_match() or eval_rematch() needs until it returns. */
struct groups {
    const struct dataset *dataset;
    const struct detections *detections;
    struct eval_set *set;
    struct arena scratch; /* of everything below */
    int32_t *rank_of_image;
    struct slots annotations; /* usable, crowds too */
    struct slots rows;        /* usable; not there in a rematch */
    uint32_t *group_slot; /* per group of the set: its first slot of rows; one more for the end */
    struct group_truths *truths; /* per group of the set */
    size_t most_rows, most_gts;  /* of any group */
};

/* Fills what of SET, which has settings and counts of images and categories, comes before matching:
 * orders, ground truth, what is unused, groups without `best`, and room for the columns, all in
 * ARENA. False when memory is out. */
bool groups_make(struct groups *groups, const struct link *link, struct arena *arena);
/* Finds the ground truth of the groups of a set that is made. False when memory is out. */
bool groups_of_set(struct groups *groups);
/* Ranks the rows of group INDEX by score and fills its part of the columns score, image, category
 * and row. RANKED has room for 2 * most_rows. Threads may keep different groups. */
void groups_keep(const struct groups *groups, size_t index, struct rank_item *ranked);
