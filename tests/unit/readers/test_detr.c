/* The DETR reader: rows an epoch with COCO's twelve numbers, what lies beside them, a real run. */
#include "base/file.h"
#include "expected.h"
#include "facts/role.h"
#include "reading.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char RUNS[] = SHARED "/real-runs";
static const char *const COCO[] = {
    "AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"};
enum { COCO_COUNT = sizeof COCO / sizeof *COCO };

static const char LINE[] = "{\"train_loss\": 1.5, \"epoch\": 0}\n";

/* Two epochs, a torn line and the second epoch again after a restart. */
static const char LOG[] =
    "{\"train_lr\": 0.0001, \"train_loss\": 30.5, \"train_loss_ce_0\": 1.5, "
    "\"test_coco_eval_bbox\": [0.25, 0.5, 0.125, -1.0, 0.1, 0.2, 0.3, 0.4, 0.5, -1, NaN, 0.7], "
    "\"test_coco_eval_keypoints\": [1, 2], \"epoch\": 0, \"n_parameters\": 100}\n"
    "{\"train_lr\": 0.0001, \"train_loss\": NaN, \"epoch\": 1, \"n_parameters\": 100}\n"
    "{\"train_lr\": 0.0001, \"tra\n"
    "{\"train_lr\": 0.0001, \"train_loss\": 20.5, \"ema\": {\"loss\": 2}, \"words\": [\"a\", {}], "
    "\"epoch\": 1}\n";

static const struct reader *reader(void)
{
    return reader_find("detr");
}

static const char *text_of(const char *name, const char *data)
{
    return reading_text(reader(), name, data, strlen(data));
}

static void rows_become_points_and_the_twelve_numbers_get_names(void **state)
{
    (void)state;
    assert_string_equal(text_of("log.txt", LOG),
        "metric train_lr: 0=0.0001 1=0.0001 1=0.0001\nmetric train_loss: 0=30.5 1=NaN 1=20.5\n"
        "metric train_loss_ce_0: 0=1.5\n"
        "metric test_coco_eval_bbox/AP: 0=0.25\nmetric test_coco_eval_bbox/AP50: 0=0.5\n"
        "metric test_coco_eval_bbox/AP75: 0=0.125\nmetric test_coco_eval_bbox/APs: 0=-1\n"
        "metric test_coco_eval_bbox/APm: 0=0.1\nmetric test_coco_eval_bbox/APl: 0=0.2\n"
        "metric test_coco_eval_bbox/AR1: 0=0.3\nmetric test_coco_eval_bbox/AR10: 0=0.4\n"
        "metric test_coco_eval_bbox/AR100: 0=0.5\nmetric test_coco_eval_bbox/ARs: 0=-1\n"
        "metric test_coco_eval_bbox/ARm: 0=NaN\nmetric test_coco_eval_bbox/ARl: 0=0.7\n"
        "metric test_coco_eval_keypoints/0: 0=1\nmetric test_coco_eval_keypoints/1: 0=2\n"
        "metric n_parameters: 0=100 1=100\nmetric ema/loss: 1=2\n"
        "note log.txt line 3 byte -1 x1 damaged row, skipped\n");
    reading_survives_cuts(reader(), "log.txt", LOG, sizeof LOG - 1);
    for (size_t chunk = 1; chunk < 60; chunk += 19)
        reading_grows_to_the_same(reader(), "log.txt", LOG, sizeof LOG - 1, chunk);
    reading_survives_refusals(reader(), "log.txt", LOG, sizeof LOG - 1);
}

static void items_of_other_lists_are_counted_unless_they_are_too_many(void **state)
{
    char row[256], *end = row + sizeof row, *at = row;
    (void)state;
    at += snprintf(at, (size_t)(end - at), "{\"epoch\": 4, \"per_class\": [0");
    for (int i = 0; i < 32; i++)
        at += snprintf(at, (size_t)(end - at), ", 1");
    snprintf(at, (size_t)(end - at),
        "], \"none\": [], \"test_coco_eval_bbox\": [0.5, 0.75, 0.25, -1]}\n");
    assert_string_equal(text_of("log.txt", row),
        "metric test_coco_eval_bbox/0: 4=0.5\nmetric test_coco_eval_bbox/1: 4=0.75\n"
        "metric test_coco_eval_bbox/2: 4=0.25\nmetric test_coco_eval_bbox/3: 4=-1\n");
}

/* The total and its terms have roles; what decoder layers and helpers add to them has none. */
static void losses_of_single_layers_have_no_role(void **state)
{
    static const char *const HELPERS[] = {"train_loss_ce_0", "train_loss_giou_4",
        "train_loss_bbox_unscaled", "train_loss_ce_0_unscaled", "train_loss_vfl_aux_1",
        "train_loss_giou_dn_2", "train_loss_bbox_dn_pre", "train_loss_bbox_enc_0",
        "train_loss_vfl_pre", "train_loss_ce_interm", "n_parameters"};
    (void)state;
    assert_int_equal(role_match("train_loss").role, ROLE_LOSS);
    assert_int_equal(role_match("train_loss_giou").role, ROLE_PART_LOSS);
    assert_int_equal(role_match("test_coco_eval_bbox/AP").role, ROLE_AP);
    assert_int_equal(role_match("test_coco_eval_bbox/ARl").role, ROLE_ARL);
    for (size_t i = 0; i < sizeof HELPERS / sizeof *HELPERS; i++)
        assert_int_equal(role_match(HELPERS[i]).role, ROLE_NONE);
}

static void the_arguments_become_parameters(void **state)
{
    (void)state;
    assert_string_equal(text_of("args.json", "{\"lr\": 0.0001, \"masks\": false}"),
        "param lr = number 0.0001\nparam masks = bool false\n");
    assert_string_equal(
        text_of("config.yml", "optimizer: {lr: 0.0001}\n"), "param optimizer.lr = number 0.0001\n");
    assert_string_equal(text_of("preds.json", "[]"), "predictions preds.json step -1\n");
}

static void a_run_is_claimed_with_its_event_files(void **state)
{
    (void)state;
    assert_string_equal(READING_CLAIMS_BELOW("", "log.txt", LINE, "args.json", "{}", "config.yml",
                            "a: 1\n", "summary/events.out.tfevents.2.host.1.0", "",
                            "summary/events.out.tfevents.1.host.1.0", "", "eval/latest.pth", ""),
        "detr: log.txt args.json tensorboard:summary/events.out.tfevents.1.host.1.0 "
        "tensorboard:summary/events.out.tfevents.2.host.1.0 summary/\n"
        "generic: config.yml\n");
    assert_string_equal(READING_CLAIMS_BELOW("", "log.txt", "\n{\"epoch\": 3}\n"), "detr: log.txt\n");
}

static void a_log_may_be_called_after_its_model(void **state)
{
    (void)state;
    assert_string_equal(READING_CLAIMS_BELOW("", "detr-r50_log.txt", LINE, "args.json", "{}",
                            "b_log.txt", "{\"epoch\": 1, \"loss\": 2}\n", "c_log.txt", "words\n"),
        "detr: detr-r50_log.txt args.json\ngeneric: b_log/=b_log.txt\n");
    assert_string_equal(READING_CLAIMS_BELOW("", "a_log.txt", LINE, "b_log.txt", LINE),
        "detr: a_log.txt b_log.txt\n");
    assert_string_equal(text_of("a_log.txt", LINE), "metric train_loss: 0=1.5\n");
}

static void other_texts_called_log_are_refused(void **state)
{
    static const char *const OTHERS[] = {"", "{\"epoch\": 0", "[05/01 10:00:00 d2.utils]: words\n",
        "epoch 1\n{\"epoch\": 1}\n", "{\"iteration\": 19}\n", "{\"epoch\": \"one\"}\n",
        "{\n  \"epoch\": 1\n}\n"};
    (void)state;
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        assert_string_equal(READING_CLAIMS_BELOW("", "log.txt", OTHERS[i]),
            "detr not log.txt: is not JSON lines with an epoch\n");
    assert_string_equal(READING_CLAIMS_BELOW("", "training/log.txt", LINE, "events.txt", ""), "");
}

/* The arrays are given whole there; here each item is a metric. */
static void compare_arrays(const struct record *record, const cJSON *arrays)
{
    const cJSON *array;
    cJSON_ArrayForEach(array, arrays)
    {
        const cJSON *first = cJSON_GetObjectItemCaseSensitive(array, "first");
        const cJSON *last = cJSON_GetObjectItemCaseSensitive(array, "last");
        assert_int_equal(cJSON_GetArraySize(first), COCO_COUNT);
        for (int i = 0; i < COCO_COUNT; i++) {
            char name[64];
            snprintf(name, sizeof name, "%s/%s", array->string, COCO[i]);
            const struct record_metric *metric = record_metric(record, name);
            assert_non_null(metric);
            assert_int_equal(
                metric->count, cJSON_GetObjectItemCaseSensitive(array, "count")->valueint);
            assert_true(metric->points[0].value == cJSON_GetArrayItem(first, i)->valuedouble);
            assert_true(metric->points[metric->count - 1].value ==
                        cJSON_GetArrayItem(last, i)->valuedouble);
        }
    }
}

static void a_real_run_says_what_others_found_in_it(void **state)
{
    (void)state;
    struct arena arena = {0};
    cJSON *expected = expected_load(RUNS, "detr-dfine");
    if (!expected)
        skip();
    const char *directory = path_join(&arena, RUNS, "detr-dfine");
    const cJSON *facts;
    int compared = 0;
    cJSON_ArrayForEach(facts, cJSON_GetObjectItemCaseSensitive(expected, "facts"))
    {
        const cJSON *file = cJSON_GetObjectItemCaseSensitive(facts, "file");
        if (!cJSON_IsString(file))
            continue;
        struct record record;
        const char *path = path_join(&arena, directory, file->valuestring);
        reading_whole(reader(), path_parent(&arena, path), path_base(path), &record);
        compared += expected_metrics(&record, cJSON_GetObjectItemCaseSensitive(facts, "metrics"));
        compare_arrays(&record, cJSON_GetObjectItemCaseSensitive(facts, "arrays"));
        assert_int_equal(record.note_count, 0);
        record_done(&record);
    }
    assert_true(compared > 80);
    cJSON_Delete(expected);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_points_and_the_twelve_numbers_get_names),
        cmocka_unit_test(items_of_other_lists_are_counted_unless_they_are_too_many),
        cmocka_unit_test(losses_of_single_layers_have_no_role),
        cmocka_unit_test(the_arguments_become_parameters),
        cmocka_unit_test(a_run_is_claimed_with_its_event_files),
        cmocka_unit_test(a_log_may_be_called_after_its_model),
        cmocka_unit_test(other_texts_called_log_are_refused),
        cmocka_unit_test(a_real_run_says_what_others_found_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
