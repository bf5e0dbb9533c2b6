/*
 * Average precision as Pascal VOC defines it: another metric than COCO's AP, with a name of its
 * own. Knows: VOC's matching and its two integrals. Must not know: COCO's numbers, files.
 *
 * Source: the development kit's VOCevaldet.m (2007 with eleven points, 2010 and later with VOCap);
 * the common Python form of it is voc_eval.py of py-faster-rcnn. Where the two differ this is the
 * kit:
 *
 * - an overlap that equals the threshold is a hit (ovmax >= minoverlap; Python has >);
 * - equal scores stay in file order (MATLAB's sort is stable, numpy's argsort is not);
 * - of equal overlaps the first ground truth is the one (both);
 * - the eleven recalls are MATLAB's 0:0.1:1, counted up from 0 and down from 1: only the fourth,
 *   .1 * 3, lies above its decimal, so that a recall of 3/10 does not reach it (numpy's arange has
 *   two more of that kind, at .6 and .7).
 *
 * The kit's corners are pixels that belong to the box, so a width is xmax - xmin + 1 there. Boxes
 * here are continuous, and what reads VOC files makes x = xmin - 1, w = xmax - xmin + 1 of corners:
 * xmin - 1 is where the pixel xmin begins, xmax where the pixel xmax ends. The plain overlap of
 * such boxes, without another + 1, is the kit's, digit by digit. Detections that were written from
 * the kit's corners must be converted in the same way.
 *
 * VOC's "difficult" is an annotation's `crowd`. Pure; any thread.
 */
#pragma once

#include "base/err.h"
#include "eval/link.h"

/* -1 where undefined: no ground truth that counts. */
struct eval_voc_class {
    double ap;    /* area under the precision that falls monotonically: VOC2010 and later */
    double ap_11; /* mean of it at eleven recalls: VOC2007 */
    int64_t gt;   /* ground truth that counts: not difficult */
    int64_t dt;   /* usable detections */
};

struct eval_voc {
    double map, map_11;             /* mean over the classes where it is defined */
    struct eval_voc_class *classes; /* per category of the dataset, in its order */
};

/*
 * The detections of a class by descending score, over all images and without a limit; each is held
 * against the ground truth of highest overlap in its image, taken or not. Overlap below IOU (0 <
 * iou <= 1): false positive. Otherwise with a difficult one: left out; with one that is not taken:
 * true positive; with a taken one: false positive. `classes` lives in ARENA. False with ERR when
 * IOU is none, memory is out, or more than 2^32 pairs of boxes would have to be compared.
 */
bool eval_voc_ap(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, double iou, struct arena *arena, struct eval_voc *voc,
    struct err *err);
