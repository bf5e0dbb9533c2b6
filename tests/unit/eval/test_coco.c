/*
 * The engine on sets small enough to compute by hand, and what it leaves out with a count.
 */
#include "sets.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void thresholds_are_numpys_linspace(void **unused)
{
    (void)unused;
    assert_true(eval_iou_threshold(0) == .5);
    assert_true(eval_iou_threshold(5) == .75);
    assert_true(eval_iou_threshold(8) == 0.8999999999999999);
    assert_true(eval_iou_threshold(9) == .95);
    assert_string_equal(eval_stat_name(EVAL_AP), "AP");
    assert_string_equal(eval_stat_name(EVAL_ARL), "ARl");
    assert_null(eval_stat_name(EVAL_STATS));
}

/* Two ground truths; hit, miss, hit: precision 1 up to recall .5, then 2/3. */
static void average_precision_by_hand(void **unused)
{
    (void)unused;
    struct arena arena;
    struct err err;
    struct eval_summary summary;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(1, 2);
    struct detections *detections = sets_detections(1, 2);
    sets_annotate(dataset, 0, 0, 0, 0, 50, 50);
    sets_annotate(dataset, 0, 0, 100, 0, 50, 50);
    sets_detect(detections, 0, 0, .7, 100, 0, 50, 50);
    sets_detect(detections, 0, 0, .8, 300, 300, 50, 50);
    sets_detect(detections, 0, 0, .9, 0, 0, 50, 50);
    sets_detect(detections, 0, 1, .9, 0, 0, 50, 50); /* a class without ground truth */
    struct eval_set *set = sets_match(dataset, detections, &arena);
    assert_true(eval_stats(set, &arena, &summary, &err));
    double should = (51 + 50 * 2. / 3) / 101;
    assert_true(fabs(summary.stats[EVAL_AP] - should) < 1e-12);
    assert_true(fabs(summary.ap_per_iou[9] - should) < 1e-12);
    assert_true(fabs(summary.stats[EVAL_APM] - should) < 1e-12);
    assert_true(summary.stats[EVAL_APS] == -1 && summary.stats[EVAL_ARL] == -1);
    assert_true(summary.stats[EVAL_AR1] == .5 && summary.stats[EVAL_AR10] == 1);
    assert_true(summary.classes[1].stats[EVAL_AP] == -1);
    assert_int_equal(summary.classes[0].gt, 2);
    assert_int_equal(summary.classes[0].dt, 3);
    assert_int_equal(summary.classes[1].dt, 1);
    assert_int_equal(set->row[0], 2);
    assert_int_equal(set->gt[0], 0);
    assert_int_equal(set->gt[1], -1);
    assert_int_equal(set->gt[2], 1);
    assert_true(set->iou[0] == 1 && set->iou[1] == 0);
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

/* 57 of 100 found: the recall .57 is below numpy's 57 * .01, so the points 0 to 56 are reached. */
static void recall_points_are_numpys(void **unused)
{
    (void)unused;
    struct arena arena;
    struct err err;
    struct eval_summary summary;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(1, 1);
    struct detections *detections = sets_detections(1, 1);
    for (int i = 0; i < 100; i++)
        sets_annotate(dataset, 0, 0, i * 20, 0, 10, 10);
    for (int i = 0; i < 57; i++)
        sets_detect(detections, 0, 0, .5, i * 20, 0, 10, 10);
    struct eval_set *set = sets_match(dataset, detections, &arena);
    assert_true(eval_stats(set, &arena, &summary, &err));
    assert_true(fabs(summary.stats[EVAL_AP] - 57. / 101) < 1e-12);
    assert_true(fabs(summary.stats[EVAL_AR100] - .57) < 1e-12);
    double precision[EVAL_RECALLS], score[EVAL_RECALLS];
    assert_true(eval_precision_curve(set, 0, 0, precision, score, &err));
    assert_true(precision[56] == 1 && score[56] == .5);
    assert_true(precision[57] == 0 && score[57] == 0);
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

static void what_cannot_be_used_is_counted(void **unused)
{
    (void)unused;
    struct arena arena;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(2, 1);
    struct detections *detections = sets_detections(3, 2);
    sets_annotate(dataset, 0, 0, 0, 0, 10, 10)->id = 0;
    sets_annotate(dataset, 1, 0, 0, 0, .1, .1);
    sets_annotate(dataset, 0, 0, NAN, 0, 10, 10);
    dataset->fractions = true;
    for (int i = 0; i < 2; i++)
        dataset->images[i].key = dataset->images[i].file_name;
    detections->image_keys[0].text = "1.jpg";
    detections->image_keys[1].text = "2.jpg";
    detections->image_keys[2].text = "3.jpg";
    dataset->images[1].width_px = dataset->images[1].height_px = 0;
    sets_detect(detections, 0, 0, .5, 0, 0, 10, 10);
    sets_detect(detections, 0, 0, NAN, 0, 0, 10, 10);
    sets_detect(detections, 0, 0, .5, 0, -INFINITY, 10, 10);
    sets_detect(detections, 1, 0, .5, 0, 0, 10, 10);
    sets_detect(detections, 2, 0, .5, 0, 0, 10, 10);
    sets_detect(detections, 0, 1, .5, 0, 0, 10, 10);
    detections->category_keys[0].id = 1;
    detections->category_keys[1].id = 77;
    struct eval_set *set = sets_match(dataset, detections, &arena);
    assert_int_equal(set->count, 1);
    assert_int_equal(set->tp[EVAL_ALL][0], 0x3ff); /* an annotation id of 0 can be matched */
    assert_int_equal(set->unused.rows_not_finite, 2);
    assert_int_equal(set->unused.rows_on_left_out, 1);
    assert_int_equal(set->unused.rows_unknown_image, 1);
    assert_int_equal(set->unused.rows_unknown_category, 1);
    assert_int_equal(set->unused.images_left_out, 1);
    assert_int_equal(set->unused.annotations_not_finite, 1);
    assert_int_equal(set->unused.annotations_id_zero, 1);
    assert_int_equal(set->gt_count, 1);
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

static void empty_sides_are_defined(void **unused)
{
    (void)unused;
    struct arena arena;
    struct err err;
    struct eval_summary summary;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(0, 0);
    struct detections *detections = sets_detections(0, 0);
    assert_true(eval_stats(sets_match(dataset, detections, &arena), &arena, &summary, &err));
    for (int i = 0; i < EVAL_STATS; i++)
        assert_true(summary.stats[i] == -1);
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

static void images_stand_by_id_and_settings_are_checked(void **unused)
{
    (void)unused;
    struct arena arena;
    struct err err;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(3, 1);
    struct detections *detections = sets_detections(3, 1);
    dataset->images[0].id = 30;
    dataset->images[1].key = "a";
    dataset->images[2].id = 4;
    struct eval_set *set = sets_match(dataset, detections, &arena);
    assert_int_equal(set->image_order[0], 2);
    assert_int_equal(set->image_order[1], 0);
    assert_int_equal(set->image_order[2], 1);
    struct link link;
    struct eval_settings settings = eval_settings_default();
    settings.max_dets[1] = 0;
    assert_true(link_make(dataset, detections, LINK_SHIFT_AUTO, &arena, &link, &err));
    assert_null(eval_match(dataset, detections, &link, &settings, &arena, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_null(eval_rematch(dataset, detections, set, 0, &arena, &err));
    assert_int_equal(err.code, ERR_USAGE);
    arena_done(&arena);
    struct arena narrow;
    arena_init(&narrow, 64);
    settings = eval_settings_default();
    err.code = ERR_NONE;
    link.image_of_key = link.category_of_key = (int32_t[]){0, 0, 0};
    assert_null(eval_match(dataset, detections, &link, &settings, &narrow, &err));
    assert_int_equal(err.code, ERR_MEMORY);
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&narrow);
}

/* A pile of equal boxes on one image must not take quadratic time, and the later ones win. */
static void many_equal_boxes_are_matched_from_the_last(void **unused)
{
    (void)unused;
    struct arena arena;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(1, 1);
    struct detections *detections = sets_detections(1, 1);
    for (int i = 0; i < 4000; i++)
        sets_annotate(dataset, 0, 0, 0, 0, 10, 10);
    for (int i = 0; i < 150; i++)
        sets_detect(detections, 0, 0, .5, 0, 0, 10, 10);
    struct eval_set *set = sets_match(dataset, detections, &arena);
    assert_int_equal(set->count, 100);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(set->row[i], i);
        assert_int_equal(set->gt[i], 3999 - i);
    }
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(thresholds_are_numpys_linspace),
        cmocka_unit_test(average_precision_by_hand), cmocka_unit_test(recall_points_are_numpys),
        cmocka_unit_test(what_cannot_be_used_is_counted), cmocka_unit_test(empty_sides_are_defined),
        cmocka_unit_test(images_stand_by_id_and_settings_are_checked),
        cmocka_unit_test(many_equal_boxes_are_matched_from_the_last)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
