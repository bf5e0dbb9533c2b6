/*
 * The confusion matrix by hand, and beside a slow version that sorts all pairs.
 */
#include "sets.h"

#include "eval/by_image.h"
#include "eval/confusion.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 3000, MOST = 64, IMAGES = 3, CLASSES = 3 };

struct scene {
    struct arena arena;
    struct dataset *dataset;
    struct detections *detections;
    struct link link;
    struct eval_confusion_settings settings;
    struct eval_confusion confusion;
};

static void scene_init(struct scene *scene, int images, int categories)
{
    arena_init(&scene->arena, 0);
    scene->dataset = sets_truth(images, categories);
    scene->detections = sets_detections(images, categories);
    scene->settings = eval_confusion_settings_default();
}

static void scene_done(struct scene *scene)
{
    detections_free(scene->detections);
    dataset_free(scene->dataset);
    arena_done(&scene->arena);
}

static void scene_make(struct scene *scene)
{
    struct err err;
    sets_link(scene->dataset, scene->detections, &scene->arena, &scene->link);
    assert_true(eval_confusion_make(scene->dataset, scene->detections, &scene->link,
        &scene->settings, &scene->arena, &scene->confusion, &err));
}

/* The matrix as "0,1: 2>0 3>1; ...": predicted, true, then row > annotation of each box. */
static void assert_matrix(const struct scene *scene, const char *should)
{
    char is[1024] = "";
    const struct eval_confusion *confusion = &scene->confusion;
    for (size_t c = 0; c < confusion->cell_count; c++) {
        const struct eval_confusion_cell *cell = &confusion->cells[c];
        size_t at = strlen(is);
        snprintf(is + at, sizeof is - at, "%s%d,%d:", c ? "; " : "", cell->predicted, cell->truth);
        for (uint32_t i = cell->start; i < cell->start + cell->count; i++) {
            at = strlen(is);
            snprintf(is + at, sizeof is - at, " %d>%d", confusion->boxes[i].row,
                confusion->boxes[i].annotation);
        }
    }
    assert_string_equal(is, should);
}

static void each_kind_of_cell(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 2, 2);
    sets_annotate(s.dataset, 0, 0, 0, 0, 100, 100);
    sets_annotate(s.dataset, 0, 1, 200, 0, 100, 100);
    sets_annotate(s.dataset, 0, 1, 400, 0, 100, 100);
    sets_annotate(s.dataset, 1, 1, 0, 0, 100, 100)->crowd = true;
    sets_annotate(s.dataset, 1, 1, 300, 0, 100, 100);
    sets_detect(s.detections, 0, 0, .3, 0, 0, 100, 100);
    sets_detect(s.detections, 0, 0, .4, 200, 0, 100, 100);
    sets_detect(s.detections, 0, 1, .5, 400, 0, 100, 40);   /* IoU .40 */
    sets_detect(s.detections, 0, 0, .25, 400, 0, 100, 100); /* not above .25 */
    sets_detect(s.detections, 1, 1, .9, 0, 0, 100, 100);    /* on a crowd */
    scene_make(&s);
    assert_matrix(&s, "0,0: 0>0; 0,1: 1>1; 1,2: 4>-1 2>-1; 2,1: -1>2 -1>4");
    assert_int_equal(s.confusion.background, 2);
    assert_int_equal(s.confusion.box_count, 6);
    assert_int_equal(s.confusion.trace, 1);
    const struct eval_confusion_box *boxes = s.confusion.boxes;
    assert_true(fabs(boxes[3].iou - .4) < 1e-9 && fabs(boxes[4].iou - .4) < 1e-9);
    assert_true(boxes[2].iou == 0 && boxes[5].iou == 0);
    assert_true(boxes[0].iou == 1e4 / (1e4 + 1e-7));
    assert_int_equal(boxes[2].image, 1);
    assert_int_equal(boxes[5].image, 1);
    const struct eval_confusion_cell *cell = eval_confusion_find(&s.confusion, 2, 1);
    assert_ptr_equal(cell, &s.confusion.cells[3]);
    assert_null(eval_confusion_find(&s.confusion, 1, 1));
    assert_null(eval_confusion_find(&s.confusion, 2, 2));
    scene_done(&s);
}

/* Each detection has one choice: who loses it gets nothing else, however well it fits. */
static void a_detection_has_one_choice(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 1, 2);
    sets_annotate(s.dataset, 0, 0, 0, 0, 100, 100);
    sets_annotate(s.dataset, 0, 1, 0, 0, 100, 80);
    sets_detect(s.detections, 0, 0, .3, 0, 0, 100, 95); /* loses the first by its IoU */
    sets_detect(s.detections, 0, 0, .9, 0, 0, 100, 99);
    sets_detect(s.detections, 0, 0, .99, 0, 0, 100, 94); /* loses too: scores do not count */
    scene_make(&s);
    assert_matrix(&s, "0,0: 1>0; 0,2: 2>-1 0>-1; 2,1: -1>1");
    assert_true(fabs(s.confusion.boxes[1].iou - .94) < 1e-9);
    assert_true(fabs(s.confusion.boxes[3].iou - 80 / 94.) < 1e-9);
    scene_done(&s);
}

/* Of equal IoUs the later ground truth and the later detection win. */
static void ties_go_to_the_later(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 1, 2);
    sets_annotate(s.dataset, 0, 0, 0, 0, 100, 100);
    sets_annotate(s.dataset, 0, 1, 0, 0, 100, 100);
    sets_detect(s.detections, 0, 0, .9, 0, 0, 100, 100);
    sets_detect(s.detections, 0, 1, .8, 0, 0, 100, 100);
    scene_make(&s);
    assert_matrix(&s, "0,2: 0>-1; 1,1: 1>1; 2,0: -1>0");
    scene_done(&s);
}

/* The IoU must be above the threshold, and 1e-7 in the denominator lowers it. */
static void the_denominator_has_a_bit_more(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 1, 1);
    sets_annotate(s.dataset, 0, 0, 0, 0, 1, 1);
    sets_detect(s.detections, 0, 0, .9, 0, 0, 1, .5);
    s.settings.iou = .5;
    scene_make(&s);
    assert_matrix(&s, "0,1: 0>-1; 1,0: -1>0");
    assert_true(s.confusion.boxes[0].iou == .5 / (1 + 1e-7));
    s.settings.iou = .4999999;
    scene_make(&s);
    assert_matrix(&s, "0,0: 0>0");
    scene_done(&s);
}

static void empty_sides_are_empty_matrices(void **unused)
{
    (void)unused;
    for (int truths = 0; truths < 2; truths++) {
        for (int found = 0; found < 2; found++) {
            struct scene s;
            scene_init(&s, truths || found, truths || found);
            if (truths)
                sets_annotate(s.dataset, 0, 0, 0, 0, 100, 100);
            if (found)
                sets_detect(s.detections, 0, 0, .5, 300, 0, 100, 100);
            scene_make(&s);
            assert_matrix(&s, truths && found ? "0,1: 0>-1; 1,0: -1>0"
                              : truths        ? "1,0: -1>0"
                              : found         ? "0,1: 0>-1"
                                              : "");
            assert_int_equal(s.confusion.trace, 0);
            assert_null(eval_confusion_find(&s.confusion, 1, 1));
            scene_done(&s);
        }
    }
}

static void what_cannot_be_used_is_left_out(void **unused)
{
    (void)unused;
    struct scene s;
    scene_init(&s, 3, 2);
    s.dataset->fractions = true;
    s.dataset->images[1].height_px = 0;
    s.detections->fractions = true;
    s.detections->image_keys[2].id = 77;
    s.detections->category_keys[1].id = 77;
    sets_annotate(s.dataset, 0, 0, 0, 0, 320, 240);
    sets_annotate(s.dataset, 0, 0, 0, NAN, 320, 240);
    sets_annotate(s.dataset, 0, 0, 0, 0, 320, 240)->area = INFINITY;
    sets_annotate(s.dataset, 1, 0, 0, 0, .5, .5);
    sets_detect(s.detections, 0, 0, .5, 0, 0, .5, .5); /* pixels are made of it */
    sets_detect(s.detections, 0, 0, .4, 0, 0, INFINITY, .5);
    sets_detect(s.detections, 0, 0, INFINITY, 0, 0, .5, .5);
    sets_detect(s.detections, 0, 0, NAN, 0, 0, .5, .5);
    sets_detect(s.detections, 1, 0, .5, .7, .7, .1, .1);
    sets_detect(s.detections, 2, 0, .5, 0, 0, .5, .5);
    sets_detect(s.detections, 0, 1, .5, 0, 0, .5, .5);
    scene_make(&s);
    assert_matrix(&s, "0,0: 0>0");
    scene_done(&s);
}

static void settings_must_make_sense(void **unused)
{
    (void)unused;
    static const struct eval_confusion_settings WRONG[] = {
        {.25, -.1}, {.25, 1}, {.25, NAN}, {NAN, .45}, {INFINITY, .45}};
    struct scene s;
    struct err err;
    scene_init(&s, 1, 1);
    scene_make(&s);
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        assert_false(eval_confusion_make(
            s.dataset, s.detections, &s.link, &WRONG[i], &s.arena, &s.confusion, &err));
        assert_int_equal(err.code, ERR_USAGE);
    }
    scene_done(&s);
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
    scene_make(&s);
    arena_init(&small, 16);
    assert_false(eval_confusion_make(
        s.dataset, s.detections, &s.link, &s.settings, &small, &s.confusion, &err));
    assert_int_equal(err.code, ERR_MEMORY);
    arena_done(&small);
    scene_done(&s);
}

/* An image made to take long is refused before it is looked at. */
static void pairs_are_limited(void **unused)
{
    (void)unused;
    enum { SIDE = 1 << 17 };
    struct scene s;
    struct err err;
    scene_init(&s, 1, 1);
    free(s.detections->rows);
    s.detections->rows = calloc(SIDE + 1, sizeof *s.detections->rows);
    s.dataset->annotations = ARENA_ARRAY(&s.dataset->arena, struct annotation, SIDE);
    for (int i = 0; i < SIDE; i++) {
        sets_annotate(s.dataset, 0, 0, 0, 0, 10, 10);
        sets_detect(s.detections, 0, 0, .9, 0, 0, 10, 10);
    }
    sets_detect(s.detections, 0, 0, .9, 0, 0, 10, 10);
    sets_link(s.dataset, s.detections, &s.arena, &s.link);
    assert_false(eval_confusion_make(
        s.dataset, s.detections, &s.link, &s.settings, &s.arena, &s.confusion, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    scene_done(&s);
}

/* The slow version: all pairs, sorted. */

struct pair {
    double iou;
    int gt, row;
};

struct slow {
    int matrix[CLASSES + 1][CLASSES + 1];
    int gt_of_row[MOST], row_of_gt[MOST];
    double row_iou[MOST], gt_iou[MOST]; /* highest */
    bool kept[MOST];                    /* row */
};

static double slow_iou(const struct box *a, const struct box *b)
{
    double w = fmin(a->w + a->x, b->w + b->x) - fmax(a->x, b->x);
    double h = fmin(a->h + a->y, b->h + b->y) - fmax(a->y, b->y);
    return w > 0 && h > 0 ? w * h / (a->w * a->h + b->w * b->h - w * h + 1e-7) : 0;
}

static int compare_pairs(const void *left, const void *right)
{
    const struct pair *a = left, *b = right;
    if (a->iou != b->iou)
        return a->iou > b->iou ? -1 : 1;
    if (a->gt != b->gt)
        return b->gt - a->gt;
    return b->row - a->row;
}

static void slow_match(const struct scene *scene, struct slow *slow)
{
    static struct pair pairs[MOST * MOST];
    const struct dataset *dataset = scene->dataset;
    int n = 0;
    bool row_seen[MOST] = {false};
    for (size_t r = 0; r < scene->detections->count; r++) {
        const struct detection *row = &scene->detections->rows[r];
        slow->gt_of_row[r] = -1;
        slow->kept[r] = row->score > scene->settings.confidence;
        for (size_t g = 0; g < dataset->annotation_count && slow->kept[r]; g++) {
            const struct annotation *a = &dataset->annotations[g];
            if (a->crowd || a->image != scene->link.image_of_key[row->image_key])
                continue;
            double iou = slow_iou(&row->box, &a->box);
            slow->row_iou[r] = fmax(slow->row_iou[r], iou);
            slow->gt_iou[g] = fmax(slow->gt_iou[g], iou);
            if (iou > scene->settings.iou)
                pairs[n++] = (struct pair){iou, (int)g, (int)r};
        }
    }
    for (size_t g = 0; g < dataset->annotation_count; g++)
        slow->row_of_gt[g] = -1;
    qsort(pairs, (size_t)n, sizeof *pairs, compare_pairs);
    for (int i = 0; i < n; i++) {
        if (row_seen[pairs[i].row])
            continue;
        row_seen[pairs[i].row] = true;
        if (slow->row_of_gt[pairs[i].gt] >= 0)
            continue;
        slow->row_of_gt[pairs[i].gt] = pairs[i].row;
        slow->gt_of_row[pairs[i].row] = pairs[i].gt;
    }
}

static int class_of_row(const struct scene *scene, int row)
{
    return row < 0 ? CLASSES
                   : scene->link.category_of_key[scene->detections->rows[row].category_key];
}

static int class_of_gt(const struct scene *scene, int gt)
{
    return gt < 0 ? CLASSES : scene->dataset->annotations[gt].category;
}

static void slow_count(const struct scene *scene, struct slow *slow)
{
    for (size_t r = 0; r < scene->detections->count; r++)
        if (slow->kept[r])
            slow->matrix[class_of_row(scene, (int)r)][class_of_gt(scene, slow->gt_of_row[r])]++;
    for (size_t g = 0; g < scene->dataset->annotation_count; g++)
        if (!scene->dataset->annotations[g].crowd && slow->row_of_gt[g] < 0)
            slow->matrix[CLASSES][class_of_gt(scene, (int)g)]++;
}

static void check_matrix(const struct scene *scene, const struct slow *slow)
{
    const struct eval_confusion *confusion = &scene->confusion;
    size_t cells = 0, boxes = 0;
    int64_t trace = 0;
    for (int p = 0; p <= CLASSES; p++)
        for (int t = 0; t <= CLASSES; t++) {
            const struct eval_confusion_cell *cell = eval_confusion_find(confusion, p, t);
            assert_int_equal(cell ? cell->count : 0, slow->matrix[p][t]);
            if (!cell)
                continue;
            assert_ptr_equal(cell, &confusion->cells[cells]); /* in order */
            assert_int_equal(cell->start, boxes);
            cells++;
            boxes += cell->count;
            trace += p == t ? cell->count : 0;
        }
    assert_int_equal(confusion->cell_count, cells);
    assert_int_equal(confusion->box_count, boxes);
    assert_int_equal(confusion->trace, trace);
}

/* Whether A may stand before B inside a cell. */
static bool in_order(const struct scene *scene, const struct eval_confusion_box *a,
    const struct eval_confusion_box *b)
{
    const struct detection *rows = scene->detections->rows;
    if (a->row >= 0 && rows[a->row].score != rows[b->row].score)
        return rows[a->row].score > rows[b->row].score;
    if (a->image != b->image)
        return a->image < b->image;
    return a->row >= 0 ? a->row < b->row : a->annotation < b->annotation;
}

/* Strict order makes every box of a cell another one, so with the counts none is missing. */
static void check_boxes(const struct scene *scene, const struct slow *slow)
{
    const struct eval_confusion *confusion = &scene->confusion;
    for (size_t c = 0; c < confusion->cell_count; c++) {
        const struct eval_confusion_cell *cell = &confusion->cells[c];
        for (uint32_t i = cell->start; i < cell->start + cell->count; i++) {
            const struct eval_confusion_box *box = &confusion->boxes[i];
            assert_true(i == cell->start || in_order(scene, box - 1, box));
            assert_int_equal(class_of_row(scene, box->row), cell->predicted);
            assert_int_equal(class_of_gt(scene, box->annotation), cell->truth);
            int image = box->row < 0
                            ? scene->dataset->annotations[box->annotation].image
                            : scene->link.image_of_key[scene->detections->rows[box->row].image_key];
            assert_int_equal(box->image, image);
            if (box->row >= 0)
                assert_int_equal(box->annotation, slow->gt_of_row[box->row]);
            else
                assert_int_equal(slow->row_of_gt[box->annotation], -1);
            double iou = box->row >= 0 ? slow->row_iou[box->row] : slow->gt_iou[box->annotation];
            assert_true(box->iou == iou);
        }
    }
}

static void small_sets_agree_with_the_slow_version(void **unused)
{
    (void)unused;
    static const struct eval_confusion_settings SETTINGS[] = {
        {.25, .45}, {3 * .1 - .1, .5}, {-1, .45}, {-1, 0}, {.5, .9}};
    uint64_t state = 20240602;
    int matched = 0, confused = 0;
    for (int i = 0; i < CASES; i++) {
        struct scene scene;
        struct slow slow = {0};
        scene_init(&scene, IMAGES, CLASSES);
        scene.settings = SETTINGS[i % 5];
        sets_fill(&state, IMAGES, CLASSES, scene.dataset, scene.detections);
        scene_make(&scene);
        slow_match(&scene, &slow);
        slow_count(&scene, &slow);
        check_matrix(&scene, &slow);
        check_boxes(&scene, &slow);
        matched += slow.matrix[0][0] > 0;
        confused += slow.matrix[0][1] > 0;
        scene_done(&scene);
    }
    assert_true(matched > CASES / 10 && confused > CASES / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_cell),
        cmocka_unit_test(a_detection_has_one_choice),
        cmocka_unit_test(ties_go_to_the_later),
        cmocka_unit_test(the_denominator_has_a_bit_more),
        cmocka_unit_test(empty_sides_are_empty_matrices),
        cmocka_unit_test(what_cannot_be_used_is_left_out),
        cmocka_unit_test(settings_must_make_sense),
        cmocka_unit_test(no_memory_is_an_error),
        cmocka_unit_test(pairs_are_limited),
        cmocka_unit_test(small_sets_agree_with_the_slow_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
