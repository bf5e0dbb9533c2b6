/*
 * Scanning generated trees: which directories are runs, under which names, and how often.
 */
#include "scene.h"

#include "temp.h"
#include "work/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char CSV[] = "step,loss\n1,2\n";

struct seen {
    char names[4096]; /* of the runs, each behind a blank */
    char formats[4096];
    size_t runs, sources, unreadable;
    size_t most; /* stops after so many; 0: never */
};

static bool take_run(void *self, const struct found_run *run)
{
    struct seen *seen = self;
    size_t used = strlen(seen->names), formats = strlen(seen->formats);
    snprintf(seen->names + used, sizeof seen->names - used, " %s", run->name);
    snprintf(seen->formats + formats, sizeof seen->formats - formats, " %s", run->format);
    assert_true(run->directory[0] == '/' && run->root[0] == '/');
    assert_true(run->inode != 0 && run->source_count > 0);
    seen->sources += run->source_count;
    return ++seen->runs != seen->most;
}

static void take_unreadable(void *self, const char *directory, const struct err *err)
{
    struct seen *seen = self;
    assert_true(directory[0] == '/' && err->code == ERR_IO);
    seen->unreadable++;
}

static struct seen scan(const char *root)
{
    struct seen seen = {0};
    struct err err = {0};
    struct scan_visitor visitor = {&seen, take_run, take_unreadable};
    if (!scan_root(root, &visitor, &err))
        fail_msg("%s: %s", err.file, err.text);
    return seen;
}

static void test_runs_below_runs_in_natural_order(void **state)
{
    (void)state;
    const char *root = temp_dir();
    temp_text(root, "exp10/metrics.csv", CSV);
    temp_text(root, "exp2/metrics.csv", CSV);
    temp_text(root, "exp2/again/metrics.csv", CSV);
    temp_text(root, "deep/er/down/metrics.csv", CSV);
    temp_text(root, "notes/readme.txt", "no run");
    struct seen seen = scan(root);
    assert_string_equal(seen.names, " deep/er/down exp2 exp2/again exp10");
    assert_int_equal(seen.unreadable, 0);
}

static void test_the_root_may_be_a_run_or_a_file_of_one(void **state)
{
    (void)state;
    const char *top = temp_dir();
    char root[4096], path[4096];
    temp_text(top, "my run/metrics.csv", CSV);
    snprintf(root, sizeof root, "%s/my run", top);
    assert_string_equal(scan(root).names, " my run");
    snprintf(path, sizeof path, "%s/my run/./metrics.csv", top);
    assert_string_equal(scan(path).names, " my run");
    snprintf(path, sizeof path, "%s/my run/../my run//", top);
    assert_string_equal(scan(path).names, " my run");
}

static void test_hidden_directories_are_left_out(void **state)
{
    (void)state;
    const char *root = temp_dir();
    temp_text(root, ".git/metrics.csv", CSV);
    temp_text(root, "a/.cache/metrics.csv", CSV);
    temp_text(root, "a/metrics.csv", CSV);
    assert_string_equal(scan(root).names, " a");
}

static void test_links_are_followed_once(void **state)
{
    (void)state;
    const char *root = temp_dir(), *other = temp_dir();
    char path[4096];
    temp_text(root, "b/metrics.csv", CSV);
    temp_text(other, "far/metrics.csv", CSV);
    snprintf(path, sizeof path, "%s/b/loop", root);
    assert_int_equal(symlink("..", path), 0);
    snprintf(path, sizeof path, "%s/b/self", root);
    assert_int_equal(symlink(".", path), 0);
    snprintf(path, sizeof path, "%s/z", root); /* b once more, behind it */
    assert_int_equal(symlink("b", path), 0);
    snprintf(path, sizeof path, "%s/a", root); /* elsewhere */
    assert_int_equal(symlink(other, path), 0);
    snprintf(path, sizeof path, "%s/a0", root); /* b, before it: yet b has its own name */
    assert_int_equal(symlink("b", path), 0);
    snprintf(path, sizeof path, "%s/nowhere", root);
    assert_int_equal(symlink("gone", path), 0);
    snprintf(path, sizeof path, "%s/circle", root);
    assert_int_equal(symlink("circle", path), 0);
    struct seen seen = scan(root);
    assert_string_equal(seen.names, " b a/far");
    assert_int_equal(seen.unreadable, 0);
}

static void test_what_cannot_be_listed_is_told_and_passed(void **state)
{
    (void)state;
    if (geteuid() == 0)
        skip(); /* root lists everything */
    const char *root = temp_dir();
    char path[4096];
    temp_text(root, "closed/metrics.csv", CSV);
    temp_text(root, "open/metrics.csv", CSV);
    snprintf(path, sizeof path, "%s/closed", root);
    assert_int_equal(chmod(path, 0), 0);
    struct seen seen = scan(root);
    assert_int_equal(chmod(path, 0700), 0);
    assert_string_equal(seen.names, " open");
    assert_int_equal(seen.unreadable, 1);
}

static void test_a_root_that_is_not_there(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct err err = {0};
    struct scan_visitor visitor = {&seen, take_run, NULL};
    char path[4096];
    snprintf(path, sizeof path, "%s/gone", temp_dir());
    assert_false(scan_root(path, &visitor, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_string_equal(err.file, path);
    assert_int_equal(seen.runs, 0);
}

static void test_the_visitor_stops_the_scan(void **state)
{
    (void)state;
    const char *root = temp_dir();
    temp_text(root, "a/metrics.csv", CSV);
    temp_text(root, "a/b/metrics.csv", CSV);
    temp_text(root, "c/metrics.csv", CSV);
    for (size_t most = 1; most <= 3; most++) {
        struct seen seen = {.most = most};
        struct err err = {0};
        struct scan_visitor visitor = {&seen, take_run, NULL};
        assert_true(scan_root(root, &visitor, &err));
        assert_int_equal(seen.runs, most);
    }
}

static void test_a_file_belongs_to_one_reader(void **state)
{
    (void)state;
    const char *root = temp_dir();
    temp_text(root, "both/metrics.csv", CSV);
    temp_text(root, "both/args.yaml", "task: detect\nmode: train\n");
    temp_text(root, "both/results.csv", "epoch,train/box_loss\n1,2\n");
    temp_text(root, "both/predictions.json", SCENE_PERFECT);
    temp_text(root, "alone/results.json", SCENE_PERFECT);
    struct seen seen = scan(root);
    assert_string_equal(seen.names, " alone both");
    assert_string_equal(seen.formats, " predictions ultralytics");
    assert_int_equal(seen.sources, 5);
}

static void test_a_directory_of_predictions_is_no_run_of_its_own(void **state)
{
    (void)state;
    const char *root = temp_dir();
    temp_text(root, "run/metrics.csv", CSV);
    temp_text(root, "run/predictions/epoch_1.json", SCENE_PERFECT);
    assert_string_equal(scan(root).names, " run");
}

static void test_what_a_claim_owns_is_no_run_of_its_own(void **state)
{
    (void)state;
    static const char STATE[] = "{\"global_step\": 10, \"log_history\": []}";
    const char *root = temp_dir();
    temp_text(root, "out/checkpoint-5/trainer_state.json", STATE);
    temp_text(root, "out/checkpoint-10/trainer_state.json", STATE);
    temp_text(root, "out/runs/Sep01/events.out.tfevents.1.h", "");
    temp_text(root, "out/runs/mine/metrics.csv", CSV);
    temp_text(root, "out/stage2/checkpoint-1/trainer_state.json", STATE);
    struct seen seen = scan(root);
    assert_string_equal(seen.names, " out out/runs/mine out/stage2");
    assert_string_equal(seen.formats, " huggingface plain huggingface");
    assert_int_equal(seen.sources, 4); /* the event file is the first run's */
    char path[4096];
    snprintf(path, sizeof path, "%s/out/checkpoint-5", root);
    assert_string_equal(scan(path).names, " checkpoint-5"); /* asked for by itself */
}

static bool take_ranks(void *self, const struct found_run *run)
{
    (void)self;
    assert_int_equal(run->source_count, 2);
    assert_ptr_equal(run->sources[0].reader, reader_find("huggingface"));
    assert_ptr_equal(run->sources[1].reader, reader_find("tensorboard"));
    for (size_t i = 0; i < run->source_count; i++)
        assert_ptr_equal(readers[run->sources[i].rank], run->sources[i].reader);
    return true;
}

static void test_a_source_claimed_for_another_reader_is_read_and_ranked_by_it(void **state)
{
    (void)state;
    const char *root = temp_dir();
    struct err err = {0};
    struct scan_visitor visitor = {NULL, take_ranks, NULL, NULL};
    temp_text(root, "trainer_state.json", "{\"global_step\": 10}");
    temp_text(root, "runs/a/events.out.tfevents.1.h", "");
    assert_true(scan_root(root, &visitor, &err));
}

/* What another reader reads in a folder of the run is the run's, and read by that one. */
static void test_a_folder_that_files_are_claimed_from_is_the_runs_own(void **state)
{
    (void)state;
    const char *root = temp_dir();
    temp_text(root, "cfg/20240102_030405/vis_data/scalars.json", "{\"loss\": 1, \"step\": 20}\n");
    temp_text(root, "cfg/20240102_030405/vis_data/events.out.tfevents.1.host.1.0", "");
    temp_text(root, "cfg/20240102_030405/other/metrics.csv", CSV);
    temp_text(root, "detr/log.txt", "{\"epoch\": 0, \"train_loss\": 1}\n");
    temp_text(root, "detr/summary/events.out.tfevents.1.host.1.0", "");
    temp_text(root, "d2/metrics.json", "{\"iteration\": 19, \"lr\": 1}\n");
    temp_text(root, "d2/inference/val/coco_instances_results.json", SCENE_PERFECT);
    struct seen seen = scan(root);
    assert_string_equal(seen.names, " cfg/20240102_030405 cfg/20240102_030405/other d2 detr");
    assert_string_equal(seen.formats, " openmmlab plain detectron2 detr");
    assert_int_equal(seen.sources, 2 + 1 + 2 + 2);
}

static void test_hostile_names_come_through_as_they_are(void **state)
{
    (void)state;
    const char *root = temp_dir();
    static const char *const NAMES[] = {
        "\x1b[31mred", "a\nb", "\xff\xfe", "\xe2\x80\xaeknil", "-rf"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/metrics.csv", NAMES[i]);
        temp_text(root, path, CSV);
    }
    struct seen seen = scan(root);
    assert_int_equal(seen.runs, sizeof NAMES / sizeof *NAMES);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        assert_non_null(strstr(seen.names, NAMES[i]));
}

static void test_a_bottomless_tree_ends(void **state)
{
    (void)state;
    const char *root = temp_dir();
    char name[1024] = "";
    for (int depth = 0; depth < 200; depth++)
        strncat(name, "d/", sizeof name - strlen(name) - 1);
    strncat(name, "metrics.csv", sizeof name - strlen(name) - 1);
    temp_text(root, name, CSV);
    temp_text(root, "d/d/d/d/d/d/metrics.csv", CSV);
    assert_string_equal(scan(root).names, " d/d/d/d/d/d");
}

static void test_ten_thousand_directories(void **state)
{
    (void)state;
    const char *root = temp_dir();
    char path[4096];
    for (int i = 0; i < 100; i++) {
        snprintf(path, sizeof path, "group%d/run/metrics.csv", i);
        temp_text(root, path, CSV);
        for (int j = 0; j < 98; j++) {
            snprintf(path, sizeof path, "%s/group%d/empty%d", root, i, j);
            assert_int_equal(mkdir(path, 0700), 0);
        }
    }
    struct seen seen = scan(root);
    assert_int_equal(seen.runs, 100);
    assert_int_equal(seen.sources, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_below_runs_in_natural_order),
        cmocka_unit_test(test_the_root_may_be_a_run_or_a_file_of_one),
        cmocka_unit_test(test_hidden_directories_are_left_out),
        cmocka_unit_test(test_links_are_followed_once),
        cmocka_unit_test(test_what_cannot_be_listed_is_told_and_passed),
        cmocka_unit_test(test_a_root_that_is_not_there),
        cmocka_unit_test(test_the_visitor_stops_the_scan),
        cmocka_unit_test(test_a_file_belongs_to_one_reader),
        cmocka_unit_test(test_a_directory_of_predictions_is_no_run_of_its_own),
        cmocka_unit_test(test_what_a_claim_owns_is_no_run_of_its_own),
        cmocka_unit_test(test_a_source_claimed_for_another_reader_is_read_and_ranked_by_it),
        cmocka_unit_test(test_a_folder_that_files_are_claimed_from_is_the_runs_own),
        cmocka_unit_test(test_hostile_names_come_through_as_they_are),
        cmocka_unit_test(test_a_bottomless_tree_ends),
        cmocka_unit_test(test_ten_thousand_directories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
