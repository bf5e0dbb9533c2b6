/*
 * Copying: what comes out is harmless, escaped as its format wants, and never ends in Enter.
 * Knows: copy.h. Must not know: clipboards.
 */
#include "scene.h"

#include "work/copy.h"

#include <math.h>
#include <string.h>

static struct run_row rows[] = {
    {.id = 1,
        .name = "a|b",
        .shown = "a|b",
        .format = "x&y_z",
        .note = "50%\x1b[31m\n,\"q\"",
        .started_s = NAN,
        .ended_s = NAN},
    {.id = 2, .name = "c", .shown = "c", .format = "plain", .started_s = 0, .ended_s = 90},
};
static const struct run_column COLUMNS[] = {
    {.kind = RUN_COLUMN_NAME, .title = "run"},
    {.kind = RUN_COLUMN_SPARK, .title = "course"}, /* is drawn, not written */
    {.kind = RUN_COLUMN_FORMAT, .title = "format"},
    {.kind = RUN_COLUMN_REMARK, .title = "note"},
    {.kind = RUN_COLUMN_DURATION, .title = "duration"},
};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

static struct runs runs = {.references = 1, .rows = rows, .count = 2};

static void assert_copies(enum print_format format, size_t from, size_t count, const char *want)
{
    static const struct copy_line ORDER[] = {{.row = 1}, {.row = 0}};
    struct copy *copy = copy_new(&runs, COLUMNS, COLUMN_COUNT, ORDER + from, count);
    struct buf out;
    struct err err = {0};
    assert_non_null(copy);
    copy->format = format;
    buf_init(&out, 1 << 16);
    assert_true(copy_print(copy, &out, &err));
    assert_string_equal(out.data, want);
    buf_done(&out);
    copy_free(copy);
    assert_int_equal(runs.references, 1);
}

static void test_rows(void **state)
{
    (void)state;
    assert_copies(PRINT_CSV, 0, 2,
        "run,format,note,duration\nc,plain,,90\n"
        "a|b,x&y_z,\"50%\\x1b[31m\\x0a,\"\"q\"\"\",\n");
    assert_copies(PRINT_TSV, 0, 1, "run\tformat\tnote\tduration\nc\tplain\t\t90");
    assert_copies(PRINT_MARKDOWN, 1, 1,
        "| run | format | note | duration |\n| --- | --- | --- | --- |\n"
        "| a\\|b | x&y_z | 50%\\x1b[31m\\x0a,\"q\" | \xe2\x80\x93 |");
}

/* Whatever becomes of the table that was copied. */
static void test_any_table(void **state)
{
    (void)state;
    char name[] = "a,b";
    const char *titles[] = {"class", "AP"};
    struct print_cell cells[] = {{.text = name}, {.text = "0.25", .is_number = true},
        {.text = "\x1b[2J"}, {.is_number = true}};
    struct print_table table = {titles, 2, 2, cells};
    struct copy *whole = copy_new_table(&table, PRINT_CSV, false);
    table.rows = table.columns = 1;
    table.cells = &cells[2];
    struct copy *cell = copy_new_table(&table, PRINT_TABLE, true);
    memset(name, 'x', sizeof name - 1);
    memset(cells, 0, sizeof cells);
    titles[0] = titles[1] = NULL;
    struct buf out;
    struct err err;
    buf_init(&out, 1 << 16);
    assert_true(copy_print(whole, &out, &err));
    assert_string_equal(out.data, "class,AP\n\"a,b\",0.25\n\\x1b[2J,\n");
    assert_string_equal(copy_file_name(whole), "copied.csv");
    assert_int_equal(whole->line_count, 2);
    buf_clear(&out);
    assert_true(copy_print(cell, &out, &err));
    assert_string_equal(out.data, "\\x1b[2J");
    assert_string_equal(copy_file_name(cell), "copied.txt");
    buf_done(&out);
    copy_free(whole);
    copy_free(cell);
}

static void test_latex_has_nothing_that_it_would_obey(void **state)
{
    (void)state;
    struct copy *copy = copy_new(&runs, COLUMNS, COLUMN_COUNT, (struct copy_line[]){{.row = 0}}, 1);
    struct buf out;
    buf_init(&out, 1 << 16);
    copy->format = PRINT_LATEX;
    assert_true(copy_print(copy, &out, NULL));
    assert_non_null(strstr(out.data, "x\\&y\\_z"));
    assert_non_null(strstr(out.data, "50\\%\\textbackslash{}x1b[31m"));
    assert_null(strchr(out.data, '\x1b'));
    assert_string_equal(copy_file_name(copy), "copied.tex");
    buf_done(&out);
    copy_free(copy);
}

/* The best in Markdown and LaTeX, where there is more than one to be the best of. */
static void test_the_best_is_bold(void **state)
{
    (void)state;
    static const struct run_column SHORT[] = {{.kind = RUN_COLUMN_NAME, .title = "run"},
        {.kind = RUN_COLUMN_NOTES, .title = "n", .better = BETTER_LOWER}};
    struct buf out;
    rows[0].note_count = 3;
    rows[1].note_count = 2;
    for (size_t count = 1; count <= 2; count++) {
        struct copy *copy =
            copy_new(&runs, SHORT, 2, (struct copy_line[]){{.row = 1}, {.row = 0}}, count);
        buf_init(&out, 1 << 16);
        copy->format = PRINT_MARKDOWN;
        assert_true(copy_print(copy, &out, NULL));
        assert_string_equal(
            out.data, count == 1 ? "| run | n |\n| --- | ---: |\n| c | 2 |"
                                 : "| run | n |\n| --- | ---: |\n| c | **2** |\n| a\\|b | 3 |\n");
        buf_done(&out);
        copy_free(copy);
    }
    rows[0].note_count = rows[1].note_count = 0;
}

/* A group is its mean: for people with its deviation, for machines with one more column. */
static void test_groups(void **state)
{
    (void)state;
    static const struct run_column SHORT[] = {{.kind = RUN_COLUMN_NAME, .title = "run"},
        {.kind = RUN_COLUMN_NOTES, .title = "x", .better = BETTER_LOWER}};
    static const uint32_t BOTH[] = {0, 1};
    static const struct run_group GROUP = {"g*", BOTH, 2};
    static const struct copy_line LINES[] = {{.group = &GROUP}, {.row = 1, .is_member = true}};
    static const struct {
        enum print_format format;
        const char *want;
    } FORMS[] = {{PRINT_CSV, "run,n,x,x std\ng*,2,3,1.4142135623730951\nc,,2,\n"},
        {PRINT_MARKDOWN, "| run | n | x |\n| --- | ---: | ---: |\n"
                         "| g* | 2 | **3 \xc2\xb1 1.4** |\n| c | \xe2\x80\x93 | 2 |\n"}};
    rows[0].note_count = 4;
    rows[1].note_count = 2;
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++) {
        struct copy *copy = copy_new(&runs, SHORT, 2, LINES, 2);
        struct buf out;
        buf_init(&out, 1 << 16);
        copy->format = FORMS[i].format;
        assert_true(copy_print(copy, &out, NULL));
        assert_string_equal(out.data, FORMS[i].want);
        buf_done(&out);
        copy_free(copy);
    }
    rows[0].note_count = rows[1].note_count = 0;
}

static void test_a_cell(void **state)
{
    (void)state;
    struct copy *copy = copy_new(&runs, &COLUMNS[3], 1, (struct copy_line[]){{.row = 0}}, 1);
    struct buf out;
    buf_init(&out, 1 << 16);
    copy->bare = true;
    assert_true(copy_print(copy, &out, NULL));
    assert_string_equal(out.data, "50%\\x1b[31m\\x0a,\"q\"");
    assert_string_equal(copy_file_name(copy), "copied.txt");
    buf_done(&out);
    copy_free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_any_table),
        cmocka_unit_test(test_latex_has_nothing_that_it_would_obey),
        cmocka_unit_test(test_the_best_is_bold),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_a_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
