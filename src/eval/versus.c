#include "eval/versus.h"

#include "eval/match.h"
#include "eval/rank.h"
#include "eval/usable.h"

#include <math.h>
#include <string.h>

enum { GROUPS_AHEAD = 8 };

/* A false positive of the image and category at hand. */
struct false_one {
    struct box box;
    int32_t row;
    bool taken;
};

struct false_ones {
    struct false_one *items; /* room for those of any group */
    size_t count;
};

/* What one call of eval_versus() needs until it returns. */
struct comparing {
    const struct dataset *dataset;
    const struct eval_side *sides[2];
    const struct eval_at *at;
    double confidence; /* of the category at hand */
    struct arena *arena, scratch;
    struct eval_versus *out;
    int32_t *rank_of_image;
    struct false_ones found[2];
    struct eval_pairs pairs; /* false positives of all kinds */
};

static double iou_of(const struct eval_set *set)
{
    return isnan(set->custom_iou) ? set->settings.ious[0] : set->custom_iou;
}

int eval_versus_iou_index(const struct eval_set *set)
{
    return isnan(set->custom_iou) ? 0 : EVAL_IOU_CUSTOM;
}

static bool is_sane(const struct dataset *dataset, const struct eval_set *a,
    const struct eval_set *b, const struct eval_at *at, struct err *err)
{
    bool one_dataset = a->image_count == dataset->image_count &&
                       b->image_count == dataset->image_count &&
                       a->category_count == dataset->category_count &&
                       b->category_count == dataset->category_count;
    if (!one_dataset)
        return err_set(err, ERR_USAGE, "the runs were evaluated on different datasets");
    if (iou_of(a) != iou_of(b) || isnan(a->custom_iou) != isnan(b->custom_iou))
        return err_set(err, ERR_USAGE, "the runs were matched at different IoU thresholds");
    return (at->iou_index == eval_versus_iou_index(a) && at->area == EVAL_ALL) ||
           err_set(err, ERR_USAGE, "runs are compared at the IoU of their matches, all sizes");
}

/* Lists of the pairs by who has them. */
static bool split(
    const struct eval_pairs *pairs, struct arena *arena, struct eval_pairs lists[EVAL_BYS])
{
    size_t counts[EVAL_BYS] = {0};
    for (size_t i = 0; i < pairs->count; i++) {
        const int32_t *row = pairs->items[i].row;
        counts[(row[0] >= 0) | (row[1] >= 0) << 1]++;
    }
    for (int by = 0; by < EVAL_BYS; by++) {
        lists[by] = (struct eval_pairs){ARENA_ARRAY(arena, struct eval_pair, counts[by] + 1), 0};
        if (!lists[by].items)
            return false;
    }
    for (size_t i = 0; i < pairs->count; i++) {
        const int32_t *row = pairs->items[i].row;
        struct eval_pairs *list = &lists[(row[0] >= 0) | (row[1] >= 0) << 1];
        list->items[list->count++] = pairs->items[i];
    }
    return true;
}

static bool counts(const struct comparing *comparing, const struct annotation *a)
{
    return usable_annotation(a, comparing->sides[0]->set->left_out) &&
           match_gt_of(a, 0).areas >> EVAL_ALL & 1 &&
           eval_filter_has(comparing->at->filter, (size_t)a->category);
}

/* Notes by annotation which row of SIDE found it. */
static void find_rows(const struct comparing *comparing, int side, struct eval_pair *of_annotation)
{
    const struct eval_set *set = comparing->sides[side]->set;
    for (size_t c = 0; c < set->category_count; c++) {
        double confidence = eval_confidence_of(comparing->at, c);
        for (uint32_t g = set->category_group[c]; g < set->category_group[c + 1]; g++) {
            const struct eval_group *group = &set->groups[g];
            uint32_t end = group->start + group->count;
            for (uint32_t i = group->start; i < end && set->score[i] >= confidence; i++)
                if (set->tp[EVAL_ALL][i] >> comparing->at->iou_index & 1)
                    of_annotation[set->gt[i]].row[side] = set->row[i];
        }
    }
}

/* The ground truth that counts, with the rows that found it. */
static bool pair_truths(struct comparing *comparing, struct eval_pairs *pairs)
{
    size_t n = comparing->dataset->annotation_count;
    *pairs = (struct eval_pairs){ARENA_ARRAY(&comparing->scratch, struct eval_pair, n + 1), 0};
    if (!pairs->items)
        return false;
    for (size_t i = 0; i < n; i++)
        pairs->items[i] = (struct eval_pair){(int32_t)i, {-1, -1}};
    for (int side = 0; side < 2; side++)
        find_rows(comparing, side, pairs->items);
    for (size_t i = 0; i < n; i++)
        if (counts(comparing, &comparing->dataset->annotations[i]))
            pairs->items[pairs->count++] = pairs->items[i];
    return true;
}

static bool compare_truths(struct comparing *comparing)
{
    struct eval_pairs pairs;
    return pair_truths(comparing, &pairs) &&
           split(&pairs, comparing->arena, comparing->out->truths);
}

static bool is_false(const struct comparing *comparing, const struct eval_set *set, uint32_t at)
{
    return eval_is_false_positive(set, at, comparing->confidence, comparing->at->iou_index);
}

/* Asks for the boxes of a group that will be looked at, since they lie all over the file. */
static void fetch_group(const struct comparing *comparing, int side, size_t index)
{
    const struct eval_side *of = comparing->sides[side];
    if (index >= of->set->group_count)
        return;
    const struct eval_group *group = &of->set->groups[index];
    if (!(group->best >= comparing->confidence))
        return;
    for (uint32_t i = group->start; i < group->start + group->count; i++)
        if (is_false(comparing, of->set, i))
            __builtin_prefetch(&of->detections->rows[of->set->row[i]]);
}

/* The false positives of GROUP (NULL: none) by descending score. */
static void find_false(struct comparing *comparing, int side, const struct eval_group *group)
{
    const struct eval_side *of = comparing->sides[side];
    struct false_ones *found = &comparing->found[side];
    found->count = 0;
    if (!group || !(group->best >= comparing->confidence))
        return;
    for (uint32_t i = 0; i < group->count; i++) {
        uint32_t at = group->start + i;
        if (!is_false(comparing, of->set, at))
            continue;
        int32_t row = of->set->row[at];
        found->items[found->count++] = (struct false_one){
            .box = eval_pixel_box(comparing->dataset, of->detections, (size_t)row, group->image),
            .row = row};
    }
}

/* The one of OTHERS that BOX is the same as, -1 none; of equal overlaps the first. */
static int32_t take_same(const struct box *box, struct false_ones *others)
{
    double most = 0;
    struct false_one *same = NULL;
    for (size_t i = 0; i < others->count; i++) {
        struct false_one *other = &others->items[i];
        double iou = other->taken ? 0 : match_iou(box, &other->box, false);
        if (iou >= EVAL_SAME_IOU && iou > most) {
            most = iou;
            same = other;
        }
    }
    if (!same)
        return -1;
    same->taken = true;
    return same->row;
}

static void note_false(struct comparing *comparing, int32_t row_a, int32_t row_b)
{
    struct eval_pairs *pairs = &comparing->pairs;
    pairs->items[pairs->count++] = (struct eval_pair){-1, {row_a, row_b}};
}

/* One image and category: a group of each side or of one. */
static void compare_groups(
    struct comparing *comparing, const struct eval_group *a, const struct eval_group *b)
{
    find_false(comparing, 0, a);
    find_false(comparing, 1, b);
    for (size_t i = 0; i < comparing->found[0].count; i++) {
        const struct false_one *one = &comparing->found[0].items[i];
        note_false(comparing, one->row, take_same(&one->box, &comparing->found[1]));
    }
    for (size_t i = 0; i < comparing->found[1].count; i++) {
        const struct false_one *one = &comparing->found[1].items[i];
        if (!one->taken)
            note_false(comparing, -1, one->row);
    }
}

/* Both sides' groups stand in the order of image ids, and are met together. */
static void compare_category(struct comparing *comparing, size_t category)
{
    const struct eval_set *a = comparing->sides[0]->set, *b = comparing->sides[1]->set;
    comparing->confidence = eval_confidence_of(comparing->at, category);
    size_t at_a = a->category_group[category], end_a = a->category_group[category + 1];
    size_t at_b = b->category_group[category], end_b = b->category_group[category + 1];
    while (at_a < end_a || at_b < end_b) {
        const struct eval_group *of_a = at_a < end_a ? &a->groups[at_a] : NULL;
        const struct eval_group *of_b = at_b < end_b ? &b->groups[at_b] : NULL;
        int32_t rank_a = of_a ? comparing->rank_of_image[of_a->image] : INT32_MAX;
        int32_t rank_b = of_b ? comparing->rank_of_image[of_b->image] : INT32_MAX;
        of_a = rank_a <= rank_b ? of_a : NULL;
        of_b = rank_b <= rank_a ? of_b : NULL;
        if (of_a)
            fetch_group(comparing, 0, at_a++ + GROUPS_AHEAD);
        if (of_b)
            fetch_group(comparing, 1, at_b++ + GROUPS_AHEAD);
        compare_groups(comparing, of_a, of_b);
    }
}

static bool pair_false_positives(struct comparing *comparing)
{
    comparing->rank_of_image =
        ARENA_ARRAY(&comparing->scratch, int32_t, comparing->dataset->image_count + 1);
    for (int side = 0; side < 2; side++) {
        const struct eval_set *set = comparing->sides[side]->set;
        size_t most = 0;
        for (size_t g = 0; g < set->group_count; g++)
            most = set->groups[g].count > most ? set->groups[g].count : most;
        comparing->found[side].items =
            ARENA_ARRAY(&comparing->scratch, struct false_one, most + 1);
    }
    if (!comparing->rank_of_image || !comparing->found[0].items || !comparing->found[1].items)
        return false;
    const int32_t *order = comparing->sides[0]->set->image_order;
    for (size_t i = 0; i < comparing->dataset->image_count; i++)
        comparing->rank_of_image[order[i]] = (int32_t)i;
    for (size_t c = 0; c < comparing->dataset->category_count; c++)
        if (eval_filter_has(comparing->at->filter, c))
            compare_category(comparing, c);
    return true;
}

static bool compare_false_positives(struct comparing *comparing)
{
    size_t all = comparing->sides[0]->set->count + comparing->sides[1]->set->count;
    comparing->pairs.items = ARENA_ARRAY(&comparing->scratch, struct eval_pair, all + 1);
    return comparing->pairs.items && pair_false_positives(comparing) &&
           split(&comparing->pairs, comparing->arena, comparing->out->false_positives);
}

static int64_t errors_of(const struct eval_counts *counts)
{
    return counts->fp + counts->fn;
}

/* The images where side WORSE has more errors than the other, and of these, those where it alone
 * has any. */
static bool list_changes(struct comparing *comparing, int worse, struct eval_changes *changes,
    struct eval_changes *clean)
{
    struct eval_counts *const *images = comparing->out->images;
    const int32_t *order = comparing->sides[0]->set->image_order;
    size_t n = comparing->dataset->image_count, count = 0;
    struct rank_item *ranked = ARENA_ARRAY(&comparing->scratch, struct rank_item, 2 * n + 1);
    if (!ranked)
        return false;
    for (size_t i = 0; i < n; i++) {
        int64_t more =
            errors_of(&images[worse][order[i]]) - errors_of(&images[!worse][order[i]]);
        if (more > 0)
            ranked[count++] =
                (struct rank_item){rank_key((double)more), (uint32_t)order[i]};
    }
    rank_sort(ranked, ranked + count, count);
    *changes = (struct eval_changes){
        ARENA_ARRAY(comparing->arena, struct eval_change, count + 1), 0};
    *clean = (struct eval_changes){
        ARENA_ARRAY(comparing->arena, struct eval_change, count + 1), 0};
    if (!changes->items || !clean->items)
        return false;
    for (size_t i = 0; i < count; i++) {
        uint32_t image = ranked[i].index;
        struct eval_change change = {
            .errors = {errors_of(&images[0][image]), errors_of(&images[1][image])},
            .image = (int32_t)image};
        changes->items[changes->count++] = change;
        if (!change.errors[!worse])
            clean->items[clean->count++] = change;
    }
    return true;
}

static bool compare_images(struct comparing *comparing)
{
    struct eval_versus *out = comparing->out;
    for (int side = 0; side < 2; side++) {
        const struct eval_set *set = comparing->sides[side]->set;
        out->images[side] =
            ARENA_ARRAY(comparing->arena, struct eval_counts, set->image_count + 1);
        if (!out->images[side])
            return false;
        eval_counts_of(set, comparing->at, &out->total[side], NULL, out->images[side]);
    }
    return list_changes(comparing, 0, &out->better, &out->fixed) &&
           list_changes(comparing, 1, &out->worse, &out->broken);
}

bool eval_versus(const struct dataset *dataset, const struct eval_side *a,
    const struct eval_side *b, const struct eval_at *at, struct arena *arena,
    struct eval_versus *out, struct err *err)
{
    *out = (struct eval_versus){0};
    if (!is_sane(dataset, a->set, b->set, at, err))
        return false;
    struct comparing comparing = {.dataset = dataset,
        .sides = {a, b},
        .at = at,
        .arena = arena,
        .out = out};
    arena_init(&comparing.scratch, 0);
    bool compared = compare_images(&comparing) && compare_truths(&comparing) &&
                    compare_false_positives(&comparing);
    arena_done(&comparing.scratch);
    return compared || err_set(err, ERR_MEMORY, "out of memory while comparing two runs");
}
