/*
 * Keys by a file: lines, faults, translation, help; and fuzzy matching, which finds actions.
 * Knows: key rows made here. Must not know: any view.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "screen/fuzzy.h"
#include "screen/remap.h"

#include <stdlib.h>
#include <string.h>

enum { OPEN = 1, SELECT, SELECT_NONE, DOWN, QUIT };

static const struct key_row RUNS[] = {
    {"Enter", "open the run", OPEN, NULL, "open", 1},
    {"Space", "select or unselect", SELECT, NULL, NULL, 0},
    {"u x", "select none: all go", SELECT_NONE, NULL, NULL, 0},
    {0},
};
static const struct key_row MOVE[] = {{"j Down", "down", DOWN, NULL, NULL, 0}, {0}};
static const struct key_row ALL[] = {{"q", "quit (at once)", QUIT, NULL, NULL, 0}, {0}};
static const struct key_table TABLES[] = {{"runs", RUNS}, {"move", MOVE}, {"all", ALL}};

static struct event key(const char *name)
{
    struct event event = {.kind = EVENT_KEY};
    assert_true(key_parse(name, strlen(name), &event.key, &event.mods));
    return event;
}

/* What KEY is translated to: its name, "" for nothing. */
static const char *translated(const struct remap *remap, const char *name)
{
    static char out[32];
    struct event event = key(name);
    out[0] = '\0';
    if (remap_event(remap, TABLES, 3, &event))
        key_name(event.key, event.mods, out, sizeof out);
    return out;
}

static struct remap parsed(const char *text, char trouble[256])
{
    struct remap remap = {0};
    remap_parse(&remap, text, strlen(text), TABLES, 3, trouble, 256);
    return remap;
}

static void test_names(void **state)
{
    (void)state;
    char name[KEY_NAME_BYTES];
    key_row_name(&RUNS[0], name);
    assert_string_equal(name, "open");
    key_row_name(&RUNS[2], name);
    assert_string_equal(name, "select-none");
    key_row_name(&ALL[0], name);
    assert_string_equal(name, "quit");
}

static void test_without_a_file_nothing_changes(void **state)
{
    (void)state;
    char trouble[256];
    struct remap remap = parsed("", trouble);
    assert_string_equal(trouble, "");
    assert_string_equal(translated(&remap, "j"), "j");
    assert_string_equal(translated(&remap, "Z"), "Z");
    remap_done(&remap);
}

static void test_translation(void **state)
{
    (void)state;
    char trouble[256];
    struct remap remap = parsed("# mine\n\n  runs.select-n  Ctrl-U\tX \r\nmove.down n\n"
                                "all.quit F10",
        trouble);
    assert_string_equal(trouble, "");
    assert_string_equal(translated(&remap, "Ctrl-U"), "u");
    assert_string_equal(translated(&remap, "X"), "u");
    assert_string_equal(translated(&remap, "u"), ""); /* taken away */
    assert_string_equal(translated(&remap, "x"), "");
    assert_string_equal(translated(&remap, "n"), "j");
    assert_string_equal(translated(&remap, "Down"), "");
    assert_string_equal(translated(&remap, "F10"), "q");
    assert_string_equal(translated(&remap, "q"), "");
    assert_string_equal(translated(&remap, "Enter"), "Enter");
    struct event wheel = {.kind = EVENT_MOUSE};
    assert_true(remap_event(&remap, TABLES, 3, &wheel));
    remap_done(&remap);
}

/* Two actions that change their keys with one another. */
static void test_swap(void **state)
{
    (void)state;
    char trouble[256];
    struct remap remap = parsed("runs.open Space\nruns.select-or Enter\n", trouble);
    assert_string_equal(trouble, "");
    assert_string_equal(translated(&remap, "Space"), "Enter");
    assert_string_equal(translated(&remap, "Enter"), "Space");
    remap_done(&remap);
}

static void assert_fault(const char *text, const char *said)
{
    char trouble[256];
    struct remap remap = parsed(text, trouble);
    if (!strstr(trouble, said))
        print_error("\"%s\" says \"%s\"\n", text, trouble);
    assert_non_null(strstr(trouble, said));
    assert_null(strchr(trouble, '\n'));
    remap_done(&remap);
}

static void test_faults(void **state)
{
    (void)state;
    assert_fault("runs.fly x", "keys line 1: runs.fly is no action");
    assert_fault("\nplanes.open x", "keys line 2: planes.open is no action");
    assert_fault("nonsense", "is no action");
    assert_fault("runs.select x", "runs.select is no action"); /* of two, none is meant */
    assert_fault("runs.open Ctrl-Nothing", "Ctrl-Nothing is no key");
    assert_fault("runs.open", "no key is named");
    assert_fault("runs.open u", "runs.open has a key of select-none too: u");
    assert_fault("runs.fly x\nruns.run y\nmove.up k", "(and 2 more faults)");
    assert_fault(".x", "is no action");
    assert_fault(". .", "is no action");
}

static void test_the_last_line_holds(void **state)
{
    (void)state;
    char trouble[256];
    struct remap remap = parsed("runs.open u\nruns.open F2\n", trouble);
    assert_string_equal(trouble, "");
    assert_string_equal(translated(&remap, "u"), "u");
    assert_string_equal(translated(&remap, "F2"), "Enter");
    remap_done(&remap);
}

static void test_help_shows_the_keys_in_force(void **state)
{
    (void)state;
    char trouble[256];
    struct arena arena = {0};
    struct remap remap = parsed("runs.open F2 F3\n", trouble);
    const struct key_row *rows = remap_rows(&remap, &TABLES[0], &arena);
    assert_string_equal(rows[0].keys, "F2 F3");
    assert_string_equal(rows[0].does, "open the run");
    assert_string_equal(rows[1].keys, "Space");
    assert_null(rows[3].keys);
    assert_ptr_equal(remap_rows(&remap, &TABLES[1], &arena), MOVE);
    remap_done(&remap);
    arena_done(&arena);
}

/* ---- fuzzy matching ---- */

static void assert_better(const char *pattern, const char *a, const char *b)
{
    if (fuzzy_score(pattern, a) <= fuzzy_score(pattern, b))
        print_error("%s: %s %d, %s %d\n", pattern, a, fuzzy_score(pattern, a), b,
            fuzzy_score(pattern, b));
    assert_true(fuzzy_score(pattern, a) > fuzzy_score(pattern, b));
}

static void test_fuzzy(void **state)
{
    (void)state;
    assert_int_equal(fuzzy_score("", "anything"), 0);
    assert_int_equal(fuzzy_score("xyz", "anything"), -1);
    assert_int_equal(fuzzy_score("ba", "ab"), -1);
    assert_int_equal(fuzzy_score("aa", "a"), -1);
    assert_int_equal(fuzzy_score("a", ""), -1);
    assert_true(fuzzy_score("THEME", "theme dark") > 0);
    assert_better("th", "theme dark", "with nothing");
    assert_better("sel", "select none", "some easel");
    assert_better("sort", "sort AP", "select or take");
    assert_better("td", "theme dark", "limited");
    assert_better("sort ap", "sort AP", "sort AP50 of all");
}

/* The best of all ways to place the letters, by trying each. */
static bool slow_matches(const char *pattern, const char *text)
{
    for (; *pattern; pattern++) {
        while (*text && *text != *pattern)
            text++;
        if (!*text++)
            return false;
    }
    return true;
}

static void test_fuzzy_matches_as_subsequences_do(void **state)
{
    (void)state;
    uint32_t dice = 7;
    for (int i = 0; i < 20000; i++) {
        char pattern[6] = "", text[14] = "";
        for (int k = 0; k < 13; k++) {
            dice = dice * 1664525u + 1013904223u;
            text[k] = (char)('a' + (dice >> 16) % 4);
            if (k < 5)
                pattern[k] = (char)('a' + (dice >> 24) % 4);
        }
        pattern[i % 6] = '\0';
        text[i % 14] = '\0';
        assert_int_equal(fuzzy_score(pattern, text) >= 0, slow_matches(pattern, text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_without_a_file_nothing_changes),
        cmocka_unit_test(test_translation),
        cmocka_unit_test(test_swap),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_the_last_line_holds),
        cmocka_unit_test(test_help_shows_the_keys_in_force),
        cmocka_unit_test(test_fuzzy),
        cmocka_unit_test(test_fuzzy_matches_as_subsequences_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
