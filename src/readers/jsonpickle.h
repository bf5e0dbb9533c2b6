/*
 * jsonpickle, the spelling that Python objects take in JSON where JSON has none for them.
 * Knows: its wrappers round a plain value. Must not know: which file it is.
 */
#pragma once

#include "base/buf.h"

/*
 * Copies the JSON document TEXT to OUT with each wrapper replaced by the value in it:
 * {"py/object": "numpy.float32", "dtype": ..., "value": 0.5} becomes 0.5, {"py/tuple": [1, 2]} the
 * list. An object without a plain value stays as it is. Numbers and strings keep their spelling.
 * Returns the byte offset where TEXT stops being JSON, -1 when it is whole; OUT then also ends in
 * the middle.
 */
int64_t jsonpickle_reduce(const void *text, size_t length, struct buf *out);
