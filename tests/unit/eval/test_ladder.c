/*
 * The ladder: beside the slider at every score there is, and its curve against all distinct
 * thresholds, on random sets.
 */
#include "sets.h"

#include "eval/ladder.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { CASES = 400, IMAGES = 3, CLASSES = 4, COLUMNS = 7 };

struct scene {
    struct arena arena;
    struct dataset *dataset;
    struct detections *detections;
    struct eval_set *set;
    struct eval_ladder ladder;
};

static void open_scene(struct scene *scene, uint64_t *seed, int iou_index)
{
    struct err err;
    arena_init(&scene->arena, 0);
    scene->dataset = sets_truth(IMAGES, CLASSES);
    scene->detections = sets_detections(IMAGES, CLASSES);
    if (seed)
        sets_fill(seed, IMAGES, CLASSES, scene->dataset, scene->detections);
    scene->set = sets_match(scene->dataset, scene->detections, &scene->arena);
    assert_true(eval_ladder_make(scene->set, iou_index, &scene->arena, &scene->ladder, &err));
}

static void close_scene(struct scene *scene)
{
    detections_free(scene->detections);
    dataset_free(scene->dataset);
    arena_done(&scene->arena);
}

static void assert_counts(struct eval_counts is, const struct eval_counts *should)
{
    assert_int_equal(is.tp, should->tp);
    assert_int_equal(is.fp, should->fp);
    assert_int_equal(is.fn, should->fn);
    assert_int_equal(is.ignored, should->ignored);
}

static void check_at(const struct scene *scene, int iou_index, double confidence)
{
    struct eval_counts total, categories[CLASSES];
    eval_counts_at(scene->set, iou_index, confidence, NULL, &total, categories, NULL);
    assert_counts(eval_ladder_counts(&scene->ladder, EVAL_LADDER_ALL, confidence), &total);
    for (int32_t c = 0; c < CLASSES; c++)
        assert_counts(eval_ladder_counts(&scene->ladder, c, confidence), &categories[c]);
}

/* A point of the curve lies in the span of its column. */
static void check_point(const struct eval_ladder_span *spans, const struct eval_counts *counts)
{
    double precision = eval_precision(counts), recall = eval_recall(counts);
    if (isnan(precision) || isnan(recall))
        return;
    int column = (int)(recall * COLUMNS);
    const struct eval_ladder_span *span = &spans[column < COLUMNS ? column : COLUMNS - 1];
    assert_true(span->low <= precision && precision <= span->high);
}

/* The ends of every span are points of the curve. */
static void check_spans(const struct scene *scene, int32_t category)
{
    struct eval_ladder_span spans[COLUMNS];
    double low[COLUMNS], high[COLUMNS];
    eval_ladder_curve(&scene->ladder, category, COLUMNS, spans);
    for (int i = 0; i < COLUMNS; i++)
        low[i] = high[i] = NAN;
    for (size_t i = 0; i < scene->set->count; i++) {
        struct eval_counts counts =
            eval_ladder_counts(&scene->ladder, category, scene->set->score[i]);
        check_point(spans, &counts);
        double recall = eval_recall(&counts), precision = eval_precision(&counts);
        if (isnan(recall) || isnan(precision))
            continue;
        int column = recall < 1 ? (int)(recall * COLUMNS) : COLUMNS - 1;
        low[column] = fmin(low[column], precision);
        high[column] = fmax(high[column], precision);
    }
    for (int i = 0; i < COLUMNS; i++) {
        assert_true(isnan(low[i]) ? isnan(spans[i].low) : spans[i].low == low[i]);
        assert_true(isnan(high[i]) ? isnan(spans[i].high) : spans[i].high == high[i]);
    }
}

static void counts_are_those_of_the_slider(void **unused)
{
    (void)unused;
    uint64_t seed = 11;
    for (int n = 0; n < CASES; n++) {
        struct scene scene;
        int iou_index = n % EVAL_IOUS;
        open_scene(&scene, &seed, iou_index);
        for (size_t i = 0; i < scene.set->count; i++) {
            check_at(&scene, iou_index, scene.set->score[i]);
            check_at(&scene, iou_index, nextafter(scene.set->score[i], 2));
        }
        check_at(&scene, iou_index, -1);
        check_at(&scene, iou_index, 2);
        for (int32_t c = EVAL_LADDER_ALL; c < CLASSES; c++)
            check_spans(&scene, c);
        close_scene(&scene);
    }
}

static void nothing_has_no_curve(void **unused)
{
    (void)unused;
    struct scene scene;
    struct eval_ladder_span spans[COLUMNS];
    open_scene(&scene, NULL, 0);
    eval_ladder_curve(&scene.ladder, EVAL_LADDER_ALL, COLUMNS, spans);
    for (int i = 0; i < COLUMNS; i++)
        assert_true(isnan(spans[i].low) && isnan(spans[i].last));
    check_at(&scene, 0, .5);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_those_of_the_slider),
        cmocka_unit_test(nothing_has_no_curve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
