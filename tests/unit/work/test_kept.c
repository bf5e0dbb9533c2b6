/*
 * Kept studies: they say what a loaded one says, without its boxes; a damaged one is a miss.
 */
#include "scene.h"

#include "base/digest.h"
#include "work/content.h"
#include "work/kept.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct truth truth_of(const char *path)
{
    return (struct truth){.ground_truth = {path}, .count = 1, .said = true};
}

static struct study *must(struct study *study, const struct err *err)
{
    if (!study)
        fail_msg("%s: %s", err->file, err->text);
    return study;
}

static struct study *ask(struct scene *scene, const struct study_request *request)
{
    struct err err = {0};
    return must(kept_study(scene->store, request, &err), &err);
}

static void assert_same_text(const char *a, const char *b)
{
    assert_true(!a == !b);
    if (a)
        assert_string_equal(a, b);
}

static void assert_same_studies(const struct study *a, const struct study *b)
{
    struct err err = {0};
    assert_string_equal(a->ground_truth, b->ground_truth);
    assert_string_equal(a->predictions, b->predictions);
    assert_same_text(a->joined, b->joined);
    assert_same_text(a->warning, b->warning);
    assert_string_equal(a->version.name, b->version.name);
    assert_true(digest_equal(&a->version.content, &b->version.content));
    assert_true(digest_equal(&a->version.images, &b->version.images));
    assert_int_equal(a->version.images_with_detections, b->version.images_with_detections);
    assert_int_equal(a->detection_count, b->detection_count);
    assert_memory_equal(&a->best_f1, &b->best_f1, sizeof a->best_f1);
    assert_memory_equal(a->summary.stats, b->summary.stats, sizeof a->summary.stats);
    assert_int_equal(a->dataset->image_count, b->dataset->image_count);
    assert_int_equal(a->dataset->category_count, b->dataset->category_count);
    for (size_t i = 0; i < a->dataset->category_count; i++) {
        assert_int_equal(a->dataset->categories[i].id, b->dataset->categories[i].id);
        assert_string_equal(a->dataset->categories[i].name, b->dataset->categories[i].name);
        assert_memory_equal(&a->summary.classes[i], &b->summary.classes[i], sizeof(struct eval_class));
    }
    double x[8][EVAL_STATS], y[8][EVAL_STATS];
    assert_true(a->dataset->image_count <= 8);
    assert_true(study_image_stats(a, x, &err) && study_image_stats(b, y, &err));
    for (size_t i = 0; i < a->dataset->image_count; i++) {
        const struct image *p = &a->dataset->images[i], *q = &b->dataset->images[i];
        assert_int_equal(p->id, q->id);
        assert_same_text(p->key, q->key);
        assert_string_equal(p->file_name, q->file_name);
        assert_true(p->width_px == q->width_px && p->height_px == q->height_px);
        assert_memory_equal(x[i], y[i], sizeof x[i]);
    }
    struct eval_counts m, n;
    eval_counts_at(a->set, 3, .75, NULL, &m, NULL, NULL);
    eval_counts_at(b->set, 3, .75, NULL, &n, NULL, NULL);
    assert_memory_equal(&m, &n, sizeof m);
}

static void test_what_was_kept_says_the_same(void **state)
{
    (void)state;
    static const char *const RESULTS[] = {SCENE_PERFECT, SCENE_HALF, "[]",
        "[{\"image_id\":1,\"category_id\":9,\"bbox\":[1,1,2,2],\"score\":0.5},"
        "{\"image_id\":77,\"category_id\":1,\"bbox\":[1,1,2,2],\"score\":0.5}]"};
    struct scene scene;
    scene_init(&scene);
    scene_refresh(&scene);
    struct truth truth = truth_of(scene_write(&scene, "val.json", SCENE_TRUTH));
    for (size_t i = 0; i < sizeof RESULTS / sizeof *RESULTS; i++) {
        const char *name = arena_printf(&scene.arena, "dt%zu.json", i);
        struct study_request request = {scene_write(&scene, name, RESULTS[i]), &truth, NULL};
        struct study *first = ask(&scene, &request), *again = ask(&scene, &request);
        assert_true(study_has_boxes(first));
        assert_false(study_has_boxes(again));
        assert_same_studies(first, again);
        struct err err = {0};
        assert_true(study_load_boxes(again, &err));
        assert_true(study_has_boxes(again));
        assert_true(study_load_boxes(again, &err)); /* without effect */
        assert_same_studies(first, again);
        assert_int_equal(again->dataset->annotation_count, 3);
        study_release(first);
        study_release(again);
    }
    scene_done(&scene);
}

/* Text ids, sizes that come from pictures, fractions: known by how the files look. */
static void test_other_formats(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_refresh(&scene);
    scene_write(&scene, "set/labels/val/a.txt", "0 0.5 0.5 0.5 0.5\n");
    scene_write(&scene, "set/labels/val/b.txt", "0 0.25 0.25 0.5 0.5\n");
    scene_picture(&scene, "set/images/val/a.png", 100, 80);
    struct truth truth =
        truth_of(scene_write(&scene, "set/data.yaml", "val: images/val\nnames: [cat, dog]\n"));
    struct study_request request = {scene_write(&scene, "dt.json",
        "[{\"image_id\":\"a\",\"category_id\":1,\"bbox\":[25,20,50,40],\"score\":0.9},"
        "{\"image_id\":\"b\",\"category_id\":1,\"bbox\":[0,0,60,45],\"score\":0.8}]"), &truth, NULL};
    struct study *first = ask(&scene, &request), *again = ask(&scene, &request);
    assert_true(study_has_boxes(first) && !study_has_boxes(again));
    assert_non_null(first->warning);
    assert_same_studies(first, again);
    assert_string_equal(study_image_path(again, &scene.arena, 0),
        study_image_path(first, &scene.arena, 0));
    study_release(first);
    study_release(again);
    scene_age(&scene, "dt.json", 5000);
    again = ask(&scene, &request);
    assert_true(study_has_boxes(again)); /* read anew */
    study_release(again);
    scene_done(&scene);
}

/* What was evaluated for the table of runs is there for whoever asks next, and for a copy of it. */
static void test_evaluating_a_run_keeps_it(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    const char *gt = scene_write(&scene, "val.json", SCENE_TRUTH);
    scene_write(&scene, "run/metrics.csv", "step,train/loss\n0,2\n");
    const char *dt = scene_write(&scene, "run/predictions/epoch_1.json", SCENE_HALF);
    scene_refresh(&scene);
    struct truth truth = truth_of(gt);
    struct study_request request = {dt, &truth, NULL};
    struct study *study = ask(&scene, &request);
    assert_false(study_has_boxes(study));
    assert_true(fabs(study->summary.stats[EVAL_AP] - SCENE_HALF_AP) < 1e-9);
    study_release(study);
    struct truth elsewhere = truth_of(scene_write(&scene, "moved/truth.json", SCENE_TRUTH));
    struct study_request copy = {scene_write(&scene, "moved/dt.json", SCENE_HALF), &elsewhere, NULL};
    study = ask(&scene, &copy);
    assert_false(study_has_boxes(study));
    assert_string_equal(study->predictions, copy.predictions);
    assert_string_equal(study->ground_truth, elsewhere.ground_truth[0]);
    assert_string_equal(study->version.name, "truth.json");
    assert_string_equal(study->dataset->path, elsewhere.ground_truth[0]);
    study_release(study);
    scene_done(&scene);
}

static void test_a_damaged_one_is_a_miss(void **state)
{
    (void)state;
    struct scene scene;
    struct err err = {0};
    scene_init(&scene);
    scene_refresh(&scene);
    struct truth truth = truth_of(scene_write(&scene, "val.json", SCENE_TRUTH));
    struct study_request request = {scene_write(&scene, "dt.json", SCENE_HALF), &truth, NULL};
    struct study *study = ask(&scene, &request), *found;
    assert_true(kept_put(scene.store, "it", study, STORE_BY_FORGETTING, &err));
    assert_true(kept_get(scene.store, "it", &request, true, &found, &err));
    assert_non_null(found);
    assert_same_studies(study, found);
    study_release(found);
    struct digest digest = digest_of("it", 2);
    char key[DIGEST_TEXT_BYTES];
    void *data;
    size_t length;
    digest_print(&digest, key);
    assert_true(store_get_kept(scene.store, key, &scene.arena, &data, &length, &err));
    assert_non_null(data);
    char *bytes = data;
    size_t padding = 0;
    for (size_t i = 0; i <= length; i++) {
        size_t kept = i < length ? length : length - 1; /* the last round: cut */
        if (i < length)
            bytes[i] = (char)(bytes[i] ^ 1 << i % 8);
        assert_true(store_keep(
            scene.store, key, bytes, kept, KEPT_BYTES, STORE_BY_FORGETTING, &err));
        assert_true(kept_get(scene.store, "it", &request, true, &found, &err));
        padding += found != NULL; /* between the texts and the set */
        study_release(found);
        if (i < length)
            bytes[i] = (char)(bytes[i] ^ 1 << i % 8);
    }
    assert_true(padding < 16);
    assert_true(store_keep(scene.store, key, bytes, 0, KEPT_BYTES, STORE_BY_FORGETTING, &err));
    assert_true(kept_get(scene.store, "it", &request, true, &found, &err));
    assert_null(found);
    study_release(study);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_kept_says_the_same),
        cmocka_unit_test(test_other_formats),
        cmocka_unit_test(test_evaluating_a_run_keeps_it),
        cmocka_unit_test(test_a_damaged_one_is_a_miss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
