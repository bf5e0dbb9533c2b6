/*
 * The confusion matrix of classes, by Ultralytics' rule, with the boxes behind each cell.
 * Knows: whole images with all their classes. Must not know: the matched set of coco.h, whose
 * matching is another, files, how results are shown.
 *
 * Detections of score > confidence against ground truth that is not a crowd, whatever their
 * classes; no limit on their number. All pairs of IoU > iou stand by descending IoU (ties: the
 * later ground truth, then the later detection, in file order): each detection keeps its first,
 * then each ground truth its first of these. The IoU has 1e-7 added to its denominator, as there
 * (metrics.py, ConfusionMatrix.process_batch and box_iou; float64 here). What is left alone meets
 * the background, on images without any match too.
 */
#pragma once

#include "base/err.h"
#include "eval/link.h"
#include "facts/boxes.h"

struct eval_confusion_settings {
    double confidence; /* finite */
    double iou;        /* 0 <= iou < 1 */
};

struct eval_confusion_settings eval_confusion_settings_default(void); /* .25, .45 */

/* One detection, one ground truth, or both matched. */
struct eval_confusion_box {
    double iou;    /* with the partner; without one the highest with any box of the other side */
    int32_t image; /* index into dataset->images */
    int32_t row;   /* index into detections->rows, -1 none: the ground truth was missed */
    int32_t annotation; /* index into dataset->annotations, -1 none: nothing is there */
};

/* A cell that is not 0. */
struct eval_confusion_cell {
    int32_t predicted, truth; /* indices of categories, or `background` */
    uint32_t start, count;    /* its boxes are [start, start + count) */
};

struct eval_confusion {
    struct eval_confusion_settings settings; /* that it was made with */
    int32_t background;                /* category_count of the dataset: the last row and column */
    struct eval_confusion_cell *cells; /* by predicted, then truth */
    struct eval_confusion_box *boxes;  /* in the order of the cells; inside one by descending score
                                          (ties: image, then file order), missed ones by image */
    size_t cell_count, box_count;      /* box_count is the sum of the matrix */
    int64_t trace;                     /* matched with their own class */
};

/*
 * Fills OUT, whose lists live in ARENA. Pure; any thread. Memory is linear in boxes (however many
 * pairs there are), time in pairs of detections and ground truth of an image, which are limited
 * (by_image.h). False with ERR when memory is out, a limit is passed or a setting is off.
 */
bool eval_confusion_make(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, const struct eval_confusion_settings *settings, struct arena *arena,
    struct eval_confusion *out, struct err *err);

/* The cell of PREDICTED and TRUTH, NULL where it is 0. Logarithmic time. */
const struct eval_confusion_cell *eval_confusion_find(
    const struct eval_confusion *confusion, int32_t predicted, int32_t truth);
