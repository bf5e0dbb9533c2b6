/*
 * The sweep over confidences held to the reference numbers of every pair: F1 pooled and of the
 * classes, the best thresholds, precision and recall; and the mean precision over the classes.
 * Takes the folder of pairs as its argument; skips (77) without it.
 */
#include "pair.h"

#include "base/file.h"
#include "eval/sweep.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* One pair under test. */
struct bench {
    const char *folder;
    cJSON *expected;
    struct dataset *dataset;
    struct detections *detections;
    struct arena arena;
    struct eval_set *set;
    struct eval_sweep sweep;
    long checks, failures;
};

static const double TIGHT = 1e-12, MEAN = 1e-9;

static const cJSON *at(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static double number(const cJSON *list, int index)
{
    const cJSON *item = cJSON_GetArrayItem(list, index);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

static void check(struct bench *bench, const char *what, double is, double should, double tolerance)
{
    bench->checks++;
    if (fabs(is - should) <= tolerance)
        return;
    if (bench->failures++ < 10)
        printf("%s: %s is %.17g, not %.17g\n", bench->folder, what, is, should);
}

/* The reference writes 0 where a quotient is 0/0. */
static double or_zero(double value)
{
    return isnan(value) ? 0 : value;
}

static void check_counts(
    struct bench *bench, const char *what, const struct eval_counts *is, const cJSON *should)
{
    check(bench, what, (double)is->tp, number(should, 0), 0);
    check(bench, what, (double)is->fp, number(should, 1), 0);
    check(bench, what, (double)is->fn, number(should, 2), 0);
}

static size_t category_of(const struct bench *bench, const char *id)
{
    for (size_t c = 0; c < bench->dataset->category_count; c++)
        if (bench->dataset->categories[c].id == strtoll(id, NULL, 10))
            return c;
    printf("%s: no category %s\n", bench->folder, id);
    exit(1);
}

static void check_best(
    struct bench *bench, const char *what, const struct eval_best *is, const cJSON *should)
{
    if (cJSON_IsNull(should)) {
        check(bench, what, isnan(is->f1) && isnan(is->confidence), 1, 0);
        return;
    }
    double all[5] = {is->confidence, is->f1, (double)is->counts.tp, (double)is->counts.fp,
        (double)is->counts.fn};
    for (int i = 0; i < 5; i++)
        check(bench, what, all[i], number(should, i), i < 2 ? TIGHT : 0);
}

/* Small pairs have the best thresholds only. */
static void check_f1(struct bench *bench)
{
    const cJSON *expected = at(bench->expected, "f1"), *class;
    const cJSON *micro = at(expected, "micro_f1"), *macro = at(expected, "macro_f1");
    const struct eval_sweep *sweep = &bench->sweep;
    check_best(bench, "best_micro", &sweep->best, at(expected, "best_micro"));
    cJSON_ArrayForEach(class, at(expected, "best_per_class")) check_best(bench, "best_per_class",
        &sweep->best_of_category[category_of(bench, class->string)], class);
    for (int i = 0; micro && i < EVAL_SWEEP; i++) {
        check(bench, "micro_f1", or_zero(sweep->f1[i]), number(micro, i), TIGHT);
        check(bench, "macro_f1", or_zero(sweep->macro_f1[i]), number(macro, i), MEAN);
    }
    for (int i = 0; micro && i <= 10; i++)
        check_counts(bench, "micro_tp_fp_fn", &sweep->total[10 * i],
            cJSON_GetArrayItem(at(expected, "micro_tp_fp_fn_at_0_10_20"), i));
}

/* The reference's few confidences are among the sweep's. */
static void check_confidences(struct bench *bench)
{
    const cJSON *expected = at(bench->expected, "counts_at_conf"), *class, *conf;
    int position = 0;
    cJSON_ArrayForEach(conf, at(expected, "conf"))
    {
        int i = (int)lround(conf->valuedouble * 100);
        const struct eval_sweep *sweep = &bench->sweep;
        const cJSON *row = cJSON_GetArrayItem(at(expected, "precision_recall_f1"), position);
        check(bench, "confidence", sweep->confidence[i], conf->valuedouble, 0);
        check(bench, "precision", or_zero(sweep->precision[i]), number(row, 0), TIGHT);
        check(bench, "recall", or_zero(sweep->recall[i]), number(row, 1), TIGHT);
        check(bench, "f1", or_zero(sweep->f1[i]), number(row, 2), TIGHT);
        check_counts(
            bench, "total", &sweep->total[i], cJSON_GetArrayItem(at(expected, "total"), position));
        cJSON_ArrayForEach(class, at(expected, "per_class")) check_counts(bench, "per_class",
            &sweep->categories[category_of(bench, class->string)][i],
            cJSON_GetArrayItem(class, position));
        position++;
    }
    bench->failures += position == 0;
}

/* The mean of the curves that are defined, -1 without any. */
static void mean_curve(struct bench *bench, int iou_index, double mean[EVAL_RECALLS])
{
    double precision[EVAL_RECALLS], score[EVAL_RECALLS], defined = 0;
    struct err err;
    for (int r = 0; r < EVAL_RECALLS; r++)
        mean[r] = 0;
    for (size_t c = 0; c < bench->dataset->category_count; c++) {
        bench->failures += !eval_precision_curve(bench->set, c, iou_index, precision, score, &err);
        if (precision[0] == -1)
            continue;
        defined++;
        for (int r = 0; r < EVAL_RECALLS; r++)
            mean[r] += precision[r];
    }
    for (int r = 0; r < EVAL_RECALLS; r++)
        mean[r] = defined > 0 ? mean[r] / defined : -1;
}

static void check_mean_precision(struct bench *bench)
{
    const cJSON *expected = at(bench->expected, "precision_at");
    const cJSON *ious = at(expected, "iou_index"), *recalls = at(expected, "recall_index");
    for (int i = 0; i < cJSON_GetArraySize(ious); i++) {
        double mean[EVAL_RECALLS];
        mean_curve(bench, (int)number(ious, i), mean);
        for (int r = 0; r < cJSON_GetArraySize(recalls); r++)
            check(bench, "mean_over_classes", mean[(int)number(recalls, r)],
                number(cJSON_GetArrayItem(at(expected, "mean_over_classes"), i), r), MEAN);
    }
    bench->failures += cJSON_GetArraySize(ious) == 0 || cJSON_GetArraySize(recalls) == 0;
}

static bool sweep_pair(struct bench *bench)
{
    struct err err;
    struct link link;
    struct eval_settings settings = eval_settings_default();
    if (!link_make(bench->dataset, bench->detections, LINK_SHIFT_AUTO, &bench->arena, &link, &err))
        return false;
    bench->set =
        eval_match(bench->dataset, bench->detections, &link, &settings, &bench->arena, &err);
    return bench->set && eval_sweep(bench->set, 0, NULL, &bench->arena, &bench->sweep, &err);
}

static bool run_pair(const char *folder)
{
    struct bench bench = {.folder = folder, .expected = pair_json(folder, "expected.json")};
    if (!bench.expected) {
        printf("%s: no expected.json\n", folder);
        return false;
    }
    /* The reference cannot match a ground truth of id 0, so its counts are not the true ones. */
    if (at(bench.expected, "stats_with_annotation_ids_plus_one")) {
        printf("%s: left out, it has a ground truth of id 0\n", folder);
        cJSON_Delete(bench.expected);
        return true;
    }
    arena_init(&bench.arena, 0);
    bench.dataset = pair_truth(folder);
    bench.detections = pair_detections(folder, "dt.json");
    if (!bench.detections || !sweep_pair(&bench)) {
        bench.failures++;
    } else {
        check_f1(&bench);
        check_confidences(&bench);
        check_mean_precision(&bench);
    }
    printf("%s: %ld checks, %ld failures\n", folder, bench.checks, bench.failures);
    bool passed = bench.failures == 0 && bench.checks > 0;
    cJSON_Delete(bench.expected);
    dataset_free(bench.dataset);
    detections_free(bench.detections);
    arena_done(&bench.arena);
    return passed;
}

int main(int argc, char **argv)
{
    return pair_run_all(argc > 1 ? argv[1] : NULL, run_pair);
}
