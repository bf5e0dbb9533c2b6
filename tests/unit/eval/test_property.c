/*
 * The engine beside a slow evaluator that follows pycocotools' loops word by word, on thousands of
 * small random sets full of ties, crowds, empty sides and boxes without area.
 */
#include "sets.h"

#include "eval/image_stats.h"
#include "eval/verdicts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 4000, MOST = 256, IMAGES = 4, CLASSES = 3 };

static const double RANGES[4][2] = {{0, 1e10}, {0, 1024}, {1024, 9216}, {9216, 1e10}};

static uint32_t next(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % below;
}

/* A coarse grid makes equal boxes, touching boxes and IoUs on thresholds frequent. */
static struct box random_box(uint64_t *state)
{
    static const double SIDES[] = {0, 8, 10, 10, 16, 20, 32, 40, 96, 100};
    double step = next(state, 2) ? 8 : 5;
    return (struct box){step * next(state, 5), step * next(state, 5), SIDES[next(state, 10)],
        SIDES[next(state, 10)]};
}

static void random_set(uint64_t *state, struct dataset *dataset, struct detections *detections)
{
    uint32_t truths = next(state, 16), found = next(state, 40), few = next(state, 3);
    for (uint32_t i = 0; i < truths; i++) {
        struct box b = random_box(state);
        struct annotation *a = sets_annotate(dataset, (int32_t)next(state, IMAGES),
            (int32_t)next(state, CLASSES), b.x, b.y, b.w, b.h);
        a->crowd = next(state, 6) == 0;
        if (next(state, 3) == 0)
            a->area *= .7;
        a->id = i; /* from 0 */
    }
    for (uint32_t i = 0; i < found; i++) {
        struct box b = random_box(state);
        if (few)
            b = truths ? dataset->annotations[next(state, truths)].box : b;
        b.w += (double)next(state, 4);
        sets_detect(detections, (int32_t)next(state, IMAGES), (int32_t)next(state, CLASSES),
            next(state, 12) * .1 - .1, b.x, b.y, b.w, b.h);
    }
}

static double slow_iou(const struct box *d, const struct annotation *a)
{
    const struct box *g = &a->box;
    double w = fmin(d->w + d->x, g->w + g->x) - fmax(d->x, g->x);
    double h = fmin(d->h + d->y, g->h + g->y) - fmax(d->y, g->y);
    if (w <= 0 || h <= 0)
        return 0;
    double i = w * h;
    return i / (a->crowd ? d->w * d->h : d->w * d->h + g->w * g->h - i);
}

/* The detections of one image and class by score, ties in file order; at most LIMIT. */
static int slow_rank(
    const struct detections *detections, int32_t image, int32_t class, int limit, int *order)
{
    int n = 0;
    for (size_t i = 0; i < detections->count; i++) {
        const struct detection *row = &detections->rows[i];
        if (row->image_key != image || row->category_key != class)
            continue;
        int at = n++;
        for (; at > 0 && detections->rows[order[at - 1]].score < row->score; at--)
            order[at] = order[at - 1];
        order[at] = (int)i;
    }
    return n < limit ? n : limit;
}

struct slow {
    double score;
    bool tp, ignored;
};

static bool is_ignored(const struct annotation *a, int area)
{
    return a->crowd || a->area < RANGES[area][0] || a->area > RANGES[area][1];
}

/* evaluateImg at one threshold and area; appends to ALL. Returns the ground truth that counts. */
static int slow_image(const struct dataset *dataset, const struct detections *detections,
    int32_t image, int32_t class, double threshold, int area, int limit, struct slow *all, int *n)
{
    const struct annotation *gt[MOST];
    int gts = 0, positives = 0, order[MOST];
    bool matched[MOST] = {false};
    for (int ignored = 0; ignored < 2; ignored++)
        for (size_t i = 0; i < dataset->annotation_count; i++) {
            const struct annotation *a = &dataset->annotations[i];
            if (a->image == image && a->category == class && is_ignored(a, area) == ignored) {
                gt[gts++] = a;
                positives += !ignored;
            }
        }
    int ranked = slow_rank(detections, image, class, limit, order);
    for (int d = 0; d < ranked; d++) {
        const struct detection *row = &detections->rows[order[d]];
        double best = fmin(threshold, 1 - 1e-10), size = row->box.w * row->box.h;
        int m = -1;
        for (int g = 0; g < gts; g++) {
            if (matched[g] && !gt[g]->crowd)
                continue;
            if (m > -1 && !is_ignored(gt[m], area) && is_ignored(gt[g], area))
                break;
            double iou = slow_iou(&row->box, gt[g]);
            if (iou < best)
                continue;
            best = iou;
            m = g;
        }
        bool outside = size < RANGES[area][0] || size > RANGES[area][1];
        bool ignored = m > -1 ? is_ignored(gt[m], area) : outside;
        if (m > -1)
            matched[m] = true;
        all[(*n)++] = (struct slow){row->score, m > -1 && !ignored, ignored};
    }
    return positives;
}

/* Images FROM..TO. */
struct span {
    int32_t from, to;
};

static const struct span ALL = {0, IMAGES - 1};

/* accumulate for one class: AP and recall, -1 without ground truth. */
static void slow_class(const struct dataset *dataset, const struct detections *detections,
    struct span images, int32_t class, double threshold, int area, int limit, double *ap,
    double *recall)
{
    struct slow all[MOST], sorted[MOST];
    int n = 0, positives = 0, kept = 0;
    for (int32_t image = images.from; image <= images.to; image++)
        positives += slow_image(dataset, detections, image, class, threshold, area, limit, all, &n);
    for (int i = 0; i < n; i++) {
        int at = i;
        for (; at > 0 && sorted[at - 1].score < all[i].score; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = all[i];
    }
    double tp = 0, fp = 0, precision[MOST], recalls[MOST];
    *ap = *recall = -1;
    if (!positives)
        return;
    for (int i = 0; i < n; i++, kept++) {
        tp += sorted[i].tp;
        fp += !sorted[i].tp && !sorted[i].ignored;
        recalls[i] = tp / positives;
        precision[i] = tp / (fp + tp + 0x1p-52);
    }
    for (int i = n - 1; i > 0; i--)
        precision[i - 1] = fmax(precision[i - 1], precision[i]);
    *recall = n ? recalls[n - 1] : 0;
    *ap = 0;
    for (int r = 0; r <= 100; r++) {
        int at = 0;
        while (at < n && recalls[at] < (r == 100 ? 1 : r * .01))
            at++;
        *ap += at < n ? precision[at] / 101 : 0;
    }
}

/* Mean over classes and thresholds FIRST..LAST of what is defined. */
static double slow_mean(const struct dataset *dataset, const struct detections *detections,
    struct span images, int first, int last, int area, int limit, bool wants_recall)
{
    double sum = 0, count = 0;
    for (int32_t class = 0; class < CLASSES; class ++)
        for (int t = first; t <= last; t++) {
            double ap, recall;
            double threshold = t == 9 ? .95 : .5 + t * ((.95 - .5) / 9);
            slow_class(dataset, detections, images, class, threshold, area, limit, &ap, &recall);
            double value = wants_recall ? recall : ap;
            if (value > -1) {
                sum += value;
                count++;
            }
        }
    return count > 0 ? sum / count : -1;
}

static void check_stats(const struct dataset *dataset, const struct detections *detections,
    struct span images, const double *stats)
{
    static const struct {
        int first, last, area, limit;
        bool recall;
    } WANTED[EVAL_STATS] = {{0, 9, 0, 100, false}, {0, 0, 0, 100, false}, {5, 5, 0, 100, false},
        {0, 9, 1, 100, false}, {0, 9, 2, 100, false}, {0, 9, 3, 100, false}, {0, 9, 0, 1, true},
        {0, 9, 0, 10, true}, {0, 9, 0, 100, true}, {0, 9, 1, 100, true}, {0, 9, 2, 100, true},
        {0, 9, 3, 100, true}};
    for (int i = 0; i < EVAL_STATS; i++) {
        double should = slow_mean(dataset, detections, images, WANTED[i].first, WANTED[i].last,
            WANTED[i].area, WANTED[i].limit, WANTED[i].recall);
        assert_true(fabs(stats[i] - should) < 1e-12);
    }
}

static void check_single_images(
    const struct dataset *dataset, const struct detections *detections, const struct eval_set *set)
{
    struct err err;
    double stats[IMAGES][EVAL_STATS];
    assert_true(eval_image_stats(dataset, set, stats, &err));
    for (int32_t i = 0; i < IMAGES; i++)
        check_stats(dataset, detections, (struct span){i, i}, stats[i]);
}

/* Counts at a confidence, with the detections below it taken away before matching. */
static struct eval_counts slow_counts(const struct dataset *dataset,
    const struct detections *detections, double iou, double confidence, int32_t image)
{
    struct eval_counts counts = {0};
    for (int32_t class = 0; class < CLASSES; class ++) {
        struct slow all[MOST];
        int n = 0;
        int64_t tp = 0;
        int positives = slow_image(dataset, detections, image, class, iou, 0, 100, all, &n);
        for (int i = 0; i < n; i++) {
            bool counts_here = all[i].score >= confidence;
            tp += counts_here && all[i].tp;
            counts.ignored += counts_here && all[i].ignored;
            counts.fp += counts_here && !all[i].tp && !all[i].ignored;
        }
        counts.tp += tp;
        counts.fn += positives - tp;
    }
    return counts;
}

static void assert_counts(const struct eval_counts *is, const struct eval_counts *should)
{
    assert_int_equal(is->tp, should->tp);
    assert_int_equal(is->fp, should->fp);
    assert_int_equal(is->fn, should->fn);
    assert_int_equal(is->ignored, should->ignored);
}

static void check_counts(const struct dataset *dataset, const struct detections *detections,
    const struct eval_set *set, double iou, struct arena *arena)
{
    struct err err;
    struct eval_set *again = eval_rematch(dataset, detections, set, iou, arena, &err);
    assert_non_null(again);
    struct eval_set *twice = eval_rematch(dataset, detections, again, .5, arena, &err);
    for (size_t i = 0; i < set->count; i++) {
        unsigned is = (unsigned)(again->tp[EVAL_ALL][i] | again->ignored[EVAL_ALL][i]);
        assert_true(again->gt[i] < 0 || is >> EVAL_IOU_CUSTOM & 1);
        assert_true(again->gt[i] >= 0 || !(again->tp[EVAL_ALL][i] >> EVAL_IOU_CUSTOM & 1));
        assert_int_equal(twice->gt[i], set->gt[i]);
        assert_int_equal(twice->tp[EVAL_ALL][i] >> EVAL_IOU_CUSTOM & 1, set->tp[EVAL_ALL][i] & 1);
    }
    for (int step = -1; step <= 11; step += 3) {
        double confidence = step * .1;
        struct eval_counts total, images[IMAGES], sum = {0};
        eval_counts_at(again, EVAL_IOU_CUSTOM, confidence, NULL, &total, NULL, images);
        for (int32_t i = 0; i < IMAGES; i++) {
            struct eval_counts should = slow_counts(dataset, detections, iou, confidence, i);
            struct eval_boxes boxes;
            assert_counts(&images[i], &should);
            assert_true(eval_image_boxes(
                dataset, detections, set, i, iou, confidence, NULL, arena, &boxes, &err));
            assert_counts(&boxes.counts, &should);
            sum.tp += should.tp;
            sum.fp += should.fp;
            sum.fn += should.fn;
            sum.ignored += should.ignored;
        }
        assert_counts(&total, &sum);
    }
}

static void check_best(const struct eval_set *set)
{
    struct eval_best best;
    struct err err;
    double confidence = NAN, f1 = NAN;
    assert_true(eval_best_f1(set, 3, NULL, &best, &err));
    for (size_t i = 0; set->gt_count && i < set->count; i++) {
        struct eval_counts counts, curve;
        eval_counts_at(set, 3, set->score[i], NULL, &counts, NULL, NULL);
        eval_counts_curve(set, 3, NULL, &set->score[i], 1, &curve);
        assert_counts(&curve, &counts);
        double value = eval_f1(&counts);
        if (isnan(f1) || value > f1 || (value == f1 && set->score[i] > confidence)) {
            f1 = value;
            confidence = set->score[i];
        }
    }
    assert_true(best.f1 == f1 || (isnan(best.f1) && isnan(f1)));
    assert_true(best.confidence == confidence || (isnan(best.confidence) && isnan(confidence)));
}

static void small_sets_agree_with_the_slow_evaluator(void **unused)
{
    (void)unused;
    static const double IOUS[] = {.05, .3, .5, .8, 1};
    uint64_t state = 20240501;
    for (int i = 0; i < CASES; i++) {
        struct arena arena;
        struct err err;
        struct eval_summary summary;
        arena_init(&arena, 0);
        struct dataset *dataset = sets_truth(IMAGES, CLASSES);
        struct detections *detections = sets_detections(IMAGES, CLASSES);
        random_set(&state, dataset, detections);
        struct eval_set *set = sets_match(dataset, detections, &arena);
        assert_true(eval_stats(set, &arena, &summary, &err));
        check_stats(dataset, detections, ALL, summary.stats);
        check_single_images(dataset, detections, set);
        check_counts(dataset, detections, set, IOUS[i % 5], &arena);
        check_best(set);
        detections_free(detections);
        dataset_free(dataset);
        arena_done(&arena);
    }
}

/* Other thresholds and limits: a part of the grid has that part of its numbers. */
static void settings_choose_thresholds_and_limits(void **unused)
{
    (void)unused;
    uint64_t state = 7;
    struct eval_settings settings = {
        .max_dets = {1, 2, 3}, .iou_count = 3, .ious = {.5, .75, .95}, .threads = 1};
    for (int i = 0; i < CASES / 4; i++) {
        struct arena arena;
        struct err err;
        struct eval_summary summary;
        arena_init(&arena, 0);
        struct dataset *dataset = sets_truth(IMAGES, CLASSES);
        struct detections *detections = sets_detections(IMAGES, CLASSES);
        random_set(&state, dataset, detections);
        struct eval_set *set = sets_match_as(dataset, detections, &settings, &arena);
        assert_true(eval_stats(set, &arena, &summary, &err));
        static const int INDEX[] = {0, 5, 9};
        double sum = 0;
        for (int t = 0; t < 3; t++) {
            double should =
                slow_mean(dataset, detections, ALL, INDEX[t], INDEX[t], 0, 3, false);
            assert_true(fabs(summary.ap_per_iou[t] - should) < 1e-12);
            sum += should;
        }
        assert_true(fabs(summary.stats[EVAL_AP] - sum / 3) < 1e-12);
        for (int m = 0; m < 3; m++) {
            double recall = 0;
            for (int t = 0; t < 3; t++)
                recall += slow_mean(dataset, detections, ALL, INDEX[t], INDEX[t], 0, m + 1, true);
            assert_true(fabs(summary.stats[EVAL_AR1 + m] - recall / 3) < 1e-12);
        }
        settings.ious[1] = .7;
        set = sets_match_as(dataset, detections, &settings, &arena);
        assert_true(eval_stats(set, &arena, &summary, &err));
        assert_true(summary.stats[EVAL_AP75] == -1);
        assert_true((summary.stats[EVAL_AP50] == -1) == (set->gt_count == 0));
        settings.ious[1] = .75;
        detections_free(detections);
        dataset_free(dataset);
        arena_done(&arena);
    }
}

static void assert_same_set(const struct eval_set *a, const struct eval_set *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->group_count, b->group_count);
    assert_memory_equal(a->groups, b->groups, a->group_count * sizeof *a->groups);
    assert_memory_equal(a->score, b->score, a->count * sizeof *a->score);
    assert_memory_equal(a->row, b->row, a->count * sizeof *a->row);
    assert_memory_equal(a->gt, b->gt, a->count * sizeof *a->gt);
    assert_memory_equal(a->iou, b->iou, a->count * sizeof *a->iou);
    for (int area = 0; area < EVAL_AREAS; area++) {
        assert_memory_equal(a->tp[area], b->tp[area], a->count * sizeof *a->tp[area]);
        assert_memory_equal(
            a->ignored[area], b->ignored[area], a->count * sizeof *a->ignored[area]);
    }
}

/* Enough groups and detections that threads share them out. */
static void threads_change_nothing(void **unused)
{
    (void)unused;
    enum { ROWS = 32000, TRUTHS = 9000 };
    uint64_t state = 99;
    struct arena arena;
    struct err err;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(SETS_MOST, SETS_MOST);
    struct detections *detections = sets_detections(SETS_MOST, SETS_MOST);
    for (int i = 0; i < TRUTHS; i++) {
        struct box b = random_box(&state);
        sets_annotate(dataset, (int32_t)next(&state, SETS_MOST), (int32_t)next(&state, SETS_MOST),
            b.x, b.y, b.w, b.h)
            ->crowd = next(&state, 9) == 0;
    }
    for (int i = 0; i < ROWS; i++) {
        struct box b = random_box(&state);
        sets_detect(detections, (int32_t)next(&state, SETS_MOST), (int32_t)next(&state, SETS_MOST),
            next(&state, 50) * .02, b.x, b.y, b.w, b.h);
    }
    struct eval_settings settings = eval_settings_default();
    struct eval_set *alone = sets_match_as(dataset, detections, &settings, &arena);
    settings.threads = 4;
    struct eval_set *shared = sets_match_as(dataset, detections, &settings, &arena);
    assert_same_set(alone, shared);
    struct eval_set *low = eval_rematch(dataset, detections, alone, .31, &arena, &err);
    struct eval_set *shared_low = eval_rematch(dataset, detections, shared, .31, &arena, &err);
    assert_same_set(low, shared_low);
    struct eval_summary one, many;
    assert_true(eval_stats(alone, &arena, &one, &err) && eval_stats(shared, &arena, &many, &err));
    assert_memory_equal(one.stats, many.stats, sizeof one.stats);
    assert_memory_equal(one.ap_per_iou, many.ap_per_iou, sizeof one.ap_per_iou);
    assert_true(one.stats[EVAL_AP] > 0);
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(small_sets_agree_with_the_slow_evaluator),
        cmocka_unit_test(settings_choose_thresholds_and_limits),
        cmocka_unit_test(threads_change_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
