#include "eval/verdicts.h"

#include "eval/masks.h"
#include "eval/rank.h"
#include "eval/usable.h"

#include <math.h>
#include <string.h>

/* One image being judged. */
struct judge {
    const struct dataset *dataset;
    const struct detections *detections;
    const struct eval_set *set;
    int32_t image;
    eval_filter filter;
    double bar; /* IoU */
    struct eval_boxes *out;
    struct match_gt *gts;               /* of the category at hand */
    struct match_candidate *candidates; /* as many */
    int32_t *places;                    /* of gts in the list */
    struct mask_easel easel;
};

/* Annotations of the image that matching uses, as it uses them. */
static bool is_shown(const struct judge *judge, const struct annotation *a)
{
    return a->image == judge->image && eval_filter_has(judge->filter, (size_t)a->category) &&
           usable_annotation(a, judge->set->left_out);
}

static bool list_ground_truth(struct judge *judge, struct arena *arena, size_t detections)
{
    const struct dataset *dataset = judge->dataset;
    struct eval_boxes *out = judge->out;
    size_t n = 0;
    for (size_t i = 0; i < dataset->annotation_count; i++)
        n += is_shown(judge, &dataset->annotations[i]);
    out->boxes = ARENA_ARRAY(arena, struct eval_box, n + detections + 1);
    judge->gts = ARENA_ARRAY(arena, struct match_gt, n + 1);
    judge->candidates = ARENA_ARRAY(arena, struct match_candidate, n + 1);
    judge->places = ARENA_ARRAY(arena, int32_t, n + 1);
    if (!out->boxes || !judge->gts || !judge->candidates || !judge->places ||
        !masks_easel_init(&judge->easel, dataset, judge->detections, judge->set->sizes, n, arena))
        return false;
    for (size_t i = 0; i < dataset->annotation_count; i++) {
        const struct annotation *a = &dataset->annotations[i];
        if (!is_shown(judge, a))
            continue;
        bool counts = match_gt_of(a, (int32_t)i).areas >> EVAL_ALL & 1;
        out->boxes[out->count++] = (struct eval_box){.box = a->box,
            .verdict = counts ? EVAL_FN : EVAL_IGNORED,
            .is_gt = true,
            .crowd = a->crowd,
            .category = a->category,
            .score = NAN,
            .partner = -1,
            .source = (int32_t)i};
    }
    out->gt_count = out->count;
    return true;
}

/* Raises the IoU of ground truth to the highest with any detection while it has no partner. */
static void note_overlaps(
    struct judge *judge, const struct match_group *match, const struct match_det *det)
{
    for (size_t g = 0; g < match->count; g++) {
        struct eval_box *gt = &judge->out->boxes[judge->places[g]];
        double iou = match_overlap(match, det, g);
        if (iou > gt->iou)
            gt->iou = iou;
    }
}

static size_t gather_category(struct judge *judge, int32_t category)
{
    size_t n = 0;
    for (size_t g = 0; g < judge->out->gt_count; g++) {
        const struct eval_box *gt = &judge->out->boxes[g];
        if (gt->category != category)
            continue;
        judge->places[n] = (int32_t)g;
        judge->gts[n++] = match_gt_of(&judge->dataset->annotations[gt->source], gt->source);
    }
    judge->easel.drawn = false;
    return n;
}

/* Judges the group's detections that reach CONFIDENCE and appends them. */
static bool judge_group(
    struct judge *judge, const struct eval_group *group, double confidence, struct rank_item *order)
{
    const struct eval_set *set = judge->set;
    struct eval_boxes *out = judge->out;
    int32_t category = set->category[group->start];
    struct match_group match = {.gts = judge->gts,
        .candidates = judge->candidates,
        .count = gather_category(judge, category),
        .thresholds = &judge->bar,
        .threshold_count = 1};
    for (uint32_t i = group->start; i < group->start + group->count; i++) {
        if (!(set->score[i] >= confidence))
            break;
        struct eval_box *det = &out->boxes[out->count];
        *det = (struct eval_box){.category = category,
            .score = set->score[i],
            .partner = -1,
            .source = set->row[i]};
        struct match_det ready;
        struct match_result result;
        if (!masks_prepare(&judge->easel, &match, (size_t)det->source, judge->image, &ready))
            return false;
        match_detection(&match, &ready, 1, &result);
        note_overlaps(judge, &match, &ready);
        det->box = ready.box;
        det->iou = result.iou;
        det->verdict = result.tp[EVAL_ALL]        ? EVAL_TP
                       : result.ignored[EVAL_ALL] ? EVAL_IGNORED
                                                  : EVAL_FP;
        if (result.gt >= 0) {
            det->partner = judge->places[result.gt];
            det->iou = match_overlap(&match, &ready, (size_t)result.gt);
        }
        order[out->count - out->gt_count] =
            (struct rank_item){rank_key(det->score), (uint32_t)(out->count - out->gt_count)};
        out->count++;
    }
    return true;
}

/* Puts the detections in order of score and ties both sides of each match together. */
static bool arrange(struct judge *judge, struct rank_item *order, struct arena *arena)
{
    struct eval_boxes *out = judge->out;
    size_t n = out->count - out->gt_count;
    struct eval_box *detections = out->boxes + out->gt_count;
    struct eval_box *copy = ARENA_ARRAY(arena, struct eval_box, n + 1);
    if (!copy)
        return false;
    memcpy(copy, detections, n * sizeof *copy);
    rank_sort(order, order + n, n);
    for (size_t i = 0; i < n; i++) {
        struct eval_box *det = &detections[i];
        *det = copy[order[i].index];
        if (det->verdict != EVAL_TP)
            continue;
        struct eval_box *gt = &out->boxes[det->partner];
        gt->partner = (int32_t)(out->gt_count + i);
        gt->verdict = EVAL_FOUND;
        gt->iou = det->iou;
    }
    return true;
}

static void count_verdicts(struct eval_boxes *out)
{
    for (size_t i = 0; i < out->count; i++) {
        const struct eval_box *box = &out->boxes[i];
        out->counts.tp += box->verdict == EVAL_TP;
        out->counts.fp += box->verdict == EVAL_FP;
        out->counts.fn += box->verdict == EVAL_FN;
        out->counts.ignored += !box->is_gt && box->verdict == EVAL_IGNORED;
    }
}

static bool judge_image(struct judge *judge, double confidence, struct arena *arena)
{
    const struct eval_set *set = judge->set;
    size_t room = 0;
    for (size_t g = 0; g < set->group_count; g++)
        if (set->groups[g].image == judge->image)
            room += set->groups[g].count;
    struct rank_item *order = ARENA_ARRAY(arena, struct rank_item, 2 * room + 1);
    if (!order || !list_ground_truth(judge, arena, room))
        return false;
    for (size_t g = 0; g < set->group_count; g++) {
        const struct eval_group *group = &set->groups[g];
        if (group->image == judge->image &&
            eval_filter_has(judge->filter, (size_t)set->category[group->start]) &&
            !judge_group(judge, group, confidence, order))
            return false;
    }
    return arrange(judge, order, arena);
}

bool eval_image_boxes(const struct dataset *dataset, const struct detections *detections,
    const struct eval_set *set, int32_t image, double iou, double confidence, eval_filter filter,
    struct arena *arena, struct eval_boxes *out, struct err *err)
{
    *out = (struct eval_boxes){0};
    struct judge judge = {.dataset = dataset,
        .detections = detections,
        .set = set,
        .image = image,
        .filter = filter,
        .bar = match_bar(iou),
        .out = out};
    if (set->left_out[image])
        return true;
    bool judged = judge_image(&judge, confidence, arena);
    masks_easel_done(&judge.easel);
    if (!judged)
        return err_set(err, ERR_MEMORY, "out of memory while judging an image");
    count_verdicts(out);
    return true;
}
