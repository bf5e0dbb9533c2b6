/* The DVCLive reader: its tables, the summary beside them, what it claims, a real run. */
#include "expected.h"
#include "reading.h"
#include "temp.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char REAL[] = SHARED "/real-runs/dvclive-hf", SUMMARY[] = "metrics.json";

static const struct reader *reader(void)
{
    return reader_find("dvclive");
}

static const char *text_of(const char *name, const char *data)
{
    return reading_text(reader(), name, data, strlen(data));
}

static void a_table_is_the_metric_that_its_path_says(void **state)
{
    (void)state;
    assert_string_equal(
        text_of("plots/metrics/eval/loss.tsv", "step\tloss\r\n1\t2.5\r\n3\tnan\r\n7\t-inf\r\n"),
        "metric eval/loss: 1=2.5 3=NaN 7=-Infinity\n");
    assert_string_equal(
        text_of("plots/metrics/system/gpu/usage (%).tsv", "step\tusage (%)\n0\t1\n"),
        "metric system/gpu/usage (%): 0=1\n");
    assert_string_equal(
        text_of("scalars/train/acc.tsv",
            "timestamp\tstep\ttrain/acc\n1693579820123\t0\t0.5\n1693579821123\t1\t1\n"),
        "metric train/acc: 0=0.5@1693579820.123 1=1@1693579821.123\n");
    assert_string_equal(
        text_of("plots/metrics/epoch.tsv", "step\tepoch\n0\t0.05\n"), "metric epoch: 0=0.05\n");
}

static void a_table_is_read_as_it_grows(void **state)
{
    static const char NAME[] = "plots/metrics/eval/loss.tsv",
                      TABLE[] =
                          "timestamp\tstep\tloss\n1693579820123\t0\t0.5\n1693579821123\t2\tnan\n"
                          "bad\n1693579822123\t1\t0.125\n";
    (void)state;
    reading_survives_cuts(reader(), NAME, TABLE, sizeof TABLE - 1);
    for (size_t chunk = 1; chunk < 30; chunk += 9)
        reading_grows_to_the_same(reader(), NAME, TABLE, sizeof TABLE - 1, chunk);
    reading_survives_refusals(reader(), NAME, TABLE, sizeof TABLE - 1);
}

static const char LAST[] =
    "{\"loss\": 0.5, \"step\": 214, \"eval\": {\"loss\": 1, \"map\": {\"small\": \"nan\"}}, "
    "\"name\": \"x\", \"list\": [1], \"best\": \"-inf\"}";

static void the_summary_counts_where_no_table_does(void **state)
{
    (void)state;
    assert_string_equal(text_of(SUMMARY, LAST),
        "metric loss: 214=0.5\nmetric eval/loss: 214=1\nmetric eval/map/small: 214=NaN\n"
        "metric best: 214=-Infinity\n");
    struct record record;
    const char *directory = temp_dir();
    temp_text(directory, SUMMARY, LAST);
    temp_text(directory, "plots/metrics/loss.tsv", "");
    temp_text(directory, "scalars/eval/map/small.tsv", "");
    reading_whole(reader(), directory, SUMMARY, &record);
    assert_int_equal(record.metric_count, 2);
    assert_non_null(record_metric(&record, "eval/loss"));
    assert_non_null(record_metric(&record, "best"));
    record_done(&record);
}

static void a_summary_that_is_cut_counts_for_nothing(void **state)
{
    (void)state;
    assert_string_equal(text_of(SUMMARY, "{\"loss\": 0.5, \"step\": 2"),
        "note metrics.json line 0 byte 23 x1 is no whole JSON object: being written, or damaged; "
        "not "
        "read\n");
    assert_non_null(strstr(text_of(SUMMARY, "[1]"), "is no whole JSON object"));
    assert_non_null(strstr(text_of(SUMMARY, ""), "is no whole JSON object"));
    assert_string_equal(text_of(SUMMARY, "{}"), "");
    reading_survives_cuts(reader(), SUMMARY, LAST, sizeof LAST - 1);
    reading_grows_to_the_same(reader(), SUMMARY, LAST, sizeof LAST - 1, 7);
    reading_survives_refusals(reader(), SUMMARY, LAST, sizeof LAST - 1);
}

static void parameters_are_yaml(void **state)
{
    (void)state;
    assert_string_equal(text_of("params.yaml", "lr: 1e-3\nopt:\n  name: adam\n"),
        "param lr = number 1e-3\nparam opt.name = text adam\n");
}

/* The claims on a directory of that NAME with one FILE. */
static const char *claims_below(const char *name, const char *file, const char *text)
{
    return reading_claims_on(name, (const char *const[]){file, text, NULL});
}

static void its_directories_are_recognised(void **state)
{
    static const char TABLE[] = "step\tloss\n";
    (void)state;
    assert_string_equal(
        READING_CLAIMS("plots/metrics/train/loss.tsv", TABLE, "plots/metrics/lr.tsv", TABLE,
            "metrics.json", "{}", "params.yaml", "a: 1\n", "plots/metrics/readme.txt", "",
            "plots/metrics/a.tsv", "a\tb\n"),
        "dvclive: plots/metrics/lr.tsv plots/metrics/train/loss.tsv params.yaml metrics.json "
        "plots/\n");
    assert_string_equal(READING_CLAIMS("scalars/loss.tsv", TABLE, "dvclive.json", "{}"),
        "dvclive: scalars/loss.tsv dvclive.json scalars/\n");
    assert_string_equal(
        claims_below("dvclive", "dvclive/params.yaml", "a: 1\n"), "dvclive: params.yaml\n");
    assert_string_equal(claims_below("dvclive-tuned", "dvclive-tuned/metrics.json", "{}"),
        "dvclive: metrics.json\n");
    assert_string_equal(claims_below("other", "other/params.yaml", "a: 1\n"), "");
    assert_string_equal(claims_below("other", "other/metrics.json", "{}"), "");
    assert_string_equal(claims_below("other", "other/plots/metrics/loss.tsv", "a\tb\n"), "");
    assert_string_equal(claims_below("dvclive", "dvclive/live.py", ""), "");
}

static const char OLD[] = "timestamp\tstep\tloss\n1637954425763\t0\t1.5\n1637954435136\t1\t0.75";

static void old_versions_had_no_folder_for_tables(void **state)
{
    (void)state;
    assert_string_equal(
        reading_claims_on(
            "p/dvclive", (const char *const[]){"p/dvclive/loss.tsv", OLD, "p/dvclive/val/acc.tsv",
                             "timestamp\tstep\tval/acc\r\n", "p/dvclive/a.tsv", "step\tb\n",
                             "p/dvclive.json", "{}", "p/params.yaml", "lr: 1\n", NULL}),
        "dvclive: loss.tsv val/acc.tsv ../params.yaml ../dvclive.json val/\n");
    assert_string_equal(reading_claims_on("p/training", (const char *const[]){"p/training/loss.tsv",
                                                            OLD, "p/training.json", "{}", NULL}),
        "dvclive: loss.tsv ../training.json\n");
    const char *other = reading_claims_on(
        "p/training", (const char *const[]){"p/training/loss.tsv", OLD, "p/params.yaml", "a: 1\n",
                          "p/dvc.yaml", "stages:\n", NULL});
    assert_null(strstr(other, "dvclive:"));
    /* A directory called dvclive-something that holds one of today's. */
    assert_string_equal(reading_claims_on("p/dvclive-hf",
                            (const char *const[]){"p/dvclive-hf/dvclive/plots/metrics/loss.tsv",
                                OLD, "p/dvclive-hf/dvclive/plots/metrics/val/loss.tsv", OLD, NULL}),
        "");
}

/* The points of the table OLD, by whether somebody may still be writing to it. */
static size_t count_points(bool settled)
{
    struct record record;
    struct err err = {0};
    struct reader_mark mark = {0};
    const char *directory = temp_dir();
    temp_text(directory, "loss.tsv", OLD);
    char path[4096];
    snprintf(path, sizeof path, "%s/loss.tsv", directory);
    struct reader_source source = {
        .directory = directory, .name = "loss.tsv", .path = path, .settled = settled};
    buf_init(&mark.state, READER_MAX_STATE_BYTES);
    record_init(&record);
    struct sink sink = record_sink(&record);
    assert_true(reader()->read(&source, &mark, &sink, &err));
    size_t count = record_metric(&record, "loss")->count;
    assert_int_equal(record.note_count, 0);
    assert_int_equal(mark.offset, settled ? 0 : strrchr(OLD, '\n') + 1 - OLD);
    buf_done(&mark.state);
    record_done(&record);
    return count;
}

static void a_last_row_without_line_end_counts_when_nobody_writes(void **state)
{
    (void)state;
    assert_int_equal(count_points(false), 1);
    assert_int_equal(count_points(true), 2);
}

static void the_parameters_of_a_pipeline_lie_beside(void **state)
{
    static const char TABLE[] = "step\tloss\n";
    (void)state;
    assert_string_equal(reading_claims_on("p/dvclive",
                            (const char *const[]){"p/dvclive/plots/metrics/loss.tsv", TABLE,
                                "p/params.yaml", "lr: 1\n", "p/dvc.yaml", "stages:\n", NULL}),
        "dvclive: plots/metrics/loss.tsv ../params.yaml plots/\n");
    assert_string_equal(
        reading_claims_on("p/dvclive", (const char *const[]){"p/dvclive/plots/metrics/loss.tsv",
                                           TABLE, "p/params.yaml", "lr: 1\n", NULL}),
        "dvclive: plots/metrics/loss.tsv plots/\n");
    const char *directory = temp_dir();
    struct record record;
    char path[4096];
    temp_text(directory, "params.yaml", "lr: 1\n");
    temp_text(directory, "dvclive/loss.tsv", OLD);
    temp_text(directory, "dvclive.json", "{\"loss\": 0.75, \"acc\": 1, \"step\": 1}");
    snprintf(path, sizeof path, "%s/dvclive", directory);
    reading_whole(reader(), path, "../params.yaml", &record);
    assert_int_equal(record.metric_count, 0);
    record_done(&record);
    reading_whole(reader(), path, "../dvclive.json", &record);
    assert_int_equal(record.metric_count, 1);
    assert_non_null(record_metric(&record, "acc"));
    record_done(&record);
}

static void tables_are_looked_for_within_limits(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    struct arena arena = {0};
    struct buf claims;
    temp_text(directory, "plots/metrics/a.tsv", "step\ta\n");
    temp_text(directory, "plots/metrics/.hidden/b.tsv", "step\tb\n");
    temp_text(directory, "plots/metrics/1/2/3/4/5/6/7/c.tsv", "step\tc\n");
    temp_text(directory, "plots/metrics/1/2/3/4/5/6/7/8/d.tsv", "step\td\n");
    assert_int_equal(symlink(".", path_join(&arena, directory, "plots/metrics/loop")), 0);
    buf_init(&claims, 1 << 12);
    reading_claims(directory, &claims);
    assert_string_equal(claims.data, "dvclive: plots/metrics/a.tsv "
                                     "plots/metrics/1/2/3/4/5/6/7/c.tsv plots/\n");
    buf_done(&claims);
    arena_done(&arena);
}

static void a_real_run_says_what_independent_readers_found(void **state)
{
    (void)state;
    struct arena arena = {0};
    cJSON *expected = expected_load(REAL, "");
    if (!expected)
        skip();
    const char *directory = path_join(&arena, REAL, "dvclive");
    const cJSON *facts = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(expected, "facts"), 0);
    const cJSON *metric;
    int metrics = 0;
    cJSON_ArrayForEach(metric, cJSON_GetObjectItemCaseSensitive(facts, "series"))
    {
        struct record record;
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemReferenceToObject(one, metric->string, (cJSON *)metric);
        reading_whole(reader(), directory,
            arena_printf(&arena, "plots/metrics/%s.tsv", metric->string), &record);
        metrics += expected_metrics(&record, one);
        assert_int_equal(record.note_count, 0);
        record_done(&record);
        cJSON_Delete(one);
    }
    assert_int_equal(metrics, 11);
    struct record record;
    reading_whole(reader(), directory, SUMMARY, &record);
    assert_int_equal(record.metric_count, 0); /* every metric has its table */
    record_done(&record);
    reading_whole(reader(), directory, "params.yaml", &record);
    assert_true(expected_params(&record, cJSON_GetObjectItemCaseSensitive(facts, "params")) > 0);
    record_done(&record);
    cJSON_Delete(expected);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_the_metric_that_its_path_says),
        cmocka_unit_test(a_table_is_read_as_it_grows),
        cmocka_unit_test(the_summary_counts_where_no_table_does),
        cmocka_unit_test(a_summary_that_is_cut_counts_for_nothing),
        cmocka_unit_test(parameters_are_yaml),
        cmocka_unit_test(its_directories_are_recognised),
        cmocka_unit_test(old_versions_had_no_folder_for_tables),
        cmocka_unit_test(a_last_row_without_line_end_counts_when_nobody_writes),
        cmocka_unit_test(the_parameters_of_a_pipeline_lie_beside),
        cmocka_unit_test(tables_are_looked_for_within_limits),
        cmocka_unit_test(a_real_run_says_what_independent_readers_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
