/*
 * Slices: the images of a dataset in groups, by folder, tag, or any number or word that each has.
 * Knows: columns of images. Must not know: metrics.
 */
#pragma once

#include "base/err.h"
#include "facts/boxes.h"

enum { SLICES_MOST = 64, SLICES_BINS = 4 };

struct slice {
    const char *name; /* "night", "val/cam2", "3", "[120, 640)" */
    bool *has;        /* by image */
    size_t image_count;
};

struct slices {
    const char *by;
    struct slice *items; /* numbers ascending, words in natural order */
    size_t count;
    size_t images_without; /* in none: they have no value */
};

/*
 * Each value of COLUMN is a slice, of tags each tag; images with several are in several. Where all
 * values are numbers and there are more than 2 * SLICES_BINS different ones, the slices are ranges
 * of about equally many images instead. Beyond SLICES_MOST values ERR_LIMIT. Memory from ARENA.
 */
bool slices_make(const struct image_column *column, size_t image_count, struct arena *arena,
    struct slices *out, struct err *err);

/*
 * What an image can be sliced by without anybody's table, NULL with ERR_USAGE for another NAME:
 * "folder" of the file name, "width", "height", "objects" (ground truth that is no crowd), and the
 * columns that DATASET has.
 */
const struct image_column *slices_column(
    const struct dataset *dataset, const char *name, struct arena *arena, struct err *err);
