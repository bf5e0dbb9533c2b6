/*
 * Parameters and metrics side by side.
 */
#include "eval/diff.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void parameters_that_differ_are_listed_in_natural_order(void **unused)
{
    (void)unused;
    struct arena arena;
    struct err err;
    struct diff_params out;
    arena_init(&arena, 0);
    struct param a[] = {param_from_text("aug.b10", "1"), param_from_text("aug.b9", "1"),
        param_from_text("aug_x", "1"), param_from_text("lr", "1e-4"), param_from_text("lr", "1e-3"),
        param_from_text("same", "0.5")};
    struct param b[] = {param_from_text("aug.b10", "2"), param_from_text("aug.b9", "2"),
        param_from_text("lr", "0.01"), param_from_text("same", "5e-1")};
    struct diff_run runs[] = {{a, 6}, {b, 4}};
    assert_true(diff_params(runs, 2, false, &arena, &out, &err));
    assert_int_equal(out.count, 4);
    assert_int_equal(out.same_count, 1);
    assert_string_equal(out.rows[0].name, "aug.b9");
    assert_string_equal(out.rows[1].name, "aug.b10");
    assert_string_equal(out.rows[2].name, "aug_x");
    assert_non_null(out.rows[2].values[0]);
    assert_null(out.rows[2].values[1]);
    assert_string_equal(out.rows[3].values[0]->text, "1e-3");
    assert_true(diff_params(runs, 2, true, &arena, &out, &err));
    assert_int_equal(out.count, 5);
    assert_false(out.rows[4].differs);
    assert_true(diff_params(runs, 1, false, &arena, &out, &err));
    assert_int_equal(out.count, 0);
    assert_true(diff_params(NULL, 0, true, &arena, &out, &err));
    assert_int_equal(out.count, 0);
    arena_done(&arena);
}

static void null_is_a_value_and_missing_is_not(void **unused)
{
    (void)unused;
    struct arena arena;
    struct err err;
    struct diff_params out;
    arena_init(&arena, 0);
    struct param null = param_from_text("x", "null"), text = param_from_text("x", "a");
    struct diff_run runs[] = {{&null, 1}, {&null, 1}, {NULL, 0}};
    assert_true(diff_params(runs, 2, false, &arena, &out, &err));
    assert_int_equal(out.count, 0);
    assert_true(diff_params(runs, 3, false, &arena, &out, &err));
    assert_int_equal(out.count, 1);
    runs[1].params = &text;
    assert_true(diff_params(runs, 2, false, &arena, &out, &err));
    assert_int_equal(out.count, 1);
    arena_done(&arena);
}

static void a_number_written_as_text_is_equal_but_said(void **unused)
{
    (void)unused;
    struct arena arena;
    struct err err;
    struct diff_params out;
    arena_init(&arena, 0);
    struct param a[] = {param_from_text("lr", "0.1"), param_from_text("on", "true")};
    struct param b[] = {{.name = "lr", .kind = PARAM_TEXT, .text = "1e-1"},
        {.name = "on", .kind = PARAM_TEXT, .text = "yes"}};
    struct diff_run runs[] = {{a, 2}, {b, 2}};
    assert_true(diff_params(runs, 2, false, &arena, &out, &err));
    assert_int_equal(out.count, 2);
    assert_int_equal(out.differ_count, 1);
    assert_int_equal(out.same_count, 1);
    assert_true(out.rows[0].types_differ && !out.rows[0].differs);
    assert_true(out.rows[1].differs && !out.rows[1].types_differ);
    arena_done(&arena);
}

static void judgements_know_the_direction(void **unused)
{
    (void)unused;
    assert_int_equal(diff_judge(1, 2, BETTER_HIGHER), DIFF_BETTER);
    assert_int_equal(diff_judge(1, 2, BETTER_LOWER), DIFF_WORSE);
    assert_int_equal(diff_judge(2, 1, BETTER_LOWER), DIFF_BETTER);
    assert_int_equal(diff_judge(2, 1, BETTER_HIGHER), DIFF_WORSE);
    assert_int_equal(diff_judge(2, 1, BETTER_NEITHER), DIFF_CHANGED);
    assert_int_equal(diff_judge(2, 2, BETTER_LOWER), DIFF_SAME);
    assert_int_equal(diff_judge(NAN, 2, BETTER_LOWER), DIFF_UNKNOWN);
    assert_int_equal(diff_judge(2, NAN, BETTER_LOWER), DIFF_UNKNOWN);
}

static void rounding_to_float_is_no_difference(void **unused)
{
    (void)unused;
    struct arena arena = {0};
    struct err err;
    struct diff_metrics out;
    struct diff_value a[] = {{"lr", ROLE_NONE, 5e-3}}, b[] = {{"lr", ROLE_NONE, 5e-3F}},
                      c[] = {{"lr", ROLE_NONE, 5.00001e-3}};
    struct diff_metrics_run runs[] = {{a, 1}, {b, 1}, {c, 1}};
    assert_true(diff_metrics(runs, 3, 0, &arena, &out, &err));
    assert_true(out.rows[0].deltas[1] == 0 && out.rows[0].deltas[2] > 0);
    assert_int_equal(out.rows[0].verdicts[1], DIFF_SAME);
    assert_int_equal(out.rows[0].verdicts[2], DIFF_CHANGED);
    arena_done(&arena);
}

static void metrics_are_held_against_the_baseline(void **unused)
{
    (void)unused;
    struct arena arena;
    struct err err;
    struct diff_metrics out;
    arena_init(&arena, 0);
    struct diff_value a[] = {{"AP", ROLE_AP, .25}, {"loss", ROLE_LOSS, 2}};
    struct diff_value b[] = {
        {"AP", ROLE_AP, .5}, {"extra", ROLE_NONE, 1}, {"loss", ROLE_LOSS, NAN}};
    struct diff_metrics_run runs[] = {{a, 2}, {b, 3}};
    assert_true(diff_metrics(runs, 2, 0, &arena, &out, &err));
    assert_int_equal(out.count, 3);
    assert_string_equal(out.rows[0].name, "AP");
    assert_int_equal(out.rows[0].better, BETTER_HIGHER);
    assert_true(isnan(out.rows[0].deltas[0]) && out.rows[0].deltas[1] == .25);
    assert_int_equal(out.rows[0].verdicts[0], DIFF_UNKNOWN);
    assert_int_equal(out.rows[0].verdicts[1], DIFF_BETTER);
    assert_null(out.rows[1].values[0]);
    assert_true(isnan(out.rows[1].deltas[1]));
    assert_int_equal(out.rows[1].verdicts[1], DIFF_UNKNOWN);
    assert_int_equal(out.rows[2].better, BETTER_LOWER);
    assert_int_equal(out.rows[2].verdicts[1], DIFF_UNKNOWN);
    assert_true(diff_metrics(runs, 2, 1, &arena, &out, &err));
    assert_int_equal(out.rows[0].verdicts[0], DIFF_WORSE);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_that_differ_are_listed_in_natural_order),
        cmocka_unit_test(null_is_a_value_and_missing_is_not),
        cmocka_unit_test(a_number_written_as_text_is_equal_but_said),
        cmocka_unit_test(judgements_know_the_direction),
        cmocka_unit_test(rounding_to_float_is_no_difference),
        cmocka_unit_test(metrics_are_held_against_the_baseline)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
