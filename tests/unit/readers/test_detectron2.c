/* The detectron2 reader: metrics.json, config.yaml, what evaluation leaves, and real runs. */
#include "base/file.h"
#include "expected.h"
#include "reading.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char RUNS[] = SHARED "/real-runs";

static const char LINE[] = "{\"iteration\": 19, \"lr\": 1}\n";
static const char DETECTIONS[] =
    "[{\"image_id\": 1, \"category_id\": 0, \"bbox\": [0, 0, 1, 1], \"score\": 0.5}]";
static const char TRUTH[] = "{\"images\": [], \"annotations\": [], \"categories\": []}";

/* A start, an evaluation on a line of its own, a start that does not resume, a merge. */
static const char LOG[] =
    "{\"data_time\": 0.25, \"eta_seconds\": 150.5, \"iteration\": 19, \"lr\": 5e-06, "
    "\"total_loss\": 2.5}\n"
    "{\"data_time\": 0.25, \"eta_seconds\": 100.0, \"iteration\": 39, \"lr\": 1e-05, "
    "\"total_loss\": NaN}\n"
    "{\"bbox/AP\": 40.5, \"bbox/AP-person\": NaN, \"bbox/APs\": -1.0, \"iteration\": 39}\n"
    "<<<<<<< HEAD\n"
    "{\"iteration\": 19, \"lr\": 5e-06, \"total_lo\n"
    "{\"iteration\": 19, \"lr\": 0.5, \"total_loss\": 2.0}\n"
    "{\"iteration\": 39, \"lr\": 0.5, \"total_loss\": -Infinity}\n";

static const struct reader *reader(void)
{
    return reader_find("detectron2");
}

static void lines_become_points_and_restarts_fall_back(void **state)
{
    (void)state;
    assert_string_equal(reading_text(reader(), "metrics.json", LOG, sizeof LOG - 1),
        "metric data_time: 19=0.25 39=0.25\nmetric eta_seconds: 19=150.5 39=100\n"
        "metric lr: 19=5e-06 39=1e-05 19=0.5 39=0.5\n"
        "metric total_loss: 19=2.5 39=NaN 19=2 39=-Infinity\n"
        "metric bbox/AP: 39=40.5\nmetric bbox/AP-person: 39=NaN\nmetric bbox/APs: 39=-1\n"
        "note metrics.json line 4 byte -1 x2 git merge marker or damaged row, skipped\n");
    reading_survives_cuts(reader(), "metrics.json", LOG, sizeof LOG - 1);
    for (size_t chunk = 1; chunk < 40; chunk += 13)
        reading_grows_to_the_same(reader(), "metrics.json", LOG, sizeof LOG - 1, chunk);
    reading_survives_refusals(reader(), "metrics.json", LOG, sizeof LOG - 1);
}

static const char *text_of(const char *name, const char *data)
{
    return reading_text(reader(), name, data, strlen(data));
}

static void the_config_is_flattened(void **state)
{
    static const char CONFIG[] = "SOLVER:\n  BASE_LR: 0.00025\n  STEPS: []\n"
                                 "DATASETS:\n  TEST: [coco_val]\nOUTPUT_DIR: ./output\n";
    (void)state;
    assert_string_equal(text_of("config.yaml", CONFIG),
        "param SOLVER.BASE_LR = number 0.00025\nparam SOLVER.STEPS = text []\n"
        "param DATASETS.TEST = text [\"coco_val\"]\nparam OUTPUT_DIR = text ./output\n");
    reading_survives_refusals(reader(), "config.yaml", CONFIG, sizeof CONFIG - 1);
}

static void results_are_predictions_and_converted_sets_ground_truth(void **state)
{
    (void)state;
    assert_string_equal(text_of("inference/coco_instances_results.json", DETECTIONS),
        "predictions inference/coco_instances_results.json step -1\n");
    assert_string_equal(text_of("inference/my_val_coco_format.json", TRUTH),
        "ground truth inference/my_val_coco_format.json step -1\n");
    assert_string_equal(text_of("inference/coco_2017_val/coco_instances_results.json", DETECTIONS),
        "predictions inference/coco_2017_val/coco_instances_results.json step -1\n");
    assert_string_equal(
        text_of("inference/model_0004999/val/coco_instances_results.json", DETECTIONS),
        "predictions inference/model_0004999/val/coco_instances_results.json step 4999\n");
    assert_string_equal(text_of("inference/iter_20/x.json", DETECTIONS),
        "predictions inference/iter_20/x.json step 20\n");
    assert_string_equal(text_of("inference/set_2017/x.json", DETECTIONS),
        "predictions inference/set_2017/x.json step -1\n");
}

static void a_run_is_claimed_with_all_that_is_its_own(void **state)
{
    (void)state;
    assert_string_equal(
        READING_CLAIMS_BELOW("", "metrics.json", LINE, "config.yaml", "SOLVER: {}\n", "log.txt",
            "words\n", "notes.json", "{}", "inference/coco_instances_results.json", DETECTIONS,
            "inference/val_coco_format.json", TRUTH, "inference/val_coco_format.json.lock", "",
            "inference/other/coco_instances_results.json", DETECTIONS,
            "inference/other/b/other_coco_format.json", TRUTH,
            "inference/instances_predictions.pth", "x"),
        "detectron2: metrics.json config.yaml inference/coco_instances_results.json "
        "inference/other/coco_instances_results.json inference/other/b/other_coco_format.json "
        "inference/val_coco_format.json inference/\n"
        "detr not log.txt: is not JSON lines with an epoch\n");
    assert_string_equal(READING_CLAIMS_BELOW("", "metrics.json", LINE, "coco_instances_results.json",
                            DETECTIONS, "val_coco_format.json", TRUTH),
        "detectron2: metrics.json coco_instances_results.json val_coco_format.json\n");
    assert_string_equal(
        READING_CLAIMS_BELOW("", "metrics.json", "<<<<<<< HEAD\n{\"bbox/AP\": 1.5, \"iteration\": 0}\n"),
        "detectron2: metrics.json\n");
}

static void what_others_call_metrics_json_is_refused(void **state)
{
    static const char *const OTHERS[] = {"",
        "{\n  \"train\": {\n    \"loss\": 0.5\n  },\n  \"iteration\": 3,\n  \"step\": 3\n}\n",
        "{\"loss\": {\"steps\": [0, 1], \"values\": [1.5, 1.0], \"timestamps\": []}}",
        "{\"iteration\": {\"steps\": [0], \"values\": [1]}}\n", "{\"mAP\": 0.5, \"AP50\": 0.75}\n",
        "{\"mAP\": 0.5, \"iteration\": 1000}", "version https://git-lfs.github.com/spec/v1\n",
        "[1]\n"};
    (void)state;
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        assert_non_null(strstr(READING_CLAIMS_BELOW("", "metrics.json", OTHERS[i]),
            "detectron2 not metrics.json: is not JSON lines with an iteration\n"));
    assert_string_equal(READING_CLAIMS_BELOW("", "metrics.json/x", LINE), "");
}

static void compare_run(const char *run)
{
    struct arena arena = {0};
    struct record record;
    cJSON *expected = expected_load(RUNS, run);
    if (!expected)
        skip();
    const char *directory = path_join(&arena, RUNS, run);
    const cJSON *facts = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(expected, "facts"), 0);
    const char *file =
        path_join(&arena, directory, cJSON_GetObjectItemCaseSensitive(facts, "file")->valuestring);
    reading_whole(reader(), path_parent(&arena, file), path_base(file), &record);
    const cJSON *metrics = cJSON_GetObjectItemCaseSensitive(facts, "metrics");
    assert_int_equal(expected_metrics(&record, metrics), cJSON_GetArraySize(metrics));
    assert_int_equal(record.metric_count, cJSON_GetArraySize(metrics));
    assert_int_equal(record.note_count, 0);
    record_done(&record);
    cJSON_Delete(expected);
    arena_done(&arena);
}

static void real_runs_say_what_others_found_in_them(void **state)
{
    (void)state;
    compare_run("detectron2-smn");
    compare_run("detectron2-medwaste");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_points_and_restarts_fall_back),
        cmocka_unit_test(the_config_is_flattened),
        cmocka_unit_test(results_are_predictions_and_converted_sets_ground_truth),
        cmocka_unit_test(a_run_is_claimed_with_all_that_is_its_own),
        cmocka_unit_test(what_others_call_metrics_json_is_refused),
        cmocka_unit_test(real_runs_say_what_others_found_in_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
