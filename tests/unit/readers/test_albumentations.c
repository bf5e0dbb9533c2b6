/*
 * albumentations: CSV columns under their many names, JSON lists, and what is neither.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "boxes_text.h"
#include "temp.h"

#include <stdlib.h>
#include <string.h>

static const char CSV[] = "image,x_min,y_min,x_max,y_max,class,score\n"
                          "val/a.jpg,0.25,0.125,0.5,0.625,cat,0.9\n"
                          "b.jpg,0,0,1,1,\"traffic, light\",0.25\r\n"
                          "val/a.jpg,0.5,0.5,0.75,1,dog,1e-3\n";

static const char CSV_TEXT[] = "image a val/a.jpg\nimage b b.jpg\n"
                               "a cat 0.25 0.125 0.25 0.5 0.9\n"
                               "b traffic, light 0 0 1 1 0.25\n"
                               "a dog 0.5 0.5 0.25 0.5 0.001\nfractions\n";

static const char JSON[] =
    "[{\"image\": \"a.jpg\", \"bboxes\": [[0.25, 0.125, 0.5, 0.625], [0, 0, 1, 1]], \"labels\": "
    "[\"dog\", \"cat\"]}, {\"image_id\": \"b.jpg\", \"width\": 100, \"height\": 50, \"bboxes\": "
    "[[0.5, 0.5, 0.75, 1, \"caf\\u00e9\"]]}, {\"file_name\": \"c.jpg\", \"bboxes\": []}]";

static void a_table_is_read(void **state)
{
    (void)state;
    const char *path = temp_text(temp_dir(), "boxes.csv", CSV);
    assert_string_equal(boxes_kind(path), "albumentations detections");
    assert_string_equal(boxes_detections(path, NULL), CSV_TEXT);
    assert_string_equal(boxes_truth(path, NULL), /* asked for, it is ground truth as well */
        "image a val/a.jpg 0x0\nimage b b.jpg 0x0\nclass 1 cat\nclass 2 dog\n"
        "class 3 traffic, light\na cat 0.25 0.125 0.25 0.5\nb traffic, light 0 0 1 1\n"
        "a dog 0.5 0.5 0.25 0.5\nfractions\n");
}

static const struct {
    const char *csv, *text;
} TABLES[] = {
    {"Image_ID;X0;Y0;X1;Y1;Label\na.jpg;0;0;0.5;1;7\n",
        "image a a.jpg 0x0\nclass 7 7\na 7 0 0 0.5 1\nfractions\n"},
    {"label,x1,y1,x2,y2,path\ncat,0,0,0.5,1,a.jpg\n",
        "image a a.jpg 0x0\nclass 1 cat\na cat 0 0 0.5 1\nfractions\n"},
    /* One number that no fraction is makes all of them pixels; sizes are taken. */
    {"filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,640,480,cat,10,20,30,60\n"
     "a.jpg,640,480,cat,0,0,1,1\n",
        "image a a.jpg 640x480\nclass 1 cat\na cat 10 20 20 40\na cat 0 0 1 1\n"},
    {"filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,640,480,cat,0.25,0.25,0.5,0.5\n",
        "image a a.jpg 640x480\nclass 1 cat\na cat 160 120 160 120\nfractions\n"},
    /* A name goes before a number. */
    {"image,xmin,ymin,xmax,ymax,confidence,class,name\na.jpg,0,0,0.5,1,0.5,7,cat\n",
        "image a a.jpg 0x0\nclass 1 cat\na cat 0 0 0.5 1\nfractions\n"},
    /* Rows that say too little, or nonsense, are counted. */
    {"image,x_min,y_min,x_max,y_max,class\na.jpg,0,0,0.5,1\n,0,0,1,1,cat\na.jpg,0,x,1,1,cat\n"
     "a.jpg,nan,0,1,1,cat\na.jpg,0.5,0,0.25,1,cat\n\na.jpg,0,0,1,1,cat,more\n",
        "image a a.jpg 0x0\nclass 1 cat\na cat 0 0 1 1\ndropped 5\nfractions\n"},
    {"image,x_min,y_min,x_max,class\na,0,0,1,cat\n",
        "error: has no columns of boxes: image, x_min, y_min, x_max, y_max, class and maybe "
        "score\n"},
    {"", "error: has no columns of boxes: image, x_min, y_min, x_max, y_max, class and maybe "
         "score\n"},
};

static void tables_of_other_columns_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++) {
        const char *text = boxes_truth(temp_text(temp_dir(), "t.csv", TABLES[i].csv), NULL);
        if (strcmp(text, TABLES[i].text) != 0)
            fail_msg("row %zu: %s", i, text);
    }
}

static void lists_are_read(void **state)
{
    (void)state;
    const char *path = temp_text(temp_dir(), "boxes.json", JSON);
    assert_string_equal(boxes_kind(path), "albumentations ground truth");
    assert_string_equal(boxes_truth(path, NULL),
        "image a a.jpg 0x0\nimage b b.jpg 100x50\nimage c c.jpg 0x0\nclass 1 caf\xc3\xa9\n"
        "class 2 cat\nclass 3 dog\na dog 0.25 0.125 0.25 0.5\na cat 0 0 1 1\n"
        "b caf\xc3\xa9 50 25 25 25\nfractions\n");
}

static const struct {
    const char *json, *text;
} LISTS[] = {
    {"[{\"image\": \"a\", \"bboxes\": [[0, 0, 1, 1], [0, 0, 1], [10, 20, 30, 40], 7, [0, 0, 1, "
     "1]], "
     "\"category_ids\": [1, 2, 3, 4], \"scores\": [0.5, 0.25, 0.75, 1]}]",
        "image a a\na 1 0 0 1 1 0.5\ndropped 4\nfractions\n"},
    {"[{\"image\": \"a\", \"bboxes\": [[10, 20, 30, 40]], \"labels\": [1], \"scores\": [1]}]",
        "error: has no box of fractions, from 0 to 1, in \"bboxes\"\n"},
    {"[{\"bboxes\": [[0, 0, 1, 1]], \"labels\": [null], \"scores\": [1]}, 5, {\"scores\": [2], "
     "\"bboxes\": [[0, 0, 1, 1]], \"labels\": [\"x\"]}]",
        "image 0 -\nimage 2 -\n2 x 0 0 1 1 2\ndropped 2\nfractions\npositions\n"},
    {"17", "error: does not hold objects with \"bboxes\" and labels: name a file that does\n"},
};

static void damaged_lists_keep_what_is_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof LISTS / sizeof *LISTS; i++) {
        const char *text =
            boxes_detections(temp_text(temp_dir(), "l.json", LISTS[i].json), "albumentations");
        if (strcmp(text, LISTS[i].text) != 0)
            fail_msg("row %zu: %s", i, text);
    }
}

static void other_tables_are_left_alone(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } OTHERS[] = {{"results.csv", "epoch,train/box_loss,metrics/mAP50(B)\n0,1,0.5\n"},
        {"metrics.csv", "step,loss\n1,2\n"}, {"a.csv", ""}, {"a.txt", CSV},
        {"a.json", "{\"iteration\": 19}"}, {"b.json", "[{\"bboxes\": [[0, 0, 1, 1]]}]"},
        {"c.json", "[1, {\"labels\": [1]}]"}};
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        assert_string_equal(
            boxes_kind(temp_text(temp_dir(), OTHERS[i].name, OTHERS[i].text)), "nothing");
}

static void a_column_whose_name_holds_a_nul_is_another(void **state)
{
    (void)state;
    static const char TABLE[] = "image,x_min,y_min,x_max,y_max,class,score\0\na,0,0,1,1,c,1\n";
    const char *path = temp_file(temp_dir(), "t.csv", TABLE, sizeof TABLE - 1);
    assert_string_equal(boxes_kind(path), "albumentations ground truth");
}

static void rows_before_a_cut_remain(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    const char *csv = temp_text(directory, "c.csv", CSV),
               *json = temp_text(directory, "j.json", "");
    boxes_survive_cuts(directory, "c.csv", CSV, csv, NULL, true, true);
    boxes_survive_cuts(directory, "j.json", JSON, json, "albumentations", false, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read),
        cmocka_unit_test(tables_of_other_columns_are_read),
        cmocka_unit_test(lists_are_read),
        cmocka_unit_test(damaged_lists_keep_what_is_good),
        cmocka_unit_test(other_tables_are_left_alone),
        cmocka_unit_test(a_column_whose_name_holds_a_nul_is_another),
        cmocka_unit_test(rows_before_a_cut_remain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
