/*
 * Tables of training rows that lie in a directory under any name, and the parameters beside them.
 * Knows: which files are looked into, how several are told apart. Must not know: what a table's
 * beginning says (table_sniff.h), or how rows become points (rows.h).
 *
 * A table is called *.csv, *.tsv, *.log, *log.txt, *.jsonl, *.ndjson, or as JSON lines *log.json,
 * *history.json, *metrics.json; these may also be one object with a list for each metric, or a list
 * of rows, and metrics.json final scores. Other *.json are not looked into: runs have many, and
 * opening a file may cost a turn of the network. Where there is more than one table each one's
 * metrics begin with its file's name without the extension ("forward/loss"), so that equal names
 * are not one series.
 */
#pragma once

#include "readers/reader.h"
#include "readers/rows.h"

enum { TABLE_FILES_MOST = 64 }; /* looked into in a directory */

/* Claims the tables of PLACE that Keras wrote (KERAS), or all others; then also the files of
 * parameters, which come first. False when there are none. */
bool table_files_claim(const struct reader_place *place, bool keras, struct reader_claim *claim);

/* As the read function of struct reader; RULES are those of a table, without a prefix. */
bool table_files_read(const struct reader_source *source, const struct rows_rules *rules,
    struct reader_mark *mark, struct sink *sink, struct err *err);
