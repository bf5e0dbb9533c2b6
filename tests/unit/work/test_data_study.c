/*
 * The tables of a run: the list, those of an evaluation by numbers known by hand, what is refused.
 */
#include "scene.h"

#include "work/data_answer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct study *load(struct scene *scene)
{
    static struct eval_settings settings;
    settings = eval_settings_default();
    struct truth truth = {.ground_truth = {scene_path(scene, "truth.json")}, .count = 1, .said = true};
    struct study_request request = {.predictions = scene_path(scene, "run/predictions.json"),
        .truth = &truth,
        .settings = &settings};
    struct err err = {0};
    struct study *study = study_load(&request, NULL, &err);
    if (!study)
        fail_msg("%s", err.text);
    return study;
}

static void begin(struct scene *scene)
{
    scene_init(scene);
    scene_write(scene, "truth.json", SCENE_TRUTH);
    scene_write(scene, "run/predictions.json", SCENE_HALF);
    scene_write(scene, "run/metrics.csv", "step,loss\n0,2\n1,1\n");
    scene_write(scene, "run/sub/rows.jsonl", "{\"image\": \"b\"}\n{\"image\": \"c\"}\n");
    scene_write(scene, "run/notes.txt", "no table\n");
    scene_write(scene, "run/.hidden/x.csv", "a,b\n1,2\n");
    scene_write(scene, "outside.csv", "a,b\n1,2\n");
}

static double number(const struct data_table *table, size_t row, const char *column)
{
    int at = data_table_find(table, column);
    assert_true(at >= 0);
    struct data_value value = data_table_get(table, row, (size_t)at);
    return value.type == DATA_NUMBER ? value.number : NAN;
}

static const char *text(const struct data_table *table, size_t row, const char *column)
{
    int at = data_table_find(table, column);
    assert_true(at >= 0);
    const char *value = data_table_get(table, row, (size_t)at).text;
    return value ? value : "";
}

static void test_tables_of_an_evaluation(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    struct study *study = load(&scene);
    struct data_study_at at = {0.5, 0.5};
    /* A cat and a dog found on the first image; the second's cat is missing. */
    struct data_table *table = data_study_make(study, "images", &at, NULL);
    assert_int_equal(table->row_count, 2);
    assert_string_equal(text(table, 0, "image"), "a.png");
    assert_true(number(table, 0, "TP") == 2 && number(table, 0, "FN") == 0);
    assert_true(fabs(number(table, 0, "AP") - 1) < 1e-12 && number(table, 0, "F1") == 1);
    assert_true(number(table, 1, "TP") == 0 && number(table, 1, "FN") == 1);
    assert_true(isnan(number(table, 1, "precision"))); /* undefined is absent */
    assert_true(isnan(number(table, 1, "gap")));
    assert_float_equal(number(table, 0, "gap"),
        fabs(number(table, 0, "precision") - number(table, 0, "recall")), 1e-12);
    data_table_release(table);
    at.confidence = 0.85; /* the dog has .8 */
    table = data_study_make(study, "classes", &at, NULL);
    assert_int_equal(table->row_count, 2);
    assert_string_equal(text(table, 0, "class"), "cat");
    assert_true(number(table, 0, "gt") == 2 && number(table, 0, "dt") == 1);
    assert_true(fabs(number(table, 0, "AP") - 51.0 / 101) < 1e-12);
    assert_true(number(table, 0, "TP") == 1 && number(table, 1, "TP") == 0);
    data_table_release(table);
    table = data_study_make(study, "detections", &at, NULL);
    assert_int_equal(table->row_count, 2);
    assert_string_equal(text(table, 1, "class"), "dog");
    assert_string_equal(text(table, 1, "verdict"), "TP");
    assert_true(number(table, 1, "score") == 0.8 && number(table, 1, "IoU") == 1);
    data_table_release(table);
    table = data_study_make(study, "errors", &at, NULL);
    assert_int_equal(table->row_count, 1);
    assert_string_equal(text(table, 0, "error"), "Miss");
    assert_string_equal(text(table, 0, "image"), "b.png");
    assert_string_equal(text(table, 0, "truth"), "cat");
    data_table_release(table);
    struct err err = {0};
    assert_null(data_study_make(study, "nothing", &at, &err));
    assert_int_equal(err.code, ERR_USAGE);
    at.iou = 0;
    assert_null(data_study_make(study, "images", &at, &err));
    at.iou = 0.33; /* off the grid */
    table = data_study_make(study, "images", &at, NULL);
    assert_non_null(table);
    data_table_release(table);
    assert_int_equal(data_run_image(study, "b.png"), 1);
    assert_int_equal(data_run_image(study, "b"), 1);
    assert_int_equal(data_run_image(study, "2"), 1);
    assert_int_equal(data_run_image(study, "/data/val/b.png"), 1);
    assert_int_equal(data_run_image(study, "c"), -1);
    assert_int_equal(data_run_image(study, ""), -1);
    study_release(study);
    scene_done(&scene);
}

static void test_tables_of_a_run(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    begin(&scene);
    struct data_run_request request = {
        .directory = scene_path(&scene, "run"), .evaluated = true, .name = DATA_RUN_LIST};
    struct data_table *table = data_run_open(&request, NULL, &err);
    static const char *const NAMES[] = {"images", "classes", "detections", "errors", "metrics.csv",
        "predictions.json", "sub/rows.jsonl"};
    assert_int_equal(table->row_count, sizeof NAMES / sizeof *NAMES);
    for (size_t i = 0; i < table->row_count; i++)
        assert_string_equal(text(table, i, "table"), NAMES[i]);
    data_table_release(table);
    request.name = "sub/rows.jsonl";
    table = data_run_open(&request, NULL, &err);
    assert_int_equal(table->row_count, 2);
    data_table_release(table);
    static const char *const REFUSED[] = {"../outside.csv", "sub/../../outside.csv", "none.csv", "images"};
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
        request.name = REFUSED[i];
        err = (struct err){0};
        assert_null(data_run_open(&request, NULL, &err));
        assert_true(err.code == ERR_USAGE || err.code == ERR_IO);
    }
    /* A run in a database has no files; that one is missing is an error. */
    request = (struct data_run_request){
        .directory = scene_path(&scene, "run/metrics.csv/abc"), .name = DATA_RUN_LIST};
    table = data_run_open(&request, NULL, &err);
    assert_non_null(table);
    assert_int_equal(table->row_count, 0);
    data_table_release(table);
    request.directory = scene_path(&scene, "nowhere");
    assert_null(data_run_open(&request, NULL, &err));
    scene_done(&scene);
}

static void test_answers(void **state)
{
    (void)state;
    struct scene scene;
    struct data_keep keep = {0};
    struct data_answer first, second;
    begin(&scene);
    scene_refresh(&scene);
    const struct run_row *run = scene_run(&scene, "run");
    struct data_want want = {.run_id = run->id, .name = "metrics.csv", .column = 1, .sort_count = 1,
        .sorts = {{1, false}}};
    assert_true(data_answer_make(&keep, &want, scene.runs, NULL, &first));
    assert_true(first.page && first.summarised && first.summary.median == 1.5);
    assert_int_equal(first.page->order[0], 1);
    /* The same file is not read again for another order; a bad filter has no page. */
    want.sorts[0].descending = true;
    assert_true(data_answer_make(&keep, &want, scene.runs, NULL, &second));
    assert_ptr_equal(second.page->table, first.page->table);
    assert_int_equal(second.page->order[0], 0);
    data_page_release(second.page);
    snprintf(want.filter, sizeof want.filter, "nope=1");
    assert_true(data_answer_make(&keep, &want, scene.runs, NULL, &second));
    assert_true(!second.page && strstr(second.trouble, "nope"));
    /* One that has grown is, when that is asked. */
    want.filter[0] = '\0';
    scene_append(&scene, "run/metrics.csv", "2,0.5\n");
    assert_true(data_answer_make(&keep, &want, scene.runs, NULL, &second));
    assert_int_equal(second.page->count, 2);
    data_page_release(second.page);
    want.serial++;
    assert_true(data_answer_make(&keep, &want, scene.runs, NULL, &second));
    assert_int_equal(second.page->count, 3);
    assert_int_equal(first.page->count, 2);
    data_page_release(second.page);
    data_page_release(first.page);
    atomic_bool stale = true;
    want.serial++;
    scene_append(&scene, "run/metrics.csv", "3,0.25\n");
    assert_false(data_answer_make(&keep, &want, scene.runs, &stale, &second));
    assert_null(second.page);
    want.run_id = 99;
    assert_true(data_answer_make(&keep, &want, scene.runs, NULL, &second));
    assert_non_null(strstr(second.trouble, "gone"));
    data_keep_done(&keep);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_of_an_evaluation),
        cmocka_unit_test(test_tables_of_a_run),
        cmocka_unit_test(test_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
