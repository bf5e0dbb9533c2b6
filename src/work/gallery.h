/*
 * The gallery: the boxes of one image of a study as a person is to see them.
 * Knows: verdicts, classes, line styles. Must not know: terminals, keys, themes (it is given
 * colours).
 */
#pragma once

#include "work/easel.h"
#include "work/study.h"

enum gallery_overlay {
    GALLERY_ALL,         /* detections by verdict, all ground truth */
    GALLERY_VERDICTS,    /* detections by verdict, missed ground truth */
    GALLERY_TRUTH,       /* ground truth alone */
    GALLERY_PREDICTIONS, /* detections alone */
    GALLERY_OVERLAYS,
};

const char *gallery_overlay_name(enum gallery_overlay overlay); /* "all boxes", "verdicts", ... */

enum { GALLERY_HUES = 20 };

struct gallery_palette {
    uint8_t classes[GALLERY_HUES][3]; /* a class keeps its colour: index in the dataset modulo */
    uint8_t truth[3];                 /* found ground truth */
    bool by_verdict;                  /* colour tells the verdict instead of the class */
    uint8_t tp[3], fp[3], fn[3];
};

struct gallery_settings {
    double confidence, iou;
    const uint64_t *filter; /* classes: see eval/counts.h; NULL for all */
    enum gallery_overlay overlay;
    struct gallery_palette palette;
};

/*
 * Fills the boxes of TILE (the rest is the caller's) for image IMAGE; at most EASEL_MOST_BOXES,
 * the surest first. Line styles tell the verdict without colour: TP solid, FP dashed, missed ground
 * truth dotted, found ground truth thin; the label says it again: "person .91", "FP car .43", "FN
 * car". COUNTS are those of the image. False only when memory is out.
 */
bool gallery_boxes(const struct study *study, int32_t image,
    const struct gallery_settings *settings, struct easel_tile *tile, struct eval_counts *counts,
    struct err *err);
