/*
 * Evaluations by content: what is recognised though it was copied, moved or touched, and what is
 * not. Whether scores came from the index shows by planting others there.
 */
#include "scene.h"

#include "store/store.h"
#include "work/content.h"
#include "work/study.h"

#include <math.h>
#include <string.h>

static const double PLANTED = 0.125;

static void add_run(struct scene *scene, const char *name, const char *predictions)
{
    struct arena *arena = &scene->arena;
    scene_write(scene, arena_printf(arena, "%s/predictions/epoch_1.json", name), predictions);
    scene_write(scene, arena_printf(arena, "%s/metrics.csv", name), "step,train/loss\n0,2\n");
    scene_write(scene, arena_printf(arena, "%s/config.json", name),
        arena_printf(arena, "{\"name\": \"%s\"}", name));
}

static double ap_of(const struct scene *scene, const char *name)
{
    return scene_last(scene_run(scene, name), "eval/AP");
}

static bool is_one(double ap)
{
    return fabs(ap - 1) < 1e-9;
}

static struct content_keys keys_of(struct scene *scene, const char *predictions, struct truth *truth)
{
    struct content_keys keys;
    struct err err = {0};
    struct study_request request = {.predictions = predictions, .truth = truth};
    if (!content_keys_make(scene->store, &request, &keys, &err))
        fail_msg("%s", err.text);
    return keys;
}

static struct truth truth_of(const char *path)
{
    return (struct truth){.ground_truth = {path}, .count = 1, .said = true};
}

/* Overwrites the AP that is kept for the run NAME by content. */
static void plant(struct scene *scene, const char *name)
{
    struct truth truth = truth_of(scene_path(scene, "val.json"));
    const char *file = arena_printf(&scene->arena, "%s/predictions/epoch_1.json", name);
    struct content_keys keys = keys_of(scene, scene_path(scene, file), &truth);
    struct study_scores scores;
    struct err err = {0};
    struct buf blob;
    bool found;
    buf_init(&blob, sizeof scores);
    assert_true(keys.content.length > 0);
    assert_true(store_get_evaluation(scene->store, keys.content.data, &blob, &found, &err));
    assert_true(found && blob.length == sizeof scores);
    memcpy(&scores, blob.data, sizeof scores);
    scores.stats[EVAL_AP] = PLANTED;
    assert_true(
        store_put_evaluation(scene->store, keys.content.data, &scores, sizeof scores, &err));
    buf_done(&blob);
    content_keys_done(&keys);
}

static void test_copies_and_touched_files_are_known(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "val.json", SCENE_TRUTH);
    add_run(&scene, "a", SCENE_PERFECT);
    scene_refresh(&scene);
    assert_true(is_one(ap_of(&scene, "a")));
    plant(&scene, "a");
    scene_refresh(&scene);
    assert_true(is_one(ap_of(&scene, "a"))); /* nothing changed: nothing was looked up */
    scene_age(&scene, "a/predictions/epoch_1.json", 5000);
    scene_refresh(&scene);
    assert_true(ap_of(&scene, "a") == PLANTED);
    add_run(&scene, "copy", SCENE_PERFECT);
    scene_age(&scene, "val.json", 5000);
    scene_refresh(&scene);
    assert_true(ap_of(&scene, "copy") == PLANTED);
    assert_true(ap_of(&scene, "a") == PLANTED);
    assert_string_equal(scene_run(&scene, "copy")->dataset->name, "val.json");
    scene_done(&scene);
}

static void test_other_contents_are_not(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "val.json", SCENE_TRUTH);
    add_run(&scene, "a", SCENE_PERFECT);
    scene_refresh(&scene);
    plant(&scene, "a");
    add_run(&scene, "half", SCENE_HALF);
    scene_refresh(&scene);
    assert_true(fabs(ap_of(&scene, "half") - SCENE_HALF_AP) < 1e-9);
    /* Another ground truth, though the objects are the same. */
    scene_append(&scene, "val.json", "\n");
    scene_refresh(&scene);
    assert_true(is_one(ap_of(&scene, "a")));
    scene_done(&scene);
}

/* Where only a look at all candidates tells which one is meant, contents of two are not enough. */
static void test_several_candidates(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    struct err err = {0};
    struct truth truth = truth_of(scene_write(&scene, "val.json", SCENE_TRUTH));
    add_run(&scene, "a",
        "[{\"image_id\":1,\"category_id\":1,\"bbox\":[10,10,20,20],\"score\":0.9},"
        "{\"image_id\":55,\"category_id\":1,\"bbox\":[10,10,20,20],\"score\":0.9}]");
    scene_write(&scene, "zzz.json",
        "{\"images\":[{\"id\":3,\"file_name\":\"z.png\",\"width\":9,\"height\":9}],"
        "\"categories\":[{\"id\":1,\"name\":\"cat\"}],\"annotations\":[]}");
    scene_refresh(&scene);
    assert_false(isnan(ap_of(&scene, "a")));
    struct content_keys keys =
        keys_of(&scene, scene_path(&scene, "a/predictions/epoch_1.json"), &truth);
    struct buf blob;
    bool found;
    buf_init(&blob, 1 << 20);
    assert_true(keys.content.length > 0);
    assert_true(store_get_evaluation(scene.store, keys.content.data, &blob, &found, &err));
    assert_false(found);
    buf_done(&blob);
    content_keys_done(&keys);
    scene_done(&scene);
}

static void test_what_is_not_in_two_files(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_refresh(&scene);
    scene_write(&scene, "set/labels/val/a.txt", "0 0.5 0.5 0.5 0.5\n");
    const char *yolo = scene_write(&scene, "set/data.yaml", "val: images/val\nnames: [cat]\n");
    const char *coco = scene_write(&scene, "val.json", SCENE_TRUTH);
    const char *dt = scene_write(&scene, "dt.json", SCENE_PERFECT);
    const char *folder = scene_write(&scene, "dts/a.txt", "0 0.5 0.5 0.5 0.5 0.9\n");
    struct truth truth = truth_of(yolo);
    struct content_keys keys = keys_of(&scene, dt, &truth);
    assert_true(keys.content.length == 0 && keys.identity.length > 0);
    content_keys_done(&keys);
    truth = truth_of(coco);
    keys = keys_of(&scene, folder, &truth);
    assert_true(keys.content.length == 0);
    content_keys_done(&keys);
    keys = keys_of(&scene, scene_path(&scene, "gone.json"), &truth);
    assert_true(keys.content.length == 0);
    content_keys_done(&keys);
    truth.predictions_format = "coco"; /* said is not seen */
    keys = keys_of(&scene, dt, &truth);
    assert_true(keys.content.length == 0);
    content_keys_done(&keys);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_and_touched_files_are_known),
        cmocka_unit_test(test_other_contents_are_not),
        cmocka_unit_test(test_several_candidates),
        cmocka_unit_test(test_what_is_not_in_two_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
