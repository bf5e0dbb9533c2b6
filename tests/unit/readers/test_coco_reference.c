/*
 * Published and generated COCO pairs: the counts are those that their expected.json gives. Skipped
 * where the folder of reference files is not beside the source.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "readers/annotation.h"

#include <stdio.h>
#include <string.h>

static const char *const PAIRS[] = {"dense_small", "medium", "pedestrians", "real_val2014_100",
    "small_with_polygons", "tiny/annotation_id_zero", "tiny/area_boundaries", "tiny/crowd",
    "tiny/iou_on_threshold", "tiny/max_dets", "tiny/missing_area_iscrowd",
    "tiny/nested_and_unicode", "tiny/no_detections", "tiny/only_on_empty_image", "tiny/perfect",
    "tiny/ties_within_image", "tiny/unknown_image"};

struct counts {
    int64_t images, categories, ground_truth, crowd, detections, dropped_unknown_image;
};

static void read_counts(const char *path, struct counts *counts)
{
    const struct {
        const char *key;
        int64_t *value;
    } FIELDS[] = {{"images", &counts->images}, {"categories", &counts->categories},
        {"ground_truth", &counts->ground_truth}, {"crowd", &counts->crowd},
        {"detections", &counts->detections},
        {"dropped_unknown_image", &counts->dropped_unknown_image}};
    struct stream stream;
    struct json json;
    size_t found = 0;
    assert_true(stream_open(&stream, path, 0, NULL));
    json_init_stream(&json, &stream);
    assert_int_equal(json_next(&json), JSON_OBJECT);
    while (json_next(&json) == JSON_KEY && !json_is(&json, "counts"))
        assert_true(json_skip(&json));
    assert_int_equal(json_next(&json), JSON_OBJECT);
    while (json_next(&json) == JSON_KEY) {
        int64_t *value = NULL;
        for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++)
            if (json_is(&json, FIELDS[i].key))
                value = FIELDS[i].value;
        json_next(&json);
        if (value) {
            assert_true(json_int(&json, value));
            found++;
        }
    }
    assert_int_equal(found, sizeof FIELDS / sizeof *FIELDS);
    stream_close(&stream);
}

static bool is_known_image(const struct dataset *truth, const struct image_key *key)
{
    for (size_t i = 0; i < truth->image_count; i++)
        if (!key->text && !truth->images[i].key && truth->images[i].id == key->id)
            return true;
    return false;
}

static void check_pair(const char *folder)
{
    char path[4096];
    struct counts counts;
    struct err err = {0};
    int64_t crowd = 0, unknown = 0;
    snprintf(path, sizeof path, SHARED "/coco-reference/%s/expected.json", folder);
    read_counts(path, &counts);
    snprintf(path, sizeof path, SHARED "/coco-reference/%s/gt.json", folder);
    struct dataset *truth = annotation_read_ground_truth(path, &err);
    assert_non_null(truth);
    enum annotation_kind kind;
    assert_non_null(annotation_sniff(path, &kind));
    assert_int_equal(kind, ANNOTATION_GROUND_TRUTH);
    assert_int_equal(truth->image_count, counts.images);
    assert_int_equal(truth->category_count, counts.categories);
    assert_int_equal(truth->annotation_count, counts.ground_truth);
    assert_int_equal(truth->dropped_annotations, 0);
    for (size_t i = 0; i < truth->annotation_count; i++)
        crowd += truth->annotations[i].crowd;
    assert_int_equal(crowd, counts.crowd);
    snprintf(path, sizeof path, SHARED "/coco-reference/%s/dt.json", folder);
    struct detections *found = annotation_read_detections(path, &err);
    assert_non_null(found);
    assert_int_equal(found->count, counts.detections);
    assert_int_equal(found->dropped, 0);
    for (size_t i = 0; i < found->count; i++)
        unknown += !is_known_image(truth, &found->image_keys[found->rows[i].image_key]);
    assert_int_equal(unknown, counts.dropped_unknown_image);
    detections_free(found);
    dataset_free(truth);
}

static void test_reference_counts(void **state)
{
    (void)state;
    struct file_stat stat;
    if (!file_stat(SHARED "/coco-reference", &stat))
        skip();
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++)
        check_pair(PAIRS[i]);
}

static void test_real_predictions(void **state)
{
    (void)state;
    static const char *const FILES[] = {"val", "val2", "val4"};
    static const int64_t CLASSES[][4] = {
        {2450, 986, 1774, 490}, {1904, 1159, 1295, 1342}, {1997, 1080, 1518, 1105}};
    struct file_stat stat;
    if (!file_stat(SHARED "/real-detections", &stat))
        skip();
    for (size_t f = 0; f < 3; f++) {
        char path[4096];
        int64_t classes[5] = {0};
        struct err err = {0};
        enum annotation_kind kind;
        snprintf(
            path, sizeof path, SHARED "/real-detections/deeplabscan/%s/predictions.json", FILES[f]);
        assert_non_null(annotation_sniff(path, &kind));
        assert_int_equal(kind, ANNOTATION_DETECTIONS);
        struct detections *set = annotation_read_detections(path, &err);
        assert_non_null(set);
        assert_int_equal(set->count, 5700);
        assert_int_equal(set->image_key_count, 19);
        assert_true(set->has_file_names);
        for (size_t i = 0; i < set->count; i++)
            classes[set->category_keys[set->rows[i].category_key].id]++;
        for (int k = 0; k < 4; k++)
            assert_int_equal(classes[k + 1], CLASSES[f][k]);
        for (size_t i = 0; i < set->image_key_count; i++)
            assert_true(set->image_keys[i].text && set->image_keys[i].file_name);
        detections_free(set);
    }
}

/* What is inside a mask of runs lies in its box, but for how that was rounded. */
static void check_runs(const struct mask *mask, const struct box *box)
{
    int64_t at = 0, height = mask->height_px;
    for (size_t i = 0; i < mask->run_count; at += mask->runs[i++])
        if (i % 2 && mask->runs[i]) {
            int64_t left = at / height, right = (at + mask->runs[i] - 1) / height;
            assert_true((double)left >= box->x - 1 && (double)right <= box->x + box->w + 1);
        }
    assert_int_equal(at, height * mask->width_px);
}

/* Every shape is kept; those of the real set are where their boxes are. */
static void test_real_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t polygons, runs;
    } FILES[] = {
        {"pedestrians", 130, 0}, {"real_val2014_100", 830, 9}, {"small_with_polygons", 609, 6}};
    static const struct annotation_options MASKS = {.masks = true};
    struct file_stat stat;
    if (!file_stat(SHARED "/coco-reference", &stat))
        skip();
    for (size_t f = 0; f < sizeof FILES / sizeof *FILES; f++) {
        struct err err = {0};
        char path[4096];
        size_t polygons = 0, runs = 0;
        snprintf(path, sizeof path, SHARED "/coco-reference/%s/gt.json", FILES[f].name);
        struct dataset *set = annotation_read_ground_truth_as(path, &MASKS, &err);
        assert_non_null(set);
        assert_int_equal(set->dropped_masks, 0);
        for (size_t i = 0; i < set->annotation_count; i++) {
            const struct mask *mask = set->masks[i];
            polygons += mask && mask->polygon_count;
            runs += mask && mask->run_count;
            if (mask && mask->run_count && f == 1)
                check_runs(mask, &set->annotations[i].box);
        }
        assert_int_equal(polygons, FILES[f].polygons);
        assert_int_equal(runs, FILES[f].runs);
        dataset_free(set);
    }
}

static void test_real_ground_truth_in_upper_case(void **state)
{
    (void)state;
    static const char TRUTH[] =
        SHARED "/real-detections/voc-toy/gts_coco_format/toy_example_coco.JSON";
    static const char FOUND[] = SHARED "/real-detections/voc-toy/dets_coco_format/coco_dets.json";
    struct file_stat stat;
    struct err err = {0};
    enum annotation_kind kind;
    if (!file_stat(TRUTH, &stat))
        skip();
    assert_non_null(annotation_sniff(TRUTH, &kind));
    assert_int_equal(kind, ANNOTATION_GROUND_TRUTH);
    struct dataset *set = annotation_read_ground_truth(TRUTH, &err);
    assert_non_null(set);
    assert_int_equal(set->image_count, 10);
    assert_int_equal(set->annotation_count, 12);
    assert_int_equal(set->category_count, 1);
    assert_int_equal(set->categories[0].id, 0);
    assert_string_equal(set->categories[0].name, "cat");
    dataset_free(set);
    assert_non_null(annotation_sniff(FOUND, &kind));
    assert_int_equal(kind, ANNOTATION_DETECTIONS);
    struct detections *found = annotation_read_detections(FOUND, &err);
    assert_non_null(found);
    assert_int_equal(found->count, 12);
    detections_free(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference_counts),
        cmocka_unit_test(test_real_predictions),
        cmocka_unit_test(test_real_shapes),
        cmocka_unit_test(test_real_ground_truth_in_upper_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
