/*
 * Twins: which of several rows are one run, and which only look like it; and the row that is made
 * of them. The rows are made by hand.
 */
#include "made_metric.h"
#include "scene.h"

#include "work/absorb.h"

#include <math.h>
#include <string.h>

enum { MOST = 8, POINTS = 6 };

struct made {
    struct arena arena;
    struct same_names names;
    struct run_row rows[MOST];
    struct run_metric metrics[MOST][4];
    struct made_metric parts[MOST][4];
    struct param params[MOST][4];
    struct twins_place places[MOST];
    size_t count;
    bool points_same; /* what is answered when summaries leave it open */
    int asked;
};

static bool check_points(void *self, const struct run_metric *a, const struct run_metric *b)
{
    struct made *made = self;
    (void)a, (void)b;
    made->asked++;
    return made->points_same;
}

static void begin(struct made *made)
{
    memset(made, 0, sizeof *made);
    same_names_init(&made->names, &made->arena);
}

static void end(struct made *made)
{
    same_names_done(&made->names);
    arena_done(&made->arena);
}

static struct run_row *add_run(struct made *made, const char *name, const char *format)
{
    struct run_row *run = &made->rows[made->count];
    *run = (struct run_row){.id = (int64_t)made->count + 1,
        .name = name,
        .shown = name,
        .root = "/root",
        .directory = name,
        .format = format,
        .source_count = 1,
        .metrics = made->metrics[made->count],
        .params = made->params[made->count]};
    made->count++;
    return run;
}

/* A series that falls from FIRST; its values are single precision where SINGLE. */
static struct made_metric *add_series(struct made *made, struct run_row *run, const char *name,
    double first, int points, double wall_s, bool single)
{
    struct made_metric *parts = &made->parts[run - made->rows][run->metric_count];
    struct run_metric *metric = (struct run_metric *)&run->metrics[run->metric_count++];
    struct metric_summary summary = {0};
    for (int i = 0; i < points; i++) {
        double value = first / (i + 1.1);
        struct point point = {i * 10, wall_s + i, single ? (float)value : value};
        metric_summary_add(&summary, &point, 1);
    }
    made_metric_set(parts, name, run->id, &summary, metric);
    assert_true(same_names_put(&made->names, name, &parts->kind.same));
    return parts;
}

static void find(struct made *made)
{
    struct twins_check check = {made, check_points};
    assert_true(twins_find(made->rows, made->count, NULL, &check, made->places));
}

static void assert_alone(struct made *made)
{
    find(made);
    for (size_t i = 0; i < made->count; i++) {
        assert_int_equal(made->places[i].owner, i);
        assert_int_equal(made->places[i].reason, TWINS_SELF);
    }
}

static void test_an_output_and_its_event_files(void **state)
{
    (void)state;
    struct made made;
    begin(&made);
    add_series(&made, add_run(&made, "runs/a", "tensorboard"), "train/loss", 3, POINTS, 100, true);
    add_series(&made, add_run(&made, "out", "ultralytics"), "loss", 3, POINTS, NAN, false);
    add_series(&made, add_run(&made, "other", "plain"), "loss", 2, POINTS, NAN, false);
    find(&made);
    assert_int_equal(made.places[0].owner, 1); /* its reader stands higher in the table */
    assert_int_equal(made.places[0].reason, TWINS_BY_SERIES);
    assert_int_equal(made.places[1].owner, 1);
    assert_int_equal(made.places[2].owner, 2);
    end(&made);
}

static void test_three_formats_are_one(void **state)
{
    (void)state;
    struct made made;
    begin(&made);
    add_series(&made, add_run(&made, "tb", "tensorboard"), "train/loss", 3, POINTS, 100, true);
    add_series(&made, add_run(&made, "out", "plain"), "loss", 3, POINTS, NAN, false);
    add_series(&made, add_run(&made, "w", "ultralytics"), "train/loss", 3, POINTS, 101, false);
    find(&made);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(made.places[i].owner, made.places[0].owner);
    end(&made);
}

/* A deterministic script that was run twice is two runs, whatever its numbers say. */
static void test_one_format_twice_is_two_runs(void **state)
{
    (void)state;
    struct made made;
    begin(&made);
    add_series(&made, add_run(&made, "a", "plain"), "loss", 3, POINTS, NAN, false);
    add_series(&made, add_run(&made, "b", "plain"), "loss", 3, POINTS, NAN, false);
    assert_alone(&made);
    /* And then nobody can say whose the event files are. */
    add_series(&made, add_run(&made, "tb", "tensorboard"), "loss", 3, POINTS, 100, true);
    assert_alone(&made);
    end(&made);
}

static void test_what_is_no_evidence(void **state)
{
    (void)state;
    struct made made;
    begin(&made); /* too short */
    add_series(&made, add_run(&made, "a", "plain"), "loss", 3, 2, NAN, false);
    add_series(&made, add_run(&made, "b", "tensorboard"), "loss", 3, 2, 100, true);
    assert_alone(&made);
    end(&made);
    begin(&made); /* no loss */
    add_series(&made, add_run(&made, "a", "plain"), "lr", 3, POINTS, NAN, false);
    add_series(&made, add_run(&made, "b", "tensorboard"), "lr", 3, POINTS, 100, true);
    assert_alone(&made);
    end(&made);
    begin(&made); /* constant */
    add_series(&made, add_run(&made, "a", "plain"), "loss", 0, POINTS, NAN, false);
    add_series(&made, add_run(&made, "b", "tensorboard"), "loss", 0, POINTS, 100, true);
    assert_alone(&made);
    end(&made);
    begin(&made); /* a training loss and a validation loss */
    add_series(&made, add_run(&made, "a", "plain"), "loss", 3, POINTS, NAN, false);
    add_series(&made, add_run(&made, "b", "tensorboard"), "val/loss", 3, POINTS, 100, true);
    assert_alone(&made);
    end(&made);
    begin(&made); /* below another root */
    add_series(&made, add_run(&made, "a", "plain"), "loss", 3, POINTS, NAN, false);
    struct run_row *far = add_run(&made, "b", "tensorboard");
    far->root = "/elsewhere";
    add_series(&made, far, "loss", 3, POINTS, 100, true);
    assert_alone(&made);
    end(&made);
    begin(&made); /* at another time */
    add_series(&made, add_run(&made, "a", "plain"), "loss", 3, POINTS, 4000, false);
    add_series(&made, add_run(&made, "b", "tensorboard"), "loss", 3, POINTS, 100, true);
    assert_alone(&made);
    end(&made);
    begin(&made); /* one value differs */
    add_series(&made, add_run(&made, "a", "plain"), "loss", 3, POINTS, NAN, false);
    add_series(&made, add_run(&made, "b", "tensorboard"), "loss", 3, POINTS, 100, true);
    made.metrics[1][0].min *= 0.999;
    assert_alone(&made);
    end(&made);
}

static void test_one_lags_behind(void **state)
{
    (void)state;
    struct made made;
    begin(&made);
    add_series(&made, add_run(&made, "a", "plain"), "loss", 3, POINTS, 100, false);
    add_series(&made, add_run(&made, "b", "tensorboard"), "loss", 3, POINTS + 2, 100, true);
    assert_alone(&made);
    assert_true(made.asked > 0);
    made.points_same = true;
    find(&made);
    assert_int_equal(made.places[1].owner, 0);
    end(&made);
}

static void test_terms_of_a_loss_serve_without_a_total(void **state)
{
    (void)state;
    struct made made;
    begin(&made);
    add_series(&made, add_run(&made, "a", "ultralytics"), "train/box_loss", 3, POINTS, NAN, false);
    add_series(&made, add_run(&made, "b", "tensorboard"), "train/box_loss", 3, POINTS, 100, true);
    find(&made);
    assert_int_equal(made.places[1].owner, 0);
    end(&made);
}

static void test_one_id_is_one_run(void **state)
{
    (void)state;
    struct made made;
    begin(&made);
    struct run_row *a = add_run(&made, "a", "plain"), *b = add_run(&made, "copy/a", "plain");
    struct run_row *c = add_run(&made, "c", "plain");
    a->label_id = b->label_id = "1a2b3c4d";
    c->label_id = "9z9z9z9z";
    b->root = "/elsewhere";
    add_series(&made, a, "loss", 3, POINTS, NAN, false);
    add_series(&made, b, "loss", 3, POINTS, NAN, false);
    add_series(&made, b, "val/loss", 2, POINTS, NAN, false);
    find(&made);
    assert_int_equal(made.places[0].owner, 1); /* it has more points */
    assert_int_equal(made.places[0].reason, TWINS_BY_ID);
    assert_int_equal(made.places[2].owner, 2);
    a->source_count = 2; /* more files go before more points */
    find(&made);
    assert_int_equal(made.places[1].owner, 0);
    /* An id that somebody chose twice: the numbers say that these are two. */
    made.metrics[1][0].first = 17;
    assert_alone(&made);
    a->label_id = b->label_id = "run1"; /* too short to be one of a tool */
    made.metrics[1][0].first = made.metrics[0][0].first;
    assert_alone(&made);
    end(&made);
}

/* A copy, and the event files of the run beside it. */
static void test_an_id_and_a_series(void **state)
{
    (void)state;
    struct made made;
    begin(&made);
    struct run_row *a = add_run(&made, "a", "plain"), *b = add_run(&made, "b", "plain");
    add_series(&made, a, "loss", 3, POINTS, NAN, false);
    add_series(&made, b, "loss", 3, POINTS, NAN, false);
    a->label_id = b->label_id = "1a2b3c4d";
    add_series(&made, add_run(&made, "tb", "tensorboard"), "loss", 3, POINTS, 100, true);
    find(&made);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(made.places[i].owner, 0);
    assert_int_equal(made.places[1].reason, TWINS_BY_ID);
    assert_int_equal(made.places[2].reason, TWINS_BY_SERIES);
    end(&made);
}

static void test_nobody(void **state)
{
    (void)state;
    struct made made;
    begin(&made);
    assert_alone(&made);
    add_run(&made, "empty", "plain");
    add_run(&made, "empty too", "tensorboard");
    assert_alone(&made);
    end(&made);
}

/* ---- the row that is made of them ---- */

static const struct run_metric *metric_named(const struct run_row *run, const char *name)
{
    for (size_t i = 0; i < run->metric_count; i++)
        if (strcmp(run->metrics[i].kind->name, name) == 0)
            return &run->metrics[i];
    return NULL;
}

static void test_doubles_of_one_run(void **state)
{
    (void)state;
    struct made made;
    begin(&made);
    struct twins_check check = {&made, check_points};
    struct run_row *run = add_run(&made, "a", "plain");
    add_series(&made, run, "loss", 3, POINTS, NAN, false);
    add_series(&made, run, "train/loss", 3, POINTS, 100, true)->kind.rank = 2;
    add_series(&made, run, "eval/loss", 2, POINTS, 100, true)->kind.rank = 2;
    add_series(&made, run, "eval_loss", 1.5, POINTS, NAN, false);
    assert_true(absorb_doubles(run, &check, &made.arena));
    assert_int_equal(run->metric_count, 3); /* eval_loss and eval/loss are two series */
    assert_null(metric_named(run, "train/loss"));
    assert_true(metric_named(run, "loss")->extent->first_wall_s == 100);
    /* Two names of one source are two metrics. */
    run->metric_count = 2;
    ((struct run_metric *)run->metrics)[1] = run->metrics[0];
    assert_true(absorb_doubles(run, &check, &made.arena));
    assert_int_equal(run->metric_count, 2);
    end(&made);
}

static void test_nothing_is_lost(void **state)
{
    (void)state;
    struct made made;
    begin(&made);
    struct twins_check check = {&made, check_points};
    struct run_row *a = add_run(&made, "out", "plain"), *b = add_run(&made, "tb", "tensorboard");
    add_series(&made, a, "loss", 3, POINTS, NAN, false);
    add_series(&made, a, "lr", 1, POINTS, NAN, false);
    add_series(&made, b, "grad_norm", 5, POINTS, 100, true);
    add_series(&made, b, "lr", 0.5, POINTS, 100, true);
    add_series(&made, b, "train/loss", 3, POINTS, 100, true);
    made.params[0][0] = param_from_text("b", "1");
    made.params[1][0] = param_from_text("a", "2");
    made.params[1][1] = param_from_text("b", "3");
    made.params[1][2] = param_from_text("c", "4");
    a->param_count = 1;
    b->param_count = 3;
    b->title = "happy fox";
    assert_true(absorb_run(a, b, TWINS_BY_SERIES, &check, &made.arena));
    assert_int_equal(a->metric_count, 4);
    assert_null(metric_named(a, "train/loss"));
    assert_non_null(metric_named(a, "grad_norm"));
    assert_int_equal(metric_named(a, "grad_norm")->extent->run_id, 2);
    assert_non_null(metric_named(a, "lr (tb)")); /* another series of that name */
    assert_string_equal(metric_named(a, "lr (tb)")->kind->written, "lr");
    assert_int_equal(metric_named(a, "lr")->extent->run_id, 1);
    assert_int_equal(a->param_count, 3);
    assert_string_equal(a->params[0].name, "a");
    assert_string_equal(a->params[1].text, "1");
    assert_string_equal(a->params[2].name, "c");
    assert_string_equal(a->title, "happy fox");
    assert_int_equal(a->source_count, 2);
    assert_int_equal(a->absorbed_count, 1);
    assert_string_equal(a->absorbed[0].name, "tb");
    end(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_output_and_its_event_files),
        cmocka_unit_test(test_three_formats_are_one),
        cmocka_unit_test(test_one_format_twice_is_two_runs),
        cmocka_unit_test(test_what_is_no_evidence),
        cmocka_unit_test(test_one_lags_behind),
        cmocka_unit_test(test_terms_of_a_loss_serve_without_a_total),
        cmocka_unit_test(test_one_id_is_one_run),
        cmocka_unit_test(test_an_id_and_a_series),
        cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_doubles_of_one_run),
        cmocka_unit_test(test_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
