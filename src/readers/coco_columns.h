/*
 * What the image records of COCO files hold beside names and sizes, kept as columns.
 * Knows: keys and values of one record. Must not know: which keys have a meaning of their own.
 *
 * Kept are numbers (as written), texts, true and false, and lists of texts, also those one level
 * down ("attributes.weather"), with line ends as blanks; null and an empty list are absent, and
 * anything else is passed over. At most COCO_MAX_COLUMNS columns and COCO_MAX_VALUE_BYTES a value or
 * name: what goes beyond is counted. Memory: a pointer for each image and column, and each distinct
 * value once.
 */
#pragma once

#include "base/json.h"
#include "base/map.h"
#include "facts/boxes.h"

enum { COCO_MAX_COLUMNS = 64, COCO_MAX_VALUE_BYTES = 256 };

struct coco_column {
    const char *name;
    const char **values; /* by image id index; malloc'd */
    size_t count, capacity;
    bool is_tags;
};

struct coco_columns {
    struct map names, texts; /* of columns; of values, each kept once */
    struct coco_column columns[COCO_MAX_COLUMNS];
    size_t count;
    const char *record[COCO_MAX_COLUMNS]; /* of the record that is open; NULL: absent */
    struct buf name, value;
    int64_t dropped;
};

/* ARENA keeps names and values. */
void coco_columns_init(struct coco_columns *columns, struct arena *arena);
void coco_columns_done(struct coco_columns *columns);

/* The functions below return false when memory is out. */

/* A record opens. */
void coco_columns_begin(struct coco_columns *columns);
/* Behind a key of the record: takes its value, whatever it is. A repeated key's last value counts. */
bool coco_columns_take(struct coco_columns *columns, struct json *json);
/* The same for a value that has been taken already. */
bool coco_columns_add(struct coco_columns *columns, const char *name, const struct buf *text);
/* The record is that of the image with the id index IMAGE, whatever was said of it before. */
bool coco_columns_end(struct coco_columns *columns, int32_t image);
/* Gives SET its columns; image i of it has the id index ORDER[i]. */
bool coco_columns_finish(
    const struct coco_columns *columns, struct dataset *set, const int32_t *order);
