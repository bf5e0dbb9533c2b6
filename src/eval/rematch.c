/*
 * One more threshold for a matched set, most of which follows from what matching found.
 * Knows: sets, and the rules of match.h. Must not know: how groups came about.
 */
#include "eval/walk.h"

#include <math.h>

enum { GROUPS_AHEAD = 12 };

static const uint16_t CUSTOM = 1u << EVAL_IOU_CUSTOM;

/* set->iou is single precision. */
static const double FLOAT_ERROR = 1e-6;

static bool is_unmet(const struct eval_set *set, uint32_t at)
{
    return !((set->tp[EVAL_ALL][at] | set->ignored[EVAL_ALL][at]) & 1);
}

/* A detection that overlaps too little for the bar is a false positive, unless its own area is out
 * of range: then it was ignored at the lowest IoU too, or matched there. Most need no look at the
 * box. */
static bool is_false(const struct walk *walk, uint32_t at)
{
    const struct eval_set *set = walk->groups.set;
    return (double)set->iou[at] + FLOAT_ERROR < walk->bars[0] && is_unmet(set, at);
}

/* Asks for the boxes of a later group that will be looked at. */
static void fetch_group(const struct walk *walk, size_t index)
{
    const struct groups *groups = &walk->groups;
    const struct eval_set *set = groups->set;
    if (index >= set->group_count || groups->truths[index].begin == groups->truths[index].end)
        return;
    const struct eval_group *group = &set->groups[index];
    for (uint32_t i = group->start; i < group->start + group->count; i++)
        if (!is_false(walk, i))
            __builtin_prefetch(&groups->detections->rows[set->row[i]]);
}

/* Detections without ground truth stay as they are at all other thresholds, see start_over(). */
static void rematch_group(struct walk *walk, struct walker *walker, size_t index)
{
    struct eval_set *set = walk->groups.set;
    const struct eval_group *group = &set->groups[index];
    const struct match_group *match = &walker->match;
    uint16_t *tp = set->tp[EVAL_ALL], *ignored = set->ignored[EVAL_ALL];
    fetch_group(walk, index + GROUPS_AHEAD);
    if (walk->groups.truths[index].begin == walk->groups.truths[index].end)
        return;
    walk_gather(walk, walker, index);
    for (uint32_t i = group->start; i < group->start + group->count; i++) {
        struct match_det det;
        struct match_result result;
        if (is_false(walk, i))
            continue;
        if (!walk_detection(walk, walker, i, &det))
            return;
        match_detection(&walker->match, &det, 1, &result);
        tp[i] |= result.tp[EVAL_ALL] ? CUSTOM : 0;
        ignored[i] = (uint16_t)((ignored[i] & ~CUSTOM) | (result.ignored[EVAL_ALL] ? CUSTOM : 0));
        if (result.gt >= 0)
            set->gt[i] = match->gts[result.gt].annotation;
    }
}

/* Columns of SET's own for what changes, and no longer what an earlier rematch found. Nothing is
 * matched yet, and ignored is what is at the lowest threshold: right wherever no ground truth is. */
static bool start_over(struct eval_set *set, struct arena *arena)
{
    const uint16_t *tp = set->tp[EVAL_ALL], *ignored = set->ignored[EVAL_ALL];
    uint16_t *new_tp = ARENA_ARRAY(arena, uint16_t, set->count + 1);
    uint16_t *new_ignored = ARENA_ARRAY(arena, uint16_t, set->count + 1);
    int32_t *gt = ARENA_ARRAY(arena, int32_t, set->count + 1);
    if (!new_tp || !new_ignored || !gt)
        return false;
    for (size_t i = 0; i < set->count; i++) {
        new_tp[i] = tp[i] & (uint16_t)~CUSTOM;
        new_ignored[i] = (uint16_t)((ignored[i] & ~CUSTOM) | (ignored[i] & 1) << EVAL_IOU_CUSTOM);
        gt[i] = -1;
    }
    set->tp[EVAL_ALL] = new_tp;
    set->ignored[EVAL_ALL] = new_ignored;
    set->gt = gt;
    return true;
}

struct eval_set *eval_rematch(const struct dataset *dataset, const struct detections *detections,
    const struct eval_set *set, double iou, struct arena *arena, struct err *err)
{
    if (!(iou > 0 && iou <= 1)) {
        err_set(err, ERR_USAGE, "an IoU threshold must be above 0 and at most 1");
        return NULL;
    }
    struct walk walk = {.groups = {.dataset = dataset, .detections = detections},
        .bars = {match_bar(iou)},
        .visit = rematch_group};
    struct groups *groups = &walk.groups;
    arena_init(&groups->scratch, 0);
    groups->set = ARENA_NEW(arena, struct eval_set);
    bool matched = groups->set != NULL;
    if (matched) {
        *groups->set = *set;
        groups->set->custom_iou = iou;
        matched = start_over(groups->set, arena) && groups_of_set(groups) && walk_all(&walk, 1);
    }
    arena_done(&groups->scratch);
    if (!matched)
        err_set(err, ERR_MEMORY, "out of memory while matching detections");
    return matched ? groups->set : NULL;
}
