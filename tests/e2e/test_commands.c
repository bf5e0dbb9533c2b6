/*
 * Every command on runs of every format, by the numbers that are known of them.
 */
#include "made.h"
#include "png_read.h"
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
#include <sys/stat.h>

static const char *root;

static const char *at(const char *name)
{
    return temp_path(root, name);
}

static int make_runs(void **state)
{
    (void)state;
    root = temp_dir();
    made_set(root);
    made_detector(root, "alpha", "0.1");
    made_plain(root, "beta", "0.02", 5, 0.5);
    made_ultralytics(root, "gamma", 0.42);
    made_tensorboard(root, "delta", 40);
    made_yolo(root);
    return 0;
}

static const cJSON *run_called(const cJSON *list, const char *name)
{
    const cJSON *run;
    cJSON_ArrayForEach(run, list)
    {
        if (strcmp(cJSON_GetObjectItem(run, "run")->valuestring, name) == 0)
            return run;
    }
    fail_msg("no run %s", name);
    return NULL;
}

static double number_in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsNumber(item))
        fail_msg("no number %s", key);
    return item->valuedouble;
}

static const char *text_in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static const cJSON *in(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!item)
        fail_msg("no %s", key);
    return item;
}

#define ASSERT_NEAR(a, b, most) assert_true(fabs((a) - (b)) <= (most))

/* ---- ls ---- */

static void test_ls_json(void **state)
{
    (void)state;
    static const char *const KEYS[] = {"run", "root", "name", "format", "status", "started",
        "duration_s", "notes", "params", "metrics"};
    static const char *const METRIC_KEYS[] = {"role", "count", "first_step", "first", "last_step",
        "last", "min", "min_step", "max", "max_step", "nonfinite"};
    const cJSON *list = BOXTOP_JSON("ls", root), *run, *metric;
    assert_int_equal(cJSON_GetArraySize(list), 5);
    cJSON_ArrayForEach(run, list)
    {
        for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
            in(run, KEYS[i]);
        cJSON_ArrayForEach(metric, in(run, "metrics"))
        {
            for (size_t i = 0; i < sizeof METRIC_KEYS / sizeof *METRIC_KEYS; i++)
                in(metric, METRIC_KEYS[i]);
        }
    }
    const cJSON *alpha = run_called(list, "alpha");
    assert_string_equal(text_in(alpha, "format"), "plain");
    assert_string_equal(text_in(alpha, "status"), "finished");
    assert_string_equal(text_in(alpha, "started"), "2024-05-01T10:00:00Z");
    ASSERT_NEAR(number_in(alpha, "duration_s"), 3600, 0);
    ASSERT_NEAR(number_in(in(alpha, "params"), "optimizer.lr"), 0.1, 0);
    assert_true(cJSON_IsTrue(in(in(alpha, "params"), "fast")));
    const cJSON *loss = in(in(run_called(list, "beta"), "metrics"), "loss");
    ASSERT_NEAR(number_in(loss, "count"), 5, 0);
    ASSERT_NEAR(number_in(loss, "last"), 0.5, 0);
    ASSERT_NEAR(number_in(loss, "first"), 1.3, 1e-12);
    ASSERT_NEAR(number_in(loss, "min_step"), 4, 0);
    const cJSON *map = in(in(run_called(list, "gamma"), "metrics"), "metrics/mAP50-95(B)");
    assert_string_equal(text_in(map, "role"), "AP (Ultralytics)"); /* another computation */
    ASSERT_NEAR(number_in(map, "max"), 0.42, 1e-12);
    ASSERT_NEAR(number_in(map, "max_step"), 3, 0);
    const cJSON *event = in(in(run_called(list, "delta"), "metrics"), "val/mAP");
    ASSERT_NEAR(number_in(event, "count"), 40, 0);
    ASSERT_NEAR(number_in(event, "last"), (float)39 / 40.0F, 1e-9);
    assert_string_equal(text_in(run_called(list, "delta"), "format"), "tensorboard");
    assert_string_equal(text_in(run_called(list, "yolo-run"), "format"), "predictions");
}

static void test_ls_says_the_same_in_every_format(void **state)
{
    (void)state;
    const char *columns = "name,status,loss,lr";
    assert_string_equal(
        EXPECT(0, "ls", root, "--columns", columns, "--format", "csv", "--filter", "optimizer.lr>0")
            ->out,
        "name,status,loss,lr\nalpha,finished,0.25,0.1\nbeta,finished,0.5,0.02\n");
    assert_string_equal(
        EXPECT(0, "ls", root, "-c", columns, "-f", "tsv", "--filter=optimizer.lr>0")->out,
        "name\tstatus\tloss\tlr\nalpha\tfinished\t0.25\t0.1\nbeta\tfinished\t0.5\t0.02\n");
    assert_string_equal(
        EXPECT(0, "ls", root, "-c", columns, "-f", "markdown", "--filter=optimizer.lr>0")->out,
        "| name | status | loss | lr |\n| --- | --- | ---: | ---: |\n"
        "| alpha | finished | **0.25** | 0.1 |\n| beta | finished | 0.5 | 0.02 |\n");
    const char *table = EXPECT(0, "ls", root, "-c", columns, "--filter=optimizer.lr>0")->out;
    assert_string_equal(table, EXPECT(0, root, "-c", columns, "--filter=optimizer.lr>0")->out);
    assert_non_null(strstr(table, "alpha  finished  0.25   0.1\n"));
    const cJSON *list = BOXTOP_JSON("ls", root, "-c", columns, "--filter=optimizer.lr>0");
    assert_int_equal(cJSON_GetArraySize(list), 2);
    /* By its quantity the parameter is found under every spelling: gamma's is lr0. */
    assert_int_equal(
        cJSON_GetArraySize(BOXTOP_JSON("ls", root, "-c", columns, "--filter=lr>0")), 3);
    ASSERT_NEAR(number_in(cJSON_GetArrayItem(list, 1), "lr"), 0.02, 0);
    ASSERT_NEAR(number_in(cJSON_GetArrayItem(list, 1), "loss"), 0.5, 0);
}

static void test_ls_computes(void **state)
{
    (void)state;
    const char *columns = "name,x2=loss*2,max(loss),mean(loss,1),count(loss)";
    assert_string_equal(
        EXPECT(0, "ls", root, "-c", columns, "-f", "csv", "--filter=optimizer.lr>0")->out,
        "name,x2,max(loss),\"mean(loss,1)\",count(loss)\nalpha,0.5,0.75,0.25,2\nbeta,1,1.3,0.5,5\n");
    assert_string_equal(EXPECT(0, "ls", root, "-c", "name", "-f", "csv", "--sort",
                            "format,loss:desc", "--filter", "loss<1 and (format=plain or AP>2)")
                            ->out,
        "name\nbeta\nalpha\n");
    assert_string_equal(EXPECT(0, "ls", root, "-c", "name,delta(loss)", "-f", "csv", "--baseline",
                            "alpha", "--filter", "name~/^(alpha|beta)$/")
                            ->out,
        "name,delta(loss)\nalpha,\nbeta,0.25\n");
    const char *err = EXPECT(2, "ls", root, "--filter", "lr<1 and best(bogus)>1")->err;
    assert_non_null(strstr(err, "bogus"));
    assert_non_null(strstr(err, "byte 14"));
    EXPECT(2, "ls", root, "-c", "=loss*");
    EXPECT(2, "ls", root, "--sort", "loss,,");
}

static void test_ls_ranks(void **state)
{
    (void)state;
    const char *columns = "name,loss,=loss<0.4";
    const char *table = EXPECT(0, "ls", root, "--best", "loss", "--where", "loss>0.3", "-c",
        columns, "--filter", "format=plain")
                            ->out;
    assert_string_equal(table, "best  name  loss  loss<0.4\n*     beta   0.5         0\n"
                               "1 of 2 runs ruled out by loss>0.3\n");
    assert_string_equal(EXPECT(0, "ls", root, "--best", "loss", "-c", "name,loss", "--filter",
                            "optimizer.lr>0", "-f", "markdown")
                            ->out,
        "| best | name | loss |\n| --- | --- | ---: |\n| * | alpha | **0.25** |\n"
        "|   | beta | 0.5 |\n");
    assert_string_equal(EXPECT(0, "ls", root, "--best", "loss", "-c", "run,loss,status", "--filter",
                            "optimizer.lr>0", "-f", "latex")
                            ->out,
        "\\begin{tabular}{llrl}\n\\toprule\nbest & run & loss & status \\\\\n\\midrule\n"
        "* & alpha & \\textbf{0.25} & finished \\\\\n  & beta & 0.5 & finished \\\\\n"
        "\\bottomrule\n\\end{tabular}\n");
    EXPECT(2, "ls", root, "--best", "name");
}

static void test_ls_groups(void **state)
{
    (void)state;
    assert_string_equal(EXPECT(0, "ls", root, "--group-by", "format", "-c", "name,loss", "--filter",
                            "format=plain", "-f", "csv")
                            ->out,
        "group,n,loss,loss std\nformat=plain,2,0.375,0.1767766952966369\n");
    assert_string_equal(EXPECT(0, "ls", root, "--group-by", "format", "-c", "name,loss", "--filter",
                            "format=plain", "--all")
                            ->out,
        "group         n          loss\nformat=plain  2  0.375 \xc2\xb1 0.18\n"
        "  alpha       \xe2\x80\x93          0.25\n  beta        \xe2\x80\x93           0.5\n");
    const cJSON *seeds = BOXTOP_JSON("ls", root, "--group-by", "seed", "-c", "loss");
    assert_int_equal(cJSON_GetArraySize(seeds), 5); /* no two have the same configuration */
    EXPECT(2, "ls", root, "--group-by", "bogus");
}

static void check_order(const char *sort, const char *filter, const char *names)
{
    assert_string_equal(
        EXPECT(0, "ls", root, "--sort", sort, "--filter", filter, "-c", "name", "-f", "csv")->out,
        names);
}

static void test_sort_and_filter(void **state)
{
    (void)state;
    check_order("name", "", "name\nalpha\nbeta\ndelta\ngamma\nyolo-run\n");
    check_order("name:desc", "format=plain", "name\nbeta\nalpha\n");
    check_order("loss", "loss>=0.25 loss<1", "name\nalpha\nbeta\n");
    check_order("AP", "AP>0.6", "name\ndelta\nalpha\nyolo-run\n");
    check_order("val/mAP", "metrics/mAP50-95(B)>0.4", "name\ngamma\n");
    check_order("name", "format!=plain name~m", "name\ngamma\n");
    check_order("name", "yolov8n", "name\ngamma\n");
    check_order("AP", "nothing-is-called-so", "name\n");
}

/* ---- show and diff ---- */

static void test_show(void **state)
{
    (void)state;
    const char *shown = EXPECT(0, "show", at("alpha"))->out;
    static const char *const HELD[] = {"alpha\n", "format     plain", "status     finished",
        "2024-05-01T10:00:00Z", "optimizer.lr    0.1", "predictions/epoch_001.json",
        "set/instances.json", "loss", "eval/AP"};
    for (size_t i = 0; i < sizeof HELD / sizeof *HELD; i++)
        if (!strstr(shown, HELD[i]))
            fail_msg("no \"%s\" in:\n%s", HELD[i], shown);
    const cJSON *one = BOXTOP_JSON("show", at("alpha"));
    assert_int_equal(cJSON_GetArraySize(one), 1);
    const cJSON *same = run_called(BOXTOP_JSON("ls", root), "alpha");
    assert_true(
        cJSON_Compare(in(cJSON_GetArrayItem(one, 0), "metrics"), in(same, "metrics"), true));
    struct program by_name = {
        .words = (const char *const[]){"show", "beta", NULL}, .directory = root};
    assert_int_equal(program_run(&by_name)->code, 0);
}

static void test_diff(void **state)
{
    (void)state;
    const cJSON *diff = BOXTOP_JSON("diff", at("alpha"), at("beta"));
    assert_int_equal(cJSON_GetArraySize(in(diff, "runs")), 2);
    const cJSON *params = in(diff, "params");
    assert_int_equal(cJSON_GetArraySize(params), 1);
    const cJSON *rate = cJSON_GetArrayItem(params, 0);
    assert_string_equal(text_in(rate, "name"), "lr");
    ASSERT_NEAR(cJSON_GetArrayItem(in(rate, "values"), 0)->valuedouble, 0.1, 0);
    ASSERT_NEAR(cJSON_GetArrayItem(in(rate, "values"), 1)->valuedouble, 0.02, 0);
    const cJSON *metric, *loss = NULL, *average = NULL;
    cJSON_ArrayForEach(metric, in(diff, "metrics"))
    {
        if (strcmp(text_in(metric, "name"), "loss") == 0)
            loss = metric;
        if (strcmp(text_in(metric, "name"), "AP") == 0)
            average = metric;
    }
    assert_non_null(loss);
    assert_string_equal(text_in(loss, "better"), "lower");
    ASSERT_NEAR(cJSON_GetArrayItem(in(loss, "values"), 1)->valuedouble, 0.5, 0);
    assert_non_null(average);
    assert_true(cJSON_IsNull(cJSON_GetArrayItem(in(average, "values"), 1)));
    const cJSON *all = BOXTOP_JSON("diff", "--all", at("alpha"), at("beta"));
    assert_int_equal(cJSON_GetArraySize(in(all, "params")), 4);
    const char *table = EXPECT(0, "diff", at("alpha"), at("beta"))->out;
    assert_non_null(strstr(table, "1 parameters differ, 3 are the same"));
    assert_null(strstr(table, "batch"));
    assert_non_null(strstr(EXPECT(0, "diff", "-a", at("alpha"), at("beta"))->out, "batch"));
}

/* ---- eval ---- */

static void check_counts(const cJSON *counts, struct made_counts expected)
{
    assert_int_equal((int)number_in(counts, "tp"), expected.tp);
    assert_int_equal((int)number_in(counts, "fp"), expected.fp);
    assert_int_equal((int)number_in(counts, "fn"), expected.fn);
}

static void test_eval_json(void **state)
{
    (void)state;
    static const char *const STATS[] = {
        "AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"};
    const cJSON *eval = BOXTOP_JSON("eval", at("alpha"), "--per-image");
    for (size_t i = 0; i < sizeof STATS / sizeof *STATS; i++)
        number_in(in(eval, "stats"), STATS[i]);
    ASSERT_NEAR(number_in(in(eval, "stats"), "APs"), -1, 0); /* no small box: undefined */
    assert_true(number_in(in(eval, "stats"), "AP50") > 0.9);
    assert_true(number_in(in(eval, "stats"), "AP75") < number_in(in(eval, "stats"), "AP50"));
    assert_int_equal(cJSON_GetArraySize(in(eval, "per_class")), 3);
    const cJSON *class = cJSON_GetArrayItem(in(eval, "per_class"), 1);
    assert_string_equal(text_in(class, "name"), "person");
    assert_int_equal((int)number_in(class, "gt"), 4);
    assert_int_equal((int)number_in(class, "dt"), 6);
    const cJSON *at_half = in(eval, "at");
    check_counts(at_half, made_counts(-1, 0.5, 0.5, false, 0));
    ASSERT_NEAR(number_in(at_half, "precision"), 12.0 / 15, 1e-12);
    ASSERT_NEAR(number_in(at_half, "recall"), 1, 1e-12);
    for (int i = 0; i < 3; i++)
        check_counts(cJSON_GetArrayItem(in(at_half, "per_class"), i),
            made_counts(-1, 0.5, 0.5, false, i + 1));
    number_in(in(eval, "best_f1"), "conf");
    assert_int_equal(cJSON_GetArraySize(in(eval, "images")), MADE_IMAGES);
    for (int i = 0; i < MADE_IMAGES; i++)
        check_counts(cJSON_GetArrayItem(in(eval, "images"), i), made_counts(i, 0.5, 0.5, false, 0));
    assert_null(cJSON_GetObjectItem(BOXTOP_JSON("eval", at("alpha")), "images"));
}

static void test_eval_thresholds(void **state)
{
    (void)state;
    static const struct {
        const char *confidence, *iou;
    } AT[] = {{"0.58", "0.5"}, {"0.5", "0.65"}, {"0.5", "0.66"}, {"0.5", "0.67"}, {"0", "0.7"},
        {"1", "0.5"}, {"0.87", "0.95"}};
    for (size_t i = 0; i < sizeof AT / sizeof *AT; i++) {
        const cJSON *eval =
            BOXTOP_JSON("eval", at("alpha"), "--conf", AT[i].confidence, "--iou", AT[i].iou);
        double confidence = strtod(AT[i].confidence, NULL), iou = strtod(AT[i].iou, NULL);
        check_counts(in(eval, "at"), made_counts(-1, confidence, iou, false, 0));
    }
    check_counts(in(BOXTOP_JSON("eval", at("alpha"), "--class", "dog", "--iou", "0.7"), "at"),
        made_counts(-1, 0.5, 0.7, false, 3));
    check_counts(in(BOXTOP_JSON("eval", at("alpha"), "--step", "0"), "at"),
        made_counts(-1, 0.5, 0.5, true, 0));
}

static void test_eval_files(void **state)
{
    (void)state;
    const char *dt = made_predictions(temp_dir(), "found.json", false);
    const cJSON *of_files = BOXTOP_JSON("eval", "--gt", at("set/instances.json"), "--dt", dt);
    const cJSON *of_run = BOXTOP_JSON("eval", at("alpha"));
    assert_true(cJSON_Compare(in(of_files, "stats"), in(of_run, "stats"), true));
    check_counts(in(of_files, "at"), made_counts(-1, 0.5, 0.5, false, 0));
    const cJSON *yolo =
        BOXTOP_JSON("eval", at("yolo-run"), "--gt", at("yolo/data.yaml"), "--per-image");
    check_counts(in(yolo, "at"), made_counts(-1, 0.5, 0.5, false, 0));
    assert_string_equal(
        text_in(cJSON_GetArrayItem(in(yolo, "images"), 2), "file_name"), "img2.png");
    assert_true(
        fabs(number_in(in(yolo, "stats"), "AP") - number_in(in(of_run, "stats"), "AP")) < 1e-9);
}

/* Two corners or a corner and a size: nothing tells them apart, so the person must. */
static void test_eval_formats(void **state)
{
    (void)state;
    const char *home = temp_dir();
    char gt[4200], dt[4200];
    temp_text(home, "voc/a.xml",
        "<annotation><filename>a.jpg</filename><size><width>100</width><height>80</height></size>"
        "<object><name>cat</name><bndbox><xmin>11</xmin><ymin>21</ymin><xmax>40</xmax>"
        "<ymax>60</ymax></bndbox></object></annotation>");
    temp_text(home, "dets/a.txt", "cat 0.9 10 20 40 60\n");
    snprintf(gt, sizeof gt, "%s/voc", home);
    snprintf(dt, sizeof dt, "%s/dets", home);
    assert_non_null(strstr(EXPECT(3, "eval", "--gt", gt, "--dt", dt)->err, "odm:xyxy,abs"));
    assert_non_null(strstr(
        EXPECT(2, "eval", "--gt", gt, "--dt", dt, "--dt-format", "odm:yxyx")->err, "is none of"));
    const cJSON *eval = BOXTOP_JSON(
        "eval", "--gt", gt, "--dt", dt, "--dt-format", "odm:xyxy,abs", "--gt-format=voc");
    ASSERT_NEAR(number_in(in(eval, "stats"), "AP"), 1, 1e-9);
    eval = BOXTOP_JSON("eval", "--gt", gt, "--dt", dt, "--dt-format", "odm:xywh");
    assert_true(number_in(in(eval, "stats"), "AP") < 0.1);
}

/* The table of `eval` and the index's own evaluation give the same number as the JSON. */
static void test_a_number_differs_nowhere(void **state)
{
    (void)state;
    double average = number_in(in(BOXTOP_JSON("eval", at("alpha")), "stats"), "AP");
    char text[32];
    snprintf(text, sizeof text, "\nAP %.4f  AP50 ", average);
    assert_non_null(strstr(EXPECT(0, "eval", at("alpha"))->out, text));
    const cJSON *alpha = run_called(BOXTOP_JSON("ls", root), "alpha");
    ASSERT_NEAR(number_in(in(in(alpha, "metrics"), "eval/AP"), "last"), average, 1e-12);
    const cJSON *row =
        cJSON_GetArrayItem(BOXTOP_JSON("ls", root, "-c", "AP", "--filter", "name=alpha"), 0);
    ASSERT_NEAR(number_in(row, "AP"), average, 1e-12);
}

/* ---- draw ---- */

static int coloured_on_row(const struct png_read *png, int y, int from, int end)
{
    int best = 0;
    for (int near = y - 2; near <= y + 2; near++) {
        int count = 0;
        for (int x = from; x < end; x++)
            count += png_is_coloured(png, x, near);
        best = count > best ? count : best;
    }
    return best;
}

/* ---- two ground truths ---- */

static void test_runs_of_two_ground_truths_are_not_compared_silently(void **state)
{
    (void)state;
    const char *top = temp_dir();
    char a[512], b[512];
    made_set(top);
    made_detector(top, "a", "0.1");
    made_detector(top, "b", "0.1");
    snprintf(a, sizeof a, "%s/a", top);
    snprintf(b, sizeof b, "%s/b", top);
    const char *table = EXPECT(0, "ls", top)->out;
    assert_null(strstr(table, "ground truths"));
    assert_null(strstr(table, "truth"));
    assert_null(strstr(EXPECT(0, "diff", a, b)->out, "ground truth"));
    temp_text(top, "other/val.json",
        "{\"images\":[{\"id\":1,\"file_name\":\"img0.png\",\"width\":64,\"height\":48}],"
        "\"categories\":[{\"id\":1,\"name\":\"car\"}],\"annotations\":[]}");
    temp_text(top, "b/dataset.json", "{\"ground_truth\":\"../other/val.json\"}");
    table = EXPECT(0, "ls", top)->out;
    assert_non_null(strstr(table, "AP of 2 ground truths: not comparable as it stands\n"));
    assert_non_null(strstr(table, "  truth "));
    assert_non_null(strstr(table, "  val.json "));
    table = EXPECT(0, "ls", top, "--columns", "name,truth,loss")->out;
    assert_null(strstr(table, "ground truths")); /* no AP is shown */
    assert_int_equal(cJSON_GetArraySize(BOXTOP_JSON("ls", top, "--filter", "truth=val.json")), 1);
    const cJSON *dataset = in(run_called(BOXTOP_JSON("ls", top), "b"), "dataset");
    assert_string_equal(text_in(dataset, "name"), "val.json");
    assert_int_equal(strlen(text_in(dataset, "digest")), 8);
    assert_int_equal((int)number_in(dataset, "images_with_detections"), 1);
    table = EXPECT(0, "diff", a, b)->out;
    assert_non_null(strstr(table, "\nground truth  instances.json "));
    assert_non_null(strstr(table, "are of different ground truths: boxtop eval A B --compare --common-images"));
    const cJSON *diff = BOXTOP_JSON("diff", a, b);
    assert_true(cJSON_IsTrue(in(diff, "datasets_differ")));
    assert_int_equal(cJSON_GetArraySize(in(diff, "datasets")), 2);
    table = EXPECT(0, "eval", a, b)->out;
    assert_non_null(strstr(table, "\ndataset       val.json "));
    assert_non_null(strstr(table, "\nAP of 2 ground truths: not comparable as it stands\n"));
}

/* Asked again, a run is answered from the index, and its files themselves give the same. */
static void test_what_was_kept_says_what_the_files_say(void **state)
{
    (void)state;
    char *answers[2];
    for (size_t i = 0; i < 2; i++) {
        cJSON *eval = BOXTOP_JSON("eval", at("alpha"), "--per-image", "--class", "person");
        answers[i] = cJSON_Print(eval);
        assert_non_null(answers[i]);
    }
    assert_string_equal(answers[0], answers[1]);
    cJSON *files = BOXTOP_JSON("eval", "--gt", at("set/instances.json"), "--dt",
        at("alpha/predictions/epoch_001.json"), "--per-image", "--class", "person");
    cJSON *kept = BOXTOP_JSON("eval", at("alpha"), "--per-image", "--class", "person");
    for (cJSON *item = files->child; item; item = item->next)
        if (strcmp(item->string, "run") != 0 && !cJSON_Compare(item, in(kept, item->string), true))
            fail_msg("%s differs", item->string);
    free(answers[0]);
    free(answers[1]);
}

static void test_draw(void **state)
{
    (void)state;
    const char *png = at("out.png");
    const char *said = EXPECT(0, "draw", at("alpha"), "img1.png", "-o", png)->out;
    struct made_counts counts = made_counts(1, 0.5, 0.5, false, 0);
    char line[128];
    snprintf(line, sizeof line, "TP %d  FP %d  FN %d  at confidence 0.50, IoU 0.50\n", counts.tp,
        counts.fp, counts.fn);
    assert_string_equal(said, line);
    struct png_read seen = png_read(png);
    assert_true(seen.width_px == MADE_WIDTH_PX && seen.height_px == MADE_HEIGHT_PX);
    assert_true(coloured_on_row(&seen, 119, 40, 120) > 70);   /* the bottom of the exact box */
    assert_true(coloured_on_row(&seen, 179, 196, 276) > 60);  /* of the shifted one */
    assert_int_equal(coloured_on_row(&seen, 219, 10, 50), 0); /* below the confidence */
    assert_false(png_is_coloured(&seen, 80, 100));                /* inside */
    assert_false(png_is_coloured(&seen, 310, 20));
    free(seen.rgb);
    EXPECT(0, "draw", at("alpha"), "img1", "-o", png, "--conf", "0.4");
    seen = png_read(png);
    assert_true(coloured_on_row(&seen, 219, 10, 50) > 15); /* dashed: it is wrong */
    free(seen.rgb);
    EXPECT(
        0, "draw", at("alpha"), "img1", "-o", png, "--conf", "1", "--class", "dog", "--step", "0");
    EXPECT(2, "draw", at("alpha"), "img9", "-o", png);
    EXPECT(2, "draw", at("alpha"), "img1"); /* no terminal */
    EXPECT(3, "draw", at("alpha"), "img1", "-o", "/dev/null/out.png");
}

/* ---- index ---- */

static void test_index(void **state)
{
    (void)state;
    const char *where = EXPECT(0, "index", "--where", root)->out;
    char path[4200];
    snprintf(path, sizeof path, "%.*s", (int)strcspn(where, "\n"), where);
    assert_int_equal(strncmp(path, program_home(), strlen(program_home())), 0);
    assert_string_equal(path + strlen(path) - 3, ".db");
    const char *checked = EXPECT(0, "index", "--check", root)->out;
    assert_non_null(strstr(checked, "5 runs, "));
    assert_non_null(strstr(checked, "index sound, 0 notes on damage\n"));
    struct stat before, after;
    const char *listed = EXPECT(0, "ls", root, "-f", "json")->out;
    assert_int_equal(stat(path, &before), 0);
    EXPECT(0, "index", "--rebuild", root);
    assert_int_equal(stat(path, &after), 0);
    assert_string_equal(EXPECT(0, "ls", root, "-f", "json")->out, listed);
    const char *own = at("own.db"), *own_where;
    EXPECT(0, "index", root, "--index", own);
    assert_int_equal(stat(own, &after), 0);
    own_where = EXPECT(0, "index", "--where", "--index", own, root)->out;
    assert_memory_equal(own_where, own, strlen(own));
    assert_string_equal(EXPECT(0, "ls", root, "-f", "json", "--index", own)->out, listed);
}

/* Several runs in one directory are called by their files, though no directory is called so. */
static void test_runs_that_share_a_directory(void **state)
{
    (void)state;
    static const char LOG[] = "Epoch: [0]  [0/1]  eta: 0:00:01  lr: 0.5  loss: %s (1.5)\n";
    const char *shared = temp_dir();
    char text[128], path[4300];
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof text, LOG, i ? "2.5" : "1.5");
        temp_text(shared, i ? "b.log" : "a.log", text);
    }
    assert_int_equal(cJSON_GetArraySize(BOXTOP_JSON("ls", shared)), 2);
    snprintf(path, sizeof path, "%s/b.log", shared);
    const cJSON *one = BOXTOP_JSON("show", path);
    assert_int_equal(cJSON_GetArraySize(one), 1);
    assert_string_equal(text_in(cJSON_GetArrayItem(one, 0), "run"), "b.log");
    snprintf(path, sizeof path, "%s/b.log/nothing", shared);
    EXPECT(3, "show", path);
}

static void test_index_explains_every_file(void **state)
{
    (void)state;
    const char *mixed = temp_dir();
    made_plain(mixed, "run", "0.1", 3, 0.5);
    temp_text(mixed, "run/model.pth", "x");
    const char *said = EXPECT(0, "index", "--explain", mixed)->out;
    assert_non_null(strstr(said, "metrics.csv"));
    assert_non_null(strstr(said, "unwanted"));
    const cJSON *list = BOXTOP_JSON("index", "--explain", mixed), *row;
    int taken = 0, unwanted = 0;
    cJSON_ArrayForEach(row, list)
    {
        const char *verdict = text_in(row, "verdict");
        assert_string_equal(text_in(row, "directory"), "run");
        taken += strcmp(verdict, "taken") == 0 && text_in(row, "reason")[0];
        unwanted += strcmp(verdict, "unwanted") == 0 ? (int)number_in(row, "files") : 0;
    }
    assert_true(taken >= 2);
    assert_int_equal(unwanted, 1);
    EXPECT(3, "index", "--explain", "/dev/null/nowhere");
}

static void test_index_check_names_damage(void **state)
{
    (void)state;
    const char *broken = temp_dir();
    made_plain(broken, "torn", "0.1", 3, 0.5);
    temp_text(broken, "torn/config.json", "{\"lr\": 0.1");
    const char *said = EXPECT(0, "index", "--check", broken)->out;
    assert_non_null(strstr(said, "torn: config.json"));
    assert_non_null(strstr(said, "1 notes on damage"));
    const cJSON *run = run_called(BOXTOP_JSON("ls", broken), "torn");
    assert_int_equal(cJSON_GetArraySize(in(run, "notes")), 1);
    ASSERT_NEAR(number_in(in(in(run, "metrics"), "loss"), "count"), 3, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ls_json),
        cmocka_unit_test(test_ls_says_the_same_in_every_format),
        cmocka_unit_test(test_ls_computes),
        cmocka_unit_test(test_ls_ranks),
        cmocka_unit_test(test_ls_groups),
        cmocka_unit_test(test_sort_and_filter),
        cmocka_unit_test(test_show),
        cmocka_unit_test(test_diff),
        cmocka_unit_test(test_eval_json),
        cmocka_unit_test(test_eval_thresholds),
        cmocka_unit_test(test_eval_files),
        cmocka_unit_test(test_eval_formats),
        cmocka_unit_test(test_a_number_differs_nowhere),
        cmocka_unit_test(test_runs_of_two_ground_truths_are_not_compared_silently),
        cmocka_unit_test(test_what_was_kept_says_what_the_files_say),
        cmocka_unit_test(test_draw),
        cmocka_unit_test(test_index),
        cmocka_unit_test(test_index_explains_every_file),
        cmocka_unit_test(test_runs_that_share_a_directory),
        cmocka_unit_test(test_index_check_names_damage),
    };
    program_init(argc, argv);
    return cmocka_run_group_tests(tests, make_runs, NULL);
}
