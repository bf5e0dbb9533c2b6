/*
 * Versions of datasets: which may be compared, and what they are called.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/dataset_version.h"

#include <string.h>

static struct dataset_version version(uint64_t content, int64_t images, int64_t with)
{
    return (struct dataset_version){.name = "val.json",
        .content = {content, 7},
        .image_count = images,
        .images_with_detections = with};
}

static void expect(
    struct dataset_version a, struct dataset_version b, enum dataset_kinship kinship)
{
    assert_int_equal(dataset_kinship(&a, &b), kinship);
    assert_int_equal(dataset_kinship(&b, &a), kinship);
}

static void test_kinship(void **state)
{
    (void)state;
    expect(version(1, 100, 100), version(1, 100, 93), DATASET_SAME);
    expect(version(1, 100, 100), version(2, 100, 100), DATASET_OTHER_TRUTH);
    expect(version(1, 5000, 500), version(1, 5000, 4950), DATASET_OTHER_PART);
    /* A weak detector may find something on most images only. */
    expect(version(1, 100, 49), version(1, 100, 89), DATASET_SAME);
    expect(version(1, 100, 49), version(1, 100, 90), DATASET_OTHER_PART);
    expect(version(1, 100, 50), version(1, 100, 100), DATASET_SAME);
    expect(version(1, 100, 10), version(1, 100, 12), DATASET_SAME);
    expect(version(1, 0, 0), version(1, 0, 0), DATASET_SAME);
    struct dataset_version a = version(1, 9, 9), b = a;
    b.content.low++;
    expect(a, b, DATASET_OTHER_TRUTH);
}

static void test_print(void **state)
{
    (void)state;
    char text[64];
    struct dataset_version whole = version(0x3f2a9c1e00000000, 5000, 2500);
    dataset_version_print(&whole, text, sizeof text);
    assert_string_equal(text, "val.json 3f2a9c1e");
    struct dataset_version part = version(0x0f2a9c1e00000000, 5000, 500);
    dataset_version_print(&part, text, sizeof text);
    assert_string_equal(text, "val.json 0f2a9c1e, 500 of 5000 images");
    dataset_version_print(&part, text, 10);
    assert_string_equal(text, "val.json ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinship),
        cmocka_unit_test(test_print),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
