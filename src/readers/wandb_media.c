#include "readers/wandb_media.h"

#include "base/grow.h"
#include "base/json.h"
#include "base/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { MOST_PICTURES = 1 << 16 };

static const char SUFFIX[] = ".wandb";

bool wandb_boxes_path(const char *log, int64_t step, char *out, size_t out_bytes)
{
    int length = snprintf(out, out_bytes, "%s#%" PRId64, log, step);
    return length > 0 && (size_t)length < out_bytes;
}

size_t wandb_boxes_log(const char *path, int64_t *step)
{
    size_t length = strlen(path), suffix = sizeof SUFFIX - 1;
    const char *mark = strrchr(path, '#');
    *step = -1;
    if (mark && num_parse_int(mark + 1, strlen(mark + 1), step) && *step >= 0)
        length = (size_t)(mark - path);
    bool ends = length > suffix && strncmp(path + length - suffix, SUFFIX, suffix) == 0;
    return ends ? length : 0;
}

/* The picture at INDEX, made with all before it; NULL beyond the limit or without memory. */
static struct wandb_picture *picture_at(struct wandb_media *media, size_t index)
{
    if (index >= MOST_PICTURES || !GROW(media->pictures, media->capacity, index + 1))
        return NULL;
    while (media->count <= index)
        media->pictures[media->count++] = (struct wandb_picture){0};
    return &media->pictures[index];
}

static bool is_truth_group(const struct json *json)
{
    static const char *const BEGINNINGS[] = {"ground", "gt", "label", "target", "truth"};
    for (size_t i = 0; i < sizeof BEGINNINGS / sizeof *BEGINNINGS; i++) {
        size_t n = strlen(BEGINNINGS[i]);
        if (json->length >= n && strncasecmp(json->text, BEGINNINGS[i], n) == 0)
            return true;
    }
    return false;
}

/* The "path" of the group whose object is next. */
static const char *take_path(struct json *json, struct arena *arena)
{
    const char *path = NULL;
    if (json_next(json) != JSON_OBJECT) {
        json_skip(json);
        return NULL;
    }
    while (json_next(json) == JSON_KEY)
        if (json_is(json, "path") && json_next(json) == JSON_STRING)
            path = json_string(json, arena);
        else
            json_skip(json);
    return path;
}

/* The next value: an object of groups, or null. PICTURE may be NULL. */
static void take_groups(struct json *json, struct arena *arena, struct wandb_picture *picture)
{
    if (json_next(json) != JSON_OBJECT) {
        json_skip(json);
        return;
    }
    while (json_next(json) == JSON_KEY) {
        bool truth = is_truth_group(json);
        bool chosen = json->length >= 4 && strncasecmp(json->text, "pred", 4) == 0;
        const char *path = take_path(json, arena);
        if (!picture || !path)
            continue;
        if (truth)
            picture->truth = path;
        else if (chosen || !picture->predictions)
            picture->predictions = path;
    }
}

static void take_file_names(struct json *json, struct arena *arena, struct wandb_media *media)
{
    size_t index = 0;
    if (json_next(json) != JSON_ARRAY) {
        json_skip(json);
        return;
    }
    for (; json_next(json) != JSON_ARRAY_END && json->kind != JSON_BAD; index++) {
        struct wandb_picture *picture = json->kind == JSON_STRING ? picture_at(media, index) : NULL;
        if (picture)
            picture->file_name = json_string(json, arena);
        else
            json_skip(json);
    }
}

static void take_all_boxes(struct json *json, struct arena *arena, struct wandb_media *media)
{
    if (json_next(json) != JSON_ARRAY) {
        json_skip(json);
        return;
    }
    for (size_t index = 0;; index++) {
        struct json ahead = *json;
        enum json_kind kind = json_next(&ahead);
        if (kind == JSON_ARRAY_END || kind == JSON_BAD) {
            *json = ahead;
            return;
        }
        take_groups(json, arena, picture_at(media, index));
    }
}

static int32_t take_size(struct json *json)
{
    int64_t pixels = 0;
    if (json_next(json) != JSON_NUMBER)
        json_skip(json);
    else if (!json_int(json, &pixels) || pixels < 0 || pixels > INT32_MAX)
        pixels = 0;
    return (int32_t)pixels;
}

static void take_members(struct json *json, struct arena *arena, struct wandb_media *media)
{
    int32_t width_px = 0, height_px = 0;
    while (json_next(json) == JSON_KEY)
        if (json_is(json, "width")) {
            width_px = take_size(json);
        } else if (json_is(json, "height")) {
            height_px = take_size(json);
        } else if (json_is(json, "filenames")) {
            take_file_names(json, arena, media);
        } else if (json_is(json, "all_boxes")) {
            take_all_boxes(json, arena, media);
        } else if (json_is(json, "boxes")) {
            take_groups(json, arena, picture_at(media, 0));
        } else if (json_is(json, "path") && json_next(json) == JSON_STRING) {
            struct wandb_picture *picture = picture_at(media, 0);
            if (picture)
                picture->file_name = json_string(json, arena);
        } else {
            json_skip(json);
        }
    for (size_t i = 0; i < media->count; i++) {
        media->pictures[i].width_px = width_px;
        media->pictures[i].height_px = height_px;
    }
}

bool wandb_media_read(const struct wandb_item *item, struct arena *arena, struct wandb_media *media)
{
    static const char WORD[] = "boxes2D";
    struct json json;
    bool any = false;
    *media = (struct wandb_media){0};
    if (!memmem(item->json, item->length, WORD, sizeof WORD - 1))
        return false;
    json_init_memory(&json, item->json, item->length);
    if (json_next(&json) == JSON_OBJECT)
        take_members(&json, arena, media);
    for (size_t i = 0; i < media->count; i++)
        any |= media->pictures[i].predictions || media->pictures[i].truth;
    if (!any)
        wandb_media_done(media);
    return any;
}

void wandb_media_done(struct wandb_media *media)
{
    free(media->pictures);
    *media = (struct wandb_media){0};
}

void wandb_media_has_boxes(const struct wandb_item *item, bool *predictions, bool *truth)
{
    struct arena arena = {0};
    struct wandb_media media;
    if (wandb_media_read(item, &arena, &media)) {
        for (size_t i = 0; i < media.count; i++) {
            *predictions |= media.pictures[i].predictions != NULL;
            *truth |= media.pictures[i].truth != NULL;
        }
        wandb_media_done(&media);
    }
    arena_done(&arena);
}
