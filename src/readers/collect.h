/*
 * Collects boxes row by row into a data set or a set of detections: for formats that name images by
 * their files and classes by words, or either by number.
 * Knows: names, numbers, boxes. Must not know: files or formats.
 *
 * A name is one image or class however often it comes. The sets take over the collector's arena.
 */
#pragma once

#include "base/map.h"
#include "readers/annotation.h"

struct collect_row {
    struct box box;
    double score; /* NaN: none */
    int32_t image, class_index;
    bool crowd;
};

struct collector {
    struct arena arena;
    struct image *images; /* by index; malloc'd, as the next two; key is their name until the end,
                             file_name is for the format to set where it is another one */
    struct category *classes; /* name is NULL for a number */
    struct collect_row *rows;
    size_t image_count, image_capacity, class_count, class_capacity, row_count, row_capacity;
    struct map image_places, class_places;
    const char *images_dir; /* in the arena, or NULL */
    bool fractions;         /* boxes are fractions of their image */
    bool image_positions;   /* image numbers are positions */
    bool no_memory;         /* something has been lost: no set is made */
    int64_t dropped;        /* rows that the format could not use */
};

/* The index of the image that is called NAME (its file, with or without directories and ending), or
 * has the number ID; 0 with `no_memory` when memory is out. */
int32_t collector_image(struct collector *collector, const char *name, size_t length);
int32_t collector_image_number(struct collector *collector, int64_t id);
/* The same for a class. A word that is a whole number is that number. */
int32_t collector_class(struct collector *collector, const char *name, size_t length);
int32_t collector_class_number(struct collector *collector, int64_t id);
/* Keeps ROW, whose numbers are finite but for the score; counts it when its box is turned inside
 * out. */
void collector_add(struct collector *collector, const struct collect_row *row);

/* Reads PATH, a file or a folder, into COLLECTOR. False with ERR, which need not name the file. */
typedef bool collect_function(struct collector *collector, const char *path,
    const struct annotation_options *options, struct err *err);

/*
 * The set of all rows that READ collects. In a data set, classes that are words stand in the order
 * of their names and are numbered from 1 on (behind the largest number that there is); those that
 * are numbers are called by it. Detections without a score are counted as dropped. NULL with ERR.
 */
struct dataset *collect_dataset(const char *path, const struct annotation_options *options,
    collect_function *read, struct err *err);
struct detections *collect_detections(const char *path, const struct annotation_options *options,
    collect_function *read, struct err *err);
