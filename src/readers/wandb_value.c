/*
 * Items of W&B's records: their names, and the numbers in their JSON values.
 * Knows: items, JSON. Must not know: which record they belong to.
 */
#include "readers/wandb.h"

#include "base/json.h"
#include "base/num.h"

#include <math.h>

enum { ITEM_KEY = 1, ITEM_NESTED_KEY = 2, ITEM_VALUE = 16 };
enum { MOST_DEPTH = 32 };

/* Newer versions write nested keys even where there is one part. */
bool wandb_item_parse(struct wire message, struct buf *name, struct wandb_item *item)
{
    struct wire_field field;
    bool has_name = false;
    *item = (struct wandb_item){0};
    buf_clear(name);
    while (wire_next(&message, &field)) {
        if (field.type != WIRE_BYTES)
            continue;
        if (field.number == ITEM_VALUE) {
            *item = (struct wandb_item){(const char *)field.bytes.at, wire_left(field.bytes)};
        } else if (field.number == ITEM_KEY || field.number == ITEM_NESTED_KEY) {
            if (has_name)
                buf_add_char(name, '.');
            buf_add(name, field.bytes.at, wire_left(field.bytes));
            has_name = true;
        }
    }
    return message.at == message.end && has_name && item->json;
}

bool wandb_is_internal(const char *name, size_t length)
{
    static const char *const NAMES[] = {"_step", "_timestamp", "_runtime", "_wandb"};
    for (size_t i = 0; length && name[0] == '_' && i < sizeof NAMES / sizeof *NAMES; i++) {
        size_t n = strlen(NAMES[i]);
        if (length >= n && memcmp(name, NAMES[i], n) == 0 && (length == n || name[n] == '.'))
            return true;
    }
    return false;
}

/* The texts that stand for what JSON has no numbers for. */
static bool word_number(const char *text, size_t length, double *value)
{
    static const char *const WORDS[] = {"NaN", "Infinity", "-Infinity"};
    static const double VALUES[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (strlen(WORDS[i]) == length && memcmp(WORDS[i], text, length) == 0) {
            *value = VALUES[i];
            return true;
        }
    return false;
}

bool wandb_item_number(const struct wandb_item *item, double *value)
{
    const char *text = item->json;
    size_t length = item->length;
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"')
        return word_number(text + 1, length - 2, value);
    return num_parse(text, length, value);
}

struct walk {
    struct json json;
    struct buf *name;
    wandb_number *take;
    void *self;
    int64_t too_long;
};

/* The object that is open is a picture, a table, a histogram... JSON is a copy that looks ahead. */
static bool is_media(struct json json)
{
    while (json_next(&json) == JSON_KEY) {
        if (json_is(&json, "_type"))
            return true;
        json_skip(&json);
    }
    return false;
}

static void take_number(struct walk *walk, double value)
{
    if (walk->name->failed)
        walk->too_long++;
    else
        walk->take(walk->self, walk->name->data ? walk->name->data : "", walk->name->length, value);
}

/* The object that is open, to its end. */
static void walk_object(struct walk *walk, int depth)
{
    struct json *json = &walk->json;
    struct buf *name = walk->name;
    double value;
    if (depth > MOST_DEPTH || is_media(*json)) {
        json_skip(json);
        return;
    }
    while (json_next(json) == JSON_KEY) {
        size_t outer = name->length;
        if (outer || depth)
            buf_add_char(name, '.');
        json_add_string(json, name);
        switch (json_next(json)) {
        case JSON_NUMBER:
            take_number(walk, json->number);
            break;
        case JSON_STRING:
            if (word_number(json->text, json->length, &value))
                take_number(walk, value);
            break;
        case JSON_OBJECT:
            walk_object(walk, depth + 1);
            break;
        default:
            json_skip(json);
        }
        name->length = outer;
        name->failed = false;
    }
}

int64_t wandb_numbers(
    const struct wandb_item *item, struct buf *name, wandb_number *take, void *self)
{
    struct walk walk = {.name = name, .take = take, .self = self};
    double value;
    if (wandb_item_number(item, &value)) {
        take_number(&walk, value);
        return walk.too_long;
    }
    if (name->failed || !item->length || item->json[0] != '{')
        return name->failed;
    json_init_memory(&walk.json, item->json, item->length);
    if (json_next(&walk.json) == JSON_OBJECT)
        walk_object(&walk, 0);
    return walk.too_long;
}
