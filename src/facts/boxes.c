#include "facts/boxes.h"

#include <stdlib.h>
#include <string.h>

struct dataset *dataset_new(void)
{
    return calloc(1, sizeof(struct dataset));
}

void dataset_free(struct dataset *dataset)
{
    if (!dataset)
        return;
    arena_done(&dataset->arena);
    free(dataset);
}

void dataset_size_image(struct dataset *dataset, size_t index, int32_t width_px, int32_t height_px)
{
    struct image *image = &dataset->images[index];
    if (image->width_px || image->height_px)
        return;
    image->width_px = width_px;
    image->height_px = height_px;
    if (!dataset->fractions)
        return;
    for (size_t i = 0; i < dataset->annotation_count; i++) {
        struct annotation *a = &dataset->annotations[i];
        if ((size_t)a->image != index)
            continue;
        a->box = (struct box){a->box.x * width_px, a->box.y * height_px, a->box.w * width_px,
            a->box.h * height_px};
        a->area = a->box.w * a->box.h;
        if (dataset->masks)
            mask_scale(dataset->masks[i], width_px, height_px);
    }
}

struct ordered_image {
    const struct image *image;
    int32_t index;
};

static int compare_images(const void *left, const void *right)
{
    const struct ordered_image *of_a = left, *of_b = right;
    const struct image *a = of_a->image, *b = of_b->image;
    if (!a->key != !b->key)
        return a->key ? 1 : -1;
    int order = a->key ? strcmp(a->key, b->key) : (a->id > b->id) - (a->id < b->id);
    return order ? order : of_a->index - of_b->index;
}

bool dataset_order_images(const struct dataset *dataset, int32_t *order)
{
    size_t n = dataset->image_count;
    struct ordered_image *images = calloc(n + 1, sizeof *images);
    if (!images)
        return false;
    for (size_t i = 0; i < n; i++)
        images[i] = (struct ordered_image){&dataset->images[i], (int32_t)i};
    qsort(images, n, sizeof *images, compare_images);
    for (size_t i = 0; i < n; i++)
        order[i] = images[i].index;
    free(images);
    return true;
}

bool image_column_has(const struct image_column *column, size_t index, const char *value)
{
    const char *at = column->values[index];
    if (!at || !column->is_tags)
        return at && strcmp(at, value) == 0;
    size_t length = strlen(value);
    for (;; at++) {
        const char *end = strchrnul(at, '\n');
        if ((size_t)(end - at) == length && memcmp(at, value, length) == 0)
            return true;
        if (!*end)
            return false;
        at = end;
    }
}

void mask_scale(struct mask *mask, double x_factor, double y_factor)
{
    for (size_t i = 0; mask && i < mask->polygon_count; i++) {
        struct polygon *polygon = &mask->polygons[i];
        for (size_t p = 0; p < polygon->point_count; p++) {
            polygon->xy[2 * p] *= x_factor;
            polygon->xy[2 * p + 1] *= y_factor;
        }
    }
}

uint32_t mask_runs_extent(const uint32_t *runs, size_t count, int32_t height_px, struct box *box)
{
    uint32_t height = (uint32_t)height_px, at = 0, inside = 0;
    uint32_t left = UINT32_MAX, right = 0, top = UINT32_MAX, bottom = 0;
    for (size_t i = 0; i < count; at += runs[i++]) {
        if (i % 2 == 0 || !runs[i])
            continue;
        uint32_t column = at / height, row = at % height, end = row + runs[i];
        if (left == UINT32_MAX)
            left = column;
        right = column;
        if (end > height) { /* into the columns behind */
            right += (end - 1) / height;
            row = 0;
            end = height;
        }
        top = row < top ? row : top;
        bottom = end > bottom ? end : bottom;
        inside += runs[i];
    }
    *box = (struct box){0};
    if (inside)
        *box = (struct box){left, top, right - left + 1, bottom - top};
    return inside;
}

struct detections *detections_new(void)
{
    return calloc(1, sizeof(struct detections));
}

void detections_free(struct detections *detections)
{
    if (!detections)
        return;
    free(detections->rows);
    free(detections->masks);
    arena_done(&detections->arena);
    free(detections);
}
