/*
 * Computed columns, functions, several sort keys, groups and completion over runs made by hand.
 */
#include "made_metric.h"
#include "scene.h"

#include "work/run_groups.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 12 };

struct made {
    struct runs runs;
    struct run_row rows[MOST];
    struct param params[MOST][8];
    struct run_metric metrics[MOST][4];
    struct made_metric parts[MOST][4];
};

/* Parameters and metrics are to be added in the order of their names. */
static struct run_row *add_run(struct made *made, const char *name)
{
    size_t i = made->runs.count++;
    made->rows[i] = (struct run_row){.id = (int64_t)i + 1,
        .name = name,
        .shown = name,
        .root = "/root",
        .directory = "/data/x",
        .format = "plain",
        .status = i % 2 ? RUN_FAILED : RUN_FINISHED,
        .started_s = 1714557600 + 86400.0 * (double)i,
        .ended_s = 1714557600 + 86400.0 * (double)i + 3600,
        .params = made->params[i],
        .metrics = made->metrics[i]};
    made->runs.rows = made->rows;
    return &made->rows[i];
}

static void add_param(struct run_row *run, const char *name, const char *text)
{
    ((struct param *)run->params)[run->param_count++] = param_from_text(name, text);
}

static void add_metric(struct made *made, struct run_row *run, const char *name,
    const double *values, size_t count)
{
    struct metric_summary summary = {0};
    struct run_metric *metric = (struct run_metric *)&run->metrics[run->metric_count];
    for (size_t i = 0; i < count; i++) {
        struct point point = {(int64_t)i + 1, NAN, values[i]};
        metric_summary_add(&summary, &point, 1);
    }
    made_metric_set(&made->parts[run - made->rows][run->metric_count++], name, run->id, &summary,
        metric);
    if (metric->kind->role != ROLE_NONE)
        run->by_role[metric->kind->role] = metric;
}

#define ADD_METRIC(made, run, name, ...)                                                           \
    add_metric(made, run, name, (const double[]){__VA_ARGS__},                                     \
        sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

/* Three seeds of lr .1 (one of them in percent), two of lr .2 (one without AP), one alone. */
static void make_six(struct made *made)
{
    static const char *const NAMES[] = {"a_seed1", "a_seed2", "a_seed3", "b1", "b2", "c"};
    static const char *const SEEDS[] = {"1", "2", "3", "1", "2", "1"};
    memset(made, 0, sizeof *made);
    for (size_t i = 0; i < 6; i++) {
        struct run_row *run = add_run(made, NAMES[i]);
        if (i != 4)
            ADD_METRIC(made, run, i == 1 ? "bbox/AP" : "eval/AP", i == 1 ? 20 : 0.1,
                i == 1 ? 40 : 0.3 + 0.1 * (double)i, i == 1 ? 30 : 0.2);
        ADD_METRIC(made, run, "speed", 50 - 5 * (double)i);
        ADD_METRIC(made, run, "train/loss", 4, 2 + (double)i, 3);
        add_param(run, "layers", i == 1 ? "[1,2]" : "[1, 2]");
        add_param(run, "lr", i < 3 ? (i == 1 ? "1e-1" : "0.1") : "0.2");
        if (i == 5)
            add_param(run, "momentum", "0.9");
        if (i == 0)
            add_param(run, "nothing", "null");
        add_param(run, "output_dir", NAMES[i]);
        add_param(run, "seed", SEEDS[i]);
    }
    assert_true(runs_find_names(&made->runs));
}

static struct run_column column_of(struct made *made, const char *text)
{
    struct run_column column;
    struct err err = {0};
    if (!runs_parse_column(&made->runs, &made->runs.arena, text, &column, &err))
        fail_msg("%s: %s", text, err.text);
    return column;
}

static const struct {
    const char *column;
    size_t row;
    const char *printed;
} CELLS[] = {
    {"best(AP)", 0, "0.3000"},
    {"best(AP)", 1, "0.4000"}, /* percent of a role is a fraction */
    {"best(bbox/AP)", 1, "40"}, /* a metric keeps its unit */
    {"last(AP)", 1, "0.3000"},
    {"first(AP)", 1, "0.2000"},
    {"min(AP)", 0, "0.1000"},
    {"max(AP)", 0, "0.3000"},
    {"best_step(AP)", 0, "2"},
    {"best_step(bbox/AP)", 1, "2"},
    {"count(AP)", 0, "3"},
    {"count(AP)", 4, ""},
    {"best(loss)", 0, "2"},
    {"best(loss)", 4, "3"},
    {"best(train/loss)", 4, "3"},
    {"last(loss)", 4, "3"},
    {"max(loss)", 4, "6"},
    {"delta(AP)", 1, "+0.1000"},
    {"delta(AP)", 0, ""}, /* the baseline itself */
    {"delta(AP)", 4, ""},
    {"delta(speed)", 1, "-5.0000"},
    {"=best(AP)/speed*100", 0, "0.6"},
    {"x=best(AP)/speed*100", 4, ""},
    {"=speed<46", 1, "1"},
    {"=delta(AP)*10", 1, "1"},
    {"=model", 0, NULL},
    {"started", 0, "2024-05-01T10:00:00Z"},
    {"duration", 0, "1h"},
    {"mean(loss,2)", 0, ""}, /* was not loaded */
};

static void test_cells(void **state)
{
    (void)state;
    struct made made;
    make_six(&made);
    for (size_t i = 0; i < sizeof CELLS / sizeof *CELLS; i++) {
        char out[64];
        struct err err = {0};
        struct run_column column;
        bool ok = runs_parse_column(
            &made.runs, &made.runs.arena, CELLS[i].column, &column, &err);
        assert_int_equal(ok, CELLS[i].printed != NULL);
        if (!ok)
            continue;
        struct run_value value = run_value(&made.rows[CELLS[i].row], &column, &made.rows[0], 2e9);
        run_value_print(&value, &column, out, sizeof out);
        if (strcmp(out, CELLS[i].printed) != 0)
            fail_msg("%s of row %zu is \"%s\"", CELLS[i].column, CELLS[i].row, out);
    }
    arena_done(&made.runs.arena);
}

static void test_means_of_the_last_points(void **state)
{
    (void)state;
    struct made made;
    make_six(&made);
    static const double VALUES[] = {2, 3};
    const struct run_tail tail = {&made.metrics[0][2], VALUES, 2};
    made.rows[0].tails = &tail;
    made.rows[0].tail_count = 1;
    struct run_column two = column_of(&made, "mean(loss,2)"), one = column_of(&made, "mean(loss,1)");
    struct run_column three = column_of(&made, "=1+mean(train/loss,3)");
    assert_true(run_value(&made.rows[0], &two, NULL, 0).number == 2.5);
    assert_true(run_value(&made.rows[0], &one, NULL, 0).number == 3);
    assert_false(run_value(&made.rows[0], &three, NULL, 0).known); /* only two were read */
    arena_done(&made.runs.arena);
}

static void test_titles_and_refusals(void **state)
{
    (void)state;
    struct made made;
    make_six(&made);
    assert_string_equal(column_of(&made, "best(AP)").title, "best(AP)");
    assert_string_equal(column_of(&made, "ap/s = best(AP)/speed").title, "ap/s");
    assert_string_equal(column_of(&made, "= speed*2").title, "speed*2");
    assert_string_equal(column_of(&made, "v=speed").title, "v");
    assert_int_equal(column_of(&made, "v=speed").kind, RUN_COLUMN_METRIC);
    assert_int_equal(column_of(&made, "best(AP)").kind, RUN_COLUMN_BEST);
    static const struct {
        const char *text;
        int64_t at; /* -1: nowhere */
    } REFUSED[] = {{"best(speed)", 5}, {"best(seed)", 5}, {"=speed+", 7}, {"x=bogus", 2},
        {"best(AP", 7}, {"bogus", -1}, {"a=b=c", 2}, {"=", 1}};
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
        struct run_column column;
        struct err err = {0};
        assert_false(runs_parse_column(
            &made.runs, &made.runs.arena, REFUSED[i].text, &column, &err));
        assert_int_equal(err.code, ERR_USAGE);
        if ((err.place == ERR_AT_BYTE ? err.at : -1) != REFUSED[i].at)
            fail_msg("%s: %s at %lld", REFUSED[i].text, err.text, (long long)err.at);
    }
    struct run_column columns[4];
    size_t count = 0;
    struct err err = {0};
    assert_true(runs_parse_columns(&made.runs, &made.runs.arena, "name,mean(AP,2),x=speed*(1+1)",
        columns, &count, 4, &err));
    assert_int_equal(count, 3);
    assert_int_equal(columns[1].tail, 2);
    assert_false(runs_parse_columns(
        &made.runs, &made.runs.arena, "name,=bogus", columns, &count, 4, &err));
    assert_false(runs_parse_columns(
        &made.runs, &made.runs.arena, "name,name,name", columns, &count, 4, &err));
    arena_done(&made.runs.arena);
}

static void assert_order(struct made *made, const char *keys_text, const char *filter_text,
    const char *expected)
{
    struct run_key keys[RUNS_MOST_KEYS];
    struct err err = {0};
    uint32_t order[MOST];
    size_t key_count = 0;
    char got[64] = "";
    const struct filter *filter =
        runs_parse_filter(&made->runs, &made->runs.arena, filter_text, &err);
    if (!filter || !runs_parse_keys(
                       &made->runs, &made->runs.arena, keys_text, keys, &key_count, &err))
        fail_msg("%s by %s: %s", filter_text, keys_text, err.text);
    size_t count =
        runs_order_by(&made->runs, filter, keys, key_count, &made->rows[0], 2e9, order);
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(got);
        snprintf(got + used, sizeof got - used, "%u", order[i]);
    }
    if (strcmp(got, expected) != 0)
        fail_msg("%s by %s: %s, not %s", filter_text, keys_text, got, expected);
}

static void test_orders(void **state)
{
    (void)state;
    struct made made;
    make_six(&made);
    assert_order(&made, "", "", "012345");
    assert_order(&made, "lr:desc,AP", "", "534210"); /* AP by itself descends; none is last */
    assert_order(&made, "lr,AP:asc", "", "012354");
    assert_order(&made, "status,speed", "", "531420");
    assert_order(&made, "status:desc,name:desc", "", "420531");
    assert_order(&made, "seed,lr:desc", "", "350412");
    assert_order(&made, "=-speed,name", "", "012345");
    assert_order(&made, "best(AP)", "lr<0.15", "210");
    assert_order(&made, "", "best(AP)/speed>0.008", "1235");
    assert_order(&made, "", "delta(AP)>0.15 or seed=3", "235");
    assert_order(&made, "", "lr=0.1 and not seed=2", "02");
    assert_order(&made, "", "started>2024-05-03", "2345");
    assert_order(&made, "", "started~2024-05-02", "1");
    assert_order(&made, "", "name~/^[ab]_/ duration>30m", "012");
    assert_order(&made, "", "not best(AP)", "4");
    assert_order(&made, "", "status=failed|seed=3", "1235");
    arena_done(&made.runs.arena);
}

/* ---- groups ---- */

static void grouped(struct made *made, const char *text, struct run_groups *out)
{
    struct runs_grouping grouping;
    struct err err = {0};
    uint32_t *order = ARENA_ARRAY(&made->runs.arena, uint32_t, MOST);
    size_t count = runs_order(&made->runs, NULL, NULL, false, NULL, 0, order);
    assert_true(runs_parse_grouping(&made->runs, &made->runs.arena, text, &grouping, &err));
    struct run_numbers numbers;
    assert_true(
        runs_number(&made->runs, &grouping, NULL, 0, &made->runs.arena, &numbers, &err));
    assert_true(runs_group(&made->runs, order, count, &grouping, &numbers, NULL, 0,
        &made->runs.arena, out, &err));
}

static void assert_groups(struct made *made, const char *text, const char *expected)
{
    struct run_groups groups;
    char got[256] = "";
    grouped(made, text, &groups);
    for (size_t i = 0; i < groups.count; i++) {
        size_t used = strlen(got);
        snprintf(got + used, sizeof got - used, "%s:%zu ", groups.groups[i].label,
            groups.groups[i].count);
    }
    if (strcmp(got, expected) != 0)
        fail_msg("by %s: %s", text, got);
}

static void test_groups(void **state)
{
    (void)state;
    struct made made;
    make_six(&made);
    /* 1e-1 is 0.1, [1,2] is [1, 2], null is absent, the place to save in does not count. */
    assert_groups(&made, "seed", "a_seed*:3 b*:2 c:1 ");
    assert_groups(&made, "", "a_seed*:3 b*:2 c:1 ");
    assert_groups(&made, "!momentum", "a_seed*:3 b1 +2:3 ");
    assert_groups(&made, "!momentum,!lr", "a_seed1 +5:6 ");
    assert_groups(&made, "lr", "lr=0.1:3 lr=0.2:3 ");
    assert_groups(&made, "momentum", "no momentum:5 momentum=0.9:1 ");
    assert_groups(&made, "status", "status=finished:3 status=failed:3 ");
    struct runs_grouping grouping;
    struct err err = {0};
    assert_false(runs_parse_grouping(&made.runs, &made.runs.arena, "!a,b", &grouping, &err));
    assert_false(runs_parse_grouping(&made.runs, &made.runs.arena, "bogus", &grouping, &err));
    arena_done(&made.runs.arena);
}

static void test_spreads(void **state)
{
    (void)state;
    struct made made;
    struct run_groups groups;
    make_six(&made);
    grouped(&made, "seed", &groups);
    struct run_column ap = column_of(&made, "AP"), lr = column_of(&made, "lr");
    struct run_column status = column_of(&made, "status"), format = column_of(&made, "format");
    struct run_spread spread = run_group_spread(&made.runs, &groups.groups[0], &ap, NULL, 0);
    assert_int_equal(spread.n, 3); /* .3 .4 .5 */
    assert_true(fabs(spread.mean - 0.4) < 1e-12 && fabs(spread.std - 0.1) < 1e-12);
    spread = run_group_spread(&made.runs, &groups.groups[1], &ap, NULL, 0);
    assert_int_equal(spread.n, 1); /* the other has none */
    assert_true(fabs(spread.mean - 0.6) < 1e-12 && isnan(spread.std));
    struct run_value value =
        run_group_value(&made.runs, &groups.groups[0], &lr, NULL, 0, &spread);
    assert_string_equal(value.text, "0.1"); /* as it was written */
    value = run_group_value(&made.runs, &groups.groups[0], &status, NULL, 0, &spread);
    assert_false(value.known);
    value = run_group_value(&made.runs, &groups.groups[0], &format, NULL, 0, &spread);
    assert_string_equal(value.text, "plain");
    assert_true(spread.n == 0 && isnan(spread.mean));
    arena_done(&made.runs.arena);
}

static void assert_head(struct made *made, const struct run_group *group, const char *column_text,
    const char *expected)
{
    char text[64];
    struct run_column column = column_of(made, column_text);
    struct run_spread spread;
    struct run_value value = run_group_value(&made->runs, group, &column, NULL, 2e9, &spread);
    run_group_print(&value, &spread, &column, "+-", text, sizeof text);
    if (strcmp(text, expected) != 0)
        fail_msg("%s of %s is \"%s\"", column_text, group->label, text);
}

static void test_what_heads_print(void **state)
{
    (void)state;
    struct made made;
    struct run_groups groups;
    char text[64];
    make_six(&made);
    grouped(&made, "seed", &groups);
    const struct run_group *group = &groups.groups[0];
    assert_head(&made, group, "AP", "0.4000+-0.1000");
    assert_head(&made, group, "speed", "45+-5");
    assert_head(&made, group, "lr", "0.1");
    assert_head(&made, group, "name", "a_seed*");
    assert_head(&made, group, "started", "2024-05-01T10:00:00Z"); /* the first */
    assert_head(&made, group, "age", "9y");                       /* the youngest */
    assert_head(&made, &groups.groups[1], "AP", "0.6000");        /* of one there is no deviation */
    run_group_print_status(&made.runs, group, text, sizeof text);
    assert_string_equal(text, "1 of 3 failed");
    assert_ptr_equal(run_group_worst(&made.runs, group), &made.rows[1]);
    made.rows[2].loss_lost = true;
    run_group_print_status(&made.runs, group, text, sizeof text);
    assert_string_equal(text, "1 of 3 NaN");
    run_group_print_status(&made.runs, &groups.groups[2], text, sizeof text);
    assert_string_equal(text, "failed");
    /* Cut at the buffer, never beyond. */
    struct run_column ap = column_of(&made, "AP");
    struct run_spread spread;
    struct run_value value = run_group_value(&made.runs, group, &ap, NULL, 0, &spread);
    run_group_print(&value, &spread, &ap, "+-", text, 9);
    assert_string_equal(text, "0.4000+-");
    run_group_print(&value, &spread, &ap, "+-", text, 8);
    assert_string_equal(text, "0.4000");
    arena_done(&made.runs.arena);
}

/* The numbers of a snapshot serve any part of it, in any order. */
static void test_some_of_the_runs(void **state)
{
    (void)state;
    struct made made;
    struct runs_grouping seeds = {0};
    struct run_numbers numbers;
    struct run_groups groups;
    struct err err = {0};
    make_six(&made);
    struct arena *arena = &made.runs.arena;
    assert_true(runs_number(&made.runs, &seeds, NULL, 0, arena, &numbers, &err));
    assert_int_equal(numbers.count, 3);
    static const uint32_t ORDER[] = {5, 2, 0};
    assert_true(
        runs_group(&made.runs, ORDER, 3, &seeds, &numbers, NULL, 0, arena, &groups, &err));
    assert_int_equal(groups.count, 2);
    assert_string_equal(groups.groups[0].label, "c");
    assert_int_equal(groups.groups[1].count, 2);
    assert_int_equal(groups.groups[1].rows[0], 2);
    assert_true(
        runs_group(&made.runs, ORDER, 0, &seeds, &numbers, NULL, 0, arena, &groups, &err));
    assert_int_equal(groups.count, 0);
    arena_done(arena);
}

static void test_order_and_lines(void **state)
{
    (void)state;
    struct made made;
    struct run_groups groups;
    struct run_line lines[MOST];
    make_six(&made);
    grouped(&made, "seed", &groups);
    struct run_key keys[RUNS_MOST_KEYS];
    size_t key_count;
    struct err err = {0};
    assert_true(
        runs_parse_keys(&made.runs, &made.runs.arena, "lr:desc,AP", keys, &key_count, &err));
    assert_true(run_groups_sort(&made.runs, &groups, keys, key_count, NULL, 0));
    assert_string_equal(groups.groups[0].label, "c");
    assert_string_equal(groups.groups[1].label, "b*");
    assert_int_equal(run_groups_lines(&groups, NULL, lines), 3);
    const bool open[] = {false, true, false};
    assert_int_equal(run_groups_lines(&groups, open, lines), 5);
    assert_true(lines[1].is_head && lines[1].group == 1);
    assert_true(!lines[2].is_head && lines[2].group == 1 && lines[2].row == 3);
    assert_true(!lines[3].is_head && lines[3].row == 4);
    assert_true(lines[4].is_head && lines[4].group == 2);
    arena_done(&made.runs.arena);
}

/* ---- completion ---- */

static void assert_completes(struct made *made, const char *text, const char *expected)
{
    struct expr_candidate out[4];
    struct expr_typed typed;
    struct arena arena = {0};
    char got[256] = "";
    size_t count =
        runs_complete(&made->runs, text, strlen(text), &arena, &typed, out, 4);
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(got);
        snprintf(got + used, sizeof got - used, "%s ", out[i].text);
    }
    if (strcmp(got, expected) != 0)
        fail_msg("%s: %s", text, got);
    arena_done(&arena);
}

static void test_completion(void **state)
{
    (void)state;
    struct made made;
    make_six(&made);
    assert_completes(&made, "mome", "momentum ");
    assert_completes(&made, "status=f", "failed finished ");
    assert_completes(&made, "a or status!=run", "running ");
    assert_completes(&made, "lr=", "0.1 0.2 1e-1 ");
    assert_completes(&made, "bbo", "bbox/AP ");
    assert_completes(&made, "bogus=", "");
    assert_completes(&made, "be", "best( best_step( ");
    arena_done(&made.runs.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_means_of_the_last_points),
        cmocka_unit_test(test_titles_and_refusals),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_spreads),
        cmocka_unit_test(test_what_heads_print),
        cmocka_unit_test(test_some_of_the_runs),
        cmocka_unit_test(test_order_and_lines),
        cmocka_unit_test(test_completion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
