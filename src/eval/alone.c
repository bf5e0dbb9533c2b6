#include "eval/alone.h"

#include "base/grow.h"
#include "eval/match.h"
#include "eval/usable.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- twins ---- */

struct finding {
    const struct eval_set *sets[2];
    struct box *boxes[2]; /* in the order of the sets: in their files they lie apart */
    int32_t *rank_of_image;
    struct eval_twin *items; /* malloc'd */
    size_t count, capacity;
    double *ious; /* of the twins of one place of A */
    size_t iou_capacity;
};

static struct box *order_boxes(
    const struct dataset *dataset, const struct eval_side *side, struct arena *arena)
{
    const struct eval_set *set = side->set;
    struct box *boxes = ARENA_ARRAY(arena, struct box, set->count + 1);
    for (size_t i = 0; boxes && i < set->count; i++)
        boxes[i] =
            eval_pixel_box(dataset, side->detections, (size_t)set->row[i], set->image[i]);
    return boxes;
}

/* Those of B's GROUP with the box at place A. */
static bool find_at(struct finding *f, uint32_t a, const struct eval_group *group)
{
    const struct box *box = &f->boxes[0][a];
    size_t first = f->count;
    if (!GROW(f->items, f->capacity, f->count + group->count) ||
        !GROW(f->ious, f->iou_capacity, group->count))
        return false;
    for (uint32_t b = group->start; b < group->start + group->count; b++) {
        double iou = match_iou(box, &f->boxes[1][b], false);
        if (!(iou >= EVAL_SAME_IOU))
            continue;
        size_t at = f->count++ - first;
        for (; at > 0 && iou > f->ious[at - 1]; at--) {
            f->ious[at] = f->ious[at - 1];
            f->items[first + at] = f->items[first + at - 1];
        }
        f->ious[at] = iou;
        f->items[first + at] = (struct eval_twin){a, b};
    }
    return true;
}

/* Both sides' groups stand in the order of image ids, and are met together. */
static bool find_in_category(struct finding *f, size_t category)
{
    const struct eval_set *a = f->sets[0], *b = f->sets[1];
    size_t at_b = b->category_group[category], end_b = b->category_group[category + 1];
    for (size_t g = a->category_group[category]; g < a->category_group[category + 1]; g++) {
        const struct eval_group *group = &a->groups[g];
        int32_t rank = f->rank_of_image[group->image];
        while (at_b < end_b && f->rank_of_image[b->groups[at_b].image] < rank)
            at_b++;
        if (at_b == end_b || b->groups[at_b].image != group->image)
            continue;
        for (uint32_t i = group->start; i < group->start + group->count; i++)
            if (!find_at(f, i, &b->groups[at_b]))
                return false;
    }
    return true;
}

bool eval_twins_make(const struct dataset *dataset, const struct eval_side *a,
    const struct eval_side *b, struct arena *arena, struct eval_twins *out)
{
    struct arena scratch = {0};
    struct finding f = {.sets = {a->set, b->set},
        .boxes = {order_boxes(dataset, a, &scratch), order_boxes(dataset, b, &scratch)},
        .rank_of_image = ARENA_ARRAY(&scratch, int32_t, a->set->image_count + 1)};
    bool ok = f.boxes[0] && f.boxes[1] && f.rank_of_image;
    for (size_t i = 0; ok && i < a->set->image_count; i++)
        f.rank_of_image[a->set->image_order[i]] = (int32_t)i;
    for (size_t c = 0; ok && c < a->set->category_count; c++)
        ok = find_in_category(&f, c);
    *out = (struct eval_twins){
        ok ? ARENA_ARRAY(arena, struct eval_twin, f.count + 1) : NULL, f.count};
    ok = out->items;
    if (ok && f.count)
        memcpy(out->items, f.items, f.count * sizeof *f.items);
    free(f.items);
    free(f.ious);
    arena_done(&scratch);
    return ok;
}

/* ---- thresholds ---- */

double *eval_finders(
    const struct dataset *dataset, const struct eval_set *set, struct arena *arena)
{
    size_t n = dataset->annotation_count;
    int iou = eval_versus_iou_index(set);
    double *finders = ARENA_ARRAY(arena, double, n + 1);
    for (size_t i = 0; finders && i < n; i++)
        finders[i] = -INFINITY;
    for (size_t i = 0; finders && i < set->count; i++)
        if (set->tp[EVAL_ALL][i] >> iou & 1)
            finders[set->gt[i]] = set->score[i];
    for (size_t i = 0; finders && i < n; i++) {
        const struct annotation *a = &dataset->annotations[i];
        if (finders[i] > -INFINITY && (!usable_annotation(a, set->left_out) ||
                                          !(match_gt_of(a, 0).areas >> EVAL_ALL & 1)))
            finders[i] = -INFINITY;
    }
    return finders;
}

/* The false positives of both stand in ALONE; those that are the same are taken out again. Each of A's,
 * by descending score, takes the one of B's that it overlaps most of those not yet taken. */
static void take_same_out(const struct eval_pairing *pairing, const struct eval_at *at,
    bool *taken, uint32_t *alone)
{
    const struct eval_set *a = pairing->sets[0], *b = pairing->sets[1];
    const struct eval_twins *twins = pairing->twins;
    for (size_t i = 0; i < twins->count;) {
        uint32_t place = twins->items[i].a;
        size_t category = (size_t)a->category[place];
        double confidence = eval_confidence_of(at, category);
        bool looks = eval_filter_has(at->filter, category) &&
                     eval_is_false_positive(a, place, confidence, at->iou_index);
        for (; i < twins->count && twins->items[i].a == place; i++) {
            uint32_t other = twins->items[i].b;
            if (!looks || taken[other] ||
                !eval_is_false_positive(b, other, confidence, at->iou_index))
                continue;
            taken[other] = true;
            looks = false;
            alone[a->image[place]] -= 2;
        }
    }
}

bool eval_alone(const struct eval_pairing *pairing, const struct eval_at *at,
    const struct eval_counts *const counts[2], uint32_t *alone)
{
    const struct dataset *dataset = pairing->dataset;
    struct arena scratch = {0};
    bool *taken = ARENA_ARRAY(&scratch, bool, pairing->sets[1]->count + 1);
    if (!taken)
        return false;
    for (size_t i = 0; i < dataset->image_count; i++)
        alone[i] = (uint32_t)(counts[0][i].fp + counts[1][i].fp);
    take_same_out(pairing, at, taken, alone);
    for (size_t i = 0; i < dataset->annotation_count; i++) {
        double a = pairing->finders[0][i], b = pairing->finders[1][i];
        size_t category = (size_t)dataset->annotations[i].category;
        double confidence = eval_confidence_of(at, category);
        alone[dataset->annotations[i].image] +=
            (a >= confidence) != (b >= confidence) && eval_filter_has(at->filter, category);
    }
    arena_done(&scratch);
    return true;
}
