/* A table whose columns come as they come: headers, rows, empty cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record/columns.h"

#include <math.h>

static void rows_and_headers(void **state)
{
    (void)state;
    struct columns columns = {0};
    struct buf out;
    buf_init(&out, 1 << 16);
    columns_put(&columns, "a", 12.345, 1);
    columns_put(&columns, "unknown", NAN, 1);
    columns_want(&columns, "late");
    columns_row(&columns, 1714557600.04, &out);
    assert_string_equal(out.data, "wall_time,a,late\n1714557600,12.3,\n");

    buf_clear(&out);
    columns_want(&columns, "late");
    columns_put(&columns, "late", 0, 0);
    columns_row(&columns, 1714557605.06, &out);
    assert_string_equal(out.data, "1714557605.1,,0\n");

    buf_clear(&out); /* a new one: all are named again, in their old places */
    columns_put(&columns, "c", 1e6 / 3, 3);
    columns_put(&columns, "a", INFINITY, 1);
    columns_row(&columns, 1714557610, &out);
    assert_string_equal(out.data, "wall_time,a,late,c\n1714557610,,,333333.333\n");
    buf_done(&out);
    columns_done(&columns);
}

static void nothing_known_is_a_row_of_time(void **state)
{
    (void)state;
    struct columns columns = {0};
    struct buf out;
    buf_init(&out, 1 << 16);
    columns_row(&columns, 7, &out);
    assert_string_equal(out.data, "wall_time\n7\n");
    buf_done(&out);
    columns_done(&columns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_headers),
        cmocka_unit_test(nothing_known_is_a_row_of_time),
    };
    return cmocka_run_group_tests_name("record columns", tests, NULL, NULL);
}
