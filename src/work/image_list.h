/*
 * Lists of images: which of them, in which order, with their numbers at a threshold.
 * Knows: pools, matched sets. Must not know: how a list is shown.
 *
 * One is made for every move of a slider: of 5000 images and 500 000 detections in a few
 * milliseconds.
 */
#pragma once

#include "eval/verdicts.h"
#include "work/image_pool.h"
#include "work/pattern.h"

/* ---- where it is looked at ---- */

struct image_at {
    double confidence;
    const double *of_category; /* confidences by category instead of that one; NULL: none */
    double iou;                /* off the grid of the settings it is matched anew: needs boxes */
    eval_filter filter;        /* all numbers are of these categories; NULL: all */
    enum eval_area size;       /* of objects; other than EVAL_ALL on the grid of IoUs only */
    bool disagreement;         /* is wanted even if neither order nor `which` asks for it */
};

/* ---- which images ---- */

enum image_change {
    IMAGE_ANY,
    IMAGE_FIXED,   /* A has errors (FP + FN), B has none */
    IMAGE_BROKEN,  /* B has errors, A has none */
    IMAGE_BETTER,  /* B has fewer than A */
    IMAGE_WORSE,   /* more */
    IMAGE_DIFFERS, /* disagreement is above 0 */
};

/*
 * All must hold; zeroed: every image. With classes or a size in `image_at`, images without a TP, FP
 * or FN of these are left out. A box of A must be of one of the verdicts and have a score in the
 * range; missed ground truth has no score, so it counts only without a range.
 */
struct image_which {
    unsigned verdicts; /* 1 << EVAL_TP, EVAL_FP, EVAL_FN, EVAL_IGNORED; 0: any but the last */
    bool in_range;     /* of scores, both ends included: */
    double low, high;
    const uint32_t *marks; /* NULL, or by image how many boxes something points to; at least one */
    enum image_change change;
    const struct pattern *name; /* NULL, or fits the image's name */
    const char *tag;            /* NULL, or the image has it: image_pool_has_tag() */
    const struct expr *filter;  /* NULL, or of image_pool_filter() */
};

/* ---- in which order ---- */

/* What is not known comes last either way, ties in the order of ids. */
struct image_order {
    int column; /* enum image_number, IMAGE_NAME, IMAGE_COLUMNS + c; -1: the order of ids */
    bool descending;
};

/* "FP", "F1:desc", "weather:asc"; without a direction what needs a look comes first (many errors,
 * low F1), else ascending. ERR_USAGE names the columns. */
bool image_order_parse(
    const struct image_pool *pool, const char *text, struct image_order *order, struct err *err);

/* The orders that a screen goes through. */
struct image_preset {
    const char *name; /* "most FP", "lowest F1", "broken by B" ... */
    struct image_order order;
    enum image_change change;
    bool needs_b;
};
extern const struct image_preset image_presets[]; /* ends with a name that is NULL */

/* ---- the list ---- */

struct image_entry {
    int32_t image, image_b;        /* of A's dataset; of B's, itself without one */
    double numbers[IMAGE_NUMBERS]; /* disagreement: where asked for, with one truth and no size */
};

struct image_list {
    struct image_entry *items;
    size_t count;
    size_t of;                   /* as the pool's count */
    struct eval_counts total[2]; /* of A and B, of all their images, listed or not */
};

/* Makes the list into ARENA. False with ERR: ERR_USAGE for an IoU that cannot be looked at, or a
 * change that asks for what is not known; ERR_MEMORY. */
bool image_list_make(struct image_pool *pool, const struct image_at *at,
    const struct image_which *which, const struct image_order *order, struct arena *arena,
    struct image_list *out, struct err *err);
/* The place of IMAGE in LIST, its count when it is not there. */
size_t image_list_place(const struct image_list *list, int32_t image);
