/*
 * Masks compared in place of boxes: cases by hand, rectangles that must give what their boxes give,
 * and random shapes beside the slow evaluator with their pixels counted one by one.
 */
#include "sets.h"
#include "slow.h"

#include "eval/mask_runs.h"
#include "eval/verdicts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { IMAGES = 4, CLASSES = 3, WIDTH = 640, HEIGHT = 480, ROWS = 4096 };

static struct dataset *dataset;
static struct detections *detections;
static struct arena arena;

static void begin(int images, int classes)
{
    arena_init(&arena, 0);
    dataset = sets_truth(images, classes);
    detections = sets_detections(images, classes);
    dataset->masks = ARENA_ARRAY(&dataset->arena, struct mask *, ROWS);
    detections->masks = calloc(ROWS, sizeof(struct mask *));
    assert_true(dataset->masks && detections->masks);
}

static void end(void)
{
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

static struct eval_set *match(enum eval_overlap overlap)
{
    struct eval_settings settings = eval_settings_default();
    settings.overlap = overlap;
    return sets_match_as(dataset, detections, &settings, &arena);
}

/* ---- masks ---- */

static struct mask *polygon(const double *xy, size_t points)
{
    struct mask *mask = ARENA_NEW(&arena, struct mask);
    mask->polygons = ARENA_NEW(&arena, struct polygon);
    mask->polygon_count = 1;
    mask->polygons->xy = ARENA_ARRAY(&arena, double, 2 * points);
    mask->polygons->point_count = points;
    memcpy(mask->polygons->xy, xy, 2 * points * sizeof *xy);
    return mask;
}

static struct mask *corners(double x, double y, double w, double h)
{
    return polygon((double[]){x, y, x + w, y, x + w, y + h, x, y + h}, 4);
}

/* The pixels of a rectangle as runs of an image. */
static struct mask *filled(int x, int y, int w, int h, int width, int height)
{
    struct mask *mask = ARENA_NEW(&arena, struct mask);
    mask->runs = ARENA_ARRAY(&arena, uint32_t, 2 * (size_t)w + 2);
    mask->width_px = width;
    mask->height_px = height;
    int at = 0;
    for (int column = x; column < x + w; column++) {
        mask->runs[mask->run_count++] = (uint32_t)(column * height + y - at);
        mask->runs[mask->run_count++] = (uint32_t)h;
        at = column * height + y + h;
    }
    mask->runs[mask->run_count++] = (uint32_t)(width * height - at);
    return mask;
}

static struct annotation *annotate(struct mask *mask, double area)
{
    struct annotation *a = sets_annotate(dataset, 0, 0, 300, 300, 20, 20);
    a->area = area;
    dataset->masks[dataset->annotation_count - 1] = mask;
    return a;
}

/* With a box that lies elsewhere, so that it must not matter. */
static void detect(double score, struct mask *mask)
{
    sets_detect(detections, 0, 0, score, 0, 0, 200, 200);
    detections->masks[detections->count - 1] = mask;
}

/* The grid's thresholds that IOU reaches. */
static unsigned reached(double iou)
{
    unsigned bits = 0;
    for (int t = 0; t < EVAL_IOUS; t++)
        bits |= (unsigned)(iou >= eval_iou_threshold(t)) << t;
    return bits;
}

/* ---- by hand ---- */

static void masks_are_matched_by_the_pixels_that_they_share(void **unused)
{
    (void)unused;
    begin(1, 1);
    annotate(corners(10, 10, 10, 10), 100);
    detect(.9, filled(10, 15, 10, 10, WIDTH, HEIGHT)); /* 50 of 150 */
    detect(.8, filled(12, 10, 8, 10, WIDTH, HEIGHT));  /* 80 of 100 */
    detect(.7, corners(10, 10, 10, 10));               /* all, but for what .8 has left */
    struct eval_set *set = match(EVAL_MASKS);
    assert_true(set->iou[0] == (float)(1. / 3) && set->iou[1] == (float).8 && set->iou[2] == 1);
    assert_int_equal(set->tp[EVAL_ALL][0], 0);
    assert_int_equal(set->tp[EVAL_ALL][1], reached(.8));
    assert_int_equal(set->tp[EVAL_ALL][2], reached(1) & ~reached(.8));
    assert_int_equal(set->gt[1], 0);
    assert_int_equal(set->unused.annotations_without_mask + set->unused.rows_without_mask, 0);

    struct err err;
    struct eval_set *low = eval_rematch(dataset, detections, set, .3, &arena, &err);
    assert_non_null(low);
    assert_int_equal(low->tp[EVAL_ALL][0] >> EVAL_IOU_CUSTOM, 1);
    assert_int_equal(low->tp[EVAL_ALL][1] >> EVAL_IOU_CUSTOM, 0);
    assert_int_equal(low->gt[0], 0);
    struct eval_boxes boxes;
    assert_true(eval_image_boxes(dataset, detections, set, 0, .5, 0, NULL, &arena, &boxes, &err));
    assert_int_equal(boxes.count, 4);
    assert_true(boxes.boxes[0].verdict == EVAL_FOUND && boxes.boxes[0].iou == .8);
    assert_true(boxes.boxes[1].verdict == EVAL_FP && boxes.boxes[1].iou == 1. / 3);
    assert_true(boxes.boxes[2].verdict == EVAL_TP && boxes.boxes[2].partner == 0);
    assert_true(boxes.boxes[3].verdict == EVAL_FP && boxes.boxes[3].iou == 1);
    assert_true(boxes.boxes[1].box.w == 200);
    end();
}

static void a_crowd_is_compared_with_the_part_that_it_covers(void **unused)
{
    (void)unused;
    begin(1, 1);
    annotate(filled(0, 0, 100, HEIGHT, WIDTH, HEIGHT), 48000)->crowd = true;
    detect(.9, filled(96, 10, 10, 10, WIDTH, HEIGHT)); /* 40 of its 100 pixels */
    detect(.8, filled(94, 10, 10, 10, WIDTH, HEIGHT)); /* 60 */
    detect(.7, corners(50, 50, 10, 10));               /* all */
    struct eval_set *set = match(EVAL_MASKS);
    assert_true(set->iou[0] == (float).4 && set->iou[1] == (float).6 && set->iou[2] == 1);
    assert_int_equal(set->ignored[EVAL_ALL][0], 0);
    assert_int_equal(set->ignored[EVAL_ALL][1], reached(.6));
    assert_int_equal(set->ignored[EVAL_ALL][2], reached(1));
    assert_int_equal(set->tp[EVAL_ALL][1] | set->tp[EVAL_ALL][2], 0);
    end();
}

static void an_area_is_that_of_the_mask(void **unused)
{
    (void)unused;
    begin(1, 1);
    annotate(corners(400, 400, 10, 10), 5000); /* its own says medium */
    detect(.9, filled(0, 0, 10, 10, WIDTH, HEIGHT));
    detect(.8, NULL); /* a box of 200 x 200 */
    struct eval_set *set = match(EVAL_MASKS);
    assert_int_equal(set->ignored[EVAL_SMALL][0], 0);
    assert_int_equal(set->ignored[EVAL_LARGE][0], reached(1));
    assert_int_equal(set->ignored[EVAL_SMALL][1], reached(1));
    assert_int_equal(set->ignored[EVAL_LARGE][1], 0);
    assert_int_equal(set->positives[0][EVAL_SMALL], 0);
    assert_int_equal(set->positives[0][EVAL_MEDIUM], 1);
    detections->boxes_say_areas = true; /* and the first's box is of 200 x 200 too */
    set = match(EVAL_MASKS);
    assert_int_equal(set->ignored[EVAL_SMALL][0], reached(1));
    assert_int_equal(set->ignored[EVAL_LARGE][0], 0);
    end();
}

static void what_has_no_mask_is_a_box_or_nothing(void **unused)
{
    (void)unused;
    begin(1, 1);
    annotate(NULL, 400);
    annotate(corners(0, 0, 200, 180), 36000);
    annotate(corners(5, 5, 0, 0), 1);
    sets_detect(detections, 0, 0, .9, 300, 300, 20, 20); /* the box of the first annotation */
    sets_detect(detections, 0, 0, .8, 0, 0, 200, 200);
    detect(.7, corners(5, 5, 0, 0));
    struct eval_set *set = match(EVAL_MASKS);
    assert_int_equal(set->unused.annotations_without_mask, 1);
    assert_int_equal(set->unused.rows_without_mask, 2);
    assert_int_equal(set->tp[EVAL_ALL][0], 0);
    assert_true(set->iou[0] == 0);
    assert_int_equal(set->tp[EVAL_ALL][1], reached(.9));
    assert_int_equal(set->tp[EVAL_ALL][2], 0);
    assert_int_equal(set->gt_count, 3);
    set = match(EVAL_BOXES);
    assert_int_equal(set->tp[EVAL_ALL][0], reached(1));
    assert_int_equal(set->unused.annotations_without_mask + set->unused.rows_without_mask, 0);
    assert_null(set->sizes);
    /* Sets that keep no masks at all. */
    free(detections->masks);
    detections->masks = NULL;
    dataset->masks = NULL;
    set = match(EVAL_MASKS);
    assert_int_equal(set->unused.annotations_without_mask, 3);
    assert_int_equal(set->unused.rows_without_mask, 3);
    for (size_t i = 0; i < set->count; i++)
        assert_int_equal(set->tp[EVAL_ALL][i], 0);
    end();
}

/* A half of a pixel decides: the reference draws a box that has no mask. */
static void a_box_is_drawn_as_pixels(void **unused)
{
    (void)unused;
    begin(1, 1);
    annotate(filled(10, 10, 4, 4, WIDTH, HEIGHT), 16);
    sets_detect(detections, 0, 0, .9, 10.3, 10.3, 3.4, 3.4);
    struct eval_set *set = match(EVAL_MASKS);
    assert_true(set->iou[0] == 1);
    set = match(EVAL_BOXES);
    assert_true(set->iou[0] < .73);
    end();
}

static void images_without_a_size_have_that_of_their_runs(void **unused)
{
    (void)unused;
    begin(4, 1);
    for (int i = 0; i < 4; i++)
        dataset->images[i].width_px = dataset->images[i].height_px = 0;
    /* By the annotation's runs; by a detection's; by nothing; nothing there to be sized. */
    annotate(filled(10, 10, 10, 10, 50, 40), 100);
    annotate(corners(10, 10, 10, 10), 100)->image = 1;
    annotate(corners(10, 10, 10, 10), 100)->image = 2;
    detect(.9, corners(10, 10, 10, 10));
    detect(.8, filled(10, 10, 10, 10, 60, 30));
    detections->rows[1].image_key = 1;
    detect(.7, corners(10, 10, 10, 10));
    detections->rows[2].image_key = 2;
    struct eval_set *set = match(EVAL_MASKS);
    assert_int_equal(set->count, 2);
    assert_int_equal(set->tp[EVAL_ALL][0], reached(1));
    assert_int_equal(set->tp[EVAL_ALL][1], reached(1));
    assert_int_equal(set->sizes[1].width_px, 60);
    assert_true(!set->left_out[0] && !set->left_out[1] && set->left_out[2] && set->left_out[3]);
    assert_int_equal(set->unused.images_left_out, 1);
    assert_int_equal(set->unused.rows_on_left_out, 1);
    assert_int_equal(set->gt_count, 2);
    /* An image of more pixels than there are numbers for. */
    dataset->images[2].width_px = dataset->images[2].height_px = 1 << 20;
    assert_true(match(EVAL_MASKS)->left_out[2]);
    assert_false(match(EVAL_BOXES)->left_out[2]);
    end();
}

static void runs_of_another_size_do_not_match(void **unused)
{
    (void)unused;
    begin(1, 1);
    annotate(filled(10, 10, 10, 10, WIDTH, HEIGHT), 100);
    detect(.9, filled(10, 10, 10, 10, HEIGHT, WIDTH));
    detect(.8, filled(10, 10, 10, 10, WIDTH, HEIGHT));
    struct eval_set *set = match(EVAL_MASKS);
    assert_int_equal(set->tp[EVAL_ALL][0], 0);
    assert_int_equal(set->tp[EVAL_ALL][1], reached(1));
    end();
}

static void fractions_are_drawn_in_pixels(void **unused)
{
    (void)unused;
    begin(1, 1);
    annotate(corners(64, 48, 128, 96), 128 * 96);
    detect(.9, corners(.1, .1, .2, .2));
    detections->fractions = true;
    struct eval_set *set = match(EVAL_MASKS);
    assert_true(set->iou[0] == 1);
    /* Where both are fractions of who knows what, an image of 1 x 1 stands for all sizes. */
    dataset->fractions = true;
    dataset->images[0].width_px = dataset->images[0].height_px = 1;
    set = match(EVAL_MASKS);
    assert_int_equal(set->unused.images_left_out, 1);
    assert_int_equal(match(EVAL_BOXES)->unused.images_left_out, 0);
    end();
}

/* ---- rectangles ---- */

static struct mask *mask_of(uint64_t *state, const struct box *box)
{
    if (sets_next(state, 2))
        return corners(box->x, box->y, box->w, box->h);
    return filled((int)box->x, (int)box->y, (int)box->w, (int)box->h, WIDTH, HEIGHT);
}

static void random_rectangles(uint64_t *state)
{
    sets_fill(state, IMAGES, CLASSES, dataset, detections);
    for (size_t i = 0; i < dataset->annotation_count; i++)
        dataset->masks[i] = mask_of(state, &dataset->annotations[i].box);
    for (size_t i = 0; i < detections->count; i++)
        if (sets_next(state, 5))
            detections->masks[i] = mask_of(state, &detections->rows[i].box);
}

static void assert_same_columns(const struct eval_set *a, const struct eval_set *b)
{
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->row, b->row, a->count * sizeof *a->row);
    assert_memory_equal(a->gt, b->gt, a->count * sizeof *a->gt);
    assert_memory_equal(a->iou, b->iou, a->count * sizeof *a->iou);
    for (int area = 0; area < EVAL_AREAS; area++) {
        assert_memory_equal(a->tp[area], b->tp[area], a->count * sizeof *a->tp[area]);
        assert_memory_equal(
            a->ignored[area], b->ignored[area], a->count * sizeof *a->ignored[area]);
    }
}

static void assert_same_verdicts(const struct eval_set *boxes, const struct eval_set *masks)
{
    struct err err;
    for (int32_t image = 0; image < IMAGES; image++) {
        struct eval_boxes is, should;
        assert_true(
            eval_image_boxes(dataset, detections, masks, image, .4, .2, NULL, &arena, &is, &err));
        assert_true(eval_image_boxes(
            dataset, detections, boxes, image, .4, .2, NULL, &arena, &should, &err));
        assert_int_equal(is.count, should.count);
        for (size_t i = 0; i < is.count; i++) {
            const struct eval_box *a = &is.boxes[i], *b = &should.boxes[i];
            assert_true(a->verdict == b->verdict && a->partner == b->partner);
            assert_true(a->iou == b->iou && a->source == b->source);
        }
    }
}

static void rectangles_have_the_numbers_of_their_boxes(void **unused)
{
    (void)unused;
    uint64_t state = 2024;
    for (int i = 0; i < 1500; i++) {
        struct err err;
        struct eval_summary of_boxes, of_masks;
        begin(IMAGES, CLASSES);
        random_rectangles(&state);
        struct eval_set *boxes = match(EVAL_BOXES), *masks = match(EVAL_MASKS);
        assert_same_columns(boxes, masks);
        assert_true(eval_stats(boxes, &arena, &of_boxes, &err));
        assert_true(eval_stats(masks, &arena, &of_masks, &err));
        for (int s = 0; s < EVAL_STATS; s++)
            assert_true(fabs(of_boxes.stats[s] - of_masks.stats[s]) < 1e-12);
        assert_same_columns(eval_rematch(dataset, detections, boxes, .31, &arena, &err),
            eval_rematch(dataset, detections, masks, .31, &arena, &err));
        assert_same_verdicts(boxes, masks);
        end();
    }
}

static void threads_change_nothing(void **unused)
{
    (void)unused;
    uint64_t state = 5;
    begin(SETS_MOST, SETS_MOST);
    for (uint32_t i = 0; i < ROWS; i++) {
        struct box b = sets_random_box(&state);
        int32_t image = (int32_t)sets_next(&state, SETS_MOST),
                class = (int32_t)sets_next(&state, SETS_MOST);
        sets_annotate(dataset, image, class, b.x, b.y, b.w, b.h);
        dataset->masks[i] = mask_of(&state, &b);
        sets_detect(detections, (image + (int32_t)sets_next(&state, 2)) % SETS_MOST, class,
            sets_next(&state, 50) * .02, b.x, b.y, b.w + sets_next(&state, 3), b.h);
        detections->masks[i] = mask_of(&state, &detections->rows[i].box);
    }
    struct err err;
    struct eval_settings settings = eval_settings_default();
    settings.overlap = EVAL_MASKS;
    struct eval_set *alone = sets_match_as(dataset, detections, &settings, &arena);
    settings.threads = 4;
    struct eval_set *shared = sets_match_as(dataset, detections, &settings, &arena);
    assert_same_columns(alone, shared);
    assert_same_columns(eval_rematch(dataset, detections, alone, .31, &arena, &err),
        eval_rematch(dataset, detections, shared, .31, &arena, &err));
    end();
}

/* ---- any shapes ---- */

enum { SMALL_WIDTH = 130, SMALL_HEIGHT = 110, SMALL_PIXELS = SMALL_WIDTH * SMALL_HEIGHT };

/* A small image as bytes, down the columns. */
struct canvas {
    uint8_t pixels[SMALL_PIXELS];
};

static struct canvas spread(const struct mask *mask)
{
    struct mask_pen pen;
    struct mask_runs runs;
    struct canvas canvas = {{0}};
    struct mask_frame frame = {SMALL_WIDTH, SMALL_HEIGHT, 1, 1};
    if (!mask)
        return canvas;
    mask_pen_init(&pen);
    assert_true(mask_runs_make(&pen, mask, &frame, &arena, &runs));
    mask_pen_done(&pen);
    for (size_t i = 0, at = 0; i < runs.count; at += runs.runs[i++])
        memset(canvas.pixels + at, i % 2, runs.runs[i]);
    return canvas;
}

static struct canvas canvas_of_row(const struct slow_sets *sets, size_t row)
{
    const struct box *b = &sets->detections->rows[row].box;
    struct mask *mask = sets->detections->masks[row];
    return spread(mask ? mask : corners(b->x, b->y, b->w, b->h));
}

static double pixel_iou(const struct slow_sets *sets, size_t row, size_t annotation)
{
    struct canvas det = canvas_of_row(sets, row), gt = spread(sets->dataset->masks[annotation]);
    int common = 0, all = 0, own = 0;
    for (int i = 0; i < SMALL_PIXELS; i++) {
        common += det.pixels[i] & gt.pixels[i];
        all += det.pixels[i] | gt.pixels[i];
        own += det.pixels[i];
    }
    if (!common)
        return 0;
    return (double)common / (sets->dataset->annotations[annotation].crowd ? own : all);
}

static double pixel_area(const struct slow_sets *sets, size_t row)
{
    const struct box *b = &sets->detections->rows[row].box;
    struct canvas canvas = canvas_of_row(sets, row);
    int area = 0;
    for (int i = 0; i < SMALL_PIXELS; i++)
        area += canvas.pixels[i];
    return sets->detections->masks[row] ? area : b->w * b->h;
}

/* Corners around a middle; those of detections stray by up to JITTER from a truth's. */
static struct mask *random_shape(uint64_t *state, const struct mask *like, double jitter)
{
    enum { MOST = 9 };
    double xy[2 * MOST];
    size_t points = 3 + sets_next(state, MOST - 2);
    double x = sets_next(state, SMALL_WIDTH), y = sets_next(state, SMALL_HEIGHT);
    double reach = sets_next(state, 3) ? 20 : 70;
    if (like)
        points = like->polygons->point_count;
    for (size_t p = 0; p < points; p++) {
        double angle = 2 * 3.14159265358979 * (double)p / (double)points;
        double radius = reach * (1 + sets_next(state, 100)) / 100;
        xy[2 * p] = like ? like->polygons->xy[2 * p] : x + radius * cos(angle);
        xy[2 * p + 1] = like ? like->polygons->xy[2 * p + 1] : y + radius * sin(angle);
        xy[2 * p] += jitter * (sets_next(state, 201) / 100. - 1);
        xy[2 * p + 1] += jitter * (sets_next(state, 201) / 100. - 1);
    }
    return polygon(xy, points);
}

static void random_shapes(uint64_t *state)
{
    uint32_t truths = 1 + sets_next(state, 6), found = 1 + sets_next(state, 10);
    for (uint32_t i = 0; i < truths; i++) {
        struct annotation *a = sets_annotate(
            dataset, (int32_t)sets_next(state, 2), (int32_t)sets_next(state, 2), 0, 0, 20, 20);
        dataset->masks[i] = sets_next(state, 9) ? random_shape(state, NULL, 0) : NULL;
        a->crowd = sets_next(state, 6) == 0;
        a->area = sets_next(state, 12000);
    }
    for (uint32_t i = 0; i < found; i++) {
        uint32_t of = sets_next(state, truths);
        const struct annotation *a = &dataset->annotations[of];
        static const double JITTER[] = {0, 1, 3, 9};
        struct mask *like = sets_next(state, 4) ? dataset->masks[of] : NULL;
        sets_detect(detections, a->image, a->category, sets_next(state, 5) * .2,
            sets_next(state, 90), sets_next(state, 70), sets_next(state, 100) / 2.,
            sets_next(state, 100) / 2.);
        detections->masks[i] =
            sets_next(state, 9) ? random_shape(state, like, JITTER[sets_next(state, 4)]) : NULL;
    }
}

static void random_shapes_agree_with_the_slow_evaluator(void **unused)
{
    (void)unused;
    uint64_t state = 31337;
    for (int i = 0; i < 150; i++) {
        struct err err;
        struct eval_summary summary;
        begin(2, 2);
        for (int k = 0; k < 2; k++) {
            dataset->images[k].width_px = SMALL_WIDTH;
            dataset->images[k].height_px = SMALL_HEIGHT;
        }
        random_shapes(&state);
        struct eval_set *set = match(EVAL_MASKS);
        assert_true(eval_stats(set, &arena, &summary, &err));
        struct slow_sets sets = {dataset, detections, pixel_iou, pixel_area};
        slow_check_stats(&sets, (struct slow_span){0, 1}, summary.stats);
        for (size_t k = 0; k < set->count; k++)
            if (set->gt[k] >= 0)
                assert_true(pixel_iou(&sets, (size_t)set->row[k], (size_t)set->gt[k]) >= .5);
        end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_are_matched_by_the_pixels_that_they_share),
        cmocka_unit_test(a_crowd_is_compared_with_the_part_that_it_covers),
        cmocka_unit_test(an_area_is_that_of_the_mask),
        cmocka_unit_test(what_has_no_mask_is_a_box_or_nothing),
        cmocka_unit_test(a_box_is_drawn_as_pixels),
        cmocka_unit_test(images_without_a_size_have_that_of_their_runs),
        cmocka_unit_test(runs_of_another_size_do_not_match),
        cmocka_unit_test(fractions_are_drawn_in_pixels),
        cmocka_unit_test(rectangles_have_the_numbers_of_their_boxes),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(random_shapes_agree_with_the_slow_evaluator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
