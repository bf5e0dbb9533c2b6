#include "eval/match.h"

#include <math.h>
#include <stdlib.h>

const double match_area_range[EVAL_AREAS][2] = {
    {0, 1e10}, {0, 32 * 32}, {32 * 32, 96 * 96}, {96 * 96, 1e10}};

static bool is_outside(double area, int range)
{
    return area < match_area_range[range][0] || area > match_area_range[range][1];
}

double match_bar(double iou)
{
    return fmin(iou, 1 - 1e-10);
}

struct match_gt match_gt_of(const struct annotation *a, int32_t index)
{
    struct match_gt gt = {.box = a->box, .annotation = index, .crowd = a->crowd};
    for (int area = 0; area < EVAL_AREAS && !a->crowd; area++)
        gt.areas |= (uint8_t)(!is_outside(a->area, area) << area);
    return gt;
}

/* The reference raises the bar to each IoU met, equal ones included: of two equal the later wins.
 * So candidates stand by descending IoU, later ones first. */
static int compare_candidates(const void *left, const void *right)
{
    const struct match_candidate *a = left, *b = right;
    if (a->iou != b->iou)
        return a->iou > b->iou ? -1 : 1;
    return a->gt > b->gt ? -1 : 1;
}

static inline void consider(struct match_group *group, size_t gt, double iou, size_t *count)
{
    int passed = 0;
    while (passed < group->threshold_count && iou >= group->thresholds[passed])
        passed++;
    if (passed)
        group->candidates[(*count)++] =
            (struct match_candidate){iou, (uint32_t)gt, (uint16_t)((1u << passed) - 1)};
}

static size_t find_candidates(
    struct match_group *group, const struct match_det *det, double *highest)
{
    size_t count = 0;
    *highest = 0;
    for (size_t g = 0; g < group->count; g++) {
        double iou = match_overlap(group, det, g);
        if (iou > *highest)
            *highest = iou;
        consider(group, g, iou, &count);
    }
    if (count > 1)
        qsort(group->candidates, count, sizeof *group->candidates, compare_candidates);
    return count;
}

/* Ground truth that counts is preferred to any that is ignored, then the highest IoU still free: at
 * each threshold the first candidate in order that is not taken. */
static void match_area(struct match_group *group, size_t candidates, int area, bool outside,
    struct match_result *result)
{
    uint16_t all = (uint16_t)((1u << group->threshold_count) - 1), met[2] = {0, 0};
    for (unsigned ignored = 0; ignored < 2; ignored++) {
        for (size_t c = 0; c < candidates; c++) {
            const struct match_candidate *candidate = &group->candidates[c];
            struct match_gt *gt = &group->gts[candidate->gt];
            if ((gt->areas >> area & 1u) == ignored)
                continue;
            uint16_t takes = candidate->passes & (uint16_t) ~(met[0] | met[1]);
            if (!gt->crowd)
                takes &= (uint16_t)~gt->taken[area];
            gt->taken[area] |= takes;
            met[ignored] |= takes;
            if (area == EVAL_ALL && takes & 1)
                result->gt = (int32_t)candidate->gt;
        }
    }
    uint16_t unmet = all & (uint16_t) ~(met[0] | met[1]);
    result->tp[area] = met[0];
    result->ignored[area] = met[1] | (outside ? unmet : 0);
}

void match_detection(
    struct match_group *group, const struct match_det *det, int areas, struct match_result *result)
{
    result->gt = -1;
    size_t candidates = find_candidates(group, det, &result->iou);
    for (int a = 0; a < areas; a++)
        match_area(group, candidates, a, is_outside(det->area, a), result);
}
