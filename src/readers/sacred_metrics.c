/*
 * Sacred's metrics.json: {"name": {"steps": [...], "timestamps": [...], "values": [...]}}; and the
 * numbers of info.json, where versions before 0.8 let people keep theirs.
 * Knows: the columns, and numbers in jsonpickle's wrappers. Must not know: what a metric means.
 */
#include "readers/sacred.h"

#include "base/clock.h"
#include "base/grow.h"
#include "base/json.h"
#include "readers/jsonpickle.h"
#include "readers/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_ENTRIES = 1 << 21, /* of one metric */
    INFO_MAX_BYTES = 16 << 20,
    INFO_MOST_DEPTH = 16,
};

/* One place in the columns of a metric: which of them have it. */
enum { HAS_STEP = 1, HAS_VALUE = 2 };

struct entry {
    double step, wall_s, value;
    int has;
};

struct columns {
    struct json json;
    struct series_set series;
    struct buf name;
    struct entry *entries;
    size_t count, capacity;
    bool has_steps, has_walls; /* the column was there, to its end */
    bool no_memory;
    int64_t odd, fractions; /* left out; steps rounded */
};

static bool note(struct sink *sink, const char *file, int64_t count, const char *text)
{
    struct note note = {.file = file, .offset = -1, .count = count, .text = text};
    return !count || sink->note(sink->self, &note);
}

/* ---- metrics.json ---- */

/* Entry INDEX, made when it is new; NULL beyond the limit or out of memory. */
static struct entry *entry_at(struct columns *columns, size_t index)
{
    if (index >= MOST_ENTRIES)
        return NULL;
    if (index >= columns->count) {
        if (!GROW(columns->entries, columns->capacity, index + 1)) {
            columns->no_memory = true;
            return NULL;
        }
        columns->entries[index] = (struct entry){.wall_s = NAN};
        columns->count = index + 1;
    }
    return &columns->entries[index];
}

/* The token just taken as a number; of an object, the one that it wraps. */
static bool take_number(struct json *json, double *value)
{
    *value = json->number;
    bool found = json->kind == JSON_NUMBER;
    if (json->kind == JSON_OBJECT)
        while (json_next(json) == JSON_KEY) {
            if (json_is(json, "value") && json_next(json) == JSON_NUMBER) {
                *value = json->number;
                found = true;
            }
            json_skip(json);
        }
    else
        json_skip(json);
    return found;
}

static void take_step(struct json *json, struct entry *entry)
{
    if (take_number(json, &entry->step) && fabs(entry->step) < 9.2e18)
        entry->has |= HAS_STEP;
}

static void take_wall(struct json *json, struct entry *entry)
{
    if (json->kind != JSON_STRING || !clock_parse_iso(json->text, json->length, &entry->wall_s))
        entry->wall_s = NAN;
    json_skip(json);
}

static void take_value(struct json *json, struct entry *entry)
{
    if (take_number(json, &entry->value))
        entry->has |= HAS_VALUE;
}

/* The array that comes next, an entry an item. True when it was read to its end: what comes last
 * in one that is cut may be cut itself. */
static bool take_column(
    struct columns *columns, void (*take)(struct json *json, struct entry *entry))
{
    struct json *json = &columns->json;
    struct entry *entry = NULL;
    if (json_next(json) != JSON_ARRAY) {
        json_skip(json);
        return false;
    }
    for (size_t i = 0; json_next(json) != JSON_ARRAY_END && json->kind != JSON_BAD; i++) {
        entry = entry_at(columns, i);
        if (columns->no_memory)
            return false;
        if (entry)
            take(json, entry);
        else if (json_skip(json))
            columns->odd++;
    }
    if (json->kind == JSON_ARRAY_END)
        return true;
    if (entry)
        entry->has = 0;
    return false;
}

/* The entries as points; of a metric that is cut, those that are sure to be as they will be. */
static void emit_entries(struct columns *columns, bool whole)
{
    int32_t series = columns->count && columns->name.data && !columns->name.failed
                         ? series_find(&columns->series, columns->name.data, columns->name.length)
                         : -1;
    for (size_t i = 0; series >= 0 && i < columns->count && !columns->series.stopped; i++) {
        struct entry *entry = &columns->entries[i];
        if (!columns->has_steps && whole) {
            entry->step = (double)i;
            entry->has |= HAS_STEP;
        }
        if (entry->has == (HAS_STEP | HAS_VALUE)) {
            columns->fractions += entry->step != floor(entry->step);
            series_add(
                &columns->series, series, (int64_t)floor(entry->step), entry->wall_s, entry->value);
        } else
            columns->odd += whole;
    }
}

/* The value of the key just taken: one metric. */
static void take_metric(struct columns *columns)
{
    struct json *json = &columns->json;
    columns->count = 0;
    columns->has_steps = columns->has_walls = false;
    buf_clear(&columns->name);
    json_add_string(json, &columns->name);
    columns->name.failed |= json->too_long;
    columns->series.refused += columns->name.failed;
    if (json_next(json) != JSON_OBJECT) {
        columns->odd += json_skip(json);
        return;
    }
    while (!columns->no_memory && json_next(json) == JSON_KEY)
        if (json_is(json, "steps"))
            columns->has_steps = take_column(columns, take_step);
        else if (json_is(json, "timestamps"))
            columns->has_walls = take_column(columns, take_wall);
        else if (json_is(json, "values"))
            take_column(columns, take_value);
        else
            json_skip(json);
    bool whole = json->kind == JSON_OBJECT_END;
    if (whole || columns->has_walls)
        emit_entries(columns, whole);
}

bool sacred_read_metrics(const struct reader_source *source, struct sink *sink, struct err *err)
{
    struct columns columns = {0};
    struct stream stream;
    struct json *json = &columns.json;
    if (!stream_open(&stream, source->path, 0, err))
        return false;
    json_init_stream(json, &stream);
    series_init(&columns.series, sink, "");
    buf_init(&columns.name, SERIES_NAME_BYTES);
    columns.no_memory = !buf_reserve(&columns.name, 1); /* also an empty name is one */
    if (json_next(json) == JSON_OBJECT)
        while (!columns.series.stopped && !columns.no_memory && json_next(json) == JSON_KEY)
            take_metric(&columns);
    bool whole = json->kind == JSON_OBJECT_END && json_next(json) == JSON_END;
    bool ok = !columns.no_memory || err_set(err, ERR_MEMORY, "out of memory");
    ok = ok && series_end(&columns.series, source->name, err);
    if (ok && !columns.series.stopped &&
        note(sink, source->name, columns.odd, "point without a number or a step, left out") &&
        note(sink, source->name, columns.fractions,
            "step that is not a whole number, rounded down") &&
        !whole)
        sacred_note_cut(sink, source->name, json_offset(json));
    series_done(&columns.series);
    buf_done(&columns.name);
    free(columns.entries);
    stream_close(&stream);
    return ok;
}

/* ---- info.json ---- */

struct info {
    struct json json;
    struct series_set series;
    struct buf name; /* dotted, of the member being read */
};

static void add_point(struct info *info, int64_t step)
{
    int32_t series = series_find(&info->series, info->name.data, info->name.length);
    if (series >= 0)
        series_add(&info->series, series, step, NAN, info->json.number);
}

static void take_list(struct info *info)
{
    struct json *json = &info->json;
    for (int64_t i = 0; json_next(json) != JSON_ARRAY_END && json->kind != JSON_BAD; i++)
        if (json->kind == JSON_NUMBER && !info->series.stopped)
            add_point(info, i);
        else
            json_skip(json);
}

/* The members of the object that is open, to its end. */
static void take_members(struct info *info, int depth)
{
    struct json *json = &info->json;
    size_t outer = info->name.length;
    while (!info->series.stopped && json_next(json) == JSON_KEY) {
        if (depth)
            buf_add_char(&info->name, '.');
        bool named = json_add_string(json, &info->name) && info->name.data;
        json_next(json);
        if (json->kind == JSON_OBJECT && named && depth < INFO_MOST_DEPTH)
            take_members(info, depth + 1);
        else if (json->kind == JSON_ARRAY && named)
            take_list(info);
        else if (json->kind == JSON_NUMBER && named)
            add_point(info, 0);
        else
            json_skip(json);
        info->name.length = outer;
        info->name.failed = false;
    }
}

bool sacred_read_info(const struct reader_source *source, struct sink *sink, struct err *err)
{
    struct info info = {0};
    struct buf text, plain;
    buf_init(&text, INFO_MAX_BYTES);
    buf_init(&plain, INFO_MAX_BYTES);
    bool ok = file_read(source->path, &text, err);
    int64_t wrong = ok ? jsonpickle_reduce(text.data, text.length, &plain) : -1;
    if (ok && wrong >= 0)
        sacred_note_cut(sink, source->name, wrong);
    else if (ok) {
        json_init_memory(&info.json, plain.data, plain.length);
        series_init(&info.series, sink, "");
        buf_init(&info.name, SERIES_NAME_BYTES);
        if (json_next(&info.json) == JSON_OBJECT)
            take_members(&info, 0);
        ok = series_end(&info.series, source->name, err);
        series_done(&info.series);
        buf_done(&info.name);
    }
    buf_done(&plain);
    buf_done(&text);
    return ok;
}
