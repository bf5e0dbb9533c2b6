/*
 * Ground truth and detections in memory: columns of plain numbers, each set in an arena of its own.
 * Knows: images, categories, boxes, shapes. Must not know: file formats, matching or drawing.
 *
 * Boxes are x, y, w, h in pixels from the top left corner, as doubles: single precision would
 * change COCO metrics. A detection names its image and category by *keys*, as its file does;
 * linking (work) maps the few distinct keys onto a dataset, never row by row.
 */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct box {
    double x, y, w, h;
};

/* A closed line: the last point joins the first. */
struct polygon {
    double *xy;         /* x and y of each point, in the unit of the set's boxes */
    size_t point_count; /* 3 or more */
};

/*
 * The shape of an object beside its box: polygons, all of which belong to it, or the pixels of an
 * image as runs. Runs go down the columns, from the left one on: so many pixels outside, so many
 * inside, and so on in turns. Together they are exactly width_px * height_px, at most
 * INT32_MAX; any may be 0.
 */
struct mask {
    struct polygon *polygons;
    uint32_t *runs;
    size_t polygon_count, run_count; /* one of them is 0 */
    int32_t width_px, height_px;     /* of the runs' image */
};

struct category {
    int64_t id;
    const char *name; /* never NULL; raw bytes of the file */
};

struct image {
    int64_t id;            /* when key is NULL */
    const char *key;       /* an id that is text, else NULL */
    const char *file_name; /* as in the file, may hold directories; "" unknown */
    int32_t width_px, height_px; /* 0 unknown */
};

struct annotation {
    struct box box; /* fractions of the image while its size is unknown, see dataset_size_image() */
    double area;    /* mask area where the file has one, else w*h */
    int64_t id;     /* 0 without one */
    int32_t image, category; /* indices */
    bool crowd, has_id;
};

/* What a file says of its images beside their names and sizes, under one name. */
struct image_column {
    const char *name;    /* of a nested value with that around it: "attributes.weather" */
    const char **values; /* by image, NULL where absent; between tags stands '\n' */
    bool is_tags;        /* lists of texts */
};

struct dataset {
    struct arena arena; /* holds everything below */
    const char *path;   /* what it was read from */
    const char *images_dir; /* where the format says the images are; NULL when it does not */
    struct image *images;
    struct category *categories; /* ascending id */
    struct annotation *annotations; /* file order */
    struct mask **masks; /* by annotation, NULL where it has none; NULL: none kept, see readers */
    struct image_column *columns; /* none unless asked for, see readers */
    size_t image_count, category_count, annotation_count, column_count;
    bool fractions; /* boxes of images without a size are fractions of it (YOLO) */
    bool ids_are_ours;           /* the file has names of categories only */
    int64_t dropped_annotations; /* unreadable, or naming an image or category that is not there */
    int64_t missing_area;
    int64_t dropped_masks; /* of annotations that were kept: unreadable */
    int64_t dropped_images, dropped_categories; /* without an id that can be read */
    int64_t dropped_values; /* of columns: too long, or of a column too many */
    /* Names, sizes, areas, crowd flags and ids of annotations that are there and cannot be read:
     * taken as absent. */
    int64_t unreadable_values;
    /* Entries whose id stood before. Of images and categories the last counts, in the place of the
     * first; annotations are all kept, for nothing here goes by their ids. */
    int64_t duplicate_images, duplicate_categories, duplicate_ids;
};

/* One distinct image as detections name it. */
struct image_key {
    int64_t id;            /* when text is NULL */
    const char *text;      /* an id that is text, else NULL */
    const char *file_name; /* where rows carry one, else NULL */
};

struct category_key {
    int64_t id;       /* when name is NULL */
    const char *name; /* where the format names classes, else NULL */
    /* What the file with the detections itself says that the id is called, else NULL. */
    const char *called;
};

struct detection {
    struct box box;
    double score;
    int32_t image_key, category_key; /* indices into the key tables */
};

struct detections {
    struct arena arena;
    const char *path;
    struct image_key *image_keys;
    struct category_key *category_keys;
    struct detection *rows; /* file order; malloc'd, since it grows: freed by detections_free() */
    struct mask **masks;    /* by row, NULL where it has none; malloc'd; NULL: none kept */
    size_t image_key_count, category_key_count, count;
    bool has_file_names; /* rows carry "file_name", as newer Ultralytics writes */
    bool fractions;      /* boxes are fractions of an image of unknown size (YOLO labels) */
    /* Beside masks stand boxes of the file's own: pycocotools' loadRes, which asks the first row,
     * then has the box's area for that of the object. */
    bool boxes_say_areas;
    bool image_positions; /* image keys are positions from 0 in the order of the images' ids */
    int64_t dropped;      /* unreadable rows */
    int64_t dropped_masks;
    int64_t unreadable_values; /* names that are there and cannot be read: taken as absent */
};


struct dataset *dataset_new(void); /* NULL when out of memory */
void dataset_free(struct dataset *dataset);
/* Gives image INDEX its size; boxes and masks held as fractions become pixels. No effect when it
 * has one. */
void dataset_size_image(struct dataset *dataset, size_t index, int32_t width_px, int32_t height_px);

/* Fills ORDER[0..image_count) with the indices of images by their ids: numbers, then texts bytewise;
 * equal ones as they stand. False when memory is out. */
bool dataset_order_images(const struct dataset *dataset, int32_t *order);

/* Whether COLUMN calls image INDEX so: VALUE is its value, or one of its tags. */
bool image_column_has(const struct image_column *column, size_t index, const char *value);

/* Multiplies the points of polygons; runs stay. MASK may be NULL. */
void mask_scale(struct mask *mask, double x_factor, double y_factor);
/* How many pixels of RUNS[0..COUNT), as in struct mask, are inside. BOX is the smallest around them,
 * all 0 when there is none. */
uint32_t mask_runs_extent(const uint32_t *runs, size_t count, int32_t height_px, struct box *box);

struct detections *detections_new(void);
void detections_free(struct detections *detections);
