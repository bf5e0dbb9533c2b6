/*
 * Everything that `boxtop eval` can be asked beyond the twelve numbers, on sets whose answers are
 * known.
 */
#include "made.h"
#include "program.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OBJECTS = 2 * MADE_IMAGES };

static const char *root, *truth, *strong, *weak;

static int make_sets(void **state)
{
    (void)state;
    root = temp_dir();
    truth = made_set(root);
    strong = made_predictions(root, "strong.json", false);
    weak = made_predictions(root, "weak.json", true);
    return 0;
}

static const cJSON *in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!item)
        fail_msg("no %s", key);
    return item;
}

static double number_in(const cJSON *object, const char *key)
{
    const cJSON *item = in(object, key);
    if (!cJSON_IsNumber(item))
        fail_msg("%s is no number", key);
    return item->valuedouble;
}

static double at(const cJSON *list, int index)
{
    return cJSON_GetArrayItem(list, index)->valuedouble;
}

static void assert_near(double is, double should)
{
    if (!(fabs(is - should) <= 1e-12))
        fail_msg("%.17g, not %.17g", is, should);
}

#define STRONG(...) BOXTOP_JSON("eval", "--gt", truth, "--dt", strong, __VA_ARGS__)
#define WEAK(...) BOXTOP_JSON("eval", "--gt", truth, "--dt", weak, __VA_ARGS__)
#define FILES(code, ...) EXPECT(code, "eval", "--gt", truth, "--dt", strong, __VA_ARGS__)

static void test_sweep(void **state)
{
    (void)state;
    const cJSON *eval = STRONG("--sweep"), *sweep = in(eval, "sweep");
    assert_int_equal(cJSON_GetArraySize(in(sweep, "conf")), 101);
    for (int i = 0; i <= 100; i++) {
        struct made_counts counts = made_counts(-1, i / 100.0, 0.5, false, 0);
        assert_near(at(in(sweep, "tp"), i), counts.tp);
        assert_near(at(in(sweep, "fp"), i), counts.fp);
        assert_near(at(in(sweep, "fn"), i), counts.fn);
    }
    assert_near(number_in(in(sweep, "best_f1"), "conf"), number_in(in(eval, "best_f1"), "conf"));
    assert_near(number_in(in(sweep, "best_f1"), "f1"), number_in(in(eval, "best_f1"), "f1"));
    assert_int_equal(cJSON_GetArraySize(in(sweep, "per_class")), 3);
    const cJSON *curves = in(sweep, "precision_recall");
    assert_int_equal(cJSON_GetArraySize(in(curves, "ious")), 10);
    double sum = 0;
    for (int r = 0; r <= 100; r++)
        sum += at(cJSON_GetArrayItem(in(curves, "precision"), 0), r);
    assert_near(sum / 101, number_in(in(eval, "stats"), "AP50"));
}

static void test_errors(void **state)
{
    (void)state;
    static const char *const TYPES[] = {"Cls", "Loc", "Both", "Dupe", "Bkg", "Miss"};
    const cJSON *errors[2] = {in(STRONG("--errors"), "errors"), in(WEAK("--errors"), "errors")};
    for (int e = 0; e < 2; e++) {
        int sum = 0;
        for (int t = 0; t < 6; t++)
            sum += (int)number_in(in(in(errors[e], "types"), TYPES[t]), "count");
        assert_int_equal(cJSON_GetArraySize(in(errors[e], "boxes")), sum);
        assert_near(number_in(in(in(errors[e], "types"), "Bkg"), "count"), MADE_IMAGES);
        assert_near(number_in(in(in(errors[e], "types"), "Miss"), "count"), e * MADE_IMAGES);
        assert_int_equal(sum, (e + 1) * MADE_IMAGES);
    }
    assert_true(number_in(in(in(errors[1], "types"), "Miss"), "dAP") > 10);
    const cJSON *first = cJSON_GetArrayItem(in(errors[0], "boxes"), 0);
    assert_string_equal(in(first, "type")->valuestring, "Bkg");
    assert_true(cJSON_IsNull(in(first, "truth")));
    assert_near(number_in(in(first, "predicted"), "score"), 0.455 + 0.02 * (MADE_IMAGES - 1));
}

static void test_confusion(void **state)
{
    (void)state;
    const cJSON *confusion = in(WEAK("--confusion"), "confusion");
    const cJSON *matrix = in(confusion, "matrix"), *row, *cell;
    double sum = 0, missed = 0, false_ones = 0, boxes = 0;
    cJSON_ArrayForEach(row, matrix)
    {
        assert_int_equal(cJSON_GetArraySize(row), 4);
        for (int t = 0; t < 4; t++)
            sum += at(row, t);
        false_ones += at(row, 3);
    }
    for (int t = 0; t < 4; t++)
        missed += at(cJSON_GetArrayItem(matrix, 3), t);
    cJSON_ArrayForEach(cell, in(confusion, "cells"))
    {
        boxes += cJSON_GetArraySize(in(cell, "boxes"));
        assert_near(cJSON_GetArraySize(in(cell, "boxes")), number_in(cell, "count"));
    }
    assert_near(number_in(confusion, "trace"), MADE_IMAGES);
    assert_near(missed, MADE_IMAGES);
    assert_near(false_ones, MADE_IMAGES);
    assert_near(sum, number_in(confusion, "sum"));
    assert_near(boxes, sum);
    assert_near(sum, 3 * MADE_IMAGES);
    confusion = in(WEAK("--confusion", "--conf", "0.99"), "confusion");
    assert_near(number_in(confusion, "trace"), 0);
    assert_near(number_in(confusion, "sum"), OBJECTS);
}

static void test_other_ap(void **state)
{
    (void)state;
    const cJSON *eval = WEAK("--other-ap");
    /* Half of the objects of each class, all before any mistake: recall 1/2 at precision 1. */
    assert_near(number_in(in(eval, "voc"), "mAP"), 0.5);
    assert_near(number_in(in(eval, "voc"), "mAP_11_point"), 6.0 / 11);
    double own = number_in(in(eval, "ultralytics"), "mAP50");
    assert_true(own > 0.5 && own < 0.7);
    assert_int_equal(cJSON_GetArraySize(in(in(eval, "voc"), "per_class")), 3);
}

static void test_two_are_compared(void **state)
{
    (void)state;
    /* At .56 the first set has one miss (on the last image), the second one on every image. */
    const cJSON *eval = STRONG("--dt", weak, "--conf", "0.56", "--bootstrap", "200");
    const cJSON *compare = in(eval, "compare"), *ap = in(compare, "AP");
    double delta = number_in(in(in(compare, "with"), "stats"), "AP") -
                   number_in(in(eval, "stats"), "AP");
    assert_near(number_in(ap, "delta"), delta);
    assert_true(delta < 0 && number_in(ap, "low") <= number_in(ap, "high"));
    assert_true(number_in(ap, "high") < 0);
    assert_true(cJSON_IsFalse(in(ap, "within_noise")));
    assert_near(number_in(ap, "b_better"), 0);
    assert_near(number_in(in(compare, "FN"), "delta"), MADE_IMAGES - 1);
    assert_near(number_in(in(compare, "FN"), "b_better"), 0);
    const cJSON *objects = in(in(compare, "objects"), "counts");
    assert_near(number_in(objects, "both"), MADE_IMAGES);
    assert_near(number_in(objects, "only_a"), MADE_IMAGES - 1);
    assert_near(number_in(objects, "only_b"), 0);
    assert_near(number_in(objects, "neither"), 1);
    assert_int_equal(cJSON_GetArraySize(in(compare, "broken")), MADE_IMAGES - 1);
    assert_int_equal(cJSON_GetArraySize(in(compare, "fixed")), 0);
    compare = in(BOXTOP_JSON("eval", "--gt", truth, "--dt", weak, "--dt", strong, "--conf", "0.56",
                     "--bootstrap", "10"),
        "compare");
    assert_int_equal(cJSON_GetArraySize(in(compare, "fixed")), MADE_IMAGES - 1);
    compare = in(STRONG("--dt", strong, "--bootstrap", "10"), "compare");
    assert_true(cJSON_IsTrue(in(in(compare, "AP"), "within_noise")));
    assert_non_null(strstr(FILES(0, "--dt", strong)->out, "within noise"));
    assert_non_null(strstr(FILES(0, "--dt", weak)->out, "A better"));
}

static void test_many_are_ranked(void **state)
{
    (void)state;
    const cJSON *eval = STRONG("--dt", weak, "--dt", strong, "--bootstrap", "50");
    const cJSON *ranking = in(eval, "ranking"), *last = cJSON_GetArrayItem(ranking, 2);
    assert_int_equal(cJSON_GetArraySize(ranking), 3);
    assert_near(number_in(cJSON_GetArrayItem(ranking, 1), "group"), 0);
    assert_near(number_in(last, "group"), 1);
    assert_near(number_in(last, "place"), 3);
    assert_non_null(strstr(in(last, "predictions")->valuestring, "weak.json"));
    assert_int_equal(cJSON_GetArraySize(in(eval, "pairs")), 3);
    assert_int_equal(cJSON_GetArraySize(in(eval, "compare")), 2);
}

/* Runs of different ground truth are refused, or compared where they have one. */
static void test_different_ground_truths_are_not_compared_silently(void **state)
{
    (void)state;
    const char *top = temp_dir();
    char a[4200], b[4200];
    made_set(top);
    made_detector(top, "a", "0.1");
    made_detector(top, "b", "0.1");
    snprintf(a, sizeof a, "%s/a", top);
    snprintf(b, sizeof b, "%s/b", top);
    EXPECT(0, "eval", a, b, "--compare", "--bootstrap", "10");
    temp_text(top, "other/val.json",
        "{\"images\":[{\"id\":1,\"file_name\":\"img0.png\",\"width\":320,\"height\":240}],"
        "\"categories\":[{\"id\":1,\"name\":\"car\"},{\"id\":2,\"name\":\"person\"}],"
        "\"annotations\":[{\"id\":1,\"image_id\":1,\"category_id\":1,\"bbox\":[40,40,80,80]}]}");
    temp_text(top, "b/dataset.json", "{\"ground_truth\":\"../other/val.json\"}");
    const struct outcome *refused = EXPECT(2, "eval", a, b, "--compare");
    assert_non_null(strstr(refused->err, "--common-images"));
    assert_non_null(strstr(refused->err, "images"));
    const cJSON *compare =
        in(BOXTOP_JSON("eval", a, b, "--compare", "--common-images", "--bootstrap", "10"), "compare");
    assert_near(number_in(compare, "image_count"), 1);
    assert_true(cJSON_IsString(in(compare, "difference")));
    EXPECT(2, "eval", a, "--compare");
}

/* The others are evaluated all the same. */
static void test_one_bad_run_is_passed_over(void **state)
{
    (void)state;
    const char *top = temp_dir();
    made_set(top);
    made_detector(top, "a", "0.1");
    made_detector(top, "b", "0.1");
    made_detector(top, "c", "0.1");
    temp_text(top, "b/predictions/epoch_001.json", "[{\"image_id\": 1, \"bbox\"");
    const struct outcome *outcome = EXPECT(3, "eval", top, "--format", "json");
    assert_non_null(strstr(outcome->err, "epoch_001.json"));
    cJSON *list = cJSON_Parse(outcome->out);
    assert_int_equal(cJSON_GetArraySize(list), 2);
    cJSON_Delete(list);
}

static void test_fail_if(void **state)
{
    (void)state;
    assert_non_null(strstr(FILES(1, "--fail-if", "AP<0.99")->err, "AP is 0."));
    FILES(0, "--fail-if", "AP<0.01");
    FILES(1, "--fail-if", "AP<0.01", "--fail-if", "F1<2");
    FILES(0, "--fail-if", "AP<0.99 F1<0.01"); /* both must hold */
    assert_non_null(strstr(FILES(1, "--fail-if", "APs<0.5")->err, "undefined"));
    assert_non_null(strstr(FILES(2, "--fail-if", "mAP<0.5")->err, "AP50"));
    FILES(2, "--fail-if", "AP");
    FILES(2, "--fail-if", "delta.AP<0");
    assert_non_null(strstr(
        FILES(1, "--dt", weak, "--bootstrap", "5", "--fail-if", "delta.AP<0")->err, "delta.AP is -"));
    FILES(0, "--dt", weak, "--bootstrap", "5", "--fail-if", "delta.AP>0");
}

static const cJSON *slice_called(const cJSON *slices, const char *name)
{
    const cJSON *slice;
    cJSON_ArrayForEach(slice, in(slices, "slices"))
    {
        if (strcmp(in(slice, "slice")->valuestring, name) == 0)
            return slice;
    }
    fail_msg("no slice %s", name);
    return NULL;
}

static void test_slices(void **state)
{
    (void)state;
    const char *table = temp_text(
        temp_dir(), "images.csv", "image,weather\nimg0.png,rain\nimg1,rain\nimg2.png,sun\n");
    const cJSON *all = in(STRONG("--slice", "weather", "--image-table", table, "--slice", "size",
                              "--slice", "folder", "--conf", "0.5"),
        "slices");
    const cJSON *weather = cJSON_GetArrayItem(all, 0), *size = cJSON_GetArrayItem(all, 1);
    const cJSON *rain = slice_called(weather, "rain");
    assert_near(number_in(weather, "images_without"), MADE_IMAGES - 3);
    assert_near(number_in(rain, "images"), 2);
    struct made_counts first = made_counts(0, 0.5, 0.5, false, 0);
    struct made_counts second = made_counts(1, 0.5, 0.5, false, 0);
    assert_near(number_in(rain, "tp"), first.tp + second.tp);
    assert_near(number_in(rain, "fp"), first.fp + second.fp);
    assert_near(number_in(slice_called(size, "medium"), "tp"), OBJECTS); /* 80 x 80 and 80 x 60 */
    assert_near(number_in(slice_called(size, "small"), "AP"), -1);
    assert_int_equal(cJSON_GetArraySize(in(cJSON_GetArrayItem(all, 2), "slices")), 1);
    assert_non_null(strstr(FILES(2, "--slice", "colour")->err, "folder"));
    FILES(3, "--slice", "weather", "--image-table", "/nowhere.csv");
}

static void test_settings(void **state)
{
    (void)state;
    const cJSON *stats = in(STRONG("--ious", "0.5"), "stats"), *usual = in(STRONG("--per-class"), "stats");
    assert_near(number_in(stats, "AP"), number_in(usual, "AP50"));
    assert_near(number_in(stats, "AP75"), -1);
    stats = in(STRONG("--max-dets", "1,1,1"), "stats");
    assert_near(number_in(stats, "AR1"), number_in(stats, "AR100"));
    FILES(2, "--ious", "0.9,0.5");
    FILES(2, "--ious", "half");
    FILES(2, "--max-dets", "1,10");
    FILES(2, "--max-dets", "10,1,100");
    FILES(2, "--iou-type", "keypoints");
    FILES(2, "--bootstrap", "0", "--dt", weak);
    FILES(2, "--class", "unicorn");
}

/* A programs' format has the sections that were asked for, and nothing else. */
static void test_sections_in_csv(void **state)
{
    (void)state;
    static const struct {
        const char *option, *header;
    } SECTIONS[] = {{"--errors", "error,count,"}, {"--confusion", "predicted,true,count,"},
        {"--per-image", "image,TP,FP,FN,"}, {"--per-class", "class,AP,AP50,"},
        {"--sweep", "confidence,TP,"}, {"--other-ap", "class,VOC AP,"}};
    for (size_t i = 0; i < sizeof SECTIONS / sizeof *SECTIONS; i++) {
        const char *out = FILES(0, "--format", "csv", SECTIONS[i].option)->out;
        assert_memory_equal(out, SECTIONS[i].header, strlen(SECTIONS[i].header));
    }
}

static void test_masks(void **state)
{
    (void)state;
    const char *home = temp_dir();
    const char *gt = temp_text(home, "gt.json",
        "{\"images\":[{\"id\":1,\"file_name\":\"a.jpg\",\"width\":100,\"height\":100}],"
        "\"categories\":[{\"id\":1,\"name\":\"car\"}],\"annotations\":["
        "{\"id\":0,\"image_id\":1,\"category_id\":1,\"bbox\":[10,10,40,40],\"iscrowd\":0,"
        "\"segmentation\":[[10,10,50,10,50,50,10,50]],\"area\":1600}]}");
    /* A triangle with the same box: half of the pixels. */
    const char *dt = temp_text(home, "dt.json",
        "[{\"image_id\":1,\"category_id\":1,\"bbox\":[10,10,40,40],\"score\":0.9,"
        "\"segmentation\":[[10,10,50,10,10,50]]}]");
    const cJSON *boxes = BOXTOP_JSON("eval", "--gt", gt, "--dt", dt);
    const cJSON *masks = BOXTOP_JSON("eval", "--gt", gt, "--dt", dt, "--iou-type", "segm");
    assert_near(number_in(in(boxes, "stats"), "AP"), 1);
    assert_true(number_in(in(masks, "stats"), "AP") <= 0.1 + 1e-12);
    assert_string_equal(in(in(masks, "settings"), "iou_type")->valuestring, "segm");
    assert_non_null(strstr(in(boxes, "warning")->valuestring, "id 0"));
}

int main(int argc, char **argv)
{
    program_init(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_confusion),
        cmocka_unit_test(test_other_ap),
        cmocka_unit_test(test_two_are_compared),
        cmocka_unit_test(test_many_are_ranked),
        cmocka_unit_test(test_different_ground_truths_are_not_compared_silently),
        cmocka_unit_test(test_one_bad_run_is_passed_over),
        cmocka_unit_test(test_fail_if),
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_sections_in_csv),
        cmocka_unit_test(test_masks),
    };
    return cmocka_run_group_tests(tests, make_sets, NULL);
}
