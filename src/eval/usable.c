#include "eval/usable.h"

bool usable_counts(
    const struct dataset *dataset, const struct detections *detections, struct err *err)
{
    return (detections->count <= INT32_MAX && dataset->annotation_count <= INT32_MAX &&
               dataset->image_count <= INT32_MAX - 2 && dataset->category_count <= INT32_MAX - 2) ||
           err_set(err, ERR_LIMIT, "more than 2147483647 boxes");
}

bool *usable_left_out(
    const struct dataset *dataset, const struct detections *detections, struct arena *arena)
{
    bool *left_out = ARENA_ARRAY(arena, bool, dataset->image_count + 1);
    if (!left_out || (!dataset->fractions && !detections->fractions))
        return left_out;
    for (size_t i = 0; i < dataset->image_count; i++) {
        const struct image *image = &dataset->images[i];
        left_out[i] = image->width_px <= 0 || image->height_px <= 0;
    }
    return left_out;
}
