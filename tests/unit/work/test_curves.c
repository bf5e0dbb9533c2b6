/*
 * Curves: every x axis by hand, smoothing before reduction, segments, bands, and long series from
 * their summaries beside the same from their points.
 */
#include "scene.h"

#include "base/buf.h"
#include "work/curves.h"
#include "work/panels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct curves *load(struct scene *scene, const struct curve_want *wants, size_t count)
{
    struct err err = {0};
    struct curves *curves = curves_load(scene->store, wants, count, NULL, &err);
    assert_non_null(curves);
    assert_int_equal(curves->count, count);
    return curves;
}

static struct panel_look look_of(const char *x)
{
    struct panel_look look = {.low = NAN, .high = NAN};
    panel_look_set_x(&look, x);
    return look;
}

static struct curve_want want_of(const struct scene *scene, const char *run, const char *metric,
    const struct panel_look *look, int32_t columns)
{
    struct panel panel;
    struct curve_want want;
    const struct run_row *row = scene_run(scene, run);
    assert_true(panel_find(&row, 1, metric, &panel));
    assert_true(panel_want(&panel, row, look, columns, 0, 0, &want));
    return want;
}

static void test_every_x(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "a/metrics.csv",
        "step,wall_time,epoch,train/loss,other\n10,1714543200,0,8,5\n20,1714543210,0,6,\n30,1714543230,1,4,7\n");
    scene_refresh(&scene);
    static const struct {
        const char *x;
        double places[3];
    } CASES[] = {{"step", {10, 20, 30}}, {"relative", {0, 10, 20}}, {"time", {0, 10, 30}},
        {"wall", {1714543200, 1714543210, 1714543230}}, {"epoch", {0, 0, 1}}, {"other", {5, 5, 7}}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct panel_look look = look_of(CASES[i].x);
        struct curve_want want = want_of(&scene, "a", "train/loss", &look, 1000);
        struct curves *curves = load(&scene, &want, 1);
        const struct trace *trace = curve_shown(&curves->curves[0]);
        assert_true(curves->curves[0].low == CASES[i].places[0]);
        assert_true(curves->curves[0].high == CASES[i].places[2]);
        assert_true(trace->spans[trace->count - 1].x == CASES[i].places[2]);
        assert_true(trace->spans[trace->count - 1].last == 4);
        assert_true(trace->spans[0].x == CASES[i].places[0] && trace->spans[0].first == 8);
        curves_release(curves);
    }
    scene_done(&scene);
}

static void test_logarithmic_x(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "a/metrics.csv", "step,loss\n0,9\n1,8\n10,7\n100,6\n");
    scene_refresh(&scene);
    struct panel_look look = look_of("step");
    look.log_x = true;
    struct curve_want want = want_of(&scene, "a", "loss", &look, 2);
    struct curves *curves = load(&scene, &want, 1);
    const struct trace *trace = &curves->curves[0].raw;
    assert_int_equal(trace->count, 2); /* a decade each; 0 has no place */
    assert_true(trace->spans[0].first == 8 && fabs(trace->spans[0].x - 1) < 1e-9);
    assert_true(fabs(trace->spans[1].to_x - 100) < 1e-6 && fabs(curves->curves[0].high - 100) < 1e-6);
    curves_release(curves);
    scene_done(&scene);
}

/* Each segment begins anew, and the average sees points that the columns join. */
static void test_smoothing_sees_every_point(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    scene_write(&scene, "a/metrics.csv", "step,loss\n0,4\n1,1\n2,2\n1,10\n2,20\n");
    scene_refresh(&scene);
    struct panel_look look = look_of("step");
    assert_true(panel_look_set_smooth(&look, "ema:0.5", NULL));
    struct curve_want want = want_of(&scene, "a", "loss", &look, 1);
    struct curves *curves = load(&scene, &want, 1);
    const struct curve *curve = &curves->curves[0];
    assert_int_equal(curve->smooth.count, 2);
    assert_true(fabs(curve->smooth.spans[0].last - 2) < 1e-12); /* (4/8 + 1/4 + 2/2) / (7/8) */
    assert_true(fabs(curve->smooth.spans[0].min - 2) < 1e-12 && curve->smooth.spans[0].max == 4);
    assert_true(fabs(curve->smooth.spans[1].first - 10) < 1e-12 && curve->smooth.spans[1].starts);
    assert_true(fabs(curve->smooth.spans[1].last - 50. / 3) < 1e-9); /* (10/4 + 20/2) / (3/4) */
    assert_true(curve->raw.spans[0].min == 1);
    assert_ptr_equal(curve_shown(curve), &curve->smooth);
    curves_release(curves);
    scene_done(&scene);
}

static void test_a_band_over_seeds(void **state)
{
    (void)state;
    struct scene scene;
    struct curve_want wants[3];
    scene_init(&scene);
    scene_write(&scene, "a/metrics.csv", "step,loss\n0,4\n1,2\n");
    scene_write(&scene, "b/metrics.csv", "step,loss\n0,8\n1,4\n2,1\n");
    scene_write(&scene, "c/metrics.csv", "step,loss\n0,1\n");
    scene_refresh(&scene);
    static const char *const RUNS[] = {"a", "b", "c"};
    struct panel_look look = look_of("step");
    for (int i = 0; i < 3; i++) {
        wants[i] = want_of(&scene, RUNS[i], "loss", &look, 3);
        wants[i].group = i < 2;
    }
    struct curves *curves = load(&scene, wants, 3);
    const struct trace *band = &curves->curves[0].band;
    assert_int_equal(band->count, 2);
    assert_true(band->spans[0].mean == 6 && band->spans[1].mean == 3 && band->spans[1].x == 1);
    assert_true(fabs(band->spans[0].max - 6 - sqrt(8)) < 1e-12);
    assert_int_equal(curves->curves[1].band.count, 0);
    assert_int_equal(curves->curves[2].band.count, 0);
    assert_int_equal(curves->curves[1].raw.count, 3);
    curves_release(curves);
    scene_done(&scene);
}

/* A series so long that its summaries answer: the extremes are those of the points, in the whole and
 * in a window. */
static void test_long_series(void **state)
{
    (void)state;
    enum { POINTS = 70000, SPIKE = 54321, COLUMNS = 100 };
    struct scene scene;
    struct buf csv;
    scene_init(&scene);
    buf_init(&csv, 8 << 20);
    buf_add_string(&csv, "step,loss\n");
    for (int i = 0; i < POINTS; i++)
        buf_printf(&csv, "%d,%d\n", i, i == SPIKE ? 1000 : i % 10);
    scene_write(&scene, "a/metrics.csv", csv.data);
    buf_done(&csv);
    scene_refresh(&scene);
    struct panel_look look = look_of("step");
    static const double WINDOWS[][2] = {{NAN, NAN}, {54000, 55000}, {54300, 54340}};
    for (int i = 0; i < 3; i++) {
        look.low = WINDOWS[i][0];
        look.high = WINDOWS[i][1];
        struct curve_want want = want_of(&scene, "a", "loss", &look, COLUMNS);
        struct curves *curves = load(&scene, &want, 1);
        const struct trace *trace = &curves->curves[0].raw;
        double most = 0, at = NAN;
        assert_true(trace->count > 10 && trace->count <= 2 * COLUMNS + 2);
        for (size_t s = 0; s < trace->count; s++)
            if (trace->spans[s].max > most) {
                most = trace->spans[s].max;
                at = trace->spans[s].x;
            }
        assert_true(most == 1000 && fabs(at - SPIKE) < 1000);
        assert_true(i < 2 || at == SPIKE); /* near enough, points are single again */
        if (i == 0)
            assert_true(curves->curves[0].low == 0 && curves->curves[0].high == POINTS - 1);
        curves_release(curves);
    }
    scene_done(&scene);
}

static void test_wants_are_told_apart(void **state)
{
    (void)state;
    struct curve_want a = {.run_id = 1, .metric = "loss", .count = 5, .columns = 10, .low = NAN,
                          .high = NAN, .scale = 1},
                      b = a;
    assert_true(curve_want_same(&a, &b));
    b.smooth.strength = .5;
    assert_false(curve_want_same(&a, &b));
    b = a;
    b.low = 3;
    assert_false(curve_want_same(&a, &b));
    struct curves curves = {.count = 1};
    curves.curves[0].want = a;
    assert_non_null(curves_find(&curves, &b, 7)); /* another window: drawn until the answer is there */
    b.x = CURVE_X_TIME;
    assert_null(curves_find(&curves, &b, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_x),
        cmocka_unit_test(test_logarithmic_x), cmocka_unit_test(test_smoothing_sees_every_point),
        cmocka_unit_test(test_a_band_over_seeds), cmocka_unit_test(test_long_series),
        cmocka_unit_test(test_wants_are_told_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
