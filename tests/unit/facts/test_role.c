/*
 * Roles: the names that frameworks give a quantity, and names that only look like one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts/role.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *metric;
    enum role role;
    double scale;
} NAMES[] = {
    {"eval/AP", ROLE_AP, 1},
    {"EVAL/ap", ROLE_AP, 1},
    {"bbox/AP", ROLE_AP, 0.01},
    {"bbox/AP50", ROLE_AP50, 0.01},
    {"bbox_mAP", ROLE_AP, 1},
    {"test_coco_eval_bbox[0]", ROLE_AP, 1},
    {"test_coco_eval_bbox[10]", ROLE_NONE, 1},
    {"metrics/mAP50-95(B)", ROLE_ULTRALYTICS_AP, 1},
    {"metrics/mAP50(B)", ROLE_ULTRALYTICS_AP50, 1},
    {"metrics/mAP_0.5:0.95", ROLE_ULTRALYTICS_AP, 1},
    {"metrics/mAP_0.5", ROLE_ULTRALYTICS_AP50, 1},
    {"metrics/precision(B)", ROLE_PRECISION, 1},
    {"train/loss", ROLE_LOSS, 1},
    {"total_loss", ROLE_LOSS, 1},
    {"val/loss", ROLE_VAL_LOSS, 1},
    {"val_loss", ROLE_VAL_LOSS, 1},
    {"train/box_loss", ROLE_PART_LOSS, 1},
    {"val/cls_loss", ROLE_PART_LOSS, 1},
    {"loss_classifier", ROLE_PART_LOSS, 1},
    {"lr/pg0", ROLE_LEARNING_RATE, 1},
    {"epoch", ROLE_EPOCH, 1},
    {"seconds_per_image", ROLE_TIME_PER_IMAGE, 1000},
    {"fast_rcnn/cls_accuracy", ROLE_ACCURACY, 1},
    {"", ROLE_NONE, 1},
    {"AP ", ROLE_NONE, 1},
    {"eval/APsmall", ROLE_NONE, 1},
    {"lossless", ROLE_NONE, 1},
    {"metrics/mAP50-95", ROLE_NONE, 1},
};

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        double scale = -1;
        enum role role = role_of_metric(NAMES[i].metric, &scale);
        if (role != NAMES[i].role || scale != NAMES[i].scale)
            fail_msg("\"%s\" is role %d, scale %g", NAMES[i].metric, role, scale);
    }
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
        for (const char *at = ROWS[i].pattern; *at && length + 1 < sizeof name; at++)
            name[length++] = *at == '*' ? 'Q' : *at;
        name[length] = '\0';
        double scale;
        enum role role = role_of_metric(name, &scale);
        if (role != ROWS[i].role || scale != ROWS[i].scale)
            fail_msg("row %s is shadowed: %s is role %d", ROWS[i].pattern, name, role);
    }
}

/* Names are hostile: many stars' worth of backtracking must not take for ever. */
static void test_long_names_end(void **state)
{
    (void)state;
    static char name[1 << 20];
    memset(name, 'a', sizeof name - 1);
    double scale;
    assert_int_equal(role_of_metric(name, &scale), ROLE_NONE);
    memcpy(name, "metrics/mAP50(", 14);
    assert_int_equal(role_of_metric(name, &scale), ROLE_NONE);
    name[sizeof name - 2] = ')';
    assert_int_equal(role_of_metric(name, &scale), ROLE_ULTRALYTICS_AP50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_every_role_has_its_own_name),
        cmocka_unit_test(test_every_row_is_reached),
        cmocka_unit_test(test_long_names_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
