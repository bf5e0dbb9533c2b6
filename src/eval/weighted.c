#include "eval/weighted.h"

#include "eval/counts.h"
#include "eval/rank.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { RECALL_STEPS = 8192 };

/*
 * What AP of one class in one area range depends on. Detections are by descending score as far as
 * the last true positive; those ignored at every threshold are left out. Lists of one threshold
 * stand behind those of the one before.
 */
struct curve {
    const uint32_t *image;        /* position of each detection's image */
    const uint32_t *tp, *ignored; /* indices of detections, ascending in each threshold */
    const size_t *tp_end, *ignored_end; /* per threshold; ignored ones up to its last TP */
    size_t count, most_tp;              /* most_tp: of one threshold */
};

/* A ground truth that counts. */
struct truth {
    uint32_t image;
    uint8_t areas; /* bit a: in area range a */
};

/* True positives at all thresholds among the best max_dets[0] and [1] of one image. */
struct head {
    uint32_t image, tp[2];
};

struct image_counts {
    uint32_t tp, fp, fn;
};

/* What one image has of a class at the IoU and confidence. */
struct spot {
    uint32_t image;
    struct image_counts counts;
};

/* A class with ground truth. */
struct class_lists {
    size_t category; /* common */
    const struct truth *truths;
    const struct head *heads;
    const struct spot *spots;
    size_t truth_count, head_count, spot_count;
    const struct curve *curves[EVAL_AREAS]; /* NULL: no true positive */
};

struct eval_weighted {
    int iou_count, ap50, ap75; /* the indices of .5 and .75, EVAL_IOU_CUSTOM for none */
    size_t image_count, category_count;
    struct class_lists *classes;
    size_t class_count;
    struct image_counts *images; /* by position */
    size_t most_count, most_tp;  /* of any curve */
};

/* The recall points that so many true positives of a class reach, by steps of 2^shift. */
struct recalls {
    uint8_t reached[RECALL_STEPS + 1]; /* at the least number of a step */
    int64_t needed[EVAL_RECALLS + 1];  /* true positives for each point; a number never reached */
    int shift;                         /* 0 for almost all classes */
};

struct eval_weighing {
    int64_t *sums;     /* of weights before each detection of a curve, and of all */
    double *precision; /* at each true positive of a threshold */
    uint8_t *points;   /* recall points reached there */
    struct recalls recalls;
};

/* What eval_weighted_new() needs until it returns. */
struct making {
    const struct eval_set *set;
    const struct eval_common *common;
    struct arena *arena, scratch;
    struct eval_weighted *run;
    int32_t *image_at, *category_at;
    struct rank_item *ranked; /* a class's common detections by score; as much scratch behind */
    size_t ranked_count;
    struct image_counts *by_image; /* by position; all zero between two classes */
};

static unsigned all_ious(const struct eval_set *set)
{
    return (1u << set->settings.iou_count) - 1;
}

/* Copies or makes positions: ORDER[i] is what stands at position i, NULL for i itself. */
static bool make_positions(const int32_t *given, const int32_t *order, size_t count, size_t common,
    int32_t *positions, struct err *err)
{
    bool fits = given || count == common;
    for (size_t i = 0; fits && i < count; i++) {
        if (given) {
            positions[i] = given[i];
            fits = given[i] >= -1 && (given[i] < 0 || (size_t)given[i] < common);
        } else {
            positions[order ? (size_t)order[i] : i] = (int32_t)i;
        }
    }
    return fits || err_set(err, ERR_USAGE, "an image or category is outside the common ones");
}

static bool align(struct making *making, const struct eval_aligned *run, struct err *err)
{
    const struct eval_set *set = making->set;
    const struct eval_common *common = making->common;
    int iou = common->iou_index;
    if (iou < 0 || (iou >= set->settings.iou_count &&
                       !(iou == EVAL_IOU_CUSTOM && !isnan(set->custom_iou))))
        return err_set(err, ERR_USAGE, "the set was not matched at that IoU");
    making->image_at = ARENA_ARRAY(&making->scratch, int32_t, set->image_count + 1);
    making->category_at = ARENA_ARRAY(&making->scratch, int32_t, set->category_count + 1);
    if (!making->image_at || !making->category_at)
        return err_set(err, ERR_MEMORY, "out of memory while preparing weighted metrics");
    return make_positions(run->image_position, set->image_order, set->image_count,
               common->image_count, making->image_at, err) &&
           make_positions(run->category_position, NULL, set->category_count,
               common->category_count, making->category_at, err);
}

static void rank_common(struct making *making, size_t category)
{
    const struct eval_set *set = making->set;
    size_t n = 0;
    for (uint32_t i = set->category_start[category]; i < set->category_start[category + 1]; i++)
        if (making->image_at[set->image[i]] >= 0)
            making->ranked[n++] = (struct rank_item){rank_key(set->score[i]), i};
    rank_sort(making->ranked, making->ranked + n, n);
    making->ranked_count = n;
}

/* How long the lists of a curve are, per threshold. */
struct lengths {
    size_t count, tp[EVAL_MOST_IOUS], ignored[EVAL_MOST_IOUS];
};

static struct lengths measure_curve(const struct making *making, int area)
{
    const struct eval_set *set = making->set;
    struct lengths lengths = {0};
    size_t seen = 0, ignored[EVAL_MOST_IOUS] = {0};
    unsigned all = all_ious(set);
    for (size_t i = 0; i < making->ranked_count; i++) {
        uint32_t at = making->ranked[i].index;
        unsigned hit = set->tp[area][at] & all, skip = set->ignored[area][at] & all;
        if (skip == all)
            continue;
        seen++;
        if (hit)
            lengths.count = seen;
        for (; hit; hit &= hit - 1) {
            int t = __builtin_ctz(hit);
            lengths.tp[t]++;
            lengths.ignored[t] = ignored[t];
        }
        for (; skip; skip &= skip - 1)
            ignored[__builtin_ctz(skip)]++;
    }
    return lengths;
}

/* Where each threshold's list ends; returns where the last does. */
static size_t make_ends(const size_t *lengths, int iou_count, size_t *ends)
{
    size_t end = 0;
    for (int t = 0; t < iou_count; t++)
        ends[t] = end += lengths[t];
    return end;
}

/* Fills lists that have just the room that was measured. */
static void fill_curve(const struct making *making, int area, const struct curve *curve,
    uint32_t *image, uint32_t *tp, uint32_t *ignored)
{
    const struct eval_set *set = making->set;
    size_t seen = 0, tp_at[EVAL_MOST_IOUS] = {0}, ignored_at[EVAL_MOST_IOUS] = {0};
    unsigned all = all_ious(set);
    for (int t = 1; t < set->settings.iou_count; t++) {
        tp_at[t] = curve->tp_end[t - 1];
        ignored_at[t] = curve->ignored_end[t - 1];
    }
    for (size_t i = 0; seen < curve->count; i++) {
        uint32_t at = making->ranked[i].index;
        unsigned hit = set->tp[area][at] & all, skip = set->ignored[area][at] & all;
        if (skip == all)
            continue;
        for (; hit; hit &= hit - 1)
            tp[tp_at[__builtin_ctz(hit)]++] = (uint32_t)seen;
        for (; skip; skip &= skip - 1) {
            int t = __builtin_ctz(skip);
            if (ignored_at[t] < curve->ignored_end[t])
                ignored[ignored_at[t]++] = (uint32_t)seen;
        }
        image[seen++] = (uint32_t)making->image_at[set->image[at]];
    }
}

/* The curve of the ranked class in AREA: *CURVE stays NULL without a true positive. */
static bool make_curve(struct making *making, int area, const struct curve **curve)
{
    struct lengths lengths = measure_curve(making, area);
    struct eval_weighted *run = making->run;
    struct arena *arena = making->arena;
    if (!lengths.count)
        return true;
    struct curve *made = ARENA_NEW(arena, struct curve);
    size_t *ends = ARENA_ARRAY(arena, size_t, 2 * (size_t)run->iou_count);
    if (!made || !ends)
        return false;
    size_t tps = make_ends(lengths.tp, run->iou_count, ends);
    size_t skips = make_ends(lengths.ignored, run->iou_count, ends + run->iou_count);
    uint32_t *image = ARENA_ARRAY(arena, uint32_t, lengths.count);
    uint32_t *tp = ARENA_ARRAY(arena, uint32_t, tps);
    uint32_t *ignored = ARENA_ARRAY(arena, uint32_t, skips + 1);
    if (!image || !tp || !ignored)
        return false;
    *made = (struct curve){image, tp, ignored, ends, ends + run->iou_count, lengths.count, 0};
    fill_curve(making, area, made, image, tp, ignored);
    for (int t = 0; t < run->iou_count; t++)
        made->most_tp = lengths.tp[t] > made->most_tp ? lengths.tp[t] : made->most_tp;
    run->most_tp = made->most_tp > run->most_tp ? made->most_tp : run->most_tp;
    run->most_count = made->count > run->most_count ? made->count : run->most_count;
    *curve = made;
    return true;
}

static bool list_truths(struct making *making, size_t category, struct class_lists *lists)
{
    const struct eval_set *set = making->set;
    size_t first = set->category_gt[category], end = set->category_gt[category + 1];
    size_t common = 0;
    for (size_t i = first; i < end; i++)
        common += making->image_at[set->gt_image[i]] >= 0;
    struct truth *truths = common ? ARENA_ARRAY(making->arena, struct truth, common) : NULL;
    if (common && !truths)
        return false;
    for (size_t i = first; i < end; i++) {
        int32_t position = making->image_at[set->gt_image[i]];
        if (position >= 0)
            truths[lists->truth_count++] = (struct truth){(uint32_t)position, set->gt_areas[i]};
    }
    lists->truths = truths;
    return true;
}

static struct head head_of(const struct making *making, const struct eval_group *group)
{
    const struct eval_set *set = making->set;
    struct head head = {.image = (uint32_t)making->image_at[group->image]};
    unsigned all = all_ious(set);
    for (uint32_t i = 0; i < group->count && i < (uint32_t)set->settings.max_dets[1]; i++) {
        uint32_t hits = (uint32_t)__builtin_popcount(set->tp[EVAL_ALL][group->start + i] & all);
        head.tp[0] += i < (uint32_t)set->settings.max_dets[0] ? hits : 0;
        head.tp[1] += hits;
    }
    return head;
}

static bool list_heads(struct making *making, size_t category, struct class_lists *lists)
{
    const struct eval_set *set = making->set;
    size_t first = set->category_group[category], end = set->category_group[category + 1];
    size_t room = 0;
    for (size_t g = first; g < end; g++)
        room += making->image_at[set->groups[g].image] >= 0 &&
                head_of(making, &set->groups[g]).tp[1] > 0;
    struct head *heads = room ? ARENA_ARRAY(making->arena, struct head, room) : NULL;
    if (room && !heads)
        return false;
    for (size_t g = first; g < end && lists->head_count < room; g++) {
        if (making->image_at[set->groups[g].image] < 0)
            continue;
        struct head head = head_of(making, &set->groups[g]);
        if (head.tp[1])
            heads[lists->head_count++] = head;
    }
    lists->heads = heads;
    return true;
}

static void count_group(struct making *making, const struct eval_group *group)
{
    const struct eval_set *set = making->set;
    struct image_counts *counts = &making->by_image[making->image_at[group->image]];
    for (uint32_t i = group->start; i < group->start + group->count; i++) {
        unsigned hit = set->tp[EVAL_ALL][i] >> making->common->iou_index & 1;
        unsigned skip = set->ignored[EVAL_ALL][i] >> making->common->iou_index & 1;
        if (set->score[i] < making->common->confidence)
            continue;
        counts->tp += hit;
        counts->fp += !hit && !skip;
    }
}

/* Moves what image POSITION has to the spots, once. */
static void take_spot(struct making *making, int32_t position, struct spot *spots, size_t *count)
{
    struct image_counts *counts = &making->by_image[position];
    if (counts->tp + counts->fp + counts->fn == 0)
        return;
    counts->fn -= counts->tp;
    spots[(*count)++] = (struct spot){(uint32_t)position, *counts};
    *counts = (struct image_counts){0};
}

static bool list_spots(struct making *making, size_t category, struct class_lists *lists)
{
    const struct eval_set *set = making->set;
    size_t first = set->category_group[category], end = set->category_group[category + 1];
    size_t room = end - first + lists->truth_count;
    struct spot *spots = ARENA_ARRAY(making->arena, struct spot, room + 1);
    if (!spots)
        return false;
    for (size_t i = 0; i < lists->truth_count; i++)
        making->by_image[lists->truths[i].image].fn += lists->truths[i].areas >> EVAL_ALL & 1;
    for (size_t g = first; g < end; g++)
        if (making->image_at[set->groups[g].image] >= 0)
            count_group(making, &set->groups[g]);
    for (size_t i = 0; i < lists->truth_count; i++)
        take_spot(making, (int32_t)lists->truths[i].image, spots, &lists->spot_count);
    for (size_t g = first; g < end; g++)
        if (making->image_at[set->groups[g].image] >= 0)
            take_spot(making, making->image_at[set->groups[g].image], spots, &lists->spot_count);
    lists->spots = spots;
    return true;
}

static bool list_class(struct making *making, size_t category)
{
    struct eval_weighted *run = making->run;
    struct class_lists lists = {.category = (size_t)making->category_at[category]};
    if (!list_truths(making, category, &lists))
        return false;
    if (!lists.truth_count)
        return true;
    if (!list_heads(making, category, &lists) || !list_spots(making, category, &lists))
        return false;
    rank_common(making, category);
    for (int area = 0; area < EVAL_AREAS; area++)
        if (!make_curve(making, area, &lists.curves[area]))
            return false;
    run->classes[run->class_count++] = lists;
    return true;
}

static bool list_classes(struct making *making)
{
    const struct eval_set *set = making->set;
    size_t longest = 0, classes = 0;
    for (size_t c = 0; c < set->category_count; c++) {
        size_t rows = set->category_start[c + 1] - set->category_start[c];
        longest = rows > longest ? rows : longest;
        classes += set->category_gt[c + 1] > set->category_gt[c];
    }
    making->ranked = ARENA_ARRAY(&making->scratch, struct rank_item, 2 * longest + 1);
    making->run->classes = ARENA_ARRAY(making->arena, struct class_lists, classes + 1);
    making->by_image =
        ARENA_ARRAY(&making->scratch, struct image_counts, making->common->image_count + 1);
    if (!making->ranked || !making->run->classes || !making->by_image)
        return false;
    for (size_t c = 0; c < set->category_count; c++)
        if (making->category_at[c] >= 0 && !list_class(making, c))
            return false;
    return true;
}

/* TP, FP and FN of each common image over the common categories. */
static bool list_images(struct making *making)
{
    const struct eval_set *set = making->set;
    const struct eval_common *common = making->common;
    struct eval_counts total;
    struct eval_counts *counts =
        ARENA_ARRAY(&making->scratch, struct eval_counts, set->image_count + 1);
    uint64_t *filter = ARENA_ARRAY(&making->scratch, uint64_t, set->category_count / 64 + 1);
    struct image_counts *images = making->run->images =
        ARENA_ARRAY(making->arena, struct image_counts, common->image_count + 1);
    if (!counts || !filter || !images)
        return false;
    for (size_t c = 0; c < set->category_count; c++)
        filter[c / 64] |= (uint64_t)(making->category_at[c] >= 0) << (c % 64);
    eval_counts_at(set, common->iou_index, common->confidence, filter, &total, NULL, counts);
    for (size_t i = 0; i < set->image_count; i++) {
        if (making->image_at[i] >= 0)
            images[making->image_at[i]] = (struct image_counts){
                (uint32_t)counts[i].tp, (uint32_t)counts[i].fp, (uint32_t)counts[i].fn};
    }
    return true;
}

struct eval_weighted *eval_weighted_new(const struct eval_aligned *run,
    const struct eval_common *common, struct arena *arena, struct err *err)
{
    struct making making = {.set = run->set, .common = common, .arena = arena};
    const struct eval_settings *settings = &run->set->settings;
    arena_init(&making.scratch, 0);
    bool made = align(&making, run, err);
    if (made) {
        making.run = ARENA_NEW(arena, struct eval_weighted);
        if (making.run)
            *making.run = (struct eval_weighted){.iou_count = settings->iou_count,
                .ap50 = eval_iou_index(settings, .5),
                .ap75 = eval_iou_index(settings, .75),
                .image_count = common->image_count,
                .category_count = common->category_count};
        made = making.run && list_images(&making) && list_classes(&making);
        if (!made)
            err_set(err, ERR_MEMORY, "out of memory while preparing weighted metrics");
    }
    arena_done(&making.scratch);
    return made ? making.run : NULL;
}

struct eval_weighing *eval_weighing_new(
    const struct eval_weighted *const *runs, size_t run_count, struct arena *arena)
{
    size_t count = 0, tp = 0;
    for (size_t r = 0; r < run_count; r++) {
        count = runs[r]->most_count > count ? runs[r]->most_count : count;
        tp = runs[r]->most_tp > tp ? runs[r]->most_tp : tp;
    }
    struct eval_weighing *scratch = ARENA_NEW(arena, struct eval_weighing);
    if (!scratch)
        return NULL;
    scratch->sums = ARENA_ARRAY(arena, int64_t, count + 1);
    scratch->precision = ARENA_ARRAY(arena, double, tp + 1);
    scratch->points = ARENA_ARRAY(arena, uint8_t, tp + 1);
    return scratch->sums && scratch->precision && scratch->points ? scratch : NULL;
}

/*
 * The smallest number of true positives, 1 or more, whose recall reaches point POINT, which is that
 * with recall >= point * .01 in floating point. Only where the quotient is just point / 100 does
 * rounding decide: 7 * .01 is above 7 / 100.
 */
static int64_t needed_for(int64_t point, int64_t positives)
{
    int64_t share = point * positives;
    bool late = share % 100 == 0 && point < 100 && (double)point / 100 < (double)point * .01;
    return point ? (share + 99) / 100 + late : 1;
}

/* Prepares for points_reached() by a class with POSITIVES. */
static void mark_recalls(int64_t positives, struct recalls *recalls)
{
    int shift = 0;
    while (positives >> shift >= RECALL_STEPS - 1)
        shift++;
    size_t steps = (size_t)(positives >> shift) + 2;
    memset(recalls->reached, 0, steps);
    for (int64_t r = 0; r < EVAL_RECALLS; r++) {
        recalls->needed[r] = needed_for(r, positives);
        int64_t round_up = ((int64_t)1 << shift) - 1;
        recalls->reached[(recalls->needed[r] + round_up) >> shift]++;
    }
    for (size_t i = 1; i < steps; i++)
        recalls->reached[i] = (uint8_t)(recalls->reached[i] + recalls->reached[i - 1]);
    recalls->needed[EVAL_RECALLS] = INT64_MAX;
    recalls->shift = shift;
}

/* How many recall points so many true positives reach. */
static int points_reached(const struct recalls *recalls, int64_t found)
{
    int points = recalls->reached[found >> recalls->shift];
    while (recalls->needed[points] <= found) /* only if a step is many */
        points++;
    return points;
}

static void sum_weights(const struct curve *curve, const uint32_t *weights, int64_t *restrict sums)
{
    const uint32_t *restrict image = curve->image;
    size_t count = curve->count;
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sums[i] = sum;
        sum += weights[image[i]];
    }
    sums[count] = sum;
}

/* Notes precision and recall at each of the N detections of TP, and returns how many these are by
 * weight. One of weight 0 adds nothing and has no higher precision than the one before. */
static int64_t sum_true_positives(const uint32_t *tp, size_t n, const uint32_t *ignored,
    size_t ignored_count, struct eval_weighing *scratch)
{
    const struct recalls *restrict recalls = &scratch->recalls;
    const int64_t *restrict sums = scratch->sums;
    double *restrict precision = scratch->precision;
    uint8_t *restrict points = scratch->points;
    int64_t found = 0, passed_over = 0;
    for (size_t i = 0, skip = 0; i < n; i++) {
        for (; skip < ignored_count && ignored[skip] < tp[i]; skip++)
            passed_over += sums[ignored[skip] + 1] - sums[ignored[skip]];
        int64_t seen = sums[tp[i] + 1];
        found += seen - sums[tp[i]];
        points[i] = (uint8_t)points_reached(recalls, found);
        precision[i] = (double)found / ((double)(seen - passed_over) + DBL_EPSILON);
    }
    return found;
}

/* Sum over the recall points of the highest precision at or behind each. */
static double sum_precision(const struct eval_weighing *scratch, size_t n)
{
    double best = 0, sum = 0;
    for (size_t i = n; i-- > 0;) {
        int points = scratch->points[i] - (i ? scratch->points[i - 1] : 0);
        best = scratch->precision[i] > best ? scratch->precision[i] : best;
        sum += best * points;
    }
    return sum;
}

/* AP at each threshold; returns the mean of recall over them. */
static double weigh_curve(const struct eval_weighted *run, const struct curve *curve,
    const uint32_t *weights, int64_t positives, struct eval_weighing *scratch, double *ap)
{
    int64_t found = 0;
    for (int t = 0; t < run->iou_count; t++)
        ap[t] = 0;
    if (!curve)
        return 0;
    mark_recalls(positives, &scratch->recalls);
    sum_weights(curve, weights, scratch->sums);
    for (int t = 0; t < run->iou_count; t++) {
        size_t tp = t ? curve->tp_end[t - 1] : 0, ignored = t ? curve->ignored_end[t - 1] : 0;
        size_t n = curve->tp_end[t] - tp;
        found += sum_true_positives(curve->tp + tp, n, curve->ignored + ignored,
            curve->ignored_end[t] - ignored, scratch);
        ap[t] = sum_precision(scratch, n) / EVAL_RECALLS;
    }
    return (double)found / ((double)positives * run->iou_count);
}

static double mean(const double *values, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += values[i];
    return sum / n;
}

static void weigh_truths(
    const struct class_lists *lists, const uint32_t *weights, int64_t positives[EVAL_AREAS])
{
    for (int a = 0; a < EVAL_AREAS; a++)
        positives[a] = 0;
    for (size_t i = 0; i < lists->truth_count; i++) {
        int64_t weight = weights[lists->truths[i].image];
        for (int a = 0; a < EVAL_AREAS; a++)
            positives[a] += lists->truths[i].areas >> a & 1 ? weight : 0;
    }
}

/* The twelve of one class; NaN where undefined. */
static void weigh_class(const struct eval_weighted *run, const struct class_lists *lists,
    const uint32_t *weights, struct eval_weighing *scratch, double stats[EVAL_STATS])
{
    double ap[EVAL_MOST_IOUS];
    int64_t positives[EVAL_AREAS], heads[2] = {0};
    for (int i = 0; i < EVAL_STATS; i++)
        stats[i] = NAN;
    weigh_truths(lists, weights, positives);
    if (!positives[EVAL_ALL])
        return;
    for (int area = EVAL_SMALL; area < EVAL_AREAS; area++) {
        if (!positives[area])
            continue;
        stats[EVAL_ARS + area - EVAL_SMALL] =
            weigh_curve(run, lists->curves[area], weights, positives[area], scratch, ap);
        stats[EVAL_APS + area - EVAL_SMALL] = mean(ap, run->iou_count);
    }
    stats[EVAL_AR100] =
        weigh_curve(run, lists->curves[EVAL_ALL], weights, positives[EVAL_ALL], scratch, ap);
    stats[EVAL_AP] = mean(ap, run->iou_count);
    if (run->ap50 != EVAL_IOU_CUSTOM)
        stats[EVAL_AP50] = ap[run->ap50];
    if (run->ap75 != EVAL_IOU_CUSTOM)
        stats[EVAL_AP75] = ap[run->ap75];
    for (size_t i = 0; i < lists->head_count; i++)
        for (int m = 0; m < 2; m++)
            heads[m] += (int64_t)weights[lists->heads[i].image] * lists->heads[i].tp[m];
    for (int m = 0; m < 2; m++)
        stats[EVAL_AR1 + m] =
            (double)heads[m] / ((double)positives[EVAL_ALL] * run->iou_count);
}

/* Precision, recall and F1 of COUNTS into three in a row. */
static void write_rates(const struct eval_counts *counts, double rates[3])
{
    rates[0] = eval_precision(counts);
    rates[1] = eval_recall(counts);
    rates[2] = eval_f1(counts);
}

static void add_counts(
    struct eval_counts *to, uint32_t weight, const struct image_counts *counts)
{
    to->tp += (int64_t)weight * counts->tp;
    to->fp += (int64_t)weight * counts->fp;
    to->fn += (int64_t)weight * counts->fn;
}

/* The numbers of LISTS' class, of which STATS are known, into every CATEGORIES-th of CLASS. */
static void tell_class(const struct class_lists *lists, const uint32_t *weights,
    const double stats[EVAL_STATS], int class_numbers, size_t categories, double *class)
{
    double all[EVAL_CLASS_NUMBERS] = {[EVAL_CLASS_AP] = stats[EVAL_AP],
        [EVAL_CLASS_AP50] = stats[EVAL_AP50],
        [EVAL_CLASS_AR100] = stats[EVAL_AR100]};
    struct eval_counts counts = {0};
    for (size_t i = 0; class_numbers > EVAL_CLASS_PRECISION && i < lists->spot_count; i++)
        add_counts(&counts, weights[lists->spots[i].image], &lists->spots[i].counts);
    write_rates(&counts, &all[EVAL_CLASS_PRECISION]);
    for (int n = 0; n < class_numbers; n++)
        class[(size_t)n * categories] = all[n];
}

static void weigh_images(
    const struct eval_weighted *run, const uint32_t *weights, double *numbers)
{
    struct eval_counts counts = {0};
    for (size_t i = 0; i < run->image_count; i++)
        add_counts(&counts, weights[i], &run->images[i]);
    numbers[EVAL_N_TP] = (double)counts.tp;
    numbers[EVAL_N_FP] = (double)counts.fp;
    numbers[EVAL_N_FN] = (double)counts.fn;
    write_rates(&counts, &numbers[EVAL_N_PRECISION]);
}

void eval_weighted_numbers(const struct eval_weighted *run, const uint32_t *weights,
    struct eval_weighing *scratch, int class_numbers, double *numbers)
{
    double stats[EVAL_STATS], sums[EVAL_STATS] = {0};
    size_t counts[EVAL_STATS] = {0};
    double *classes = numbers + EVAL_NUMBERS;
    for (size_t c = 0; c < run->category_count * (size_t)class_numbers; c++)
        classes[c] = NAN;
    for (size_t c = 0; c < run->class_count; c++) {
        weigh_class(run, &run->classes[c], weights, scratch, stats);
        for (int i = 0; i < EVAL_STATS; i++) {
            sums[i] += isnan(stats[i]) ? 0 : stats[i];
            counts[i] += !isnan(stats[i]);
        }
        if (class_numbers)
            tell_class(&run->classes[c], weights, stats, class_numbers, run->category_count,
                classes + run->classes[c].category);
    }
    for (int i = 0; i < EVAL_STATS; i++)
        numbers[i] = counts[i] ? sums[i] / (double)counts[i] : NAN;
    weigh_images(run, weights, numbers);
}
