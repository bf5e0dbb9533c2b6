#include "sets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROWS = 32768 };

struct dataset *sets_truth(int images, int categories)
{
    struct dataset *dataset = dataset_new();
    assert_non_null(dataset);
    dataset->images = ARENA_ARRAY(&dataset->arena, struct image, SETS_MOST);
    dataset->categories = ARENA_ARRAY(&dataset->arena, struct category, SETS_MOST);
    dataset->annotations = ARENA_ARRAY(&dataset->arena, struct annotation, ROWS);
    dataset->image_count = (size_t)images;
    dataset->category_count = (size_t)categories;
    for (int i = 0; i < images; i++)
        dataset->images[i] = (struct image){.id = i + 1,
            .file_name = arena_printf(&dataset->arena, "%d.jpg", i + 1),
            .width_px = 640,
            .height_px = 480};
    for (int c = 0; c < categories; c++)
        dataset->categories[c] = (struct category){
            .id = c + 1, .name = arena_printf(&dataset->arena, "class %d", c + 1)};
    return dataset;
}

struct annotation *sets_annotate(struct dataset *dataset, int32_t image, int32_t category, double x,
    double y, double w, double h)
{
    size_t n = dataset->annotation_count++;
    dataset->annotations[n] = (struct annotation){.box = {x, y, w, h},
        .area = w * h,
        .id = (int64_t)n + 1,
        .image = image,
        .category = category};
    return &dataset->annotations[n];
}

struct detections *sets_detections(int images, int categories)
{
    struct detections *detections = detections_new();
    assert_non_null(detections);
    detections->rows = calloc(ROWS, sizeof *detections->rows);
    detections->image_keys = ARENA_ARRAY(&detections->arena, struct image_key, SETS_MOST);
    detections->category_keys = ARENA_ARRAY(&detections->arena, struct category_key, SETS_MOST);
    detections->image_key_count = (size_t)images;
    detections->category_key_count = (size_t)categories;
    for (int i = 0; i < images; i++)
        detections->image_keys[i].id = i + 1;
    for (int c = 0; c < categories; c++)
        detections->category_keys[c].id = c + 1;
    return detections;
}

void sets_detect(struct detections *detections, int32_t image, int32_t category, double score,
    double x, double y, double w, double h)
{
    detections->rows[detections->count++] = (struct detection){
        .box = {x, y, w, h}, .score = score, .image_key = image, .category_key = category};
}

struct eval_set *sets_match_as(struct dataset *dataset, struct detections *detections,
    const struct eval_settings *settings, struct arena *arena)
{
    struct err err;
    struct link link;
    assert_true(link_make(dataset, detections, LINK_SHIFT_AUTO, arena, &link, &err));
    struct eval_set *set = eval_match(dataset, detections, &link, settings, arena, &err);
    assert_non_null(set);
    return set;
}

struct eval_set *sets_match(
    struct dataset *dataset, struct detections *detections, struct arena *arena)
{
    struct eval_settings settings = eval_settings_default();
    return sets_match_as(dataset, detections, &settings, arena);
}
