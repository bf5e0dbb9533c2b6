/*
 * Lists of images as tables and as files.
 * Knows: lists, columns, formats of tables. Must not know: where a list is shown.
 */
#pragma once

#include "work/image_list.h"
#include "work/print_table.h"

enum { IMAGE_MOST_COLUMNS = 128 };

/* Columns of a list as a table: as image_pool_find() gives them. */
struct image_columns {
    int items[IMAGE_MOST_COLUMNS];
    size_t count;
};

/* What is shown when nobody chose: the image and the counts, of both sides where there are two;
 * BOXES where these were asked for, disagreement where it is known, tags where any image listed has
 * one. */
void image_columns_default(const struct image_pool *pool, const struct image_list *list, bool boxes,
    struct image_columns *out);
/* Those that TEXT names between commas. False with ERR. */
bool image_columns_parse(
    const struct image_pool *pool, const char *text, struct image_columns *out, struct err *err);

/* The table, in ARENA. Numbers that are not known are absent. False when memory is out. */
bool image_export_table(const struct image_pool *pool, const struct image_list *list,
    const struct image_columns *columns, struct arena *arena, struct print_table *out);

/* Writes the list to PATH: a table when that ends in .csv, .tsv, .json or .md, else the images'
 * names, one a line (a name with a new line in it is refused). Not for the main thread. */
bool image_export_file(const struct image_pool *pool, const struct image_list *list,
    const struct image_columns *columns, const char *path, struct err *err);
