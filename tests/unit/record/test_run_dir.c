/*
 * The directory of a recorded run: never over another, atomic files, and one word when the disk is
 * full (a file size limit stands for it).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "record/run_dir.h"
#include "temp.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static int told;

static void count_told(void *self, const struct err *err)
{
    (void)self;
    assert_int_equal(err->code, ERR_IO);
    assert_non_null(strstr(err->file, "/run/"));
    told++;
}

static struct run_dir make(const char *name)
{
    struct run_dir dir;
    char parent[512];
    snprintf(parent, sizeof parent, "%s/a/b", temp_dir());
    told = 0;
    assert_true(run_dir_make(&dir, parent, name, count_told, NULL, NULL));
    return dir;
}

static void expect_text(const struct run_dir *dir, const char *name, const char *expected)
{
    char path[1024];
    struct buf text;
    snprintf(path, sizeof path, "%s/%s", dir->path, name);
    buf_init(&text, 1 << 20);
    assert_true(file_read(path, &text, NULL));
    assert_string_equal(text.data ? text.data : "", expected);
    buf_done(&text);
}

static void test_never_over_another(void **state)
{
    (void)state;
    struct run_dir dir = make("run"), second, third;
    char parent[512];
    snprintf(parent, sizeof parent, "%.*s", (int)(strlen(dir.path) - strlen("/run")), dir.path);
    assert_true(run_dir_make(&second, parent, "run", NULL, NULL, NULL));
    assert_string_equal(path_base(second.path), "run-2");
    assert_true(run_dir_make(&third, parent, "../x\n", NULL, NULL, NULL));
    assert_string_equal(path_base(third.path), "_._x_");
    run_dir_done(&dir);
    run_dir_done(&second);
    run_dir_done(&third);

    struct err err = {0};
    assert_false(run_dir_make(&dir, "/dev/null/x", "run", NULL, NULL, &err));
    assert_int_equal(err.code, ERR_IO);
    run_dir_done(&dir);
}

static void test_writes(void **state)
{
    (void)state;
    struct run_dir dir = make("run");
    assert_true(run_dir_write(&dir, "code/deep/a.txt", "one", 3, NULL));
    assert_true(run_dir_write(&dir, "code/deep/a.txt", "two", 3, NULL));
    expect_text(&dir, "code/deep/a.txt", "two");
    assert_true(run_dir_append(&dir, "tables/log", "a\n", 2, NULL));
    assert_true(run_dir_append(&dir, "tables/log", "b\n", 2, NULL));
    expect_text(&dir, "tables/log", "a\nb\n");
    assert_true(run_dir_write_at(&dir, "tables/log", 2, "cd\n", 3, NULL));
    assert_true(run_dir_write_at(&dir, "tables/log", 0, "e", 1, NULL));
    expect_text(&dir, "tables/log", "e\ncd\n");
    struct arena arena = {0};
    struct file_list list;
    assert_true(file_list(dir.path, &arena, &list, NULL));
    assert_int_equal(list.count, 2); /* no temporary file is left */
    arena_done(&arena);
    run_dir_done(&dir);
}

static void test_full_disk_is_said_once(void **state)
{
    (void)state;
    struct run_dir dir = make("run");
    char *long_text = calloc(1, 8193);
    memset(long_text, ' ', 8192);
    memcpy(long_text, "{}", 2);
    assert_true(run_dir_write(&dir, "status.json", long_text, 4000, NULL));
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit old, tiny;
    getrlimit(RLIMIT_FSIZE, &old);
    tiny = (struct rlimit){4096, old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &tiny);
    struct err err = {0};
    bool first = run_dir_append(&dir, "log", long_text, 8192, &err);
    bool second = run_dir_append(&dir, "log", "x", 1, NULL);
    bool last = run_dir_write_last(&dir, "status.json", "{\"a\": 1}\n", 9, NULL);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_false(first);
    assert_int_equal(err.code, ERR_IO);
    assert_false(second);
    assert_true(run_dir_stopped(&dir));
    assert_int_equal(told, 1);
    assert_true(last);
    expect_text(&dir, "status.json", "{\"a\": 1}\n");
    free(long_text);
    run_dir_done(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_never_over_another),
        cmocka_unit_test(test_writes),
        cmocka_unit_test(test_full_disk_is_said_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
