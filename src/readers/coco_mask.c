#include "readers/coco_mask.h"

#include "base/grow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BAD_RUNS SIZE_MAX

void coco_mask_reader_init(struct coco_mask_reader *reader, struct arena *arena)
{
    *reader = (struct coco_mask_reader){.arena = arena};
    buf_init(&reader->text, JSON_MAX_TOKEN_BYTES);
}

void coco_mask_reader_done(struct coco_mask_reader *reader)
{
    free(reader->xy);
    free(reader->ends);
    free(reader->runs);
    buf_done(&reader->text);
    *reader = (struct coco_mask_reader){0};
}

/* ---- polygons ---- */

/* The list that is open: one polygon, kept behind the others when it is one. */
static void take_polygon(struct coco_mask_reader *reader, struct json *json)
{
    size_t begin = reader->xy_count;
    bool good = true;
    while (json_next(json) != JSON_ARRAY_END && json->kind != JSON_BAD && json->kind != JSON_END) {
        good = good && json->kind == JSON_NUMBER && isfinite(json->number) &&
               reader->xy_count < COCO_MASK_MAX_NUMBERS;
        if (!good) {
            json_skip(json);
            continue;
        }
        if (!GROW(reader->xy, reader->xy_capacity, reader->xy_count + 1)) {
            reader->no_memory = true;
            good = false;
            continue;
        }
        reader->xy[reader->xy_count++] = json->number;
    }
    size_t count = reader->xy_count - begin;
    good = good && count >= 6 && count % 2 == 0;
    if (good && GROW(reader->ends, reader->end_capacity, reader->end_count + 1)) {
        reader->ends[reader->end_count++] = reader->xy_count;
        return;
    }
    reader->no_memory |= good;
    reader->broken |= !good && json->kind == JSON_ARRAY_END;
    reader->xy_count = begin;
}

static void take_polygons(struct coco_mask_reader *reader, struct json *json)
{
    while (json_next(json) != JSON_ARRAY_END && json->kind != JSON_BAD && json->kind != JSON_END)
        if (json->kind == JSON_ARRAY) {
            take_polygon(reader, json);
        } else {
            reader->broken = true;
            json_skip(json);
        }
}

static struct box polygons_extent(const struct coco_mask_reader *reader)
{
    double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;
    for (size_t i = 0; i < reader->xy_count; i += 2) {
        left = fmin(left, reader->xy[i]);
        right = fmax(right, reader->xy[i]);
        top = fmin(top, reader->xy[i + 1]);
        bottom = fmax(bottom, reader->xy[i + 1]);
    }
    return (struct box){left, top, right - left, bottom - top};
}

static struct mask *keep_polygons(struct coco_mask_reader *reader)
{
    struct mask *mask = ARENA_NEW(reader->arena, struct mask);
    double *xy = ARENA_ARRAY(reader->arena, double, reader->xy_count);
    struct polygon *polygons = ARENA_ARRAY(reader->arena, struct polygon, reader->end_count);
    if (!mask || !xy || !polygons) {
        reader->no_memory = true;
        return NULL;
    }
    memcpy(xy, reader->xy, reader->xy_count * sizeof *xy);
    for (size_t i = 0; i < reader->end_count; i++) {
        size_t begin = i ? reader->ends[i - 1] : 0;
        polygons[i] = (struct polygon){xy + begin, (reader->ends[i] - begin) / 2};
    }
    *mask = (struct mask){.polygons = polygons, .polygon_count = reader->end_count};
    return mask;
}

/* ---- runs ---- */

/* Decodes LENGTH bytes into RUNS (room for as many); how many there are, or BAD_RUNS. */
static size_t decode(const char *text, size_t length, uint32_t *runs)
{
    enum { GROUP_BITS = 5, MOST_GROUPS = 7 };
    size_t count = 0, at = 0;
    while (at < length) {
        int64_t value = 0;
        int groups = 0, code;
        do {
            code = at < length ? (unsigned char)text[at++] - '0' : -1;
            if (code < 0 || code > 63 || groups == MOST_GROUPS)
                return BAD_RUNS;
            value |= (int64_t)(code & 31) << GROUP_BITS * groups++;
        } while (code & 32);
        if (code & 16)
            value -= INT64_C(1) << GROUP_BITS * groups;
        if (count > 2)
            value += runs[count - 2];
        if (value < 0 || value > UINT32_MAX)
            return BAD_RUNS;
        runs[count++] = (uint32_t)value;
    }
    return count;
}

static void take_compressed(struct coco_mask_reader *reader, struct json *json)
{
    buf_clear(&reader->text);
    if (json->too_long) {
        reader->broken = true;
        return;
    }
    if (!json_add_string(json, &reader->text) ||
        !GROW(reader->runs, reader->run_capacity, reader->text.length + 1)) {
        reader->no_memory = true;
        return;
    }
    size_t count =
        reader->text.length ? decode(reader->text.data, reader->text.length, reader->runs) : 0;
    reader->broken |= count == BAD_RUNS;
    reader->run_count = count == BAD_RUNS ? 0 : count;
}

static void take_numbers(struct coco_mask_reader *reader, struct json *json)
{
    while (json_next(json) != JSON_ARRAY_END && json->kind != JSON_BAD && json->kind != JSON_END) {
        int64_t run = -1;
        if (json->kind != JSON_NUMBER)
            json_skip(json);
        else if (!json_int(json, &run))
            run = -1;
        reader->broken |= run < 0 || run > UINT32_MAX || reader->run_count == COCO_MASK_MAX_NUMBERS;
        if (reader->broken)
            continue;
        if (GROW(reader->runs, reader->run_capacity, reader->run_count + 1))
            reader->runs[reader->run_count++] = (uint32_t)run;
        else
            reader->no_memory = reader->broken = true;
    }
}

static void take_counts(struct coco_mask_reader *reader, struct json *json)
{
    reader->broken = false; /* the last of repeated keys counts */
    reader->run_count = 0;
    switch (json_next(json)) {
    case JSON_STRING:
        take_compressed(reader, json);
        break;
    case JSON_ARRAY:
        take_numbers(reader, json);
        break;
    default:
        reader->broken = true;
        json_skip(json);
    }
}

/* A size of 0 is none, see fill_picture(). */
static void take_size(struct coco_mask_reader *reader, struct json *json)
{
    reader->size[0] = 0;
    if (json_next(json) != JSON_ARRAY)
        json_skip(json);
    else if (json_numbers(json, reader->size, 2) != 2)
        reader->size[0] = 0;
}

static void take_runs(struct coco_mask_reader *reader, struct json *json)
{
    while (json_next(json) == JSON_KEY)
        if (json_is(json, "counts"))
            take_counts(reader, json);
        else if (json_is(json, "size"))
            take_size(reader, json);
        else
            json_skip(json);
}

static bool is_side(double px)
{
    return px >= 1 && px <= COCO_MASK_MAX_SIDE_PX && px == floor(px);
}

/* Adds PIXELS outside at the end. */
static bool add_outside(struct coco_mask_reader *reader, uint64_t pixels)
{
    if (reader->run_count % 2) {
        reader->runs[reader->run_count - 1] += (uint32_t)pixels;
        return true;
    }
    if (!GROW(reader->runs, reader->run_capacity, reader->run_count + 1)) {
        reader->no_memory = true;
        return false;
    }
    reader->runs[reader->run_count++] = (uint32_t)pixels;
    return true;
}

/* Makes the runs fill the picture that they speak of: what they leave over is outside. False when
 * it has no such size, or they go beyond it. */
static bool fill_picture(struct coco_mask_reader *reader)
{
    uint64_t sum = 0;
    if (!is_side(reader->size[0]) || !is_side(reader->size[1]) || !reader->run_count)
        return false;
    uint64_t pixels = (uint64_t)reader->size[0] * (uint64_t)reader->size[1];
    if (pixels > INT32_MAX)
        return false;
    for (size_t i = 0; i < reader->run_count && sum <= pixels; i++)
        sum += reader->runs[i];
    return sum < pixels ? add_outside(reader, pixels - sum) : sum == pixels;
}

static struct mask *keep_runs(struct coco_mask_reader *reader)
{
    struct mask *mask = ARENA_NEW(reader->arena, struct mask);
    uint32_t *runs = ARENA_ARRAY(reader->arena, uint32_t, reader->run_count);
    if (!mask || !runs) {
        reader->no_memory = true;
        return NULL;
    }
    memcpy(runs, reader->runs, reader->run_count * sizeof *runs);
    *mask = (struct mask){.runs = runs,
        .run_count = reader->run_count,
        .width_px = (int32_t)reader->size[1],
        .height_px = (int32_t)reader->size[0]};
    return mask;
}

/* ---- either ---- */

static void finish_polygons(struct coco_mask_reader *reader, struct coco_shape *shape)
{
    if (!reader->end_count)
        return;
    shape->has_box = true;
    shape->box = polygons_extent(reader);
    if (reader->arena)
        shape->mask = keep_polygons(reader);
}

static void finish_runs(struct coco_mask_reader *reader, struct coco_shape *shape)
{
    reader->broken |= !fill_picture(reader);
    if (reader->broken)
        return;
    shape->has_box = mask_runs_extent(
        reader->runs, reader->run_count, (int32_t)reader->size[0], &shape->box);
    if (reader->arena)
        shape->mask = keep_runs(reader);
}

bool coco_take_shape(struct coco_mask_reader *reader, struct json *json, struct coco_shape *shape)
{
    *shape = (struct coco_shape){0};
    reader->xy_count = reader->end_count = reader->run_count = 0;
    reader->size[0] = reader->size[1] = 0;
    reader->broken = false;
    switch (json_next(json)) {
    case JSON_ARRAY:
        take_polygons(reader, json);
        if (json->kind == JSON_ARRAY_END)
            finish_polygons(reader, shape);
        break;
    case JSON_OBJECT:
        take_runs(reader, json);
        if (json->kind == JSON_OBJECT_END)
            finish_runs(reader, shape);
        break;
    case JSON_NULL:
        break;
    default:
        reader->broken = true;
        json_skip(json);
    }
    shape->broken = reader->broken;
    return !reader->no_memory;
}
