/*
 * Reading does not depend on the locale: under a decimal comma, and with the functions of the C
 * library that mind it taken away.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "comma_locale.h"
#include "readers/annotation.h"
#include "temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* These stand before those of the library for all that is linked here: whoever calls one has minded
 * the locale. */
static int calls;

double strtod(const char *text, char **end)
{
    calls++;
    if (end)
        *end = (char *)(uintptr_t)text;
    return -1;
}

float strtof(const char *text, char **end)
{
    return (float)strtod(text, end);
}

long double strtold(const char *text, char **end)
{
    return strtod(text, end);
}

int sscanf(const char *text, const char *format, ...)
{
    (void)text, (void)format;
    calls++;
    return 0;
}

/* Numbers of every length, so that all ways of reading one are taken. */
static const char TRUTH[] =
    "{\"images\": [{\"id\": 1, \"width\": 640.0, \"height\": 480}], \"categories\": [{\"id\": 1, "
    "\"name\": \"a\"}], \"annotations\": [{\"image_id\": 1, \"category_id\": 1, \"area\": "
    "\"1234.5\", \"bbox\": [0.5, 1.25, 1234567890.123456789012345, 5e-300], \"segmentation\": "
    "[[0.5, "
    "1.5, 2.5, 3.5, 0.12345678901234567890123, 4.75]]}]}";
static const char RESULTS[] = "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0.5, 1.25, "
                              "1234567890.123456789012345, 5e-300], \"score\": 0.98765}]";

static void check_box(const struct box *box)
{
    assert_true(box->x == 0.5 && box->y == 1.25);
    assert_true(box->w == 1234567890.1234567 && box->h == 5e-300);
}

static void read_both(void)
{
    static const struct annotation_options MASKS = {.masks = true};
    struct err err = {0};
    const char *directory = temp_dir();
    calls = 0;
    struct dataset *set =
        annotation_read_ground_truth_as(temp_text(directory, "gt.json", TRUTH), &MASKS, &err);
    assert_non_null(set);
    check_box(&set->annotations[0].box);
    assert_true(set->annotations[0].area == 1234.5);
    assert_int_equal(set->images[0].width_px, 640);
    assert_true(set->masks[0]->polygons[0].xy[4] == 0.12345678901234568);
    dataset_free(set);
    struct detections *found =
        annotation_read_detections(temp_text(directory, "dt.json", RESULTS), &err);
    assert_non_null(found);
    check_box(&found->rows[0].box);
    assert_true(found->rows[0].score == 0.98765);
    detections_free(found);
    assert_int_equal(calls, 0);
}

static void test_nothing_minds_the_locale(void **state)
{
    (void)state;
    read_both();
    assert_true(strtod("0.5", NULL) == -1 && calls == 1); /* the trap is set */
}

static void test_decimal_comma(void **state)
{
    (void)state;
    char text[16];
    if (!comma_locale_set())
        skip();
    snprintf(text, sizeof text, "%.1f", .5);
    assert_string_equal(text, "0,5");
    read_both();
    snprintf(text, sizeof text, "%.1f", .5);
    assert_string_equal(text, "0,5"); /* and it is still in force */
    comma_locale_unset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_minds_the_locale),
        cmocka_unit_test(test_decimal_comma),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
