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

/* Neither matched at the lowest IoU nor ignored for its own area. */
static bool is_unmet(const struct eval_set *set, uint32_t at)
{
    return !((set->tp[EVAL_ALL][at] | set->ignored[EVAL_ALL][at]) & 1);
}

/* It certainly reaches no ground truth. */
static bool is_below(const struct walk *walk, uint32_t at)
{
    return (double)walk->groups.set->iou[at] + FLOAT_ERROR < walk->bars[0];
}

/* Detection AT certainly reaches the only ground truth of the group. */
static bool is_hit(const struct walk *walk, const struct match_group *match, uint32_t at)
{
    return match->count == 1 && (double)walk->groups.set->iou[at] - FLOAT_ERROR > walk->bars[0];
}

/* Asks for the boxes of a later group that will be looked at: as long as there is ground truth to
 * be had, and of one alone set->iou tells enough. */
static void fetch_group(const struct walk *walk, size_t index)
{
    const struct groups *groups = &walk->groups;
    const struct eval_set *set = groups->set;
    if (index >= set->group_count)
        return;
    const struct eval_group *group = &set->groups[index];
    const struct group_truths *truths = &groups->truths[index];
    for (uint32_t s = truths->begin; s < truths->end; s++)
        __builtin_prefetch(&groups->dataset->annotations[groups->annotations.items[s].source]);
    uint32_t count = truths->end - truths->begin, looks = count > 1 ? 2 * count : 0;
    for (uint32_t i = group->start; looks && i < group->start + group->count; i++)
        if (!is_below(walk, i)) {
            __builtin_prefetch(&groups->detections->rows[set->row[i]]);
            looks--;
        }
}

/* Notes that detection AT is matched with GT, NULL none. */
static void note(
    struct eval_set *set, uint32_t at, const struct match_gt *gt, bool tp, bool ignored)
{
    set->tp[EVAL_ALL][at] |= tp ? CUSTOM : 0;
    set->ignored[EVAL_ALL][at] &= (uint16_t)~CUSTOM;
    set->ignored[EVAL_ALL][at] |= ignored ? CUSTOM : 0;
    if (gt)
        set->gt[at] = gt->annotation;
}

/* Matches detection AT by its overlaps. The ground truth, NULL none; NULL too when memory is out.
 */
static const struct match_gt *look(struct walk *walk, struct walker *walker, uint32_t at)
{
    struct match_det det;
    struct match_result result;
    if (!walk_detection(walk, walker, at, &det))
        return NULL;
    match_detection(&walker->match, &det, 1, &result);
    const struct match_gt *gt = result.gt < 0 ? NULL : &walker->match.gts[result.gt];
    note(walk->groups.set, at, gt, result.tp[EVAL_ALL], result.ignored[EVAL_ALL]);
    return gt;
}

static const struct match_gt *take_only(struct walk *walk, struct walker *walker, uint32_t at)
{
    struct match_gt *gt = walker->match.gts;
    bool counts = gt->areas >> EVAL_ALL & 1;
    gt->taken[EVAL_ALL] = 1;
    note(walk->groups.set, at, gt, counts, !counts);
    return gt;
}

/*
 * Most detections need no look at their box. Where they reach no ground truth, or all are taken,
 * they are unmatched; and if they were so at the lowest IoU, what start_over() noted is right. The
 * rest of these may have an area out of range, which only a look can tell.
 */
static void rematch_group(struct walk *walk, struct walker *walker, size_t index)
{
    struct eval_set *set = walk->groups.set;
    const struct eval_group *group = &set->groups[index];
    fetch_group(walk, index + GROUPS_AHEAD);
    if (walk->groups.truths[index].begin == walk->groups.truths[index].end)
        return;
    walk_gather(walk, walker, index);
    size_t left = walker->match.count; /* crowds are never taken */
    for (uint32_t i = group->start; i < group->start + group->count; i++) {
        if ((!left || is_below(walk, i)) && is_unmet(set, i))
            continue;
        const struct match_gt *gt = left && is_hit(walk, &walker->match, i)
                                        ? take_only(walk, walker, i)
                                        : look(walk, walker, i);
        left -= gt && !gt->crowd;
    }
}

/* Columns of SET's own for what changes, and no longer what an earlier rematch found. Nothing is
 * matched yet, and ignored is what is at the lowest threshold: right wherever no ground truth is.
 */
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
