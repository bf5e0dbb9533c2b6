/*
 * The runs table from an index: what names mean, one row of several directories, synonyms.
 */
#include "scene.h"

#include "event_file.h"
#include "store/store.h"
#include "temp.h"
#include "work/compare.h"
#include "work/curves.h"
#include "work/world.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { POINTS = 12 };

static double loss_at(int i)
{
    return 3.0 / (i + 1.37);
}

/* DIRECTORY/metrics.csv with POINTS losses of steps 0, 10, ...; more columns may follow. */
static void write_csv(struct scene *scene, const char *directory, const char *name, int points)
{
    char text[4096], path[256];
    size_t length = (size_t)snprintf(text, sizeof text, "step,%s\n", name);
    for (int i = 0; i < points; i++)
        length +=
            (size_t)snprintf(text + length, sizeof text - length, "%d,%.17g\n", i * 10, loss_at(i));
    snprintf(path, sizeof path, "%s/metrics.csv", directory);
    scene_write(scene, path, text);
}

/* The same as Ultralytics writes it. */
static void write_results(struct scene *scene, const char *directory)
{
    char text[4096], path[256];
    size_t length = (size_t)snprintf(text, sizeof text, "epoch,train/box_loss,metrics/recall(B)\n");
    for (int i = 0; i < POINTS; i++)
        length += (size_t)snprintf(
            text + length, sizeof text - length, "%d,%.17g,0.5\n", i * 10, loss_at(i));
    snprintf(path, sizeof path, "%s/results.csv", directory);
    scene_write(scene, path, text);
    snprintf(path, sizeof path, "%s/args.yaml", directory);
    scene_write(scene, path, "model: x\n");
}

/* The same losses as an event file, and a gradient norm that only it has. */
static void write_events(struct scene *scene, const char *directory, const char *tag, int points)
{
    struct buf file = event_buf();
    char path[256];
    event_version(&file, 1700000000);
    for (int i = 0; i < points; i++) {
        event_scalar(&file, 1700000000 + i, i * 10, tag, (float)loss_at(i));
        event_scalar(&file, 1700000000 + i, i * 10, "train/grad_norm", (float)i);
    }
    snprintf(path, sizeof path, "%s/events.out.tfevents.1700000000.host", directory);
    temp_file(scene->root, path, file.data, file.length);
    buf_done(&file);
}

static void test_two_directories_are_one_row(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    scene_init(&scene);
    write_csv(&scene, "out", "loss", POINTS);
    scene_write(&scene, "out/config.json", "{\"lr\": 0.1}");
    write_events(&scene, "runs/Nov11", "train/loss", POINTS);
    write_events(&scene, "other", "train/loss", POINTS / 2); /* half of it: another run */
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 2);
    const struct run_row *run = scene_run(&scene, "out");
    assert_int_equal(run->absorbed_count, 1);
    assert_string_equal(run->absorbed[0].name, "runs/Nov11");
    assert_string_equal(run->absorbed[0].format, "tensorboard");
    assert_non_null(run_metric(run, "loss"));
    assert_null(run_metric(run, "train/loss"));
    assert_true(run->started_s == 1700000000); /* the event files have the times */
    /* What was absorbed is found by its own name, path and id. */
    assert_ptr_equal(scene_run(&scene, "runs/Nov11"), run);
    assert_ptr_equal(scene_run(&scene, "Nov11"), run);
    assert_ptr_equal(scene_run(&scene, scene_path(&scene, "runs/Nov11")), run);
    assert_ptr_equal(runs_find(scene.runs, run->absorbed[0].id), run);
    assert_ptr_equal(runs_find(scene.runs, run->id), run);
    /* Its metric is loaded from where it is. */
    struct curve_want want = world_curve_want(run_metric(run, "train/grad_norm"));
    struct curves *curves = curves_load(scene.store, &want, 1, NULL, &err);
    assert_non_null(curves);
    assert_int_equal(curves->curves[0].count, POINTS);
    assert_true(curves->curves[0].points[5].value == 5);
    curves_release(curves);
    scene_done(&scene);
}

/* While both are written one is ahead of the other; the points say that they are one. */
static void test_one_of_two_lags_behind(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    write_csv(&scene, "out", "loss", POINTS);
    write_events(&scene, "tb", "train/loss", POINTS - 2);
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 1);
    assert_int_equal(run_metric(scene_run(&scene, "tb"), "loss")->extent->count, POINTS);
    scene_done(&scene);
}

static void test_two_sources_of_one_directory(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    write_csv(&scene, "a", "loss", POINTS);
    write_events(&scene, "a", "train/loss", POINTS);
    scene_refresh(&scene);
    const struct run_row *run = scene_run(&scene, "a");
    assert_int_equal(run->metric_count, 2);
    assert_non_null(run_metric(run, "loss"));
    assert_int_equal(run->absorbed_count, 0);
    scene_done(&scene);
}

static void test_notes_and_predictions_of_what_was_absorbed(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    write_events(&scene, "tb", "train/box_loss", POINTS);
    write_results(&scene, "out");
    scene_append(&scene, "tb/events.out.tfevents.1700000000.host", "torn, and more than that");
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 1);
    const struct run_row *run = scene_run(&scene, "out");
    assert_true(run->note_count > 0);
    size_t prefixed = 0;
    for (size_t i = 0; i < run->note_count; i++)
        prefixed += run->notes[i].file && strncmp(run->notes[i].file, "tb/", 3) == 0;
    assert_int_equal(prefixed, run->note_count);
    scene_write(&scene, "tb/predictions/epoch_001.json", SCENE_PERFECT);
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 1);
    run = scene_run(&scene, "out"); /* whichever of the two names it now */
    assert_int_equal(run->prediction_count, 1);
    assert_string_equal(
        run->artifacts[0].path, scene_path(&scene, "tb/predictions/epoch_001.json"));
    scene_done(&scene);
}

/* ---- percent ---- */

static void test_percent_is_a_family_matter(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "a/metrics.csv", "step,val/AP,val/AP50,AP75\n1,0.9,3.1,0.5\n");
    scene_write(&scene, "b/metrics.csv", "step,val/AP,val/AP50\n1,0.4,0.6\n");
    scene_refresh(&scene);
    const struct run_row *a = scene_run(&scene, "a"), *b = scene_run(&scene, "b");
    assert_true(fabs(run_role_best(a, ROLE_AP, false, NULL) - 0.009) < 1e-12);
    assert_true(fabs(run_role_best(a, ROLE_AP50, false, NULL) - 0.031) < 1e-12);
    assert_true(run_role_best(a, ROLE_AP75, false, NULL) == 0.5); /* another logger's */
    assert_true(run_role_best(b, ROLE_AP, false, NULL) == 0.4);
    scene_done(&scene);
}

/* ---- synonyms ---- */

static const struct diff_param *row_named(const struct compare *compare, const char *name)
{
    for (size_t i = 0; i < compare->params.count; i++)
        if (strcmp(compare->params.rows[i].name, name) == 0)
            return &compare->params.rows[i];
    return NULL;
}

static void test_spellings_are_one_row(void **state)
{
    (void)state;
    struct scene scene;
    struct compare compare;
    struct err err = {0};
    scene_init(&scene);
    for (const char *at = "abc"; *at; at++)
        write_csv(&scene, (const char[]){*at, '\0'}, "x", 1);
    scene_write(&scene, "a/config.json", "{\"lr0\": 0.1, \"tau\": 3, \"epochs\": 5}");
    scene_write(&scene, "b/config.json",
        "{\"SOLVER\": {\"BASE_LR\": 0.2}, \"my\": {\"temperature\": 4}, \"max_epochs\": 5}");
    /* Two spellings that disagree stay two; one that repeats, or says nothing, is not compared. */
    scene_write(&scene, "c/config.json",
        "{\"lr\": 0.3, \"learning_rate\": 0.4, \"base_lr\": 0.3, \"init_lr\": null}");
    scene_write(&scene, "boxtop.json", "{\"synonyms\": [[\"tau\", \"my.temperature\"]]}");
    scene_refresh(&scene);
    assert_int_equal(scene.troubles, 0);
    const struct run_row *runs[] = {
        scene_run(&scene, "a"), scene_run(&scene, "b"), scene_run(&scene, "c")};
    assert_true(compare_runs(runs, 3, 0, true, &scene.arena, &compare, &err));
    const struct diff_param *lr = row_named(&compare, "lr"), *tau = row_named(&compare, "tau");
    assert_true(lr && tau);
    assert_string_equal(lr->values[0]->text, "0.1");
    assert_string_equal(lr->values[1]->text, "0.2");
    assert_string_equal(lr->values[2]->text, "0.3");
    assert_string_equal(tau->values[1]->text, "4");
    const struct diff_param *other = row_named(&compare, "learning_rate");
    assert_true(other && !other->values[0] && other->values[2]);
    assert_null(row_named(&compare, "base_lr"));
    assert_null(row_named(&compare, "init_lr"));
    assert_null(row_named(&compare, "lr0"));
    assert_int_equal(runs[2]->param_count, 4); /* the run itself keeps every spelling */
    assert_false(
        row_named(&compare, "epochs")->differs && row_named(&compare, "epochs")->values[2]);
    /* One column for all, and the filter sees through it. */
    struct run_column column;
    assert_true(runs_parse_column(scene.runs, &scene.arena, "lr", &column, &err));
    for (size_t i = 0; i < 3; i++)
        assert_true(
            fabs(run_value(runs[i], &column, NULL, 0).number - 0.1 * (double)(i + 1)) < 1e-9);
    uint32_t order[3];
    const struct filter *filter = filter_parse(&scene.arena, "lr>=0.2", &err);
    assert_int_equal(runs_order(scene.runs, filter, NULL, false, NULL, 0, order), 2);
    scene_done(&scene);
}

static double mean_of(struct scene *scene, const struct runs *runs, const char *text)
{
    struct run_column column;
    assert_true(runs_parse_column(runs, &scene->arena, text, &column, NULL));
    struct run_value value = run_value(&runs->rows[0], &column, NULL, 0);
    return value.known ? value.number : NAN;
}

static struct runs *load_means(struct scene *scene, const struct runs *before, const char *list)
{
    struct err err = {0};
    struct runs *runs = runs_load(scene->store, before, &err);
    assert_non_null(runs);
    assert_true(runs_load_listed_tails(scene->store, runs, before, list, &err));
    return runs;
}

/* What was asked for is listed as it is read, and taken from an older snapshot while it has not
 * grown. */
static void test_means_of_last_points_are_kept(void **state)
{
    (void)state;
    struct scene scene;
    struct run_column columns[2];
    struct buf list;
    size_t count = 0;
    scene_init(&scene);
    scene_write(&scene, "a/metrics.csv", "step,train/loss\n1,4\n2,2\n3,3\n");
    scene_refresh(&scene);
    assert_true(runs_parse_columns(scene.runs, &scene.arena,
        "x=1/mean(loss,2),mean(train/loss,3)", columns, &count, 2, NULL));
    buf_init(&list, 1 << 10);
    runs_list_tails(columns, count, &list);
    assert_string_equal(list.data, "mean(`loss`,2),mean(`train/loss`,3)");
    assert_true(isnan(mean_of(&scene, scene.runs, "mean(loss,2)"))); /* were not read */
    struct runs *first = load_means(&scene, NULL, list.data);
    assert_true(mean_of(&scene, first, "mean(loss,2)") == 2.5);
    assert_true(mean_of(&scene, first, "mean(train/loss,3)") == 3);
    /* It has not grown: what is in the older snapshot is what is taken. */
    ((double *)first->rows[0].tails[0].values)[2] = 9;
    struct runs *second = load_means(&scene, first, "mean(loss,2),mean(gone,1)");
    assert_true(mean_of(&scene, second, "mean(loss,2)") == 5.5);
    scene_append(&scene, "a/metrics.csv", "4,5\n");
    scene_refresh(&scene);
    struct runs *third = load_means(&scene, second, "mean(loss,2)");
    assert_true(mean_of(&scene, third, "mean(loss,2)") == 4);
    runs_release(first);
    runs_release(second);
    runs_release(third);
    buf_done(&list);
    scene_done(&scene);
}

static void test_a_wrong_list_is_said_once_and_hides_nothing(void **state)
{
    (void)state;
    static const char *const WRONG[] = {"{\"synonyms\": 3}", "{\"synonyms\": [\"lr\"]}",
        "{\"synonyms\": [[1]]}", "{}", "[]", "{\"synonyms\": [[]"};
    struct scene scene;
    scene_init(&scene);
    write_csv(&scene, "a", "x", 1);
    scene_write(&scene, "a/config.json", "{\"lr0\": 0.1}");
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        scene_write(&scene, "boxtop.json", WRONG[i]);
        scene_refresh(&scene);
        if (scene.troubles != 1)
            fail_msg("%s: %zu troubles", WRONG[i], scene.troubles);
        assert_non_null(run_setting(scene_run(&scene, "a"), "lr"));
    }
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_directories_are_one_row),
        cmocka_unit_test(test_one_of_two_lags_behind),
        cmocka_unit_test(test_two_sources_of_one_directory),
        cmocka_unit_test(test_notes_and_predictions_of_what_was_absorbed),
        cmocka_unit_test(test_percent_is_a_family_matter),
        cmocka_unit_test(test_spellings_are_one_row),
        cmocka_unit_test(test_means_of_last_points_are_kept),
        cmocka_unit_test(test_a_wrong_list_is_said_once_and_hides_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
