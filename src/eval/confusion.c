#include "eval/confusion.h"

#include "eval/by_image.h"
#include "eval/match.h"
#include "eval/rank.h"
#include "eval/slots.h"

#include <math.h>
#include <stdlib.h>

/* A ground truth of the image at hand. */
struct truth {
    struct box box;
    double iou; /* of the detection that has it; before, the highest with any */
    int32_t annotation;
    int32_t draft; /* the detection that has it so far, -1 none */
};

struct job {
    const struct dataset *dataset;
    const struct detections *detections;
    const struct link *link;
    const struct eval_confusion_settings *settings;
    struct arena scratch;
    struct by_image boxes;
    struct truth *truths; /* of the image at hand */
    size_t truth_count;
    struct eval_confusion_box *drafts; /* boxes by image: detections, then missed ground truth */
    size_t draft_count;
};

struct eval_confusion_settings eval_confusion_settings_default(void)
{
    return (struct eval_confusion_settings){.confidence = .25, .iou = .45};
}

/* Not match_iou(): 1e-7 more in the denominator. */
static double iou_of(const struct box *a, const struct box *b)
{
    double both = match_shared(a, b);
    if (!(both > 0))
        return 0;
    double iou = both / (a->w * a->h + b->w * b->h - both + 1e-7);
    return iou > 0 ? iou : 0; /* overflow can make it NaN */
}

static void gather_truths(struct job *job, size_t image)
{
    job->truth_count = 0;
    for (uint32_t i = job->boxes.gt_start[image]; i < job->boxes.gt_start[image + 1]; i++) {
        int32_t source = job->boxes.gts[i];
        const struct annotation *a = &job->dataset->annotations[source];
        if (!a->crowd)
            job->truths[job->truth_count++] =
                (struct truth){.box = a->box, .annotation = source, .draft = -1};
    }
}

/*
 * The next detection in file order wants the ground truth that it overlaps most, the later of
 * equals, and gets it from one that overlaps it less or as much. Only its first choice counts, so
 * the pairs need not be kept.
 */
static void add_detection(struct job *job, int32_t row, int32_t image)
{
    struct box box = eval_pixel_box(job->dataset, job->detections, (size_t)row, image);
    struct truth *best = NULL;
    double highest = 0;
    for (size_t g = 0; g < job->truth_count; g++) {
        struct truth *truth = &job->truths[g];
        double iou = iou_of(&box, &truth->box);
        if (iou > 0 && iou >= highest) {
            highest = iou;
            best = truth;
        }
        if (truth->draft < 0 && iou > truth->iou)
            truth->iou = iou;
    }
    int32_t draft = (int32_t)job->draft_count++;
    job->drafts[draft] =
        (struct eval_confusion_box){.iou = highest, .image = image, .row = row, .annotation = -1};
    if (!(highest > job->settings->iou))
        return;
    if (best->draft >= 0 && highest < best->iou)
        return;
    if (best->draft >= 0)
        job->drafts[best->draft].annotation = -1;
    job->drafts[draft].annotation = best->annotation;
    best->draft = draft;
    best->iou = highest;
}

static void add_missed(struct job *job, int32_t image)
{
    for (size_t g = 0; g < job->truth_count; g++) {
        const struct truth *truth = &job->truths[g];
        if (truth->draft < 0)
            job->drafts[job->draft_count++] = (struct eval_confusion_box){
                .iou = truth->iou, .image = image, .row = -1, .annotation = truth->annotation};
    }
}

static bool match_images(struct job *job, struct err *err)
{
    const struct by_image *boxes = &job->boxes;
    int64_t pairs = 0;
    for (size_t image = 0; image < job->dataset->image_count; image++) {
        gather_truths(job, image);
        uint32_t end = boxes->row_start[image + 1];
        if (!by_image_admit(&pairs, end - boxes->row_start[image], job->truth_count, err))
            return false;
        for (uint32_t i = boxes->row_start[image]; i < end; i++)
            add_detection(job, boxes->rows[i], (int32_t)image);
        add_missed(job, (int32_t)image);
    }
    return true;
}

static int32_t predicted_class(const struct job *job, const struct eval_confusion_box *box)
{
    if (box->row < 0)
        return (int32_t)job->dataset->category_count;
    return job->link->category_of_key[job->detections->rows[box->row].category_key];
}

static int32_t true_class(const struct job *job, const struct eval_confusion_box *box)
{
    if (box->annotation < 0)
        return (int32_t)job->dataset->category_count;
    return job->dataset->annotations[box->annotation].category;
}

/* Lists the drafts of one cell by score. */
static void list_cell(const struct job *job, const struct slot *slots, size_t n,
    struct rank_item *ranked, struct eval_confusion_box *boxes)
{
    for (size_t i = 0; i < n; i++) {
        int32_t row = job->drafts[slots[i].source].row;
        double score = row < 0 ? 0 : job->detections->rows[row].score;
        ranked[i] = (struct rank_item){rank_key(score), (uint32_t)slots[i].source};
    }
    rank_sort(ranked, ranked + n, n);
    for (size_t i = 0; i < n; i++)
        boxes[i] = job->drafts[ranked[i].index];
}

/* Puts the drafts in order of cells: for slots, the predicted class is a category, the true class
 * the rank of an image. */
static bool sort_drafts(struct job *job, struct slots *slots)
{
    size_t classes = job->dataset->category_count + 1;
    *slots = (struct slots){.items = ARENA_ARRAY(&job->scratch, struct slot, job->draft_count + 1),
        .count = job->draft_count};
    if (!slots->items)
        return false;
    for (size_t i = 0; i < job->draft_count; i++)
        slots->items[i] = (struct slot){.category = predicted_class(job, &job->drafts[i]),
            .image_rank = true_class(job, &job->drafts[i]),
            .source = (int32_t)i};
    return slots_sort(slots, classes, classes, &job->scratch);
}

static bool list_cells(struct job *job, struct arena *arena, struct eval_confusion *out)
{
    struct slots slots;
    size_t longest = 0;
    if (!sort_drafts(job, &slots))
        return false;
    for (size_t i = 0, run; i < slots.count; i += run) {
        run = slots_run(&slots, i);
        longest = run > longest ? run : longest;
        out->cell_count++;
    }
    struct rank_item *ranked = ARENA_ARRAY(&job->scratch, struct rank_item, 2 * longest + 1);
    out->cells = ARENA_ARRAY(arena, struct eval_confusion_cell, out->cell_count + 1);
    out->boxes = ARENA_ARRAY(arena, struct eval_confusion_box, slots.count + 1);
    if (!ranked || !out->cells || !out->boxes)
        return false;
    out->box_count = slots.count;
    struct eval_confusion_cell *cell = out->cells;
    for (size_t i = 0, run; i < slots.count; i += run, cell++) {
        run = slots_run(&slots, i);
        *cell = (struct eval_confusion_cell){.predicted = slots.items[i].category,
            .truth = slots.items[i].image_rank,
            .start = (uint32_t)i,
            .count = (uint32_t)run};
        list_cell(job, &slots.items[i], run, ranked, &out->boxes[i]);
        if (cell->predicted == cell->truth)
            out->trace += cell->count;
    }
    return true;
}

static bool make_room(struct job *job, struct err *err)
{
    size_t images = job->dataset->image_count;
    size_t most = (size_t)job->boxes.row_start[images] + job->boxes.gt_start[images];
    if (most > INT32_MAX)
        return err_set(err, ERR_LIMIT, "more than 2147483647 boxes");
    job->truths = ARENA_ARRAY(&job->scratch, struct truth, job->boxes.most_gts + 1);
    job->drafts = ARENA_ARRAY(&job->scratch, struct eval_confusion_box, most + 1);
    if (!job->truths || !job->drafts)
        return err_set(err, ERR_MEMORY, "out of memory while confusing classes");
    return true;
}

bool eval_confusion_make(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, const struct eval_confusion_settings *settings, struct arena *arena,
    struct eval_confusion *out, struct err *err)
{
    if (!(isfinite(settings->confidence) && settings->iou >= 0 && settings->iou < 1))
        return err_set(err, ERR_USAGE, "an IoU must be 0 or more and below 1");
    *out = (struct eval_confusion){
        .settings = *settings, .background = (int32_t)dataset->category_count};
    struct job job = {
        .dataset = dataset, .detections = detections, .link = link, .settings = settings};
    arena_init(&job.scratch, 0);
    bool made = by_image_make(dataset, detections, link, settings->confidence, &job.scratch,
                    &job.boxes, err) &&
                make_room(&job, err) && match_images(&job, err);
    if (made && !list_cells(&job, arena, out))
        made = err_set(err, ERR_MEMORY, "out of memory while confusing classes");
    arena_done(&job.scratch);
    return made;
}

const struct eval_confusion_cell *eval_confusion_find(
    const struct eval_confusion *confusion, int32_t predicted, int32_t truth)
{
    size_t low = 0, high = confusion->cell_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct eval_confusion_cell *cell = &confusion->cells[middle];
        if (cell->predicted == predicted && cell->truth == truth)
            return cell;
        if (cell->predicted < predicted || (cell->predicted == predicted && cell->truth < truth))
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
