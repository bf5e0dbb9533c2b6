/*
 * Penn-Fudan: its sentences, its folders, what lies beside, and damage.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "boxes_text.h"
#include "temp.h"

#include <stdio.h>
#include <string.h>

static const char WHOLE[] =
    "# Compatible with PASCAL Annotation Version 1.00\n"
    "Image filename : \"PennFudanPed/PNGImages/FudanPed00001.png\"\n"
    "Image size (X x Y x C) : 559 x 536 x 3\n"
    "Database : \"The Penn-Fudan-Pedestrian Database\"\n"
    "Objects with ground truth : 2 { \"PASpersonWalking\" \"PASpersonStanding\" }\n"
    "# Note there may be some objects not included in the ground truth list for they are "
    "severe-occluded\n"
    "# or have very small size.\n"
    "# Top left pixel co-ordinates : (1, 1)\n"
    "# Details for pedestrian 1 (\"PASpersonWalking\")\n"
    "Original label for object 1 \"PASpersonWalking\" : \"PennFudanPed\"\n"
    "Bounding box for object 1 \"PASpersonWalking\" - (Xmin, Ymin) - (Xmax, Ymax) : (160, 182) - "
    "(302, 431)\n"
    "Pixel mask for object 1 \"PASpersonWalking\" : "
    "\"PennFudanPed/PedMasks/FudanPed00001_mask.png\"\n\r\n"
    "Bounding box for object 2 \"PASpersonStanding\" - (Xmin, Ymin) - (Xmax, Ymax) : (1, 171) - "
    "(535, 486)\r\n";

static const char WHOLE_TEXT[] = "image FudanPed00001 FudanPed00001.png 559x536\n"
                                 "class 1 PASpersonStanding\nclass 2 PASpersonWalking\n"
                                 "FudanPed00001 PASpersonWalking 159 181 143 250\n"
                                 "FudanPed00001 PASpersonStanding 0 170 535 316\n";

static const char *joined(const char *directory, const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static void a_file_a_folder_and_the_data_set_are_read(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    struct err err = {0};
    const char *path = temp_text(directory, "PennFudanPed/Annotation/FudanPed00001.txt", WHOLE);
    temp_text(directory, "PennFudanPed/PNGImages/FudanPed00001.png", "");
    temp_text(directory, "PennFudanPed/readme.txt", "The Penn-Fudan database.\n");
    temp_text(directory, "PennFudanPed/added-object-list.txt", "FudanPed00001 1\n");
    static const char *const PATHS[] = {
        "PennFudanPed/Annotation/FudanPed00001.txt", "PennFudanPed/Annotation", "PennFudanPed"};
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
        path = joined(directory, PATHS[i]);
        assert_string_equal(boxes_kind(path), "pennfudan ground truth");
        assert_string_equal(boxes_truth(path, NULL), WHOLE_TEXT);
        struct dataset *set = annotation_read_ground_truth(path, &err);
        assert_true(path_has_suffix(set->images_dir, "PennFudanPed/PNGImages"));
        dataset_free(set);
    }
    assert_string_equal(boxes_detections(path, NULL),
        "error: is ground truth: Penn-Fudan annotations have no scores\n");
}

static const struct {
    const char *lines, *text; /* of a file called stem.txt */
} FILES[] = {
    {"Image filename : \"a.png\"\n", "image a a.png 0x0\n"},
    {"Image filename : \"\"\nBounding box for object 1 \"P\" : (1, 2) - (3, 4)\n",
        "image stem stem 0x0\nclass 1 P\nstem P 0 1 3 3\n"},
    {"Bounding box for object 1 \"P\" : (1, 2) - (3, 4)\nImage size (X x Y x C) : 9 x 8 x 3\n",
        "image stem stem 9x8\nclass 1 P\nstem P 0 1 3 3\n"},
    {"Image filename : \"a.png\"\nImage size (X x Y x C) : 9 x\nBounding box for object 1 \"P\" : "
     "(1, 2) - (3\nBounding box for object 2 \"P\" : (5, 2) - (3, 4)\nBounding box for object 3 : "
     "(1, 2) - (3, 4)\nBounding box for object 4 \"P\" (1, 2) - (3, 4)\nBounding box for object 5 "
     "\"P\" : (1.5, -2) - (1e3, 4)\n",
        "image a a.png 0x0\nclass 1 P\na P 0.5 -3 999.5 7\ndropped 4\n"},
    {"", "error: holds no Penn-Fudan annotation (*.txt): has no \"Image filename\" and no boxes\n"},
};

static void what_files_may_lack(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        const char *text =
            boxes_truth(temp_text(temp_dir(), "stem.txt", FILES[i].lines), "pennfudan");
        if (strcmp(text, FILES[i].text) != 0)
            fail_msg("row %zu: %s", i, text);
    }
}

static void other_texts_are_left_alone(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    assert_string_equal(
        boxes_kind(temp_text(directory, "a.txt", "Image filename : nothing else\n")), "nothing");
    assert_string_equal(boxes_kind(temp_text(directory, "b.log", WHOLE)), "nothing");
    assert_string_equal(boxes_kind(directory), "nothing");
    assert_string_equal(boxes_truth(joined(directory, "absent"), "pennfudan"),
        "error: cannot list the directory: No such file or directory\n");
}

static void boxes_before_a_cut_remain(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    boxes_survive_cuts(
        directory, "Annotation/FudanPed00001.txt", WHOLE, directory, "pennfudan", false, true);
}

static void a_hostile_file_is_only_passed_over(void **state)
{
    (void)state;
    enum { LONG = 1 << 17 };
    static char text[LONG + 256];
    const char *directory = temp_dir();
    size_t length = (size_t)snprintf(text, sizeof text, "Image filename : \"a.png\"\n");
    memset(text + length, 'x', LONG);
    length += LONG;
    length += (size_t)snprintf(text + length, 128,
        "\nBounding box for object 1 \"P\" : (1, 2) - (3, 4)\n%cBounding box", '\0');
    const char *path = temp_file(directory, "a.txt", text, length);
    assert_string_equal(
        boxes_truth(path, "pennfudan"), "image a a.png 0x0\nclass 1 P\na P 0 1 3 3\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_a_folder_and_the_data_set_are_read),
        cmocka_unit_test(what_files_may_lack),
        cmocka_unit_test(other_texts_are_left_alone),
        cmocka_unit_test(boxes_before_a_cut_remain),
        cmocka_unit_test(a_hostile_file_is_only_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
