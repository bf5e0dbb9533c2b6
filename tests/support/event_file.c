#include "event_file.h"

#include <stdlib.h>
#include <string.h>

enum { VARINT, FIXED64, BYTES, FIXED32 = 5 };

static void key(struct buf *message, int field, int type)
{
    buf_add_varint(message, (uint64_t)field << 3 | (uint64_t)type);
}

void pb_varint(struct buf *message, int field, uint64_t value)
{
    key(message, field, VARINT);
    buf_add_varint(message, value);
}

void pb_double(struct buf *message, int field, double value)
{
    key(message, field, FIXED64);
    buf_add(message, &value, 8);
}

void pb_float(struct buf *message, int field, float value)
{
    key(message, field, FIXED32);
    buf_add(message, &value, 4);
}

void pb_bytes(struct buf *message, int field, const void *bytes, size_t length)
{
    key(message, field, BYTES);
    buf_add_varint(message, length);
    buf_add(message, bytes, length);
}

void pb_string(struct buf *message, int field, const char *text)
{
    pb_bytes(message, field, text, strlen(text));
}

void pb_message(struct buf *message, int field, struct buf *inner)
{
    pb_bytes(message, field, inner->data ? inner->data : "", inner->length);
    buf_done(inner);
    *inner = event_buf();
}

struct buf event_buf(void)
{
    struct buf buf;
    buf_init(&buf, (size_t)1 << 30);
    return buf;
}

/* CRC-32C bit by bit: slow, and by its definition. */
static uint32_t masked_crc(const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < length; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ UINT32_C(0x82F63B78) : crc >> 1;
    }
    crc = ~crc;
    return (crc >> 15 | crc << 17) + UINT32_C(0xa282ead8);
}

void event_record(struct buf *file, const void *data, size_t length)
{
    uint64_t size = length;
    uint32_t size_crc = masked_crc(&size, 8), data_crc = masked_crc(data, length);
    buf_add(file, &size, 8);
    buf_add(file, &size_crc, 4);
    buf_add(file, data, length);
    buf_add(file, &data_crc, 4);
    if (file->failed)
        abort();
}

void event_add(struct buf *file, double wall_s, int64_t step, int field, struct buf *inner)
{
    struct buf event = event_buf();
    pb_double(&event, 1, wall_s);
    if (step)
        pb_varint(&event, 2, (uint64_t)step);
    pb_message(&event, field, inner);
    event_record(file, event.data, event.length);
    buf_done(&event);
}

void event_value(struct buf *file, double wall_s, int64_t step, struct buf *value)
{
    struct buf summary = event_buf();
    pb_message(&summary, 1, value);
    event_add(file, wall_s, step, 5, &summary);
    buf_done(&summary);
}

void event_version(struct buf *file, double wall_s)
{
    struct buf version = event_buf();
    buf_add_string(&version, "brain.Event:2");
    event_add(file, wall_s, 0, 3, &version);
    buf_done(&version);
}

void event_scalar(struct buf *file, double wall_s, int64_t step, const char *tag, float value)
{
    struct buf message = event_buf();
    pb_string(&message, 1, tag);
    pb_float(&message, 2, value);
    event_value(file, wall_s, step, &message);
    buf_done(&message);
}

static void add_plugin(struct buf *value, const char *plugin, const struct buf *content)
{
    struct buf data = event_buf(), metadata = event_buf();
    pb_string(&data, 1, plugin);
    if (content)
        pb_bytes(&data, 2, content->data, content->length);
    pb_message(&metadata, 1, &data);
    pb_message(value, 9, &metadata);
    buf_done(&data);
    buf_done(&metadata);
}

void event_tensor(
    struct buf *file, double wall_s, int64_t step, const char *tag, const char *plugin, float value)
{
    struct buf message = event_buf(), tensor = event_buf();
    pb_string(&message, 1, tag);
    pb_varint(&tensor, 1, 1);
    pb_bytes(&tensor, 2, "", 0);
    pb_bytes(&tensor, 4, &value, 4);
    pb_message(&message, 8, &tensor);
    if (plugin)
        add_plugin(&message, plugin, NULL);
    event_value(file, wall_s, step, &message);
    buf_done(&message);
    buf_done(&tensor);
}

static char *zeros(size_t bytes)
{
    char *data = calloc(1, bytes);
    if (!data)
        abort();
    return data;
}

void event_picture(struct buf *file, int64_t step, const char *tag, size_t bytes)
{
    struct buf image = event_buf(), value = event_buf();
    char *data = zeros(bytes);
    pb_bytes(&image, 4, data, bytes);
    pb_string(&value, 1, tag);
    pb_message(&value, 4, &image);
    event_value(file, 1, step, &value);
    free(data);
    buf_done(&image);
    buf_done(&value);
}

void event_picture_tensor(
    struct buf *file, int64_t step, const char *tag, size_t bytes, bool metadata)
{
    struct buf tensor = event_buf(), value = event_buf();
    char *data = zeros(bytes);
    pb_varint(&tensor, 1, 7);
    pb_string(&tensor, 8, "64");
    pb_string(&tensor, 8, "48");
    pb_bytes(&tensor, 8, data, bytes);
    pb_string(&value, 1, tag);
    pb_message(&value, 8, &tensor);
    if (metadata)
        add_plugin(&value, "images", NULL);
    event_value(file, 1, step, &value);
    free(data);
    buf_done(&tensor);
    buf_done(&value);
}

void event_text(struct buf *file, double wall_s, const char *tag, const char *text)
{
    struct buf tensor = event_buf(), value = event_buf();
    pb_varint(&tensor, 1, 7);
    pb_string(&tensor, 8, text);
    pb_string(&value, 1, tag);
    pb_message(&value, 8, &tensor);
    add_plugin(&value, "text", NULL);
    event_value(file, wall_s, 0, &value);
    buf_done(&tensor);
    buf_done(&value);
}

void event_hparams(struct buf *file, double wall_s, const char *tag, struct buf *content)
{
    struct buf message = event_buf();
    pb_string(&message, 1, tag);
    add_plugin(&message, "hparams", content);
    event_value(file, wall_s, 0, &message);
    buf_clear(content);
    buf_done(&message);
}
