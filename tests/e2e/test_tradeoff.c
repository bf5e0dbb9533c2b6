/*
 * `boxtop tradeoff` on runs whose front is known.
 */
#include "program.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static const char *text_in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static const cJSON *in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!item)
        fail_msg("no %s", key);
    return item;
}

static void test_tradeoff(void **state)
{
    (void)state;
    static const char *const RUNS[][3] = {{"best", "0.5", "40"}, {"esc\x1b[31m", "0.2", "10"},
        {"middle", "0.4", "20"}, {"twin", "0.4", "20"}, {"untimed", "0.9", ""},
        {"worse", "0.3", "25"}};
    const char *folder = temp_dir();
    for (size_t i = 0; i < sizeof RUNS / sizeof *RUNS; i++) {
        char name[64], csv[128];
        snprintf(name, sizeof name, "%s/metrics.csv", RUNS[i][0]);
        snprintf(csv, sizeof csv, "step,loss,val/AP,ms_per_image\n0,1,%s,%s\n", RUNS[i][1],
            RUNS[i][2]);
        temp_text(folder, name, csv);
    }
    const cJSON *found = BOXTOP_JSON("tradeoff", folder), *run;
    static const char *const FRONT[] = {"middle", "twin", "best"};
    assert_int_equal(cJSON_GetArraySize(in(found, "front")), 4);
    for (int i = 0; i < 3; i++)
        assert_string_equal(
            cJSON_GetArrayItem(in(found, "front"), i + 1)->valuestring, FRONT[i]);
    assert_string_equal(text_in(in(found, "x"), "column"), "ms/img");
    assert_string_equal(text_in(in(found, "y"), "better"), "higher");
    assert_int_equal(in(in(found, "x"), "runs_without")->valueint, 1);
    assert_string_equal(cJSON_GetArrayItem(in(found, "without"), 0)->valuestring, "untimed");
    cJSON_ArrayForEach(run, in(found, "runs"))
    {
        bool worse = strcmp(text_in(run, "run"), "worse") == 0;
        assert_string_equal(text_in(run, "standing"), worse ? "dominated" : "front");
        assert_string_equal(text_in(run, "dominated_by"), worse ? "middle" : "");
    }
    assert_string_equal(EXPECT(0, "tradeoff", folder, "-x", "ms/img", "-y", "AP", "--filter",
                            "AP>=0.3 ms/img<=30", "--format", "csv")
                            ->out,
        "run,AP,ms/img,standing,dominated by\nmiddle,0.4,20,front,\ntwin,0.4,20,front,\n"
        "worse,0.3,25,dominated,middle\n");
    assert_string_equal(
        EXPECT(0, "tradeoff", folder, "-x", "ms/img:higher", "--filter", "AP>=0.4", "-f", "markdown")
            ->out,
        "| run | AP | ms/img | standing | dominated by |\n| --- | ---: | ---: | --- | --- |\n"
        "| best | 0.5000 | 40 | front | \xe2\x80\x93 |\n"
        "| middle | 0.4000 | 20 | dominated | best |\n"
        "| twin | 0.4000 | 20 | dominated | best |\n");
    const char *table = EXPECT(0, "tradeoff", folder)->out;
    assert_non_null(strstr(table, "1 run without ms/img\n"));
    assert_null(strchr(table, 0x1b));
    EXPECT(2, "tradeoff", folder, "-x", "bogus");
    EXPECT(2, "tradeoff", folder, "--filter", "AP<");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tradeoff)};
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
