/*
 * A study: one set of detections joined with its ground truth, matched and evaluated.
 * Knows: how files become numbers (readers, picture sizes, eval). Must not know: the index, the
 * screen.
 *
 * Immutable once loaded and counted by references, so that threads may share it.
 */
#pragma once

#include "eval/coco.h"
#include "eval/counts.h"
#include "work/truth.h"

#include <stdatomic.h>

struct study {
    atomic_int references;
    struct arena arena; /* holds what is not in the two sets' own arenas */
    struct dataset *dataset;
    struct detections *detections;
    struct link link;
    struct eval_set *set;
    struct eval_summary summary;
    struct eval_best best_f1;               /* at IoU .50, all classes */
    struct truth truth;                     /* for finding the image files */
    const char *ground_truth, *predictions; /* paths */
    const char *joined;  /* "19 of 19 images joined by stem, class ids shifted by 1" */
    const char *warning; /* what was inferred or left out, NULL when nothing */
};

struct study_request {
    const char *predictions;   /* a file of detections */
    const struct truth *truth; /* candidates; of those found nearby the one that explains most */
    const struct eval_settings *settings; /* NULL: COCO's, on all cores */
};

/* Loads and evaluates; gives up (ERR_CANCELLED) soon after *STALE (may be NULL) is set. One
 * reference belongs to the caller. NULL with ERR. Any thread. */
struct study *study_load(
    const struct study_request *request, const atomic_bool *stale, struct err *err);
struct study *study_share(struct study *study);
void study_release(struct study *study); /* accepts NULL */

/* The file of image INDEX, NULL when it is not on this disk. Memory from ARENA. */
const char *study_image_path(const struct study *study, struct arena *arena, int32_t index);

/* The twelve numbers and best F1 as kept by the index, from memory of exactly this struct. */
struct study_scores {
    double stats[EVAL_STATS];
    double best_f1, best_f1_confidence;
    int64_t images, detections;
};

void study_scores(const struct study *study, struct study_scores *out);
/* The twelve numbers of every image (index i of the dataset); -1 where undefined. */
bool study_image_stats(const struct study *study, double (*stats)[EVAL_STATS], struct err *err);
