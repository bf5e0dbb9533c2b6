#include "picture/exif.h"

#include <stdbool.h>
#include <string.h>

enum { TAG_ORIENTATION = 274, TYPE_SHORT = 3, ENTRY_BYTES = 12 };

static uint32_t number(const uint8_t *at, int bytes, bool big_endian)
{
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[big_endian ? i : bytes - 1 - i];
    return value;
}

int exif_orientation(const uint8_t *data, size_t length)
{
    if (length >= 6 && memcmp(data, "Exif\0\0", 6) == 0) {
        data += 6;
        length -= 6;
    }
    if (length < 8 || (memcmp(data, "II*\0", 4) != 0 && memcmp(data, "MM\0*", 4) != 0))
        return 1;
    bool big = data[0] == 'M';
    size_t at = number(data + 4, 4, big);
    if (at > length - 2)
        return 1;
    size_t entries = number(data + at, 2, big);
    at += 2;
    for (; entries > 0 && length - at >= ENTRY_BYTES; entries--, at += ENTRY_BYTES) {
        if (number(data + at, 2, big) != TAG_ORIENTATION)
            continue;
        uint32_t value = number(data + at + 8, 2, big);
        bool sound = number(data + at + 2, 2, big) == TYPE_SHORT && value >= 1 && value <= 8;
        return sound ? (int)value : 1;
    }
    return 1;
}
