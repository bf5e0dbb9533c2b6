/*
 * Matching inside one image and category: greedy by score, all IoU thresholds and four area ranges
 * at once, as bits. Knows: boxes, masks and pycocotools' rules (cocoeval.py evaluateImg, maskApi.c
 * bbIou). Must not know: datasets, linking.
 */
#pragma once

#include "eval/coco.h"
#include "eval/mask_runs.h"

/* Area ranges, both ends inclusive. */
extern const double match_area_range[EVAL_AREAS][2];

/* Area that DET and GT share. */
static inline double match_shared(const struct box *det, const struct box *gt)
{
    double det_right = det->w + det->x, gt_right = gt->w + gt->x;
    double w = (det_right < gt_right ? det_right : gt_right) - (det->x > gt->x ? det->x : gt->x);
    if (!(w > 0))
        return 0;
    double det_low = det->h + det->y, gt_low = gt->h + gt->y;
    double h = (det_low < gt_low ? det_low : gt_low) - (det->y > gt->y ? det->y : gt->y);
    if (!(h > 0))
        return 0;
    return w * h;
}

/* IoU of DET with GT; for a CROWD the part of DET that GT covers. 0 without overlap, whatever the
 * areas are. The order of operations is the reference's. */
static inline double match_iou(const struct box *det, const struct box *gt, bool crowd)
{
    double both = match_shared(det, gt), det_area = det->w * det->h;
    if (!(both > 0))
        return 0;
    double iou = both / (crowd ? det_area : det_area + gt->w * gt->h - both);
    return iou > 0 ? iou : 0; /* overflow can make it NaN */
}

/* One ground truth while its group is matched. */
struct match_gt {
    struct box box;
    const struct mask_runs *mask; /* where masks are compared */
    double area;
    int32_t annotation;
    bool crowd;
    bool ignored[EVAL_AREAS];
    uint16_t taken[EVAL_AREAS]; /* by threshold */
};

struct match_det {
    struct box box;
    const struct mask_runs *mask; /* NULL: boxes are compared */
    double area;
};

/* The IoU that is compared: of masks where DET has one. */
static inline double match_overlap(const struct match_det *det, const struct match_gt *gt)
{
    if (det->mask)
        return mask_runs_iou(det->mask, gt->mask, gt->crowd);
    return match_iou(&det->box, &gt->box, gt->crowd);
}

struct match_candidate {
    double iou;
    uint32_t gt;
    uint16_t passes; /* thresholds that the IoU reaches */
};

/* A group being matched: fill `gts` (file order), then call match_detection() by rank. */
struct match_group {
    struct match_gt *gts;
    struct match_candidate *candidates; /* room for one per gt */
    size_t count;
    const double *thresholds; /* ascending */
    int threshold_count;      /* at most 16 */
};

struct match_result {
    uint16_t tp[EVAL_AREAS], ignored[EVAL_AREAS];
    int32_t gt; /* position in the group matched at thresholds[0] (area all), -1 none */
    double iou; /* highest with any of the group */
};

/* Sets what follows from box, area and crowd. */
void match_gt_init(struct match_gt *gt);
/* The next detection by rank. */
void match_detection(
    struct match_group *group, const struct match_det *det, int areas, struct match_result *result);
