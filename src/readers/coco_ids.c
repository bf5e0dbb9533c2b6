#include "readers/coco_ids.h"

#include "base/grow.h"
#include "base/num.h"

#include <stdlib.h>
#include <string.h>

void coco_ids_init(struct coco_ids *ids, struct arena *arena, bool digits_are_numbers)
{
    *ids = (struct coco_ids){.digits_are_numbers = digits_are_numbers, .last_index = -1};
    map_init(&ids->map, arena);
    buf_init(&ids->scratch, JSON_MAX_TOKEN_BYTES + 1);
}

void coco_ids_done(struct coco_ids *ids)
{
    map_done(&ids->map);
    buf_done(&ids->scratch);
    free(ids->ids);
    ids->ids = NULL;
}

/* KEY begins with a byte that tells numbers from text. */
static int32_t put(struct coco_ids *ids, const char *key, size_t length, struct coco_id id)
{
    const char *kept;
    if (ids->count == INT32_MAX || !GROW(ids->ids, ids->capacity, ids->count + 1))
        return COCO_ID_NO_MEMORY;
    int64_t index = map_put(&ids->map, key, length, (int64_t)ids->count, &kept);
    if (index < 0)
        return COCO_ID_NO_MEMORY;
    if ((size_t)index == ids->count) {
        if (id.text)
            id.text = kept + 1;
        ids->ids[ids->count++] = id;
    }
    return (int32_t)index;
}

static int32_t put_number(struct coco_ids *ids, int64_t number)
{
    bool is_small = number >= 0 && number < COCO_SMALL_IDS;
    if (is_small && ids->small[number])
        return ids->small[number] - 1;
    if (ids->last_index >= 0 && ids->last == number)
        return ids->last_index;
    char key[1 + sizeof number] = "i";
    memcpy(key + 1, &number, sizeof number);
    int32_t index = put(ids, key, sizeof key, (struct coco_id){.number = number});
    if (index < 0)
        return index;
    if (is_small)
        ids->small[number] = index + 1;
    ids->last = number;
    ids->last_index = index;
    return index;
}

int32_t coco_ids_put_text(struct coco_ids *ids, const char *text, size_t length)
{
    int64_t number;
    if (ids->digits_are_numbers && num_parse_int(text, length, &number))
        return put_number(ids, number);
    buf_clear(&ids->scratch);
    if (!buf_add_char(&ids->scratch, 't') || !buf_add(&ids->scratch, text, length))
        return COCO_ID_NO_MEMORY;
    return put(ids, ids->scratch.data, ids->scratch.length, (struct coco_id){.text = ""});
}

static int32_t take_text(struct coco_ids *ids, const struct json *json)
{
    int64_t number;
    if (json->too_long)
        return COCO_ID_UNUSABLE;
    if (ids->digits_are_numbers && num_parse_int(json->text, json->length, &number))
        return put_number(ids, number);
    buf_clear(&ids->scratch);
    if (!buf_add_char(&ids->scratch, 't') || !json_add_string(json, &ids->scratch))
        return COCO_ID_NO_MEMORY;
    return put(ids, ids->scratch.data, ids->scratch.length, (struct coco_id){.text = ""});
}

int32_t coco_ids_take(struct coco_ids *ids, struct json *json)
{
    int64_t number;
    switch (json_next(json)) {
    case JSON_NUMBER:
        return json_int(json, &number) ? put_number(ids, number) : COCO_ID_UNUSABLE;
    case JSON_STRING:
        return take_text(ids, json);
    default:
        json_skip(json);
        return COCO_ID_UNUSABLE;
    }
}
