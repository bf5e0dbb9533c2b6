#include "record/columns.h"

#include "base/grow.h"
#include "base/num.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_ROOM = 32, WALL_DECIMALS = 1 };

void columns_done(struct columns *columns)
{
    free(columns->items);
    *columns = (struct columns){0};
}

static struct column *find(struct columns *columns, const char *name)
{
    for (size_t i = 0; i < columns->count; i++)
        if (strncmp(columns->items[i].name, name, COLUMNS_NAME_BYTES - 1) == 0)
            return &columns->items[i];
    return NULL;
}

static struct column *add(struct columns *columns, const char *name)
{
    if (!GROW(columns->items, columns->capacity, columns->count + 1))
        return NULL;
    struct column *column = &columns->items[columns->count++];
    *column = (struct column){.value = NAN};
    strncpy(column->name, name, COLUMNS_NAME_BYTES - 1);
    return column;
}

bool columns_put(struct columns *columns, const char *name, double value, int decimals)
{
    if (isnan(value))
        return true;
    struct column *column = find(columns, name);
    if (!column && !(column = add(columns, name)))
        return false;
    column->value = value;
    column->decimals = decimals;
    return true;
}

bool columns_want(struct columns *columns, const char *name)
{
    return find(columns, name) || add(columns, name);
}

static void add_number(struct buf *out, double value, int decimals)
{
    char text[NUMBER_ROOM];
    double scale = pow(10, decimals);
    num_print(round(value * scale) / scale, text, sizeof text);
    buf_add_string(out, text);
}

void columns_row(struct columns *columns, double wall_s, struct buf *out)
{
    if (columns->headed < columns->count || !columns->headed) {
        buf_add_string(out, "wall_time");
        for (size_t i = 0; i < columns->count; i++) {
            buf_add_char(out, ',');
            buf_add_string(out, columns->items[i].name);
        }
        buf_add_char(out, '\n');
        columns->headed = columns->count;
    }
    add_number(out, wall_s, WALL_DECIMALS);
    for (size_t i = 0; i < columns->count; i++) {
        struct column *column = &columns->items[i];
        buf_add_char(out, ',');
        if (isfinite(column->value))
            add_number(out, column->value, column->decimals);
        column->value = NAN;
    }
    buf_add_char(out, '\n');
}
