/*
 * Settings: one member each, the others stay; the same file for the same roots.
 * Knows: settings.h. Must not know: what is set.
 */
#include "scene.h"

#include "base/file.h"
#include "temp.h"
#include "work/settings.h"

#include <stdlib.h>
#include <string.h>

static struct arena arena;

static const char *read_all(const char *path)
{
    struct buf text;
    struct err err = {0};
    buf_init(&text, SETTINGS_MOST_BYTES);
    assert_true(settings_read(path, &text, &err));
    const char *kept = text.data ? arena_copy(&arena, text.data, text.length) : NULL;
    buf_done(&text);
    return kept;
}

static void put(const char *path, const char *name, const char *value)
{
    static const char *const ROOTS[] = {"/"};
    struct err err = {0};
    assert_true(settings_write(path, &(struct settings_change){ROOTS, 1, name, value}, &err));
}

static void test_members_are_apart(void **state)
{
    (void)state;
    const char *path = arena_printf(&arena, "%s/a/b/c.json", temp_dir());
    assert_null(read_all(path));
    put(path, "runs", "{\"sort\": [1], \"frozen\": 2}");
    put(path, "dashboards", "[{\"name\": \"Overview\"}]");
    put(path, "runs", "{\"sort\": [2, 3]}"); /* what it does not name stays */
    const char *text = read_all(path);
    assert_string_equal(settings_member(&arena, text, "runs"), "{\"sort\":[2,3],\"frozen\":2}");
    assert_string_equal(
        settings_member(&arena, text, "dashboards"), "[{\"name\":\"Overview\"}]");
    assert_string_equal(settings_member(&arena, text, "roots"), "[\"/\"]");
    assert_null(settings_member(&arena, text, "other"));
    put(path, "dashboards", "[]");
    assert_string_equal(settings_member(&arena, read_all(path), "dashboards"), "[]");
}

static void test_what_is_no_json_is_refused(void **state)
{
    (void)state;
    static const char *const ROOTS[] = {"/"};
    const char *path = arena_printf(&arena, "%s/c.json", temp_dir());
    struct err err = {0};
    put(path, "runs", "{\"a\":1}");
    struct settings_change change = {ROOTS, 1, "runs", "{\"a\":"};
    assert_false(settings_write(path, &change, &err));
    assert_string_equal(settings_member(&arena, read_all(path), "runs"), "{\"a\":1}");
    assert_null(settings_member(&arena, "{\"runs\": {", "runs"));
    assert_null(settings_member(&arena, NULL, "runs"));
}

static void test_the_path_is_that_of_the_set(void **state)
{
    (void)state;
    const char *top = temp_dir();
    const char *a = arena_printf(&arena, "%s/a", top), *b = arena_printf(&arena, "%s/b", top);
    struct err err = {0};
    assert_true(file_make_dirs(a, &err) && file_make_dirs(b, &err));
    assert_int_equal(setenv("XDG_DATA_HOME", top, 1), 0);
    const char *ab[] = {a, b}, *ba[] = {b, arena_printf(&arena, "%s/", a), b};
    const char *one = settings_path(&arena, ab, 2, &err), *other = settings_path(&arena, ba, 3, &err);
    assert_non_null(one);
    assert_string_equal(one, other);
    assert_string_equal(path_parent(&arena, one), arena_printf(&arena, "%s/boxtop", top));
    assert_string_not_equal(one, settings_path(&arena, ab, 1, &err));
    assert_int_equal(setenv("XDG_DATA_HOME", "relative", 1), 0); /* is to be ignored */
    assert_int_equal(setenv("HOME", top, 1), 0);
    assert_string_equal(path_parent(&arena, settings_path(&arena, ab, 1, &err)),
        arena_printf(&arena, "%s/.local/share/boxtop", top));
    assert_int_equal(unsetenv("HOME"), 0);
    assert_null(settings_path(&arena, ab, 1, &err));
    assert_int_equal(err.code, ERR_IO);
}

static int done(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_apart),
        cmocka_unit_test(test_what_is_no_json_is_refused),
        cmocka_unit_test(test_the_path_is_that_of_the_set),
    };
    return cmocka_run_group_tests(tests, NULL, done);
}
