/*
 * The strings of the JSON reader: escapes undone, copies made (declared in json.h).
 * Knows: JSON's escapes. Must not know: tokens or streams.
 */
#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* Four hexadecimal digits, or -1. */
static int32_t read_hex4(const char *at, const char *end)
{
    if (end - at < 4)
        return -1;
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* Undoes one \uXXXX or pair of them whose 'u' is at *AT; moves *AT behind it. */
static size_t unescape_unicode(const char **at, const char *end, char *out)
{
    int32_t code = read_hex4(*at + 1, end);
    if (code < 0) {
        *at += 1;
        *out = '?';
        return 1;
    }
    *at += 5;
    if (code >= 0xd800 && code < 0xdc00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
        int32_t low = read_hex4(*at + 2, end);
        if (low >= 0xdc00 && low < 0xe000) {
            *at += 6;
            return text_encode(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00), out);
        }
    }
    if (code == 0 || (code >= 0xd800 && code < 0xe000))
        code = 0xfffd;
    char bytes[4];
    size_t used = text_encode(code, bytes);
    memcpy(out, bytes, used);
    return used;
}

size_t json_unescape(const char *raw, size_t length, char *out)
{
    static const char FROM[] = "\"\\/bfnrt", TO[] = "\"\\/\b\f\n\r\t";
    const char *at = raw, *end = length ? raw + length : raw;
    size_t written = 0;
    while (at < end) {
        char c = *at++;
        if (c != '\\' || at == end) {
            out[written++] = c ? c : '?';
            continue;
        }
        if (*at == 'u') {
            written += unescape_unicode(&at, end, out + written);
            continue;
        }
        const char *known = *at ? strchr(FROM, *at) : NULL;
        out[written++] = known ? TO[known - FROM] : '?';
        at++;
    }
    return written;
}

const char *json_string(const struct json *json, struct arena *arena)
{
    char *out = arena_alloc(arena, json->length + 1);
    if (out)
        out[json_unescape(json->text, json->length, out)] = '\0';
    return out;
}

bool json_add_string(const struct json *json, struct buf *buf)
{
    if (!buf_reserve(buf, json->length))
        return false;
    if (json->length)
        buf->length += json_unescape(json->text, json->length, buf->data + buf->length);
    buf->data[buf->length] = '\0';
    return true;
}
