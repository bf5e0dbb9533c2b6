/*
 * Feeds arbitrary bytes to the JSON reader and to both COCO readers. The JSON reader must see the
 * same tokens in a file as in memory, and nothing that it accepts may be refused by skipping. What
 * is wanted besides boxes changes no box: with masks and columns the same rows are there.
 */
#include "annotation_sets.h"

#include "base/json.h"

#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t digest(struct json *json)
{
    uint64_t sum = 0;
    char out[64];
    while (json_next(json) != JSON_END && json->kind != JSON_BAD) {
        sum = sum * 31 + json->kind + (json->length << 8);
        if ((json->kind == JSON_KEY || json->kind == JSON_STRING) && json->length <= sizeof out)
            check(json_unescape(json->text, json->length, out) <= json->length);
    }
    return sum * 31 + json->kind;
}

static void fuzz_json(const uint8_t *data, size_t size, struct stream *stream)
{
    struct json json;
    json_init_memory(&json, data, size);
    uint64_t in_memory = digest(&json);
    bool good = json.kind == JSON_END;
    json_init_stream(&json, stream);
    check(digest(&json) == in_memory);
    json_init_memory(&json, data, size);
    json_next(&json);
    bool skipped = json_skip(&json) && json_next(&json) == JSON_END;
    check(skipped || !good);
}

static void fuzz_truth(const char *path)
{
    struct annotation_options plain = {.format = "coco"},
                              all = {.format = "coco", .masks = true, .columns = true};
    struct err err = {0}, other_err = {0};
    struct dataset *set = annotation_read_ground_truth_as(path, &plain, &err);
    struct dataset *other = annotation_read_ground_truth_as(path, &all, &other_err);
    if (set && other) {
        check(set->image_count == other->image_count);
        check(set->category_count == other->category_count);
        check(set->annotation_count == other->annotation_count);
        check(set->dropped_annotations == other->dropped_annotations);
        check(set->duplicate_ids == other->duplicate_ids);
        check(set->unreadable_values == other->unreadable_values);
        for (size_t i = 0; i < set->annotation_count; i++)
            check(memcmp(&set->annotations[i].box, &other->annotations[i].box,
                      sizeof(struct box)) == 0);
    }
    check_dataset(set, &err);
    check_dataset(other, &other_err);
}

static void fuzz_results(const char *path)
{
    struct annotation_options plain = {.format = "coco"},
                              all = {.format = "coco", .masks = true, .columns = true};
    struct err err = {0}, other_err = {0};
    struct detections *set = annotation_read_detections_as(path, &plain, &err);
    struct detections *other = annotation_read_detections_as(path, &all, &other_err);
    if (set && other) {
        check(set->count == other->count && set->dropped == other->dropped);
        check(set->unreadable_values == other->unreadable_values);
        for (size_t i = 0; i < set->count; i++)
            check(memcmp(&set->rows[i].box, &other->rows[i].box, sizeof(struct box)) == 0);
    }
    check_detections(set, &err);
    check_detections(other, &other_err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    struct stream stream;
    check(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    check(stream_open(&stream, path, 0, NULL));
    fuzz_json(data, size, &stream);
    stream_close(&stream);
    struct err err = {0};
    fuzz_truth(path);
    fuzz_results(path);
    check_dataset(annotation_read_ground_truth(path, &err), &err);
    err = (struct err){0};
    check_detections(annotation_read_detections(path, &err), &err);
    close(fd);
    return 0;
}
