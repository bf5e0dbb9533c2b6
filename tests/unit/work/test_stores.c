/*
 * Tracking stores in the index: what changes in them is noticed, and what does not is not read
 * again.
 */
#include "scene.h"

#include "base/clock.h"
#include "mlflow_db.h"
#include "temp.h"
#include "zip_made.h"

#include <stdlib.h>
#include <string.h>

#define RUN "mlruns/7/0123456789abcdef0123456789abcdef"

static const char *const AGED[] = {RUN "/meta.yaml", RUN "/params/lr", RUN "/tags/mlflow.user",
    RUN "/tags/mlflow.note.content", RUN "/metrics/val/mAP", RUN "/params", RUN "/tags",
    "mlruns/7/meta.yaml"};

static void write_run(struct scene *scene)
{
    scene_write(scene, "mlruns/7/meta.yaml", "experiment_id: '7'\nname: detectors\n");
    scene_write(scene, RUN "/meta.yaml",
        "experiment_id: '7'\nlifecycle_stage: active\nrun_id: 0123456789abcdef0123456789abcdef\n"
        "run_name: faster-1\nstatus: 1\nstart_time: 1700000000000\nend_time: null\n");
    scene_write(scene, RUN "/params/lr", "0.005");
    scene_write(scene, RUN "/tags/mlflow.user", "someone");
    scene_write(scene, RUN "/tags/mlflow.note.content", "good");
    scene_write(scene, RUN "/metrics/val/mAP", "1700000001000 0.25 1\n");
    for (size_t i = 0; i < sizeof AGED / sizeof *AGED; i++)
        scene_age(scene, AGED[i], 100);
}

static void what_changes_in_a_file_store_is_noticed(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    write_run(&scene);
    scene_refresh(&scene);
    const struct run_row *run = scene_run(&scene, RUN);
    assert_string_equal(run->format, "mlflow");
    assert_string_equal(run->title, "faster-1");
    assert_string_equal(run->label_id, "0123456789abcdef0123456789abcdef");
    assert_int_equal(run->status, RUN_RUNNING);
    assert_string_equal(run_param(run, "experiment")->text, "detectors");
    assert_string_equal(run_param(run, "user")->text, "someone");
    assert_string_equal(run_param(run, "note")->text, "good");
    assert_true(scene_last(run, "val/mAP") == 0.25);
    scene_refresh(&scene);
    assert_int_equal(scene.progress.sources_read, 0);

    scene_write(&scene, RUN "/params/batch", "16");
    scene_refresh(&scene);
    assert_int_equal(scene.progress.sources_read, 1);
    assert_true(run_param(scene_run(&scene, RUN), "batch")->number == 16);
    assert_true(run_param(scene_run(&scene, RUN), "lr")->number == 0.005);
    scene_age(&scene, RUN "/params", 90);
    scene_refresh(&scene);

    scene_append(&scene, RUN "/metrics/val/mAP", "1700000002000 0.5 2\n");
    scene_append(&scene, RUN "/tags/mlflow.note.content", " and better");
    scene_refresh(&scene);
    assert_int_equal(scene.progress.sources_read, 2);
    run = scene_run(&scene, RUN);
    assert_int_equal(run_metric(run, "val/mAP")->extent->count, 2);
    assert_string_equal(run_param(run, "note")->text, "good and better");
    assert_int_equal(run->note_count, 0);
    scene_done(&scene);
}

static void what_is_deleted_in_mlflow_goes(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    write_run(&scene);
    scene_write(&scene, RUN "/artifacts/metrics.csv", "step,loss\n1,2\n");
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 1);
    scene_write(&scene, RUN "/meta.yaml",
        "experiment_id: '7'\nlifecycle_stage: deleted\nrun_id: 0123456789abcdef0123456789abcdef\n");
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 0);
    scene_done(&scene);
}

static void a_change_in_the_log_of_a_database_is_noticed(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    sqlite3 *db = mlflow_db_make(scene_path(&scene, "mlflow.db"), MLFLOW_DB_NEW);
    mlflow_db_run(db, "PRAGMA journal_mode = WAL");
    mlflow_db_fill(db);
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 2);
    const struct run_row *run = scene_run(&scene, "mlflow.db/" MLFLOW_DB_RUN_A);
    assert_string_equal(run->format, "mlflow_sqlite");
    assert_string_equal(run->label_id, MLFLOW_DB_RUN_A);
    assert_int_equal(run_metric(run, "loss")->extent->count, 4);

    mlflow_db_run(
        db, "INSERT INTO metrics VALUES('loss', 1, 1700000009000, '" MLFLOW_DB_RUN_A "', 5, 0)");
    scene_refresh(&scene);
    run = scene_run(&scene, "mlflow.db/" MLFLOW_DB_RUN_A);
    assert_int_equal(run_metric(run, "loss")->extent->count, 5);

    sqlite3_close(db); /* the log's pages go into the file, and it goes */
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 2);
    run = scene_run(&scene, "mlflow.db/" MLFLOW_DB_RUN_A);
    assert_int_equal(run_metric(run, "loss")->extent->count, 5);
    scene_age(&scene, "mlflow.db", 100);
    scene_refresh(&scene);
    scene_refresh(&scene);
    assert_int_equal(scene.progress.sources_read, 0);
    scene_done(&scene);
}

static void archives_lie_in_a_hidden_directory(void **state)
{
    static const char *const FILES[] = {"experiment.json", "{\"offline_id\": \"abc\"}",
        "messages.json",
        "{\"type\": \"metric_msg\", \"payload\": {\"metric\": {\"metricName\": \"AP\","
        " \"metricValue\": 0.5, \"step\": 1}}}\n",
        NULL};
    (void)state;
    struct scene scene;
    char zip[4096];
    scene_init(&scene);
    size_t length = zip_made(zip, sizeof zip, FILES);
    temp_file(scene.root, ".cometml-runs/a.zip", zip, length);
    temp_file(scene.root, ".cometml-runs/b.zip", zip, length);
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 2);
    const struct run_row *run = scene_run(&scene, ".cometml-runs/b.zip");
    assert_string_equal(run->format, "comet");
    assert_string_equal(run->label_id, "abc");
    assert_true(scene_last(run, "AP") == 0.5);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_changes_in_a_file_store_is_noticed),
        cmocka_unit_test(what_is_deleted_in_mlflow_goes),
        cmocka_unit_test(a_change_in_the_log_of_a_database_is_noticed),
        cmocka_unit_test(archives_lie_in_a_hidden_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
