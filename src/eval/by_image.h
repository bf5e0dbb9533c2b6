/*
 * By image: which boxes of an image can be used, for what looks at whole images and all classes.
 * Knows: what is usable (usable.h). Must not know: overlaps, matching.
 */
#pragma once

#include "base/err.h"
#include "eval/link.h"

/* Indices into the detections' rows and the dataset's annotations (crowds too), in file order
 * inside an image; those of image i are [start[i], start[i + 1]). */
struct by_image {
    int32_t *rows, *gts;
    uint32_t *row_start, *gt_start; /* image_count + 1 */
    size_t most_rows, most_gts;     /* of one image */
};

/*
 * Lists the usable annotations, and the usable rows of score > ABOVE (-INFINITY: all). Linear in time
 * and memory; everything lives in ARENA. False with ERR when
 * memory is out or there are 2^31 boxes or more.
 */
bool by_image_make(const struct dataset *dataset, const struct detections *detections,
    const struct link *link, double above, struct arena *arena, struct by_image *out,
    struct err *err);

/* Pairs of a detection and a ground truth that are looked at in all: about a minute of work. */
#define BY_IMAGE_PAIRS_MOST (INT64_C(1) << 34)

/* Adds ROWS x GTS to PAIRS; false with ERR_LIMIT beyond BY_IMAGE_PAIRS_MOST, which only an image
 * made for it reaches: boxes need linear memory, but every pair of an image is looked at. */
bool by_image_admit(int64_t *pairs, size_t rows, size_t gts, struct err *err);
