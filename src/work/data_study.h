/*
 * The tables that are made of an evaluation: images, classes, detections, errors.
 * Knows: studies and the questions of eval. Must not know: files, the index, how a table is shown.
 *
 *     images      image, TP, FP, FN, precision, recall, F1 at the thresholds, and the twelve
 *     classes     class, the same, gt and dt
 *     detections  image, class, score, verdict at the IoU (TP, FP, ignored), IoU, x, y, w, h in pixels
 *     errors      error (TIDE's type), image, predicted, score, truth, IoU; without thresholds
 */
#pragma once

#include "work/data_table.h"
#include "work/study.h"

struct data_study_table {
    const char *name, *what;
    bool needs_boxes;
};

extern const struct data_study_table data_study_tables[]; /* ends with a name that is NULL */

/* The row of NAME, or NULL. */
const struct data_study_table *data_study_find(const char *name);

struct data_study_at {
    double confidence;
    double iou; /* above 0 and at most 1; off the grid it is matched anew, which wants boxes */
};

/* The table NAME of STUDY, which has boxes where that needs them; one reference is the caller's. Any
 * thread. NULL with ERR. */
struct data_table *data_study_make(
    const struct study *study, const char *name, const struct data_study_at *at, struct err *err);
