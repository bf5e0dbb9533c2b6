/*
 * Snapshots of the runs that share facts: whatever happens between two of them, the later one is as
 * if it had been loaded alone.
 */
#include "scene.h"

#include "event_file.h"
#include "temp.h"
#include "work/run_facts.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RUNS = 5 };

static void write_run(struct scene *scene, const char *name, double loss, const char *more)
{
    char path[64], text[256];
    snprintf(path, sizeof path, "%s/metrics.csv", name);
    snprintf(text, sizeof text, "step,train/loss,val/mAP%s\n1,%g,0.1,4\n2,2,0.3,5\n3,1,0.2,6\n",
        more, loss);
    scene_write(scene, path, text);
    snprintf(path, sizeof path, "%s/config.json", name);
    snprintf(text, sizeof text, "{\"lr\": %g, \"my\": {\"temperature\": 4}}", loss);
    scene_write(scene, path, text);
}

static void assert_same_metric(const struct run_metric *a, const struct run_metric *b)
{
    const struct metric_summary x = run_metric_summary(a), y = run_metric_summary(b);
    assert_memory_equal(&x, &y, sizeof x);
    assert_string_equal(a->kind->name, b->kind->name);
    assert_string_equal(a->kind->written, b->kind->written);
    assert_int_equal(a->kind->role, b->kind->role);
    assert_int_equal(a->kind->rank, b->kind->rank);
    assert_true(a->kind->scale == b->kind->scale);
    assert_int_equal(a->extent->run_id, b->extent->run_id);
}

static void assert_same_row(const struct run_row *a, const struct run_row *b)
{
    assert_int_equal(a->id, b->id);
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->absorbed_count, b->absorbed_count);
    assert_int_equal(a->param_count, b->param_count);
    assert_int_equal(a->metric_count, b->metric_count);
    assert_int_equal(a->setting_count, b->setting_count);
    for (size_t i = 0; i < a->param_count; i++) {
        assert_string_equal(a->params[i].name, b->params[i].name);
        assert_string_equal(a->params[i].text, b->params[i].text);
    }
    for (size_t i = 0; i < a->metric_count; i++)
        assert_same_metric(&a->metrics[i], &b->metrics[i]);
    for (int role = 0; role < ROLE_COUNT; role++) {
        assert_int_equal(a->by_role[role] != NULL, b->by_role[role] != NULL);
        if (a->by_role[role])
            assert_int_equal(a->by_role[role] - a->metrics, b->by_role[role] - b->metrics);
    }
    assert_int_equal(a->loss_spark->count, b->loss_spark->count);
    assert_memory_equal(a->loss_spark->values, b->loss_spark->values,
        (size_t)a->loss_spark->count * sizeof *a->loss_spark->values);
}

static void assert_same_runs(const struct runs *a, const struct runs *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        assert_same_row(&a->rows[i], &b->rows[i]);
    assert_int_equal(a->names.metric_count, b->names.metric_count);
    for (size_t i = 0; i < a->names.metric_count; i++)
        assert_string_equal(a->names.metrics[i], b->names.metrics[i]);
    assert_int_equal(a->names.param_count, b->names.param_count);
    for (size_t i = 0; i < a->names.param_count; i++)
        assert_string_equal(a->names.params[i].word, b->names.params[i].word);
    assert_int_equal(a->column_count, b->column_count);
    for (size_t i = 0; i < a->column_count; i++)
        assert_string_equal(a->columns[i].title, b->columns[i].title);
}

/* Refreshes; what came is what a load alone gives. Returns how many rows have the facts of the
 * snapshot before, which is released. */
static size_t refresh(struct scene *scene)
{
    struct err err = {0};
    struct runs *before = runs_share(scene->runs);
    size_t shared = 0;
    scene_refresh(scene);
    struct runs *alone = runs_load(scene->store, NULL, &err);
    assert_non_null(alone);
    assert_same_runs(scene->runs, alone);
    assert_true(scene->runs->book_count <= RUNS_MOST_BOOKS);
    for (size_t i = 0; i < scene->runs->count; i++) {
        const struct run_row *row = &scene->runs->rows[i], *old = runs_find(before, row->id);
        shared += old && row->metrics == old->metrics;
    }
    runs_release(alone);
    runs_release(before);
    assert_non_null(run_metric(&scene->runs->rows[0], "train/loss")); /* still there */
    return shared;
}

static void begin(struct scene *scene)
{
    char name[16];
    scene_init(scene);
    for (int i = 0; i < RUNS; i++) {
        snprintf(name, sizeof name, "run%d", i);
        write_run(scene, name, 3 + i, ",x");
    }
    scene_refresh(scene);
}

static void test_what_has_not_changed_is_shared(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    assert_int_equal(refresh(&scene), RUNS);
    assert_int_equal(scene.runs->book_count, 1);
    write_run(&scene, "run1", 9, ",x");
    assert_int_equal(refresh(&scene), RUNS - 1);
    assert_int_equal(scene.runs->book_count, 2);
    assert_true(scene_run(&scene, "run1")->metrics[0].first == 9);
    write_run(&scene, "run1", 8, ",x"); /* what was in the second book is of no use any more */
    assert_int_equal(refresh(&scene), RUNS - 1);
    assert_int_equal(scene.runs->book_count, 2);
    scene_append(&scene, "run2/metrics.csv", "4,0.5,0.4,7\n");
    assert_int_equal(refresh(&scene), RUNS - 1);
    scene_done(&scene);
}

/* Names of the index stay with their snapshots, also those that no run has any more. */
static void test_new_names(void **state)
{
    (void)state;
    enum { NAMES = 2 * RUNS_MOST_BOOKS };
    struct scene scene;
    char more[16];
    begin(&scene);
    write_run(&scene, "run3", 9, ",y");
    assert_int_equal(refresh(&scene), RUNS - 1);
    assert_int_equal(scene.runs->book_count, 2);
    write_run(&scene, "run3", 9, ",x");
    assert_int_equal(refresh(&scene), RUNS - 1);
    assert_int_equal(refresh(&scene), RUNS);
    size_t least = RUNS;
    for (int i = 0; i < NAMES; i++) {
        snprintf(more, sizeof more, ",y%d", i);
        write_run(&scene, i % 2 ? "run2" : "run3", 9, more);
        size_t shared = refresh(&scene);
        least = shared < least ? shared : least;
    }
    assert_int_equal(least, 0); /* too many books of names: all is read anew once */
    scene_done(&scene);
}

/* A snapshot of another index, with another meaning of the same numbers. */
static void test_nothing_of_another_index(void **state)
{
    (void)state;
    struct scene scene, other;
    struct err err = {0};
    begin(&scene);
    scene_init(&other);
    write_run(&other, "run7", 3, ",first");
    scene_refresh(&other);
    struct runs *mixed = runs_load(other.store, scene.runs, &err);
    assert_non_null(mixed);
    assert_same_runs(mixed, other.runs);
    assert_int_equal(mixed->book_count, 1);
    runs_release(mixed);
    scene_done(&other);
    scene_done(&scene);
}

static void test_synonyms_are_read_again(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    scene_write(&scene, "boxtop.json", "{\"synonyms\": [[\"tau\", \"my.temperature\"]]}");
    assert_int_equal(refresh(&scene), RUNS);
    assert_non_null(run_setting(scene_run(&scene, "run0"), "tau"));
    scene_done(&scene);
}

/* The losses of run0 as another logger has them. */
static void write_twin(struct scene *scene)
{
    static const float LOSSES[] = {3, 2, 1};
    struct buf file = event_buf();
    event_version(&file, 1700000000);
    for (int i = 0; i < 3; i++)
        event_scalar(&file, 1700000000 + i, i + 1, "train/loss", LOSSES[i]);
    temp_file(scene->root, "twin/events.out.tfevents.1.host", file.data, file.length);
    buf_done(&file);
}

/* A shared row becomes part of another run, or another part of it, and it stands alone again. */
static void test_a_twin_comes_and_goes(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene);
    write_twin(&scene);
    assert_int_equal(refresh(&scene), RUNS - 1);
    assert_int_equal(scene.runs->count, RUNS);
    assert_int_equal(scene_run(&scene, "run0")->absorbed_count, 1);
    write_run(&scene, "run3", 77, ",x");
    assert_int_equal(refresh(&scene), RUNS - 2); /* it is made of its parts again */
    unlink(scene_path(&scene, "twin/events.out.tfevents.1.host"));
    rmdir(scene_path(&scene, "twin"));
    refresh(&scene);
    assert_int_equal(scene_run(&scene, "run0")->absorbed_count, 0);
    assert_int_equal(refresh(&scene), RUNS);
    scene_done(&scene);
}

/* Each change leaves a little behind; it is never more than what is of use. */
static void test_many_changes(void **state)
{
    (void)state;
    enum { CHANGES = 40 };
    struct scene scene;
    char name[16];
    size_t most = 0;
    begin(&scene);
    for (int i = 0; i < CHANGES; i++) {
        snprintf(name, sizeof name, "run%d", i * 2 % RUNS);
        write_run(&scene, name, 10 + i, ",x");
        refresh(&scene);
        most = scene.runs->book_count > most ? scene.runs->book_count : most;
    }
    assert_true(most > 2);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_has_not_changed_is_shared),
        cmocka_unit_test(test_new_names),
        cmocka_unit_test(test_nothing_of_another_index),
        cmocka_unit_test(test_synonyms_are_read_again),
        cmocka_unit_test(test_a_twin_comes_and_goes),
        cmocka_unit_test(test_many_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
