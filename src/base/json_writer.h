/*
 * Writes JSON into a buffer: commas, indentation and escapes are its business.
 * Knows: JSON's spelling. Must not know: what a document means or where it goes.
 *
 * What comes out is valid UTF-8 JSON and harmless on a terminal: invalid bytes become U+FFFD, and
 * every code point that text_code_is_harmful() names is written as \uXXXX. NaN and the infinities
 * become the strings "NaN", "Infinity", "-Infinity". Out of memory, or at the buffer's maximum, the
 * buffer's `failed` is set: check it once at the end. The caller pairs the brackets and writes a
 * key before each member of an object. Values at depth 0 follow one another without a separator
 * (put a newline into the buffer between them for JSON lines).
 */
#pragma once

#include "base/buf.h"

struct json_writer {
    struct buf *out; /* the caller's */
    bool indented;   /* two blanks a level; else compact */
    bool begun;      /* the open bracket has something in it already */
    bool behind_key;
    int depth;
};

void json_writer_init(struct json_writer *writer, struct buf *out, bool indented);

void json_writer_object(struct json_writer *writer);
void json_writer_object_end(struct json_writer *writer);
void json_writer_array(struct json_writer *writer);
void json_writer_array_end(struct json_writer *writer);

void json_writer_key(struct json_writer *writer, const char *key);
void json_writer_string(struct json_writer *writer, const char *text); /* NULL writes null */
void json_writer_bytes(struct json_writer *writer, const char *text, size_t length); /* a string */
void json_writer_number(struct json_writer *writer, double value); /* shortest that reads back */
void json_writer_int(struct json_writer *writer, int64_t value);
void json_writer_bool(struct json_writer *writer, bool value);
void json_writer_null(struct json_writer *writer);
/* One value that is harmless JSON already, as it stands. */
void json_writer_raw(struct json_writer *writer, const char *json, size_t length);
