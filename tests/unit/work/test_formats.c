/*
 * What becomes of formats in the index, end to end: status, predictions, one run of several files.
 */
#include "scene.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void assert_close(double a, double b)
{
    if (!(fabs(a - b) < 1e-9))
        fail_msg("%.17g is not %.17g", a, b);
}

static void write_training(struct scene *scene, const char *run, const char *args, const char *rows)
{
    char table[512];
    snprintf(table, sizeof table, "epoch,train/box_loss,metrics/mAP50-95(B)\n%s", rows);
    const char *args_path = arena_printf(&scene->arena, "%s/args.yaml", run);
    const char *table_path = arena_printf(&scene->arena, "%s/results.csv", run);
    scene_write(scene, args_path, args);
    scene_write(scene, table_path, table);
    scene_age(scene, args_path, 86400);
    scene_age(scene, table_path, 86400);
}

/* Epochs may count from 0 or from 1; those that patience saved need not be waited for. */
static void test_a_training_ends_with_its_last_epoch_or_its_patience(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    write_training(&scene, "from0", "epochs: 2\n", "0,1,.1\n1,1,.2\n");
    write_training(&scene, "from1", "epochs: 2\n", "1,1,.1\n2,1,.2\n");
    write_training(&scene, "resumed", "epochs: 3\n", "0,1,.1\n1,1,.2\n1,1,.2\n2,1,.3\n");
    write_training(&scene, "broken0", "epochs: 3\npatience: 5\n", "0,1,.1\n1,1,.2\n");
    write_training(&scene, "broken1", "epochs: 3\npatience: 0\n", "1,1,.1\n2,1,.2\n");
    write_training(&scene, "patient", "epochs: 9\npatience: 2\n", "1,1,.3\n2,1,.2\n3,1,.1\n");
    write_training(&scene, "drawn", "epochs: 9\n", "1,1,.3\n");
    scene_write(&scene, "drawn/results.png", "");
    scene_refresh(&scene);
    static const struct {
        const char *run;
        enum run_status status;
    } WANTED[] = {{"from0", RUN_FINISHED}, {"from1", RUN_FINISHED}, {"resumed", RUN_FINISHED},
        {"broken0", RUN_UNKNOWN}, {"broken1", RUN_UNKNOWN}, {"patient", RUN_FINISHED},
        {"drawn", RUN_FINISHED}};
    for (size_t i = 0; i < sizeof WANTED / sizeof *WANTED; i++)
        if (scene_run(&scene, WANTED[i].run)->status != WANTED[i].status)
            fail_msg("%s is %d", WANTED[i].run, scene_run(&scene, WANTED[i].run)->status);
    scene_done(&scene);
}

static void test_a_run_that_is_not_heard_of_is_stalled(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "copied/run.json",
        "{\"experiment\": {}, \"heartbeat\": \"2020-01-01T00:00:00\", \"status\": \"RUNNING\"}");
    scene_write(&scene, "silent/run.json", "{\"experiment\": {}, \"status\": \"RUNNING\"}");
    scene_refresh(&scene);
    assert_int_equal(scene_run(&scene, "copied")->status, RUN_STALLED);
    assert_int_equal(scene_run(&scene, "silent")->status, RUN_RUNNING);
    scene_done(&scene);
}

/* Predicted labels join their pictures by the stem, which is the id of an image without a file. */
static void test_a_folder_of_predicted_labels_is_evaluated(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "data.yaml", "val: valid/images\nnc: 2\nnames: [cat, dog]\n");
    scene_picture(&scene, "valid/images/a.png", 100, 80);
    scene_picture(&scene, "valid/images/0042.png", 120, 90);
    scene_write(&scene, "valid/labels/a.txt", "0 0.5 0.5 0.2 0.2\n1 0.25 0.25 0.2 0.2\n");
    scene_write(&scene, "valid/labels/0042.txt", "0 0.5 0.5 0.5 0.5\n");
    scene_write(&scene, "val/labels/a.txt", "0 0.5 0.5 0.2 0.2 0.9\n1 0.25 0.25 0.2 0.2 0.8\n");
    scene_write(&scene, "val/labels/0042.txt", "0 0.5 0.5 0.5 0.5 0.7\n");
    scene_picture(&scene, "val/confusion_matrix.png", 10, 10); /* no ground truth */
    scene_refresh(&scene);
    const struct run_row *run = scene_run(&scene, "val");
    assert_int_equal(scene.runs->count, 1);
    assert_string_equal(run->format, "ultralytics");
    assert_int_equal(run->prediction_count, 1);
    assert_close(scene_last(run, "eval/AP"), 1);
    assert_int_equal(run->note_count, 0);
    scene_done(&scene);
}

/* What the Trainer lets TensorBoard write below its output is the same run, read by its own reader.
 */
static void test_a_trainer_and_its_event_files_are_one_run(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "out/checkpoint-1/trainer_state.json",
        "{\"global_step\": 1, \"log_history\": [{\"loss\": 3, \"step\": 1}], \"max_steps\": 2}");
    scene_write(&scene, "out/runs/Sep01/events.out.tfevents.1.h", "");
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 1);
    assert_close(scene_last(scene_run(&scene, "out"), "loss"), 3);
    assert_int_equal(scene_run(&scene, "out")->status, RUN_RUNNING); /* so far, and fresh */
    scene_write(&scene, "out/checkpoint-2/trainer_state.json",
        "{\"global_step\": 2, \"log_history\": [{\"loss\": 3, \"step\": 1}, {\"loss\": 2, "
        "\"step\": 2}], "
        "\"max_steps\": 2}");
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 1);
    const struct run_row *run = scene_run(&scene, "out");
    assert_int_equal(run_metric(run, "loss")->extent->count, 2); /* not once a checkpoint */
    assert_int_equal(run->status, RUN_FINISHED);
    scene_done(&scene);
}

/* Event files in a folder of the run tell of the same run; what the log says is believed. */
static void test_a_folder_of_event_files_is_a_source_of_the_run(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "work/run/vis_data/scalars.json",
        "{\"loss\": 2, \"epoch\": 1, \"iter\": 20, \"step\": 20}\n"
        "{\"coco/bbox_mAP\": 0.25, \"step\": 1}\n");
    scene_write(&scene, "work/run/vis_data/events.out.tfevents.1.host.1.0", "");
    scene_write(&scene, "work/run.py", "lr = 0.5\n");
    scene_write(&scene, "work/work.py", "lr = 0.25\n");
    scene_refresh(&scene);
    const struct run_row *run = scene_run(&scene, "work/run");
    assert_string_equal(run->format, "openmmlab");
    assert_close(run_role_last(run, ROLE_LOSS), 2);
    assert_close(run_role_best(run, ROLE_AP, false, NULL), 0.25);
    assert_int_equal(run_metric(run, "coco/bbox_mAP")->extent->last_step, 1);
    assert_true(run_param(run, "lr")->number == 0.25);
    assert_int_equal(scene.runs->count, 1);
    scene_done(&scene);
}

/* A resumed log's steps are not known until its first epoch is over: all of it is read again then.
 */
static void test_a_resumed_log_is_read_again(void **state)
{
    static const char FIRST[] = "{\"mode\": \"train\", \"epoch\": 3, \"iter\": 50, \"loss\": 2}\n";
    static const char MORE[] = "{\"mode\": \"train\", \"epoch\": 3, \"iter\": 50, \"loss\": 2}\n"
                               "{\"mode\": \"train\", \"epoch\": 3, \"iter\": 100, \"loss\": 1}\n"
                               "{\"mode\": \"train\", \"epoch\": 4, \"iter\": 50, \"loss\": 0.5}\n";
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "run/a.log.json", FIRST);
    scene_refresh(&scene);
    assert_int_equal(run_metric(scene_run(&scene, "run"), "train/loss")->extent->last_step, 150);
    scene_write(&scene, "run/a.log.json", MORE);
    scene_refresh(&scene);
    const struct run_metric *loss = run_metric(scene_run(&scene, "run"), "train/loss");
    assert_int_equal(loss->extent->count, 3);
    assert_int_equal(loss->extent->first_step, 250);
    assert_int_equal(loss->extent->last_step, 350);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_training_ends_with_its_last_epoch_or_its_patience),
        cmocka_unit_test(test_a_run_that_is_not_heard_of_is_stalled),
        cmocka_unit_test(test_a_folder_of_predicted_labels_is_evaluated),
        cmocka_unit_test(test_a_trainer_and_its_event_files_are_one_run),
        cmocka_unit_test(test_a_folder_of_event_files_is_a_source_of_the_run),
        cmocka_unit_test(test_a_resumed_log_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
