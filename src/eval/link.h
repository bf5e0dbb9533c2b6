/*
 * Linking: which image and category of a dataset each key of a set of detections means.
 * Knows: ids, file names, class numbering. Must not know: boxes' matching, files, formats.
 *
 * Works on the few distinct keys, never row by row. Pure; any thread.
 */
#pragma once

#include "base/err.h"
#include "facts/boxes.h"

enum link_shift {
    LINK_SHIFT_AUTO = -1, /* decide, see link_make() */
    LINK_SHIFT_NONE = 0,  /* class ids mean what they say */
    LINK_SHIFT_ONE = 1,   /* class ids are 1-based positions: subtract 1 */
};

struct link {
    int32_t *image_of_key;    /* index into dataset->images, -1 unknown; one per image key */
    int32_t *category_of_key; /* index into dataset->categories, -1 unknown; one per category key */
    int64_t rows_unknown_image;    /* detections dropped: their image is not in the dataset */
    int64_t rows_unknown_category; /* on a known image, but without effect: category not there */
    int64_t images_joined;         /* distinct images of the dataset that some key means */
    int64_t keys_by_id, keys_by_file_name, keys_by_base_name, keys_by_stem, keys_by_position;
    bool classes_shifted; /* 1 was subtracted from the class ids */
    bool classes_are_positions; /* class ids count the dataset's categories, from 0 */
    const char *joined_by; /* the rule that joined most keys: "id", "file name", "base name",
                              "stem", "position"; "" when nothing joined; static text */
};

/*
 * Fills LINK; its arrays live in ARENA. False only when memory is out.
 *
 * Images, the first rule that holds for a key:
 *
 * - id: integer with integer, text with text;
 * - file name: the key's file name (its text id where it has none) is the image's;
 * - base name: the same without directories;
 * - stem: the key's text id (else its file name without extension) is the image's file name without
 *   directories and extension, as Ultralytics writes;
 * - number: the text id "0042" and the integer 42 mean each other; and where no key was joined by
 *   id, either means the image file "000042.jpg" (Ultralytics again).
 *
 * Keys that are positions (detections->image_positions) mean the image at that place in the order
 * of the ids (numbers, then texts), and nothing else.
 *
 * Where two images have one file name, base name, stem or number, that rule joins neither.
 *
 * Categories: by id, or by name where the key has one (exactly, else without ASCII letter case);
 * where the detections' file says what ids are called and any of that is the name of a category, by
 * that. Ids that count from 0 where the dataset's do not, and are none of them that cannot be such
 * a position, are positions in the order of the dataset's ids (LINK_SHIFT_AUTO only). Class ids of
 * results in pixels against a YOLO dataset (dataset->fractions, ids 0..n-1) are shifted by
 * LINK_SHIFT_AUTO when all of them lie in 1..n, as newer Ultralytics numbers them. A ground truth
 * with ids of its own (COCO) and label folders are never shifted by LINK_SHIFT_AUTO.
 */
bool link_make(const struct dataset *dataset, const struct detections *detections,
    enum link_shift shift, struct arena *arena, struct link *link, struct err *err);

/* What link_infer_sizes() did and could not do. */
struct link_sizes {
    int64_t images_inferred;
    int64_t images_unknown; /* still without a size, with annotations that are fractions */
    int64_t images_of_one;  /* with annotations, now of 1 x 1: all of it is compared as fractions */
};

/*
 * Images of unknown size in a dataset of fractions get the extent of their detections (largest x+w
 * and y+h, rounded), since detectors clip boxes to the image; their annotations become pixels.
 * Changes DATASET, whose owner must be alone with it. When the detections are fractions too, such
 * images become 1 x 1: overlaps of fractions are those of pixels, only areas mean nothing. Images
 * that stay unknown are left out by eval_match(). False only when memory is out.
 */
bool link_infer_sizes(struct dataset *dataset, const struct detections *detections,
    const struct link *link, struct link_sizes *sizes, struct err *err);
