/*
 * The gallery: the boxes of one image of a study as a person is to see them.
 * Knows: verdicts, classes, line styles. Must not know: terminals, keys, themes (it is given
 * colours).
 */
#pragma once

#include "eval/verdicts.h"
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
    uint8_t classes[GALLERY_HUES][3]; /* by hue */
    uint8_t truth[3];                 /* found ground truth */
    bool by_verdict;                  /* colour tells the verdict instead of the class */
    uint8_t tp[3], fp[3], fn[3];
};

/* Which of the boxes on an image: where it comes from, so that it stays the same box while thresholds
 * move. */
struct gallery_box {
    bool any, is_gt;
    int32_t source; /* as in struct eval_box */
};

enum { GALLERY_SIZES = 3 }; /* small, medium, large: below 32, below 96 pixels square, above */

struct gallery_settings {
    double confidence, iou;
    const double *of_category; /* confidences by category instead of that one; NULL: none */
    const uint64_t *filter;    /* classes: see eval/counts.h; NULL for all */
    enum gallery_overlay overlay;
    unsigned hidden;       /* 1 << EVAL_TP, EVAL_FP, EVAL_FN: left out of the picture, not of counts */
    int size;              /* 1..GALLERY_SIZES: boxes of that size alone are drawn; 0: all */
    const uint8_t *hues;   /* by category: gallery_hues(); NULL: its index modulo */
    bool masks; /* drawn too, where they were read (study_request.shapes) */
    struct gallery_box chosen; /* drawn last and thicker */
    struct gallery_palette palette;
};

/* Fills HUES[category_count of DATASET]: a class has the colour that its name gives it, everywhere and
 * always; two of one data set have two, while there are no more than GALLERY_HUES. */
void gallery_hues(const struct dataset *dataset, uint8_t *hues);

/* Judges the boxes of IMAGE at the thresholds of SETTINGS, which are then as of eval/verdicts.h; OUT
 * lives in ARENA. False only when memory is out. */
bool gallery_judge(const struct study *study, int32_t image,
    const struct gallery_settings *settings, struct arena *arena, struct eval_boxes *out,
    struct err *err);
/* Whether BOX is drawn. */
bool gallery_shows(const struct eval_box *box, const struct gallery_settings *settings);

/*
 * Fills TILE with the boxes of FOUND (gallery_judge()) that are shown; at most EASEL_MOST_BOXES, the
 * surest first. Line styles tell the verdict without colour: TP solid, FP dashed, what is ignored
 * double, missed ground truth dotted, found ground truth thin; the label says it again: "person
 * .91", "FP car .43", "FN car". Masks are drawn of what has a label. False only when memory is out.
 */
bool gallery_fill(const struct study *study, const struct eval_boxes *found,
    const struct gallery_settings *settings, struct easel_tile *tile, struct err *err);
/* Both of the above; COUNTS are those of the image. */
bool gallery_boxes(const struct study *study, int32_t image,
    const struct gallery_settings *settings, struct easel_tile *tile, struct eval_counts *counts,
    struct err *err);

/* ---- A against B in one picture ---- */

/* By enum eval_by of eval/versus.h: ground truth that neither, A, B or both found, and false positives
 * that A, B or both have. */
struct gallery_versus {
    int64_t truths[4], false_positives[4];
};

/*
 * Fills TILE with what A and B, judged on one image of one ground truth, do differently: objects that
 * only A found (solid, A's colour), only B (dashed, B's), both (thin), neither (dotted); false
 * positives by who has them. Labels begin with "A ", "B ", "miss ", "FP A ", "FP B ", "FP AB ".
 * RGB are the colours of A and B. False only when memory is out.
 */
bool gallery_fill_versus(const struct study *study, const struct eval_boxes found[2],
    const struct gallery_settings *settings, const uint8_t rgb[2][3], struct easel_tile *tile,
    struct gallery_versus *out, struct err *err);

/* ---- one box in words ---- */

/*
 * What there is to say of box INDEX of FOUND: "person .91  TP  IoU .84 with truth 3  120x40 px", for a
 * false positive the kind of mistake (eval/errors.h, at the IoU of SETTINGS) and why, for a missed
 * object what came nearest. False only when memory is out.
 */
bool gallery_describe(const struct study *study, const struct eval_boxes *found, size_t index,
    const struct gallery_settings *settings, char *out, size_t out_bytes, struct err *err);
