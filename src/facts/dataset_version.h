/*
 * What a run was evaluated on: a ground truth as it said at that time, and how much of it was asked.
 * Knows: digests, counts, when two may be compared. Must not know: runs, files, how it is shown.
 */
#pragma once

#include "base/digest.h"

struct dataset_version {
    const char *name;              /* as a person calls it: "val.json"; never NULL */
    struct digest content, images; /* see dataset_digest.h */
    int64_t image_count;
    int64_t images_with_detections; /* how many of them any detection is on */
};

enum dataset_kinship {
    DATASET_SAME,
    DATASET_OTHER_TRUTH, /* what they say differs */
    DATASET_OTHER_PART,  /* they say the same, but on most of the images only one has detections */
};

/* Whether numbers measured on A and B may be compared. A detector may find nothing on an image, so
 * that parts count as other ones only where one has detections on fewer than half of the images and
 * the other on nine tenths or more. */
enum dataset_kinship dataset_kinship(
    const struct dataset_version *a, const struct dataset_version *b);

/* "val.json 3f2a9c1e"; and behind that, where fewer than half of the images have detections, "500 of
 * 5000 images". */
void dataset_version_print(const struct dataset_version *version, char *out, size_t out_bytes);
