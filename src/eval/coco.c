#include "eval/coco.h"

#include "eval/match.h"
#include "eval/rank.h"
#include "eval/slots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What one call of eval_match() or eval_rematch() needs until it returns. */
struct job {
    const struct dataset *dataset;
    const struct detections *detections;
    struct arena scratch;
    struct eval_set *set;
    int32_t *rank_of_image;
    struct slots annotations, rows;
};

enum { FETCH_AHEAD = 24 };

/* The way through the ground truth in the order of the groups. */
struct cursor {
    struct match_group match; /* the ground truth of the group at hand */
    size_t at;                /* in the slots of annotations */
};

double eval_iou_threshold(int index)
{
    return index == EVAL_IOUS - 1 ? .95 : .5 + index * ((.95 - .5) / 9);
}

struct eval_settings eval_settings_default(void)
{
    return (struct eval_settings){.max_dets = {1, 10, 100}};
}

struct box eval_pixel_box(
    const struct dataset *dataset, const struct detections *detections, size_t row, int32_t image)
{
    struct box box = detections->rows[row].box;
    if (!detections->fractions)
        return box;
    const struct image *in = &dataset->images[image];
    return (struct box){
        box.x * in->width_px, box.y * in->height_px, box.w * in->width_px, box.h * in->height_px};
}

static bool is_finite_box(const struct box *box)
{
    return isfinite(box->x) && isfinite(box->y) && isfinite(box->w) && isfinite(box->h);
}

struct ordered_image {
    const struct image *image;
    int32_t index;
};

static int compare_images(const void *left, const void *right)
{
    const struct ordered_image *a = left, *b = right;
    int order = image_compare(a->image, b->image);
    return order ? order : a->index - b->index;
}

static bool order_images(struct job *job, int32_t *order)
{
    size_t n = job->dataset->image_count;
    struct ordered_image *images = ARENA_ARRAY(&job->scratch, struct ordered_image, n + 1);
    job->rank_of_image = ARENA_ARRAY(&job->scratch, int32_t, n + 1);
    if (!images || !job->rank_of_image)
        return false;
    for (size_t i = 0; i < n; i++)
        images[i] = (struct ordered_image){&job->dataset->images[i], (int32_t)i};
    qsort(images, n, sizeof *images, compare_images);
    for (size_t i = 0; i < n; i++) {
        order[i] = images[i].index;
        job->rank_of_image[images[i].index] = (int32_t)i;
    }
    return true;
}

/* Fractions cannot be compared with pixels, and area ranges are in pixels. */
static void leave_out_unsized(struct job *job)
{
    if (!job->dataset->fractions && !job->detections->fractions)
        return;
    for (size_t i = 0; i < job->dataset->image_count; i++) {
        const struct image *image = &job->dataset->images[i];
        job->set->left_out[i] = image->width_px <= 0 || image->height_px <= 0;
    }
}

/* All annotations that can be matched, crowds too, in order. */
static bool collect_annotations(struct job *job)
{
    const struct dataset *dataset = job->dataset;
    struct slots *slots = &job->annotations;
    slots->items = ARENA_ARRAY(&job->scratch, struct slot, dataset->annotation_count + 1);
    if (!slots->items)
        return false;
    for (size_t i = 0; i < dataset->annotation_count; i++) {
        const struct annotation *a = &dataset->annotations[i];
        if (!job->set->left_out[a->image] && is_finite_box(&a->box) && isfinite(a->area))
            slots->items[slots->count++] =
                (struct slot){a->category, job->rank_of_image[a->image], (int32_t)i};
    }
    return slots_sort(slots, dataset->image_count, dataset->category_count, &job->scratch);
}

static void count_annotations(struct job *job, bool *touched)
{
    struct eval_set *set = job->set;
    for (size_t i = 0; i < job->dataset->annotation_count; i++) {
        const struct annotation *a = &job->dataset->annotations[i];
        touched[a->image] = true;
        set->annotations_id_zero += a->id == 0;
        set->annotations_not_finite +=
            !set->left_out[a->image] && !(is_finite_box(&a->box) && isfinite(a->area));
    }
}

static bool keep_positives(struct job *job, struct arena *arena)
{
    struct eval_set *set = job->set;
    const struct slots *slots = &job->annotations;
    set->gt_image = ARENA_ARRAY(arena, int32_t, slots->count + 1);
    set->category_gt = ARENA_ARRAY(arena, uint32_t, set->category_count + 1);
    set->positives = arena_array(arena, set->category_count + 1, sizeof *set->positives);
    if (!set->gt_image || !set->category_gt || !set->positives)
        return false;
    for (size_t c = 0; c < set->category_count; c++) {
        for (size_t s = slots->category_start[c]; s < slots->category_start[c + 1]; s++) {
            const struct annotation *a = &job->dataset->annotations[slots->items[s].source];
            struct match_gt gt = {.area = a->area, .crowd = a->crowd};
            match_gt_init(&gt);
            for (int area = 0; area < EVAL_AREAS; area++)
                set->positives[c][area] += !gt.ignored[area];
            if (!gt.ignored[EVAL_ALL])
                set->gt_image[set->gt_count++] = a->image;
        }
        set->category_gt[c + 1] = (uint32_t)set->gt_count;
    }
    return true;
}

/* The usable detections, in order. */
static bool collect_rows(struct job *job, const struct link *link, bool *touched)
{
    const struct detections *detections = job->detections;
    struct eval_set *set = job->set;
    struct slots *slots = &job->rows;
    slots->items = ARENA_ARRAY(&job->scratch, struct slot, detections->count + 1);
    if (!slots->items)
        return false;
    for (size_t i = 0; i < detections->count; i++) {
        const struct detection *row = &detections->rows[i];
        int32_t image = link->image_of_key[row->image_key];
        int32_t category = link->category_of_key[row->category_key];
        if (image >= 0)
            touched[image] = true;
        if (image < 0) {
            set->rows_unknown_image++;
        } else if (category < 0) {
            set->rows_unknown_category++;
        } else if (set->left_out[image]) {
            set->rows_on_left_out++;
        } else if (!is_finite_box(&row->box) || !isfinite(row->score)) {
            set->rows_not_finite++;
        } else {
            slots->items[slots->count++] =
                (struct slot){category, job->rank_of_image[image], (int32_t)i};
            set->rows_of_category[category]++;
        }
    }
    return slots_sort(slots, set->image_count, set->category_count, &job->scratch);
}

static bool make_columns(struct eval_set *set, struct arena *arena)
{
    set->score = ARENA_ARRAY(arena, double, set->count + 1);
    set->image = ARENA_ARRAY(arena, int32_t, set->count + 1);
    set->category = ARENA_ARRAY(arena, int32_t, set->count + 1);
    set->row = ARENA_ARRAY(arena, int32_t, set->count + 1);
    set->gt = ARENA_ARRAY(arena, int32_t, set->count + 1);
    set->iou = ARENA_ARRAY(arena, float, set->count + 1);
    set->groups = ARENA_ARRAY(arena, struct eval_group, set->group_count + 1);
    set->category_start = ARENA_ARRAY(arena, uint32_t, set->category_count + 1);
    set->category_group = ARENA_ARRAY(arena, uint32_t, set->category_count + 1);
    bool made = set->score && set->image && set->category && set->row && set->gt && set->iou &&
                set->groups && set->category_start && set->category_group;
    for (int a = 0; a < EVAL_AREAS; a++) {
        set->tp[a] = ARENA_ARRAY(arena, uint16_t, set->count + 1);
        set->ignored[a] = ARENA_ARRAY(arena, uint16_t, set->count + 1);
        made = made && set->tp[a] && set->ignored[a];
    }
    return made;
}

/* The rows of a class lie all over the file: asked for early, they are there in time. */
static void fetch_ahead(const struct job *job, size_t slot)
{
    if (slot < job->rows.count)
        __builtin_prefetch(&job->detections->rows[job->rows.items[slot].source]);
}

/* Ranks the RUN slots from FIRST by score and keeps the best as the set's next group. */
static void keep_group(struct job *job, size_t first, size_t run, struct rank_item *ranked)
{
    struct eval_set *set = job->set;
    const struct slot *slots = &job->rows.items[first];
    int32_t image = set->image_order[slots->image_rank];
    for (size_t i = 0; i < run; i++) {
        fetch_ahead(job, first + i + FETCH_AHEAD);
        ranked[i] = (struct rank_item){
            rank_key(job->detections->rows[slots[i].source].score), (uint32_t)slots[i].source};
    }
    rank_sort(ranked, ranked + run, run);
    size_t limit = (size_t)set->settings.max_dets[2], kept = run < limit ? run : limit;
    set->groups[set->group_count++] =
        (struct eval_group){rank_score(ranked[0].key), (uint32_t)set->count, (uint32_t)kept, image};
    for (size_t i = 0; i < kept; i++) {
        set->score[set->count] = rank_score(ranked[i].key);
        set->image[set->count] = image;
        set->category[set->count] = slots->category;
        set->row[set->count++] = (int32_t)ranked[i].index;
    }
}

static bool cursor_init(
    struct cursor *cursor, struct job *job, const double *thresholds, int threshold_count)
{
    const struct slots *slots = &job->annotations;
    size_t longest = 0;
    for (size_t i = 0, run; i < slots->count; i += run) {
        run = slots_run(slots, i);
        longest = run > longest ? run : longest;
    }
    *cursor =
        (struct cursor){.match = {.thresholds = thresholds, .threshold_count = threshold_count}};
    cursor->match.gts = ARENA_ARRAY(&job->scratch, struct match_gt, longest + 1);
    cursor->match.candidates = ARENA_ARRAY(&job->scratch, struct match_candidate, longest + 1);
    return cursor->match.gts && cursor->match.candidates;
}

/* Moves to the ground truth of CATEGORY on the image of rank RANK, which may be none. */
static void gather(struct cursor *cursor, const struct job *job, size_t category, int32_t rank)
{
    const struct slots *slots = &job->annotations;
    size_t end = slots->category_start[category + 1];
    if (cursor->at < slots->category_start[category])
        cursor->at = slots->category_start[category];
    while (cursor->at < end && slots->items[cursor->at].image_rank < rank)
        cursor->at++;
    struct match_group *match = &cursor->match;
    for (match->count = 0; cursor->at < end && slots->items[cursor->at].image_rank == rank;
         cursor->at++) {
        int32_t source = slots->items[cursor->at].source;
        const struct annotation *a = &job->dataset->annotations[source];
        struct match_gt *gt = &match->gts[match->count++];
        *gt = (struct match_gt){
            .box = a->box, .area = a->area, .annotation = source, .crowd = a->crowd};
        match_gt_init(gt);
    }
}

/* Matches the detections of GROUP at all thresholds and areas. */
static void match_all_of_group(
    struct job *job, const struct eval_group *group, struct match_group *match)
{
    struct eval_set *set = job->set;
    for (uint32_t i = group->start; i < group->start + group->count; i++) {
        struct box box =
            eval_pixel_box(job->dataset, job->detections, (size_t)set->row[i], group->image);
        struct match_result result;
        match_detection(match, &box, EVAL_AREAS, &result);
        for (int a = 0; a < EVAL_AREAS; a++) {
            set->tp[a][i] = result.tp[a];
            set->ignored[a][i] = result.ignored[a];
        }
        set->gt[i] = result.gt < 0 ? -1 : match->gts[result.gt].annotation;
        set->iou[i] = (float)result.iou;
    }
}

static bool keep_and_match(struct job *job, struct arena *arena)
{
    struct eval_set *set = job->set;
    double thresholds[EVAL_IOUS];
    for (int t = 0; t < EVAL_IOUS; t++)
        thresholds[t] = eval_iou_threshold(t);
    struct cursor cursor;
    size_t longest = 0, limit = (size_t)set->settings.max_dets[2];
    for (size_t i = 0, run; i < job->rows.count; i += run) {
        run = slots_run(&job->rows, i);
        longest = run > longest ? run : longest;
        set->group_count++;
        set->count += run < limit ? run : limit;
    }
    struct rank_item *ranked = ARENA_ARRAY(&job->scratch, struct rank_item, 2 * longest + 1);
    if (!ranked || !make_columns(set, arena) || !cursor_init(&cursor, job, thresholds, EVAL_IOUS))
        return false;
    set->group_count = set->count = 0;
    size_t i = 0;
    for (size_t c = 0; c < set->category_count; c++) {
        while (i < job->rows.category_start[c + 1]) {
            size_t run = slots_run(&job->rows, i);
            keep_group(job, i, run, ranked);
            gather(&cursor, job, c, job->rows.items[i].image_rank);
            match_all_of_group(job, &set->groups[set->group_count - 1], &cursor.match);
            i += run;
        }
        set->category_start[c + 1] = (uint32_t)set->count;
        set->category_group[c + 1] = (uint32_t)set->group_count;
    }
    return true;
}

static bool is_sane(const struct dataset *dataset, const struct detections *detections,
    const struct eval_settings *settings, struct err *err)
{
    if (detections->count > INT32_MAX || dataset->annotation_count > INT32_MAX ||
        dataset->image_count > INT32_MAX || dataset->category_count > INT32_MAX)
        return err_set(err, ERR_LIMIT, "more than 2147483647 boxes");
    const int32_t *most = settings->max_dets;
    if (most[0] < 1 || most[1] < most[0] || most[2] < most[1])
        return err_set(err, ERR_USAGE, "numbers of detections must be 1 or more and ascend");
    return true;
}

static bool match_all(struct job *job, const struct link *link, struct arena *arena)
{
    struct eval_set *set = job->set;
    set->image_order = ARENA_ARRAY(arena, int32_t, set->image_count + 1);
    set->left_out = ARENA_ARRAY(arena, bool, set->image_count + 1);
    set->rows_of_category = ARENA_ARRAY(arena, int64_t, set->category_count + 1);
    bool *touched = ARENA_ARRAY(&job->scratch, bool, set->image_count + 1);
    if (!set->image_order || !set->left_out || !set->rows_of_category || !touched ||
        !order_images(job, set->image_order))
        return false;
    leave_out_unsized(job);
    count_annotations(job, touched);
    if (!collect_annotations(job) || !keep_positives(job, arena) ||
        !collect_rows(job, link, touched) || !keep_and_match(job, arena))
        return false;
    for (size_t i = 0; i < set->image_count; i++)
        set->images_left_out += set->left_out[i] && touched[i];
    return true;
}

struct eval_set *eval_match(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, const struct eval_settings *settings, struct arena *arena,
    struct err *err)
{
    if (!is_sane(dataset, detections, settings, err))
        return NULL;
    struct job job = {.dataset = dataset, .detections = detections};
    arena_init(&job.scratch, 0);
    job.set = ARENA_NEW(arena, struct eval_set);
    bool matched = false;
    if (job.set) {
        job.set->settings = *settings;
        job.set->image_count = dataset->image_count;
        job.set->category_count = dataset->category_count;
        job.set->custom_iou = NAN;
        matched = match_all(&job, link, arena);
    }
    arena_done(&job.scratch);
    if (!matched)
        err_set(err, ERR_MEMORY, "out of memory while matching detections");
    return matched ? job.set : NULL;
}

/* Copies a mask column without the bit of an earlier custom threshold. */
static uint16_t *copy_mask(const uint16_t *mask, size_t count, struct arena *arena)
{
    uint16_t *copy = ARENA_ARRAY(arena, uint16_t, count + 1);
    for (size_t i = 0; copy && i < count; i++)
        copy[i] = mask[i] & ((1u << EVAL_IOU_CUSTOM) - 1);
    return copy;
}

/* A detection that overlaps too little for BAR and was not matched at .50 either stays what it was
 * there, so its box need not be looked at; most are such. */
static void rematch_group(
    struct job *job, const struct eval_group *group, struct match_group *match, double bar)
{
    static const double FLOAT_ERROR = 1e-6; /* set->iou is single precision */
    struct eval_set *set = job->set;
    uint16_t *tp = set->tp[EVAL_ALL], *ignored = set->ignored[EVAL_ALL];
    for (uint32_t i = group->start; i < group->start + group->count; i++) {
        if (set->gt[i] < 0 && (double)set->iou[i] + FLOAT_ERROR < bar) {
            ignored[i] |= (uint16_t)((ignored[i] & 1) << EVAL_IOU_CUSTOM);
            continue;
        }
        struct box box =
            eval_pixel_box(job->dataset, job->detections, (size_t)set->row[i], group->image);
        struct match_result result;
        match_detection(match, &box, 1, &result);
        tp[i] |= (uint16_t)(result.tp[EVAL_ALL] << EVAL_IOU_CUSTOM);
        ignored[i] |= (uint16_t)(result.ignored[EVAL_ALL] << EVAL_IOU_CUSTOM);
    }
}

static bool rematch_all(struct job *job, double bar)
{
    struct eval_set *set = job->set;
    struct cursor cursor;
    if (!collect_annotations(job) || !cursor_init(&cursor, job, &bar, 1))
        return false;
    for (size_t c = 0; c < set->category_count; c++) {
        for (uint32_t g = set->category_group[c]; g < set->category_group[c + 1]; g++) {
            gather(&cursor, job, c, job->rank_of_image[set->groups[g].image]);
            rematch_group(job, &set->groups[g], &cursor.match, bar);
        }
    }
    return true;
}

struct eval_set *eval_rematch(const struct dataset *dataset, const struct detections *detections,
    const struct eval_set *set, double iou, struct arena *arena, struct err *err)
{
    if (!(iou > 0 && iou <= 1)) {
        err_set(err, ERR_USAGE, "an IoU threshold must be above 0 and at most 1");
        return NULL;
    }
    struct job job = {.dataset = dataset, .detections = detections};
    arena_init(&job.scratch, 0);
    bool matched = false;
    job.set = ARENA_NEW(arena, struct eval_set);
    if (job.set) {
        *job.set = *set;
        job.set->custom_iou = iou;
        job.set->tp[EVAL_ALL] = copy_mask(set->tp[EVAL_ALL], set->count, arena);
        job.set->ignored[EVAL_ALL] = copy_mask(set->ignored[EVAL_ALL], set->count, arena);
        job.rank_of_image = ARENA_ARRAY(&job.scratch, int32_t, set->image_count + 1);
        matched = job.set->tp[EVAL_ALL] && job.set->ignored[EVAL_ALL] && job.rank_of_image;
    }
    for (size_t i = 0; matched && i < set->image_count; i++)
        job.rank_of_image[set->image_order[i]] = (int32_t)i;
    matched = matched && rematch_all(&job, fmin(iou, 1 - 1e-10)); /* as the reference does */
    arena_done(&job.scratch);
    if (!matched)
        err_set(err, ERR_MEMORY, "out of memory while matching detections");
    return matched ? job.set : NULL;
}
