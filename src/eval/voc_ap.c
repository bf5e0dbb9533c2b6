#include "eval/voc_ap.h"

#include "eval/match.h"
#include "eval/rank.h"
#include "eval/sides.h"

enum { POINTS = 11, NONE = -1 };

static const uint64_t MOST_PAIRS = UINT64_C(1) << 32;

struct voc_job {
    const struct dataset *dataset;
    const struct detections *detections;
    double iou;
    struct arena scratch;
    struct sides sides;
    int32_t *nearest;         /* per slot of rows: slot of the truth that it hits, NONE */
    bool *taken;              /* per slot of truths */
    struct rank_item *ranked; /* of a class by score; as much scratch behind */
    double *precision;        /* of a class: at each true positive */
};

static size_t longest_class(const struct slots *slots, size_t category_count)
{
    size_t longest = 0;
    for (size_t c = 0; c < category_count; c++) {
        size_t n = slots->category_start[c + 1] - slots->category_start[c];
        longest = n > longest ? n : longest;
    }
    return longest;
}

static bool job_init(struct voc_job *job, const struct link *link, struct err *err)
{
    struct arena *scratch = &job->scratch;
    size_t classes = job->dataset->category_count;
    if (!sides_collect(
            job->dataset, job->detections, link, SIDES_NO_LIMIT, scratch, &job->sides, err))
        return false;
    const struct slots *truths = &job->sides.truths, *rows = &job->sides.rows;
    job->nearest = ARENA_ARRAY(scratch, int32_t, rows->count + 1);
    job->taken = ARENA_ARRAY(scratch, bool, truths->count + 1);
    job->ranked = ARENA_ARRAY(scratch, struct rank_item, 2 * longest_class(rows, classes) + 1);
    job->precision = ARENA_ARRAY(scratch, double, longest_class(truths, classes) + 1);
    return (job->nearest && job->taken && job->ranked && job->precision) ||
           err_set(err, ERR_MEMORY, "out of memory while matching detections");
}

/* The first slot of truths at or behind AT that is not before the category and image of SLOT. */
static size_t seek(const struct slots *truths, size_t at, const struct slot *slot)
{
    size_t end = truths->category_start[slot->category + 1];
    if (at < truths->category_start[slot->category])
        at = truths->category_start[slot->category];
    while (at < end && truths->items[at].image_rank < slot->image_rank)
        at++;
    return at;
}

/* How many slots from FIRST are of the category and image of SLOT. */
static size_t count_met(const struct slots *truths, size_t first, const struct slot *slot)
{
    bool met = first < truths->category_start[slot->category + 1] &&
               truths->items[first].image_rank == slot->image_rank;
    return met ? slots_run(truths, first) : 0;
}

static bool has_few_pairs(const struct sides *sides)
{
    uint64_t pairs = 0;
    for (size_t i = 0, run, at = 0; i < sides->rows.count && pairs <= MOST_PAIRS; i += run) {
        run = slots_run(&sides->rows, i);
        at = seek(&sides->truths, at, &sides->rows.items[i]);
        pairs += (uint64_t)run * count_met(&sides->truths, at, &sides->rows.items[i]);
    }
    return pairs <= MOST_PAIRS;
}

/* The one of highest overlap among the COUNT truths from FIRST, if that is enough. */
static int32_t find_nearest(
    const struct voc_job *job, const struct slot *row, size_t first, size_t count)
{
    struct box box =
        eval_pixel_box(job->dataset, job->detections, (size_t)row->source, row->image_rank);
    double highest = 0;
    size_t nearest = first;
    for (size_t t = first; t < first + count; t++) {
        int32_t source = job->sides.truths.items[t].source;
        double iou = match_iou(&box, &job->dataset->annotations[source].box, false);
        if (iou > highest) {
            highest = iou;
            nearest = t;
        }
    }
    return highest >= job->iou ? (int32_t)nearest : NONE;
}

/* Which truth a detection is held against does not depend on the others, so it is found in the
 * order of images. */
static void find_all_nearest(struct voc_job *job)
{
    const struct slots *truths = &job->sides.truths, *rows = &job->sides.rows;
    for (size_t i = 0, run, at = 0; i < rows->count; i += run) {
        run = slots_run(rows, i);
        at = seek(truths, at, &rows->items[i]);
        size_t met = count_met(truths, at, &rows->items[i]);
        for (size_t r = i; r < i + run; r++)
            job->nearest[r] = met ? find_nearest(job, &rows->items[r], at, met) : NONE;
    }
}

/* The class's rows by score, equal ones in file order. */
static size_t rank_class(struct voc_job *job, size_t category)
{
    const struct slots *rows = &job->sides.rows;
    size_t first = rows->category_start[category], n = rows->category_start[category + 1] - first;
    struct rank_item *ranked = job->ranked;
    for (size_t i = 0; i < n; i++)
        ranked[i] =
            (struct rank_item){(uint64_t)rows->items[first + i].source, (uint32_t)(first + i)};
    rank_sort(ranked, ranked + n, n);
    for (size_t i = 0; i < n; i++)
        ranked[i].key = rank_key(job->detections->rows[ranked[i].key].score);
    rank_sort(ranked, ranked + n, n);
    return n;
}

/* Walks down the N ranked rows and notes the precision at each true positive; returns how many. */
static int64_t find_true_positives(struct voc_job *job, size_t n)
{
    int64_t tp = 0, fp = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t truth = job->nearest[job->ranked[i].index];
        if (truth != NONE && job->dataset->annotations[job->sides.truths.items[truth].source].crowd)
            continue;
        if (truth == NONE || job->taken[truth]) {
            fp++;
            continue;
        }
        job->taken[truth] = true;
        tp++;
        job->precision[tp - 1] = (double)tp / (double)(fp + tp);
    }
    return tp;
}

/* VOCap: recall changes at true positives only, and from there to the next the precision that falls
 * monotonically is that of the one on the right. */
static double area_under(const double *precision, int64_t tp, int64_t positives)
{
    double area = 0, recall = 0;
    for (int64_t i = 0; i < tp; i++) {
        double next = (double)(i + 1) / (double)positives;
        area += (next - recall) * precision[i];
        recall = next;
    }
    return area;
}

/* MATLAB's 0:0.1:1, see the header. */
static double recall_point(int index)
{
    return index <= 5 ? index * .1 : 1 - (10 - index) * .1;
}

static double mean_at_points(const double *precision, int64_t tp, int64_t positives)
{
    double ap = 0;
    int64_t at = 0;
    for (int p = 0; p < POINTS; p++) {
        while (at < tp && (double)(at + 1) / (double)positives < recall_point(p))
            at++;
        ap += (at < tp ? precision[at] : 0) / POINTS;
    }
    return ap;
}

static int64_t count_positives(const struct voc_job *job, size_t category)
{
    const struct slots *truths = &job->sides.truths;
    int64_t positives = 0;
    for (size_t t = truths->category_start[category]; t < truths->category_start[category + 1]; t++)
        positives += !job->dataset->annotations[truths->items[t].source].crowd;
    return positives;
}

static void summarize_class(struct voc_job *job, size_t category, struct eval_voc_class *class)
{
    const struct slots *rows = &job->sides.rows;
    class->ap = class->ap_11 = -1;
    class->dt = rows->category_start[category + 1] - rows->category_start[category];
    class->gt = count_positives(job, category);
    if (!class->gt)
        return;
    int64_t tp = find_true_positives(job, rank_class(job, category));
    for (int64_t i = tp - 2; i >= 0; i--)
        if (job->precision[i] < job->precision[i + 1])
            job->precision[i] = job->precision[i + 1];
    class->ap = area_under(job->precision, tp, class->gt);
    class->ap_11 = mean_at_points(job->precision, tp, class->gt);
}

static void summarize(struct voc_job *job, struct eval_voc *voc)
{
    int64_t defined = 0;
    for (size_t c = 0; c < job->dataset->category_count; c++) {
        struct eval_voc_class *class = &voc->classes[c];
        summarize_class(job, c, class);
        if (!class->gt)
            continue;
        voc->map += class->ap;
        voc->map_11 += class->ap_11;
        defined++;
    }
    voc->map = defined ? voc->map / (double)defined : -1;
    voc->map_11 = defined ? voc->map_11 / (double)defined : -1;
}

bool eval_voc_ap(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, double iou, struct arena *arena, struct eval_voc *voc, struct err *err)
{
    if (!(iou > 0 && iou <= 1))
        return err_set(err, ERR_USAGE, "an IoU threshold must be above 0 and at most 1");
    struct voc_job job = {.dataset = dataset, .detections = detections, .iou = iou};
    arena_init(&job.scratch, 0);
    *voc = (struct eval_voc){0};
    voc->classes = ARENA_ARRAY(arena, struct eval_voc_class, dataset->category_count + 1);
    bool ok = voc->classes
                  ? job_init(&job, link, err)
                  : err_set(err, ERR_MEMORY, "out of memory while computing VOC's metrics");
    if (ok && !has_few_pairs(&job.sides))
        ok = err_set(err, ERR_LIMIT, "too many boxes in one image for VOC's metrics");
    if (ok) {
        find_all_nearest(&job);
        summarize(&job, voc);
    }
    arena_done(&job.scratch);
    return ok;
}
