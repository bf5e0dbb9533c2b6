/*
 * Watching directories with the system's own means, and where they are not to be had. Nothing
 * sleeps: the test waits on the watch's descriptor.
 */
#include "scene.h"

#include "temp.h"
#include "work/watch.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000, OWNERS = 8 };

struct heard {
    int times[OWNERS];
};

static void hear(void *self, int64_t owner)
{
    assert_true(owner >= 0 && owner < OWNERS);
    ((struct heard *)self)->times[owner]++;
}

static struct watch *open_watch(bool polls)
{
    struct err err = {0};
    struct watch *watch = watch_new(polls, &err);
    assert_non_null(watch);
    return watch;
}

/* In a sandbox there may be no inotify at all. */
static bool works(struct watch *watch)
{
    if (watch_fd(watch) >= 0)
        return true;
    watch_free(watch);
    return false;
}

static void add(struct watch *watch, const char *directory, int64_t owner)
{
    struct err err = {0};
    if (!watch_add(watch, directory, owner, &err))
        fail_msg("%s: %s", err.file, err.text);
}

/* Until OWNER is heard of. */
static struct heard wait_for(struct watch *watch, int owner)
{
    struct heard heard = {0};
    while (!heard.times[owner]) {
        struct pollfd fd = {.fd = watch_fd(watch), .events = POLLIN};
        assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
        assert_true(watch_take(watch, hear, &heard));
    }
    return heard;
}

static bool has_news(struct watch *watch)
{
    struct pollfd fd = {.fd = watch_fd(watch), .events = POLLIN};
    return poll(&fd, 1, 0) == 1;
}

static const char *below(struct arena *arena, const char *directory, const char *name)
{
    const char *path = path_join(arena, directory, name);
    assert_non_null(path);
    return path;
}

static void test_each_kind_of_change_is_told(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct watch *watch = open_watch(false);
    if (!works(watch))
        skip();
    const char *top = temp_dir();
    temp_text(top, "a/metrics.csv", "step,loss\n");
    temp_text(top, "b/c/metrics.csv", "step,loss\n");
    add(watch, below(&arena, top, "a"), 1);
    add(watch, below(&arena, top, "b"), 2);
    assert_true(watch_is_complete(watch));
    assert_false(has_news(watch));

    FILE *file = fopen(below(&arena, top, "a/metrics.csv"), "ab");
    fputs("1,2\n", file);
    fflush(file); /* a script that keeps its file open */
    struct heard heard = wait_for(watch, 1);
    assert_int_equal(heard.times[2], 0);
    fclose(file);

    temp_text(top, "a/new.csv", "");
    wait_for(watch, 1);
    assert_int_equal(rename(below(&arena, top, "a/new.csv"), below(&arena, top, "b/new.csv")), 0);
    wait_for(watch, 2);
    assert_int_equal(unlink(below(&arena, top, "b/new.csv")), 0);
    wait_for(watch, 2);
    assert_int_equal(mkdir(below(&arena, top, "b/d"), 0700), 0);
    wait_for(watch, 2);
    assert_int_equal(chmod(below(&arena, top, "a/metrics.csv"), 0600), 0);
    wait_for(watch, 1);
    while (has_news(watch))
        watch_take(watch, NULL, NULL);
    temp_text(top, "b/c/metrics.csv", "step,loss\n1,1\n"); /* below: another directory's news */
    assert_false(has_news(watch));
    watch_free(watch);
    arena_done(&arena);
}

static void test_a_directory_of_several_owners(void **state)
{
    (void)state;
    struct watch *watch = open_watch(false);
    if (!works(watch))
        skip();
    const char *top = temp_dir();
    for (int64_t owner = 0; owner < 4; owner++)
        for (int again = 0; again < 2; again++)
            add(watch, top, owner);
    temp_text(top, "file", "");
    struct heard heard = wait_for(watch, 0);
    assert_true(heard.times[1] == heard.times[0] && heard.times[3] == heard.times[0]);
    assert_int_equal(heard.times[4], 0);
    watch_free(watch);
}

static void test_what_is_gone_is_told_of_once(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct watch *watch = open_watch(false);
    if (!works(watch))
        skip();
    const char *top = temp_dir();
    temp_text(top, "a/file", "");
    const char *a = below(&arena, top, "a");
    add(watch, a, 3);
    add(watch, below(&arena, top, "a/file"), 4); /* no directory */
    add(watch, below(&arena, top, "nowhere"), 5);
    assert_true(watch_is_complete(watch));
    assert_int_equal(unlink(below(&arena, top, "a/file")), 0);
    assert_int_equal(rmdir(a), 0);
    wait_for(watch, 3);
    while (has_news(watch))
        watch_take(watch, NULL, NULL);
    assert_int_equal(mkdir(a, 0700), 0); /* another directory of that name */
    temp_text(top, "a/file", "");
    assert_false(has_news(watch));
    add(watch, a, 6);
    temp_text(top, "a/file", "x");
    assert_int_equal(wait_for(watch, 6).times[3], 0);
    watch_free(watch);
    arena_done(&arena);
}

static void test_polling_is_said_to_nobody_who_asked_for_it(void **state)
{
    (void)state;
    struct watch *watch = open_watch(true);
    const char *top = temp_dir();
    assert_int_equal(watch_fd(watch), -1);
    add(watch, top, 1);
    assert_false(watch_is_complete(watch));
    temp_text(top, "file", "");
    struct heard heard = {0};
    assert_true(watch_take(watch, hear, &heard));
    assert_int_equal(heard.times[1], 0);
    watch_free(watch);
}

static void test_a_reason_is_said_once(void **state)
{
    (void)state;
    struct watch *watch = open_watch(false);
    struct err err = {0};
    if (!works(watch))
        skip();
    const char *top = temp_dir();
    struct arena arena = {0};
    int told = 0;
    /* Either all of these can be watched, or the system's limit is said, once. */
    for (int i = 0; i < 300; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        const char *path = below(&arena, top, name);
        assert_int_equal(mkdir(path, 0700), 0);
        told += !watch_add(watch, path, 0, &err);
    }
    assert_true(told <= 1);
    assert_int_equal(watch_is_complete(watch), told == 0);
    watch_free(watch);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_kind_of_change_is_told),
        cmocka_unit_test(test_a_directory_of_several_owners),
        cmocka_unit_test(test_what_is_gone_is_told_of_once),
        cmocka_unit_test(test_polling_is_said_to_nobody_who_asked_for_it),
        cmocka_unit_test(test_a_reason_is_said_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
