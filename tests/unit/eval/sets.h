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
/* Links and matches; fails the test on an error. */
struct eval_set *sets_match_as(struct dataset *dataset, struct detections *detections,
    const struct eval_settings *settings, struct arena *arena);
/* Links and matches with the default settings; fails the test on an error. */
struct eval_set *sets_match(
    struct dataset *dataset, struct detections *detections, struct arena *arena);
