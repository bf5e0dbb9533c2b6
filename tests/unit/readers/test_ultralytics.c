/* The Ultralytics reader: its tables as they are met in the wild, its YAML, what it claims. */
#include "reading.h"
#include "temp.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

static const char RESULTS[] = "results.csv";

static const struct reader *reader(void)
{
    return reader_find("ultralytics");
}

static const char *text_of(const char *name, const char *data)
{
    return reading_text(reader(), name, data, strlen(data));
}

static void padded_cells_are_trimmed_and_the_epoch_is_the_step(void **state)
{
    (void)state;
    assert_string_equal(
        text_of(RESULTS, "               epoch,      train/box_loss,metrics/mAP_0.5:0.95,  x/lr0\n"
                         "                   0,             0.11112,        0.00010441,0.00032\n"
                         "                   1,                 nan,              -inf,       \n"),
        "metric train/box_loss: 0=0.11112 1=NaN\n"
        "metric metrics/mAP_0.5:0.95: 0=0.00010441 1=-Infinity\n"
        "metric x/lr0: 0=0.00032\n");
}

static void time_is_a_metric_and_a_resume_keeps_its_place(void **state)
{
    (void)state;
    assert_string_equal(text_of(RESULTS, "epoch,time,metrics/mAP50(B)\r\n1,10.5,0.1\r\n2,20,0.2\r\n"
                                         "2,9,0.25\r\n3,18,0.3\r\n"),
        "metric time: 1=10.5 2=20 2=9 3=18\nmetric metrics/mAP50(B): 1=0.1 2=0.2 2=0.25 3=0.3\n");
}

static void damaged_rows_are_skipped_and_told_of_once(void **state)
{
    (void)state;
    assert_string_equal(text_of(RESULTS, "epoch,a,b\n1,1,2\n<<<<<<< HEAD\n2,3,4\n=======\n2,5,6\n"
                                         ">>>>>>> main\n3,7,8\n"),
        "metric a: 1=1 2=3 2=5 3=7\nmetric b: 1=2 2=4 2=6 3=8\n"
        "note results.csv line 3 byte -1 x3 git merge marker, row skipped\n");
    assert_string_equal(
        text_of(RESULTS, "epoch,a,b\n1,1,2\n2,1\n\nx,1,2\n3,1,2,3\n4,1,2,\nnan,1,2\n5,q,2\n"),
        "metric a: 1=1 4=1\nmetric b: 1=2 4=2 5=2\n"
        "note results.csv line 3 byte -1 x4 damaged row, skipped\n"
        "note results.csv line 9 byte -1 x1 cell that is no number, left out\n");
    assert_string_equal(text_of(RESULTS, "epoch,a\n=======\n1\n"),
        "note results.csv line 2 byte -1 x2 git merge marker or damaged row, skipped\n");
}

static void a_header_that_comes_again_may_have_other_columns(void **state)
{
    (void)state;
    assert_string_equal(text_of(RESULTS, "epoch,a\n1,1\nepoch,time,a\n1,9,2\n"),
        "metric a: 1=1 1=2\nmetric time: 1=9\n");
}

static void a_half_written_line_is_left_to_the_next_reading(void **state)
{
    (void)state;
    static const char TABLE[] =
        "epoch,time,train/box_loss\n1,10.25,0.5\n<<<<<<< HEAD\n2,20.5,0.25\n"
        "3,30.75\n1,5.125,nan\n";
    assert_string_equal(text_of(RESULTS, "epoch,a\n1,0.12\n2,0.1"), "metric a: 1=0.12\n");
    reading_survives_cuts(reader(), RESULTS, TABLE, sizeof TABLE - 1);
    for (size_t chunk = 1; chunk < 20; chunk += 6)
        reading_grows_to_the_same(reader(), RESULTS, TABLE, sizeof TABLE - 1, chunk);
    reading_survives_refusals(reader(), RESULTS, TABLE, sizeof TABLE - 1);
}

static void names_are_kept_whatever_they_are(void **state)
{
    (void)state;
    assert_string_equal(text_of(RESULTS, "epoch,\x1b[2J,\xe2\x80\xae,\xff,\"a,b\"\n1,1,2,3,4\n"),
        "metric \\x1b[2J: 1=1\nmetric \\u{202e}: 1=2\nmetric \\xff: 1=3\nmetric a,b: 1=4\n");
}

static void tables_of_nothing_are_no_trouble(void **state)
{
    static const char *const TABLES[] = {"", "\n", "epoch", "epoch,a\n", ",,,\n,,,\n", "\"\n\"\n"};
    (void)state;
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++)
        assert_null(strstr(text_of(RESULTS, TABLES[i]), "metric"));
}

static void arguments_become_parameters_and_name_the_data(void **state)
{
    (void)state;
    assert_string_equal(
        text_of("args.yaml", "task: detect\nmode: train\nmodel: yolo11n.pt\n"
                             "data: C:\\data\\data.yaml\nbatch: -1\nlr0: 1.0e-05\nclasses: null\n"),
        "param task = text detect\nparam mode = text train\nparam model = text yolo11n.pt\n"
        "param data = text C:\\data\\data.yaml\nparam batch = number -1\n"
        "param lr0 = number 1.0e-05\nparam classes = null null\n"
        "ground truth C:\\data\\data.yaml step -1\n");
    assert_string_equal(text_of("opt.yaml", "data: imagenet10\nhyp:\n  lr0: 0.01\nfreeze:\n- 0\n"),
        "param data = text imagenet10\nparam hyp.lr0 = number 0.01\nparam freeze = text [0]\n");
    assert_string_equal(text_of("args.yaml", "a: 1\nb: [\n"),
        "param a = number 1\nparam b = text []\nnote args.yaml line 3 byte -1 x1 not a map in YAML "
        "from here on: the rest is not read\n");
}

static void masks_and_key_points_have_their_columns(void **state)
{
    (void)state;
    assert_string_equal(
        text_of(RESULTS, "epoch,train/seg_loss,metrics/mAP50-95(B),metrics/mAP50-95(M),"
                         "metrics/mAP50-95(P)\n1,2,0.5,0.25,0.125\n"),
        "metric train/seg_loss: 1=2\nmetric metrics/mAP50-95(B): 1=0.5\n"
        "metric metrics/mAP50-95(M): 1=0.25\nmetric metrics/mAP50-95(P): 1=0.125\n");
}

static void predictions_and_pictures_are_artifacts(void **state)
{
    (void)state;
    assert_string_equal(
        text_of("predictions.json", "[]"), "predictions predictions.json step -1\n");
    assert_string_equal(text_of("labels", ""), "predictions labels step -1\n");
    assert_string_equal(text_of("train_batch2.jpg", ""), "picture train_batch2.jpg step -1\n");
    assert_string_equal(
        text_of("results.png", ""), "picture results.png step -1\nstatus finished NaN NaN\n");
}

static void its_directories_are_recognised(void **state)
{
    static const char TABLE[] = "epoch, train/box_loss\n", OTHER[] = "model,accuracy\n";
    static const char
        ARGS[] = "task: detect\nmode: train\n",
        DETECTIONS[] =
            "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0, 0, 1, 1], \"score\": 0.5}]";
    (void)state;
    assert_string_equal(READING_CLAIMS("results.csv", TABLE, "args.yaml", ARGS, "predictions.json",
                            DETECTIONS, "other.json", "{}"),
        "ultralytics: args.yaml results.csv predictions.json\n");
    assert_string_equal(READING_CLAIMS("results.csv", "epoch, train/loss\n", "args.yaml", ARGS),
        "ultralytics: args.yaml results.csv\n");
    assert_string_equal(READING_CLAIMS("results.csv", TABLE), "ultralytics: results.csv\n");
    static const char *const LOSSES[] = {"epoch,train/box_om,metrics/mAP50-95(B)\n",
        "epoch,time,train/giou_loss,metrics/mAP50-95(B)\n", "epoch,train/loss,metrics/accuracy_top1\n"};
    for (size_t i = 0; i < sizeof LOSSES / sizeof *LOSSES; i++)
        assert_string_equal(READING_CLAIMS("results.csv", LOSSES[i]), "ultralytics: results.csv\n");
    assert_string_equal(READING_CLAIMS("opt.yaml", "a: 1\n", "hyp.yaml", "b: 1\n"),
        "ultralytics: opt.yaml hyp.yaml\n");
    assert_string_equal(READING_CLAIMS("args.yaml", ARGS), "ultralytics: args.yaml\n");
    assert_string_equal(READING_CLAIMS("results.csv", "", "args.yaml", ARGS),
        "ultralytics: args.yaml results.csv\n");
    assert_string_equal(READING_CLAIMS("args.yaml", "model: resnet\n"), "");
    assert_string_equal(READING_CLAIMS("results.csv", OTHER, "args.yaml", "model: resnet\n"), "");
    assert_string_equal(READING_CLAIMS("results.csv", OTHER), "");
    assert_string_equal(READING_CLAIMS("opt.yaml", "a: 1\n"), "");
}

static const char DETECTIONS[] =
    "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0, 0, 1, 1], \"score\": 0.5}]";
static const char SCORED[] = "0 0.5 0.5 0.1 0.1 0.9\n", PLAIN[] = "0 0.5 0.5 0.1 0.1\n";

static void validation_and_prediction_are_runs_of_their_own(void **state)
{
    (void)state;
    assert_string_equal(READING_CLAIMS("predictions.json", DETECTIONS, "confusion_matrix.png", "",
                            "BoxF1_curve.png", "", "val_batch0_pred.jpg", "", "val_batch0.png", ""),
        "ultralytics: predictions.json BoxF1_curve.png confusion_matrix.png val_batch0_pred.jpg\n");
    assert_string_equal(READING_CLAIMS("labels/a.txt", SCORED, "a.jpg", "", "PR_curve.png", ""),
        "ultralytics: labels PR_curve.png labels/\n");
    assert_string_equal(READING_CLAIMS("labels/a.txt", SCORED, "predictions.json", DETECTIONS,
                            "val_batch0_pred.jpg", ""),
        "ultralytics: predictions.json val_batch0_pred.jpg\n");
    assert_string_equal(
        READING_CLAIMS("predictions.json", DETECTIONS), "predictions: predictions.json\n");
    assert_string_equal(READING_CLAIMS("labels/a.txt", PLAIN, "images/a.jpg", ""), "");
    assert_string_equal(READING_CLAIMS("labels", SCORED), "");
    assert_string_equal(READING_CLAIMS("confusion_matrix.png", "", "results.png", ""), "");
}

static void a_training_has_its_pictures_and_what_its_last_validation_left(void **state)
{
    static const char ARGS[] = "task: detect\nmode: train\n";
    (void)state;
    assert_string_equal(READING_CLAIMS("args.yaml", ARGS, "results.csv", "epoch, train/box_loss\n",
                            "results.png", "", "train_batch0.jpg", "", "labels/a.txt", SCORED,
                            "weights/best.pt", "", "labels.jpg", "", "holiday.jpg", ""),
        "ultralytics: args.yaml results.csv labels train_batch0.jpg results.png labels/\n");
    assert_string_equal(
        READING_CLAIMS("args.yaml", ARGS, "labels/a.txt", PLAIN), "ultralytics: args.yaml\n");
}

static void touch(const char *path, time_t seconds)
{
    struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* results.png is drawn at the end; when the table goes on after it, training was resumed. */
static void the_last_plot_tells_of_the_end_until_training_is_resumed(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    const char *table = temp_text(directory, RESULTS, "epoch,train/box_loss\n1,2\n");
    const char *plot = temp_text(directory, "results.png", "");
    struct buf claims;
    buf_init(&claims, 1 << 10);
    touch(table, 1000000);
    touch(plot, 1000005);
    reading_claims(directory, &claims);
    assert_string_equal(claims.data, "ultralytics: results.csv results.png\n");
    touch(table, 1000100);
    buf_clear(&claims);
    reading_claims(directory, &claims);
    assert_string_equal(claims.data, "ultralytics: results.csv\n");
    buf_done(&claims);
}

static void the_table_without_names_is_told_of(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct file_list list;
    struct err err;
    struct reader_claim claim = {0};
    const char *directory = temp_dir();
    temp_text(directory, "opt.yaml", "a: 1\n");
    temp_text(directory, "hyp.yaml", "b: 1\n");
    temp_text(directory, "results.txt", "  0/9  1.5G  0.1  0.2\n");
    assert_true(file_list(directory, &arena, &list, &err));
    struct reader_place place = {directory, &list, &arena};
    assert_true(reader()->claim(&place, &claim));
    assert_int_equal(claim.count, 2);
    assert_int_equal(claim.refusal_count, 1);
    assert_string_equal(claim.refusals[0].name, "results.txt");
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_without_names_is_told_of),
        cmocka_unit_test(padded_cells_are_trimmed_and_the_epoch_is_the_step),
        cmocka_unit_test(time_is_a_metric_and_a_resume_keeps_its_place),
        cmocka_unit_test(damaged_rows_are_skipped_and_told_of_once),
        cmocka_unit_test(a_header_that_comes_again_may_have_other_columns),
        cmocka_unit_test(a_half_written_line_is_left_to_the_next_reading),
        cmocka_unit_test(names_are_kept_whatever_they_are),
        cmocka_unit_test(tables_of_nothing_are_no_trouble),
        cmocka_unit_test(arguments_become_parameters_and_name_the_data),
        cmocka_unit_test(masks_and_key_points_have_their_columns),
        cmocka_unit_test(predictions_and_pictures_are_artifacts),
        cmocka_unit_test(its_directories_are_recognised),
        cmocka_unit_test(validation_and_prediction_are_runs_of_their_own),
        cmocka_unit_test(a_training_has_its_pictures_and_what_its_last_validation_left),
        cmocka_unit_test(the_last_plot_tells_of_the_end_until_training_is_resumed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
