/*
 * The images of one evaluation (A), or of two that are joined (A and B): what can be said of each
 * whatever the thresholds are, and what lists of them are made from (image_list.h).
 * Knows: studies, what they have in common, columns of images. Must not know: how a list is shown,
 * where tags are kept.
 *
 * Made once, off the main thread; from then on one thread at a time, for it keeps what was matched
 * anew at the last IoU. Images and categories are indices into A's dataset throughout.
 */
#pragma once

#include "eval/alone.h"
#include "work/common.h"
#include "work/expr.h"

/* ---- numbers ---- */

/* NaN where it is not known or not defined. */
enum image_number {
#define NUMBER(id, name, better, needs_b, what) IMAGE_##id,
#include "work/image_numbers.def"
#undef NUMBER
    IMAGE_NUMBERS,
    IMAGE_NAME = IMAGE_NUMBERS, /* the file name, else the id */
    IMAGE_COLUMNS               /* IMAGE_COLUMNS + c: column c of the pool */
};

/* "TP", "F1", "B.FP", "gain" ...; NULL outside 0..IMAGE_NUMBERS - 1. */
const char *image_number_name(int number);
/* For help: "ground truth missed". */
const char *image_number_what(int number);
bool image_number_needs_b(int number);

enum { IMAGE_ID_BYTES = 32 };

/* What an image of DATASET is called by lists, tags and tables: its file name, else its id, printed
 * into ID where that is a number. */
const char *image_name(const struct dataset *dataset, int32_t image, char id[IMAGE_ID_BYTES]);

/* ---- the pool ---- */

struct image_pool_request {
    const struct study *a, *b; /* outlive the pool; B may be NULL */
    bool aps; /* AP of each image is wanted: tenths of a second for 500 000 detections */
    /* Columns beside those of A's ground truth, by image of A (work/image_table.h,
     * work/image_tags.h); they outlive the pool. */
    const struct image_column *columns;
    size_t column_count;
};

struct image_pool {
    struct arena arena;
    const struct study *sides[2]; /* A and B; B may be NULL */
    size_t side_count;
    size_t count;           /* images that there are, of both where there is a B */
    const int32_t *images;  /* these, in the order of A's ids */
    const char **names;     /* by image: as image_name() */
    int32_t *image_of_b;    /* by image: B's, -1 none; itself without B */
    int32_t *category_of_b; /* by category of B: A's, -1 none; NULL without B */
    uint64_t *categories;   /* of A that are common, NULL: all */
    const char *difference; /* as common_difference(); NULL when all is common, or without B */
    bool one_truth; /* A's and B's are the same object for object, and their boxes are read */
    struct eval_twins twins; /* where that is so */
    double *aps[2]; /* by image of the side, NaN undefined; NULL unless wanted */
    struct image_column *columns;
    size_t column_count;
    /* Matched anew at the IoU `iou`, NaN for none. */
    struct arena rematches;
    double iou;
    struct eval_set *rematched[2];
    /* By annotation of A who finds it at the IoU `found_iou`, NaN for none. */
    struct arena found;
    double found_iou;
    const double *finders[2];
};

/* NULL with ERR, ERR_USAGE when A and B have no image in common. */
struct image_pool *image_pool_new(const struct image_pool_request *request, struct err *err);
void image_pool_free(struct image_pool *pool); /* accepts NULL */

/* The set of SIDE (0 A, 1 B) with IoU as *IOU_INDEX: the study's own; or, off its grid or with
 * TRUTHS, one whose `gt` is of that IoU, which stays until another is asked for. NULL with ERR. */
const struct eval_set *image_pool_set(struct image_pool *pool, int side, double iou, bool truths,
    int *iou_index, struct err *err);

/* What NAME (LENGTH bytes) calls, letter case ignored: an enum image_number that there can be,
 * IMAGE_NAME ("image" or "name"), IMAGE_COLUMNS + c; -1 for nothing. Of columns of one name the
 * first: the request's stand before those of the ground truth, and these before folder, width,
 * height and objects. */
int image_pool_find(const struct image_pool *pool, const char *name, size_t length);
/* The same for a whole word; false with ERR_USAGE, which names the columns, for nothing. */
bool image_pool_know(const struct image_pool *pool, const char *name, struct err *err);
/* The name of a column as image_pool_find() gives it. */
const char *image_pool_column_name(const struct image_pool *pool, int column);
/* Parses the filter TEXT over these names into ARENA. NULL with ERR, ERR_USAGE for a name that is
 * none. */
const struct expr *image_pool_filter(
    const struct image_pool *pool, const char *text, struct arena *arena, struct err *err);

/* Whether IMAGE has TAG in any column of tags. */
bool image_pool_has_tag(const struct image_pool *pool, int32_t image, const char *tag);

/* ALONE, by image: how many boxes only one of A and B has (eval/alone.h) at AT, of A, and that IoU, with
 * the COUNTS of both there. The pool has one truth, the area is EVAL_ALL. False with ERR. */
bool image_pool_alone(struct image_pool *pool, const struct eval_at *at, double iou,
    const struct eval_counts *const counts[2], uint32_t *alone, struct err *err);
