/*
 * `boxtop diff`: the tree, names and paths, intervals, and which parameter made the difference.
 */
#include "made.h"
#include "program.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASSERT_NEAR(a, b, most) assert_true(fabs((a) - (b)) <= (most))

static double number_in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsNumber(item))
        fail_msg("no number %s", key);
    return item->valuedouble;
}

static const cJSON *in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!item)
        fail_msg("no %s", key);
    return item;
}

static const char *text_in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static void write_config(const char *top, const char *name, const char *json)
{
    char file[64];
    made_plain(top, name, "0.1", 3, 0.5);
    snprintf(file, sizeof file, "%s/config.json", name);
    temp_text(top, file, json);
}

static void test_diff_as_a_tree(void **state)
{
    (void)state;
    const char *top = temp_dir();
    char a[512], b[512];
    write_config(top, "a", "{\"model\": {\"width\": 8, \"depth\": [1, 2]}, \"lr\": 0.1, \"out_dir\": "
                           "\"/x/a\", \"o\": {\"a\": 1, \"b\": 2, \"c\": 3, \"d\": 4, \"e\": 5, "
                           "\"f\": 6, \"g\": 7}}");
    write_config(top, "b", "{\"model\": {\"width\": 9, \"depth\": [1, 3]}, \"lr\": \"0.1\", "
                           "\"out_dir\": \"/x/b\"}");
    snprintf(a, sizeof a, "%s/a", top);
    snprintf(b, sizeof b, "%s/b", top);
    const char *table = EXPECT(0, "diff", a, b)->out;
    assert_non_null(strstr(table, "\nmodel "));
    assert_non_null(strstr(table, "\n  depth "));
    assert_non_null(strstr(table, "\n    [1] "));
    assert_non_null(strstr(table, "\n  width "));
    assert_non_null(strstr(table, "\"0.1\""));
    assert_non_null(strstr(table, "only in a (7: --all lists them)"));
    assert_null(strstr(table, "out_dir"));
    assert_non_null(strstr(table, "1 more differs as names and paths do: --noise shows them"));
    assert_non_null(strstr(EXPECT(0, "diff", a, b, "--noise")->out, "\n  out_dir "));
    assert_non_null(strstr(EXPECT(0, "diff", a, b, "--all")->out, "\n    g "));
    assert_null(strstr(EXPECT(0, "diff", a, b, "--format", "csv")->out, "out_dir"));
    const cJSON *row, *params = in(BOXTOP_JSON("diff", a, b), "params");
    int noise = 0, types = 0;
    cJSON_ArrayForEach(row, params)
    {
        bool is_dir = strcmp(text_in(row, "name"), "out_dir") == 0;
        assert_int_equal(cJSON_IsTrue(in(row, "noise")), is_dir);
        noise += cJSON_IsTrue(in(row, "noise"));
        types += cJSON_IsTrue(in(row, "types_differ"));
    }
    assert_int_equal(noise, 1);
    assert_int_equal(types, 1);
}

static void test_diff_with_intervals(void **state)
{
    (void)state;
    const char *top = temp_dir();
    char a[512], b[512], c[512], d[512];
    made_set(top);
    made_detector(top, "a", "0.1");
    made_detector(top, "b", "0.2");
    made_plain(top, "c", "0.1", 3, 0.5);
    made_plain(top, "d", "0.2", 3, 0.5);
    snprintf(c, sizeof c, "%s/c", top);
    snprintf(d, sizeof d, "%s/d", top);
    snprintf(a, sizeof a, "%s/a", top);
    snprintf(b, sizeof b, "%s/b", top);
    const char *table = EXPECT(0, "diff", a, b, "--intervals")->out;
    assert_non_null(strstr(table, "95 % intervals of 1000 resamples"));
    assert_non_null(strstr(table, "(+0 [+0, +0] \xe2\x89\x88)")); /* the same predictions */
    const cJSON *metric;
    int intervals = 0;
    cJSON_ArrayForEach(metric, in(BOXTOP_JSON("diff", a, b, "--intervals"), "metrics"))
    {
        const cJSON *one = cJSON_GetArrayItem(in(metric, "intervals"), 1);
        assert_true(cJSON_IsNull(cJSON_GetArrayItem(in(metric, "intervals"), 0)));
        intervals += cJSON_IsObject(one) && cJSON_IsTrue(in(one, "within_noise"));
    }
    assert_true(intervals > 0);
    assert_non_null(strstr(EXPECT(0, "diff", c, d, "--intervals")->out,
        "no intervals: the first run and another one must have predictions"));
}

static void test_importance(void **state)
{
    (void)state;
    const char *top = temp_dir();
    for (int i = 0; i < 6; i++) {
        char name[16], rate[16];
        snprintf(name, sizeof name, "run%d", i);
        snprintf(rate, sizeof rate, "0.%d", i + 1);
        made_plain(top, name, rate, 3, 0.5 + i);
    }
    const cJSON *ranking = BOXTOP_JSON("diff", "--importance", "loss", top);
    const cJSON *rate = cJSON_GetArrayItem(in(ranking, "params"), 0);
    assert_string_equal(text_in(rate, "name"), "lr");
    ASSERT_NEAR(number_in(rate, "rho"), 1, 1e-12);
    assert_int_equal((int)number_in(rate, "n"), 6);
    assert_true(number_in(rate, "p") < 0.02);
    assert_true(cJSON_IsNull(in(rate, "trouble")));
    const char *table =
        EXPECT(0, "diff", "--importance", "loss", top, "--filter", "lr<0.35")->out;
    assert_non_null(strstr(table, "too few runs"));
    assert_non_null(strstr(table, "3 of 3 runs have loss"));
    EXPECT(2, "diff", "--importance", "nonsense", top);
    EXPECT(2, "diff", "--filter", "lr<1", top, top);
    EXPECT(2, "diff", "--importance", "loss", top, "--filter", "lr<");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diff_as_a_tree),
        cmocka_unit_test(test_diff_with_intervals),
        cmocka_unit_test(test_importance),
    };
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
