/* The plain reader and the predictions reader: each file of the layout, and what they claim. */
#include "reading.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct reader *reader(void)
{
    return reader_find("plain");
}

static const char *text_of(const char *name, const char *data)
{
    return reading_text(reader(), name, data, strlen(data));
}

static void the_best_step_column_is_the_step(void **state)
{
    (void)state;
    assert_string_equal(text_of("metrics.csv", "epoch,step,loss\n0,10,1\n1,20,0.5\n"),
        "metric epoch: 10=0 20=1\nmetric loss: 10=1 20=0.5\n");
    assert_string_equal(
        text_of("metrics.csv", "loss;epoch\n1;0\n0.5;1\n"), "metric loss: 0=1 1=0.5\n");
    assert_string_equal(
        text_of("metrics.csv", "\xef\xbb\xbfglobal_step\tloss\n5\t1\n"), "metric loss: 5=1\n");
    assert_string_equal(text_of("metrics.csv", "loss,AP\n1,0\n0.5,0.1\n"),
        "metric loss: 0=1 1=0.5\nmetric AP: 0=0 1=0.1\n");
    assert_string_equal(text_of("metrics.csv", "epoch,loss\n0.5,1\n9007199254740993,2\n"),
        "metric loss: 0=1 9007199254740993=2\n"
        "note metrics.csv line 2 byte -1 x1 step that is not a whole number, rounded down\n");
}

static void sparse_cells_are_absent_and_words_are_passed_over(void **state)
{
    (void)state;
    assert_string_equal(text_of("metrics.csv",
                            "step,phase,train/loss,val/AP\n1,train,1.5,\n1,val,,0.25\n2,train,NaN\n"
                            "3,train,\"2\",\n,train,1,1\n"),
        "metric train/loss: 1=1.5 3=2\nmetric val/AP: 1=0.25\n"
        "note metrics.csv line 4 byte -1 x2 damaged row, skipped\n");
}

static void dates_become_wall_times(void **state)
{
    (void)state;
    assert_string_equal(
        text_of("metrics.csv", "step,timestamp,time,loss\n1,2024-05-01T10:00:00Z,3.5,1\n"
                               "2,1714557601.5,4,2\n3,1714557602000,5,3\n4,,6,4\n"),
        "metric time: 1=3.5@1714557600 2=4@1714557601.5 3=5@1714557602 4=6\n"
        "metric loss: 1=1@1714557600 2=2@1714557601.5 3=3@1714557602 4=4\n");
    /* Seconds since the start are no date. */
    assert_string_equal(text_of("metrics.csv", "step,wall_time,loss\n1,12.5,1\n"),
        "metric wall_time: 1=12.5\nmetric loss: 1=1\n");
    assert_string_equal(text_of("system.csv", "wall_time,cpu,gpu 0/power\n1714557600,50,\n"
                                              "1714557610,60,200\n"),
        "metric system/cpu: 0=50@1714557600 1=60@1714557610\n"
        "metric system/gpu 0/power: 1=200@1714557610\n");
    /* A device that comes later brings a column by a new header. */
    assert_string_equal(text_of("system.csv", "wall_time,cpu\n1714557600,50\nwall_time,cpu,gpu\n"
                                              "1714557610,60,7\n"),
        "metric system/cpu: 0=50@1714557600 1=60@1714557610\n"
        "metric system/gpu: 1=7@1714557610\n");
}

static void json_lines_are_read_like_rows(void **state)
{
    (void)state;
    assert_string_equal(
        text_of("metrics.jsonl",
            "{\"config\": \"words only\"}\n"
            "{\"step\": 1, \"epoch\": 0.5, \"loss\": 1.5, \"val\": {\"AP\": NaN, \"x\": {\"y\": "
            "\"Infinity\"}}, \"name\": \"a\", \"list\": [1, 2], \"ok\": true, \"none\": null}\n"
            "\n"
            "{\"timestamp\": 1714557600, \"AP50\": -Infinity}\r\n"
            "not json\n"
            "{\"step\": 3, \"loss\": 1}{}\n"
            "{\"step\": 4, \"loss\": 0.5, \"timestamp\": \"2024-05-01T10:00:01Z\"}"),
        "metric epoch: 1=0.5\nmetric loss: 1=1.5 4=0.5@1714557601\nmetric val/AP: 1=NaN\n"
        "metric val/x/y: 1=Infinity\nmetric AP50: 1=-Infinity@1714557600\n"
        "note metrics.jsonl line 5 byte -1 x2 damaged row, skipped\n");
    assert_string_equal(
        text_of("metrics.jsonl", "{\"loss\": 1}\n{\"loss\": 2}\n"), "metric loss: 0=1 1=2\n");
}

static void growing_and_cut_tables_agree(void **state)
{
    static const char CSV[] =
        "step,epoch,wall_time,loss,AP\n1,0,1714557600,1.5,\n2,0,1714557601,,0.1\n"
        "3,1,1714557602,nan,0.25\nbroken\n4,1,1714557603,0.5,inf\n";
    static const char JSONL[] =
        "{\"step\": 1, \"loss\": 1.5}\n{\"AP\": 0.5}\n{\"step\": 2, \"loss\": "
        "NaN, \"a\": {\"b\": 1}}\nbroken\n{\"step\": 3, \"loss\": 0.25}\n";
    (void)state;
    reading_survives_cuts(reader(), "metrics.csv", CSV, sizeof CSV - 1);
    reading_survives_cuts(reader(), "metrics.jsonl", JSONL, sizeof JSONL - 1);
    for (size_t chunk = 1; chunk < 30; chunk += 7) {
        reading_grows_to_the_same(reader(), "metrics.csv", CSV, sizeof CSV - 1, chunk);
        reading_grows_to_the_same(reader(), "metrics.jsonl", JSONL, sizeof JSONL - 1, chunk);
    }
    reading_survives_refusals(reader(), "metrics.csv", CSV, sizeof CSV - 1);
    reading_survives_refusals(reader(), "metrics.jsonl", JSONL, sizeof JSONL - 1);
}

static void configurations_become_parameters(void **state)
{
    static const char EXPECTED[] = "param optimizer.lr = number 0.005\n"
                                   "param model = text fcos\nparam sizes = text [320,240]\n";
    (void)state;
    assert_string_equal(text_of("config.json", "{\"optimizer\": {\"lr\": 0.005}, \"model\": "
                                               "\"fcos\", \"sizes\": [320, 240]}"),
        EXPECTED);
    assert_string_equal(
        text_of("config.yaml", "optimizer: {lr: 0.005}\nmodel: fcos\nsizes: [320, 240]\n"),
        EXPECTED);
    assert_non_null(strstr(text_of("config.json", "{\"a\": 1,"),
        "note config.json line 0 byte 8 x1 not a JSON object from here on"));
}

static void dataset_and_status_say_what_they_say(void **state)
{
    (void)state;
    assert_string_equal(
        text_of("dataset.json", "{\"ground_truth\": \"../gt.json\", \"images\": \"/im\"}"),
        "ground truth ../gt.json step -1\nimages /im step -1\n");
    assert_string_equal(text_of("dataset.json", "{\"images\": 3}"),
        "note dataset.json line 0 byte -1 x1 has no \"ground_truth\": name its file there\n");
    assert_string_equal(text_of("dataset.json", "[1"),
        "note dataset.json line 0 byte -1 x1 is not a JSON object\n");
    assert_string_equal(text_of("status.json", "{\"status\": \"finished\", \"started\": "
                                               "\"2024-05-01T10:00:00Z\", \"ended\": 1714557660}"),
        "status finished 1714557600 1714557660\n");
    assert_string_equal(
        text_of("status.json", "{\"status\": \"failed\"}"), "status failed NaN NaN\n");
    assert_string_equal(text_of("status.json", "{\"status\": \"fine\", \"started\": \"today\"}"),
        "note status.json line 0 byte -1 x1 \"status\" is not one of running, finished, failed\n"
        "status unknown NaN NaN\n");
}

static void a_missing_file_is_an_error_that_names_it(void **state)
{
    static const char *const NAMES[] = {"config.json", "config.yaml", "metrics.csv",
        "metrics.jsonl", "dataset.json", "status.json"};
    (void)state;
    const char *directory = temp_dir();
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        char path[512];
        struct reader_source source = {directory, NAMES[i], path};
        struct reader_mark mark = {0};
        struct record record;
        struct err err = {0};
        record_init(&record);
        struct sink sink = record_sink(&record);
        snprintf(path, sizeof path, "%s/%s", directory, NAMES[i]);
        assert_false(reader()->read(&source, &mark, &sink, &err));
        assert_int_equal(err.code, ERR_IO);
        assert_string_equal(err.file, path);
        record_done(&record);
    }
}

static void names_of_predictions_say_their_step(void **state)
{
    static const struct {
        const char *name, *step;
    } CASES[] = {
        {"predictions/epoch_003.json", "3"},
        {"predictions/step_12000.json", "12000"},
        {"predictions/Epoch7.json", "7"},
        {"predictions/0042.json", "42"},
        {"predictions/val2017.json", "-1"},
        {"predictions/last.json", "-1"},
        {"predictions/99999999999999999999.json", "-1"},
        {"predictions.json", "-1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char expected[128];
        snprintf(
            expected, sizeof expected, "predictions %s step %s\n", CASES[i].name, CASES[i].step);
        assert_string_equal(text_of(CASES[i].name, "[]"), expected);
    }
}

static const char DETECTIONS[] =
    "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0, 0, 1, 1], \"score\": 0.5}]";

static void a_whole_run_is_claimed_in_reading_order(void **state)
{
    (void)state;
    assert_string_equal(
        READING_CLAIMS_ON("", "config.json", "{}", "metrics.csv", "step,loss\n", "system.csv", "time,cpu\n",
            "dataset.json", "{\"ground_truth\": \"x\"}", "status.json", "{}", "notes.txt", "",
            "predictions/epoch_10.json", DETECTIONS, "predictions/epoch_2.json", DETECTIONS,
            "predictions/readme.txt", "", "predictions.json", DETECTIONS),
        "plain: config.json metrics.csv system.csv dataset.json status.json predictions.json "
        "predictions/epoch_2.json predictions/epoch_10.json\n");
}

static void any_one_sign_is_enough(void **state)
{
    (void)state;
    assert_string_equal(
        READING_CLAIMS_ON("", "dataset.json", "{\"ground_truth\": 1}"), "plain: dataset.json\n");
    assert_string_equal(READING_CLAIMS_ON("", "metrics.csv", "loss,epoch\n"), "plain: metrics.csv\n");
    assert_string_equal(
        READING_CLAIMS_ON("", "metrics.jsonl", "{\"a\": 1, \"iter\": 3}\n"), "plain: metrics.jsonl\n");
    assert_string_equal(READING_CLAIMS_ON("", "metrics.csv", "", "config.yaml", "a: 1\n"),
        "plain: config.yaml metrics.csv\n");
    assert_string_equal(READING_CLAIMS_ON("", "predictions/a.json", "{}", "predictions/b.json", DETECTIONS),
        "plain: predictions/a.json predictions/b.json\n");
}

static void what_is_another_tools_is_not_claimed(void **state)
{
    (void)state;
    assert_string_equal(READING_CLAIMS_ON("", "metrics.json", "{\"iteration\": 19, \"lr\": 1}\n",
                            "config.yaml", "SOLVER: {}\n"),
        "detectron2: metrics.json config.yaml\n");
    assert_string_equal(READING_CLAIMS_ON("", "metrics.csv", "name,value\na,1\n"), "");
    assert_string_equal(READING_CLAIMS_ON("", "config.json", "{\"hidden_size\": 768}"), "");
    assert_string_equal(READING_CLAIMS_ON("", "dataset.json", "{\"images\": []}"), "");
    assert_string_equal(READING_CLAIMS_ON("", "predictions/a.json", "{\"text\": \"words\"}"), "");
    assert_string_equal(READING_CLAIMS_ON("", "metrics.csv/x", "step,loss\n"), "");
}

static void lone_detections_are_a_run_but_not_inside_a_runs_own_folder(void **state)
{
    (void)state;
    assert_string_equal(READING_CLAIMS_ON("", "b.json", DETECTIONS, "a.json", DETECTIONS, "gt.json",
                            "{\"images\": [], \"annotations\": [], \"categories\": []}"),
        "predictions: a.json b.json\n");
    assert_string_equal(READING_CLAIMS_ON("/predictions", "predictions/a.json", DETECTIONS), "");
    assert_string_equal(READING_CLAIMS_ON("", "a.json", "{\"x\": 1}"), "");
    assert_string_equal(
        reading_text(reader_find("predictions"), "dt_val.json", DETECTIONS, sizeof DETECTIONS - 1),
        "predictions dt_val.json step -1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_step_column_is_the_step),
        cmocka_unit_test(sparse_cells_are_absent_and_words_are_passed_over),
        cmocka_unit_test(dates_become_wall_times),
        cmocka_unit_test(json_lines_are_read_like_rows),
        cmocka_unit_test(growing_and_cut_tables_agree),
        cmocka_unit_test(configurations_become_parameters),
        cmocka_unit_test(dataset_and_status_say_what_they_say),
        cmocka_unit_test(a_missing_file_is_an_error_that_names_it),
        cmocka_unit_test(names_of_predictions_say_their_step),
        cmocka_unit_test(a_whole_run_is_claimed_in_reading_order),
        cmocka_unit_test(any_one_sign_is_enough),
        cmocka_unit_test(what_is_another_tools_is_not_claimed),
        cmocka_unit_test(lone_detections_are_a_run_but_not_inside_a_runs_own_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
