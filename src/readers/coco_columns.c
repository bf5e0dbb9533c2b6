#include "readers/coco_columns.h"

#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

void coco_columns_init(struct coco_columns *columns, struct arena *arena)
{
    *columns = (struct coco_columns){0};
    map_init(&columns->names, arena);
    map_init(&columns->texts, arena);
    buf_init(&columns->name, 2 * JSON_MAX_TOKEN_BYTES + 2);
    buf_init(&columns->value, 2 * JSON_MAX_TOKEN_BYTES);
}

void coco_columns_done(struct coco_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        free(columns->columns[i].values);
    map_done(&columns->names);
    map_done(&columns->texts);
    buf_done(&columns->name);
    buf_done(&columns->value);
    *columns = (struct coco_columns){0};
}

void coco_columns_begin(struct coco_columns *columns)
{
    memset(columns->record, 0, columns->count * sizeof *columns->record);
}

/* The column NAME: its index, NO_COLUMN when it is not there (and is not to be made, or would be
 * one too many), NO_MEMORY. */
enum { NO_COLUMN = -1, NO_MEMORY = -2 };

static int find(struct coco_columns *columns, const struct buf *name, bool make)
{
    int64_t index = map_get(&columns->names, name->data, name->length);
    if (index >= 0)
        return (int)index;
    if (!make || columns->count == COCO_MAX_COLUMNS)
        return NO_COLUMN;
    struct coco_column *column = &columns->columns[columns->count];
    index = (int64_t)columns->count;
    *column = (struct coco_column){0};
    if (map_put(&columns->names, name->data, name->length, index, &column->name) < 0)
        return NO_MEMORY;
    columns->record[columns->count++] = NULL;
    return (int)index;
}

/* The value TEXT of the column NAME; NULL: it has none. */
static bool put(
    struct coco_columns *columns, const struct buf *name, const struct buf *text, bool is_tags)
{
    bool fits =
        text && text->length <= COCO_MAX_VALUE_BYTES && name->length <= COCO_MAX_VALUE_BYTES;
    int index = find(columns, name, fits);
    columns->dropped += text && (!fits || index == NO_COLUMN);
    if (index < 0)
        return index == NO_COLUMN;
    columns->record[index] = NULL;
    if (!fits)
        return true;
    columns->columns[index].is_tags |= is_tags;
    return map_put(&columns->texts, text->data, text->length, 0, &columns->record[index]) >= 0;
}

/* Appends the text just taken, with line ends as blanks, for these part tags. */
static bool add_text(struct buf *value, const struct json *json)
{
    size_t begin = value->length;
    if (!json_add_string(json, value))
        return false;
    for (size_t i = begin; i < value->length; i++)
        if (value->data[i] == '\n')
            value->data[i] = ' ';
    return true;
}

/* The list that is open. */
static bool take_tags(struct coco_columns *columns, struct json *json)
{
    bool only_texts = true, ok = true;
    size_t count = 0;
    while (json_next(json) != JSON_ARRAY_END && json->kind != JSON_BAD) {
        if (json->kind != JSON_STRING || json->too_long) {
            columns->dropped += json->kind == JSON_STRING;
            only_texts = false;
            json_skip(json);
        } else if (columns->value.length <= COCO_MAX_VALUE_BYTES) { /* else it is left out anyway */
            ok = ok && (!count++ || buf_add_char(&columns->value, '\n')) &&
                 add_text(&columns->value, json);
        }
    }
    return ok && put(columns, &columns->name, only_texts && count ? &columns->value : NULL, true);
}

/* The value just taken, of the column that `name` says. */
static bool take_value(struct coco_columns *columns, struct json *json)
{
    struct buf *value = &columns->value;
    buf_clear(value);
    switch (json->kind) {
    case JSON_STRING:
        columns->dropped += json->too_long;
        return add_text(value, json) &&
               put(columns, &columns->name, json->too_long ? NULL : value, false);
    case JSON_NUMBER:
    case JSON_TRUE:
    case JSON_FALSE:
        return buf_add(value, json->text, json->length) &&
               put(columns, &columns->name, value, false);
    case JSON_ARRAY:
        return take_tags(columns, json);
    default:
        json_skip(json);
        return put(columns, &columns->name, NULL, false);
    }
}

/* The members of the object that is open, each behind the name of it. */
static bool take_members(struct coco_columns *columns, struct json *json)
{
    size_t outer = columns->name.length;
    while (json_next(json) == JSON_KEY) {
        columns->name.length = outer;
        if (json->too_long) {
            columns->dropped++;
            json_skip(json);
            continue;
        }
        if (!buf_add_char(&columns->name, '.') || !json_add_string(json, &columns->name))
            return false;
        json_next(json);
        if (!take_value(columns, json))
            return false;
    }
    return true;
}

bool coco_columns_take(struct coco_columns *columns, struct json *json)
{
    if (json->too_long) {
        columns->dropped++;
        json_skip(json);
        return true;
    }
    buf_clear(&columns->name);
    if (!json_add_string(json, &columns->name))
        return false;
    return json_next(json) == JSON_OBJECT ? take_members(columns, json) : take_value(columns, json);
}

bool coco_columns_add(struct coco_columns *columns, const char *name, const struct buf *text)
{
    buf_clear(&columns->name);
    return buf_add_string(&columns->name, name) && put(columns, &columns->name, text, false);
}

bool coco_columns_end(struct coco_columns *columns, int32_t image)
{
    for (size_t i = 0; i < columns->count; i++) {
        struct coco_column *column = &columns->columns[i];
        if (!columns->record[i] && (size_t)image >= column->count)
            continue;
        if (!GROW(column->values, column->capacity, (size_t)image + 1))
            return false;
        while (column->count <= (size_t)image)
            column->values[column->count++] = NULL;
        column->values[image] = columns->record[i];
    }
    return true;
}

/* Whether an image has a value; VALUES (as many as SET has images) are then those of its images. */
static bool gather(const struct coco_column *column, const struct dataset *set,
    const int32_t *order, const char **values)
{
    bool any = false;
    for (size_t i = 0; i < set->image_count; i++) {
        values[i] = (size_t)order[i] < column->count ? column->values[order[i]] : NULL;
        any |= values[i] != NULL;
    }
    return any;
}

bool coco_columns_finish(
    const struct coco_columns *columns, struct dataset *set, const int32_t *order)
{
    set->dropped_values = columns->dropped;
    if (!columns->count)
        return true;
    set->columns = ARENA_ARRAY(&set->arena, struct image_column, columns->count);
    if (!set->columns)
        return false;
    for (size_t i = 0; i < columns->count; i++) {
        const struct coco_column *column = &columns->columns[i];
        const char **values = ARENA_ARRAY(&set->arena, const char *, set->image_count);
        if (!values)
            return false;
        if (gather(column, set, order, values))
            set->columns[set->column_count++] =
                (struct image_column){column->name, values, column->is_tags};
    }
    return true;
}
