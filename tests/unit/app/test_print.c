/*
 * Tables printed as text, CSV, TSV, JSON and Markdown, with cells that mean harm.
 * Knows: print.h. Must not know: which command prints.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/print.h"
#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 3, ROWS = 4 };

static const char *const TITLES[COLUMNS] = {"run", "AP", "note"};
static const struct print_cell CELLS[ROWS * COLUMNS] = {
    {"a", false},
    {"0.5", true},
    {"one, \"two\" | three", false},
    {"\xe6\xbc\xa2\xe5\xad\x97", false},
    {"-12.25", true},
    {NULL, false},
    {"esc\x1b[2J", false},
    {NULL, false},
    {"line\nbreak\ttab", false},
    {"bad\xff\xe2\x80\xaertl", false},
    {"NaN", true},
    {"", false},
};
static const struct print_table TABLE = {TITLES, COLUMNS, ROWS, CELLS};

/* What is printed; freed by the caller. */
static char *print(const struct print_table *table, enum print_format format)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    print_table(table, format, &out);
    assert_false(out.failed);
    return out.data ? out.data : calloc(1, 1);
}

static void assert_prints(enum print_format format, const char *want)
{
    char *is = print(&TABLE, format);
    assert_string_equal(is, want);
    free(is);
}

static void test_table_is_aligned(void **state)
{
    (void)state;
    assert_prints(PRINT_TABLE, "run                     AP  note\n"
                               "a                      0.5  one, \"two\" | three\n"
                               "\xe6\xbc\xa2\xe5\xad\x97                -12.25  \xe2\x80\x93\n"
                               "esc\\x1b[2J               \xe2\x80\x93  line\\x0abreak\\x09tab\n"
                               "bad\\xff\\u{202e}rtl     NaN  \n");
}

static void test_csv(void **state)
{
    (void)state;
    assert_prints(PRINT_CSV, "run,AP,note\n"
                             "a,0.5,\"one, \"\"two\"\" | three\"\n"
                             "\xe6\xbc\xa2\xe5\xad\x97,-12.25,\n"
                             "esc\\x1b[2J,,line\\x0abreak\\x09tab\n"
                             "bad\\xff\\u{202e}rtl,NaN,\n");
}

static void test_tsv(void **state)
{
    (void)state;
    assert_prints(PRINT_TSV, "run\tAP\tnote\n"
                             "a\t0.5\tone, \"two\" | three\n"
                             "\xe6\xbc\xa2\xe5\xad\x97\t-12.25\t\n"
                             "esc\\x1b[2J\t\tline\\x0abreak\\x09tab\n"
                             "bad\\xff\\u{202e}rtl\tNaN\t\n");
}

static void test_markdown(void **state)
{
    (void)state;
    assert_prints(PRINT_MARKDOWN, "| run | AP | note |\n"
                                  "| --- | ---: | --- |\n"
                                  "| a | 0.5 | one, \"two\" \\| three |\n"
                                  "| \xe6\xbc\xa2\xe5\xad\x97 | -12.25 | \xe2\x80\x93 |\n"
                                  "| esc\\x1b[2J | \xe2\x80\x93 | line\\x0abreak\\x09tab |\n"
                                  "| bad\\xff\\u{202e}rtl | NaN |  |\n");
}

/* Takes "key": and its value. */
static void assert_member(struct json *json, const char *key, enum json_kind kind)
{
    assert_int_equal(json_next(json), JSON_KEY);
    assert_true(json_is(json, key));
    assert_int_equal(json_next(json), kind);
}

static void test_json_is_read_again(void **state)
{
    (void)state;
    static const enum json_kind AP[ROWS] = {JSON_NUMBER, JSON_NUMBER, JSON_NULL, JSON_STRING};
    static const enum json_kind NOTE[ROWS] = {JSON_STRING, JSON_NULL, JSON_STRING, JSON_STRING};
    char *text = print(&TABLE, PRINT_JSON);
    struct json json;
    json_init_memory(&json, text, strlen(text));
    assert_int_equal(json_next(&json), JSON_ARRAY);
    for (size_t row = 0; row < ROWS; row++) {
        assert_int_equal(json_next(&json), JSON_OBJECT);
        assert_member(&json, "run", JSON_STRING);
        assert_member(&json, "AP", AP[row]);
        if (row == 1)
            assert_true(json.number == -12.25);
        if (row == 3)
            assert_true(json_is(&json, "NaN"));
        assert_member(&json, "note", NOTE[row]);
        if (row == 0)
            assert_true(json_is(&json, "one, \"two\" | three"));
        if (row == 2) /* a program gets what the file said, escaped as JSON does */
            assert_true(json_is(&json, "line\nbreak\ttab"));
        assert_int_equal(json_next(&json), JSON_OBJECT_END);
    }
    assert_int_equal(json_next(&json), JSON_ARRAY_END);
    assert_int_equal(json_next(&json), JSON_END);
    free(text);
}

/* Whatever the cells hold, nothing that a terminal obeys comes out. */
static void assert_harmless(const char *text)
{
    const char *end = text + strlen(text);
    for (const char *at = text; at < end;) {
        int32_t code;
        at += text_decode(at, end, &code);
        assert_true(code >= 0);
        assert_true(code == '\n' || code == '\t' || !text_code_is_harmful(code));
    }
}

static void test_every_byte_is_harmless_in_every_format(void **state)
{
    (void)state;
    char cell[4 * 256 + 1];
    size_t length = 0;
    for (int byte = 1; byte < 256; byte++) {
        cell[length++] = (char)byte;
        cell[length++] = byte & 1 ? ',' : '"';
    }
    cell[length] = '\0';
    const char *titles[] = {cell, "\x1b]0;title\x07"};
    const struct print_cell cells[] = {{cell, false}, {cell, true}};
    const struct print_table table = {titles, 2, 1, cells};
    for (int format = PRINT_TABLE; format <= PRINT_MARKDOWN; format++) {
        char *text = print(&table, (enum print_format)format);
        assert_harmless(text);
        /* one row and its titles, however many line ends the cells hold */
        size_t lines = 0;
        for (const char *at = text; *at; at++)
            lines += *at == '\n';
        if (format != PRINT_JSON)
            assert_int_equal(lines, format == PRINT_MARKDOWN ? 3 : 2);
        free(text);
    }
}

static void test_a_table_without_rows(void **state)
{
    (void)state;
    const struct print_table empty = {TITLES, COLUMNS, 0, NULL};
    static const char *const WANT[] = {[PRINT_TABLE] = "run  AP  note\n",
        [PRINT_CSV] = "run,AP,note\n",
        [PRINT_TSV] = "run\tAP\tnote\n",
        [PRINT_JSON] = "[]\n",
        [PRINT_MARKDOWN] = "| run | AP | note |\n| --- | --- | --- |\n"};
    for (int format = PRINT_TABLE; format <= PRINT_MARKDOWN; format++) {
        char *text = print(&empty, (enum print_format)format);
        assert_string_equal(text, WANT[format]);
        free(text);
    }
}

static void test_names_of_formats(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"table", "csv", "tsv", "json", "markdown"};
    enum print_format format;
    struct err err = {0};
    for (int i = 0; i < 5; i++) {
        assert_true(print_format_parse(NAMES[i], &format, &err));
        assert_int_equal(format, i);
    }
    assert_true(print_format_parse(NULL, &format, &err));
    assert_int_equal(format, PRINT_TABLE);
    static const char *const WRONG[] = {"", "CSV", "xml", "json ", "\x1b[2J"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        err = (struct err){0};
        assert_false(print_format_parse(WRONG[i], &format, &err));
        assert_int_equal(err.code, ERR_USAGE);
    }
}

static void test_what_is_not_whole_is_not_printed(void **state)
{
    (void)state;
    struct buf out;
    struct err err = {0};
    buf_init(&out, 16);
    print_table(&TABLE, PRINT_TABLE, &out);
    assert_true(out.failed);
    assert_false(print_flush(&out, &err));
    assert_int_not_equal(err.code, ERR_NONE);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_aligned),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_tsv),
        cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_json_is_read_again),
        cmocka_unit_test(test_every_byte_is_harmless_in_every_format),
        cmocka_unit_test(test_a_table_without_rows),
        cmocka_unit_test(test_names_of_formats),
        cmocka_unit_test(test_what_is_not_whole_is_not_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
