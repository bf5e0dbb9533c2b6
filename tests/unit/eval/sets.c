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
        .has_id = true,
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

uint32_t sets_next(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % below;
}

struct box sets_random_box(uint64_t *state)
{
    static const double SIDES[] = {0, 8, 10, 10, 16, 20, 32, 40, 96, 100};
    double step = sets_next(state, 2) ? 8 : 5;
    return (struct box){step * sets_next(state, 5), step * sets_next(state, 5),
        SIDES[sets_next(state, 10)], SIDES[sets_next(state, 10)]};
}

void sets_fill(uint64_t *state, int images, int categories, struct dataset *dataset,
    struct detections *detections)
{
    uint32_t truths = sets_next(state, 16), found = sets_next(state, 40), few = sets_next(state, 3);
    for (uint32_t i = 0; i < truths; i++) {
        struct box b = sets_random_box(state);
        struct annotation *a = sets_annotate(dataset, (int32_t)sets_next(state, (uint32_t)images),
            (int32_t)sets_next(state, (uint32_t)categories), b.x, b.y, b.w, b.h);
        a->crowd = sets_next(state, 6) == 0;
        if (sets_next(state, 3) == 0)
            a->area *= .7;
        a->id = i; /* from 0 */
    }
    for (uint32_t i = 0; i < found; i++) {
        struct box b = sets_random_box(state);
        if (few)
            b = truths ? dataset->annotations[sets_next(state, truths)].box : b;
        b.w += (double)sets_next(state, 4);
        sets_detect(detections, (int32_t)sets_next(state, (uint32_t)images),
            (int32_t)sets_next(state, (uint32_t)categories), sets_next(state, 12) * .1 - .1, b.x,
            b.y, b.w, b.h);
    }
}

void sets_link(
    struct dataset *dataset, struct detections *detections, struct arena *arena, struct link *link)
{
    struct err err;
    assert_true(link_make(dataset, detections, LINK_SHIFT_AUTO, arena, link, &err));
}

struct eval_set *sets_match_as(struct dataset *dataset, struct detections *detections,
    const struct eval_settings *settings, struct arena *arena)
{
    struct err err;
    struct link link;
    sets_link(dataset, detections, arena, &link);
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
