#include "picture/exif.h"

#include <string.h>

enum { TAG_ORIENTATION = 274, TYPE_SHORT = 3, TYPE_LONG = 4, ENTRY_BYTES = 12 };

static uint32_t number(const uint8_t *at, int bytes, bool big_endian)
{
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[big_endian ? i : bytes - 1 - i];
    return value;
}

bool exif_tag(const uint8_t *data, size_t length, int tag, uint32_t *value)
{
    if (length < 8 || (memcmp(data, "II*\0", 4) != 0 && memcmp(data, "MM\0*", 4) != 0))
        return false;
    bool big = data[0] == 'M';
    size_t at = number(data + 4, 4, big);
    if (at > length - 2)
        return false;
    size_t entries = number(data + at, 2, big);
    at += 2;
    for (; entries > 0 && length - at >= ENTRY_BYTES; entries--, at += ENTRY_BYTES) {
        if ((int)number(data + at, 2, big) != tag)
            continue;
        uint32_t type = number(data + at + 2, 2, big);
        *value = number(data + at + 8, type == TYPE_LONG ? 4 : 2, big);
        return type == TYPE_SHORT || type == TYPE_LONG;
    }
    return false;
}

int exif_orientation(const uint8_t *data, size_t length)
{
    uint32_t value;
    if (length >= 6 && memcmp(data, "Exif\0\0", 6) == 0) {
        data += 6;
        length -= 6;
    }
    bool sound = exif_tag(data, length, TAG_ORIENTATION, &value) && value >= 1 && value <= 8;
    return sound ? (int)value : 1;
}
