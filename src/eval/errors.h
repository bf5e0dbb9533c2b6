/*
 * Error types: what kind of mistake each false detection and each missed ground truth is, and what
 * the mistakes of a kind cost, as TIDE defines it (Bolya et al., ECCV 2020; tidecv 1.0.1).
 * Knows: whole images with all their classes. Must not know: the matched set of coco.h, whose
 * matching is another, files, how results are shown.
 *
 * Matching: the best detections of an image, all classes together, by descending score (file order
 * on ties); each takes the unmatched ground truth of its class with the highest IoU (the first of
 * equals) if that reaches `positive_iou`. One that takes none, but lies in a crowd of its class by
 * more than that, is ignored. Each detection that took none, ignored ones too, is the first that
 * fits of Loc, Cls, Dupe, Both, Bkg; crowds count for nothing there. An unmatched ground truth that
 * no Loc or Cls points to is a Miss.
 *
 * Mended: of the Loc and Cls errors that point to one unmatched ground truth the best becomes a hit
 * (of the ground truth's class); every other error of the mended type is dropped, a missed ground
 * truth taken out of the count. Detections stand by descending score; equal ones by image in the
 * dataset's order, then rank, but after mending all that were errors go before the hits.
 *
 * Differences on purpose: rows of unknown categories have no effect (tidecv takes them for classes
 * without ground truth); empty sides give numbers (tidecv divides by zero); any finite score will
 * do (tidecv fails at -1 and below).
 */
#pragma once

#include "base/err.h"
#include "eval/link.h"
#include "facts/boxes.h"

/* In tidecv's order of display. */
enum eval_error {
    EVAL_CLS,  /* overlaps a ground truth of another class by positive_iou or more */
    EVAL_LOC,  /* overlaps its class by background_iou to positive_iou, both included */
    EVAL_BOTH, /* overlaps another class by more than background_iou */
    EVAL_DUPE, /* overlaps a ground truth that a better detection took */
    EVAL_BKG,  /* overlaps nothing by more than background_iou */
    EVAL_MISS, /* a ground truth */
    EVAL_ERRORS,
};

/* "Cls", "Loc", "Both", "Dupe", "Bkg", "Miss"; NULL outside 0..5. */
const char *eval_error_name(int error);
/* For a person: "right place, wrong class"; the same of NULL. */
const char *eval_error_meaning(int error);

struct eval_error_settings {
    double positive_iou; /* 0 < background_iou <= positive_iou <= 1 */
    double background_iou;
    int32_t max_dets; /* detections per image, all classes together; 1 or more */
};

struct eval_error_settings eval_error_settings_default(void); /* .5, .1, 100 */

/* One mistake. */
struct eval_error_box {
    double iou;    /* with the annotation; Bkg: the highest with any ground truth; Miss: the highest
                      with a detection of its class */
    double score;  /* NaN for Miss */
    int32_t image; /* index into dataset->images */
    int32_t row;   /* index into detections->rows, -1 for Miss */
    int32_t annotation; /* Cls, Loc, Both: the best overlapped; Dupe: the one taken; Miss: itself;
                           -1 for Bkg; index into dataset->annotations */
    enum eval_error type;
};

/*
 * AP here is a mean over the classes that have ground truth or detections (0 for one without ground
 * truth), in percent points; so it is not COCO's AP50 * 100. A class that a fix leaves with neither
 * is out of the mean. dAP is by how much AP would be higher, were all errors of the type mended and
 * nothing else, 0 where it would be lower (ties can do that).
 */
struct eval_errors {
    struct eval_error_settings settings; /* that it was made with */
    double ap; /* at positive_iou; -1 where no class has anything */
    int64_t count[EVAL_ERRORS];
    double dap[EVAL_ERRORS];
    double dap_false_pos; /* the same, were all false detections ranked below all true ones */
    double dap_false_neg; /* the same, were there no unmatched ground truth; can be below 0 */
    struct eval_error_box *boxes;  /* by type; by descending score (ties: image, then rank), Miss by
                                      image, then annotation */
    size_t start[EVAL_ERRORS + 1]; /* those of type t are [start[t], start[t + 1]) */
};

/*
 * Finds the errors of DETECTIONS against DATASET; the boxes live in ARENA. Pure; any thread. Memory
 * is linear in boxes, time in pairs of kept detections and ground truth of an image, which are
 * limited (by_image.h). False with ERR when memory is out, a limit is passed or a setting is off.
 */
bool eval_errors_make(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, const struct eval_error_settings *settings, struct arena *arena,
    struct eval_errors *out, struct err *err);
