#include "readers/wandb_box_file.h"

#include "base/file.h"
#include "base/json.h"
#include "base/num.h"

#include <math.h>

enum { MOST_BYTES = 16 << 20 };

struct reading {
    struct json json;
    int32_t width_px, height_px;
    struct arena *arena;
    const struct wandb_box_taker *taker;
    int64_t dropped;
};

/* "class_labels": {"0": "node"}, the object that is next. */
static void take_labels(struct reading *reading)
{
    struct json *json = &reading->json;
    int64_t id;
    if (json_next(json) != JSON_OBJECT) {
        json_skip(json);
        return;
    }
    while (json_next(json) == JSON_KEY) {
        bool numbered = num_parse_int(json->text, json->length, &id);
        if (json_next(json) != JSON_STRING || !numbered) {
            json_skip(json);
            continue;
        }
        const char *name = json_string(json, reading->arena);
        if (name)
            reading->taker->label(reading->taker->self, id, name);
    }
}

/* A box as it is spelt; NaN: not said. */
struct spelt {
    double left, top, right, bottom; /* "minX" and so on */
    double middle[2], width, height;
    double score;
    int64_t label;
    bool in_pixels, has_label;
};

static double take_number(struct json *json)
{
    if (json_next(json) == JSON_NUMBER)
        return json->number;
    json_skip(json);
    return NAN;
}

static void take_position(struct json *json, struct spelt *box)
{
    const struct {
        const char *key;
        double *value;
    } KEYS[] = {{"minX", &box->left}, {"minY", &box->top}, {"maxX", &box->right},
        {"maxY", &box->bottom}, {"width", &box->width}, {"height", &box->height}};
    if (json_next(json) != JSON_OBJECT) {
        json_skip(json);
        return;
    }
    while (json_next(json) == JSON_KEY) {
        double *value = NULL;
        for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS && !value; i++)
            value = json_is(json, KEYS[i].key) ? KEYS[i].value : NULL;
        if (value)
            *value = take_number(json);
        else if (!json_is(json, "middle") || json_next(json) != JSON_ARRAY)
            json_skip(json);
        else if (json_numbers(json, box->middle, 2) != 2)
            box->middle[0] = NAN;
    }
}

/* The first number of "scores": {NAME: NUMBER}. */
static double take_score(struct json *json)
{
    double score = NAN;
    if (json_next(json) != JSON_OBJECT) {
        json_skip(json);
        return NAN;
    }
    while (json_next(json) == JSON_KEY) {
        double number = take_number(json);
        score = isnan(score) ? number : score;
    }
    return score;
}

/* The object that is open. */
static struct spelt take_box(struct json *json)
{
    struct spelt box = {NAN, NAN, NAN, NAN, {NAN, NAN}, NAN, NAN, NAN, 0, false, false};
    while (json_next(json) == JSON_KEY)
        if (json_is(json, "position"))
            take_position(json, &box);
        else if (json_is(json, "scores"))
            box.score = take_score(json);
        else if (json_is(json, "class_id") && json_next(json) == JSON_NUMBER)
            box.has_label = json_int(json, &box.label);
        else if (json_is(json, "domain") && json_next(json) == JSON_STRING)
            box.in_pixels = json_is(json, "pixel");
        else
            json_skip(json);
    return box;
}

/* In pixels from the top left corner; false when it is not one. */
static bool box_of(const struct reading *reading, const struct spelt *spelt, struct box *box)
{
    double width = isnan(spelt->left) ? spelt->width : spelt->right - spelt->left;
    double height = isnan(spelt->left) ? spelt->height : spelt->bottom - spelt->top;
    double x = isnan(spelt->left) ? spelt->middle[0] - width / 2 : spelt->left;
    double y = isnan(spelt->left) ? spelt->middle[1] - height / 2 : spelt->top;
    double x_px = spelt->in_pixels ? 1 : reading->width_px;
    double y_px = spelt->in_pixels ? 1 : reading->height_px;
    *box = (struct box){x * x_px, y * y_px, width * x_px, height * y_px};
    return x_px > 0 && y_px > 0 && box->w >= 0 && box->h >= 0 && isfinite(box->x + box->w) &&
           isfinite(box->y + box->h);
}

/* The object that is open. */
static void keep_box(struct reading *reading)
{
    struct spelt spelt = take_box(&reading->json);
    struct wandb_box box = {.score = spelt.score, .label = spelt.label};
    if (reading->json.kind == JSON_OBJECT_END && spelt.has_label &&
        box_of(reading, &spelt, &box.box) && !isinf(box.score))
        reading->taker->box(reading->taker->self, &box);
    else
        reading->dropped++;
}

static void take_file(struct reading *reading)
{
    struct json *json = &reading->json;
    if (json_next(json) != JSON_OBJECT) {
        reading->dropped++;
        return;
    }
    while (json_next(json) == JSON_KEY)
        if (json_is(json, "class_labels"))
            take_labels(reading);
        else if (!json_is(json, "box_data") || json_next(json) != JSON_ARRAY)
            json_skip(json);
        else
            while (json_next(json) != JSON_ARRAY_END && json->kind != JSON_BAD)
                if (json->kind == JSON_OBJECT)
                    keep_box(reading);
                else
                    json_skip(json);
    reading->dropped += json->kind == JSON_BAD;
}

int64_t wandb_box_file_read(const char *path, int32_t width_px, int32_t height_px,
    struct arena *arena, const struct wandb_box_taker *taker)
{
    struct reading reading = {
        .width_px = width_px, .height_px = height_px, .arena = arena, .taker = taker};
    struct buf text;
    buf_init(&text, MOST_BYTES);
    bool is_there = file_read(path, &text, NULL);
    if (is_there) {
        json_init_memory(&reading.json, text.data ? text.data : "", text.length);
        take_file(&reading);
    }
    buf_done(&text);
    return is_there ? reading.dropped : -1;
}
