/*
 * Paths and whole files: joining, cleaning, limits, atomic writing, listings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "temp.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *path, *clean, *parent, *base;
    } PATHS[] = {{"a/b", "a/b", "a", "b"}, {"/a//b/", "/a/b", "/a//b", ""},
        {"./a/../b", "b", "./a/..", "b"}, {"../x", "../x", "..", "x"},
        {"a/../../x", "../x", "a/../..", "x"}, {"/../x", "/x", "/..", "x"}, {"", ".", ".", ""},
        {".", ".", ".", "."}, {"/", "/", "/", ""}, {"/a", "/a", "/", "a"},
        {"../..", "../..", "..", ".."}, {"a/..", ".", "a", ".."}};
    struct arena arena;
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
        assert_string_equal(path_clean(&arena, PATHS[i].path), PATHS[i].clean);
        assert_string_equal(path_parent(&arena, PATHS[i].path), PATHS[i].parent);
        assert_string_equal(path_base(PATHS[i].path), PATHS[i].base);
    }
    assert_string_equal(path_join(&arena, "a", "b"), "a/b");
    assert_string_equal(path_join(&arena, "a/", "b"), "a/b");
    assert_string_equal(path_join(&arena, "a", "/b"), "/b");
    assert_string_equal(path_join(&arena, "", "b"), "b");
    assert_string_equal(path_join(&arena, "a", ""), "a");
    arena_done(&arena);
}

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(path_stem_length("a.b.txt"), 3);
    assert_int_equal(path_stem_length("a"), 1);
    assert_int_equal(path_stem_length(".x"), 2);
    assert_true(path_has_suffix("a.JSON", ".json"));
    assert_false(path_has_suffix("json", ".json"));
    assert_string_equal(path_below("/r", "/r/a/b"), "a/b");
    assert_string_equal(path_below("/r/", "/r/a"), "a");
    assert_string_equal(path_below("/r", "/r"), ".");
    assert_string_equal(path_below("/r", "/rest/a"), "/rest/a");
    assert_string_equal(path_below("/r", "/other"), "/other");
}

static void test_reading_and_writing(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    char path[4096], head[8];
    struct buf buf;
    struct err err = {0};
    snprintf(path, sizeof path, "%s/deep/er/x.bin", directory);
    char parent[4096];
    snprintf(parent, sizeof parent, "%s/deep/er", directory);
    assert_true(file_make_dirs(parent, &err));
    assert_true(file_make_dirs(parent, &err)); /* there already */
    assert_true(file_write_atomically(path, "12345", 5, &err));
    assert_true(file_write_atomically(path, "1234567", 7, &err));
    buf_init(&buf, 7);
    assert_true(file_read(path, &buf, &err));
    assert_string_equal(buf.data, "1234567");
    buf_done(&buf);
    buf_init(&buf, 6);
    assert_false(file_read(path, &buf, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_string_equal(err.file, path);
    buf_done(&buf);
    assert_int_equal(file_peek(path, head, 3), 3);
    assert_memory_equal(head, "123", 3);
    assert_int_equal(file_peek(path, head, 8), 7);
    assert_int_equal(file_peek(directory, head, 8), 0);
    struct arena arena;
    struct file_list list;
    arena_init(&arena, 0);
    assert_true(file_list(parent, &arena, &list, &err));
    assert_int_equal(list.count, 1); /* no temporary file is left */
    arena_done(&arena);
}

static void test_what_is_no_file(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    struct buf buf;
    struct err err = {0};
    struct file_stat stat;
    char path[4096];
    buf_init(&buf, 100);
    assert_false(file_read(directory, &buf, &err));
    assert_int_equal(err.code, ERR_IO);
    snprintf(path, sizeof path, "%s/fifo", directory);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(file_read(path, &buf, &err)); /* and does not wait for a writer */
    assert_int_equal(err.code, ERR_IO);
    assert_true(file_stat(path, &stat));
    assert_false(stat.is_regular || stat.is_dir);
    snprintf(path, sizeof path, "%s/absent", directory);
    assert_false(file_read(path, &buf, &err));
    assert_false(file_stat(path, &stat));
    assert_false(file_write_atomically("/nonexistent/x", "1", 1, &err));
    buf_done(&buf);
}

static void test_listing(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    char link[4096];
    struct arena arena;
    struct file_list list;
    struct err err = {0};
    temp_text(directory, "b.txt", "");
    temp_text(directory, "a/inside", "");
    temp_text(directory, "A.txt", "");
    temp_text(directory, "e\x1b[31m\n", "");
    snprintf(link, sizeof link, "%s/z", directory);
    assert_int_equal(symlink("a", link), 0);
    arena_init(&arena, 0);
    assert_true(file_list(directory, &arena, &list, &err));
    static const char *const NAMES[] = {"A.txt", "a", "b.txt", "e\x1b[31m\n", "z"};
    assert_int_equal(list.count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(list.entries[i].name, NAMES[i]);
    assert_true(list.entries[1].is_dir && !list.entries[1].is_link);
    assert_true(list.entries[4].is_dir && list.entries[4].is_link);
    assert_false(list.entries[0].is_dir);
    assert_true(file_list_find(&list, "b.txt") == &list.entries[2]);
    assert_null(file_list_find(&list, "c"));
    assert_false(file_list("/nonexistent", &arena, &list, &err));
    assert_int_equal(list.count, 0);
    assert_null(file_list_find(&list, "c"));
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_reading_and_writing),
        cmocka_unit_test(test_what_is_no_file),
        cmocka_unit_test(test_listing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
