/*
 * Intervals of differences, rankings over runs, and lists of files.
 */
#include "scene.h"

#include "work/deltas.h"
#include "work/influence.h"
#include "work/run_files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Only the cat of the second image, as sure as can be: the dog's AP is 0. */
static const char CAT[] =
    "[{\"image_id\":2,\"category_id\":1,\"bbox\":[10,10,40,40],\"score\":0.9},"
    "{\"image_id\":1,\"category_id\":1,\"bbox\":[10,10,20,20],\"score\":0.8}]";

static void add_run(struct scene *scene, const char *name, const char *first, const char *last)
{
    struct arena *arena = &scene->arena;
    scene_write(scene, arena_printf(arena, "%s/dataset.json", name),
        "{\"ground_truth\": \"../data/val.json\"}");
    scene_write(scene, arena_printf(arena, "%s/metrics.csv", name), "step,train/loss\n0,2\n1,1\n");
    scene_write(scene, arena_printf(arena, "%s/predictions/epoch_1.json", name), first);
    if (last)
        scene_write(scene, arena_printf(arena, "%s/predictions/epoch_2.json", name), last);
}

struct told {
    struct deltas last;
    int count;
};

static void tell(void *self, const struct deltas *so_far)
{
    struct told *told = self;
    told->last = *so_far;
    told->count++;
}

static void make_runs(struct scene *scene)
{
    scene_init(scene);
    scene_write(scene, "data/val.json", SCENE_TRUTH);
    add_run(scene, "a", SCENE_PERFECT, CAT); /* its best AP is that of the first */
    add_run(scene, "b", CAT, NULL);
    add_run(scene, "half", SCENE_HALF, NULL);
    scene_write(scene, "plain/metrics.csv", "step,val/AP\n0,0.5\n");
    scene_refresh(scene);
}

static void test_a_pair_has_its_interval(void **state)
{
    (void)state;
    struct scene scene;
    struct told told = {0};
    struct err err = {0};
    make_runs(&scene);
    const struct run_row *rows[] = {
        scene_run(&scene, "a"), scene_run(&scene, "plain"), scene_run(&scene, "b")};
    struct deltas_want want = deltas_want_of(rows, 3);
    assert_int_equal(want.count, 2); /* plain has no predictions */
    assert_true(deltas_make(&want, scene.runs, &scene.settings, NULL, tell, &told, &err));
    assert_int_equal(told.count, 2); /* after the first resamples, and at the end */
    assert_true(told.last.done);
    assert_int_equal(told.last.rows[1].resamples, DELTAS_ALL);
    const struct eval_interval *ap =
        deltas_find(&told.last, rows[0]->id, rows[2]->id, "AP", -0.5); /* 1 - (1 + 0) / 2 */
    assert_non_null(ap);
    assert_true(fabs(ap->point + 0.5) < 1e-12 && ap->low <= ap->point && ap->high >= ap->point);
    assert_ptr_equal(ap, deltas_find(&told.last, rows[0]->id, rows[2]->id, "eval/AP", -0.5));
    /* Another difference, another metric, another pair: not this interval. */
    assert_null(deltas_find(&told.last, rows[0]->id, rows[2]->id, "AP", -0.4));
    assert_null(deltas_find(&told.last, rows[0]->id, rows[2]->id, "loss", -0.5));
    assert_null(deltas_find(&told.last, rows[0]->id, rows[1]->id, "AP", -0.5));
    assert_null(deltas_find(&told.last, rows[2]->id, rows[0]->id, "AP", -0.5));
    assert_null(deltas_find(NULL, rows[0]->id, rows[2]->id, "AP", -0.5));
    scene_done(&scene);
}

static void test_what_cannot_be_compared_says_why(void **state)
{
    (void)state;
    struct scene scene;
    struct told told = {0};
    struct err err = {0};
    make_runs(&scene);
    const struct run_row *rows[] = {scene_run(&scene, "a"), scene_run(&scene, "half")};
    struct deltas_want want = deltas_want_of(rows, 2);
    assert_true(remove(scene_path(&scene, "half/predictions/epoch_1.json")) == 0);
    assert_true(deltas_make(&want, scene.runs, &scene.settings, NULL, tell, &told, &err));
    assert_true(told.last.done && told.last.rows[1].trouble[0] && !told.last.rows[1].resamples);
    assert_true(remove(scene_path(&scene, "a/predictions/epoch_1.json")) == 0);
    assert_true(deltas_make(&want, scene.runs, &scene.settings, NULL, tell, &told, &err));
    assert_true(told.last.done && told.last.rows[1].trouble[0]);
    rows[0] = scene_run(&scene, "plain");
    assert_int_equal(deltas_want_of(rows, 2).count, 0);
    assert_int_equal(deltas_want_of(rows, 0).count, 0);
    scene_done(&scene);
}

static void test_stale_work_is_given_up(void **state)
{
    (void)state;
    struct scene scene;
    struct told told = {0};
    struct err err = {0};
    atomic_bool stale = true;
    make_runs(&scene);
    const struct run_row *rows[] = {scene_run(&scene, "a"), scene_run(&scene, "b")};
    struct deltas_want want = deltas_want_of(rows, 2);
    assert_false(deltas_make(&want, scene.runs, &scene.settings, &stale, tell, &told, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    assert_int_equal(told.count, 0);
    scene_done(&scene);
}

static void test_a_metric_is_ranked_over_runs(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    for (int i = 0; i < 6; i++) {
        char name[32], text[256];
        snprintf(name, sizeof name, "run%d/metrics.csv", i);
        snprintf(text, sizeof text, "step,val/mAP,train/loss\n0,0.%d,1\n", i + 1);
        scene_write(&scene, name, text);
        snprintf(name, sizeof name, "run%d/config.json", i);
        snprintf(text, sizeof text,
            "{\"lr\": %g, \"model\": \"%s\", \"output_dir\": \"/out/%d\", \"batch\": 8}",
            0.1 / (i + 1), i < 3 ? "a" : "b", i);
        scene_write(&scene, name, text);
    }
    scene_refresh(&scene);
    struct influence_want want = {.snapshot = scene.runs, .metric = "AP"};
    struct influence_answer *answer = influence_answer_make(&want, scene.runs);
    assert_non_null(answer);
    assert_string_equal(answer->trouble, "");
    const struct importance *importance = &answer->influence.importance;
    assert_int_equal(importance->count, 2);
    assert_int_equal(answer->influence.noise_count, 1);
    assert_string_equal(importance->rows[0].name, "lr");
    assert_true(fabs(importance->rows[0].rho + 1) < 1e-12);
    assert_string_equal(importance->rows[1].name, "model");
    char text[128];
    influence_print_values(&importance->rows[1], text, sizeof text);
    assert_string_equal(text, "b: 0.5 (3), a: 0.2 (3)");
    influence_print_values(&importance->rows[1], text, 20);
    assert_string_equal(text, "b: 0.5 (3) ...");
    influence_answer_free(answer);
    snprintf(want.filter, sizeof want.filter, "model=a");
    answer = influence_answer_make(&want, scene.runs);
    assert_int_equal(answer->influence.run_count, 3);
    assert_int_equal(answer->influence.importance.rows[0].trouble, IMPORTANCE_FEW_RUNS);
    influence_answer_free(answer);
    snprintf(want.metric, sizeof want.metric, "nonsense");
    answer = influence_answer_make(&want, scene.runs);
    assert_true(answer->trouble[0]);
    influence_answer_free(answer);
    scene_done(&scene);
}

static void test_the_files_of_a_run(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    scene_init(&scene);
    scene_write(&scene, "a/metrics.csv", "step,loss\n0,1\n");
    scene_write(&scene, "a/log.txt", "x\n");
    scene_write(&scene, "a/.hidden", "x\n");
    scene_write(&scene, "a/1/2/3/deep.txt", "x\n");
    scene_write(&scene, "a/1/2/3/4/deeper.txt", "x\n");
    scene_picture(&scene, "a/plots/x.PNG", 2, 2);
    scene_refresh(&scene);
    struct run_files *files = run_files_load(scene.store, scene_run(&scene, "a"), &err);
    assert_non_null(files);
    static const char *const NAMES[] = {"metrics.csv", "1/2/3/deep.txt", "log.txt", "plots/x.PNG"};
    assert_int_equal(files->count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(files->files[i].name, NAMES[i]);
    assert_non_null(files->files[0].reader);
    assert_null(files->files[1].reader);
    assert_int_equal(files->files[2].size_bytes, 2);
    assert_true(files->files[3].is_picture && !files->files[2].is_picture);
    assert_true(files->cut);
    run_files_release(files);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pair_has_its_interval),
        cmocka_unit_test(test_what_cannot_be_compared_says_why),
        cmocka_unit_test(test_stale_work_is_given_up),
        cmocka_unit_test(test_a_metric_is_ranked_over_runs),
        cmocka_unit_test(test_the_files_of_a_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
