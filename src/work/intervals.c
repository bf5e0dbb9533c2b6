#include "work/intervals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool intervals_want_same(const struct intervals_want *a, const struct intervals_want *b)
{
    return a->count == b->count && a->iou == b->iou && a->confidence == b->confidence &&
           memcmp(a->studies, b->studies, a->count * sizeof *a->studies) == 0;
}

void intervals_free(struct intervals *intervals)
{
    if (!intervals)
        return;
    for (size_t i = 0; i < intervals->want.count; i++)
        study_release((struct study *)intervals->want.studies[i]);
    arena_done(&intervals->arena);
    free(intervals);
}

/* One study against the first. */
struct pair {
    struct comparison comparison;
    int resamples;
    bool ready;
    char trouble[256];
};

struct making {
    const struct intervals_want *want;
    const atomic_bool *stale;
    const struct eval_set *sets[INTERVALS_MOST]; /* of IoU number `iou_index` */
    int iou_index;
    struct pair pairs[INTERVALS_MOST];
    struct arena arena;
};

/* All studies have COCO's IoUs or the person's, so what is off the grid of one is off that of all.
 */
static bool match(struct making *making, struct err *err)
{
    const struct intervals_want *want = making->want;
    making->iou_index = eval_iou_index(&want->studies[0]->set->settings, want->iou);
    for (size_t i = 0; i < want->count; i++) {
        const struct study *study = want->studies[i];
        making->sets[i] = study->set;
        if (making->iou_index == EVAL_IOU_CUSTOM)
            making->sets[i] = eval_rematch(
                study->dataset, study->detections, study->set, want->iou, &making->arena, err);
        if (!making->sets[i])
            return false;
    }
    return true;
}

/* All numbers of all classes, as long as their resamples take no more than 128 MiB in all pairs. */
static int class_numbers_for(const struct intervals_want *want)
{
    enum { MOST_BYTES = 128 << 20, RUNS = 2 };
    size_t bytes = sizeof(double) * RUNS * INTERVALS_ALL * EVAL_CLASS_NUMBERS *
                   want->studies[0]->dataset->category_count * (want->count - 1);
    return bytes <= MOST_BYTES ? EVAL_CLASS_NUMBERS : 1;
}

static void prepare(struct making *making, size_t index)
{
    const struct intervals_want *want = making->want;
    struct pair *pair = &making->pairs[index];
    struct err err = {0};
    const struct study *studies[] = {want->studies[0], want->studies[index]};
    const struct eval_set *sets[] = {making->sets[0], making->sets[index]};
    struct comparison_request request = {.studies = studies,
        .sets = sets,
        .count = 2,
        .iou_index = making->iou_index,
        .confidence = want->confidence,
        .resamples = INTERVALS_ALL,
        .class_numbers = class_numbers_for(want)};
    pair->ready = comparison_make(&request, &making->arena, &pair->comparison, &err);
    if (!pair->ready)
        err_print(&err, pair->trouble, sizeof pair->trouble);
}

const struct eval_interval *intervals_class(
    const struct intervals_row *row, enum eval_class_number number, size_t category)
{
    return row->resamples && (int)number < row->class_numbers && category < row->categories
               ? &row->classes[(size_t)number * row->categories + category]
               : NULL;
}

static bool take_row(const struct pair *pair, size_t categories, struct intervals *to, size_t index)
{
    struct intervals_row *row = &to->rows[index];
    memcpy(row->trouble, pair->trouble, sizeof row->trouble);
    row->categories = categories;
    row->class_numbers = class_numbers_for(&to->want);
    size_t count = categories * (size_t)row->class_numbers;
    row->classes = ARENA_ARRAY(&to->arena, struct eval_interval, count + 1);
    for (size_t c = 0; row->classes && c < count; c++)
        row->classes[c].point = NAN;
    if (!row->classes || !pair->ready)
        return row->classes != NULL;
    const struct common *common = &pair->comparison.common;
    row->resamples = pair->resamples;
    for (size_t n = 0; n < EVAL_NUMBERS; n++)
        row->numbers[n] = eval_bootstrap_delta(pair->comparison.bootstrap, 0, 1, n);
    size_t shared = common->common.category_count;
    for (int n = 0; n < row->class_numbers; n++)
        for (size_t c = 0; c < shared; c++)
            row->classes[(size_t)n * categories + (size_t)common->category[c]] =
                eval_bootstrap_delta(pair->comparison.bootstrap, 0, 1,
                    eval_class_number_at((enum eval_class_number)n, shared, c));
    return true;
}

static struct intervals *take(const struct making *making, bool done)
{
    struct intervals *intervals = calloc(1, sizeof *intervals);
    if (!intervals)
        return NULL;
    intervals->want = *making->want;
    intervals->done = done;
    for (size_t i = 0; i < intervals->want.count; i++)
        study_share((struct study *)intervals->want.studies[i]);
    bool ok = true;
    for (size_t i = 1; ok && i < intervals->want.count; i++)
        ok = take_row(
            &making->pairs[i], making->want->studies[0]->dataset->category_count, intervals, i);
    if (ok)
        return intervals;
    intervals_free(intervals);
    return NULL;
}

/* Up to COUNT resamples of each pair; false when overtaken. */
static bool resample(struct making *making, int count, struct err *err)
{
    for (size_t i = 1; i < making->want->count; i++) {
        struct pair *pair = &making->pairs[i];
        if (pair->ready &&
            !comparison_resample(&pair->comparison, count, making->stale, &pair->resamples, err))
            return false;
    }
    return true;
}

bool intervals_make(const struct intervals_want *want, const atomic_bool *stale,
    void (*tell)(void *self, struct intervals *so_far), void *self, struct err *err)
{
    static const int STAGES[] = {INTERVALS_FIRST, INTERVALS_ALL};
    struct making making = {.want = want, .stale = stale};
    bool ok = match(&making, err);
    for (size_t i = 1; ok && i < want->count; i++)
        prepare(&making, i);
    for (size_t s = 0; ok && s < 2; s++) {
        ok = resample(&making, STAGES[s], err);
        struct intervals *told = ok ? take(&making, s == 1) : NULL;
        if (told)
            tell(self, told);
        else if (ok)
            ok = err_set(err, ERR_MEMORY, "out of memory while comparing");
    }
    arena_done(&making.arena);
    return ok;
}
