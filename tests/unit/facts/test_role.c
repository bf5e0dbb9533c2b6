/*
 * Roles: the names that frameworks give a quantity, and names that only look like one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/role.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EITHER ROLE_EITHER

/* Names as the loggers write them, each with what it means. */
static const struct {
    const char *metric;
    enum role role;
    double scale;
} NAMES[] = {
    /* boxtop, and the plain layout */
    {"eval/AP", ROLE_AP, 1},
    {"EVAL/ap", ROLE_AP, 1},
    {"eval/F1", ROLE_F1, 1},
    {"val/mAP", ROLE_AP, EITHER},
    {"AP", ROLE_AP, EITHER},
    {"mAP50", ROLE_AP50, EITHER},
    {"val/AP50", ROLE_AP50, EITHER},
    {"val/mAR", ROLE_AR100, EITHER},
    {"val/precision", ROLE_PRECISION, EITHER},
    {"seconds_per_image", ROLE_TIME_PER_IMAGE, 1000},
    {"system/cpu_percent", ROLE_CPU, 1},
    {"system/memory_percent", ROLE_MEMORY, 1},
    /* Ultralytics, YOLOv5 */
    {"metrics/mAP50-95(B)", ROLE_ULTRALYTICS_AP, 1},
    {"metrics/mAP50(B)", ROLE_ULTRALYTICS_AP50, 1},
    {"metrics/mAP50-95(M)", ROLE_ULTRALYTICS_MASK_AP, 1},
    {"metrics/mAP50(P)", ROLE_ULTRALYTICS_POSE_AP50, 1},
    {"metrics/mAP_0.5:0.95", ROLE_ULTRALYTICS_AP, 1},
    {"metrics/mAP_0.5", ROLE_ULTRALYTICS_AP50, 1},
    {"metrics/precision(B)", ROLE_PRECISION, 1},
    {"metrics/mAP50-95B", ROLE_ULTRALYTICS_AP, 1},
    {"metrics/mAP50B", ROLE_ULTRALYTICS_AP50, 1},
    {"metrics/mAP50M", ROLE_ULTRALYTICS_MASK_AP50, 1},
    {"metrics/precisionB", ROLE_PRECISION, 1},
    {"metrics/precisionM", ROLE_NONE, 1},
    {"best/epoch", ROLE_NONE, 1},
    {"val/mAP_0.5_0.95", ROLE_AP, ROLE_EITHER},
    {"mAP_0.50", ROLE_VOC_AP, ROLE_EITHER},
    {"metrics/precision(M)", ROLE_NONE, 1},
    {"metrics/recall", ROLE_RECALL, 1},
    {"train/box_loss", ROLE_PART_LOSS, 1},
    {"val/cls_loss", ROLE_PART_LOSS, 1},
    {"train/dfl_loss", ROLE_PART_LOSS, 1},
    {"lr/pg0", ROLE_LEARNING_RATE, 1},
    {"lr/pg1", ROLE_NONE, 1},
    {"x/lr0", ROLE_LEARNING_RATE, 1},
    /* Titles of columns */
    {"Training Loss", ROLE_LOSS, 1},
    {"train loss", ROLE_LOSS, 1},
    {"TrainLoss", ROLE_LOSS, 1},
    {"Validation Loss", ROLE_VAL_LOSS, 1},
    {"ValLoss", ROLE_VAL_LOSS, 1},
    {"train_losses", ROLE_LOSS, 1},
    {"val_losses", ROLE_VAL_LOSS, 1},
    {"Gen Loss", ROLE_PART_LOSS, 1},
    {"Learning Rate", ROLE_LEARNING_RATE, 1},
    {"Val Accuracy", ROLE_ACCURACY, EITHER},
    /* detectron2 */
    {"bbox/AP", ROLE_AP, 0.01},
    {"bbox/AP50", ROLE_AP50, 0.01},
    {"bbox/APl", ROLE_APL, 0.01},
    {"bbox/AP-person", ROLE_NONE, 1},
    {"coco_2017_val/bbox/AP", ROLE_AP, EITHER},
    {"segm/AP", ROLE_MASK_AP, 0.01},
    {"segm/APs", ROLE_MASK_APS, 0.01},
    {"keypoints/AP", ROLE_KEYPOINT_AP, 0.01},
    {"total_loss", ROLE_LOSS, 1},
    {"loss_box_reg", ROLE_PART_LOSS, 1},
    {"time", ROLE_TIME_PER_ITERATION, 1},
    {"data_time", ROLE_NONE, 1},
    {"eta_seconds", ROLE_NONE, 1},
    {"fast_rcnn/cls_accuracy", ROLE_NONE, 1},
    {"mask_rcnn/accuracy", ROLE_NONE, 1},
    /* OpenMMLab */
    {"bbox_mAP", ROLE_AP, 1},
    {"val/bbox_mAP_50", ROLE_AP50, 1},
    {"coco/bbox_mAP", ROLE_AP, 1},
    {"coco/bbox_mAP_s", ROLE_APS, 1},
    {"coco/segm_mAP", ROLE_MASK_AP, 1},
    {"coco/person_precision", ROLE_NONE, 1},
    {"pascal_voc/mAP", ROLE_VOC_AP, 1},
    {"test_coco_eval_bbox/0", ROLE_AP, 1},
    {"test_coco_eval_bbox/3", ROLE_NONE, 1},
    {"ema_test_coco_eval_bbox/0", ROLE_NONE, 1},
    {"test_coco_eval_keypoints/1", ROLE_KEYPOINT_AP50, 1},
    {"test_acc1", ROLE_ACCURACY, EITHER},
    {"acc1", ROLE_ACCURACY, EITHER},
    {"test_acc5", ROLE_NONE, 1},
    {"train/loss_cls", ROLE_PART_LOSS, 1},
    {"train/lr", ROLE_LEARNING_RATE, 1},
    {"train/memory", ROLE_GPU_MEMORY, 1},
    {"train/time", ROLE_TIME_PER_ITERATION, 1},
    {"val/top1_acc", ROLE_ACCURACY, EITHER},
    {"val/mean_class_accuracy", ROLE_NONE, 1},
    /* DETR, D-FINE */
    {"test_coco_eval_bbox[0]", ROLE_AP, 1},
    {"test_coco_eval_bbox[5]", ROLE_APL, 1},
    {"test_coco_eval_bbox[8]", ROLE_AR100, 1},
    {"test_coco_eval_bbox[12]", ROLE_NONE, 1},
    {"test_coco_eval_bbox/AP50", ROLE_AP50, 1},
    {"Test/coco_eval_bbox_0", ROLE_AP, 1},
    {"Test/coco_eval_bbox_11", ROLE_ARL, 1},
    {"ema_test_coco_eval_bbox/AP", ROLE_NONE, 1},
    {"test_coco_eval_masks[0]", ROLE_MASK_AP, 1},
    {"train_loss", ROLE_LOSS, 1},
    {"train_loss_bbox_aux_0", ROLE_NONE, 1},
    {"Loss/loss_giou_dn_pre", ROLE_PART_LOSS, 1},
    {"test_loss", ROLE_VAL_LOSS, 1},
    {"test_loss_ce", ROLE_PART_LOSS, 1},
    {"train_lr", ROLE_LEARNING_RATE, 1},
    /* Hugging Face */
    {"loss", ROLE_LOSS, 1},
    {"train/loss", ROLE_LOSS, 1},
    {"eval_loss", ROLE_VAL_LOSS, 1},
    {"eval/loss", ROLE_VAL_LOSS, 1},
    {"eval_map", ROLE_AP, EITHER},
    {"eval_map_50", ROLE_AP50, EITHER},
    {"eval_mar_100", ROLE_AR100, EITHER},
    {"eval/accuracy", ROLE_ACCURACY, EITHER},
    {"learning_rate", ROLE_LEARNING_RATE, 1},
    {"train/learning_rate", ROLE_LEARNING_RATE, 1},
    {"train/epoch", ROLE_EPOCH, 1},
    {"grad_norm", ROLE_NONE, 1},
    {"eval_runtime", ROLE_NONE, 1},
    /* torchmetrics, Lightning */
    {"map", ROLE_AP, EITHER},
    {"val_map", ROLE_AP, EITHER},
    {"val/map_75", ROLE_AP75, EITHER},
    {"test_mar_small", ROLE_ARS, EITHER},
    {"map_per_class", ROLE_NONE, 1},
    {"train_loss_step", ROLE_LOSS, 1},
    {"train_loss_epoch", ROLE_LOSS, 1},
    {"dynamics_loss_epoch", ROLE_PART_LOSS, 1},
    {"valid_loss", ROLE_VAL_LOSS, 1},
    {"lr-AdamW", ROLE_LEARNING_RATE, 1},
    /* Keras */
    {"val_loss", ROLE_VAL_LOSS, 1},
    {"epoch_loss", ROLE_LOSS, 1},
    {"accuracy", ROLE_ACCURACY, EITHER},
    {"val_accuracy", ROLE_ACCURACY, EITHER},
    {"train_accuracy", ROLE_NONE, 1},
    /* TensorFlow Object Detection API */
    {"DetectionBoxes_Precision/mAP", ROLE_AP, 1},
    {"DetectionBoxes_Precision/mAP@.50IOU", ROLE_AP50, 1},
    {"DetectionBoxes_Precision/mAP (small)", ROLE_APS, 1},
    {"DetectionBoxes_Recall/AR@100 (large)", ROLE_ARL, 1},
    {"DetectionMasks_Precision/mAP", ROLE_MASK_AP, 1},
    {"PascalBoxes_Precision/mAP@0.5IOU", ROLE_VOC_AP, 1},
    {"PascalBoxes_PerformanceByCategory/AP@0.5IOU/cat", ROLE_NONE, 1},
    {"Loss/total_loss", ROLE_LOSS, 1},
    {"Loss/classification_loss", ROLE_PART_LOSS, 1},
    {"Loss/RPNLoss/localization_loss", ROLE_PART_LOSS, 1},
    /* VOC tools and others */
    {"val/mAP@0.5", ROLE_VOC_AP, EITHER},
    {"mAP@.5", ROLE_VOC_AP, EITHER},
    {"val/mAP@0.5:0.95", ROLE_AP, EITHER},
    {"val/COCOAP50_95", ROLE_AP, 1},
    {"Valid/mAP@0.50:0.95", ROLE_AP, EITHER},
    {"f1_score", ROLE_F1, EITHER},
    /* W&B, MLflow, Comet, DVCLive */
    {"val_AP50", ROLE_AP50, EITHER},
    {"loss/total", ROLE_LOSS, 1},
    {"loss/rpn_cls", ROLE_PART_LOSS, 1},
    {"train.loss", ROLE_LOSS, 1},
    {"val.mAP", ROLE_AP, EITHER},
    {"gpu.0.gpu", ROLE_GPU, 1},
    {"system/gpu_0_utilization_percentage", ROLE_GPU, 1},
    {"system/gpu_0_memory_usage_megabytes", ROLE_GPU_MEMORY, 1},
    {"system/cpu_utilization_percentage", ROLE_CPU, 1},
    {"sys.cpu.percent.avg", ROLE_CPU, 1},
    {"system/cpu/usage (%)", ROLE_CPU, 1},
    /* only look like one */
    {"", ROLE_NONE, 1},
    {"AP ", ROLE_NONE, 1},
    {"lossless", ROLE_NONE, 1},
    {"loss_scale", ROLE_NONE, 1},
    {"validate/AP", ROLE_NONE, 1},
    {"val/", ROLE_NONE, 1},
    {"metrics/mAP50-95", ROLE_NONE, 1},
    {"kl_div", ROLE_NONE, 1},
};

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        struct role_match match = role_match(NAMES[i].metric);
        if (match.role != NAMES[i].role || match.scale != NAMES[i].scale)
            fail_msg("\"%s\" is role %d, scale %g", NAMES[i].metric, match.role, match.scale);
    }
}

static struct role_match settled(const char *name, const double *values, size_t count)
{
    struct metric_summary summary = {0};
    for (size_t i = 0; i < count; i++) {
        struct point point = {(int64_t)i, 0, values[i]};
        metric_summary_add(&summary, &point, 1);
    }
    return role_settle(role_match(name), &summary);
}

static void test_values_decide_between_percent_and_fraction(void **state)
{
    (void)state;
    const double percent[] = {12, 41.2, 40}, fraction[] = {-1, 0.412}, nothing[] = {(double)NAN};
    assert_true(settled("AP", percent, 3).scale == 0.01);
    assert_true(settled("AP", fraction, 2).scale == 1);
    assert_true(settled("AP", nothing, 1).scale == 1);
    assert_true(settled("AP", NULL, 0).scale == 1);
    assert_true(settled("bbox/AP", fraction, 2).scale == 0.01); /* this name leaves it not open */
    assert_true(settled("loss", percent, 3).scale == 1);
}

static void test_a_time_that_only_rises_is_no_iteration(void **state)
{
    (void)state;
    const double elapsed[] = {10.5, 20, 31}, each[] = {0.5, 0.9, 0.4}, slower[] = {0.5, 0.6, 0.9};
    assert_int_equal(settled("time", elapsed, 3).role, ROLE_NONE);
    assert_int_equal(settled("time", each, 3).role, ROLE_TIME_PER_ITERATION);
    assert_int_equal(settled("time", slower, 3).role, ROLE_TIME_PER_ITERATION);
}

/* Every role that the tables promise can be shown, and told from the others by its name. */
static void test_every_role_has_its_own_name(void **state)
{
    (void)state;
    assert_null(role_info(ROLE_NONE)->name);
    for (int a = ROLE_NONE + 1; a < ROLE_COUNT; a++) {
        assert_true(role_info((enum role)a)->name[0] && role_info((enum role)a)->meaning[0]);
        for (int b = ROLE_NONE + 1; b < a; b++)
            assert_string_not_equal(role_info((enum role)a)->name, role_info((enum role)b)->name);
    }
    assert_int_equal(role_info(ROLE_AP)->better, BETTER_HIGHER);
    assert_int_equal(role_info(ROLE_LOSS)->better, BETTER_LOWER);
    assert_int_equal(role_info(ROLE_LEARNING_RATE)->better, BETTER_NEITHER);
}

/* A row that an earlier pattern swallows would never be met. */
static void test_every_row_is_reached(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        enum role role;
        double scale;
    } ROWS[] = {
#define METRIC(pattern, role, scale) {pattern, ROLE_##role, scale},
#include "facts/metrics.def"
#undef METRIC
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        char name[64];
        size_t length = 0;
        const char *at = ROWS[i].pattern;
        if (*at == '%')
            length = (size_t)snprintf(name, sizeof name, "val_");
        for (at += *at == '^' || *at == '%'; *at && length + 1 < sizeof name; at++)
            name[length++] = *at == '*' ? 'Q' : *at;
        name[length] = '\0';
        struct role_match match = role_match(name);
        if (match.role != ROWS[i].role || match.scale != ROWS[i].scale)
            fail_msg("row %s is shadowed: %s is role %d", ROWS[i].pattern, name, match.role);
        if (match.row != (int)i)
            fail_msg("row %s is never the first", ROWS[i].pattern);
    }
}

/* Names are hostile: many stars' worth of backtracking must not take for ever. */
static void test_long_names_end(void **state)
{
    (void)state;
    static char name[1 << 20];
    memset(name, 'a', sizeof name - 1);
    assert_int_equal(role_match(name).role, ROLE_NONE);
    memcpy(name, "metrics/mAP50(", 14);
    assert_int_equal(role_match(name).role, ROLE_NONE);
    name[sizeof name - 2] = ')';
    assert_int_equal(role_match(name).role, ROLE_ULTRALYTICS_AP50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_values_decide_between_percent_and_fraction),
        cmocka_unit_test(test_a_time_that_only_rises_is_no_iteration),
        cmocka_unit_test(test_every_role_has_its_own_name),
        cmocka_unit_test(test_every_row_is_reached),
        cmocka_unit_test(test_long_names_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
