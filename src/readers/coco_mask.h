/*
 * The shapes of COCO files: polygons, and run lengths as numbers or as a compressed string.
 * Knows: the value of "segmentation". Must not know: whose shape it is, or what is done with it.
 */
#pragma once

#include "base/json.h"
#include "facts/boxes.h"

/* A picture of more than COCO_MASK_MAX_SIDE_PX a side is none, and no shape has more numbers. */
enum { COCO_MASK_MAX_SIDE_PX = 1 << 16, COCO_MASK_MAX_NUMBERS = 1 << 22 };

struct coco_mask_reader {
    struct arena *arena; /* for the masks; NULL: only their extent is wanted */
    /* Of the shape being read; malloc'd and used again. */
    double *xy;
    size_t *ends; /* where each polygon ends in xy */
    uint32_t *runs;
    size_t xy_count, xy_capacity, end_count, end_capacity, run_count, run_capacity;
    double size[2]; /* height, width */
    struct buf text;
    bool broken, no_memory;
};

/* What has been taken: neither for a shape of no points (an empty list, null). */
struct coco_shape {
    struct mask *mask; /* NULL also without an arena */
    struct box box;    /* the extent */
    bool has_box;
    bool broken; /* there was something, and it was no shape, or not only */
};

void coco_mask_reader_init(struct coco_mask_reader *reader, struct arena *arena);
void coco_mask_reader_done(struct coco_mask_reader *reader);
/* Takes the key's value, whatever it is. False when memory is out. */
bool coco_take_shape(struct coco_mask_reader *reader, struct json *json, struct coco_shape *shape);
