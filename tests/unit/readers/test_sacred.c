/* The Sacred reader: its documents, jsonpickle's wrappers, what it claims, real runs. */
#include "expected.h"
#include "reading.h"
#include "temp.h"

#include "base/file.h"
#include "readers/jsonpickle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char RUN[] = "run.json", METRICS[] = "metrics.json", INFO[] = "info.json";
static const char REAL[] = SHARED "/real-runs/sacred-local";

static const struct reader *reader(void)
{
    return reader_find("sacred");
}

static const char *text_of(const char *name, const char *data)
{
    return reading_text(reader(), name, data, strlen(data));
}

static const char FAILED[] =
    "{\"artifacts\": [], \"command\": \"main\", \"experiment\": {\"base_dir\": \"/x\", \"name\": "
    "\"pednet\"}, \"fail_trace\": [\"Traceback (most recent call last):\\n\", \"  File "
    "\\\"a.py\\\"\\n"
    "    f()\\n\", \"RuntimeError: out of memory\\n\"], \"heartbeat\": \"2026-11-23T03:07:14.5\", "
    "\"host\": {\"cpu\": \"x\", \"hostname\": \"gpu-box-1\"}, \"result\": null, \"start_time\": "
    "\"2026-11-23T03:07:13\", \"status\": \"FAILED\", \"stop_time\": \"2026-11-23T03:07:14.25\"}";

static void what_became_of_a_run_is_said(void **state)
{
    (void)state;
    assert_string_equal(text_of(RUN, FAILED),
        "param host.hostname = text gpu-box-1\n"
        "note run.json line 0 byte -1 x1 RuntimeError: out of memory\n"
        "title pednet\nstatus failed 1795403233 1795403234.25\n");
    assert_string_equal(
        text_of(RUN, "{\"experiment\": {}, \"heartbeat\": \"2026-11-23T03:07:14\", "
                     "\"result\": NaN, \"status\": \"RUNNING\", \"start_time\": null}"),
        "metric result: 0=NaN\nstatus running NaN 1795403234\n");
    assert_string_equal(
        text_of(RUN, "{\"result\": {\"dtype\": \"float32\", \"py/object\": "
                     "\"numpy.float32\", \"value\": 0.5}, \"status\": \"COMPLETED\"}"),
        "metric result: 0=0.5\nstatus finished NaN NaN\n");
    assert_string_equal(text_of(RUN, "{\"status\": \"INTERRUPTED\", \"result\": {\"a\": [1]}}"),
        "note run.json line 0 byte -1 x1 interrupted by hand\nstatus failed NaN NaN\n");
    assert_non_null(strstr(text_of(RUN, "{\"status\": \"TIMEOUT\"}"), "status failed"));
    assert_non_null(strstr(text_of(RUN, "{\"status\": \"QUEUED\"}"), "status unknown"));
    assert_string_equal(
        text_of(RUN, "{\"status\": \"\", \"fail_trace\": [\" \\n\", 3, \"\"]}"), "");
}

static void run_json_may_be_cut_anywhere(void **state)
{
    static const char DONE[] = "{\"experiment\": {\"name\": \"x\"}, \"result\": 0.125, \"status\": "
                               "\"COMPLETED\", \"stop_time\": \"2026-11-23T03:07:14.25\"}";
    (void)state;
    reading_survives_cuts(reader(), RUN, DONE, sizeof DONE - 1);
    reading_grows_to_the_same(reader(), RUN, DONE, sizeof DONE - 1, 5);
    reading_survives_refusals(reader(), RUN, FAILED, sizeof FAILED - 1);
    assert_string_equal(text_of(RUN, "{\"result\": 0.12"),
        "note run.json line 0 byte 15 x1 is no JSON from here on: being written, or damaged\n");
    assert_non_null(strstr(text_of(RUN, ""), "byte 0 x1 is no JSON"));
}

static const char COLUMNS[] =
    "{\"train.loss\": {\"steps\": [0, 1, 5], \"timestamps\": [\"2026-11-23T03:07:13\", "
    "\"2026-11-23T03:07:14\", \"2026-11-23T03:07:15.5\"], \"values\": [2.5, NaN, {\"dtype\": "
    "\"float32\", \"py/object\": \"numpy.float32\", \"value\": -1.5}]}, \"val/mAP\": {\"steps\": "
    "[0, {\"py/object\": \"numpy.int64\", \"value\": 3}], \"timestamps\": "
    "[\"2026-11-23T03:07:13\", "
    "\"2026-11-23T03:07:14\"], \"values\": [0.5, Infinity]}}";

static void columns_become_points(void **state)
{
    (void)state;
    assert_string_equal(text_of(METRICS, COLUMNS),
        "metric train.loss: 0=2.5@1795403233 1=NaN@1795403234 5=-1.5@1795403235.5\n"
        "metric val/mAP: 0=0.5@1795403233 3=Infinity@1795403234\n");
    assert_string_equal(
        text_of(METRICS, "{\"a\": {\"values\": [1, 2]}, \"b\": {\"steps\": [1.5, null, 3, 4],"
                         " \"values\": [1, 2, \"x\"], \"other\": {}}, \"c\": 3}"),
        "metric a: 0=1 1=2\nmetric b: 1=1\n"
        "note metrics.json line 0 byte -1 x4 point without a number or a step, left out\n"
        "note metrics.json line 0 byte -1 x1 step that is not a whole number, rounded down\n");
    assert_string_equal(text_of(METRICS, "{}"), "");
}

static void metrics_json_may_be_cut_anywhere(void **state)
{
    (void)state;
    reading_survives_cuts(reader(), METRICS, COLUMNS, sizeof COLUMNS - 1);
    for (size_t chunk = 1; chunk < 100; chunk += 33)
        reading_grows_to_the_same(reader(), METRICS, COLUMNS, sizeof COLUMNS - 1, chunk);
    reading_survives_refusals(reader(), METRICS, COLUMNS, sizeof COLUMNS - 1);
    assert_string_equal(
        text_of(METRICS, "{\"a\": {\"steps\": [0, 1, 2], \"timestamps\": [null, null, "
                         "null], \"values\": [1, 2, 3"),
        "metric a: 0=1 1=2\nnote metrics.json line 0 byte 79 x1 is no JSON from here on: being "
        "written, "
        "or damaged\n");
}

static void info_json_gives_its_numbers(void **state)
{
    static const char DATA[] = "{\"loss\": [1.5, \"x\", 0.5], \"best\": {\"acc\": 0.75, \"at\": "
                               "{\"py/object\": \"numpy.int64\", "
                               "\"value\": 3}}, \"name\": \"x\", \"grid\": [[1], [2]], \"ok\": "
                               "true, \"a\": {\"py/tuple\": [1, NaN]}}";
    (void)state;
    assert_string_equal(text_of(INFO, DATA),
        "metric loss: 0=1.5 2=0.5\nmetric best.acc: 0=0.75\nmetric best.at: 0=3\n"
        "metric a: 0=1 1=NaN\n");
    reading_survives_cuts(reader(), INFO, DATA, sizeof DATA - 1);
    reading_grows_to_the_same(reader(), INFO, DATA, sizeof DATA - 1, 11);
    reading_survives_refusals(reader(), INFO, DATA, sizeof DATA - 1);
}

static void the_configuration_is_reduced_to_plain_values(void **state)
{
    (void)state;
    assert_string_equal(
        text_of("config.json",
            "{\"lr\": {\"dtype\": \"float64\", \"py/object\": \"numpy.float64\", "
            "\"value\": 1e-03}, \"size\": {\"py/tuple\": [3, {\"py/tuple\": [5]}]}, \"opt\": "
            "{\"name\": \"sgd\", \"value\": 2}, \"seed\": 401789862, \"note\": \"d\\u00e9\"}"),
        "param lr = number 1e-03\nparam size = text [3,[5]]\nparam opt.name = text sgd\n"
        "param opt.value = number 2\nparam seed = number 401789862\nparam note = text d\xc3\xa9\n");
    assert_string_equal(text_of("config.json", "{\"a\": 1, \"b\": [2"),
        "param a = number 1\n"
        "note config.json line 0 byte 16 x1 is no JSON from here on: being written, or damaged\n");
    assert_string_equal(text_of("config.json", "[]"),
        "note config.json line 0 byte 0 x1 is no JSON from here on: being written, or damaged\n");
}

static void check_reduced(const char *text, const char *wanted, int64_t wrong)
{
    struct buf out;
    buf_init(&out, 1 << 16);
    assert_int_equal(jsonpickle_reduce(text, strlen(text), &out), wrong);
    assert_string_equal(out.data ? out.data : "", wanted);
    buf_done(&out);
}

static void wrappers_are_taken_off(void **state)
{
    (void)state;
    check_reduced(
        "{\"a\": [1.50, -0, 1e5, NaN], \"b\\n\": \"\\u00e9\", \"c\": null, \"d\": {}, \"e\": true}",
        "{\"a\":[1.50,-0,1e5,NaN],\"b\\n\":\"\\u00e9\",\"c\":null,\"d\":{},\"e\":true}", -1);
    check_reduced(
        "{\"value\": {\"py/object\": \"x\", \"value\": {\"py/set\": [1]}}}", "{\"value\":[1]}", -1);
    check_reduced(
        "{\"py/object\": \"numpy.ndarray\", \"dtype\": \"f4\", \"values\": [1, 2]}", "[1,2]", -1);
    check_reduced("{\"py/type\": \"torch.optim.SGD\"}", "\"torch.optim.SGD\"", -1);
    check_reduced("{\"py/object\": \"x.Y\", \"a\": 1}", "{\"py/object\":\"x.Y\",\"a\":1}", -1);
    check_reduced("[{\"py/tuple\": [1,", "[{\"py/tuple\":[1,", 17);
    check_reduced("", "", 0);
}

static void its_directories_are_recognised(void **state)
{
    (void)state;
    assert_string_equal(READING_CLAIMS("run.json", FAILED, "config.json", "{}", "metrics.json",
                            "{\"loss\": {}}", "info.json", "{}"),
        "sacred: run.json config.json metrics.json\n");
    assert_string_equal(READING_CLAIMS("run.json", FAILED, "metrics.json", "{}"),
        "sacred: run.json metrics.json\n");
    assert_string_equal(
        READING_CLAIMS("run.json", FAILED, "metrics.json", "{}", "info.json", "{\"loss\": [1]}"),
        "sacred: run.json info.json\n");
    assert_string_equal(
        READING_CLAIMS("run.json", FAILED, "info.json", "{}"), "sacred: run.json info.json\n");
    assert_string_equal(READING_CLAIMS("run.json", "{\"a\": 1}", "metrics.json", "{}"), "");
    assert_string_equal(
        READING_CLAIMS("config.json", "{}", "metrics.json", "{}", "cout.txt", ""), "");
}

static void a_run_may_keep_many_files(void **state)
{
    (void)state;
    struct buf run;
    buf_init(&run, 1 << 20);
    buf_add_string(&run, "{\"artifacts\": [\"0.png\"");
    while (run.length < 1 << 17)
        buf_add_string(&run, ", \"detections.png\"");
    buf_add_string(&run, "], \"command\": \"main\", \"experiment\": {\"name\": \"a\"}}");
    assert_string_equal(READING_CLAIMS("run.json", run.data), "sacred: run.json\n");
    /* What ends early, or begins otherwise, says nothing of whose it is. */
    assert_string_equal(READING_CLAIMS("run.json", "{\"artifacts\": [\"0.png\""), "");
    memcpy(run.data + 2, "artefacts", 9);
    assert_string_equal(READING_CLAIMS("run.json", run.data), "");
    buf_done(&run);
}

/* Whether looking at DIRECTORY leads to a claim that owns its stores though there is no run. */
static size_t owned_in(const char *directory)
{
    struct arena arena = {0};
    struct file_list list;
    struct err err = {0};
    assert_true(file_list(directory, &arena, &list, &err));
    struct reader_place place = {directory, &list, &arena};
    struct reader_claim claim = {0};
    assert_false(reader()->claim(&place, &claim));
    size_t owned = claim.owned_count;
    arena_done(&arena);
    return owned;
}

static void stored_sources_are_no_runs(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    temp_text(directory, "_sources/results.csv", "epoch,train/box_loss\n1,2\n");
    temp_text(directory, "1/cout.txt", "");
    assert_int_equal(owned_in(directory), 0); /* nobody knows whose they are */
    temp_text(directory, "2/run.json", FAILED);
    assert_int_equal(owned_in(directory), 2);
}

static void check_real(const cJSON *facts, struct arena *arena)
{
    static const char *const WORDS[] = {"?", "RUNNING", "COMPLETED", "FAILED"};
    struct record record;
    const char *directory =
        path_join(arena, REAL, cJSON_GetObjectItemCaseSensitive(facts, "dir")->valuestring);
    reading_whole(reader(), directory, METRICS, &record);
    assert_int_equal(
        expected_metrics(&record, cJSON_GetObjectItemCaseSensitive(facts, "metrics")), 2);
    assert_int_equal(record.metric_count, 2);
    record_done(&record);
    reading_whole(reader(), directory, "config.json", &record);
    assert_true(expected_params(&record, cJSON_GetObjectItemCaseSensitive(facts, "config")) == 9);
    record_done(&record);
    reading_whole(reader(), directory, RUN, &record);
    assert_true(record.status < sizeof WORDS / sizeof *WORDS);
    assert_string_equal(
        WORDS[record.status], cJSON_GetObjectItemCaseSensitive(facts, "status")->valuestring);
    assert_string_equal(record.title, "pednet");
    assert_true(record.started_s > 1.79e9 && record.ended_s > record.started_s);
    assert_int_equal(record.note_count, record.status == RUN_FAILED);
    if (record.note_count)
        assert_string_equal(record.notes[0].text, "RuntimeError: CUDA out of memory (pretend)");
    record_done(&record);
}

static void real_runs_say_what_independent_readers_found(void **state)
{
    (void)state;
    struct arena arena = {0};
    cJSON *expected = expected_load(REAL, "");
    if (!expected)
        skip();
    const cJSON *facts;
    int runs = 0;
    cJSON_ArrayForEach(facts, cJSON_GetObjectItemCaseSensitive(expected, "facts"))
    {
        check_real(facts, &arena);
        runs++;
    }
    assert_int_equal(runs, 3);
    assert_int_equal(owned_in(path_join(&arena, REAL, "my_runs")), 2);
    cJSON_Delete(expected);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_became_of_a_run_is_said),
        cmocka_unit_test(run_json_may_be_cut_anywhere),
        cmocka_unit_test(columns_become_points),
        cmocka_unit_test(metrics_json_may_be_cut_anywhere),
        cmocka_unit_test(info_json_gives_its_numbers),
        cmocka_unit_test(the_configuration_is_reduced_to_plain_values),
        cmocka_unit_test(wrappers_are_taken_off),
        cmocka_unit_test(its_directories_are_recognised),
        cmocka_unit_test(a_run_may_keep_many_files),
        cmocka_unit_test(stored_sources_are_no_runs),
        cmocka_unit_test(real_runs_say_what_independent_readers_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
