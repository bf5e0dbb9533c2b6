#include "eval/sides.h"

#include "eval/by_image.h"
#include "eval/rank.h"

#include <math.h>

struct side_job {
    const struct dataset *dataset;
    const struct detections *detections;
    const struct link *link;
    struct arena *arena;
    struct by_image boxes;
    struct rank_item *ranked; /* room for the rows of any image, and as much scratch */
    bool *is_surplus;         /* as many */
};

/* Puts the slots, which stand by image, in order of the categories. */
static bool order(const struct side_job *job, struct slots *slots)
{
    return slots_sort(slots, job->dataset->image_count, job->dataset->category_count, job->arena);
}

static bool collect_truths(const struct side_job *job, struct slots *slots)
{
    const struct by_image *boxes = &job->boxes;
    size_t n = boxes->gt_start[job->dataset->image_count];
    slots->items = ARENA_ARRAY(job->arena, struct slot, n + 1);
    if (!slots->items)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct annotation *a = &job->dataset->annotations[boxes->gts[i]];
        slots->items[slots->count++] = (struct slot){a->category, a->image, boxes->gts[i]};
    }
    return order(job, slots);
}

/* Marks those of ROWS[0..COUNT) that are not among the MOST best. */
static void mark_surplus(const struct side_job *job, const int32_t *rows, size_t count, size_t most)
{
    for (size_t i = 0; i < count; i++) {
        double score = job->detections->rows[rows[i]].score;
        job->ranked[i] = (struct rank_item){rank_key(score), (uint32_t)i};
    }
    rank_sort(job->ranked, job->ranked + count, count);
    for (size_t i = 0; i < count; i++)
        job->is_surplus[job->ranked[i].index] = i >= most;
}

static bool collect_rows(struct side_job *job, struct slots *slots, size_t most)
{
    const struct by_image *boxes = &job->boxes;
    slots->items =
        ARENA_ARRAY(job->arena, struct slot, boxes->row_start[job->dataset->image_count] + 1);
    job->ranked = ARENA_ARRAY(job->arena, struct rank_item, 2 * boxes->most_rows + 1);
    job->is_surplus = ARENA_ARRAY(job->arena, bool, boxes->most_rows + 1);
    if (!slots->items || !job->ranked || !job->is_surplus)
        return false;
    for (size_t image = 0; image < job->dataset->image_count; image++) {
        const int32_t *rows = boxes->rows + boxes->row_start[image];
        size_t count = boxes->row_start[image + 1] - boxes->row_start[image];
        if (count > most)
            mark_surplus(job, rows, count, most);
        for (size_t i = 0; i < count; i++) {
            int32_t key = job->detections->rows[rows[i]].category_key;
            if (count <= most || !job->is_surplus[i])
                slots->items[slots->count++] =
                    (struct slot){job->link->category_of_key[key], (int32_t)image, rows[i]};
        }
    }
    return order(job, slots);
}

bool sides_collect(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, int32_t most, struct arena *arena, struct sides *sides,
    struct err *err)
{
    struct side_job job = {
        .dataset = dataset, .detections = detections, .link = link, .arena = arena};
    *sides = (struct sides){0};
    if (!by_image_make(dataset, detections, link, -INFINITY, arena, &job.boxes, err))
        return false;
    return (collect_truths(&job, &sides->truths) &&
               collect_rows(&job, &sides->rows, (size_t)most)) ||
           err_set(err, ERR_MEMORY, "out of memory while collecting boxes");
}
