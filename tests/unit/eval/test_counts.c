/*
 * The slider and the verdicts on one image, by hand.
 */
#include "sets.h"

#include "eval/verdicts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Two classes, a crowd, a duplicate and a miss. */
struct scene {
    struct arena arena;
    struct dataset *dataset;
    struct detections *detections;
    struct eval_set *set;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    arena_init(&scene->arena, 0);
    scene->dataset = sets_truth(2, 2);
    scene->detections = sets_detections(2, 2);
    sets_annotate(scene->dataset, 0, 0, 0, 0, 50, 50);
    sets_annotate(scene->dataset, 0, 0, 100, 0, 50, 50);
    sets_annotate(scene->dataset, 0, 1, 300, 0, 100, 100)->crowd = true;
    sets_annotate(scene->dataset, 1, 1, 0, 0, 50, 50);
    sets_detect(scene->detections, 0, 0, .9, 0, 0, 50, 50);    /* TP */
    sets_detect(scene->detections, 0, 0, .8, 0, 0, 50, 40);    /* duplicate: FP, IoU .8 */
    sets_detect(scene->detections, 0, 1, .6, 310, 10, 20, 20); /* in the crowd */
    sets_detect(scene->detections, 1, 1, .6, 0, 0, 50, 30);    /* TP at IoU .60 and below */
    scene->set = sets_match(scene->dataset, scene->detections, &scene->arena);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    detections_free(scene->detections);
    dataset_free(scene->dataset);
    arena_done(&scene->arena);
    free(scene);
    return 0;
}

static void assert_counts(
    const struct eval_counts *is, int64_t tp, int64_t fp, int64_t fn, int64_t ignored)
{
    assert_int_equal(is->tp, tp);
    assert_int_equal(is->fp, fp);
    assert_int_equal(is->fn, fn);
    assert_int_equal(is->ignored, ignored);
}

static void counts_follow_the_confidence(void **state)
{
    struct scene *scene = *state;
    struct eval_counts total, classes[2], images[2];
    eval_counts_at(scene->set, 0, .6, NULL, &total, classes, images);
    assert_counts(&total, 2, 1, 1, 1);
    assert_counts(&classes[0], 1, 1, 1, 0);
    assert_counts(&classes[1], 1, 0, 0, 1);
    assert_counts(&images[0], 1, 1, 1, 1);
    assert_counts(&images[1], 1, 0, 0, 0);
    eval_counts_at(scene->set, 0, nextafter(.6, 1), NULL, &total, classes, images);
    assert_counts(&total, 1, 1, 2, 0);
    assert_counts(&images[1], 0, 0, 1, 0);
    eval_counts_at(scene->set, 3, .6, NULL, &total, NULL, NULL); /* IoU .65 */
    assert_counts(&total, 1, 2, 2, 1);
    uint64_t second = 2;
    eval_counts_at(scene->set, 0, .6, &second, &total, classes, images);
    assert_counts(&total, 1, 0, 0, 1);
    assert_counts(&classes[0], 0, 0, 0, 0);
    assert_counts(&images[0], 0, 0, 0, 1);
}

/* More than a thousand detections of a category, in images of different numbers of them. */
static void long_columns_are_counted_like_short_ones(void **unused)
{
    (void)unused;
    struct arena arena;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(60, 2);
    struct detections *detections = sets_detections(60, 2);
    for (int i = 0; i < 3600; i++) {
        int32_t image = i * 7 % 60, category = i % 11 == 0;
        if (i % 9 == 0)
            sets_annotate(dataset, image, category, i % 5 * 20, 0, 10, 10)->crowd = i % 4 == 0;
        sets_detect(
            detections, image, category, i * 37 % 100 / 100., i % 13 * 10, 0, 10, 10 - i % 3 * 2);
    }
    struct eval_set *set = sets_match(dataset, detections, &arena);
    assert_true(set->category_start[1] > 3000);
    for (int t = 0; t < EVAL_IOUS; t += 3)
        for (int step = 0; step <= 100; step += 7) {
            struct eval_counts total, classes[2], images[60], should[60] = {0}, sums[2] = {0};
            for (size_t i = 0; i < set->gt_count; i++) {
                should[set->gt_image[i]].fn++;
                sums[i >= set->category_gt[1]].fn++;
            }
            for (size_t i = 0; i < set->count; i++) {
                if (!(set->score[i] >= step / 100.))
                    continue;
                int tp = set->tp[EVAL_ALL][i] >> t & 1, skip = set->ignored[EVAL_ALL][i] >> t & 1;
                struct eval_counts *both[] = {&should[set->image[i]], &sums[set->category[i]]};
                for (int b = 0; b < 2; b++) {
                    both[b]->tp += tp;
                    both[b]->fn -= tp;
                    both[b]->ignored += skip;
                    both[b]->fp += !tp && !skip;
                }
            }
            eval_counts_at(set, t, step / 100., NULL, &total, classes, images);
            for (int i = 0; i < 60; i++)
                assert_counts(
                    &images[i], should[i].tp, should[i].fp, should[i].fn, should[i].ignored);
            for (int c = 0; c < 2; c++)
                assert_counts(&classes[c], sums[c].tp, sums[c].fp, sums[c].fn, sums[c].ignored);
            assert_int_equal(total.tp, sums[0].tp + sums[1].tp);
            assert_true(step < 90 || total.tp > 0);
        }
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

static void quotients_may_be_undefined(void **unused)
{
    (void)unused;
    struct eval_counts none = {0}, some = {.tp = 3, .fp = 1, .fn = 2}, only_fp = {.fp = 1};
    assert_true(isnan(eval_precision(&none)) && isnan(eval_recall(&none)) && isnan(eval_f1(&none)));
    assert_true(eval_precision(&some) == .75 && eval_recall(&some) == .6);
    assert_true(eval_f1(&some) == 6. / 9);
    assert_true(isnan(eval_recall(&only_fp)) && eval_f1(&only_fp) == 0);
}

static void best_f1_takes_the_highest_of_equal_thresholds(void **state)
{
    struct scene *scene = *state;
    struct eval_best best;
    struct err err;
    assert_true(eval_best_f1(scene->set, 0, NULL, &best, &err));
    assert_true(best.confidence == .6 && best.f1 == 4. / 6); /* .9: 2/4 */
    assert_counts(&best.counts, 2, 1, 1, 1);
    assert_true(eval_best_f1(scene->set, 9, NULL, &best, &err)); /* one TP at .9, then only FPs */
    assert_true(best.confidence == .9 && best.f1 == 2. / 4);
    uint64_t none = 0;
    assert_true(eval_best_f1(scene->set, 0, &none, &best, &err));
    assert_true(isnan(best.confidence) && isnan(best.f1));
}

static void the_curve_is_the_slider_at_each_threshold(void **state)
{
    struct scene *scene = *state;
    static const double AT[] = {-1, .6, .61, .8, .9, .95};
    struct eval_counts curve[6], total;
    eval_counts_curve(scene->set, &(struct eval_at){.iou_index = 0}, AT, 6, curve);
    for (int i = 0; i < 6; i++) {
        eval_counts_at(scene->set, 0, AT[i], NULL, &total, NULL, NULL);
        assert_counts(&curve[i], total.tp, total.fp, total.fn, total.ignored);
    }
    assert_counts(&curve[5], 0, 0, 3, 0);
}

static void the_curve_of_shifts_is_each_classes_own_slider(void **state)
{
    struct scene *scene = *state;
    static const double SHIFTS[] = {-2, -.15, -.1, 0, .05, .1, .35, 2}, BASES[] = {0, .3, .6, .85, 1};
    enum { COUNT = sizeof SHIFTS / sizeof *SHIFTS, MOST = 8 };
    assert_true(scene->set->category_count <= MOST);
    for (size_t b = 0; b < 25; b++) {
        double base[MOST], own[MOST];
        struct eval_at at = {.of_category = base};
        struct eval_counts curve[COUNT], total;
        for (size_t c = 0; c < MOST; c++)
            base[c] = BASES[(c % 2 ? b / 5 : b % 5)];
        eval_counts_curve(scene->set, &at, SHIFTS, COUNT, curve);
        for (int i = 0; i < COUNT; i++) {
            for (size_t c = 0; c < MOST; c++)
                own[c] = eval_shifted(base[c], SHIFTS[i]);
            struct eval_at there = {.of_category = own};
            eval_counts_of(scene->set, &there, &total, NULL, NULL);
            assert_counts(&curve[i], total.tp, total.fp, total.fn, total.ignored);
        }
        struct eval_best best;
        assert_true(eval_best_f1_of(scene->set, &at, &best, NULL));
        for (size_t c = 0; c < MOST; c++)
            own[c] = eval_shifted(base[c], best.confidence);
        struct eval_at there = {.of_category = own};
        eval_counts_of(scene->set, &there, &total, NULL, NULL);
        assert_true(best.f1 == eval_f1(&total));
        for (int hundredths = -50; hundredths <= 50; hundredths++) {
            for (size_t c = 0; c < MOST; c++)
                own[c] = eval_shifted(base[c], hundredths / 100.);
            eval_counts_of(scene->set, &there, &total, NULL, NULL);
            double f1 = eval_f1(&total);
            assert_true(f1 < best.f1 ||
                        (f1 == best.f1 && abs(hundredths) >= lround(fabs(best.confidence) * 100)));
        }
    }
}

static void curve_and_best_are_of_a_size(void **state)
{
    struct scene *scene = *state;
    for (int area = EVAL_ALL; area < EVAL_AREAS; area++) {
        struct eval_at at = {.area = (enum eval_area)area};
        struct eval_best best;
        double highest = -1;
        assert_true(eval_best_f1_of(scene->set, &at, &best, NULL));
        for (size_t i = 0; i < scene->set->category_start[scene->set->category_count]; i++) {
            struct eval_counts total, curve;
            at.confidence = scene->set->score[i];
            eval_counts_of(scene->set, &at, &total, NULL, NULL);
            eval_counts_curve(scene->set, &at, &at.confidence, 1, &curve);
            assert_counts(&curve, total.tp, total.fp, total.fn, total.ignored);
            highest = total.tp + total.fn ? fmax(highest, eval_f1(&total)) : highest;
        }
        assert_true(highest < 0 ? isnan(best.f1) : best.f1 == highest);
    }
}

static void boxes_say_what_they_are(void **state)
{
    struct scene *scene = *state;
    struct eval_boxes boxes;
    struct err err;
    assert_true(eval_image_boxes(scene->dataset, scene->detections, scene->set, 0, .5, .5, NULL,
        &scene->arena, &boxes, &err));
    assert_int_equal(boxes.count, 6);
    assert_int_equal(boxes.gt_count, 3);
    assert_int_equal(boxes.boxes[0].verdict, EVAL_FOUND);
    assert_int_equal(boxes.boxes[0].partner, 3);
    assert_int_equal(boxes.boxes[1].verdict, EVAL_FN);
    assert_int_equal(boxes.boxes[1].partner, -1);
    assert_int_equal(boxes.boxes[2].verdict, EVAL_IGNORED);
    assert_true(boxes.boxes[2].crowd && isnan(boxes.boxes[2].score));
    assert_int_equal(boxes.boxes[3].verdict, EVAL_TP);
    assert_int_equal(boxes.boxes[3].partner, 0);
    assert_true(boxes.boxes[3].iou == 1 && boxes.boxes[0].iou == 1);
    assert_int_equal(boxes.boxes[4].verdict, EVAL_FP);
    assert_int_equal(boxes.boxes[4].source, 1);
    assert_true(boxes.boxes[4].iou == .8);
    assert_int_equal(boxes.boxes[5].verdict, EVAL_IGNORED);
    assert_int_equal(boxes.boxes[5].partner, 2);
    assert_counts(&boxes.counts, 1, 1, 1, 1);
    uint64_t second = 2;
    assert_true(eval_image_boxes(scene->dataset, scene->detections, scene->set, 0, .5, .95, &second,
        &scene->arena, &boxes, &err));
    assert_int_equal(boxes.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(counts_follow_the_confidence, set_up, tear_down),
        cmocka_unit_test(long_columns_are_counted_like_short_ones),
        cmocka_unit_test(quotients_may_be_undefined),
        cmocka_unit_test_setup_teardown(
            best_f1_takes_the_highest_of_equal_thresholds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            the_curve_is_the_slider_at_each_threshold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            the_curve_of_shifts_is_each_classes_own_slider, set_up, tear_down),
        cmocka_unit_test_setup_teardown(curve_and_best_are_of_a_size, set_up, tear_down),
        cmocka_unit_test_setup_teardown(boxes_say_what_they_are, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
