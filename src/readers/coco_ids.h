/*
 * The ids of COCO files, which are integers or text, made into small indices.
 * Knows: ids as JSON tokens. Must not know: images, categories, boxes.
 */
#pragma once

#include "base/json.h"
#include "base/map.h"

enum { COCO_SMALL_IDS = 1024 };

struct coco_id {
    int64_t number;   /* when text is NULL */
    const char *text; /* NUL-terminated, in the arena of the ids */
};

struct coco_ids {
    struct map map;
    struct coco_id *ids; /* by index; malloc'd */
    size_t count, capacity;
    struct buf scratch;
    bool digits_are_numbers;
    /* Two ways around the map, which most rows take. */
    int64_t last;
    int32_t last_index;            /* -1: none */
    int32_t small[COCO_SMALL_IDS]; /* index + 1 */
};

/* DIGITS_ARE_NUMBERS: the text "7" is the id 7 (categories); else it is another id (images, whose
 * text is a file's stem). ARENA keeps the texts. */
void coco_ids_init(struct coco_ids *ids, struct arena *arena, bool digits_are_numbers);
void coco_ids_done(struct coco_ids *ids);

/* An index from 0 on, or one of these. */
enum { COCO_ID_UNUSABLE = -1, COCO_ID_NO_MEMORY = -2 };
/* The index of the id that JSON's next value is; the value is consumed whatever it is. */
int32_t coco_ids_take(struct coco_ids *ids, struct json *json);
/* The index of a text id. */
int32_t coco_ids_put_text(struct coco_ids *ids, const char *text, size_t length);
