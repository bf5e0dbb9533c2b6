/*
 * What several evaluations have in common: images and categories, and whether their ground truths
 * agree there. Knows: studies. Must not know: how they are compared.
 */
#pragma once

#include "eval/weighted.h"
#include "work/study.h"

/* One of the studies. */
struct common_side {
    size_t images;   /* of its ground truth */
    size_t touched;  /* of them with a detection */
    size_t missing;  /* common images on which it has no detection, though another has one */
    size_t differing; /* common images whose ground truth is not the first study's */
};

struct common {
    struct eval_common common;   /* for eval_weighted_new() and what builds on it */
    struct eval_aligned *runs;   /* by study, in the order given */
    struct common_side *sides;   /* the same */
    size_t count;
    const int32_t *image;    /* by common position: index in the first study's dataset */
    const int32_t *category; /* by common index: the same */
    const char *joined_by;   /* "file name", "base name", "stem" or "id"; static text */
    bool same_images;        /* all ground truths have just these images */
    bool same_categories;    /* and just these categories */
    bool cut;                /* images without detections of some were left out, see below */
};

/*
 * Joins COUNT (1 or more) studies. Images are one when they are called alike, in the way that joins
 * most; categories by name, or by id where no name is shared. ONLY_TOUCHED leaves out common images
 * on which not all have a detection, if that is more than a tenth of them for some study: its
 * predictions are then of other images. Memory from ARENA; the sets stay the studies'. False with
 * ERR when nothing is common or memory is out.
 */
bool common_make(const struct study *const *studies, size_t count, bool only_touched,
    struct arena *arena, struct common *out, struct err *err);

/* All is the same: numbers of one are comparable with those of another as they stand. */
bool common_is_whole(const struct common *common);
/* Why not, as a sentence: "val.json has 50 images, of which 38 are in all ground truths"; NULL when
 * whole. */
const char *common_difference(
    const struct common *common, const struct study *const *studies, struct arena *arena);
