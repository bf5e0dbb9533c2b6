/*
 * What evaluations have in common: the same ground truth, a part of it, another version of it.
 */
#include "scene.h"

#include "work/common.h"

#include <stdio.h>
#include <string.h>

/* Ground truth of images FROM..TO-1 with one object each, of classes in turns; a box of image MOVED
 * stands elsewhere. Ids begin at FIRST_ID. */
struct kind {
    int from, to, moved, first_id, classes;
    const char *folder;
};

static const char *write_truth(struct scene *scene, const char *name, struct kind kind)
{
    static const char *const CLASSES[] = {"cat", "dog", "emu"};
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_add_string(&text, "{\"images\":[");
    for (int i = kind.from; i < kind.to; i++)
        buf_printf(&text, "%s{\"id\":%d,\"file_name\":\"%sim%d.jpg\",\"width\":100,\"height\":100}",
            i > kind.from ? "," : "", kind.first_id + i, kind.folder, i);
    buf_add_string(&text, "],\"categories\":[");
    for (int c = 0; c < kind.classes; c++)
        buf_printf(&text, "%s{\"id\":%d,\"name\":\"%s\"}", c ? "," : "", 7 + c, CLASSES[c]);
    buf_add_string(&text, "],\"annotations\":[");
    for (int i = kind.from; i < kind.to; i++)
        buf_printf(&text,
            "%s{\"id\":%d,\"image_id\":%d,\"category_id\":%d,\"bbox\":[%d,1,20,20]}",
            i > kind.from ? "," : "", i + 1, kind.first_id + i, 7 + i % 2, i == kind.moved ? 9 : 1);
    buf_add_string(&text, "]}");
    const char *path = scene_write(scene, name, text.data);
    buf_done(&text);
    return path;
}

/* One detection on each of images FROM..TO-1. */
static const char *write_detections(
    struct scene *scene, const char *name, int from, int to, int first_id)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_add_char(&text, '[');
    for (int i = from; i < to; i++)
        buf_printf(&text,
            "%s{\"image_id\":%d,\"category_id\":%d,\"bbox\":[1,1,20,20],\"score\":0.5}",
            i > from ? "," : "", first_id + i, 7 + i % 2);
    buf_add_char(&text, ']');
    const char *path = scene_write(scene, name, text.data);
    buf_done(&text);
    return path;
}

static struct study *load(const char *ground_truth, const char *detections)
{
    struct err err = {0};
    struct truth truth = {.ground_truth = {ground_truth}, .count = 1, .said = true};
    struct study_request request = {.predictions = detections, .truth = &truth};
    struct study *study = study_load(&request, NULL, &err);
    assert_non_null(study);
    return study;
}

static const struct kind PLAIN = {.to = 10, .moved = -1, .first_id = 50, .classes = 2, .folder = ""};

struct pair {
    struct scene scene;
    struct study *studies[2];
    struct common common;
    const char *difference;
    bool made;
    struct err err;
};

/* Joins PLAIN with all its images detected on, and another. */
static void join(struct pair *pair, struct kind kind, int from, int to, bool only_touched)
{
    *pair = (struct pair){0};
    scene_init(&pair->scene);
    struct scene *scene = &pair->scene;
    pair->studies[0] = load(write_truth(scene, "a.json", PLAIN),
        write_detections(scene, "a-dt.json", 0, 10, PLAIN.first_id));
    pair->studies[1] = load(write_truth(scene, "b.json", kind),
        write_detections(scene, "b-dt.json", from, to, kind.first_id));
    const struct study *studies[2] = {pair->studies[0], pair->studies[1]};
    pair->made =
        common_make(studies, 2, only_touched, &scene->arena, &pair->common, &pair->err);
    if (pair->made)
        pair->difference = common_difference(&pair->common, studies, &scene->arena);
}

static void leave(struct pair *pair)
{
    study_release(pair->studies[0]);
    study_release(pair->studies[1]);
    scene_done(&pair->scene);
}

static void one_ground_truth_is_whole(void **state)
{
    (void)state;
    struct pair pair;
    join(&pair, PLAIN, 0, 10, false);
    assert_true(pair.made && common_is_whole(&pair.common));
    assert_null(pair.difference);
    assert_int_equal(pair.common.common.image_count, 10);
    assert_int_equal(pair.common.common.category_count, 2);
    assert_string_equal(pair.common.joined_by, "file name");
    for (int i = 0; i < 10; i++) {
        assert_int_equal(pair.common.image[i], i);
        assert_int_equal(pair.common.runs[1].image_position[i], i);
    }
    leave(&pair);
}

static void other_ids_and_folders_join_by_name(void **state)
{
    (void)state;
    struct pair pair;
    struct kind kind = PLAIN;
    kind.first_id = 900;
    kind.folder = "val/";
    join(&pair, kind, 0, 10, false);
    assert_true(pair.made && common_is_whole(&pair.common));
    assert_string_equal(pair.common.joined_by, "base name");
    leave(&pair);
}

static void parts_are_said_and_joined(void **state)
{
    (void)state;
    struct pair pair;
    struct kind kind = PLAIN;
    kind.from = 4;
    kind.to = 14;
    kind.classes = 3;
    join(&pair, kind, 4, 14, false);
    assert_true(pair.made);
    assert_false(common_is_whole(&pair.common));
    assert_string_equal(
        pair.difference, "a.json has 10 images, of which 6 are in all ground truths");
    assert_int_equal(pair.common.common.image_count, 6);
    assert_int_equal(pair.common.common.category_count, 2);
    assert_int_equal(pair.common.image[0], 4);
    assert_int_equal(pair.common.runs[0].image_position[3], -1);
    assert_int_equal(pair.common.runs[1].image_position[0], 0);
    assert_int_equal(pair.common.runs[1].image_position[9], -1);
    assert_int_equal(pair.common.runs[1].category_position[2], -1);
    leave(&pair);
}

static void another_version_is_noticed(void **state)
{
    (void)state;
    struct pair pair;
    struct kind kind = PLAIN;
    kind.moved = 3;
    join(&pair, kind, 0, 10, false);
    assert_true(pair.made);
    assert_false(common_is_whole(&pair.common));
    assert_int_equal(pair.common.sides[1].differing, 1);
    assert_string_equal(
        pair.difference, "b.json says other things of 1 of 10 common images than a.json");
    leave(&pair);
}

static void a_part_of_the_images_is_noticed_and_cut(void **state)
{
    (void)state;
    struct pair pair;
    join(&pair, PLAIN, 0, 3, false);
    assert_true(pair.made);
    assert_false(common_is_whole(&pair.common));
    assert_int_equal(pair.common.sides[1].touched, 3);
    assert_int_equal(pair.common.sides[1].missing, 7);
    assert_int_equal(pair.common.common.image_count, 10);
    assert_string_equal(pair.difference, "b-dt.json has detections on 3 of 10 images");
    leave(&pair);
    join(&pair, PLAIN, 0, 3, true);
    assert_true(pair.made && pair.common.cut);
    assert_int_equal(pair.common.common.image_count, 3);
    leave(&pair);
    join(&pair, PLAIN, 0, 9, true); /* one image without a detection is nothing strange */
    assert_true(pair.made && !pair.common.cut && common_is_whole(&pair.common));
    assert_int_equal(pair.common.common.image_count, 10);
    leave(&pair);
}

static void nothing_in_common_is_refused(void **state)
{
    (void)state;
    struct pair pair;
    struct kind kind = PLAIN;
    kind.from = 10;
    kind.to = 16;
    join(&pair, kind, 10, 16, false);
    assert_false(pair.made);
    assert_int_equal(pair.err.code, ERR_FORMAT);
    leave(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_ground_truth_is_whole),
        cmocka_unit_test(other_ids_and_folders_join_by_name),
        cmocka_unit_test(parts_are_said_and_joined),
        cmocka_unit_test(another_version_is_noticed),
        cmocka_unit_test(a_part_of_the_images_is_noticed_and_cut),
        cmocka_unit_test(nothing_in_common_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
