/*
 * Trade-offs: which runs are on the front, what rules out, what is said.
 */
#include "scene.h"

#include "work/tradeoff.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_run(struct scene *scene, const char *name, const char *ap, const char *ms, int batch)
{
    struct arena *arena = &scene->arena;
    scene_write(scene, arena_printf(arena, "%s/metrics.csv", name),
        arena_printf(arena, "step,train/loss,val/AP,ms_per_image\n0,1,%s,%s\n", ap, ms));
    scene_write(scene, arena_printf(arena, "%s/config.json", name),
        arena_printf(arena, "{\"batch\": %d, \"model\": \"fcos\"}", batch));
}

/* small and fast; middle; slow and best; twin equals middle; worse is beaten by middle. */
static void set_up(struct scene *scene)
{
    scene_init(scene);
    add_run(scene, "best", "0.5", "40", 8);
    add_run(scene, "middle", "0.4", "20", 8);
    add_run(scene, "no-time", "0.9", "", 8);
    add_run(scene, "none", "", "", 8);
    add_run(scene, "small", "0.2", "10", 16);
    add_run(scene, "twin", "0.4", "20", 16);
    add_run(scene, "worse", "0.3", "25", 16);
    add_run(scene, "diverged", "nan", "25", 16);
    scene_refresh(scene);
}

struct found {
    struct tradeoff_axis x, y;
    struct tradeoff_constraint constraint;
    struct tradeoff tradeoff;
};

static struct found find(struct scene *scene, const char *x, const char *y, const char *constraint)
{
    struct found found;
    struct err err = {0};
    struct arena *arena = &scene->arena;
    uint32_t order[16];
    size_t count = runs_order(scene->runs, NULL, NULL, false, NULL, 0, order);
    bool ok = tradeoff_parse_axis(scene->runs, arena, x, false, &found.x, &err) &&
              tradeoff_parse_axis(scene->runs, arena, y, true, &found.y, &err) &&
              tradeoff_parse_constraint(
                  scene->runs, arena, constraint, &found.x, &found.y, &found.constraint, &err) &&
              tradeoff_find(scene->runs, order, count, &found.x, &found.y, &found.constraint, NULL,
                  0, arena, &found.tradeoff, &err);
    if (!ok)
        fail_msg("%s", err.text);
    return found;
}

static size_t point_of(const struct found *found, const char *run)
{
    for (size_t i = 0; i < found->tradeoff.count; i++)
        if (strcmp(found->tradeoff.points[i].run->name, run) == 0)
            return i;
    fail_msg("no point %s", run);
    return 0;
}

static void assert_says(const struct found *found, const char *run, const char *want)
{
    char said[512];
    tradeoff_print_standing(
        &found->tradeoff, point_of(found, run), &found->constraint, 40, said, sizeof said);
    assert_string_equal(said, want);
}

static void test_the_front(void **state)
{
    (void)state;
    struct scene scene;
    set_up(&scene);
    assert_string_equal(tradeoff_usual_x(scene.runs), "ms/img");
    assert_string_equal(tradeoff_usual_y(scene.runs), "AP");
    struct found found = find(&scene, "ms/img", "AP", "");
    const struct tradeoff *t = &found.tradeoff;
    static const char *const FRONT[] = {"small", "middle", "twin", "best"};
    assert_int_equal(t->count, 5);
    assert_int_equal(t->front_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(t->points[t->front[i]].run->name, FRONT[i]);
    for (size_t i = 1; i < t->count; i++)
        assert_true(t->points[i - 1].x <= t->points[i].x);
    assert_string_equal(t->points[t->best].run->name, "best");
    const struct tradeoff_point *worse = &t->points[point_of(&found, "worse")];
    assert_int_equal(worse->standing, TRADEOFF_DOMINATED);
    assert_string_equal(t->points[worse->dominator].run->name, "middle");
    assert_says(&found, "small", "on the front: the lowest ms/img");
    assert_says(&found, "middle", "on the front, equal to twin");
    assert_says(&found, "best", "+0.1000 AP for +20 ms/img over twin");
    assert_says(&found, "worse", "beaten by middle: +0.1000 AP, -5 ms/img");
    char said[256];
    tradeoff_print_without(t, said, sizeof said);
    assert_string_equal(said, "2 runs without ms/img, 1 without AP (1 not finite)");
    found = find(&scene, "AP", "ms/img", "");
    tradeoff_print_without(&found.tradeoff, said, sizeof said);
    assert_string_equal(said, "2 runs without AP, 1 without ms/img (1 not finite)");
    scene_done(&scene);
}

static void test_directions(void **state)
{
    (void)state;
    struct scene scene;
    set_up(&scene);
    struct found found = find(&scene, "ms/img:higher", "AP", "");
    assert_int_equal(found.tradeoff.front_count, 1);
    assert_string_equal(found.tradeoff.points[found.tradeoff.front[0]].run->name, "best");
    found = find(&scene, "ms/img", "AP:lower", "");
    assert_int_equal(found.tradeoff.front_count, 1);
    assert_says(&found, "small", "on the front: the lowest ms/img");
    found = find(&scene, "batch", "batch:higher", ""); /* no direction of its own */
    assert_true(!found.x.higher && found.y.higher);
    found = find(&scene, "model", "AP", ""); /* no number */
    assert_int_equal(found.tradeoff.count, 0);
    assert_true(found.tradeoff.best == TRADEOFF_NONE);
    scene_done(&scene);
}

static void test_constraints(void **state)
{
    (void)state;
    struct scene scene;
    set_up(&scene);
    struct found found = find(&scene, "ms/img", "AP", "ms_per_image < 30 AP>=.25 batch<=8");
    const struct tradeoff *t = &found.tradeoff;
    assert_int_equal(t->ruled_out, 4);
    assert_int_equal(t->front_count, 1);
    assert_string_equal(t->points[t->best].run->name, "middle");
    assert_says(&found, "best", "ruled out by ms_per_image < 30 AP>=.25 batch<=8");
    assert_int_equal(found.constraint.limit_count, 2);
    assert_true(!found.constraint.limits[0].on_y && found.constraint.limits[0].above);
    assert_true(found.constraint.limits[0].value == 30);
    assert_true(found.constraint.limits[1].on_y && !found.constraint.limits[1].above);
    assert_true(found.constraint.limits[1].value == .25);
    struct err err = {0};
    struct tradeoff_constraint constraint;
    assert_false(tradeoff_parse_constraint(
        scene.runs, &scene.arena, "bogus<3", &found.x, &found.y, &constraint, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_false(tradeoff_parse_constraint(
        scene.runs, &scene.arena, "AP<", &found.x, &found.y, &constraint, &err));
    found = find(&scene, "ms/img", "AP", "  ");
    assert_null(found.constraint.filter);
    scene_done(&scene);
}

/* Runs on another ground truth neither beat nor are beaten. */
static void test_other_ground_truth(void **state)
{
    (void)state;
    struct scene scene;
    scene_init(&scene);
    char other[4096];
    snprintf(other, sizeof other, "%s", SCENE_TRUTH);
    char *box = strstr(other, "[10,10,20,20]");
    assert_non_null(box);
    box[2] = '1';
    scene_write(&scene, "data/val.json", SCENE_TRUTH);
    scene_write(&scene, "data/other.json", other);
    static const char *const RUNS[][3] = {{"a", "val", "10"}, {"b", "val", "20"}, {"c", "other", "5"}};
    for (size_t i = 0; i < 3; i++) {
        struct arena *arena = &scene.arena;
        scene_write(&scene, arena_printf(arena, "%s/dataset.json", RUNS[i][0]),
            arena_printf(arena, "{\"ground_truth\": \"../data/%s.json\"}", RUNS[i][1]));
        scene_write(&scene, arena_printf(arena, "%s/predictions/epoch_1.json", RUNS[i][0]),
            i == 0 ? SCENE_HALF : SCENE_PERFECT);
        scene_write(&scene, arena_printf(arena, "%s/metrics.csv", RUNS[i][0]),
            arena_printf(arena, "step,ms_per_image\n0,%s\n", RUNS[i][2]));
    }
    scene_refresh(&scene);
    struct found found = find(&scene, "ms/img", "AP", "");
    char said[256];
    tradeoff_print_foreign(&found.tradeoff, said, sizeof said);
    assert_true(found.tradeoff.foreign >= 1);
    assert_int_equal(
        found.tradeoff.points[point_of(&found, "c")].standing, TRADEOFF_FOREIGN);
    assert_int_equal(found.tradeoff.points[point_of(&found, "b")].standing, TRADEOFF_FRONT);
    assert_non_null(strstr(said, "2 ground truths"));
    found = find(&scene, "ms/img", "ms/img", ""); /* times compare */
    assert_int_equal(found.tradeoff.foreign, 0);
    tradeoff_print_foreign(&found.tradeoff, said, sizeof said);
    assert_string_equal(said, "");
    scene_done(&scene);
}

static void test_names_keep_their_ends(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int cols;
        const char *want;
    } NAMES[] = {{"abcdef", 6, "abcdef"}, {"abcdef", 4, "\xe2\x80\xa6"
                                                        "def"},
        {"\xe6\xbc\xa2\xe5\xad\x97", 3, "\xe2\x80\xa6\xe5\xad\x97"}, {"a\nb", 10, "a\\x0ab"},
        {"", 5, ""}};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        char out[64];
        tradeoff_print_name(NAMES[i].name, NAMES[i].cols, out, sizeof out);
        assert_string_equal(out, NAMES[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_front),
        cmocka_unit_test(test_directions), cmocka_unit_test(test_constraints),
        cmocka_unit_test(test_other_ground_truth), cmocka_unit_test(test_names_keep_their_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
