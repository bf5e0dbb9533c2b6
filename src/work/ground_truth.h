/*
 * A ground truth as it was read from a file, with what tells whether the file still says it.
 * Knows: datasets, their digests, how files look. Must not know: what it is used for.
 *
 * Runs that are evaluated one after another mostly share theirs, so that one study leaves it to the
 * next (study_lend()). It has one owner at a time.
 */
#pragma once

#include "base/err.h"
#include "base/file.h"
#include "facts/dataset_digest.h"
#include "readers/annotation.h"

/* Zeroed: none. */
struct ground_truth {
    struct dataset *dataset; /* its path is the file's */
    struct dataset_digest digest;
    struct file_stat stat; /* of the file before it was read */
    struct annotation_options options; /* it was read with; the format is malloc'd */
    bool masks_count; /* in the digest */
};

/* Reads PATH with OPTIONS into OUT. Masks that are read without MASKS_COUNT are no part of what is
 * compared: the digest is that of the boxes. */
bool ground_truth_read(const char *path, const struct annotation_options *options, bool masks_count,
    struct ground_truth *out, struct err *err);
/* Whether reading PATH so now would give TRUTH: it is a file that looks as it did. */
bool ground_truth_is(const struct ground_truth *truth, const char *path,
    const struct annotation_options *options, bool masks_count);
/* Moves FROM to TO, which lets go of what it was. */
void ground_truth_move(struct ground_truth *to, struct ground_truth *from);
void ground_truth_done(struct ground_truth *truth);
