/*
 * One box of an image in words: what it is, what it overlaps, and what kind of mistake.
 * Knows: verdicts, the error types of eval. Must not know: how or where it is shown.
 */
#include "base/text.h"
#include "eval/errors.h"
#include "work/gallery.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The boxes of one image as sets of their own, for the questions that eval asks of whole sets. */
struct alone {
    struct dataset dataset;
    struct detections detections;
    struct link link;
    struct image image;
    struct image_key image_key;
    int32_t first; /* what its key means */
};

/* Numbers of rows and annotations are those of FOUND: ground truth i, detection i - gt_count. Masks
 * stay behind: error types are told by boxes. */
static bool set_apart(const struct study *study, const struct eval_boxes *found,
    struct arena *arena, struct alone *out)
{
    size_t classes = study->dataset->category_count, rows = found->count - found->gt_count;
    *out = (struct alone){0};
    struct annotation *annotations = ARENA_ARRAY(arena, struct annotation, found->gt_count + 1);
    struct detection *detections = ARENA_ARRAY(arena, struct detection, rows + 1);
    int32_t *same = ARENA_ARRAY(arena, int32_t, classes + 1);
    struct category_key *keys = ARENA_ARRAY(arena, struct category_key, classes + 1);
    if (!annotations || !detections || !same || !keys)
        return false;
    for (size_t i = 0; i < found->gt_count; i++) {
        annotations[i] = study->dataset->annotations[found->boxes[i].source];
        annotations[i].image = 0;
    }
    for (size_t i = 0; i < rows; i++) {
        const struct eval_box *box = &found->boxes[found->gt_count + i];
        detections[i] = (struct detection){box->box, box->score, 0, box->category};
    }
    for (size_t i = 0; i < classes; i++)
        same[i] = (int32_t)i;
    out->image = (struct image){.id = 1, .file_name = "", .width_px = 1, .height_px = 1};
    out->dataset = (struct dataset){.images = &out->image,
        .categories = study->dataset->categories,
        .annotations = annotations,
        .image_count = 1,
        .category_count = classes,
        .annotation_count = found->gt_count};
    out->image_key = (struct image_key){.id = 1};
    out->detections = (struct detections){.image_keys = &out->image_key,
        .category_keys = keys,
        .rows = detections,
        .image_key_count = 1,
        .category_key_count = classes,
        .count = rows};
    out->link = (struct link){.image_of_key = &out->first, .category_of_key = same, .images_joined = 1};
    return true;
}

/* The mistake that detection INDEX of FOUND is; *ANY is false when it is none as TIDE sees it, whose
 * matching is another. */
static bool find_mistake(const struct study *study, const struct eval_boxes *found, size_t index,
    double iou, struct arena *arena, struct eval_error_box *out, bool *any, struct err *err)
{
    struct alone alone;
    struct eval_errors errors;
    struct eval_error_settings settings = eval_error_settings_default();
    settings.positive_iou = iou;
    *any = false;
    if (!set_apart(study, found, arena, &alone))
        return err_set(err, ERR_MEMORY, "out of memory");
    if (!eval_errors_make(&alone.dataset, &alone.detections, &alone.link, &settings, arena, &errors,
            err))
        return false;
    int32_t row = (int32_t)(index - found->gt_count);
    for (size_t i = 0; i < errors.start[EVAL_ERRORS]; i++)
        if (errors.boxes[i].row == row) {
            *out = errors.boxes[i];
            *any = true;
        }
    return true;
}

static void add_mistake(const struct study *study, const struct eval_boxes *found,
    const struct eval_error_box *mistake, char *out, size_t out_bytes)
{
    static const char *const WHY[] = {[EVAL_CLS] = "class: it lies on a",
        [EVAL_LOC] = "localisation: too far off a",
        [EVAL_BOTH] = "class and localisation: near a",
        [EVAL_DUPE] = "duplicate: a surer box has the",
        [EVAL_BKG] = "background: nothing is there",
        [EVAL_MISS] = ""};
    size_t used = strlen(out);
    char name[40] = "";
    if (mistake->annotation >= 0) {
        const char *class =
            study->dataset->categories[found->boxes[mistake->annotation].category].name;
        text_fit(name, sizeof name, class, strlen(class), 24);
    }
    snprintf(out + used, out_bytes - used, "  %s%s%s", WHY[mistake->type], name[0] ? " " : "", name);
    used = strlen(out);
    if (mistake->type != EVAL_BKG)
        snprintf(out + used, out_bytes - used, " (IoU %.2f)", mistake->iou);
}

static void add_partner(const struct eval_boxes *found, const struct eval_box *box, char *out,
    size_t out_bytes)
{
    size_t used = strlen(out);
    if (box->partner >= 0)
        snprintf(out + used, out_bytes - used, "  IoU %.2f with %s %d", box->iou,
            box->is_gt ? "prediction" : "truth",
            box->is_gt ? box->partner - (int)found->gt_count + 1 : box->partner + 1);
    else if (box->verdict == EVAL_FN)
        snprintf(out + used, out_bytes - used,
            box->iou > 0 ? "  nearest prediction of its class: IoU %.2f"
                         : "  no prediction of its class touches it",
            box->iou);
}

bool gallery_describe(const struct study *study, const struct eval_boxes *found, size_t index,
    const struct gallery_settings *settings, char *out, size_t out_bytes, struct err *err)
{
    static const char *const WORDS[] = {[EVAL_TP] = "TP",
        [EVAL_FP] = "FP",
        [EVAL_IGNORED] = "ignored",
        [EVAL_FOUND] = "truth, found",
        [EVAL_FN] = "FN, missed"};
    const struct eval_box *box = &found->boxes[index];
    const char *class = study->dataset->categories[box->category].name;
    char name[60], score[16] = "";
    text_fit(name, sizeof name, class, strlen(class), 40);
    if (!isnan(box->score))
        snprintf(score, sizeof score, " %.3f", box->score);
    snprintf(out, out_bytes, "%s%s  %s%s", name, score, WORDS[box->verdict],
        box->crowd ? ", crowd" : "");
    add_partner(found, box, out, out_bytes);
    struct arena arena = {0};
    struct eval_error_box mistake;
    bool any = false, ok = true;
    if (box->verdict == EVAL_FP && !box->is_gt)
        ok = find_mistake(study, found, index, settings->iou, &arena, &mistake, &any, err);
    if (any)
        add_mistake(study, found, &mistake, out, out_bytes);
    size_t used = strlen(out);
    snprintf(out + used, out_bytes - used, "  %.0fx%.0f px", box->box.w, box->box.h);
    arena_done(&arena);
    return ok;
}
