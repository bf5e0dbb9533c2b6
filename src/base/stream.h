/*
 * A sequential reader over a large file with a sliding window.
 * Knows: bytes and lines. Must not know: formats.
 *
 * A size read from a file is a claim: the window grows to what was really read, at most to
 * STREAM_MAX_WINDOW. One thread at a time.
 */
#pragma once

#include "base/err.h"

enum { STREAM_BLOCK_BYTES = 256 << 10, STREAM_MAX_WINDOW = 64 << 20 };

struct stream {
    int fd;
    char *data;
    size_t start, end, capacity;
    int64_t offset; /* in the file, of data[start] */
    bool at_end;    /* the last read() gave nothing more */
};

/* Opens the regular file PATH at byte OFFSET. */
bool stream_open(struct stream *stream, const char *path, int64_t offset, struct err *err);
/* A stream over memory, for tests and fuzzing; DATA is copied. */
bool stream_open_memory(struct stream *stream, const void *data, size_t length, struct err *err);
void stream_close(struct stream *stream); /* accepts a zeroed stream with fd -1 or 0-initialised */

/* Makes at least WANT bytes available at stream_at() if the file has them; returns how many are there
 * (may be more, fewer only at the end of the file, at the window's maximum, or on a read error). */
size_t stream_need(struct stream *stream, size_t want);
const char *stream_at(const struct stream *stream);
/* Moves on by N bytes; N may go beyond the window (the file is then skipped by seeking). */
void stream_skip(struct stream *stream, int64_t n);

/*
 * The next line without its end ("\n" or "\r\n"); moves behind it. *COMPLETE says whether it had an
 * end: the last line of a file still being written may not, and is then left to the caller's bookmark.
 * False at the end of the file. A line longer than the window's maximum comes in pieces with
 * *COMPLETE false except for the last.
 */
bool stream_line(struct stream *stream, const char **line, size_t *length, bool *complete);
