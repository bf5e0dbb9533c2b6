/*
 * What can be compared at all, and the limit of detections an image.
 */
#include "sets.h"

#include "eval/sides.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

struct scene {
    struct arena arena;
    struct dataset *dataset;
    struct detections *detections;
    struct sides sides;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    arena_init(&scene->arena, 0);
    scene->dataset = sets_truth(3, 2);
    scene->detections = sets_detections(3, 2);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    detections_free(scene->detections);
    dataset_free(scene->dataset);
    arena_done(&scene->arena);
    free(scene);
    return 0;
}

static void collect(struct scene *scene, int32_t most)
{
    struct err err;
    struct link link;
    assert_true(
        link_make(scene->dataset, scene->detections, LINK_SHIFT_NONE, &scene->arena, &link, &err));
    assert_true(sides_collect(
        scene->dataset, scene->detections, &link, most, &scene->arena, &scene->sides, &err));
}

static void assert_slots(const struct slots *slots, const int32_t (*should)[3], size_t n)
{
    assert_int_equal(slots->count, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(slots->items[i].category, should[i][0]);
        assert_int_equal(slots->items[i].image_rank, should[i][1]);
        assert_int_equal(slots->items[i].source, should[i][2]);
    }
}

static void boxes_stand_by_category_image_and_file(void **state)
{
    struct scene *scene = *state;
    sets_annotate(scene->dataset, 2, 1, 0, 0, 5, 5);
    sets_annotate(scene->dataset, 0, 1, 0, 0, 5, 5)->crowd = true;
    sets_annotate(scene->dataset, 0, 0, 0, 0, 5, NAN);
    sets_annotate(scene->dataset, 1, 0, 0, 0, 5, 5);
    sets_annotate(scene->dataset, 0, 1, 0, 0, 5, 5);
    sets_detect(scene->detections, 1, 1, .1, 0, 0, 5, 5);
    sets_detect(scene->detections, 0, 1, .2, 0, 0, 5, 5);
    sets_detect(scene->detections, 1, 1, .3, 0, 0, INFINITY, 5);
    sets_detect(scene->detections, 1, 1, NAN, 0, 0, 5, 5);
    sets_detect(scene->detections, 1, 0, .9, 0, 0, 5, 5);
    sets_detect(scene->detections, 1, 1, .9, 0, 0, 5, 5);
    collect(scene, SIDES_NO_LIMIT);
    assert_slots(
        &scene->sides.truths, (int32_t[][3]){{0, 1, 3}, {1, 0, 1}, {1, 0, 4}, {1, 2, 0}}, 4);
    assert_slots(&scene->sides.rows, (int32_t[][3]){{0, 1, 4}, {1, 0, 1}, {1, 1, 0}, {1, 1, 5}}, 4);
    assert_int_equal(scene->sides.rows.category_start[1], 1);
    assert_int_equal(scene->sides.rows.category_start[2], 4);
}

static void only_known_images_and_categories_are_there(void **state)
{
    struct scene *scene = *state;
    scene->detections->image_keys[1].id = 77;
    scene->detections->category_keys[1].id = 88;
    sets_detect(scene->detections, 1, 0, .1, 0, 0, 5, 5);
    sets_detect(scene->detections, 0, 1, .2, 0, 0, 5, 5);
    sets_detect(scene->detections, 0, 0, .2, 0, 0, 5, 5);
    collect(scene, SIDES_NO_LIMIT);
    assert_slots(&scene->sides.rows, (int32_t[][3]){{0, 0, 2}}, 1);
}

static void images_without_a_size_are_left_out_with_fractions(void **state)
{
    struct scene *scene = *state;
    scene->dataset->images[1].width_px = 0;
    for (int32_t image = 0; image < 2; image++) {
        sets_annotate(scene->dataset, image, 0, 0, 0, 5, 5);
        sets_detect(scene->detections, image, 0, .5, 0, 0, 5, 5);
    }
    collect(scene, SIDES_NO_LIMIT);
    assert_int_equal(scene->sides.truths.count, 2);
    assert_int_equal(scene->sides.rows.count, 2);
    scene->dataset->fractions = true;
    collect(scene, SIDES_NO_LIMIT);
    assert_slots(&scene->sides.truths, (int32_t[][3]){{0, 0, 0}}, 1);
    assert_slots(&scene->sides.rows, (int32_t[][3]){{0, 0, 0}}, 1);
}

static void an_image_keeps_its_best_over_all_categories(void **state)
{
    struct scene *scene = *state;
    sets_detect(scene->detections, 0, 0, .1, 0, 0, 5, 5);
    sets_detect(scene->detections, 0, 1, .5, 0, 0, 5, 5); /* of these three the first two */
    sets_detect(scene->detections, 1, 1, .1, 0, 0, 5, 5); /* another image */
    sets_detect(scene->detections, 0, 0, .5, 0, 0, 5, 5);
    sets_detect(scene->detections, 0, 0, .5, 0, 0, 5, 5);
    sets_detect(scene->detections, 0, 1, .9, 0, 0, 5, 5);
    collect(scene, 3);
    assert_slots(&scene->sides.rows, (int32_t[][3]){{0, 0, 3}, {1, 0, 1}, {1, 0, 5}, {1, 1, 2}}, 4);
    collect(scene, 4);
    assert_int_equal(scene->sides.rows.count, 5);
    collect(scene, 5);
    assert_int_equal(scene->sides.rows.count, 6);
}

static void too_little_memory_is_an_error(void **state)
{
    struct scene *scene = *state;
    struct err err;
    struct link link;
    struct arena small;
    sets_detect(scene->detections, 0, 0, .1, 0, 0, 5, 5);
    assert_true(
        link_make(scene->dataset, scene->detections, LINK_SHIFT_NONE, &scene->arena, &link, &err));
    int refused = 0;
    for (size_t bytes = 16; bytes <= 1024; bytes += 16) {
        arena_init(&small, bytes);
        bool made =
            sides_collect(scene->dataset, scene->detections, &link, 0, &small, &scene->sides, &err);
        assert_true(made || err.code == ERR_MEMORY);
        refused += !made;
        arena_done(&small);
    }
    assert_true(refused > 5 && refused < 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(boxes_stand_by_category_image_and_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            only_known_images_and_categories_are_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            images_without_a_size_are_left_out_with_fractions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            an_image_keeps_its_best_over_all_categories, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_little_memory_is_an_error, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
