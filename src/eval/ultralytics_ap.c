#include "eval/ultralytics_ap.h"

#include "eval/coco.h"
#include "eval/rank.h"
#include "eval/sides.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OF_AN_IMAGE = 300, CONFIDENCES = 1000, BOX = 101, RECALLS = 101 };

static const double IOU_EPS = 1e-7, F1_EPS = 1e-16;

/* One ground truth that stays. */
struct label {
    struct box box;
    int32_t image, source;
    uint16_t taken; /* by threshold */
};

struct labels {
    struct label *items;      /* by category, then image */
    uint32_t *category_start; /* category_count + 1 */
};

/* The detections of a category by descending score, and its number of labels. */
struct ranking {
    const double *score;
    const uint16_t *tp; /* by threshold */
    size_t n;
    int64_t labels;
};

struct ultra {
    const struct dataset *dataset;
    const struct detections *detections;
    struct arena scratch;
    struct sides sides;
    struct labels labels;
    double *score; /* by category, which is ranked once its detections are matched */
    uint16_t *tp;
    /* For one category at a time. */
    struct rank_item *ranked; /* as much scratch behind */
    uint16_t *unranked;
    uint32_t *found;               /* true positives at IoU .50 among the first i + 1 */
    uint32_t *position[EVAL_IOUS]; /* of each true positive in the ranking */
    double *envelope;              /* precision there, falling monotonically */
    double f1[CONFIDENCES];        /* sum over the categories with labels */
};

/* ---- labels ---- */

static int compare(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_boxes(const struct box *a, const struct box *b)
{
    int x = compare(a->x, b->x), y = compare(a->y, b->y), w = compare(a->w, b->w);
    return x ? x : y ? y : w ? w : compare(a->h, b->h);
}

static int compare_labels(const void *left, const void *right)
{
    const struct label *a = left, *b = right;
    int order = compare_boxes(&a->box, &b->box);
    return order ? order : (a->source > b->source) - (a->source < b->source);
}

/* Writes what stays of the RUN slots from FIRST, all of one image and category; returns how many.
 */
static size_t keep_labels(const struct ultra *job, size_t first, size_t run, struct label *out)
{
    const struct dataset *dataset = job->dataset;
    size_t n = 0, kept = 0;
    for (size_t i = first; i < first + run; i++) {
        const struct slot *slot = &job->sides.truths.items[i];
        const struct annotation *a = &dataset->annotations[slot->source];
        bool stays = !a->crowd && (dataset->fractions || (a->box.w > 0 && a->box.h > 0));
        if (stays)
            out[n++] = (struct label){a->box, slot->image_rank, slot->source, 0};
    }
    if (n > 1)
        qsort(out, n, sizeof *out, compare_labels);
    for (size_t i = 0; i < n; i++)
        if (!kept || compare_boxes(&out[kept - 1].box, &out[i].box) != 0)
            out[kept++] = out[i];
    return kept;
}

static bool make_labels(struct ultra *job)
{
    const struct slots *truths = &job->sides.truths;
    struct labels *labels = &job->labels;
    size_t classes = job->dataset->category_count, n = 0, i = 0;
    labels->items = ARENA_ARRAY(&job->scratch, struct label, truths->count + 1);
    labels->category_start = ARENA_ARRAY(&job->scratch, uint32_t, classes + 1);
    if (!labels->items || !labels->category_start)
        return false;
    for (size_t c = 0; c < classes; c++) {
        while (i < truths->category_start[c + 1]) {
            size_t run = slots_run(truths, i);
            n += keep_labels(job, i, run, labels->items + n);
            i += run;
        }
        labels->category_start[c + 1] = (uint32_t)n;
    }
    return true;
}

/* ---- matching ---- */

static double overlap(const struct box *det, const struct box *gt)
{
    double w = fmin(det->x + det->w, gt->x + gt->w) - fmax(det->x, gt->x);
    double h = fmin(det->y + det->h, gt->y + gt->h) - fmax(det->y, gt->y);
    if (!(w > 0 && h > 0))
        return 0;
    double both = w * h;
    return both / (gt->w * gt->h + det->w * det->h - both + IOU_EPS);
}

/* The thresholds at which detection DET is a true positive among the COUNT labels of its image and
 * category; better detections came before. */
static uint16_t match(const struct box *det, struct label *labels, size_t count)
{
    double highest = 0;
    struct label *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        double iou = overlap(det, &labels[i].box);
        bool wins = nearest && iou == highest ? labels[i].source > nearest->source : iou > highest;
        if (wins) {
            highest = iou;
            nearest = &labels[i];
        }
    }
    uint16_t reached = 0;
    for (int t = 0; t < EVAL_IOUS && highest >= eval_iou_threshold(t); t++)
        reached |= (uint16_t)(1 << t);
    if (!reached)
        return 0;
    uint16_t takes = reached & (uint16_t)~nearest->taken;
    nearest->taken |= takes;
    return takes;
}

/* Matches the RUN rows from FIRST, all of one image and category, by rank. */
static void match_run(
    struct ultra *job, size_t first, size_t run, struct label *labels, size_t count)
{
    const struct slot *slots = &job->sides.rows.items[first];
    for (size_t i = 0; i < run; i++)
        job->ranked[i] = (struct rank_item){
            rank_key(job->detections->rows[slots[i].source].score), (uint32_t)slots[i].source};
    rank_sort(job->ranked, job->ranked + run, run);
    for (size_t i = 0; i < run; i++) {
        job->score[first + i] = rank_score(job->ranked[i].key);
        job->tp[first + i] = 0;
        if (!count)
            continue;
        struct box box =
            eval_pixel_box(job->dataset, job->detections, job->ranked[i].index, slots->image_rank);
        job->tp[first + i] = match(&box, labels, count);
    }
}

/* Puts the category's detections in order of score, equal ones by image and rank. */
static void rank_category(struct ultra *job, size_t first, size_t n)
{
    double *score = job->score + first;
    uint16_t *tp = job->tp + first;
    for (size_t i = 0; i < n; i++)
        job->ranked[i] = (struct rank_item){rank_key(score[i]), (uint32_t)i};
    memcpy(job->unranked, tp, n * sizeof *tp);
    rank_sort(job->ranked, job->ranked + n, n);
    for (size_t i = 0; i < n; i++) {
        score[i] = rank_score(job->ranked[i].key);
        tp[i] = job->unranked[job->ranked[i].index];
    }
}

static void match_category(struct ultra *job, size_t category)
{
    const struct slots *rows = &job->sides.rows;
    struct label *labels = job->labels.items;
    size_t at = job->labels.category_start[category];
    size_t last = job->labels.category_start[category + 1];
    size_t first = rows->category_start[category], end = rows->category_start[category + 1];
    for (size_t i = first, run; i < end; i += run) {
        int32_t image = rows->items[i].image_rank;
        run = slots_run(rows, i);
        while (at < last && labels[at].image < image)
            at++;
        size_t from = at;
        while (at < last && labels[at].image == image)
            at++;
        match_run(job, i, run, labels + from, at - from);
    }
    rank_category(job, first, end - first);
}

static struct ranking ranking_of(const struct ultra *job, size_t category)
{
    const uint32_t *rows = job->sides.rows.category_start + category;
    const uint32_t *labels = job->labels.category_start + category;
    return (struct ranking){
        job->score + rows[0], job->tp + rows[0], rows[1] - rows[0], labels[1] - labels[0]};
}

/* ---- average precision ---- */

/* Y at X on the line from (X0, Y0) to (X1, Y1), X0 <= X <= X1. */
static double on_line(double x, double x0, double y0, double x1, double y1)
{
    return y0 + (y1 - y0) * ((x - x0) / (x1 - x0));
}

/* How many labels of each threshold are found, and at which places of the ranking. */
static void find_true_positives(
    struct ultra *job, const struct ranking *ranking, uint32_t tp[EVAL_IOUS])
{
    memset(tp, 0, EVAL_IOUS * sizeof *tp);
    for (size_t i = 0; i < ranking->n; i++)
        for (unsigned bits = ranking->tp[i]; bits; bits &= bits - 1) {
            int t = __builtin_ctz(bits);
            job->position[t][tp[t]++] = (uint32_t)i;
        }
}

/*
 * The curve at recall X, which the first TP of ALL true positives reach and the next does not.
 * While there is a next one its precision holds: what stands before it has less, or as much when
 * nothing is wrong. From the last detection a line leads to precision 0 at recall 1.
 */
static double precision_at(
    const struct ultra *job, const struct ranking *ranking, double x, uint32_t tp, uint32_t all)
{
    if (tp < all)
        return job->envelope[tp];
    if (tp == ranking->labels)
        return 0;
    return on_line(x, tp / (double)ranking->labels, tp / (double)ranking->n, 1, 0);
}

static double average_precision(
    struct ultra *job, const struct ranking *ranking, int threshold, uint32_t all)
{
    const uint32_t *position = job->position[threshold];
    double labels = (double)ranking->labels, area = 0, x = 0, y = 0;
    if (!all)
        return 0;
    for (uint32_t i = all; i-- > 0;) {
        double precision = (double)(i + 1) / ((double)position[i] + 1);
        job->envelope[i] = i + 1 < all ? fmax(precision, job->envelope[i + 1]) : precision;
    }
    uint32_t tp = 0;
    for (int r = 0; r < RECALLS; r++) {
        double next_x = r == RECALLS - 1 ? 1 : r * .01;
        while (tp < all && (tp + 1) / labels <= next_x)
            tp++;
        double next_y = precision_at(job, ranking, next_x, tp, all);
        if (r)
            area += (next_x - x) * (next_y + y) / 2;
        x = next_x;
        y = next_y;
    }
    return area;
}

/* ---- curves over the confidence ---- */

/* numpy's linspace(0, 1, 1000)[INDEX]. */
static double confidence_at(int index)
{
    return index == CONFIDENCES - 1 ? 1 : index * (1. / (CONFIDENCES - 1));
}

static void count_found(struct ultra *job, const struct ranking *ranking)
{
    uint32_t found = 0;
    for (size_t i = 0; i < ranking->n; i++)
        job->found[i] = found += ranking->tp[i] & 1;
}

/* How many detections have a score of at least CONFIDENCE. */
static size_t count_reached(const struct ranking *ranking, double confidence)
{
    size_t low = 0, high = ranking->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranking->score[middle] >= confidence)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct quotients {
    double precision, recall, f1;
};

/* The three curves at CONFIDENCE; count_found() was called for this category. */
static struct quotients quotients_at(
    const struct ultra *job, const struct ranking *ranking, double confidence)
{
    size_t n = count_reached(ranking, confidence);
    const uint32_t *found = job->found;
    struct quotients q = {.precision = 1};
    if (!ranking->n)
        return (struct quotients){0};
    if (n) {
        q.precision = found[n - 1] / (double)n;
        q.recall = found[n - 1] / (double)ranking->labels;
    }
    if (n && n < ranking->n) {
        double x0 = -ranking->score[n - 1], x1 = -ranking->score[n];
        double precision = found[n] / (double)(n + 1), recall = found[n] / (double)ranking->labels;
        q.precision = on_line(-confidence, x0, q.precision, x1, precision);
        q.recall = on_line(-confidence, x0, q.recall, x1, recall);
    }
    q.f1 = 2 * q.precision * q.recall / (q.precision + q.recall + F1_EPS);
    return q;
}

/* The first of the highest means over BOX neighbours; beyond the ends stand copies of them. */
static int find_smooth_peak(const double values[CONFIDENCES])
{
    double best = -1;
    int peak = 0;
    for (int i = 0; i < CONFIDENCES; i++) {
        double sum = 0;
        for (int k = i - BOX / 2; k <= i + BOX / 2; k++)
            sum += values[k < 0 ? 0 : k < CONFIDENCES ? k : CONFIDENCES - 1] * (1. / BOX);
        if (sum > best) {
            best = sum;
            peak = i;
        }
    }
    return peak;
}

/* ---- all together ---- */

static size_t longest(const uint32_t *start, size_t count)
{
    size_t most = 0;
    for (size_t c = 0; c < count; c++)
        most = start[c + 1] - start[c] > most ? start[c + 1] - start[c] : most;
    return most;
}

static bool make_room(struct ultra *job)
{
    struct arena *scratch = &job->scratch;
    size_t classes = job->dataset->category_count, rows = job->sides.rows.count;
    size_t most = longest(job->sides.rows.category_start, classes);
    size_t labels = longest(job->labels.category_start, classes);
    job->score = ARENA_ARRAY(scratch, double, rows + 1);
    job->tp = ARENA_ARRAY(scratch, uint16_t, rows + 1);
    job->ranked = ARENA_ARRAY(scratch, struct rank_item, 2 * most + 1);
    job->unranked = ARENA_ARRAY(scratch, uint16_t, most + 1);
    job->found = ARENA_ARRAY(scratch, uint32_t, most + 1);
    job->envelope = ARENA_ARRAY(scratch, double, labels + 1);
    bool made = job->score && job->tp && job->ranked && job->unranked && job->found;
    for (int t = 0; t < EVAL_IOUS; t++) {
        job->position[t] = ARENA_ARRAY(scratch, uint32_t, labels + 1);
        made = made && job->position[t];
    }
    return made && job->envelope;
}

/* AP of the category, and its part of the mean F1. Returns whether anything was found. */
static bool add_category(
    struct ultra *job, const struct ranking *ranking, struct eval_ultralytics_class *class)
{
    uint32_t tp[EVAL_IOUS];
    find_true_positives(job, ranking, tp);
    class->ap = 0;
    for (int t = 0; t < EVAL_IOUS; t++) {
        double ap = average_precision(job, ranking, t, tp[t]);
        class->ap += ap / EVAL_IOUS;
        if (t == 0)
            class->ap50 = ap;
    }
    if (!tp[0])
        return false; /* F1 is 0 everywhere */
    count_found(job, ranking);
    for (int i = 0; i < CONFIDENCES; i++)
        job->f1[i] += quotients_at(job, ranking, confidence_at(i)).f1;
    return true;
}

/* Takes the curves of each category at the best confidence. */
static void take_at_peak(struct ultra *job, struct eval_ultralytics *out, int64_t classes)
{
    for (int i = 0; i < CONFIDENCES; i++)
        job->f1[i] /= (double)classes;
    out->confidence = confidence_at(find_smooth_peak(job->f1));
    for (size_t c = 0; c < job->dataset->category_count; c++) {
        struct ranking ranking = ranking_of(job, c);
        struct eval_ultralytics_class *class = &out->classes[c];
        if (!ranking.labels)
            continue;
        count_found(job, &ranking);
        struct quotients q = quotients_at(job, &ranking, out->confidence);
        class->precision = q.precision;
        class->recall = q.recall;
        class->f1 = q.f1;
    }
}

static void average(struct eval_ultralytics *out, size_t category_count, int64_t classes)
{
    double n = (double)classes;
    for (size_t c = 0; c < category_count; c++) {
        const struct eval_ultralytics_class *class = &out->classes[c];
        if (!class->labels)
            continue;
        out->map50 += class->ap50 / n;
        out->map += class->ap / n;
        out->precision += class->precision / n;
        out->recall += class->recall / n;
        out->f1 += class->f1 / n;
    }
}

static void summarize(struct ultra *job, struct eval_ultralytics *out)
{
    static const struct eval_ultralytics_class UNDEFINED = {-1, -1, -1, -1, -1, 0};
    int64_t classes = 0;
    bool found = false;
    for (size_t c = 0; c < job->dataset->category_count; c++) {
        match_category(job, c);
        struct ranking ranking = ranking_of(job, c);
        struct eval_ultralytics_class *class = &out->classes[c];
        class->labels = ranking.labels;
        if (!ranking.labels) {
            *class = UNDEFINED;
            continue;
        }
        found |= add_category(job, &ranking, class);
        classes++;
    }
    if (!classes)
        out->map50 = out->map = out->precision = out->recall = out->f1 = -1;
    if (found) /* else all is 0: the original does not compute anything then */
        take_at_peak(job, out, classes);
    average(out, job->dataset->category_count, classes);
}

bool eval_ultralytics_ap(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, struct arena *arena, struct eval_ultralytics *out, struct err *err)
{
    struct ultra job = {.dataset = dataset, .detections = detections};
    size_t classes = dataset->category_count;
    arena_init(&job.scratch, 0);
    *out = (struct eval_ultralytics){.confidence = NAN};
    out->classes = ARENA_ARRAY(arena, struct eval_ultralytics_class, classes + 1);
    bool ok =
        sides_collect(dataset, detections, link, MOST_OF_AN_IMAGE, &job.scratch, &job.sides, err);
    if (ok && !(out->classes && make_labels(&job) && make_room(&job)))
        ok = err_set(err, ERR_MEMORY, "out of memory while computing Ultralytics' metrics");
    if (ok)
        summarize(&job, out);
    arena_done(&job.scratch);
    return ok;
}
