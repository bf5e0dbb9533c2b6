/*
 * Charts, their axes, sparklines: golden screens, nothing lost between dots, odd ranges.
 */
#include "dump.h"
#include "screen/chart.h"
#include "screen/spark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct chart_span point(double x, double y, bool starts)
{
    return (struct chart_span){x, y, y, y, y, starts};
}

static struct chart plain(const struct chart_series *series, size_t count)
{
    return (struct chart){.series = series,
        .count = count,
        .x_low = NAN,
        .x_high = NAN,
        .y_low = NAN,
        .y_high = NAN,
        .mark_x = NAN};
}

static void ticks_are_round(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        bool log;
        int wanted;
        const char *labels;
    } AXES[] = {
        {0, 1, false, 5, "0 0.5 1.0"},
        {0, 1, false, 6, "0 0.2 0.4 0.6 0.8 1.0"},
        {.28, .43, false, 4, "0.30 0.35 0.40"},
        {0, 65000, false, 5, "0 20k 40k 60k"},
        {-1, 1, false, 5, "-1.0 -0.5 0 0.5 1.0"},
        {0, 3e6, false, 4, "0 1000k 2000k 3000k"},
        {0, 3e7, false, 4, "0 10M 20M 30M"},
        {1e-6, 5e-6, false, 5, "1e-06 2e-06 3e-06 4e-06 5e-06"},
        {7, 7, false, 3, "6.5 7.0 7.5"},
        {0, 0, false, 3, "0 0.5 1.0"},
        {NAN, NAN, false, 3, "0 0.5 1.0"},
        {5, -5, false, 3, "-5 0 5"},
        {1e-4, 1, true, 5, "1e-4 0.001 0.01 0.1 1"},
        {1, 100, true, 9, "1 2 5 10 20 50 100"},
        {1e-12, 1e12, true, 5, "1e-12 1e-7 0.01 1000 1e8"},
        {3, 4, true, 4, "3.0 3.5 4.0"},
        {-5, 100, true, 4, "0.1 1 10 100"},
    };
    for (size_t i = 0; i < sizeof AXES / sizeof *AXES; i++) {
        struct axis axis;
        char labels[512] = "";
        size_t length = 0;
        axis_init(&axis, AXES[i].low, AXES[i].high, AXES[i].log, AXES[i].wanted, false);
        for (int t = 0; t < axis.count; t++)
            length += (size_t)snprintf(
                labels + length, sizeof labels - length, "%s%s", t ? " " : "", axis.ticks[t].label);
        assert_string_equal(labels, AXES[i].labels);
    }
}

/* Laws: a usable range, ticks inside and ascending, places from 0 to 1, values back again. */
static void any_range_has_a_usable_axis(void **state)
{
    (void)state;
    static const double VALUES[] = {0, -0.0, 1, -1, 0.1, 1e-300, -1e-300, 5e-324, 1e300, -1e300,
        DBL_MAX, -DBL_MAX, INFINITY, -INFINITY, NAN, 1e16, 1e16 + 2, 0.3, 42, 1e-9};
    enum { COUNT = sizeof VALUES / sizeof *VALUES };
    for (int i = 0; i < COUNT * COUNT * 8; i++) {
        double low = VALUES[i / 8 % COUNT], high = VALUES[i / 8 / COUNT];
        struct axis axis;
        axis_init(&axis, low, high, i & 1, i & 2 ? 2 : 9, i & 4);
        assert_true(isfinite(axis.low) && isfinite(axis.high) && axis.low < axis.high);
        assert_true(!axis.log || axis.low > 0);
        assert_true(axis.count <= AXIS_MAX_TICKS);
        for (int t = 0; t < axis.count; t++) {
            double place = axis_place(&axis, axis.ticks[t].value);
            assert_true(place > -0.01 && place < 1.01);
            assert_true(t == 0 || axis.ticks[t].value > axis.ticks[t - 1].value);
            assert_true(axis.ticks[t].label[0] && strlen(axis.ticks[t].label) < 20);
        }
        assert_true(fabs(axis_place(&axis, axis_value(&axis, 0.5)) - 0.5) < 1e-3);
        if (!(i & 1) && isfinite(low) && isfinite(high) && fabs(low) < 1e299 && fabs(high) < 1e299)
            assert_true(axis_place(&axis, low) > -1e-8 && axis_place(&axis, high) < 1 + 1e-8);
    }
}

/* Also then: all of the range is on the axis, little is not, and there are two ticks or more. */
static void ticks_in_the_middles_of_rows(void **state)
{
    (void)state;
    srand(9);
    for (int round = 0; round < 20000; round++) {
        double scale = pow(10, rand() % 13 - 6), low = (rand() % 2001 - 1000) * scale;
        double high = low + (1 + rand() % 3000) * scale / (rand() % 50 + 1);
        int rows = 3 + rand() % 60;
        struct axis axis;
        axis_init_rows(&axis, low, high, rows);
        double row = (axis.high - axis.low) / (rows - 0.25),
               slack = 1e-9 * (fabs(low) + fabs(high));
        assert_true(axis.low <= low + slack && axis.high >= high - slack);
        assert_true(low < 0 || axis.low > -row);
        if (rows > 8)
            assert_true(high - low > 0.5 * (axis.high - axis.low));
        assert_true(axis.count >= 2);
        for (int t = 0; t < axis.count; t++) {
            double at = (axis.high - axis.ticks[t].value) / row - 0.375; /* rows from the top one */
            assert_true(fabs(at - nearbyint(at)) < 1e-6);
        }
    }
}

static void a_chart_with_two_series(void **state)
{
    (void)state;
    struct chart_span a[40], b[2] = {point(0, .1, true), point(39, .9, false)};
    for (int i = 0; i < 40; i++)
        a[i] = point(i, .9 - i * .02, i == 0 || i == 20);
    a[30].max = .99; /* a spike within one span */
    struct chart_series series[] = {
        {.spans = a, .count = 40, .name = "faster", .style = STYLE_HUE(RUN, 0)},
        {.spans = b, .count = 2, .name = "mask", .style = STYLE_HUE(RUN, 1)}};
    struct chart chart = plain(series, 2);
    chart.title = "val/AP";
    chart.note = "smooth .60";
    chart.mark_x = 10;
    struct grid *grid = grid_of(9, 50);
    struct chart_place place;
    chart_draw(grid, grid_rect(grid), &chart, &place);
    assert_dump(grid, true,
        "val/AP  ■ faster  ■ mask                smooth .60\n"
        "1.0 ┤⢤⣀⣀⡀       │                      ⡇      ⢀⣀⣀⡤\n"
        "    │   ⠉⠉⠙⠒⠒⠦⠤⢤⣀⣀⡀                  ⣀⣀⣧⠤⠤⠖⠒⠋⠉⠉\n"
        "    │           │ ⠉⠉⠙⠒⠒⠦⠤⢤⣀⢀⣀⣠⠤⠤⠖⠒⠚⠉⠉⠁ ⡇\n"
        "0.5 ┤           │⢀⣀⣀⡤⠤⠴⠒⠒⠋⠉⠉⠉⠉⠙⠒⠒⠦⠤⢤⣀⣀ ⡇\n"
        "    │   ⣀⣀⣠⠤⠴⠒⠒⠋⠉⠉                   ⠈⠉⠉⠓⠒⠲⠤⠤⣄⣀⣀\n"
        "  0 ┤⠚⠉⠉⠁       │                              ⠈⠉⠉\n"
        "    └┬──────────┬───────────┬──────────┬──────────\n"
        "     0         10          20         30\n"
        "--\n"
        "TTTTTT  r ......  r ....                mmmmmmmmmm\n"
        "xxx xrrrr       X                      r      rrrr\n"
        "    x   rrrrrrrrrrr                  rrrrrrrrrr\n"
        "    x           X rrrrrrrrrrrrrrrrrrrr r\n"
        "xxx x           Xrrrrrrrrrrrrrrrrrrrrr r\n"
        "    x   rrrrrrrrrr                   rrrrrrrrrrr\n"
        "  x xrrrr       X                              rrr\n"
        "    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"
        "     x         xx          xx         xx\n");
    assert_int_equal(place.dots_x, 2 * place.plot.cols);
    assert_true(fabs(chart_x_at(&place, place.plot.col)) < 1);
    assert_true(fabs(chart_x_at(&place, place.plot.col + place.plot.cols - 1) - 39) < 1);
    grid_free(grid);
}

static void small_and_empty_charts(void **state)
{
    (void)state;
    struct chart_span a[] = {point(1, 5, true), point(2, 7, false)};
    struct chart_series series = {.spans = a, .count = 2, .style = STYLE_HUE(RUN, 0)};
    struct chart chart = plain(&series, 1);
    struct chart_place place;
    struct grid *grid = grid_of(3, 20);
    chart_draw(grid, grid_rect(grid), &chart, &place);
    assert_dump(grid, false,
        "7 ┤           ⢀⣀⡤⠴⠒⠋\n"
        "6 ┤     ⢀⣀⡤⠴⠒⠋⠉\n"
        "5 ┤⣀⡤⠴⠒⠋⠉\n");
    grid_resize(grid, 3, 20, NULL);
    chart.count = 0;
    chart.empty = "not logged";
    chart_draw(grid, grid_rect(grid), &chart, &place);
    assert_dump(grid, false, "\n     not logged\n");
    grid_resize(grid, 1, 3, NULL);
    chart_draw(grid, grid_rect(grid), &chart, &place);
    assert_int_equal(place.plot.cols, 0);
    grid_free(grid);
}

/* How many cells of the plot have a dot in each row. */
static int dots_in_column(const struct grid *grid, const struct chart_place *place, int dot_x)
{
    static const uint32_t LEFT = 0x47, RIGHT = 0xb8;
    int count = 0;
    for (int row = 0; row < place->plot.rows; row++) {
        uint32_t code =
            grid->cells[(place->plot.row + row) * grid->cols + place->plot.col + dot_x / 2].code[0];
        if (code >= 0x2800 && code < 0x2900)
            count += __builtin_popcount((code - 0x2800) & (dot_x % 2 ? RIGHT : LEFT));
    }
    return count;
}

static void no_span_is_lost_and_gaps_stay_open(void **state)
{
    (void)state;
    struct chart_span spans[100];
    for (int i = 0; i < 100; i++) {
        spans[i] = point(i, 0.5, i == 0 || i == 51);
        spans[i].max = i == 17 || i == 18 ? 1.0 : 0.5;
    }
    spans[50] = spans[49]; /* nothing between 49 and 51 */
    struct chart_series series = {.spans = spans, .count = 100, .style = STYLE_HUE(RUN, 0)};
    struct chart chart = plain(&series, 1);
    chart.y_low = 0;
    chart.y_high = 1;
    struct grid *grid = grid_of(12, 106);
    struct chart_place place;
    chart_draw(grid, grid_rect(grid), &chart, &place);
    int tall = 0, empty = 0;
    for (int x = 0; x < place.dots_x; x++) {
        int dots = dots_in_column(grid, &place, x);
        tall += dots > 8;
        empty += dots == 0;
    }
    assert_int_equal(tall, 2);
    assert_in_range(empty, 1, 4); /* between 49 and 51, two dot columns a step */
    grid_free(grid);
}

static void values_outside_the_window_are_not_drawn(void **state)
{
    (void)state;
    struct chart_span spans[] = {point(-100, -100, true), point(0, 0, false), point(10, 10, false),
        point(100, 100, false), point(NAN, 5, false), point(5, INFINITY, false)};
    struct chart_series series = {.spans = spans, .count = 6, .style = STYLE_HUE(RUN, 0)};
    struct chart chart = plain(&series, 1);
    chart.x_low = 2;
    chart.x_high = 8;
    chart.y_low = 0;
    chart.y_high = 4;
    struct grid *grid = grid_of(12, 40);
    struct chart_place place;
    chart_draw(grid, grid_rect(grid), &chart, &place);
    int last = -1;
    for (int x = 0; x < place.dots_x; x++)
        if (dots_in_column(grid, &place, x))
            last = x;
    assert_in_range(last, place.dots_x / 3 - 3, place.dots_x / 3 + 3); /* y reaches 4 at x = 4 */
    assert_true(dots_in_column(grid, &place, 0) > 0);
    grid_free(grid);
}

static void hostile_numbers_are_survived(void **state)
{
    (void)state;
    static const double VALUES[] = {
        0, 1, -1, 1e-300, 1e300, -1e300, DBL_MAX, -DBL_MAX, INFINITY, -INFINITY, NAN, 5e-324};
    enum { COUNT = sizeof VALUES / sizeof *VALUES };
    unsigned seed = 5;
    struct grid *grid = grid_of(14, 50);
    for (int round = 0; round < 3000; round++) {
        struct chart_span spans[6];
        double pick[4 + 6 * 5];
        for (size_t i = 0; i < sizeof pick / sizeof *pick; i++) {
            seed = seed * 1103515245 + 12345;
            pick[i] = VALUES[(seed >> 16) % COUNT];
        }
        for (int i = 0; i < 6; i++) {
            const double *p = pick + 4 + 5 * i;
            spans[i] = (struct chart_span){p[0], p[1], p[2], p[3], p[4], seed >> 9 & 1};
        }
        struct chart_series series = {.spans = spans,
            .count = 6,
            .name = "x\x1b",
            .band = spans,
            .band_count = 6,
            .style = STYLE_HUE(RUN, 3)};
        struct chart chart = plain(&series, 1);
        chart.log_x = round & 1;
        chart.log_y = round & 2;
        chart.mark_x = pick[0];
        if (round & 4) {
            chart.x_low = pick[0];
            chart.x_high = pick[1];
            chart.y_low = pick[2];
            chart.y_high = pick[3];
        }
        struct rect rect = {1, 2, round % 13, round % 47};
        struct chart_place place;
        grid_clear(grid);
        chart_draw(grid, rect, &chart, &place);
        for (int at = 0; at < 14 * 50; at++)
            if (grid->cells[at].code[0] != ' ')
                assert_true(rect_holds(rect, at / 50, at % 50));
    }
    grid_free(grid);
}

static void sparklines(void **state)
{
    (void)state;
    static const double RISE[] = {1, 2, 3, 4, 5, 6, 7, 8}, HOLES[] = {NAN, 1, NAN, 2, NAN},
                        FLAT[] = {3, 3, 3}, WILD[] = {-INFINITY, 0, 1, INFINITY, DBL_MAX, -DBL_MAX};
    struct grid *grid = grid_of(7, 10);
    spark_draw(grid, 0, 0, 10, STYLE_HUE(RUN, 1), RISE, 8, NAN, NAN);
    spark_draw(grid, 1, 0, 4, STYLE_IS(MUTED), RISE, 8, NAN, NAN); /* the last four */
    spark_draw(grid, 2, 1, 9, STYLE_IS(MUTED), HOLES, 5, NAN, NAN);
    spark_draw(grid, 3, 0, 10, STYLE_IS(MUTED), FLAT, 3, NAN, NAN);
    spark_draw(grid, 4, 0, 10, STYLE_IS(MUTED), RISE, 8, 0, 80);
    spark_draw(grid, 5, 0, 10, STYLE_IS(MUTED), WILD, 6, NAN, NAN);
    spark_draw(grid, 6, 0, 0, STYLE_IS(MUTED), RISE, 8, NAN, NAN);
    assert_dump(grid, false, "▁▂▃▄▅▆▇█\n▁▃▆█\n  ▁ █\n▄▄▄\n▁▁▁▁▁▁▁▁\n▁▅▅██▁\n");
    grid_free(grid);
}

static void times_have_round_ticks(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        bool clock;
        int wanted;
        const char *labels;
    } AXES[] = {
        {0, 90, false, 4, "0 30s 1m 1m30"},
        {0, 7200, false, 5, "0 30m 1h 1h30 2h"},
        {0, 3 * 86400, false, 4, "0 1d 2d 3d"},
        {-60, 60, false, 3, "-1m 0 1m"},
        {1714543200, 1714543200 + 7200, true, 3, "06:00 07:00 08:00"},
        {1714543200, 1714543200 + 60, true, 3, "06:00:00 06:00:30 06:01:00"},
        {1714521600, 1714521600 + 86400, true, 3, "05-01 12:00 05-02"},
        {0, 1, false, 3, "0 0.5 1.0"},
    };
    for (size_t i = 0; i < sizeof AXES / sizeof *AXES; i++) {
        struct axis axis;
        char labels[512] = "";
        size_t length = 0;
        axis_init_time(&axis, AXES[i].low, AXES[i].high, AXES[i].clock, AXES[i].wanted);
        for (int t = 0; t < axis.count; t++)
            length += (size_t)snprintf(
                labels + length, sizeof labels - length, "%s%s", t ? " " : "", axis.ticks[t].label);
        assert_string_equal(labels, AXES[i].labels);
    }
}

/* Dots of each row of the plot, of a flat line in STROKE. */
static int dots_of(const struct grid *grid, const struct chart_place *place)
{
    int dots = 0;
    for (int row = place->plot.row; row < place->plot.row + place->plot.rows; row++)
        for (int col = place->plot.col; col < place->plot.col + place->plot.cols; col++) {
            uint32_t code = grid->cells[row * grid->cols + col].code[0];
            dots += code >= 0x2800 && code < 0x2900 ? __builtin_popcount(code - 0x2800) : 0;
        }
    return dots;
}

static int count_signs(const struct grid *grid, uint32_t code)
{
    int count = 0;
    for (int i = 0; i < grid->rows * grid->cols; i++)
        count += grid->cells[i].code[0] == code;
    return count;
}

static void strokes_and_markers_tell_lines_apart(void **state)
{
    (void)state;
    struct chart_span spans[] = {point(0, 1, true), point(100, 1, false)};
    int dots[CHART_STROKES];
    for (int stroke = 0; stroke < CHART_STROKES; stroke++) {
        struct chart_series series = {.spans = spans, .count = 2, .stroke = (uint8_t)stroke,
            .style = STYLE_HUE(RUN, 0)};
        struct chart chart = plain(&series, 1);
        struct grid *grid = grid_of(10, 80);
        struct chart_place place;
        chart_draw(grid, grid_rect(grid), &chart, &place);
        dots[stroke] = dots_of(grid, &place);
        grid_free(grid);
    }
    assert_true(dots[CHART_SOLID] > dots[CHART_DASHED] + 20);
    assert_true(dots[CHART_DASHED] > dots[CHART_DOTTED]);
    assert_true(dots[CHART_DOTTED] > 40);
    struct chart_series series = {.spans = spans, .count = 2, .marker = 2, .name = "a",
        .style = STYLE_HUE(RUN, 0)};
    struct chart chart = plain(&series, 1);
    struct grid *grid = grid_of(10, 80);
    struct chart_place place;
    chart_draw(grid, grid_rect(grid), &chart, &place);
    assert_int_equal(count_signs(grid, chart_marker_code(2)), 2); /* legend, the end of the line */
    grid_free(grid);
}

/* A spike is drawn wherever it falls in the pattern; a lone point is a sign that can be seen. */
static void strokes_lose_no_spike(void **state)
{
    (void)state;
    struct chart_span spans[60];
    for (int at = 1; at < 59; at++) {
        for (int i = 0; i < 60; i++)
            spans[i] = point(i, 0, i == 0);
        spans[at].max = 1;
        struct chart_series series = {.spans = spans, .count = 60, .stroke = CHART_DOTTED,
            .style = STYLE_HUE(RUN, 0)};
        struct chart chart = plain(&series, 1);
        struct grid *grid = grid_of(10, 60);
        struct chart_place place;
        chart_draw(grid, grid_rect(grid), &chart, &place);
        bool top = false;
        for (int col = place.plot.col; col < grid->cols; col++)
            top |= grid->cells[place.plot.row * grid->cols + col].code[0] > 0x2800;
        assert_true(top);
        grid_free(grid);
    }
    struct chart_span lone = point(3, 4, true);
    struct chart_series series = {.spans = &lone, .count = 1, .style = STYLE_HUE(RUN, 0)};
    struct chart chart = plain(&series, 1);
    struct grid *grid = grid_of(10, 40);
    struct chart_place place;
    chart_draw(grid, grid_rect(grid), &chart, &place);
    assert_int_equal(count_signs(grid, 0x2022), 1);
    grid_free(grid);
}

/* A band has no holes between two far columns. */
static void bands_are_filled_between(void **state)
{
    (void)state;
    struct chart_span band[] = {{0, 0, 2, 1, 1, true}, {100, 0, 2, 1, 1, false}};
    struct chart_series series = {.band = band, .band_count = 2, .style = STYLE_HUE(RUN, 0)};
    struct chart chart = plain(&series, 1);
    struct grid *grid = grid_of(10, 60);
    struct chart_place place;
    chart_draw(grid, grid_rect(grid), &chart, &place);
    assert_true(dots_of(grid, &place) >= place.dots_x * 4 * place.plot.rows / 2 - place.dots_x);
    grid_free(grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round),
        cmocka_unit_test(any_range_has_a_usable_axis),
        cmocka_unit_test(ticks_in_the_middles_of_rows),
        cmocka_unit_test(a_chart_with_two_series),
        cmocka_unit_test(small_and_empty_charts),
        cmocka_unit_test(no_span_is_lost_and_gaps_stay_open),
        cmocka_unit_test(values_outside_the_window_are_not_drawn),
        cmocka_unit_test(hostile_numbers_are_survived),
        cmocka_unit_test(times_have_round_ticks),
        cmocka_unit_test(strokes_and_markers_tell_lines_apart),
        cmocka_unit_test(strokes_lose_no_spike),
        cmocka_unit_test(bands_are_filled_between),
        cmocka_unit_test(sparklines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
