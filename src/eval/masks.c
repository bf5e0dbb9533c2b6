#include "eval/masks.h"

enum { GROUP_BYTES = 1 << 30 };

/* ---- sizes ---- */

bool masks_has_annotation(const struct dataset *dataset, size_t annotation)
{
    return dataset->masks && dataset->masks[annotation];
}

bool masks_has_row(const struct detections *detections, size_t row)
{
    return detections->masks && detections->masks[row];
}

static void take_size_of_runs(struct eval_size *size, const struct mask *mask)
{
    if (!size->width_px && mask->run_count)
        *size = (struct eval_size){mask->width_px, mask->height_px};
}

static struct eval_size own_size(const struct image *image, bool fractions)
{
    struct eval_size size = {image->width_px, image->height_px};
    bool is_known = size.width_px > 0 && size.height_px > 0 &&
                    (int64_t)size.width_px * size.height_px <= INT32_MAX;
    bool is_unit = fractions && size.width_px == 1 && size.height_px == 1;
    return is_known && !is_unit ? size : (struct eval_size){0, 0};
}

struct eval_size *masks_size_images(const struct dataset *dataset,
    const struct detections *detections, const struct link *link, struct arena *arena)
{
    bool fractions = dataset->fractions && detections->fractions;
    struct eval_size *sizes = ARENA_ARRAY(arena, struct eval_size, dataset->image_count + 1);
    if (!sizes)
        return NULL;
    for (size_t i = 0; i < dataset->image_count; i++)
        sizes[i] = own_size(&dataset->images[i], fractions);
    for (size_t i = 0; i < dataset->annotation_count; i++)
        if (masks_has_annotation(dataset, i))
            take_size_of_runs(&sizes[dataset->annotations[i].image], dataset->masks[i]);
    for (size_t i = 0; i < detections->count; i++) {
        int32_t image = link->image_of_key[detections->rows[i].image_key];
        if (image >= 0 && masks_has_row(detections, i))
            take_size_of_runs(&sizes[image], detections->masks[i]);
    }
    return sizes;
}

/* ---- drawing ---- */

bool masks_easel_init(struct mask_easel *easel, const struct dataset *dataset,
    const struct detections *detections, const struct eval_size *sizes, size_t most_gts,
    struct arena *arena)
{
    *easel = (struct mask_easel){.dataset = dataset, .detections = detections, .sizes = sizes};
    arena_init(&easel->gt_arena, GROUP_BYTES);
    arena_init(&easel->det_arena, GROUP_BYTES);
    mask_pen_init(&easel->pen);
    easel->gts = ARENA_ARRAY(arena, struct mask_runs, sizes ? most_gts : 0);
    return easel->gts != NULL;
}

void masks_easel_done(struct mask_easel *easel)
{
    arena_done(&easel->gt_arena);
    arena_done(&easel->det_arena);
    mask_pen_done(&easel->pen);
}

static bool draw_annotation(struct mask_easel *easel, size_t annotation, struct mask_runs *out)
{
    const struct eval_size *size = &easel->sizes[easel->dataset->annotations[annotation].image];
    struct mask_frame frame = {size->width_px, size->height_px, 1, 1};
    *out = (struct mask_runs){0};
    return !masks_has_annotation(easel->dataset, annotation) ||
           mask_runs_make(
               &easel->pen, easel->dataset->masks[annotation], &frame, &easel->gt_arena, out);
}

static bool draw_group(struct mask_easel *easel, struct match_group *group)
{
    arena_done(&easel->gt_arena);
    for (size_t g = 0; g < group->count; g++) {
        size_t annotation = (size_t)group->gts[g].annotation;
        if (!draw_annotation(easel, annotation, &easel->gts[g]))
            return false;
    }
    group->masks = easel->gts;
    easel->drawn = true;
    return true;
}

static bool draw_detection(
    struct mask_easel *easel, size_t row, int32_t image, struct match_det *det)
{
    const struct detections *detections = easel->detections;
    const struct eval_size *size = &easel->sizes[image];
    struct mask_frame frame = {size->width_px, size->height_px, 1, 1};
    det->mask = &easel->det;
    arena_done(&easel->det_arena);
    if (!masks_has_row(detections, row))
        return mask_runs_of_box(&easel->pen, &det->box, &frame, &easel->det_arena, &easel->det);
    if (detections->fractions) {
        frame.x_unit_px = size->width_px;
        frame.y_unit_px = size->height_px;
    }
    if (!mask_runs_make(
            &easel->pen, detections->masks[row], &frame, &easel->det_arena, &easel->det))
        return false;
    if (!detections->boxes_say_areas)
        det->area = easel->det.area_px;
    return true;
}

bool masks_draw(struct mask_easel *easel, struct match_group *group, size_t row, int32_t image,
    struct match_det *det)
{
    return (easel->drawn || draw_group(easel, group)) && draw_detection(easel, row, image, det);
}
