#include "eval/by_image.h"

#include <math.h>

/* What decides whether a box is used. */
struct rules {
    const struct dataset *dataset;
    const struct detections *detections;
    const struct link *link;
    bool sized_only; /* fractions cannot be compared with pixels */
    double above;
};

static bool is_finite_box(const struct box *box)
{
    return isfinite(box->x) && isfinite(box->y) && isfinite(box->w) && isfinite(box->h);
}

static bool is_left_out(const struct rules *rules, int32_t image)
{
    const struct image *in = &rules->dataset->images[image];
    return rules->sized_only && (in->width_px <= 0 || in->height_px <= 0);
}

/* The image that a row or an annotation counts on, -1 none. */
typedef int32_t owner(const struct rules *rules, size_t index);

static int32_t image_of_row(const struct rules *rules, size_t index)
{
    const struct detection *row = &rules->detections->rows[index];
    int32_t image = rules->link->image_of_key[row->image_key];
    bool used = image >= 0 && rules->link->category_of_key[row->category_key] >= 0 &&
                row->score > rules->above && isfinite(row->score) && is_finite_box(&row->box) &&
                !is_left_out(rules, image);
    return used ? image : -1;
}

static int32_t image_of_annotation(const struct rules *rules, size_t index)
{
    const struct annotation *a = &rules->dataset->annotations[index];
    bool used = is_finite_box(&a->box) && isfinite(a->area) && !is_left_out(rules, a->image);
    return used ? a->image : -1;
}

/* Sorts COUNT things by their image, by counting; NULL when memory is out. */
static int32_t *list(const struct rules *rules, owner *image_of, size_t count, struct arena *arena,
    uint32_t **starts, size_t *most)
{
    size_t images = rules->dataset->image_count;
    uint32_t *start = ARENA_ARRAY(arena, uint32_t, images + 2);
    if (!start)
        return NULL;
    /* Two places on, so that after filling, start[i] is where image i begins. */
    for (size_t i = 0; i < count; i++)
        start[image_of(rules, i) + 2]++;
    start[1] = 0; /* what no image has */
    *most = 0;
    for (size_t i = 2; i < images + 2; i++) {
        *most = start[i] > *most ? start[i] : *most;
        start[i] += start[i - 1];
    }
    int32_t *items = ARENA_ARRAY(arena, int32_t, start[images + 1] + 1);
    for (size_t i = 0; items && i < count; i++) {
        int32_t image = image_of(rules, i);
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
    if (detections->count > INT32_MAX || dataset->annotation_count > INT32_MAX ||
        dataset->image_count > INT32_MAX - 2 || dataset->category_count > INT32_MAX - 2)
        return err_set(err, ERR_LIMIT, "more than 2147483647 boxes");
    struct rules rules = {.dataset = dataset,
        .detections = detections,
        .link = link,
        .sized_only = dataset->fractions || detections->fractions,
        .above = above};
    out->rows =
        list(&rules, image_of_row, detections->count, arena, &out->row_start, &out->most_rows);
    out->gts = list(&rules, image_of_annotation, dataset->annotation_count, arena, &out->gt_start,
        &out->most_gts);
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
