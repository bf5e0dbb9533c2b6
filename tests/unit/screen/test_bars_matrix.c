/*
 * Bars and matrices: golden screens, shades without colours, cursors, clicks, odd values.
 */
#include "dump.h"
#include "screen/bars.h"
#include "screen/fold.h"
#include "screen/matrix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- bars ---- */

static const struct bars_item ITEMS[] = {
    {"Cls", "A", STYLE_HUE(RUN, 0), 8, "8.00"},
    {"Cls", "B", STYLE_HUE(RUN, 1), 4.5, "4.50"},
    {"Loc", "A", STYLE_HUE(RUN, 0), .001, ".001"},
    {"Loc", "B", STYLE_HUE(RUN, 1), -1, "-1.00"},
    {"Miss", "A", STYLE_HUE(RUN, 0), NAN, "\xe2\x80\x93"},
    {"Miss", "B", STYLE_HUE(RUN, 1), 0, "0"},
};

static void bars_are_lengths(void **state)
{
    (void)state;
    struct grid *grid = grid_of(6, 30);
    struct bars bars = {0};
    bars_draw(&bars, grid, grid_rect(grid), ITEMS, 6, false);
    assert_dump(grid, false,
        "Cls  A █████████████████  8.00\n"
        "     B █████████▋         4.50\n"
        "Loc  A ▏                  .001\n"
        "     B                   -1.00\n"
        "Miss A                       –\n"
        "     B                       0\n");
    assert_int_equal(bars_at(&bars, 2, 5), 2);
    assert_true(bars_at(&bars, 6, 5) == SIZE_MAX);
    grid_free(grid);
}

static void bars_scroll(void **state)
{
    (void)state;
    struct grid *grid = grid_of(2, 30);
    struct bars bars = {.scroll = {.cursor = 3}};
    bars_draw(&bars, grid, grid_rect(grid), ITEMS, 6, true);
    assert_dump(grid, false,
        "Loc  A ▏                  .001\n"
        "     B                   -1.00\n");
    assert_true(grid->cursor_shown && grid->cursor_row == 1);
    assert_int_equal(bars_at(&bars, 1, 0), 3);
    grid_free(grid);
}

static void narrow_bars_leave_the_numbers(void **state)
{
    (void)state;
    struct grid *grid = grid_of(2, 13);
    struct bars bars = {0};
    bars_draw(&bars, grid, grid_rect(grid), ITEMS, 2, false);
    assert_dump(grid, false,
        "Cls A    8.00\n"
        "    B    4.50\n");
    bars_draw(&bars, grid, (struct rect){0, 0, 0, 0}, ITEMS, 2, true);
    bars_draw(&bars, grid, grid_rect(grid), NULL, 0, true);
    grid_free(grid);
}

/* ---- matrices ---- */

static const char *const NAMES[] = {"person", "car", "traffic light", "\xe8\xbb\x8a"};

static const char *name_of(void *self, size_t i)
{
    (void)self;
    return NAMES[i];
}

static void cell_of(void *self, size_t row, size_t col, struct matrix_cell *out)
{
    (void)self;
    static const double SHADES[4][4] = {
        {1, 0, .2, .01}, {.1, .8, NAN, 0}, {0, 0, .5, .5}, {2, -1, 0, INFINITY}};
    out->shade = SHADES[row][col];
    out->style = row == col ? STYLE_IS(TP) : STYLE_IS(FP);
    snprintf(out->room, sizeof out->room, "%zu", row * 4 + col);
    out->text = out->room;
}

static struct matrix_source source_of(size_t size)
{
    return (struct matrix_source){NULL, size, size, name_of, name_of, cell_of};
}

static void a_matrix(void **state)
{
    (void)state;
    struct grid *grid = grid_of(5, 40);
    struct matrix matrix = {0};
    struct matrix_source source = source_of(4);
    size_t row, col;
    matrix_draw(&matrix, grid, grid_rect(grid), &source, 6, true);
    assert_dump(grid, false,
        "              pers…   car traf…    車\n"
        "person        █   0     1 ▒   2 ·   3\n"
        "car           ░   4 █   5     6     7\n"
        "traffic light     8     9 ▓  10 ▓  11\n"
        "車            █  12    13    14 █  15\n");
    assert_true(grid->cursor_shown && grid->cursor_row == 1 && grid->cursor_col == 14);
    assert_true(matrix_at(&matrix, 3, 27, &row, &col));
    assert_true(row == 2 && col == 2);
    assert_false(matrix_at(&matrix, 3, 3, &row, &col));
    grid_free(grid);
}

static void a_matrix_scrolls_both_ways(void **state)
{
    (void)state;
    struct grid *grid = grid_of(3, 24);
    struct matrix matrix = {0};
    struct matrix_source source = source_of(4);
    matrix_draw(&matrix, grid, grid_rect(grid), &source, 6, true);
    matrix_move_col(&matrix, 100, 4);
    assert_int_equal(matrix.col.cursor, 3);
    scroll_move(&matrix.row, SCROLL_LAST, 4);
    grid_clear(grid);
    matrix_draw(&matrix, grid, grid_rect(grid), &source, 6, true);
    assert_dump(grid, false,
        "                 車\n"
        "traffic light ▓  11\n"
        "車            █  15\n");
    matrix_move_col(&matrix, -100, 4);
    assert_int_equal(matrix.col.cursor, 0);
    matrix_move_col(&matrix, 1, 0);
    assert_int_equal(matrix.col.cursor, 0);
    grid_free(grid);
}

static void shades_alone_have_no_names_above(void **state)
{
    (void)state;
    struct grid *grid = grid_of(4, 24);
    struct matrix matrix = {0};
    struct matrix_source source = source_of(4);
    matrix_draw(&matrix, grid, grid_rect(grid), &source, 1, false);
    assert_dump(grid, false,
        "person        █ ▒·\n"
        "car           ░█\n"
        "traffic light   ▓▓\n"
        "車            █  █\n");
    matrix_draw(&matrix, grid, (struct rect){0, 0, 1, 1}, &source, 6, true);
    matrix_draw(&matrix, grid, (struct rect){0, 0, 4, 3}, &source, 6, true);
    struct matrix_source none = source_of(0);
    matrix_draw(&matrix, grid, grid_rect(grid), &none, 6, true);
    grid_free(grid);
}

/* Names that begin alike are told apart by their ends. */
static const char *numbered(void *self, size_t i)
{
    static char name[32];
    (void)self;
    snprintf(name, sizeof name, "class_%03zu", i);
    return name;
}

static void names_that_begin_alike_show_their_ends(void **state)
{
    (void)state;
    struct grid *grid = grid_of(2, 24);
    struct matrix matrix = {0};
    struct matrix_source source = {NULL, 2, 2, numbered, numbered, cell_of};
    matrix_draw(&matrix, grid, grid_rect(grid), &source, 6, false);
    assert_dump(grid, false,
        "             …0    …1\n"
        "class_000 █   0     1\n");
    grid_free(grid);
}

static void shades_tell_without_colours(void **state)
{
    (void)state;
    static const double SHADES[] = {0, .01, .1, .3, .6, 1};
    char seen[sizeof SHADES / sizeof *SHADES + 1] = "";
    for (size_t i = 0; i < sizeof SHADES / sizeof *SHADES; i++)
        seen[i] = fold_code(matrix_shade(SHADES[i]));
    assert_string_equal(seen, " .:+%@");
    assert_int_equal(matrix_shade(NAN), ' ');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_are_lengths),
        cmocka_unit_test(bars_scroll),
        cmocka_unit_test(narrow_bars_leave_the_numbers),
        cmocka_unit_test(a_matrix),
        cmocka_unit_test(a_matrix_scrolls_both_ways),
        cmocka_unit_test(shades_alone_have_no_names_above),
        cmocka_unit_test(names_that_begin_alike_show_their_ends),
        cmocka_unit_test(shades_tell_without_colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
