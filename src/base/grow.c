#include "base/grow.h"

#include <stdint.h>
#include <stdlib.h>

bool grow(void **items, size_t *capacity, size_t count, size_t item_bytes)
{
    if (count <= *capacity)
        return true;
    size_t wanted = *capacity ? *capacity : 8;
    while (wanted < count) {
        if (wanted > SIZE_MAX / 2)
            return false;
        wanted *= 2;
    }
    if (wanted > SIZE_MAX / item_bytes)
        return false;
    void *larger = realloc(*items, wanted * item_bytes);
    if (!larger)
        return false;
    *items = larger;
    *capacity = wanted;
    return true;
}
