/*
 * Ground truth and predictions in other formats than COCO's, from files to metrics: formats that the
 * person chooses, folders as predictions, sizes that only the pictures know.
 */
#include "scene.h"

#include "work/study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char VOC[] =
    "<annotation><filename>a.png</filename><size><width>%d</width><height>%d</height></size>"
    "<object><name>cat</name><bndbox><xmin>11</xmin><ymin>21</ymin><xmax>40</xmax><ymax>60</ymax>"
    "</bndbox></object></annotation>";

static void write_voc(struct scene *scene, int width_px, int height_px)
{
    char xml[512];
    snprintf(xml, sizeof xml, VOC, width_px, height_px);
    scene_write(scene, "voc/Annotations/a.xml", xml);
}

/* Two corners, which nothing tells from a corner and a size: chosen in boxtop.json. */
static void test_a_format_in_boxtop_json(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    write_voc(&scene, 100, 80);
    scene_write(&scene, "exp/dets/a.txt", "cat 0.9 10 20 40 60\n");
    scene_age(&scene, "exp/dets", 60);
    scene_write(&scene, "boxtop.json",
        "{\"datasets\": [{\"ground_truth\": \"voc\", \"ground_truth_format\": \"voc\"}]}");
    scene_refresh(&scene);
    const struct run_row *run = scene_run(&scene, "exp/dets");
    assert_int_equal(run->prediction_count, 1);
    assert_string_equal(run->artifacts[0].path, scene_path(&scene, "exp/dets"));
    assert_int_equal(scene_notes(run, "may be x y w h or x1 y1 x2 y2"), 1);
    assert_true(isnan(scene_last(run, "eval/AP")));
    scene_write(&scene, "boxtop.json",
        "{\"datasets\": [{\"ground_truth\": \"voc\", \"predictions_format\": \"odm:xyxy,abs\"}]}");
    scene_refresh(&scene);
    run = scene_run(&scene, "exp/dets");
    assert_int_equal(scene_notes(run, "not evaluated"), 0);
    assert_true(fabs(scene_last(run, "eval/AP") - 1) < 1e-9);
    scene_write(&scene, "boxtop.json",
        "{\"datasets\": [{\"ground_truth\": \"voc\", \"predictions_format\": \"odm:xywh,abs\"}]}");
    scene_refresh(&scene);
    assert_true(scene_last(scene_run(&scene, "exp/dets"), "eval/AP") < .1);
    scene_write(&scene, "boxtop.json",
        "{\"datasets\": [{\"ground_truth\": \"voc\", \"predictions_format\": \"odd\"}]}");
    scene_refresh(&scene);
    assert_int_equal(scene_notes(scene_run(&scene, "exp/dets"), "there is no format"), 1);
    scene_done(&scene);
}

/* A file that is written again in its place leaves the folder as it was. */
static void test_a_folder_whose_files_change(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    write_voc(&scene, 100, 80);
    scene_write(&scene, "boxtop.json", "{\"datasets\": [{\"ground_truth\": \"voc\"}]}");
    scene_write(&scene, "run/metrics.csv", "step,loss\n7,1\n");
    scene_write(&scene, "run/predictions/epoch_7/a.txt", "cat 0.9 30 20 30 10\n");
    scene_age(&scene, "run/predictions/epoch_7", 60);
    scene_refresh(&scene);
    double before = scene_last(scene_run(&scene, "run"), "eval/AP");
    scene_write(&scene, "run/predictions/epoch_7/a.txt", "cat 0.9 .25 .5 .3 .5\n");
    scene_age(&scene, "run/predictions/epoch_7", 60);
    scene_refresh(&scene);
    assert_true(before < .1);
    assert_true(fabs(scene_last(scene_run(&scene, "run"), "eval/AP") - 1) < 1e-9);
    scene_done(&scene);
}

/* Fractions against pixels whose image has no size: the picture knows. */
static void test_sizes_from_pictures(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    scene_init(&scene);
    write_voc(&scene, 0, 0);
    scene_picture(&scene, "voc/JPEGImages/a.png", 100, 80);
    scene_write(&scene, "dets/a.txt", "cat 0.9 .25 .5 .3 .5\n");
    struct truth truth = {.ground_truth = {scene_path(&scene, "voc")}, .count = 1, .said = true};
    struct study_request request = {.predictions = scene_path(&scene, "dets"), .truth = &truth};
    struct study *study = study_load(&request, NULL, &err);
    assert_non_null(study);
    assert_true(fabs(study->summary.stats[EVAL_AP] - 1) < 1e-9);
    assert_int_equal(study->dataset->images[0].width_px, 100);
    assert_null(study->warning);
    study_release(study);
    assert_int_equal(remove(scene_path(&scene, "voc/JPEGImages/a.png")), 0);
    study = study_load(&request, NULL, &err);
    assert_non_null(study);
    assert_non_null(strstr(study->warning, "1 image left out"));
    study_release(study);
    scene_done(&scene);
}

/* A tree that stands beside the runs is found like a file that does. */
static void test_a_tree_nearby(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    write_voc(&scene, 100, 80);
    scene_write(&scene, "dets/a.txt", "cat 0.9 .25 .5 .3 .5\n");
    scene_refresh(&scene);
    assert_true(fabs(scene_last(scene_run(&scene, "dets"), "eval/AP") - 1) < 1e-9);
    scene_done(&scene);
}

/* A dump without ids is about the images in the order of theirs. */
static void test_a_dump_in_the_order_of_images(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    scene_init(&scene);
    const char *gt = scene_write(&scene, "gt.json",
        "{\"images\": [{\"id\": 40, \"width\": 9, \"height\": 9}, {\"id\": 4, \"width\": 9, "
        "\"height\": 9}], \"categories\": [{\"id\": 1, \"name\": \"x\"}], \"annotations\": "
        "[{\"image_id\": 40, \"category_id\": 1, \"bbox\": [1, 2, 3, 4]}]}");
    const char *dt = scene_write(&scene, "dt.json",
        "[{\"boxes\": [], \"labels\": [], \"scores\": []}, {\"boxes\": [[1, 2, 4, 6]], "
        "\"labels\": [1], \"scores\": [0.5]}]");
    struct truth truth = {.ground_truth = {gt}, .count = 1, .said = true};
    struct study_request request = {.predictions = dt, .truth = &truth};
    struct study *study = study_load(&request, NULL, &err);
    assert_non_null(study);
    assert_string_equal(study->joined, "2 of 2 images joined by position");
    assert_true(fabs(study->summary.stats[EVAL_AP] - 1) < 1e-9);
    study_release(study);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_format_in_boxtop_json),
        cmocka_unit_test(test_a_folder_whose_files_change),
        cmocka_unit_test(test_sizes_from_pictures),
        cmocka_unit_test(test_a_tree_nearby),
        cmocka_unit_test(test_a_dump_in_the_order_of_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
