/*
 * Columns of the runs table: which there are by themselves and by name, what a cell is worth, how
 * it is written, and the order and filter of rows. The runs are made by hand.
 */
#include "made_metric.h"
#include "scene.h"

#include "work/runs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 8 };

struct made {
    struct runs runs;
    struct run_row rows[MOST];
    struct param params[MOST][8];
    struct run_metric metrics[MOST][8];
    struct made_metric parts[MOST][8];
};

/* Parameters and metrics are to be added in the order of their names. */
static struct run_row *add_run(struct made *made, const char *name)
{
    struct run_row *run = &made->rows[made->runs.count];
    *run = (struct run_row){.id = (int64_t)made->runs.count + 1,
        .name = name,
        .root = "/root",
        .directory = "/data/x",
        .format = "plain",
        .status = RUN_FINISHED,
        .started_s = 1000,
        .ended_s = 1000 + 7260,
        .params = made->params[made->runs.count],
        .metrics = made->metrics[made->runs.count]};
    made->runs.rows = made->rows;
    made->runs.count++;
    return run;
}

static void add_param(struct run_row *run, const char *name, const char *text)
{
    ((struct param *)run->params)[run->param_count++] = param_from_text(name, text);
}

static void add_points(struct made *made, struct run_row *run, const char *name,
    const struct point *points, size_t count)
{
    struct metric_summary summary = {0};
    struct run_metric *metric = (struct run_metric *)&run->metrics[run->metric_count];
    metric_summary_add(&summary, points, count);
    made_metric_set(&made->parts[run - made->rows][run->metric_count++], name, run->id, &summary,
        metric);
    if (metric->kind->role != ROLE_NONE)
        run->by_role[metric->kind->role] = metric;
}

static void add_metric(
    struct made *made, struct run_row *run, const char *name, double first, double last)
{
    const struct point points[] = {{1, NAN, first}, {7, NAN, last}};
    add_points(made, run, name, points, 2);
}

/* a: AP .1 then .4, lr 0.01;  b: AP in percent, 50 then 30, lr 0.001;  c: nothing;  d: AP NaN. */
static void make_four(struct made *made)
{
    memset(made, 0, sizeof *made);
    struct run_row *a = add_run(made, "exp1"), *b = add_run(made, "exp2");
    add_run(made, "exp10");
    struct run_row *d = add_run(made, "exp11");
    add_metric(made, a, "eval/AP", 0.1, 0.4);
    add_metric(made, a, "train/loss", 3, 1);
    add_metric(made, b, "bbox/AP", 50, 30);
    add_metric(made, d, "eval/AP", NAN, NAN);
    add_param(a, "model", "fcos");
    add_param(a, "optimizer.lr", "1e-2");
    add_param(a, "seed", "1");
    add_param(b, "model", "fcos");
    add_param(b, "optimizer.lr", "0.001");
    add_param(b, "save_dir", "/b");
    add_param(b, "seed", "1.0");
    add_param(d, "model", "null");
}

static struct run_column column_of(struct made *made, const char *text)
{
    struct run_column column;
    struct err err = {0};
    assert_true(runs_find_names(&made->runs));
    if (!runs_parse_column(&made->runs, &made->runs.arena, text, &column, &err))
        fail_msg("%s: %s", text, err.text);
    return column;
}

static const char *printed(struct made *made, size_t row, const char *text, char *out)
{
    struct run_column column = column_of(made, text);
    struct run_value value = run_value(&made->rows[row], &column, &made->rows[0], 1000 + 7260 + 90);
    run_value_print(&value, &column, out, 64);
    return out;
}

static void test_columns_to_begin_with(void **state)
{
    (void)state;
    struct made made;
    make_four(&made);
    assert_true(runs_find_columns(&made.runs));
    char titles[512] = "";
    for (size_t i = 0; i < made.runs.column_count; i++) {
        size_t used = strlen(titles);
        snprintf(titles + used, sizeof titles - used, "%s|", made.runs.columns[i].title);
    }
    /* Roles that any run has; then parameters that differ or are missing, most shared first; the
     * place to save in last. */
    assert_string_equal(titles, "run|status|age|AP|@|loss|model|lr|seed|save_dir|");
    assert_string_equal(made.runs.columns[7].name, "optimizer.lr");
    arena_done(&made.runs.arena);
}

static void test_equal_parameters_are_no_column(void **state)
{
    (void)state;
    struct made made;
    memset(&made, 0, sizeof made);
    struct run_row *a = add_run(&made, "a"), *b = add_run(&made, "b");
    add_param(a, "lr", "1e-3");
    add_param(a, "seed", "1");
    add_param(b, "lr", "0.001");
    add_param(b, "seed", "2");
    assert_true(runs_find_columns(&made.runs));
    assert_int_equal(made.runs.column_count, 4);
    assert_string_equal(made.runs.columns[3].title, "seed");
    arena_done(&made.runs.arena);
}

static void test_no_runs_and_many_parameters(void **state)
{
    (void)state;
    static struct param params[2][1000];
    static char names[1000][8];
    struct made made;
    memset(&made, 0, sizeof made);
    assert_true(runs_find_columns(&made.runs));
    assert_int_equal(made.runs.column_count, 3);
    arena_done(&made.runs.arena);
    memset(&made, 0, sizeof made);
    for (size_t r = 0; r < 2; r++) {
        struct run_row *run = add_run(&made, r ? "b" : "a");
        for (size_t i = 0; i < 1000; i++) {
            snprintf(names[i], sizeof names[i], "p%03zu", i);
            params[r][i] = param_from_text(names[i], r ? "1" : "2");
        }
        run->params = params[r];
        run->param_count = 1000;
    }
    assert_true(runs_find_columns(&made.runs));
    assert_int_equal(made.runs.column_count, RUNS_MOST_COLUMNS);
    assert_string_equal(made.runs.columns[3].title, "p000");
    arena_done(&made.runs.arena);
}

static const struct {
    const char *text;
    enum run_column_kind kind;
    enum role role;
    const char *name;
} WORDS[] = {
    {"name", RUN_COLUMN_NAME, ROLE_NONE, NULL},
    {"run", RUN_COLUMN_NAME, ROLE_NONE, NULL},
    {"status", RUN_COLUMN_STATUS, ROLE_NONE, NULL},
    {"age", RUN_COLUMN_AGE, ROLE_NONE, NULL},
    {"duration", RUN_COLUMN_DURATION, ROLE_NONE, NULL},
    {"format", RUN_COLUMN_FORMAT, ROLE_NONE, NULL},
    {"notes", RUN_COLUMN_NOTES, ROLE_NONE, NULL},
    {"AP", RUN_COLUMN_BEST, ROLE_AP, NULL},
    {"ap", RUN_COLUMN_BEST, ROLE_AP, NULL},
    {"AP50", RUN_COLUMN_BEST, ROLE_AP50, NULL},
    {"AP@", RUN_COLUMN_BEST_STEP, ROLE_AP, NULL},
    {"AP~", RUN_COLUMN_SPARK, ROLE_AP, NULL},
    {"AP.last", RUN_COLUMN_LAST, ROLE_AP, NULL},
    {"AP.best", RUN_COLUMN_BEST, ROLE_AP, NULL},
    {"dAP", RUN_COLUMN_DELTA, ROLE_AP, NULL},
    {"loss", RUN_COLUMN_LAST, ROLE_LOSS, NULL},
    {"loss.best", RUN_COLUMN_BEST, ROLE_LOSS, NULL},
    {"loss~", RUN_COLUMN_SPARK, ROLE_LOSS, NULL},
    {"val loss", RUN_COLUMN_LAST, ROLE_VAL_LOSS, NULL},
    {"epoch", RUN_COLUMN_LAST, ROLE_EPOCH, NULL},
    {"eval/AP", RUN_COLUMN_METRIC, ROLE_AP, "eval/AP"},
    {"train/loss", RUN_COLUMN_METRIC, ROLE_LOSS, "train/loss"},
    {"optimizer.lr", RUN_COLUMN_PARAM, ROLE_NONE, "optimizer.lr"},
    {"lr", RUN_COLUMN_PARAM, ROLE_NONE, "optimizer.lr"},
    {"seed", RUN_COLUMN_PARAM, ROLE_NONE, "seed"},
};

static void test_columns_by_name(void **state)
{
    (void)state;
    struct made made;
    make_four(&made);
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        struct run_column column = column_of(&made, WORDS[i].text);
        if (column.kind != WORDS[i].kind || column.role != WORDS[i].role)
            fail_msg("%s is of kind %d, role %d", WORDS[i].text, column.kind, column.role);
        if (WORDS[i].name)
            assert_string_equal(column.name, WORDS[i].name);
        assert_true(column.title && column.title[0]);
    }
    static const char *const NONE[] = {
        "", "@", "~", "d", ".last", "nothing", "AP@@", "dlr.last", "optimizer", "Seed", "\x1b[31m"};
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++) {
        struct run_column column;
        struct err err = {0};
        if (runs_parse_column(&made.runs, &made.runs.arena, NONE[i], &column, &err))
            fail_msg("\"%s\" is a column", NONE[i]);
        assert_int_equal(err.code, ERR_USAGE);
    }
    arena_done(&made.runs.arena);
}

/* A short name that two parameters end with names neither. */
static void test_an_ending_of_two_parameters(void **state)
{
    (void)state;
    struct made made;
    struct run_column column;
    struct err err = {0};
    memset(&made, 0, sizeof made);
    struct run_row *a = add_run(&made, "a"), *b = add_run(&made, "b");
    add_param(a, "head.width", "1");
    add_param(b, "neck.width", "2");
    assert_true(runs_find_names(&made.runs));
    assert_false(runs_parse_column(&made.runs, &made.runs.arena, "width", &column, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_true(runs_parse_column(&made.runs, &made.runs.arena, "neck.width", &column, &err));
    add_param(b, "width", "3"); /* the whole name goes first */
    assert_string_equal(column_of(&made, "width").name, "width");
    arena_done(&made.runs.arena);
}

static const struct {
    size_t row;
    const char *column, *printed;
} CELLS[] = {
    {0, "name", "exp1"}, {0, "status", "finished"}, {0, "format", "plain"}, {0, "notes", "0"},
    {0, "age", "1min"}, {0, "duration", "2h"}, {0, "AP", "0.4000"}, {0, "AP@", "7"},
    {0, "AP.last", "0.4000"}, {0, "dAP", ""},                    /* the baseline itself */
    {0, "loss", "1"}, {0, "train/loss", "1"}, {0, "lr", "1e-2"}, /* as it was written */
    {0, "seed", "1"}, {1, "seed", "1.0"}, {1, "AP", "0.5000"},   /* percent became a fraction */
    {1, "AP@", "1"}, {1, "AP.last", "0.3000"},
    {1, "bbox/AP", "30"}, /* a metric by its own name is as written */
    {1, "dAP", "+0.1000"}, {1, "loss", ""}, {1, "eval/AP", ""}, {2, "AP", ""}, {2, "AP@", ""},
    {2, "dAP", ""}, {2, "lr", ""}, {3, "AP", "NaN"}, /* logged as such */
    {3, "AP@", ""}, {3, "model", ""},                /* null */
};

static void test_cells(void **state)
{
    (void)state;
    struct made made;
    make_four(&made);
    char out[64];
    for (size_t i = 0; i < sizeof CELLS / sizeof *CELLS; i++)
        if (strcmp(printed(&made, CELLS[i].row, CELLS[i].column, out), CELLS[i].printed) != 0)
            fail_msg("%s of row %zu is \"%s\"", CELLS[i].column, CELLS[i].row, out);
    arena_done(&made.runs.arena);
}

static void test_what_is_not_known(void **state)
{
    (void)state;
    struct made made;
    char out[64];
    make_four(&made);
    made.rows[0].started_s = made.rows[0].ended_s = NAN;
    assert_string_equal(printed(&made, 0, "age", out), "");
    assert_string_equal(printed(&made, 0, "duration", out), "");
    add_metric(&made, &made.rows[2], "eval/AP75", -1, -1); /* undefined, as COCO writes */
    assert_string_equal(printed(&made, 2, "AP75", out), "undef");
    assert_true(isnan(run_role_best(&made.rows[2], ROLE_AP75, false, NULL)));
    assert_true(isnan(run_role_last(&made.rows[2], ROLE_AP75)));
    arena_done(&made.runs.arena);
}

/* A run that was started again is where its last segment is; all of it is asked for with .all. */
static void test_the_last_segment_is_shown(void **state)
{
    (void)state;
    struct made made;
    char out[64];
    make_four(&made);
    struct run_row *run = add_run(&made, "again");
    const struct point again[] = {{1, NAN, 0.5}, {7, NAN, 0.6}, {1, NAN, 0.2}, {2, NAN, 0.3}};
    add_points(&made, run, "eval/AP", again, 4);
    assert_string_equal(printed(&made, 4, "AP", out), "0.3000");
    assert_string_equal(printed(&made, 4, "AP@", out), "2");
    assert_string_equal(printed(&made, 4, "AP.all", out), "0.6000");
    assert_string_equal(printed(&made, 4, "AP@.all", out), "7");
    assert_string_equal(printed(&made, 4, "AP.best.all", out), "0.6000");
    assert_string_equal(printed(&made, 4, "AP.last", out), "0.3000");
    assert_string_equal(printed(&made, 4, "mask_AP", out), ""); /* "mask AP", for a filter */
    assert_string_equal(printed(&made, 4, "dAP", out), "-0.1000");
    assert_string_equal(printed(&made, 4, "dAP.all", out), "+0.2000");
    arena_done(&made.runs.arena);
}

static void test_a_lost_loss_is_a_badge(void **state)
{
    (void)state;
    struct run_row run = {.status = RUN_FINISHED, .loss_lost = true, .lost_step = 412};
    char out[64];
    run_status_print(&run, out, sizeof out);
    assert_string_equal(out, "NaN @412");
    run.status = RUN_RUNNING;
    run_status_print(&run, out, sizeof out);
    assert_string_equal(out, "running NaN @412");
    run.loss_lost = false;
    run_status_print(&run, out, sizeof out);
    assert_string_equal(out, "running");
    struct made made;
    make_four(&made);
    made.rows[0].loss_lost = true;
    made.rows[0].lost_step = 412;
    assert_string_equal(printed(&made, 0, "nan", out), "412");
    assert_string_equal(printed(&made, 1, "nan", out), "");
    assert_string_equal(printed(&made, 0, "status", out), "finished"); /* as filters see it */
    arena_done(&made.runs.arena);
}

static void test_titles_and_ids(void **state)
{
    (void)state;
    struct made made;
    char out[64];
    struct err err = {0};
    uint32_t order[MOST];
    make_four(&made);
    made.rows[1].name = "mlruns/1/0123456789abcdef0123456789abcdef";
    made.rows[1].shown = "mlruns/1/happy fox";
    made.rows[1].title = "happy fox";
    made.rows[1].label_id = "0123456789abcdef0123456789abcdef";
    assert_string_equal(printed(&made, 1, "name", out), "mlruns/1/happy fox");
    assert_string_equal(printed(&made, 1, "path", out), made.rows[1].name);
    assert_string_equal(printed(&made, 1, "title", out), "happy fox");
    assert_string_equal(printed(&made, 1, "id", out), made.rows[1].label_id);
    static const char *const FOUND[] = {
        "fox", "abcdef012", "name~fox", "name~89ab", "title~happy", "path~mlruns", "id~0123"};
    for (size_t i = 0; i < sizeof FOUND / sizeof *FOUND; i++) {
        const struct filter *filter = filter_parse(&made.runs.arena, FOUND[i], &err);
        assert_int_equal(runs_order(&made.runs, filter, NULL, false, NULL, 0, order), 1);
        assert_int_equal(order[0], 1);
    }
    const struct run_row *run = &made.rows[1];
    assert_ptr_equal(runs_find_named(&made.runs, "happy fox", &err), run);
    assert_ptr_equal(runs_find_named(&made.runs, "mlruns/1/happy fox", &err), run);
    assert_ptr_equal(runs_find_named(&made.runs, run->label_id, &err), run);
    assert_ptr_equal(runs_find_named(&made.runs, run->name, &err), run);
    made.rows[2].title = "happy fox";
    assert_null(runs_find_named(&made.runs, "happy fox", &err));
    arena_done(&made.runs.arena);
}

static void test_ages(void **state)
{
    (void)state;
    static const struct {
        double seconds;
        const char *printed;
    } AGES[] = {{-5, "now"}, {0, "now"}, {59.9, "now"}, {60, "1min"}, {3599, "59min"}, {3600, "1h"},
        {86399, "23h"}, {86400, "1d"}, {366 * 86400.0, "1y"}, {1e12, "31688y"}};
    const struct run_column column = {.kind = RUN_COLUMN_AGE, .title = "age"};
    for (size_t i = 0; i < sizeof AGES / sizeof *AGES; i++) {
        char out[64];
        struct run_value value = {.known = true, .is_number = true, .number = AGES[i].seconds};
        run_value_print(&value, &column, out, sizeof out);
        if (strcmp(out, AGES[i].printed) != 0)
            fail_msg("%g s is \"%s\"", AGES[i].seconds, out);
    }
}

static void test_cells_are_cut_at_the_buffer(void **state)
{
    (void)state;
    const struct run_column column = {.kind = RUN_COLUMN_PARAM, .title = "p"};
    struct run_value value = {.known = true, .text = "a text that is long"};
    char out[8];
    run_value_print(&value, &column, out, sizeof out);
    assert_string_equal(out, "a text ");
    value = (struct run_value){.known = true, .is_number = true, .number = -1.2345678e-300};
    run_value_print(&value, &column, out, sizeof out);
    assert_true(strlen(out) < sizeof out);
}

/* ---- order ---- */

static void assert_order(struct made *made, const char *column_text, bool descending,
    const char *filter_text, const char *expected)
{
    struct run_column column = {0};
    struct err err = {0};
    uint32_t order[MOST];
    char got[64] = "";
    assert_true(runs_find_names(&made->runs));
    if (column_text)
        column = column_of(made, column_text);
    const struct filter *filter =
        filter_text ? runs_parse_filter(&made->runs, &made->runs.arena, filter_text, &err) : NULL;
    assert_true(!filter_text || filter);
    size_t count = runs_order(
        &made->runs, filter, column_text ? &column : NULL, descending, &made->rows[0], 9000, order);
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(got);
        snprintf(got + used, sizeof got - used, "%u", order[i]);
    }
    if (strcmp(got, expected) != 0)
        fail_msg("%s by %s%s: %s, not %s", filter_text ? filter_text : "all",
            column_text ? column_text : "nothing", descending ? " descending" : "", got, expected);
}

static void test_order(void **state)
{
    (void)state;
    struct made made;
    make_four(&made);
    assert_order(&made, NULL, false, NULL, "0123");
    assert_order(&made, NULL, true, NULL, "0123");
    assert_order(&made, "name", false, NULL, "0123"); /* naturally: exp2 before exp10 */
    assert_order(&made, "name", true, NULL, "3210");
    /* Unknown (c) and NaN (d) stand last either way, in their natural order. */
    assert_order(&made, "AP", false, NULL, "0123");
    assert_order(&made, "AP", true, NULL, "1023");
    assert_order(&made, "lr", false, NULL, "1023");
    assert_order(&made, "lr", true, NULL, "0123");
    assert_order(&made, "loss", true, NULL, "0123");
    assert_order(&made, "status", true, NULL, "0123"); /* ties keep their order */
    assert_order(&made, "dAP", false, NULL, "1023");
    made.rows[3].name = "exp0";
    assert_order(&made, "name", false, NULL, "3012");
    arena_done(&made.runs.arena);
}

static void test_numbers_stand_before_texts(void **state)
{
    (void)state;
    struct made made;
    memset(&made, 0, sizeof made);
    static const char *const VALUES[] = {"auto", "10", "9", "null", "Adam"};
    for (size_t i = 0; i < 5; i++)
        add_param(add_run(&made, "r"), "p", VALUES[i]);
    assert_order(&made, "p", false, NULL, "21403");
    assert_order(&made, "p", true, NULL, "04123");
    arena_done(&made.runs.arena);
}

static void test_filter_by_metric_and_parameter(void **state)
{
    (void)state;
    struct made made;
    make_four(&made);
    assert_order(&made, NULL, false, "AP>=0.4", "01");
    assert_order(&made, NULL, false, "AP>0.4", "1");
    assert_order(&made, NULL, false, "eval/AP>0.3", "0");
    assert_order(&made, NULL, false, "bbox/AP>1", "1");
    assert_order(&made, NULL, false, "lr<0.01", "1");
    assert_order(&made, NULL, false, "optimizer.lr=0.01", "0");
    assert_order(&made, "AP", true, "lr<1", "10");
    assert_order(&made, NULL, false, "model=FCOS", "01");
    assert_order(&made, NULL, false, "model!=fcos", "23");
    assert_order(&made, NULL, false, "seed=1", "01"); /* 1.0 too */
    assert_order(&made, NULL, false, "status=finished name~exp1", "023");
    assert_order(&made, NULL, false, "fcos", "01"); /* any text of a parameter */
    assert_order(&made, NULL, false, "exp1", "023");
    assert_order(&made, NULL, false, "nothing=1", "");
    assert_order(&made, NULL, false, "nothing!=1", "0123");
    assert_order(&made, NULL, false, "age>700 age<800", "0123");
    arena_done(&made.runs.arena);
}

/* However many names a filter has, each means what it says. */
static void test_a_filter_of_many_names(void **state)
{
    (void)state;
    struct made made;
    make_four(&made);
    char text[512] = "";
    for (int i = 0; i < 20; i++)
        strncat(text, "AP>=0.4 ", sizeof text - strlen(text) - 1);
    strncat(text, "lr<0.01", sizeof text - strlen(text) - 1);
    assert_order(&made, NULL, false, text, "1");
    arena_done(&made.runs.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_to_begin_with),
        cmocka_unit_test(test_equal_parameters_are_no_column),
        cmocka_unit_test(test_no_runs_and_many_parameters),
        cmocka_unit_test(test_columns_by_name),
        cmocka_unit_test(test_an_ending_of_two_parameters),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_what_is_not_known),
        cmocka_unit_test(test_the_last_segment_is_shown),
        cmocka_unit_test(test_a_lost_loss_is_a_badge),
        cmocka_unit_test(test_titles_and_ids),
        cmocka_unit_test(test_ages),
        cmocka_unit_test(test_cells_are_cut_at_the_buffer),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_numbers_stand_before_texts),
        cmocka_unit_test(test_filter_by_metric_and_parameter),
        cmocka_unit_test(test_a_filter_of_many_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
