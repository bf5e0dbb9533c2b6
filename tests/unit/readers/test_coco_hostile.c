/*
 * COCO files that mean harm or were made by mistake: each is refused with one clear line, or what
 * of it cannot be used is counted; memory stays bounded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "readers/annotation.h"
#include "temp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* All that can be wanted, so that every part of the readers is in play. */
static const struct annotation_options ALL = {.format = "coco", .masks = true, .columns = true};

/* The file that is read: in memory, for there are tens of thousands. */
static int file = -1;
static char path[64];

static int make_file(void **state)
{
    (void)state;
    file = memfd_create("hostile", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    return file < 0;
}

static void put(const void *text, size_t length)
{
    assert_int_equal(ftruncate(file, 0), 0);
    assert_int_equal(pwrite(file, text, length, 0), length);
}

/* One line with the file, the place inside it, what is wrong and what to do. */
static void check_refusal(const struct err *err, size_t file_bytes)
{
    char line[2048];
    assert_true(err->code == ERR_FORMAT);
    assert_int_equal(err->place, ERR_AT_BYTE);
    assert_true(err->at >= 0 && err->at <= (int64_t)file_bytes);
    err_print(err, line, sizeof line);
    assert_null(strchr(line, '\n'));
    assert_non_null(strstr(line, path));
    assert_non_null(strstr(line, " (at byte "));
}

static struct dataset *read_truth(const void *text, size_t length)
{
    struct err err = {0};
    put(text, length);
    struct dataset *set = annotation_read_ground_truth_as(path, &ALL, &err);
    if (!set)
        check_refusal(&err, length);
    return set;
}

static struct detections *read_results(const void *text, size_t length)
{
    struct err err = {0};
    put(text, length);
    struct detections *set = annotation_read_detections_as(path, &ALL, &err);
    if (!set)
        check_refusal(&err, length);
    return set;
}

/* ---- documents ---- */

/* In both files at the place of a value that is passed over, and alone. */
static const struct {
    const char *text, *says;
} NO_VALUES[] = {
    {"0x10", "lacks a comma or a closing bracket: mend"},
    {"nan", "holds something that is no JSON value: mend"},
    {"INFINITY", "holds something that is no JSON value"},
    {"+1", "holds something that is no JSON value"},
    {"-", "holds something that is no JSON value"},
    {"1 2", "lacks a comma"},
    {"'x'", "holds something that is no JSON value"},
    {"\x01", "holds something that is no JSON value"},
};

static void refuse_both(const char *truth, const char *results, const char *says)
{
    struct err err = {0};
    put(truth, strlen(truth));
    assert_null(annotation_read_ground_truth_as(path, &ALL, &err));
    check_refusal(&err, strlen(truth));
    if (!strstr(err.text, says))
        fail_msg("%s: %s", truth, err.text);
    err = (struct err){0};
    put(results, strlen(results));
    assert_null(annotation_read_detections_as(path, &ALL, &err));
    check_refusal(&err, strlen(results));
    if (!strstr(err.text, says))
        fail_msg("%s: %s", results, err.text);
}

static void test_what_is_no_value_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof NO_VALUES / sizeof *NO_VALUES; i++) {
        char truth[256], results[256];
        snprintf(truth, sizeof truth, "{\"images\": [{\"width\": %s}]}", NO_VALUES[i].text);
        snprintf(results, sizeof results, "[{\"score\": %s}]", NO_VALUES[i].text);
        refuse_both(truth, results, NO_VALUES[i].says);
    }
}

static void test_documents_are_one_and_whole(void **state)
{
    (void)state;
    refuse_both("", "", "holds no JSON: wait until it is written");
    refuse_both(" \n", "\xef\xbb\xbf", "holds no JSON");
    refuse_both("{\"images\": []} x", "[] x", "goes on behind its JSON value: keep one value");
    refuse_both("{\"images\": []}{\"images\": []}", "[]\n[]", "goes on behind");
    refuse_both("{\"images\": [], \"a\": \"", "[{\"a\": \"", "ends inside a JSON string: wait");
    refuse_both("{\"images\" []}", "[{\"score\" 1}]", "has no colon behind a key: mend it");
    refuse_both("{1: 1}", "[{1: 1}]", "has something other than a key in a JSON object: mend it");
    refuse_both("{\"images\": [{},]}", "[{},]", "holds something that is no JSON value: mend it");
    refuse_both("7", "\"x\"", ": name a file that does");
    refuse_both("[]", "{\"annotations\": {}}", "does not hold");
}

static void test_a_million_brackets(void **state)
{
    (void)state;
    enum { DEEP = 1000000 };
    static const char *const BEFORE[] = {"", "[",
        "[{\"bbox\": ", "[{\"x\": ", "[{\"segmentation\": ", "{\"annotations\": [{\"bbox\": ",
        "{\"images\": [{\"a\": ", "{\"images\": ", "{\"x\": "};
    char *text = malloc(DEEP + 64);
    for (size_t i = 0; i < sizeof BEFORE / sizeof *BEFORE; i++) {
        size_t length = strlen(BEFORE[i]);
        memcpy(text, BEFORE[i], length);
        memset(text + length, '[', DEEP);
        assert_null(read_truth(text, length + DEEP));
        assert_null(read_results(text, length + DEEP));
        for (size_t at = length; at + 5 <= length + DEEP; at += 5)
            memcpy(text + at, "{\"a\":", 5);
        assert_null(read_truth(text, length + DEEP));
        assert_null(read_results(text, length + DEEP));
    }
    free(text);
}

/* ---- every value in every field ---- */

#define IMAGE "{\"id\": 1, \"file_name\": \"a\", \"width\": 5, \"height\": 5%s}"
#define CATEGORY "{\"id\": 1, \"name\": \"c\"%s}"
#define ANNOTATION                                                                                 \
    "{\"id\": 1, \"image_id\": 1, \"category_id\": 1, \"bbox\": [1, 2, 3, 4], \"area\": 5, "       \
    "\"iscrowd\": 0, \"segmentation\": [[1, 1, 2, 1, 2, 2]]%s}"

/* The first of a list is as it should be; of the second the last KEY is TEXT, which counts. */
static void write_truth(
    char *out, size_t bytes, const char *list, const char *key, const char *text)
{
    static const char *const ENTRIES[] = {IMAGE, CATEGORY, ANNOTATION};
    static const char *const LISTS[] = {"images", "categories", "annotations"};
    size_t at = (size_t)snprintf(out, bytes, "{");
    for (int i = 0; i < 3; i++) {
        char wrong[256] = "";
        if (strcmp(LISTS[i], list) == 0)
            snprintf(wrong, sizeof wrong, ", \"%s\": %s", key, text);
        at += (size_t)snprintf(out + at, bytes - at, "%s\"%s\": [", i ? ", " : "", LISTS[i]);
        at += (size_t)snprintf(out + at, bytes - at, ENTRIES[i], wrong);
        at += (size_t)snprintf(out + at, bytes - at, "]");
    }
    snprintf(out + at, bytes - at, "}");
}

static const char *const WRONG[] = {"\"x\"", "\"\"", "[]", "[1]", "[[1]]", "{}", "{\"a\": [1]}",
    "[\"a\", null]", "1e400", "-1e400", "NaN", "-Infinity", "true", "1.5", "-7", "\"1.5e999\"",
    "99999999999999999999", "9223372036854775808", "-1e-400", "[1, 2, 3]", "[1, 2, 3, 4, 5]",
    "[1, 2, 3, NaN]", "[1, 2, 3, 1e400]", "[1, 2, 3, \"4\"]", "{\"size\": [1, 1]}",
    "{\"counts\": \"\\u0000\", \"size\": [1, 1]}"};

static int64_t told(const struct dataset *set)
{
    return set->dropped_annotations + set->dropped_images + set->dropped_categories +
           set->dropped_masks + set->unreadable_values + set->dropped_values;
}

/* What is taken although it is of another type than the reference writes. */
static const struct {
    const char *list, *key, *text;
} TAKEN[] = {
    {"images", "width", "true"},
    {"images", "width", "1.5"},
    {"images", "width", "-1e-400"},
    {"images", "file_name", "\"x\""},
    {"images", "file_name", "\"\""},
    {"images", "file_name", "\"1.5e999\""},
    {"categories", "name", "\"x\""},
    {"categories", "name", "\"\""},
    {"categories", "name", "\"1.5e999\""},
    {"annotations", "area", "true"},
    {"annotations", "area", "1.5"},
    {"annotations", "area", "-7"},
    {"annotations", "area", "99999999999999999999"},
    {"annotations", "area", "9223372036854775808"},
    {"annotations", "area", "-1e-400"},
    {"annotations", "iscrowd", "true"},
    {"annotations", "iscrowd", "1.5"},
    {"annotations", "iscrowd", "-7"},
    {"annotations", "iscrowd", "99999999999999999999"},
    {"annotations", "iscrowd", "9223372036854775808"},
    {"annotations", "iscrowd", "-1e-400"},
    {"annotations", "id", "-7"},
    {"annotations", "id", "-1e-400"},
    {"annotations", "bbox", "[]"}, /* the shape's extent is taken */
    {"annotations", "segmentation", "[]"},
    {"detections", "score", "true"},
    {"detections", "score", "1.5"},
    {"detections", "score", "-7"},
    {"detections", "score", "99999999999999999999"},
    {"detections", "score", "9223372036854775808"},
    {"detections", "score", "-1e-400"},
    {"detections", "file_name", "\"x\""},
    {"detections", "file_name", "\"\""},
    {"detections", "file_name", "\"1.5e999\""},
    {"detections", "category_name", "\"x\""},
    {"detections", "category_name", "\"\""},
    {"detections", "category_name", "\"1.5e999\""},
    {"detections", "bbox", "[]"},
    {"detections", "segmentation", "[]"},
    /* Ids that the ground truth may have, or not. */
    {"detections", "image_id", "\"x\""},
    {"detections", "image_id", "\"\""},
    {"detections", "image_id", "\"1.5e999\""},
    {"detections", "image_id", "-7"},
    {"detections", "image_id", "-1e-400"},
    {"detections", "category_id", "\"x\""},
    {"detections", "category_id", "\"\""},
    {"detections", "category_id", "\"1.5e999\""},
    {"detections", "category_id", "-7"},
    {"detections", "category_id", "-1e-400"},
};

static bool is_taken(const char *list, const char *key, const char *text)
{
    for (size_t i = 0; i < sizeof TAKEN / sizeof *TAKEN; i++)
        if (strcmp(TAKEN[i].list, list) == 0 && strcmp(TAKEN[i].key, key) == 0 &&
            strcmp(TAKEN[i].text, text) == 0)
            return true;
    return false;
}

static void test_wrong_values_of_the_ground_truth_are_told(void **state)
{
    (void)state;
    static const char *const FIELDS[][2] = {{"images", "id"}, {"images", "width"},
        {"images", "file_name"}, {"categories", "id"}, {"categories", "name"},
        {"annotations", "id"}, {"annotations", "image_id"}, {"annotations", "category_id"},
        {"annotations", "bbox"}, {"annotations", "area"}, {"annotations", "iscrowd"},
        {"annotations", "segmentation"}};
    for (size_t f = 0; f < sizeof FIELDS / sizeof *FIELDS; f++)
        for (size_t w = 0; w < sizeof WRONG / sizeof *WRONG; w++) {
            char text[2048];
            write_truth(text, sizeof text, FIELDS[f][0], FIELDS[f][1], WRONG[w]);
            struct dataset *set = read_truth(text, strlen(text));
            assert_non_null(set);
            bool taken = is_taken(FIELDS[f][0], FIELDS[f][1], WRONG[w]);
            if ((told(set) == 0) != taken)
                fail_msg("%s of %s is %s: %lld are told of", FIELDS[f][1], FIELDS[f][0], WRONG[w],
                    (long long)told(set));
            dataset_free(set);
        }
}

#define ROW                                                                                        \
    "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [1, 2, 3, 4], \"score\": 0.5, "              \
    "\"segmentation\": [[1, 1, 2, 1, 2, 2]], \"%s\": %s%s}]"

static void test_wrong_values_of_the_detections_are_told(void **state)
{
    (void)state;
    static const char *const FIELDS[] = {
        "image_id", "category_id", "bbox", "score", "file_name", "category_name", "segmentation"};
    static const char NAMES[] = ", \"file_name\": \"f\", \"category_name\": \"n\"";
    for (size_t f = 0; f < sizeof FIELDS / sizeof *FIELDS; f++)
        for (size_t w = 0; w < sizeof WRONG / sizeof *WRONG; w++) {
            char text[2048];
            snprintf(text, sizeof text, ROW, FIELDS[f], WRONG[w], "");
            struct detections *set = read_results(text, strlen(text));
            assert_non_null(set);
            int64_t left_out = set->dropped + set->dropped_masks + set->unreadable_values;
            if ((left_out == 0) != is_taken("detections", FIELDS[f], WRONG[w]))
                fail_msg("%s is %s: %lld are told of", FIELDS[f], WRONG[w], (long long)left_out);
            detections_free(set);
            if (!strstr(FIELDS[f], "_id"))
                continue;
            /* An id that cannot be read is stood in for by a name. */
            snprintf(text, sizeof text, ROW, FIELDS[f], WRONG[w], NAMES);
            set = read_results(text, strlen(text));
            assert_non_null(set);
            if (set->count != 1 || set->dropped)
                fail_msg("%s is %s: the row is lost", FIELDS[f], WRONG[w]);
            detections_free(set);
        }
}

static void test_entries_that_are_none_are_told(void **state)
{
    (void)state;
    static const char TRUTH[] = "{\"images\": [1, {}, {\"id\": null}], \"categories\": [\"a\", {}],"
                                "\"annotations\": [null, [], {}, 1]}";
    struct dataset *set = read_truth(TRUTH, strlen(TRUTH));
    assert_int_equal(set->dropped_images, 3);
    assert_int_equal(set->dropped_categories, 2);
    assert_int_equal(set->dropped_annotations, 4);
    dataset_free(set);
    static const char RESULTS[] = "{\"images\": [1, {}], \"categories\": [null, {\"id\": {}}],"
                                  "\"annotations\": [null, [], {}, 1]}";
    struct detections *found = read_results(RESULTS, strlen(RESULTS));
    assert_int_equal(found->dropped, 4);
    assert_int_equal(found->unreadable_values, 4);
    detections_free(found);
}

/* ---- numbers ---- */

static void add(char *out, const char *text)
{
    memcpy(out + strlen(out), text, strlen(text) + 1);
}

static void test_numbers_are_rounded_right_or_left_out(void **state)
{
    (void)state;
    enum { DIGITS = 10000 };
    static char third[DIGITS + 8] = "0.", one[DIGITS + 16] = "1", tiny[DIGITS + 16] = "0.";
    memset(third + 2, '3', DIGITS);
    memset(one + 1, '0', DIGITS);
    add(one, "e-10000");
    memset(tiny + 2, '0', DIGITS);
    add(tiny, "5e10000");
    const struct {
        const char *text;
        double value; /* NaN: the row is left out */
    } NUMBERS[] = {{third, 1 / 3.}, {one, 1}, {tiny, .5}, {"1e400", NAN}, {"-1e400", NAN},
        {"NaN", NAN}, {"Infinity", NAN}, {"-Infinity", NAN}, {"-0", -0.0}, {"-0.0e5", -0.0},
        {"1e-400", 0}, {"-1e-400", -0.0}, {"4.9e-324", 0x1p-1074}, {"00012", 12}, {"-007.50", -7.5},
        {"0.1", 0.1}, {"9007199254740993", 9007199254740992.0},
        {"0.30000000000000004", 0.30000000000000004}, {"1.7976931348623159e308", NAN}};
    static char text[4 * DIGITS];
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        snprintf(text, sizeof text,
            "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [1, %s, 3, 4], \"score\": %s}]",
            NUMBERS[i].text, NUMBERS[i].text);
        struct detections *set = read_results(text, strlen(text));
        assert_non_null(set);
        if (isnan(NUMBERS[i].value)
                ? set->count || set->dropped != 1
                : set->count != 1 ||
                      memcmp(&set->rows[0].box.y, &NUMBERS[i].value, sizeof(double)) != 0 ||
                      memcmp(&set->rows[0].score, &NUMBERS[i].value, sizeof(double)) != 0)
            fail_msg("%.40s", NUMBERS[i].text);
        detections_free(set);
    }
}

/* The id 1 in its forms joins the image 1; what is no integer of 64 bits joins nothing. */
static void test_ids(void **state)
{
    (void)state;
    static const struct {
        const char *image, *annotation;
        bool joins;
    } IDS[] = {{"1", "1.0", true}, {"1", "10e-1", true}, {"1.0", "1", true}, {"1", "01", true},
        {"1", "\"1\"", false}, {"\"1\"", "\"1\"", true}, {"1", "true", false},
        {"9007199254740993", "9007199254740993", true},
        {"9007199254740993", "9007199254740992", false},
        {"9223372036854775807", "9223372036854775807", true},
        {"-9223372036854775808", "-9223372036854775808", true},
        {"9223372036854775808", "9223372036854775808", false}, {"1e30", "1e30", false},
        {"NaN", "NaN", false}, {"0", "-0", true}, {"\"\\ud800\"", "\"\\ud800\"", true},
        {"\"a\\u0000b\"", "\"a\\u0000b\"", true}};
    for (size_t i = 0; i < sizeof IDS / sizeof *IDS; i++) {
        char text[512];
        snprintf(text, sizeof text,
            "{\"images\": [{\"id\": %s}], \"categories\": [{\"id\": 1}], \"annotations\": "
            "[{\"image_id\": %s, \"category_id\": \"1\", \"bbox\": [1, 2, 3, 4]}]}",
            IDS[i].image, IDS[i].annotation);
        struct dataset *set = read_truth(text, strlen(text));
        assert_non_null(set);
        if ((set->annotation_count == 1) != IDS[i].joins || told(set) < !IDS[i].joins)
            fail_msg("%s and %s", IDS[i].image, IDS[i].annotation);
        dataset_free(set);
    }
}

/* ---- texts ---- */

static void test_texts(void **state)
{
    (void)state;
    static const char TEXT[] =
        "\xef\xbb\xbf{\"images\": [{\"id\": 1, \"file_name\": \"a\\ud83dz\"}, {\"id\": 2, "
        "\"file_name\": \"b\0c\"}, {\"id\": 3, \"file_name\": \"d\\u0000!\"}, {\"id\": 4, "
        "\"file_name\": \"\xff\n\"}], \"categories\": [{\"id\": 1, \"name\": \"\\udc00\"}]}";
    static const char *const NAMES[] = {"a\xef\xbf\xbdz", "b?c", "d\xef\xbf\xbd!", "\xff\n"};
    struct dataset *set = read_truth(TEXT, sizeof TEXT - 1);
    assert_non_null(set);
    assert_int_equal(set->image_count, 4);
    for (int i = 0; i < 4; i++)
        assert_string_equal(set->images[i].file_name, NAMES[i]);
    assert_string_equal(set->categories[0].name, "\xef\xbf\xbd");
    dataset_free(set);
}

static long peak_kb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* A file whose middle is a hole of 300 MB, which takes no room itself. */
static void put_endless(const char *before, const char *behind)
{
    enum { MIDDLE = 300 << 20 };
    put(before, strlen(before));
    assert_int_equal(pwrite(file, behind, strlen(behind), MIDDLE), strlen(behind));
    assert_int_equal(ftruncate(file, MIDDLE + (off_t)strlen(behind)), 0);
}

static void test_an_endless_string_takes_no_memory(void **state)
{
    (void)state;
    enum { MOST_GROWTH_KB = 32 << 10 };
    static const char *const TRUTHS[][2] = {
        {"{\"images\": [{\"id\": 1, \"file_name\": \"", "\"}]}"},
        {"{\"images\": [{\"id\": 1, \"", "\": 5}]}"},
        {"{\"images\": [{\"id\": 1, \"a\": {\"b\": [\"", "\"]}}]}"},
        {"{\"categories\": [{\"id\": \"", "\"}]}"},
        {"{\"annotations\": [{\"segmentation\": {\"size\": [1, 1], \"counts\": \"", "\"}}]}"},
        {"{\"images\": [], \"x\": \"", ""}};
    long before = peak_kb();
    for (size_t i = 0; i < sizeof TRUTHS / sizeof *TRUTHS; i++) {
        struct err err = {0};
        bool is_whole = TRUTHS[i][1][0];
        put_endless(TRUTHS[i][0], TRUTHS[i][1]);
        struct dataset *set = annotation_read_ground_truth_as(path, &ALL, &err);
        assert_int_equal(set != NULL, is_whole);
        if (set && !told(set) && !strstr(TRUTHS[i][1], ": 5"))
            fail_msg("nothing is told of %s", TRUTHS[i][0]);
        if (!is_whole)
            check_refusal(&err, SIZE_MAX / 4);
        dataset_free(set);
    }
    struct err err = {0};
    put_endless(
        "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [1, 2, 3, 4], \"score\": \"", "\"}]");
    struct detections *found = annotation_read_detections_as(path, &ALL, &err);
    assert_non_null(found);
    assert_int_equal(found->dropped, 1);
    detections_free(found);
    if (peak_kb() - before > MOST_GROWTH_KB)
        fail_msg("%ld KB more at the peak", peak_kb() - before);
}

/* ---- keys ---- */

/* The last of what stands twice is what Python's json gives. */
static void test_the_last_of_repeated_keys_counts(void **state)
{
    (void)state;
    static const char TRUTH[] =
        "{\"images\": [{\"id\": 8}, {}], \"annotations\": [{\"bbox\": 1}, {\"image_id\": 1, "
        "\"category_id\": 1, \"bbox\": [9, 9, 9, 9], \"segmentation\": [[1, 1, 2, 2, 3, 3]]}],"
        "\"categories\": [{\"id\": 8, \"name\": \"old\"}, 3],"
        "\"images\": [{\"id\": 7, \"id\": 1, \"file_name\": \"a\", \"coco_url\": \"x/y\", "
        "\"file_name\": \"b\", \"width\": 3, \"width\": 4, \"coco_url\": \"x/z\"}],"
        "\"categories\": [{\"id\": 1, \"name\": \"old\", \"name\": \"new\"}],"
        "\"annotations\": [{\"id\": 1, \"image_id\": \"q\", \"image_id\": 1, \"category_id\": 1, "
        "\"bbox\": [1, 2, 3, 4], \"area\": 5, \"bbox\": [5, 6, 7, 8], \"area\": 6, \"iscrowd\": 1, "
        "\"iscrowd\": 0, \"id\": 2, \"segmentation\": 7, \"segmentation\": {\"counts\": [-1], "
        "\"size\": [0], \"size\": [1, 2], \"counts\": [1, 1]}}]}";
    struct dataset *set = read_truth(TRUTH, strlen(TRUTH));
    assert_non_null(set);
    assert_int_equal(told(set), 0);
    assert_int_equal(set->image_count, 1);
    assert_int_equal(set->images[0].id, 1);
    assert_string_equal(set->images[0].file_name, "b");
    assert_int_equal(set->images[0].width_px, 4);
    assert_int_equal(set->category_count, 1);
    assert_string_equal(set->categories[0].name, "new");
    assert_int_equal(set->annotation_count, 1);
    const struct annotation *a = &set->annotations[0];
    assert_true(a->box.x == 5 && a->area == 6 && a->id == 2 && !a->crowd);
    assert_int_equal(set->masks[0]->run_count, 2);
    dataset_free(set);
    static const char ROWS[] =
        "{\"annotations\": [{}, {\"image_id\": 5, \"category_id\": 1, \"score\": 0.5, \"bbox\": "
        "[0, 0, 1, 1]}], \"annotations\": [{\"image_id\": 1, \"category_id\": 1, \"score\": 0.5, "
        "\"bbox\": [0, 0, 1, 1], \"score\": 0.75, \"bbox\": [2, 0, 1, 1]}]}";
    struct detections *found = read_results(ROWS, strlen(ROWS));
    assert_int_equal(found->count, 1);
    assert_int_equal(found->dropped, 0);
    assert_true(found->rows[0].score == .75 && found->rows[0].box.x == 2);
    assert_true(found->image_keys[found->rows[0].image_key].id == 1);
    detections_free(found);
}

/* A list that comes again and again among very many ids: each time costs what it holds itself, and
 * not what all ids are. */
static void test_repeated_lists_take_no_time(void **state)
{
    (void)state;
    enum { TIMES = 200000, ENTRY_BYTES = 150, MOST_SECONDS = 10 };
    char *text = malloc((size_t)TIMES * ENTRY_BYTES);
    size_t at = (size_t)snprintf(text, ENTRY_BYTES, "{\"categories\": [{}");
    for (int i = 0; i < TIMES; i++)
        at += (size_t)snprintf(text + at, ENTRY_BYTES, ",{\"id\": %d}", i);
    at += (size_t)snprintf(text + at, ENTRY_BYTES, "], \"images\": [{}");
    for (int i = 0; i < TIMES; i++)
        at += (size_t)snprintf(text + at, ENTRY_BYTES, ",{\"id\": %d}", i);
    at += (size_t)snprintf(text + at, ENTRY_BYTES, "]");
    for (int i = 0; i < TIMES; i++)
        at += (size_t)snprintf(text + at, ENTRY_BYTES,
            ",\"images\":[{\"id\":%d,\"a\":1}],\"categories\":[{\"id\":%d}],\"annotations\":[{}]",
            TIMES - 1, i);
    at += (size_t)snprintf(text + at, ENTRY_BYTES, "}");
    clock_t start = clock(); /* of the processor: a fraction of a second, or half a minute */
    struct dataset *set = read_truth(text, at);
    assert_true((clock() - start) / CLOCKS_PER_SEC < MOST_SECONDS);
    assert_non_null(set);
    assert_int_equal(set->image_count, 1);
    assert_int_equal(set->category_count, 1);
    assert_int_equal(set->categories[0].id, TIMES - 1);
    assert_int_equal(set->dropped_annotations, 1);
    assert_int_equal(set->column_count, 1);
    dataset_free(set);
    free(text);
}

/* ---- damage ---- */

static const char TRUTH[] =
    "{\"info\": {\"a\": [1]}, \"images\": [{\"id\": 1, \"file_name\": \"\\u00e9\\\\\", \"width\": "
    "5, \"coco_url\": \"x/y\", \"tags\": [\"a\", \"b\"], \"attributes\": {\"w\": \"r\", \"n\": "
    "null}}], \"annotations\": [{\"id\": 1, \"image_id\": 1, \"bbox\": [1, 2, 3, 4.5e0], "
    "\"segmentation\": [[1, 2, 3, 4, 5, 6], [3]], \"iscrowd\": 0, \"category_id\": \"k\"}, "
    "{\"image_id\": 1, \"category_id\": \"k\", \"area\": 5, \"segmentation\": {\"size\": [2, 3], "
    "\"counts\": \"123\"}}], \"categories\": [{\"id\": \"k\", \"name\": \"n\"}]}";
static const char RESULTS[] =
    "[{\"image_id\": 1, \"category_id\": 2, \"bbox\": [1, 2.5, 3e1, -4], \"score\": 0.5, "
    "\"file_name\": \"x\", \"segmentation\": {\"size\": [2, 3], \"counts\": [1, 5]}}, {\"a\": "
    "[true, "
    "null], \"category_name\": \"c\", \"segmentation\": [[1, 2, 3, 4, 5, 6]]}]";

static void read_both(const char *text, size_t length)
{
    dataset_free(read_truth(text, length));
    detections_free(read_results(text, length));
}

static void test_every_prefix_is_refused(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof TRUTH - 1; length++) {
        assert_null(read_truth(TRUTH, length));
        assert_null(read_results(TRUTH, length));
    }
    for (size_t length = 0; length < sizeof RESULTS - 1; length++) {
        assert_null(read_truth(RESULTS, length));
        assert_null(read_results(RESULTS, length));
    }
    struct dataset *set = read_truth(TRUTH, sizeof TRUTH - 1);
    assert_int_equal(set->annotation_count, 2);
    dataset_free(set);
    struct detections *found = read_results(RESULTS, sizeof RESULTS - 1);
    assert_int_equal(found->count, 1);
    detections_free(found);
}

/* Each byte replaced by each that means something: read, or refused with a place in the file. */
static void test_every_byte_damaged(void **state)
{
    (void)state;
    static const char NASTY[] = "\0\"\\{}[]:,0-.eNtu\xff\n";
    static const struct {
        const char *text;
        size_t length;
    } FILES[] = {{TRUTH, sizeof TRUTH - 1}, {RESULTS, sizeof RESULTS - 1}};
    for (size_t f = 0; f < 2; f++)
        for (size_t i = 0; i < FILES[f].length; i++)
            for (size_t n = 0; n < sizeof NASTY - 1; n++) {
                char *text = malloc(FILES[f].length);
                memcpy(text, FILES[f].text, FILES[f].length);
                text[i] = NASTY[n];
                read_both(text, FILES[f].length);
                free(text);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_no_value_is_refused),
        cmocka_unit_test(test_documents_are_one_and_whole),
        cmocka_unit_test(test_a_million_brackets),
        cmocka_unit_test(test_wrong_values_of_the_ground_truth_are_told),
        cmocka_unit_test(test_wrong_values_of_the_detections_are_told),
        cmocka_unit_test(test_entries_that_are_none_are_told),
        cmocka_unit_test(test_numbers_are_rounded_right_or_left_out),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_an_endless_string_takes_no_memory),
        cmocka_unit_test(test_the_last_of_repeated_keys_counts),
        cmocka_unit_test(test_repeated_lists_take_no_time),
        cmocka_unit_test(test_every_prefix_is_refused),
        cmocka_unit_test(test_every_byte_damaged),
    };
    return cmocka_run_group_tests(tests, make_file, NULL);
}
