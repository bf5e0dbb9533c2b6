#include "readers/series.h"

#include "base/buf.h"
#include "base/grow.h"

#include <stdlib.h>

enum { FIRST_ROOM = 8, NAMES_MAX_BYTES = 64 << 20 };

void series_init(struct series_set *set, struct sink *sink, const char *prefix)
{
    *set = (struct series_set){.sink = sink, .prefix = prefix, .last = -1};
    arena_init(&set->names, NAMES_MAX_BYTES);
    map_init(&set->by_name, &set->names);
}

void series_done(struct series_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        free(set->items[i].points);
    free(set->items);
    map_done(&set->by_name);
    arena_done(&set->names);
    *set = (struct series_set){.last = -1};
}

static int32_t refuse(struct series_set *set)
{
    set->refused++;
    return -1;
}

static int32_t add(struct series_set *set, const char *name, size_t length)
{
    if (set->count == SERIES_MOST || length > SERIES_NAME_BYTES)
        return refuse(set);
    if (!GROW(set->items, set->capacity, set->count + 1)) {
        set->stopped = set->no_memory = true;
        return -1;
    }
    const char *kept;
    if (map_put(&set->by_name, name, length, (int64_t)set->count, &kept) < 0)
        return refuse(set);
    set->items[set->count] =
        (struct series){.name = kept, .length = (uint32_t)length, .metric = -1, .follower = -1};
    return (int32_t)set->count++;
}

int32_t series_look_up(struct series_set *set, const char *name, size_t length)
{
    if (set->stopped)
        return -1;
    int64_t found = map_get(&set->by_name, name, length);
    int32_t index = found >= 0 ? (int32_t)found : add(set, name, length);
    if (index < 0)
        return -1;
    if (set->last >= 0)
        set->items[set->last].follower = index;
    set->last = index;
    return index;
}

/* Asks the sink for the handle, under the prefixed name. */
static bool introduce(struct series_set *set, struct series *series)
{
    struct buf name;
    buf_init(&name, SERIES_NAME_BYTES * 2);
    buf_add_string(&name, set->prefix);
    buf_add(&name, series->name, series->length);
    for (size_t i = 0; i < name.length; i++)
        if (name.data[i] == '\0')
            name.data[i] = '?';
    if (name.failed)
        set->no_memory = true;
    else
        series->metric =
            set->sink->metric(set->sink->self, name.data ? name.data : "", name.length);
    buf_done(&name);
    if (series->metric < 0)
        set->stopped = true;
    return !set->stopped;
}

static bool hand_over(struct series_set *set, struct series *series)
{
    if (!series->count || set->stopped)
        return !set->stopped;
    if (!set->sink->points(set->sink->self, series->metric, series->points, series->count))
        set->stopped = true;
    series->count = 0;
    return !set->stopped;
}

/* Everything to the sink and its room given back, so that very many series share what there is. */
static bool empty_all(struct series_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        if (!hand_over(set, &set->items[i]))
            return false;
        free(set->items[i].points);
        set->items[i].points = NULL;
        set->items[i].capacity = 0;
    }
    set->waiting = 0;
    return true;
}

bool series_make_room(struct series_set *set, struct series *series)
{
    if (set->stopped || (series->metric < 0 && !introduce(set, series)))
        return false;
    if (series->capacity == SERIES_BATCH)
        return hand_over(set, series);
    if (set->waiting >= SERIES_WAITING && !empty_all(set))
        return false;
    uint32_t capacity = series->capacity ? series->capacity * 2 : FIRST_ROOM;
    struct point *wider = realloc(series->points, capacity * sizeof *wider);
    if (!wider) {
        set->stopped = set->no_memory = true;
        return false;
    }
    set->waiting += capacity - series->capacity;
    series->points = wider;
    series->capacity = capacity;
    return true;
}

bool series_flush(struct series_set *set)
{
    for (size_t i = 0; i < set->count && !set->stopped; i++)
        hand_over(set, &set->items[i]);
    return !set->stopped;
}

bool series_end(struct series_set *set, const char *file, struct err *err)
{
    struct note note = {.file = file,
        .offset = -1,
        .count = set->refused,
        .text = "values left out: the metric's name is too long, or there are too many metrics"};
    if (series_flush(set) && set->refused && !set->sink->note(set->sink->self, &note))
        set->stopped = true;
    return !set->no_memory || err_set(err, ERR_MEMORY, "out of memory");
}
