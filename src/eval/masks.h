/*
 * The masks of a ground truth and of detections, drawn where masks are compared: of one image and
 * category at a time, and only when a detection there is to be matched.
 * Knows: whose mask lies in which image. Must not know: thresholds, who matches what.
 */
#pragma once

#include "eval/match.h"

/* What one worker draws from and on; the sets and sizes are only read. */
struct mask_easel {
    const struct dataset *dataset;
    const struct detections *detections;
    const struct eval_size *sizes; /* by image; NULL: boxes are compared, and nothing is drawn */
    struct mask_pen pen;
    struct arena gt_arena, det_arena; /* what was drawn for the group, and for the last detection */
    struct mask_runs *gts, det;
    bool drawn; /* the group; false when its ground truth has changed */
};

/*
 * The size of each image, in ARENA: its own, else that of the first runs on it, those of
 * annotations before those of detections. 0 x 0 where neither is known, with more than INT32_MAX
 * pixels, and for the 1 x 1 that stand for fractions (see link_infer_sizes()): nothing can be drawn
 * there. NULL when memory is out.
 */
struct eval_size *masks_size_images(const struct dataset *dataset,
    const struct detections *detections, const struct link *link, struct arena *arena);

bool masks_has_annotation(const struct dataset *dataset, size_t annotation);
bool masks_has_row(const struct detections *detections, size_t row);

/* An easel for groups of at most MOST_GTS, with room for them in ARENA; false when memory is out.
 * To be given to masks_easel_done() in either case. */
bool masks_easel_init(struct mask_easel *easel, const struct dataset *dataset,
    const struct detections *detections, const struct eval_size *sizes, size_t most_gts,
    struct arena *arena);
void masks_easel_done(struct mask_easel *easel);

/* What follows box and area in masks_prepare() where masks are compared. */
bool masks_draw(struct mask_easel *easel, struct match_group *group, size_t row, int32_t image,
    struct match_det *det);

/*
 * Makes detection ROW on IMAGE (an index) ready to be matched in GROUP, whose `annotation` are of
 * the dataset; where masks are compared, GROUP too. A detection without a mask is its box as a
 * polygon of four points, and has the area w*h: so pycocotools' loadRes makes it. An annotation
 * without one has no pixel. The masks are the easel's until the next detection, those of the group
 * until `drawn` is false. False when memory is out.
 */
static inline bool masks_prepare(struct mask_easel *easel, struct match_group *group, size_t row,
    int32_t image, struct match_det *det)
{
    struct box box = eval_pixel_box(easel->dataset, easel->detections, row, image);
    *det = (struct match_det){.box = box, .area = box.w * box.h};
    return !easel->sizes || masks_draw(easel, group, row, image, det);
}
