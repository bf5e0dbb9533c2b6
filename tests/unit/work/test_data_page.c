/*
 * Pages: filters over columns, several sorts against a slow one that is obviously right, summaries.
 */
#include "scene.h"

#include "base/num.h"
#include "base/text.h"
#include "work/data_page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "-" is absent. */
static struct data_table *make_table(
    const char *const *names, size_t columns, const char *const *cells, size_t rows)
{
    struct data_table *table = data_table_new();
    assert_non_null(table);
    for (size_t c = 0; c < columns; c++)
        assert_int_equal(data_table_add_column(table, names[c], strlen(names[c]), NULL), c);
    for (size_t r = 0; r < rows; r++) {
        assert_true(data_table_add_row(table, NULL));
        for (size_t c = 0; c < columns; c++) {
            const char *cell = cells[r * columns + c];
            if (strcmp(cell, "-") != 0)
                assert_true(data_table_set_parsed(table, (int)c, cell, strlen(cell), NULL));
        }
    }
    data_table_finish(table);
    return table;
}

static const char *const NAMES[] = {"image", "score", "class", "crowd"};
static const char *const CELLS[] = {
    "img10.jpg", "0.5", "car", "false",
    "img2.jpg", "0.9", "person", "true",
    "img1.jpg", "-", "car", "-",
    "img3.jpg", "nan", "Car", "false",
    "007", "0.5", "-", "true",
};

static struct data_table *sample(void)
{
    return make_table(NAMES, 4, CELLS, 5);
}

/* The rows of a page as digits. */
static const char *rows_of(
    struct data_table *table, const char *filter, const char *sort, struct err *err)
{
    static char out[64];
    struct data_sort sorts[DATA_MOST_SORTS];
    int count = data_sorts_parse(table, sort, sorts, err);
    struct data_page *page =
        count < 0 ? NULL : data_page_new(table, filter, sorts, (size_t)count, NULL, err);
    if (!page)
        return NULL;
    for (size_t i = 0; i < page->count; i++)
        out[i] = (char)('0' + page->order[i]);
    out[page->count] = '\0';
    data_page_release(page);
    return out;
}

static void test_filters_and_sorts(void **state)
{
    (void)state;
    static const struct {
        const char *filter, *sort, *rows;
    } CASES[] = {
        {"", "", "01234"},
        {"", "image", "42130"}, /* natural order; a number, also as an id, before texts */
        {"", "image:desc", "03124"},
        {"", "score", "04123"}, /* absent and NaN last either way */
        {"", "score:desc", "10423"},
        {"", "score:desc,image", "14023"},
        {"", "class:desc,score:desc", "10234"},
        {"", "crowd", "03142"},
        {"score>=0.5", "", "014"},
        {"class=car", "", "023"}, /* letter case ignored */
        {"class!=car", "", "14"},
        {"crowd=true", "", "14"},
        {"img1", "", "02"},
        {"0.9", "", "1"},
        {"image=7", "", "4"},
        {"SCORE>0.5", "", "1"},
    };
    struct data_table *table = sample();
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct err err = {0};
        const char *rows = rows_of(table, CASES[i].filter, CASES[i].sort, &err);
        if (!rows || strcmp(rows, CASES[i].rows) != 0)
            fail_msg("filter \"%s\" sort \"%s\" gives %s, not %s: %s", CASES[i].filter,
                CASES[i].sort, rows ? rows : "nothing", CASES[i].rows, err.text);
    }
    data_table_release(table);
}

static void test_refusals(void **state)
{
    (void)state;
    static const char *const CASES[][3] = {{"nothing=1", "", "no column is called \"nothing\""},
        {"", "nothing", "no column is called \"nothing\""}, {"score<x", "", "compares numbers"},
        {"", "image,image,image,image,image", "at most 4"}};
    struct data_table *table = sample();
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct err err = {0};
        assert_null(rows_of(table, CASES[i][0], CASES[i][1], &err));
        assert_int_equal(err.code, ERR_USAGE);
        assert_non_null(strstr(err.text, CASES[i][2]));
    }
    struct err err = {0};
    atomic_bool stale = true;
    assert_null(data_page_new(table, "", NULL, 0, &stale, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    data_table_release(table);
}

static void test_summaries(void **state)
{
    (void)state;
    struct data_table *table = sample();
    struct data_page *page = data_page_new(table, "", NULL, 0, NULL, NULL);
    struct data_summary summary;
    assert_true(data_summary_make(page, 1, NULL, &summary, NULL));
    assert_int_equal(summary.count, 4);
    assert_int_equal(summary.absent, 1);
    assert_int_equal(summary.distinct, 3); /* 0.5, 0.9, NaN */
    assert_int_equal(summary.numbers, 3);
    assert_true(summary.min == 0.5 && summary.median == 0.5 && summary.max == 0.9);
    assert_true(data_summary_make(page, 2, NULL, &summary, NULL));
    assert_int_equal(summary.distinct, 3); /* car, Car, person */
    assert_int_equal(summary.numbers, 0);
    assert_true(isnan(summary.median));
    data_page_release(page);
    page = data_page_new(table, "class=person", NULL, 0, NULL, NULL);
    assert_true(data_summary_make(page, 1, NULL, &summary, NULL));
    assert_true(summary.count == 1 && summary.median == 0.9);
    data_page_release(page);
    data_table_release(table);
}

/* ---- against a slow order ---- */

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

/* What a cell is worth: its class (number, text, nothing), its number. */
static int worth(const struct data_table *table, size_t row, int column, double *number)
{
    struct data_value value = data_table_get(table, row, (size_t)column);
    *number = value.number;
    bool is_number = value.type == DATA_NUMBER || value.type == DATA_BOOL ||
                     (value.type == DATA_TEXT &&
                         num_parse(value.text, strlen(value.text), number));
    if (is_number && isnan(*number))
        return value.type == DATA_TEXT ? 1 : 2;
    return is_number ? 0 : value.type == DATA_TEXT ? 1 : 2;
}

static int slow_compare(const struct data_table *table, size_t a, size_t b, int column, bool down)
{
    double x, y;
    int left = worth(table, a, column, &x), right = worth(table, b, column, &y);
    const char *p = data_table_get(table, a, (size_t)column).text;
    const char *q = data_table_get(table, b, (size_t)column).text;
    int order = left - right;
    if (left == 2 || right == 2)
        return order;
    if (!order && left == 0 && x != y)
        order = x < y ? -1 : 1;
    else if (!order && p && q)
        order = text_compare_natural(p, q);
    else if (!order)
        order = (p != NULL) - (q != NULL);
    return down ? -order : order;
}

static bool stands_before(const struct data_table *table, size_t a, size_t b,
    const struct data_sort *sorts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int order = slow_compare(table, a, b, sorts[i].column, sorts[i].descending);
        if (order)
            return order < 0;
    }
    return a < b;
}

static void test_orders_as_a_slow_one(void **state)
{
    (void)state;
    static const char *const POOL[] = {"-", "1", "2", "10", "-3", "0.5", "01", "002", "nan", "inf",
        "a", "b10", "b9", "B9", "true", "false"};
    static const char *const COLUMNS[] = {"p", "q", "r"};
    uint64_t seed = 7;
    for (int round = 0; round < 3000; round++) {
        const char *cells[3 * 24];
        size_t rows = next_random(&seed) % 25, count = next_random(&seed) % 4;
        struct data_sort sorts[3];
        for (size_t i = 0; i < rows * 3; i++)
            cells[i] = POOL[next_random(&seed) % (sizeof POOL / sizeof *POOL)];
        for (size_t i = 0; i < count; i++)
            sorts[i] = (struct data_sort){(int)(next_random(&seed) % 3), next_random(&seed) % 2};
        struct data_table *table = make_table(COLUMNS, 3, cells, rows);
        struct data_page *page = data_page_new(table, "", sorts, count, NULL, NULL);
        assert_non_null(page);
        assert_int_equal(page->count, rows);
        for (size_t i = 0; i < rows; i++) { /* each stands behind exactly those before it */
            size_t before = 0;
            for (size_t other = 0; other < rows; other++)
                before += other != page->order[i] &&
                          stands_before(table, other, page->order[i], sorts, count);
            assert_int_equal(before, i);
        }
        data_page_release(page);
        data_table_release(table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filters_and_sorts),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_summaries),
        cmocka_unit_test(test_orders_as_a_slow_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
