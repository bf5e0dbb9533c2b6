#include "wandb_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 32768, FRAME = 7, WHOLE = 1, FIRST, MIDDLE, LAST };

/* zlib's CRC-32 bit by bit: slow, and by its definition. */
static uint32_t crc(uint32_t sum, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++) {
        sum ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum & 1 ? sum >> 1 ^ UINT32_C(0xEDB88320) : sum >> 1;
    }
    return sum;
}

void wandb_header(struct buf *log)
{
    buf_add(log, ":W&B\xe1\xbe\0", 7);
}

static void fragment(struct buf *log, unsigned char type, const void *data, size_t length)
{
    uint32_t sum = ~crc(crc(UINT32_MAX, &type, 1), data, length);
    uint16_t size = (uint16_t)length;
    buf_add(log, &sum, 4);
    buf_add(log, &size, 2);
    buf_add(log, &type, 1);
    buf_add(log, data, length);
    if (log->failed)
        abort();
}

void wandb_record(struct buf *log, const void *data, size_t length)
{
    static const char PADDING[FRAME];
    const char *at = data;
    for (size_t done = 0, first = 1; first || done < length; first = 0) {
        size_t room = BLOCK - log->length % BLOCK;
        if (room < FRAME) {
            buf_add(log, PADDING, room);
            room = BLOCK;
        }
        size_t now = length - done < room - FRAME ? length - done : room - FRAME;
        int ends = done + now == length;
        fragment(log, first ? (ends ? WHOLE : FIRST) : ends ? LAST : MIDDLE, at + done, now);
        done += now;
    }
}

void wandb_add(struct buf *log, int field, struct buf *inner)
{
    struct buf record = event_buf();
    pb_varint(&record, 1, 7); /* its number */
    pb_message(&record, field, inner);
    wandb_record(log, record.data, record.length);
    buf_done(&record);
}

void wandb_item(struct buf *message, int field, const char *key, const char *json)
{
    struct buf item = event_buf();
    if (!strchr(key, '|'))
        pb_string(&item, 1, key);
    else
        for (const char *at = key, *end; at; at = *end ? end + 1 : NULL) {
            end = at + strcspn(at, "|");
            if (end > at)
                pb_bytes(&item, 2, at, (size_t)(end - at));
        }
    pb_string(&item, 16, json);
    pb_message(message, field, &item);
    buf_done(&item);
}

static void add_items(struct buf *message, int field, va_list items)
{
    for (const char *key; (key = va_arg(items, const char *)) != NULL;)
        wandb_item(message, field, key, va_arg(items, const char *));
}

void wandb_row(struct buf *log, int step, double wall_s, ...)
{
    struct buf row = event_buf();
    char text[40];
    va_list items;
    va_start(items, wall_s);
    add_items(&row, 1, items);
    va_end(items);
    snprintf(text, sizeof text, "%.17g", wall_s);
    wandb_item(&row, 1, "_timestamp|", text);
    wandb_item(&row, 1, "_runtime|", "12.5");
    snprintf(text, sizeof text, "%d", step);
    wandb_item(&row, 1, "_step|", text);
    wandb_add(log, 2, &row);
    buf_done(&row);
}

void wandb_stats(struct buf *log, int64_t seconds, ...)
{
    struct buf stats = event_buf(), stamp = event_buf();
    va_list items;
    pb_varint(&stamp, 1, (uint64_t)seconds);
    pb_varint(&stamp, 2, 500000000);
    pb_message(&stats, 2, &stamp);
    va_start(items, seconds);
    add_items(&stats, 3, items);
    va_end(items);
    wandb_add(log, 7, &stats);
    buf_done(&stats);
    buf_done(&stamp);
}

static void add_update(struct buf *log, int field, const char *key, const char *json)
{
    struct buf message = event_buf();
    wandb_item(&message, 1, key, json);
    wandb_add(log, field, &message);
    buf_done(&message);
}

void wandb_config(struct buf *log, const char *key, const char *json)
{
    add_update(log, 5, key, json);
}

void wandb_summary(struct buf *log, const char *key, const char *json)
{
    add_update(log, 3, key, json);
}

void wandb_run(struct buf *log, const char *id, const char *title, int64_t started_s)
{
    struct buf run = event_buf(), config = event_buf(), stamp = event_buf();
    pb_string(&run, 1, id);
    pb_string(&run, 3, "project");
    wandb_item(&config, 1, "_wandb", "{}");
    wandb_item(&config, 1, "lr", "1e-3");
    wandb_item(&config, 1, "model", "{\"name\": \"r18\", \"pretrained\": true, \"sizes\": [1, 2]}");
    pb_message(&run, 4, &config);
    if (title)
        pb_string(&run, 8, title);
    pb_varint(&stamp, 1, (uint64_t)started_s);
    pb_message(&run, 17, &stamp);
    wandb_add(log, 17, &run);
    buf_done(&run);
    buf_done(&config);
    buf_done(&stamp);
}

void wandb_exit(struct buf *log, int code, int runtime_s)
{
    struct buf message = event_buf();
    if (code)
        pb_varint(&message, 1, (uint64_t)code);
    if (runtime_s)
        pb_varint(&message, 2, (uint64_t)runtime_s);
    wandb_add(log, 18, &message);
    buf_done(&message);
}
