/*
 * What a recorded command wrote elsewhere (--watch) is one run with its record: which of several it
 * is, wherever the directory lies, whatever becomes of it, and while it runs.
 */
#include "scene.h"

#include "base/clock.h"
#include "temp.h"
#include "work/watched.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char CSV[] = "step,loss,val/AP\n1,3,0.1\n2,2,0.2\n";

/* ---- whose it is ---- */

static uint32_t watcher_of(const char *directory, double first_s, double newest_s)
{
    static const struct store_watch WATCHES[] = {
        {1, "/runs/a", 1000, 2000, "/logs"},
        {2, "/runs/b", 3000, NAN, "/logs"},
        {3, "/runs/c", 3500, 4000, "/logs/deep"},
        {4, "/runs/d", 3600, 4000, NULL},
    };
    struct watched_run runs[] = {{.id = 1, .directory = "/runs/a"}, {.id = 2}, {.id = 3}, {.id = 4},
        {5, directory, first_s, newest_s}};
    uint32_t watchers[5];
    for (size_t i = 1; i < 4; i++)
        runs[i].directory = "/runs/x";
    watched_find(WATCHES, 4, runs, 5, watchers);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(watchers[i], i);
    return watchers[4];
}

static void test_whose(void **state)
{
    (void)state;
    assert_int_equal(watcher_of("/logs/v1", NAN, 1500), 0);
    assert_int_equal(watcher_of("/logs", NAN, 999), 0); /* by a coarse clock */
    assert_int_equal(watcher_of("/logs/v1", NAN, 900), 4);
    assert_int_equal(watcher_of("/logs/v1", NAN, 2050), 0);
    assert_int_equal(watcher_of("/logs/v1", NAN, 2100), 4);
    assert_int_equal(watcher_of("/logs2/v1", NAN, 1500), 4);
    assert_int_equal(watcher_of("/logs/v2", NAN, 9000), 1);       /* it runs still */
    assert_int_equal(watcher_of("/logs/deep/v2", NAN, 3900), 2);  /* the later one */
    assert_int_equal(watcher_of("/logs/deep/v2", 3100, 3900), 1); /* which had not started then */
    assert_int_equal(watcher_of("/logs/deep/v2", 100, 3900), 2);  /* resumed */
}

/* ---- through the index ---- */

/* Five levels below a fresh directory, as the scene's root. */
static const char *far_away(void)
{
    return temp_path(temp_dir(), "1/2/3/4/5");
}

/* Status of a run that started AGO_S ago; with ENDED it did so now. */
static void write_record(
    struct scene *scene, const char *directory, const char *watched, double ago_s, bool ended)
{
    char text[4096], path[256], start[32], end[32];
    clock_iso(clock_wall_s() - ago_s, start, sizeof start);
    clock_iso(clock_wall_s(), end, sizeof end);
    snprintf(text, sizeof text,
        "{\"status\": \"%s\", \"started\": \"%s\"%s%s%s, \"command\": [\"x\"], \"watch\": "
        "[\"%s\"]}",
        ended ? "finished" : "running", start, ended ? ", \"ended\": \"" : "", ended ? end : "",
        ended ? "\"" : "", watched);
    snprintf(path, sizeof path, "%s/status.json", directory);
    scene_write(scene, path, text);
}

static void assert_one(struct scene *scene, const char *why)
{
    scene_refresh(scene);
    if (scene->runs->count != 1)
        fail_msg("%s: %zu runs", why, scene->runs->count);
    const struct run_row *run = scene_run(scene, "a");
    assert_int_equal(run->absorbed_count, 1);
    assert_string_equal(run->absorbed[0].why, "the recorded command wrote it");
    assert_true(scene_last(run, "val/AP") == 0.2);
    assert_int_equal(run->metric_count, 2);
}

static void test_outside_and_inside(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    const char *far = far_away();
    temp_text(far, "logs/v1/metrics.csv", CSV);
    temp_text(far, "logs/v1/predictions/epoch_001.json", SCENE_PERFECT);
    temp_text(far, "logs/v1/status.json", "{\"status\": \"running\", \"started\": 5}");
    write_record(&scene, "a", temp_path(far, "logs"), 100, true);
    scene_write(&scene, "a/console.log", "2024-05-01T10:00:00.000Z | epoch 1 loss: 3.5\n");
    assert_one(&scene, "outside");
    assert_int_equal(scene_run(&scene, "a")->prediction_count, 1);
    assert_one(&scene, "again");
    scene_done(&scene);
    scene_init(&scene);
    scene_write(&scene, "logs/v1/metrics.csv", CSV);
    write_record(&scene, "a", scene_path(&scene, "logs"), 100, true);
    assert_one(&scene, "inside");
    write_record(&scene, "a", scene.root, 100, true);
    assert_one(&scene, "the root itself");
    write_record(&scene, "a", path_parent(&scene.arena, scene.root), 100, true);
    assert_one(&scene, "above");
    scene_done(&scene);
}

/* What was printed counts while the script logs nothing but its load; the recorder's own counts. */
static void test_load_is_no_log(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    const char *far = far_away();
    write_record(&scene, "a", temp_path(far, "logs"), 100, true);
    scene_write(&scene, "a/console.log", "2024-05-01T10:00:00.000Z | epoch 1 loss: 3.5\n");
    scene_write(&scene, "a/system.csv", "wall_time,rss_mb\n1700000000,2\n");
    temp_text(far, "logs/v1/system.csv", "wall_time,rss_mb,other\n1700000000,9,5\n");
    temp_text(far, "logs/v1/predictions/epoch_001.json", SCENE_PERFECT);
    scene_refresh(&scene);
    const struct run_row *run = scene_run(&scene, "a");
    assert_int_equal(run->absorbed_count, 1);
    assert_int_equal(run->metric_count, 3);
    assert_true(scene_last(run, "loss") == 3.5);
    assert_true(scene_last(run, "system/rss_mb") == 2);
    assert_true(scene_last(run, "system/other") == 5);
    scene_done(&scene);
}

/* A directory that was not written to meanwhile is nobody's, and is not shown: nobody asked. */
static void test_older_ones_and_none(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    const char *far = far_away(), *logs = temp_path(far, "logs");
    write_record(&scene, "a", logs, 100, true);
    scene_refresh(&scene); /* not there */
    assert_int_equal(scene.runs->count, 1);
    assert_int_equal(scene.troubles, 0);
    const char *old = temp_text(far, "logs/v0/metrics.csv", CSV);
    struct timespec times[2] = {{1000, 0}, {1000, 0}};
    assert_int_equal(utimensat(AT_FDCWD, old, times, 0), 0);
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 1);
    assert_int_equal(scene_run(&scene, "a")->absorbed_count, 0);
    temp_text(far, "logs/v1/metrics.csv", CSV);
    assert_int_equal(symlink(logs, temp_path(far, "logs/v1/loop")), 0);
    assert_one(&scene, "the newer one");
    write_record(&scene, "b", logs, 100, true); /* both name it: it is shown once */
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 2);
    assert_int_equal(
        scene_run(&scene, "a")->absorbed_count + scene_run(&scene, "b")->absorbed_count, 1);
    assert_int_equal(rename(logs, temp_path(far, "gone")), 0);
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 2);
    assert_int_equal(scene_run(&scene, "a")->metric_count, 0);
    scene_done(&scene);
}

/* ---- live ---- */

static bool go_on(void *self, const struct index_progress *progress)
{
    (void)self, (void)progress;
    return true;
}

static void no_trouble(void *self, const struct err *err)
{
    (void)self;
    fail_msg("%s: %s", err->file, err->text);
}

static const struct run_row *look(struct scene *scene, struct index_memory *memory)
{
    struct err err = {0};
    struct index_listener listener = {NULL, go_on, no_trouble, NULL};
    if (!index_refresh_changed(scene->store, memory, &scene->settings, &listener, &err))
        fail_msg("%s: %s", err.file, err.text);
    runs_release(scene->runs);
    scene->runs = runs_load(scene->store, NULL, &err);
    assert_non_null(scene->runs);
    assert_int_equal(scene->runs->count, 1);
    return scene_run(scene, "a");
}

/* The run comes, then the directory, then more of it. */
static void test_while_it_runs(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    const char *far = far_away();
    scene_init(&scene);
    scene.settings.ahead_s = 3600;
    scene.store = index_open(&scene.settings, scene.index, false, &err);
    struct index_memory *memory = index_memory_new(false, &err);
    assert_true(scene.store && memory);
    struct index_listener listener = {NULL, go_on, no_trouble, NULL};
    assert_true(index_refresh_remembering(scene.store, memory, &scene.settings, &listener, &err));
    bool blind = index_memory_is_blind(memory);
    if (!blind) {
        write_record(&scene, "a", temp_path(far, "logs"), 100, false);
        assert_int_equal(look(&scene, memory)->metric_count, 0);
        temp_text(far, "logs/v1/metrics.csv", "step,loss,val/AP\n1,3,0.1\n");
        scene_write(&scene, "a/system.csv", "wall_time,cpu_percent\n1,2\n");
        assert_true(scene_last(look(&scene, memory), "val/AP") == 0.1);
        temp_text(far, "logs/v1/metrics.csv", CSV);
        assert_true(scene_last(look(&scene, memory), "val/AP") == 0.2);
    }
    index_memory_free(memory);
    scene_done(&scene);
    if (blind)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whose),
        cmocka_unit_test(test_outside_and_inside),
        cmocka_unit_test(test_load_is_no_log),
        cmocka_unit_test(test_older_ones_and_none),
        cmocka_unit_test(test_while_it_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
