/*
 * What a text file is, judged by its beginning: a table with a row a step, and which one.
 * Knows: headers, first rows. Must not know: directories, or how rows become points.
 *
 * A table has a column that counts steps, and numbers otherwise. Detections, labels and tables with
 * a row an image have no such column, or columns that say what they are about: they are none.
 * Losses make up for a step without a name: one beside a first column without a name (the index
 * that pandas writes), two otherwise; then rows count.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { TABLE_SNIFF_BYTES = 32 << 10 }; /* a longer header is not recognised */

enum table_kind {
    TABLE_NONE,
    TABLE_KERAS,   /* CSV as Keras' CSVLogger writes it, see below */
    TABLE_CSV,     /* any other separated values */
    TABLE_LINES,   /* a JSON object a line */
    TABLE_LINE,    /* one such line: its first, or a file that keeps where something stands */
    TABLE_SUMMARY, /* one JSON object, without a step or on several lines: final scores */
    TABLE_LIST,    /* one JSON list with an object for each step */
    TABLE_COLUMNS, /* one JSON object with a list of numbers for each metric, a loss among them */
};

/* The names of columns that count steps, best first, and of those that may be dates. */
extern const char *const TABLE_STEPS[], *const TABLE_WALLS[];

/*
 * HEAD is the first LENGTH bytes of a file, WHOLE says whether that is all. Of what is none, *WHY is
 * a reason worth telling, NULL when it is nothing like a table.
 *
 * Keras writes `epoch` first, then the names of the logs, sorted (those that begin with "val_" may
 * follow as a group of their own, sorted too), and always the loss. A table that looks the same and was
 * written by something else is read the same.
 */
enum table_kind table_sniff(const char *head, size_t length, bool whole, const char **why);
