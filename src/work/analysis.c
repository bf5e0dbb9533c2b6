#include "work/analysis.h"

#include <math.h>

bool analysis_errors(const struct study *study, double iou, struct arena *arena,
    struct eval_errors *out, struct err *err)
{
    struct eval_error_settings settings = eval_error_settings_default();
    if (!isnan(iou)) {
        settings.positive_iou = iou;
        settings.background_iou = fmin(settings.background_iou, iou);
    }
    return eval_errors_make(
        study->dataset, study->detections, &study->link, &settings, arena, out, err);
}

bool analysis_confusion(const struct study *study, double confidence, double iou,
    struct arena *arena, struct eval_confusion *out, struct err *err)
{
    struct eval_confusion_settings settings = eval_confusion_settings_default();
    if (!isnan(confidence))
        settings.confidence = confidence;
    if (!isnan(iou))
        settings.iou = iou;
    return eval_confusion_make(
        study->dataset, study->detections, &study->link, &settings, arena, out, err);
}

int analysis_compare_cells(const void *left, const void *right)
{
    const struct eval_confusion_cell *a = left, *b = right;
    bool a_right = a->predicted == a->truth, b_right = b->predicted == b->truth;
    if (a_right != b_right)
        return a_right - b_right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return a->start < b->start ? -1 : 1;
}

bool analysis_voc(const struct study *study, double iou, struct arena *arena,
    struct eval_voc *out, struct err *err)
{
    return eval_voc_ap(study->dataset, study->detections, &study->link, iou, arena, out, err);
}

bool analysis_ultralytics(
    const struct study *study, struct arena *arena, struct eval_ultralytics *out, struct err *err)
{
    return eval_ultralytics_ap(study->dataset, study->detections, &study->link, arena, out, err);
}

bool analysis_precision(const struct study *study, int32_t category, int iou_index,
    double precision[EVAL_RECALLS], struct err *err)
{
    double one[EVAL_RECALLS], scores[EVAL_RECALLS];
    const struct eval_set *set = study->set;
    size_t classes = 0;
    if (category >= 0)
        return eval_precision_curve(
            set, (size_t)category, iou_index, precision, scores, err);
    for (int r = 0; r < EVAL_RECALLS; r++)
        precision[r] = 0;
    for (size_t c = 0; c < set->category_count; c++) {
        if (!set->positives[c][EVAL_ALL])
            continue;
        if (!eval_precision_curve(set, c, iou_index, one, scores, err))
            return false;
        classes++;
        for (int r = 0; r < EVAL_RECALLS; r++)
            precision[r] += one[r];
    }
    for (int r = 0; r < EVAL_RECALLS; r++)
        precision[r] = classes ? precision[r] / (double)classes : -1;
    return true;
}

/* Numbers the filtered categories; returns how many there are. */
static size_t number_categories(const struct analysis_at *at, int32_t *position)
{
    size_t count = 0;
    for (size_t c = 0; c < at->set->category_count; c++)
        position[c] = eval_filter_has(at->filter, c) ? (int32_t)count++ : -1;
    return count;
}

bool analysis_slices(const struct analysis_at *at, const struct slices *slices,
    struct arena *arena, double (**out)[EVAL_NUMBERS], struct err *err)
{
    const struct eval_set *set = at->set;
    struct arena scratch = {0};
    int32_t *position = ARENA_ARRAY(&scratch, int32_t, set->category_count + 1);
    if (!position)
        return err_set(err, ERR_MEMORY, "out of memory while slicing");
    struct eval_common common = {.image_count = set->image_count,
        .category_count = number_categories(at, position),
        .iou_index = at->iou_index,
        .confidence = at->confidence};
    struct eval_aligned run = {.set = set, .category_position = position};
    const struct eval_weighted *weighted = eval_weighted_new(&run, &common, &scratch, err);
    struct eval_weighing *weighing =
        weighted ? eval_weighing_new(&weighted, 1, &scratch) : NULL;
    uint32_t *weights = ARENA_ARRAY(&scratch, uint32_t, set->image_count + 1);
    *out = arena_array(arena, slices->count + 1, sizeof **out);
    bool ok = weighing && weights && *out;
    for (size_t s = 0; ok && s < slices->count; s++) {
        for (size_t i = 0; i < set->image_count; i++)
            weights[i] = slices->items[s].has[set->image_order[i]];
        eval_weighted_numbers(weighted, weights, weighing, 0, (*out)[s]);
    }
    arena_done(&scratch);
    if (!ok && weighted)
        err_set(err, ERR_MEMORY, "out of memory while slicing");
    return ok;
}

void analysis_sizes(const struct analysis_at *at, struct eval_counts out[3])
{
    const struct eval_set *set = at->set;
    for (int size = 0; size < 3; size++) {
        int area = EVAL_SMALL + size;
        struct eval_counts *counts = &out[size];
        *counts = (struct eval_counts){0};
        for (size_t c = 0; c < set->category_count; c++) {
            if (!eval_filter_has(at->filter, c))
                continue;
            counts->fn += set->positives[c][area];
            for (uint32_t i = set->category_start[c]; i < set->category_start[c + 1]; i++) {
                bool tp = set->tp[area][i] >> at->iou_index & 1;
                bool ignored = set->ignored[area][i] >> at->iou_index & 1;
                if (set->score[i] < at->confidence)
                    continue;
                counts->tp += tp;
                counts->ignored += ignored;
                counts->fp += !tp && !ignored;
            }
        }
        counts->fn -= counts->tp;
    }
}
