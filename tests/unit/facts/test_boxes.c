/*
 * Boxes: fractions become pixels when an image gets its size, once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/boxes.h"

#include <stdlib.h>
#include <string.h>

static struct dataset *two_images(bool fractions)
{
    struct dataset *set = dataset_new();
    assert_non_null(set);
    set->images = ARENA_ARRAY(&set->arena, struct image, 2);
    set->annotations = ARENA_ARRAY(&set->arena, struct annotation, 3);
    assert_true(set->images && set->annotations);
    set->image_count = 2;
    set->annotation_count = 3;
    set->fractions = fractions;
    for (int i = 0; i < 3; i++)
        set->annotations[i] =
            (struct annotation){.box = {0.25, 0.5, 0.5, 0.25}, .area = 0.125, .image = i % 2};
    return set;
}

static void test_fractions_become_pixels(void **state)
{
    (void)state;
    struct dataset *set = two_images(true);
    dataset_size_image(set, 0, 200, 100);
    for (int i = 0; i < 3; i += 2) {
        const struct box want = {50, 50, 100, 25};
        assert_memory_equal(&set->annotations[i].box, &want, sizeof want);
        assert_true(set->annotations[i].area == 2500);
    }
    assert_true(set->annotations[1].box.x == 0.25); /* of the other image */
    assert_int_equal(set->images[1].width_px, 0);
    dataset_size_image(set, 0, 7, 7); /* it has a size already */
    assert_int_equal(set->images[0].width_px, 200);
    assert_true(set->annotations[0].box.w == 100);
    dataset_free(set);
}

static void test_pixels_stay(void **state)
{
    (void)state;
    struct dataset *set = two_images(false);
    dataset_size_image(set, 1, 640, 480);
    assert_int_equal(set->images[1].height_px, 480);
    assert_true(set->annotations[1].box.w == 0.5 && set->annotations[1].area == 0.125);
    dataset_free(set);
}

static void test_nothing_is_freed_twice(void **state)
{
    (void)state;
    dataset_free(NULL);
    detections_free(NULL);
    struct detections *set = detections_new();
    assert_non_null(set);
    set->rows = calloc(4, sizeof *set->rows);
    assert_non_null(arena_string(&set->arena, "key"));
    detections_free(set); /* a leak would be seen by the sanitizer */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fractions_become_pixels),
        cmocka_unit_test(test_pixels_stay),
        cmocka_unit_test(test_nothing_is_freed_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
