/*
 * Pascal VOC: what is an object and what is not, trees and splits, damage, and hostile XML.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "boxes_text.h"
#include "temp.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char WHOLE[] =
    "<annotation>\n\t<folder>VOC2012</folder>\n\t<filename>2007_000549.jpg</filename>\n"
    "\t<source><database>x</database><annotation>y</annotation></source>\n"
    "\t<size><width>375</width><height>500</height><depth>3</depth></size>\n"
    "\t<segmented>0</segmented>\n"
    "\t<object><name> cat </name><pose>Frontal</pose><truncated>1</truncated>"
    "<difficult>0</difficult>\n"
    "\t\t<bndbox><xmin>1</xmin><ymin>49</ymin><xmax>341</xmax><ymax>499</ymax></bndbox>\n"
    "\t\t<part><name>head</name><bndbox><xmin>5</xmin><ymin>6</ymin><xmax>70</xmax>"
    "<ymax>80</ymax></bndbox></part>\n\t</object>\n"
    "\t<object><bndbox><ymax>8</ymax><xmax>10.5</xmax><ymin>3.25</ymin><xmin>2.5</xmin></bndbox>"
    "<name>a &amp; b</name><difficult>1</difficult></object>\n"
    "\t<object><name>cat</name><bndbox><xmin>7</xmin><ymin>7</ymin><xmax>7</xmax><ymax>7</ymax>"
    "</bndbox></object>\n</annotation>\n";

/* 1-based corners that belong to the box: 1..341 is 341 pixels from 0 on; one pixel is 1 wide. */
static const char WHOLE_TEXT[] = "image 2007_000549 2007_000549.jpg 375x500\n"
                                 "class 1 a & b\nclass 2 cat\n"
                                 "2007_000549 cat 0 48 341 451\n"
                                 "2007_000549 a & b 1.5 2.25 9 5.75 crowd\n"
                                 "2007_000549 cat 6 6 1 1\n";

static const char *joined(const char *directory, const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static void one_file_is_read(void **state)
{
    (void)state;
    const char *path = temp_text(temp_dir(), "2007_000549.xml", WHOLE);
    assert_string_equal(boxes_kind(path), "voc ground truth");
    assert_string_equal(boxes_truth(path, NULL), WHOLE_TEXT);
    assert_string_equal(
        boxes_detections(path, NULL), "error: is ground truth: VOC files have no scores\n");
}

static const struct {
    const char *xml, *text; /* of a file called stem.xml */
} FILES[] = {
    /* Nothing in it is background; what the file does not say of its image its name says. */
    {"<annotation/>", "image stem stem 0x0\n"},
    {"<annotation><filename/><size><width>0</width><height>-3</height></size></annotation>",
        "image stem stem 0x0\n"},
    {"<annotation><filename>C:\\data\\new.PNG</filename></annotation>", "image stem new.PNG 0x0\n"},
    {"<annotation><filename>/data/a.b.c</filename></annotation>", "image stem a.b.c 0x0\n"},
    /* Objects that lack something. */
    {"<annotation><object><name>a</name></object><object><bndbox><xmin>1</xmin><ymin>1</ymin>"
     "<xmax>2</xmax><ymax>2</ymax></bndbox></object></annotation>",
        "image stem stem 0x0\ndropped 2\n"},
    {"<annotation><object><name>a</name><bndbox><xmin>5</xmin><ymin>1</ymin><xmax>4</xmax>"
     "<ymax>2</ymax></bndbox></object></annotation>",
        "image stem stem 0x0\ndropped 1\n"},
    {"<annotation><object><name>a</name><bndbox><xmin>nan</xmin><ymin>1</ymin><xmax>4</xmax>"
     "<ymax>2</ymax></bndbox></object></annotation>",
        "image stem stem 0x0\ndropped 1\n"},
    /* Another encoding, and text in several pieces. */
    {"<?xml version='1.0' encoding='ISO-8859-1'?><annotation><filename>\xe9.jpg</filename>"
     "<object><name>a<!-- -->b&#99;</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax>"
     "<ymax>3</ymax></bndbox></object></annotation>",
        "image stem \xc3\xa9.jpg 0x0\nclass 1 abc\nstem abc 0 0 2 3\n"},
    {"<?xml version='1.0' encoding='gb2312'?><annotation><object><name>cat</name><bndbox>"
     "<xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>3</ymax></bndbox></object></annotation>",
        "image stem stem 0x0\nclass 1 cat\nstem cat 0 0 2 3\n"},
    /* A number is its own class. */
    {"<annotation><object><name>7</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax>"
     "<ymax>3</ymax></bndbox></object></annotation>",
        "image stem stem 0x0\nclass 7 7\nstem 7 0 0 2 3\n"},
    /* An annotation inside another element is none. */
    {"<x><annotation><object/></annotation></x>",
        "error: is no VOC file: it has no <annotation>\n"},
    {"", "error: is no VOC file: no element found\n"},
    {"words", "error: is no VOC file: syntax error\n"},
};

static void what_files_may_lack(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        const char *text = boxes_truth(temp_text(temp_dir(), "stem.xml", FILES[i].xml), "voc");
        if (strcmp(text, FILES[i].text) != 0)
            fail_msg("row %zu: %s", i, text);
    }
}

static const char BOX[] =
    "<annotation><filename>%s</filename><object><name>%s</name><bndbox><xmin>1</xmin><ymin>1</ymin>"
    "<xmax>2</xmax><ymax>2</ymax></bndbox></object></annotation>";

static void put_box(const char *directory, const char *file, const char *filename, const char *name)
{
    char xml[512];
    snprintf(xml, sizeof xml, BOX, filename, name);
    temp_text(directory, file, xml);
}

static void a_folder_is_read_in_the_order_of_names(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    put_box(directory, "b.xml", "b.jpg", "dog");
    put_box(directory, "a.xml", "copied.jpg", "cat");
    put_box(directory, "c.XML", "copied.jpg", "cat"); /* not its alone: so nobody's */
    temp_text(directory, "a.jpg", "");
    temp_text(directory, "broken.xml", "<annotation><filename>z");
    temp_text(directory, "other.xml", "<config/>");
    temp_text(directory, ".hidden.xml", WHOLE);
    assert_string_equal(boxes_kind(directory), "voc ground truth");
    assert_string_equal(boxes_truth(directory, NULL),
        "image a a 0x0\nimage b b.jpg 0x0\nimage c c 0x0\n"
        "class 1 cat\nclass 2 dog\n"
        "a cat 0 0 2 2\nb dog 0 0 2 2\nc cat 0 0 2 2\ndropped 2\n");
}

static void a_tree_is_read_by_its_split(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    struct err err = {0};
    put_box(directory, "Annotations/a.xml", "a.jpg", "cat");
    put_box(directory, "Annotations/b.xml", "b.jpg", "dog");
    put_box(directory, "Annotations/c.xml", "c.jpg", "dog");
    temp_text(directory, "JPEGImages/a.jpg", "");
    assert_string_equal(boxes_kind(directory), "voc ground truth");
    assert_non_null(strstr(boxes_truth(directory, NULL), "image c c.jpg"));
    temp_text(directory, "ImageSets/Main/train.txt", "a\n");
    assert_string_equal(
        boxes_truth(directory, NULL), "image a a.jpg 0x0\nclass 1 cat\na cat 0 0 2 2\n");
    temp_text(directory, "ImageSets/Main/val.txt", "c  1\r\nb -1\n\nmissing\n");
    assert_string_equal(boxes_truth(directory, NULL),
        "image c c.jpg 0x0\nimage b b.jpg 0x0\nclass 1 dog\nc dog 0 0 2 2\nb dog 0 0 2 2\n"
        "dropped 1\n");
    struct dataset *set = annotation_read_ground_truth(directory, &err);
    assert_non_null(set);
    assert_true(path_has_suffix(set->images_dir, "/JPEGImages"));
    dataset_free(set);
    set = annotation_read_ground_truth(joined(directory, "Annotations"), &err);
    assert_non_null(set);
    assert_int_equal(set->image_count, 3); /* the folder itself: all of it */
    assert_true(path_has_suffix(set->images_dir, "/JPEGImages"));
    dataset_free(set);
}

/* Annotations in folders of their own; of splits that of validation, else of test. */
static void folders_are_read(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    put_box(directory, "annotations/one/a.xml", "a.jpg", "cat");
    put_box(directory, "annotations/two/a.xml", "b.jpg", "dog");
    temp_text(directory, "annotations/notes/readme.txt", "");
    assert_string_equal(boxes_kind(directory), "voc ground truth");
    assert_string_equal(boxes_truth(directory, NULL),
        "image one/a a.jpg 0x0\nimage two/a b.jpg 0x0\nclass 1 cat\nclass 2 dog\n"
        "one/a cat 0 0 2 2\ntwo/a dog 0 0 2 2\n");
    directory = temp_dir();
    put_box(directory, "train/a.xml", "a.jpg", "cat");
    put_box(directory, "test/b.xml", "b.jpg", "cat");
    assert_string_equal(boxes_kind(directory), "voc ground truth");
    assert_string_equal(
        boxes_truth(directory, NULL), "image b b.jpg 0x0\nclass 1 cat\nb cat 0 0 2 2\n");
    put_box(directory, "valid/Annotations/c.xml", "c.jpg", "cat");
    assert_string_equal(
        boxes_truth(directory, NULL), "image c c.jpg 0x0\nclass 1 cat\nc cat 0 0 2 2\n");
}

static void what_is_not_voc_is_left_alone(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    static const struct {
        const char *name, *text;
    } OTHERS[] = {{"cvat/a.xml", "<annotations><image name='a'/></annotations>"},
        {"maven/pom.xml", "<project/>"}, {"empty/a.xml", ""}, {"text/a.txt", "<annotation>"},
        {"none/readme.md", "<annotation>"}};
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
        const char *path = temp_text(directory, OTHERS[i].name, OTHERS[i].text);
        assert_string_equal(boxes_kind(path), "nothing");
        char *folder = strdup(path);
        *strrchr(folder, '/') = '\0';
        assert_string_equal(boxes_kind(folder), "nothing");
        free(folder);
    }
    assert_string_equal(boxes_truth(joined(directory, "maven"), "voc"),
        "error: is no VOC file: it has no <annotation>\n");
    assert_string_equal(
        boxes_truth(joined(directory, "none"), "voc"), "error: holds no VOC files (*.xml)\n");
}

/* Ten entities of ten each would be a gigabyte after nine steps; no entity is ever declared. */
static void entities_are_refused(void **state)
{
    (void)state;
    static const char BOMB[] =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE annotation [\n<!ENTITY a \"aaaaaaaaaa\">\n"
        "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\n]>\n"
        "<annotation><filename>&b;</filename></annotation>";
    static const char OUTSIDE[] = "<!DOCTYPE annotation [<!ENTITY e SYSTEM \"/etc/passwd\">]>"
                                  "<annotation><filename>&e;</filename></annotation>";
    static const char HARMLESS[] = "<!DOCTYPE annotation><annotation/>";
    const char *directory = temp_dir();
    struct err err = {0};
    assert_null(annotation_read_ground_truth(temp_text(directory, "bomb.xml", BOMB), &err));
    assert_string_equal(err.text, "is no VOC file: declares entities, which no annotation needs");
    assert_int_equal(err.place, ERR_AT_LINE);
    assert_string_equal(boxes_truth(temp_text(directory, "e.xml", OUTSIDE), "voc"),
        "error: is no VOC file: declares entities, which no annotation needs\n");
    assert_string_equal(
        boxes_truth(temp_text(directory, "h.xml", HARMLESS), "voc"), "image h h 0x0\n");
}

static void depth_and_size_are_bounded(void **state)
{
    (void)state;
    enum { DEPTH = 100000, LARGE = 17 << 20 };
    const char *directory = temp_dir();
    char *text = malloc(LARGE);
    size_t length = 0;
    for (int i = 0; i < DEPTH; i++, length += 3)
        memcpy(text + length, "<a>", 3);
    temp_file(directory, "deep.xml", text, length);
    assert_string_equal(boxes_truth(joined(directory, "deep.xml"), "voc"),
        "error: is no VOC file: nests deeper than any annotation\n");
    memset(text, ' ', LARGE);
    memcpy(text, "<annotation>", 12);
    temp_file(directory, "large.xml", text, LARGE);
    assert_memory_equal(boxes_truth(joined(directory, "large.xml"), "voc"), "error: ", 7);
    /* A name of a megabyte is none. */
    length = (size_t)snprintf(text, LARGE, "<annotation><object><name>");
    memset(text + length, 'n', 1 << 20);
    length += 1 << 20;
    length += (size_t)snprintf(text + length, 256,
        "</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox>"
        "</object></annotation>");
    temp_file(directory, "name.xml", text, length);
    assert_string_equal(
        boxes_truth(joined(directory, "name.xml"), "voc"), "image name name 0x0\ndropped 1\n");
    free(text);
}

static void objects_before_a_cut_remain(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    boxes_survive_cuts(directory, "2007_000549.xml", WHOLE, joined(directory, "2007_000549.xml"),
        "voc", false, true);
    const char *path = temp_file(
        directory, "2007_000549.xml", WHOLE, (size_t)(strstr(WHOLE, "<name>a &amp; b") - WHOLE));
    assert_string_equal(boxes_truth(path, NULL),
        "image 2007_000549 2007_000549.jpg 375x500\nclass 1 cat\n2007_000549 cat 0 48 341 451\n"
        "dropped 1\n");
}

/* The corners that an independent reader found, as it wrote them. */
static void real_files_say_what_they_say(void **state)
{
    (void)state;
    static const char HOME[] = SHARED "/real-detections/voc-toy/";
    struct buf text;
    struct err err = {0};
    char path[4096];
    buf_init(&text, 1 << 20);
    snprintf(path, sizeof path, "%sexpected.json", HOME);
    if (!file_read(path, &text, NULL)) {
        buf_done(&text);
        skip();
    }
    cJSON *json = cJSON_ParseWithLength(text.data, text.length);
    buf_done(&text);
    snprintf(path, sizeof path, "%sgts_vocpascal_format", HOME);
    struct dataset *set = annotation_read_ground_truth(path, &err);
    assert_non_null(set);
    size_t boxes = 0, files = 0;
    const cJSON *file, *object;
    cJSON_ArrayForEach(file, cJSON_GetObjectItem(json, "voc_objects"))
    {
        assert_int_equal(strncmp(file->string, set->images[files].key, 11), 0);
        cJSON_ArrayForEach(object, file)
        {
            const struct annotation *a = &set->annotations[boxes++];
            double corners[4];
            for (int i = 0; i < 4; i++)
                corners[i] = cJSON_GetArrayItem(object, 2 + i)->valuedouble;
            assert_int_equal(a->image, files);
            assert_true(a->box.x == corners[0] - 1 && a->box.y == corners[1] - 1);
            assert_true(a->box.x + a->box.w == corners[2] && a->box.y + a->box.h == corners[3]);
            assert_int_equal(a->crowd, cJSON_GetArrayItem(object, 1)->valuedouble != 0);
        }
        files++;
    }
    assert_int_equal(files, set->image_count);
    assert_int_equal(boxes, set->annotation_count);
    assert_int_equal(boxes, 12);
    dataset_free(set);
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_file_is_read),
        cmocka_unit_test(what_files_may_lack),
        cmocka_unit_test(a_folder_is_read_in_the_order_of_names),
        cmocka_unit_test(a_tree_is_read_by_its_split),
        cmocka_unit_test(folders_are_read),
        cmocka_unit_test(what_is_not_voc_is_left_alone),
        cmocka_unit_test(entities_are_refused),
        cmocka_unit_test(depth_and_size_are_bounded),
        cmocka_unit_test(objects_before_a_cut_remain),
        cmocka_unit_test(real_files_say_what_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
