/*
 * Ultralytics' numbers: by hand, and beside its array operations, one after another, on small
 * random sets.
 */
#include "sets.h"

#include "eval/ultralytics_ap.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 1500, IMAGES = 3, CLASSES = 3, MOST = 64, POINTS = 1000 };

struct scene {
    struct arena arena;
    struct dataset *dataset;
    struct detections *detections;
    struct eval_ultralytics out;
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

static void evaluate(struct scene *scene)
{
    struct err err;
    struct link link;
    assert_true(
        link_make(scene->dataset, scene->detections, LINK_SHIFT_NONE, &scene->arena, &link, &err));
    assert_true(eval_ultralytics_ap(
        scene->dataset, scene->detections, &link, &scene->arena, &scene->out, &err));
}

static void assert_near(double is, double should)
{
    assert_true(fabs(is - should) < 1e-12 || (isnan(is) && isnan(should)));
}

static void assert_class(const struct scene *scene, int category, double ap50, double ap)
{
    assert_near(scene->out.classes[category].ap50, ap50);
    assert_near(scene->out.classes[category].ap, ap);
}

static void assert_at_peak(
    const struct scene *scene, int category, double precision, double recall, double f1)
{
    const struct eval_ultralytics_class *class = &scene->out.classes[category];
    assert_near(class->precision, precision);
    assert_near(class->recall, recall);
    assert_near(class->f1, f1);
}

/* Precision is 1 up to recall .99 and falls to 0 at 1: the well-known .995. F1 is 1 from
 * confidence 0 to the score; the first such confidence is 0. */
static void a_perfect_run_has_995(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 1, 1);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .5, 0, 0, 10, 10);
    evaluate(&scene);
    assert_class(&scene, 0, .995, .995);
    assert_at_peak(&scene, 0, 1, 1, 1);
    assert_near(scene.out.map50, .995);
    assert_near(scene.out.map, .995);
    assert_near(scene.out.precision, 1);
    assert_near(scene.out.recall, 1);
    assert_near(scene.out.f1, 1);
    assert_true(scene.out.confidence == 0);
    assert_int_equal(scene.out.classes[0].labels, 1);
    close_scene(&scene);
}

/* FP .9, TP .8, of two: precision 1/2 up to recall 1/2, then a line to (1, 0): .25 + .125. */
static void a_line_leads_from_the_last_recall_to_1(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 1, 1);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    sets_annotate(scene.dataset, 0, 0, 100, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .9, 500, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .8, 0, 0, 10, 10);
    evaluate(&scene);
    assert_class(&scene, 0, .375, .375);
    assert_at_peak(&scene, 0, .5, .5, .5);
    close_scene(&scene);
}

/* TP .9, FP .8, FP .7, TP .6, of two: precision 1, 1/2, 1/3, 1/2. Falling monotonically it is 1 up
 * to recall 1/2, where the last detection before the next hit counts: the 1/2 of that. So 1 at the
 * recalls 0 to .49, 1/2 from .5 to .99, 0 at 1. */
static void between_two_hits_the_last_precision_counts(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 1, 1);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    sets_annotate(scene.dataset, 0, 0, 100, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .9, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .8, 500, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .7, 500, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .6, 100, 0, 10, 10);
    evaluate(&scene);
    double ap = .49 + .01 * (1 + .5) / 2 + .49 * .5 + .01 * .5 / 2;
    assert_class(&scene, 0, ap, ap);
    close_scene(&scene);
}

/* TP .9, FP .3 of one. Above .9 recall is 0, below precision falls on a line from 1 to 1/2 at .3.
 * So F1 grows up to confidence 899/999, and the box of 101 is best with its right end there. */
static void the_best_confidence_is_that_of_the_smoothed_curve(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 1, 1);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .9, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .3, 500, 0, 10, 10);
    evaluate(&scene);
    double at = 849 / 999., precision = 1 - .5 * (.9 - at) / .6;
    assert_near(scene.out.confidence, at);
    assert_at_peak(&scene, 0, precision, 1, 2 * precision / (precision + 1));
    close_scene(&scene);
}

/* The first overlaps 65 %, the second all of it. Up to .65 (which 1e-7 in the denominator puts out
 * of reach) the first by score has it, from there the second: precision 1/2 at recall 1. */
static void a_label_goes_to_the_first_by_score_that_overlaps_enough(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 1, 1);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .8, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .9, 0, 0, 10, 6.5);
    evaluate(&scene);
    assert_class(&scene, 0, .995, (3 * .995 + 7 * .4975) / 10);
    close_scene(&scene);
}

/* Both overlap the first label most; the second stays without, though both overlap it by half. */
static void a_detection_stands_for_its_nearest_label_only(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 1, 1);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 19);
    sets_detect(scene.detections, 0, 0, .9, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .8, 0, 0, 10, 10);
    evaluate(&scene);
    /* Recall 1/2 with precision 1, then 1/2: from (1/2, 1/2) a line to (1, 0). */
    double ap = .49 + .01 * (1 + .5) / 2 + .5 * .5 / 2;
    assert_class(&scene, 0, ap, ap);
    close_scene(&scene);
}

/* The first detection overlaps both labels by two thirds: it stands for the later one, so that the
 * second, which is the earlier label, is right too. */
static void of_equal_overlaps_the_last_label_is_met(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 1, 1);
    sets_annotate(scene.dataset, 0, 0, 4, 0, 10, 10);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .9, 2, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, .8, 4, 0, 10, 10);
    evaluate(&scene);
    assert_near(scene.out.classes[0].ap50, .995);
    close_scene(&scene);
}

static void some_ground_truth_is_no_label(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 1, 2);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    sets_annotate(scene.dataset, 0, 0, 50, 0, 20, 20)->crowd = true;
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10); /* again */
    sets_annotate(scene.dataset, 0, 0, 0, 0, 0, 10);  /* without area */
    sets_annotate(scene.dataset, 0, 1, 0, 0, 10, 10); /* of another class: not the same */
    sets_detect(scene.detections, 0, 0, .9, 50, 0, 20, 20);
    sets_detect(scene.detections, 0, 0, .8, 0, 0, 10, 10);
    evaluate(&scene);
    assert_int_equal(scene.out.classes[0].labels, 1);
    assert_int_equal(scene.out.classes[1].labels, 1);
    assert_near(scene.out.classes[0].ap50, .4975); /* in the crowd: a mistake like others */
    scene.dataset->fractions = true;               /* as YOLO's labels are */
    evaluate(&scene);
    assert_int_equal(scene.out.classes[0].labels, 2);
    close_scene(&scene);
}

/* 300 of the first class leave no room for the only one of the second. */
static void an_image_has_300_detections(void **unused)
{
    (void)unused;
    for (int more = 0; more < 2; more++) {
        struct scene scene;
        open_scene(&scene, 1, 2);
        sets_annotate(scene.dataset, 0, 1, 0, 0, 10, 10);
        sets_detect(scene.detections, 0, 1, .1, 0, 0, 10, 10);
        for (int i = 0; i < 299 + more; i++)
            sets_detect(scene.detections, 0, 0, .9, 0, 0, 10, 10);
        evaluate(&scene);
        assert_class(&scene, 1, more ? 0 : .995, more ? 0 : .995);
        assert_near(scene.out.map50, more ? 0 : .995);
        close_scene(&scene);
    }
}

static void what_is_undefined_or_nothing(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 1, 3);
    sets_detect(scene.detections, 0, 1, .9, 0, 0, 10, 10);
    evaluate(&scene); /* no label */
    assert_true(scene.out.map == -1 && scene.out.map50 == -1 && scene.out.precision == -1);
    assert_true(scene.out.recall == -1 && scene.out.f1 == -1 && isnan(scene.out.confidence));
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    sets_annotate(scene.dataset, 0, 2, 0, 0, 10, 10);
    evaluate(&scene); /* nothing found */
    assert_true(scene.out.map == 0 && scene.out.map50 == 0 && scene.out.precision == 0);
    assert_true(scene.out.recall == 0 && scene.out.f1 == 0 && isnan(scene.out.confidence));
    assert_class(&scene, 0, 0, 0);
    assert_class(&scene, 1, -1, -1);
    assert_at_peak(&scene, 1, -1, -1, -1);
    sets_detect(scene.detections, 0, 0, .9, 0, 0, 10, 10);
    evaluate(&scene); /* one class found, one not, one without labels */
    assert_near(scene.out.map50, .995 / 2);
    assert_near(scene.out.precision, .5);
    assert_at_peak(&scene, 0, 1, 1, 1);
    assert_at_peak(&scene, 2, 0, 0, 0);
    close_scene(&scene);
}

/* The peak of the first class lies above all scores of the second: its precision is 1 there by
 * definition, its recall 0. */
static void above_all_scores_precision_is_1(void **unused)
{
    (void)unused;
    struct scene scene;
    open_scene(&scene, 2, 2);
    sets_annotate(scene.dataset, 0, 0, 0, 0, 10, 10);
    sets_annotate(scene.dataset, 0, 1, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 0, 1, 0, 0, 10, 10);
    for (int i = 0; i < 50; i++)
        sets_detect(scene.detections, 1, 0, .6, 0, 0, 10, 10);
    sets_detect(scene.detections, 0, 1, .1, 500, 0, 10, 10);
    evaluate(&scene);
    assert_true(scene.out.confidence > .9);
    assert_at_peak(&scene, 1, 1, 0, 0);
    close_scene(&scene);
}

static void too_little_memory_is_an_error(void **unused)
{
    (void)unused;
    struct scene scene;
    struct err err;
    struct link link;
    struct arena small;
    open_scene(&scene, 1, 1);
    assert_true(
        link_make(scene.dataset, scene.detections, LINK_SHIFT_NONE, &scene.arena, &link, &err));
    arena_init(&small, 16);
    assert_false(
        eval_ultralytics_ap(scene.dataset, scene.detections, &link, &small, &scene.out, &err));
    assert_int_equal(err.code, ERR_MEMORY);
    arena_done(&small);
    close_scene(&scene);
}

/* ---- the original's array operations ---- */

static uint32_t next(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % below;
}

/* numpy.interp: XP ascends, the last of equal ones counts. */
static double interp(double x, const double *xp, const double *fp, int n, double left)
{
    int j = -1;
    while (j + 1 < n && xp[j + 1] <= x)
        j++;
    if (j < 0)
        return left;
    if (j == n - 1 || xp[j] == x)
        return fp[j];
    return (fp[j + 1] - fp[j]) / (xp[j + 1] - xp[j]) * (x - xp[j]) + fp[j];
}

static double slow_iou(const struct box *a, const struct box *b)
{
    double w = fmax(fmin(a->x + a->w, b->x + b->w) - fmax(a->x, b->x), 0);
    double h = fmax(fmin(a->y + a->h, b->y + b->h) - fmax(a->y, b->y), 0);
    return w * h / (a->w * a->h + b->w * b->h - w * h + 1e-7);
}

/* What is kept of one pair of the matrix. */
struct pair {
    int label, det;
    double iou;
};

/* One image: labels and detections of all classes, the latter by score. */
struct page {
    const struct annotation *labels[MOST];
    const struct detection *dets[MOST];
    int label_count, det_count;
};

static void make_page(const struct scene *scene, int32_t image, struct page *page)
{
    *page = (struct page){0};
    for (size_t i = 0; i < scene->dataset->annotation_count; i++) {
        const struct annotation *a = &scene->dataset->annotations[i];
        bool stays = a->image == image && !a->crowd && a->box.w > 0 && a->box.h > 0;
        for (int k = 0; k < page->label_count; k++)
            stays = stays && !(page->labels[k]->category == a->category &&
                                 memcmp(&page->labels[k]->box, &a->box, sizeof a->box) == 0);
        if (stays)
            page->labels[page->label_count++] = a;
    }
    for (size_t i = 0; i < scene->detections->count; i++) {
        const struct detection *row = &scene->detections->rows[i];
        if (row->image_key != image)
            continue;
        int at = page->det_count++;
        for (; at > 0 && page->dets[at - 1]->score < row->score; at--)
            page->dets[at] = page->dets[at - 1];
        page->dets[at] = row;
    }
}

/* numpy.unique(..., return_index) on a column: the first pair of each value, values ascending. */
static int unique(struct pair *pairs, int n, bool by_label)
{
    struct pair kept[MOST * MOST];
    int count = 0;
    for (int value = 0; value < MOST; value++)
        for (int i = 0; i < n; i++)
            if ((by_label ? pairs[i].label : pairs[i].det) == value) {
                kept[count++] = pairs[i];
                break;
            }
    memcpy(pairs, kept, (size_t)count * sizeof *pairs);
    return count;
}

/* match_predictions at one threshold. */
static void slow_match(const struct page *page, double threshold, bool correct[MOST])
{
    struct pair pairs[MOST * MOST], sorted[MOST * MOST];
    int n = 0;
    for (int l = 0; l < page->label_count; l++)
        for (int d = 0; d < page->det_count; d++) {
            double iou = slow_iou(&page->labels[l]->box, &page->dets[d]->box);
            if (page->labels[l]->category == page->dets[d]->category_key && iou >= threshold)
                pairs[n++] = (struct pair){l, d, iou};
        }
    for (int i = 0; i < n; i++) { /* ascending and stable, then read backwards */
        int at = i;
        for (; at > 0 && sorted[at - 1].iou > pairs[i].iou; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = pairs[i];
    }
    for (int i = 0; i < n; i++)
        pairs[i] = sorted[n - 1 - i];
    n = unique(pairs, n, false);
    n = unique(pairs, n, true);
    memset(correct, 0, MOST * sizeof *correct);
    for (int i = 0; i < n; i++)
        correct[pairs[i].det] = true;
}

/* All detections of a class by score. */
struct slow_class {
    int n, labels;
    double score[IMAGES * MOST];
    bool tp[IMAGES * MOST][10];
    double p[POINTS], r[POINTS], f1[POINTS];
    struct eval_ultralytics_class out;
};

static void slow_collect(const struct scene *scene, struct slow_class classes[CLASSES])
{
    for (int32_t image = 0; image < IMAGES; image++) {
        struct page page;
        bool correct[10][MOST];
        make_page(scene, image, &page);
        for (int t = 0; t < 10; t++)
            slow_match(&page, t == 9 ? .95 : .5 + t * ((.95 - .5) / 9), correct[t]);
        for (int l = 0; l < page.label_count; l++)
            classes[page.labels[l]->category].labels++;
        for (int d = 0; d < page.det_count; d++) {
            struct slow_class *class = &classes[page.dets[d]->category_key];
            int at = class->n++;
            for (; at > 0 && class->score[at - 1] < page.dets[d]->score; at--) {
                class->score[at] = class->score[at - 1];
                memcpy(class->tp[at], class->tp[at - 1], sizeof class->tp[at]);
            }
            class->score[at] = page.dets[d]->score;
            for (int t = 0; t < 10; t++)
                class->tp[at][t] = correct[t][d];
        }
    }
}

static double slow_ap(const double *recall, const double *precision, int n)
{
    double x[IMAGES * MOST + 2] = {0}, y[IMAGES * MOST + 2] = {1}, area = 0, before = 0;
    memcpy(x + 1, recall, (size_t)n * sizeof *x);
    memcpy(y + 1, precision, (size_t)n * sizeof *y);
    x[n + 1] = 1;
    y[n + 1] = 0;
    for (int i = n; i >= 0; i--)
        y[i] = fmax(y[i], y[i + 1]);
    for (int k = 0; k <= 100; k++) {
        double here = interp(k == 100 ? 1 : k * .01, x, y, n + 2, 0);
        if (k)
            area += .01 * (here + before) / 2;
        before = here;
    }
    return area;
}

/* ap_per_class for one of them. */
static void slow_curves(struct slow_class *class)
{
    double recall[IMAGES * MOST], precision[IMAGES * MOST], negative[IMAGES * MOST];
    for (int t = 0; t < 10; t++) {
        double tp = 0;
        for (int i = 0; i < class->n; i++) {
            tp += class->tp[i][t];
            recall[i] = tp / class->labels;
            precision[i] = tp / (i + 1);
            negative[i] = -class->score[i];
        }
        double ap = slow_ap(recall, precision, class->n);
        class->out.ap += ap / 10;
        if (t)
            continue;
        class->out.ap50 = ap;
        for (int k = 0; k < POINTS; k++) {
            double x = k == POINTS - 1 ? 1 : k * (1. / (POINTS - 1));
            double r = class->r[k] = interp(-x, negative, recall, class->n, 0);
            double p = class->p[k] = interp(-x, negative, precision, class->n, 1);
            class->f1[k] = 2 * p * r / (p + r + 1e-16);
        }
    }
}

/* smooth and argmax of the mean F1. */
static int slow_peak(const struct slow_class classes[CLASSES])
{
    double padded[POINTS + 100] = {0}, best = -1;
    int peak = 0;
    for (int i = 0; i < POINTS + 100; i++)
        for (int c = 0; c < CLASSES; c++)
            padded[i] += classes[c].f1[i < 50 ? 0 : i >= POINTS + 50 ? POINTS - 1 : i - 50];
    for (int i = 0; i < POINTS; i++) {
        double sum = 0;
        for (int k = 0; k < 101; k++)
            sum += padded[i + k];
        if (sum > best * (1 + 1e-13)) { /* what rounding tells apart is equal */
            best = sum;
            peak = i;
        }
    }
    return peak;
}

static bool slow_all(const struct scene *scene, struct slow_class classes[CLASSES])
{
    bool found = false;
    slow_collect(scene, classes);
    for (int c = 0; c < CLASSES; c++) {
        if (classes[c].labels && classes[c].n)
            slow_curves(&classes[c]);
        for (int i = 0; i < classes[c].n; i++)
            found = found || classes[c].tp[i][0];
    }
    return found;
}

static void check_case(const struct scene *scene, struct slow_class classes[CLASSES], int *peaks)
{
    struct eval_ultralytics mean = {.confidence = NAN};
    bool found = slow_all(scene, classes);
    int peak = found ? slow_peak(classes) : 0, defined = 0;
    if (found)
        mean.confidence = peak == POINTS - 1 ? 1 : peak * (1. / (POINTS - 1));
    *peaks += peak > 0;
    for (int c = 0; c < CLASSES; c++) {
        struct eval_ultralytics_class *should = &classes[c].out;
        if (!classes[c].labels) {
            assert_class(scene, c, -1, -1);
            assert_at_peak(scene, c, -1, -1, -1);
            continue;
        }
        if (found) {
            should->precision = classes[c].p[peak];
            should->recall = classes[c].r[peak];
            should->f1 = classes[c].f1[peak];
        }
        assert_int_equal(scene->out.classes[c].labels, classes[c].labels);
        assert_class(scene, c, should->ap50, should->ap);
        assert_at_peak(scene, c, should->precision, should->recall, should->f1);
        mean.map50 += should->ap50;
        mean.map += should->ap;
        mean.precision += should->precision;
        mean.recall += should->recall;
        mean.f1 += should->f1;
        defined++;
    }
    assert_near(scene->out.map50, defined ? mean.map50 / defined : -1);
    assert_near(scene->out.map, defined ? mean.map / defined : -1);
    assert_near(scene->out.precision, defined ? mean.precision / defined : -1);
    assert_near(scene->out.recall, defined ? mean.recall / defined : -1);
    assert_near(scene->out.f1, defined ? mean.f1 / defined : -1);
    assert_near(scene->out.confidence, mean.confidence);
}

static void random_boxes(struct scene *scene, uint64_t *state)
{
    static const double SIDES[] = {0, 8, 8, 10, 10, 16, 16, 20};
    uint32_t truths = next(state, 16), found = next(state, 40), near = next(state, 3);
    uint32_t decimals = next(state, 2) ? 10 : 1000;
    for (uint32_t i = 0; i < truths; i++)
        sets_annotate(scene->dataset, (int32_t)next(state, IMAGES), (int32_t)next(state, CLASSES),
            4 * next(state, 4), 4 * next(state, 4), SIDES[next(state, 8)], SIDES[next(state, 8)])
            ->crowd = next(state, 6) == 0;
    for (uint32_t i = 0; i < found; i++) {
        struct box box = {4 * next(state, 4), 4 * next(state, 4), SIDES[next(state, 8)], 10};
        int32_t image = (int32_t)next(state, IMAGES), class = (int32_t)next(state, CLASSES);
        if (near && truths) {
            const struct annotation *a = &scene->dataset->annotations[next(state, truths)];
            box = a->box;
            box.h += next(state, 4);
            image = a->image;
            class = a->category;
        }
        double score = next(state, decimals + 1) / (double)decimals;
        sets_detect(scene->detections, image, class, next(state, 9) ? score : -score, box.x, box.y,
            box.w, box.h);
    }
}

static void small_sets_agree_with_the_original(void **unused)
{
    (void)unused;
    uint64_t state = 8;
    int peaks = 0;
    struct slow_class *classes = calloc(CLASSES, sizeof *classes);
    for (int i = 0; i < CASES; i++) {
        struct scene scene;
        open_scene(&scene, IMAGES, CLASSES);
        random_boxes(&scene, &state);
        evaluate(&scene);
        memset(classes, 0, CLASSES * sizeof *classes);
        check_case(&scene, classes, &peaks);
        close_scene(&scene);
    }
    free(classes);
    assert_true(peaks > CASES / 2); /* not all of them are trivial */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_perfect_run_has_995),
        cmocka_unit_test(a_line_leads_from_the_last_recall_to_1),
        cmocka_unit_test(between_two_hits_the_last_precision_counts),
        cmocka_unit_test(the_best_confidence_is_that_of_the_smoothed_curve),
        cmocka_unit_test(a_label_goes_to_the_first_by_score_that_overlaps_enough),
        cmocka_unit_test(a_detection_stands_for_its_nearest_label_only),
        cmocka_unit_test(of_equal_overlaps_the_last_label_is_met),
        cmocka_unit_test(some_ground_truth_is_no_label),
        cmocka_unit_test(an_image_has_300_detections),
        cmocka_unit_test(what_is_undefined_or_nothing),
        cmocka_unit_test(above_all_scores_precision_is_1),
        cmocka_unit_test(too_little_memory_is_an_error),
        cmocka_unit_test(small_sets_agree_with_the_original)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
