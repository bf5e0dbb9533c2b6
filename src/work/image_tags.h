/*
 * Tags of images: what a person calls some images of a dataset, to find them again.
 * Knows: the file in which they are kept, datasets by what images they have. Must not know: the
 * index (which may be deleted without losing any), screens.
 *
 * They belong to the images whatever run is looked at and wherever the ground truth lies, so all are
 * in one file of the data folder, by the digest of the images (facts/dataset_digest.h) and their
 * names (image_pool.names):
 *
 *     {"datasets": {"3f2a...": {"name": "val.json", "images": {"cam2/07.jpg": ["night", "paper"]}}}}
 *
 * Not for the main thread once the screen is open.
 */
#pragma once

#include "work/image_pool.h"

enum { IMAGE_TAG_BYTES = 64, IMAGE_MOST_TAGS = 16 /* of one image */ };

/* Where they are kept. Memory from ARENA. */
char *image_tags_path(struct arena *arena, struct err *err);

/* A word without blanks and commas that fits IMAGE_TAG_BYTES; else false with ERR_USAGE. */
bool image_tag_check(const char *tag, struct err *err);

/* The tags in PATH of the images of STUDY as the column "tags" in ARENA (all NULL where there are
 * none or no such file); false with ERR for a file that cannot be read. */
bool image_tags_read(const char *path, const struct study *study, struct arena *arena,
    struct image_column *out, struct err *err);

/* Gives the images called NAMES[0..COUNT) of STUDY the TAG, or takes it from them (ADD false), in the
 * file PATH, as own_write() does; *CHANGED is how many had it not (or had it). */
bool image_tags_write(const char *path, const struct study *study, const char *const *names,
    size_t count, const char *tag, bool add, size_t *changed, struct err *err);
