/*
 * A ground truth that goes from one study to the next: when it is the same, and when it is not.
 */
#include "scene.h"

#include "work/study.h"

#include <math.h>
#include <string.h>

static struct study *load(
    const char *predictions, const char *ground_truth, struct ground_truth *spare)
{
    struct err err = {0};
    struct truth truth = {.ground_truth = {ground_truth}, .count = 1, .said = true};
    struct study_request request = {.predictions = predictions, .truth = &truth, .spare = spare};
    struct study *study = study_load(&request, NULL, &err);
    if (!study)
        fail_msg("%s: %s", err.file, err.text);
    return study;
}

static void test_when_it_is_the_same(void **state)
{
    (void)state;
    struct scene scene;
    static const struct annotation_options PLAIN = {0}, COCO = {.format = "coco"},
                                           COLUMNS = {.columns = true};
    struct ground_truth truth = {0};
    struct err err = {0};
    scene_init(&scene);
    const char *path = scene_write(&scene, "val.json", SCENE_TRUTH);
    const char *other = scene_write(&scene, "copy.json", SCENE_TRUTH);
    assert_false(ground_truth_is(&truth, path, &PLAIN, true));
    assert_true(ground_truth_read(path, &PLAIN, true, &truth, &err));
    assert_true(ground_truth_is(&truth, path, &PLAIN, true));
    assert_false(ground_truth_is(&truth, path, &COCO, true));
    assert_false(ground_truth_is(&truth, path, &COLUMNS, true));
    assert_false(ground_truth_is(&truth, other, &PLAIN, true));
    struct dataset_digest digest = dataset_digest(truth.dataset);
    assert_true(digest_equal(&digest.content, &truth.digest.content));
    scene_age(&scene, "val.json", 5000);
    assert_false(ground_truth_is(&truth, path, &PLAIN, true));
    ground_truth_done(&truth);
    assert_true(ground_truth_read(path, &COCO, true, &truth, &err));
    assert_true(ground_truth_is(&truth, path, &COCO, true));
    assert_false(ground_truth_is(&truth, path, &PLAIN, true));
    struct ground_truth moved = {0};
    ground_truth_move(&moved, &truth);
    assert_true(ground_truth_is(&moved, path, &COCO, true) && !truth.dataset);
    ground_truth_done(&moved);
    assert_false(ground_truth_read(scene_path(&scene, "gone.json"), &COCO, true, &truth, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_true(!truth.dataset && !truth.options.format);
    scene_done(&scene);
}

static void test_one_study_leaves_it_to_the_next(void **state)
{
    (void)state;
    struct scene scene;
    struct ground_truth spare = {0};
    scene_init(&scene);
    const char *path = scene_write(&scene, "val.json", SCENE_TRUTH);
    const char *perfect = scene_write(&scene, "a.json", SCENE_PERFECT);
    const char *half = scene_write(&scene, "b.json", SCENE_HALF);
    struct study *study = load(perfect, path, &spare);
    const struct dataset *dataset = study->dataset;
    study_lend(study, &spare);
    assert_ptr_equal(spare.dataset, dataset);
    study = load(half, path, &spare);
    assert_ptr_equal(study->dataset, dataset);
    assert_null(spare.dataset);
    assert_true(fabs(study->summary.stats[EVAL_AP] - SCENE_HALF_AP) < 1e-9);
    study_lend(study, &spare);
    scene_write(&scene, "val.json",
        "{\"images\":[{\"id\":1,\"file_name\":\"a.png\",\"width\":100,\"height\":80}],"
        "\"categories\":[{\"id\":1,\"name\":\"cat\"}],\"annotations\":[]}");
    study = load(half, path, &spare);
    assert_int_equal(study->dataset->image_count, 1); /* read anew */
    study_release(study);
    ground_truth_done(&spare);
    scene_done(&scene);
}

/* Sizes of pictures have made pixels of what was read. */
static void test_fractions_are_not_left(void **state)
{
    (void)state;
    struct scene scene;
    struct ground_truth spare = {0};
    scene_init(&scene);
    scene_write(&scene, "set/labels/val/a.txt", "0 0.5 0.5 0.5 0.5\n");
    scene_picture(&scene, "set/images/val/a.png", 100, 80);
    const char *yaml =
        scene_write(&scene, "set/data.yaml", "val: images/val\nnames: [cat, dog]\n");
    const char *results = scene_write(&scene, "dt.json",
        "[{\"image_id\":\"a\",\"category_id\":1,\"bbox\":[25,20,50,40],\"score\":0.9}]");
    study_lend(load(results, yaml, &spare), &spare);
    assert_null(spare.dataset);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_when_it_is_the_same),
        cmocka_unit_test(test_one_study_leaves_it_to_the_next),
        cmocka_unit_test(test_fractions_are_not_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
