/*
 * Versions of ground truths: what runs were evaluated on, which numbers compare, what is said.
 */
#include "scene.h"

#include "base/text.h"
#include "work/compare.h"
#include "work/versions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A run with PREDICTIONS that says where its ground truth is. */
static void add_run(
    struct scene *scene, const char *name, const char *ground_truth, const char *predictions)
{
    struct arena *arena = &scene->arena;
    const char *said = arena_printf(arena, "{\"ground_truth\": \"%s\"}", ground_truth);
    assert_non_null(said);
    scene_write(scene, arena_printf(arena, "%s/dataset.json", name), said);
    scene_write(scene, arena_printf(arena, "%s/predictions/epoch_1.json", name), predictions);
    scene_write(scene, arena_printf(arena, "%s/metrics.csv", name), "step,train/loss\n0,2\n1,1\n");
}

/* SCENE_TRUTH with its first box one pixel further. */
static void write_truths(struct scene *scene)
{
    char *other = strdup(SCENE_TRUTH);
    assert_non_null(other);
    char *box = strstr(other, "[10,10,20,20]");
    assert_non_null(box);
    box[2] = '1';
    scene_write(scene, "data/val.json", SCENE_TRUTH);
    scene_write(scene, "data/other.json", other);
    free(other);
}

/* The same as SCENE_TRUTH: other blanks, order and ids of annotations, a key that nobody knows. */
static const char WRITTEN_ANEW[] =
    "{\n \"info\": {\"year\": 2024},\n \"categories\": [{\"name\": \"dog\", \"id\": 2},"
    " {\"id\": 1, \"name\": \"cat\", \"colour\": \"red\"}],\n \"annotations\": ["
    "{\"id\":33,\"image_id\":2,\"category_id\":1,\"bbox\":[1e1,10.0,40,40],\"area\":1600,"
    "\"iscrowd\":0}, "
    "{\"id\":9,\"category_id\":1,\"image_id\":1,\"bbox\":[10,10,20,20],\"area\":400,"
    "\"iscrowd\":0,\"x\":[1,2]}, "
    "{\"id\":2,\"image_id\":1,\"category_id\":2,\"bbox\":[50,40,20,20],\"area\":4e2,"
    "\"iscrowd\":0}],\n"
    "\"images\":[{\"id\":2,\"file_name\":\"val/b.png\",\"width\":120,\"height\":90},"
    "{\"id\":1,\"file_name\":\"a.png\",\"width\":100,\"height\":80}]}";

static struct versions find_all(const struct scene *scene, const struct run_row *baseline)
{
    uint32_t order[16];
    size_t count = runs_order(scene->runs, NULL, NULL, false, NULL, 0, order);
    return versions_find(scene->runs, order, count, baseline);
}

static bool is_foreign(
    const struct scene *scene, const struct versions *versions, const char *run, const char *name)
{
    struct run_column column;
    struct err err = {0};
    struct arena arena = {0};
    if (!runs_parse_column(scene->runs, &arena, name, &column, &err))
        fail_msg("%s", err.text);
    bool foreign = versions_is_foreign(versions, scene_run(scene, run), &column);
    arena_done(&arena);
    return foreign;
}

static void test_a_run_knows_its_ground_truth(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    write_truths(&scene);
    scene_write(&scene, "data/anew.json", WRITTEN_ANEW);
    add_run(&scene, "a", "../data/val.json", SCENE_PERFECT);
    add_run(&scene, "anew", "../data/anew.json", SCENE_PERFECT);
    add_run(&scene, "half", "../data/val.json", SCENE_HALF);
    add_run(&scene, "other", "../data/other.json", SCENE_PERFECT);
    scene_write(&scene, "plain/metrics.csv", "step,val/AP\n0,0.5\n");
    scene_refresh(&scene);
    const struct dataset_version *a = scene_run(&scene, "a")->dataset;
    const struct dataset_version *anew = scene_run(&scene, "anew")->dataset;
    const struct dataset_version *half = scene_run(&scene, "half")->dataset;
    const struct dataset_version *other = scene_run(&scene, "other")->dataset;
    assert_true(a && anew && half && other);
    assert_null(scene_run(&scene, "plain")->dataset);
    assert_null(scene_run(&scene, "plain")->dataset_label);
    assert_string_equal(a->name, "val.json");
    assert_string_equal(anew->name, "anew.json");
    assert_true(a->image_count == 2 && a->images_with_detections == 2);
    assert_true(half->image_count == 2 && half->images_with_detections == 1);
    assert_true(digest_equal(&a->content, &anew->content));
    assert_true(digest_equal(&a->content, &half->content));
    assert_false(digest_equal(&a->content, &other->content));
    assert_true(digest_equal(&a->images, &other->images));
    assert_true(text_contains(scene_run(&scene, "a")->dataset_label, "val.json "));
    assert_int_equal(strlen(scene_run(&scene, "a")->dataset_label), strlen("val.json 01234567"));
    scene_done(&scene);
}

/* boxtop.json has a name for it, and another name is noticed. */
static void test_the_name_of_a_rule(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    write_truths(&scene);
    scene_write(&scene, "boxtop.json",
        "{\"datasets\": [{\"name\": \"street\", \"ground_truth\": \"data/val.json\"}]}");
    scene_write(&scene, "run/predictions/epoch_1.json", SCENE_PERFECT);
    scene_write(&scene, "run/metrics.csv", "step,train/loss\n0,2\n");
    scene_refresh(&scene);
    assert_string_equal(scene_run(&scene, "run")->dataset->name, "street");
    scene_write(&scene, "boxtop.json",
        "{\"datasets\": [{\"name\": \"road\", \"ground_truth\": \"data/val.json\"}]}");
    scene_refresh(&scene);
    assert_string_equal(scene_run(&scene, "run")->dataset->name, "road");
    scene_done(&scene);
}

static void test_what_does_not_compare(void **state)
{
    (void)state;
    struct scene scene;
    char sentence[128];
    scene_init(&scene);
    write_truths(&scene);
    add_run(&scene, "a", "../data/val.json", SCENE_PERFECT);
    add_run(&scene, "b", "../data/val.json", SCENE_PERFECT);
    scene_refresh(&scene);
    struct versions versions = find_all(&scene, NULL);
    assert_int_equal(versions.truths, 1);
    assert_false(versions_differ(&versions));
    versions_print(&versions, sentence, sizeof sentence);
    assert_string_equal(sentence, "");
    assert_false(is_foreign(&scene, &versions, "a", "AP"));

    add_run(&scene, "c", "../data/other.json", SCENE_HALF);
    scene_write(&scene, "plain/metrics.csv", "step,val/AP\n0,0.5\n");
    scene_refresh(&scene);
    versions = find_all(&scene, NULL);
    assert_int_equal(versions.truths, 2);
    assert_true(versions_differ(&versions));
    versions_print(&versions, sentence, sizeof sentence);
    assert_string_equal(sentence, "AP of 2 ground truths: not comparable as it stands");
    assert_false(is_foreign(&scene, &versions, "a", "AP"));
    assert_true(is_foreign(&scene, &versions, "c", "AP"));
    assert_true(is_foreign(&scene, &versions, "c", "AP50.last"));
    assert_true(is_foreign(&scene, &versions, "c", "eval/AR10"));
    assert_false(is_foreign(&scene, &versions, "c", "loss")); /* it is not of any */
    assert_false(is_foreign(&scene, &versions, "c", "AP@"));
    assert_false(is_foreign(&scene, &versions, "plain", "AP")); /* what it logged itself */

    versions = find_all(&scene, scene_run(&scene, "c"));
    assert_true(is_foreign(&scene, &versions, "a", "AP"));
    assert_false(is_foreign(&scene, &versions, "c", "AP"));
    versions = find_all(&scene, scene_run(&scene, "plain"));
    assert_true(is_foreign(&scene, &versions, "c", "AP"));
    scene_done(&scene);
}

static void test_deltas_and_filters(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    write_truths(&scene);
    add_run(&scene, "a", "../data/val.json", SCENE_PERFECT);
    add_run(&scene, "b", "../data/val.json", SCENE_HALF);
    add_run(&scene, "c", "../data/other.json", SCENE_HALF);
    scene_refresh(&scene);
    struct run_column delta, dataset;
    struct err err = {0};
    assert_true(runs_parse_column(scene.runs, &scene.arena, "dAP", &delta, &err));
    assert_true(runs_parse_column(scene.runs, &scene.arena, "truth", &dataset, &err));
    const struct run_row *a = scene_run(&scene, "a");
    struct run_value value = run_value(scene_run(&scene, "b"), &delta, a, 0);
    assert_true(value.known && fabs(value.number - (SCENE_HALF_AP - 1)) < 1e-9);
    assert_false(run_value(scene_run(&scene, "c"), &delta, a, 0).known);
    value = run_value(a, &dataset, NULL, 0);
    assert_true(value.known && !value.is_number);
    assert_string_equal(value.text, a->dataset_label);
    static const struct {
        const char *filter;
        size_t count;
    } FILTERS[] = {{"truth=val.json", 2}, {"truth=other.json", 1}, {"truth!=val.json", 1},
        {"truth~json", 3}, {"truth=other", 0}};
    for (size_t i = 0; i < sizeof FILTERS / sizeof *FILTERS; i++) {
        uint32_t order[8];
        const struct filter *filter = filter_parse(&scene.arena, FILTERS[i].filter, &err);
        assert_non_null(filter);
        assert_int_equal(
            runs_order(scene.runs, filter, NULL, false, NULL, 0, order), FILTERS[i].count);
    }
    scene_done(&scene);
}

/* A ground truth of ten images, and detections on the first COUNT. */
static void add_part(struct scene *scene, const char *name, int count)
{
    struct arena *arena = &scene->arena;
    const char *images = "", *detections = "";
    for (int i = 1; i <= 10; i++)
        images = arena_printf(arena, "%s%s{\"id\":%d,\"file_name\":\"%d.png\",\"width\":50,"
            "\"height\":50}", images, i > 1 ? "," : "", i, i);
    for (int i = 1; i <= count; i++)
        detections = arena_printf(arena, "%s%s{\"image_id\":%d,\"category_id\":1,\"score\":0.5,"
            "\"bbox\":[1,1,9,9]}", detections, i > 1 ? "," : "", i);
    scene_write(scene, "data/ten.json", arena_printf(arena, "{\"images\":[%s],\"categories\":["
        "{\"id\":1,\"name\":\"cat\"}],\"annotations\":[{\"id\":1,\"image_id\":1,"
        "\"category_id\":1,\"bbox\":[1,1,9,9],\"area\":81,\"iscrowd\":0}]}", images));
    add_run(scene, name, "../data/ten.json", arena_printf(arena, "[%s]", detections));
}

static void test_parts_of_one(void **state)
{
    (void)state;
    struct scene scene;
    char sentence[128];
    scene_init(&scene);
    add_part(&scene, "few", 4);
    add_part(&scene, "some", 7);
    scene_refresh(&scene);
    struct versions versions = find_all(&scene, NULL);
    assert_false(versions_differ(&versions));
    assert_string_equal(strchr(scene_run(&scene, "few")->dataset_label, ','), ", 4 of 10 images");
    add_part(&scene, "most", 9);
    add_part(&scene, "most2", 10);
    scene_refresh(&scene);
    versions = find_all(&scene, NULL);
    assert_true(versions.truths == 1 && versions_differ(&versions));
    versions_print(&versions, sentence, sizeof sentence);
    assert_string_equal(
        sentence, "AP on different images of one ground truth: not comparable as it stands");
    assert_true(is_foreign(&scene, &versions, "few", "AP"));
    assert_false(is_foreign(&scene, &versions, "some", "AP"));
    assert_false(is_foreign(&scene, &versions, "most", "AP"));
    scene_done(&scene);
}

/* One step on one ground truth, one on another: the run says so. */
static void test_steps_of_two(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "data/one.json", SCENE_TRUTH);
    scene_write(&scene, "data/two.json",
        "{\"images\":[{\"id\":7,\"file_name\":\"z.png\",\"width\":100,\"height\":80}],"
        "\"categories\":[{\"id\":1,\"name\":\"cat\"}],\"annotations\":[{\"id\":1,\"image_id\":7,"
        "\"category_id\":1,\"bbox\":[1,1,9,9],\"area\":81,\"iscrowd\":0}]}");
    scene_write(&scene, "run/metrics.csv", "step,train/loss\n0,2\n");
    scene_write(&scene, "run/predictions/epoch_1.json", SCENE_PERFECT);
    scene_refresh(&scene);
    assert_int_equal(scene_notes(scene_run(&scene, "run"), "different ground truths"), 0);
    scene_write(&scene, "run/predictions/epoch_2.json",
        "[{\"image_id\":7,\"category_id\":1,\"bbox\":[1,1,9,9],\"score\":0.5}]");
    scene_refresh(&scene);
    assert_int_equal(scene_notes(scene_run(&scene, "run"), "different ground truths"), 1);
    assert_string_equal(scene_run(&scene, "run")->dataset->name, "two.json");
    scene_done(&scene);
}

static void test_the_column(void **state)
{
    (void)state;
    struct run_column columns[6] = {{.kind = RUN_COLUMN_NAME}, {.kind = RUN_COLUMN_AGE},
        {.kind = RUN_COLUMN_BEST, .role = ROLE_AP}, {.kind = RUN_COLUMN_SPARK, .role = ROLE_AP},
        {.kind = RUN_COLUMN_BEST, .role = ROLE_AP50}};
    assert_int_equal(versions_add_column(columns, 5, 5), 5); /* no room */
    assert_int_equal(columns[4].role, ROLE_AP50);
    assert_int_equal(versions_add_column(columns, 5, 6), 6);
    assert_int_equal(columns[4].kind, RUN_COLUMN_DATASET);
    assert_int_equal(columns[5].role, ROLE_AP50);
    assert_int_equal(versions_add_column(columns, 6, 9), 6); /* it is there */
    struct run_column few[4] = {{.kind = RUN_COLUMN_NAME}, {.kind = RUN_COLUMN_PARAM}};
    assert_int_equal(versions_add_column(few, 2, 4), 3);
    assert_int_equal(few[1].kind, RUN_COLUMN_DATASET);
}

static const struct diff_metric *metric_of(const struct compare *compare, const char *name)
{
    for (size_t i = 0; i < compare->metrics.count; i++)
        if (strcmp(compare->metrics.rows[i].name, name) == 0)
            return &compare->metrics.rows[i];
    fail_msg("no metric %s", name);
    return NULL;
}

static void test_a_comparison_does_not_judge_across(void **state)
{
    (void)state;
    struct scene scene;
    struct compare compare;
    struct err err = {0};
    scene_init(&scene);
    write_truths(&scene);
    add_run(&scene, "a", "../data/val.json", SCENE_PERFECT);
    add_run(&scene, "b", "../data/val.json", SCENE_HALF);
    add_run(&scene, "c", "../data/other.json", SCENE_HALF);
    scene_write(&scene, "c/metrics.csv", "step,train/loss\n0,2\n1,3\n");
    scene_refresh(&scene);
    const struct run_row *runs[] = {
        scene_run(&scene, "a"), scene_run(&scene, "b"), scene_run(&scene, "c")};
    assert_true(compare_runs(runs, 2, 0, false, &scene.arena, &compare, &err));
    assert_int_equal(compare.kinship, DATASET_SAME);
    assert_null(compare_warning(&compare));
    assert_int_equal(metric_of(&compare, "AP")->verdicts[1], DIFF_WORSE);
    assert_true(compare_runs(runs, 3, 0, false, &scene.arena, &compare, &err));
    assert_int_equal(compare.kinship, DATASET_OTHER_TRUTH);
    assert_true(text_contains(compare_warning(&compare), "different ground truths"));
    assert_int_equal(metric_of(&compare, "AP")->verdicts[1], DIFF_WORSE);
    assert_int_equal(metric_of(&compare, "AP")->verdicts[2], DIFF_CHANGED);
    assert_int_equal(metric_of(&compare, "loss")->verdicts[2], DIFF_WORSE);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_run_knows_its_ground_truth),
        cmocka_unit_test(test_the_name_of_a_rule),
        cmocka_unit_test(test_what_does_not_compare),
        cmocka_unit_test(test_deltas_and_filters),
        cmocka_unit_test(test_parts_of_one),
        cmocka_unit_test(test_steps_of_two),
        cmocka_unit_test(test_the_column),
        cmocka_unit_test(test_a_comparison_does_not_judge_across),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
