/*
 * The engine beside a slow evaluator that follows pycocotools' loops word by word, on thousands of
 * small random sets full of ties, crowds, empty sides and boxes without area.
 */
#include "sets.h"
#include "slow.h"

#include "eval/image_stats.h"
#include "eval/verdicts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 4000, IMAGES = 4, CLASSES = 3 };

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

static double box_iou(const struct slow_sets *sets, size_t row, size_t annotation)
{
    return slow_iou(&sets->detections->rows[row].box, &sets->dataset->annotations[annotation]);
}

static double box_area(const struct slow_sets *sets, size_t row)
{
    return sets->detections->rows[row].box.w * sets->detections->rows[row].box.h;
}

static struct slow_sets boxes_of(
    const struct dataset *dataset, const struct detections *detections)
{
    return (struct slow_sets){dataset, detections, box_iou, box_area};
}

static const struct slow_span ALL = {0, IMAGES - 1};

static void check_single_images(
    const struct dataset *dataset, const struct detections *detections, const struct eval_set *set)
{
    struct err err;
    struct slow_sets boxes = boxes_of(dataset, detections);
    double stats[IMAGES][EVAL_STATS];
    assert_true(eval_image_stats(set, stats, &err));
    for (int32_t i = 0; i < IMAGES; i++)
        slow_check_stats(&boxes, (struct slow_span){i, i}, stats[i]);
}

/* Counts at a confidence, with the detections below it taken away before matching. */
static struct eval_counts slow_counts(const struct dataset *dataset,
    const struct detections *detections, double iou, double confidence, int32_t image)
{
    struct eval_counts counts = {0};
    struct slow_sets boxes = boxes_of(dataset, detections);
    for (int32_t class = 0; class < CLASSES; class ++) {
        struct slow_verdict all[SLOW_MOST];
        int n = 0;
        int64_t tp = 0;
        int positives = slow_image(&boxes, image, class, iou, 0, 100, all, &n);
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
        eval_counts_curve(set, &(struct eval_at){.iou_index = 3}, &set->score[i], 1, &curve);
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
        sets_fill(&state, IMAGES, CLASSES, dataset, detections);
        struct eval_set *set = sets_match(dataset, detections, &arena);
        assert_true(eval_stats(set, &arena, &summary, &err));
        struct slow_sets boxes = boxes_of(dataset, detections);
        slow_check_stats(&boxes, ALL, summary.stats);
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
        sets_fill(&state, IMAGES, CLASSES, dataset, detections);
        struct eval_set *set = sets_match_as(dataset, detections, &settings, &arena);
        assert_true(eval_stats(set, &arena, &summary, &err));
        struct slow_sets boxes = boxes_of(dataset, detections);
        static const int INDEX[] = {0, 5, 9};
        double sum = 0;
        for (int t = 0; t < 3; t++) {
            double should =
                slow_mean(&boxes, ALL, INDEX[t], INDEX[t], 0, 3, false);
            assert_true(fabs(summary.ap_per_iou[t] - should) < 1e-12);
            sum += should;
        }
        assert_true(fabs(summary.stats[EVAL_AP] - sum / 3) < 1e-12);
        for (int m = 0; m < 3; m++) {
            double recall = 0;
            for (int t = 0; t < 3; t++)
                recall += slow_mean(&boxes, ALL, INDEX[t], INDEX[t], 0, m + 1, true);
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
        struct box b = sets_random_box(&state);
        sets_annotate(dataset, (int32_t)sets_next(&state, SETS_MOST),
            (int32_t)sets_next(&state, SETS_MOST), b.x, b.y, b.w, b.h)
            ->crowd = sets_next(&state, 9) == 0;
    }
    for (int i = 0; i < ROWS; i++) {
        struct box b = sets_random_box(&state);
        sets_detect(detections, (int32_t)sets_next(&state, SETS_MOST),
            (int32_t)sets_next(&state, SETS_MOST), sets_next(&state, 50) * .02, b.x, b.y, b.w, b.h);
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

/* Makes some boxes and areas larger than any area range. */
static void enlarge(uint64_t *state, struct dataset *dataset, struct detections *detections)
{
    for (size_t i = 0; i < dataset->annotation_count; i++)
        if (sets_next(state, 8) == 0)
            dataset->annotations[i].area = 2e10;
    for (size_t i = 0; i < detections->count; i++)
        if (sets_next(state, 8) == 0)
            detections->rows[i].box.w = 1e10;
    for (size_t i = 0; i < dataset->annotation_count; i++)
        if (sets_next(state, 8) == 0)
            dataset->annotations[i].box.w = 1e10;
}

/* A threshold more gives what it would give as the only one; of equal overlaps too, and where what is
 * kept of them in single precision cannot tell. */
static void rematching_is_matching_at_one_threshold(void **unused)
{
    (void)unused;
    enum { FEW = 2 };
    uint64_t state = 7;
    int64_t found = 0, ignored = 0;
    for (int i = 0; i < CASES; i++) {
        struct arena arena;
        struct err err;
        arena_init(&arena, 0);
        struct dataset *dataset = sets_truth(IMAGES, CLASSES);
        struct detections *detections = sets_detections(IMAGES, CLASSES);
        int images = i % 2 ? IMAGES : FEW;
        sets_fill(&state, images, CLASSES, dataset, detections);
        enlarge(&state, dataset, detections);
        struct eval_set *set = sets_match(dataset, detections, &arena);
        double iou = .05 * (1 + sets_next(&state, 20));
        if (set->count && sets_next(&state, 2)) {
            iou = set->iou[sets_next(&state, (uint32_t)set->count)];
            iou = iou > 0 && iou <= 1 ? iou : 1. / 3;
        }
        struct eval_settings settings = eval_settings_default();
        settings.iou_count = 1;
        settings.ious[0] = iou;
        struct eval_set *should = sets_match_as(dataset, detections, &settings, &arena);
        struct eval_set *is = eval_rematch(dataset, detections, set, iou, &arena, &err);
        assert_memory_equal(is->gt, should->gt, set->count * sizeof *set->gt);
        for (size_t d = 0; d < set->count; d++) {
            assert_int_equal(is->tp[EVAL_ALL][d] >> EVAL_IOU_CUSTOM, should->tp[EVAL_ALL][d]);
            assert_int_equal(
                is->ignored[EVAL_ALL][d] >> EVAL_IOU_CUSTOM, should->ignored[EVAL_ALL][d]);
            found += should->tp[EVAL_ALL][d];
            ignored += should->ignored[EVAL_ALL][d];
        }
        detections_free(detections);
        dataset_free(dataset);
        arena_done(&arena);
    }
    assert_true(found > CASES / 2 && ignored > CASES / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(small_sets_agree_with_the_slow_evaluator),
        cmocka_unit_test(settings_choose_thresholds_and_limits),
        cmocka_unit_test(rematching_is_matching_at_one_threshold),
        cmocka_unit_test(threads_change_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
