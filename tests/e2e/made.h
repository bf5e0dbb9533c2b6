/*
 * Runs made for the end-to-end tests, in every format that the program reads.
 * Knows: what training scripts write, and what of it is to be found. Must not know: the program.
 *
 * The data set has six images of 320x240 and three classes. On image i, at confidence c:
 *     a box found exactly, score 0.905 - 0.01 i;
 *     a box found with IoU 2/3, score 0.605 - 0.01 i (not by the weaker set);
 *     a box where nothing is, score 0.455 + 0.02 i.
 */
#pragma once

#include <stdbool.h>

enum { MADE_IMAGES = 6, MADE_WIDTH_PX = 320, MADE_HEIGHT_PX = 240 };

/* Counts at a confidence between the scores named above, and IoU. */
struct made_counts {
    int tp, fp, fn;
};
/* Of image INDEX, or of the whole set with -1. WEAKER: the set without the second boxes. CATEGORY:
 * 1 to 3, or 0 for all. */
struct made_counts made_counts(int index, double confidence, double iou, bool weaker, int category);

/* ROOT/set/instances.json and ROOT/set/images/; returns the path of the former. */
const char *made_set(const char *root);
/* COCO results in ROOT/FILE. */
const char *made_predictions(const char *root, const char *file, bool weaker);
/* ROOT/NAME: config.json, metrics.csv, status.json; with EPOCHS points a metric, the loss falling
 * to LOSS. */
void made_plain(
    const char *root, const char *name, const char *learning_rate, int epochs, double loss);
/* The same with predictions of epochs 0 (weaker) and 1 on the data set of ROOT/set. */
void made_detector(const char *root, const char *name, const char *learning_rate);
/* args.yaml and results.csv, whose mAP ends at MAP. */
void made_ultralytics(const char *root, const char *name, double map);
/* An event file with POINTS values of "val/mAP" and "train/loss". */
void made_tensorboard(const char *root, const char *name, int points);
/* ROOT/yolo: data.yaml, images and labels, and ROOT/yolo-run/predictions.json of the same boxes as
 * above; returns the path of data.yaml. */
const char *made_yolo(const char *root);
