/*
 * Refreshing the index over generated runs: what is read, evaluated, kept, read on and forgotten.
 */
#include "scene.h"

#include "base/clock.h"
#include "temp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char CSV[] = "step,train/loss,val/mAP\n1,3,0.1\n2,2,0.3\n3,1.5,0.2\n";

static void assert_close(double a, double b)
{
    if (!(fabs(a - b) < 1e-9))
        fail_msg("%.17g is not %.17g", a, b);
}

static uint64_t generation_of(struct scene *scene)
{
    struct err err = {0};
    uint64_t generation = 0;
    struct store *other = store_open(scene->index, STORE_READ_ONLY, &err);
    assert_non_null(other);
    assert_true(store_generation(other, &generation, &err));
    store_close(other);
    return generation;
}

/* Whether a refresh commits anything that another connection sees. */
static bool refresh_writes(struct scene *scene)
{
    struct err err = {0};
    uint64_t before, after;
    struct store *watcher = store_open(scene->index, STORE_READ_ONLY, &err);
    assert_non_null(watcher);
    assert_true(store_generation(watcher, &before, &err));
    scene_refresh(scene);
    assert_true(store_generation(watcher, &after, &err));
    store_close(watcher);
    return before != after;
}

static void test_a_plain_run(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "exp/metrics.csv", CSV);
    scene_write(&scene, "exp/config.json", "{\"optimizer\":{\"lr\":0.005},\"model\":\"fcos\"}");
    scene_write(&scene, "exp/status.json",
        "{\"status\":\"finished\",\"started\":\"2024-05-01T10:00:00Z\","
        "\"ended\":\"2024-05-01T11:00:00Z\"}");
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 1);
    const struct run_row *run = scene_run(&scene, "exp");
    assert_string_equal(run->format, "plain");
    assert_string_equal(run->root, scene.root);
    assert_int_equal(run->status, RUN_FINISHED);
    assert_close(run->ended_s - run->started_s, 3600);
    assert_true(run_param(run, "optimizer.lr")->number == 0.005);
    assert_null(run_param(run, "lr"));
    int64_t step = -1;
    assert_close(run_role_best(run, ROLE_AP, false, &step), 0.3);
    assert_int_equal(step, 2);
    assert_close(run_role_last(run, ROLE_AP), 0.2);
    assert_close(run_role_best(run, ROLE_LOSS, false, &step), 1.5);
    assert_true(isnan(run_role_best(run, ROLE_F1, false, NULL)));
    assert_int_equal(run->note_count, 0);
    assert_int_equal(run->loss_spark->count, 3);
    assert_close(run->loss_spark->values[2], 1.5);
    assert_int_equal(scene.progress.phase, INDEX_DONE);
    assert_int_equal(scene.progress.runs_found, 1);
    assert_int_equal(scene.progress.sources_read, 3);
    assert_int_equal(scene.troubles, 0);
    scene_done(&scene);
}

static void test_an_ultralytics_run(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "train/args.yaml", "task: detect\nmode: train\nepochs: 2\nlr0: 0.01\n");
    scene_write(&scene, "train/results.csv",
        "epoch, train/box_loss, metrics/mAP50-95(B)\n1, 2, 0.25\n2, 1, 0.5\n");
    scene_refresh(&scene);
    const struct run_row *run = scene_run(&scene, "train");
    assert_string_equal(run->format, "ultralytics");
    assert_int_equal(run->status, RUN_FINISHED); /* the last of its epochs is logged */
    assert_close(run_role_best(run, ROLE_ULTRALYTICS_AP, false, NULL), 0.5);
    assert_true(isnan(run_role_best(run, ROLE_AP, false, NULL))); /* another computation */
    assert_int_equal(run->ap_spark->count, 2);              /* the course of what comes closest */
    assert_int_equal(run->loss_spark->count, 2);
    scene_done(&scene);
}

/* Two formats in one directory say the same name: the first row of readers.def is believed. */
static void test_precedence_of_readers(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "run/metrics.csv", "step,train/box_loss\n1,10\n2,20\n3,30\n");
    scene_write(&scene, "run/config.json", "{\"epochs\": 3}");
    scene_write(&scene, "run/args.yaml", "task: detect\nmode: train\nepochs: 99\nseed: 7\n");
    scene_write(&scene, "run/results.csv", "epoch,train/box_loss,x\n1,5,1\n");
    scene_refresh(&scene);
    const struct run_row *run = scene_run(&scene, "run");
    assert_string_equal(run->format, "ultralytics");
    assert_int_equal(run_metric(run, "train/box_loss")->extent->count, 1);
    assert_close(scene_last(run, "train/box_loss"), 5);
    assert_close(scene_last(run, "x"), 1);
    assert_true(run_param(run, "epochs")->number == 99);
    assert_true(run_param(run, "seed")->number == 7);
    scene_done(&scene);
}

static void test_predictions_become_metrics(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "run/metrics.csv", CSV);
    scene_write(&scene, "run/dataset.json", "{\"ground_truth\":\"../val.json\"}");
    scene_write(&scene, "val.json", SCENE_TRUTH);
    scene_write(&scene, "run/predictions/epoch_001.json", SCENE_HALF);
    scene_write(&scene, "run/predictions/epoch_003.json", SCENE_PERFECT);
    scene_refresh(&scene);
    const struct run_row *run = scene_run(&scene, "run");
    assert_int_equal(run->prediction_count, 2);
    const struct run_metric *ap = run_metric(run, "eval/AP");
    assert_non_null(ap);
    assert_ptr_equal(run->by_role[ROLE_AP], ap); /* ours before the script's own */
    assert_int_equal(ap->extent->count, 2);
    assert_int_equal(ap->extent->first_step, 1);
    assert_int_equal(ap->extent->last_step, 3);
    assert_close(ap->first, SCENE_HALF_AP);
    assert_close(ap->last, 1);
    assert_close(scene_last(run, "eval/AP50"), 1);
    assert_close(scene_last(run, "eval/F1"), 1);
    assert_close(scene_last(run, "eval/APl"), -1); /* nothing large is there */
    assert_true(isnan(run_role_last(run, ROLE_APL)));
    assert_int_equal(run->note_count, 0);
    scene_done(&scene);
}

/* Predictions without a step of their own stand at the last that was logged; where others have
 * one, behind those. */
static void test_a_step_for_predictions(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "run/metrics.csv", "step,loss\n10,1\n20,1\n");
    scene_write(&scene, "run/predictions.json", SCENE_PERFECT);
    scene_write(&scene, "run/val.json", SCENE_TRUTH);
    scene_refresh(&scene);
    assert_int_equal(run_metric(scene_run(&scene, "run"), "eval/AP")->extent->last_step, 20);
    scene_write(&scene, "run/predictions/epoch_001.json", SCENE_HALF);
    scene_write(&scene, "run/predictions/epoch_004.json", SCENE_HALF);
    scene_refresh(&scene);
    const struct metric_summary ap =
        run_metric_summary(run_metric(scene_run(&scene, "run"), "eval/AP"));
    assert_int_equal(ap.count, 3);
    assert_int_equal(ap.segments, 1);
    assert_int_equal(ap.first_step, 1);
    assert_int_equal(ap.last_step, 5);
    assert_close(ap.last, 1);
    scene_done(&scene);
}

static void test_a_second_refresh_writes_nothing(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "run/metrics.csv", CSV);
    scene_write(&scene, "run/val.json", SCENE_TRUTH);
    scene_write(&scene, "run/predictions/epoch_001.json", SCENE_HALF);
    scene_write(&scene, "lone/results.json", SCENE_PERFECT);
    scene_write(&scene, "bad/metrics.csv", "step,loss\n1,2\n<<<<<<< HEAD\n");
    scene_refresh(&scene);
    assert_true(scene.changed);
    assert_true(generation_of(&scene) != 0);
    for (int i = 0; i < 2; i++) {
        assert_false(refresh_writes(&scene));
        assert_int_equal(scene.progress.sources_read, 0);
        assert_false(scene.changed); /* so that nobody loads the table again */
        assert_int_equal(scene.runs->count, 3);
    }
    scene_done(&scene);
}

static void test_what_was_appended_is_read_on(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    scene_init(&scene);
    scene_write(&scene, "run/metrics.csv", "step,loss\n1,5\n2,4\n3,"); /* being written */
    scene_refresh(&scene);
    assert_int_equal(run_metric(scene_run(&scene, "run"), "loss")->extent->count, 2);
    int64_t id = scene_run(&scene, "run")->id;
    scene_append(&scene, "run/metrics.csv", "3\n4,nan\n");
    scene_refresh(&scene);
    assert_int_equal(scene.progress.sources_read, 1);
    const struct run_row *run = scene_run(&scene, "run");
    assert_int_equal(run->id, id);
    const struct metric_summary loss = run_metric_summary(run_metric(run, "loss"));
    assert_int_equal(loss.count, 4);
    assert_int_equal(loss.nonfinite, 1);
    assert_close(loss.min, 3);
    struct point *points;
    size_t count;
    assert_true(store_load_points(scene.store, id, "loss", &scene.arena, &points, &count, &err));
    assert_int_equal(count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(points[i].step, i + 1);
    /* The bookmark stands behind the last whole row. */
    struct store_file *files;
    size_t file_count;
    assert_true(store_load_files(scene.store, id, &scene.arena, &files, &file_count, &err));
    assert_int_equal(file_count, 1);
    assert_int_equal(files[0].offset, files[0].size_bytes);
    scene_done(&scene);
}

/* The rows before the bookmark are as they were, byte by byte: only the header tells. */
static void test_a_table_with_another_header_is_read_again(void **state)
{
    enum { ROWS = 100 };
    char rows[ROWS * 8 + 1] = "", text[ROWS * 8 + 64];
    (void)state;
    struct scene scene;
    scene_init(&scene);
    for (int i = 0; i < ROWS; i++)
        memcpy(rows + strlen(rows), "0,1,2\n", sizeof "0,1,2\n");
    snprintf(text, sizeof text, "epoch,step,train_a\n%s", rows);
    scene_write(&scene, "version_0/metrics.csv", text);
    scene_refresh(&scene);
    assert_string_equal(scene_run(&scene, "version_0")->format, "lightning");
    assert_int_equal(run_metric(scene_run(&scene, "version_0"), "train_a")->extent->count, ROWS);
    snprintf(text, sizeof text, "epoch,step,train_b\n%s1,2,3\n", rows);
    FILE *out = fopen(scene_path(&scene, "version_0/metrics.csv"), "r+b"); /* the same inode */
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
    scene_refresh(&scene);
    const struct run_row *run = scene_run(&scene, "version_0");
    assert_null(run_metric(run, "train_a"));
    assert_int_equal(run_metric(run, "train_b")->extent->count, ROWS + 1);
    assert_close(scene_last(run, "train_b"), 3);
    scene_done(&scene);
}

/* A second table comes: the first one's metrics are renamed, though its file is as it was. */
static void test_several_tables_of_a_run_are_told_apart(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "run/train.csv", "step,loss,lr\n1,5,1\n2,4,1\n");
    scene_write(&scene, "run/params.json", "{\"width\": 32}");
    scene_refresh(&scene);
    const struct run_row *run = scene_run(&scene, "run");
    assert_string_equal(run->format, "generic");
    assert_close(scene_last(run, "loss"), 4);
    assert_true(run_param(run, "width")->number == 32);
    scene_write(&scene, "run/val.csv", "step,loss\n1,9\n");
    scene_refresh(&scene);
    run = scene_run(&scene, "run");
    assert_int_equal(run->metric_count, 3);
    assert_null(run_metric(run, "loss"));
    assert_close(scene_last(run, "train/loss"), 4);
    assert_close(scene_last(run, "train/lr"), 1);
    assert_close(scene_last(run, "val/loss"), 9);
    assert_int_equal(unlink(scene_path(&scene, "run/val.csv")), 0);
    scene_refresh(&scene);
    run = scene_run(&scene, "run");
    assert_int_equal(run->metric_count, 2);
    assert_close(scene_last(run, "loss"), 4);
    scene_done(&scene);
}

static void test_a_file_that_was_replaced_is_read_again(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "run/metrics.csv", CSV);
    scene_refresh(&scene);
    scene_write(&scene, "run/metrics.csv", "step,loss\n1,9\n");
    scene_refresh(&scene);
    const struct run_row *run = scene_run(&scene, "run");
    assert_int_equal(run->metric_count, 1);
    assert_close(scene_last(run, "loss"), 9);
    scene_done(&scene);
}

static void test_runs_that_are_gone_are_forgotten(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "a/metrics.csv", CSV);
    scene_write(&scene, "b/metrics.csv", CSV);
    scene_write(&scene, "b/config.json", "{\"lr\": 1}");
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 2);
    assert_int_equal(unlink(scene_path(&scene, "a/metrics.csv")), 0);
    assert_int_equal(unlink(scene_path(&scene, "b/config.json")), 0);
    scene_refresh(&scene);
    assert_true(scene.changed);
    assert_int_equal(scene.runs->count, 1);
    assert_int_equal(scene_run(&scene, "b")->param_count, 0);
    assert_int_equal(scene_run(&scene, "b")->metric_count, 2);
    scene_done(&scene);
}

static void test_a_run_that_moves_keeps_its_id(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "old/metrics.csv", CSV);
    scene_refresh(&scene);
    int64_t id = scene_run(&scene, "old")->id;
    assert_int_equal(rename(scene_path(&scene, "old"), scene_path(&scene, "new")), 0);
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 1);
    assert_int_equal(scene_run(&scene, "new")->id, id);
    scene_done(&scene);
}

static void test_damage_becomes_a_note(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "run/metrics.csv",
        "step,loss\n1,5\n<<<<<<< HEAD\n2,4\n=======\n>>>>>>> other\n3,3\n");
    scene_write(&scene, "run/config.json", "{\"lr\": ");
    scene_write(&scene, "run/predictions/epoch_1.json", SCENE_PERFECT);
    scene_write(&scene, "run/val.json", SCENE_TRUTH);
    scene_refresh(&scene);
    const struct run_row *run = scene_run(&scene, "run");
    assert_int_equal(run_metric(run, "loss")->extent->count, 3);
    assert_int_equal(scene_notes(run, "marker"), 1);
    assert_int_equal(run->note_count, 2);
    assert_close(scene_last(run, "eval/AP"), 1);
    /* Mended, it is forgotten. */
    scene_write(&scene, "run/metrics.csv", CSV);
    scene_write(&scene, "run/config.json", "{\"lr\": 1}");
    scene_refresh(&scene);
    assert_int_equal(scene_run(&scene, "run")->note_count, 0);
    scene_done(&scene);
}

static void test_predictions_that_cannot_be_read(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "run/metrics.csv", CSV);
    scene_write(&scene, "run/val.json", SCENE_TRUTH);
    scene_write(&scene, "run/predictions/epoch_1.json", "[{\"image_id\":1,\"category_id\":1,");
    scene_write(&scene, "run/predictions/epoch_2.json", SCENE_PERFECT);
    scene_refresh(&scene);
    const struct run_row *run = scene_run(&scene, "run");
    assert_int_equal(scene_notes(run, "not evaluated"), 1);
    assert_non_null(run->notes[0].file);
    assert_string_equal(run->notes[0].file, "predictions/epoch_1.json");
    assert_int_equal(run_metric(run, "eval/AP")->extent->count, 1);
    assert_false(refresh_writes(&scene));
    scene_done(&scene);
}

/* Without ground truth there is one note, however many predictions; when it comes, they count. */
static const char *const LATER[] = {"run/val.json", "val.json", "annotations/val.json"};

static void test_ground_truth_that_comes_later(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof LATER / sizeof *LATER; i++) {
        struct scene scene;
        scene_init(&scene);
        scene_write(&scene, "run/metrics.csv", CSV);
        scene_write(&scene, "run/predictions/epoch_1.json", SCENE_HALF);
        scene_write(&scene, "run/predictions/epoch_2.json", SCENE_PERFECT);
        scene_write(&scene, "run/predictions/epoch_3.json", SCENE_PERFECT);
        scene_refresh(&scene);
        const struct run_row *run = scene_run(&scene, "run");
        assert_int_equal(run->note_count, 1);
        assert_int_equal(scene_notes(run, "no ground truth"), 1);
        assert_null(run_metric(run, "eval/AP"));
        assert_false(refresh_writes(&scene));
        scene_write(&scene, LATER[i], SCENE_TRUTH);
        scene_refresh(&scene);
        run = scene_run(&scene, "run");
        if (!run_metric(run, "eval/AP"))
            fail_msg("%s is not noticed", LATER[i]);
        assert_int_equal(run_metric(run, "eval/AP")->extent->count, 3);
        assert_int_equal(run->note_count, 0);
        scene_done(&scene);
    }
}

/* What a run or a boxtop.json says may come to be, too. */
static void test_said_ground_truth_that_comes_later(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "a/metrics.csv", CSV);
    scene_write(&scene, "a/dataset.json", "{\"ground_truth\":\"../far/away/x.json\"}");
    scene_write(&scene, "a/predictions/epoch_1.json", SCENE_PERFECT);
    scene_write(&scene, "b/c/metrics.csv", CSV);
    scene_write(&scene, "b/c/predictions/epoch_1.json", SCENE_PERFECT);
    scene_write(&scene, "far/away/there/deep/er/readme", "");
    scene_refresh(&scene);
    assert_int_equal(scene_run(&scene, "a")->note_count, 1);
    scene_write(&scene, "far/away/x.json", SCENE_TRUTH);
    scene_refresh(&scene);
    assert_close(scene_last(scene_run(&scene, "a"), "eval/AP"), 1);
    scene_done(&scene);
}

/* boxtop.json of the root's parent: when it names another ground truth, that one counts. */
static void test_rules_that_change(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    const char *inner = scene_path(&scene, "inner");
    scene.roots[0] = inner;
    scene_write(&scene, "inner/run/metrics.csv", CSV);
    scene_write(&scene, "inner/run/predictions/epoch_1.json", SCENE_PERFECT);
    scene_write(&scene, "truth/val.json", SCENE_TRUTH);
    /* The same, but the first cat stands elsewhere. */
    scene_write(&scene, "truth/other.json",
        "{\"images\":[{\"id\":1,\"file_name\":\"a.png\",\"width\":100,\"height\":80}],"
        "\"categories\":[{\"id\":1,\"name\":\"cat\"}],\"annotations\":[{\"id\":1,\"image_id\":1,"
        "\"category_id\":1,\"bbox\":[60,60,20,20],\"area\":400,\"iscrowd\":0}]}");
    scene_write(&scene, "boxtop.json", "{\"datasets\":[{\"ground_truth\":\"truth/val.json\"}]}");
    scene_refresh(&scene);
    assert_close(scene_last(scene_run(&scene, "run"), "eval/AP"), 1);
    scene_write(&scene, "boxtop.json", "{\"datasets\":[{\"ground_truth\":\"truth/other.json\"}]}");
    scene_refresh(&scene);
    assert_close(scene_last(scene_run(&scene, "run"), "eval/AP"), 0);
    scene_done(&scene);
}

static void test_ground_truth_that_changes(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "run/metrics.csv", CSV);
    scene_write(&scene, "run/predictions/epoch_1.json", SCENE_HALF);
    scene_write(&scene, "run/val.json", SCENE_TRUTH);
    scene_refresh(&scene);
    assert_close(scene_last(scene_run(&scene, "run"), "eval/AP"), SCENE_HALF_AP);
    scene_write(&scene, "run/val.json",
        "{\"images\":[{\"id\":1,\"file_name\":\"a.png\",\"width\":100,\"height\":80}],"
        "\"categories\":[{\"id\":1,\"name\":\"cat\"}],\"annotations\":[{\"id\":1,\"image_id\":1,"
        "\"category_id\":1,\"bbox\":[10,10,20,20],\"area\":400,\"iscrowd\":0}]}");
    scene_refresh(&scene);
    assert_close(scene_last(scene_run(&scene, "run"), "eval/AP"), 1);
    scene_done(&scene);
}

/* Ground truth in fractions: what is known of the images' sizes decides. */
static void test_images_that_are_named_later(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "set/data.yaml", "val: images/val\nnames: [cat]\n");
    scene_write(&scene, "set/labels/val/a.txt", "0 0.5 0.5 0.5 0.5\n");
    scene_write(&scene, "run/args.yaml", "task: detect\nmode: train\ndata: ../set/data.yaml\n");
    scene_write(&scene, "run/results.json",
        "[{\"image_id\":\"a\",\"category_id\":0,\"bbox\":[25,20,50,40],\"score\":0.9}]");
    scene_refresh(&scene);
    assert_close(scene_last(scene_run(&scene, "run"), "eval/AP"), 0);
    scene_picture(&scene, "pictures/a.png", 100, 80);
    scene.settings.images = scene_path(&scene, "pictures");
    scene_refresh(&scene);
    assert_close(scene_last(scene_run(&scene, "run"), "eval/AP"), 1);
    assert_false(refresh_writes(&scene));
    scene_done(&scene);
}

static void test_gt_of_the_command_line(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene.settings.ground_truth = temp_text(scene.top, "elsewhere/gt.json", SCENE_TRUTH);
    scene_write(&scene, "run/results.json", SCENE_HALF);
    scene_refresh(&scene);
    assert_close(scene_last(scene_run(&scene, "run"), "eval/AP"), SCENE_HALF_AP);
    scene_done(&scene);
    scene_init(&scene);
    scene.settings.evaluate = false;
    scene_write(&scene, "run/results.json", SCENE_HALF);
    scene_write(&scene, "run/val.json", SCENE_TRUTH);
    scene_refresh(&scene);
    assert_int_equal(scene_run(&scene, "run")->metric_count, 0);
    scene_done(&scene);
}

static void test_troubles_outside_the_runs(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    scene_init(&scene);
    scene_write(&scene, "boxtop.json", "nonsense");
    scene_write(&scene, "run/metrics.csv", CSV);
    scene_refresh(&scene);
    assert_int_equal(scene.troubles, 1);
    assert_string_equal(scene.trouble.file, scene_path(&scene, "boxtop.json"));
    assert_int_equal(scene.runs->count, 1);
    struct index_listener listener = {0};
    const char *gone[] = {scene_path(&scene, "gone")};
    struct index_settings settings = {.roots = gone, .root_count = 1};
    assert_false(index_refresh(scene.store, &settings, &listener, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_string_equal(err.file, gone[0]);
    scene_refresh(&scene); /* the store is still good */
    assert_int_equal(scene.runs->count, 1);
    scene_done(&scene);
}

struct stopper {
    int left;
};

static bool stop_later(void *self, const struct index_progress *progress)
{
    (void)progress;
    return --((struct stopper *)self)->left > 0;
}

static void ignore_trouble(void *self, const struct err *err)
{
    (void)self, (void)err;
}

/* Cancelled at any report, the next refresh carries on to the same end. */
static void test_cancelled_at_any_moment(void **state)
{
    (void)state;
    for (int left = 1; left < 6; left++) {
        struct scene scene;
        struct err err = {0};
        scene_init(&scene);
        scene_write(&scene, "a/metrics.csv", CSV);
        scene_write(&scene, "b/metrics.csv", CSV);
        scene_write(&scene, "b/val.json", SCENE_TRUTH);
        scene_write(&scene, "b/predictions/epoch_1.json", SCENE_PERFECT);
        scene.store = index_open(&scene.settings, scene.index, false, &err);
        assert_non_null(scene.store);
        struct stopper stopper = {left};
        struct index_listener listener = {&stopper, stop_later, ignore_trouble};
        bool ok = index_refresh(scene.store, &scene.settings, &listener, &err);
        assert_true(ok || err.code == ERR_CANCELLED);
        scene_refresh(&scene);
        assert_int_equal(scene.runs->count, 2);
        assert_close(scene_last(scene_run(&scene, "b"), "eval/AP"), 1);
        scene_done(&scene);
    }
}

static void test_statuses(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "fresh/metrics.csv", CSV);
    scene_write(&scene, "old/metrics.csv", CSV);
    scene_age(&scene, "old/metrics.csv", 86400);
    scene_write(&scene, "stalled/metrics.csv", CSV);
    scene_write(&scene, "stalled/status.json", "{\"status\":\"running\"}");
    scene_age(&scene, "stalled/metrics.csv", 86400);
    scene_age(&scene, "stalled/status.json", 86400);
    scene_write(&scene, "failed/metrics.csv", CSV);
    scene_write(&scene, "failed/status.json", "{\"status\":\"failed\"}");
    scene_refresh(&scene);
    assert_int_equal(scene_run(&scene, "fresh")->status, RUN_RUNNING);
    assert_int_equal(scene_run(&scene, "old")->status, RUN_UNKNOWN);
    assert_int_equal(scene_run(&scene, "stalled")->status, RUN_STALLED);
    assert_int_equal(scene_run(&scene, "failed")->status, RUN_FAILED);
    scene_done(&scene);
}

static void test_names(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    scene_init(&scene);
    scene_write(&scene, "a/exp10/metrics.csv", CSV);
    scene_write(&scene, "a/exp2/metrics.csv", CSV);
    scene_write(&scene, "b/exp2/metrics.csv", CSV);
    scene_refresh(&scene);
    assert_string_equal(scene.runs->rows[0].name, "a/exp2");
    assert_string_equal(scene.runs->rows[1].name, "a/exp10");
    assert_string_equal(scene_run(&scene, "exp10")->name, "a/exp10");
    assert_string_equal(scene_run(&scene, scene_path(&scene, "b/exp2"))->name, "b/exp2");
    assert_null(runs_find_named(scene.runs, "exp2", &err)); /* of two */
    assert_int_equal(err.code, ERR_USAGE);
    assert_null(runs_find_named(scene.runs, "xp10", &err)); /* not a whole part */
    assert_null(runs_find_named(scene.runs, "", &err));
    for (size_t i = 0; i < scene.runs->count; i++)
        assert_ptr_equal(runs_find(scene.runs, scene.runs->rows[i].id), &scene.runs->rows[i]);
    assert_null(runs_find(scene.runs, 0));
    assert_null(runs_find(scene.runs, INT64_MAX));
    scene_done(&scene);
}

static void test_the_index_file(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    scene_init(&scene);
    scene_write(&scene, "run/metrics.csv", CSV);
    scene_refresh(&scene);
    store_close(scene.store);
    /* One that is damaged is made anew, without a word. */
    FILE *file = fopen(scene.index, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 100, SEEK_SET), 0);
    for (int i = 0; i < 4000; i++)
        fputc(0x5a, file);
    assert_int_equal(fclose(file), 0);
    scene.store = NULL;
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 1);
    /* Another program's file is left alone. */
    const char *foreign = temp_text(scene.top, "notes.txt", "my only copy");
    assert_null(index_open(&scene.settings, foreign, true, &err));
    assert_int_equal(err.code, ERR_USAGE);
    struct buf text;
    buf_init(&text, 100);
    assert_true(file_read(foreign, &text, NULL));
    assert_string_equal(text.data, "my only copy");
    buf_done(&text);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_plain_run),
        cmocka_unit_test(test_an_ultralytics_run),
        cmocka_unit_test(test_precedence_of_readers),
        cmocka_unit_test(test_predictions_become_metrics),
        cmocka_unit_test(test_a_step_for_predictions),
        cmocka_unit_test(test_a_second_refresh_writes_nothing),
        cmocka_unit_test(test_what_was_appended_is_read_on),
        cmocka_unit_test(test_a_table_with_another_header_is_read_again),
        cmocka_unit_test(test_several_tables_of_a_run_are_told_apart),
        cmocka_unit_test(test_a_file_that_was_replaced_is_read_again),
        cmocka_unit_test(test_runs_that_are_gone_are_forgotten),
        cmocka_unit_test(test_a_run_that_moves_keeps_its_id),
        cmocka_unit_test(test_damage_becomes_a_note),
        cmocka_unit_test(test_predictions_that_cannot_be_read),
        cmocka_unit_test(test_ground_truth_that_comes_later),
        cmocka_unit_test(test_said_ground_truth_that_comes_later),
        cmocka_unit_test(test_rules_that_change),
        cmocka_unit_test(test_ground_truth_that_changes),
        cmocka_unit_test(test_images_that_are_named_later),
        cmocka_unit_test(test_gt_of_the_command_line),
        cmocka_unit_test(test_troubles_outside_the_runs),
        cmocka_unit_test(test_cancelled_at_any_moment),
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_the_index_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
