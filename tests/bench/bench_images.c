/*
 * Benchmark of lists of images: what a move of the slider costs on a generated set of the size of COCO
 * val (5000 images, 80 categories, 36 000 ground truths, 500 000 detections a run, two runs). Prints
 * one line a measurement: milliseconds of CPU, the median of the rounds.
 */
#include "work/image_list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { IMAGES = 5000, CATEGORIES = 80, TRUTHS = 7, DETECTIONS = 100, CLASSES_ON_IMAGE = 8, ROUNDS = 9 };

static uint64_t seed = 1;

static double uniform(void)
{
    uint64_t z = seed += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

static struct box random_box(void)
{
    double w = 8 * exp(3.5 * uniform()), h = 8 * exp(3.5 * uniform());
    return (struct box){uniform() * 600, uniform() * 300, w, h};
}

static int32_t category_on(int32_t image)
{
    return (image * 13 + (int32_t)(uniform() * CLASSES_ON_IMAGE) * 7) % CATEGORIES;
}

static struct dataset *make_truth(void)
{
    struct dataset *dataset = dataset_new();
    dataset->images = ARENA_ARRAY(&dataset->arena, struct image, IMAGES);
    dataset->categories = ARENA_ARRAY(&dataset->arena, struct category, CATEGORIES);
    dataset->annotations = ARENA_ARRAY(&dataset->arena, struct annotation, IMAGES * TRUTHS);
    dataset->image_count = IMAGES;
    dataset->category_count = CATEGORIES;
    for (int32_t c = 0; c < CATEGORIES; c++)
        dataset->categories[c] = (struct category){
            .id = c + 1, .name = arena_printf(&dataset->arena, "class %d", c)};
    for (int32_t i = 0; i < IMAGES; i++) {
        dataset->images[i] = (struct image){.id = i + 1,
            .file_name = arena_printf(&dataset->arena, "%012d.jpg", i),
            .width_px = 640,
            .height_px = 480};
        for (int n = 0; n < TRUTHS; n++) {
            struct box box = random_box();
            dataset->annotations[dataset->annotation_count++] = (struct annotation){.box = box,
                .area = box.w * box.h,
                .image = i,
                .category = category_on(i)};
        }
    }
    return dataset;
}

/* A box near each ground truth, the rest anywhere; scores mostly low. */
static struct detections *make_detections(const struct dataset *dataset)
{
    struct detections *detections = detections_new();
    detections->image_keys = ARENA_ARRAY(&detections->arena, struct image_key, IMAGES);
    detections->category_keys = ARENA_ARRAY(&detections->arena, struct category_key, CATEGORIES);
    detections->image_key_count = IMAGES;
    detections->category_key_count = CATEGORIES;
    detections->rows = calloc(IMAGES * DETECTIONS, sizeof *detections->rows);
    for (int32_t c = 0; c < CATEGORIES; c++)
        detections->category_keys[c].id = c + 1;
    for (int32_t i = 0; i < IMAGES; i++) {
        detections->image_keys[i].id = i + 1;
        for (int n = 0; n < DETECTIONS; n++) {
            double low = uniform();
            struct detection row = {random_box(), low * low * low, i, category_on(i)};
            if (n < TRUTHS) {
                const struct annotation *a = &dataset->annotations[i * TRUTHS + n];
                row = (struct detection){a->box, uniform(), i, a->category};
                row.box.x += .2 * row.box.w * uniform();
            }
            detections->rows[detections->count++] = row;
        }
    }
    return detections;
}

static void make_study(struct dataset *dataset, struct study *study)
{
    struct err err;
    struct eval_settings settings = eval_settings_default();
    settings.threads = 2;
    *study = (struct study){.dataset = dataset,
        .detections = make_detections(dataset),
        .ground_truth = "truth.json",
        .predictions = "found.json"};
    if (!link_make(dataset, study->detections, LINK_SHIFT_AUTO, &study->arena, &study->link, &err))
        exit(1);
    study->set = eval_match(
        dataset, study->detections, &study->link, &settings, &study->arena, &err);
    if (!study->set)
        exit(1);
}

static double cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void measure(struct image_pool *pool, const char *what, double confidence, int column)
{
    double took[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        struct arena arena = {0};
        struct image_at at = {.confidence = confidence + i * .01, .iou = .5};
        struct image_which which = {0};
        struct image_order order = {column, true};
        struct image_list list;
        struct err err;
        double begin = cpu_ms();
        if (!image_list_make(pool, &at, &which, &order, &arena, &list, &err))
            exit(1);
        took[i] = cpu_ms() - begin;
        arena_done(&arena);
    }
    qsort(took, ROUNDS, sizeof *took, compare_doubles);
    printf("images: %s at %.2f: %.2f ms CPU\n", what, confidence, took[ROUNDS / 2]);
}

int main(void)
{
    static struct study studies[2];
    static const double CONFIDENCES[] = {.02, .25, .5};
    struct err err;
    struct dataset *dataset = make_truth();
    make_study(dataset, &studies[0]);
    make_study(dataset, &studies[1]);
    struct image_pool_request one = {.a = &studies[0]}, two = {.a = &studies[0], .b = &studies[1]};
    struct image_pool *alone = image_pool_new(&one, &err);
    double begin = cpu_ms();
    struct image_pool *both = image_pool_new(&two, &err);
    if (!alone || !both)
        return 1;
    printf("images: two runs joined: %.2f ms CPU\n", cpu_ms() - begin);
    for (size_t i = 0; i < sizeof CONFIDENCES / sizeof *CONFIDENCES; i++) {
        measure(alone, "one run by FP", CONFIDENCES[i], IMAGE_FP);
        measure(both, "two runs by FP", CONFIDENCES[i], IMAGE_FP);
        measure(both, "two runs by disagreement", CONFIDENCES[i], IMAGE_DISAGREEMENT);
    }
    return 0;
}
