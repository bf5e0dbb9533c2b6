#include "eval/sides.h"

#include "eval/rank.h"

#include <math.h>

struct side_job {
    const struct dataset *dataset;
    const struct detections *detections;
    const struct link *link;
    struct arena *arena;
};

static bool is_finite_box(const struct box *box)
{
    return isfinite(box->x) && isfinite(box->y) && isfinite(box->w) && isfinite(box->h);
}

/* Fractions cannot be compared with pixels. */
static bool is_left_out(const struct side_job *job, int32_t image)
{
    const struct image *in = &job->dataset->images[image];
    return (job->dataset->fractions || job->detections->fractions) &&
           (in->width_px <= 0 || in->height_px <= 0);
}

static bool collect_truths(const struct side_job *job, struct slots *slots)
{
    const struct dataset *dataset = job->dataset;
    slots->items = ARENA_ARRAY(job->arena, struct slot, dataset->annotation_count + 1);
    if (!slots->items)
        return false;
    for (size_t i = 0; i < dataset->annotation_count; i++) {
        const struct annotation *a = &dataset->annotations[i];
        if (!is_left_out(job, a->image) && is_finite_box(&a->box) && isfinite(a->area))
            slots->items[slots->count++] = (struct slot){a->category, a->image, (int32_t)i};
    }
    return true;
}

static bool collect_rows(const struct side_job *job, struct slots *slots)
{
    const struct detections *detections = job->detections;
    slots->items = ARENA_ARRAY(job->arena, struct slot, detections->count + 1);
    if (!slots->items)
        return false;
    for (size_t i = 0; i < detections->count; i++) {
        const struct detection *row = &detections->rows[i];
        int32_t image = job->link->image_of_key[row->image_key];
        int32_t category = job->link->category_of_key[row->category_key];
        if (image >= 0 && category >= 0 && !is_left_out(job, image) && is_finite_box(&row->box) &&
            isfinite(row->score))
            slots->items[slots->count++] = (struct slot){category, image, (int32_t)i};
    }
    return true;
}

/* Marks the rows of an image, its COUNT slots, that are not among its MOST best. */
static void mark_surplus(const struct side_job *job, const struct slot *slots, size_t count,
    size_t most, struct rank_item *ranked, bool *surplus)
{
    for (size_t i = 0; i < count; i++)
        ranked[i] =
            (struct rank_item){rank_key(job->detections->rows[slots[i].source].score), (uint32_t)i};
    rank_sort(ranked, ranked + count, count);
    for (size_t i = most; i < count; i++)
        surplus[slots[ranked[i].index].source] = true;
}

static bool limit_rows(const struct side_job *job, struct slots *rows, size_t most)
{
    if (rows->count <= most)
        return true;
    struct slots images = {.count = rows->count}; /* the same as if there were one category */
    images.items = ARENA_ARRAY(job->arena, struct slot, rows->count);
    struct rank_item *ranked = ARENA_ARRAY(job->arena, struct rank_item, 2 * rows->count);
    bool *surplus = ARENA_ARRAY(job->arena, bool, job->detections->count);
    if (!images.items || !ranked || !surplus)
        return false;
    for (size_t i = 0; i < rows->count; i++)
        images.items[i] = (struct slot){0, rows->items[i].image_rank, rows->items[i].source};
    if (!slots_sort(&images, job->dataset->image_count, 1, job->arena))
        return false;
    for (size_t i = 0, run; i < images.count; i += run) {
        run = slots_run(&images, i);
        if (run > most)
            mark_surplus(job, images.items + i, run, most, ranked, surplus);
    }
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++)
        if (!surplus[rows->items[i].source])
            rows->items[kept++] = rows->items[i];
    rows->count = kept;
    return true;
}

bool sides_collect(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, int32_t most, struct arena *arena, struct sides *sides,
    struct err *err)
{
    struct side_job job = {dataset, detections, link, arena};
    *sides = (struct sides){0};
    if (detections->count > INT32_MAX || dataset->annotation_count > INT32_MAX)
        return err_set(err, ERR_LIMIT, "more than 2147483647 boxes");
    return (collect_truths(&job, &sides->truths) && collect_rows(&job, &sides->rows) &&
               limit_rows(&job, &sides->rows, (size_t)most) &&
               slots_sort(&sides->truths, dataset->image_count, dataset->category_count, arena) &&
               slots_sort(&sides->rows, dataset->image_count, dataset->category_count, arena)) ||
           err_set(err, ERR_MEMORY, "out of memory while collecting boxes");
}
