/*
 * The sweep: by hand, and beside the slider at each confidence and the best F1 of each category, on
 * thousands of small random sets.
 */
#include "sets.h"

#include "eval/sweep.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { CASES = 3000, IMAGES = 3, CLASSES = 4 };

struct scene {
    struct arena arena;
    struct dataset *dataset;
    struct detections *detections;
    struct eval_set *set;
    struct eval_sweep sweep;
};

static void open_scene(struct scene *scene, int images, int categories)
{
    arena_init(&scene->arena, 0);
    scene->dataset = sets_truth(images, categories);
    scene->detections = sets_detections(images, categories);
}

static void close_scene(struct scene *scene)
{
    detections_free(scene->detections);
    dataset_free(scene->dataset);
    arena_done(&scene->arena);
}

static void sweep_over(struct scene *scene, int iou_index, eval_filter filter)
{
    struct err err;
    assert_true(eval_sweep(scene->set, iou_index, filter, &scene->arena, &scene->sweep, &err));
}

static void assert_counts(
    const struct eval_counts *is, int64_t tp, int64_t fp, int64_t fn, int64_t ignored)
{
    assert_int_equal(is->tp, tp);
    assert_int_equal(is->fp, fp);
    assert_int_equal(is->fn, fn);
    assert_int_equal(is->ignored, ignored);
}

static void assert_same(double is, double should)
{
    assert_true(is == should || (isnan(is) && isnan(should)));
}

/* By score: TP .9 and FP .6 of the first class, which has two; TP .7, FP .7, in a crowd .3 of the
 * second, which has one; FP .8 of the third, which has none. */
static void make_three_classes(struct scene *scene)
{
    open_scene(scene, 1, 4);
    sets_annotate(scene->dataset, 0, 0, 0, 0, 50, 50);
    sets_annotate(scene->dataset, 0, 0, 100, 0, 50, 50);
    sets_annotate(scene->dataset, 0, 1, 0, 0, 50, 50);
    sets_annotate(scene->dataset, 0, 1, 300, 0, 100, 100)->crowd = true;
    sets_detect(scene->detections, 0, 1, .3, 310, 10, 20, 20);
    sets_detect(scene->detections, 0, 2, .8, 0, 0, 50, 50);
    sets_detect(scene->detections, 0, 1, .7, 0, 0, 50, 50);
    sets_detect(scene->detections, 0, 0, .6, 0, 0, 50, 40);
    sets_detect(scene->detections, 0, 1, .7, 200, 200, 50, 50);
    sets_detect(scene->detections, 0, 0, .9, 0, 0, 50, 50);
    scene->set = sets_match(scene->dataset, scene->detections, &scene->arena);
}

static void counts_stand_at_each_confidence(void **unused)
{
    (void)unused;
    struct scene scene;
    make_three_classes(&scene);
    sweep_over(&scene, 0, NULL);
    const struct eval_sweep *sweep = &scene.sweep;
    assert_true(sweep->confidence[0] == 0 && sweep->confidence[7] == .07);
    assert_true(sweep->confidence[100] == 1);
    assert_counts(&sweep->total[0], 2, 3, 1, 1);
    assert_counts(&sweep->total[30], 2, 3, 1, 1);
    assert_counts(&sweep->total[31], 2, 3, 1, 0);
    assert_counts(&sweep->total[70], 2, 2, 1, 0);
    assert_counts(&sweep->total[71], 1, 1, 2, 0);
    assert_counts(&sweep->total[91], 0, 0, 3, 0);
    assert_counts(&sweep->categories[0][60], 1, 1, 1, 0);
    assert_counts(&sweep->categories[0][61], 1, 0, 1, 0);
    assert_counts(&sweep->categories[1][0], 1, 1, 0, 1);
    assert_counts(&sweep->categories[1][71], 0, 0, 1, 0);
    assert_counts(&sweep->categories[2][80], 0, 1, 0, 0);
    assert_counts(&sweep->categories[3][0], 0, 0, 0, 0);
    assert_true(sweep->precision[70] == 2. / 4 && sweep->recall[70] == 2. / 3);
    assert_true(sweep->f1[70] == 4. / 7);
    assert_true(isnan(sweep->precision[95]) && sweep->recall[95] == 0 && sweep->f1[95] == 0);
    /* at .70 the first class has 2 / 3, the second 2 / 3, the third and fourth do not count */
    assert_true(fabs(sweep->macro_f1[70] - 2. / 3) < 1e-15);
    assert_true(fabs(sweep->macro_f1[80] - (2. / 3 + 0) / 2) < 1e-15);
    close_scene(&scene);
}

static void each_category_has_its_best(void **unused)
{
    (void)unused;
    struct scene scene;
    make_three_classes(&scene);
    sweep_over(&scene, 0, NULL);
    const struct eval_best *best = scene.sweep.best_of_category;
    assert_true(best[0].confidence == .9 && best[0].f1 == 2. / 3);
    assert_counts(&best[0].counts, 1, 0, 1, 0);
    assert_true(best[1].confidence == .7 && best[1].f1 == 2. / 3); /* with its equal, a mistake */
    assert_counts(&best[1].counts, 1, 1, 0, 0);
    assert_true(isnan(best[2].confidence) && isnan(best[2].f1)); /* no ground truth */
    assert_true(isnan(best[3].confidence) && isnan(best[3].f1));
    /* all: .9 1/2, .8 2/5, .7 4/7, .6 4/8 */
    assert_true(scene.sweep.best.confidence == .7 && scene.sweep.best.f1 == 4. / 7);
    assert_counts(&scene.sweep.best.counts, 2, 2, 1, 0);
    close_scene(&scene);
}

static void a_filter_leaves_the_rest_at_nothing(void **unused)
{
    (void)unused;
    struct scene scene;
    uint64_t second = 2, none = 0;
    make_three_classes(&scene);
    sweep_over(&scene, 0, &second);
    assert_counts(&scene.sweep.total[0], 1, 1, 0, 1);
    assert_counts(&scene.sweep.categories[0][0], 0, 0, 0, 0);
    assert_true(scene.sweep.macro_f1[0] == 2. / 3);
    assert_true(scene.sweep.best.confidence == .7);
    assert_true(isnan(scene.sweep.best_of_category[0].f1));
    sweep_over(&scene, 0, &none);
    assert_true(isnan(scene.sweep.macro_f1[0]) && isnan(scene.sweep.best.f1));
    assert_true(isnan(scene.sweep.f1[0]));
    close_scene(&scene);
}

/* Where nothing is right every F1 is 0, and the highest score stands for all. */
static void without_a_hit_the_highest_score_is_best(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 1, 1);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 50, 50);
    sets_detect(scene.detections, 0, 0, -.5, 100, 0, 50, 50);
    sets_detect(scene.detections, 0, 0, 7, 100, 0, 50, 50);
    sets_detect(scene.detections, 0, 0, 7, 100, 0, 50, 50);
    scene.set = sets_match(scene.dataset, scene.detections, &scene.arena);
    sweep_over(&scene, 0, NULL);
    assert_true(scene.sweep.best.confidence == 7 && scene.sweep.best.f1 == 0);
    assert_counts(&scene.sweep.best.counts, 0, 2, 1, 0);
    assert_counts(&scene.sweep.total[0], 0, 2, 1, 0);
    assert_counts(&scene.sweep.total[100], 0, 2, 1, 0);
    close_scene(&scene);
}

static void too_little_memory_is_an_error(void **unused)
{
    (void)unused;
    struct scene scene;
    struct err err;
    struct arena small;
    make_three_classes(&scene);
    arena_init(&small, 64);
    assert_false(eval_sweep(scene.set, 0, NULL, &small, &scene.sweep, &err));
    assert_int_equal(err.code, ERR_MEMORY);
    arena_done(&small);
    close_scene(&scene);
}

/* ---- beside the slider ---- */

static uint32_t next(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % below;
}

static void random_boxes(struct scene *scene, uint64_t *state)
{
    uint32_t truths = next(state, 16), found = next(state, 60), near = next(state, 3);
    uint32_t decimals = next(state, 2) ? 20 : 1000;
    for (uint32_t i = 0; i < truths; i++)
        sets_annotate(scene->dataset, (int32_t)next(state, IMAGES), (int32_t)next(state, CLASSES),
            4 * next(state, 5), 4 * next(state, 5), 10, 10)
            ->crowd = next(state, 5) == 0;
    for (uint32_t i = 0; i < found; i++) {
        struct box box = {4 * next(state, 5), 4 * next(state, 5), 10, 10};
        int32_t image = (int32_t)next(state, IMAGES), class = (int32_t)next(state, CLASSES);
        if (near && truths) {
            const struct annotation *a = &scene->dataset->annotations[next(state, truths)];
            box = a->box;
            box.h -= next(state, 5);
            image = a->image;
            class = a->category;
        }
        /* from -.1 to 1.2, on the confidences and between them */
        double score = next(state, decimals * 13 / 10 + 1) / (double)decimals - .1;
        sets_detect(scene->detections, image, class, score, box.x, box.y, box.w, box.h);
    }
}

static void check_counts(const struct scene *scene, int iou_index, uint64_t filter)
{
    const struct eval_sweep *sweep = &scene->sweep;
    for (int i = 0; i < EVAL_SWEEP; i++) {
        struct eval_counts total, categories[CLASSES];
        double sum = 0, defined = 0;
        eval_counts_at(scene->set, iou_index, i / 100., &filter, &total, categories, NULL);
        assert_counts(&sweep->total[i], total.tp, total.fp, total.fn, total.ignored);
        assert_same(sweep->precision[i], eval_precision(&total));
        assert_same(sweep->recall[i], eval_recall(&total));
        assert_same(sweep->f1[i], eval_f1(&total));
        for (size_t c = 0; c < CLASSES; c++) {
            const struct eval_counts *should = &categories[c];
            assert_counts(
                &sweep->categories[c][i], should->tp, should->fp, should->fn, should->ignored);
            if (!eval_filter_has(&filter, c) || !scene->set->positives[c][EVAL_ALL])
                continue;
            sum += eval_f1(should);
            defined++;
        }
        assert_same(sweep->macro_f1[i], defined > 0 ? sum / defined : NAN);
    }
}

static void check_best(
    const struct scene *scene, int iou_index, uint64_t filter, const struct eval_best *is)
{
    struct eval_best should;
    struct err err;
    assert_true(eval_best_f1(scene->set, iou_index, &filter, &should, &err));
    assert_same(is->confidence, should.confidence);
    assert_same(is->f1, should.f1);
    assert_counts(
        &is->counts, should.counts.tp, should.counts.fp, should.counts.fn, should.counts.ignored);
}

static void small_sets_agree_with_the_slider(void **unused)
{
    (void)unused;
    uint64_t state = 101;
    int some = 0;
    for (int i = 0; i < CASES; i++) {
        struct scene scene;
        struct err err;
        open_scene(&scene, IMAGES, CLASSES);
        random_boxes(&scene, &state);
        uint64_t filter = i % 3 ? (1 << CLASSES) - 1 : next(&state, 1 << CLASSES);
        int iou_index = i % 11;
        scene.set = sets_match(scene.dataset, scene.detections, &scene.arena);
        scene.set =
            eval_rematch(scene.dataset, scene.detections, scene.set, .35, &scene.arena, &err);
        assert_non_null(scene.set);
        sweep_over(&scene, iou_index, i % 3 == 1 ? NULL : &filter);
        check_counts(&scene, iou_index, filter);
        check_best(&scene, iou_index, filter, &scene.sweep.best);
        for (int c = 0; c < CLASSES; c++)
            check_best(
                &scene, iou_index, filter & (uint64_t)1 << c, &scene.sweep.best_of_category[c]);
        some += scene.sweep.best.f1 > .1 && scene.sweep.best.f1 < .9;
        close_scene(&scene);
    }
    assert_true(some > CASES / 3); /* not all of them are trivial */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counts_stand_at_each_confidence),
        cmocka_unit_test(each_category_has_its_best),
        cmocka_unit_test(a_filter_leaves_the_rest_at_nothing),
        cmocka_unit_test(without_a_hit_the_highest_score_is_best),
        cmocka_unit_test(too_little_memory_is_an_error),
        cmocka_unit_test(small_sets_agree_with_the_slider)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
