/*
 * What the evaluation screens show: appraisals are what `boxtop eval` computes, newer ones take the
 * place of older, and intervals are those of a comparison.
 */
#include "scene.h"

#include "work/appraisal.h"
#include "work/intervals.h"
#include "work/run_study.h"

#include <math.h>
#include <string.h>

/* The cat of the first image taken for a dog, and one that is nowhere. */
static const char WRONG[] =
    "[{\"image_id\":1,\"category_id\":2,\"bbox\":[10,10,20,20],\"score\":0.9},"
    "{\"image_id\":2,\"category_id\":1,\"bbox\":[90,70,9,9],\"score\":0.4}]";

/* Both cats and no dog. */
static const char CATS[] =
    "[{\"image_id\":2,\"category_id\":1,\"bbox\":[10,10,40,40],\"score\":0.9},"
    "{\"image_id\":1,\"category_id\":1,\"bbox\":[10,10,20,20],\"score\":0.8}]";

struct studies {
    struct scene scene;
    struct study *good, *half, *wrong, *cats;
};

static struct study *load(struct scene *scene, const char *name, const char *detections)
{
    scene_write(scene, arena_printf(&scene->arena, "%s/predictions.json", name), detections);
    scene_write(scene, arena_printf(&scene->arena, "%s/dataset.json", name),
        "{\"ground_truth\": \"../data/val.json\"}");
    scene_write(
        scene, arena_printf(&scene->arena, "%s/metrics.csv", name), "step,loss\n0,2\n1,1\n");
    scene_refresh(scene);
    struct err err = {0};
    struct study *study = run_study_load(scene_run(scene, name), 0, false, &scene->settings, NULL, &err);
    assert_non_null(study);
    return study;
}

static void open_studies(struct studies *s)
{
    scene_init(&s->scene);
    scene_write(&s->scene, "data/val.json", SCENE_TRUTH);
    s->good = load(&s->scene, "good", SCENE_PERFECT);
    s->half = load(&s->scene, "half", SCENE_HALF);
    s->wrong = load(&s->scene, "wrong", WRONG);
    s->cats = load(&s->scene, "cats", CATS);
}

static void close_studies(struct studies *s)
{
    study_release(s->good);
    study_release(s->half);
    study_release(s->wrong);
    study_release(s->cats);
    scene_done(&s->scene);
}

static void test_rates_are_those_of_the_slider(void **state)
{
    (void)state;
    struct studies s;
    open_studies(&s);
    static const double IOUS[] = {.5, .75, .62};
    for (size_t i = 0; i < 3; i++) {
        struct appraisal *rates = appraisal_make(
            &(struct appraisal_want){.study = s.half, .part = APPRAISAL_RATES, .iou = IOUS[i]});
        struct eval_best best;
        struct err err;
        assert_string_equal(rates->trouble, "");
        assert_int_equal(eval_ladder_counts(&rates->ladder, EVAL_LADDER_ALL, .85).tp, 1);
        assert_true(eval_best_f1(s.half->set, 0, NULL, &best, &err));
        assert_true(rates->sweep.best.f1 == best.f1);
        assert_true((rates->precision == NULL) == (i == 2)); /* .62 is off the grid */
        if (rates->precision) {
            assert_true(fabs(rates->precision[0][50] - 1) < 1e-12 && rates->precision[0][51] == 0);
            assert_true(fabs(rates->precision[2][51] - .5) < 1e-12); /* the mean */
        }
        appraisal_release(rates);
    }
    close_studies(&s);
}

static void test_mistakes_lead(void **state)
{
    (void)state;
    struct studies s;
    open_studies(&s);
    struct appraisal *confusion = appraisal_make(&(struct appraisal_want){
        .study = s.wrong, .part = APPRAISAL_CONFUSION, .iou = .5, .confidence = .25});
    assert_int_equal(confusion->mistake_count, confusion->confusion.cell_count);
    assert_int_equal(confusion->mistakes[0].predicted, 1); /* before what is nowhere or missed */
    assert_int_equal(confusion->mistakes[0].truth, 0);
    assert_int_equal(confusion->confusion.trace, 0);
    assert_non_null(eval_confusion_find(&confusion->confusion, 1, 0)); /* dog for cat */
    struct appraisal *errors = appraisal_make(
        &(struct appraisal_want){.study = s.wrong, .part = APPRAISAL_ERRORS, .iou = .5});
    assert_int_equal(errors->errors.count[EVAL_CLS], 1);
    assert_int_equal(errors->errors.count[EVAL_BKG], 1);
    assert_true(errors->errors.settings.positive_iou == .5);
    appraisal_release(errors);
    appraisal_release(confusion);
    struct appraisal *off = appraisal_make(&(struct appraisal_want){
        .study = s.wrong, .part = APPRAISAL_CONFUSION, .iou = 1.5, .confidence = .25});
    assert_true(off->trouble[0]);
    appraisal_release(off);
    close_studies(&s);
}

static void test_the_newest_stands(void **state)
{
    (void)state;
    struct studies s;
    struct appraisals all = {0};
    open_studies(&s);
    struct appraisals_want wanted = {{{s.good, APPRAISAL_ERRORS, .5, 0},
                                         {s.half, APPRAISAL_CONFUSION, .5, .25}},
                               2},
                           missing;
    appraisals_missing(&all, &wanted, &missing);
    assert_int_equal(missing.count, 2);
    for (size_t i = 0; i < 2; i++)
        appraisals_take(&all, appraisal_make(&missing.items[i]));
    appraisals_missing(&all, &wanted, &missing);
    assert_int_equal(missing.count, 0);
    wanted.items[1].confidence = .3;
    appraisals_missing(&all, &wanted, &missing);
    assert_int_equal(missing.count, 1);
    assert_true(missing.items[0].study == s.half);
    /* what there is of it is older, and is shown until the newer one comes */
    assert_true(appraisals_find(&all, s.half, APPRAISAL_CONFUSION)->want.confidence == .25);
    appraisals_take(&all, appraisal_make(&missing.items[0]));
    assert_int_equal(all.count, 2);
    assert_true(appraisals_find(&all, s.half, APPRAISAL_CONFUSION)->want.confidence == .3);
    appraisals_forget(&all, s.half);
    assert_null(appraisals_find(&all, s.half, APPRAISAL_CONFUSION));
    assert_non_null(appraisals_find(&all, s.good, APPRAISAL_ERRORS));
    appraisals_done(&all);
    close_studies(&s);
}

struct told {
    struct intervals *last;
    int count;
};

static void tell(void *self, struct intervals *so_far)
{
    struct told *told = self;
    intervals_free(told->last);
    told->last = so_far;
    told->count++;
}

static void test_intervals_are_of_every_class(void **state)
{
    (void)state;
    struct studies s;
    struct told told = {0};
    struct err err = {0};
    open_studies(&s);
    struct intervals_want want = {{s.good, s.cats, s.half}, 3, .5, .25};
    assert_true(intervals_make(&want, NULL, tell, &told, &err));
    assert_int_equal(told.count, 2);
    const struct intervals_row *row = &told.last->rows[1];
    assert_true(told.last->done && row->resamples == INTERVALS_ALL);
    assert_true(fabs(row->numbers[EVAL_AP].point + .5) < 1e-12);
    assert_true(fabs(row->classes[0].point) < 1e-12 && fabs(row->classes[1].point + 1) < 1e-12);
    const struct eval_interval *recall = intervals_class(row, EVAL_CLASS_RECALL, 1);
    assert_true(fabs(recall->point + 1) < 1e-12 && recall->low <= recall->high);
    assert_true(intervals_class(row, EVAL_CLASS_F1, 0)->point == 0);
    assert_null(intervals_class(row, EVAL_CLASS_F1, 2)); /* no such class */
    assert_null(intervals_class(&told.last->rows[2], EVAL_CLASS_AP, 0)); /* no resample */
    assert_true(row->numbers[EVAL_N_TP].point == -1);
    assert_true(row->numbers[EVAL_AP].low <= row->numbers[EVAL_AP].point);
    /* without a detection on the second image, which may have been left out of its evaluation */
    assert_non_null(strstr(told.last->rows[2].trouble, "1 of 2 images"));
    assert_true(isnan(told.last->rows[2].classes[0].point));
    assert_int_equal(told.last->rows[0].resamples, 0);
    const atomic_bool stale = true;
    assert_false(intervals_make(&want, &stale, tell, &told, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    intervals_free(told.last);
    close_studies(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates_are_those_of_the_slider),
        cmocka_unit_test(test_mistakes_lead),
        cmocka_unit_test(test_the_newest_stands),
        cmocka_unit_test(test_intervals_are_of_every_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
