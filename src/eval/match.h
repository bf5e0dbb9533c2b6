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

/* Area that DET and GT share. One branch, since whether boxes meet is hard to foresee. */
static inline double match_shared(const struct box *det, const struct box *gt)
{
    double det_right = det->w + det->x, gt_right = gt->w + gt->x;
    double det_low = det->h + det->y, gt_low = gt->h + gt->y;
    double w = (det_right < gt_right ? det_right : gt_right) - (det->x > gt->x ? det->x : gt->x);
    double h = (det_low < gt_low ? det_low : gt_low) - (det->y > gt->y ? det->y : gt->y);
    bool meet = (int)(w > 0) & (int)(h > 0);
    return meet ? w * h : 0;
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
    int32_t annotation;
    uint16_t taken[EVAL_AREAS]; /* by threshold */
    uint8_t areas;              /* bit a: counts in area range a */
    bool crowd;
};

struct match_det {
    struct box box;
    double area;
    const struct mask_runs *mask; /* where masks are compared */
};

struct match_candidate {
    double iou;
    uint32_t gt;
    uint16_t passes; /* thresholds that the IoU reaches */
};

/* A group being matched: fill `gts` (file order), then call match_detection() by rank. */
struct match_group {
    struct match_gt *gts;
    const struct mask_runs *masks;      /* of gts; NULL: boxes are compared */
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

/* What an IoU must reach for threshold IOU: the reference lets almost 1 pass for 1. */
double match_bar(double iou);
/* A, of index INDEX, before anything is matched. */
struct match_gt match_gt_of(const struct annotation *a, int32_t index);
/* The IoU of DET and ground truth GT of GROUP that is compared. */
static inline double match_overlap(
    const struct match_group *group, const struct match_det *det, size_t gt)
{
    if (group->masks)
        return mask_runs_iou(det->mask, &group->masks[gt], group->gts[gt].crowd);
    return match_iou(&det->box, &group->gts[gt].box, group->gts[gt].crowd);
}
/* The next detection by rank, in the first AREAS area ranges. */
void match_detection(
    struct match_group *group, const struct match_det *det, int areas, struct match_result *result);
