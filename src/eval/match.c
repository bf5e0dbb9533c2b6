#include "eval/match.h"

#include <math.h>
#include <stdlib.h>

const double match_area_range[EVAL_AREAS][2] = {
    {0, 1e10}, {0, 32 * 32}, {32 * 32, 96 * 96}, {96 * 96, 1e10}};

static bool is_outside(double area, int range)
{
    return (area < match_area_range[range][0]) | (area > match_area_range[range][1]);
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

/* Mostly there are two or three, which need no qsort(). */
static void sort_candidates(struct match_candidate *candidates, size_t count)
{
    enum { FEW = 8 };
    if (count > FEW) {
        qsort(candidates, count, sizeof *candidates, compare_candidates);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        struct match_candidate moved = candidates[i];
        size_t to = i;
        for (; to > 0 && compare_candidates(&moved, &candidates[to - 1]) < 0; to--)
            candidates[to] = candidates[to - 1];
        candidates[to] = moved;
    }
}

static inline void consider(struct match_group *group, size_t gt, double iou, size_t *count)
{
    if (!(iou >= group->thresholds[0]))
        return;
    int passed = 1;
    for (int t = 1; t < group->threshold_count; t++)
        passed += iou >= group->thresholds[t];
    group->candidates[(*count)++] =
        (struct match_candidate){iou, (uint32_t)gt, (uint16_t)((1u << passed) - 1)};
}

static size_t find_candidates(
    struct match_group *group, const struct match_det *det, double *highest)
{
    const struct box box = det->box; /* stays in registers */
    size_t count = 0;
    double most = 0;
    for (size_t g = 0; g < group->count; g++) {
        double iou = group->masks ? match_overlap(group, det, g)
                                  : match_iou(&box, &group->gts[g].box, group->gts[g].crowd);
        if (!(iou > 0))
            continue;
        most = iou > most ? iou : most;
        consider(group, g, iou, &count);
    }
    *highest = most;
    sort_candidates(group->candidates, count);
    return count;
}

/* Ground truth that counts is preferred to any that is ignored, then the highest IoU still free: at
 * each threshold the first candidate in order that is not taken. RESULT has what holds without any.
 */
static void match_area(
    struct match_group *group, size_t candidates, int area, struct match_result *result)
{
    uint16_t met[2] = {0, 0};
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
    result->tp[area] = met[0];
    result->ignored[area] = met[1] | (result->ignored[area] & (uint16_t)~met[0]);
}

/* The same where there is one candidate, as mostly. */
static void match_one(struct match_group *group, int areas, struct match_result *result)
{
    const struct match_candidate *candidate = group->candidates;
    struct match_gt *gt = &group->gts[candidate->gt];
    for (int a = 0; a < areas; a++) {
        uint16_t free = gt->crowd ? UINT16_MAX : (uint16_t)~gt->taken[a];
        uint16_t takes = candidate->passes & free;
        uint16_t counts = gt->areas >> a & 1 ? UINT16_MAX : 0;
        gt->taken[a] |= takes;
        result->tp[a] = takes & counts;
        result->ignored[a] = (result->ignored[a] | takes) & (uint16_t)~result->tp[a];
        if (a == EVAL_ALL && takes & 1)
            result->gt = (int32_t)candidate->gt;
    }
}

void match_detection(
    struct match_group *group, const struct match_det *det, int areas, struct match_result *result)
{
    uint16_t all = (uint16_t)((1u << group->threshold_count) - 1);
    size_t candidates = find_candidates(group, det, &result->iou);
    result->gt = -1;
    for (int a = 0; a < areas; a++) {
        result->tp[a] = 0;
        result->ignored[a] = is_outside(det->area, a) ? all : 0;
    }
    if (candidates == 1)
        match_one(group, areas, result);
    for (int a = 0; candidates > 1 && a < areas; a++)
        match_area(group, candidates, a, result);
}
