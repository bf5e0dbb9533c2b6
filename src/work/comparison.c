#include "work/comparison.h"

#include "base/parallel.h"

bool comparison_make(const struct comparison_request *request, struct arena *arena,
    struct comparison *out, struct err *err)
{
    *out = (struct comparison){0};
    struct common *common = &out->common;
    if (!common_make(
            request->studies, request->count, request->common_images, arena, common, err))
        return false;
    if (!common_is_whole(common)) {
        out->difference = common_difference(common, request->studies, arena);
        if (!out->difference)
            return err_set(err, ERR_MEMORY, "out of memory while comparing");
        if (!request->common_images)
            return err_set(err, ERR_USAGE,
                "not comparable as they stand: %.300s; --common-images compares on what is common",
                out->difference);
    }
    for (size_t i = 0; i < request->count; i++)
        common->runs[i].set = request->sets[i];
    common->common.iou_index = request->iou_index;
    common->common.confidence = request->confidence;
    struct eval_bootstrap_settings settings = {
        .resamples = request->resamples, .threads = parallel_cores(),
        .class_numbers = request->class_numbers};
    out->bootstrap = eval_bootstrap_new(
        common->runs, request->count, &common->common, &settings, arena, err);
    return out->bootstrap != NULL;
}

bool comparison_resample(struct comparison *comparison, int count, const atomic_bool *stale,
    int *done, struct err *err)
{
    enum { PIECE = 20 };
    while (*done < count) {
        if (stale && atomic_load(stale))
            return err_set(err, ERR_CANCELLED, "overtaken");
        *done = eval_bootstrap_run(comparison->bootstrap, PIECE);
    }
    return true;
}

bool comparison_same_truth(const struct dataset *a, const struct dataset *b)
{
    if (a->image_count != b->image_count || a->category_count != b->category_count ||
        a->annotation_count != b->annotation_count)
        return false;
    for (size_t i = 0; i < a->annotation_count; i++) {
        const struct annotation *x = &a->annotations[i], *y = &b->annotations[i];
        if (x->image != y->image || x->category != y->category || x->crowd != y->crowd ||
            x->box.x != y->box.x || x->box.y != y->box.y || x->box.w != y->box.w ||
            x->box.h != y->box.h)
            return false;
    }
    return true;
}

/* The set of STUDY whose `gt` is of the request's IoU. */
static const struct eval_set *set_at(const struct comparison_request *request, size_t index,
    struct arena *arena, struct err *err)
{
    const struct study *study = request->studies[index];
    const struct eval_set *set = request->sets[index];
    if (request->iou_index == 0 || request->iou_index == EVAL_IOU_CUSTOM)
        return set;
    return eval_rematch(study->dataset, study->detections, set,
        set->settings.ious[request->iou_index], arena, err);
}

bool comparison_versus(const struct comparison_request *request, size_t index, eval_filter filter,
    struct arena *arena, struct eval_versus **out, struct err *err)
{
    const struct study *a = request->studies[0], *b = request->studies[index];
    *out = NULL;
    if (!comparison_same_truth(a->dataset, b->dataset))
        return true;
    struct eval_side sides[2] = {
        {a->detections, set_at(request, 0, arena, err)},
        {b->detections, set_at(request, index, arena, err)}};
    struct eval_versus *versus = ARENA_NEW(arena, struct eval_versus);
    struct eval_at at = {.confidence = request->confidence, .filter = filter};
    if (!sides[0].set || !sides[1].set)
        return false;
    if (!versus)
        return err_set(err, ERR_MEMORY, "out of memory while comparing");
    *out = versus;
    at.iou_index = eval_versus_iou_index(sides[0].set);
    return eval_versus(a->dataset, &sides[0], &sides[1], &at, arena, versus, err);
}
