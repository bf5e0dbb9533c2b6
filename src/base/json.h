/*
 * A streaming JSON reader: tokens on demand, whole values skipped fast, nothing built or kept.
 * Knows: JSON, and Python's bare NaN, Infinity and -Infinity, which are read as numbers.
 * Must not know: what any document means.
 *
 * Use: json_init_stream() or json_init_memory() (no allocation, so also once per line of JSON
 * lines), then json_next() until JSON_END or JSON_BAD. The fields of the token stand in the struct:
 *
 *     while (json_next(&json) == JSON_KEY)             // behind JSON_OBJECT
 *         if (json_is(&json, "bbox") && json_next(&json) == JSON_ARRAY)
 *             n = json_numbers(&json, box, 4);
 *         else
 *             json_skip(&json);                        // the key's value, or what is left of it
 *
 * The grammar is checked as tokens are taken (a skipped value only for its brackets and strings);
 * leniently, numbers may begin with zeros (00012 is 12) or end with a point, and strings may hold
 * raw control characters. A byte order mark at the front is ignored. Brackets nest at most
 * JSON_MAX_DEPTH deep. One thread at a time; no function here allocates but the two that are handed
 * an arena or a buffer.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/stream.h"

enum { JSON_MAX_DEPTH = 512, JSON_MAX_TOKEN_BYTES = 1 << 20 };

enum json_kind {
    JSON_END, /* behind the one value of the document */
    JSON_BAD, /* malformed or cut off; stays so; see json_error() */
    JSON_OBJECT,
    JSON_OBJECT_END,
    JSON_ARRAY,
    JSON_ARRAY_END,
    JSON_KEY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
};

struct json {
    /* The token just taken. */
    enum json_kind kind;
    const char *text; /* key, string: the raw bytes between the quotes; number: as written. Valid
                         until the next call that moves on */
    size_t length;
    double number;
    bool escaped; /* key, string: holds backslashes, see json_unescape() */
    bool
        too_long; /* a key or string beyond JSON_MAX_TOKEN_BYTES: passed over, and given as empty */

    int depth; /* brackets open behind the token: 1 just behind the outermost '{' */

    /* Private. */
    struct stream *stream; /* NULL: memory */
    const char *at, *end, *base;
    const char *wrong;
    int64_t base_offset;
    int expects;
    bool whole, in_object;
    uint64_t objects[JSON_MAX_DEPTH / 64]; /* one bit per open bracket: it is a '{' */
};

/* Reads STREAM from where it stands. Nobody else may touch it until the reader is done with it;
 * where it then stands is not defined. */
void json_init_stream(struct json *json, struct stream *stream);
/* Reads DATA, which must outlive the reader. */
void json_init_memory(struct json *json, const void *data, size_t length);

enum json_kind json_next(struct json *json);
/* Skips to the end of a value: behind JSON_KEY the key's value, behind JSON_OBJECT or JSON_ARRAY
 * what is left of it (up to its own end bracket), behind a scalar nothing. False when the document
 * is bad. */
bool json_skip(struct json *json);

/* The byte offset of the reader: where the token just taken ends, or what makes it bad. For a
 * stream it counts from the beginning of the file. */
int64_t json_offset(const struct json *json);
/* Fills ERR from a bad document ("ends inside a JSON object", with what to do and the byte offset)
 * and returns false; for a good one says that WANTED ("a list of detections") is not there. */
bool json_error(const struct json *json, const char *wanted, struct err *err);

/* The key or string just taken equals the plain ASCII WORD (escapes in the document are honoured).
 */
bool json_is(const struct json *json, const char *word);
/* The number just taken as an integer: exact in the whole int64 range, also "3.0" and "1e3". False
 * for another kind of token, a fraction, or a value out of range. */
bool json_int(const struct json *json, int64_t *value);
/* Behind JSON_ARRAY: reads to its end and stores the first MOST items. Returns the number of items,
 * or JSON_NOT_NUMBERS when one was something else or the document is bad (see kind). */
size_t json_numbers(struct json *json, double *out, size_t most);
#define JSON_NOT_NUMBERS SIZE_MAX

/*
 * Undoes the escapes of LENGTH raw bytes into OUT, which has room for LENGTH bytes; returns the
 * bytes written (never more). \uXXXX pairs become UTF-8; lone surrogates, \u0000 and unknown
 * escapes become U+FFFD or '?', a raw NUL '?', so that the result can be a C string. Invalid UTF-8
 * is copied as it is.
 */
size_t json_unescape(const char *raw, size_t length, char *out);
/* The key or string just taken, unescaped: copied with a NUL into ARENA (NULL when out of memory),
 * or appended to BUF. */
const char *json_string(const struct json *json, struct arena *arena);
bool json_add_string(const struct json *json, struct buf *buf);
