/*
 * `boxtop data` and `boxtop sql`, by what is known of the runs.
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

static const char *root;

static const char *at(const char *name)
{
    return temp_path(root, name);
}

static int make_runs(void **state)
{
    (void)state;
    root = temp_dir();
    made_set(root);
    made_detector(root, "alpha", "0.1");
    made_plain(root, "beta", "0.02", 5, 0.5);
    temp_text(root, "alpha/rows.csv", "name,x,ok,gap\nb,2,true,\na,10,false,\n\"c,d\",nan,true,\n");
    temp_text(root, "alpha/torn.jsonl", "{\"a\": 1}\nno\n{\"a\": 2}\n{\"a");
    return 0;
}

static double number_of(const cJSON *row, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(row, key);
    if (!cJSON_IsNumber(item))
        fail_msg("no number %s", key);
    return item->valuedouble;
}

static const char *text_of(const cJSON *row, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(row, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

/* ---- data ---- */

static void test_a_file(void **state)
{
    (void)state;
    assert_string_equal(EXPECT(0, "data", at("alpha/rows.csv"))->out,
        "name    x  ok     gap\nb       2  true   \xe2\x80\x93\na      10  false  \xe2\x80\x93\n"
        "c,d   NaN  true   \xe2\x80\x93\n");
    assert_string_equal(
        EXPECT(0, "data", at("alpha/rows.csv"), "--format", "csv", "--sort", "ok,x:desc")->out,
        "name,x,ok,gap\na,10,false,\nb,2,true,\n\"c,d\",NaN,true,\n");
    assert_string_equal(EXPECT(0, "data", at("alpha/rows.csv"), "--filter", "x>=2", "--columns",
                            "x,name", "--head", "1", "--format", "tsv")->out,
        "x\tname\n2\tb\n");
    const cJSON *rows = BOXTOP_JSON("data", at("alpha/rows.csv"));
    assert_int_equal(cJSON_GetArraySize(rows), 3);
    assert_true(number_of(cJSON_GetArrayItem(rows, 1), "x") == 10);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(cJSON_GetArrayItem(rows, 0), "ok")));
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(cJSON_GetArrayItem(rows, 0), "gap")));
    assert_string_equal(text_of(cJSON_GetArrayItem(rows, 2), "x"), "NaN");
}

static void test_damage_is_said(void **state)
{
    (void)state;
    temp_text(root, "ragged.csv", "a,b\n1\n2,3\n");
    const struct outcome *outcome = EXPECT(0, "data", at("ragged.csv"));
    assert_non_null(strstr(outcome->err, "1 rows have fewer cells"));
    assert_non_null(strstr(outcome->out, "1  \xe2\x80\x93"));
    outcome = EXPECT(0, "data", at("beta/metrics.csv"));
    assert_int_equal(outcome->err_length, 0);
}

static void test_tables_of_a_run(void **state)
{
    (void)state;
    const cJSON *list = BOXTOP_JSON("data", at("alpha")), *row;
    int evaluated = 0, files = 0;
    cJSON_ArrayForEach(row, list)
    {
        evaluated += strcmp(text_of(row, "table"), "detections") == 0;
        files += strcmp(text_of(row, "table"), "metrics.csv") == 0;
    }
    assert_int_equal(evaluated, 1);
    assert_int_equal(files, 1);
    /* Each image is what is known of it, and what `eval` says. */
    const cJSON *images = BOXTOP_JSON("data", at("alpha/images"), "--conf", "0.5");
    assert_int_equal(cJSON_GetArraySize(images), MADE_IMAGES);
    for (int i = 0; i < MADE_IMAGES; i++) {
        struct made_counts known = made_counts(i, 0.5, 0.5, false, 0);
        const cJSON *image = cJSON_GetArrayItem(images, i);
        assert_true(number_of(image, "TP") == known.tp && number_of(image, "FP") == known.fp &&
                    number_of(image, "FN") == known.fn);
    }
    const cJSON *eval = cJSON_GetObjectItem(
        BOXTOP_JSON("eval", at("alpha"), "--per-image", "--conf", "0.5"), "images");
    for (int i = 0; i < MADE_IMAGES; i++)
        assert_true(number_of(cJSON_GetArrayItem(images, i), "AP50") ==
                    number_of(cJSON_GetArrayItem(eval, i), "AP50"));
    assert_int_equal(cJSON_GetArraySize(BOXTOP_JSON("data", at("alpha/classes"))), 3);
    struct made_counts whole = made_counts(-1, 0.5, 0.5, false, 0);
    assert_int_equal(cJSON_GetArraySize(BOXTOP_JSON(
                         "data", at("alpha/detections"), "--filter", "verdict=TP score>=0.5")),
        whole.tp);
    assert_int_equal(cJSON_GetArraySize(BOXTOP_JSON(
                         "data", at("alpha/detections"), "--filter", "verdict=FP score>=0.5")),
        whole.fp);
    assert_true(cJSON_GetArraySize(BOXTOP_JSON("data", at("alpha/errors"))) > 0);
    /* As `ls` calls it, from its root. */
    const char *const words[] = {"data", "alpha/rows.csv", "--head", "0", NULL};
    const char *const named[] = {"data", "alpha/images", "--head", "0", NULL};
    assert_int_equal(
        program_run(&(struct program){.words = words, .directory = root})->code, 0);
    assert_int_equal(
        program_run(&(struct program){.words = named, .directory = root})->code, 0);
}

static void test_wrong_words(void **state)
{
    (void)state;
    EXPECT(2, "data");
    EXPECT(2, "data", at("alpha/rows.csv"), at("alpha/rows.csv"));
    EXPECT(2, "data", at("alpha/rows.csv"), "--sort", "nope");
    EXPECT(2, "data", at("alpha/rows.csv"), "--filter", "nope=1");
    EXPECT(2, "data", at("alpha/rows.csv"), "--filter", "x<y");
    EXPECT(2, "data", at("alpha/rows.csv"), "--columns", "nope");
    EXPECT(2, "data", at("alpha/rows.csv"), "--head", "-1");
    EXPECT(2, "data", at("alpha/images"), "--iou", "2");
    EXPECT(3, "data", at("alpha/nothing.csv"));
    EXPECT(3, "data", at("beta/images")); /* no predictions */
    EXPECT(3, "data", at("set/images/none.png"));
    /* Only what stands above it is looked at, not all that is beside that. */
    assert_non_null(strstr(EXPECT(3, "data", at("set/images/nothing"))->err,
        "set/images: no run found there"));
    assert_int_not_equal(BOXTOP("data", at("nowhere"))->code, 0);
    assert_int_not_equal(BOXTOP("data", at("alpha/../../../etc/passwd"))->code, 0);
    assert_non_null(strstr(EXPECT(0, "data", "--help")->out, "boxtop data runs/a/images"));
}

/* ---- sql ---- */

static void test_sql(void **state)
{
    (void)state;
    const cJSON *rows = BOXTOP_JSON("sql",
        "SELECT r.name, p.number AS lr, m.last, m.count FROM runs r "
        "JOIN params p ON p.run = r.id AND p.name = 'optimizer.lr' "
        "JOIN metrics m ON m.run = r.id AND m.name = 'loss' ORDER BY r.name", root);
    assert_int_equal(cJSON_GetArraySize(rows), 2);
    const cJSON *beta = cJSON_GetArrayItem(rows, 1);
    assert_string_equal(text_of(beta, "name"), "beta");
    assert_true(number_of(beta, "lr") == 0.02 && number_of(beta, "last") == 0.5 &&
                number_of(beta, "count") == 5);
    rows = BOXTOP_JSON("sql",
        "SELECT p.step, p.value FROM runs r, points(r.id, 'loss') p WHERE r.name = 'beta'", root);
    assert_int_equal(cJSON_GetArraySize(rows), 5);
    assert_true(fabs(number_of(cJSON_GetArrayItem(rows, 0), "value") - 1.3) < 1e-12);
    assert_true(number_of(cJSON_GetArrayItem(rows, 4), "step") == 4);
    /* All points that the metrics count. */
    rows = BOXTOP_JSON("sql", "SELECT (SELECT sum(count) FROM metrics) AS a, count(*) AS b FROM points", root);
    assert_true(number_of(cJSON_GetArrayItem(rows, 0), "a") ==
                number_of(cJSON_GetArrayItem(rows, 0), "b"));
    assert_string_equal(EXPECT(0, "sql", "SELECT 1 AS a, NULL AS b, 'x|y' AS c", root, "--format",
                            "markdown")->out,
        "| a | b | c |\n| ---: | --- | --- |\n| 1 | \xe2\x80\x93 | x\\|y |\n");
    assert_string_equal(
        EXPECT(0, "sql", "SELECT name FROM runs ORDER BY 1", root, "--format", "csv")->out,
        "name\nalpha\nbeta\n");
    assert_int_equal(cJSON_GetArraySize(BOXTOP_JSON("sql",
                         "SELECT * FROM artifacts WHERE kind = 'predictions'", root)), 2);
}

static void test_hostile_sql(void **state)
{
    (void)state;
    static const char *const REFUSED[] = {"DROP TABLE runs", "DELETE FROM runs",
        "ATTACH '/tmp/boxtop-attached.db' AS x", "SELECT load_extension('x')",
        "PRAGMA journal_mode=DELETE", "SELECT 1; DROP TABLE runs", "SELECT nothing FROM runs", "", "\x1b[31m",
        "SELECT * FROM sqlite_master; VACUUM"};
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++)
        EXPECT(2, "sql", REFUSED[i], root);
    assert_non_null(strstr(BOXTOP("sql", "SELECT nothing FROM runs", root)->err, "at byte 7"));
    EXPECT(0, "sql", "SELECT char(27) || '[31m' || char(0) || 'x'", root);
    EXPECT(2, "sql");
    assert_int_equal(
        cJSON_GetArraySize(BOXTOP_JSON("sql", "SELECT * FROM runs", root)), 2);
    const char *help = EXPECT(0, "sql", "--help")->out;
    assert_non_null(strstr(help, "points(run, metric): step, wall, value"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file),
        cmocka_unit_test(test_damage_is_said),
        cmocka_unit_test(test_tables_of_a_run),
        cmocka_unit_test(test_wrong_words),
        cmocka_unit_test(test_sql),
        cmocka_unit_test(test_hostile_sql),
    };
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, make_runs, NULL);
}
