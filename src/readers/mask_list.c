#include "readers/mask_list.h"

#include "base/grow.h"

#include <stdlib.h>

static bool pad(struct mask_list *list, size_t rows)
{
    if (!GROW(list->masks, list->capacity, rows))
        return false;
    while (list->count < rows)
        list->masks[list->count++] = NULL;
    return true;
}

bool mask_list_put(struct mask_list *list, size_t row, struct mask *mask)
{
    if (!mask)
        return true;
    if (!pad(list, row + 1))
        return false;
    list->masks[row] = mask;
    return true;
}

bool mask_list_finish(struct mask_list *list, size_t rows)
{
    return !list->masks || pad(list, rows);
}

void mask_list_done(struct mask_list *list)
{
    free(list->masks);
    *list = (struct mask_list){0};
}
