/*
 * Reads a file of rows as a table: separated values, JSON lines, one JSON list or object.
 * Knows: CSV and JSON, damage, what a header is. Must not know: runs, what columns mean.
 *
 * Separated values: comma, semicolon or tab; quoted cells may hold line ends; the first record is the
 * header unless all its cells are numbers. JSON: an object is a row, objects in it become columns
 * "a.b", lists the text of themselves; anything else is a row with the one column "value".
 * Rows that cannot be read are left out, short and long ones kept, and all of them counted in the
 * table's notes. Memory: the table and a window of at most 64 MB.
 */
#pragma once

#include "work/data_table.h"

#include <stdatomic.h>

#define DATA_MOST_FILE_BYTES ((int64_t)2 << 30)
enum { DATA_SNIFF_BYTES = 32 << 10, DATA_MOST_JSON_DEPTH = 8 };

enum data_format { DATA_NO_TABLE, DATA_CSV, DATA_JSON_LINES, DATA_JSON };

/* "CSV", "JSON lines", "JSON"; "" for none. */
const char *data_format_name(enum data_format format);
/*
 * What a file that is called NAME and begins with HEAD is: WHOLE when that is all of it. Of text with
 * separators only what is called .csv, .tsv or .tab, or has a header and a row that fits it.
 */
enum data_format data_sniff(const char *name, const char *head, size_t length, bool whole);

/* Any thread; gives up (ERR_CANCELLED) soon after *STALE (may be NULL) is set. One reference is the
 * caller's. NULL with ERR, which names the file; ERR_LIMIT beyond DATA_MOST_FILE_BYTES. */
struct data_table *data_file_read(const char *path, const atomic_bool *stale, struct err *err);
