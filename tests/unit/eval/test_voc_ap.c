/*
 * VOC's average precision: by hand, and beside the development kit's loops, word by word, on
 * thousands of small random sets.
 */
#include "sets.h"

#include "eval/voc_ap.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 4000, IMAGES = 3, CLASSES = 3, MOST = 64 };

struct scene {
    struct arena arena;
    struct dataset *dataset;
    struct detections *detections;
    struct eval_voc voc;
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

static void evaluate(struct scene *scene, double iou)
{
    struct err err;
    struct link link;
    assert_true(
        link_make(scene->dataset, scene->detections, LINK_SHIFT_NONE, &scene->arena, &link, &err));
    assert_true(eval_voc_ap(
        scene->dataset, scene->detections, &link, iou, &scene->arena, &scene->voc, &err));
}

static void assert_near(double is, double should)
{
    assert_true(fabs(is - should) < 1e-12);
}

static void assert_class(const struct scene *scene, int category, double ap, double ap_11)
{
    assert_near(scene->voc.classes[category].ap, ap);
    assert_near(scene->voc.classes[category].ap_11, ap_11);
}

/* Truth number I of image I / 2, and detections of it. */
static void add_truth(struct scene *scene, int i)
{
    sets_annotate(scene->dataset, i / 2, 0, i % 2 * 100, 0, 10, 10);
}

static void find_truth(struct scene *scene, int i, double score)
{
    sets_detect(scene->detections, i / 2, 0, score, i % 2 * 100, 0, 10, 10);
}

/* By score: TP FP TP TP FP TP of 5. Precision at the four: 1, 2/3, 3/4, 4/6; falling monotonically
 * 1, 3/4, 3/4, 2/3 at the recalls .2 .4 .6 .8. Area: .2 (1 + 3/4 + 3/4 + 2/3). Eleven points: 1 at
 * 0 .1 .2, 3/4 at .3 .4 .5 .6, 2/3 at .7 .8, 0 at .9 and 1. */
static void the_two_integrals_of_a_curve(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 3, 1);
    for (int i = 0; i < 5; i++)
        add_truth(&scene, i);
    find_truth(&scene, 3, .4);
    find_truth(&scene, 0, .9);
    sets_detect(scene.detections, 1, 0, .8, 500, 0, 10, 10);
    find_truth(&scene, 4, .7);
    sets_detect(scene.detections, 2, 0, .5, 500, 0, 10, 10);
    find_truth(&scene, 1, .6);
    evaluate(&scene, .5);
    assert_class(&scene, 0, .2 * (1 + .75 + .75 + 2. / 3), (3 + 4 * .75 + 2 * 2. / 3) / 11);
    assert_int_equal(scene.voc.classes[0].gt, 5);
    assert_int_equal(scene.voc.classes[0].dt, 6);
    assert_near(scene.voc.map, scene.voc.classes[0].ap);
    assert_near(scene.voc.map_11, scene.voc.classes[0].ap_11);
    close_scene(&scene);
}

/* Three of ten: .1 * 3 in binary lies above 3 / 10, so that only 0, .1 and .2 are reached. */
static void the_fourth_recall_lies_above_its_decimal(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 5, 1);
    for (int i = 0; i < 10; i++)
        add_truth(&scene, i);
    for (int i = 0; i < 3; i++)
        find_truth(&scene, i, .5);
    evaluate(&scene, .5);
    assert_class(&scene, 0, .3, 3. / 11);
    find_truth(&scene, 3, .5);
    evaluate(&scene, .5);
    assert_class(&scene, 0, .4, 5. / 11);
    close_scene(&scene);
}

/* The kit's corners 1 1 10 10 and 1 1 10 5: 50 of 100 pixels. */
static void an_overlap_that_equals_the_threshold_is_a_hit(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 1, 1);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .5, 0, 0, 10, 5);
    evaluate(&scene, .5);
    assert_class(&scene, 0, 1, 1);
    evaluate(&scene, nextafter(.5, 1));
    assert_class(&scene, 0, 0, 0);
    evaluate(&scene, .05);
    assert_class(&scene, 0, 1, 1);
    close_scene(&scene);
}

/* Both stand nearest to the first truth; the second truth, which they overlap enough too, is not
 * looked at. COCO would give it to the second detection. */
static void the_nearest_truth_may_be_taken(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 1, 1);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 12);
    sets_detect(scene.detections, 0, 0, .9, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .8, 0, 0, 10, 10.5);
    evaluate(&scene, .5);
    assert_class(&scene, 0, .5, 6. / 11); /* recall .5 with precision 1 */
    close_scene(&scene);
}

/* The first detection stands nearest to a difficult truth and is no mistake; the difficult one can
 * be met twice and is not wanted. */
static void difficult_is_neither_wanted_nor_wrong(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 1, 2);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10)->crowd = true;
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 12);
    sets_annotate(scene.dataset, 0, 1, 0, 0, 10, 10)->crowd = true;
    sets_detect(scene.detections, 0, 0, .9, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .8, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 1, .8, 0, 0, 10, 10);
    evaluate(&scene, .5);
    assert_class(&scene, 0, 0, 0);
    assert_class(&scene, 1, -1, -1); /* nothing is wanted */
    assert_near(scene.voc.map, 0);
    sets_detect(scene.detections, 0, 0, .7, 0, 0, 10, 12);
    evaluate(&scene, .5);
    assert_class(&scene, 0, 1, 1);
    assert_int_equal(scene.voc.classes[0].gt, 1);
    close_scene(&scene);
}

/* Half of each of two truths: the first of them, once wanted and once not. */
static void of_equal_overlaps_the_first_truth_is_met(void **unused)
{
    (void)unused;
    for (int first_is_difficult = 0; first_is_difficult < 2; first_is_difficult++) {
        struct scene scene;
        open_scene(&scene, 1, 1);
        sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10)->crowd = first_is_difficult;
        sets_annotate(scene.dataset, 0, 0, 10, 0, 10, 10)->crowd = !first_is_difficult;
        sets_detect(scene.detections, 0, 0, .5, 5, 0, 10, 10); /* overlap 50 / 150 of both */
        evaluate(&scene, .3);
        assert_class(&scene, 0, first_is_difficult ? 0 : 1, first_is_difficult ? 0 : 1);
        close_scene(&scene);
    }
}

/* The row of the later image stands first in the file. */
static void equal_scores_stay_in_file_order(void **unused)
{
    (void)unused;
    for (int hit_is_first = 0; hit_is_first < 2; hit_is_first++) {
        struct scene scene;
        open_scene(&scene, 2, 1);
        sets_annotate(scene.dataset, hit_is_first, 0, 0, 0, 10, 10);
        sets_detect(scene.detections, 1, 0, .5, 0, 0, 10, 10);
        sets_detect(scene.detections, 0, 0, .5, 0, 0, 10, 10);
        evaluate(&scene, .5);
        assert_class(&scene, 0, hit_is_first ? 1 : .5, hit_is_first ? 1 : .5);
        close_scene(&scene);
    }
}

/* COCO would look at the best hundred of an image. */
static void an_image_has_any_number_of_detections(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 1, 1);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    for (int i = 0; i < 400; i++)
        sets_detect(scene.detections, 0, 0, .9, 100, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .1, 0, 0, 10, 10);
    evaluate(&scene, .5);
    assert_class(&scene, 0, 1. / 401, 1. / 401);
    close_scene(&scene);
}

static void means_leave_out_what_is_undefined(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 1, 3);
    evaluate(&scene, .5);
    assert_true(scene.voc.map == -1 && scene.voc.map_11 == -1);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    sets_annotate(scene.dataset, 0, 2, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .9, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 1, .9, 0, 0, 10, 10); /* a class without ground truth */
    evaluate(&scene, .5);
    assert_class(&scene, 0, 1, 1);
    assert_class(&scene, 1, -1, -1);
    assert_class(&scene, 2, 0, 0);
    assert_near(scene.voc.map, .5);
    assert_near(scene.voc.map_11, .5);
    assert_int_equal(scene.voc.classes[1].dt, 1);
    close_scene(&scene);
}

static void what_cannot_be_done_is_refused(void **unused)
{
    (void)unused;
    static const double NONE[] = {0, -1, 1.01, NAN};
    struct scene scene;
    struct err err;
    struct link link;
    open_scene(&scene, 1, 1);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .9, 0, 0, 10, 10);
    assert_true(
        link_make(scene.dataset, scene.detections, LINK_SHIFT_NONE, &scene.arena, &link, &err));
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++) {
        assert_false(eval_voc_ap(
            scene.dataset, scene.detections, &link, NONE[i], &scene.arena, &scene.voc, &err));
        assert_int_equal(err.code, ERR_USAGE);
    }
    struct arena small;
    arena_init(&small, 16);
    assert_false(eval_voc_ap(scene.dataset, scene.detections, &link, .5, &small, &scene.voc, &err));
    assert_int_equal(err.code, ERR_MEMORY);
    arena_done(&small);
    close_scene(&scene);
}

/* 2^16 truths and 2^16 + 1 detections in one image; the same over two images is little. */
static void work_beyond_all_bounds_is_refused(void **unused)
{
    (void)unused;
    enum { BOXES = 1 << 16 };
    struct scene scene;
    struct err err;
    struct link link;
    open_scene(&scene, 2, 1);
    scene.dataset->annotations = ARENA_ARRAY(&scene.arena, struct annotation, BOXES);
    scene.detections->rows =
        realloc(scene.detections->rows, (BOXES + 1) * sizeof(struct detection));
    for (int i = 0; i < BOXES; i++)
        sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    for (int i = 0; i <= BOXES; i++)
        sets_detect(scene.detections, 0, 0, .5, 0, 0, 10, 10);
    assert_true(
        link_make(scene.dataset, scene.detections, LINK_SHIFT_NONE, &scene.arena, &link, &err));
    assert_false(
        eval_voc_ap(scene.dataset, scene.detections, &link, .5, &scene.arena, &scene.voc, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    for (int i = 1; i <= BOXES; i++)
        scene.detections->rows[i].image_key = 1;
    evaluate(&scene, .5);
    assert_near(scene.voc.map, 1. / BOXES);
    close_scene(&scene);
}

/* ---- the kit's loops ---- */

static uint32_t next(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % below;
}

/* Inclusive corners, as in VOC's files. */
struct corners {
    double left, top, right, bottom;
};

static struct corners corners_of(const struct box *box)
{
    return (struct corners){box->x + 1, box->y + 1, box->x + box->w, box->y + box->h};
}

static double slow_overlap(const struct corners *bb, const struct corners *gt)
{
    double iw = fmin(bb->right, gt->right) - fmax(bb->left, gt->left) + 1;
    double ih = fmin(bb->bottom, gt->bottom) - fmax(bb->top, gt->top) + 1;
    if (!(iw > 0 && ih > 0))
        return -INFINITY;
    double ua = (bb->right - bb->left + 1) * (bb->bottom - bb->top + 1) +
                (gt->right - gt->left + 1) * (gt->bottom - gt->top + 1) - iw * ih;
    return iw * ih / ua;
}

struct slow {
    int n;
    double tp[MOST], fp[MOST], positives;
};

/* The loop over the detections of CLASS by score. */
static void slow_assign(const struct scene *scene, int32_t class, double iou, struct slow *slow)
{
    const struct dataset *dataset = scene->dataset;
    const struct detection *rows = scene->detections->rows;
    int order[MOST];
    bool taken[MOST] = {false};
    *slow = (struct slow){0};
    for (size_t i = 0; i < dataset->annotation_count; i++)
        slow->positives +=
            dataset->annotations[i].category == class && !dataset->annotations[i].crowd;
    for (size_t i = 0; i < scene->detections->count; i++) {
        if (rows[i].category_key != class)
            continue;
        int at = slow->n++;
        for (; at > 0 && rows[order[at - 1]].score < rows[i].score; at--)
            order[at] = order[at - 1];
        order[at] = (int)i;
    }
    for (int d = 0; d < slow->n; d++) {
        const struct detection *row = &rows[order[d]];
        struct corners bb = corners_of(&row->box);
        double ovmax = -INFINITY;
        size_t jmax = 0;
        for (size_t j = 0; j < dataset->annotation_count; j++) {
            const struct annotation *a = &dataset->annotations[j];
            struct corners gt = corners_of(&a->box);
            double ov = a->image == row->image_key && a->category == class ? slow_overlap(&bb, &gt)
                                                                           : -INFINITY;
            if (ov > ovmax) {
                ovmax = ov;
                jmax = j;
            }
        }
        bool hit = ovmax >= iou, difficult = hit && dataset->annotations[jmax].crowd;
        slow->tp[d] = hit && !difficult && !taken[jmax];
        slow->fp[d] = !hit || (!difficult && taken[jmax]);
        if (hit && !difficult)
            taken[jmax] = true;
    }
}

static void slow_class(
    const struct scene *scene, int32_t class, double iou, double *ap, double *ap_11)
{
    static const double POINTS[] = {0, .1, .2, .1 * 3, .4, .5, .6, .7, .8, .9, 1};
    struct slow slow;
    double recall[MOST + 2] = {0}, precision[MOST + 2] = {0}, tp = 0, fp = 0;
    slow_assign(scene, class, iou, &slow);
    *ap = *ap_11 = slow.positives > 0 ? 0 : -1;
    if (!(slow.positives > 0))
        return;
    for (int i = 1; i <= slow.n; i++) {
        tp += slow.tp[i - 1];
        fp += slow.fp[i - 1];
        recall[i] = tp / slow.positives;
        precision[i] = tp / (fp + tp);
    }
    recall[slow.n + 1] = 1;
    for (size_t p = 0; p < sizeof POINTS / sizeof *POINTS; p++) {
        double most = 0;
        for (int i = 1; i <= slow.n; i++)
            if (recall[i] >= POINTS[p])
                most = fmax(most, precision[i]); /* as MATLAB's, without regard to NaN */
        *ap_11 += most / 11;
    }
    for (int i = slow.n; i >= 0; i--)
        precision[i] = fmax(precision[i], precision[i + 1]);
    for (int i = 1; i <= slow.n + 1; i++)
        if (recall[i] != recall[i - 1])
            *ap += (recall[i] - recall[i - 1]) * precision[i];
}

static void random_boxes(struct scene *scene, uint64_t *state)
{
    uint32_t truths = next(state, 16), found = next(state, 40), near = next(state, 3);
    for (uint32_t i = 0; i < truths; i++)
        sets_annotate(scene->dataset, (int32_t)next(state, IMAGES), (int32_t)next(state, CLASSES),
            4 * next(state, 5), 4 * next(state, 5), 8 + next(state, 3), 8 + next(state, 3))
            ->crowd = next(state, 5) == 0;
    for (uint32_t i = 0; i < found; i++) {
        struct box box = {
            4 * next(state, 5), 4 * next(state, 5), 8 + next(state, 3), 8 + next(state, 3)};
        int32_t image = (int32_t)next(state, IMAGES), class = (int32_t)next(state, CLASSES);
        if (near && truths) {
            const struct annotation *a = &scene->dataset->annotations[next(state, truths)];
            box = a->box;
            box.h += next(state, 4);
            image = a->image;
            class = a->category;
        }
        sets_detect(
            scene->detections, image, class, next(state, 12) * .1 - .1, box.x, box.y, box.w, box.h);
    }
}

static void small_sets_agree_with_the_kit(void **unused)
{
    (void)unused;
    static const double IOUS[] = {.5, .3, .7, .8, 1};
    uint64_t state = 2007;
    int some = 0;
    for (int i = 0; i < CASES; i++) {
        struct scene scene;
        double sum = 0, sum_11 = 0, defined = 0;
        open_scene(&scene, IMAGES, CLASSES);
        random_boxes(&scene, &state);
        evaluate(&scene, IOUS[i % 5]);
        for (int32_t c = 0; c < CLASSES; c++) {
            double ap, ap_11;
            slow_class(&scene, c, IOUS[i % 5], &ap, &ap_11);
            assert_class(&scene, c, ap, ap_11);
            some += ap > .1 && ap < .9;
            if (ap == -1)
                continue;
            sum += ap;
            sum_11 += ap_11;
            defined++;
        }
        assert_near(scene.voc.map, defined > 0 ? sum / defined : -1);
        assert_near(scene.voc.map_11, defined > 0 ? sum_11 / defined : -1);
        close_scene(&scene);
    }
    assert_true(some > CASES / 2); /* not all of them are trivial */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_two_integrals_of_a_curve),
        cmocka_unit_test(the_fourth_recall_lies_above_its_decimal),
        cmocka_unit_test(an_overlap_that_equals_the_threshold_is_a_hit),
        cmocka_unit_test(the_nearest_truth_may_be_taken),
        cmocka_unit_test(difficult_is_neither_wanted_nor_wrong),
        cmocka_unit_test(of_equal_overlaps_the_first_truth_is_met),
        cmocka_unit_test(equal_scores_stay_in_file_order),
        cmocka_unit_test(an_image_has_any_number_of_detections),
        cmocka_unit_test(means_leave_out_what_is_undefined),
        cmocka_unit_test(what_cannot_be_done_is_refused),
        cmocka_unit_test(work_beyond_all_bounds_is_refused),
        cmocka_unit_test(small_sets_agree_with_the_kit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
