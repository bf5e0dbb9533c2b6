/*
 * Dumps of torchvision's dictionaries: lists, objects and single ones, with and without image ids.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "boxes_text.h"
#include "temp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char LIST[] =
    "[{\"boxes\": [[10, 20, 30.5, 60], [0, 0, 5, 5]], \"labels\": [1, 2], \"scores\": [0.9, 0.5]}, "
    "{\"boxes\": [], \"labels\": [], \"scores\": []}, {\"scores\": [1], \"labels\": [1], "
    "\"boxes\": "
    "[[1, 2, 3, 4]], \"masks\": [[[0, 1]]]}]";

static const struct {
    const char *json, *kind, *truth, *detections;
} DUMPS[] = {
    {LIST, "torchvision detections",
        "image 0 - 0x0\nimage 1 - 0x0\nimage 2 - 0x0\nclass 1 1\nclass 2 2\n0 1 10 20 20.5 40\n"
        "0 2 0 0 5 5\n2 1 1 2 2 2\n",
        "image 0 -\nimage 1 -\nimage 2 -\n0 1 10 20 20.5 40 0.9\n0 2 0 0 5 5 0.5\n2 1 1 2 2 2 1\n"
        "positions\n"},
    /* An id as a tensor is written; ids that are names. */
    {"[{\"image_id\": [7], \"boxes\": [[1, 2, 3, 4]], \"labels\": [1]}, {\"labels\": [\"cat\"], "
     "\"boxes\": [[1, 2, 3, 4]], \"image_id\": \"x/b.jpg\"}]",
        "torchvision ground truth",
        "image 7 - 0x0\nimage b x/b.jpg 0x0\nclass 1 1\nclass 2 cat\n7 1 1 2 2 2\nb cat 1 2 2 2\n",
        "image 7 -\nimage b x/b.jpg\ndropped 2\n"},
    /* By name, or by a number that is a name. */
    {"{\"a.jpg\": {\"boxes\": [[1, 2, 3, 4]], \"labels\": [1], \"scores\": [0.5]}, \"12\": "
     "{\"scores\": [], \"labels\": [], \"boxes\": []}}",
        "torchvision detections", "image a a.jpg 0x0\nimage 12 - 0x0\nclass 1 1\na 1 1 2 2 2\n",
        "image a a.jpg\nimage 12 -\na 1 1 2 2 2 0.5\n"},
    /* A single one; where 0 occurs it is a class. */
    {"{\"labels\": [0, 1], \"boxes\": [[1, 2, 3, 4], [1, 2, 3, 4]], \"scores\": [0.5, 0.25]}",
        "torchvision detections", "image 0 - 0x0\nclass 0 0\nclass 1 1\n0 0 1 2 2 2\n0 1 1 2 2 2\n",
        "image 0 -\n0 0 1 2 2 2 0.5\n0 1 1 2 2 2 0.25\npositions\n"},
    {"{\"image_id\": 3, \"boxes\": [[1, 2, 3, 4]], \"labels\": [1], \"scores\": [0.5]}",
        "torchvision detections", "image 3 - 0x0\nclass 1 1\n3 1 1 2 2 2\n",
        "image 3 -\n3 1 1 2 2 2 0.5\n"},
};

static void every_frame_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DUMPS / sizeof *DUMPS; i++) {
        const char *path = temp_text(temp_dir(), "dump.json", DUMPS[i].json);
        assert_string_equal(boxes_kind(path), DUMPS[i].kind);
        const char *text = boxes_truth(path, NULL);
        if (strcmp(text, DUMPS[i].truth) != 0)
            fail_msg("row %zu: %s", i, text);
        text = boxes_detections(path, NULL);
        if (strcmp(text, DUMPS[i].detections) != 0)
            fail_msg("row %zu: %s", i, text);
    }
}

static const struct {
    const char *json, *text;
} DAMAGED[] = {
    {"[{\"boxes\": [[1, 2, 3, 4], [1, 2], null, [4, 3, 2, 1], [1, 2, 3, 4, 5], [1, 2, 3, NaN], [1, "
     "2, 3, \"4\"], [1, 2, 3, 4]], \"labels\": [1, 1, 1, 1, 1, 1, 1, 1.5], \"scores\": [1, 1, 1, "
     "1, "
     "1, 1, 1, 1]}]",
        "image 0 -\n0 1 1 2 2 2 1\ndropped 7\npositions\n"},
    {"[{\"boxes\": [[1, 2, 3, 4], [1, 2, 3, 4]], \"labels\": [1, 1], \"scores\": [NaN]}]",
        "image 0 -\ndropped 2\npositions\n"},
    {"[{\"boxes\": 5, \"labels\": {\"a\": [1]}, \"scores\": \"x\", \"image_id\": []}]",
        "image 0 -\npositions\n"},
    /* Of entries with ids and entries without, the first says which count. */
    {"[{\"image_id\": 4, \"boxes\": [[1, 2, 3, 4]], \"labels\": [1], \"scores\": [1]}, {\"boxes\": "
     "[[1, 2, 3, 4]], \"labels\": [1], \"scores\": [1]}]",
        "image 4 -\n4 1 1 2 2 2 1\ndropped 1\n"},
    {"[", "error: ends inside a JSON array: wait until it is written, or copy it again\n"},
    {"{}", ""},
    {"3", "error: does not hold dictionaries with \"boxes\", \"labels\" and \"scores\": name a "
          "file that does\n"},
};

static void damage_is_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DAMAGED / sizeof *DAMAGED; i++) {
        const char *text =
            boxes_detections(temp_text(temp_dir(), "d.json", DAMAGED[i].json), "torchvision");
        if (strcmp(text, DAMAGED[i].text) != 0)
            fail_msg("row %zu: %s", i, text);
    }
}

static void other_documents_are_left_alone(void **state)
{
    (void)state;
    static const char *const OTHERS[] = {"[]", "{}", "[{\"boxes\": [[1, 2, 3, 4]]}]",
        "{\"boxes\": 3}", "{\"labels\": [1], \"scores\": [1]}", "{\"a\": {\"b\": 1}}", "not JSON",
        "[[1, 2]]"};
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        assert_string_equal(boxes_kind(temp_text(temp_dir(), "o.json", OTHERS[i])), "nothing");
    assert_string_equal(boxes_kind(temp_text(temp_dir(), "o.txt", LIST)), "nothing");
}

static void a_cut_document_is_refused(void **state)
{
    (void)state;
    const char *directory = temp_dir(), *path = temp_text(directory, "d.json", LIST);
    boxes_survive_cuts(directory, "d.json", LIST, path, "torchvision", true, true);
    struct err err = {0};
    path = temp_file(directory, "d.json", LIST, sizeof LIST / 2);
    assert_null(annotation_read_detections(path, &err));
    assert_int_equal(err.place, ERR_AT_BYTE);
}

/* Entries by the thousand, and a list that is longer than what it belongs to. */
static void large_files_are_read_whole(void **state)
{
    (void)state;
    enum { ENTRIES = 3000, LABELS = 200000, ENTRY_BYTES = 128 };
    char *text = malloc(ENTRIES * ENTRY_BYTES + LABELS * 2 + 64);
    size_t length = 0;
    for (int i = 0; i < ENTRIES; i++)
        length += (size_t)snprintf(text + length, ENTRY_BYTES,
            "%c{\"boxes\": [[%d, 0, %d, 1]], \"scores\": [0.5], \"labels\": [%d]}", i ? ',' : '[',
            i, i + 1, i % 90);
    text[length++] = ']';
    struct err err = {0};
    struct detections *set =
        annotation_read_detections(temp_file(temp_dir(), "l.json", text, length), &err);
    assert_non_null(set);
    assert_int_equal(set->count, ENTRIES);
    assert_int_equal(set->image_key_count, ENTRIES);
    assert_int_equal(set->category_key_count, 90);
    for (int i = 0; i < ENTRIES; i++)
        assert_true(set->rows[i].box.x == i && set->image_keys[set->rows[i].image_key].id == i);
    detections_free(set);
    length =
        (size_t)snprintf(text, 64, "[{\"boxes\": [[0, 0, 1, 1]], \"scores\": [1], \"labels\": [1");
    for (int i = 0; i < LABELS; i++, length += 2)
        memcpy(text + length, ",1", 2);
    memcpy(text + length, "]}]", 3);
    set = annotation_read_detections(temp_file(temp_dir(), "l.json", text, length + 3), &err);
    assert_non_null(set);
    assert_int_equal(set->count, 1);
    assert_int_equal(set->dropped, 0);
    detections_free(set);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_frame_is_read),
        cmocka_unit_test(damage_is_counted),
        cmocka_unit_test(other_documents_are_left_alone),
        cmocka_unit_test(a_cut_document_is_refused),
        cmocka_unit_test(large_files_are_read_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
