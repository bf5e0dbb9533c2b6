/*
 * JSON to parameters: nested objects become dotted names, arrays become JSON text.
 * Knows: JSON, as base/json.h reads it (Python's bare NaN too). Must not know: which file it is.
 */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "readers/params.h"

enum { JSON_PARAMS_MAX_BYTES = 16 << 20 };

/* Puts the members of the one object that TEXT holds into PARAMS. Numbers keep their spelling.
 * Returns the byte offset where the text stops being JSON, -1 when it is whole; what came before
 * counts. */
int64_t json_params_put(const void *text, size_t length, struct params *params);
/* Takes the value of the key that JSON has just taken, as that of the parameter that is entered. */
void json_params_put_value(struct json *json, struct params *params);
/* Copies the array or object that JSON has just opened into WRITER, to its end, as the writer spells
 * it; SCRATCH is for the strings. */
void json_params_write_open(struct json *json, struct json_writer *writer, struct buf *scratch);
/* The same for the file PATH, with damage and limits as notes on NAME in SINK. False, with ERR,
 * when it cannot be read. */
bool json_params_read(
    const char *path, const char *name, struct params *params, struct sink *sink, struct err *err);
