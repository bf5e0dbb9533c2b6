#include "expected.h"

#include "base/file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

cJSON *expected_load(const char *folder, const char *run)
{
    struct arena arena = {0};
    struct buf text;
    struct err err = {0};
    struct file_stat stat;
    const char *path = path_join(&arena, path_join(&arena, folder, run), "expected.json");
    if (!file_stat(path, &stat)) {
        arena_done(&arena);
        return NULL;
    }
    buf_init(&text, 64 << 20);
    if (!file_read(path, &text, &err))
        fail_msg("%s: %s", path, err.text);
    cJSON *json = cJSON_ParseWithLength(text.data, text.length);
    assert_non_null(json);
    buf_done(&text);
    arena_done(&arena);
    return json;
}

/* As numbers are written there: "NaN" and "Infinity" are texts. */
static bool number_of(const cJSON *item, double *value)
{
    char *end;
    if (cJSON_IsNumber(item)) {
        *value = item->valuedouble;
        return true;
    }
    if (!cJSON_IsString(item))
        return false;
    *value = strtod(item->valuestring, &end);
    return *end == '\0';
}

static bool is_near(double value, double wanted)
{
    return value == wanted || (isnan(value) && isnan(wanted)) ||
           fabs(wanted - value) <= 1e-6 * fabs(wanted);
}

static void check_number(const char *metric, const cJSON *facts, const char *key, double value)
{
    double wanted;
    if (number_of(cJSON_GetObjectItemCaseSensitive(facts, key), &wanted) && !is_near(value, wanted))
        fail_msg("%s: %s is %.17g, not %.17g", metric, key, value, wanted);
}

static int64_t duplicate_steps(const struct record_metric *metric)
{
    int64_t duplicates = 0;
    for (size_t i = 0; i < metric->count; i++)
        for (size_t k = 0; k < i; k++)
            if (metric->points[k].step == metric->points[i].step) {
                duplicates++;
                break;
            }
    return duplicates;
}

static void check_metric(const struct record *record, const cJSON *facts)
{
    const struct record_metric *metric = record_metric(record, facts->string);
    if (!metric)
        fail_msg("%s is missing", facts->string);
    struct metric_summary summary = {0};
    metric_summary_add(&summary, metric->points, metric->count);
    const char *name = facts->string;
    check_number(name, facts, "count", (double)summary.count);
    check_number(name, facts, "first_step", (double)summary.first_step);
    check_number(name, facts, "last_step", (double)summary.last_step);
    check_number(name, facts, "first", summary.first);
    check_number(name, facts, "last", summary.last);
    check_number(name, facts, "min", summary.min);
    check_number(name, facts, "max", summary.max);
    check_number(name, facts, "non_finite", (double)summary.nonfinite);
    check_number(name, facts, "steps_go_back", (double)(summary.segments - 1));
    check_number(name, facts, "duplicate_steps", (double)duplicate_steps(metric));
    check_number(name, facts, "first_wall", summary.first_wall_s);
    check_number(name, facts, "last_wall", summary.last_wall_s);
}

int expected_metrics(const struct record *record, const cJSON *metrics)
{
    int compared = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, metrics)
    {
        check_metric(record, item);
        compared++;
    }
    return compared;
}

/* A list's text is JSON without blanks. */
static void check_param(const char *text, const cJSON *item)
{
    if (cJSON_IsString(item))
        assert_string_equal(text, item->valuestring);
    if (cJSON_IsBool(item))
        assert_string_equal(text, cJSON_IsTrue(item) ? "true" : "false");
    if (cJSON_IsNumber(item))
        assert_true(strtod(text, NULL) == item->valuedouble);
    if (cJSON_IsArray(item)) {
        char *list = cJSON_PrintUnformatted(item);
        assert_string_equal(text, list);
        cJSON_free(list);
    }
}

int expected_params(const struct record *record, const cJSON *params)
{
    int compared = 0;
    const cJSON *item, *count = cJSON_GetObjectItemCaseSensitive(params, "count");
    if (cJSON_IsNumber(count))
        assert_int_equal(record->param_count, (int)count->valuedouble);
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(params, "values"))
    {
        const char *text = record_param(record, item->string);
        if (!text)
            fail_msg("%s is missing", item->string);
        check_param(text, item);
        compared++;
    }
    return compared;
}
