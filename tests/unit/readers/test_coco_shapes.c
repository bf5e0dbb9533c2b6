/*
 * Shapes in COCO files: polygons and runs beside boxes or in their stead, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "readers/annotation.h"
#include "boxes_text.h"
#include "temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *directory;

static int make_directory(void **state)
{
    (void)state;
    directory = temp_dir();
    return 0;
}

static const struct annotation_options MASKS = {.masks = true};

/* The mask of the only row of a results list, with SEGMENTATION; NULL when it has none. SET is to
 * be freed. */
static const struct mask *mask_of(const char *segmentation, struct detections **set)
{
    char text[1024];
    struct err err = {0};
    snprintf(text, sizeof text,
        "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0, 0, 1, 1], \"score\": 0.5, "
        "\"segmentation\": %s}]",
        segmentation);
    *set = annotation_read_detections_as(temp_text(directory, "dt.json", text), &MASKS, &err);
    assert_non_null(*set);
    assert_int_equal((*set)->count, 1);
    return (*set)->masks ? (*set)->masks[0] : NULL;
}

static void test_polygons(void **state)
{
    (void)state;
    struct detections *set;
    const struct mask *mask = mask_of("[[1, 2, 3.5, 4, 5, 6], [0, 0, 1, 0, 1, 1, 0, 1e0]]", &set);
    static const double FIRST[] = {1, 2, 3.5, 4, 5, 6}, SECOND[] = {0, 0, 1, 0, 1, 1, 0, 1};
    assert_int_equal(mask->polygon_count, 2);
    assert_int_equal(mask->run_count, 0);
    assert_int_equal(mask->polygons[0].point_count, 3);
    assert_memory_equal(mask->polygons[0].xy, FIRST, sizeof FIRST);
    assert_int_equal(mask->polygons[1].point_count, 4);
    assert_memory_equal(mask->polygons[1].xy, SECOND, sizeof SECOND);
    assert_int_equal(set->dropped_masks, 0);
    detections_free(set);
    /* What is bad of several is left out, and counted once. */
    mask = mask_of(
        "[[1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 7], [0, 0, 1, 0, 1, 1], [0, 0, 1, 0, 1, NaN], 7, "
        "[[0]], [1, 1, 2, 2, 3, \"3\"]]",
        &set);
    assert_int_equal(mask->polygon_count, 1);
    assert_int_equal(set->dropped_masks, 1);
    detections_free(set);
}

static const struct {
    const char *segmentation;
    size_t count;
    uint32_t runs[8];
    int32_t height_px, width_px;
} RUNS[] = {
    {"{\"size\": [3, 4], \"counts\": [4, 2, 6]}", 3, {4, 2, 6}, 3, 4},
    {"{\"counts\": [0, 12], \"size\": [3, 4]}", 2, {0, 12}, 3, 4},
    {"{\"counts\": \"426\", \"size\": [3, 4]}", 3, {4, 2, 6}, 3, 4},
    /* From the fourth on the difference to the one before the last; negative ones; more groups. */
    {"{\"counts\": \"5220N4\", \"size\": [1, 17]}", 6, {5, 2, 2, 2, 0, 6}, 1, 17},
    {"{\"counts\": \"5223OO\", \"size\": [1, 19]}", 6, {5, 2, 2, 5, 1, 4}, 1, 19},
    {"{\"counts\": \"T3\\\\3T3\", \"size\": [14, 22]}", 3, {100, 108, 100}, 14, 22},
    {"{\"counts\": \"T3T3T3\", \"size\": [10, 30]}", 3, {100, 100, 100}, 10, 30},
    /* What is left over is outside. */
    {"{\"size\": [3, 4], \"counts\": [4, 2, 5]}", 3, {4, 2, 6}, 3, 4},
    {"{\"size\": [3, 4], \"counts\": [4, 2]}", 3, {4, 2, 6}, 3, 4},
};

static void test_runs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof RUNS / sizeof *RUNS; i++) {
        struct detections *set;
        const struct mask *mask = mask_of(RUNS[i].segmentation, &set);
        assert_non_null(mask);
        assert_int_equal(mask->run_count, RUNS[i].count);
        assert_memory_equal(mask->runs, RUNS[i].runs, RUNS[i].count * sizeof *mask->runs);
        assert_int_equal(mask->height_px, RUNS[i].height_px);
        assert_int_equal(mask->width_px, RUNS[i].width_px);
        assert_int_equal(mask->polygon_count, 0);
        detections_free(set);
    }
}

static void test_what_is_no_shape_is_counted(void **state)
{
    (void)state;
    static const struct {
        const char *segmentation;
        int dropped;
    } NONE[] = {{"[]", 0}, {"null", 0}, {"[[]]", 1}, {"7", 1}, {"{}", 1}, {"\"x\"", 1},
        {"{\"size\": [3, 4]}", 1}, {"{\"counts\": [12]}", 1},
        {"{\"size\": [3, 4], \"counts\": [4, 2, 7]}", 1},
        {"{\"size\": [3, 4], \"counts\": [4, -2, 10]}", 1},
        {"{\"size\": [3, 4], \"counts\": [4, 2.5, 5.5]}", 1},
        {"{\"size\": [3, 4], \"counts\": [4294967295, 13]}", 1},
        {"{\"size\": [3, 4], \"counts\": [4294967308]}", 1},
        {"{\"size\": [1000000000, 1000000000], \"counts\": [1000000000000000000]}", 1},
        {"{\"size\": [65536, 65536], \"counts\": [4294967295, 1]}", 1},
        {"{\"size\": [-3, -4], \"counts\": [12]}", 1}, {"{\"size\": [3], \"counts\": [3]}", 1},
        {"{\"size\": [3, 4], \"counts\": \"4\\u0001\"}", 1},
        {"{\"size\": [3, 4], \"counts\": \"T\"}", 1},
        {"{\"size\": [3, 4], \"counts\": \"oooooooooooooooo\"}", 1},
        {"{\"size\": [3, 4], \"counts\": \"\"}", 1}, {"{\"size\": [3, 4], \"counts\": []}", 1}};
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++) {
        struct detections *set;
        if (mask_of(NONE[i].segmentation, &set) || set->dropped_masks != NONE[i].dropped)
            fail_msg("row %zu", i);
        detections_free(set);
    }
}

/* Masks stay with their rows, and cost nothing unless they are wanted. */
static void test_masks_stand_beside_their_rows(void **state)
{
    (void)state;
    static const char TRUTH[] =
        "{\"images\": [{\"id\": 1}], \"categories\": [{\"id\": 1, \"name\": \"x\"}], "
        "\"annotations\": ["
        "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0,0,1,1]},"
        "{\"image_id\": 9, \"category_id\": 1, \"bbox\": [0,0,1,1], \"segmentation\": "
        "[[9,9,9,9,9,9]]},"
        "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0,0,1,1], \"segmentation\": "
        "[[7,1,1,1,1,1]]},"
        "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0,0,1,1]}]}";
    struct err err = {0};
    const char *path = temp_text(directory, "gt.json", TRUTH);
    struct dataset *set = annotation_read_ground_truth_as(path, &MASKS, &err);
    assert_non_null(set);
    assert_int_equal(set->annotation_count, 3);
    assert_null(set->masks[0]);
    assert_true(set->masks[1]->polygons[0].xy[0] == 7);
    assert_null(set->masks[2]);
    dataset_free(set);
    set = annotation_read_ground_truth(path, &err);
    assert_null(set->masks);
    dataset_free(set);
    struct detections *found =
        boxes_coco_detections("[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0,0,1,1], \"score\": 1, "
                      "\"segmentation\": [[7,1,1,1,1,1]]}]");
    assert_null(found->masks);
    detections_free(found);
}

/* Results of masks alone: the box is the extent of the shape, wanted or not. */
static void test_a_shape_without_a_box_gives_one(void **state)
{
    (void)state;
    static const char ROWS[] =
        "[{\"image_id\": 1, \"category_id\": 1, \"score\": 1, \"segmentation\": "
        "{\"size\": [4, 5], \"counts\": [5, 2, 2, 1, 10]}},"
        "{\"image_id\": 1, \"category_id\": 1, \"score\": 1, \"segmentation\": "
        "{\"size\": [4, 5], \"counts\": [6, 4, 10]}},"
        "{\"image_id\": 1, \"category_id\": 1, \"score\": 1, \"segmentation\": "
        "[[1, 2, 4, 2, 3, 8.5]]},"
        "{\"image_id\": 1, \"category_id\": 1, \"score\": 1, \"segmentation\": "
        "{\"size\": [4, 5], \"counts\": [20]}}]";
    static const struct box BOXES[] = {{1, 1, 2, 2}, {1, 0, 2, 4}, {1, 2, 3, 6.5}};
    struct err err = {0};
    const char *path = temp_text(directory, "dt.json", ROWS);
    for (int masks = 0; masks < 2; masks++) {
        struct annotation_options options = {.masks = masks};
        struct detections *set = annotation_read_detections_as(path, &options, &err);
        assert_non_null(set);
        assert_int_equal(set->count, 3);
        assert_int_equal(set->dropped, 1); /* nothing is inside: no box */
        assert_int_equal(set->masks != NULL, masks);
        for (size_t i = 0; i < 3; i++)
            assert_memory_equal(&set->rows[i].box, &BOXES[i], sizeof *BOXES);
        detections_free(set);
    }
    static const char TRUTH[] =
        "{\"images\": [{\"id\": 1}], \"categories\": [{\"id\": 1, \"name\": \"x\"}], "
        "\"annotations\": [{\"image_id\": 1, \"category_id\": 1, \"segmentation\": [[1, 2, 4, 2, "
        "3, 8.5]]}]}";
    struct dataset *set = boxes_coco_truth(TRUTH);
    assert_int_equal(set->annotation_count, 1);
    assert_memory_equal(&set->annotations[0].box, &BOXES[2], sizeof *BOXES);
    assert_null(set->masks);
    dataset_free(set);
}

/* The first row of the list that counts decides. */
static void test_boxes_beside_masks_say_the_areas(void **state)
{
    (void)state;
#define ROW(box)                                                                                   \
    "{\"image_id\": 1, \"category_id\": 1, \"score\": 1, " box                                     \
    "\"segmentation\": [[1, 2, 4, 2, 4, 6]]}"
#define BOX "\"bbox\": [0, 0, 9, 9], "
    static const struct {
        const char *text;
        bool says;
    } LISTS[] = {{"[" ROW(BOX) ", " ROW("") "]", true}, {"[" ROW("") ", " ROW(BOX) "]", false},
        {"[]", false},
        {"{\"annotations\": [" ROW(BOX) "], \"annotations\": [" ROW("") "]}", false}};
    for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS; i++) {
        struct err err = {0};
        struct annotation_options options = {.format = "coco", .masks = true};
        struct detections *set = annotation_read_detections_as(
            temp_text(directory, "dt.json", LISTS[i].text), &options, &err);
        assert_non_null(set);
        assert_int_equal(set->boxes_say_areas, LISTS[i].says);
        detections_free(set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_polygons),
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_what_is_no_shape_is_counted),
        cmocka_unit_test(test_masks_stand_beside_their_rows),
        cmocka_unit_test(test_a_shape_without_a_box_gives_one),
        cmocka_unit_test(test_boxes_beside_masks_say_the_areas),
    };
    return cmocka_run_group_tests(tests, make_directory, NULL);
}
