/*
 * What Ultralytics' own validation reports: another metric than COCO's AP, never to be mixed with
 * it, with a name of its own.
 * Knows: its matching, its interpolated curves, its best threshold. Must not know: COCO's numbers,
 * files.
 *
 * Source: ultralytics 8.3, engine/validator.py (match_predictions), models/yolo/detect/val.py,
 * utils/metrics.py (box_iou, ap_per_class, compute_ap, smooth), data/converter.py and data/utils.py
 * (which labels there are).
 *
 * - Labels: crowds are dropped when labels are made, and so are boxes without area (but not from
 *   labels that are YOLO's already); of equal labels of an image one stays.
 * - Detections: the 300 best of an image over all classes.
 * - Matching: a detection stands for the label of its class that it overlaps most (of equal
 *   overlaps the last, as a stable argsort, reversed, has it), taken or not. At each threshold,
 *   each label goes to the first by score of the detections that stand for it and overlap it
 *   enough; numpy's unique makes it so. IoU has 1e-7 in its denominator.
 * - AP: the precision that falls monotonically, at 101 recalls; it ends at 0 at recall 1, to which
 *   a straight line leads from the last detection; area by trapezoids.
 * - Precision, recall and F1 are curves over 1000 confidences, joined by straight lines between the
 *   detections, at IoU .50. The confidence is where the mean F1 of the classes, smoothed by a box
 *   of 101, is highest (the first of equal ones); all three are taken there.
 *
 * All in double precision; the original has boxes, scores and IoUs in single precision, so its
 * numbers can differ in the last places, or by one match where an IoU lies at a threshold. Equal
 * scores are in order of images and file (the original's sort is not stable). The original writes
 * no detection of a score of .001 or less, which is not looked at here. Pure; any thread.
 */
#pragma once

#include "base/err.h"
#include "eval/link.h"

/* The metrics are -1 where the class has no label. */
struct eval_ultralytics_class {
    double ap50, ap;              /* at IoU .50; mean over IoU .50, .55 ... .95 */
    double precision, recall, f1; /* at the confidence of all classes, IoU .50 */
    int64_t labels;
};

struct eval_ultralytics {
    double map50, map, precision, recall, f1; /* means over classes with labels, -1 without any */
    double confidence; /* with the best mean F1, one of i/999; NaN when nothing is matched */
    struct eval_ultralytics_class *classes; /* per category of the dataset, in its order */
};

/* All of DETECTIONS against all of DATASET; LINK belongs to both. `classes` lives in ARENA. At most
 * 300 * annotations pairs of boxes are compared. False with ERR when memory is out or a side is too
 * large. */
bool eval_ultralytics_ap(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, struct arena *arena, struct eval_ultralytics *out, struct err *err);
