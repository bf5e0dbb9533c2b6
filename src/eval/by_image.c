#include "eval/by_image.h"

#include "eval/usable.h"

struct lister {
    const struct dataset *dataset;
    const struct detections *detections;
    const struct link *link;
    const bool *left_out;
    double above;
};

/* The image that a row or an annotation counts on, -1 none. */
typedef int32_t owner(const struct lister *lister, size_t index);

static int32_t image_of_row(const struct lister *lister, size_t index)
{
    const struct detection *row = &lister->detections->rows[index];
    bool used =
        row->score > lister->above && usable_row(row, lister->link, lister->left_out) == USABLE;
    return used ? lister->link->image_of_key[row->image_key] : -1;
}

static int32_t image_of_annotation(const struct lister *lister, size_t index)
{
    const struct annotation *a = &lister->dataset->annotations[index];
    return usable_annotation(a, lister->left_out) ? a->image : -1;
}

/* Sorts COUNT things by their image, by counting; NULL when memory is out. */
static int32_t *list(const struct lister *lister, owner *image_of, size_t count,
    struct arena *arena, uint32_t **starts, size_t *most)
{
    size_t images = lister->dataset->image_count;
    uint32_t *start = ARENA_ARRAY(arena, uint32_t, images + 2);
    if (!start)
        return NULL;
    /* Two places on, so that after filling, start[i] is where image i begins. */
    for (size_t i = 0; i < count; i++)
        start[image_of(lister, i) + 2]++;
    start[1] = 0; /* what no image has */
    *most = 0;
    for (size_t i = 2; i < images + 2; i++) {
        *most = start[i] > *most ? start[i] : *most;
        start[i] += start[i - 1];
    }
    int32_t *items = ARENA_ARRAY(arena, int32_t, start[images + 1] + 1);
    for (size_t i = 0; items && i < count; i++) {
        int32_t image = image_of(lister, i);
        if (image >= 0)
            items[start[image + 1]++] = (int32_t)i;
    }
    *starts = start;
    return items;
}

bool by_image_make(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, double above, struct arena *arena, struct by_image *out,
    struct err *err)
{
    if (!usable_counts(dataset, detections, err))
        return false;
    struct lister lister = {.dataset = dataset,
        .detections = detections,
        .link = link,
        .left_out = usable_left_out(dataset, detections, arena),
        .above = above};
    *out = (struct by_image){0};
    if (lister.left_out) {
        out->rows =
            list(&lister, image_of_row, detections->count, arena, &out->row_start, &out->most_rows);
        out->gts = list(&lister, image_of_annotation, dataset->annotation_count, arena,
            &out->gt_start, &out->most_gts);
    }
    if (!out->rows || !out->gts)
        return err_set(err, ERR_MEMORY, "out of memory while sorting boxes by image");
    return true;
}

bool by_image_admit(int64_t *pairs, size_t rows, size_t gts, struct err *err)
{
    *pairs += (int64_t)rows * (int64_t)gts;
    if (*pairs > BY_IMAGE_PAIRS_MOST)
        return err_set(err, ERR_LIMIT, "more than %lld pairs of boxes share an image",
            (long long)BY_IMAGE_PAIRS_MOST);
    return true;
}
