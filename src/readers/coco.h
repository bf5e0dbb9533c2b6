/*
 * What the files of the COCO format share: the two readers and their way through lists of objects.
 * Knows: COCO's keys. Must not know: YOLO or other formats.
 */
#pragma once

#include "base/json.h"
#include "readers/annotation.h"

/* As the functions of struct annotation_format. */
struct dataset *coco_truth_read(
    const char *path, const struct annotation_options *options, struct err *err);
struct detections *coco_results_read(
    const char *path, const struct annotation_options *options, struct err *err);

/* What is done with "segmentation". Skipping it is much the fastest; where rows turn out to have no
 * "bbox", the file is read again for the extents of their shapes. */
enum coco_shapes { COCO_SKIP_SHAPES, COCO_SHAPE_EXTENTS, COCO_KEEP_SHAPES };

enum coco_step {
    COCO_ITEM,  /* at an object: take its members, up to and with its end */
    COCO_OTHER, /* an item that is no object has been skipped */
    COCO_LIST_END,
    COCO_STOP, /* bad document */
};
/* The next item of the list that is open. */
enum coco_step coco_next_item(struct json *json);
/* Behind a key: enters its list. False when the value is null (no list then, and no error) or
 * something else (*WRONG is then set to what the file is said not to hold) or bad. */
bool coco_enter_list(struct json *json, const char *said, const char **wrong);

/* Takes the key's value: a number, also as text (true is 1, false 0), else NaN and the value is
 * skipped. *UNREADABLE counts values that are no finite number; null is none. */
double coco_take_number(struct json *json, int64_t *unreadable);
/* The same for a box: exactly four finite numbers. An empty list is none too, as some tools write
 * beside masks. */
bool coco_take_box(struct json *json, struct box *box, int64_t *unreadable);
/* Appends the key's value to the emptied NAME when it is text; else leaves it empty, and *UNREADABLE
 * counts what is neither text nor null, or too long. False: no memory. */
bool coco_take_text(struct json *json, struct buf *name, int64_t *unreadable);
