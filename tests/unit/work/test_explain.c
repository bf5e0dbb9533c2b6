/*
 * What became of every file: taken, refused, or wanted by nobody.
 */
#include "scene.h"

#include "work/explain.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct explain_row *find(
    const struct explain *explain, const char *directory, const char *file)
{
    for (size_t i = 0; i < explain->count; i++) {
        const struct explain_row *row = &explain->rows[i];
        bool same = file ? row->file && strcmp(row->file, file) == 0 : !row->file;
        if (same && strcmp(row->directory, directory) == 0)
            return row;
    }
    return NULL;
}

static void test_every_file_is_spoken_of(void **state)
{
    (void)state;
    struct scene scene;
    struct explain explain;
    struct err err = {0};
    scene_init(&scene);
    scene_write(&scene, "a/metrics.csv", "step,loss\n1,2\n");
    scene_write(&scene, "a/config.json", "{}");
    scene_write(&scene, "a/model.pth", "x");
    scene_write(&scene, "a/weights/best.pt", "x");
    scene_write(&scene, "a/weights/last.pt", "x");
    scene_write(&scene, "notes.txt", "x");
    scene_write(&scene, ".hidden/secret", "x");
    assert_int_equal(symlink("a", scene_path(&scene, "b")), 0); /* looked at once */
    if (!explain_root(scene.root, &explain, &err))
        fail_msg("%s", err.text);
    const struct explain_row *row = find(&explain, "a", "metrics.csv");
    assert_true(row && row->verdict == EXPLAIN_TAKEN);
    assert_string_equal(row->reader, "plain");
    assert_true(row->reason[0]);
    row = find(&explain, "a", NULL);
    assert_true(row && row->verdict == EXPLAIN_UNWANTED);
    assert_int_equal(row->count, 1);
    assert_int_equal(find(&explain, "a/weights", NULL)->count, 2);
    assert_int_equal(find(&explain, ".", NULL)->count, 1);
    assert_null(find(&explain, ".hidden", NULL));
    assert_null(find(&explain, "b", NULL));
    explain_done(&explain);
    scene_done(&scene);
}

static void test_what_is_not_there(void **state)
{
    (void)state;
    struct scene scene;
    struct explain explain;
    struct err err = {0};
    scene_init(&scene);
    assert_true(explain_root(scene.root, &explain, &err));
    assert_int_equal(explain.count, 0);
    explain_done(&explain);
    assert_false(explain_root(scene_path(&scene, "gone"), &explain, &err));
    explain_done(&explain);
    scene_done(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_file_is_spoken_of),
        cmocka_unit_test(test_what_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
