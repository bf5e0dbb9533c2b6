#include "readers/coco_repeats.h"

#include <stdlib.h>
#include <string.h>

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS };

static bool ascend(const struct annotation *annotations, size_t count)
{
    const struct annotation *last = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!annotations[i].has_id)
            continue;
        if (last && annotations[i].id <= last->id)
            return false;
        last = &annotations[i];
    }
    return true;
}

/* Sorts the COUNT ids at *IDS by the digit that begins at bit SHIFT, those with equal ones staying
 * in order; *OTHER has room for as many, and the two change places. */
static void sort_by_digit(uint64_t **ids, uint64_t **other, size_t count, int shift)
{
    size_t places[DIGITS] = {0}, place = 0;
    for (size_t i = 0; i < count; i++)
        places[(*ids)[i] >> shift & (DIGITS - 1)]++;
    for (int digit = 0; digit < DIGITS; digit++) {
        size_t here = places[digit];
        if (here == count)
            return; /* the same digit in all */
        places[digit] = place;
        place += here;
    }
    for (size_t i = 0; i < count; i++)
        (*other)[places[(*ids)[i] >> shift & (DIGITS - 1)]++] = (*ids)[i];
    uint64_t *sorted = *other;
    *other = *ids;
    *ids = sorted;
}

bool coco_count_repeats(const struct annotation *annotations, size_t count, int64_t *repeats)
{
    *repeats = 0;
    if (ascend(annotations, count))
        return true;
    uint64_t *memory = malloc(2 * count * sizeof *memory), *ids = memory, *other = memory + count;
    size_t n = 0;
    if (!memory)
        return false;
    for (size_t i = 0; i < count; i++)
        if (annotations[i].has_id)
            ids[n++] = (uint64_t)annotations[i].id;
    for (int shift = 0; shift < 64; shift += DIGIT_BITS)
        sort_by_digit(&ids, &other, n, shift);
    for (size_t i = 1; i < n; i++)
        *repeats += ids[i] == ids[i - 1];
    free(memory);
    return true;
}
