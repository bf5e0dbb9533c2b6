/*
 * JSON dumps that hold lists of boxes, labels and scores for each image, in whatever frame.
 * Knows: the keys that such an entry has, and how entries stand in a file. Must not know: which
 * tool wrote it.
 *
 * An entry is an object with a list of boxes [x0, y0, x1, y1] and, of the same length, lists of
 * labels (numbers or names) and scores. Entries stand in a list, as members of an object (called by
 * their image), or a single one alone. An entry without an image's name or number is about the
 * image at its position in the list.
 */
#pragma once

#include "readers/collect.h"

struct box_lists_rules {
    const char *boxes;  /* the key of the list of boxes */
    bool fractions;     /* the boxes are fractions, and what is beyond is none */
    bool label_in_box;  /* the label may be the fifth item of a box */
    const char *wanted; /* "a list of objects with \"boxes\"" */
};

/* What PATH holds by its first bytes: detections when an entry has scores. */
enum annotation_kind box_lists_sniff(const char *path, const struct box_lists_rules *rules);
bool box_lists_read(struct collector *collector, const char *path,
    const struct box_lists_rules *rules, struct err *err);
