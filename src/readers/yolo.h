/*
 * What the files of the YOLO format share: rows of labels, and where images and labels lie.
 * Knows: label files, data.yaml, the images/labels convention. Must not know: COCO or other
 * formats.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "readers/annotation.h"

enum { YOLO_MAX_FILES = 4000000, YOLO_MAX_CLASSES = 1 << 20, YOLO_MAX_LINE_BYTES = 1 << 20 };

/* One row: "class xc yc w h [score]" or "class x1 y1 x2 y2 x3 y3 ... [score]" in fractions of the
 * image. */
struct yolo_row {
    int32_t class_index;
    struct box box; /* x, y of the top left corner; of a polygon its extent */
    double score;   /* NaN: the row has none */
    size_t point_count; /* of a polygon (an oriented box is one of 4 points); 0 for a box */
    const char *line;   /* what was parsed, as long as that lives */
    size_t length;
};

/* Reads a row; false when it is none (fewer than 5 numbers, a class that is no index, a coordinate
 * that is no fraction: beyond -1 to 2). */
bool yolo_row_parse(const char *line, size_t length, struct yolo_row *row);
/* Makes ROW, which is good, the box of its first five numbers: keypoints stand behind them. */
bool yolo_row_without_keypoints(struct yolo_row *row);
/* The polygon of a good row, in fractions; NULL when it is a box, or *NO_MEMORY is set. */
struct mask *yolo_row_mask(const struct yolo_row *row, struct arena *arena, bool *no_memory);
/* Calls TAKE for each row of the label file PATH, with NULL for one that is none; empty lines are
 * passed over. False with ERR when the file cannot be read, or TAKE returned false (ERR is then
 * TAKE's). */
bool yolo_labels_read(const char *path, bool (*take)(void *self, const struct yolo_row *row),
    void *self, struct err *err);

/* One image: an image file, a label file, or both, by their common stem. */
struct yolo_item {
    const char *stem;
    const char *file_name; /* of the image, below images_dir; the stem while no image is known */
    const char *labels;    /* path of the label file; NULL: none, so background */
};

struct yolo_class {
    int32_t index;
    const char *name;
};

struct yolo_layout {
    struct arena *arena; /* the caller's: holds everything */
    const char *images_dir;
    struct yolo_class *classes; /* ascending index */
    size_t class_count;
    bool has_keypoints;      /* what stands behind the five numbers of a row */
    struct yolo_item *items; /* malloc'd */
    size_t count, capacity;
    struct map stems;
};

void yolo_layout_init(struct yolo_layout *layout, struct arena *arena);
void yolo_layout_done(struct yolo_layout *layout);
/* Finds classes, images and labels from a data.yaml (of its validation split, else test, else
 * train), or from a directory of label files (classes from a data.yaml or a list of names in it or
 * up to two levels above, if there is one). */
bool yolo_layout_from_yaml(struct yolo_layout *layout, const char *path, struct err *err);
bool yolo_layout_from_labels(struct yolo_layout *layout, const char *directory, struct err *err);
/* PATH is a data.yaml: has class names or their number, and a split. */
bool yolo_is_data_yaml(const char *path);
/* The data.yaml of DIRECTORY, whatever it is called; NULL when there is none. */
const char *yolo_find_yaml(struct arena *arena, const char *directory);
/* The folder of labels in DIRECTORY, as exports of several tools call it; NULL when there is none.
 */
const char *yolo_find_labels(struct arena *arena, const char *directory);
/* A *.txt that can be a label file by its name (classes.txt and its like are not). */
bool yolo_is_label_name(const char *name);

/* A stem as Ultralytics makes an image id of it: a number when it is all digits. */
bool yolo_stem_number(const char *stem, int64_t *number);

/* As the function of struct annotation_format. */
struct dataset *yolo_truth_read(
    const char *path, const struct annotation_options *options, struct err *err);
