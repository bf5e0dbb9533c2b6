/*
 * Patterns: what they find, what is refused, and that none makes its reader wait.
 */
#include "scene.h"

#include "work/pattern.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *pattern, *text;
    bool fits;
} CASES[] = {
    {"res.*50", "ResNet-50", true},
    {"^res.*50$", "resnet-500", false},
    {"fcos|retina", "RetinaNet", true},
    {"a{2,3}b", "xaab", true},
    {"a{2,3}b", "xab", false},
    {"[]a]b", "]b", true},
    {"[^[:digit:]]x", "1x", false},
    {"\\.py$", "train.py", true},
    {"\\.py$", "trainpy", false},
    {"(ab)+c", "ababc", true},
    {"", "anything", true},
};

static void test_what_fits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct arena arena = {0};
        struct err err = {0};
        const struct pattern *pattern = pattern_new(&arena, CASES[i].pattern, &err);
        if (!pattern)
            fail_msg("%s: %s", CASES[i].pattern, err.text);
        if (pattern_fits(pattern, CASES[i].text) != CASES[i].fits)
            fail_msg("%s on %s", CASES[i].pattern, CASES[i].text);
        arena_done(&arena);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    static const char *const REFUSED[] = {"(", "[a", "a{2000}", "(a{60}){60}", "((a{20}){20}){20}",
        "(a)\\1", "((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+", "((((((((((((((((((a))))))))))))))))))",
        "a{99999999999999999999}", "a{50}{50}{50}"};
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
        struct arena arena = {0};
        struct err err = {0};
        if (pattern_new(&arena, REFUSED[i], &err))
            fail_msg("%s is taken", REFUSED[i]);
        assert_int_equal(err.code, ERR_USAGE);
        arena_done(&arena);
    }
}

/* The worst of what is taken, on a text that is longer than what is looked at. */
static void test_a_long_text(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err = {0};
    size_t length = 1 << 20;
    char *text = malloc(length + 1);
    assert_non_null(text);
    memset(text, 'a', length);
    text[length] = '\0';
    const struct pattern *pattern = pattern_new(&arena, "(a|aa)*(a|aa)*(a*)*b{2,60}$", &err);
    assert_non_null(pattern);
    int64_t from = clock_ms();
    for (int i = 0; i < 20; i++)
        assert_false(pattern_fits(pattern, text));
    assert_true(clock_ms() - from < 5000);
    text[PATTERN_MOST_TEXT] = 'b'; /* behind what is looked at */
    pattern = pattern_new(&arena, "b", &err);
    assert_false(pattern_fits(pattern, text));
    text[PATTERN_MOST_TEXT - 1] = 'b';
    assert_true(pattern_fits(pattern, text));
    free(text);
    arena_done(&arena);
}

static void test_any_pattern(void **state)
{
    (void)state;
    static const char LETTERS[] = "ab()[]{}*+?|^$.\\,-12:=";
    unsigned short seed[3] = {3, 1, 4};
    for (int round = 0; round < 20000; round++) {
        char text[20];
        size_t length = (size_t)(nrand48(seed) % (long)sizeof text);
        for (size_t i = 0; i < length; i++)
            text[i] = LETTERS[(size_t)nrand48(seed) % (sizeof LETTERS - 1)];
        text[length] = '\0';
        struct arena arena = {0};
        struct err err = {0};
        const struct pattern *pattern = pattern_new(&arena, text, &err);
        assert_true(pattern || err.code == ERR_USAGE);
        if (pattern)
            pattern_fits(pattern, "abab12 [a]");
        arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_fits),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_a_long_text),
        cmocka_unit_test(test_any_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
