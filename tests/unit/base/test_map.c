/*
 * The map: keys of any bytes, values kept, growth.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/map.h"

#include <stdio.h>
#include <string.h>

static void test_many_keys(void **state)
{
    (void)state;
    enum { KEYS = 20000 };
    struct arena arena;
    struct map map;
    char key[32];
    arena_init(&arena, 0);
    map_init(&map, &arena);
    assert_int_equal(map_get(&map, "a", 1), -1);
    for (int i = 0; i < KEYS; i++) {
        int length = snprintf(key, sizeof key, "key %d", i);
        const char *kept = NULL;
        assert_int_equal(map_put(&map, key, (size_t)length, i, &kept), i);
        assert_string_equal(kept, key);
        assert_true(kept != key);
    }
    assert_int_equal(map.count, KEYS);
    for (int i = 0; i < KEYS; i++) {
        int length = snprintf(key, sizeof key, "key %d", i);
        assert_int_equal(map_get(&map, key, (size_t)length), i);
        assert_int_equal(
            map_put(&map, key, (size_t)length, i + 1, NULL), i); /* the first value stays */
        assert_int_equal(map_get(&map, key, (size_t)length - 1), i >= 10 ? i / 10 : -1);
    }
    map_done(&map);
    map_done(&map);
    arena_done(&arena);
}

static void test_any_bytes_are_keys(void **state)
{
    (void)state;
    struct arena arena;
    struct map map;
    arena_init(&arena, 0);
    map_init(&map, &arena);
    for (int length = 0; length < 40; length++) {
        char zeros[40] = {0};
        assert_int_equal(map_put(&map, zeros, (size_t)length, length, NULL), length);
    }
    char zeros[40] = {0};
    for (int length = 0; length < 40; length++)
        assert_int_equal(map_get(&map, zeros, (size_t)length), length);
    map_done(&map);
    arena_done(&arena);
}

static void test_full_arena_is_said(void **state)
{
    (void)state;
    struct arena arena;
    struct map map;
    arena_init(&arena, 64);
    map_init(&map, &arena);
    int held = 0;
    for (char key = 'a'; key <= 'z'; key++)
        held += map_put(&map, &key, 1, key, NULL) == key;
    assert_int_equal(held, 4);
    assert_int_equal(map_get(&map, "a", 1), 'a');
    assert_int_equal(map_get(&map, "z", 1), -1);
    map_done(&map);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_any_bytes_are_keys),
        cmocka_unit_test(test_full_arena_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
