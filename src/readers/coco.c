/*
 * COCO JSON: what a file holds by its first bytes, and the few steps that both its readers take.
 * Knows: the shapes of a ground truth and of a results list. Must not know: how boxes are matched.
 */
#include "readers/coco.h"

#include "base/file.h"
#include "base/num.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

enum { SNIFF_BYTES = 64 << 10 };

enum coco_step coco_next_item(struct json *json)
{
    switch (json_next(json)) {
    case JSON_OBJECT:
        return COCO_ITEM;
    case JSON_ARRAY_END:
        return COCO_LIST_END;
    case JSON_BAD:
    case JSON_END:
        return COCO_STOP;
    default:
        return json_skip(json) ? COCO_OTHER : COCO_STOP;
    }
}

bool coco_enter_list(struct json *json, const char *said, const char **wrong)
{
    enum json_kind kind = json_next(json);
    if (kind != JSON_ARRAY && kind != JSON_NULL && kind != JSON_BAD)
        *wrong = said;
    return kind == JSON_ARRAY;
}

double coco_take_number(struct json *json, int64_t *unreadable)
{
    double number = NAN;
    switch (json_next(json)) {
    case JSON_NUMBER:
        number = json->number;
        break;
    case JSON_TRUE:
        return 1;
    case JSON_FALSE:
        return 0;
    case JSON_STRING:
        if (!num_parse(json->text, json->length, &number))
            number = NAN;
        break;
    case JSON_NULL:
        return NAN;
    default:
        json_skip(json);
    }
    *unreadable += !isfinite(number);
    return number;
}

bool coco_take_box(struct json *json, struct box *box, int64_t *unreadable)
{
    double xywh[4];
    size_t count = JSON_NOT_NUMBERS;
    if (json_next(json) == JSON_ARRAY)
        count = json_numbers(json, xywh, 4);
    else if (json->kind == JSON_NULL)
        count = 0;
    else
        json_skip(json);
    if (count == 4 && isfinite(xywh[0]) && isfinite(xywh[1]) && isfinite(xywh[2]) &&
        isfinite(xywh[3])) {
        *box = (struct box){xywh[0], xywh[1], xywh[2], xywh[3]};
        return true;
    }
    *unreadable += count != 0;
    return false;
}

bool coco_take_text(struct json *json, struct buf *name, int64_t *unreadable)
{
    buf_clear(name);
    if (json_next(json) == JSON_STRING) {
        *unreadable += json->too_long;
        return json_add_string(json, name);
    }
    *unreadable += json->kind != JSON_NULL;
    json_skip(json);
    return true;
}

/* The keys that tell what a row is. */
enum {
    HAS_IMAGE_ID = 1,
    HAS_BBOX = 2,
    HAS_SCORE = 4,
    HAS_ID = 8,
    HAS_FILE_NAME = 16,
    HAS_SIZE = 32,
};

static const struct {
    const char *key;
    int bit;
} ROW_KEYS[] = {
    {"image_id", HAS_IMAGE_ID},
    {"bbox", HAS_BBOX},
    {"score", HAS_SCORE},
    {"id", HAS_ID},
    {"file_name", HAS_FILE_NAME},
    {"width", HAS_SIZE},
};

/* The keys of the object that is open; those that the head still shows. */
static int row_keys(struct json *json)
{
    int keys = 0;
    while (json_next(json) == JSON_KEY) {
        for (size_t i = 0; i < sizeof ROW_KEYS / sizeof *ROW_KEYS; i++)
            if (json_is(json, ROW_KEYS[i].key))
                keys |= ROW_KEYS[i].bit;
        if (!json_skip(json))
            break;
    }
    return keys;
}

/* The keys of all rows that the head shows of a list; -1 for no list. */
static int list_keys(struct json *json)
{
    int keys = 0;
    if (json_next(json) != JSON_ARRAY) {
        json_skip(json);
        return -1;
    }
    for (;;)
        switch (coco_next_item(json)) {
        case COCO_ITEM:
            keys |= row_keys(json);
            break;
        case COCO_OTHER:
            break;
        default:
            return keys;
        }
}

static bool is_named_like_results(const char *path)
{
    static const char *const PATTERNS[] = {
        "*predictions*", "*results*", "*detections*", "*dets*", "epoch_*"};
    if (!path_has_suffix(path, ".json"))
        return false;
    for (size_t i = 0; i < sizeof PATTERNS / sizeof *PATTERNS; i++)
        if (text_glob(PATTERNS[i], path_base(path)))
            return true;
    return false;
}

static bool is_detection_row(int keys)
{
    return (keys & HAS_IMAGE_ID && keys & (HAS_SCORE | HAS_BBOX)) ||
           (keys & HAS_FILE_NAME && keys & HAS_BBOX && keys & HAS_SCORE);
}

/* A top-level list, of which JSON_ARRAY has been taken. */
static enum annotation_kind sniff_list(struct json *json, const char *path)
{
    switch (coco_next_item(json)) {
    case COCO_ITEM:
        return is_detection_row(row_keys(json)) ? ANNOTATION_DETECTIONS : ANNOTATION_NONE;
    case COCO_LIST_END:
        return json_next(json) == JSON_END && is_named_like_results(path) ? ANNOTATION_DETECTIONS
                                                                          : ANNOTATION_NONE;
    default:
        return ANNOTATION_NONE;
    }
}

/* A top-level object, of which JSON_OBJECT has been taken. */
static enum annotation_kind sniff_object(struct json *json)
{
    int lists = 0;
    bool sure = false;
    while (json_next(json) == JSON_KEY) {
        if (json_is(json, "images")) {
            int keys = list_keys(json);
            lists += keys >= 0;
            sure = sure || (keys > 0 && keys & HAS_ID && keys & (HAS_FILE_NAME | HAS_SIZE));
        } else if (json_is(json, "annotations")) {
            int keys = list_keys(json);
            lists += keys >= 0;
            if (keys > 0 && keys & HAS_IMAGE_ID && keys & HAS_SCORE)
                return ANNOTATION_DETECTIONS;
            sure = sure || (keys > 0 && keys & HAS_IMAGE_ID);
        } else if (json_is(json, "categories")) {
            lists += list_keys(json) >= 0;
        } else if (!json_skip(json)) {
            break;
        }
    }
    return sure || lists >= 2 ? ANNOTATION_GROUND_TRUTH : ANNOTATION_NONE;
}

static bool is_named(const char *path)
{
    return path_has_suffix(path, ".json");
}

static enum annotation_kind sniff(const char *path)
{
    struct buf head;
    struct json json;
    enum annotation_kind kind = ANNOTATION_NONE;
    buf_init(&head, SNIFF_BYTES);
    if (buf_reserve(&head, SNIFF_BYTES)) {
        json_init_memory(&json, head.data, file_peek(path, head.data, SNIFF_BYTES));
        switch (json_next(&json)) {
        case JSON_ARRAY:
            kind = sniff_list(&json, path);
            break;
        case JSON_OBJECT:
            kind = sniff_object(&json);
            break;
        default:
            break;
        }
    }
    buf_done(&head);
    return kind;
}

const struct annotation_format annotation_coco = {
    .name = "coco",
    .reads = "COCO JSON: ground truth, results lists, and data sets whose annotations carry scores",
    .is_named = is_named,
    .sniff = sniff,
    .read_ground_truth = coco_truth_read,
    .read_detections = coco_results_read,
};
