/*
 * Scatter plots and parallel coordinates: golden screens, labels apart, clicks, odd values.
 */
#include "dump.h"
#include "screen/coords.h"
#include "screen/scatter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct scatter_point POINTS[] = {
    {10, .2, STYLE_HUE(RUN, 0), 0x25cf, "small", true},
    {20, .1, STYLE_HUE(RUN, 1), 0x25cb, NULL, false},
    {30, .4, STYLE_HUE(RUN, 2), 0x25cf, "large", true},
    {28, .3, STYLE_HUE(RUN, 3), 0, NULL, false},
};
static const struct scatter_corner FRONT[] = {{10, .2}, {30, .4}};

static struct scatter plain(void)
{
    return (struct scatter){.points = POINTS,
        .count = 4,
        .front = FRONT,
        .front_count = 2,
        .y_higher = true,
        .cursor = SIZE_MAX,
        .x_title = "ms, lower is better",
        .y_title = "AP",
        .label_cols = 10};
}

static void a_scatter(void **state)
{
    (void)state;
    struct grid *grid = grid_of(12, 36);
    struct scatter scatter = plain();
    struct scatter_place place;
    scatter_draw(grid, grid_rect(grid), &scatter, &place);
    assert_dump(grid, false,
        "AP\n"
        "0.4 ┤                       large ●⠠\n"
        "    │                             ⡇\n"
        "    │                          ⣀  ⡇\n"
        "    │                          ⠉  ⡇\n"
        "    │  small                      ⡇\n"
        "0.2 ┤ ●⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠁\n"
        "    │ ⠠\n"
        "    │ ⠐             ○\n"
        "    └─┬─────────────┬─────────────┬─\n"
        "     10            20            30\n"
        "                 ms, lower is better\n");
    grid_free(grid);
}

static void limits_and_the_cursor(void **state)
{
    (void)state;
    struct grid *grid = grid_of(12, 36);
    struct scatter scatter = plain();
    static const struct scatter_limit LIMITS[] = {{false, true, 25}, {true, false, .15}};
    struct scatter_place place;
    scatter.limits = LIMITS;
    scatter.limit_count = 2;
    scatter.cursor = 0;
    scatter_draw(grid, grid_rect(grid), &scatter, &place);
    size_t ruled = 0, limit = 0;
    for (int row = 0; row < grid->rows; row++)
        for (int col = 0; col < grid->cols; col++) {
            const struct cell *cell = &grid->cells[row * grid->cols + col];
            ruled += cell->code[0] == 0xb7;
            limit += cell->role == STYLE_CHART_MARK && cell->code[0] >= 0x2800;
            if (cell->code[0] == 0xb7) {
                bool beyond_x = axis_value(&place.x, (col - place.plot.col + .5) /
                                                         place.plot.cols) > 25;
                bool beyond_y = axis_value(&place.y, 1 - (row - place.plot.row + .5) /
                                                             place.plot.rows) < .15;
                assert_true(beyond_x || beyond_y);
            }
        }
    assert_true(ruled > 5 && limit > 10 && limit < 60);
    assert_true(grid->cursor_shown);
    assert_int_equal(grid->cursor_row, 6);
    assert_int_equal(grid->cursor_col, 6);
    assert_int_equal(grid->cells[9 * 36 + 6].code[0], 0x25b2);
    assert_int_equal(grid->cells[6 * 36 + 4].code[0], 0x25b6);
    grid_free(grid);
}

static void a_click_finds_the_nearest(void **state)
{
    (void)state;
    struct grid *grid = grid_of(12, 36);
    struct scatter scatter = plain();
    struct scatter_place place;
    scatter_draw(grid, grid_rect(grid), &scatter, &place);
    assert_int_equal(scatter_at(&place, POINTS, 4, 5, 8), 0);
    assert_int_equal(scatter_at(&place, POINTS, 4, 1, 32), 2);
    assert_int_equal(scatter_at(&place, POINTS, 4, 8, 22), 1);
    assert_true(scatter_at(&place, POINTS, 4, 0, 0) == SIZE_MAX); /* beside the plot */
    assert_true(scatter_at(&place, POINTS, 0, 5, 12) == SIZE_MAX);
    grid_free(grid);
}

/* Of points on one spot every label that is drawn is whole. */
static void labels_do_not_collide(void **state)
{
    (void)state;
    enum { COUNT = 12 };
    struct grid *grid = grid_of(20, 60);
    struct scatter_point points[COUNT];
    char names[COUNT][16], line[61];
    for (int i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "<run-%c>", 'a' + i);
        points[i] = (struct scatter_point){10 + i % 3, .1 + i / 3 * .01, STYLE_HUE(RUN, i), '*',
            names[i], true};
    }
    struct scatter scatter = plain();
    struct scatter_place place;
    scatter.points = points;
    scatter.count = COUNT;
    scatter.front_count = 0;
    scatter_draw(grid, grid_rect(grid), &scatter, &place);
    int opened = 0, whole = 0;
    for (int row = 0; row < grid->rows; row++) {
        for (int col = 0; col < 60; col++)
            line[col] = (char)(grid->cells[row * 60 + col].code[0] < 128
                                   ? grid->cells[row * 60 + col].code[0]
                                   : '?');
        line[60] = '\0';
        for (int i = 0; i < COUNT; i++)
            whole += strstr(line, names[i]) != NULL;
        for (const char *at = line; (at = strchr(at, '<')); at++)
            opened++;
    }
    assert_int_equal(whole, opened);
    assert_true(whole >= 8);
    grid_free(grid);
}

static void what_has_no_place(void **state)
{
    (void)state;
    static const double ODD[] = {NAN, INFINITY, -INFINITY, 0, -1, 1, DBL_MAX, -DBL_MAX, 5e-324};
    enum { ODDS = sizeof ODD / sizeof *ODD };
    struct scatter_point points[ODDS * ODDS];
    for (size_t i = 0; i < ODDS * ODDS; i++)
        points[i] = (struct scatter_point){
            ODD[i % ODDS], ODD[i / ODDS], STYLE_HUE(RUN, i), i % 2 ? '*' : 0, "name", i % 3 == 0};
    static const struct scatter_corner CORNERS[] = {{NAN, 1}, {1, 1}, {DBL_MAX, -DBL_MAX}};
    static const struct scatter_limit LIMITS[] = {{true, true, NAN}, {false, false, INFINITY}};
    for (int rows = 1; rows < 14; rows++)
        for (int log = 0; log < 4; log++) {
            struct grid *grid = grid_of(rows, 3 * rows);
            struct scatter scatter = plain();
            struct scatter_place place;
            scatter.points = points;
            scatter.count = ODDS * ODDS;
            scatter.front = CORNERS;
            scatter.front_count = 3;
            scatter.limits = LIMITS;
            scatter.limit_count = 2;
            scatter.cursor = (size_t)rows;
            scatter.log_x = log & 1;
            scatter.log_y = log & 2;
            scatter_draw(grid, grid_rect(grid), &scatter, &place);
            assert_int_equal(
                ODDS * ODDS - place.unplaced, (log & 1 ? 3 : 6) * (log & 2 ? 3 : 6));
            grid_free(grid);
        }
    struct grid *grid = grid_of(10, 40);
    struct scatter scatter = {.cursor = SIZE_MAX, .x_title = "x", .y_title = "y", .empty = "nothing"};
    struct scatter_place place;
    scatter_draw(grid, grid_rect(grid), &scatter, &place);
    assert_int_equal(grid->cells[5 * 40 + 16].code[0], 'n');
    grid_free(grid);
}

/* ---- parallel coordinates ---- */

static const char *const MODELS[] = {"fcos", "ssd"};

static void three_axes(struct coords_axis axes[3])
{
    axes[0] = (struct coords_axis){.title = "AP", .high = 1};
    axes[1] = (struct coords_axis){
        .title = "model", .names = MODELS, .name_count = 2, .low = 0, .high = 1};
    axes[2] = (struct coords_axis){.title = "lr", .low = 0.5, .high = 1};
    axis_init(&axes[0].scale, 0, 1, false, 3, true);
    axis_init(&axes[2].scale, 1e-4, 1e-2, true, 3, true);
}

static void parallel_coordinates(void **state)
{
    (void)state;
    static const double FIRST[] = {1, 0, 1}, SECOND[] = {0, 1, NAN};
    static const char *const TEXTS[] = {"0.9", "fcos", NULL};
    const struct coords_line lines[] = {
        {.places = FIRST, .style = STYLE_IS(GOOD)}, {.places = SECOND, .style = STYLE_IS(BAD)}};
    struct coords_axis axes[3];
    three_axes(axes);
    struct coords coords = {.axes = axes,
        .axis_count = 3,
        .focus = 2,
        .lines = lines,
        .line_count = 2,
        .cursor = 1,
        .texts = TEXTS};
    struct coords_place place = {0};
    struct grid *grid = grid_of(9, 40);
    coords_draw(grid, grid_rect(grid), &coords, &place);
    assert_dump(grid, false,
        " AP            model         lr\n"
        " │1.0         ⣠│fcos        ⣠█0.01\n"
        " │ ⠈⠳⣄      ⣠⠞⠁│ ⠈⠳⣄      ⣠⠞⠁█\n"
        " │   ⠈⠳⣄  ⣠⠞⠁  │   ⠈⠳⣄  ⣠⠞⠁  █\n"
        " │0.5  ⢀⡤⠞⠁    │     ⠈⢣⡀⠁    █0.001\n"
        " │   ⢀⡴⠋  ⠙⢦⡀  │   ⢀⡴⠋ ⠙⢦⡀   │\n"
        " │ ⢀⡴⠋      ⠙⢦⡀│ ⢀⡴⠋     ⠙⢦⡀ │\n"
        " │0.9         ⠙│fcos       ⠙⢦│1e-4\n"
        "                             ⠙–\n");
    assert_int_equal(place.count, 3);
    assert_int_equal(coords_axis_at(&place, 3, 2), 0);
    assert_int_equal(coords_axis_at(&place, 3, 14), 1);
    assert_int_equal(coords_axis_at(&place, 3, 39), 2);
    assert_true(coords_axis_at(&place, 0, 39) == SIZE_MAX);
    grid_free(grid);
}

/* The axis that keys act on is seen, however narrow. */
static void the_focus_is_seen(void **state)
{
    (void)state;
    enum { COUNT = 9 };
    struct coords_axis axes[COUNT];
    double places[COUNT];
    for (int i = 0; i < COUNT; i++) {
        axes[i] = (struct coords_axis){.title = "axis", .high = 1};
        axis_init(&axes[i].scale, 0, 1, false, 3, true);
        places[i] = coords_name_place((size_t)i, COUNT);
    }
    const struct coords_line line = {.places = places, .style = STYLE_IS(GOOD), .dotted = true};
    struct coords_place place = {0};
    for (int cols = 1; cols < 140; cols += 7)
        for (size_t focus = 0; focus < COUNT; focus++) {
            struct grid *grid = grid_of(1 + cols % 12, cols);
            struct coords coords = {.axes = axes,
                .axis_count = COUNT,
                .focus = focus,
                .lines = &line,
                .line_count = 1,
                .cursor = focus % 2 ? 0 : SIZE_MAX};
            coords_draw(grid, grid_rect(grid), &coords, &place);
            if (place.plot.rows) {
                assert_true(place.first <= focus && focus < place.first + place.count);
                assert_true(place.first + place.count <= COUNT);
            }
            grid_free(grid);
        }
    assert_true(coords_name_place(0, 1) == 0.5);
    assert_true(coords_name_place(2, 3) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_scatter),
        cmocka_unit_test(limits_and_the_cursor), cmocka_unit_test(a_click_finds_the_nearest),
        cmocka_unit_test(labels_do_not_collide), cmocka_unit_test(what_has_no_place),
        cmocka_unit_test(parallel_coordinates), cmocka_unit_test(the_focus_is_seen)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
