/*
 * The masks of the boxes that a gallery shows, as runs of their image.
 * Knows: studies whose masks are in memory. Must not know: which boxes are shown, how a mask is laid.
 */
#include "work/gallery_masks.h"

#include "eval/masks.h"

static const struct mask *mask_of(const struct study *study, const struct eval_box *box)
{
    size_t source = (size_t)box->source;
    if (box->is_gt)
        return masks_has_annotation(study->dataset, source) ? study->dataset->masks[source] : NULL;
    return masks_has_row(study->detections, source) ? study->detections->masks[source] : NULL;
}

static int32_t image_of(const struct study *study, const struct eval_box *box)
{
    return box->is_gt
               ? study->dataset->annotations[box->source].image
               : study->link.image_of_key[study->detections->rows[box->source].image_key];
}

bool gallery_add_mask(const struct study *study, const struct eval_box *from, struct mask_pen *pen,
    struct easel_tile *tile, struct easel_box *box, struct err *err)
{
    const struct mask *mask = mask_of(study, from);
    if (!mask)
        return true;
    const struct image *image = &study->dataset->images[image_of(study, from)];
    struct mask_frame frame = {image->width_px, image->height_px, 1, 1};
    if (!from->is_gt && study->detections->fractions) {
        frame.x_unit_px = image->width_px;
        frame.y_unit_px = image->height_px;
    }
    /* Runs of another size than the image's would lie beside what they are of. */
    if (mask->run_count && image->width_px &&
        (mask->width_px != image->width_px || mask->height_px != image->height_px))
        return true;
    struct arena arena = {0};
    struct mask_runs runs;
    bool ok = mask_runs_make(pen, mask, &frame, &arena, &runs) &&
              (!runs.area_px ||
                  easel_tile_mask(tile, box, runs.runs, runs.count, runs.height_px));
    arena_done(&arena);
    return ok || err_set(err, ERR_MEMORY, "out of memory");
}
