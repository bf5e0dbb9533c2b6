/*
 * A growing byte buffer, born with its maximum.
 * Knows: bytes. Must not know: where they go.
 *
 * Appending past the maximum (or out of memory) sets `failed`, drops the bytes and keeps the rest, so
 * that a writer checks once at the end. `data` is always NUL-terminated when not NULL.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *data;
    size_t length, capacity, max_bytes;
    bool failed;
};

void buf_init(struct buf *buf, size_t max_bytes);
void buf_done(struct buf *buf); /* accepts a zeroed buffer */
void buf_clear(struct buf *buf); /* empty again, memory kept, `failed` reset */

bool buf_add(struct buf *buf, const void *bytes, size_t length);
bool buf_add_char(struct buf *buf, char c);
bool buf_add_string(struct buf *buf, const char *string);
bool buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Room for LENGTH more bytes at data + length; the caller then adds what it wrote to `length`. */
bool buf_reserve(struct buf *buf, size_t length);
/* Padded, without line breaks. */
bool buf_add_base64(struct buf *buf, const void *bytes, size_t length);
/* LEB128, as protobuf's varint. */
bool buf_add_varint(struct buf *buf, uint64_t value);
