#include "eval/counts.h"

#include "eval/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double eval_precision(const struct eval_counts *counts)
{
    int64_t found = counts->tp + counts->fp;
    return found ? (double)counts->tp / (double)found : NAN;
}

double eval_recall(const struct eval_counts *counts)
{
    int64_t there = counts->tp + counts->fn;
    return there ? (double)counts->tp / (double)there : NAN;
}

double eval_f1(const struct eval_counts *counts)
{
    int64_t all = 2 * counts->tp + counts->fp + counts->fn;
    return all ? (double)(2 * counts->tp) / (double)all : NAN;
}

static void counts_add(struct eval_counts *to, const struct eval_counts *more)
{
    to->tp += more->tp;
    to->fp += more->fp;
    to->fn += more->fn;
    to->ignored += more->ignored;
}

/* So many detections at a time; three counts of them fit in a word. */
enum { CHUNK = 1024, FIELD_BITS = 16 };

/*
 * Running totals over N detections: true positives in the lowest field, then ignored ones, then all
 * that reach CONFIDENCE. No branch depends on the scores or on where the short groups end: wrong
 * guesses of the processor would cost more than the work, and unevenly.
 */
static void sum_up(const struct eval_set *set, uint32_t first, uint32_t n,
    const struct eval_at *at, double confidence, uint64_t totals[CHUNK + 1])
{
    const double *score = set->score + first;
    const uint16_t *tp = set->tp[at->area] + first, *ignored = set->ignored[at->area] + first;
    int iou_index = at->iou_index;
    uint64_t total = 0;
    totals[0] = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t both = tp[i] | (uint32_t)ignored[i] << FIELD_BITS;
        uint64_t one = (both >> iou_index & (1 | 1 << FIELD_BITS)) | UINT64_C(1) << 2 * FIELD_BITS;
        total += one & -(uint64_t)(score[i] >= confidence);
        totals[i + 1] = total;
    }
}

static struct eval_counts counts_of(uint64_t total)
{
    static const uint64_t FIELD = (1 << FIELD_BITS) - 1;
    int64_t tp = (int64_t)(total & FIELD), ignored = (int64_t)(total >> FIELD_BITS & FIELD);
    int64_t all = (int64_t)(total >> 2 * FIELD_BITS);
    return (struct eval_counts){.tp = tp, .ignored = ignored, .fp = all - tp - ignored};
}

/* Adds to the images what their groups, from number FIRST on, have of N detections from AT; returns
 * the group that goes on behind them, or is the next. */
static uint32_t add_groups(const struct eval_set *set, uint32_t first, uint32_t at, uint32_t n,
    const uint64_t totals[CHUNK + 1], struct eval_counts *per_image)
{
    uint32_t g = first, stop = at + n, end = at;
    for (; end < stop; g++) {
        const struct eval_group *group = &set->groups[g];
        uint32_t start = group->start > at ? group->start : at;
        end = group->start + group->count;
        uint32_t to = end < stop ? end : stop;
        struct eval_counts counts = counts_of(totals[to - at] - totals[start - at]);
        counts_add(&per_image[group->image], &counts);
    }
    return end > stop ? g - 1 : g;
}

static struct eval_counts count_category(const struct eval_set *set, size_t category,
    const struct eval_at *at, struct eval_counts *per_image)
{
    struct eval_counts sum = {0};
    uint64_t totals[CHUNK + 1];
    double confidence = eval_confidence_of(at, category);
    uint32_t end = set->category_start[category + 1], group = set->category_group[category];
    for (uint32_t i = set->category_start[category], n; i < end; i += n) {
        n = end - i < CHUNK ? end - i : CHUNK;
        sum_up(set, i, n, at, confidence, totals);
        struct eval_counts counts = counts_of(totals[n]);
        counts_add(&sum, &counts);
        if (per_image)
            group = add_groups(set, group, i, n, totals, per_image);
    }
    return sum;
}

void eval_counts_of(const struct eval_set *set, const struct eval_at *at,
    struct eval_counts *total, struct eval_counts *per_category, struct eval_counts *per_image)
{
    *total = (struct eval_counts){0};
    if (per_category)
        memset(per_category, 0, set->category_count * sizeof *per_category);
    if (per_image)
        memset(per_image, 0, set->image_count * sizeof *per_image);
    for (size_t c = 0; c < set->category_count; c++) {
        if (!eval_filter_has(at->filter, c))
            continue;
        struct eval_counts counts = count_category(set, c, at, per_image);
        for (uint32_t i = set->category_gt[c]; per_image && i < set->category_gt[c + 1]; i++)
            per_image[set->gt_image[i]].fn += set->gt_areas[i] >> at->area & 1;
        counts.fn = set->positives[c][at->area] - counts.tp;
        if (per_category)
            per_category[c] = counts;
        counts_add(total, &counts);
    }
    for (size_t i = 0; per_image && i < set->image_count; i++)
        per_image[i].fn -= per_image[i].tp;
}

void eval_counts_at(const struct eval_set *set, int iou_index, double confidence,
    eval_filter filter, struct eval_counts *total, struct eval_counts *per_category,
    struct eval_counts *per_image)
{
    struct eval_at at = {.iou_index = iou_index, .confidence = confidence, .filter = filter};
    eval_counts_of(set, &at, total, per_category, per_image);
}

/* The filtered detections by score, and the ground truth they are held against. */
static size_t rank_filtered(const struct eval_set *set, const struct eval_at *at,
    struct rank_item *ranked, int64_t *positives)
{
    size_t n = 0;
    *positives = 0;
    for (size_t c = 0; c < set->category_count; c++) {
        if (!eval_filter_has(at->filter, c))
            continue;
        *positives += set->positives[c][at->area];
        for (uint32_t i = set->category_start[c]; i < set->category_start[c + 1]; i++)
            ranked[n++] = (struct rank_item){rank_key(set->score[i]), i};
    }
    return n;
}

static size_t count_filtered(const struct eval_set *set, eval_filter filter)
{
    size_t n = 0;
    for (size_t c = 0; c < set->category_count; c++)
        if (eval_filter_has(filter, c))
            n += set->category_start[c + 1] - set->category_start[c];
    return n;
}

/* Walks down the scores; a threshold stands only behind the last of equal scores. */
static void find_best(const struct eval_set *set, const struct eval_at *looked_at,
    const struct rank_item *ranked, size_t n, int64_t positives, struct eval_best *best)
{
    struct eval_counts counts = {.fn = positives};
    const uint16_t *tp = set->tp[looked_at->area], *ignored = set->ignored[looked_at->area];
    for (size_t i = 0; i < n; i++) {
        uint32_t at = ranked[i].index;
        if (tp[at] >> looked_at->iou_index & 1) {
            counts.tp++;
            counts.fn--;
        } else if (ignored[at] >> looked_at->iou_index & 1) {
            counts.ignored++;
        } else {
            counts.fp++;
        }
        if (i + 1 < n && ranked[i + 1].key == ranked[i].key)
            continue;
        double f1 = eval_f1(&counts);
        if (f1 > best->f1 || isnan(best->f1))
            *best = (struct eval_best){set->score[at], f1, counts};
    }
}

static void find_best_shift(
    const struct eval_set *set, const struct eval_at *at, struct eval_best *best)
{
    enum { SHIFTS = 101 };
    double shifts[SHIFTS];
    struct eval_counts counts[SHIFTS];
    for (int i = 0; i < SHIFTS; i++)
        shifts[i] = (i - SHIFTS / 2) / 100.;
    eval_counts_curve(set, at, shifts, SHIFTS, counts);
    for (int i = 0; i < SHIFTS && counts[0].tp + counts[0].fn; i++) {
        double f1 = eval_f1(&counts[i]);
        if (!(f1 < best->f1) &&
            (!(f1 == best->f1) || fabs(shifts[i]) < fabs(best->confidence)))
            *best = (struct eval_best){shifts[i], f1, counts[i]};
    }
}

bool eval_best_f1_of(const struct eval_set *set, const struct eval_at *at, struct eval_best *best,
    struct err *err)
{
    *best = (struct eval_best){.confidence = NAN, .f1 = NAN};
    size_t room = count_filtered(set, at->filter);
    if (at->of_category) {
        if (room)
            find_best_shift(set, at, best);
        return true;
    }
    struct rank_item *ranked = calloc(2 * room + 1, sizeof *ranked);
    if (!ranked)
        return err_set(err, ERR_MEMORY, "out of memory while ranking detections");
    int64_t positives;
    size_t n = rank_filtered(set, at, ranked, &positives);
    rank_sort(ranked, ranked + n, n);
    if (positives)
        find_best(set, at, ranked, n, positives, best);
    free(ranked);
    return true;
}

bool eval_best_f1(const struct eval_set *set, int iou_index, eval_filter filter,
    struct eval_best *best, struct err *err)
{
    const struct eval_at at = {.iou_index = iou_index, .filter = filter};
    return eval_best_f1_of(set, &at, best, err);
}

/* How many of the N ascending thresholds of CATEGORY a SCORE reaches, with a guess to start from. */
static size_t thresholds_reached(const struct eval_at *at, size_t category,
    const double *thresholds, size_t n, double score, size_t guess)
{
    const double *own = at->of_category ? &at->of_category[category] : NULL;
    while (guess < n && score >= (own ? eval_shifted(*own, thresholds[guess]) : thresholds[guess]))
        guess++;
    while (guess > 0 &&
           score < (own ? eval_shifted(*own, thresholds[guess - 1]) : thresholds[guess - 1]))
        guess--;
    return guess;
}

static size_t guess_reached(const double *thresholds, size_t n, double score)
{
    double part = (score - thresholds[0]) / (thresholds[n - 1] - thresholds[0]);
    if (!(part > 0))
        return 0;
    return part >= 1 ? n : (size_t)(part * (double)(n - 1)) + 1;
}

/* Adds the detections of CATEGORY to the counts of the highest threshold that each reaches. */
static void add_category(const struct eval_set *set, const struct eval_at *at, size_t category,
    const double *thresholds, size_t n, struct eval_counts *out)
{
    const uint16_t *tp = set->tp[at->area], *ignored = set->ignored[at->area];
    double own = at->of_category ? at->of_category[category] : 0;
    for (uint32_t i = set->category_start[category]; i < set->category_start[category + 1]; i++) {
        size_t guess = guess_reached(thresholds, n, set->score[i] - own);
        size_t reached = thresholds_reached(at, category, thresholds, n, set->score[i], guess);
        if (!reached)
            continue;
        struct eval_counts *counts = &out[reached - 1];
        int64_t hit = tp[i] >> at->iou_index & 1, skip = ignored[i] >> at->iou_index & 1;
        counts->tp += hit;
        counts->ignored += skip;
        counts->fp += 1 - hit - skip;
    }
}

void eval_counts_curve(const struct eval_set *set, const struct eval_at *at,
    const double *thresholds, size_t n, struct eval_counts *out)
{
    int64_t positives = 0;
    if (!n)
        return;
    memset(out, 0, n * sizeof *out);
    for (size_t c = 0; c < set->category_count; c++) {
        if (!eval_filter_has(at->filter, c))
            continue;
        positives += set->positives[c][at->area];
        add_category(set, at, c, thresholds, n, out);
    }
    for (size_t i = n; i-- > 0;) {
        if (i + 1 < n)
            counts_add(&out[i], &out[i + 1]);
    }
    for (size_t i = 0; i < n; i++)
        out[i].fn = positives - out[i].tp;
}
