/*
 * A table in CSV that is written a row at a time and whose columns are found on the way.
 * Knows: names, numbers, CSV as the plain reader reads it. Must not know: what the numbers mean.
 *
 * The first row decides the columns. A column that comes later is made known by a new header line
 * before the row that has it first: a header with all columns, the old ones where they were. The
 * file so is only ever appended to. A column that has nothing to say any more stays, its cells
 * empty.
 */
#pragma once

#include "base/buf.h"

enum { COLUMNS_NAME_BYTES = 48 };

struct column {
    char name[COLUMNS_NAME_BYTES];
    double value; /* of the row being made; NaN: an empty cell */
    int decimals;
};

struct columns {
    struct column *items;
    size_t count, capacity;
    size_t headed; /* how many the last header named */
};

void columns_done(struct columns *columns); /* accepts a zeroed one */

/* VALUE at NAME (cut at COLUMNS_NAME_BYTES; without separators and quotes) in the row being made.
 * NaN makes no column. False when memory is out. */
bool columns_put(struct columns *columns, const char *name, double value, int decimals);
/* Makes the column NAME when it is not there: for what will have values, but has none yet. */
bool columns_want(struct columns *columns, const char *name);

/* Appends the row to OUT, before it a header when there are new columns, and begins another one.
 * The column "wall_time" comes first: seconds since 1970. */
void columns_row(struct columns *columns, double wall_s, struct buf *out);
