/*
 * COCO's accumulate and summarize over a matched set (cocoeval.py), class by class.
 * Knows: masks, scores and counts of ground truth. Must not know: boxes, datasets.
 *
 * Precision falls between two true positives, so only their positions matter for the 101 recall
 * points.
 */
#include "base/parallel.h"
#include "eval/coco.h"
#include "eval/rank.h"

#include <float.h>
#include <stdlib.h>

/* Fewer detections than this are counted sooner than a thread is made. */
enum { WORTH_A_THREAD = 20000 };

static const char *const STAT_NAMES[EVAL_STATS] = {
    "AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"};

const char *eval_stat_name(int stat)
{
    return (unsigned)stat < EVAL_STATS ? STAT_NAMES[stat] : NULL;
}

/* What one class needs at a time. */
struct sweep {
    const struct eval_set *set;
    struct rank_item *ranked; /* the class's detections by score; as much scratch behind */
    double *precision;        /* [iou_count][most]: at each true positive */
    uint32_t *position;       /* the same: detection in the columns */
    size_t most;              /* ground truth of the largest class */
    int64_t tp[EVAL_MOST_IOUS]; /* true positives found */
};

/* A mask with all thresholds of the set. */
static unsigned all_ious(const struct eval_set *set)
{
    return (1u << set->settings.iou_count) - 1;
}

static bool sweep_init(struct sweep *sweep, const struct eval_set *set)
{
    *sweep = (struct sweep){.set = set};
    size_t longest = 0;
    for (size_t c = 0; c < set->category_count; c++) {
        size_t rows = set->category_start[c + 1] - set->category_start[c];
        longest = rows > longest ? rows : longest;
        size_t positives = (size_t)set->positives[c][EVAL_ALL];
        sweep->most = positives > sweep->most ? positives : sweep->most;
    }
    sweep->ranked = calloc(2 * longest + 1, sizeof *sweep->ranked);
    size_t hits = (size_t)set->settings.iou_count * sweep->most;
    sweep->precision = calloc(hits + 1, sizeof *sweep->precision);
    sweep->position = calloc(hits + 1, sizeof *sweep->position);
    return sweep->ranked && sweep->precision && sweep->position;
}

static void sweep_done(struct sweep *sweep)
{
    free(sweep->ranked);
    free(sweep->precision);
    free(sweep->position);
}

static size_t rank_class(struct sweep *sweep, size_t category)
{
    const struct eval_set *set = sweep->set;
    uint32_t start = set->category_start[category];
    size_t n = set->category_start[category + 1] - start;
    for (size_t i = 0; i < n; i++)
        sweep->ranked[i] = (struct rank_item){rank_key(set->score[start + i]), start + (uint32_t)i};
    rank_sort(sweep->ranked, sweep->ranked + n, n);
    return n;
}

/* Notes precision and position at each true positive of AREA, in order of scores. */
static void find_true_positives(struct sweep *sweep, size_t n, int area)
{
    const uint16_t *tp = sweep->set->tp[area], *ignored = sweep->set->ignored[area];
    unsigned all = all_ious(sweep->set);
    int64_t seen = 0, passed_over[EVAL_MOST_IOUS] = {0};
    for (int t = 0; t < EVAL_MOST_IOUS; t++)
        sweep->tp[t] = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t at = sweep->ranked[i].index;
        unsigned hit = tp[at] & all, skip = ignored[at] & all;
        if (skip == all)
            continue;
        seen++;
        for (; skip; skip &= skip - 1)
            passed_over[__builtin_ctz(skip)]++;
        for (; hit; hit &= hit - 1) {
            int t = __builtin_ctz(hit);
            size_t slot = (size_t)t * sweep->most + (size_t)sweep->tp[t]++;
            sweep->precision[slot] =
                (double)sweep->tp[t] / ((double)(seen - passed_over[t]) + DBL_EPSILON);
            sweep->position[slot] = at;
        }
    }
}

static double recall_threshold(int index)
{
    return index == EVAL_RECALLS - 1 ? 1 : index * .01;
}

/* Makes precision fall monotonically, from the right. */
static void make_envelope(double *precision, int64_t n)
{
    for (int64_t i = n - 2; i >= 0; i--)
        if (precision[i] < precision[i + 1])
            precision[i] = precision[i + 1];
}

/* The first true positive at or above each recall threshold; n where none is. */
static void find_recalls(int64_t n, int64_t positives, int64_t first[EVAL_RECALLS])
{
    int64_t at = 0;
    for (int r = 0; r < EVAL_RECALLS; r++) {
        while (at < n && (double)(at + 1) / (double)positives < recall_threshold(r))
            at++;
        first[r] = at;
    }
}

/* AP of AREA at each threshold; false when the class has no ground truth there. */
static bool average_precisions(
    struct sweep *sweep, size_t category, size_t n, int area, double ap[EVAL_MOST_IOUS])
{
    int64_t positives = sweep->set->positives[category][area], first[EVAL_RECALLS];
    if (!positives)
        return false;
    find_true_positives(sweep, n, area);
    for (int t = 0; t < sweep->set->settings.iou_count; t++) {
        double *precision = sweep->precision + (size_t)t * sweep->most, sum = 0;
        make_envelope(precision, sweep->tp[t]);
        find_recalls(sweep->tp[t], positives, first);
        for (int r = 0; r < EVAL_RECALLS; r++)
            sum += first[r] < sweep->tp[t] ? precision[first[r]] : 0;
        ap[t] = sum / EVAL_RECALLS;
    }
    return true;
}

/* Mean over the thresholds of the highest recall with the best MOST detections of each image. */
static double average_recall(const struct eval_set *set, size_t category, int area, int32_t most)
{
    int64_t positives = set->positives[category][area], tp = 0;
    unsigned all = all_ious(set);
    if (!positives)
        return -1;
    for (uint32_t g = set->category_group[category]; g < set->category_group[category + 1]; g++) {
        const struct eval_group *group = &set->groups[g];
        uint32_t n = group->count < (uint32_t)most ? group->count : (uint32_t)most;
        for (uint32_t i = group->start; i < group->start + n; i++)
            tp += __builtin_popcount(set->tp[area][i] & all);
    }
    return (double)tp / ((double)positives * set->settings.iou_count);
}

static double mean(const double *values, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += values[i];
    return sum / n;
}

/* The AP at IoU, -1 when it is not among the thresholds. */
static double ap_at(const struct eval_settings *settings, const double *ap, double iou)
{
    int index = eval_iou_index(settings, iou);
    return index == EVAL_IOU_CUSTOM ? -1 : ap[index];
}

static void summarize_class(struct sweep *sweep, size_t category, struct eval_class *out)
{
    const struct eval_set *set = sweep->set;
    const struct eval_settings *settings = &set->settings;
    double *stats = out->stats, sized[EVAL_MOST_IOUS];
    out->gt = set->positives[category][EVAL_ALL];
    out->dt = set->rows_of_category[category];
    for (int i = 0; i < EVAL_STATS; i++)
        stats[i] = -1;
    for (int t = 0; t < EVAL_MOST_IOUS; t++)
        out->ap_per_iou[t] = -1;
    if (!out->gt)
        return;
    size_t n = rank_class(sweep, category);
    average_precisions(sweep, category, n, EVAL_ALL, out->ap_per_iou);
    stats[EVAL_AP] = mean(out->ap_per_iou, settings->iou_count);
    stats[EVAL_AP50] = ap_at(settings, out->ap_per_iou, .5);
    stats[EVAL_AP75] = ap_at(settings, out->ap_per_iou, .75);
    for (int area = EVAL_SMALL; area < EVAL_AREAS; area++) {
        if (average_precisions(sweep, category, n, area, sized))
            stats[EVAL_APS + area - EVAL_SMALL] = mean(sized, settings->iou_count);
        stats[EVAL_ARS + area - EVAL_SMALL] =
            average_recall(set, category, area, settings->max_dets[2]);
    }
    for (int m = 0; m < 3; m++)
        stats[EVAL_AR1 + m] = average_recall(set, category, EVAL_ALL, settings->max_dets[m]);
}

/* Running mean over the classes where a number is defined. */
struct tally {
    double sum;
    int64_t count;
};

static void tally_add(struct tally *tally, double value)
{
    if (value <= -1)
        return;
    tally->sum += value;
    tally->count++;
}

static double tally_mean(const struct tally *tally)
{
    return tally->count ? tally->sum / (double)tally->count : -1;
}

/* Classes by descending number of detections, so that none is left to the end that takes long. */
struct class_order {
    size_t category;
    uint32_t rows;
};

static int compare_orders(const void *left, const void *right)
{
    const struct class_order *a = left, *b = right;
    if (a->rows != b->rows)
        return a->rows > b->rows ? -1 : 1;
    return (a->category > b->category) - (a->category < b->category);
}

/* One call of eval_stats(). */
struct summing {
    struct eval_summary *summary;
    struct class_order *order;
    struct sweep sweeps[PARALLEL_MOST]; /* by worker */
};

static void summarize_next(void *self, int worker, size_t index)
{
    struct summing *summing = self;
    size_t category = summing->order[index].category;
    summarize_class(
        &summing->sweeps[worker], category, &summing->summary->classes[category]);
}

static bool summarize_classes(struct summing *summing, const struct eval_set *set)
{
    int threads = set->count < WORTH_A_THREAD ? 1 : set->settings.threads;
    threads = threads < PARALLEL_MOST ? threads : PARALLEL_MOST;
    bool ready = true;
    for (int w = 0; ready && w < threads; w++)
        ready = sweep_init(&summing->sweeps[w], set);
    summing->order = calloc(set->category_count + 1, sizeof *summing->order);
    if (ready && summing->order) {
        for (size_t c = 0; c < set->category_count; c++)
            summing->order[c] =
                (struct class_order){c, set->category_start[c + 1] - set->category_start[c]};
        qsort(summing->order, set->category_count, sizeof *summing->order, compare_orders);
        parallel_for(threads, set->category_count, summarize_next, summing);
    }
    ready = ready && summing->order;
    for (int w = 0; w < threads; w++)
        sweep_done(&summing->sweeps[w]);
    free(summing->order);
    return ready;
}

bool eval_stats(
    const struct eval_set *set, struct arena *arena, struct eval_summary *summary, struct err *err)
{
    struct summing summing = {.summary = summary};
    struct tally stats[EVAL_STATS] = {0}, ious[EVAL_MOST_IOUS] = {0};
    summary->classes = ARENA_ARRAY(arena, struct eval_class, set->category_count + 1);
    if (!summary->classes || !summarize_classes(&summing, set))
        return err_set(err, ERR_MEMORY, "out of memory while computing metrics");
    for (size_t c = 0; c < set->category_count; c++) {
        const struct eval_class *class = &summary->classes[c];
        for (int i = 0; i < EVAL_STATS; i++)
            tally_add(&stats[i], class->stats[i]);
        for (int t = 0; t < EVAL_MOST_IOUS; t++)
            tally_add(&ious[t], class->ap_per_iou[t]);
    }
    for (int i = 0; i < EVAL_STATS; i++)
        summary->stats[i] = tally_mean(&stats[i]);
    for (int t = 0; t < EVAL_MOST_IOUS; t++)
        summary->ap_per_iou[t] = tally_mean(&ious[t]);
    return true;
}

bool eval_precision_curve(const struct eval_set *set, size_t category, int iou_index,
    double precision[EVAL_RECALLS], double score[EVAL_RECALLS], struct err *err)
{
    struct sweep sweep;
    int64_t first[EVAL_RECALLS], positives = set->positives[category][EVAL_ALL];
    for (int r = 0; r < EVAL_RECALLS; r++) {
        precision[r] = score[r] = positives ? 0 : -1;
    }
    if (!positives)
        return true;
    if (!sweep_init(&sweep, set)) {
        sweep_done(&sweep);
        return err_set(err, ERR_MEMORY, "out of memory while computing a curve");
    }
    size_t n = rank_class(&sweep, category);
    if (n)
        score[0] = set->score[sweep.ranked[0].index]; /* recall 0 is reached by the first of all */
    find_true_positives(&sweep, n, EVAL_ALL);
    size_t start = (size_t)iou_index * sweep.most;
    int64_t found = sweep.tp[iou_index];
    make_envelope(sweep.precision + start, found);
    find_recalls(found, positives, first);
    for (int r = 0; r < EVAL_RECALLS; r++) {
        if (first[r] >= found)
            break;
        precision[r] = sweep.precision[start + (size_t)first[r]];
        if (r)
            score[r] = set->score[sweep.position[start + (size_t)first[r]]];
    }
    sweep_done(&sweep);
    return true;
}
