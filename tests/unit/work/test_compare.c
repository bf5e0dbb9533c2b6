/*
 * Comparing runs: quantities across formats, by which value, against which baseline.
 */
#include "scene.h"

#include "work/compare.h"

#include <math.h>
#include <string.h>

static const struct diff_metric *metric_of(const struct compare *compare, const char *name)
{
    for (size_t i = 0; i < compare->metrics.count; i++)
        if (strcmp(compare->metrics.rows[i].name, name) == 0)
            return &compare->metrics.rows[i];
    return NULL;
}

static bool is_close(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static void make_runs(struct scene *scene)
{
    scene_init(scene);
    scene_write(scene, "a/metrics.csv",
        "step,val/mAP,train/loss,lr,extra\n1,0.5,3,0.1,1\n2,0.4,1,0.05,2\n");
    scene_write(scene, "a/config.json", "{\"lr\":0.1,\"seed\":1,\"model\":\"x\"}");
    scene_write(scene, "b/metrics.csv", "step,bbox/AP,loss\n1,10,5\n2,60,2\n");
    scene_write(scene, "b/config.json", "{\"lr\":0.2,\"seed\":1.0,\"deep\":{\"er\":true}}");
    scene_refresh(scene);
}

static void test_quantities_of_two_formats_meet(void **state)
{
    (void)state;
    struct scene scene;
    struct compare compare;
    struct err err = {0};
    make_runs(&scene);
    const struct run_row *runs[] = {scene_run(&scene, "a"), scene_run(&scene, "b")};
    assert_true(compare_runs(runs, 2, 0, false, &scene.arena, &compare, &err));
    const struct diff_metric *ap = metric_of(&compare, "AP");
    assert_non_null(ap);
    assert_true(is_close(ap->values[0]->value, 0.5)); /* the best, as fractions */
    assert_true(is_close(ap->values[1]->value, 0.6));
    assert_true(is_close(ap->deltas[1], 0.1));
    assert_int_equal(ap->verdicts[1], DIFF_BETTER);
    assert_true(isnan(ap->deltas[0]));
    const struct diff_metric *loss = metric_of(&compare, "loss");
    assert_non_null(loss);
    assert_true(is_close(loss->values[0]->value, 1)); /* the last */
    assert_int_equal(loss->verdicts[1], DIFF_WORSE);
    const struct diff_metric *extra = metric_of(&compare, "extra");
    assert_true(extra && is_close(extra->values[0]->value, 2) && !extra->values[1]);
    assert_true(isnan(extra->deltas[1]));
    assert_null(metric_of(&compare, "val/mAP")); /* it is AP already */
    assert_null(metric_of(&compare, "bbox/AP"));
    scene_done(&scene);
}

/* -1 is how COCO writes "not defined": neither a number nor NaN. */
static void test_undefined_is_no_number(void **state)
{
    (void)state;
    struct scene scene;
    struct compare compare;
    struct err err = {0};
    scene_init(&scene);
    scene_write(&scene, "a/metrics.csv", "step,eval/APs,eval/AP\n1,-1,nan\n");
    scene_write(&scene, "b/metrics.csv", "step,eval/APs,eval/AP\n1,0.3,0.4\n");
    scene_refresh(&scene);
    const struct run_row *runs[] = {scene_run(&scene, "a"), scene_run(&scene, "b")};
    assert_true(compare_runs(runs, 2, 0, false, &scene.arena, &compare, &err));
    const struct diff_metric *small = metric_of(&compare, "APs"), *ap = metric_of(&compare, "AP");
    assert_true(small->values[0]->undefined && isnan(small->values[0]->value));
    assert_true(isnan(small->deltas[1]));
    assert_false(small->values[1]->undefined);
    assert_true(!ap->values[0]->undefined && isnan(ap->values[0]->value));
    scene_done(&scene);
}

static void test_the_baseline_is_any_of_them(void **state)
{
    (void)state;
    struct scene scene;
    struct compare compare;
    struct err err = {0};
    make_runs(&scene);
    const struct run_row *runs[] = {scene_run(&scene, "a"), scene_run(&scene, "b")};
    assert_true(compare_runs(runs, 2, 1, false, &scene.arena, &compare, &err));
    assert_int_equal(compare.baseline, 1);
    assert_int_equal(metric_of(&compare, "AP")->verdicts[0], DIFF_WORSE);
    assert_true(is_close(metric_of(&compare, "AP")->deltas[0], -0.1));
    scene_done(&scene);
}

static void test_parameters(void **state)
{
    (void)state;
    struct scene scene;
    struct compare compare;
    struct err err = {0};
    make_runs(&scene);
    const struct run_row *runs[] = {scene_run(&scene, "a"), scene_run(&scene, "b")};
    assert_true(compare_runs(runs, 2, 0, false, &scene.arena, &compare, &err));
    assert_int_equal(compare.params.count, 3); /* deep.er, lr, model */
    assert_int_equal(compare.params.same_count, 1);
    assert_string_equal(compare.params.rows[0].name, "deep.er");
    assert_null(compare.params.rows[0].values[0]);
    assert_string_equal(compare.params.rows[0].values[1]->text, "true");
    assert_true(compare_runs(runs, 2, 0, true, &scene.arena, &compare, &err));
    assert_int_equal(compare.params.count, 4);
    scene_done(&scene);
}

static void test_one_run_and_the_most(void **state)
{
    (void)state;
    struct scene scene;
    struct compare compare;
    struct err err = {0};
    make_runs(&scene);
    const struct run_row *runs[COMPARE_MOST_RUNS];
    for (size_t i = 0; i < COMPARE_MOST_RUNS; i++)
        runs[i] = scene_run(&scene, i % 2 ? "b" : "a");
    assert_true(compare_runs(runs, 1, 0, false, &scene.arena, &compare, &err));
    assert_int_equal(compare.params.count, 0);
    assert_true(compare_runs(
        runs, COMPARE_MOST_RUNS, COMPARE_MOST_RUNS - 1, false, &scene.arena, &compare, &err));
    assert_int_equal(metric_of(&compare, "AP")->verdicts[1], DIFF_SAME);
    assert_int_equal(metric_of(&compare, "AP")->verdicts[0], DIFF_WORSE);
    scene_done(&scene);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    struct scene scene;
    struct compare compare;
    make_runs(&scene);
    const struct run_row *runs[] = {scene_run(&scene, "a"), scene_run(&scene, "b")};
    for (size_t most = 64; most < 8192; most += 64) {
        struct arena arena;
        struct err err = {0};
        arena_init(&arena, most);
        assert_true(
            compare_runs(runs, 2, 0, true, &arena, &compare, &err) || err.code == ERR_MEMORY);
        arena_done(&arena);
    }
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantities_of_two_formats_meet),
        cmocka_unit_test(test_the_baseline_is_any_of_them),
        cmocka_unit_test(test_undefined_is_no_number),
        cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_one_run_and_the_most),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
