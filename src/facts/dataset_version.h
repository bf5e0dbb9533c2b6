/*
 * What a run was evaluated on: a ground truth as it said at that time, and how much of it was asked.
 * Knows: digests, counts, when two may be compared. Must not know: runs, files, how it is shown.
 */
#pragma once

#include "base/digest.h"

enum { DATASET_SHOWN_DIGITS = 8 }; /* of the digest's 32: what people are shown */

struct dataset_version {
    const char *name;              /* as a person calls it: "val.json"; never NULL */
    struct digest content, images; /* see dataset_digest.h */
    int64_t image_count;
    int64_t images_with_detections; /* how many of them any detection is on */
};

/* On how many of the images there are detections: fewer than half, nine tenths or more, between. */
enum dataset_extent { DATASET_PART, DATASET_MOST, DATASET_NEARLY_ALL };

enum dataset_extent dataset_extent(const struct dataset_version *version);

enum dataset_kinship {
    DATASET_SAME,
    DATASET_OTHER_TRUTH, /* what they say differs */
    DATASET_OTHER_PART,  /* they say the same, but on most of the images only one has detections */
};

/* Whether numbers measured on A and B may be compared. A detector may find nothing on an image, so
 * that only a part and nearly all of the images are not the same. */
enum dataset_kinship dataset_kinship(
    const struct dataset_version *a, const struct dataset_version *b);

/* "val.json 3f2a9c1e"; and behind that, for a part of the images, ", 500 of 5000 images". */
void dataset_version_print(const struct dataset_version *version, char *out, size_t out_bytes);
