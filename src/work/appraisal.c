#include "work/appraisal.h"

#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

bool appraisal_want_same(const struct appraisal_want *a, const struct appraisal_want *b)
{
    return a->study == b->study && a->part == b->part && a->iou == b->iou &&
           a->confidence == b->confidence;
}

/* ---- making ---- */

/* The mean curve stands behind those of the categories. */
static bool make_precision(struct appraisal *appraisal, int iou_index, struct err *err)
{
    const struct study *study = appraisal->want.study;
    size_t categories = study->set->category_count;
    double(*precision)[EVAL_RECALLS] =
        arena_array(&appraisal->arena, categories + 1, sizeof *precision);
    if (!precision)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t c = 0; c <= categories; c++)
        if (!analysis_precision(
                study, c < categories ? (int32_t)c : -1, iou_index, precision[c], err))
            return false;
    appraisal->precision = precision;
    return true;
}

static bool make_rates(struct appraisal *appraisal, struct err *err)
{
    const struct study *study = appraisal->want.study;
    const struct eval_set *set = study->set;
    struct arena matched = {0};
    int iou_index = eval_iou_index(&set->settings, appraisal->want.iou);
    if (iou_index == EVAL_IOU_CUSTOM)
        set = eval_rematch(
            study->dataset, study->detections, set, appraisal->want.iou, &matched, err);
    else if (!make_precision(appraisal, iou_index, err))
        set = NULL;
    bool ok = set && eval_ladder_make(set, iou_index, &appraisal->arena, &appraisal->ladder, err) &&
              eval_sweep(set, iou_index, NULL, &appraisal->arena, &appraisal->sweep, err);
    arena_done(&matched);
    return ok;
}

static bool make_errors(struct appraisal *appraisal, struct err *err)
{
    return analysis_errors(
        appraisal->want.study, appraisal->want.iou, &appraisal->arena, &appraisal->errors, err);
}

static int compare_mistakes(const void *left, const void *right, void *background)
{
    const struct eval_confusion_cell *a = left, *b = right;
    int32_t none = *(const int32_t *)background;
    bool a_half = a->predicted == none || a->truth == none;
    bool b_half = b->predicted == none || b->truth == none;
    return a_half != b_half ? a_half - b_half : analysis_compare_cells(a, b);
}

static bool make_confusion(struct appraisal *appraisal, struct err *err)
{
    const struct appraisal_want *want = &appraisal->want;
    struct eval_confusion *confusion = &appraisal->confusion;
    if (!analysis_confusion(
            want->study, want->confidence, want->iou, &appraisal->arena, confusion, err))
        return false;
    appraisal->mistakes =
        ARENA_ARRAY(&appraisal->arena, struct eval_confusion_cell, confusion->cell_count + 1);
    if (!appraisal->mistakes)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < confusion->cell_count; i++)
        if (confusion->cells[i].predicted != confusion->cells[i].truth)
            appraisal->mistakes[appraisal->mistake_count++] = confusion->cells[i];
    qsort_r(appraisal->mistakes, appraisal->mistake_count, sizeof *appraisal->mistakes,
        compare_mistakes, &confusion->background);
    return true;
}

struct appraisal *appraisal_make(const struct appraisal_want *want)
{
    static bool (*const MAKERS[])(struct appraisal *, struct err *) = {
        make_rates, make_errors, make_confusion};
    struct appraisal *appraisal = calloc(1, sizeof *appraisal);
    struct err err = {0};
    if (!appraisal)
        return NULL;
    atomic_init(&appraisal->references, 1);
    appraisal->want = *want;
    study_share((struct study *)want->study);
    if (!MAKERS[want->part](appraisal, &err))
        err_print(&err, appraisal->trouble, sizeof appraisal->trouble);
    return appraisal;
}

struct appraisal *appraisal_share(struct appraisal *appraisal)
{
    atomic_fetch_add(&appraisal->references, 1);
    return appraisal;
}

void appraisal_release(struct appraisal *appraisal)
{
    if (!appraisal || atomic_fetch_sub(&appraisal->references, 1) != 1)
        return;
    study_release((struct study *)appraisal->want.study);
    arena_done(&appraisal->arena);
    free(appraisal);
}

/* ---- those that are there ---- */

void appraisals_take(struct appraisals *appraisals, struct appraisal *appraisal)
{
    for (size_t i = 0; i < appraisals->count; i++) {
        struct appraisal *had = appraisals->items[i];
        if (had->want.study == appraisal->want.study && had->want.part == appraisal->want.part) {
            appraisal_release(had);
            appraisals->items[i] = appraisal;
            return;
        }
    }
    if (GROW(appraisals->items, appraisals->capacity, appraisals->count + 1))
        appraisals->items[appraisals->count++] = appraisal;
    else
        appraisal_release(appraisal);
}

void appraisals_forget(struct appraisals *appraisals, const struct study *study)
{
    size_t kept = 0;
    for (size_t i = 0; i < appraisals->count; i++)
        if (study && appraisals->items[i]->want.study != study)
            appraisals->items[kept++] = appraisals->items[i];
        else
            appraisal_release(appraisals->items[i]);
    appraisals->count = kept;
}

void appraisals_done(struct appraisals *appraisals)
{
    appraisals_forget(appraisals, NULL);
    free(appraisals->items);
    *appraisals = (struct appraisals){0};
}

const struct appraisal *appraisals_find(
    const struct appraisals *appraisals, const struct study *study, enum appraisal_part part)
{
    for (size_t i = 0; i < appraisals->count; i++)
        if (appraisals->items[i]->want.study == study && appraisals->items[i]->want.part == part)
            return appraisals->items[i];
    return NULL;
}

void appraisals_missing(const struct appraisals *appraisals, const struct appraisals_want *wanted,
    struct appraisals_want *missing)
{
    missing->count = 0;
    for (size_t i = 0; i < wanted->count; i++) {
        const struct appraisal_want *want = &wanted->items[i];
        const struct appraisal *had = appraisals_find(appraisals, want->study, want->part);
        if (!had || !appraisal_want_same(&had->want, want))
            missing->items[missing->count++] = *want;
    }
}
