#include "eval/groups.h"

#include "eval/masks.h"
#include "eval/usable.h"

enum { FETCH_AHEAD = 24 };

/* ---- images ---- */

static bool rank_images(struct groups *groups)
{
    const struct eval_set *set = groups->set;
    groups->rank_of_image = ARENA_ARRAY(&groups->scratch, int32_t, set->image_count + 1);
    for (size_t i = 0; groups->rank_of_image && i < set->image_count; i++)
        groups->rank_of_image[set->image_order[i]] = (int32_t)i;
    return groups->rank_of_image != NULL;
}

/* Which images are left out. Masks are drawn in the size of their image. */
static bool size_images(struct groups *groups, const struct link *link, struct arena *arena)
{
    struct eval_set *set = groups->set;
    set->left_out = usable_left_out(groups->dataset, groups->detections, arena);
    if (!set->left_out || set->settings.overlap == EVAL_BOXES)
        return set->left_out != NULL;
    set->sizes = masks_size_images(groups->dataset, groups->detections, link, arena);
    for (size_t i = 0; set->sizes && i < set->image_count; i++)
        set->left_out[i] |= !set->sizes[i].width_px;
    return set->sizes != NULL;
}

/* ---- ground truth ---- */

static bool collect_annotations(struct groups *groups)
{
    const struct dataset *dataset = groups->dataset;
    struct slots *slots = &groups->annotations;
    slots->items = ARENA_ARRAY(&groups->scratch, struct slot, dataset->annotation_count + 1);
    if (!slots->items)
        return false;
    for (size_t i = 0; i < dataset->annotation_count; i++) {
        const struct annotation *a = &dataset->annotations[i];
        if (usable_annotation(a, groups->set->left_out))
            slots->items[slots->count++] =
                (struct slot){a->category, groups->rank_of_image[a->image], (int32_t)i};
    }
    if (!slots_sort(slots, dataset->image_count, dataset->category_count, &groups->scratch))
        return false;
    for (size_t i = 0, run; i < slots->count; i += run) {
        run = slots_run(slots, i);
        groups->most_gts = run > groups->most_gts ? run : groups->most_gts;
    }
    return true;
}

static bool keep_positives(struct groups *groups, struct arena *arena)
{
    struct eval_set *set = groups->set;
    const struct slots *slots = &groups->annotations;
    set->gt_image = ARENA_ARRAY(arena, int32_t, slots->count + 1);
    set->gt_areas = ARENA_ARRAY(arena, uint8_t, slots->count + 1);
    set->category_gt = ARENA_ARRAY(arena, uint32_t, set->category_count + 1);
    set->positives = arena_array(arena, set->category_count + 1, sizeof *set->positives);
    if (!set->gt_image || !set->gt_areas || !set->category_gt || !set->positives)
        return false;
    for (size_t c = 0; c < set->category_count; c++) {
        for (size_t s = slots->category_start[c]; s < slots->category_start[c + 1]; s++) {
            int32_t source = slots->items[s].source;
            const struct annotation *a = &groups->dataset->annotations[source];
            uint8_t areas = match_gt_of(a, source).areas;
            for (int area = 0; area < EVAL_AREAS; area++)
                set->positives[c][area] += areas >> area & 1;
            if (!(areas >> EVAL_ALL & 1))
                continue;
            set->gt_areas[set->gt_count] = areas;
            set->gt_image[set->gt_count++] = a->image;
        }
        set->category_gt[c + 1] = (uint32_t)set->gt_count;
    }
    return true;
}

/* TOUCHED notes the images that anything is on, so that empty ones are not said to be left out. */
static void count_annotations(struct groups *groups, bool *touched)
{
    struct eval_set *set = groups->set;
    for (size_t i = 0; i < groups->dataset->annotation_count; i++) {
        const struct annotation *a = &groups->dataset->annotations[i];
        touched[a->image] = true;
        set->unused.annotations_id_zero += a->has_id && a->id == 0;
        set->unused.annotations_not_finite +=
            !set->left_out[a->image] && !usable_annotation(a, set->left_out);
    }
}

/* ---- detections ---- */

static void count_unused_row(struct eval_unused *unused, enum usable why)
{
    unused->rows_unknown_image += why == UNKNOWN_IMAGE;
    unused->rows_unknown_category += why == UNKNOWN_CATEGORY;
    unused->rows_on_left_out += why == ON_LEFT_OUT;
    unused->rows_not_finite += why == NOT_FINITE;
}

/* Images are noted in TOUCHED where a row is not used: others are not left out. */
static bool collect_rows(struct groups *groups, const struct link *link, bool *touched)
{
    const struct detections *detections = groups->detections;
    struct eval_set *set = groups->set;
    struct slots *slots = &groups->rows;
    slots->items = ARENA_ARRAY(&groups->scratch, struct slot, detections->count + 1);
    if (!slots->items)
        return false;
    for (size_t i = 0; i < detections->count; i++) {
        const struct detection *row = &detections->rows[i];
        int32_t image = link->image_of_key[row->image_key];
        int32_t category = link->category_of_key[row->category_key];
        enum usable usable = usable_row(row, link, set->left_out);
        if (usable == USABLE) {
            slots->items[slots->count++] =
                (struct slot){category, groups->rank_of_image[image], (int32_t)i};
            set->rows_of_category[category]++;
            continue;
        }
        count_unused_row(&set->unused, usable);
        if (image >= 0)
            touched[image] = true;
    }
    return slots_sort(slots, set->image_count, set->category_count, &groups->scratch);
}

static void count_masks(struct groups *groups)
{
    struct eval_set *set = groups->set;
    if (set->settings.overlap == EVAL_BOXES)
        return;
    for (size_t i = 0; i < groups->annotations.count; i++)
        set->unused.annotations_without_mask +=
            !masks_has_annotation(groups->dataset, (size_t)groups->annotations.items[i].source);
    for (size_t i = 0; i < groups->rows.count; i++)
        set->unused.rows_without_mask +=
            !masks_has_row(groups->detections, (size_t)groups->rows.items[i].source);
}

static bool make_columns(struct eval_set *set, struct arena *arena)
{
    set->score = ARENA_ARRAY(arena, double, set->count + 1);
    set->image = ARENA_ARRAY(arena, int32_t, set->count + 1);
    set->category = ARENA_ARRAY(arena, int32_t, set->count + 1);
    set->row = ARENA_ARRAY(arena, int32_t, set->count + 1);
    set->gt = ARENA_ARRAY(arena, int32_t, set->count + 1);
    set->iou = ARENA_ARRAY(arena, float, set->count + 1);
    set->groups = ARENA_ARRAY(arena, struct eval_group, set->group_count + 1);
    set->category_start = ARENA_ARRAY(arena, uint32_t, set->category_count + 1);
    set->category_group = ARENA_ARRAY(arena, uint32_t, set->category_count + 1);
    bool made = set->score && set->image && set->category && set->row && set->gt && set->iou &&
                set->groups && set->category_start && set->category_group;
    for (int a = 0; a < EVAL_AREAS; a++) {
        set->tp[a] = ARENA_ARRAY(arena, uint16_t, set->count + 1);
        set->ignored[a] = ARENA_ARRAY(arena, uint16_t, set->count + 1);
        made = made && set->tp[a] && set->ignored[a];
    }
    return made;
}

/* Which rows form which group, and where its detections will stand. */
static bool plan_groups(struct groups *groups, struct arena *arena)
{
    struct eval_set *set = groups->set;
    const struct slots *rows = &groups->rows;
    size_t limit = (size_t)set->settings.max_dets[2], planned = 0;
    for (size_t i = 0, run; i < rows->count; i += run) {
        run = slots_run(rows, i);
        groups->most_rows = run > groups->most_rows ? run : groups->most_rows;
        set->count += run < limit ? run : limit;
        set->group_count++;
    }
    groups->group_slot = ARENA_ARRAY(&groups->scratch, uint32_t, set->group_count + 1);
    if (!groups->group_slot || !make_columns(set, arena))
        return false;
    uint32_t start = 0;
    for (size_t c = 0, i = 0; c < set->category_count; c++) {
        for (size_t run; i < rows->category_start[c + 1]; i += run) {
            run = slots_run(rows, i);
            uint32_t kept = (uint32_t)(run < limit ? run : limit);
            set->groups[planned] = (struct eval_group){.start = start,
                .count = kept,
                .image = set->image_order[rows->items[i].image_rank]};
            groups->group_slot[planned++] = (uint32_t)i;
            start += kept;
        }
        set->category_start[c + 1] = start;
        set->category_group[c + 1] = (uint32_t)planned;
    }
    groups->group_slot[planned] = (uint32_t)rows->count;
    return true;
}

/* The rows of a class lie all over the file: asked for early, they are there in time. */
static void fetch_ahead(const struct groups *groups, size_t slot)
{
    if (slot < groups->rows.count)
        __builtin_prefetch(&groups->detections->rows[groups->rows.items[slot].source]);
}

void groups_keep(const struct groups *groups, size_t index, struct rank_item *ranked)
{
    struct eval_set *set = groups->set;
    struct eval_group *group = &set->groups[index];
    size_t first = groups->group_slot[index], run = groups->group_slot[index + 1] - first;
    const struct slot *slots = &groups->rows.items[first];
    for (size_t i = 0; i < run; i++) {
        fetch_ahead(groups, first + i + FETCH_AHEAD);
        ranked[i] = (struct rank_item){
            rank_key(groups->detections->rows[slots[i].source].score), (uint32_t)slots[i].source};
    }
    rank_sort(ranked, ranked + run, run);
    group->best = rank_score(ranked[0].key);
    for (uint32_t i = 0; i < group->count; i++) {
        uint32_t at = group->start + i;
        set->score[at] = rank_score(ranked[i].key);
        set->image[at] = group->image;
        set->category[at] = slots->category;
        set->row[at] = (int32_t)ranked[i].index;
    }
}

/* ---- together ---- */

/* Groups and ground truth of a category stand in the same order, and are met together. */
static bool meet(struct groups *groups)
{
    const struct eval_set *set = groups->set;
    const struct slots *slots = &groups->annotations;
    groups->truths = ARENA_ARRAY(&groups->scratch, struct group_truths, set->group_count + 1);
    if (!groups->truths)
        return false;
    for (size_t c = 0; c < set->category_count; c++) {
        uint32_t at = slots->category_start[c], end = slots->category_start[c + 1];
        for (uint32_t g = set->category_group[c]; g < set->category_group[c + 1]; g++) {
            int32_t rank = groups->rank_of_image[set->groups[g].image];
            while (at < end && slots->items[at].image_rank < rank)
                at++;
            groups->truths[g].begin = at;
            while (at < end && slots->items[at].image_rank == rank)
                at++;
            groups->truths[g].end = at;
        }
    }
    return true;
}

bool groups_make(struct groups *groups, const struct link *link, struct arena *arena)
{
    struct eval_set *set = groups->set;
    set->image_order = ARENA_ARRAY(arena, int32_t, set->image_count + 1);
    set->rows_of_category = ARENA_ARRAY(arena, int64_t, set->category_count + 1);
    bool *touched = ARENA_ARRAY(&groups->scratch, bool, set->image_count + 1);
    if (!set->image_order || !set->rows_of_category || !touched ||
        !dataset_order_images(groups->dataset, set->image_order) || !rank_images(groups) ||
        !size_images(groups, link, arena))
        return false;
    count_annotations(groups, touched);
    if (!collect_annotations(groups) || !keep_positives(groups, arena) ||
        !collect_rows(groups, link, touched))
        return false;
    count_masks(groups);
    for (size_t i = 0; i < set->image_count; i++)
        set->unused.images_left_out += set->left_out[i] && touched[i];
    return plan_groups(groups, arena) && meet(groups);
}

bool groups_of_set(struct groups *groups)
{
    return rank_images(groups) && collect_annotations(groups) && meet(groups);
}
