#include "readers/box_lists.h"

#include "base/file.h"
#include "base/grow.h"
#include "base/json.h"
#include "base/num.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SNIFF_BYTES = 64 << 10 };

enum member { NO_MEMBER, BOXES, LABELS, SCORES, IMAGE, WIDTH, HEIGHT };

static const struct {
    const char *key;
    enum member member;
} MEMBERS[] = {
    {"labels", LABELS},
    {"class_labels", LABELS},
    {"category_ids", LABELS},
    {"class_ids", LABELS},
    {"classes", LABELS},
    {"class_names", LABELS},
    {"scores", SCORES},
    {"confidences", SCORES},
    {"image_id", IMAGE},
    {"file_name", IMAGE},
    {"filename", IMAGE},
    {"image", IMAGE},
    {"image_path", IMAGE},
    {"path", IMAGE},
    {"width", WIDTH},
    {"height", HEIGHT},
};

static enum member member_of(const struct json *json, const struct box_lists_rules *rules)
{
    if (json_is(json, rules->boxes))
        return BOXES;
    for (size_t i = 0; i < sizeof MEMBERS / sizeof *MEMBERS; i++)
        if (json_is(json, MEMBERS[i].key))
            return MEMBERS[i].member;
    return NO_MEMBER;
}

/* Takes the next item of the list that is open; false at its end. */
static bool next_item(struct json *json)
{
    json_next(json);
    return json->kind != JSON_ARRAY_END && json->kind != JSON_BAD && json->kind != JSON_END;
}

/* ---- sniffing ---- */

/* Which members the object that is open has, a bit each; those that the head still shows. */
static unsigned entry_members(struct json *json, const struct box_lists_rules *rules)
{
    unsigned members = 0;
    while (json_next(json) == JSON_KEY) {
        members |= 1U << member_of(json, rules);
        if (!json_skip(json))
            break;
    }
    return members;
}

static enum annotation_kind kind_of(unsigned members)
{
    if (!(members & 1U << BOXES))
        return ANNOTATION_NONE;
    return members & 1U << SCORES   ? ANNOTATION_DETECTIONS
           : members & 1U << LABELS ? ANNOTATION_GROUND_TRUTH
                                    : ANNOTATION_NONE;
}

/* The first object of the list that is open. */
static enum annotation_kind sniff_list(struct json *json, const struct box_lists_rules *rules)
{
    while (next_item(json)) {
        if (json->kind == JSON_OBJECT)
            return kind_of(entry_members(json, rules));
        json_skip(json);
    }
    return ANNOTATION_NONE;
}

/* The object that is open is an entry, or its first member that is an object is one. */
static enum annotation_kind sniff_object(struct json *json, const struct box_lists_rules *rules)
{
    unsigned members = 0;
    while (json_next(json) == JSON_KEY) {
        members |= 1U << member_of(json, rules);
        if (json_next(json) == JSON_OBJECT)
            return kind_of(entry_members(json, rules));
        if (!json_skip(json))
            break;
    }
    return kind_of(members);
}

enum annotation_kind box_lists_sniff(const char *path, const struct box_lists_rules *rules)
{
    struct buf head;
    struct json json;
    enum annotation_kind kind = ANNOTATION_NONE;
    if (!path_has_suffix(path, ".json"))
        return ANNOTATION_NONE;
    buf_init(&head, SNIFF_BYTES);
    if (buf_reserve(&head, SNIFF_BYTES)) {
        json_init_memory(&json, head.data, file_peek(path, head.data, SNIFF_BYTES));
        switch (json_next(&json)) {
        case JSON_ARRAY:
            kind = sniff_list(&json, rules);
            break;
        case JSON_OBJECT:
            kind = sniff_object(&json, rules);
            break;
        default:
            break;
        }
    }
    buf_done(&head);
    return kind;
}

/* ---- reading ---- */

/* A box with the label that stood inside; corners that are none are NaN. */
struct item {
    double corners[4];
    int32_t label; /* -1: none */
};

struct dump {
    const struct box_lists_rules *rules;
    struct collector *collector;
    struct json json;
    struct buf word;
    /* The entry that is being read; malloc'd and used again. */
    struct item *items;
    int32_t *labels;
    double *scores;
    size_t item_count, item_capacity, label_count, label_capacity, score_count, score_capacity;
    int32_t image; /* -1: not said */
    double width_px, height_px;
    /* The file. */
    int64_t position;
    enum { UNDECIDED, NAMED, POSITIONS } images;
};

/* The class that the token just taken names, -1 for none. */
static int32_t take_label(struct dump *dump)
{
    struct json *json = &dump->json;
    int64_t id;
    if (json->kind == JSON_NUMBER && json_int(json, &id))
        return collector_class_number(dump->collector, id);
    buf_clear(&dump->word);
    if (json->kind == JSON_STRING && !json->too_long && json_add_string(json, &dump->word) &&
        dump->word.length)
        return collector_class(dump->collector, dump->word.data, dump->word.length);
    json_skip(json);
    return -1;
}

/* The list that is open. */
static void take_box(struct dump *dump, struct item *item)
{
    struct json *json = &dump->json;
    size_t count = 0;
    for (; next_item(json); count++)
        if (count < 4 && json->kind == JSON_NUMBER && isfinite(json->number))
            item->corners[count] = json->number;
        else if (count == 4 && dump->rules->label_in_box)
            item->label = take_label(dump);
        else {
            json_skip(json);
            item->corners[0] = NAN;
        }
    if (count < 4)
        item->corners[0] = NAN;
}

static void take_boxes(struct dump *dump)
{
    struct json *json = &dump->json;
    dump->item_count = 0;
    if (json_next(json) != JSON_ARRAY) {
        json_skip(json);
        return;
    }
    while (next_item(json)) {
        struct item item = {.label = -1};
        if (json->kind == JSON_ARRAY) {
            take_box(dump, &item);
        } else {
            json_skip(json);
            item.corners[0] = NAN;
        }
        if (!GROW(dump->items, dump->item_capacity, dump->item_count + 1)) {
            dump->collector->no_memory = true;
            continue;
        }
        dump->items[dump->item_count++] = item;
    }
}

static void take_labels(struct dump *dump)
{
    struct json *json = &dump->json;
    dump->label_count = 0;
    if (json_next(json) != JSON_ARRAY) {
        json_skip(json);
        return;
    }
    while (next_item(json)) {
        int32_t label = take_label(dump);
        if (GROW(dump->labels, dump->label_capacity, dump->label_count + 1))
            dump->labels[dump->label_count++] = label;
        else
            dump->collector->no_memory = true;
    }
}

static void take_scores(struct dump *dump)
{
    struct json *json = &dump->json;
    dump->score_count = 0;
    if (json_next(json) != JSON_ARRAY) {
        json_skip(json);
        return;
    }
    while (next_item(json)) {
        double score = json->kind == JSON_NUMBER ? json->number : NAN;
        json_skip(json);
        if (GROW(dump->scores, dump->score_capacity, dump->score_count + 1))
            dump->scores[dump->score_count++] = score;
        else
            dump->collector->no_memory = true;
    }
}

/* A number, a name, or (as a tensor is written) a list of one; the first that is said counts. */
static void take_image(struct dump *dump)
{
    struct json *json = &dump->json;
    int64_t id;
    bool listed = json_next(json) == JSON_ARRAY;
    if (listed)
        json_next(json);
    buf_clear(&dump->word);
    if (dump->image < 0 && json->kind == JSON_NUMBER && json_int(json, &id))
        dump->image = collector_image_number(dump->collector, id);
    else if (dump->image < 0 && json->kind == JSON_STRING && !json->too_long &&
             json_add_string(json, &dump->word) && dump->word.length)
        dump->image = collector_image(dump->collector, dump->word.data, dump->word.length);
    else if (listed && json->kind == JSON_ARRAY_END)
        return;
    else
        json_skip(json);
    while (listed && next_item(json))
        json_skip(json);
}

static double take_number(struct json *json)
{
    if (json_next(json) == JSON_NUMBER)
        return json->number;
    json_skip(json);
    return 0;
}

/* Takes the value of the key just taken when it is an entry's. */
static bool take_member(struct dump *dump)
{
    switch (member_of(&dump->json, dump->rules)) {
    case BOXES:
        take_boxes(dump);
        return true;
    case LABELS:
        take_labels(dump);
        return true;
    case SCORES:
        take_scores(dump);
        return true;
    case IMAGE:
        take_image(dump);
        return true;
    case WIDTH:
        dump->width_px = take_number(&dump->json);
        return true;
    case HEIGHT:
        dump->height_px = take_number(&dump->json);
        return true;
    case NO_MEMBER:
        break;
    }
    return false;
}

static bool is_fraction(double value)
{
    return value >= -1 && value <= 2;
}

static bool is_box(const struct dump *dump, const double corners[4])
{
    for (int i = 0; i < 4; i++)
        if (!isfinite(corners[i]) || (dump->rules->fractions && !is_fraction(corners[i])))
            return false;
    return corners[2] >= corners[0] && corners[3] >= corners[1];
}

static void begin_entry(struct dump *dump)
{
    dump->item_count = dump->label_count = dump->score_count = 0;
    dump->image = -1;
    dump->width_px = dump->height_px = 0;
}

/* The image of the entry, by its position when no entry names one; -1 when others do. */
static int32_t entry_image(struct dump *dump)
{
    if (dump->images == UNDECIDED)
        dump->images = dump->image < 0 ? POSITIONS : NAMED;
    if ((dump->image < 0) != (dump->images == POSITIONS))
        return -1;
    return dump->image < 0 ? collector_image_number(dump->collector, dump->position) : dump->image;
}

static int32_t side_px(double px)
{
    return px >= 1 && px <= INT32_MAX ? (int32_t)px : 0;
}

static void end_entry(struct dump *dump)
{
    struct collector *collector = dump->collector;
    int32_t image = entry_image(dump);
    if (image >= 0 && !collector->no_memory && side_px(dump->width_px)) {
        collector->images[image].width_px = side_px(dump->width_px);
        collector->images[image].height_px = side_px(dump->height_px);
    }
    for (size_t i = 0; i < dump->item_count; i++) {
        const struct item *item = &dump->items[i];
        const double *corners = item->corners;
        int32_t label = i < dump->label_count ? dump->labels[i] : item->label;
        if (image < 0 || label < 0 || !is_box(dump, corners)) {
            collector->dropped++;
            continue;
        }
        collector_add(collector,
            &(struct collect_row){
                .box = {corners[0], corners[1], corners[2] - corners[0], corners[3] - corners[1]},
                .score = i < dump->score_count ? dump->scores[i] : NAN,
                .image = image,
                .class_index = label});
    }
}

/* The object that is open is an entry. */
static void read_entry(struct dump *dump)
{
    while (json_next(&dump->json) == JSON_KEY)
        if (!take_member(dump))
            json_skip(&dump->json);
    if (dump->json.kind == JSON_OBJECT_END)
        end_entry(dump);
}

static void read_list(struct dump *dump)
{
    struct json *json = &dump->json;
    for (; next_item(json); dump->position++) {
        begin_entry(dump);
        if (json->kind == JSON_OBJECT) {
            read_entry(dump);
        } else {
            dump->collector->dropped++;
            json_skip(json);
        }
    }
}

/* Behind a key: an entry that is called by its image, or anything else. */
static void read_named_entry(struct dump *dump)
{
    struct json *json = &dump->json;
    int64_t id;
    begin_entry(dump);
    buf_clear(&dump->word);
    bool named = !json->too_long && json_add_string(json, &dump->word) && dump->word.length;
    if (json_next(json) != JSON_OBJECT || !named) {
        json_skip(json);
        return;
    }
    dump->image = num_parse_int(dump->word.data, dump->word.length, &id)
                      ? collector_image_number(dump->collector, id)
                      : collector_image(dump->collector, dump->word.data, dump->word.length);
    read_entry(dump);
}

static void read_object(struct dump *dump)
{
    bool alone = false;
    begin_entry(dump);
    while (json_next(&dump->json) == JSON_KEY)
        if (alone || member_of(&dump->json, dump->rules) != NO_MEMBER) {
            alone = true;
            if (!take_member(dump))
                json_skip(&dump->json);
        } else {
            read_named_entry(dump);
        }
    if (alone && dump->json.kind == JSON_OBJECT_END)
        end_entry(dump);
}

static bool read_document(struct dump *dump, struct err *err)
{
    struct json *json = &dump->json;
    switch (json_next(json)) {
    case JSON_ARRAY:
        read_list(dump);
        break;
    case JSON_OBJECT:
        read_object(dump);
        break;
    default:
        return json_error(json, dump->rules->wanted, err);
    }
    if (json->kind == JSON_BAD || json_next(json) != JSON_END)
        return json_error(json, dump->rules->wanted, err);
    struct collector *collector = dump->collector;
    if (dump->rules->fractions && collector->dropped && !collector->row_count)
        return err_set(
            err, ERR_FORMAT, "has no box of fractions, from 0 to 1, in \"%s\"", dump->rules->boxes);
    return true;
}

bool box_lists_read(struct collector *collector, const char *path,
    const struct box_lists_rules *rules, struct err *err)
{
    struct dump dump = {.rules = rules, .collector = collector};
    struct stream stream;
    if (!stream_open(&stream, path, 0, err))
        return false;
    json_init_stream(&dump.json, &stream);
    buf_init(&dump.word, JSON_MAX_TOKEN_BYTES);
    collector->fractions = rules->fractions;
    bool ok = read_document(&dump, err);
    collector->image_positions = dump.images == POSITIONS;
    buf_done(&dump.word);
    free(dump.items);
    free(dump.labels);
    free(dump.scores);
    stream_close(&stream);
    return ok;
}
