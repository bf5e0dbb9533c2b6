/*
 * Splitting records: separators, quotes, blanks, line ends and limits.
 */
#include "base/csv.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *record;
    char separator;
    const char *cells; /* each in < >, quoted ones in ( ) */
} RECORDS[] = {
    {"", ',', ""},
    {"\r\n", ',', ""},
    {"a", ',', "<a>"},
    {"a,b\n", ',', "<a><b>"},
    {"a,b\r\n", ',', "<a><b>"},
    {"  epoch ,   train/box_loss,  \t0.1  ", ',', "<epoch><train/box_loss><0.1>"},
    {",", ',', "<><>"},
    {"a,,c,", ',', "<a><><c><>"},
    {"a;b,c;d", ';', "<a><b,c><d>"},
    {"a\tb c\t\td", '\t', "<a><b c><><d>"},
    {"\ta", '\t', "<><a>"},
    {"\"a,b\",c", ',', "(a,b)<c>"},
    {"\"a\"\"b\" , \"\", \" x \"", ',', "(a\"b)()( x )"},
    {"\"\"\"\"", ',', "(\")"},
    {"\"a\nb\",c", ',', "(a\nb)<c>"},
    {"\"a\" junk,b", ',', "(a)<b>"},
    {"\"never closed,b", ',', "(never closed,b)"},
    {"5\" disk,b", ',', "<5\" disk><b>"},
    {"\"", ',', "()"},
};

static void test_records(void **state)
{
    (void)state;
    struct csv csv;
    csv_init(&csv, ',');
    for (size_t i = 0; i < sizeof RECORDS / sizeof *RECORDS; i++) {
        char out[128] = "";
        size_t n = 0;
        csv.separator = RECORDS[i].separator;
        assert_true(csv_split(&csv, RECORDS[i].record, strlen(RECORDS[i].record)));
        for (size_t k = 0; k < csv.count; k++)
            n +=
                (size_t)snprintf(out + n, sizeof out - n, csv.cells[k].quoted ? "(%.*s)" : "<%.*s>",
                    (int)csv.cells[k].length, csv.cells[k].text);
        assert_string_equal(out, RECORDS[i].cells);
    }
    csv_done(&csv);
}

static void test_separator_is_guessed(void **state)
{
    (void)state;
    assert_int_equal(csv_guess_separator("a,b;c", 5), ',');
    assert_int_equal(csv_guess_separator("a;b;c,d", 7), ';');
    assert_int_equal(csv_guess_separator("a\tb\tc,d", 7), '\t');
    assert_int_equal(csv_guess_separator("\"a;b;c;d\",e", 11), ',');
    assert_int_equal(csv_guess_separator("a", 1), ',');
    assert_int_equal(csv_guess_separator("", 0), ',');
}

static void test_open_quotes(void **state)
{
    (void)state;
    assert_true(csv_is_open("a,\"b", 4, ','));
    assert_false(csv_is_open("a,\"b\"", 5, ','));
    assert_true(csv_is_open("\"a\"\"", 4, ','));
    assert_false(csv_is_open("5\" disk,b", 9, ','));
    assert_false(csv_is_open("", 0, ','));
    assert_false(csv_is_open("a,", 2, ','));
}

static void test_header_is_searched(void **state)
{
    (void)state;
    struct csv csv;
    csv_init(&csv, ',');
    static const char HEADER[] = " epoch , \"time\",epoch";
    assert_true(csv_split(&csv, HEADER, strlen(HEADER)));
    assert_int_equal(csv_find(&csv, "epoch"), 0);
    assert_int_equal(csv_find(&csv, "time"), 1);
    assert_int_equal(csv_find(&csv, "epo"), -1);
    csv_done(&csv);
}

static void test_limits(void **state)
{
    (void)state;
    struct csv csv;
    csv_init(&csv, ',');
    char *record = malloc(CSV_MAX_CELLS);
    memset(record, ',', CSV_MAX_CELLS);
    assert_true(csv_split(&csv, record, CSV_MAX_CELLS - 1));
    assert_int_equal(csv.count, CSV_MAX_CELLS);
    assert_false(csv_split(&csv, record, CSV_MAX_CELLS));
    assert_int_equal(csv.count, 0);
    free(record);
    csv_done(&csv);
}

/* Law: cells written with quotes come back, and the cells of a record never overlap its end. */
static void test_random_cells_come_back(void **state)
{
    (void)state;
    static const char ALPHABET[] = "a\",; \n\t";
    uint64_t seed = 7;
    struct csv csv;
    csv_init(&csv, ',');
    for (int round = 0; round < 20000; round++) {
        char cells[4][6], record[64];
        size_t lengths[4], length = 0;
        for (int i = 0; i < 4; i++) {
            lengths[i] = 0;
            if (i)
                record[length++] = ',';
            record[length++] = '"';
            do {
                seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
                char c = ALPHABET[(seed >> 33) % (sizeof ALPHABET - 1)];
                cells[i][lengths[i]++] = c;
                record[length++] = c;
                if (c == '"')
                    record[length++] = c;
            } while (lengths[i] < 6 && (seed >> 62));
            record[length++] = '"';
        }
        char *exact = malloc(length);
        memcpy(exact, record, length);
        assert_false(csv_is_open(exact, length, ','));
        assert_true(csv_is_open(exact, length - 1, ','));
        assert_true(csv_split(&csv, exact, length));
        assert_int_equal(csv.count, 4);
        for (int i = 0; i < 4; i++) {
            assert_int_equal(csv.cells[i].length, lengths[i]);
            assert_memory_equal(csv.cells[i].text, cells[i], lengths[i]);
        }
        for (size_t cut = 0; cut < length; cut++)
            assert_true(csv_split(&csv, exact, cut));
        free(exact);
    }
    csv_done(&csv);
}

static void test_comparing(void **state)
{
    (void)state;
    const struct csv_cell a = {"ab", 2, false}, b = {"abc", 3, true}, c = {"b", 1, false},
                          none = {NULL, 0, false};
    assert_true(csv_compare(&a, &b) < 0 && csv_compare(&b, &a) > 0);
    assert_true(csv_compare(&b, &c) < 0 && csv_compare(&a, &a) == 0);
    assert_true(csv_compare(&none, &a) < 0 && csv_compare(&none, &none) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_separator_is_guessed),
        cmocka_unit_test(test_open_quotes),
        cmocka_unit_test(test_header_is_searched),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_random_cells_come_back),
        cmocka_unit_test(test_comparing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
