/*
 * Joining keys to images and categories, and the sizes of images that nobody told.
 */
#include "sets.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct link make(const struct dataset *dataset, const struct detections *detections,
    enum link_shift shift, struct arena *arena)
{
    struct link link;
    struct err err;
    assert_true(link_make(dataset, detections, shift, arena, &link, &err));
    return link;
}

static void image_of_one_key(struct image image, struct image_key key, bool joins, const char *rule)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(2, 1);
    struct detections *detections = sets_detections(1, 1);
    dataset->images[0] = (struct image){.id = 900, .file_name = "other/z.png"};
    dataset->images[1] = image;
    detections->image_keys[0] = key;
    sets_detect(detections, 0, 0, .5, 0, 0, 1, 1);
    struct link link = make(dataset, detections, LINK_SHIFT_AUTO, &arena);
    assert_int_equal(link.image_of_key[0], joins ? 1 : -1);
    assert_string_equal(link.joined_by, rule);
    assert_int_equal(link.images_joined, joins);
    assert_int_equal(link.rows_unknown_image, !joins);
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

static void images_join_by_the_first_rule_that_holds(void **unused)
{
    (void)unused;
    struct image numbered = {.id = 7, .file_name = "val/000000000042.jpg"};
    struct image named = {.key = "a.b", .file_name = "val/a.b.jpg"};
    image_of_one_key(numbered, (struct image_key){.id = 7}, true, "id");
    image_of_one_key(
        (struct image){.id = 7}, (struct image_key){.id = 8}, false, ""); /* nameless */
    image_of_one_key(named, (struct image_key){.text = "a.b"}, true, "id");
    image_of_one_key(numbered, (struct image_key){.id = 8, .file_name = "val/000000000042.jpg"},
        true, "file name");
    image_of_one_key(numbered, (struct image_key){.id = 8, .file_name = "/x/000000000042.jpg"},
        true, "base name");
    image_of_one_key(numbered, (struct image_key){.text = "000000000042.jpg"}, true, "base name");
    image_of_one_key(numbered, (struct image_key){.text = "000000000042"}, true, "stem");
    image_of_one_key(
        numbered, (struct image_key){.id = 8, .file_name = "000000000042.png"}, true, "stem");
    image_of_one_key(numbered, (struct image_key){.text = "7"}, true, "id");
    image_of_one_key(numbered, (struct image_key){.id = 42}, true, "stem");
    image_of_one_key(named, (struct image_key){.id = 42}, false, "");
    image_of_one_key(numbered, (struct image_key){.text = "nothing"}, false, "");
}

static void what_two_images_share_joins_neither(void **unused)
{
    (void)unused;
    struct arena arena;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(3, 1);
    struct detections *detections = sets_detections(3, 1);
    dataset->images[0].file_name = "a/1.jpg";
    dataset->images[1].file_name = "b/1.jpg";
    dataset->images[2].file_name = "b/2.jpg";
    detections->image_keys[0] = (struct image_key){.text = "x/1.jpg"};
    detections->image_keys[1] = (struct image_key){.text = "b/1.jpg"};
    detections->image_keys[2] = (struct image_key){.text = "x/2.jpg"};
    struct link link = make(dataset, detections, LINK_SHIFT_AUTO, &arena);
    assert_int_equal(link.image_of_key[0], -1);
    assert_int_equal(link.image_of_key[1], 1);
    assert_int_equal(link.image_of_key[2], 2);
    assert_int_equal(link.keys_by_file_name, 1);
    assert_int_equal(link.keys_by_base_name, 1);
    assert_int_equal(link.images_joined, 2);
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

/* An unknown id of a COCO file is not looked for among file names once ids have joined. */
static void ids_that_join_keep_others_from_guessing(void **unused)
{
    (void)unused;
    struct arena arena;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(2, 1);
    struct detections *detections = sets_detections(2, 1);
    dataset->images[1].file_name = "77.jpg";
    detections->image_keys[1].id = 77;
    struct link link = make(dataset, detections, LINK_SHIFT_AUTO, &arena);
    assert_int_equal(link.image_of_key[0], 0);
    assert_int_equal(link.image_of_key[1], -1);
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

/* Positions count in the order of the ids, whatever the order of the file. */
static void positions_mean_places_in_the_order_of_ids(void **unused)
{
    (void)unused;
    struct arena arena;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(3, 1);
    struct detections *detections = sets_detections(4, 1);
    dataset->images[0] = (struct image){.key = "b", .file_name = ""};
    dataset->images[1] = (struct image){.id = 20, .file_name = ""};
    dataset->images[2] = (struct image){.id = 1, .file_name = ""};
    detections->image_positions = true;
    for (int k = 0; k < 4; k++) {
        detections->image_keys[k] = (struct image_key){.id = k};
        sets_detect(detections, k, 0, .5, 0, 0, 1, 1);
    }
    struct link link = make(dataset, detections, LINK_SHIFT_AUTO, &arena);
    assert_int_equal(link.image_of_key[0], 2);
    assert_int_equal(link.image_of_key[1], 1);
    assert_int_equal(link.image_of_key[2], 0);
    assert_int_equal(link.image_of_key[3], -1);
    assert_string_equal(link.joined_by, "position");
    assert_int_equal(link.keys_by_position, 3);
    assert_int_equal(link.rows_unknown_image, 1);
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

static void check_shift(int64_t first_category, bool fractions, bool dt_fractions,
    enum link_shift shift, int64_t low, int64_t high, bool shifted)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(1, 4);
    struct detections *detections = sets_detections(1, 2);
    for (int c = 0; c < 4; c++)
        dataset->categories[c].id = first_category + c;
    dataset->fractions = fractions;
    detections->fractions = dt_fractions;
    detections->category_keys[0].id = low;
    detections->category_keys[1].id = high;
    struct link link = make(dataset, detections, shift, &arena);
    assert_int_equal(link.classes_shifted, shifted);
    int64_t at = low - shifted - first_category;
    assert_int_equal(link.category_of_key[0], at >= 0 && at < 4 ? at : -1);
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

static void class_numbers_are_shifted_for_yolo_only(void **unused)
{
    (void)unused;
    check_shift(0, true, false, LINK_SHIFT_AUTO, 1, 4, true);
    check_shift(0, true, false, LINK_SHIFT_AUTO, 2, 3, true);
    check_shift(0, true, false, LINK_SHIFT_AUTO, 0, 3, false);
    check_shift(0, true, false, LINK_SHIFT_AUTO, 1, 5, false);
    check_shift(0, true, true, LINK_SHIFT_AUTO, 1, 3, false);
    check_shift(0, false, false, LINK_SHIFT_AUTO, 1, 4, false);
    check_shift(1, true, false, LINK_SHIFT_AUTO, 1, 4, false);
    check_shift(0, true, false, LINK_SHIFT_NONE, 1, 4, false);
    check_shift(0, false, false, LINK_SHIFT_ONE, 1, 3, true);
    check_shift(0, false, false, LINK_SHIFT_ONE, INT64_MIN + 1, 3, true);
}

static void categories_join_by_name(void **unused)
{
    (void)unused;
    struct arena arena;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(1, 3);
    struct detections *detections = sets_detections(1, 3);
    dataset->categories[0].name = "Cat";
    dataset->categories[1].name = "cat";
    dataset->categories[2].name = "dog\x1b";
    detections->category_keys[0] = (struct category_key){.name = "cat"};
    detections->category_keys[1] = (struct category_key){.name = "DOG\x1b"};
    detections->category_keys[2] = (struct category_key){.name = "bird"};
    sets_detect(detections, 0, 2, .5, 0, 0, 1, 1);
    struct link link = make(dataset, detections, LINK_SHIFT_AUTO, &arena);
    assert_int_equal(link.category_of_key[0], 1);
    assert_int_equal(link.category_of_key[1], 2);
    assert_int_equal(link.category_of_key[2], -1);
    assert_int_equal(link.rows_unknown_category, 1);
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

/* A class 0 that the ground truth does not know tells that classes are counted, not named. */
static void check_positions(
    bool ids_are_ours, int64_t first_category, int64_t low, int64_t high, bool positions)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(1, 4);
    struct detections *detections = sets_detections(1, 2);
    for (int c = 0; c < 4; c++)
        dataset->categories[c].id = first_category + 2 * c; /* with holes */
    dataset->ids_are_ours = ids_are_ours;
    detections->category_keys[0].id = low;
    detections->category_keys[1].id = high;
    struct link link = make(dataset, detections, LINK_SHIFT_AUTO, &arena);
    assert_int_equal(link.classes_are_positions, positions);
    if (positions) {
        assert_int_equal(link.category_of_key[0], low);
        assert_int_equal(link.category_of_key[1], high);
    }
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

static void classes_from_zero_are_positions(void **unused)
{
    (void)unused;
    check_positions(false, 1, 0, 3, true);
    check_positions(false, 2, 3, 0, true);
    check_positions(false, 1, 1, 3, false); /* no class 0 */
    check_positions(false, 1, 0, 4, false); /* a fifth class */
    check_positions(false, 0, 0, 3, false); /* the ground truth has a class 0 */
    check_positions(true, 1, 0, 3, false);  /* nobody but us has counted them */
}

static void categories_join_by_what_they_are_called(void **unused)
{
    (void)unused;
    struct arena arena;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(1, 3);
    struct detections *detections = sets_detections(1, 3);
    for (int c = 0; c < 3; c++) {
        dataset->categories[c].id = c + 1;
        dataset->categories[c].name = (const char *[]){"cat", "dog", "cow"}[c];
        detections->category_keys[c] = (struct category_key){.id = c};
    }
    detections->category_keys[0].called = "Dog";
    detections->category_keys[1].called = "bird"; /* whatever its id means in the ground truth */
    detections->category_keys[2].called = "cow";
    struct link link = make(dataset, detections, LINK_SHIFT_AUTO, &arena);
    assert_int_equal(link.category_of_key[0], 1);
    assert_int_equal(link.category_of_key[1], -1);
    assert_int_equal(link.category_of_key[2], 2);
    assert_false(link.classes_are_positions);
    /* Where no name is known the ids count. */
    for (int c = 0; c < 3; c++)
        detections->category_keys[c] = (struct category_key){.id = 3 - c, .called = "class"};
    link = make(dataset, detections, LINK_SHIFT_AUTO, &arena);
    assert_int_equal(link.category_of_key[0], 2);
    assert_int_equal(link.category_of_key[2], 0);
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

static void sizes_are_the_extent_of_detections(void **unused)
{
    (void)unused;
    struct arena arena;
    struct err err;
    struct link_sizes sizes;
    arena_init(&arena, 0);
    struct dataset *dataset = sets_truth(3, 1);
    struct detections *detections = sets_detections(3, 1);
    for (int i = 0; i < 3; i++) {
        dataset->images[i].width_px = dataset->images[i].height_px = 0;
        dataset->images[i].key = (const char *[]){"1", "2", "3"}[i];
        sets_annotate(dataset, i, 0, .25, .5, .5, .25);
    }
    dataset->images[1].width_px = dataset->images[1].height_px = 9; /* known, already pixels */
    dataset->fractions = true;
    sets_detect(detections, 0, 0, .5, 100.4, 0, 299.8, 100);
    sets_detect(detections, 0, 0, .5, 0, 100, 10, 99.6);
    sets_detect(detections, 0, 0, .5, INFINITY, 0, 10, 10);
    sets_detect(detections, 1, 0, .5, 0, 0, 50, 50);
    struct link link = make(dataset, detections, LINK_SHIFT_AUTO, &arena);
    detections->fractions = true;
    assert_true(link_infer_sizes(dataset, detections, &link, &sizes, &err));
    assert_int_equal(sizes.images_inferred, 0);
    assert_int_equal(sizes.images_unknown, 0);
    assert_int_equal(sizes.images_of_one, 2);
    assert_true(dataset->images[0].width_px == 1 && dataset->images[2].height_px == 1);
    assert_true(dataset->annotations[0].box.x == .25);
    for (int i = 0; i < 3; i += 2)
        dataset->images[i].width_px = dataset->images[i].height_px = 0;
    detections->fractions = false;
    assert_true(link_infer_sizes(dataset, detections, &link, &sizes, &err));
    assert_int_equal(sizes.images_inferred, 1);
    assert_int_equal(sizes.images_unknown, 1);
    assert_int_equal(dataset->images[0].width_px, 400);
    assert_int_equal(dataset->images[0].height_px, 200);
    assert_true(dataset->annotations[0].box.x == 100 && dataset->annotations[0].box.h == 50);
    assert_true(dataset->annotations[0].area == 200 * 50);
    assert_true(dataset->annotations[1].box.x == .25);
    assert_int_equal(dataset->images[1].width_px, 9);
    detections_free(detections);
    dataset_free(dataset);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(images_join_by_the_first_rule_that_holds),
        cmocka_unit_test(what_two_images_share_joins_neither),
        cmocka_unit_test(ids_that_join_keep_others_from_guessing),
        cmocka_unit_test(positions_mean_places_in_the_order_of_ids),
        cmocka_unit_test(class_numbers_are_shifted_for_yolo_only),
        cmocka_unit_test(categories_join_by_name),
        cmocka_unit_test(classes_from_zero_are_positions),
        cmocka_unit_test(categories_join_by_what_they_are_called),
        cmocka_unit_test(sizes_are_the_extent_of_detections)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
