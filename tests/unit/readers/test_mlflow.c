/* MLflow's file store: each kind of file, what is claimed of a run, and a real store. */
#include "base/file.h"
#include "expected.h"
#include "reading.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define RUN "0123456789abcdef0123456789abcdef"

static const char META[] = "artifact_uri: file:///elsewhere/artifacts\nend_time: 1700000100500\n"
                           "entry_point_name: ''\nexperiment_id: '7'\nlifecycle_stage: active\n"
                           "run_id: " RUN "\nrun_name: faster-1\nrun_uuid: " RUN "\n"
                           "source_name: ''\nsource_type: 4\nstart_time: 1700000000000\nstatus: 4\n"
                           "tags: []\nuser_id: someone\n";

static const char DETECTIONS[] =
    "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0, 0, 1, 1], \"score\": 0.5}]";

static struct arena arena;

static const struct reader *reader(void)
{
    return reader_find("mlflow");
}

static const char *text_of(const char *name, const char *data)
{
    return reading_text(reader(), name, data, strlen(data));
}

/* ---- metrics ---- */

static void a_line_is_a_point(void **state)
{
    (void)state;
    assert_string_equal(text_of("metrics/val/mAP", "1700000000500 0.25 0\n1700000001500 nan 1\n"
                                                   "1700000002000 -inf 2\n0 1e-3 -1\n"),
        "metric val/mAP: 0=0.25@1700000000.5 1=NaN@1700000001.5 2=-Infinity@1700000002 -1=0.001\n");
    assert_string_equal(text_of("metrics/old", "1700000000500 0.25\n1700000001000 0.5\n"),
        "metric old: 0=0.25@1700000000.5 0=0.5@1700000001\n");
    assert_string_equal(text_of("metrics/new", "1700000000500 0.25 3 coco 1a2b\n"),
        "metric new: 3=0.25@1700000000.5\n");
    assert_string_equal(text_of("metrics/none", ""), "");
}

static void damaged_lines_are_skipped(void **state)
{
    (void)state;
    assert_string_equal(text_of("metrics/a", "1000 1 1\n<<<<<<< HEAD\n\n1000 x 2\n1000\n"
                                             "1000 2 2 \r\n1000 3 q\n1000 4 3"),
        "metric a: 1=1@1 2=2@1\nnote metrics/a line 0 byte 9 x4 damaged line, skipped\n");
}

static void metrics_grow(void **state)
{
    (void)state;
    static const char LINES[] = "1700000000500 0.25 10\n1700000001500 nan 11\nbroken\n"
                                "1700000002500 12.5 12\n1700000003500 -1e-05 1\n";
    reading_survives_cuts(reader(), "metrics/a/b", LINES, sizeof LINES - 1);
    for (size_t chunk = 1; chunk < 30; chunk += 7)
        reading_grows_to_the_same(reader(), "metrics/a/b", LINES, sizeof LINES - 1, chunk);
    reading_survives_refusals(reader(), "metrics/a/b", LINES, sizeof LINES - 1);
}

/* ---- the small files ---- */

static void meta_says_who_it_is(void **state)
{
    (void)state;
    assert_string_equal(text_of("meta.yaml", META),
        "param user = text someone\ntitle faster-1\nid " RUN
        "\nstatus failed 1700000000 1700000100.5\n");
    assert_string_equal(
        text_of("meta.yaml", "run_uuid: abc\nexperiment_id: 0\nname: ''\nstatus: 1\n"
                             "end_time: null\nstart_time: 1700000000000\n"
                             "source_version: 12345\nsource_name: train.py\n"),
        "param git.commit = text 12345\nparam source.name = text train.py\nid abc\n"
        "status running 1700000000 NaN\n");
    assert_string_equal(
        text_of("meta.yaml", "run_id: ../../etc\nstatus: 2\n"), "status unknown NaN NaN\n");
}

/* The facts of the source NAME of the run DIRECTORY. */
static const char *facts_of(const char *directory, const char *name)
{
    struct record record;
    reading_whole(reader(), directory, name, &record);
    const char *text = record_text(&record);
    record_done(&record);
    return text;
}

static void a_cut_meta_says_what_it_has(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    for (size_t cut = 0; cut < sizeof META - 1; cut++) {
        temp_file(directory, "meta.yaml", META, cut);
        assert_non_null(strstr(facts_of(directory, "meta.yaml"), "status "));
    }
    reading_survives_refusals(reader(), "meta.yaml", META, sizeof META - 1);
}

static const char *make_run(const char *experiment)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/" RUN, experiment);
    temp_text(experiment, RUN "/meta.yaml", META);
    temp_text(experiment, RUN "/metrics/loss", "1700000000500 1.5 0\n");
    temp_text(experiment, RUN "/metrics/val/mAP", "1700000000500 0.25 0\n");
    temp_text(experiment, RUN "/metrics/system/cpu", "1700000000500 50 0\n");
    temp_text(experiment, RUN "/params/lr", "1e-3");
    temp_text(experiment, RUN "/params/amp", "True");
    temp_text(experiment, RUN "/params/empty", "");
    temp_text(experiment, RUN "/params/head/layers", "[1, 2]\nof them\n");
    temp_text(experiment, RUN "/tags/mlflow.runName", "faster-1");
    temp_text(experiment, RUN "/tags/mlflow.source.git.commit", "0123456");
    temp_text(experiment, RUN "/tags/mlflow.note.content", "the best");
    temp_text(experiment, RUN "/tags/mlflow.parentRunId", "f00");
    temp_text(experiment, RUN "/tags/team", "vision");
    return path;
}

static void directories_of_small_files_are_sources(void **state)
{
    (void)state;
    const char *experiment = temp_dir();
    const char *run = make_run(experiment);
    temp_text(experiment, "meta.yaml", "experiment_id: '7'\nname: detectors\n");
    assert_string_equal(facts_of(run, "../meta.yaml"), "param experiment = text detectors\n");
    assert_string_equal(facts_of(run, "params"),
        "param amp = bool True\nparam empty = null \nparam lr = number 1e-3\n");
    assert_string_equal(
        facts_of(run, "params/head"), "param head/layers = text [1, 2]\\x0aof them\\x0a\n");
    assert_string_equal(facts_of(run, "tags"), "param git.commit = text 0123456\n"
                                               "param parent_run = text f00\ntitle faster-1\n");
    assert_string_equal(facts_of(run, "tags/mlflow.note.content"), "param note = text the best\n");
}

static void what_is_too_long_is_left_out(void **state)
{
    (void)state;
    static char large[(64 << 10) + 2];
    const char *directory = temp_dir();
    memset(large, 'x', sizeof large - 1);
    temp_text(directory, "params/a", large);
    temp_text(directory, "params/b", "1");
    assert_string_equal(facts_of(directory, "params"),
        "param b = number 1\n"
        "note params line 0 byte -1 x1 parameters left out: too long, too deep, or too many\n");
}

/* ---- claims ---- */

static const char *claim_on(const char *directory)
{
    static char text[4096];
    struct buf out;
    buf_init(&out, sizeof text - 1);
    reading_claim(reader(), directory, &out);
    snprintf(text, sizeof text, "%s", out.data ? out.data : "");
    buf_done(&out);
    return text;
}

static void a_run_is_claimed_with_few_sources(void **state)
{
    (void)state;
    const char *experiment = temp_dir();
    const char *run = make_run(experiment);
    temp_text(experiment, "meta.yaml", "experiment_id: '7'\nname: detectors\n");
    temp_text(experiment, RUN "/artifacts/eval/epoch_3.json", DETECTIONS);
    temp_text(experiment, RUN "/artifacts/eval/other.json", "{}");
    temp_text(experiment, RUN "/artifacts/results.csv", "epoch,train/box_loss\n1,1\n");
    assert_string_equal(claim_on(run),
        "meta.yaml\n../meta.yaml\ntags\ntags/mlflow.note.content\nparams\nparams/head\n"
        "artifacts/eval/epoch_3.json\nmetrics/loss\nmetrics/system/cpu\nmetrics/val/mAP\n");
    assert_string_equal(facts_of(run, "artifacts/eval/epoch_3.json"),
        "predictions artifacts/eval/epoch_3.json step 3\nid " RUN "\n");
    assert_string_equal(claim_on(experiment), "");
}

static void a_damaged_run_is_still_one(void **state)
{
    (void)state;
    const char *experiment = temp_dir();
    const char *run = make_run(experiment);
    temp_text(experiment, RUN "/meta.yaml", "");
    assert_non_null(strstr(claim_on(run), "meta.yaml\ntags\n"));
    assert_string_equal(facts_of(run, "meta.yaml"), "id " RUN "\nstatus unknown NaN NaN\n");
    char path[4096];
    snprintf(path, sizeof path, "%s/meta.yaml", run);
    assert_int_equal(remove(path), 0);
    assert_non_null(strstr(claim_on(run), "metrics/loss\n"));
}

/* A server that keeps its runs in a database has a directory for their artifacts. */
static void artifacts_alone_belong_to_a_run_elsewhere(void **state)
{
    (void)state;
    const char *experiment = temp_dir();
    const char *run = path_join(&arena, experiment, RUN);
    temp_text(experiment, RUN "/artifacts/model/MLmodel", "flavors:\n");
    assert_string_equal(claim_on(run), "");
    temp_text(experiment, RUN "/artifacts/predictions.json", DETECTIONS);
    assert_string_equal(claim_on(run), "artifacts/predictions.json\n");
    assert_string_equal(facts_of(run, "artifacts/predictions.json"),
        "predictions artifacts/predictions.json step -1\nid " RUN "\n");
}

static void what_is_no_run_is_not_taken(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    temp_text(directory, "meta.yaml", "package:\n  name: detector\n  run_id: 1\n");
    assert_string_equal(claim_on(directory), "");
    temp_text(directory, "meta.yaml", "name: detector\nrun_id: " RUN "\nversion: 1\n");
    assert_string_equal(claim_on(directory),
        "refused meta.yaml: a run_id without an experiment_id: a registered model's version, not a "
        "run\n");
    temp_text(directory, "meta.yaml", "experiment_id: '1'\nname: a\n");
    assert_string_equal(claim_on(directory), "");
    temp_text(directory, "meta.yaml", "experiment_id: '1'\nlifecycle_stage: deleted\nrun_id: a\n");
    assert_string_equal(claim_on(directory), "refused meta.yaml: the run is deleted in MLflow\n");
}

static void a_logged_model_is_no_run_and_holds_none(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    struct file_list list;
    struct err err = {0};
    temp_text(directory, "meta.yaml",
        "experiment_id: '1'\nmodel_id: m-1a2b\nname: model\nsource_run_id: " RUN "\n");
    temp_text(directory, "metrics/loss", "1700000000000 0.5 0 " RUN "\n");
    temp_text(directory, "artifacts/metrics.json", "{\"loss\": 0.5}");
    assert_true(file_list(directory, &arena, &list, &err));
    struct reader_place place = {directory, &list, &arena};
    struct reader_claim claim = {0};
    assert_true(reader()->claim(&place, &claim));
    assert_int_equal(claim.count, 0);
    assert_true(claim.owns_subdirectories);
}

static void no_more_sources_than_a_run_may_have(void **state)
{
    (void)state;
    const char *experiment = temp_dir();
    const char *run = make_run(experiment);
    char name[64];
    for (int i = 0; i <= READER_MAX_SOURCES; i++) {
        snprintf(name, sizeof name, RUN "/metrics/many/%d", i);
        temp_text(experiment, name, "");
    }
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_true(reading_claim(reader(), run, &out));
    assert_non_null(strstr(out.data, ": too many files in one run: left out\n"));
    buf_done(&out);
}

/* ---- a real store ---- */

/* All sources that are claimed of the run DIRECTORY, into RECORD (initialised here). */
static void read_run(const char *directory, struct record *record)
{
    struct file_list list;
    struct err err = {0};
    assert_true(file_list(directory, &arena, &list, &err));
    struct reader_place place = {directory, &list, &arena};
    struct reader_claim claim = {0};
    assert_true(reader()->claim(&place, &claim));
    record_init(record);
    for (size_t i = 0; i < claim.count; i++) {
        struct reader_mark mark = {0};
        buf_init(&mark.state, READER_MAX_STATE_BYTES);
        reading_on(reader(), directory, claim.sources[i].name, &mark, record);
        buf_done(&mark.state);
    }
}

static void check_run(const char *store, const cJSON *facts)
{
    static const enum run_status STATUS[] = {
        RUN_UNKNOWN, RUN_RUNNING, RUN_UNKNOWN, RUN_FINISHED, RUN_FAILED, RUN_FAILED};
    const char *experiment = cJSON_GetObjectItemCaseSensitive(facts, "experiment_id")->valuestring;
    const char *id = cJSON_GetObjectItemCaseSensitive(facts, "run_id")->valuestring;
    const cJSON *end = cJSON_GetObjectItemCaseSensitive(facts, "end_time");
    struct record record;
    read_run(arena_printf(&arena, "%s/%s/%s", store, experiment, id), &record);
    assert_int_equal(record.note_count, 0);
    assert_string_equal(record.id, id);
    assert_string_equal(
        record.title, cJSON_GetObjectItemCaseSensitive(facts, "run_name")->valuestring);
    assert_int_equal(
        record.status, STATUS[cJSON_GetObjectItemCaseSensitive(facts, "status")->valueint]);
    assert_true(record.started_s * 1000 ==
                cJSON_GetObjectItemCaseSensitive(facts, "start_time")->valuedouble);
    assert_true(!cJSON_IsNumber(end) || record.ended_s * 1000 == end->valuedouble);
    const cJSON *params = cJSON_GetObjectItemCaseSensitive(facts, "params"), *value;
    cJSON_ArrayForEach(value, cJSON_GetObjectItemCaseSensitive(params, "values"))
        assert_string_equal(record_param(&record, value->string), value->valuestring);
    const cJSON *metrics = cJSON_GetObjectItemCaseSensitive(facts, "metrics");
    assert_int_equal(record.metric_count, cJSON_GetArraySize(metrics));
    expected_metrics(&record, metrics);
    record_done(&record);
}

static void a_real_store_is_read_like_others_read_it(void **state)
{
    (void)state;
    static const char FOLDER[] = SHARED "/real-runs/mlflow-mmdet";
    cJSON *expected = expected_load(FOLDER, "");
    if (!expected)
        skip();
    const cJSON *facts, *run;
    int runs = 0;
    cJSON_ArrayForEach(facts, cJSON_GetObjectItemCaseSensitive(expected, "facts"))
        cJSON_ArrayForEach(run, cJSON_GetObjectItemCaseSensitive(facts, "runs"))
    {
        check_run(path_join(&arena, FOLDER, "mlruns"), run);
        runs++;
    }
    cJSON_Delete(expected);
    assert_int_equal(runs, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_a_point),
        cmocka_unit_test(damaged_lines_are_skipped),
        cmocka_unit_test(metrics_grow),
        cmocka_unit_test(meta_says_who_it_is),
        cmocka_unit_test(a_cut_meta_says_what_it_has),
        cmocka_unit_test(directories_of_small_files_are_sources),
        cmocka_unit_test(what_is_too_long_is_left_out),
        cmocka_unit_test(a_run_is_claimed_with_few_sources),
        cmocka_unit_test(a_damaged_run_is_still_one),
        cmocka_unit_test(artifacts_alone_belong_to_a_run_elsewhere),
        cmocka_unit_test(what_is_no_run_is_not_taken),
        cmocka_unit_test(a_logged_model_is_no_run_and_holds_none),
        cmocka_unit_test(no_more_sources_than_a_run_may_have),
        cmocka_unit_test(a_real_store_is_read_like_others_read_it),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
