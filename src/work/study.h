/*
 * A study: one set of detections joined with its ground truth, matched and evaluated.
 * Knows: how files become numbers (readers, picture sizes, eval). Must not know: the index, the
 * screen.
 *
 * Immutable once loaded and counted by references, so that threads may share it. One that the index
 * kept (work/kept.h) has all numbers, but neither detections nor annotations.
 */
#pragma once

#include "eval/coco.h"
#include "eval/counts.h"
#include "facts/dataset_version.h"
#include "work/ground_truth.h"
#include "work/truth.h"

#include <stdatomic.h>

struct study {
    atomic_int references;
    struct arena arena; /* holds what is not in the two sets' own arenas */
    struct ground_truth read;      /* owns the dataset */
    struct dataset *dataset;       /* images and categories, and see study_has_boxes() */
    struct detections *detections; /* NULL: see study_has_boxes() */
    int64_t detection_count;
    struct link link; /* zeroed without detections */
    struct eval_set *set;
    struct eval_summary summary;
    struct eval_best best_f1; /* at the lowest IoU of the settings (COCO's: .50), all classes */
    struct truth truth;                     /* the request's */
    const char *ground_truth, *predictions; /* paths */
    struct dataset_version version; /* of the ground truth as it was read: with masks (which then
                                       count) where the settings compare them */
    size_t candidate;                       /* which of the request's ground truths it is */
    bool columns, shapes; /* as in the request */
    bool complete; /* that one joins and explains every detection, so that no other was needed */
    const char *joined;  /* "19 of 19 images joined by stem, class ids shifted by 1" */
    const char *warning; /* what was inferred or left out, NULL when nothing */
};

struct study_request {
    const char *predictions;   /* a file of detections */
    const struct truth *truth; /* candidates; of those found nearby the one that explains most */
    const struct eval_settings *settings; /* NULL: COCO's, on all cores */
    struct ground_truth *spare; /* to be taken instead of reading the same; NULL: none */
    bool columns; /* keep what the ground truth says of its images, for slices */
    bool shapes;  /* keep masks for pictures, where boxes are compared too */
};

/* Loads and evaluates; gives up (ERR_CANCELLED) soon after *STALE (may be NULL) is set. One
 * reference belongs to the caller. NULL with ERR. Any thread. */
struct study *study_load(
    const struct study_request *request, const atomic_bool *stale, struct err *err);
/* One of REQUEST without anything loaded, for those who have its numbers. NULL with ERR. */
struct study *study_new(const struct study_request *request, struct err *err);
/* The annotations of the dataset and the detections are in memory. */
bool study_has_boxes(const struct study *study);
/* Reads what study_has_boxes() asks for; no effect where that is there. STUDY has one reference, and
 * every pointer into it becomes invalid. False, with all as it was, when the files do not give it.
 */
bool study_load_boxes(struct study *study, struct err *err);
struct study *study_share(struct study *study);
void study_release(struct study *study); /* accepts NULL */
/* Releases STUDY, which has one reference, and leaves its ground truth in SPARE when that is as it
 * was read. */
void study_lend(struct study *study, struct ground_truth *spare);

/* The file of image INDEX, NULL when it is not on this disk. Memory from ARENA. */
const char *study_image_path(const struct study *study, struct arena *arena, int32_t index);

/* The twelve numbers and best F1 (as in struct study) as kept by the index, from memory of exactly
 * this struct. */
struct study_scores {
    double stats[EVAL_STATS];
    double best_f1, best_f1_confidence;
    int64_t images, images_with_detections, detections;
    struct digest content, image_set; /* of the ground truth: see dataset_version.h */
    int64_t candidate;                /* as in struct study */
    int64_t complete; /* 1: that candidate alone settles it, whatever stands behind it */
};

void study_scores(const struct study *study, struct study_scores *out);
/* What a person calls candidate INDEX of TRUTH: its name in boxtop.json, else of the file. */
const char *study_truth_name(const struct truth *truth, size_t index);
/* The twelve numbers of every image (index i of the dataset); -1 where undefined. */
bool study_image_stats(const struct study *study, double (*stats)[EVAL_STATS], struct err *err);
