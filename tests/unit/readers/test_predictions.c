/*
 * Which files and folders of a run are predictions, in whatever format, and which are a run alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reading.h"
#include "temp.h"

#include <stdio.h>

/* Rows of YOLO's order with scores, and without. */
#define FOUND "0 0.5 0.5 0.25 0.5 0.75\n"
#define LABELS "0 0.5 0.5 0.25 0.5\n"

static void folders_of_label_files_with_scores_are_predictions(void **state)
{
    (void)state;
    /* Below a run: one folder of a known name, or in "predictions" one a step. */
    assert_string_equal(READING_CLAIMS_ON("", "labels/a.txt", FOUND, "a.jpg", ""),
        "ultralytics: labels labels/\n");
    assert_string_equal(READING_CLAIMS_ON("", "predictions/a.txt", FOUND), "predictions: predictions\n");
    assert_string_equal(READING_CLAIMS_ON("", "metrics.csv", "step,loss\n", "predictions/epoch_2/a.txt", FOUND,
                            "predictions/epoch_10/a.txt", FOUND, "predictions/other/a.txt", "words\n"),
        "plain: metrics.csv predictions/epoch_2 predictions/epoch_10\n");
    assert_string_equal(READING_CLAIMS_ON("", "results.csv", "epoch,train/box_loss\n", "args.yaml", "a: 1\n",
                            "labels/a.txt", FOUND),
        "ultralytics: args.yaml results.csv labels labels/\n");
    /* A tool that writes both wrote the same twice. */
    assert_string_equal(
        READING_CLAIMS_ON("", "labels/a.txt", FOUND, "predictions.json",
            "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0, 0, 1, 1], \"score\": 1}]"),
        "predictions: predictions.json\n");
    /* Without scores they are ground truth, and of other names nobody's. */
    assert_string_equal(READING_CLAIMS_ON("", "labels/a.txt", LABELS), "");
    assert_string_equal(READING_CLAIMS_ON("", "texts/a.txt", FOUND), "");
    /* Alone: a run of its own, unless it is by its name part of the one above. */
    assert_string_equal(READING_CLAIMS_ON("/dets", "dets/a.txt", FOUND, "dets/b.txt", ""), "predictions: .\n");
    assert_string_equal(READING_CLAIMS_ON("/dets", "dets/a.txt", FOUND, "dets/a.jpg", ""), "");
    assert_string_equal(READING_CLAIMS_ON("/dets", "dets/a.txt", LABELS), "");
    assert_string_equal(READING_CLAIMS_ON("/labels", "labels/a.txt", FOUND), "");
    assert_string_equal(READING_CLAIMS_ON("/predictions/x", "predictions/x/a.txt", FOUND), "");
    assert_string_equal(reading_text(reader_find("predictions"), "epoch_7.csv", "", 0),
        "predictions epoch_7.csv step 7\n");
}

static void tables_and_dumps_are_predictions_too(void **state)
{
    (void)state;
    assert_string_equal(
        READING_CLAIMS_ON("", "boxes.csv", "image,x_min,y_min,x_max,y_max,class,score\na,0,0,1,1,c,1\n",
            "results.csv", "epoch,loss\n0,1\n", "dump.json",
            "[{\"boxes\": [], \"labels\": [], \"scores\": []}]", "truth.csv",
            "image,x_min,y_min,x_max,y_max,class\na,0,0,1,1,c\n"),
        "keras: results.csv\npredictions: boxes.csv dump.json\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_of_label_files_with_scores_are_predictions),
        cmocka_unit_test(tables_and_dumps_are_predictions_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
