/*
 * One event: its moment, the values of its summary, and which of them are scalars.
 * Knows: event.proto, summary.proto, plugin metadata. Must not know: files, records, tensors'
 * insides.
 *
 * A SessionLog that says START (TensorBoard then drops the points from its step on) needs nothing:
 * whoever keeps points sees the step fall back and opens a segment.
 */
#include "readers/tensorboard.h"

#include <math.h>

/* Field numbers. */
enum { EVENT_WALL_TIME = 1, EVENT_STEP = 2, EVENT_GRAPH = 4, EVENT_SUMMARY = 5 };
enum { EVENT_TAGGED_RUN = 8, EVENT_META_GRAPH = 9 };
enum { VALUE_TAG = 1, VALUE_SIMPLE = 2, VALUE_TENSOR = 8, VALUE_METADATA = 9 };
enum { VALUE_OLD_HISTOGRAM = 3, VALUE_IMAGE = 4, VALUE_HISTOGRAM = 5, VALUE_AUDIO = 6 };
enum { DATA_CLASS_SCALAR = 1 };

struct moment {
    int64_t step, offset;
    double wall_s;
    bool ends_session;
};

struct value {
    struct wire tag, tensor, metadata; /* .at NULL: absent */
    bool has_simple, has_picture;
    double simple;
};

static void count_damage(struct tb_damage *damage, int64_t offset)
{
    if (!damage->count++)
        damage->first_offset = offset;
}

/* False when the message is malformed; what came before is in VALUE. */
static inline bool parse_value(struct wire message, struct value *value)
{
    uint32_t key;
    uint64_t bits = 0;
    bool ok = true;
    *value = (struct value){0};
    while (ok && wire_key(&message, &key))
        switch (key) {
        case WIRE_KEY(VALUE_TAG, WIRE_BYTES):
            ok = wire_bytes(&message, &value->tag);
            break;
        case WIRE_KEY(VALUE_SIMPLE, WIRE_FIXED32):
            ok = wire_fixed32(&message, &bits);
            value->simple = wire_float(bits);
            value->has_simple = ok;
            break;
        case WIRE_KEY(VALUE_TENSOR, WIRE_BYTES):
            ok = wire_bytes(&message, &value->tensor);
            break;
        case WIRE_KEY(VALUE_METADATA, WIRE_BYTES):
            ok = wire_bytes(&message, &value->metadata);
            break;
        default:
            value->has_picture |= key == WIRE_KEY(VALUE_IMAGE, WIRE_BYTES);
            ok = wire_skip(&message, key);
        }
    return ok && message.at == message.end;
}

static bool equals(struct wire bytes, const char *word)
{
    return wire_left(bytes) == strlen(word) && memcmp(bytes.at, word, strlen(word)) == 0;
}

/* SummaryMetadata: 1 PluginData {1 name, 2 content}, 4 data_class. Returns the kind that it
 * declares, 0 when it names no plugin. */
static int32_t take_metadata(struct tb_file *file, struct wire metadata, bool *ends)
{
    struct wire plugin = {0}, name = {0}, content = {0};
    struct wire_field field;
    bool scalar_class = false;
    while (wire_next(&metadata, &field))
        if (field.number == 1 && field.type == WIRE_BYTES)
            plugin = field.bytes;
        else if (field.number == 4 && field.type == WIRE_VARINT)
            scalar_class = field.value == DATA_CLASS_SCALAR;
    while (plugin.at && wire_next(&plugin, &field))
        if (field.number == 1 && field.type == WIRE_BYTES)
            name = field.bytes;
        else if (field.number == 2 && field.type == WIRE_BYTES)
            content = field.bytes;
    if (name.at && content.at && equals(name, "hparams"))
        tb_take_hparams(file, content, ends);
    if (scalar_class || (name.at && equals(name, "scalars")))
        return TB_DECLARED_SCALAR;
    if (name.at && equals(name, "images"))
        return TB_DECLARED_OTHER | TB_DECLARED_PICTURES;
    return name.at && wire_left(name) ? TB_DECLARED_OTHER : 0;
}

/* Holds Lightning's placeholder back; once a real value comes, what was held goes first. */
static bool withhold(
    struct tb_file *file, int32_t series, const struct moment *moment, double number)
{
    if (file->hp_metric_is_real)
        return false;
    if (number == -1 && file->withheld_count < TB_WITHHELD) {
        file->withheld[file->withheld_count++] =
            (struct point){moment->step, moment->wall_s, number};
        return true;
    }
    file->hp_metric_is_real = true;
    for (int32_t i = 0; i < file->withheld_count; i++) {
        const struct point *point = &file->withheld[i];
        series_add(&file->series, series, point->step, point->wall_s, point->value);
    }
    file->withheld_count = 0;
    return false;
}

static bool is_arguments(struct wire tag)
{
    return equals(tag, "args/text_summary") || equals(tag, "config/text_summary");
}

/* A tensor of a plugin other than scalars. */
static void take_other(
    struct tb_file *file, const struct value *value, int32_t kind, const struct moment *moment)
{
    struct wire text;
    if (kind & TB_DECLARED_PICTURES)
        tb_take_picture(file, value->tag, moment->step);
    else if (is_arguments(value->tag) && !file->session.seen &&
             tb_tensor_text(value->tensor, &text) && !tb_take_arguments(file, text))
        count_damage(&file->malformed, moment->offset);
}

static void take_value(struct tb_file *file, struct wire message, struct moment *moment)
{
    struct value value;
    if (!parse_value(message, &value))
        count_damage(&file->malformed, moment->offset);
    int32_t declared =
        value.metadata.at ? take_metadata(file, value.metadata, &moment->ends_session) : 0;
    if (!value.has_simple && !value.tensor.at && !value.has_picture && !declared)
        return;
    if (!value.tag.at) {
        count_damage(&file->untagged, moment->offset);
        return;
    }
    if (value.has_picture)
        tb_take_picture(file, value.tag, moment->step);
    if (!value.has_simple && !value.tensor.at && !declared)
        return;
    int32_t index = series_find(&file->series, (const char *)value.tag.at, wire_left(value.tag));
    if (index < 0)
        return;
    int32_t *kind = &file->series.items[index].kind;
    if (!*kind)
        *kind = equals(value.tag, "hp_metric") ? TB_SEEN | TB_HP_METRIC : TB_SEEN;
    if (declared)
        *kind = (*kind & (TB_SEEN | TB_HP_METRIC)) | declared;
    double number = value.simple;
    bool scalar = value.has_simple;
    if (!scalar && value.tensor.at && *kind & TB_DECLARED_OTHER)
        take_other(file, &value, *kind, moment);
    else if (!scalar && value.tensor.at)
        scalar = tb_tensor_number(value.tensor, *kind & TB_DECLARED_SCALAR, &number);
    if (scalar && !(*kind & TB_HP_METRIC && withhold(file, index, moment, number)))
        series_add(&file->series, index, moment->step, moment->wall_s, number);
}

static void take_summary(struct tb_file *file, struct wire summary, struct moment *moment)
{
    struct wire value;
    uint32_t key;
    bool ok = true;
    while (ok && wire_key(&summary, &key))
        if (key != WIRE_KEY(1, WIRE_BYTES))
            ok = wire_skip(&summary, key);
        else if ((ok = wire_bytes(&summary, &value)))
            take_value(file, value, moment);
    if (!ok || summary.at != summary.end)
        count_damage(&file->malformed, moment->offset);
}

/* The moment and the last summary of EVENT, and how many it has; -1 when it is malformed. */
static inline int parse_event(struct wire event, struct moment *moment, struct wire *summary)
{
    uint32_t key;
    uint64_t bits = 0;
    int summaries = 0;
    bool ok = true;
    while (ok && wire_key(&event, &key))
        switch (key) {
        case WIRE_KEY(EVENT_WALL_TIME, WIRE_FIXED64):
            ok = wire_fixed64(&event, &bits);
            moment->wall_s = ok ? wire_double(bits) : NAN;
            break;
        case WIRE_KEY(EVENT_STEP, WIRE_VARINT):
            ok = wire_varint(&event, &bits);
            moment->step = (int64_t)bits;
            break;
        case WIRE_KEY(EVENT_SUMMARY, WIRE_BYTES):
            ok = wire_bytes(&event, summary);
            summaries += ok;
            break;
        default:
            ok = wire_skip(&event, key);
        }
    return ok && event.at == event.end ? summaries : -1;
}

/* Every summary of EVENT: the wire format allows one message to come in pieces. */
static void take_pieces(struct tb_file *file, struct wire event, struct moment *moment)
{
    struct wire_field field;
    while (wire_next(&event, &field))
        if (field.number == EVENT_SUMMARY && field.type == WIRE_BYTES)
            take_summary(file, field.bytes, moment);
}

void tb_take_event(struct tb_file *file, struct wire event, int64_t offset)
{
    struct moment moment = {.offset = offset, .wall_s = NAN};
    struct wire summary;
    int summaries = parse_event(event, &moment, &summary);
    if (summaries == 1) {
        take_summary(file, summary, &moment);
    } else if (summaries) {
        if (summaries < 0)
            count_damage(&file->malformed, offset);
        take_pieces(file, event, &moment);
    }
    if (!moment.ends_session && moment.wall_s > file->last_wall_s)
        file->last_wall_s = moment.wall_s;
}

/* Enters the length-delimited field at the front of HEAD when it reaches to the end of the LENGTH
 * bytes of which HEAD is the beginning. */
static bool enter_whole(struct wire *head, uint64_t *length, uint32_t *number)
{
    const unsigned char *before = head->at;
    uint64_t key, inner;
    if (!wire_varint(head, &key) || (key & 7) != WIRE_BYTES || !wire_varint(head, &inner))
        return false;
    *number = (uint32_t)(key >> 3);
    *length -= (uint64_t)(head->at - before);
    return *length == inner;
}

bool tb_is_bulk(struct wire head, uint64_t length, struct tb_bulk *bulk)
{
    uint32_t number;
    struct wire_field field;
    struct wire next = head;
    *bulk = (struct tb_bulk){0};
    while (wire_next(&next, &field) && field.type != WIRE_BYTES) {
        if (field.number == EVENT_STEP)
            bulk->step = (int64_t)field.value;
        length -= (uint64_t)(next.at - head.at);
        head = next;
    }
    if (!enter_whole(&head, &length, &number))
        return false;
    if (number == EVENT_GRAPH || number == EVENT_TAGGED_RUN || number == EVENT_META_GRAPH)
        return true;
    if (number != EVENT_SUMMARY || !enter_whole(&head, &length, &number) || number != 1)
        return false;
    /* The summary's only value: is most of it one payload? */
    for (next = head; wire_next(&next, &field); head = next) {
        if (field.number == VALUE_METADATA)
            return false; /* to be remembered */
        if (field.number == VALUE_TAG && field.type == WIRE_BYTES)
            bulk->tag = field.bytes;
        length -= (uint64_t)(next.at - head.at);
    }
    uint64_t key, inner;
    if (!wire_varint(&head, &key) || (key & 7) != WIRE_BYTES || !wire_varint(&head, &inner))
        return false;
    number = (uint32_t)(key >> 3);
    bulk->is_picture = number == VALUE_IMAGE;
    bulk->is_tensor = number == VALUE_TENSOR;
    return inner > length / 2 &&
           (bulk->is_picture || bulk->is_tensor || number == VALUE_OLD_HISTOGRAM ||
               number == VALUE_HISTOGRAM || number == VALUE_AUDIO);
}
