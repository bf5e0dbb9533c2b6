/*
 * Error types by hand.
 */
#include "sets.h"

#include "eval/by_image.h"
#include "eval/errors.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A set by hand and what is wrong in it. */
struct scene {
    struct arena arena;
    struct dataset *dataset;
    struct detections *detections;
    struct link link;
    struct eval_error_settings settings;
    struct eval_errors errors;
};

static void scene_init(struct scene *scene, int images, int categories)
{
    arena_init(&scene->arena, 0);
    scene->dataset = sets_truth(images, categories);
    scene->detections = sets_detections(images, categories);
    scene->settings = eval_error_settings_default();
}

static void scene_done(struct scene *scene)
{
    detections_free(scene->detections);
    dataset_free(scene->dataset);
    arena_done(&scene->arena);
}

static void scene_find(struct scene *scene)
{
    struct err err;
    sets_link(scene->dataset, scene->detections, &scene->arena, &scene->link);
    assert_true(eval_errors_make(scene->dataset, scene->detections, &scene->link, &scene->settings,
        &scene->arena, &scene->errors, &err));
}

static void assert_near(double is, double should)
{
    if (!(fabs(is - should) <= 1e-9))
        fail_msg("%.17g is not %.17g", is, should);
}

/* The errors as "Loc 2>0 Miss -1>3": type, row > annotation. */
static void assert_errors(struct scene *scene, const char *should)
{
    char is[1024] = "";
    const struct eval_errors *errors = &scene->errors;
    for (size_t i = 0; i < errors->start[EVAL_ERRORS]; i++) {
        const struct eval_error_box *box = &errors->boxes[i];
        size_t at = strlen(is);
        snprintf(is + at, sizeof is - at, "%s%s %d>%d", i ? " " : "", eval_error_name(box->type),
            box->row, box->annotation);
    }
    assert_string_equal(is, should);
    for (int t = 0; t < EVAL_ERRORS; t++)
        assert_int_equal(errors->count[t], errors->start[t + 1] - errors->start[t]);
}

/* Two classes on one image with one error of each type. */
static void each_type_has_its_cost(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 1, 2);
    sets_annotate(s.dataset, 0, 0, 0, 0, 100, 100);
    sets_annotate(s.dataset, 0, 0, 200, 0, 100, 100);
    sets_annotate(s.dataset, 0, 1, 400, 0, 100, 100);
    sets_annotate(s.dataset, 0, 0, 0, 300, 50, 50);
    sets_detect(s.detections, 0, 0, .9, 0, 0, 100, 100);
    sets_detect(s.detections, 0, 0, .8, 0, 0, 100, 80);
    sets_detect(s.detections, 0, 0, .7, 200, 0, 100, 40);
    sets_detect(s.detections, 0, 0, .6, 400, 0, 100, 100);
    sets_detect(s.detections, 0, 1, .5, 200, 0, 100, 30);
    sets_detect(s.detections, 0, 1, .4, 500, 300, 20, 20);
    scene_find(&s);
    const struct eval_errors *e = &s.errors;
    assert_errors(&s, "Cls 3>2 Loc 2>1 Both 4>1 Dupe 1>0 Bkg 5>-1 Miss -1>3");
    static const double IOUS[] = {1, .4, .3, .8, 0, 0}, SCORES[] = {.6, .7, .5, .8, .4};
    for (int i = 0; i < EVAL_ERRORS; i++) {
        assert_true(e->boxes[i].iou == IOUS[i]);
        assert_int_equal(e->boxes[i].image, 0);
        assert_true(i < EVAL_MISS ? e->boxes[i].score == SCORES[i] : isnan(e->boxes[i].score));
    }
    /* Class 1 is right, wrong, wrong, wrong of three: the first third of recall at precision 1. */
    assert_near(e->ap, 34 / 101. * 50);
    assert_near(e->dap[EVAL_CLS], 50);                       /* the second class is whole then */
    assert_near(e->dap[EVAL_LOC], 33 * (2 / 3.) / 101 * 50); /* recall .34 to .66 at 2/3 */
    assert_near(e->dap[EVAL_BOTH], 0);
    assert_near(e->dap[EVAL_DUPE], 0);
    assert_near(e->dap[EVAL_BKG], 0);
    assert_near(e->dap[EVAL_MISS], (51 - 34) / 101. * 50); /* one of two */
    assert_near(e->dap_false_pos, 0);
    assert_near(e->dap_false_neg, (101 - 34) / 101. * 50);
    scene_done(&s);
}

/* False detections above the true ones cost what their types say. */
static void false_detections_cost_precision(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 1, 1);
    sets_annotate(s.dataset, 0, 0, 0, 0, 100, 100);
    sets_annotate(s.dataset, 0, 0, 200, 0, 100, 100);
    sets_detect(s.detections, 0, 0, .9, 0, 0, 100, 100);
    sets_detect(s.detections, 0, 0, .8, 0, 0, 100, 90);
    sets_detect(s.detections, 0, 0, .7, 500, 300, 20, 20);
    sets_detect(s.detections, 0, 0, .6, 200, 0, 100, 100);
    scene_find(&s);
    assert_errors(&s, "Dupe 1>0 Bkg 2>-1");
    assert_near(s.errors.ap, (51 + 50 / 2.) / 101 * 100);
    assert_near(s.errors.dap[EVAL_DUPE], (50 * 2 / 3. - 50 / 2.) / 101 * 100);
    assert_near(s.errors.dap[EVAL_BKG], (50 * 2 / 3. - 50 / 2.) / 101 * 100);
    assert_near(s.errors.dap_false_pos, 25 / 101. * 100);
    assert_near(s.errors.dap_false_neg, 0);
    scene_done(&s);
}

/* IoUs that lie on a threshold: .5 and .1 exactly. */
static void thresholds_belong_to_loc(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 1, 2);
    sets_annotate(s.dataset, 0, 0, 0, 0, 100, 100);
    sets_annotate(s.dataset, 0, 1, 200, 0, 100, 100);
    sets_detect(s.detections, 0, 0, .9, 0, 0, 100, 100);
    sets_detect(s.detections, 0, 0, .8, 0, 0, 100, 50);     /* taken already: Loc, not Dupe */
    sets_detect(s.detections, 0, 0, .7, 0, 0, 100, 10);     /* Loc, not Bkg */
    sets_detect(s.detections, 0, 0, .6, 200, 0, 100, 50);   /* Cls */
    sets_detect(s.detections, 0, 0, .5, 200, 0, 100, 10);   /* Bkg, not Both */
    sets_detect(s.detections, 0, 0, .4, 200, 0, 100, 10.1); /* Both */
    sets_detect(s.detections, 0, 1, .3, 200, 0, 100, 50);   /* a hit */
    scene_find(&s);
    assert_errors(&s, "Cls 3>1 Loc 1>0 Loc 2>0 Both 5>1 Bkg 4>-1");
    assert_true(s.errors.boxes[1].iou == .5 && s.errors.boxes[2].iou == .1);
    assert_true(s.errors.boxes[4].iou == .1); /* of Bkg too the best is told */
    scene_done(&s);
}

/* Loc goes before Cls, Cls before Dupe. */
static void the_first_type_that_fits_counts(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 1, 2);
    sets_annotate(s.dataset, 0, 0, 0, 0, 100, 40);
    sets_annotate(s.dataset, 0, 1, 0, 0, 100, 100);
    sets_annotate(s.dataset, 0, 1, 0, 0, 100, 45);
    sets_detect(s.detections, 0, 0, .9, 0, 0, 100, 100); /* class 1 by IoU .4, class 2 by 1 */
    sets_detect(s.detections, 0, 0, .8, 0, 0, 100, 40);  /* a hit */
    sets_detect(s.detections, 0, 0, .7, 0, 0, 100, 40);  /* a duplicate, and class 2 by 40/45 */
    scene_find(&s);
    assert_errors(&s, "Cls 2>2 Loc 0>0 Miss -1>1");
    assert_near(s.errors.ap, 25);
    assert_near(s.errors.dap[EVAL_LOC], 25); /* what it points to is found, so it is dropped */
    scene_done(&s);
}

/* Each takes the first of equals; of errors that point to one ground truth the best mends it. */
static void ties_go_to_the_first(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 1, 1);
    sets_annotate(s.dataset, 0, 0, 0, 0, 100, 100);
    sets_annotate(s.dataset, 0, 0, 0, 0, 100, 100);
    sets_detect(s.detections, 0, 0, .5, 0, 0, 100, 40);
    sets_detect(s.detections, 0, 0, .5, 0, 0, 100, 30);
    scene_find(&s);
    assert_errors(&s, "Loc 0>0 Loc 1>0 Miss -1>1");
    assert_true(s.errors.boxes[2].iou == .4); /* the nearest of its class */
    assert_near(s.errors.ap, 0);
    assert_near(s.errors.dap[EVAL_LOC], 51 / 101. * 100);
    scene_done(&s);
}

/* Where something is fixed, equal scores put the errors first, as in tidecv: a hit among two
 * duplicates of its score has a precision of 1/3 then. */
static void equal_scores_can_make_a_fix_cost(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 1, 1);
    sets_annotate(s.dataset, 0, 0, 0, 0, 50, 50);
    sets_detect(s.detections, 0, 0, .5, 0, 0, 45, 50);
    sets_detect(s.detections, 0, 0, .5, 0, 0, 50, 50);
    sets_detect(s.detections, 0, 0, .5, 0, 0, 40, 50);
    scene_find(&s);
    assert_errors(&s, "Dupe 1>0 Dupe 2>0");
    assert_near(s.errors.ap, 100);
    assert_near(s.errors.dap_false_neg, -200 / 3.);
    assert_near(s.errors.dap_false_pos, 0);
    for (int t = 0; t < EVAL_ERRORS; t++)
        assert_near(s.errors.dap[t], 0);
    scene_done(&s);
}

/* Equal scores stand by image in the order of the file, not of the ids. */
static void images_stand_in_file_order(void **unused)
{
    (void)unused;
    for (int turned = 0; turned < 2; turned++) {
        struct scene s;
        scene_init(&s, 2, 1);
        s.dataset->images[turned].id = 2;
        s.dataset->images[!turned].id = 1;
        sets_annotate(s.dataset, 0, 0, 0, 0, 50, 50);
        sets_detect(s.detections, turned, 0, .5, 300, 0, 45, 50); /* on the second image */
        sets_detect(s.detections, !turned, 0, .5, 0, 0, 50, 50);
        sets_detect(s.detections, !turned, 0, .5, 300, 0, 50, 50);
        scene_find(&s);
        assert_int_equal(s.link.image_of_key[turned], 1);
        assert_near(s.errors.ap, 100);
        assert_errors(&s, "Bkg 2>-1 Bkg 0>-1");
        scene_done(&s);
    }
}

/* In a crowd of its class a detection is an error in the list, but not for AP. */
static void crowds_ignore(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 1, 2);
    sets_annotate(s.dataset, 0, 0, 0, 0, 200, 200)->crowd = true;
    sets_annotate(s.dataset, 0, 0, 10, 10, 50, 50);
    sets_detect(s.detections, 0, 0, .9, 100, 100, 30, 30);  /* ignored */
    sets_detect(s.detections, 0, 0, .8, 150, 150, 100, 50); /* half in it: not more than .5 */
    sets_detect(s.detections, 0, 0, .7, 10, 10, 50, 50);    /* a hit */
    sets_detect(s.detections, 0, 0, .6, 10, 10, 50, 45);    /* ignored duplicate */
    scene_find(&s);
    assert_errors(&s, "Dupe 3>1 Bkg 0>-1 Bkg 1>-1");
    assert_near(s.errors.ap, 50); /* wrong, right */
    assert_near(s.errors.dap[EVAL_BKG], 50);
    assert_near(s.errors.dap[EVAL_DUPE], 0);
    scene_done(&s);
}

/* A crowd of another class does not excuse; an ignored detection that a fix mends becomes a hit. */
static void what_a_crowd_excuses(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 1, 2);
    sets_annotate(s.dataset, 0, 0, 0, 0, 200, 200)->crowd = true;
    sets_annotate(s.dataset, 0, 0, 0, 0, 100, 100);
    sets_annotate(s.dataset, 0, 1, 400, 0, 100, 100);
    sets_detect(s.detections, 0, 0, .9, 0, 0, 100, 30);
    sets_detect(s.detections, 0, 1, .8, 150, 150, 10, 10);
    sets_detect(s.detections, 0, 1, .7, 400, 0, 100, 100);
    scene_find(&s);
    assert_errors(&s, "Loc 0>1 Bkg 1>-1");
    assert_near(s.errors.ap, (0 + 50) / 2.);
    assert_near(s.errors.dap[EVAL_LOC], 50);
    assert_near(s.errors.dap[EVAL_BKG], 25);
    scene_done(&s);
}

/* The limit is for an image with all its classes. */
static void classes_share_the_limit(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 1, 2);
    sets_annotate(s.dataset, 0, 0, 0, 0, 100, 100);
    sets_annotate(s.dataset, 0, 1, 200, 0, 100, 100);
    sets_detect(s.detections, 0, 0, .5, 0, 0, 100, 100);
    sets_detect(s.detections, 0, 1, .6, 200, 0, 100, 100);
    s.settings.max_dets = 1;
    scene_find(&s);
    assert_errors(&s, "Miss -1>0");
    assert_near(s.errors.ap, 50);
    assert_near(s.errors.dap[EVAL_MISS], 50); /* the first class has nothing left */
    scene_done(&s);
}

/* A class without ground truth is 0 in the mean while it has detections. */
static void a_class_of_false_detections_counts(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 1, 3);
    sets_annotate(s.dataset, 0, 0, 0, 0, 100, 100);
    sets_detect(s.detections, 0, 0, -7, 0, 0, 100, 100);
    sets_detect(s.detections, 0, 1, -8, 400, 0, 100, 100);
    scene_find(&s);
    assert_errors(&s, "Bkg 1>-1");
    assert_near(s.errors.ap, 50);
    assert_near(s.errors.dap[EVAL_BKG], 50);
    assert_near(s.errors.dap_false_pos, 0);
    assert_true(s.errors.boxes[0].score == -8);
    scene_done(&s);
}

static void empty_sides_are_numbers(void **unused)
{
    (void)unused;
    for (int truths = 0; truths < 2; truths++) {
        for (int found = 0; found < 2; found++) {
            struct scene s;
            scene_init(&s, truths || found, truths || found);
            if (truths)
                sets_annotate(s.dataset, 0, 0, 0, 0, 100, 100);
            if (found)
                sets_detect(s.detections, 0, 0, .5, 0, 0, truths ? 100 : 10, 100);
            scene_find(&s);
            assert_near(s.errors.ap, truths && found ? 100 : truths || found ? 0 : -1);
            assert_errors(&s, truths == found ? "" : truths ? "Miss -1>0" : "Bkg 0>-1");
            for (int t = 0; t < EVAL_ERRORS; t++)
                assert_near(s.errors.dap[t], 0);
            assert_near(s.errors.dap_false_pos, 0);
            assert_near(s.errors.dap_false_neg, 0);
            scene_done(&s);
        }
    }
}

/* What eval_match() leaves out has no effect: unknown ids, numbers that are none, unknown sizes. */
static void what_cannot_be_used_is_left_out(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 3, 2);
    s.dataset->fractions = true;
    s.dataset->images[1].width_px = 0;
    s.detections->fractions = true;
    s.detections->image_keys[2].id = 77;
    s.detections->category_keys[1].id = 77;
    sets_annotate(s.dataset, 0, 0, 0, 0, 320, 240);
    sets_annotate(s.dataset, 0, 0, 0, NAN, 320, 240);
    sets_annotate(s.dataset, 1, 0, 0, 0, .5, .5);
    sets_detect(s.detections, 0, 0, .5, 0, 0, .5, .5); /* pixels are made of it: a hit */
    sets_detect(s.detections, 0, 0, .4, 0, 0, INFINITY, .5);
    sets_detect(s.detections, 0, 0, NAN, 0, 0, .5, .5);
    sets_detect(s.detections, 1, 0, .5, .7, .7, .1, .1);
    sets_detect(s.detections, 2, 0, .5, 0, 0, .5, .5);
    sets_detect(s.detections, 0, 1, .5, 0, 0, .5, .5);
    scene_find(&s);
    assert_errors(&s, "");
    assert_near(s.errors.ap, 100);
    scene_done(&s);
}

static void settings_must_make_sense(void **unused)
{
    (void)unused;
    static const struct eval_error_settings WRONG[] = {
        {.5, 0, 100}, {.5, .6, 100}, {1.1, .1, 100}, {NAN, .1, 100}, {.5, NAN, 100}, {.5, .1, 0}};
    struct scene s;
    struct err err;
    scene_init(&s, 1, 1);
    scene_find(&s);
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        assert_false(eval_errors_make(
            s.dataset, s.detections, &s.link, &WRONG[i], &s.arena, &s.errors, &err));
        assert_int_equal(err.code, ERR_USAGE);
    }
    assert_null(eval_error_name(EVAL_ERRORS));
    assert_null(eval_error_name(-1));
    scene_done(&s);
}

static void pairs_are_limited(void **unused)
{
    (void)unused;
    int64_t pairs = 0;
    struct err err = {0};
    assert_true(by_image_admit(&pairs, (size_t)1 << 16, (size_t)1 << 18, &err));
    assert_true(by_image_admit(&pairs, 1000, 0, &err));
    assert_false(by_image_admit(&pairs, 1, 1, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    pairs = 0;
    assert_false(by_image_admit(&pairs, INT32_MAX, INT32_MAX, &err));
}

static void no_memory_is_an_error(void **unused)
{
    (void)unused;
    struct scene s;
    struct err err;
    struct arena small;
    scene_init(&s, 1, 1);
    sets_annotate(s.dataset, 0, 0, 0, 0, 100, 100);
    sets_detect(s.detections, 0, 0, .5, 300, 0, 100, 100);
    scene_find(&s);
    arena_init(&small, 16);
    assert_false(
        eval_errors_make(s.dataset, s.detections, &s.link, &s.settings, &small, &s.errors, &err));
    assert_int_equal(err.code, ERR_MEMORY);
    arena_done(&small);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_has_its_cost),
        cmocka_unit_test(false_detections_cost_precision),
        cmocka_unit_test(thresholds_belong_to_loc),
        cmocka_unit_test(the_first_type_that_fits_counts),
        cmocka_unit_test(ties_go_to_the_first),
        cmocka_unit_test(equal_scores_can_make_a_fix_cost),
        cmocka_unit_test(images_stand_in_file_order),
        cmocka_unit_test(crowds_ignore),
        cmocka_unit_test(what_a_crowd_excuses),
        cmocka_unit_test(classes_share_the_limit),
        cmocka_unit_test(a_class_of_false_detections_counts),
        cmocka_unit_test(empty_sides_are_numbers),
        cmocka_unit_test(what_cannot_be_used_is_left_out),
        cmocka_unit_test(settings_must_make_sense),
        cmocka_unit_test(pairs_are_limited),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
