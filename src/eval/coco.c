#include "eval/coco.h"

#include "eval/usable.h"
#include "eval/walk.h"

#include <math.h>

double eval_iou_threshold(int index)
{
    return index == EVAL_IOUS - 1 ? .95 : .5 + index * ((.95 - .5) / 9);
}

struct eval_settings eval_settings_default(void)
{
    struct eval_settings settings = {
        .max_dets = {1, 10, 100}, .iou_count = EVAL_IOUS, .threads = 1};
    for (int i = 0; i < EVAL_IOUS; i++)
        settings.ious[i] = eval_iou_threshold(i);
    return settings;
}

int eval_iou_index(const struct eval_settings *settings, double iou)
{
    for (int i = 0; i < settings->iou_count; i++)
        if (fabs(settings->ious[i] - iou) < 1e-9)
            return i;
    return EVAL_IOU_CUSTOM;
}

static bool is_sane(const struct dataset *dataset, const struct detections *detections,
    const struct eval_settings *settings, struct err *err)
{
    if (!usable_counts(dataset, detections, err))
        return false;
    const int32_t *most = settings->max_dets;
    if (most[0] < 1 || most[1] < most[0] || most[2] < most[1])
        return err_set(err, ERR_USAGE, "numbers of detections must be 1 or more and ascend");
    bool ascending = settings->iou_count >= 1 && settings->iou_count <= EVAL_MOST_IOUS;
    for (int i = 0; ascending && i < settings->iou_count; i++)
        ascending = settings->ious[i] > (i ? settings->ious[i - 1] : 0) && settings->ious[i] <= 1;
    if (!ascending)
        return err_set(err, ERR_USAGE, "IoU thresholds ascend, above 0 to 1, and are at most %d",
            EVAL_MOST_IOUS);
    return settings->threads >= 1 || err_set(err, ERR_USAGE, "threads are 1 or more");
}

/* Keeps group INDEX and matches it at all thresholds and areas. */
static void keep_and_match(struct walk *walk, struct walker *walker, size_t index)
{
    struct eval_set *set = walk->groups.set;
    const struct eval_group *group = &set->groups[index];
    const struct match_group *match = &walker->match;
    groups_keep(&walk->groups, index, walker->ranked);
    walk_gather(walk, walker, index);
    for (uint32_t i = group->start; i < group->start + group->count; i++) {
        struct match_det det;
        struct match_result result;
        if (!walk_detection(walk, walker, i, &det))
            return;
        match_detection(&walker->match, &det, EVAL_AREAS, &result);
        for (int a = 0; a < EVAL_AREAS; a++) {
            set->tp[a][i] = result.tp[a];
            set->ignored[a][i] = result.ignored[a];
        }
        set->gt[i] = result.gt < 0 ? -1 : match->gts[result.gt].annotation;
        set->iou[i] = (float)result.iou;
    }
}

struct eval_set *eval_match(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, const struct eval_settings *settings, struct arena *arena,
    struct err *err)
{
    if (!is_sane(dataset, detections, settings, err))
        return NULL;
    struct eval_set *set = ARENA_NEW(arena, struct eval_set);
    struct walk walk = {.groups = {.dataset = dataset, .detections = detections, .set = set},
        .visit = keep_and_match};
    arena_init(&walk.groups.scratch, 0);
    for (int t = 0; t < settings->iou_count; t++)
        walk.bars[t] = match_bar(settings->ious[t]);
    bool matched = false;
    if (set) {
        set->settings = *settings;
        set->image_count = dataset->image_count;
        set->category_count = dataset->category_count;
        set->custom_iou = NAN;
        matched = groups_make(&walk.groups, link, arena) && walk_all(&walk, settings->iou_count);
    }
    arena_done(&walk.groups.scratch);
    if (!matched)
        err_set(err, ERR_MEMORY, "out of memory while matching detections");
    return matched ? set : NULL;
}
