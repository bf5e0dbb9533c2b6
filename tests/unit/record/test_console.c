/*
 * Output as lines: redraws, escapes, cuts, the unfinished line in place, the cap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "record/console.h"
#include "temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct run_dir dir;
static struct console console;
static double now_s;

static int begin(void **state)
{
    (void)state;
    now_s = 1714557600;
    assert_true(run_dir_make(&dir, temp_dir(), "run", NULL, NULL, NULL));
    console_init(&console, &dir, 64 << 10);
    return 0;
}

static int end(void **state)
{
    (void)state;
    console_done(&console);
    run_dir_done(&dir);
    return 0;
}

static void print(const char *text)
{
    console_add(&console, false, text, strlen(text), now_s);
}

/* The file; without the times of lines that are now_s. */
static char *file_text(void)
{
    static struct buf text;
    char path[1024];
    snprintf(path, sizeof path, "%s/console.log", dir.path);
    buf_done(&text);
    buf_init(&text, 1 << 20);
    assert_true(file_read(path, &text, NULL));
    return text.data;
}

/* What the file says of TEXT, with the times cut away. */
static const char *said(void)
{
    static char out[1 << 16];
    size_t length = 0;
    for (char *at = file_text(); *at;) {
        size_t line = strcspn(at, "\n");
        assert_true(line > 25 && at[23] == 'Z');
        memcpy(out + length, at + 25, line - 25);
        length += line - 25;
        if (at[line] == '\n')
            out[length++] = '\n', line++;
        at += line;
    }
    out[length] = '\0';
    return out;
}

static void test_lines(void **state)
{
    (void)state;
    static const struct {
        const char *printed, *said;
    } CASES[] = {
        {"one\ntwo\r\nthree", "| one\n| two\n| three"},
        {"\nx\n", "| \n| x\n"},
        {"bar 1\rbar 2\rbar 3\n", "| bar 3\n"},
        {"bar 1\r\rbar 22\rb\ndone\n", "| b\n| done\n"},
        {"\033[1;32mgreen\033[0m \033]0;title\007x\033]8;;u\033\\y\033(Bz\n", "| green xyz\n"},
        {"gone\033[2K\rhere\033[K\n", "| here\n"},
        {"ab\bc\t\x07|\n", "| ac |\n"},
        {"\xc3\xa9\b\xff\n", "| \\xff\n"},
        /* nested bars: moving up redraws what stood there */
        {"a 1\nb 1\033[A\ra 2\n\rb 2\033[A\ra 3\n\rb 3\n", "| a 1\n| a 3\n| b 3\n"},
    };
    end(NULL); /* each has a file of its own */
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        begin(NULL);
        print(CASES[i].printed);
        bool moves = strstr(CASES[i].printed, "\033[A");
        if (moves)
            console_done(&console);
        else
            console_flush(&console);
        assert_string_equal(said(), CASES[i].said);
        if (!moves)
            console_done(&console);
        run_dir_done(&dir);
    }
    begin(NULL);
}

static void test_times(void **state)
{
    (void)state;
    print("be");
    now_s += 1.25;
    print("gun\nbar 1");
    now_s += 1;
    print("\rbar 2\n");
    console_flush(&console);
    assert_string_equal(file_text(), "2024-05-01T10:00:00.000Z | begun\n"
                                     "2024-05-01T10:00:02.250Z | bar 2\n");
}

/* Byte by byte it says the same. */
static void test_pieces(void **state)
{
    (void)state;
    static const char PRINTED[] = "\033[1;32mgr\033]8;;u\033\\y\xc3\xa9\rfoo\nbar\033[2Kx\n";
    for (size_t i = 0; i < sizeof PRINTED - 1; i++) {
        console_add(&console, false, PRINTED + i, 1, now_s);
        console_flush(&console);
    }
    console_done(&console);
    char *text = file_text();
    for (char *blank; (blank = strstr(text, " \n"));) /* what was longer before */
        memmove(blank, blank + 1, strlen(blank));
    assert_string_equal(text, "2024-05-01T10:00:00.000Z | foo\n2024-05-01T10:00:00.000Z | x\n");
}

static void test_unfinished_in_place(void **state)
{
    (void)state;
    print("first\nloading 100 of 100");
    console_flush(&console);
    assert_string_equal(said(), "| first\n| loading 100 of 100");
    int64_t before = (int64_t)strlen(file_text());
    print("\rdone");
    console_flush(&console);
    assert_int_equal(strlen(file_text()), before); /* it never shrinks */
    print("\nnext\n");
    console_flush(&console);
    assert_non_null(strstr(said(), "| first\n| done"));
    assert_non_null(strstr(said(), "\n| next"));
    assert_false(console_waits(&console));
}

static void test_two_streams(void **state)
{
    (void)state;
    print("out 1\nout ");
    console_add(&console, true, "err\n", 4, now_s);
    print("2\n");
    console_flush(&console);
    assert_string_equal(said(), "| out 1\n! err\n| out 2\n");
}

static void test_long_line_is_cut(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++)
        print("0123456789");
    print("\nshort\n");
    console_flush(&console);
    assert_non_null(strstr(said(), "...\n| short\n"));
    assert_int_equal(strcspn(said(), "\n"), 2 + CONSOLE_LINE_BYTES + 3);
}

/* Head and newest lines stay whole, what went is counted, and the file stays below the cap. */
static void test_cap(void **state)
{
    (void)state;
    char line[64];
    for (int i = 0; i < 20000; i++) {
        snprintf(line, sizeof line, "line %d\n", i);
        print(line);
        if (i % 100 == 0)
            console_flush(&console);
    }
    console_flush(&console);
    const char *text = file_text();
    size_t length = strlen(text);
    assert_in_range(length, 16 << 10, 64 << 10);
    assert_non_null(strstr(text, "| line 0\n2024-05-01T10:00:00.000Z | line 1\n"));
    assert_non_null(strstr(text, "| line 19999\n"));
    const char *remark = strstr(text, "Z - ");
    assert_non_null(remark);
    assert_null(strstr(remark + 1, "Z - "));
    long long left_out = strtoll(remark + 4, NULL, 10);
    size_t all = 0;
    for (int i = 0; i < 20000; i++)
        all += (size_t)snprintf(line, sizeof line, "2024-05-01T10:00:00.000Z | line %d\n", i);
    const char *remark_end = strchr(remark, '\n');
    size_t remark_bytes = (size_t)(remark_end - remark) + 24;
    assert_int_equal((size_t)left_out + length - remark_bytes, all);
}

/* More than can be written in time: the older part is left out, and said so. */
static void test_flood(void **state)
{
    (void)state;
    char line[128];
    for (int i = 0; i < 60000; i++) {
        snprintf(line, sizeof line, "line %d %080d\n", i, 0);
        print(line);
    }
    console_flush(&console);
    const char *text = file_text();
    assert_in_range(strlen(text), 16 << 10, 64 << 10);
    assert_non_null(strstr(text, "| line 59999 "));
    assert_non_null(strstr(text, " bytes left out\n"));
}

int main(void)
{
#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, begin, end)
    const struct CMUnitTest tests[] = {
        WITH_FILE(test_lines),
        WITH_FILE(test_times),
        WITH_FILE(test_pieces),
        WITH_FILE(test_unfinished_in_place),
        WITH_FILE(test_two_streams),
        WITH_FILE(test_long_line_is_cut),
        WITH_FILE(test_cap),
        WITH_FILE(test_flood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
