/*
 * Real W&B runs, compared with what an independent reader found in them; skipped where the folder
 * of reference files is absent.
 */
#include "expected.h"
#include "reading.h"

#include "base/file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char FOLDER[] = SHARED "/real-runs/wandb-fasterrcnn";

/* The machine's metrics under the names that the record has. */
static void add_prefix(cJSON *stats)
{
    for (cJSON *item = stats ? stats->child : NULL; item; item = item->next) {
        char name[256];
        snprintf(name, sizeof name, "system/%s", item->string);
        cJSON_free(item->string);
        item->string = strdup(name);
    }
}

static void check_log(const cJSON *facts)
{
    struct arena arena = {0};
    struct record record;
    const char *path =
        path_join(&arena, FOLDER, cJSON_GetObjectItemCaseSensitive(facts, "file")->valuestring);
    reading_whole(reader_find("wandb"), path_parent(&arena, path), path_base(path), &record);
    cJSON *metrics = cJSON_GetObjectItemCaseSensitive(facts, "metrics");
    cJSON *machine = cJSON_GetObjectItemCaseSensitive(facts, "system_metrics");
    cJSON *stats = cJSON_GetObjectItemCaseSensitive(machine, "stats");
    const cJSON *count = cJSON_GetObjectItemCaseSensitive(machine, "count");
    const cJSON *samples = cJSON_GetObjectItemCaseSensitive(machine, "samples");
    const cJSON *run = cJSON_GetObjectItemCaseSensitive(facts, "run");
    const cJSON *started = cJSON_GetObjectItemCaseSensitive(run, "start_time");
    const cJSON *code = cJSON_GetObjectItemCaseSensitive(facts, "exit_code");
    add_prefix(stats);
    int compared = expected_metrics(&record, metrics);
    assert_int_equal(compared + (int)count->valuedouble, record.metric_count);
    compared += expected_metrics(&record, stats);
    size_t points = (size_t)samples->valuedouble;
    const cJSON *metric;
    cJSON_ArrayForEach(metric, metrics) points +=
        (size_t)cJSON_GetObjectItemCaseSensitive(metric, "count")->valuedouble;
    assert_int_equal(record_points(&record), points);
    expected_params(&record, cJSON_GetObjectItemCaseSensitive(facts, "config"));
    assert_int_equal(record.note_count, 0);
    if (cJSON_IsNumber(started))
        assert_true(fabs(record.started_s - started->valuedouble) < 1e-3);
    assert_int_equal(record.status, cJSON_IsNumber(code) ? RUN_FAILED : RUN_UNKNOWN);
    record_done(&record);
    arena_done(&arena);
}

static void facts_are_those_of_an_independent_reader(void **state)
{
    (void)state;
    cJSON *expected = expected_load(FOLDER, "");
    if (!expected)
        skip();
    const cJSON *facts;
    int logs = 0;
    cJSON_ArrayForEach(facts, cJSON_GetObjectItemCaseSensitive(expected, "facts"))
    {
        check_log(facts);
        logs++;
    }
    assert_int_equal(logs, 5);
    cJSON_Delete(expected);
}

static void run_directories_are_recognised(void **state)
{
    static const struct {
        const char *run, *claims;
    } CASES[] = {
        {"run-20251114_164253-smj7jmcd", "wandb: run-smj7jmcd.wandb\n"},
        {"run-20251114_164035-4doac29i", "wandb: run-4doac29i.wandb files/wandb-metadata.json\n"},
    };
    (void)state;
    struct arena arena = {0};
    struct file_stat stat;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct buf claims;
        const char *path = arena_printf(&arena, "%s/wandb/%s", FOLDER, CASES[i].run);
        if (!file_stat(path, &stat)) {
            arena_done(&arena);
            skip();
        }
        buf_init(&claims, 1 << 16);
        reading_claims(path, &claims);
        assert_string_equal(claims.data, CASES[i].claims);
        buf_done(&claims);
    }
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_are_those_of_an_independent_reader),
        cmocka_unit_test(run_directories_are_recognised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
