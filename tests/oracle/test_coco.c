/*
 * The engine held to pycocotools' numbers on the reference pairs.
 * Takes the folder of pairs as its argument; skips (77) without it.
 */
#include "pair.h"

#include "eval/image_stats.h"
#include "eval/verdicts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One pair under test. */
struct bench {
    const char *folder;
    cJSON *expected;
    struct dataset *dataset;
    struct detections *detections;
    struct arena arena;
    struct link link;
    struct eval_set *set;
    struct eval_summary summary;
    long checks, failures;
};

static const double TIGHT = 1e-12, MEAN = 1e-9;

static const cJSON *at(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static void check(struct bench *bench, const char *what, double is, double should, double tolerance)
{
    bench->checks++;
    bool undefined = should == -1;
    if (undefined ? is == -1 : fabs(is - should) <= tolerance)
        return;
    if (bench->failures++ < 10)
        printf("%s: %s is %.17g, not %.17g\n", bench->folder, what, is, should);
}

static void check_list(
    struct bench *bench, const char *what, const double *is, const cJSON *should, double tolerance)
{
    const cJSON *item;
    int i = 0;
    cJSON_ArrayForEach(item, should) check(bench, what, is[i++], item->valuedouble, tolerance);
    bench->failures += i == 0;
}

static void check_counts(
    struct bench *bench, const char *what, const struct eval_counts *is, const cJSON *should)
{
    double counts[3] = {(double)is->tp, (double)is->fp, (double)is->fn};
    check_list(bench, what, counts, should, 0);
}

static int32_t category_of(const struct bench *bench, const char *id)
{
    for (size_t c = 0; c < bench->dataset->category_count; c++)
        if (bench->dataset->categories[c].id == strtoll(id, NULL, 10))
            return (int32_t)c;
    printf("%s: no category %s\n", bench->folder, id);
    exit(1);
}

static bool evaluate(struct bench *bench)
{
    struct err err;
    struct eval_settings settings = eval_settings_default();
    if (!link_make(
            bench->dataset, bench->detections, LINK_SHIFT_AUTO, &bench->arena, &bench->link, &err))
        return false;
    bench->set =
        eval_match(bench->dataset, bench->detections, &bench->link, &settings, &bench->arena, &err);
    return bench->set && eval_stats(bench->set, &bench->arena, &bench->summary, &err);
}

static void check_numbers_of_things(struct bench *bench, const cJSON *counts)
{
    const struct dataset *dataset = bench->dataset;
    int64_t crowds = 0;
    for (size_t i = 0; i < dataset->annotation_count; i++)
        crowds += dataset->annotations[i].crowd;
    check(bench, "images", (double)dataset->image_count, at(counts, "images")->valuedouble, 0);
    check(bench, "crowds", (double)crowds, at(counts, "crowd")->valuedouble, 0);
    check(bench, "rows on unknown images", (double)bench->link.rows_unknown_image,
        at(counts, "dropped_unknown_image")->valuedouble, 0);
    check(bench, "rows of unknown categories", (double)bench->link.rows_unknown_category,
        at(counts, "ignored_unknown_category")->valuedouble, 0);
}

static void check_stats(struct bench *bench)
{
    const cJSON *class;
    check_list(bench, "stats", bench->summary.stats, at(bench->expected, "stats"), MEAN);
    check_list(
        bench, "ap_per_iou", bench->summary.ap_per_iou, at(bench->expected, "ap_per_iou"), MEAN);
    cJSON_ArrayForEach(class, at(bench->expected, "per_class"))
    {
        int32_t c = category_of(bench, class->string);
        check_list(bench, "per_class", bench->summary.classes[c].stats, class, MEAN);
    }
}

static void check_precision(struct bench *bench)
{
    const cJSON *expected = at(bench->expected, "precision_at"), *class;
    const cJSON *scores = at(expected, "score_at_recall_iou50");
    double precision[EVAL_RECALLS], score[EVAL_RECALLS];
    struct err err;
    cJSON_ArrayForEach(class, at(expected, "class"))
    {
        size_t c = (size_t)category_of(bench, class->string);
        for (int i = 0; i < cJSON_GetArraySize(class); i++) {
            int iou = cJSON_GetArrayItem(at(expected, "iou_index"), i)->valueint;
            bench->failures += !eval_precision_curve(bench->set, c, iou, precision, score, &err);
            const cJSON *row = cJSON_GetArrayItem(class, i);
            const cJSON *reach = i == 0 ? at(scores, class->string) : NULL;
            for (int r = 0; r < cJSON_GetArraySize(row); r++) {
                int recall = cJSON_GetArrayItem(at(expected, "recall_index"), r)->valueint;
                check(bench, "precision_at", precision[recall],
                    cJSON_GetArrayItem(row, r)->valuedouble, TIGHT);
                if (reach)
                    check(bench, "score_at_recall", score[recall],
                        cJSON_GetArrayItem(reach, r)->valuedouble, TIGHT);
            }
        }
    }
}

/* The reference writes 0 where a quotient is 0/0. */
static double or_zero(double value)
{
    return isnan(value) ? 0 : value;
}

/* Every image's boxes, judged one image at a time, add up to its row. */
static void check_verdicts(struct bench *bench, int32_t image, double conf, const double row[3])
{
    struct eval_boxes boxes;
    struct err err;
    struct arena arena;
    arena_init(&arena, 0);
    bench->failures += !eval_image_boxes(
        bench->dataset, bench->detections, bench->set, image, .5, conf, NULL, &arena, &boxes, &err);
    check(bench, "TP of boxes", (double)boxes.counts.tp, row[0], 0);
    check(bench, "FP of boxes", (double)boxes.counts.fp, row[1], 0);
    check(bench, "FN of boxes", (double)boxes.counts.fn, row[2], 0);
    arena_done(&arena);
}

static void check_images(
    struct bench *bench, const struct eval_counts *images, int position, double conf)
{
    const cJSON *row, *rows = at(at(bench->expected, "counts_at_conf"), "per_image_rows");
    check(
        bench, "rows of images", cJSON_GetArraySize(rows), (double)bench->dataset->image_count, 0);
    cJSON_ArrayForEach(row, rows)
    {
        double id = cJSON_GetArrayItem(row, 0)->valuedouble, should[3];
        for (int i = 0; i < 3; i++)
            should[i] = cJSON_GetArrayItem(row, 1 + 3 * position + i)->valuedouble;
        size_t image = 0;
        while ((double)bench->dataset->images[image].id != id)
            image++;
        check(bench, "TP of an image", (double)images[image].tp, should[0], 0);
        check(bench, "FP of an image", (double)images[image].fp, should[1], 0);
        check(bench, "FN of an image", (double)images[image].fn, should[2], 0);
        check_verdicts(bench, (int32_t)image, conf, should);
    }
}

static void check_slider(struct bench *bench)
{
    const cJSON *expected = at(bench->expected, "counts_at_conf"), *class, *conf;
    size_t classes = bench->dataset->category_count, n = bench->dataset->image_count;
    struct eval_counts *per_class = calloc(classes + 1, sizeof *per_class);
    struct eval_counts *per_image = calloc(n + 1, sizeof *per_image), total;
    int position = 0;
    cJSON_ArrayForEach(conf, at(expected, "conf"))
    {
        eval_counts_at(bench->set, 0, conf->valuedouble, NULL, &total, per_class, per_image);
        check_counts(bench, "total", &total, cJSON_GetArrayItem(at(expected, "total"), position));
        const cJSON *quotients = cJSON_GetArrayItem(at(expected, "precision_recall_f1"), position);
        double is[3] = {or_zero(eval_precision(&total)), or_zero(eval_recall(&total)),
            or_zero(eval_f1(&total))};
        check_list(bench, "precision, recall, F1", is, quotients, TIGHT);
        cJSON_ArrayForEach(class, at(expected, "per_class")) check_counts(bench, "per class",
            &per_class[category_of(bench, class->string)], cJSON_GetArrayItem(class, position));
        check_images(bench, per_image, position, conf->valuedouble);
        position++;
    }
    free(per_class);
    free(per_image);
}

static void check_best(struct bench *bench, eval_filter filter, const cJSON *should)
{
    struct eval_best best;
    struct err err;
    bench->failures += !eval_best_f1(bench->set, 0, filter, &best, &err);
    if (cJSON_IsNull(should)) {
        check(bench, "best F1 that is undefined", isnan(best.f1), 1, 0);
        return;
    }
    double is[5] = {best.confidence, best.f1, (double)best.counts.tp, (double)best.counts.fp,
        (double)best.counts.fn};
    check_list(bench, "best F1", is, should, TIGHT);
}

static void check_f1(struct bench *bench)
{
    const cJSON *expected = at(bench->expected, "f1"), *class;
    size_t words = bench->dataset->category_count / 64 + 1;
    uint64_t *filter = calloc(words, sizeof *filter);
    check_best(bench, NULL, at(expected, "best_micro"));
    cJSON_ArrayForEach(class, at(expected, "best_per_class"))
    {
        int32_t c = category_of(bench, class->string);
        memset(filter, 0, words * sizeof *filter);
        filter[c / 64] = UINT64_C(1) << (c % 64);
        check_best(bench, filter, class);
    }
    free(filter);
}

static double macro_f1(const struct bench *bench, double conf, struct eval_counts *per_class)
{
    struct eval_counts total;
    double sum = 0, classes = 0;
    eval_counts_at(bench->set, 0, conf, NULL, &total, per_class, NULL);
    for (size_t c = 0; c < bench->dataset->category_count; c++) {
        if (!bench->summary.classes[c].gt)
            continue;
        sum += eval_f1(&per_class[c]);
        classes++;
    }
    return classes > 0 ? sum / classes : 0;
}

static void check_curve(struct bench *bench)
{
    const cJSON *expected = at(bench->expected, "f1"), *micro = at(expected, "micro_f1");
    double conf[101];
    struct eval_counts curve[101];
    struct eval_counts *per_class = calloc(bench->dataset->category_count + 1, sizeof *per_class);
    for (int i = 0; i <= 100; i++)
        conf[i] = i / 100.;
    eval_counts_curve(bench->set, &(struct eval_at){.iou_index = 0}, conf, 101, curve);
    for (int i = 0; micro && i <= 100; i++) {
        check(bench, "micro F1", or_zero(eval_f1(&curve[i])),
            cJSON_GetArrayItem(micro, i)->valuedouble, TIGHT);
        check(bench, "macro F1", macro_f1(bench, conf[i], per_class),
            cJSON_GetArrayItem(at(expected, "macro_f1"), i)->valuedouble, MEAN);
    }
    for (int i = 0; micro && i <= 10; i++)
        check_counts(bench, "curve", &curve[10 * i],
            cJSON_GetArrayItem(at(expected, "micro_tp_fp_fn_at_0_10_20"), i));
    free(per_class);
}

/* The twelve numbers of single images. */
static void check_single_images(struct bench *bench)
{
    const cJSON *row;
    struct err err;
    double(*stats)[EVAL_STATS] = calloc(bench->dataset->image_count + 1, sizeof *stats);
    bench->failures += !eval_image_stats(bench->set, stats, &err);
    cJSON_ArrayForEach(row, at(bench->expected, "per_image_12"))
    {
        size_t image = 0;
        while ((double)bench->dataset->images[image].id != cJSON_GetArrayItem(row, 0)->valuedouble)
            image++;
        for (int i = 0; i < EVAL_STATS; i++)
            check(bench, "stats of one image", stats[image][i],
                cJSON_GetArrayItem(row, i + 1)->valuedouble, MEAN);
    }
    free(stats);
}

/* Matching anew at a threshold of the grid gives that threshold's bits. */
static void check_rematch(struct bench *bench)
{
    struct err err;
    for (int t = 0; t < EVAL_IOUS; t++) {
        struct eval_set *again = eval_rematch(bench->dataset, bench->detections, bench->set,
            eval_iou_threshold(t), &bench->arena, &err);
        for (size_t i = 0; again && i < again->count; i++) {
            unsigned tp = again->tp[EVAL_ALL][i], ignored = again->ignored[EVAL_ALL][i];
            check(bench, "rematch", tp >> EVAL_IOU_CUSTOM & 1, tp >> t & 1, 0);
            check(bench, "rematch", ignored >> EVAL_IOU_CUSTOM & 1, ignored >> t & 1, 0);
        }
        bench->failures += !again;
    }
}

static void check_second_run(struct bench *bench, const char *folder)
{
    const cJSON *expected = at(bench->expected, "run_B"), *class;
    struct bench b = {.folder = folder, .dataset = bench->dataset};
    arena_init(&b.arena, 0);
    b.detections = pair_detections(folder, "dtB.json");
    if (!expected || !b.detections || !evaluate(&b)) {
        bench->failures++;
    } else {
        check_list(bench, "stats of B", b.summary.stats, at(expected, "stats"), MEAN);
        cJSON_ArrayForEach(class, at(expected, "per_class_AP")) check(bench, "AP of B",
            b.summary.classes[category_of(bench, class->string)].stats[EVAL_AP], class->valuedouble,
            MEAN);
    }
    detections_free(b.detections);
    arena_done(&b.arena);
}

/* pycocotools cannot match a ground truth of id 0; the true numbers stand beside its own. */
static void check_id_zero(struct bench *bench)
{
    check_list(bench, "stats with an id 0", bench->summary.stats,
        at(bench->expected, "stats_with_annotation_ids_plus_one"), MEAN);
    check(bench, "annotations with id 0", (double)bench->set->unused.annotations_id_zero, 1, 0);
}

static bool run_pair(const char *folder)
{
    struct bench bench = {.folder = folder, .expected = pair_json(folder, "expected.json")};
    if (!bench.expected) {
        printf("%s: no expected.json\n", folder);
        return false;
    }
    arena_init(&bench.arena, 0);
    bench.dataset = pair_truth(folder);
    bench.detections = pair_detections(folder, "dt.json");
    if (!bench.detections || !evaluate(&bench)) {
        bench.failures++;
    } else if (at(bench.expected, "stats_with_annotation_ids_plus_one")) {
        check_id_zero(&bench);
    } else {
        check_numbers_of_things(&bench, at(bench.expected, "counts"));
        check_stats(&bench);
        check_precision(&bench);
        check_slider(&bench);
        check_f1(&bench);
        check_curve(&bench);
        check_single_images(&bench);
        check_rematch(&bench);
        if (at(bench.expected, "run_B"))
            check_second_run(&bench, folder);
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
