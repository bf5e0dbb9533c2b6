/*
 * Tables: golden screens at several sizes, scrolling both ways, hits, hostile cells, and that only
 * what is seen is asked for.
 */
#include "dump.h"
#include "screen/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const RUNS[][6] = {
    {"■", "faster_rcnn/r50-a", "done", ".4123", "5.0e-3", "8"},
    {"■", "mask", "live 6/10", ".4310", "5e-3", "8"},
    {"·", "fcos\x1b[31m/r50", "NaN @412", "–", "1", "16"},
    {"■", "日本語のとても長い名前です", "done", ".281±.006", "12.25", ""},
    {"■", "e\u0301te\u0301\n", "failed", "-.5", "0.001", NULL},
};

static const struct table_column COLUMNS[] = {
    {"", 1, 1, TABLE_LEFT, 0, false},
    {"run", 6, 16, TABLE_LEFT, 0, false},
    {"status", 4, 9, TABLE_LEFT, 0, false},
    {"AP best", 0, 0, TABLE_DECIMAL, -1, false},
    {"lr", 0, 0, TABLE_DECIMAL, 0, false},
    {"batch", 0, 0, TABLE_RIGHT, 0, false},
};
enum { RUN_COUNT = sizeof RUNS / sizeof *RUNS, COLUMN_COUNT = sizeof COLUMNS / sizeof *COLUMNS };

static size_t run_rows(void *self)
{
    (void)self;
    return RUN_COUNT;
}

static void run_cell(void *self, size_t row, int column, struct table_cell *out)
{
    (void)self;
    assert_true(row < RUN_COUNT && column < COLUMN_COUNT);
    out->text = RUNS[row][column];
    if (column == 0)
        out->style = STYLE_HUE(RUN, row);
}

static int run_mark(void *self, size_t row)
{
    (void)self;
    return row == 1 ? TABLE_SELECTED : row == 2 ? TABLE_MUTED : 0;
}

static const struct table_source SOURCE = {NULL, run_rows, run_cell, run_mark, NULL};

static void a_wide_table(void **state)
{
    (void)state;
    struct grid *grid = grid_of(7, 70);
    struct table table = {0};
    table_draw(&table, grid, grid_rect(grid), &SOURCE, COLUMNS, COLUMN_COUNT, 2, true);
    assert_dump(grid, true,
        "   run               status      AP best ▾       lr  batch\n"
        " ■ faster_rcnn/r50…  done        .4123       5.0e-3      8\n"
        "▌■ mask              live 6/10   .4310       5e-3        8\n"
        " · fcos\\x1b[31m/r50  NaN @412            –   1          16\n"
        " ■ 日本語のとても…   done        .281±.006  12.25\n"
        " ■ e\u0301te\u0301\\x0a           failed     -.5          0.001\n"
        "--\n"
        "   hhh               hhhhhh      hhhhhhh A       hh  hhhhh\n"
        " r ................  ....        .....       ......      . ^cursor\n"
        "Ar ....              .... ....   .....       ....        . ^selected\n"
        " r ................  ... ....            .   .          ..\n"
        " r . . . . . . . .   ....        .........  .....\n"
        " r .......           ......     ...          .....\n");
    assert_true(grid->cursor_shown);
    assert_int_equal(grid->cursor_row, 1);
    assert_true(grid->cells[3 * 70 + 3].attr & STYLE_DIM);
    grid_free(grid);
}

static void a_narrow_table_scrolls_sideways(void **state)
{
    (void)state;
    struct grid *grid = grid_of(4, 34);
    struct table table = {0};
    table_draw(&table, grid, grid_rect(grid), &SOURCE, COLUMNS, COLUMN_COUNT, 2, true);
    assert_dump(grid, false,
        "   run               status      >\n"
        " ■ faster_rcnn/r50…  done\n"
        "▌■ mask              live 6/10\n"
        " · fcos\\x1b[31m/r50  NaN @412\n");
    grid_clear(grid);
    table.column = 3;
    table.scroll.cursor = 4;
    table_draw(&table, grid, grid_rect(grid), &SOURCE, COLUMNS, COLUMN_COUNT, 2, true);
    assert_dump(grid, false,
        "<  run                AP best ▾  >\n"
        " · fcos\\x1b[31m/r50           –\n"
        " ■ 日本語のとても…    .281±.006\n"
        " ■ e\u0301te\u0301\\x0a           -.5\n");
    grid_clear(grid);
    table_move_column(&table, 99);
    table_draw(&table, grid, grid_rect(grid), &SOURCE, COLUMNS, COLUMN_COUNT, 2, false);
    assert_int_equal(table.column, COLUMN_COUNT - 1);
    assert_dump(grid, false,
        "<  run                   lr  batch\n"
        " · fcos\\x1b[31m/r50   1         16\n"
        " ■ 日本語のとても…   12.25\n"
        " ■ e\u0301te\u0301\\x0a            0.001\n");
    table_move_column(&table, -99);
    table_draw(&table, grid, grid_rect(grid), &SOURCE, COLUMNS, COLUMN_COUNT, 2, false);
    assert_int_equal(table.column, 0);
    grid_free(grid);
}

static void hits(void **state)
{
    (void)state;
    struct grid *grid = grid_of(10, 80);
    struct table table = {0};
    table_draw(&table, grid, (struct rect){2, 5, 4, 70}, &SOURCE, COLUMNS, COLUMN_COUNT, 2, true);
    static const struct {
        int row, col;
        struct table_hit want;
    } HITS[] = {{2, 8, {TABLE_HEADER, 0, 1}}, {3, 6, {TABLE_ROW, 0, 0}}, {5, 9, {TABLE_ROW, 2, 1}},
        {3, 25, {TABLE_ROW, 0, -1}}, {1, 8, {TABLE_NOWHERE, 0, -1}}, {6, 8, {TABLE_NOWHERE, 0, -1}},
        {3, 4, {TABLE_NOWHERE, 0, -1}}, {3, 37, {TABLE_ROW, 0, 3}}};
    for (size_t i = 0; i < sizeof HITS / sizeof *HITS; i++) {
        struct table_hit hit = table_at(&table, HITS[i].row, HITS[i].col);
        assert_int_equal(hit.part, HITS[i].want.part);
        assert_int_equal(hit.column, HITS[i].want.column);
        if (hit.part == TABLE_ROW)
            assert_int_equal(hit.row, HITS[i].want.row);
    }
    grid_free(grid);
}

/* A source of many rows that counts what it is asked for. */
struct many {
    size_t rows, asked, lowest, highest;
    int highest_column, drawn;
};

static size_t many_rows(void *self)
{
    return ((struct many *)self)->rows;
}

static void many_cell(void *self, size_t row, int column, struct table_cell *out)
{
    struct many *many = self;
    assert_true(row < many->rows);
    many->asked++;
    many->lowest = row < many->lowest ? row : many->lowest;
    many->highest = row > many->highest ? row : many->highest;
    many->highest_column = column > many->highest_column ? column : many->highest_column;
    snprintf(out->room, sizeof out->room, "%zu.%d", row, column);
    out->text = out->room;
}

static void many_draw(void *self, size_t row, int column, struct grid *grid, struct rect place)
{
    (void)row, (void)column;
    ((struct many *)self)->drawn++;
    grid_text(grid, place.row, place.col - 5, 100, STYLE_IS(BAD), "____________________________");
}

static void only_what_is_seen_is_asked_for(void **state)
{
    (void)state;
    struct many many = {.rows = 10000000, .lowest = SIZE_MAX};
    struct table_source source = {&many, many_rows, many_cell, NULL, many_draw};
    struct table_column columns[60] = {0};
    char titles[60][8];
    for (int i = 0; i < 60; i++) {
        snprintf(titles[i], sizeof titles[i], "c%d", i);
        columns[i] = (struct table_column){.title = titles[i], .align = TABLE_DECIMAL};
    }
    columns[1] = (struct table_column){.title = "spark", .min_cols = 6, .drawn = true};
    struct grid *grid = grid_of(40, 140);
    struct table table = {.scroll = {.cursor = 5000000}};
    table_draw(&table, grid, grid_rect(grid), &source, columns, 60, 1, true);
    assert_true(many.asked <= 39 * 20 * 2);
    assert_int_equal(many.highest - many.lowest, 38);
    assert_true(many.lowest <= 5000000 && many.highest >= 5000000);
    assert_true(many.highest_column < 20);
    assert_int_equal(many.drawn, 39);
    /* What a column draws stays in it. */
    assert_int_equal(table.cols[1], 6);
    for (int col = 0; col < 140; col++) {
        bool inside = col >= table.left[1] && col < table.left[1] + 6;
        assert_int_equal(grid->cells[5 * 140 + col].role == STYLE_BAD, inside);
    }
    /* Columns keep their width while scrolling up to shorter numbers. */
    uint16_t before = table.cols[0];
    table.scroll.cursor = 0;
    table_draw(&table, grid, grid_rect(grid), &source, columns, 60, 1, true);
    assert_int_equal(table.cols[0], before);
    columns[0].max_cols = 50; /* another layout is measured anew */
    table_draw(&table, grid, grid_rect(grid), &source, columns, 60, 1, true);
    assert_true(table.cols[0] < before);
    grid_free(grid);
}

static void any_size_is_survived(void **state)
{
    (void)state;
    struct many many = {0};
    struct table_source source = {&many, many_rows, many_cell, NULL, NULL};
    struct grid *grid = grid_of(12, 60);
    unsigned seed = 3;
    struct table table = {0};
    for (int round = 0; round < 4000; round++) {
        seed = seed * 1103515245 + 12345;
        unsigned r = seed >> 4;
        struct rect rect = {(int)(r % 14) - 2, (int)(r / 14 % 60) - 5, (int)(r / 840 % 14) - 1,
            (int)(r / 11760 % 70) - 1};
        many.rows = r % 7 ? r % 40 : 0;
        table.column += (int)(r % 5) - 2;
        table.scroll.cursor = r % 50;
        grid_clear(grid);
        table_draw(&table, grid, rect, &source, COLUMNS, (int)(r % (COLUMN_COUNT + 1)),
            (int)(r % 4), r % 2);
        for (int at = 0; at < 12 * 60; at++)
            if (grid->cells[at].code[0] != ' ')
                assert_true(rect_holds(rect, at / 60, at % 60));
    }
    grid_free(grid);
}

static void an_empty_table(void **state)
{
    (void)state;
    struct many many = {0};
    struct table_source source = {&many, many_rows, many_cell, NULL, NULL};
    struct grid *grid = grid_of(3, 40);
    struct table table = {.scroll = {.cursor = 9, .top = 9}, .column = 4};
    table_draw(&table, grid, grid_rect(grid), &source, COLUMNS, COLUMN_COUNT, 1, true);
    assert_dump(grid, false, "   run     status  AP best ▾  lr  batch\n");
    assert_false(grid->cursor_shown);
    assert_int_equal(table.scroll.cursor, 0);
    table_draw(&table, grid, grid_rect(grid), &source, COLUMNS, 0, 0, true);
    grid_free(grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wide_table),
        cmocka_unit_test(a_narrow_table_scrolls_sideways),
        cmocka_unit_test(hits),
        cmocka_unit_test(only_what_is_seen_is_asked_for),
        cmocka_unit_test(any_size_is_survived),
        cmocka_unit_test(an_empty_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
