/*
 * A history as one JSON object: each metric's name with the list of its values, as
 * `history.history` of Keras and many scripts are dumped. Knows: lists, and which of them counts
 * steps. Must not know: which files hold such an object.
 *
 * Names of nested objects are joined by "/", but that of "history". A list at the top that is
 * called as a step and holds whole numbers is the step of the lists as long as itself; other values
 * count from 0. null is no point. What is no number is left out and told of. Nothing of a file
 * counts before it is whole.
 */
#pragma once

#include "readers/rows.h"

enum { COLUMN_LISTS_MOST_BYTES = 16 << 20 };

/* Reads the whole file SOURCE; of RULES the steps and the prefix are used. False, with ERR, when it
 * cannot be read, is longer than COLUMN_LISTS_MOST_BYTES, or memory is out. */
bool column_lists_read(const struct reader_source *source, const struct rows_rules *rules,
    struct sink *sink, struct err *err);
