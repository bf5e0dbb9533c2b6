/*
 * The clipboard's sequence: base64 as RFC 4648 spells it, bounds, tmux, terminals that are spared.
 * Knows: clipboard.h. Must not know: what is copied.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "screen/clipboard.h"

#include <stdlib.h>
#include <string.h>

static void assert_sends(const char *text, bool in_tmux, const char *want)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_true(clipboard_print(text, strlen(text), in_tmux, &out));
    assert_string_equal(out.data, want);
    buf_done(&out);
}

static void test_base64(void **state)
{
    (void)state;
    /* The vectors of RFC 4648, section 10. */
    assert_sends("", false, "\033]52;c;\033\\");
    assert_sends("f", false, "\033]52;c;Zg==\033\\");
    assert_sends("fo", false, "\033]52;c;Zm8=\033\\");
    assert_sends("foo", false, "\033]52;c;Zm9v\033\\");
    assert_sends("foobar", false, "\033]52;c;Zm9vYmFy\033\\");
    assert_sends("\xff\xef\xbf\xbe>", false, "\033]52;c;/++/vj4=\033\\");
}

static void test_tmux(void **state)
{
    (void)state;
    assert_sends(
        "foo", true, "\033]52;c;Zm9v\033\\\033Ptmux;\033\033]52;c;Zm9v\a\033\\");
}

static void test_bounds(void **state)
{
    (void)state;
    enum { MOST = CLIPBOARD_MOST_BASE64 / 4 * 3 };
    char *text = calloc(1, MOST + 1);
    struct buf out;
    assert_non_null(text);
    buf_init(&out, 1 << 20);
    assert_true(clipboard_print(text, MOST, false, &out));
    assert_true(out.length <= CLIPBOARD_MOST_BASE64 + 9);
    buf_clear(&out);
    assert_false(clipboard_print(text, MOST + 1, false, &out));
    assert_int_equal(out.length, 0);
    buf_done(&out);
    free(text);
}

static void test_who_is_spared(void **state)
{
    (void)state;
    static const char *const SAFE[] = {"xterm-256color", "foot", "xterm-kitty", "tmux-256color",
        "screen-256color", "mlterm"};
    static const char *const UNSAFE[] = {"linux", "vt100", "vt220", "dumb", "", "eterm-color"};
    for (size_t i = 0; i < sizeof SAFE / sizeof *SAFE; i++) {
        assert_true(clipboard_is_safe(SAFE[i], NULL));
        assert_true(clipboard_is_safe(SAFE[i], ""));
        assert_false(clipboard_is_safe(SAFE[i], "123.pts-0.host")); /* GNU screen */
    }
    for (size_t i = 0; i < sizeof UNSAFE / sizeof *UNSAFE; i++)
        assert_false(clipboard_is_safe(UNSAFE[i], NULL));
    assert_false(clipboard_is_safe(NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_tmux),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_who_is_spared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
