/*
 * Where ground truth and images are found: what is said, by whom, and what stands nearby.
 */
#include "scene.h"

#include "work/truth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char BOXTOP[] = "boxtop.json";

/* What truth_find() finds for the run ROOT/NAME that says ARTIFACTS. */
static bool find(struct scene *scene, const struct truth_rules *rules, const char *name,
    const struct artifact *artifacts, size_t count, struct truth *truth)
{
    struct err err = {0};
    bool found = truth_find(
        &scene->arena, rules, scene->root, scene_path(scene, name), artifacts, count, truth, &err);
    if (!found)
        assert_int_equal(err.code, ERR_FORMAT);
    return found;
}

static void read_rules(struct scene *scene, const char *root, struct truth_rules *rules)
{
    struct err err = {0};
    if (!truth_read_rules(&scene->arena, root, rules, &err))
        fail_msg("%s: %s", err.file, err.text);
}

static void test_what_a_run_says(void **state)
{
    (void)state;
    struct scene scene;
    struct truth_rules rules = {0};
    struct truth truth;
    scene_init(&scene);
    scene_write(&scene, "run/metrics.csv", "");
    const char *gt = scene_write(&scene, "data/val.json", SCENE_TRUTH);
    const char *images = scene_path(&scene, "data/pictures");
    assert_true(file_make_dirs(images, NULL));
    const struct artifact said[] = {{ARTIFACT_GROUND_TRUTH, "../data/val.json", -1},
        {ARTIFACT_IMAGES, "../data/pictures", -1}, {ARTIFACT_PREDICTIONS, gt, -1}};
    assert_true(find(&scene, &rules, "run", said, 3, &truth));
    assert_true(truth.said);
    assert_int_equal(truth.count, 1);
    assert_string_equal(truth.ground_truth[0], gt);
    assert_int_equal(truth.image_dir_count, 1);
    assert_string_equal(truth.image_dirs[0], images);
    scene_done(&scene);
}

/* The path of another machine: the same name below the run's directory or one of its parents. */
static void test_a_path_of_another_machine(void **state)
{
    (void)state;
    struct scene scene;
    struct truth_rules rules = {0};
    struct truth truth;
    scene_init(&scene);
    scene_write(&scene, "group/run/metrics.csv", "");
    const char *gt = scene_write(&scene, "val.json", SCENE_TRUTH);
    const struct artifact far = {ARTIFACT_GROUND_TRUTH, "/mnt/no such disk/coco/val.json", -1};
    assert_true(find(&scene, &rules, "group/run", &far, 1, &truth));
    assert_true(truth.said);
    assert_string_equal(truth.ground_truth[0], gt);
    /* Nearer is likelier. */
    const char *nearer = scene_write(&scene, "group/val.json", SCENE_TRUTH);
    assert_true(find(&scene, &rules, "group/run", &far, 1, &truth));
    assert_string_equal(truth.ground_truth[0], nearer);
    /* A relative path counts from each parent. */
    const char *below = scene_write(&scene, "coco/annotations/v.json", SCENE_TRUTH);
    const struct artifact relative = {ARTIFACT_GROUND_TRUTH, "coco/annotations/v.json", -1};
    assert_true(find(&scene, &rules, "group/run", &relative, 1, &truth));
    assert_string_equal(truth.ground_truth[0], below);
    scene_done(&scene);
}

static void test_rules_with_globs(void **state)
{
    (void)state;
    struct scene scene;
    struct truth_rules rules = {0};
    struct truth truth;
    scene_init(&scene);
    const char *a = scene_write(&scene, "truths/a.json", SCENE_TRUTH);
    const char *b = scene_write(&scene, "truths/b.json", SCENE_TRUTH);
    scene_write(&scene, "truths/pictures/x.png", "");
    scene_write(&scene, BOXTOP,
        "{\"datasets\":[{\"name\":\"A\",\"ground_truth\":\"truths/a.json\",\"runs\":\"voc*/**\","
        "\"images\":\"truths/pictures\"},{\"ground_truth\":\"truths/gone.json\"},"
        "{\"ground_truth\":\"truths/b.json\"}]}");
    read_rules(&scene, scene.root, &rules);
    assert_int_equal(rules.count, 3);
    assert_string_equal(rules.rules[0].name, "A");
    assert_string_equal(rules.rules[2].name, "b.json");
    assert_string_equal(rules.rules[2].runs, "**");
    assert_true(find(&scene, &rules, "voc07/exp1", NULL, 0, &truth));
    assert_true(truth.said);
    assert_string_equal(truth.ground_truth[0], a);
    assert_string_equal(truth.image_dirs[0], scene_path(&scene, "truths/pictures"));
    assert_true(
        find(&scene, &rules, "coco/exp1", NULL, 0, &truth)); /* the missing is passed over */
    assert_string_equal(truth.ground_truth[0], b);
    assert_int_equal(truth.image_dir_count, 0);
    /* What the run itself says goes first. */
    const char *own = scene_write(&scene, "voc07/exp1/own.json", SCENE_TRUTH);
    const struct artifact said = {ARTIFACT_GROUND_TRUTH, "own.json", -1};
    assert_true(find(&scene, &rules, "voc07/exp1", &said, 1, &truth));
    assert_string_equal(truth.ground_truth[0], own);
    assert_int_equal(truth.count, 1);
    /* And --gt before that. */
    rules.ground_truth = b;
    rules.images = scene.root;
    assert_true(find(&scene, &rules, "voc07/exp1", &said, 1, &truth));
    assert_int_equal(truth.count, 1);
    assert_string_equal(truth.ground_truth[0], b);
    assert_string_equal(truth.image_dirs[0], scene.root);
    scene_done(&scene);
}

/* A rule is for the runs below its boxtop.json, whatever other roots are open. */
static void test_rules_of_another_root_do_not_count(void **state)
{
    (void)state;
    struct scene scene;
    struct truth_rules rules = {0};
    struct truth truth;
    scene_init(&scene);
    scene_write(&scene, "a/truth/val.json", SCENE_TRUTH);
    scene_write(&scene, "a/boxtop.json", "{\"datasets\":[{\"ground_truth\":\"truth/val.json\"}]}");
    scene_write(&scene, "b/run/metrics.csv", "");
    read_rules(&scene, scene_path(&scene, "a"), &rules);
    assert_int_equal(rules.count, 1);
    struct err err = {0};
    const char *root = scene_path(&scene, "b"), *run = scene_path(&scene, "b/run");
    assert_true(truth_find(&scene.arena, &rules, root, run, NULL, 0, &truth, &err));
    assert_false(truth.said); /* it is found only because it stands nearby */
    run = scene_path(&scene, "a/run");
    assert_true(
        truth_find(&scene.arena, &rules, scene_path(&scene, "a"), run, NULL, 0, &truth, &err));
    assert_true(truth.said);
    scene_done(&scene);
}

static void test_rules_in_a_parent_of_the_root(void **state)
{
    (void)state;
    struct scene scene;
    struct truth_rules rules = {0}, none = {0};
    struct truth truth;
    scene_init(&scene);
    const char *gt = scene_write(&scene, "truths/a.json", SCENE_TRUTH);
    scene_write(&scene, BOXTOP,
        "{\"datasets\":[{\"ground_truth\":\"truths/a.json\",\"runs\":\"x/y/z/exp*\"}]}");
    read_rules(&scene, scene_path(&scene, "x/y/z"), &rules);
    assert_int_equal(rules.count, 1);
    assert_true(find(&scene, &rules, "x/y/z/exp1", NULL, 0, &truth));
    assert_true(truth.said);
    assert_string_equal(truth.ground_truth[0], gt);
    read_rules(&scene, scene_path(&scene, "x/y/z/too/deep"), &none); /* beyond three levels */
    assert_int_equal(none.count, 0);
    scene_done(&scene);
}

static const char *const BROKEN[] = {"", "{", "[]", "{}", "{\"datasets\":{}}", "{\"datasets\":[1]}",
    "{\"datasets\":[{\"ground_truth\":1}]}", "{\"datasets\":[{\"images\":\"x\"}]}", "\xff\xfe"};

static void test_broken_rules_name_their_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BROKEN / sizeof *BROKEN; i++) {
        struct scene scene;
        struct err err = {0};
        struct truth_rules rules = {0};
        scene_init(&scene);
        const char *path = scene_write(&scene, BOXTOP, BROKEN[i]);
        if (truth_read_rules(&scene.arena, scene.root, &rules, &err))
            fail_msg("taken: %s", BROKEN[i]);
        assert_int_equal(err.code, ERR_FORMAT);
        assert_string_equal(err.file, path);
        rules.ground_truth = "/said/by/the/person.json"; /* then it does not matter */
        assert_true(truth_read_rules(&scene.arena, scene.root, &rules, &err));
        scene_done(&scene);
    }
}

static void test_what_stands_nearby(void **state)
{
    (void)state;
    struct scene scene;
    struct truth_rules rules = {0};
    struct truth truth;
    scene_init(&scene);
    scene_write(&scene, "runs/exp1/predictions.json", SCENE_PERFECT);
    scene_write(&scene, "runs/exp1/config.json", "{\"lr\": 1}");
    assert_false(find(&scene, &rules, "runs/exp1", NULL, 0, &truth));
    assert_int_equal(truth.count, 0);
    const char *beside = scene_write(&scene, "data/annotations/val.json", SCENE_TRUTH);
    assert_true(find(&scene, &rules, "runs/exp1", NULL, 0, &truth));
    assert_false(truth.said);
    assert_int_equal(truth.count, 1);
    assert_string_equal(truth.ground_truth[0], beside);
    /* The nearer stands first, each once. */
    const char *parent = scene_write(&scene, "runs/instances.json", SCENE_TRUTH);
    const char *own = scene_write(&scene, "runs/exp1/gt.json", SCENE_TRUTH);
    assert_true(find(&scene, &rules, "runs/exp1", NULL, 0, &truth));
    assert_int_equal(truth.count, 3);
    assert_string_equal(truth.ground_truth[0], own);
    assert_string_equal(truth.ground_truth[1], parent);
    assert_string_equal(truth.ground_truth[2], beside);
    scene_done(&scene);
}

/* Folders that say by their names that they hold ground truth, and VOC trees of either case. */
static void test_folders_nearby(void **state)
{
    (void)state;
    static const struct {
        const char *file, *folder, *text;
    } FOLDERS[] = {{"data/ground-truth/a.txt", "data/ground-truth", "cat 1 2 30 40\n"},
        {"data/groundtruths/a.txt", "data/groundtruths", "cat 30 40 3 4\n"},
        {"voc/annotations/a.xml", "voc", "<annotation></annotation>\n"}};
    for (size_t i = 0; i < sizeof FOLDERS / sizeof *FOLDERS; i++) {
        struct scene scene;
        struct truth_rules rules = {0};
        struct truth truth;
        scene_init(&scene);
        scene_write(&scene, FOLDERS[i].file, FOLDERS[i].text);
        scene_write(&scene, "data/detection-results/a.txt", "cat 0.5 1 2 30 40\n");
        scene_write(&scene, "run/predictions.json", "[]");
        assert_true(find(&scene, &rules, "run", NULL, 0, &truth));
        assert_int_equal(truth.count, 1);
        assert_string_equal(truth.ground_truth[0], scene_path(&scene, FOLDERS[i].folder));
        scene_done(&scene);
    }
}

/* What a model was trained on comes last. */
static void test_the_order_of_splits(void **state)
{
    (void)state;
    static const char *const FILES[] = {"data/coco/annotations/instances_train.json",
        "data/coco/annotations/instances_val.json", "data/coco/annotations/more.json"};
    struct scene scene;
    struct truth_rules rules = {0};
    struct truth truth;
    scene_init(&scene);
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        scene_write(&scene, FILES[i], SCENE_TRUTH);
    scene_write(&scene, "run/predictions.json", "[]");
    assert_true(find(&scene, &rules, "run", NULL, 0, &truth));
    assert_int_equal(truth.count, 3);
    assert_string_equal(truth.ground_truth[0], scene_path(&scene, FILES[1]));
    assert_string_equal(truth.ground_truth[1], scene_path(&scene, FILES[2]));
    assert_string_equal(truth.ground_truth[2], scene_path(&scene, FILES[0]));
    scene_done(&scene);
}

static void test_a_data_yaml_nearby(void **state)
{
    (void)state;
    struct scene scene;
    struct truth_rules rules = {0};
    struct truth truth;
    scene_init(&scene);
    scene_write(&scene, "runs/exp1/results.json", SCENE_PERFECT);
    scene_write(&scene, "runs/exp1/args.yaml", "task: detect\nmode: train\n");
    const char *yaml = scene_write(&scene, "set/data.yaml", "val: images/val\nnames: [cat, dog]\n");
    scene_write(&scene, "set/labels/val/a.txt", "0 0.5 0.5 0.5 0.5\n");
    assert_true(find(&scene, &rules, "runs/exp1", NULL, 0, &truth));
    assert_int_equal(truth.count, 1);
    assert_string_equal(truth.ground_truth[0], yaml);
    scene_done(&scene);
}

/* A thousand files and folders nearby: the search is bounded, and holds no more than it may. */
static void test_a_crowd_nearby(void **state)
{
    (void)state;
    struct scene scene;
    struct truth_rules rules = {0};
    struct truth truth;
    char name[64];
    scene_init(&scene);
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "run/truth%d.json", i);
        scene_write(&scene, name, SCENE_TRUTH);
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "exp%d/metrics.csv", i);
        scene_write(&scene, name, "");
    }
    assert_true(find(&scene, &rules, "run", NULL, 0, &truth));
    assert_int_equal(truth.count, TRUTH_MAX_CANDIDATES);
    assert_false(find(&scene, &rules, "exp999", NULL, 0, &truth) && truth.said);
    scene_done(&scene);
}

static void test_image_files(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    const char *gt = scene_write(&scene, "set/annotations/val.json", SCENE_TRUTH);
    const char *in_images = scene_write(&scene, "set/images/a.png", "");
    const char *named = scene_write(&scene, "pictures/sub/a.png", "");
    const char *said = scene_write(&scene, "said/a.png", "");
    const char *dirs = scene_path(&scene, "pictures"), *own = scene_path(&scene, "said");
    struct truth truth = {0};
    struct arena *arena = &scene.arena;
    assert_string_equal(truth_find_image(arena, &truth, gt, NULL, "a.png"), in_images);
    assert_string_equal(truth_find_image(arena, &truth, gt, NULL, "train2017/a.png"), in_images);
    assert_string_equal(truth_find_image(arena, &truth, gt, own, "a.png"), said);
    truth.image_dirs[0] = dirs;
    truth.image_dir_count = 1;
    assert_string_equal(truth_find_image(arena, &truth, gt, own, "sub/a.png"), named);
    assert_string_equal(truth_find_image(arena, &truth, gt, own, "a.png"), said);
    assert_string_equal(truth_find_image(arena, &truth, gt, NULL, in_images), in_images);
    assert_string_equal(truth_find_image(arena, &truth, gt, own, "a"), said);
    assert_string_equal(truth_find_image(arena, &truth, gt, NULL, "x/a"), in_images);
    const char *dotted = scene_write(&scene, "set/images/frame.001.JPG", "");
    assert_string_equal(truth_find_image(arena, &truth, gt, NULL, "frame.001"), dotted);
    assert_null(truth_find_image(arena, &truth, gt, NULL, "frame"));
    assert_null(truth_find_image(arena, &truth, gt, NULL, "gone.png"));
    assert_null(truth_find_image(arena, &truth, gt, NULL, ""));
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_run_says),
        cmocka_unit_test(test_a_path_of_another_machine),
        cmocka_unit_test(test_rules_with_globs),
        cmocka_unit_test(test_rules_of_another_root_do_not_count),
        cmocka_unit_test(test_rules_in_a_parent_of_the_root),
        cmocka_unit_test(test_broken_rules_name_their_file),
        cmocka_unit_test(test_what_stands_nearby),
        cmocka_unit_test(test_folders_nearby),
        cmocka_unit_test(test_the_order_of_splits),
        cmocka_unit_test(test_a_data_yaml_nearby),
        cmocka_unit_test(test_a_crowd_nearby),
        cmocka_unit_test(test_image_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
