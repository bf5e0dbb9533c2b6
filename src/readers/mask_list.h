/*
 * A list of masks that grows beside a list of rows, for readers.
 * Knows: one pointer a row. Must not know: what rows or masks are.
 *
 * It costs nothing until a row has a mask.
 */
#pragma once

#include "facts/boxes.h"

struct mask_list {
    struct mask **masks; /* malloc'd; NULL while no row has one */
    size_t count, capacity;
};

/* Gives ROW, which is behind all rows so far, its mask; nothing for NULL. False: no memory. */
bool mask_list_put(struct mask_list *list, size_t row, struct mask *mask);
/* Makes the list as long as the rows, where it has been begun. False: no memory. */
bool mask_list_finish(struct mask_list *list, size_t rows);
void mask_list_done(struct mask_list *list);
