/*
 * Feeds arbitrary bytes to the W&B boxes format: the value of a history row that names pictures and
 * box files, and one box file, apart at the first NUL byte.
 */
#include "readers/annotation.h"

#include "base/buf.h"
#include "base/file.h"
#include "temp.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void write_file(const char *directory, const char *name, const void *data, size_t length)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "wb");
    check(file && fwrite(data, 1, length, file) == length);
    fclose(file);
}

/* FIELD{BYTES}, length-delimited. */
static void add(struct buf *message, unsigned field, const void *bytes, size_t length)
{
    buf_add_varint(message, field << 3 | 2);
    buf_add_varint(message, length);
    buf_add(message, bytes, length);
}

/* Record{history{item{nested_key "a", value_json VALUE}}} as a log. */
static void write_log(const char *directory, const void *value, size_t length)
{
    struct buf item, row, record, log;
    buf_init(&item, 1 << 20);
    buf_init(&row, 1 << 20);
    buf_init(&record, 1 << 20);
    buf_init(&log, 1 << 20);
    add(&item, 2, "a", 1);
    add(&item, 16, value, length);
    add(&row, 1, item.data, item.length);
    buf_add_char(&record, 1); /* the type: a whole record */
    add(&record, 2, row.data, row.length);
    uint32_t sum = (uint32_t)crc32(0, (const unsigned char *)record.data, (unsigned)record.length);
    uint16_t size = (uint16_t)(record.length - 1);
    buf_add(&log, ":W&B\xe1\xbe\0", 7);
    buf_add(&log, &sum, 4);
    buf_add(&log, &size, 2);
    buf_add(&log, record.data, record.length);
    write_file(directory, "run-a.wandb", log.data, log.length);
    buf_done(&item);
    buf_done(&row);
    buf_done(&record);
    buf_done(&log);
}

static void check_truth(const char *path)
{
    struct err err = {0};
    struct dataset *set = annotation_read_ground_truth(path, &err);
    check(set || err.text[0]);
    for (size_t i = 0; set && i < set->annotation_count; i++) {
        const struct annotation *a = &set->annotations[i];
        check(a->image >= 0 && (size_t)a->image < set->image_count);
        check(a->category >= 0 && (size_t)a->category < set->category_count);
        check(isfinite(a->box.x) && isfinite(a->box.y) && a->box.w >= 0 && a->box.h >= 0);
    }
    for (size_t i = 1; set && i < set->category_count; i++)
        check(set->categories[i - 1].id < set->categories[i].id);
    dataset_free(set);
}

static void check_detections(const char *path)
{
    struct err err = {0};
    struct detections *set = annotation_read_detections(path, &err);
    check(set || err.text[0]);
    for (size_t i = 0; set && i < set->count; i++) {
        const struct detection *row = &set->rows[i];
        check(row->image_key >= 0 && (size_t)row->image_key < set->image_key_count);
        check(row->category_key >= 0 && (size_t)row->category_key < set->category_key_count);
        check(isfinite(row->score) && row->box.w >= 0 && row->box.h >= 0);
    }
    detections_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *directory; /* one for all inputs */
    char path[512];
    if (!directory) {
        directory = temp_dir();
        temp_text(directory, "files/b", "");
    }
    const uint8_t *end = size ? memchr(data, '\0', size) : NULL;
    size_t length = end ? (size_t)(end - data) : size;
    if (length > 32000)
        return 0; /* one fragment holds no more */
    write_log(directory, data, length);
    write_file(directory, "files/b", end ? end + 1 : data, end ? size - length - 1 : 0);
    snprintf(path, sizeof path, "%s/run-a.wandb#0", directory);
    check_truth(path);
    check_detections(path);
    return 0;
}
