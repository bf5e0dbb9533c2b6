/*
 * Tags of images in the person's file, and lists as files.
 */
#include "../eval/sets.h"
#include "temp.h"

#include "base/file.h"
#include "work/image_export.h"
#include "work/image_tags.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { IMAGES = 3 };

struct scene {
    struct arena arena;
    struct study study;
    char path[512];
};

static void scene_init(struct scene *scene)
{
    *scene = (struct scene){0};
    struct study *study = &scene->study;
    study->dataset = sets_truth(IMAGES, 1);
    study->detections = sets_detections(IMAGES, 1);
    sets_annotate(study->dataset, 1, 0, 0, 0, 40, 40);
    study->set = sets_match(study->dataset, study->detections, &scene->arena);
    study->version.name = "val.json";
    study->version.images = (struct digest){1, 2};
    snprintf(scene->path, sizeof scene->path, "%s/image-tags.json", temp_dir());
}

static void scene_done(struct scene *scene)
{
    detections_free(scene->study.detections);
    dataset_free(scene->study.dataset);
    arena_done(&scene->arena);
}

static const char *tags_of(struct scene *scene, int32_t image)
{
    struct image_column column;
    struct err err;
    assert_true(image_tags_read(scene->path, &scene->study, &scene->arena, &column, &err));
    assert_true(column.is_tags);
    return column.values[image];
}

static void put(struct scene *scene, const char *name, const char *tag, bool add, size_t changes)
{
    size_t changed;
    struct err err;
    assert_true(image_tags_write(scene->path, &scene->study, &name, 1, tag, add, &changed, &err));
    assert_int_equal(changed, changes);
}

static void tags_are_kept_by_image_and_dataset(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    assert_null(tags_of(&scene, 0)); /* there is no file yet */
    put(&scene, "1.jpg", "night", true, 1);
    put(&scene, "1.jpg", "night", true, 0);
    put(&scene, "1.jpg", "paper", true, 1);
    put(&scene, "gone.jpg", "paper", true, 1); /* of an image that may come back */
    assert_string_equal(tags_of(&scene, 0), "night\npaper");
    assert_null(tags_of(&scene, 1));
    scene.study.version.images.low = 3; /* other images */
    assert_null(tags_of(&scene, 0));
    scene.study.version.images.low = 2;
    put(&scene, "1.jpg", "night", false, 1);
    put(&scene, "2.jpg", "night", false, 0);
    assert_string_equal(tags_of(&scene, 0), "paper");
    put(&scene, "1.jpg", "paper", false, 1);
    assert_null(tags_of(&scene, 0));
    scene_done(&scene);
}

static void what_is_no_tag_is_refused(void **state)
{
    (void)state;
    char name[IMAGE_TAG_BYTES + 8];
    struct scene scene;
    struct err err;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    const char *const WRONG[] = {"", "two words", "a,b", "a\nb", name};
    scene_init(&scene);
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        size_t changed;
        const char *image = "1.jpg";
        assert_false(image_tags_write(
            scene.path, &scene.study, &image, 1, WRONG[i], true, &changed, &err));
        assert_int_equal(err.code, ERR_USAGE);
    }
    char number[8];
    for (int i = 0; i <= IMAGE_MOST_TAGS; i++) {
        size_t changed;
        const char *image = "1.jpg";
        snprintf(number, sizeof number, "t%d", i);
        assert_int_equal(image_tags_write(scene.path, &scene.study, &image, 1, number, true,
                             &changed, &err),
            i < IMAGE_MOST_TAGS);
    }
    scene_done(&scene);
}

static void assert_file(const char *path, const char *text)
{
    struct buf is;
    struct err err;
    buf_init(&is, 4096);
    assert_true(file_read(path, &is, &err));
    assert_int_equal(is.length, strlen(text));
    assert_memory_equal(is.data, text, is.length);
    buf_done(&is);
}

static void lists_are_written(void **state)
{
    (void)state;
    struct scene scene;
    struct err err;
    struct image_at at = {.confidence = .5, .iou = .5};
    struct image_which which = {0};
    struct image_order order = {.column = IMAGE_FN, .descending = true};
    struct image_list list;
    struct image_columns columns;
    char path[600];
    scene_init(&scene);
    put(&scene, "3.jpg", "night", true, 1);
    put(&scene, "3.jpg", "paper", true, 1);
    struct image_column tags;
    assert_true(image_tags_read(scene.path, &scene.study, &scene.arena, &tags, &err));
    struct image_pool_request request = {.a = &scene.study, .columns = &tags, .column_count = 1};
    struct image_pool *pool = image_pool_new(&request, &err);
    assert_non_null(pool);
    assert_true(image_list_make(pool, &at, &which, &order, &scene.arena, &list, &err));
    assert_true(image_columns_parse(pool, "image,fn,F1,tags", &columns, &err));
    snprintf(path, sizeof path, "%s.txt", scene.path);
    assert_true(image_export_file(pool, &list, &columns, path, &err));
    assert_file(path, "2.jpg\n1.jpg\n3.jpg\n");
    snprintf(path, sizeof path, "%s.csv", scene.path);
    assert_true(image_export_file(pool, &list, &columns, path, &err));
    assert_file(path, "image,FN,F1,tags\n2.jpg,1,0.0000,\n1.jpg,0,,\n3.jpg,0,,night paper\n");
    image_columns_default(pool, &list, false, &columns);
    assert_int_equal(columns.items[columns.count - 1], IMAGE_COLUMNS); /* someone has a tag */
    assert_false(image_columns_parse(pool, "image,nothing", &columns, &err));
    assert_int_equal(err.code, ERR_USAGE);
    scene.study.dataset->images[1].file_name = "a\nb.jpg";
    image_pool_free(pool);
    pool = image_pool_new(&request, &err);
    snprintf(path, sizeof path, "%s.txt", scene.path);
    assert_false(image_export_file(pool, &list, &columns, path, &err));
    assert_int_equal(err.code, ERR_UNSUPPORTED);
    image_pool_free(pool);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tags_are_kept_by_image_and_dataset),
        cmocka_unit_test(what_is_no_tag_is_refused), cmocka_unit_test(lists_are_written)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
