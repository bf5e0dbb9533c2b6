/*
 * Feeds arbitrary bytes to the drawing and comparing of masks: as values of a JSON object, which
 * the COCO reader takes for shapes (polygons, or runs as numbers or compressed text), and as
 * numbers of polygons, which may then be anything.
 */
#include "annotation_sets.h"

#include "eval/mask_runs.h"
#include "readers/coco_mask.h"
#include "readers/mask_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_MASKS = 6, MOST_POINTS = 400 };

/* What the bytes said, made ready. */
struct drawing {
    struct arena arena;
    struct mask_pen pen;
    struct mask_frame frame;
    struct mask_runs masks[MOST_MASKS];
    size_t count;
};

static void check_runs(const struct mask_runs *mask)
{
    uint64_t sum = 0, inside = 0;
    for (size_t i = 0; i < mask->count; i++) {
        sum += mask->runs[i];
        inside += i % 2 ? mask->runs[i] : 0;
    }
    const struct box *box = &mask->box;
    check(sum == (uint64_t)mask->width_px * (uint64_t)mask->height_px && inside == mask->area_px);
    check(box->x >= 0 && box->x + box->w <= mask->width_px);
    check(box->y >= 0 && box->y + box->h <= mask->height_px);
    check(inside <= box->w * box->h);
}

static void check_overlap(const struct mask_runs *a, const struct mask_runs *b)
{
    double iou = mask_runs_iou(a, b, false), part = mask_runs_iou(a, b, true);
    check(iou >= 0 && iou <= part && part <= 1);
    check(mask_runs_iou(b, a, false) == iou && (iou > 0) == (part > 0));
    check(a != b || iou == (a->area_px > 0));
}

static void add(struct drawing *drawing, const struct mask *mask)
{
    struct mask_runs *out = &drawing->masks[drawing->count++];
    check(mask_runs_make(&drawing->pen, mask, &drawing->frame, &drawing->arena, out));
    check_runs(out);
}

/* The masks against each other and against their own boxes, which hold them. */
static void compare(struct drawing *drawing)
{
    for (size_t i = 0; i < drawing->count; i++) {
        struct mask_runs *mask = &drawing->masks[i], box;
        struct mask_frame own = {mask->width_px, mask->height_px, 1, 1};
        for (size_t k = 0; k < drawing->count; k++)
            check_overlap(mask, &drawing->masks[k]);
        check(mask_runs_of_box(&drawing->pen, &mask->box, &own, &drawing->arena, &box));
        check_runs(&box);
        check(box.area_px == mask->box.w * mask->box.h);
        check(!mask->area_px || mask_runs_iou(mask, &box, true) == 1);
    }
    drawing->count = 0;
}

static void read_shapes(struct drawing *drawing, const uint8_t *data, size_t size)
{
    struct coco_mask_reader reader;
    struct mask_list list = {0};
    struct coco_shape shape;
    struct json json;
    size_t rows = 0;
    coco_mask_reader_init(&reader, &drawing->arena);
    json_init_memory(&json, data, size);
    if (json_next(&json) == JSON_OBJECT)
        while (rows < MOST_MASKS && json_next(&json) == JSON_KEY) {
            check(coco_take_shape(&reader, &json, &shape));
            check_mask(shape.mask);
            check(mask_list_put(&list, rows++, shape.mask));
        }
    check(mask_list_finish(&list, rows));
    for (size_t i = 0; list.masks && i < rows; i++)
        if (list.masks[i])
            add(drawing, list.masks[i]);
    compare(drawing);
    mask_list_done(&list);
    coco_mask_reader_done(&reader);
}

/* Polygons of up to MOST_POINTS doubles, or of steps of a sixteenth of a pixel. */
static void draw_numbers(struct drawing *drawing, const uint8_t *data, size_t size, bool doubles)
{
    static double xy[MOST_MASKS][2 * MOST_POINTS];
    size_t width = doubles ? sizeof(double) : sizeof(int16_t), numbers = size / width;
    size_t each = numbers / MOST_MASKS < 2 * MOST_POINTS ? numbers / MOST_MASKS : 2 * MOST_POINTS;
    struct polygon polygons[MOST_MASKS];
    for (size_t m = 0; m < MOST_MASKS; m++) {
        for (size_t i = 0; i < each; i++) {
            const uint8_t *at = data + (m * each + i) * width;
            int16_t sixteenths;
            memcpy(&sixteenths, at, sizeof sixteenths);
            if (doubles)
                memcpy(&xy[m][i], at, sizeof xy[m][i]);
            else
                xy[m][i] = sixteenths / 16.;
        }
        polygons[m] = (struct polygon){xy[m], each / 2};
        add(drawing, &(struct mask){.polygons = polygons, .polygon_count = m + 1});
    }
    compare(drawing);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct drawing drawing = {.frame = {640, 480, 1, 1}};
    arena_init(&drawing.arena, 0);
    mask_pen_init(&drawing.pen);
    read_shapes(&drawing, data, size);
    if (size > 4) {
        uint16_t sides[2];
        memcpy(sides, data, sizeof sides);
        drawing.frame.width_px = sides[0] >> (sides[0] & 15);
        drawing.frame.height_px = sides[1] >> (sides[1] & 15);
        draw_numbers(&drawing, data + sizeof sides, size - sizeof sides, false);
        draw_numbers(&drawing, data + sizeof sides, size - sizeof sides, true);
    }
    mask_pen_done(&drawing.pen);
    arena_done(&drawing.arena);
    return 0;
}
