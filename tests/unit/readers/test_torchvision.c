/* The torchvision reader: lines as the reference scripts print them, among others, and a real
 * layout. */
#include "base/file.h"
#include "expected.h"
#include "reading.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char RUNS[] = SHARED "/real-runs";

static const char LINE[] = "Epoch: [0]  [ 0/60]  eta: 0:01:00  lr: 0.01  loss: 3.8 (4.2)\n";

/* Two epochs of two batches, an evaluation after each; between them what consoles get. */
static const char LOG[] =
    "| distributed init (rank 0)\n"
    "Namespace(batch_size=2, lr=0.02, lr_steps=[16, 22], model='fcos', resume='')\n"
    "Epoch: [0]  [0/2]  eta: 1 day, 0:01:00  lr: 0.01  loss: 3.5 (4.5)  loss_box_reg: 1.5 (1.25)  "
    "time: 0.5  data: 0.25  max mem: 2763\n"
    "/usr/lib/python3/x.py:10: UserWarning: Epoch: [never]\n  warnings.warn(\n"
    " 50%|#####     | 1/2\rEpoch: [0]  [1/2]  eta: 0:00:01  lr: 0.02  loss: nan (inf)\r\n"
    "Epoch: [0] Total time: 0:00:17 (0.2913 s / it)\n"
    "Averaged stats: lr: 0.02  loss: 3 (4)\n"
    "Test:  [ 0/20]  eta: 0:00:04  model_time: 0.5 (0.5)  time: 0.25\n"
    "Averaged stats: model_time: 0.5 (0.75)  evaluator_time: 0.25 (0.125)\n"
    "IoU metric: bbox\n"
    " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.310\n"
    " Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 0.620\n"
    " Average Precision  (AP) @[ IoU=0.75      | area=   all | maxDets=100 ] = 0.280\n"
    " Average Precision  (AP) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = -1.000\n"
    " Average Precision  (AP) @[ IoU=0.50:0.95 | area=medium | maxDets=100 ] = 0.200\n"
    " Average Precision  (AP) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = 0.400\n"
    " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  1 ] = 0.150\n"
    " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets= 10 ] = 0.410\n"
    " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.450\n"
    " Average Recall     (AR) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = -1.000\n"
    " Average Recall     (AR) @[ IoU=0.50:0.95 | area=medium | maxDets=100 ] = 0.300\n"
    " Average Recall     (AR) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = 0.500\n"
    "[rank0]: Epoch: [1]  [0/2]  eta: 0:01:00  lr: 0.02  loss: 1.5 (1.5)  loss_b/x.py:3: warning\n"
    "IoU metric: segm\n"
    " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.250\n"
    "IoU metric: keypoints\n"
    " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets= 20 ] = 0.125\n"
    " Average Recall     (AR) @[ IoU=0.50      | area=   all | maxDets= 20 ] = 0.225\n"
    " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets= 20 ] = x\n"
    "Training time 0:00:41\n";

static const struct reader *reader(void)
{
    return reader_find("torchvision");
}

static const char *text_of(const char *name, const char *data)
{
    return reading_text(reader(), name, data, strlen(data));
}

static void lines_become_points_and_the_rest_is_passed_over(void **state)
{
    (void)state;
    assert_string_equal(text_of("nohup.out", LOG),
        "param batch_size = number 2\nparam lr = number 0.02\nparam lr_steps = text [16,22]\n"
        "param model = text fcos\nparam resume = text \n"
        "metric epoch: 0=0 1=0 2=1\nmetric lr: 0=0.01 1=0.02 2=0.02\n"
        "metric loss: 0=3.5 1=NaN 2=1.5\nmetric average/loss: 0=4.5 1=Infinity 2=1.5\n"
        "metric loss_box_reg: 0=1.5\nmetric average/loss_box_reg: 0=1.25\n"
        "metric time: 0=0.5\nmetric data: 0=0.25\nmetric max_mem: 0=2763\n"
        "metric test/model_time: 1=0.75\nmetric test/evaluator_time: 1=0.125\n"
        "metric test/bbox/AP: 1=0.31\nmetric test/bbox/AP50: 1=0.62\n"
        "metric test/bbox/AP75: 1=0.28\nmetric test/bbox/APs: 1=-1\n"
        "metric test/bbox/APm: 1=0.2\nmetric test/bbox/APl: 1=0.4\n"
        "metric test/bbox/AR1: 1=0.15\nmetric test/bbox/AR10: 1=0.41\n"
        "metric test/bbox/AR100: 1=0.45\nmetric test/bbox/ARs: 1=-1\n"
        "metric test/bbox/ARm: 1=0.3\nmetric test/bbox/ARl: 1=0.5\n"
        "metric test/segm/AP: 2=0.25\nmetric test/keypoints/AR: 2=0.125\n"
        "metric test/keypoints/AR50: 2=0.225\n"
        "note nohup.out line 24 byte -1 x1 progress mixed with other output: what is whole was "
        "read\n");
}

static void the_number_of_epochs_and_units_are_passed_over(void **state)
{
    (void)state;
    assert_string_equal(
        text_of("a.log",
            "Epoch: [3/72]  [1/4]  eta: 0:00:01  Loss: 1.5 (2.5)  max mem: 4648MB\n"
            "Epoch: [4/72]  [0/4]  loss: 1.5  max mem: MB\nEpoch: [4/x]  [0/4]  a: 1\n"),
        "metric epoch: 13=3 16=4\nmetric Loss: 13=1.5\nmetric average/Loss: 13=2.5\n"
        "metric max_mem: 13=4648\nmetric loss: 16=1.5\n"
        "note a.log line 2 byte -1 x1 progress mixed with other output: what is whole was read\n");
}

static void meters_may_be_one_blank_apart(void **state)
{
    static const char NARROW[] =
        "Epoch: [0] [ 1/60] eta: 1 day, 0:01:00 lr: 0.5 loss: 1.5 (inf) loss_mask: nan (nan) time: "
        "0.25 max mem: 2301\nTest: [ 0/50] eta: 0:00:17 model_time: 0.5 (0.5)\n"
        "Averaged stats: model_time: 0.5 (0.75) evaluator_time: 0.25 (0.125)\n"
        "Epoch: [0] [ 2/60] lr: nan loss: 1\n";
    (void)state;
    assert_string_equal(text_of("a.log", NARROW),
        "metric epoch: 1=0 2=0\nmetric lr: 1=0.5\nmetric loss: 1=1.5\n"
        "metric average/loss: 1=Infinity\nmetric loss_mask: 1=NaN\n"
        "metric average/loss_mask: 1=NaN\nmetric time: 1=0.25\nmetric max_mem: 1=2301\n"
        "metric test/model_time: 1=0.75\nmetric test/evaluator_time: 1=0.125\n"
        "note a.log line 4 byte -1 x1 progress mixed with other output: what is whole was read\n");
    assert_string_equal(READING_CLAIMS_BELOW("", "a.log", NARROW), "torchvision: a.log\n");
}

static void cut_and_growing_logs_agree(void **state)
{
    (void)state;
    reading_survives_cuts(reader(), "train.log", LOG, sizeof LOG - 1);
    for (size_t chunk = 1; chunk < 90; chunk += 29)
        reading_grows_to_the_same(reader(), "train.log", LOG, sizeof LOG - 1, chunk);
    reading_survives_refusals(reader(), "train.log", LOG, sizeof LOG - 1);
}

static void lines_that_only_look_so_give_nothing(void **state)
{
    (void)state;
    assert_string_equal(
        text_of("a.log", "Epoch: [1]\nEpoch: [1] [2\nEpoch: [1] [2/x] a: 1\n"
                         "Epoch: [-1]  [0/2]  a: 1\nEpoch: [1]  [2/2]  a: 1\n"
                         "Epoch: [99999999999]  [0/2]  a: 1\nEpoch: [0] [1/0] a: 1\n"
                         ") @[ IoU=\n) @[ IoU=0.50 | area=all | maxDets=1 ] = \n"
                         ") @[ IoU=0.50 | area=odd | maxDets=1 ] = 1\n"
                         "Namespace(\nNamespace()\nIoU metric: \nAveraged stats:\n"
                         "Epoch: [0]  [0/1]  a: 1 (2  b  : 1  c: 1 2\n"),
        "metric epoch: 0=0\nnote a.log line 15 byte -1 x1 progress mixed with other output: what "
        "is "
        "whole was read\n");
}

static void any_text_with_a_line_of_progress_is_claimed(void **state)
{
    (void)state;
    assert_string_equal(READING_CLAIMS_BELOW("", "train_log.txt", LINE, "notes.txt", "words\n"),
        "torchvision: train_log.txt\n");
    assert_string_equal(READING_CLAIMS_BELOW("", "slurm-1.out", LOG, "slurm-2.out", LINE, "x.csv", LINE),
        "torchvision: slurm-1.out slurm-2.out\n");
    assert_string_equal(
        READING_CLAIMS_BELOW("", "a.log", "bar\rEpoch: [0]  [0/2]  loss: 1"), "torchvision: a.log\n");
    assert_string_equal(
        READING_CLAIMS_BELOW("", "a.log", "Epoch: [0][  10/5005]\tTime  0.2 ( 0.3)\tLoss 6.9 (6.9)\n"),
        "torchvision not a.log: has lines \"Epoch: [\", but no \"loss: 1.5 (1.6)\"\n");
    assert_string_equal(READING_CLAIMS_BELOW("", "a.log", "Epoch [1][50/732] loss: 1.5\n", "b.out", "",
                            "c.txt", "0 0.5 0.5 0.1 0.1\n", "d.log/x.log", LINE),
        "");
}

static void each_of_several_logs_is_a_run(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct file_list list;
    struct err err = {0};
    const char *directory = temp_dir();
    temp_text(directory, "a.out", LINE);
    for (size_t logs = 1; logs <= 2; logs++) {
        struct reader_claim claim = {0};
        assert_true(file_list(directory, &arena, &list, &err));
        struct reader_place place = {directory, &list, &arena};
        assert_true(reader()->claim(&place, &claim));
        assert_int_equal(claim.count, logs);
        for (size_t i = 0; i < logs; i++) {
            if (logs == 1)
                assert_null(claim.sources[i].part);
            else
                assert_string_equal(claim.sources[i].part, claim.sources[i].name);
        }
        temp_text(directory, "b.out", LINE);
    }
    arena_done(&arena);
}

static double item(const cJSON *list, int index)
{
    return cJSON_GetArrayItem(list, index)->valuedouble;
}

static void a_log_says_what_others_found_in_it(void **state)
{
    static const char *const COCO[] = {
        "AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"};
    (void)state;
    struct arena arena = {0};
    struct record record;
    cJSON *expected = expected_load(RUNS, "synthetic-torchvision-stdout");
    if (!expected)
        skip();
    const char *directory = path_join(&arena, RUNS, "synthetic-torchvision-stdout");
    const cJSON *facts = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(expected, "facts"), 0);
    const cJSON *points = cJSON_GetObjectItemCaseSensitive(facts, "train_points"), *point;
    const cJSON *first = cJSON_GetObjectItemCaseSensitive(facts, "coco_bbox_first");
    const cJSON *last = cJSON_GetObjectItemCaseSensitive(facts, "coco_bbox_last");
    reading_whole(reader(), directory, "train_log.txt", &record);
    const struct record_metric *loss = record_metric(&record, "loss"),
                               *average = record_metric(&record, "average/loss");
    assert_int_equal(loss->count, cJSON_GetArraySize(points));
    size_t i = 0;
    cJSON_ArrayForEach(point, points)
    {
        assert_int_equal(loss->points[i].step, (int)(item(point, 0) * 60 + item(point, 1)));
        assert_true(loss->points[i].value == item(point, 2));
        assert_true(average->points[i].value == item(point, 3));
        i++;
    }
    for (int k = 0; k < 12; k++) {
        const char *name = arena_printf(&arena, "test/bbox/%s", COCO[k]);
        const struct record_metric *metric = record_metric(&record, name);
        assert_non_null(metric);
        assert_int_equal(metric->count, 2);
        assert_true(metric->points[0].value == item(first, k));
        assert_true(metric->points[1].value == item(last, k));
    }
    assert_int_equal(record.param_count,
        cJSON_GetObjectItemCaseSensitive(facts, "hparams_in_namespace")->valueint);
    assert_int_equal(record.note_count, 0);
    record_done(&record);
    cJSON_Delete(expected);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_points_and_the_rest_is_passed_over),
        cmocka_unit_test(the_number_of_epochs_and_units_are_passed_over),
        cmocka_unit_test(meters_may_be_one_blank_apart),
        cmocka_unit_test(cut_and_growing_logs_agree),
        cmocka_unit_test(lines_that_only_look_so_give_nothing),
        cmocka_unit_test(any_text_with_a_line_of_progress_is_claimed),
        cmocka_unit_test(each_of_several_logs_is_a_run),
        cmocka_unit_test(a_log_says_what_others_found_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
