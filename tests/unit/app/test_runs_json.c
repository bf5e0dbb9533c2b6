/*
 * The JSON of a run: its keys, their order and their types, as the list of `boxtop ls` promises.
 * Knows: runs_json.h, rows of the runs table. Must not know: commands, files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/runs_json.h"
#include "made_metric.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct param PARAMS[] = {
    {.name = "augment", .kind = PARAM_BOOL, .number = 1, .text = "true"},
    {.name = "frozen", .kind = PARAM_BOOL, .number = 0, .text = "false"},
    {.name = "model \x1b\"name\"", .kind = PARAM_TEXT, .text = "fcos\n\xe2\x80\xae"},
    {.name = "nothing", .kind = PARAM_NULL, .text = ""},
    {.name = "optimizer.lr", .kind = PARAM_NUMBER, .number = 0.005, .text = "5e-3"},
};

static const struct {
    const char *name;
    struct metric_summary summary;
} METRICS[] = {
    {"diverged",
        {.count = 2,
            .nonfinite = 2,
            .first_step = 0,
            .last_step = 7,
            .first = NAN,
            .last = -INFINITY,
            .min = NAN,
            .max = NAN}},
    {"val/mAP",
        {.count = 10,
            .first_step = 0,
            .last_step = 9,
            .min_step = 0,
            .max_step = 8,
            .first = 0.1,
            .last = 0.5,
            .min = 0.1,
            .max = 0.625}},
};

enum { METRIC_COUNT = sizeof METRICS / sizeof *METRICS };

static const struct note NOTES[] = {
    {.file = "results.csv", .line = 122, .offset = -1, .count = 3, .text = "git merge marker"}};

static struct run_row make_row(void)
{
    static struct made_metric parts[METRIC_COUNT];
    static struct run_metric metrics[METRIC_COUNT];
    for (size_t i = 0; i < METRIC_COUNT; i++)
        made_metric_set(&parts[i], METRICS[i].name, 1, &METRICS[i].summary, &metrics[i]);
    return (struct run_row){.id = 1,
        .name = "exp/a",
        .root = "/data",
        .directory = "/data/exp/a",
        .format = "plain",
        .status = RUN_FINISHED,
        .started_s = 1714557600, /* 2024-05-01T10:00:00Z */
        .ended_s = 1714557723.5,
        .params = PARAMS,
        .param_count = sizeof PARAMS / sizeof *PARAMS,
        .metrics = metrics,
        .metric_count = METRIC_COUNT,
        .notes = NOTES,
        .note_count = 1};
}

/* The run as it is written, read by another JSON library. */
static cJSON *write_and_read(const struct run_row *run)
{
    struct buf out;
    struct json_writer writer;
    buf_init(&out, 1 << 20);
    json_writer_init(&writer, &out, false);
    runs_json_run(&writer, run);
    assert_false(out.failed);
    cJSON *json = cJSON_Parse(out.data);
    if (!json)
        print_error("%s\n", out.data);
    buf_done(&out);
    assert_non_null(json);
    return json;
}

/* OBJECT has exactly the keys in NAMES, in that order. */
static void assert_keys(const cJSON *object, const char *const *names)
{
    assert_true(cJSON_IsObject(object));
    const cJSON *item = object->child;
    for (; *names; names++, item = item->next) {
        assert_non_null(item);
        assert_string_equal(item->string, *names);
    }
    assert_null(item);
}

static const cJSON *get(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    assert_non_null(item);
    return item;
}

static void assert_text(const cJSON *object, const char *key, const char *want)
{
    assert_true(cJSON_IsString(get(object, key)));
    assert_string_equal(get(object, key)->valuestring, want);
}

static void assert_number(const cJSON *object, const char *key, double want)
{
    assert_true(cJSON_IsNumber(get(object, key)));
    assert_true(get(object, key)->valuedouble == want);
}

static void test_keys_and_types_of_a_run(void **state)
{
    (void)state;
    static const char *const KEYS[] = {"run", "root", "name", "id", "format", "status", "nan_step",
        "started", "duration_s", "tags", "note", "notes", "absorbed", "dataset", "params", "metrics",
        NULL};
    struct run_row row = make_row();
    cJSON *run = write_and_read(&row);
    assert_keys(run, KEYS);
    assert_text(run, "run", "exp/a");
    assert_text(run, "root", "/data");
    assert_text(run, "name", "a");
    assert_text(run, "format", "plain");
    assert_text(run, "status", "finished");
    assert_text(run, "started", "2024-05-01T10:00:00Z");
    assert_number(run, "duration_s", 123.5);
    assert_int_equal(cJSON_GetArraySize(get(run, "notes")), 1);
    assert_non_null(strstr(get(run, "notes")->child->valuestring, "results.csv line 122"));
    cJSON_Delete(run);
}

static void test_what_a_run_was_evaluated_on(void **state)
{
    (void)state;
    static const char *const KEYS[] = {"name", "digest", "images", "images_with_detections", NULL};
    struct dataset_version version = {.name = "val.json",
        .content = {0x0f2a9c1e11111111, 2},
        .image_count = 5000,
        .images_with_detections = 500};
    struct run_row row = make_row();
    cJSON *run = write_and_read(&row);
    assert_true(cJSON_IsNull(get(run, "dataset")));
    cJSON_Delete(run);
    row.dataset = &version;
    run = write_and_read(&row);
    const cJSON *dataset = get(run, "dataset");
    assert_keys(dataset, KEYS);
    assert_text(dataset, "name", "val.json");
    assert_text(dataset, "digest", "0f2a9c1e");
    assert_number(dataset, "images", 5000);
    assert_number(dataset, "images_with_detections", 500);
    cJSON_Delete(run);
}

static void test_parameters(void **state)
{
    (void)state;
    static const char *const NAMES[] = {
        "augment", "frozen", "model \x1b\"name\"", "nothing", "optimizer.lr", NULL};
    struct run_row row = make_row();
    cJSON *run = write_and_read(&row);
    const cJSON *params = get(run, "params");
    assert_keys(params, NAMES);
    assert_true(cJSON_IsTrue(get(params, "augment")));
    assert_true(cJSON_IsFalse(get(params, "frozen")));
    assert_text(params, "model \x1b\"name\"", "fcos\n\xe2\x80\xae");
    assert_true(cJSON_IsNull(get(params, "nothing")));
    assert_number(params, "optimizer.lr", 0.005);
    cJSON_Delete(run);
}

static void test_metrics(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"diverged", "val/mAP", NULL};
    static const char *const KEYS[] = {"role", "count", "first_step", "first", "last_step", "last",
        "min", "min_step", "max", "max_step", "nonfinite", "segments", NULL};
    struct run_row row = make_row();
    cJSON *run = write_and_read(&row);
    const cJSON *metrics = get(run, "metrics"), *ap = get(metrics, "val/mAP");
    assert_keys(metrics, NAMES);
    assert_keys(ap, KEYS);
    assert_text(ap, "role", "AP");
    assert_number(ap, "count", 10);
    assert_number(ap, "first_step", 0);
    assert_number(ap, "first", 0.1);
    assert_number(ap, "last_step", 9);
    assert_number(ap, "last", 0.5);
    assert_number(ap, "min", 0.1);
    assert_number(ap, "min_step", 0);
    assert_number(ap, "max", 0.625);
    assert_number(ap, "max_step", 8);
    assert_number(ap, "nonfinite", 0);
    cJSON_Delete(run);
}

/* Not a number and infinities are words; what no finite point gives is null, never 0. */
static void test_a_metric_without_a_finite_point(void **state)
{
    (void)state;
    static const char *const NULLS[] = {"role", "min", "min_step", "max", "max_step"};
    struct run_row row = make_row();
    cJSON *run = write_and_read(&row);
    const cJSON *metric = get(get(run, "metrics"), "diverged");
    assert_text(metric, "first", "NaN");
    assert_text(metric, "last", "-Infinity");
    assert_number(metric, "nonfinite", 2);
    for (size_t i = 0; i < sizeof NULLS / sizeof *NULLS; i++)
        assert_true(cJSON_IsNull(get(metric, NULLS[i])));
    cJSON_Delete(run);
}

static void test_what_is_not_known_is_null(void **state)
{
    (void)state;
    struct run_row row = {.name = "bare", .root = "/", .directory = "/bare", .format = "plain"};
    row.started_s = row.ended_s = NAN;
    cJSON *run = write_and_read(&row);
    assert_text(run, "status", "unknown");
    assert_true(cJSON_IsNull(get(run, "started")));
    assert_true(cJSON_IsNull(get(run, "duration_s")));
    assert_true(cJSON_IsArray(get(run, "tags")) && !get(run, "tags")->child);
    assert_true(cJSON_IsNull(get(run, "note")));
    assert_true(cJSON_IsArray(get(run, "notes")) && !get(run, "notes")->child);
    assert_true(cJSON_IsObject(get(run, "params")) && !get(run, "params")->child);
    assert_true(cJSON_IsObject(get(run, "metrics")) && !get(run, "metrics")->child);
    cJSON_Delete(run);
}

static void test_the_five_statuses(void **state)
{
    (void)state;
    static const char *const WORDS[] = {[RUN_UNKNOWN] = "unknown",
        [RUN_RUNNING] = "running",
        [RUN_FINISHED] = "finished",
        [RUN_FAILED] = "failed",
        [RUN_STALLED] = "stalled"};
    for (int status = RUN_UNKNOWN; status <= RUN_STALLED; status++) {
        struct run_row row = make_row();
        row.status = (enum run_status)status;
        cJSON *run = write_and_read(&row);
        assert_text(run, "status", WORDS[status]);
        cJSON_Delete(run);
    }
}

static void test_names_of_any_bytes(void **state)
{
    (void)state;
    struct run_row row = make_row();
    row.name = "bad-\xff\xfe/esc\x1b[31m\nline\"quote\\";
    cJSON *run = write_and_read(&row);
    const char *name = get(run, "name")->valuestring;
    assert_non_null(strstr(name, "esc\x1b[31m\nline\"quote\\"));
    cJSON_Delete(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_and_types_of_a_run),
        cmocka_unit_test(test_what_a_run_was_evaluated_on),
        cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_a_metric_without_a_finite_point),
        cmocka_unit_test(test_what_is_not_known_is_null),
        cmocka_unit_test(test_the_five_statuses),
        cmocka_unit_test(test_names_of_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
