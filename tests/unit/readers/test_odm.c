/*
 * Text detections: what can be told from the numbers, what is asked for, and what is YOLO's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "boxes_text.h"
#include "temp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char OPEN[] =
    "error: its boxes may be x y w h or x1 y1 x2 y2: say which, with --dt-format (or --gt-format) "
    "odm:xywh,abs or odm:xyxy,abs or odm:xcycwh,abs, or \"predictions_format\" in boxtop.json\n";

static const char *joined(const char *directory, const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

/* What one file a.txt of LINES is seen to be, and what is read of it. */
static const struct {
    const char *lines, *kind, *format, *text;
} TOLD[] = {
    /* A third number below the first: no corner. */
    {"cat 0.81 65 74 305 257\ncat 0.5 220 344 180 87\n", "odm detections", NULL,
        "image a a\na cat 65 74 305 257 0.81\na cat 220 344 180 87 0.5\n"},
    {"7 0.5 220 344 180 87\n", "odm detections", NULL, "image a a\na 7 220 344 180 87 0.5\n"},
    /* Fractions stand around the centre. */
    {"cat 0.81 0.5 0.5 0.25 0.5\n", "odm detections", NULL,
        "image a a\na cat 0.375 0.25 0.25 0.5 0.81\nfractions\n"},
    {"traffic light 0.81 0.5 0.5 0.25 0.5\n", "odm detections", NULL,
        "image a a\na traffic light 0.375 0.25 0.25 0.5 0.81\nfractions\n"},
    /* YOLO cannot have written it: its box would leave the image. */
    {"7 0.9 0.5 0.5 0.75 0.75\n", "odm detections", NULL,
        "image a a\na 7 0.125 0.125 0.75 0.75 0.9\nfractions\n"},
    /* Either of the two: nobody but the person knows. */
    {"cat 0.81 65 74 370 331\n", "odm detections", NULL, OPEN},
    {"cat 0.81 65 74 370 331\n", "odm detections", "odm", OPEN},
    {"cat 0.81 65 74 370 331\n", "odm detections", "odm:abs", OPEN},
    {"cat 0.81 65 74 370 331\n", "odm detections", "odm:xyxy,abs",
        "image a a\na cat 65 74 305 257 0.81\n"},
    {"cat 0.81 65 74 370 331\n", "odm detections", "odm:xyxy",
        "image a a\na cat 65 74 305 257 0.81\n"},
    {"cat 0.81 65 74 370 331\n", "odm detections", "odm:abs,xywh",
        "image a a\na cat 65 74 370 331 0.81\n"},
    {"cat 0.81 65 74 30 40\n", "odm detections", "odm:xcycwh",
        "image a a\na cat 50 54 30 40 0.81\n"},
    {"cat 0.81 0.25 0.25 0.5 0.75\n", "odm detections", "odm:xyxy,rel",
        "image a a\na cat 0.25 0.25 0.25 0.5 0.81\nfractions\n"},
    {"cat 0.81 0.5 0.5 0.25 0.5\n", "odm detections", "odm:xywh,rel",
        "image a a\na cat 0.375 0.25 0.25 0.5 0.81\nfractions\n"},
    /* What YOLO may have written is YOLO's, until somebody says otherwise. */
    {"7 0.5 0.5 0.25 0.5 0.75\n", "yolo detections", NULL,
        "image a -\na 7 0.375 0.25 0.25 0.5 0.75\nfractions\n"},
    {"7 0.5 0.5 0.25 0.5 0.75\n", "yolo detections", "odm",
        "image a a\na 7 0.25 -0.125 0.5 0.75 0.5\nfractions\n"},
    {"0 0.5 0.5 0.25 0.5\n", "yolo ground truth", "odm", "image a a\ndropped 1\nfractions\n"},
    /* An object's row among detections has no score, a line of words is no row. */
    {"cat 0.5 20 30 10 20\ncat 20 30 10 20\nsome words\ncat 2 20 30 10 20\ncat 0.5 1 2 3\n",
        "nothing", "odm", "image a a\na cat 20 30 10 20 0.5\ndropped 4\n"},
    {"cat 0.5 3 2 1 1\ncat 0.5 nan 2 1 1\ncat 0.5 5 2 -1 1\n", "nothing", "odm",
        "image a a\na cat 3 2 1 1 0.5\ndropped 2\n"},
    {"cat 0.5 30 2 20 10\ncat 0.5 30 2 40 10\n", "odm detections", "odm:xyxy",
        "image a a\na cat 30 2 10 8 0.5\ndropped 1\n"},
    {"", "nothing", "odm", "image a a\nfractions\n"},
    {"\n \r\n", "nothing", "odm", "image a a\nfractions\n"},
    {"cat 0.5 1 2 3 4\n", "odm detections", "odm:xyhw",
        "error: odm:xyhw is none of odm:xywh, xcycwh or xyxy; abs or rel\n"},
};

static void what_numbers_tell_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TOLD / sizeof *TOLD; i++) {
        const char *directory = temp_dir();
        temp_text(directory, "a.txt", TOLD[i].lines);
        if (strcmp(boxes_kind(directory), TOLD[i].kind) != 0)
            fail_msg("row %zu: %s", i, boxes_kind(directory));
        const char *text = boxes_detections(directory, TOLD[i].format);
        if (strcmp(text, TOLD[i].text) != 0)
            fail_msg("row %zu: %s", i, text);
    }
}

static void rows_without_scores_are_ground_truth(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    temp_text(directory, "x.rf.1.txt", "dog 10 20 5 6\ncat 1 2 3 1\n");
    temp_text(directory, "y.txt", "");
    assert_string_equal(boxes_kind(directory), "odm ground truth");
    assert_string_equal(boxes_truth(directory, NULL),
        "image x.rf.1 x.rf.1 0x0\nimage y y 0x0\nclass 1 cat\nclass 2 dog\n"
        "x.rf.1 dog 10 20 5 6\nx.rf.1 cat 1 2 3 1\n");
    assert_string_equal(boxes_truth(joined(directory, "x.rf.1.txt"), "odm:xywh,abs"),
        "image x.rf.1 x.rf.1 0x0\nclass 1 cat\nclass 2 dog\n"
        "x.rf.1 dog 10 20 5 6\nx.rf.1 cat 1 2 3 1\n");
}

/* As VOC's: neither wanted nor wrong to find. */
static void difficult_objects_are_crowds(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    temp_text(directory, "a.txt", "cat 30 20 9 8 difficult\ntraffic light 30 20 9 8\n");
    assert_string_equal(boxes_kind(directory), "odm ground truth");
    assert_string_equal(boxes_truth(directory, NULL),
        "image a a 0x0\nclass 1 cat\nclass 2 traffic light\n"
        "a cat 30 20 9 8 crowd\na traffic light 30 20 9 8\n");
}

static void a_folder_may_say_that_its_boxes_are_corners(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    temp_text(directory, "input/ground-truth/a.txt", "cat 65 74 370 331\n");
    temp_text(directory, "input/detection-results/a.txt", "cat 0.5 65 74 370 331\n");
    assert_string_equal(boxes_truth(joined(directory, "input/ground-truth/"), NULL),
        "image a a 0x0\nclass 1 cat\na cat 65 74 305 257\n");
    assert_string_equal(boxes_detections(joined(directory, "input/detection-results"), NULL),
        "image a a\na cat 65 74 305 257 0.5\n");
    assert_string_equal(boxes_detections(joined(directory, "input/detection-results"), "odm:xywh"),
        "image a a\na cat 65 74 370 331 0.5\n");
}

static void numbers_are_lines_of_a_list_of_names(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    temp_text(directory, "toy.names", "cat\r\n\ntraffic light\n");
    temp_text(directory, "dets/a.txt",
        "0 0.5 30 20 10 10\n2 0.5 30 20 10 10\n1 0.5 30 20 10 10\n"
        "9 0.5 30 20 10 10\n");
    assert_string_equal(boxes_detections(joined(directory, "dets"), NULL),
        "image a a\na cat 30 20 10 10 0.5\na traffic light 30 20 10 10 0.5\na 1 30 20 10 10 0.5\n"
        "a 9 30 20 10 10 0.5\n");
    temp_text(directory, "dets/classes.txt", "dog\n"); /* nearer */
    assert_non_null(
        strstr(boxes_detections(joined(directory, "dets"), NULL), "a dog 30 20 10 10 0.5"));
}

static void other_folders_are_left_alone(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } OTHERS[] = {{"log.txt", "epoch 1 loss 0.5\n"}, {"readme.txt", "cat 0.5 1 2 3 4 and more\n"},
        {"classes.txt", "cat 0.5 30 20 10 10\n"}, {"a.log", "cat 0.5 30 20 10 10\n"}};
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
        const char *directory = temp_dir();
        temp_text(directory, OTHERS[i].name, OTHERS[i].text);
        assert_string_equal(boxes_kind(directory), "nothing");
    }
    /* Polygons are YOLO's, also beside boxes. */
    const char *directory = temp_dir();
    temp_text(directory, "a.txt", "0 0.1 0.1 0.5 0.1 0.5 0.5\n1 0.5 0.5 0.1 0.1\n");
    assert_string_equal(boxes_kind(directory), "yolo ground truth");
}

static void unknown_formats_are_named(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    temp_text(directory, "a.txt", "cat 0.5 30 20 10 10\n");
    struct err err = {0};
    struct annotation_options options = {.format = "vocc"};
    assert_null(annotation_read_detections_as(directory, &options, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_string_equal(err.text, "there is no format \"vocc\": name one of coco, torchvision, "
                                  "albumentations, voc, pennfudan, odm, yolo, wandb");
    options.format = "yolo:abs";
    assert_null(annotation_read_detections_as(directory, &options, &err));
    assert_string_equal(err.text, "the format yolo has no variants: leave out \":abs\"");
}

static void rows_before_a_cut_remain(void **state)
{
    (void)state;
    static const char LINES[] =
        "cat 0.81 65 74 305 257\n7 0.5 220 344 180 87\r\n\ntraffic light 0.25 1 2 3 4\n";
    const char *directory = temp_dir();
    boxes_survive_cuts(directory, "a.txt", LINES, directory, "odm:xywh,abs", true, false);
}

static void hostile_lines_are_counted(void **state)
{
    (void)state;
    enum { LONG = 1 << 20 };
    char *text = malloc(LONG + 64);
    const char *directory = temp_dir();
    memset(text, '1', LONG);
    for (int i = 0; i < LONG; i += 2)
        text[i] = ' ';
    size_t length = LONG;
    length += (size_t)snprintf(text + length, 64, "\ncat 0.5 30 20 10 10\n%ccat 0.5 3 2 1 1\n", 0);
    temp_file(directory, "a.txt", text, length);
    free(text);
    assert_string_equal(boxes_detections(directory, "odm"),
        "image a a\na cat 30 20 10 10 0.5\na ? 3 2 1 1 0.5\ndropped 1\n");
}

/* Six layouts of one set of detections: the same boxes, but for how their numbers were rounded. */
static void real_layouts_agree(void **state)
{
    (void)state;
    static const struct {
        const char *name, *format;
    } LAYOUTS[] = {{"dets_classname_abs_xywh", NULL}, {"dets_classid_abs_xywh", NULL},
        {"dets_classid_abs_xyx2y2", "odm:xyxy,abs"}, {"dets_classname_abs_xyx2y2", "odm:xyxy"},
        {"dets_classid_rel_xcycwh", NULL}, {"dets_classname_rel_xcycwh", NULL}};
    enum { LAYOUT_COUNT = sizeof LAYOUTS / sizeof *LAYOUTS, ROWS = 12 };
    static const char HOME[] = SHARED "/real-detections/voc-toy/";
    struct err err = {0};
    struct file_stat stat;
    char path[4096];
    double worst = 0;
    if (!file_stat(HOME, &stat))
        skip();
    snprintf(path, sizeof path, "%sgts_vocpascal_format", HOME);
    struct dataset *truth = annotation_read_ground_truth(path, &err);
    struct detections *first = NULL;
    assert_non_null(truth);
    for (int k = 0; k < LAYOUT_COUNT; k++) {
        struct annotation_options options = {.format = LAYOUTS[k].format};
        snprintf(path, sizeof path, "%s%s", HOME, LAYOUTS[k].name);
        assert_string_equal(boxes_kind(path), "odm detections");
        if (options.format) {
            assert_null(annotation_read_detections(path, &err));
            assert_int_equal(err.code, ERR_UNSUPPORTED);
        }
        struct detections *set = annotation_read_detections_as(path, &options, &err);
        assert_non_null(set);
        first = first ? first : set;
        assert_int_equal(set->count, ROWS);
        assert_int_equal(set->dropped, 0);
        assert_int_equal(set->category_key_count, 1);
        assert_string_equal(set->category_keys[0].name, "cat"); /* 7 is a line of voc.names */
        for (size_t i = 0; i < ROWS; i++) {
            const struct detection *d = &set->rows[i], *like = &first->rows[i];
            const struct image *image = &truth->images[d->image_key];
            assert_string_equal(set->image_keys[d->image_key].text, image->key);
            double w = set->fractions ? image->width_px : 1;
            double h = set->fractions ? image->height_px : 1;
            worst = fmax(worst, fabs(d->box.x * w - like->box.x));
            worst = fmax(worst, fabs(d->box.y * h - like->box.y));
            worst = fmax(worst, fabs((d->box.x + d->box.w) * w - like->box.x - like->box.w));
            worst = fmax(worst, fabs((d->box.y + d->box.h) * h - like->box.y - like->box.h));
            assert_true(d->score == like->score);
        }
        if (set != first)
            detections_free(set);
    }
    if (worst > 0.63)
        fail_msg("%f pixels apart", worst);
    detections_free(first);
    dataset_free(truth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_numbers_tell_is_told),
        cmocka_unit_test(rows_without_scores_are_ground_truth),
        cmocka_unit_test(difficult_objects_are_crowds),
        cmocka_unit_test(a_folder_may_say_that_its_boxes_are_corners),
        cmocka_unit_test(numbers_are_lines_of_a_list_of_names),
        cmocka_unit_test(other_folders_are_left_alone),
        cmocka_unit_test(unknown_formats_are_named),
        cmocka_unit_test(rows_before_a_cut_remain),
        cmocka_unit_test(hostile_lines_are_counted),
        cmocka_unit_test(real_layouts_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
