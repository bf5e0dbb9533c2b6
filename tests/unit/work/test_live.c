/*
 * Staying up to date: what is remembered of directories, what is noticed by watching them, and that
 * a refresh that finds nothing does nothing. Nothing sleeps: the clock is said to be ahead, so that
 * files count as old.
 */
#include "scene.h"

#include "temp.h"
#include "work/service.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATIENCE_MS = 100000, LATER_S = 3600 };

static const char CSV[] = "step,loss\n1,3\n2,2\n";

static void later_init(struct scene *scene)
{
    scene_init(scene);
    scene->settings.ahead_s = LATER_S;
}

/* ---- remembering, from one process to the next ---- */

static void test_what_is_the_same_is_not_looked_at(void **state)
{
    (void)state;
    struct scene scene;
    later_init(&scene);
    scene_write(&scene, "a/metrics.csv", CSV);
    scene_write(&scene, "a/config.json", "{\"lr\": 1}");
    scene_write(&scene, "b/predictions/epoch_1.json", SCENE_PERFECT);
    scene_write(&scene, "c/deep/er/results.json", SCENE_PERFECT);
    scene_write(&scene, "val.json", SCENE_TRUTH);
    scene_refresh(&scene);
    assert_true(scene.progress.looked > 3);
    assert_int_equal(scene.runs->count, 3);
    for (int i = 0; i < 2; i++) {
        scene_refresh(&scene);
        assert_int_equal(scene.progress.looked, 0);
        assert_int_equal(scene.progress.runs_found, 3);
        assert_int_equal(scene.progress.sources_read, 0);
        assert_false(scene.changed);
        assert_int_equal(scene.runs->count, 3);
    }
    scene_done(&scene);
}

/* A change after which the directory must be looked at again, and what then is to be seen. */
static const struct change {
    const char *name, *text;
    size_t looked; /* directories, at least */
    size_t runs;
} CHANGES[] = {
    {"a/metrics.csv", "step,loss\n1,3\n2,2\n3,1\n", 1, 2}, /* a file that was peeked into */
    {"a/system.csv", "step,cpu\n1,3\n", 1, 2},             /* one more */
    {"a/config.json", "{\"lr\": 2}", 1, 2},                /* one that is read whole */
    {"b/predictions/epoch_2.json", "[]", 1, 2},            /* below a run */
    {"new/metrics.csv", "step,loss\n1,3\n", 2, 3},         /* a new run */
    {"b/predictions/epoch_1.json", "{\"no\": \"detections\"}", 1, 1}, /* a run no more */
};

static void test_what_changes_is_looked_at(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++) {
        struct scene scene;
        later_init(&scene);
        scene_write(&scene, "a/metrics.csv", CSV);
        scene_write(&scene, "a/config.json", "{\"lr\": 1}");
        scene_write(&scene, "b/predictions/epoch_1.json", SCENE_PERFECT);
        static const char *const AGED[] = {
            "a/metrics.csv", "a/config.json", "a", "b/predictions", "b", ""};
        for (size_t k = 0; k < sizeof AGED / sizeof *AGED; k++)
            scene_age(&scene, AGED[k], 1000);
        scene_refresh(&scene);
        assert_int_equal(scene.runs->count, 2);
        scene_write(&scene, CHANGES[i].name, CHANGES[i].text);
        scene_refresh(&scene);
        if (scene.progress.looked < CHANGES[i].looked || scene.runs->count != CHANGES[i].runs)
            fail_msg("%s: %zu looked at, %zu runs", CHANGES[i].name, scene.progress.looked,
                scene.runs->count);
        scene_done(&scene);
    }
}

/* The end of a link may come, go and change without a trace in the directory. */
static void test_links(void **state)
{
    (void)state;
    struct scene scene;
    later_init(&scene);
    scene_write(&scene, "a/metrics.csv", CSV);
    const char *far = temp_dir(), *end = path_join(&scene.arena, far, "run");
    assert_int_equal(symlink(end, scene_path(&scene, "link")), 0);
    scene_refresh(&scene);
    scene_refresh(&scene);
    assert_int_equal(scene.progress.looked, 0);
    assert_int_equal(scene.runs->count, 1);
    temp_text(far, "run/metrics.csv", CSV);
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 2);
    assert_int_equal(rename(end, path_join(&scene.arena, far, "moved")), 0);
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 1);
    scene_done(&scene);
}

/* What was written just before it was looked at is looked at again, once the clock has gone on. */
static void test_what_was_being_written_is_looked_at_again(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "a/metrics.csv", "step,loss,x\n1,3,1\n2,2,1"); /* may go on */
    scene_write(&scene, "a/config.json", "{\"lr\": 1}");
    scene_refresh(&scene);
    assert_int_equal(run_metric(scene_run(&scene, "a"), "loss")->extent->count, 1);
    scene.settings.ahead_s = LATER_S;
    scene_refresh(&scene);
    assert_int_equal(scene.progress.sources_read, 2);
    assert_int_equal(run_metric(scene_run(&scene, "a"), "loss")->extent->count, 2);
    scene_refresh(&scene);
    assert_int_equal(scene.progress.looked, 0);
    assert_int_equal(scene.progress.sources_read, 0);
    scene_done(&scene);
}

/* Another program's bytes, or damaged ones, cost a look and no more. */
static void test_damaged_memory(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    later_init(&scene);
    scene_write(&scene, "a/metrics.csv", CSV);
    scene_refresh(&scene);
    assert_true(store_begin(scene.store, &err));
    for (uint64_t kind = 0; kind < 2; kind++)
        assert_true(
            store_put_place(scene.store, kind, scene_path(&scene, "a"), "nonsense", 8, &err));
    assert_true(store_commit(scene.store, &err));
    scene_refresh(&scene);
    assert_int_equal(scene.runs->count, 1);
    assert_int_equal(scene.progress.sources_read, 0);
    assert_int_equal(scene.progress.looked, 1);
    scene_refresh(&scene);
    assert_int_equal(scene.progress.looked, 0);
    assert_true(store_check(scene.store, &err));
    scene_done(&scene);
}

/* ---- watching ---- */

struct ear {
    struct index_progress progress;
    bool changed;
    int troubles;
};

static bool take_progress(void *self, const struct index_progress *progress)
{
    struct ear *ear = self;
    ear->progress = *progress;
    ear->changed |= progress->changed;
    return true;
}

static void take_trouble(void *self, const struct err *err)
{
    (void)err;
    ((struct ear *)self)->troubles++;
}

struct post {
    struct scene scene;
    struct index_memory *memory;
    struct ear ear;
};

static void post_refresh(struct post *post, bool whole)
{
    struct err err = {0};
    struct index_listener listener = {&post->ear, take_progress, take_trouble, NULL};
    post->ear = (struct ear){0};
    bool ok = whole ? index_refresh_remembering(
                          post->scene.store, post->memory, &post->scene.settings, &listener, &err)
                    : index_refresh_changed(
                          post->scene.store, post->memory, &post->scene.settings, &listener, &err);
    if (!ok)
        fail_msg("%s: %s", err.file, err.text);
    struct runs *runs = runs_load(post->scene.store, NULL, &err);
    if (!runs)
        fail_msg("%s: %s", err.file, err.text);
    assert_non_null(runs);
    runs_release(post->scene.runs);
    post->scene.runs = runs;
}

/* Skips the test where directories cannot be watched. */
static bool post_init(struct post *post)
{
    struct err err = {0};
    *post = (struct post){0};
    later_init(&post->scene);
    scene_write(&post->scene, "a/metrics.csv", CSV);
    scene_write(&post->scene, "b/c/metrics.csv", CSV);
    post->scene.store = index_open(&post->scene.settings, post->scene.index, false, &err);
    post->memory = index_memory_new(false, &err);
    assert_true(post->scene.store && post->memory);
    post_refresh(post, true);
    assert_int_equal(post->scene.runs->count, 2);
    return !index_memory_is_blind(post->memory);
}

static void post_done(struct post *post)
{
    index_memory_free(post->memory);
    scene_done(&post->scene);
}

static bool has_news(const struct post *post)
{
    struct pollfd fd = {.fd = index_memory_fd(post->memory), .events = POLLIN};
    return poll(&fd, 1, 0) == 1;
}

static void test_nothing_happens(void **state)
{
    (void)state;
    struct post post;
    if (post_init(&post)) {
        assert_false(has_news(&post));
        post_refresh(&post, false);
        assert_int_equal(post.ear.progress.phase, INDEX_SCANNING); /* nobody was told anything */
        assert_false(index_memory_is_unsettled(post.memory));
    }
    post_done(&post);
}

static void test_only_what_changed_is_looked_at(void **state)
{
    (void)state;
    struct post post;
    if (post_init(&post)) {
        scene_append(&post.scene, "a/metrics.csv", "3,1\n");
        assert_true(has_news(&post));
        post_refresh(&post, false);
        assert_int_equal(post.ear.progress.looked, 1);
        assert_int_equal(post.ear.progress.sources_read, 1);
        assert_true(post.ear.changed);
        assert_true(scene_last(scene_run(&post.scene, "a"), "loss") == 1);
        assert_false(has_news(&post));
    }
    post_done(&post);
}

static void test_new_runs_are_found_and_watched(void **state)
{
    (void)state;
    struct post post;
    if (post_init(&post)) {
        scene_write(&post.scene, "new/metrics.csv", CSV);
        scene_write(&post.scene, "b/d/e/metrics.csv", CSV);
        post_refresh(&post, false);
        assert_int_equal(post.scene.runs->count, 4);
        assert_false(has_news(&post));
        scene_append(&post.scene, "b/d/e/metrics.csv", "3,1\n");
        assert_true(has_news(&post));
        post_refresh(&post, false);
        assert_int_equal(post.ear.progress.looked, 1);
        assert_true(scene_last(scene_run(&post.scene, "b/d/e"), "loss") == 1);
    }
    post_done(&post);
}

static void test_runs_and_files_that_go(void **state)
{
    (void)state;
    struct post post;
    if (post_init(&post)) {
        scene_write(&post.scene, "a/config.json", "{\"lr\": 1}");
        post_refresh(&post, false);
        assert_non_null(run_param(scene_run(&post.scene, "a"), "lr"));
        assert_int_equal(unlink(scene_path(&post.scene, "a/config.json")), 0);
        post_refresh(&post, false);
        assert_null(run_param(scene_run(&post.scene, "a"), "lr"));
        assert_int_equal(post.scene.runs->count, 2);
        assert_int_equal(unlink(scene_path(&post.scene, "a/metrics.csv")), 0);
        post_refresh(&post, false);
        assert_int_equal(post.scene.runs->count, 1);
        assert_int_equal(
            rename(scene_path(&post.scene, "b/c"), path_join(&post.scene.arena, temp_dir(), "c")),
            0);
        post_refresh(&post, false);
        assert_int_equal(post.scene.runs->count, 0);
    }
    post_done(&post);
}

static void test_a_new_prediction_is_evaluated(void **state)
{
    (void)state;
    struct post post;
    if (post_init(&post)) {
        scene_write(&post.scene, "a/val.json", SCENE_TRUTH);
        scene_write(&post.scene, "a/predictions/epoch_1.json", SCENE_PERFECT);
        post_refresh(&post, false);
        assert_true(fabs(scene_last(scene_run(&post.scene, "a"), "eval/AP") - 1) < 1e-9);
        scene_write(&post.scene, "a/predictions/epoch_2.json", SCENE_HALF);
        assert_true(has_news(&post)); /* below the run */
        post_refresh(&post, false);
        assert_int_equal(run_metric(scene_run(&post.scene, "a"), "eval/AP")->extent->count, 2);
    }
    post_done(&post);
}

/* The directory of a run links to the file that grows. */
static void test_growth_behind_a_link(void **state)
{
    (void)state;
    struct post post;
    if (post_init(&post)) {
        const char *far = temp_text(temp_dir(), "far.csv", CSV);
        assert_int_equal(mkdir(scene_path(&post.scene, "linked"), 0700), 0);
        assert_int_equal(symlink(far, scene_path(&post.scene, "linked/metrics.csv")), 0);
        post_refresh(&post, false);
        assert_int_equal(post.scene.runs->count, 3);
        FILE *file = fopen(far, "ab");
        assert_non_null(file);
        fputs("3,1\n", file);
        fclose(file);
        post_refresh(&post, false);
        assert_true(scene_last(scene_run(&post.scene, "linked"), "loss") == 1);
    }
    post_done(&post);
}

/* Another process that writes to the index knows more than is remembered here. */
static void test_another_process_in_between(void **state)
{
    (void)state;
    struct post post;
    struct err err = {0};
    if (post_init(&post)) {
        struct store *other = store_rebuild(post.scene.index, &err);
        assert_non_null(other);
        store_close(other);
        post_refresh(&post, false);
        assert_int_equal(post.scene.runs->count, 2);
        scene_append(&post.scene, "a/metrics.csv", "3,1\n");
        post_refresh(&post, false);
        assert_true(scene_last(scene_run(&post.scene, "a"), "loss") == 1);
    }
    post_done(&post);
}

/* ---- the thread ---- */

struct screen {
    struct scene scene;
    struct service_settings settings;
    struct service *service;
    struct world world;
    int step;
};

static double shown(const struct screen *screen)
{
    const struct runs *runs = screen->world.runs;
    return runs && runs->count ? scene_last(&runs->rows[0], "loss") : (double)NAN;
}

/* A point that a script writes is on the screen by and by, and nobody asked for a refresh. */
static void grow(bool polls)
{
    struct screen screen = {0};
    struct err err = {0};
    struct wants wants = {0};
    scene_init(&screen.scene);
    scene_write(&screen.scene, "a/metrics.csv", "step,loss\n0,0\n");
    screen.settings = (struct service_settings){
        .index = screen.scene.settings, .index_path = screen.scene.index, .polls = polls};
    screen.service = service_new(&screen.settings, &err);
    assert_non_null(screen.service);
    while (screen.step < 5) {
        service_want(screen.service, &screen.world, &wants);
        struct pollfd fd = {.fd = service_fd(screen.service), .events = POLLIN};
        if (poll(&fd, 1, PATIENCE_MS) <= 0)
            fail_msg("nothing comes of row %d; trouble: %s", screen.step, screen.world.trouble);
        struct service_paint paint;
        while (service_take(screen.service, &screen.world, &paint))
            ;
        if (shown(&screen) == screen.step) {
            char row[32];
            screen.step++;
            snprintf(row, sizeof row, "%d,%d\n", screen.step, screen.step);
            scene_append(&screen.scene, "a/metrics.csv", row);
        }
    }
    service_free(screen.service);
    world_done(&screen.world);
    scene_done(&screen.scene);
}

static void test_growth_arrives_by_watching(void **state)
{
    (void)state;
    grow(false);
}

static void test_growth_arrives_by_polling(void **state)
{
    (void)state;
    grow(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_the_same_is_not_looked_at),
        cmocka_unit_test(test_what_changes_is_looked_at),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_what_was_being_written_is_looked_at_again),
        cmocka_unit_test(test_damaged_memory),
        cmocka_unit_test(test_nothing_happens),
        cmocka_unit_test(test_only_what_changed_is_looked_at),
        cmocka_unit_test(test_new_runs_are_found_and_watched),
        cmocka_unit_test(test_runs_and_files_that_go),
        cmocka_unit_test(test_a_new_prediction_is_evaluated),
        cmocka_unit_test(test_growth_behind_a_link),
        cmocka_unit_test(test_another_process_in_between),
        cmocka_unit_test(test_growth_arrives_by_watching),
        cmocka_unit_test(test_growth_arrives_by_polling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
