/*
 * Slices of images: by words, tags, ranges of numbers, folders, and a table that a person keeps.
 */
#include "scene.h"

#include "work/image_table.h"
#include "work/slices.h"

#include <stdio.h>
#include <string.h>

enum { IMAGES = 12 };

static struct dataset *make_dataset(void)
{
    struct dataset *dataset = dataset_new();
    assert_non_null(dataset);
    dataset->image_count = IMAGES;
    dataset->images = ARENA_ARRAY(&dataset->arena, struct image, IMAGES);
    dataset->annotations = ARENA_ARRAY(&dataset->arena, struct annotation, IMAGES * IMAGES);
    for (int i = 0; i < IMAGES; i++) {
        dataset->images[i] = (struct image){.id = 100 + i,
            .file_name = arena_printf(&dataset->arena, "%s%02d.jpg",
                i < 4    ? "day/"
                : i < 11 ? "night/cam 2/"
                         : "",
                i),
            .width_px = i == 3 ? 0 : 100 * (i + 1),
            .height_px = 480};
        for (int n = 0; n < i; n++)
            dataset->annotations[dataset->annotation_count++] =
                (struct annotation){.image = i, .crowd = n == 0};
    }
    return dataset;
}

static const struct slice *find(const struct slices *slices, const char *name)
{
    for (size_t i = 0; i < slices->count; i++)
        if (strcmp(slices->items[i].name, name) == 0)
            return &slices->items[i];
    fail_msg("no slice %s", name);
    return NULL;
}

static void make(const struct dataset *dataset, const char *by, struct arena *arena,
    struct slices *slices)
{
    struct err err;
    const struct image_column *column = slices_column(dataset, by, arena, &err);
    assert_non_null(column);
    assert_true(slices_make(column, dataset->image_count, arena, slices, &err));
}

static void folders_are_slices(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct dataset *dataset = make_dataset();
    struct slices slices;
    make(dataset, "folder", &arena, &slices);
    assert_int_equal(slices.count, 3);
    assert_int_equal(find(&slices, "day")->image_count, 4);
    assert_int_equal(find(&slices, "night/cam 2")->image_count, 7);
    assert_int_equal(find(&slices, ".")->image_count, 1);
    assert_true(find(&slices, "day")->has[3]);
    assert_false(find(&slices, "day")->has[4]);
    assert_int_equal(slices.images_without, 0);
    dataset_free(dataset);
    arena_done(&arena);
}

static void many_numbers_become_quartiles(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct dataset *dataset = make_dataset();
    struct slices slices;
    make(dataset, "width", &arena, &slices); /* 100 .. 1200 without 400: eleven */
    assert_int_equal(slices.count, 4);
    assert_int_equal(slices.images_without, 1);
    assert_string_equal(slices.items[0].name, "[100, 300)");
    assert_string_equal(slices.items[1].name, "[300, 700)");
    assert_string_equal(slices.items[2].name, "[700, 1000)");
    assert_string_equal(slices.items[3].name, "[1000, 1200]");
    size_t sum = 0;
    for (size_t i = 0; i < slices.count; i++)
        sum += slices.items[i].image_count;
    assert_int_equal(sum, IMAGES - 1);
    assert_true(slices.items[3].has[11] && slices.items[0].has[0] && !slices.items[0].has[2]);
    make(dataset, "height", &arena, &slices);
    assert_int_equal(slices.count, 1);
    assert_string_equal(slices.items[0].name, "480");
    make(dataset, "objects", &arena, &slices); /* 0, 0, 1 ... 10: the first of each is a crowd */
    assert_int_equal(slices.count, 4);
    assert_true(slices.items[0].has[0] && slices.items[0].has[1]);
    dataset_free(dataset);
    arena_done(&arena);
}

static void few_numbers_are_themselves_in_order(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err;
    struct slices slices;
    const char *values[6] = {"10", "9", "10", NULL, "2", "-1"};
    struct image_column column = {.name = "rain", .values = values};
    assert_true(slices_make(&column, 6, &arena, &slices, &err));
    assert_int_equal(slices.count, 4);
    static const char *const ORDER[] = {"-1", "2", "9", "10"};
    for (int i = 0; i < 4; i++)
        assert_string_equal(slices.items[i].name, ORDER[i]);
    assert_int_equal(slices.items[3].image_count, 2);
    assert_int_equal(slices.images_without, 1);
    arena_done(&arena);
}

static void images_are_in_the_slice_of_each_tag(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err;
    struct slices slices;
    const char *values[4] = {"night\nrain", "rain", NULL, "day\nrain\nrain"};
    struct image_column column = {.name = "tags", .values = values, .is_tags = true};
    assert_true(slices_make(&column, 4, &arena, &slices, &err));
    assert_int_equal(slices.count, 3);
    assert_int_equal(find(&slices, "rain")->image_count, 3);
    assert_int_equal(find(&slices, "night")->image_count, 1);
    assert_int_equal(slices.images_without, 1);
    arena_done(&arena);
}

static void what_cannot_be_sliced_is_said(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err;
    struct slices slices;
    const char *values[100];
    struct dataset *dataset = make_dataset();
    assert_null(slices_column(dataset, "weather", &arena, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.text, "folder"));
    for (int i = 0; i < 100; i++)
        values[i] = arena_printf(&arena, "word %d", i);
    struct image_column column = {.name = "words", .values = values};
    assert_false(slices_make(&column, 100, &arena, &slices, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_true(slices_make(&column, SLICES_MOST, &arena, &slices, &err));
    assert_true(slices_make(&column, 0, &arena, &slices, &err));
    assert_int_equal(slices.count, 0);
    dataset_free(dataset);
    arena_done(&arena);
}

static void tables_join_by_any_name_of_an_image(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    struct err err;
    struct image_table table;
    struct dataset *dataset = make_dataset();
    dataset->images[10].file_name = "night/cam 2/00.jpg"; /* base and stem of image 0 too */
    const char *path = scene_write(&scene, "images.csv",
        "\xef\xbb\xbf" "image;weather;temperature\r\nday/00.jpg;rain;3\r\n01;\"sun;\nwind\";\r\n"
        "102;;7\r\n03.jpg;fog;8\r\nnowhere.jpg;fog;8\r\n00.jpg;fog;1\n\n");
    assert_true(image_table_read(path, dataset, &scene.arena, &table, &err));
    assert_int_equal(table.column_count, 2);
    assert_string_equal(table.columns[0].name, "weather");
    assert_string_equal(table.columns[0].values[0], "rain");
    assert_string_equal(table.columns[0].values[1], "sun;\nwind");
    assert_null(table.columns[0].values[2]);
    assert_string_equal(table.columns[1].values[2], "7");
    assert_string_equal(table.columns[0].values[3], "fog");
    assert_null(table.columns[0].values[10]);
    assert_int_equal(table.rows_joined, 4);
    assert_int_equal(table.rows_unknown, 2);
    dataset_free(dataset);
    scene_done(&scene);
}

static void tables_that_join_nothing_are_refused(void **state)
{
    (void)state;
    static const char *const WRONG[] = {"", "image\n00.jpg\n", "image,weather\nx.jpg,fog\n",
        "image,weather\n", "\n\n\n"};
    struct scene scene;
    scene_init(&scene);
    struct dataset *dataset = make_dataset();
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        struct err err = {0};
        struct image_table table;
        const char *path = scene_write(&scene, "images.csv", WRONG[i]);
        assert_false(image_table_read(path, dataset, &scene.arena, &table, &err));
        assert_int_equal(err.code, ERR_FORMAT);
        assert_non_null(strstr(err.file, "images.csv"));
    }
    dataset_free(dataset);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_are_slices),
        cmocka_unit_test(many_numbers_become_quartiles),
        cmocka_unit_test(few_numbers_are_themselves_in_order),
        cmocka_unit_test(images_are_in_the_slice_of_each_tag),
        cmocka_unit_test(what_cannot_be_sliced_is_said),
        cmocka_unit_test(tables_join_by_any_name_of_an_image),
        cmocka_unit_test(tables_that_join_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
