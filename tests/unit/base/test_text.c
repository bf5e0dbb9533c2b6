/*
 * Text: what reaches a terminal is harmless and measured; natural order; globs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"

#include <string.h>

static void test_harmless_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *text, *harmless;
    } SPELT[] = {{"plain", "plain"}, {"\x1b[31m", "\\x1b[31m"}, {"a\nb", "a\\x0ab"},
        {"\x7f", "\\x7f"}, {"\xc2\x9b", "\\x9b"}, {"a\xe2\x80\xae", "a\\u{202e}"},
        {"\xff", "\\xff"}, {"\xc3", "\\xc3"}, {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
        {"\xe7\x8c\xab", "\xe7\x8c\xab"},
        {"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81", "e\xcc\x81\xcc\x81"}, {"", ""}};
    for (size_t i = 0; i < sizeof SPELT / sizeof *SPELT; i++) {
        char out[64];
        size_t length = text_harmless(out, sizeof out, SPELT[i].text, strlen(SPELT[i].text));
        assert_string_equal(out, SPELT[i].harmless);
        assert_int_equal(length, strlen(out));
    }
}

/* Law: whatever the bytes and the room, the output is terminated, valid, harmless and short enough.
 */
static void test_random_bytes_become_harmless(void **state)
{
    (void)state;
    uint64_t seed = 5;
    for (int round = 0; round < 50000; round++) {
        char text[24], out[40];
        for (size_t i = 0; i < sizeof text; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            text[i] = (char)(seed >> 56);
        }
        size_t room = 1 + seed % sizeof out;
        size_t length = text_harmless(out, room, text, sizeof text);
        assert_true(length < room && strlen(out) == length);
        for (const char *at = out; at < out + length;) {
            int32_t code;
            at += text_decode(at, out + length, &code);
            assert_true(code >= 0 && !text_code_is_harmful(code));
        }
        int cols = (int)(seed >> 40) % 12;
        text_fit(out, sizeof out, text, sizeof text, cols);
        assert_true(text_cols(out) <= cols);
    }
}

static void test_fitting(void **state)
{
    (void)state;
    char out[32];
    text_fit(out, sizeof out, "abcdef", 6, 6);
    assert_string_equal(out, "abcdef");
    text_fit(out, sizeof out, "abcdef", 6, 4);
    assert_string_equal(out, "abc\xe2\x80\xa6");
    text_fit(out, sizeof out, "\xe7\x8c\xab\xe7\x8c\xab", 6, 3); /* two wide characters */
    assert_string_equal(out, "\xe7\x8c\xab\xe2\x80\xa6");
    text_fit(out, sizeof out, "abc", 3, 0);
    assert_string_equal(out, "");
    assert_int_equal(text_cols("a\xe7\x8c\xab"), 3);
    assert_int_equal(text_cols("e\xcc\x81"), 1);
}

static void test_code_points(void **state)
{
    (void)state;
    for (int32_t code = 1; code < 0x110000; code++) {
        if (code >= 0xd800 && code < 0xe000)
            continue;
        char bytes[4];
        int32_t back;
        size_t used = text_encode(code, bytes);
        assert_int_equal(text_decode(bytes, bytes + used, &back), used);
        assert_int_equal(back, code);
    }
    static const int32_t HARMFUL[] = {0, 7, 0x1b, 0x7f, 0x85, 0x9b, 0xad, 0x200b, 0x200e, 0x202e,
        0x2028, 0x2029, 0x2066, 0xfeff, 0xfff9, 0xe0041, 0xffff, 0x10ffff};
    for (size_t i = 0; i < sizeof HARMFUL / sizeof *HARMFUL; i++)
        if (!text_code_is_harmful(HARMFUL[i]))
            fail_msg("U+%04X passes", (unsigned)HARMFUL[i]);
    static const int32_t FINE[] = {' ', 'a', 0xe9, 0x301, 0x732b, 0x2026, 0x1f600};
    for (size_t i = 0; i < sizeof FINE / sizeof *FINE; i++)
        assert_false(text_code_is_harmful(FINE[i]));
}

static void test_natural_order(void **state)
{
    (void)state;
    static const char *const ASCENDING[] = {
        "", "exp", "exp1", "exp2", "exp10", "Exp11", "exp11b", "f", "train", "train2", "train10"};
    enum { N = sizeof ASCENDING / sizeof *ASCENDING };
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < N; k++) {
            int order = text_compare_natural(ASCENDING[i], ASCENDING[k]);
            assert_true(i < k ? order < 0 : i > k ? order > 0 : order == 0);
        }
    assert_true(text_compare_natural("a1", "a01") != 0); /* different names never tie */
    assert_true(text_compare_natural("a1", "a01") * text_compare_natural("a01", "a1") < 0);
}

static void test_globs(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *path;
        bool matches;
    } GLOBS[] = {{"*.json", "a.json", true}, {"*.json", "a/b.json", false},
        {"**.json", "a/b.json", true}, {"**/x", "a/b/x", true}, {"**/x", "x", true},
        {"runs/*/lr", "runs/3/lr", true}, {"runs/*/lr", "runs/3/4/lr", false}, {"?", "a", true},
        {"?", "/", false}, {"?", "", false}, {"", "", true}, {"*", "", true},
        {"a*b*c", "aXbYbZc", true}, {"a*b*c", "aXbY", false}, {"epoch_*", "epoch_12", true},
        {"*/b*", "a/xb", false}, {"**/a*c", "x/abc/abd", false}};
    for (size_t i = 0; i < sizeof GLOBS / sizeof *GLOBS; i++)
        if (text_glob(GLOBS[i].pattern, GLOBS[i].path) != GLOBS[i].matches)
            fail_msg("%s against %s", GLOBS[i].pattern, GLOBS[i].path);
    assert_true(text_contains("Train/Loss", "train/l"));
    assert_true(text_contains("x", ""));
    assert_false(text_contains("x", "xy"));
}

static void test_byte_order_mark(void **state)
{
    (void)state;
    assert_int_equal(text_mark_bytes("\xef\xbb\xbf" "a", 4), 3);
    assert_int_equal(text_mark_bytes("\xef\xbb\xbf", 3), 3);
    assert_int_equal(text_mark_bytes("\xef\xbb\xbf", 2), 0);
    assert_int_equal(text_mark_bytes("a\xef\xbb\xbf", 4), 0);
    assert_int_equal(text_mark_bytes(NULL, 0), 0);
}

static void test_distance(void **state)
{
    (void)state;
    assert_int_equal(text_distance("", ""), 0);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("img9", "IMG1"), 1);
    assert_int_equal(text_distance("abc", ""), 3);
    assert_int_equal(text_distance("", "abc"), 3);
    assert_int_equal(text_distance("street_05", "street_005"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_harmless_spelling),
        cmocka_unit_test(test_random_bytes_become_harmless),
        cmocka_unit_test(test_fitting),
        cmocka_unit_test(test_code_points),
        cmocka_unit_test(test_natural_order),
        cmocka_unit_test(test_globs),
        cmocka_unit_test(test_byte_order_mark),
        cmocka_unit_test(test_distance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
