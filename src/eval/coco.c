#include "eval/coco.h"

#include "base/parallel.h"
#include "eval/masks.h"
#include "eval/rank.h"
#include "eval/slots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Groups are matched in pieces of so many, which threads share out. */
enum { PIECE = 2048, FETCH_AHEAD = 24, GROUPS_AHEAD = 4 };

/* The way of one worker through the ground truth in the order of the groups. */
struct cursor {
    struct match_group match; /* the ground truth of the group at hand */
    size_t at;                /* in the slots of annotations */
    struct rank_item *ranked; /* room for the rows of any group, and as much scratch */
    struct mask_easel easel;
    bool no_memory;
};

/* What one call of eval_match() or eval_rematch() needs until it returns. */
struct job {
    const struct dataset *dataset;
    const struct detections *detections;
    struct arena scratch;
    struct eval_set *set;
    int32_t *rank_of_image;
    struct slots annotations, rows;
    uint32_t *group_slot;     /* per group: its first slot of rows */
    size_t most_rows;         /* of any group */
    double bars[EVAL_MOST_IOUS]; /* what IoU has to reach, as the reference has it */
    struct cursor cursors[PARALLEL_MOST];
};

double eval_iou_threshold(int index)
{
    return index == EVAL_IOUS - 1 ? .95 : .5 + index * ((.95 - .5) / 9);
}

struct eval_settings eval_settings_default(void)
{
    struct eval_settings settings = {
        .max_dets = {1, 10, 100}, .iou_count = EVAL_IOUS, .threads = 1};
    for (int i = 0; i < EVAL_IOUS; i++)
        settings.ious[i] = eval_iou_threshold(i);
    return settings;
}

int eval_iou_index(const struct eval_settings *settings, double iou)
{
    for (int i = 0; i < settings->iou_count; i++)
        if (fabs(settings->ious[i] - iou) < 1e-9)
            return i;
    return EVAL_IOU_CUSTOM;
}

/* The reference lets an IoU of almost 1 pass for 1. */
static double bar_of(double iou)
{
    return fmin(iou, 1 - 1e-10);
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
        set->unused.annotations_id_zero += a->has_id && a->id == 0;
        set->unused.annotations_not_finite +=
            !set->left_out[a->image] && !(is_finite_box(&a->box) && isfinite(a->area));
    }
}

/* Masks are drawn in the size of their image. */
static bool size_images(struct job *job, const struct link *link, struct arena *arena)
{
    struct eval_set *set = job->set;
    if (set->settings.overlap == EVAL_BOXES)
        return true;
    set->sizes = masks_size_images(job->dataset, job->detections, link, arena);
    for (size_t i = 0; set->sizes && i < set->image_count; i++)
        set->left_out[i] |= !set->sizes[i].width_px;
    return set->sizes != NULL;
}

static void count_masks(struct job *job)
{
    struct eval_set *set = job->set;
    if (set->settings.overlap == EVAL_BOXES)
        return;
    for (size_t i = 0; i < job->annotations.count; i++)
        set->unused.annotations_without_mask +=
            !masks_has_annotation(job->dataset, (size_t)job->annotations.items[i].source);
    for (size_t i = 0; i < job->rows.count; i++)
        set->unused.rows_without_mask +=
            !masks_has_row(job->detections, (size_t)job->rows.items[i].source);
}

static bool keep_positives(struct job *job, struct arena *arena)
{
    struct eval_set *set = job->set;
    const struct slots *slots = &job->annotations;
    set->gt_image = ARENA_ARRAY(arena, int32_t, slots->count + 1);
    set->gt_areas = ARENA_ARRAY(arena, uint8_t, slots->count + 1);
    set->category_gt = ARENA_ARRAY(arena, uint32_t, set->category_count + 1);
    set->positives = arena_array(arena, set->category_count + 1, sizeof *set->positives);
    if (!set->gt_image || !set->gt_areas || !set->category_gt || !set->positives)
        return false;
    for (size_t c = 0; c < set->category_count; c++) {
        for (size_t s = slots->category_start[c]; s < slots->category_start[c + 1]; s++) {
            const struct annotation *a = &job->dataset->annotations[slots->items[s].source];
            struct match_gt gt = {.area = a->area, .crowd = a->crowd};
            match_gt_init(&gt);
            unsigned areas = 0;
            for (int area = 0; area < EVAL_AREAS; area++) {
                set->positives[c][area] += !gt.ignored[area];
                areas |= (unsigned)!gt.ignored[area] << area;
            }
            if (gt.ignored[EVAL_ALL])
                continue;
            set->gt_areas[set->gt_count] = (uint8_t)areas;
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
            set->unused.rows_unknown_image++;
        } else if (category < 0) {
            set->unused.rows_unknown_category++;
        } else if (set->left_out[image]) {
            set->unused.rows_on_left_out++;
        } else if (!is_finite_box(&row->box) || !isfinite(row->score)) {
            set->unused.rows_not_finite++;
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

/* Which rows form which group, and where its detections will stand. */
static bool plan_groups(struct job *job, struct arena *arena)
{
    struct eval_set *set = job->set;
    const struct slots *rows = &job->rows;
    size_t limit = (size_t)set->settings.max_dets[2], groups = 0;
    for (size_t i = 0, run; i < rows->count; i += run) {
        run = slots_run(rows, i);
        job->most_rows = run > job->most_rows ? run : job->most_rows;
        set->count += run < limit ? run : limit;
        set->group_count++;
    }
    job->group_slot = ARENA_ARRAY(&job->scratch, uint32_t, set->group_count + 1);
    if (!job->group_slot || !make_columns(set, arena))
        return false;
    uint32_t start = 0;
    for (size_t c = 0, i = 0; c < set->category_count; c++) {
        for (size_t run; i < rows->category_start[c + 1]; i += run) {
            run = slots_run(rows, i);
            uint32_t kept = (uint32_t)(run < limit ? run : limit);
            set->groups[groups] = (struct eval_group){
                .start = start, .count = kept, .image = set->image_order[rows->items[i].image_rank]};
            job->group_slot[groups++] = (uint32_t)i;
            start += kept;
        }
        set->category_start[c + 1] = start;
        set->category_group[c + 1] = (uint32_t)groups;
    }
    job->group_slot[groups] = (uint32_t)rows->count;
    return true;
}

/* The rows of a class lie all over the file: asked for early, they are there in time. */
static void fetch_ahead(const struct job *job, size_t slot)
{
    if (slot < job->rows.count)
        __builtin_prefetch(&job->detections->rows[job->rows.items[slot].source]);
}

/* Ranks the rows of group INDEX by score and keeps the best. */
static void keep_group(struct job *job, size_t index, struct rank_item *ranked)
{
    struct eval_set *set = job->set;
    struct eval_group *group = &set->groups[index];
    size_t first = job->group_slot[index], run = job->group_slot[index + 1] - first;
    const struct slot *slots = &job->rows.items[first];
    for (size_t i = 0; i < run; i++) {
        fetch_ahead(job, first + i + FETCH_AHEAD);
        ranked[i] = (struct rank_item){
            rank_key(job->detections->rows[slots[i].source].score), (uint32_t)slots[i].source};
    }
    rank_sort(ranked, ranked + run, run);
    group->best = rank_score(ranked[0].key);
    for (uint32_t i = 0; i < group->count; i++) {
        uint32_t at = group->start + i;
        set->score[at] = rank_score(ranked[i].key);
        set->image[at] = group->image;
        set->category[at] = slots->category;
        set->row[at] = (int32_t)ranked[i].index;
    }
}

/* A cursor for every worker, to match at the first BARS of the job's. */
static bool make_cursors(struct job *job, int bars)
{
    const struct slots *slots = &job->annotations;
    size_t longest = 0;
    for (size_t i = 0, run; i < slots->count; i += run) {
        run = slots_run(slots, i);
        longest = run > longest ? run : longest;
    }
    for (int w = 0; w < job->set->settings.threads && w < PARALLEL_MOST; w++) {
        struct cursor *cursor = &job->cursors[w];
        cursor->match = (struct match_group){.thresholds = job->bars, .threshold_count = bars};
        cursor->match.gts = ARENA_ARRAY(&job->scratch, struct match_gt, longest + 1);
        cursor->match.candidates = ARENA_ARRAY(&job->scratch, struct match_candidate, longest + 1);
        cursor->ranked = ARENA_ARRAY(&job->scratch, struct rank_item, 2 * job->most_rows + 1);
        if (!cursor->match.gts || !cursor->match.candidates || !cursor->ranked ||
            !masks_easel_init(&cursor->easel, job->dataset, job->detections, job->set->sizes,
                longest, &job->scratch))
            return false;
    }
    return true;
}

/* False when a worker had no memory. */
static bool drop_cursors(struct job *job)
{
    bool done = true;
    for (int w = 0; w < PARALLEL_MOST; w++) {
        masks_easel_done(&job->cursors[w].easel);
        done = done && !job->cursors[w].no_memory;
    }
    return done;
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
    cursor->easel.drawn = false;
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

/* Detection AT of the columns, ready to be matched; false when memory is or was out. */
static bool next_detection(
    const struct job *job, struct cursor *cursor, uint32_t at, struct match_det *det)
{
    size_t row = (size_t)job->set->row[at];
    int32_t image = job->set->image[at];
    if (!cursor->no_memory && !masks_prepare(&cursor->easel, &cursor->match, row, image, det))
        cursor->no_memory = true;
    return !cursor->no_memory;
}

/* Matches the detections of GROUP at all thresholds and areas. */
static void match_all_of_group(
    struct job *job, const struct eval_group *group, struct cursor *cursor)
{
    struct eval_set *set = job->set;
    struct match_group *match = &cursor->match;
    for (uint32_t i = group->start; i < group->start + group->count; i++) {
        struct match_det det;
        struct match_result result;
        if (!next_detection(job, cursor, i, &det))
            return;
        match_detection(match, &det, EVAL_AREAS, &result);
        for (int a = 0; a < EVAL_AREAS; a++) {
            set->tp[a][i] = result.tp[a];
            set->ignored[a][i] = result.ignored[a];
        }
        set->gt[i] = result.gt < 0 ? -1 : match->gts[result.gt].annotation;
        set->iou[i] = (float)result.iou;
    }
}

/* Calls RUN with pieces of the groups, on as many threads as are allowed and worth it. */
static void for_all_pieces(
    struct job *job, void (*run)(void *self, int worker, size_t piece))
{
    size_t pieces = (job->set->group_count + PIECE - 1) / PIECE;
    parallel_for(job->set->settings.threads, pieces, run, job);
}

/* The category of each group of a piece in turn: the first behind CATEGORY that reaches GROUP. */
static size_t category_of_group(const struct eval_set *set, size_t category, size_t group)
{
    while (set->category_group[category + 1] <= group)
        category++;
    return category;
}

static size_t piece_end(const struct eval_set *set, size_t piece)
{
    size_t end = (piece + 1) * PIECE;
    return end < set->group_count ? end : set->group_count;
}

static void match_piece(void *self, int worker, size_t piece)
{
    struct job *job = self;
    struct eval_set *set = job->set;
    struct cursor *cursor = &job->cursors[worker];
    size_t category = 0;
    cursor->at = 0;
    for (size_t g = piece * PIECE; g < piece_end(set, piece); g++) {
        category = category_of_group(set, category, g);
        keep_group(job, g, cursor->ranked);
        gather(cursor, job, category, job->rank_of_image[set->groups[g].image]);
        match_all_of_group(job, &set->groups[g], cursor);
    }
}

static bool keep_and_match(struct job *job, struct arena *arena)
{
    const struct eval_settings *settings = &job->set->settings;
    for (int t = 0; t < settings->iou_count; t++)
        job->bars[t] = bar_of(settings->ious[t]);
    if (!plan_groups(job, arena) || !make_cursors(job, settings->iou_count))
        return false;
    for_all_pieces(job, match_piece);
    return drop_cursors(job);
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
    bool ascending = settings->iou_count >= 1 && settings->iou_count <= EVAL_MOST_IOUS;
    for (int i = 0; ascending && i < settings->iou_count; i++)
        ascending = settings->ious[i] > (i ? settings->ious[i - 1] : 0) && settings->ious[i] <= 1;
    if (!ascending)
        return err_set(err, ERR_USAGE, "IoU thresholds ascend, above 0 to 1, and are at most %d",
            EVAL_MOST_IOUS);
    return settings->threads >= 1 || err_set(err, ERR_USAGE, "threads are 1 or more");
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
    if (!size_images(job, link, arena))
        return false;
    count_annotations(job, touched);
    if (!collect_annotations(job) || !keep_positives(job, arena) ||
        !collect_rows(job, link, touched))
        return false;
    count_masks(job);
    if (!keep_and_match(job, arena))
        return false;
    for (size_t i = 0; i < set->image_count; i++)
        set->unused.images_left_out += set->left_out[i] && touched[i];
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

/* A detection that overlaps too little for the bar is a false positive, unless its own area is out
 * of range: then it was ignored at the lowest IoU too, or matched there. Most need no look at the
 * box. */
static bool is_false(const struct job *job, uint32_t at)
{
    static const double FLOAT_ERROR = 1e-6; /* set->iou is single precision */
    const struct eval_set *set = job->set;
    return (double)set->iou[at] + FLOAT_ERROR < job->bars[0] &&
           !((set->tp[EVAL_ALL][at] | set->ignored[EVAL_ALL][at]) & 1);
}

static void rematch_group(struct job *job, const struct eval_group *group, struct cursor *cursor)
{
    struct eval_set *set = job->set;
    const struct match_group *match = &cursor->match;
    uint16_t *tp = set->tp[EVAL_ALL], *ignored = set->ignored[EVAL_ALL];
    for (uint32_t i = group->start; i < group->start + group->count; i++) {
        set->gt[i] = -1;
        if (is_false(job, i))
            continue;
        struct match_det det;
        struct match_result result;
        if (!next_detection(job, cursor, i, &det))
            return;
        match_detection(&cursor->match, &det, 1, &result);
        tp[i] |= (uint16_t)(result.tp[EVAL_ALL] << EVAL_IOU_CUSTOM);
        ignored[i] |= (uint16_t)(result.ignored[EVAL_ALL] << EVAL_IOU_CUSTOM);
        if (result.gt >= 0)
            set->gt[i] = match->gts[result.gt].annotation;
    }
}

/* Asks for the boxes of a later group that will be looked at. */
static void fetch_group(const struct job *job, size_t index)
{
    const struct eval_set *set = job->set;
    if (index >= set->group_count)
        return;
    const struct eval_group *group = &set->groups[index];
    for (uint32_t i = group->start; i < group->start + group->count; i++)
        if (!is_false(job, i))
            __builtin_prefetch(&job->detections->rows[set->row[i]]);
}

static void rematch_piece(void *self, int worker, size_t piece)
{
    struct job *job = self;
    struct eval_set *set = job->set;
    struct cursor *cursor = &job->cursors[worker];
    size_t category = 0;
    cursor->at = 0;
    for (size_t g = piece * PIECE; g < piece_end(set, piece); g++) {
        category = category_of_group(set, category, g);
        fetch_group(job, g + GROUPS_AHEAD);
        gather(cursor, job, category, job->rank_of_image[set->groups[g].image]);
        rematch_group(job, &set->groups[g], cursor);
    }
}

static bool rematch_all(struct job *job)
{
    if (!collect_annotations(job) || !make_cursors(job, 1))
        return false;
    for_all_pieces(job, rematch_piece);
    return drop_cursors(job);
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
        job.set->gt = ARENA_ARRAY(arena, int32_t, set->count + 1);
        job.rank_of_image = ARENA_ARRAY(&job.scratch, int32_t, set->image_count + 1);
        matched = job.set->gt && job.set->tp[EVAL_ALL] && job.set->ignored[EVAL_ALL] && job.rank_of_image;
    }
    for (size_t i = 0; matched && i < set->image_count; i++)
        job.rank_of_image[set->image_order[i]] = (int32_t)i;
    job.bars[0] = bar_of(iou);
    matched = matched && rematch_all(&job);
    arena_done(&job.scratch);
    if (!matched)
        err_set(err, ERR_MEMORY, "out of memory while matching detections");
    return matched ? job.set : NULL;
}
