/*
 * A study of boxes that a W&B run logged: each step is judged by its own ground truth.
 */
#include "scene.h"

#include "temp.h"
#include "wandb_file.h"
#include "work/study.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A row whose one picture has the box files T.json and P.json. */
static void add_row(struct buf *log, int step, const char *t, const char *p)
{
    char value[400];
    snprintf(value, sizeof value,
        "{\"_type\":\"images/separated\",\"width\":100,\"height\":100,\"filenames\":[\"v%d.png\"],"
        "\"all_boxes\":[{\"ground_truth\":{\"_type\":\"boxes2D\",\"path\":\"%s.json\"},"
        "\"predictions\":{\"_type\":\"boxes2D\",\"path\":\"%s.json\"}}]}",
        step, t, p);
    wandb_row(log, step, step, "val", value, NULL);
}

static double ap_of(const char *directory, int step)
{
    char log[512], boxes[600];
    struct err err = {0};
    snprintf(log, sizeof log, "%s/run-a.wandb", directory);
    snprintf(boxes, sizeof boxes, "%s#%d", log, step);
    struct truth truth = {.ground_truth = {log}, .count = 1, .said = true};
    struct study_request request = {.predictions = boxes, .truth = &truth};
    struct study *study = study_load(&request, NULL, &err);
    if (!study)
        fail_msg("%s: %s", err.file, err.text);
    assert_string_equal(study->ground_truth, boxes);
    assert_string_equal(study->joined, "1 of 1 images joined by id");
    double ap = study->summary.stats[EVAL_AP];
    study_release(study);
    return ap;
}

static void test_each_step_has_its_own_truth(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    static const char LEFT[] =
        "{\"box_data\":[{\"position\":{\"minX\":0,\"minY\":0,\"maxX\":0.3,\"maxY\":0.5},"
        "\"class_id\":1,\"scores\":{\"s\":0.5}}]}";
    static const char RIGHT[] =
        "{\"box_data\":[{\"position\":{\"minX\":0.6,\"minY\":0,\"maxX\":0.9,\"maxY\":0.5},"
        "\"class_id\":1,\"scores\":{\"s\":0.5}}]}";
    struct buf log = event_buf();
    wandb_header(&log);
    add_row(&log, 1, "left", "left");
    add_row(&log, 2, "right", "left");
    add_row(&log, 3, "right", "right");
    temp_file(directory, "run-a.wandb", log.data, log.length);
    temp_text(directory, "files/left.json", LEFT);
    temp_text(directory, "files/right.json", RIGHT);
    assert_true(fabs(ap_of(directory, 1) - 1) < 1e-9);
    assert_true(ap_of(directory, 2) == 0);
    assert_true(fabs(ap_of(directory, 3) - 1) < 1e-9);
    buf_done(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_step_has_its_own_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
