/*
 * Small sets of boxes for the tests of eval.
 * Knows: how to build datasets and detections by hand.
 */
#pragma once

#include "eval/coco.h"

enum { SETS_MOST = 64 };

/* A dataset of IMAGES images (640x480, ids 1.., files "<id>.jpg") and CATEGORIES (ids 1..). */
struct dataset *sets_truth(int images, int categories);
struct annotation *sets_annotate(struct dataset *dataset, int32_t image, int32_t category, double x,
    double y, double w, double h);
/* Detections whose keys are the same ids, in order; at most SETS_MOST of either, 32768 rows. */
struct detections *sets_detections(int images, int categories);
void sets_detect(struct detections *detections, int32_t image, int32_t category, double score,
    double x, double y, double w, double h);
/* The next number below BELOW of a sequence that STATE begins. */
uint32_t sets_next(uint64_t *state, uint32_t below);
/* A coarse grid makes equal boxes, touching boxes and IoUs on thresholds frequent. */
struct box sets_random_box(uint64_t *state);
/* Adds up to 15 ground truths and 39 detections: crowds, equal scores, boxes without area. */
void sets_fill(uint64_t *state, int images, int categories, struct dataset *dataset,
    struct detections *detections);
/* Links; fails the test on an error. */
void sets_link(
    struct dataset *dataset, struct detections *detections, struct arena *arena, struct link *link);
/* Links and matches; fails the test on an error. */
struct eval_set *sets_match_as(struct dataset *dataset, struct detections *detections,
    const struct eval_settings *settings, struct arena *arena);
/* Links and matches with the default settings; fails the test on an error. */
struct eval_set *sets_match(
    struct dataset *dataset, struct detections *detections, struct arena *arena);
