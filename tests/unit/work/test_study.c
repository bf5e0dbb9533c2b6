/*
 * Studies: which ground truth joins, what is said of the join, sizes that were inferred, refusals.
 */
#include "scene.h"

#include "work/study.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static struct study *load(const char *predictions, struct truth *truth, struct err *err)
{
    struct study_request request = {.predictions = predictions, .truth = truth};
    *err = (struct err){0};
    return study_load(&request, NULL, err);
}

static struct study *must_load(const char *predictions, struct truth *truth)
{
    struct err err;
    struct study *study = load(predictions, truth, &err);
    if (!study)
        fail_msg("%s: %s", err.file, err.text);
    return study;
}

static struct truth truth_of(const char *path)
{
    return (struct truth){.ground_truth = {path}, .count = 1, .said = true};
}

static void test_coco_with_coco(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    const char *gt = scene_write(&scene, "val.json", SCENE_TRUTH);
    const char *dt = scene_write(&scene, "dt.json", SCENE_HALF);
    struct truth truth = truth_of(gt);
    struct study *study = must_load(dt, &truth);
    assert_true(fabs(study->summary.stats[EVAL_AP] - SCENE_HALF_AP) < 1e-9);
    assert_string_equal(study->joined, "1 of 2 images joined by id");
    assert_null(study->warning);
    assert_string_equal(study->ground_truth, gt);
    assert_string_equal(study->predictions, dt);
    assert_true(study->ground_truth != gt); /* its own copy */
    assert_true(study->best_f1.f1 == 0.8 && study->best_f1.confidence == 0.8);
    struct study_scores scores;
    memset(&scores, 0xff, sizeof scores);
    study_scores(study, &scores);
    assert_true(scores.stats[EVAL_AP] == study->summary.stats[EVAL_AP]);
    assert_int_equal(scores.images, 2);
    assert_int_equal(scores.detections, 2);
    study_release(study);
    scene_done(&scene);
}

/* Of several candidates the first that joins an image is taken, not the first that can be read. */
static void test_the_first_that_joins(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    const char *broken = scene_write(&scene, "broken.json", "{\"images\":[{\"id\":1");
    const char *other = scene_write(&scene, "other.json",
        "{\"images\":[{\"id\":77,\"file_name\":\"z.png\",\"width\":9,\"height\":9}],"
        "\"categories\":[{\"id\":1,\"name\":\"cat\"}],\"annotations\":[]}");
    const char *right = scene_write(&scene, "right.json", SCENE_TRUTH);
    const char *dt = scene_write(&scene, "dt.json", SCENE_PERFECT);
    struct truth truth = {.ground_truth = {broken, other, right}, .count = 3};
    struct study *study = must_load(dt, &truth);
    assert_string_equal(study->ground_truth, right);
    assert_true(fabs(study->summary.stats[EVAL_AP] - 1) < 1e-9);
    study_release(study);
    /* Said by someone, it is taken though nothing joins; found nearby, it is not. */
    struct err err;
    truth = truth_of(other);
    study = must_load(dt, &truth);
    assert_string_equal(
        study->joined, "0 of 1 images joined, 3 detections on unknown images dropped");
    study_release(study);
    truth.said = false;
    assert_null(load(dt, &truth, &err));
    assert_int_equal(err.code, ERR_FORMAT);
    truth = truth_of(broken);
    assert_null(load(dt, &truth, &err));
    assert_int_equal(err.code, ERR_FORMAT);
    assert_string_equal(err.file, broken);
    scene_done(&scene);
}

/* Splits often share the ids of images: of candidates found nearby the one that leaves the fewest
 * detections over is taken, of what somebody said the first. */
static void test_the_one_that_explains_most(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    const char *part = scene_write(&scene, "part.json",
        "{\"images\":[{\"id\":1,\"file_name\":\"z.png\",\"width\":9,\"height\":9}],"
        "\"categories\":[{\"id\":1,\"name\":\"cat\"}],\"annotations\":[]}");
    const char *right = scene_write(&scene, "right.json", SCENE_TRUTH);
    const char *dt = scene_write(&scene, "dt.json", SCENE_PERFECT);
    struct truth truth = {.ground_truth = {part, right}, .count = 2};
    struct study *study = must_load(dt, &truth);
    assert_string_equal(study->ground_truth, right);
    study_release(study);
    truth.said = true;
    study = must_load(dt, &truth);
    assert_string_equal(study->ground_truth, part);
    study_release(study);
    scene_done(&scene);
}

static void test_what_does_not_join_is_said(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    struct truth truth = truth_of(scene_write(&scene, "val.json", SCENE_TRUTH));
    const char *dt = scene_write(&scene, "dt.json",
        "[{\"image_id\":1,\"category_id\":1,\"bbox\":[10,10,20,20],\"score\":0.9},"
        "{\"image_id\":99,\"category_id\":1,\"bbox\":[10,10,20,20],\"score\":0.9},"
        "{\"image_id\":1,\"category_id\":9,\"bbox\":[10,10,20,20],\"score\":0.9}]");
    struct study *study = must_load(dt, &truth);
    assert_string_equal(
        study->joined, "1 of 2 images joined by id, 1 detections on unknown images dropped");
    assert_non_null(study->warning);
    assert_non_null(strstr(study->warning, "1 detection of classes"));
    study_release(study);
    scene_done(&scene);
}

static void test_what_cannot_be_read_is_said(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    struct truth truth = truth_of(scene_write(&scene, "val.json", SCENE_TRUTH));
    const char *dt = scene_write(&scene, "dt.json",
        "[{\"image_id\":1,\"category_id\":9,\"bbox\":[10,10,20,20],\"score\":0.9},"
        "{\"image_id\":1,\"category_id\":1,\"bbox\":[10,10,20,20]}]");
    struct study *study = must_load(dt, &truth);
    assert_string_equal(study->warning,
        "1 detection of classes that the ground truth does not have: no effect; 1 detection left "
        "out: without a box, score, image or class that can be read");
    study_release(study);
    scene_done(&scene);
}

static void test_what_is_odd_in_the_files_is_said(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    struct truth truth = truth_of(scene_write(&scene, "val.json",
        "{\"images\":[{\"id\":1},{\"id\":1,\"width\":\"wide\"},{},5],\"categories\":[{\"id\":1,"
        "\"name\":\"a\"},{\"id\":1,\"name\":\"b\"},{}],\"annotations\":["
        "{\"id\":7,\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,5,5]},"
        "{\"id\":7,\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,5,5]}, {}]}"));
    const char *dt = scene_write(&scene, "dt.json",
        "[{\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,5,5],\"score\":0.9,\"file_name\":5}]");
    struct study *study = must_load(dt, &truth);
    assert_string_equal(study->warning,
        "2 objects of the ground truth without an area: width times height is taken; "
        "1 value of the detections that cannot be read: taken as absent; "
        "1 object of the ground truth left out: without a box, image or class that can be read; "
        "2 images of the ground truth left out: without an id that can be read; "
        "1 class of the ground truth left out: without an id that can be read; "
        "1 value of the ground truth that cannot be read: taken as absent; "
        "1 image of the ground truth with an id that stood before: the last with it counts; "
        "1 class of the ground truth with an id that stood before: the last with it counts; "
        "1 object of the ground truth with an id that stood before: all of them count");
    study_release(study);
    scene_done(&scene);
}

/* YOLO: two images in fractions of their sizes, class 0 on each. */
static const char *make_yolo(struct scene *scene)
{
    scene_write(scene, "set/labels/val/a.txt", "0 0.5 0.5 0.5 0.5\n");
    scene_write(scene, "set/labels/val/b.txt", "0 0.25 0.25 0.5 0.5\n");
    return scene_write(scene, "set/data.yaml", "val: images/val\nnames: [cat, dog]\n");
}

static const char YOLO_RESULTS[] =
    "[{\"image_id\":\"a\",\"category_id\":1,\"bbox\":[25,20,50,40],\"score\":0.9},"
    "{\"image_id\":\"b\",\"category_id\":1,\"bbox\":[0,0,60,45],\"score\":0.8}]";

static void test_sizes_from_the_pictures(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    struct truth truth = truth_of(make_yolo(&scene));
    const char *dt = scene_write(&scene, "dt.json", YOLO_RESULTS);
    const char *picture = scene_picture(&scene, "set/images/val/a.png", 100, 80);
    scene_picture(&scene, "set/images/val/b.png", 120, 90);
    struct study *study = must_load(dt, &truth);
    assert_true(fabs(study->summary.stats[EVAL_AP] - 1) < 1e-9);
    assert_string_equal(study->joined, "2 of 2 images joined by id, class ids are 1-based");
    assert_null(study->warning);
    assert_int_equal(study->dataset->images[1].height_px, 90);
    assert_string_equal(study_image_path(study, &scene.arena, 0), picture);
    study_release(study);
    scene_done(&scene);
}

static void test_sizes_from_the_detections(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    struct truth truth = truth_of(make_yolo(&scene));
    const char *dt = scene_write(&scene, "dt.json", YOLO_RESULTS);
    struct study *study = must_load(dt, &truth);
    assert_int_equal(study->dataset->images[0].width_px, 75); /* 25 + 50 */
    assert_int_equal(study->dataset->images[0].height_px, 60);
    assert_non_null(study->warning);
    assert_non_null(strstr(study->warning, "2 image files are not here"));
    assert_null(study_image_path(study, &scene.arena, 0));
    study_release(study);
    /* Nothing tells the size of the second image: it is left out, and that is said. */
    dt = scene_write(&scene, "one.json",
        "[{\"image_id\":\"a\",\"category_id\":1,\"bbox\":[25,20,50,40],\"score\":0.9}]");
    study = must_load(dt, &truth);
    assert_non_null(study->warning);
    assert_non_null(strstr(study->warning, "1 image left out"));
    assert_true(study->set->left_out[1]);
    assert_int_equal(study->set->gt_count, 1);
    study_release(study);
    scene_done(&scene);
}

/* Some pictures are damaged: their size comes from the detections, the others' from the file. */
/* Fractions on both sides need no sizes for their overlaps. */
static void test_fractions_with_fractions(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    struct truth truth = truth_of(make_yolo(&scene));
    scene_write(&scene, "dt/a.txt", "0 0.5 0.5 0.5 0.5 0.9\n");
    scene_write(&scene, "dt/b.txt", "0 0.25 0.25 0.5 0.5 0.8\n");
    struct study *study = must_load(scene_path(&scene, "dt"), &truth);
    assert_true(fabs(study->summary.stats[EVAL_AP] - 1) < 1e-9);
    assert_int_equal(study->set->gt_count, 2);
    assert_non_null(strstr(study->warning, "2 image files are not here"));
    study_release(study);
    scene_done(&scene);
}

static void test_a_damaged_picture(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    struct truth truth = truth_of(make_yolo(&scene));
    const char *dt = scene_write(&scene, "dt.json", YOLO_RESULTS);
    scene_write(&scene, "set/images/val/a.png", "no picture");
    scene_picture(&scene, "set/images/val/b.png", 120, 90);
    struct study *study = must_load(dt, &truth);
    assert_int_equal(study->dataset->images[0].width_px, 75);
    assert_int_equal(study->dataset->images[1].width_px, 120);
    assert_non_null(study->warning);
    study_release(study);
    scene_done(&scene);
}

static void test_refusals(void **state)
{
    (void)state;
    struct scene scene;
    struct err err;
    scene_init(&scene);
    struct truth truth = truth_of(scene_write(&scene, "val.json", SCENE_TRUTH)), none = {0};
    const char *gone = scene_path(&scene, "gone.json");
    assert_null(load(gone, &truth, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_string_equal(err.file, gone);
    const char *text = scene_write(&scene, "text.json", "not json");
    assert_null(load(text, &truth, &err));
    assert_int_equal(err.code, ERR_FORMAT);
    const char *dt = scene_write(&scene, "dt.json", SCENE_PERFECT);
    assert_null(load(dt, &none, &err));
    assert_int_equal(err.code, ERR_FORMAT);
    truth = truth_of(gone);
    assert_null(load(dt, &truth, &err));
    assert_int_equal(err.code, ERR_IO);
    scene_done(&scene);
}

static void test_a_stale_study_is_given_up(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    scene_init(&scene);
    struct truth truth = truth_of(scene_write(&scene, "val.json", SCENE_TRUTH));
    struct study_request request = {.predictions = scene_write(&scene, "dt.json", SCENE_PERFECT), .truth = &truth};
    atomic_bool stale;
    atomic_init(&stale, true);
    assert_null(study_load(&request, &stale, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    atomic_store(&stale, false);
    struct study *study = study_load(&request, &stale, &err);
    assert_non_null(study);
    assert_ptr_equal(study_share(study), study);
    study_release(study);
    assert_int_equal(study->dataset->image_count, 2); /* one reference is left */
    study_release(study);
    study_release(NULL);
    scene_done(&scene);
}

static void test_no_detections(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    struct truth truth = truth_of(scene_write(&scene, "val.json", SCENE_TRUTH));
    struct study *study = must_load(scene_write(&scene, "predictions.json", "[]"), &truth);
    assert_true(study->summary.stats[EVAL_AP] == 0);
    assert_true(isnan(study->best_f1.f1));
    study_release(study);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coco_with_coco),
        cmocka_unit_test(test_the_first_that_joins),
        cmocka_unit_test(test_the_one_that_explains_most),
        cmocka_unit_test(test_what_does_not_join_is_said),
        cmocka_unit_test(test_what_cannot_be_read_is_said),
        cmocka_unit_test(test_what_is_odd_in_the_files_is_said),
        cmocka_unit_test(test_sizes_from_the_pictures),
        cmocka_unit_test(test_sizes_from_the_detections),
        cmocka_unit_test(test_fractions_with_fractions),
        cmocka_unit_test(test_a_damaged_picture),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_a_stale_study_is_given_up),
        cmocka_unit_test(test_no_detections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
