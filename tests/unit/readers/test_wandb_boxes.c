/*
 * Boxes that a W&B run logged, as detections and ground truth of one step.
 */
#include "reading.h"
#include "temp.h"
#include "wandb_file.h"

#include "readers/annotation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char NAME[] = "run-ab12.wandb";

static const char TWO_PICTURES[] =
    "{\"_type\": \"images/separated\", \"width\": 200, \"height\": 100, \"format\": \"png\","
    " \"count\": 2, \"filenames\": [\"media/images/val_5_0.png\", \"media/images/val_5_1.png\"],"
    " \"captions\": [\"a\", null], \"all_boxes\": ["
    "{\"ground_truth\": {\"_type\": \"boxes2D\", \"path\": \"media/metadata/boxes2D/t.json\"},"
    " \"predictions\": {\"_type\": \"boxes2D\", \"path\": \"media/metadata/boxes2D/p.json\"}},"
    " null]}";

static const char ONE_PICTURE[] =
    "{\"_type\": \"image-file\", \"path\": \"media/images/one.png\", \"width\": 50, \"height\": 50,"
    " \"boxes\": {\"model\": {\"_type\": \"boxes2D\", \"path\": "
    "\"media/metadata/boxes2D/m.json\"}}}";

static const char TRUTH[] =
    "{\"class_labels\": {\"0\": \"person\", \"7\": \"dog\", \"x\": \"no number\"}, \"box_data\": ["
    "{\"position\": {\"minX\": 0.1, \"minY\": 0.2, \"maxX\": 0.3, \"maxY\": 0.6}, \"class_id\": 7},"
    "{\"position\": {\"middle\": [0.5, 0.5], \"width\": 0.5, \"height\": 0.25}, \"class_id\": 0},"
    "{\"position\": {\"minX\": 3}, \"class_id\": 0}, 5]}";

static const char PREDICTED[] =
    "{\"box_data\": ["
    "{\"position\": {\"minX\": 20, \"minY\": 20, \"maxX\": 60, \"maxY\": 60}, \"domain\": "
    "\"pixel\","
    " \"class_id\": 7, \"box_caption\": \"dog 0.9\", \"scores\": {\"confidence\": 0.9}},"
    "{\"position\": {\"middle\": [100, 50], \"width\": 100, \"height\": 25}, \"domain\": \"pixel\","
    " \"class_id\": 0},"
    "{\"position\": {\"middle\": [\"x\", 50], \"width\": 1, \"height\": 2}, \"class_id\": 0}],"
    " \"class_labels\": {\"0\": \"person\", \"7\": \"dog\"}}";

static const char *make_run(void)
{
    const char *directory = temp_dir();
    struct buf log = event_buf();
    wandb_header(&log);
    wandb_row(
        &log, 4, 1, "loss", "1", "val|", "{\"_type\": \"image-file\", \"path\": \"x\"}", NULL);
    wandb_row(&log, 5, 2, "loss", "0.5", "val|", TWO_PICTURES, NULL);
    wandb_row(&log, 6, 3, "one|", ONE_PICTURE, NULL);
    temp_file(directory, NAME, log.data, log.length);
    temp_text(directory, "files/media/metadata/boxes2D/t.json", TRUTH);
    temp_text(directory, "files/media/metadata/boxes2D/p.json", PREDICTED);
    buf_done(&log);
    return directory;
}

static const char *path_of(const char *directory, const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static void a_row_with_boxes_names_them_by_log_and_step(void **state)
{
    (void)state;
    struct record record;
    const char *directory = make_run();
    reading_whole(reader_find("wandb"), directory, NAME, &record);
    assert_string_equal(record_text(&record), "predictions run-ab12.wandb#5 step 5\n"
                                  "ground truth run-ab12.wandb step -1\n"
                                  "predictions run-ab12.wandb#6 step 6\n"
                                  "metric loss: 4=1@1 5=0.5@2\n"
                                  "id ab12\n");
    record_done(&record);
}

static void only_a_log_with_a_step_is_seen_as_detections(void **state)
{
    enum annotation_kind kind;
    (void)state;
    const char *directory = make_run();
    temp_text(directory, "run-text.wandb", "some text");
    const struct annotation_format *format =
        annotation_sniff(path_of(directory, "run-ab12.wandb#5"), &kind);
    assert_non_null(format);
    assert_string_equal(format->name, "wandb");
    assert_int_equal(kind, ANNOTATION_DETECTIONS);
    assert_null(annotation_sniff(path_of(directory, NAME), &kind));
    assert_null(annotation_sniff(path_of(directory, "run-ab12.wandb#x"), &kind));
    assert_null(annotation_sniff(path_of(directory, "run-text.wandb#5"), &kind));
    assert_null(annotation_sniff(path_of(directory, "run-gone.wandb#5"), &kind));
}

static void check_box(const struct box *box, double x, double y, double w, double h)
{
    assert_true(box->x > x - 1e-9 && box->x < x + 1e-9);
    assert_true(box->y > y - 1e-9 && box->y < y + 1e-9);
    assert_true(box->w > w - 1e-9 && box->w < w + 1e-9);
    assert_true(box->h > h - 1e-9 && box->h < h + 1e-9);
}

static void truth_and_detections_are_in_pixels(void **state)
{
    (void)state;
    struct err err = {0};
    const char *directory = make_run();
    struct dataset *truth =
        annotation_read_ground_truth(path_of(directory, "run-ab12.wandb#5"), &err);
    assert_non_null(truth);
    assert_int_equal(truth->image_count, 2);
    assert_string_equal(truth->images[0].key, "val/0");
    assert_string_equal(truth->images[1].file_name, "media/images/val_5_1.png");
    assert_int_equal(truth->images[1].width_px, 200);
    assert_string_equal(truth->images_dir, path_of(directory, "files"));
    assert_int_equal(truth->category_count, 2);
    assert_int_equal(truth->categories[0].id, 0);
    assert_string_equal(truth->categories[1].name, "dog");
    assert_int_equal(truth->annotation_count, 2);
    assert_int_equal(truth->dropped_annotations, 1);
    check_box(&truth->annotations[0].box, 20, 20, 40, 40);
    assert_int_equal(truth->annotations[0].category, 1);
    check_box(&truth->annotations[1].box, 50, 37.5, 100, 25);
    dataset_free(truth);

    struct detections *found =
        annotation_read_detections(path_of(directory, "run-ab12.wandb#5"), &err);
    assert_non_null(found);
    assert_int_equal(found->count, 2);
    assert_int_equal(found->dropped, 1);
    assert_int_equal(found->image_key_count, 2);
    assert_string_equal(found->image_keys[0].text, "val/0");
    check_box(&found->rows[0].box, 20, 20, 40, 40);
    assert_true(found->rows[0].score == 0.9 && found->rows[1].score == 1);
    assert_int_equal(found->category_keys[found->rows[0].category_key].id, 7);
    detections_free(found);
}

static void the_log_alone_means_its_last_row_with_boxes(void **state)
{
    (void)state;
    struct err err = {0};
    const char *directory = make_run();
    temp_text(directory, "files/media/metadata/boxes2D/m.json",
        "{\"box_data\": [{\"position\": {\"middle\": [0.5, 0.5], \"width\": 1, \"height\": 1},"
        " \"class_id\": 3, \"scores\": {\"s\": 0.5}}]}");
    struct detections *found = annotation_read_detections(path_of(directory, NAME), &err);
    assert_non_null(found);
    assert_int_equal(found->count, 1);
    assert_string_equal(found->image_keys[0].text, "one/0");
    check_box(&found->rows[0].box, 0, 0, 50, 50);
    detections_free(found);
    struct dataset *truth = annotation_read_ground_truth(path_of(directory, NAME), &err);
    assert_non_null(truth); /* a picture on which nothing is */
    assert_int_equal(truth->annotation_count, 0);
    dataset_free(truth);
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    struct err err = {0};
    const char *directory = make_run();
    assert_null(annotation_read_detections(path_of(directory, "run-ab12.wandb#6"), &err));
    assert_non_null(strstr(err.text, "none of its 1 box files is there"));
    err = (struct err){0};
    assert_null(annotation_read_detections(path_of(directory, "run-ab12.wandb#4"), &err));
    assert_non_null(strstr(err.text, "has no pictures with boxes at step 4"));
    err = (struct err){0};
    assert_null(annotation_read_ground_truth(path_of(directory, "run-gone.wandb#4"), &err));
    assert_non_null(err.text);
}

static void a_box_file_elsewhere_is_not_opened(void **state)
{
    static const char *const PATHS[] = {"../secret.json", "/secret.json", "a/../../secret.json"};
    (void)state;
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
        struct err err = {0};
        const char *directory = temp_dir();
        struct buf log = event_buf(), value = event_buf();
        buf_printf(&value,
            "{\"_type\":\"image-file\",\"width\":9,\"height\":9,\"boxes\":{\"predictions\":"
            "{\"_type\":\"boxes2D\",\"path\":\"%s\"}}}",
            PATHS[i]);
        wandb_header(&log);
        wandb_row(&log, 1, 1, "a", value.data, NULL);
        temp_file(directory, NAME, log.data, log.length);
        temp_text(directory, "secret.json", "{\"box_data\": []}");
        temp_text(directory, "files/a/x", "");
        assert_null(annotation_read_detections(path_of(directory, "run-ab12.wandb#1"), &err));
        assert_non_null(strstr(err.text, "none of its 1 box files"));
        buf_done(&log);
        buf_done(&value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_with_boxes_names_them_by_log_and_step),
        cmocka_unit_test(only_a_log_with_a_step_is_seen_as_detections),
        cmocka_unit_test(truth_and_detections_are_in_pixels),
        cmocka_unit_test(the_log_alone_means_its_last_row_with_boxes),
        cmocka_unit_test(what_is_missing_is_said),
        cmocka_unit_test(a_box_file_elsewhere_is_not_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
