#include "base/buf.h"

#include "base/grow.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf, size_t max_bytes)
{
    *buf = (struct buf){.max_bytes = max_bytes};
}

void buf_done(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){.max_bytes = buf->max_bytes};
}

void buf_clear(struct buf *buf)
{
    buf->length = 0;
    buf->failed = false;
    if (buf->data)
        buf->data[0] = '\0';
}

bool buf_reserve(struct buf *buf, size_t length)
{
    if (length > buf->max_bytes - buf->length ||
        !GROW(buf->data, buf->capacity, buf->length + length + 1)) {
        buf->failed = true;
        return false;
    }
    return true;
}

bool buf_add(struct buf *buf, const void *bytes, size_t length)
{
    if (!buf_reserve(buf, length))
        return false;
    if (length)
        memcpy(buf->data + buf->length, bytes, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
    return true;
}

bool buf_add_char(struct buf *buf, char c)
{
    return buf_add(buf, &c, 1);
}

bool buf_add_string(struct buf *buf, const char *string)
{
    return buf_add(buf, string, strlen(string));
}

bool buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    bool ok = length >= 0 && buf_reserve(buf, (size_t)length);
    if (ok) {
        vsnprintf(buf->data + buf->length, (size_t)length + 1, format, again);
        buf->length += (size_t)length;
    }
    va_end(again);
    return ok;
}

bool buf_add_base64(struct buf *buf, const void *bytes, size_t length)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *from = bytes;
    if (!buf_reserve(buf, (length + 2) / 3 * 4))
        return false;
    char *to = buf->data + buf->length;
    for (size_t i = 0; i < length; i += 3) {
        unsigned three = (unsigned)from[i] << 16;
        three |= i + 1 < length ? (unsigned)from[i + 1] << 8 : 0;
        three |= i + 2 < length ? from[i + 2] : 0;
        *to++ = DIGITS[three >> 18];
        *to++ = DIGITS[three >> 12 & 63];
        *to++ = i + 1 < length ? DIGITS[three >> 6 & 63] : '=';
        *to++ = i + 2 < length ? DIGITS[three & 63] : '=';
    }
    *to = '\0';
    buf->length = (size_t)(to - buf->data);
    return true;
}

bool buf_add_varint(struct buf *buf, uint64_t value)
{
    unsigned char bytes[10];
    size_t n = 0;
    do {
        bytes[n] = (unsigned char)(value & 0x7f);
        value >>= 7;
        if (value)
            bytes[n] |= 0x80;
        n++;
    } while (value);
    return buf_add(buf, bytes, n);
}
