/*
 * Error types held to tidecv's numbers and the confusion matrix to Ultralytics' rule, on the
 * reference pairs. Takes the folder of pairs as its argument; skips (77) without it.
 */
#include "pair.h"

#include "eval/confusion.h"
#include "eval/errors.h"

#include <math.h>
#include <stdio.h>

/* One pair under test. */
struct bench {
    const char *folder;
    cJSON *expected;
    struct dataset *dataset;
    struct detections *detections;
    struct arena arena;
    struct link link;
    long checks, failures;
};

static const double POINTS = 1e-6; /* of percent points; counts must be equal */

static const cJSON *at(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static void check(
    struct bench *bench, const char *what, double is, const cJSON *should, double tolerance)
{
    bench->checks++;
    if (cJSON_IsNumber(should) && fabs(is - should->valuedouble) <= tolerance)
        return;
    if (bench->failures++ < 10)
        printf("%s: %s is %.17g, not %.17g\n", bench->folder, what, is,
            should ? should->valuedouble : NAN);
}

static void demand(struct bench *bench, const char *what, bool met)
{
    bench->checks++;
    if (!met && bench->failures++ < 10)
        printf("%s: %s\n", bench->folder, what);
}

/* Without anything in the data tidecv has no numbers; ours must be there all the same. */
static void check_errors(struct bench *bench)
{
    const cJSON *expected = at(bench->expected, "tide");
    struct eval_error_settings settings = eval_error_settings_default();
    struct eval_errors errors;
    struct err err;
    if (!eval_errors_make(bench->dataset, bench->detections, &bench->link, &settings, &bench->arena,
            &errors, &err)) {
        demand(bench, err.text, false);
        return;
    }
    if (!expected) {
        demand(bench, "only what is missed is wrong where nothing is found",
            bench->detections->count == 0 &&
                errors.start[EVAL_ERRORS] == errors.start[EVAL_MISS + 1] - errors.start[EVAL_MISS]);
        return;
    }
    check(bench, "positive IoU", settings.positive_iou, at(expected, "pos_threshold"), 0);
    check(
        bench, "background IoU", settings.background_iou, at(expected, "background_threshold"), 0);
    check(bench, "detections per image", settings.max_dets, at(expected, "max_dets_per_image"), 0);
    check(bench, "AP50", errors.ap, at(expected, "AP50_percent"), POINTS);
    demand(bench, "six types", cJSON_GetArraySize(at(expected, "count")) == EVAL_ERRORS);
    for (int t = 0; t < EVAL_ERRORS; t++) {
        const char *name = eval_error_name(t);
        check(bench, name, (double)errors.count[t], at(at(expected, "count"), name), 0);
        check(bench, name, (double)(errors.start[t + 1] - errors.start[t]),
            at(at(expected, "count"), name), 0);
        check(bench, name, errors.dap[t], at(at(expected, "dAP_main"), name), POINTS);
    }
    const cJSON *special = at(expected, "dAP_special");
    check(bench, "FalsePos", errors.dap_false_pos, at(special, "FalsePos"), POINTS);
    check(bench, "FalseNeg", errors.dap_false_neg, at(special, "FalseNeg"), POINTS);
}

static void check_cells(struct bench *bench, const struct eval_confusion *confusion)
{
    const cJSON *expected = at(bench->expected, "confusion"), *item;
    const struct eval_confusion_cell *cell = confusion->cells;
    int label = 0;
    cJSON_ArrayForEach(item, at(expected, "labels"))
    {
        bool there = (size_t)label < bench->dataset->category_count;
        double id = there ? (double)bench->dataset->categories[label].id : NAN;
        check(bench, "label", id, item, 0);
        label++;
    }
    check(bench, "background", label, at(expected, "background_index"), 0);
    check(bench, "background", confusion->background, at(expected, "background_index"), 0);
    check(bench, "sum", (double)confusion->box_count, at(expected, "sum"), 0);
    check(bench, "trace", (double)confusion->trace, at(expected, "trace"), 0);
    const cJSON *cells = at(expected, "predicted_true_count");
    demand(bench, "as many cells", (size_t)cJSON_GetArraySize(cells) == confusion->cell_count);
    if (bench->failures)
        return;
    cJSON_ArrayForEach(item, cells)
    {
        check(bench, "predicted", cell->predicted, cJSON_GetArrayItem(item, 0), 0);
        check(bench, "true", cell->truth, cJSON_GetArrayItem(item, 1), 0);
        check(bench, "cell", cell->count, cJSON_GetArrayItem(item, 2), 0);
        cell++;
    }
}

static void check_confusion(struct bench *bench)
{
    const cJSON *expected = at(bench->expected, "confusion");
    struct eval_confusion_settings settings = eval_confusion_settings_default();
    struct eval_confusion confusion;
    struct err err;
    if (!eval_confusion_make(bench->dataset, bench->detections, &bench->link, &settings,
            &bench->arena, &confusion, &err)) {
        demand(bench, err.text, false);
        return;
    }
    check(bench, "confidence", settings.confidence, at(expected, "conf_greater_than"), 0);
    check(bench, "IoU", settings.iou, at(expected, "iou_greater_than"), 0);
    check_cells(bench, &confusion);
}

static bool run_pair(const char *folder)
{
    struct bench bench = {.folder = folder, .expected = pair_json(folder, "expected.json")};
    struct err err;
    if (!bench.expected) {
        printf("%s: no expected.json\n", folder);
        return false;
    }
    arena_init(&bench.arena, 0);
    bench.dataset = pair_truth(folder);
    bench.detections = pair_detections(folder, "dt.json");
    bool ready = bench.detections && link_make(bench.dataset, bench.detections, LINK_SHIFT_AUTO,
                                         &bench.arena, &bench.link, &err);
    demand(&bench, "cannot be read", ready);
    if (ready) {
        check_errors(&bench);
        check_confusion(&bench);
    }
    printf("%s: %ld checks, %ld failures\n", folder, bench.checks, bench.failures);
    cJSON_Delete(bench.expected);
    dataset_free(bench.dataset);
    detections_free(bench.detections);
    arena_done(&bench.arena);
    return bench.failures == 0;
}

int main(int argc, char **argv)
{
    return pair_run_all(argc > 1 ? argv[1] : NULL, run_pair);
}
