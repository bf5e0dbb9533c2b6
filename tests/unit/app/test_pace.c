/*
 * The pace of pictures: one in flight, the last state after a burst, a finer one at rest.
 */
#include "app/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct pace FENCED = {.fenced = true, .refines = true, .proven = true};

/* One tile with BOXES boxes; the photo's address is all that is looked at. */
static struct easel_scene *scene_of(int boxes)
{
    struct easel_scene *scene = easel_scene_new();
    struct easel_tile *tile = easel_scene_add(scene);
    tile->rows = tile->cols = 10;
    for (int i = 0; i < boxes; i++)
        assert_non_null(easel_tile_add(tile));
    return scene;
}

/* What a frame at NOW_MS with BOXES boxes (-1: no picture) has painted: 0 nothing, 1 changes, 2
 * all. */
static int next(struct pace *pace, int boxes, bool damaged, int64_t now_ms)
{
    bool whole = false;
    struct easel_scene *scene = boxes < 0 ? NULL : scene_of(boxes);
    if (!pace_next(pace, &scene, damaged, now_ms, &whole))
        return 0;
    easel_scene_free(scene);
    return whole ? 2 : 1;
}

static bool answer(struct pace *pace, int64_t now_ms)
{
    return pace_answered(pace, "\x1b[0n", 4, now_ms);
}

static void one_is_in_flight_and_the_last_state_comes(void **state)
{
    (void)state;
    struct pace pace = FENCED;
    assert_int_equal(next(&pace, 0, true, 0), 2);
    assert_int_equal(next(&pace, 1, false, 1), 0); /* still being painted */
    assert_int_equal(pace_wait_ms(&pace, 1, 9999), 9999);
    pace_painted(&pace, true, true, 5);
    for (int boxes = 1; boxes < 20; boxes++)
        assert_int_equal(next(&pace, boxes, false, 6), 0);
    assert_true(pace.waits);
    assert_int_equal(pace_wait_ms(&pace, 105, 9999), 900); /* a silent terminal holds it for 1 s */
    assert_false(pace_answered(&pace, "\x1b[0m", 4, 60));
    assert_true(answer(&pace, 60));
    assert_int_equal(pace_wait_ms(&pace, 60, 9999), 0);
    assert_int_equal(next(&pace, 19, false, 60), 1);
    assert_int_equal(pace.shown->tiles[0].box_count, 19);
    assert_int_equal(next(&pace, 19, false, 61), 0);
    assert_false(pace.waits);
    pace_done(&pace);
}

static void a_silent_terminal_is_not_waited_for_again(void **state)
{
    (void)state;
    struct pace pace = FENCED;
    assert_int_equal(next(&pace, 0, false, 0), 1);
    pace_painted(&pace, true, true, 0);
    assert_int_equal(next(&pace, 1, false, 999), 0);
    assert_int_equal(next(&pace, 1, false, 1000), 1);
    pace_painted(&pace, true, true, 1001);
    assert_int_equal(next(&pace, 2, false, 1002), 1);
    pace_painted(&pace, true, true, 1003);
    assert_true(answer(&pace, 5000)); /* it does answer, late: it is asked again */
    assert_int_equal(next(&pace, 3, false, 5001), 1);
    pace_painted(&pace, true, true, 5002);
    assert_int_equal(next(&pace, 4, false, 5003), 0);
    pace_done(&pace);
}

static void rest_makes_it_finer_once(void **state)
{
    (void)state;
    struct pace pace = FENCED;
    assert_int_equal(next(&pace, 1, false, 0), 1);
    assert_false(easel_scene_is_fine(pace.shown));
    pace_painted(&pace, true, true, 10);
    answer(&pace, 20);
    assert_int_equal(pace_wait_ms(&pace, 20, 9999), PACE_REST_MS - 20);
    assert_int_equal(next(&pace, 1, false, PACE_REST_MS - 1), 0);
    assert_int_equal(next(&pace, 1, false, PACE_REST_MS), 1);
    assert_true(easel_scene_is_fine(pace.shown));
    pace_painted(&pace, true, true, 300);
    answer(&pace, 310);
    assert_int_equal(pace_wait_ms(&pace, 310, 9999), 9999);
    assert_int_equal(next(&pace, 2, false, 400), 1); /* what is fine stays so */
    assert_true(easel_scene_is_fine(pace.shown));
    pace_done(&pace);
}

static void a_slow_link_rests_longer(void **state)
{
    (void)state;
    struct pace pace = FENCED;
    assert_int_equal(next(&pace, 1, false, 0), 1);
    pace_painted(&pace, true, true, 0);
    answer(&pace, 800);
    assert_int_equal(next(&pace, 1, false, 1599), 0);
    assert_int_equal(next(&pace, 1, false, 1600), 1);
    pace_done(&pace);
}

static void what_is_not_proven_is_repainted_at_rest(void **state)
{
    (void)state;
    struct pace pace = {.fenced = true};
    assert_int_equal(next(&pace, 1, true, 0), 2);
    pace_painted(&pace, true, true, 0);
    answer(&pace, 1);
    assert_int_equal(next(&pace, 1, false, 1000), 0); /* it was whole */
    assert_int_equal(next(&pace, 2, false, 1000), 1);
    pace_painted(&pace, true, true, 1000);
    answer(&pace, 1001);
    assert_int_equal(next(&pace, 2, false, 1000 + PACE_REST_MS), 2);
    pace_painted(&pace, true, true, 1300);
    answer(&pace, 1301);
    assert_int_equal(next(&pace, 2, false, 9000), 0);
    pace_done(&pace);
}

static void resizing_waits_for_quiet_and_failures_repaint(void **state)
{
    (void)state;
    struct pace pace = FENCED;
    pace_resized(&pace, 0);
    pace_resized(&pace, 50);
    assert_int_equal(next(&pace, 1, false, 149), 0);
    assert_int_equal(pace_wait_ms(&pace, 149, 9999), 1);
    assert_int_equal(next(&pace, 1, false, 150), 2);
    pace_painted(&pace, false, false, 151); /* its frame wiped it */
    assert_int_equal(next(&pace, 1, false, 152), 2);
    pace_painted(&pace, true, true, 153);
    answer(&pace, 154);
    assert_int_equal(next(&pace, -1, false, 155), 1); /* away with it */
    pace_painted(&pace, true, true, 156);
    answer(&pace, 157);
    assert_int_equal(next(&pace, -1, false, 9000), 0);
    assert_null(pace.shown);
    pace_done(&pace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_is_in_flight_and_the_last_state_comes),
        cmocka_unit_test(a_silent_terminal_is_not_waited_for_again),
        cmocka_unit_test(rest_makes_it_finer_once),
        cmocka_unit_test(a_slow_link_rests_longer),
        cmocka_unit_test(what_is_not_proven_is_repainted_at_rest),
        cmocka_unit_test(resizing_waits_for_quiet_and_failures_repaint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
