/*
 * The engine: matches detections with ground truth and makes the COCO numbers, as pycocotools does.
 * Knows: the COCO evaluation of boxes and of masks (pycocotools 2.0.11, cocoeval.py, "bbox" and
 * "segm"). Must not know: files, threads, how results are shown or kept.
 *
 * Float64 throughout and the reference's order of ties, so that stats agree to the order of
 * summation. Differences on purpose: annotation ids are opaque (an id of 0 can be matched); an
 * empty detection list gives 0 where ground truth exists; rows on unknown images are dropped, not
 * refused; the area of a detection with a mask is that of the mask even if its file has a box too.
 * Pure; any thread; a set is never changed once made.
 */
#pragma once

#include "base/err.h"
#include "eval/link.h"
#include "facts/boxes.h"

enum { EVAL_IOUS = 10, EVAL_MOST_IOUS = 15, EVAL_RECALLS = 101, EVAL_STATS = 12 };

/* The threshold of eval_rematch() stands behind those of the settings. */
enum { EVAL_IOU_CUSTOM = EVAL_MOST_IOUS };

enum eval_area { EVAL_ALL, EVAL_SMALL, EVAL_MEDIUM, EVAL_LARGE, EVAL_AREAS };

/* The twelve, in pycocotools' order. */
enum eval_stat {
    EVAL_AP,
    EVAL_AP50,
    EVAL_AP75,
    EVAL_APS,
    EVAL_APM,
    EVAL_APL,
    EVAL_AR1,
    EVAL_AR10,
    EVAL_AR100,
    EVAL_ARS,
    EVAL_ARM,
    EVAL_ARL,
};

/* "AP", "AP50", ..., "ARl"; NULL outside 0..11. */
const char *eval_stat_name(int stat);
/* numpy's linspace(.5, .95, 10)[INDEX], the grid of COCO: index 8 is 0.8999999999999999. */
double eval_iou_threshold(int index);

/* What is compared. With masks, the area of a detection is its mask's (its box's where
 * detections->boxes_say_areas); one that has only a box is that rectangle, while a ground truth
 * without a mask is never matched. */
enum eval_overlap { EVAL_BOXES, EVAL_MASKS };

struct eval_settings {
    int32_t max_dets[3]; /* ascending, 1 or more; detections per image and category; the last limits
                            all */
    int iou_count;       /* 1 to EVAL_MOST_IOUS */
    double ious[EVAL_MOST_IOUS]; /* ascending, above 0 and at most 1 */
    enum eval_overlap overlap;
    int threads; /* how many may work on it; the result is the same whatever it is */
};

/* COCO's: the ten of the grid and 1, 10, 100 detections; boxes; one thread. */
struct eval_settings eval_settings_default(void);
/* Which of the thresholds IOU is, to 1e-9; EVAL_IOU_CUSTOM for none. */
int eval_iou_index(const struct eval_settings *settings, double iou);

/* Consecutive kept detections [start, start + count) of one image in one category. */
struct eval_group {
    double best; /* score of the first, the highest */
    uint32_t start, count;
    int32_t image;
};

struct eval_size {
    int32_t width_px, height_px; /* both 0: unknown */
};

/* What matching did not use, or not as pycocotools does, for notices. */
struct eval_unused {
    int64_t rows_unknown_image, rows_unknown_category;
    int64_t rows_not_finite;        /* a box or score that is NaN or infinite */
    int64_t rows_on_left_out;       /* on images of unknown size */
    int64_t images_left_out;        /* that have annotations or detections in fractions, or masks
                                       to be compared */
    int64_t annotations_not_finite; /* left out */
    int64_t annotations_without_mask, rows_without_mask; /* where masks are compared; of those
                                                            that are used */
    int64_t annotations_id_zero;    /* matched here; pycocotools takes id 0 for "not matched" */
};

/*
 * What matching found. Columns of `count` kept detections, ordered by category, then image in the
 * order of ids, then descending score (file order on ties). Images, categories and annotations are
 * indices into the dataset, rows into the detections. Bit t of a mask is IoU threshold t of the
 * settings. A
 * detection that is neither tp nor ignored at t is a false positive there.
 */
struct eval_set {
    struct eval_settings settings;
    size_t count;
    double *score;
    int32_t *image, *category, *row;
    int32_t *gt; /* annotation matched at the lowest IoU (area all; may be a crowd), -1 none */
    float *iou;  /* highest IoU with a ground truth of its image and category, 0 none */
    uint16_t *tp[EVAL_AREAS], *ignored[EVAL_AREAS];

    struct eval_group *groups; /* in the order of the columns */
    size_t group_count;
    uint32_t *category_start; /* category_count + 1: detections of category c are [c], [c + 1] */
    uint32_t *category_group; /* the same for groups */

    /* Ground truth that counts (neither crowd nor left out), by category, then image in id order.
     */
    int32_t *gt_image;
    uint8_t *gt_areas; /* bit a: counts in area range a */
    uint32_t *category_gt; /* category_count + 1: as category_start */
    size_t gt_count;
    int64_t (
        *positives)[EVAL_AREAS]; /* per category: ground truth not ignored in that area range */
    int64_t *rows_of_category;   /* usable detections before the limit of max_dets */

    size_t image_count, category_count; /* of the dataset */
    int32_t *image_order; /* image indices by ascending id (text ids behind, bytewise) */
    bool *left_out;       /* per image: size unknown, so nothing of it is here */
    struct eval_size *sizes; /* per image, as masks are compared in; NULL with boxes */

    double custom_iou; /* threshold of bit EVAL_IOU_CUSTOM, NaN unless made by eval_rematch() */

    struct eval_unused unused;
};

/*
 * Matches all of DETECTIONS (at most 2^31 - 1 rows) at all IoU thresholds and four area ranges.
 * The set lives in ARENA and holds no pointer to the other arguments. NULL with ERR when memory is
 * out (the masks of one image and category may take 1 GiB) or a set is too large.
 */
struct eval_set *eval_match(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, const struct eval_settings *settings, struct arena *arena,
    struct err *err);

/*
 * The set once more with area=all matched at IOU (0 < iou <= 1) as bit EVAL_IOU_CUSTOM; `gt` is what
 * is matched there. Columns that do not change are shared with SET, which must outlive the result.
 * DATASET and DETECTIONS are those that made SET.
 */
struct eval_set *eval_rematch(const struct dataset *dataset, const struct detections *detections,
    const struct eval_set *set, double iou, struct arena *arena, struct err *err);

/* -1 where undefined: no ground truth; AP50 and AP75 where .5 and .75 are not among the thresholds. */
struct eval_class {
    double stats[EVAL_STATS];
    double ap_per_iou[EVAL_MOST_IOUS];
    int64_t gt; /* ground truth that counts */
    int64_t dt; /* usable detections, before the limit of 100 */
};

struct eval_summary {
    double stats[EVAL_STATS];
    double ap_per_iou[EVAL_MOST_IOUS]; /* of the settings' thresholds */
    struct eval_class *classes; /* per category of the dataset, in its order */
};

/* COCO's accumulate and summarize; `classes` lives in ARENA. False only when memory is out. */
bool eval_stats(
    const struct eval_set *set, struct arena *arena, struct eval_summary *summary, struct err *err);

/* Interpolated precision of one CATEGORY (area all) at the recalls 0, .01 ... 1 and the score of
 * the detection that reaches each (0 where none does). Both are all -1 without ground truth. */
bool eval_precision_curve(const struct eval_set *set, size_t category, int iou_index,
    double precision[EVAL_RECALLS], double score[EVAL_RECALLS], struct err *err);

/* The box of detection ROW in pixels of its image (index IMAGE): fractions are scaled. */
static inline struct box eval_pixel_box(
    const struct dataset *dataset, const struct detections *detections, size_t row, int32_t image)
{
    struct box box = detections->rows[row].box;
    if (!detections->fractions)
        return box;
    const struct image *in = &dataset->images[image];
    return (struct box){
        box.x * in->width_px, box.y * in->height_px, box.w * in->width_px, box.h * in->height_px};
}
