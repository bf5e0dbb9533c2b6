#include "base64.h"

#include <string.h>

size_t base64_read(const char *at, const char *end, uint8_t *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = 0;
    if ((end - at) % 4 != 0)
        return SIZE_MAX;
    for (; at < end; at += 4) {
        unsigned bits = 0;
        int pads = 0;
        for (int i = 0; i < 4; i++) {
            const char *digit = at[i] ? strchr(digits, at[i]) : NULL;
            if (!digit && (at[i] != '=' || at + 4 != end || i < 2))
                return SIZE_MAX;
            pads += !digit;
            bits = bits << 6 | (digit ? (unsigned)(digit - digits) : 0);
        }
        for (int i = 0; i < 3 - pads; i++)
            out[length++] = (uint8_t)(bits >> (16 - 8 * i));
    }
    return length;
}
