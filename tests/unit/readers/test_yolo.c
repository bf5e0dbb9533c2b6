/*
 * YOLO: rows, layouts that data.yaml is right or wrong about, predictions, and hostile files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "readers/annotation.h"
#include "readers/yolo.h"
#include "temp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *line;
    bool good;
    int class_index;
    struct box box;
    double score; /* -1: none */
} ROWS[] = {
    {"2 0.5 0.5 0.25 0.5", true, 2, {0.375, 0.25, 0.25, 0.5}, -1},
    {"  0\t0.5 0.5 1 1 \r", true, 0, {0, 0, 1, 1}, -1},
    {"1 0.5 0.5 0.5 0.5 0.75", true, 1, {0.25, 0.25, 0.5, 0.5}, 0.75},
    {"1.0 0.5 0.5 0.5 0.5 1e-3", true, 1, {0.25, 0.25, 0.5, 0.5}, 0.001},
    {"3 0.125 0.25 0.5 0.25 0.5 0.75", true, 3, {0.125, 0.25, 0.375, 0.5}, -1},
    {"3 0.125 0.25 0.5 0.25 0.5 0.75 0.9", true, 3, {0.125, 0.25, 0.375, 0.5}, 0.9},
    {"3 0.5 0 1 0.5 0.5 1 0 0.5", true, 3, {0, 0, 1, 1}, -1},
    {"", false, 0, {0}, 0},
    {"1 2 3", false, 0, {0}, 0},
    {"1 0.5 0.5 0.5", false, 0, {0}, 0},
    {"cat 0.5 0.5 0.5 0.5", false, 0, {0}, 0},
    {"-1 0.5 0.5 0.5 0.5", false, 0, {0}, 0},
    {"1.5 0.5 0.5 0.5 0.5", false, 0, {0}, 0},
    {"99999999999 0.5 0.5 0.5 0.5", false, 0, {0}, 0},
    {"1 320 240 50 60", false, 0, {0}, 0},
    {"1 0.5 0.5 -0.5 0.5", false, 0, {0}, 0},
    {"1 0.5 nan 0.5 0.5", false, 0, {0}, 0},
    {"1 0.5 0.5 0.5 0.5x", false, 0, {0}, 0},
    {"\x1b[31m 0.5 0.5 0.5 0.5", false, 0, {0}, 0},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct yolo_row row;
        bool good = yolo_row_parse(ROWS[i].line, strlen(ROWS[i].line), &row);
        if (good != ROWS[i].good)
            fail_msg("row %zu", i);
        if (!good)
            continue;
        assert_int_equal(row.class_index, ROWS[i].class_index);
        assert_memory_equal(&row.box, &ROWS[i].box, sizeof row.box);
        assert_true(ROWS[i].score < 0 ? isnan(row.score) : row.score == ROWS[i].score);
    }
}

static struct dataset *read_truth(const char *directory, const char *name)
{
    char path[4096];
    struct err err = {0};
    enum annotation_kind kind;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    const struct annotation_format *format = annotation_sniff(path, &kind);
    assert_non_null(format);
    assert_string_equal(format->name, "yolo");
    assert_int_equal(kind, ANNOTATION_GROUND_TRUTH);
    struct dataset *set = annotation_read_ground_truth(path, &err);
    if (!set)
        fail_msg("%s: %s", err.file, err.text);
    return set;
}

/* Three images: a with two boxes, b with an empty label file, c without one; d is a label alone. */
static void make_split(const char *directory, const char *images, const char *labels)
{
    static const struct {
        const char *name, *text;
    } LABELS[] = {{"a.txt", "0 0.5 0.5 0.5 0.5\n1 0.1 0.1 0.5 0.1 0.5 0.5\n"}, {"b.txt", ""},
        {"d.txt", "1 0.5 0.5 1 1\n7 0.5 0.5 1 1\nnonsense\n"}, {"classes.txt", "cat\ndog\n"}};
    char name[256];
    for (int i = 0; images && i < 3; i++) {
        snprintf(name, sizeof name, "%s/%c.%s", images, "abc"[i], i == 1 ? "PNG" : "jpg");
        temp_text(directory, name, "");
    }
    for (size_t i = 0; i < sizeof LABELS / sizeof *LABELS; i++) {
        snprintf(name, sizeof name, "%s/%s", labels, LABELS[i].name);
        temp_text(directory, name, LABELS[i].text);
    }
}

static void check_split(struct dataset *set, size_t images)
{
    assert_int_equal(set->image_count, images);
    assert_int_equal(set->category_count, 2);
    assert_string_equal(set->categories[0].name, "cat");
    assert_string_equal(set->categories[1].name, "dog");
    assert_int_equal(set->annotation_count, 3);
    assert_int_equal(set->dropped_annotations, 2);
    assert_true(set->fractions);
    assert_int_equal(set->images[0].width_px, 0);
    assert_string_equal(set->images[0].key, "a");
    assert_int_equal(set->annotations[0].image, 0);
    assert_true(set->annotations[0].box.x == 0.25 && set->annotations[0].area == 0.25);
    assert_int_equal(set->annotations[1].category, 1);
    assert_string_equal(set->images[set->annotations[2].image].key, "d");
    if (images == 4) {
        assert_string_equal(set->images[0].file_name, "a.jpg");
        assert_string_equal(set->images[1].file_name, "b.PNG");
        assert_string_equal(set->images[3].file_name, "d");
    }
}

static const struct {
    const char *images, *labels, *yaml;
    size_t count;
    const char *images_dir; /* below the directory */
} LAYOUTS[] = {
    /* As Roboflow writes it: wrong by one level. */
    {"valid/images", "valid/labels",
        "train: ../train/images\nval: ../valid/images\nnc: 2\nnames: ['cat', 'dog']\n", 4,
        "valid/images"},
    /* As Ultralytics writes it. */
    {"images/val", "labels/val",
        "path: /nonexistent/coco\nval: images/val\nnames:\n  0: cat\n  1: dog\n", 4, "images/val"},
    {"images/val", "labels/val",
        "path: .\ntrain: images/train\nval: images/val\nnames: {1: dog, 0: cat}\n", 4,
        "images/val"},
    /* The split's own directory. */
    {"valid/images", "valid/labels", "val: valid\nnames: [cat, dog]\n", 4, "valid/images"},
    /* A path of another machine; the images lie where they usually do. */
    {"val/images", "val/labels", "val: /home/someone/data/val2017\nnames: [cat, dog]\n", 4,
        "val/images"},
    /* Labels without images. */
    {NULL, "valid/labels", "val: ../valid/images\nnames: [cat, dog]\n", 3, "valid/images"},
    /* Only a test split; a list of directories. */
    {"test/images", "test/labels", "test: [test/images]\nval:\nnames: [cat, dog]\n", 4,
        "test/images"},
    /* Labels beside the images. */
    {"all", "all", "train: all\nnames: [cat, dog]\n", 4, "all"},
    /* Of what another machine, or another system, calls them the end is here. */
    {"set/images/val2017", "set/labels/val2017",
        "train: /content/drive/set/images/train2017\nval: /content/drive/set/images/val2017\n"
        "names: [cat, dog]\n",
        4, "set/images/val2017"},
    {"set/images/val", "set/labels/val",
        "path: C:\\Users\\some one\\set\nval: images\\val\nnames: [cat, dog]\n", 4,
        "set/images/val"},
    {"set/valid/images", "set/valid/labels",
        "val: C:\\\\Users\\\\some one\\\\set\\\\valid\nnames: [cat, dog]\n", 4, "set/valid/images"},
};

static void test_layouts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof LAYOUTS / sizeof *LAYOUTS; i++) {
        const char *directory = temp_dir();
        char images_dir[4096];
        make_split(directory, LAYOUTS[i].images, LAYOUTS[i].labels);
        temp_text(directory, "data.yaml", LAYOUTS[i].yaml);
        struct dataset *set = read_truth(directory, "data.yaml");
        check_split(set, LAYOUTS[i].count);
        snprintf(images_dir, sizeof images_dir, "%s/%s", directory, LAYOUTS[i].images_dir);
        assert_string_equal(set->images_dir, images_dir);
        dataset_free(set);
        set = read_truth(directory, ""); /* the directory that holds data.yaml */
        check_split(set, LAYOUTS[i].count);
        dataset_free(set);
    }
}

static void test_label_directory(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    make_split(directory, "valid/images", "valid/labels");
    struct dataset *set = read_truth(directory, "valid/labels"); /* named by its classes.txt */
    check_split(set, 4);
    dataset_free(set);
    set = read_truth(directory, "valid"); /* the directory that holds it */
    check_split(set, 4);
    dataset_free(set);
    remove(temp_text(directory, "valid/labels/classes.txt", ""));
    set = read_truth(directory, "valid/labels");
    assert_int_equal(set->image_count, 4);
    assert_int_equal(set->annotation_count, 4); /* without names any class goes */
    assert_int_equal(set->dropped_annotations, 1);
    assert_int_equal(set->category_count, 3);
    assert_int_equal(set->categories[2].id, 7);
    assert_string_equal(set->categories[2].name, "7");
    assert_int_equal(set->annotations[3].category, 2);
    assert_true(path_has_suffix(set->images_dir, "valid/images"));
    dataset_free(set);
    const char *yaml =
        temp_text(directory, "pets.yaml", "val: valid/images\nnames: [kitten, puppy]\n");
    set = read_truth(directory, "valid/labels");
    assert_string_equal(set->categories[1].name, "puppy");
    dataset_free(set);
    set = read_truth(directory, "");
    assert_string_equal(set->categories[1].name, "puppy");
    dataset_free(set);
    remove(yaml);
    temp_text(directory, "data.yaml", "val: valid/images\nnames: [cat, dog]\n");
    set = read_truth(directory, "valid/labels");
    check_split(set, 4);
    dataset_free(set);
}

/* Paths are often meant from where the training was started: one above the data.yaml. */
static void test_beside_the_code(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    make_split(directory, "datasets/pets/images/val", "datasets/pets/labels/val");
    temp_text(directory, "code/data/pets.yaml",
        "path: ../datasets/pets\nval: images/val\nnames: [cat, dog]\n");
    struct dataset *set = read_truth(directory, "code/data/pets.yaml");
    check_split(set, 4);
    dataset_free(set);
}

/* Of a data set of poses: what stands behind a box are its keypoints, whatever their number. */
static void test_keypoints(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    temp_text(directory, "labels/a.txt", "0 0.5 0.5 0.25 0.5 0.5 0.5 2 0.75 0.75 1\n");
    temp_text(directory, "labels/b.txt", "0 0.5 0.5 0.25 0.5 0.5 0.5 0.75 0.75\n");
    temp_text(directory, "data.yaml", "val: images\nkpt_shape: [2, 3]\nnames: [cat]\n");
    struct dataset *set = read_truth(directory, "data.yaml");
    assert_int_equal(set->annotation_count, 2);
    static const struct box BOX = {0.375, 0.25, 0.25, 0.5};
    for (int i = 0; i < 2; i++)
        assert_memory_equal(&set->annotations[i].box, &BOX, sizeof BOX);
    dataset_free(set);
}

/* An export with its labels in obj_train_data and their names in obj.names. */
static void test_darknet_export(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    make_split(directory, "obj_train_data", "obj_train_data");
    remove(temp_text(directory, "obj_train_data/classes.txt", ""));
    temp_text(directory, "obj.names", "cat\r\ndog \n");
    temp_text(directory, "train.txt", "data/obj_train_data/a.jpg\n");
    struct dataset *set = read_truth(directory, "");
    check_split(set, 4);
    dataset_free(set);
}

static void test_listed_images(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    make_split(directory, "images/val", "labels/val");
    temp_text(directory, "val.txt", "./images/val/a.jpg\r\nimages/val/b.PNG\n\nimages/val/c.jpg");
    temp_text(directory, "data.yaml", "path: .\nval: val.txt\nnames: [cat, dog]\n");
    struct dataset *set = read_truth(directory, "data.yaml");
    assert_int_equal(set->image_count, 3);
    assert_int_equal(set->annotation_count, 2);
    assert_string_equal(set->images_dir, directory);
    assert_string_equal(set->images[0].file_name, "images/val/a.jpg");
    assert_string_equal(set->images[2].key, "c");
    dataset_free(set);
}

/* A list says where its images were: relative to some directory, or on another machine. */
static void test_lists_from_elsewhere(void **state)
{
    (void)state;
    static const char *const LISTS[] = {"set/images/c.jpg\nset/images/a.jpg\nset/images/b.PNG\n",
        "/a/set/images/b.PNG\n/a/set/images/a.jpg\n/a/set/images/c.jpg\n",
        "D:\\set\\images\\a.jpg\r\nD:\\set\\images\\b.PNG\r\nD:\\set\\images\\c.jpg\r\n"};
    for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS; i++) {
        const char *directory = temp_dir();
        make_split(directory, "set/images", "set/labels");
        temp_text(directory, "set/val.txt", LISTS[i]);
        temp_text(directory, "data.yaml", "val: set/val.txt\nnames: [cat, dog]\n");
        struct dataset *set = read_truth(directory, "data.yaml");
        assert_int_equal(set->image_count, 3);
        assert_int_equal(set->annotation_count, 2);
        dataset_free(set);
    }
}

static void test_stems_of_digits(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    temp_text(directory, "labels/000285.txt", "0 0.5 0.5 1 1\n");
    temp_text(directory, "labels/0285.txt", "0 0.5 0.5 1 1\n");
    temp_text(directory, "labels/12345678901234567890.txt", "0 0.5 0.5 1 1\n");
    struct dataset *set = read_truth(directory, "labels");
    assert_int_equal(set->image_count, 3);
    assert_null(set->images[0].key);
    assert_int_equal(set->images[0].id, 285);
    assert_string_equal(set->images[0].file_name, "000285");
    assert_string_equal(set->images[1].key, "0285"); /* 285 is taken */
    assert_string_equal(set->images[2].key, "12345678901234567890");
    dataset_free(set);
}

static void test_predictions(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    char path[4096];
    struct err err = {0};
    enum annotation_kind kind;
    temp_text(directory, "labels/a.txt", "3 0.5 0.5 0.5 0.5 0.25\n0 0.5 0.5 1 1 0.75\n");
    temp_text(directory, "labels/17.txt", "3 0.5 0.5 0.5 0.5 0.5\n3 0.5 0.5 0.5 0.5\nx\n");
    temp_text(directory, "labels/empty.txt", "\n \n");
    temp_text(directory, "labels/note.md", "3 0.5 0.5 0.5 0.5 0.5\n");
    snprintf(path, sizeof path, "%s/labels", directory);
    assert_non_null(annotation_sniff(path, &kind));
    assert_int_equal(kind, ANNOTATION_DETECTIONS);
    struct detections *set = annotation_read_detections(path, &err);
    assert_non_null(set);
    assert_true(set->fractions);
    assert_int_equal(set->count, 3);
    assert_int_equal(set->dropped, 2);
    assert_int_equal(set->image_key_count, 2);
    assert_int_equal(set->image_keys[0].id, 17);
    assert_null(set->image_keys[0].text);
    assert_string_equal(set->image_keys[1].text, "a");
    assert_int_equal(set->category_key_count, 2);
    assert_int_equal(set->category_keys[set->rows[1].category_key].id, 3);
    assert_int_equal(set->category_keys[set->rows[2].category_key].id, 0);
    assert_true(set->rows[2].score == 0.75 && set->rows[2].image_key == 1);
    detections_free(set);
}

/* Polygons and oriented boxes among boxes, in labels and in predictions: their points are kept when
 * they are asked for, and become pixels with their boxes. */
static void test_shapes(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    static const struct annotation_options MASKS = {.masks = true};
    static const double ORIENTED[] = {0.5, 0.25, 0.75, 0.5, 0.5, 0.75, 0.25, 0.5};
    struct err err = {0};
    char path[4096];
    temp_text(directory, "labels/a.txt",
        "0 0.5 0.5 0.5 0.5\n1 0.5 0.25 0.75 0.5 0.5 0.75 0.25 0.5\n0 0.125 0.25 0.5 0.25 0.5 1\n");
    temp_text(directory, "labels/b.txt", "");
    temp_text(directory, "found/a.txt",
        "0 0.5 0.5 0.5 0.5 0.75\n1 0.5 0.25 0.75 0.5 0.5 0.75 0.25 0.5 0.5\n");
    snprintf(path, sizeof path, "%s/labels", directory);
    struct dataset *set = annotation_read_ground_truth_as(path, &MASKS, &err);
    assert_non_null(set);
    assert_int_equal(set->annotation_count, 3);
    assert_int_equal(set->image_count, 2);
    assert_null(set->masks[0]);
    assert_int_equal(set->masks[1]->polygon_count, 1);
    assert_int_equal(set->masks[1]->polygons[0].point_count, 4);
    assert_memory_equal(set->masks[1]->polygons[0].xy, ORIENTED, sizeof ORIENTED);
    assert_int_equal(set->masks[2]->polygons[0].point_count, 3);
    dataset_size_image(set, 0, 400, 200);
    assert_true(set->masks[1]->polygons[0].xy[0] == 200 && set->masks[1]->polygons[0].xy[1] == 50);
    assert_true(set->annotations[1].box.x == 100 && set->annotations[1].box.y == 50);
    assert_true(set->annotations[1].box.w == 200 && set->annotations[1].box.h == 100);
    dataset_free(set);
    set = annotation_read_ground_truth(path, &err);
    assert_null(set->masks);
    dataset_free(set);
    snprintf(path, sizeof path, "%s/found", directory);
    struct detections *found = annotation_read_detections_as(path, &MASKS, &err);
    assert_int_equal(found->count, 2);
    assert_null(found->masks[0]);
    assert_memory_equal(found->masks[1]->polygons[0].xy, ORIENTED, sizeof ORIENTED);
    assert_true(found->rows[1].score == 0.5);
    detections_free(found);
}

static void test_what_is_not_yolo(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    enum annotation_kind kind;
    struct err err = {0};
    temp_text(directory, "args.yaml", "task: detect\nval: true\ndata: data.yaml\nnames_of: 3\n");
    temp_text(directory, "text/readme.txt", "Some words.\n");
    temp_text(directory, "broken.yaml", "names: [a, b\nval: x\n");
    temp_text(directory, "empty.yaml", "");
    static const char *const PATHS[] = {
        "args.yaml", "text", "broken.yaml", "empty.yaml", "absent", "."};
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", directory, PATHS[i]);
        assert_null(annotation_sniff(path, &kind));
        assert_null(annotation_read_ground_truth(path, &err));
        assert_true(err.code != ERR_NONE && err.text[0]);
    }
    char broken[4096];
    snprintf(broken, sizeof broken, "%s/broken.yaml", directory);
    assert_null(annotation_read_ground_truth(broken, &err));
    assert_int_equal(err.place, ERR_AT_LINE); /* its name says YAML: so does the error */
    assert_int_equal(err.at, 2);
    assert_null(annotation_read_detections(broken, &err));
    assert_int_equal(err.code, ERR_FORMAT);
    const char *lost = temp_text(directory, "data.yaml", "val: nowhere\nnames: [a]\n");
    assert_null(annotation_read_ground_truth(lost, &err));
    assert_int_equal(err.code, ERR_FORMAT);
    assert_string_equal(err.file, lost);
}

/* Law: a prefix of a label file or of a data.yaml is read or refused, and never crashes. */
static void test_every_prefix(void **state)
{
    (void)state;
    static const char LABELS[] = "0 0.5 0.5 0.25 0.5 0.9\r\n\n3 0.125 0.25 0.5 0.25 0.5 0.75\n";
    static const char YAML[] =
        "path: &p ../x\nval: [valid/images, *p]\nnames: {0: \"c\\u00e9\", 2: 'd'}\n";
    const char *directory = temp_dir();
    struct err err = {0};
    char path[4096];
    snprintf(path, sizeof path, "%s/valid/labels", directory);
    for (size_t length = 0; length < sizeof LABELS; length++) {
        temp_file(directory, "valid/labels/a.txt", LABELS, length);
        struct detections *found = annotation_read_detections(path, &err);
        assert_true(!found || found->count + (size_t)found->dropped <= 2);
        detections_free(found);
    }
    for (size_t length = 0; length < sizeof YAML; length++) {
        const char *yaml = temp_file(directory, "data.yaml", YAML, length);
        dataset_free(annotation_read_ground_truth(yaml, &err));
    }
    struct dataset *set =
        annotation_read_ground_truth(temp_text(directory, "data.yaml", YAML), &err);
    assert_non_null(set);
    assert_int_equal(set->category_count, 2);
    assert_string_equal(set->categories[0].name, "c\xc3\xa9");
    assert_int_equal(set->categories[1].id, 2);
    assert_int_equal(set->annotation_count, 1); /* class 3 has no name */
    dataset_free(set);
}

static void test_real_labels(void **state)
{
    (void)state;
    static const char YAML[] = SHARED "/real-detections/deeplabscan/data.yaml";
    static const int64_t COUNTS[] = {10, 8, 13, 10};
    struct file_stat stat;
    if (!file_stat(YAML, &stat))
        skip();
    for (int way = 0; way < 2; way++) {
        struct err err = {0};
        int64_t classes[4] = {0};
        struct dataset *set = annotation_read_ground_truth(
            way ? SHARED "/real-detections/deeplabscan/valid/labels" : YAML, &err);
        assert_non_null(set);
        assert_int_equal(set->image_count, 19);
        assert_int_equal(set->annotation_count, 41);
        assert_int_equal(set->dropped_annotations, 0);
        assert_int_equal(set->category_count, 4);
        assert_string_equal(set->categories[1].name, "laser");
        for (size_t i = 0; i < set->annotation_count; i++)
            classes[set->annotations[i].category]++;
        assert_memory_equal(classes, COUNTS, sizeof COUNTS);
        dataset_free(set);
    }
    static const struct annotation_options MASKS = {.masks = true};
    struct err err = {0};
    struct dataset *set = annotation_read_ground_truth_as(YAML, &MASKS, &err);
    size_t polygons = 0;
    for (size_t i = 0; i < set->annotation_count; i++)
        polygons += set->masks[i] != NULL;
    assert_int_equal(polygons, 30);
    dataset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_label_directory),
        cmocka_unit_test(test_beside_the_code),
        cmocka_unit_test(test_keypoints),
        cmocka_unit_test(test_darknet_export),
        cmocka_unit_test(test_listed_images),
        cmocka_unit_test(test_lists_from_elsewhere),
        cmocka_unit_test(test_stems_of_digits),
        cmocka_unit_test(test_predictions),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_what_is_not_yolo),
        cmocka_unit_test(test_every_prefix),
        cmocka_unit_test(test_real_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
