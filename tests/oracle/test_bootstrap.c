/*
 * The bootstrap held to the reference's numbers on the pairs that have a second run: run_B and
 * paired_bootstrap of their expected.json, every field.
 * Takes the folder of pairs as its argument; skips (77) without it.
 */
#include "pair.h"

#include "base/file.h"
#include "base/parallel.h"
#include "eval/bootstrap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double MEAN = 1e-9;

/* One pair under test. */
struct bench {
    const char *folder;
    const cJSON *expected; /* its paired_bootstrap */
    struct dataset *dataset;
    struct detections *detections[2];
    struct arena arena;
    struct eval_aligned runs[2];
    struct eval_bootstrap *bootstrap;
    long checks, failures, fields;
};

static void check(struct bench *bench, const char *what, double is, double should, double tolerance)
{
    bench->checks++;
    if (should == -1 ? isnan(is) : fabs(is - should) <= tolerance)
        return;
    if (bench->failures++ < 10)
        printf("%s: %s is %.17g, not %.17g\n", bench->folder, what, is, should);
}

/* A field of OBJECT, which is then counted as held. */
static const cJSON *field(struct bench *bench, const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    bench->failures += !item;
    bench->fields += item != NULL;
    return item;
}

static double item(const cJSON *array, int index)
{
    const cJSON *at = cJSON_GetArrayItem(array, index);
    return at ? at->valuedouble : NAN;
}

static bool prepare(struct bench *bench)
{
    struct err err;
    struct eval_settings settings = eval_settings_default();
    for (int r = 0; r < 2; r++) {
        struct link link;
        if (!bench->detections[r] || !link_make(bench->dataset, bench->detections[r],
                                         LINK_SHIFT_AUTO, &bench->arena, &link, &err))
            return false;
        bench->runs[r].set = eval_match(
            bench->dataset, bench->detections[r], &link, &settings, &bench->arena, &err);
        if (!bench->runs[r].set)
            return false;
    }
    struct eval_common common = {.image_count = bench->dataset->image_count,
        .category_count = bench->dataset->category_count,
        .confidence = .25};
    struct eval_bootstrap_settings of = {
        .resamples = field(bench, bench->expected, "resamples")->valueint,
        .threads = parallel_cores(),
        .class_numbers = 1};
    bench->bootstrap = eval_bootstrap_new(bench->runs, 2, &common, &of, &bench->arena, &err);
    return bench->bootstrap &&
           eval_bootstrap_run(bench->bootstrap, of.resamples) == of.resamples;
}

static double point(const struct bench *bench, size_t run, size_t number)
{
    return eval_bootstrap_number(bench->bootstrap, run, number).point;
}

static void check_points(struct bench *bench)
{
    static const char *const NAMES[2][2] = {{"mAP_A", "mAP_B"}, {"AP50_A", "AP50_B"}};
    for (size_t run = 0; run < 2; run++)
        for (int i = 0; i < 2; i++)
            check(bench, NAMES[i][run], point(bench, run, i ? EVAL_AP50 : EVAL_AP),
                field(bench, bench->expected, NAMES[i][run])->valuedouble, MEAN);
    check(bench, "delta", eval_bootstrap_delta(bench->bootstrap, 0, 1, EVAL_AP).point,
        field(bench, bench->expected, "delta")->valuedouble, MEAN);
}

/* [2.5 %, 97.5 %, mean, sd, fraction with B > A] */
static void check_interval(struct bench *bench, const char *key, size_t number)
{
    const cJSON *should = field(bench, bench->expected, key);
    struct eval_interval is = eval_bootstrap_delta(bench->bootstrap, 0, 1, number);
    check(bench, key, is.low, item(should, 0), MEAN);
    check(bench, key, is.high, item(should, 1), MEAN);
    check(bench, key, is.mean, item(should, 2), MEAN);
    check(bench, key, is.sd, item(should, 3), MEAN);
    check(bench, key, is.above, item(should, 4), MEAN);
    check(bench, "within noise", is.within_noise, item(should, 0) <= 0 && item(should, 1) >= 0, 0);
    check(bench, "undefined", is.undefined, 0, 0);
}

static void check_weights(struct bench *bench)
{
    const cJSON *should = field(bench, bench->expected, "first_weights_of_resample_0"), *weight;
    size_t n = bench->dataset->image_count, i = 0;
    uint32_t *weights = calloc(n + 1, sizeof *weights), sum = 0;
    eval_bootstrap_weights(0, n, weights);
    cJSON_ArrayForEach(weight, should) check(
        bench, "weight", weights[i++], weight->valuedouble, 0);
    for (i = 0; i < n; i++)
        sum += weights[i];
    check(bench, "sum of weights", sum, (double)n, 0);
    free(weights);
}

/* The numbers of single resamples, by weights as a caller would give them. */
static void check_resamples(struct bench *bench)
{
    const cJSON *rows = field(bench, bench->expected, "first_resamples_A_B"), *row;
    struct err err;
    struct eval_common common = {.image_count = bench->dataset->image_count,
        .category_count = bench->dataset->category_count};
    uint32_t *weights = ARENA_ARRAY(&bench->arena, uint32_t, common.image_count + 1);
    const struct eval_weighted *runs[2];
    for (int r = 0; r < 2; r++)
        runs[r] = eval_weighted_new(&bench->runs[r], &common, &bench->arena, &err);
    struct eval_weighing *scratch = eval_weighing_new(runs, 2, &bench->arena);
    int resample = 0;
    cJSON_ArrayForEach(row, rows)
    {
        eval_bootstrap_weights(resample++, common.image_count, weights);
        for (int r = 0; r < 2; r++) {
            double numbers[EVAL_NUMBERS];
            eval_weighted_numbers(runs[r], weights, scratch, 0, numbers);
            check(bench, "mAP of a resample", numbers[EVAL_AP], item(row, r), MEAN);
        }
    }
}

/* Run B's numbers: all images with weight 1. */
static void check_run_b(struct bench *bench, const cJSON *expected)
{
    const cJSON *counts = field(bench, expected, "counts"), *class;
    const cJSON *stats = field(bench, expected, "stats");
    const cJSON *classes = field(bench, expected, "per_class_AP");
    const struct dataset *dataset = bench->dataset;
    int64_t crowds = 0;
    for (int i = 0; i < EVAL_STATS; i++)
        check(bench, "stats of B", point(bench, 1, (size_t)i), item(stats, i), MEAN);
    cJSON_ArrayForEach(class, classes)
    {
        size_t c = 0;
        while (c < dataset->category_count &&
               dataset->categories[c].id != strtoll(class->string, NULL, 10))
            c++;
        check(bench, "AP of B", point(bench, 1, EVAL_NUMBERS + c), class->valuedouble, MEAN);
    }
    for (size_t i = 0; i < dataset->annotation_count; i++)
        crowds += dataset->annotations[i].crowd;
    const struct {
        const char *key;
        double is;
    } COUNTS[] = {{"images", (double)dataset->image_count},
        {"categories", (double)dataset->category_count},
        {"ground_truth", (double)dataset->annotation_count}, {"crowd", (double)crowds},
        {"detections", (double)bench->detections[1]->count},
        {"dropped_unknown_image", (double)bench->runs[1].set->unused.rows_unknown_image},
        {"ignored_unknown_category", (double)bench->runs[1].set->unused.rows_unknown_category}};
    for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++)
        check(bench, COUNTS[i].key, COUNTS[i].is,
            cJSON_GetObjectItemCaseSensitive(counts, COUNTS[i].key)->valuedouble, 0);
    check(bench, "counts", cJSON_GetArraySize(counts), sizeof COUNTS / sizeof *COUNTS, 0);
}

static bool run_pair(const char *folder, cJSON *expected)
{
    struct bench bench = {.folder = folder,
        .expected = cJSON_GetObjectItemCaseSensitive(expected, "paired_bootstrap")};
    const cJSON *run_b = cJSON_GetObjectItemCaseSensitive(expected, "run_B");
    arena_init(&bench.arena, 0);
    bench.dataset = pair_truth(folder);
    bench.detections[0] = pair_detections(folder, "dt.json");
    bench.detections[1] = pair_detections(folder, "dtB.json");
    if (!prepare(&bench)) {
        bench.failures++;
    } else {
        check_points(&bench);
        check_interval(&bench, "delta_p2.5_p97.5_mean_sd_fraction_positive", EVAL_AP);
        check_interval(&bench, "delta50", EVAL_AP50);
        check_weights(&bench);
        check_resamples(&bench);
        check_run_b(&bench, run_b);
        check(&bench, "fields that are held", (double)bench.fields,
            cJSON_GetArraySize(bench.expected) + cJSON_GetArraySize(run_b), 0);
    }
    printf("%s: %ld checks, %ld failures\n", folder, bench.checks, bench.failures);
    detections_free(bench.detections[0]);
    detections_free(bench.detections[1]);
    dataset_free(bench.dataset);
    arena_done(&bench.arena);
    return bench.failures == 0;
}

int main(int argc, char **argv)
{
    struct file_stat stat;
    struct file_list list;
    struct err err;
    if (argc < 2 || !file_stat(argv[1], &stat))
        return 77;
    struct arena arena;
    arena_init(&arena, 0);
    bool passed = true;
    int pairs = 0;
    if (!file_list(argv[1], &arena, &list, &err))
        return 1;
    for (size_t i = 0; i < list.count; i++) {
        char *folder = path_join(&arena, argv[1], list.entries[i].name);
        cJSON *expected = list.entries[i].is_dir ? pair_json(folder, "expected.json") : NULL;
        if (cJSON_GetObjectItemCaseSensitive(expected, "paired_bootstrap")) {
            pairs++;
            passed = run_pair(folder, expected) && passed;
        }
        cJSON_Delete(expected);
    }
    arena_done(&arena);
    printf("%d pairs\n", pairs);
    return passed && pairs > 0 ? 0 : 1;
}
