/*
 * A table that a person keeps of the images (weather, camera, site ...), as columns beside a dataset.
 * Knows: CSV, how images are called. Must not know: what the columns are for.
 */
#pragma once

#include "base/err.h"
#include "facts/boxes.h"

struct image_table {
    struct image_column *columns; /* values by image of the dataset, NULL where there is none */
    size_t column_count;
    size_t rows_joined, rows_unknown; /* rows whose first cell calls no image, or more than one */
};

/* Reads PATH: a header, then rows whose first cell is an image's file name, base name, stem or id.
 * Memory from ARENA. False with ERR, also when no row joins. */
bool image_table_read(const char *path, const struct dataset *dataset, struct arena *arena,
    struct image_table *out, struct err *err);
