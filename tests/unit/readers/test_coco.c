/*
 * COCO files: every shape that occurs, every leniency, and refusals that name the place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "readers/annotation.h"
#include "boxes_text.h"
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

static void test_ground_truth(void **state)
{
    (void)state;
    struct dataset *set = boxes_coco_truth(
        "{\"info\": {\"bbox\": [1]}, \"images\": [{\"id\": 7, \"file_name\": \"a/b.jpg\", "
        "\"width\": "
        "640, \"height\": 480.0}, {\"file_name\": \"c.jpg\", \"id\": 0}],"
        "\"categories\": [{\"id\": 9, \"name\": \"dog\"}, {\"id\": 0, \"name\": \"caf\\u00e9\"}],"
        "\"annotations\": [{\"id\": 5, \"image_id\": 0, \"category_id\": 9, \"bbox\": [1, 2.5, 3, "
        "4], "
        "\"area\": 11.5, \"iscrowd\": 1, \"segmentation\": {\"counts\": \"a]}\\\"\", \"size\": [1, "
        "2]}},"
        "{\"bbox\": [0, 0, 2, 3], \"category_id\": 0, \"image_id\": 7, \"segmentation\": [[1, "
        "2]]}]}");
    assert_int_equal(set->image_count, 2);
    assert_int_equal(set->images[0].id, 7);
    assert_string_equal(set->images[0].file_name, "a/b.jpg");
    assert_int_equal(set->images[0].width_px, 640);
    assert_int_equal(set->images[0].height_px, 480);
    assert_int_equal(set->images[1].id, 0);
    assert_null(set->images[1].key);
    assert_int_equal(set->images[1].width_px, 0);
    assert_int_equal(set->category_count, 2);
    assert_int_equal(set->categories[0].id, 0);
    assert_string_equal(set->categories[0].name, "caf\xc3\xa9");
    assert_string_equal(set->categories[1].name, "dog");
    assert_int_equal(set->annotation_count, 2);
    const struct annotation *a = &set->annotations[0];
    assert_true(a->box.x == 1 && a->box.y == 2.5 && a->box.w == 3 && a->box.h == 4);
    assert_true(a->area == 11.5 && a->crowd && a->id == 5 && a->image == 1 && a->category == 1);
    a = &set->annotations[1];
    assert_true(a->area == 6 && !a->crowd && a->image == 0 && a->category == 0);
    assert_int_equal(set->missing_area, 1);
    assert_int_equal(set->dropped_annotations, 0);
    assert_false(set->fractions);
    dataset_free(set);
}

static void test_ground_truth_in_any_order(void **state)
{
    (void)state;
    struct dataset *set = boxes_coco_truth(
        "\xef\xbb\xbf{\"annotations\": [{\"image_id\": \"p\", \"category_id\": \"4\", \"bbox\": "
        "[1,2,3,4]}, {\"image_id\": 3, \"category_id\": 4, \"bbox\": [5,6,7,8]}], \"categories\": "
        "[{\"name\": \"x\", \"id\": 4}], \"images\": [{\"id\": 3}, {\"id\": \"p\"}, {\"id\": "
        "\"3\"}]}");
    assert_int_equal(set->image_count, 3);
    assert_string_equal(set->images[1].key, "p");
    assert_string_equal(set->images[2].key, "3"); /* not the image 3 */
    assert_string_equal(set->images[0].file_name, "");
    assert_int_equal(set->annotation_count, 2);
    assert_int_equal(set->annotations[0].image, 1);
    assert_int_equal(set->annotations[0].category, 0); /* "4" is the category 4 */
    assert_int_equal(set->annotations[1].image, 0);
    dataset_free(set);
}

static void test_unusable_annotations_are_counted(void **state)
{
    (void)state;
    struct dataset *set =
        boxes_coco_truth("{\"images\": [{\"id\": 1}, 5, {\"file_name\": \"no id\"}], \"categories\": "
                 "[{\"id\": 1, \"name\": "
                 "\"x\"}], \"annotations\": ["
                 "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0,0,1,1]},"
                 "{\"image_id\": 2, \"category_id\": 1, \"bbox\": [0,0,1,1]},"
                 "{\"image_id\": 1, \"category_id\": 2, \"bbox\": [0,0,1,1]},"
                 "{\"category_id\": 1, \"bbox\": [0,0,1,1]},"
                 "{\"image_id\": 1, \"category_id\": 1},"
                 "{\"image_id\": 1, \"category_id\": 1, \"bbox\": []},"
                 "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [1,2,3,4,5]},"
                 "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [1,2,NaN,4]},"
                 "{\"image_id\": 1.5, \"category_id\": 1, \"bbox\": [0,0,1,1]},"
                 "{\"image_id\": null, \"category_id\": 1, \"bbox\": [0,0,1,1]},"
                 "{\"image_id\": [1], \"category_id\": 1, \"bbox\": [0,0,1,1]},"
                 "[1, 2], 7, null,"
                 "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0,0,2,1], \"area\": null}]}");
    assert_int_equal(set->image_count, 1);
    assert_int_equal(set->annotation_count, 2);
    assert_int_equal(set->dropped_annotations, 13);
    assert_int_equal(set->missing_area, 2); /* of those kept */
    dataset_free(set);
}

static void test_last_of_repeated_ids_counts(void **state)
{
    (void)state;
    struct dataset *set = boxes_coco_truth(
        "{\"images\": [{\"id\": 1, \"file_name\": \"a\"}, {\"id\": 1, \"file_name\": \"b\"}], "
        "\"categories\": [{\"id\": 1, \"name\": \"x\"}, {\"id\": 1, \"name\": \"y\"}], "
        "\"annotations\": "
        "[{\"id\": 1, \"image_id\": 1, \"category_id\": 1, \"bbox\": [0,0,1,1]}, {\"id\": 1, "
        "\"image_id\": 1, \"category_id\": 1, \"bbox\": [0,0,1,1]}]}");
    assert_int_equal(set->image_count, 1);
    assert_string_equal(set->images[0].file_name, "b");
    assert_int_equal(set->category_count, 1);
    assert_string_equal(set->categories[0].name, "y");
    assert_int_equal(set->annotation_count, 2);
    dataset_free(set);
}

static void test_text_category_ids(void **state)
{
    (void)state;
    struct dataset *set =
        boxes_coco_truth("{\"images\": [{\"id\": 1}], \"categories\": [{\"id\": \"cat\"}, "
                 "{\"id\": 6, \"name\": \"x\"}], \"annotations\": [{\"image_id\": 1, "
                 "\"category_id\": \"cat\", \"bbox\": [0,0,1,1]}]}");
    assert_int_equal(set->categories[0].id, 6);
    assert_string_equal(set->categories[1].name, "cat");
    assert_int_equal(set->annotations[0].category, 1);
    dataset_free(set);
    struct detections *found = boxes_coco_detections(
        "[{\"image_id\": 1, \"category_id\": \"cat\", \"bbox\": [0,0,1,1], \"score\": 1}]");
    assert_string_equal(found->category_keys[0].name, "cat");
    detections_free(found);
}

static void test_large_ids_are_exact(void **state)
{
    (void)state;
    struct detections *set = boxes_coco_detections(
        "[{\"image_id\": 9007199254740993, \"category_id\": 1, \"bbox\": [0,0,1,1], \"score\": 1},"
        "{\"image_id\": 9007199254740992, \"category_id\": 1, \"bbox\": [0,0,1,1], \"score\": 1},"
        "{\"image_id\": -3, \"category_id\": 1, \"bbox\": [0,0,1,1], \"score\": 1}]");
    assert_int_equal(set->image_key_count, 3);
    assert_true(set->image_keys[0].id == INT64_C(9007199254740993));
    assert_true(set->image_keys[1].id == INT64_C(9007199254740992));
    assert_true(set->image_keys[2].id == -3);
    detections_free(set);
}

static void test_results(void **state)
{
    (void)state;
    struct detections *set = boxes_coco_detections(
        "[{\"image_id\": 42, \"category_id\": 18, \"bbox\": [258.15, 41.29, 348.26, 243.78], "
        "\"score\": "
        "0.236},"
        "{\"score\": 1e-3, \"bbox\": [1, 2, 3, 4], \"category_id\": 0, \"image_id\": "
        "\"im\\u00e9\", "
        "\"segmentation\": {\"counts\": \"x\"}, \"keypoints\": [1, 2]},"
        "{\"image_id\": \"42\", \"category_id\": 18, \"bbox\": [0, 0, 0, 0], \"score\": -2}]");
    assert_int_equal(set->count, 3);
    assert_int_equal(set->dropped, 0);
    assert_false(set->has_file_names);
    assert_int_equal(set->image_key_count, 3);
    assert_int_equal(set->image_keys[0].id, 42);
    assert_null(set->image_keys[0].text);
    assert_null(set->image_keys[0].file_name);
    assert_string_equal(set->image_keys[1].text, "im\xc3\xa9");
    assert_string_equal(set->image_keys[2].text, "42");
    assert_int_equal(set->category_key_count, 2);
    const struct detection *d = &set->rows[0];
    assert_true(
        d->box.x == 258.15 && d->box.y == 41.29 && d->box.w == 348.26 && d->box.h == 243.78);
    assert_true(d->score == 0.236 && d->image_key == 0 && d->category_key == 0);
    d = &set->rows[1];
    assert_true(
        d->score == 0.001 && d->image_key == 1 && set->category_keys[d->category_key].id == 0);
    assert_true(set->rows[2].score == -2 && set->rows[2].category_key == 0);
    detections_free(set);
}

static void test_results_with_file_names(void **state)
{
    (void)state;
    struct detections *set = boxes_coco_detections(
        "[{\"image_id\": \"a\", \"file_name\": \"a.jpg\", \"category_id\": 1, \"bbox\": [0,0,1,1], "
        "\"score\": 0.5}, {\"file_name\": \"b.jpg\", \"image_id\": 5, \"category_id\": 1, "
        "\"bbox\": "
        "[0,0,1,1], \"score\": 0.5}, {\"image_id\": \"a\", \"category_id\": 1, \"bbox\": "
        "[0,0,1,1], "
        "\"score\": 0.5}, {\"file_name\": \"c.jpg\", \"category_id\": 1, \"bbox\": [0,0,1,1], "
        "\"score\": "
        "0.5}]");
    assert_int_equal(set->count, 4);
    assert_true(set->has_file_names);
    assert_int_equal(set->image_key_count, 3);
    assert_string_equal(set->image_keys[0].file_name, "a.jpg");
    assert_string_equal(set->image_keys[1].file_name, "b.jpg");
    assert_int_equal(set->image_keys[1].id, 5);
    assert_int_equal(set->rows[2].image_key, 0);
    assert_string_equal(set->image_keys[2].text, "c.jpg");
    detections_free(set);
}

/* Some tools write the names of classes into their rows, some nothing else, some numbers as text.
 */
static void test_results_with_category_names(void **state)
{
    (void)state;
    struct detections *set = boxes_coco_detections(
        "[{\"image_id\": 1, \"category_id\": 4, \"category_name\": \"cat\", \"bbox\": [0,0,1,1], "
        "\"score\": \"0.25\"}, {\"image_id\": 1, \"category_name\": \"dog\", \"bbox\": [0,0,1,1], "
        "\"score\": 0.5}, {\"image_id\": 1, \"category_id\": 5, \"bbox\": [0,0,1,1], \"score\": "
        "1}]");
    assert_int_equal(set->count, 3);
    assert_true(set->rows[0].score == 0.25);
    assert_int_equal(set->category_key_count, 3);
    assert_int_equal(set->category_keys[0].id, 4);
    assert_null(set->category_keys[0].name);
    assert_string_equal(set->category_keys[0].called, "cat");
    assert_string_equal(set->category_keys[1].name, "dog");
    assert_int_equal(set->category_keys[2].id, 5);
    assert_null(set->category_keys[2].called);
    detections_free(set);
}

/* Names of files as Windows writes them; where there are none, their addresses. */
static void test_names_of_images(void **state)
{
    (void)state;
    struct dataset *set = boxes_coco_truth(
        "{\"images\": [{\"id\": 1, \"file_name\": \"images\\\\a.jpg\", \"coco_url\": \"\"},"
        "{\"id\": 2, \"coco_url\": \"http://images.example.org/val2017/000000000002.jpg\"},"
        "{\"id\": 3, \"file_name\": \"c.jpg\", \"coco_url\": \"http://example.org/x.jpg\"}],"
        "\"annotations\": [], \"categories\": []}");
    assert_string_equal(set->images[0].file_name, "images/a.jpg");
    assert_string_equal(set->images[1].file_name, "000000000002.jpg");
    assert_string_equal(set->images[2].file_name, "c.jpg");
    dataset_free(set);
    struct detections *found = boxes_coco_detections(
        "[{\"file_name\": \"images\\\\a.jpg\", \"image_id\": 5, \"category_id\": 1, \"bbox\": "
        "[0,0,1,1], \"score\": 0.5}]");
    assert_string_equal(found->image_keys[0].file_name, "images/a.jpg");
    detections_free(found);
}

static void test_unusable_rows_are_counted(void **state)
{
    (void)state;
    struct detections *set = boxes_coco_detections(
        "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0,0,1,1], \"score\": 0.5}, 7, [], null,"
        "{\"image_id\": 1, \"category_id\": 1, \"segmentation\": {\"counts\": \"x\"}, \"score\": "
        "0.5},"
        "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0,0,1,1]},"
        "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0,0,1,1], \"score\": NaN},"
        "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0,0,1,1], \"score\": \"high\"},"
        "{\"image_id\": 1, \"bbox\": [0,0,1,1], \"score\": 0.5},"
        "{\"category_id\": 1, \"bbox\": [0,0,1,1], \"score\": 0.5},"
        "{\"image_id\": 1, \"category_id\": 1, \"bbox\": {\"x\": [0]}, \"score\": 0.5},"
        "{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0,0,1,Infinity], \"score\": 0.5}, {}]");
    assert_int_equal(set->count, 1);
    assert_int_equal(set->dropped, 12);
    detections_free(set);
}

static void test_dataset_shaped_detections(void **state)
{
    (void)state;
    static const char TEXT[] = "{\"annotations\": [{\"image_id\": 3, \"category_id\": 0, \"bbox\": "
                               "[1,2,3,4], \"score\": 0.9}], "
                               "\"images\": [{\"id\": 3, \"file_name\": \"x.jpg\"}], "
                               "\"categories\": [{\"id\": 0, \"name\": "
                               "\"cat\"}]}";
    struct detections *set = boxes_coco_detections(TEXT);
    assert_int_equal(set->count, 1);
    assert_false(set->has_file_names);
    assert_string_equal(set->image_keys[set->rows[0].image_key].file_name, "x.jpg");
    assert_int_equal(set->category_keys[0].id, 0);
    assert_string_equal(set->category_keys[0].called, "cat");
    detections_free(set);
    enum annotation_kind kind;
    assert_non_null(annotation_sniff(temp_text(directory, "d.JSON", TEXT), &kind));
    assert_int_equal(kind, ANNOTATION_DETECTIONS);
    struct dataset *truth = boxes_coco_truth(TEXT); /* asked for by name, it is ground truth as well */
    assert_int_equal(truth->annotation_count, 1);
    dataset_free(truth);
}

static void test_empty_lists(void **state)
{
    (void)state;
    struct detections *set = boxes_coco_detections("[]");
    assert_int_equal(set->count, 0);
    detections_free(set);
    struct dataset *truth = boxes_coco_truth("{\"images\": [], \"annotations\": null}");
    assert_int_equal(truth->image_count, 0);
    dataset_free(truth);
}

static const struct {
    const char *name, *text;
    enum annotation_kind kind;
} SNIFFED[] = {
    {"a.json", "[{\"image_id\": 1, \"bbox\": [1,2,3,4]}]", ANNOTATION_DETECTIONS},
    {"a.json", " [ {\"score\": 1, \"x\": {\"y\": [1]}, \"image_id\": \"s\"}",
        ANNOTATION_DETECTIONS},
    {"a.json", "[{\"image_id\": 1, \"caption\": \"c\"}]", ANNOTATION_NONE},
    {"a.json", "[]", ANNOTATION_NONE},
    {"predictions.json", "[]\n", ANNOTATION_DETECTIONS},
    {"coco_instances_results.json", "[]", ANNOTATION_DETECTIONS},
    {"epoch_12.JSON", "[ ]", ANNOTATION_DETECTIONS},
    {"predictions.txt", "[]", ANNOTATION_NONE},
    {"predictions.json", "[1, 2]", ANNOTATION_NONE},
    {"predictions.json", "", ANNOTATION_NONE},
    {"a.json", "{\"images\": [{\"id\": 1, \"file_name\": \"x\"", ANNOTATION_GROUND_TRUTH},
    {"a.json", "{\"info\": {}, \"annotations\": [{\"image_id\": 1}]}", ANNOTATION_GROUND_TRUTH},
    {"a.json", "{\"images\": [], \"categories\": [], \"annotations\": []}",
        ANNOTATION_GROUND_TRUTH},
    {"a.json", "{\"annotations\": [{\"image_id\": 1, \"score\": 0.5}]}", ANNOTATION_DETECTIONS},
    {"a.json", "{\"images\": 5}", ANNOTATION_NONE},
    {"a.json", "{\"iteration\": 19, \"lr\": 0.1}\n{\"iteration\": 39}", ANNOTATION_NONE},
    {"a.json", "not JSON", ANNOTATION_NONE},
    {"a.bin", "\x89PNG", ANNOTATION_NONE},
};

static void test_sniffing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SNIFFED / sizeof *SNIFFED; i++) {
        enum annotation_kind kind = ANNOTATION_GROUND_TRUTH;
        const char *path = temp_text(directory, SNIFFED[i].name, SNIFFED[i].text);
        const struct annotation_format *format = annotation_sniff(path, &kind);
        if (kind != SNIFFED[i].kind)
            fail_msg("row %zu: %d", i, (int)kind);
        assert_true((format != NULL) == (kind != ANNOTATION_NONE));
    }
}

static const struct {
    const char *text, *says;
    int64_t at;
} REFUSED[] = {
    {"", "holds no JSON", 0},
    {"[{\"image_id\": 1, \"bb", "ends inside a JSON string", 17},
    {"[{\"image_id\": 1},", "ends inside a JSON array", 17},
    {"[{\"image_id\" 1}]", "has no colon behind a key", 13},
    {"[{\"image_id\": 1} {}]", "lacks a comma or a closing bracket", 17},
    {"[] []", "goes on behind its JSON value", 3},
    {"{\"a\": 1}", "does not hold a list of detections, or an object with \"annotations\"", -1},
    {"{\"annotations\": 3}", "does not hold a list in \"annotations\"", -1},
    {"17", "does not hold a list of detections", -1},
};

static void test_refusals_name_the_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
        struct err err = {0};
        const char *path = temp_text(directory, "bad.json", REFUSED[i].text);
        assert_null(annotation_read_detections(path, &err));
        assert_int_equal(err.code, ERR_FORMAT);
        assert_int_equal(err.place, ERR_AT_BYTE);
        assert_string_equal(err.file, path);
        if (strncmp(err.text, REFUSED[i].says, strlen(REFUSED[i].says)) != 0)
            fail_msg("row %zu: %s", i, err.text);
        if (REFUSED[i].at >= 0)
            assert_int_equal(err.at, REFUSED[i].at);
    }
    struct err err = {0};
    assert_null(annotation_read_ground_truth(temp_text(directory, "bad.json", "[]"), &err));
    assert_int_equal(err.code, ERR_FORMAT);
    assert_null(annotation_read_ground_truth("/nonexistent/file", &err));
    assert_int_equal(err.code, ERR_IO);
    assert_null(
        annotation_read_detections(directory, &err)); /* a directory of JSON, not of labels */
    assert_int_equal(err.code, ERR_FORMAT);
}

/* As Roboflow exports it: a category 0 that nothing belongs to, ids from 0. */
static void test_a_dummy_category_and_ids_from_zero(void **state)
{
    (void)state;
    struct dataset *set = boxes_coco_truth(
        "{\"categories\": [{\"id\": 0, \"name\": \"things\", \"supercategory\": \"none\"}, "
        "{\"id\": 1, \"name\": \"laser\", \"supercategory\": \"things\"}], \"images\": "
        "[{\"id\": 0, \"file_name\": \"a.jpg\"}], \"annotations\": [{\"id\": 0, \"image_id\": 0, "
        "\"category_id\": 1, \"bbox\": [1, 2, 3, 4], \"area\": 12, \"segmentation\": [], "
        "\"iscrowd\": 0}]}");
    assert_int_equal(set->category_count, 2);
    assert_string_equal(set->categories[0].name, "things");
    assert_int_equal(set->annotation_count, 1);
    assert_int_equal(set->annotations[0].category, 1);
    assert_int_equal(set->images[0].id, 0);
    dataset_free(set);
}

/* Law: a prefix of a file is refused with a place inside it; it never crashes or passes for whole.
 */
static void test_every_prefix_is_refused(void **state)
{
    (void)state;
    static const char TRUTH[] =
        "{\"images\": [{\"id\": 1, \"file_name\": \"\\u00e9\", \"width\": 5}], \"annotations\": "
        "[{\"image_id\": 1, \"bbox\": [1, 2, 3, 4], \"segmentation\": [[1, 2], [3]], \"iscrowd\": "
        "0, "
        "\"category_id\": \"k\"}], \"categories\": [{\"id\": \"k\", \"name\": \"n\"}]}";
    static const char RESULTS[] =
        "[{\"image_id\": 1, \"category_id\": 2, \"bbox\": [1, 2.5, 3e1, -4], "
        "\"score\": 0.5, \"file_name\": \"x\"}, {\"a\": [true, null]}]";
    for (size_t length = 0; length < sizeof TRUTH - 1; length++) {
        struct err err = {0};
        assert_null(
            annotation_read_ground_truth(temp_file(directory, "p.json", TRUTH, length), &err));
        assert_int_equal(err.code, ERR_FORMAT);
        assert_true(err.at >= 0 && err.at <= (int64_t)length);
    }
    for (size_t length = 0; length < sizeof RESULTS - 1; length++) {
        struct err err = {0};
        assert_null(
            annotation_read_detections(temp_file(directory, "p.json", RESULTS, length), &err));
        assert_int_equal(err.code, ERR_FORMAT);
        assert_true(err.at >= 0 && err.at <= (int64_t)length);
    }
    dataset_free(boxes_coco_truth(TRUTH));
    detections_free(boxes_coco_detections(RESULTS));
}

/* A file of many blocks: every row is there, in order, with its numbers. */
static void test_a_large_file(void **state)
{
    (void)state;
    enum { ROWS = 20000 };
    char *text = malloc(ROWS * 128);
    size_t length = 0;
    for (int i = 0; i < ROWS; i++)
        length += (size_t)snprintf(text + length, ROWS * 128 - length,
            "%c{\"image_id\":%d,\"category_id\":%d,\"bbox\":[%d,0.5,%d.25,1e1],\"score\":%d}",
            i ? ',' : '[', i / 3 * 1000, i % 90, i, i, i);
    text[length++] = ']';
    struct err err = {0};
    struct detections *set =
        annotation_read_detections(temp_file(directory, "large.json", text, length), &err);
    assert_non_null(set);
    assert_int_equal(set->count, ROWS);
    assert_int_equal(set->category_key_count, 90);
    for (int i = 0; i < ROWS; i++) {
        const struct detection *d = &set->rows[i];
        assert_true(set->image_keys[d->image_key].id == i / 3 * 1000);
        assert_true(set->category_keys[d->category_key].id == i % 90);
        assert_true(d->box.x == i && d->box.w == i + 0.25 && d->box.h == 10 && d->score == i);
    }
    detections_free(set);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ground_truth),
        cmocka_unit_test(test_ground_truth_in_any_order),
        cmocka_unit_test(test_unusable_annotations_are_counted),
        cmocka_unit_test(test_last_of_repeated_ids_counts),
        cmocka_unit_test(test_text_category_ids),
        cmocka_unit_test(test_large_ids_are_exact),
        cmocka_unit_test(test_results),
        cmocka_unit_test(test_results_with_file_names),
        cmocka_unit_test(test_results_with_category_names),
        cmocka_unit_test(test_names_of_images),
        cmocka_unit_test(test_unusable_rows_are_counted),
        cmocka_unit_test(test_dataset_shaped_detections),
        cmocka_unit_test(test_empty_lists),
        cmocka_unit_test(test_sniffing),
        cmocka_unit_test(test_refusals_name_the_place),
        cmocka_unit_test(test_a_dummy_category_and_ids_from_zero),
        cmocka_unit_test(test_every_prefix_is_refused),
        cmocka_unit_test(test_a_large_file),
    };
    return cmocka_run_group_tests(tests, make_directory, NULL);
}
