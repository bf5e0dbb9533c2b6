#include "work/analysis.h"

#include <math.h>

bool analysis_errors(
    const struct study *study, struct arena *arena, struct eval_errors *out, struct err *err)
{
    struct eval_error_settings settings = eval_error_settings_default();
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
