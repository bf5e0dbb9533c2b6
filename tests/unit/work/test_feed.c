/*
 * Large files, which other threads read ahead, arrive whole and in order, and can be cancelled.
 */
#include "scene.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGE_RUNS = 40, LARGE_ROWS = 6000 }; /* more than wait at once; more than is small */

static void make_large(struct scene *scene)
{
    struct buf text;
    buf_init(&text, 1 << 24);
    for (int run = 0; run < LARGE_RUNS; run++) {
        char name[64];
        buf_clear(&text);
        buf_add_string(&text, "step,loss,lr\n");
        for (int row = 0; row < LARGE_ROWS; row++)
            buf_printf(&text, "%d,%d.5,0.1\n%s", row, row * 7 % 1000 + run,
                row % 1000 == 999 ? "<<<<<<< HEAD\n" : "");
        snprintf(name, sizeof name, "run%d/metrics.csv", run);
        scene_write(scene, name, text.data);
        snprintf(name, sizeof name, "run%d/config.json", run);
        scene_write(scene, name, "{\"lr\": 0.1}");
    }
    buf_done(&text);
}

static void check_large(struct scene *scene)
{
    struct err err = {0};
    assert_int_equal(scene->runs->count, LARGE_RUNS);
    for (int run = 0; run < LARGE_RUNS; run++) {
        char name[32];
        struct arena arena = {0};
        struct point *points;
        size_t count;
        snprintf(name, sizeof name, "run%d", run);
        const struct run_row *row = scene_run(scene, name);
        assert_int_equal(row->note_count, 1);
        assert_int_equal(row->param_count, 1);
        assert_true(
            store_load_points(scene->store, row->id, "loss", &arena, &points, &count, &err));
        assert_int_equal(count, LARGE_ROWS);
        for (size_t i = 0; i < count; i++)
            if (points[i].step != (int64_t)i ||
                points[i].value != (double)(i * 7 % 1000) + run + 0.5)
                fail_msg("%s: row %zu is wrong", name, i);
        arena_done(&arena);
    }
    assert_true(store_check(scene->store, &err));
}

static void test_large_files_arrive_whole_and_in_order(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    make_large(&scene);
    scene_refresh(&scene);
    check_large(&scene);
    assert_int_equal(scene.progress.sources_read, 2 * LARGE_RUNS);
    /* What is large and appended is read ahead too. */
    struct buf more;
    buf_init(&more, 1 << 24);
    for (int row = LARGE_ROWS; row < 2 * LARGE_ROWS; row++)
        buf_printf(&more, "%d,%d.5,0.1\n", row, row);
    scene_append(&scene, "run7/metrics.csv", more.data);
    buf_done(&more);
    scene_refresh(&scene);
    const struct metric_summary loss =
        run_metric_summary(run_metric(scene_run(&scene, "run7"), "loss"));
    assert_int_equal(loss.count, 2 * LARGE_ROWS);
    assert_int_equal(loss.last_step, 2 * LARGE_ROWS - 1);
    assert_int_equal(loss.segments, 1);
    assert_int_equal(scene_run(&scene, "run7")->note_count, 1);
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

static void test_cancelled_while_reading_ahead(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    scene_init(&scene);
    make_large(&scene);
    scene.store = index_open(&scene.settings, scene.index, false, &err);
    assert_non_null(scene.store);
    for (int left = 1; left < 4; left++) {
        struct stopper stopper = {left};
        struct index_listener listener = {&stopper, stop_later, ignore_trouble, NULL};
        err = (struct err){0};
        bool ok = index_refresh(scene.store, &scene.settings, &listener, &err);
        assert_true(ok || err.code == ERR_CANCELLED);
    }
    atomic_bool stop;
    atomic_init(&stop, true);
    struct stopper never = {INT32_MAX};
    struct index_listener listener = {&never, stop_later, ignore_trouble, &stop};
    assert_false(index_refresh(scene.store, &scene.settings, &listener, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    scene_refresh(&scene);
    check_large(&scene);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_files_arrive_whole_and_in_order),
        cmocka_unit_test(test_cancelled_while_reading_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
