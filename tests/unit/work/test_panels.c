/*
 * Panels: their order, patterns and pins; runs that differ in the seed alone; words for smoothing.
 */
#include "scene.h"

#include "work/panels.h"
#include "work/run_groups.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void make_runs(struct scene *scene)
{
    scene_init(scene);
    scene_write(scene, "a/metrics.csv",
        "step,system/watts,zeta,val/mAP,train/loss,lr,alpha2,alpha10\n1,5,1,0.5,3,0.1,1,1\n");
    scene_write(scene, "a/config.json", "{\"lr\":0.1,\"seed\":1,\"name\":\"a\"}");
    scene_write(scene, "b/metrics.csv", "step,loss\n1,10\n");
    scene_write(scene, "b/config.json", "{\"lr\":0.10,\"seed\":2,\"name\":\"b\"}");
    scene_write(scene, "c/metrics.csv", "step,loss\n1,10\n");
    scene_write(scene, "c/config.json", "{\"lr\":0.2,\"seed\":2}");
    scene_write(scene, "d/metrics.csv", "step,loss\n1,10\n");
    scene_write(scene, "e/metrics.csv", "step,loss\n1,10\n");
    scene_refresh(scene);
}

static void assert_names(struct scene *scene, const struct panel_pins *pins, const char *pattern,
    const char *want)
{
    const struct run_row *runs[] = {scene_run(scene, "a"), scene_run(scene, "b")};
    struct panels panels;
    char names[512] = "";
    struct err err = {0};
    assert_true(panels_list(runs, 2, pins, pattern, &scene->arena, &panels, &err));
    for (size_t i = 0; i < panels.count; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? " " : "",
            panels.items[i].name);
    assert_string_equal(names, want);
}

static void test_order_patterns_and_pins(void **state)
{
    (void)state;
    struct scene scene;
    struct panel_pins pins = {0};
    struct panels panels;
    struct err err = {0};
    make_runs(&scene);
    assert_names(&scene, NULL, "", "loss AP lr alpha2 alpha10 zeta system/watts");
    assert_names(&scene, NULL, "ALPHA|^ap$", "AP alpha2 alpha10");
    assert_names(&scene, NULL, "nothing", "");
    assert_true(panel_toggle_pin(&pins, "zeta"));
    assert_names(&scene, &pins, NULL, "zeta loss AP lr alpha2 alpha10 system/watts");
    assert_true(panel_toggle_pin(&pins, "zeta"));
    assert_int_equal(pins.count, 0);
    const struct run_row *run = scene_run(&scene, "a");
    assert_false(panels_list(&run, 1, NULL, "a(", &scene.arena, &panels, &err));
    assert_int_equal(err.code, ERR_USAGE);
    for (int i = 0; i < PANELS_MOST_PINS; i++) {
        char name[16];
        snprintf(name, sizeof name, "m%d", i);
        assert_true(panel_toggle_pin(&pins, name));
    }
    assert_false(panel_toggle_pin(&pins, "one more"));
    scene_done(&scene);
}

static void test_seeds(void **state)
{
    (void)state;
    struct scene scene;
    int32_t groups[5];
    make_runs(&scene);
    const struct run_row *runs[] = {scene_run(&scene, "c"), scene_run(&scene, "a"),
        scene_run(&scene, "d"), scene_run(&scene, "b"), scene_run(&scene, "e")};
    assert_true(runs_number_siblings(runs, 5, groups));
    /* a and b differ in seed and name; c in lr; d and e have no parameter to agree in */
    static const int32_t WANT[] = {0, 1, 0, 1, 0};
    for (int i = 0; i < 5; i++)
        assert_int_equal(groups[i], WANT[i]);
    scene_done(&scene);
}

static void test_words(void **state)
{
    (void)state;
    struct panel_look look = {0};
    struct err err = {0};
    char text[64];
    assert_true(panel_look_set_smooth(&look, "median:9", &err));
    panel_look_print_smooth(&look, text, sizeof text);
    assert_string_equal(text, "median of 9");
    assert_true(panel_look_set_smooth(&look, "none", &err) && !smooth_is_on(&look.smooth));
    static const char *const WRONG[] = {
        "", "ema", "ema:", "ema:1", "ema:-1", "ema:x", "mean:5000", "emax:0.5", ":3"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
        assert_false(panel_look_set_smooth(&look, WRONG[i], &err));
    panel_look_set_x(&look, "wall");
    assert_true(look.x == CURVE_X_WALL);
    panel_look_set_x(&look, "val/AP");
    assert_true(look.x == CURVE_X_METRIC);
    assert_string_equal(panel_look_x_name(&look), "val/AP");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order_patterns_and_pins),
        cmocka_unit_test(test_seeds), cmocka_unit_test(test_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
