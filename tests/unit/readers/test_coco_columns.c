/*
 * What ground truth says beside boxes: the columns of its images, and ids that stand twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "readers/annotation.h"
#include "readers/coco_columns.h"
#include "readers/coco_repeats.h"
#include "temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *directory;

static int make_directory(void **state)
{
    (void)state;
    directory = temp_dir();
    return 0;
}

static struct dataset *read_text(const char *text, bool columns)
{
    struct annotation_options options = {.format = "coco", .columns = columns};
    struct err err = {0};
    struct dataset *set =
        annotation_read_ground_truth_as(temp_text(directory, "gt.json", text), &options, &err);
    if (!set)
        fail_msg("%s", err.text);
    return set;
}

static const struct image_column *column(const struct dataset *set, const char *name)
{
    for (size_t i = 0; i < set->column_count; i++)
        if (strcmp(set->columns[i].name, name) == 0)
            return &set->columns[i];
    return NULL;
}

/* The value of image INDEX, "-" for none. */
static const char *value(const struct dataset *set, const char *name, size_t index)
{
    const struct image_column *found = column(set, name);
    return found && found->values[index] ? found->values[index] : "-";
}

/* ---- columns ---- */

static const char DRIVES[] =
    "{\"images\": [{\"id\": 4, \"file_name\": \"a\", \"license\": 3, \"date_captured\": "
    "\"2013-11-14\", "
    "\"tags\": [\"night\", \"rain\"], \"attributes\": {\"weather\": \"rainy\", \"timeofday\": "
    "\"night\", "
    "\"lanes\": 2.50, \"deep\": {\"er\": 1}}, \"coco_url\": \"http://x/a.jpg\"},"
    "{\"weather\": \"clear\\nsky\", \"occluded\": true, \"id\": 2, \"width\": 5, \"height\": 4, "
    "\"license\": null, \"tags\": [], \"boxes\": [1, 2], \"mixed\": [\"a\", 1], \"ratio\": NaN, "
    "\"attributes\": {\"timeofday\": \"d\\u00e9j\\u00e0\", \"kinds\": [\"one\\ntwo\", \"three\"]}},"
    "{\"id\": 9, \"tags\": \"rain\", \"empty\": \"\"}], \"annotations\": [], \"categories\": []}";

static void test_columns(void **state)
{
    (void)state;
    struct dataset *set = read_text(DRIVES, true);
    static const struct {
        const char *name, *values[3];
        bool is_tags;
    } WANT[] = {{"license", {"3", "-", "-"}, false},
        {"date_captured", {"2013-11-14", "-", "-"}, false},
        {"tags", {"night\nrain", "-", "rain"}, true},
        {"attributes.weather", {"rainy", "-", "-"}, false},
        {"attributes.timeofday", {"night", "d\xc3\xa9j\xc3\xa0", "-"}, false},
        {"attributes.lanes", {"2.50", "-", "-"}, false},
        {"coco_url", {"http://x/a.jpg", "-", "-"}, false},
        {"weather", {"-", "clear sky", "-"}, false}, {"occluded", {"-", "true", "-"}, false},
        {"ratio", {"-", "NaN", "-"}, false},
        {"attributes.kinds", {"-", "one two\nthree", "-"}, true}, {"empty", {"-", "-", ""}, false}};
    enum { COUNT = sizeof WANT / sizeof *WANT };
    assert_int_equal(set->column_count, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_string_equal(set->columns[i].name, WANT[i].name);
        assert_int_equal(set->columns[i].is_tags, WANT[i].is_tags);
        for (size_t image = 0; image < 3; image++)
            assert_string_equal(value(set, WANT[i].name, image), WANT[i].values[image]);
    }
    assert_int_equal(set->dropped_values, 0);
    assert_string_equal(set->images[0].file_name, "a");
    dataset_free(set);
}

static void test_tags_are_asked_for(void **state)
{
    (void)state;
    struct dataset *set = read_text(DRIVES, true);
    const struct image_column *tags = column(set, "tags"), *weather = column(set, "weather");
    assert_true(image_column_has(tags, 0, "night") && image_column_has(tags, 0, "rain"));
    assert_false(image_column_has(tags, 0, "nigh") || image_column_has(tags, 0, "ain"));
    assert_false(image_column_has(tags, 0, "night\nrain") || image_column_has(tags, 0, ""));
    assert_false(image_column_has(tags, 1, "rain"));
    assert_true(image_column_has(tags, 2, "rain"));
    assert_true(image_column_has(weather, 1, "clear sky"));
    assert_false(
        image_column_has(weather, 1, "clear") || image_column_has(weather, 0, "clear sky"));
    dataset_free(set);
}

static void test_without_being_asked_there_are_none(void **state)
{
    (void)state;
    struct dataset *set = read_text(DRIVES, false);
    assert_null(set->columns);
    assert_int_equal(set->column_count, 0);
    assert_int_equal(set->image_count, 3);
    dataset_free(set);
}

/* Of a record that comes again nothing of the first stays, of a key nothing either. */
static void test_the_last_counts(void **state)
{
    (void)state;
    struct dataset *set = read_text("{\"images\": [{\"id\": 1, \"z\": 1}], \"images\": [{\"id\": "
                                    "1, \"a\": \"x\", \"b\": 1, \"b\": [1], "
                                    "\"c\": 1, \"c\": \"y\", \"d\": 4}, {\"id\": 1, \"a\": 2}, "
                                    "{\"a\": 7}, {\"id\": 2, \"d\": 1, \"d\": null}]}",
        true);
    assert_int_equal(set->image_count, 2);
    assert_int_equal(set->duplicate_images, 1);
    assert_int_equal(set->dropped_images, 1);
    assert_int_equal(set->column_count, 1);
    assert_string_equal(value(set, "a", 0), "2");
    assert_string_equal(value(set, "a", 1), "-");
    dataset_free(set);
}

/* 64 columns and 256 bytes are kept, one more is left out and counted. */
static void test_columns_are_bounded(void **state)
{
    (void)state;
    struct buf text;
    char longest[COCO_MAX_VALUE_BYTES + 2];
    memset(longest, 'x', sizeof longest);
    longest[COCO_MAX_VALUE_BYTES] = '\0';
    buf_init(&text, 1 << 20);
    buf_printf(&text, "{\"images\": [{\"id\": 1");
    for (int i = 0; i < COCO_MAX_COLUMNS + 3; i++)
        buf_printf(&text, ", \"k%d\": %d", i, i);
    buf_printf(&text,
        "}, {\"id\": 2, \"k0\": \"%s\", \"k1\": \"%sx\", \"k2\": [\"%s\", \"y\"], \"k3\": "
        "[\"%.255s\"], \"%sx\": 1, \"o\": {\"%s\": 1}, \"k0\": \"%s\"}]}",
        longest, longest, longest, longest, longest, longest, longest);
    struct dataset *set = read_text(text.data, true);
    assert_int_equal(set->column_count, COCO_MAX_COLUMNS);
    assert_int_equal(set->dropped_values, 3 + 4);
    assert_string_equal(value(set, "k63", 0), "63");
    assert_null(column(set, "k64"));
    assert_string_equal(value(set, "k0", 1), longest);
    assert_string_equal(value(set, "k1", 1), "-");
    assert_string_equal(value(set, "k2", 1), "-");
    assert_int_equal(strlen(value(set, "k3", 1)), 255);
    dataset_free(set);
    buf_done(&text);
}

/* A file made of a rule: every value stands at its image. */
static void test_many_images(void **state)
{
    (void)state;
    static const char *const WEATHER[] = {"clear", "rainy", "snowy"};
    enum { IMAGES = 20000 };
    struct buf text;
    buf_init(&text, 16 << 20);
    buf_printf(&text, "{\"images\": [");
    for (int i = 0; i < IMAGES; i++) {
        int n = (int)((int64_t)i * 7919 % IMAGES); /* in no order */
        buf_printf(&text, "%s{\"id\": %d, \"attributes\": {\"weather\": \"%s\"}, \"seen\": \"%d\"",
            i ? "," : "", n, WEATHER[n % 3], n);
        if (n % 5 == 0)
            buf_printf(&text, ", \"tags\": [\"five\", \"t%d\"]", n % 7);
        buf_printf(&text, "}");
    }
    buf_printf(&text, "]}");
    struct dataset *set = read_text(text.data, true);
    assert_int_equal(set->image_count, IMAGES);
    assert_int_equal(set->column_count, 3);
    for (size_t i = 0; i < IMAGES; i++) {
        int64_t n = set->images[i].id;
        char seen[16], tag[16];
        snprintf(seen, sizeof seen, "%d", (int)n);
        snprintf(tag, sizeof tag, "t%d", (int)(n % 7));
        assert_string_equal(value(set, "attributes.weather", i), WEATHER[n % 3]);
        assert_string_equal(value(set, "seen", i), seen);
        const struct image_column *tags = column(set, "tags");
        assert_int_equal(image_column_has(tags, i, "five"), n % 5 == 0);
        assert_int_equal(image_column_has(tags, i, tag), n % 5 == 0);
    }
    dataset_free(set);
    buf_done(&text);
}

/* ---- ids that stand twice ---- */

static void test_repeated_ids_are_counted(void **state)
{
    (void)state;
    struct dataset *set =
        read_text("{\"images\": [{\"id\": 1, \"file_name\": \"a\"}, {\"id\": 2}, {\"id\": 1, "
                  "\"file_name\": \"b\"}, "
                  "{\"id\": 1.0, \"file_name\": \"c\"}, {\"id\": \"1\"}], \"categories\": "
                  "[{\"id\": 1, \"name\": "
                  "\"x\"}, {\"id\": \"1\", \"name\": \"y\"}], \"annotations\": ["
                  "{\"id\": 5, \"image_id\": 1, \"category_id\": 1, \"bbox\": [0, 0, 1, 1]},"
                  "{\"id\": 0, \"image_id\": 1, \"category_id\": 1, \"bbox\": [0, 0, 2, 1]},"
                  "{\"id\": 5, \"image_id\": 1, \"category_id\": 1, \"bbox\": [0, 0, 3, 1]},"
                  "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0, 0, 4, 1]},"
                  "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0, 0, 5, 1]},"
                  "{\"id\": 5, \"image_id\": 1, \"category_id\": 1, \"bbox\": [0, 0, 6, 1]}]}",
            false);
    assert_int_equal(set->image_count, 3);
    assert_int_equal(set->duplicate_images, 2);
    assert_string_equal(set->images[0].file_name, "c"); /* the last, in the place of the first */
    assert_int_equal(set->category_count, 1);
    assert_int_equal(set->duplicate_categories, 1);
    assert_string_equal(set->categories[0].name, "y");
    assert_int_equal(set->annotation_count, 6); /* all of them */
    assert_int_equal(set->duplicate_ids, 2);
    assert_true(set->annotations[1].has_id && !set->annotations[3].has_id);
    dataset_free(set);
}

/* Law: as many as one that compares all with all finds, whatever the order and the size of ids. */
static void test_repeats_of_random_ids(void **state)
{
    (void)state;
    enum { MOST = 40 };
    uint64_t seed = 3;
    int found = 0;
    for (int round = 0; round < 20000; round++) {
        struct annotation annotations[MOST] = {0};
        size_t count = (size_t)round % MOST;
        int64_t want = 0, repeats = -1;
        for (size_t i = 0; i < count; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            int shift = (int)(seed >> 8 & 7) * 8;
            annotations[i].id =
                (int64_t)((seed >> 33 & 3) << shift ^ (round & 1 ? 0 : ~UINT64_C(0)));
            if (round % 4 == 0)
                annotations[i].id = (int64_t)i - 20;
            annotations[i].has_id = (seed >> 60) != 0;
            bool is_repeat = false;
            for (size_t k = 0; k < i && annotations[i].has_id; k++)
                is_repeat |= annotations[k].has_id && annotations[k].id == annotations[i].id;
            want += is_repeat;
        }
        assert_true(coco_count_repeats(annotations, count, &repeats));
        assert_int_equal(repeats, want);
        found += want > 0;
    }
    assert_true(found > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_tags_are_asked_for),
        cmocka_unit_test(test_without_being_asked_there_are_none),
        cmocka_unit_test(test_the_last_counts),
        cmocka_unit_test(test_columns_are_bounded),
        cmocka_unit_test(test_many_images),
        cmocka_unit_test(test_repeated_ids_are_counted),
        cmocka_unit_test(test_repeats_of_random_ids),
    };
    return cmocka_run_group_tests(tests, make_directory, NULL);
}
