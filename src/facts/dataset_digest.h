/*
 * The digest of a ground truth: 128 bits that stand for what it says.
 * Knows: datasets. Must not know: files, formats, where a dataset came from.
 *
 * Of what is said these count: images (id, base name of the file), categories (id, name),
 * annotations (image, category, box, area, crowd, and the mask where the dataset keeps it), each as
 * often as it stands there. How a file is formatted, the order of its records, its path, the ids of
 * annotations and sizes of images do not. Where a format names categories only, their ids are ours
 * and do not count.
 *
 * Of a mask its polygons and runs count as they are written. So a file with masks has one digest
 * when it is read with them, another when it is read without; one without any has the same in
 * either case.
 *
 * It is that of the dataset as it was read: ask before dataset_size_image() makes pixels of
 * fractions, or it would depend on which pictures are there. Fractions are not pixels: a dataset of
 * the ones is never one of the others.
 */
#pragma once

#include "base/digest.h"
#include "facts/boxes.h"

struct dataset_digest {
    struct digest content; /* of all that counts */
    struct digest images;  /* of the images alone */
};

/* Any thread; time grows with the size of the dataset, memory is not needed. */
struct dataset_digest dataset_digest(const struct dataset *dataset);
