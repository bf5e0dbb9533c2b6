/*
 * Benchmark of the evaluation: matching, metrics and the slider on a generated set of the size of
 * COCO val (5000 images, 80 categories, about 36 000 ground truths, 500 000 detections). Prints one
 * line a measurement: name, milliseconds of CPU (median of the rounds) and of wall time (the least).
 */
#include "eval/bootstrap.h"
#include "eval/confusion.h"
#include "eval/errors.h"
#include "eval/mask_runs.h"
#include "eval/sweep.h"
#include "eval/ultralytics_ap.h"
#include "eval/verdicts.h"
#include "eval/versus.h"
#include "eval/voc_ap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { IMAGES = 5000, CATEGORIES = 80, ROUNDS = 9 };

/* The set and what is made of it in each round. */
struct stage {
    struct dataset *dataset;
    struct detections *detections, *second; /* the second run: the first with noise */
    struct dataset masked; /* the same with masks, beside every fifth detection with one */
    struct detections cut_out;
    struct link link;
    struct arena arena, round;
    struct eval_set *set, *second_set;
    struct eval_bootstrap *bootstrap, *on_two; /* of both, on one thread and on two */
    struct eval_counts *per_category, *per_image;
    double sink; /* keeps results from being optimised away */
    uint64_t random;
    int threads;
};

static double uniform(struct stage *stage)
{
    uint64_t z = stage->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

static struct box random_box(struct stage *stage)
{
    double w = 8 * exp(3.5 * uniform(stage)), h = 8 * exp(3.5 * uniform(stage));
    return (struct box){uniform(stage) * (640 - fmin(w, 600)), uniform(stage) * 300, w, h};
}

static void add_detection(
    struct stage *stage, struct box box, int32_t image, int32_t category, double score)
{
    struct detections *detections = stage->detections;
    detections->rows[detections->count++] = (struct detection){.box = box,
        .score = round(score * 1e5) / 1e5,
        .image_key = image,
        .category_key = category};
}

/* An image shows some classes, and what is falsely found on it is of these or a few more. */
static int32_t category_on(int32_t image, double u)
{
    uint32_t mixed = ((uint32_t)image * 16 + (uint32_t)(u * 16)) * UINT32_C(2654435761);
    return (int32_t)((mixed >> 8) % CATEGORIES);
}

/* Ground truth with detections around it, each a little off, then false ones of low score. */
static void fill_image(struct stage *stage, int32_t image)
{
    struct dataset *dataset = stage->dataset;
    int truths = (int)(uniform(stage) * uniform(stage) * 29), false_ones = 72;
    for (int i = 0; i < truths; i++) {
        struct box box = random_box(stage);
        int32_t category = category_on(image, uniform(stage) * .25);
        size_t n = dataset->annotation_count++;
        dataset->annotations[n] = (struct annotation){.box = box,
            .area = box.w * box.h * .7,
            .id = (int64_t)n + 1,
            .image = image,
            .category = category,
            .crowd = uniform(stage) < .012};
        for (int d = 0; d < 4; d++) {
            double off = .3 * uniform(stage);
            struct box found = {box.x + off * box.w * (uniform(stage) - .5),
                box.y + off * box.h * (uniform(stage) - .5), box.w * (1 + off * uniform(stage)),
                box.h * (1 - off * uniform(stage))};
            add_detection(stage, found, image, category, uniform(stage) * (d ? .3 : 1));
        }
    }
    for (int i = 0; i < false_ones; i++) {
        double low = uniform(stage);
        add_detection(
            stage, random_box(stage), image, category_on(image, uniform(stage)), low * low * low);
    }
}

/* The same keys, a tenth of the rows gone and boxes and scores of the others a little off. */
static void make_second(struct stage *stage)
{
    const struct detections *first = stage->detections;
    struct detections *second = stage->second = detections_new();
    second->image_keys = first->image_keys;
    second->category_keys = first->category_keys;
    second->image_key_count = IMAGES;
    second->category_key_count = CATEGORIES;
    second->rows = calloc(first->count, sizeof *second->rows);
    for (size_t i = 0; i < first->count; i++) {
        struct detection row = first->rows[i];
        if (uniform(stage) < .1)
            continue;
        row.box.x += .1 * row.box.w * (uniform(stage) - .5);
        row.box.y += .1 * row.box.h * (uniform(stage) - .5);
        row.score = round(row.score * (.8 + .2 * uniform(stage)) * 1e5) / 1e5;
        second->rows[second->count++] = row;
    }
}

static void make_set(struct stage *stage)
{
    struct dataset *dataset = stage->dataset = dataset_new();
    struct detections *detections = stage->detections = detections_new();
    dataset->image_count = detections->image_key_count = IMAGES;
    dataset->category_count = detections->category_key_count = CATEGORIES;
    dataset->images = ARENA_ARRAY(&dataset->arena, struct image, IMAGES);
    dataset->categories = ARENA_ARRAY(&dataset->arena, struct category, CATEGORIES);
    dataset->annotations = ARENA_ARRAY(&dataset->arena, struct annotation, IMAGES * 32);
    detections->image_keys = ARENA_ARRAY(&detections->arena, struct image_key, IMAGES);
    detections->category_keys = ARENA_ARRAY(&detections->arena, struct category_key, CATEGORIES);
    detections->rows = calloc(IMAGES * 220, sizeof *detections->rows);
    for (int32_t i = 0; i < IMAGES; i++) {
        dataset->images[i] =
            (struct image){.id = i * 113 + 7, .file_name = "", .width_px = 640, .height_px = 480};
        detections->image_keys[i].id = i * 113 + 7;
    }
    for (int32_t c = 0; c < CATEGORIES; c++) {
        dataset->categories[c] = (struct category){.id = c + 1, .name = ""};
        detections->category_keys[c].id = c + 1;
    }
    for (int32_t i = 0; i < IMAGES; i++)
        fill_image(stage, i);
}

static struct mask *make_ellipse(struct arena *arena, const struct box *box)
{
    enum { POLYGON_POINTS = 20 };
    struct mask *mask = ARENA_NEW(arena, struct mask);
    mask->polygons = ARENA_NEW(arena, struct polygon);
    mask->polygon_count = 1;
    mask->polygons->xy = ARENA_ARRAY(arena, double, 2 * POLYGON_POINTS);
    mask->polygons->point_count = POLYGON_POINTS;
    for (size_t i = 0; i < POLYGON_POINTS; i++) {
        double angle = 2 * 3.14159265358979 * (double)i / POLYGON_POINTS;
        mask->polygons->xy[2 * i] = box->x + box->w * (1 + cos(angle)) / 2;
        mask->polygons->xy[2 * i + 1] = box->y + box->h * (1 + sin(angle)) / 2;
    }
    return mask;
}

/* Ellipses in the boxes: polygons for the ground truth, runs for the detections. */
static void make_masks(struct stage *stage)
{
    struct dataset *dataset = &stage->masked;
    struct detections *detections = &stage->cut_out;
    struct arena *arena = &stage->arena;
    struct mask_pen pen;
    *dataset = *stage->dataset;
    *detections = *stage->detections;
    detections->count /= 5;
    dataset->masks = ARENA_ARRAY(arena, struct mask *, dataset->annotation_count);
    detections->masks = ARENA_ARRAY(arena, struct mask *, detections->count);
    detections->rows = ARENA_ARRAY(arena, struct detection, detections->count);
    for (size_t i = 0; i < dataset->annotation_count; i++)
        dataset->masks[i] = make_ellipse(arena, &dataset->annotations[i].box);
    mask_pen_init(&pen);
    for (size_t i = 0; i < detections->count; i++) {
        struct mask_frame frame = {640, 480, 1, 1};
        struct mask_runs runs;
        detections->rows[i] = stage->detections->rows[5 * i];
        struct mask *mask = make_ellipse(arena, &detections->rows[i].box);
        if (!mask_runs_make(&pen, mask, &frame, arena, &runs))
            exit(1);
        *mask = (struct mask){.runs = (uint32_t *)runs.runs,
            .run_count = runs.count,
            .width_px = runs.width_px,
            .height_px = runs.height_px};
        detections->masks[i] = mask;
    }
    mask_pen_done(&pen);
}

static void run_link(struct stage *stage)
{
    struct err err;
    if (!link_make(
            stage->dataset, stage->detections, LINK_SHIFT_AUTO, &stage->round, &stage->link, &err))
        exit(1);
}

static void run_match(struct stage *stage)
{
    struct err err;
    struct eval_settings settings = eval_settings_default();
    settings.threads = stage->threads;
    stage->set =
        eval_match(stage->dataset, stage->detections, &stage->link, &settings, &stage->round, &err);
    if (!stage->set)
        exit(1);
}

static void run_stats(struct stage *stage)
{
    struct err err;
    struct eval_summary summary;
    if (!eval_stats(stage->set, &stage->round, &summary, &err))
        exit(1);
    stage->sink = summary.stats[EVAL_AP];
}

static void run_both(struct stage *stage)
{
    run_link(stage);
    run_match(stage);
    run_stats(stage);
}

static void run_second(struct stage *stage)
{
    struct err err;
    struct link link;
    struct eval_settings settings = eval_settings_default();
    if (!link_make(stage->dataset, stage->second, LINK_SHIFT_AUTO, &stage->round, &link, &err))
        exit(1);
    stage->second_set =
        eval_match(stage->dataset, stage->second, &link, &settings, &stage->round, &err);
    if (!stage->second_set)
        exit(1);
}

static void run_both_on_two(struct stage *stage)
{
    stage->threads = 2;
    run_both(stage);
}

static void run_masks(struct stage *stage)
{
    struct err err;
    struct eval_settings settings = eval_settings_default();
    settings.overlap = EVAL_MASKS;
    settings.threads = stage->threads;
    stage->set =
        eval_match(&stage->masked, &stage->cut_out, &stage->link, &settings, &stage->round, &err);
    if (!stage->set)
        exit(1);
    run_stats(stage);
}

static void run_masks_on_two(struct stage *stage)
{
    stage->threads = 2;
    run_masks(stage);
}

static void run_counts(struct stage *stage, double confidence, bool images)
{
    struct eval_counts total;
    eval_counts_at(stage->set, 0, confidence, NULL, &total, stage->per_category,
        images ? stage->per_image : NULL);
    stage->sink = (double)total.tp;
}

static void run_counts_low(struct stage *stage)
{
    run_counts(stage, 0, true);
}

static void run_counts_middle(struct stage *stage)
{
    run_counts(stage, .25, true);
}

static void run_counts_classes(struct stage *stage)
{
    run_counts(stage, .25, false);
}

static void run_best(struct stage *stage)
{
    struct err err;
    struct eval_best best;
    if (!eval_best_f1(stage->set, 0, NULL, &best, &err))
        exit(1);
    stage->sink = best.f1;
}

static void run_curve(struct stage *stage)
{
    double conf[101];
    struct eval_counts curve[101];
    for (int i = 0; i <= 100; i++)
        conf[i] = i / 100.;
    eval_counts_curve(stage->set, &(struct eval_at){.iou_index = 0}, conf, 101, curve);
    stage->sink = (double)curve[50].tp;
}

static void run_rematch(struct stage *stage)
{
    struct err err;
    if (!eval_rematch(stage->dataset, stage->detections, stage->set, .3, &stage->round, &err))
        exit(1);
}

static void run_sweep(struct stage *stage)
{
    struct err err;
    struct eval_sweep sweep;
    if (!eval_sweep(stage->set, 0, NULL, &stage->round, &sweep, &err))
        exit(1);
    stage->sink = sweep.best.f1;
}

static void run_voc(struct stage *stage)
{
    struct err err;
    struct eval_voc voc;
    if (!eval_voc_ap(
            stage->dataset, stage->detections, &stage->link, .5, &stage->round, &voc, &err))
        exit(1);
    stage->sink = voc.map;
}

static void run_ultralytics(struct stage *stage)
{
    struct err err;
    struct eval_ultralytics ultralytics;
    if (!eval_ultralytics_ap(stage->dataset, stage->detections, &stage->link, &stage->round,
            &ultralytics, &err))
        exit(1);
    stage->sink = ultralytics.map;
}

static void run_image(struct stage *stage)
{
    struct err err;
    struct eval_boxes boxes;
    if (!eval_image_boxes(stage->dataset, stage->detections, stage->set, IMAGES / 2, .5, .05, NULL,
            &stage->round, &boxes, &err))
        exit(1);
}

static void run_errors(struct stage *stage)
{
    struct err err;
    struct eval_errors errors;
    struct eval_error_settings settings = eval_error_settings_default();
    if (!eval_errors_make(stage->dataset, stage->detections, &stage->link, &settings, &stage->round,
            &errors, &err))
        exit(1);
    stage->sink = errors.ap;
}

static void run_confusion(struct stage *stage)
{
    struct err err;
    struct eval_confusion confusion;
    struct eval_confusion_settings settings = eval_confusion_settings_default();
    if (!eval_confusion_make(stage->dataset, stage->detections, &stage->link, &settings,
            &stage->round, &confusion, &err))
        exit(1);
    stage->sink = (double)confusion.trace;
}

static struct eval_bootstrap *prepare(struct stage *stage, int threads)
{
    struct err err;
    struct eval_aligned runs[2] = {{.set = stage->set}, {.set = stage->second_set}};
    struct eval_common common = {
        .image_count = IMAGES, .category_count = CATEGORIES, .confidence = .25};
    struct eval_bootstrap_settings settings = {
        .resamples = 1000, .threads = threads, .class_numbers = 1};
    struct eval_bootstrap *bootstrap =
        eval_bootstrap_new(runs, 2, &common, &settings, &stage->round, &err);
    if (!bootstrap)
        exit(1);
    return bootstrap;
}

static void run_prepare(struct stage *stage)
{
    stage->bootstrap = prepare(stage, 1);
    stage->on_two = prepare(stage, 2);
}

static void run_resamples(struct stage *stage)
{
    eval_bootstrap_run(stage->bootstrap, 100);
}

static void run_resamples_on_two(struct stage *stage)
{
    eval_bootstrap_run(stage->on_two, 100);
}

static void run_versus_at(struct stage *stage, double confidence)
{
    struct err err;
    struct eval_versus versus;
    struct eval_side a = {stage->detections, stage->set}, b = {stage->second, stage->second_set};
    struct eval_at at = {.confidence = confidence};
    if (!eval_versus(stage->dataset, &a, &b, &at, &stage->round, &versus, &err))
        exit(1);
    stage->sink = (double)versus.truths[EVAL_BY_BOTH].count;
}

static void run_versus_low(struct stage *stage)
{
    run_versus_at(stage, 0);
}

static void run_versus_middle(struct stage *stage)
{
    run_versus_at(stage, .25);
}

static const struct {
    const char *name;
    void (*run)(struct stage *stage);
    void (*prepare)(struct stage *stage); /* NULL: nothing */
} MEASURES[] = {
    {"link, match and stats", run_both},
    {"link, match and stats on two threads", run_both_on_two},
    {"match", run_match},
    {"stats", run_stats},
    {"counts_at 0, classes and images", run_counts_low},
    {"counts_at .25, classes and images", run_counts_middle},
    {"counts_at .25, classes", run_counts_classes},
    {"best F1", run_best},
    {"F1 curve of 101 thresholds", run_curve},
    {"sweep", run_sweep},
    {"VOC AP", run_voc},
    {"Ultralytics AP", run_ultralytics},
    {"rematch at IoU .30", run_rematch},
    {"boxes of one image", run_image},
    {"error types", run_errors},
    {"confusion", run_confusion},
    {"prepare two runs for resampling, twice", run_prepare},
    {"100 paired resamples", run_resamples},
    {"100 paired resamples on two threads", run_resamples_on_two},
    {"two runs against each other at 0", run_versus_low},
    {"two runs against each other at .25", run_versus_middle},
    {"match and stats of masks, a fifth of the detections", run_masks, make_masks},
    {"match and stats of masks on two threads", run_masks_on_two},
};

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double now_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

int main(void)
{
    struct stage stage = {.random = 1, .threads = 1};
    make_set(&stage);
    make_second(&stage);
    arena_init(&stage.arena, 0);
    stage.per_category = calloc(CATEGORIES, sizeof *stage.per_category);
    stage.per_image = calloc(IMAGES, sizeof *stage.per_image);
    for (size_t m = 0; m < sizeof MEASURES / sizeof *MEASURES; m++) {
        double times[ROUNDS], walls[ROUNDS];
        if (MEASURES[m].prepare)
            MEASURES[m].prepare(&stage);
        arena_init(&stage.round, 0);
        run_both(&stage);
        run_second(&stage);
        run_prepare(&stage);
        struct arena kept = stage.round;
        for (int r = 0; r < ROUNDS; r++) {
            struct stage round = stage;
            arena_init(&round.round, 0);
            double start = now_ms(CLOCK_PROCESS_CPUTIME_ID), began = now_ms(CLOCK_MONOTONIC);
            MEASURES[m].run(&round);
            times[r] = now_ms(CLOCK_PROCESS_CPUTIME_ID) - start;
            walls[r] = now_ms(CLOCK_MONOTONIC) - began;
            arena_done(&round.round);
        }
        qsort(times, ROUNDS, sizeof *times, compare_doubles);
        qsort(walls, ROUNDS, sizeof *walls, compare_doubles);
        printf("eval: %s: %.3f ms CPU, %.3f ms at best\n", MEASURES[m].name, times[ROUNDS / 2],
            walls[0]);
        arena_done(&kept);
    }
    printf("eval: set: %zu annotations, %zu detections\n", stage.dataset->annotation_count,
        stage.detections->count);
    arena_done(&stage.arena);
    dataset_free(stage.dataset);
    detections_free(stage.detections);
    detections_free(stage.second);
    free(stage.per_category);
    free(stage.per_image);
    return 0;
}
