/*
 * The series of one source on their way to the sink: points gather per metric and leave in batches.
 * Knows: names, points, the sink. Must not know: formats.
 *
 * Logs repeat their names in the same order row after row, so each series remembers which came next
 * after it: the usual lookup is one comparison. Memory is bounded whatever the source says: names
 * by SERIES_MOST and SERIES_NAME_BYTES (beyond, a name is refused and counted), waiting points by
 * SERIES_WAITING. One thread at a time.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "facts/sink.h"

#include <string.h>

enum {
    SERIES_MOST = 1 << 18,
    SERIES_NAME_BYTES = 4096,
    SERIES_BATCH = 512,       /* points handed to the sink at once */
    SERIES_WAITING = 1 << 18, /* points in memory, all series together */
};

struct series {
    const char *name; /* as in the file; NUL bytes are the sink's '?' only */
    uint32_t length;
    uint32_t count, capacity; /* of points waiting */
    int32_t metric;           /* the sink's handle; -1 before the first point */
    int32_t follower;         /* the series that was looked up after this one last time */
    int32_t kind;             /* the reader's own; 0 at first */
    struct point *points;
};

struct series_set {
    struct sink *sink;
    const char *prefix; /* of the names that the sink gets */
    struct arena names;
    struct map by_name;
    struct series *items;
    size_t count, capacity;
    size_t waiting;  /* room taken by waiting points */
    int32_t last;    /* the series looked up last, -1 before */
    int64_t refused; /* lookups of names that were refused */
    bool stopped;    /* the sink takes no more, or memory is out: give up */
    bool no_memory;
};

/* PREFIX must outlive the set. */
void series_init(struct series_set *set, struct sink *sink, const char *prefix);
void series_done(struct series_set *set); /* drops what is still waiting; accepts a zeroed set */

/* For series_find() and series_add() only. */
int32_t series_look_up(struct series_set *set, const char *name, size_t length);
bool series_make_room(struct series_set *set, struct series *series);

/* The index of the series called NAME, made on first sight; -1 when it is refused or the set
 * stopped. */
static inline int32_t series_find(struct series_set *set, const char *name, size_t length)
{
    if (set->last >= 0) {
        int32_t guess = set->items[set->last].follower;
        if (guess >= 0 && set->items[guess].length == length &&
            memcmp(set->items[guess].name, name, length) == 0) {
            set->last = guess;
            return guess;
        }
    }
    return series_look_up(set, name, length);
}

/* Adds a point behind those of its series. False when the set stopped. */
static inline bool series_add(
    struct series_set *set, int32_t index, int64_t step, double wall_s, double value)
{
    struct series *series = &set->items[index];
    if (series->count == series->capacity && !series_make_room(set, series))
        return false;
    series->points[series->count++] = (struct point){step, wall_s, value};
    return true;
}

/* Hands all that waits to the sink. */
bool series_flush(struct series_set *set);
/* Flushes, and says in one note on FILE how many values had refused names. False, with ERR, only
 * when memory ran out: when the sink stopped it knows why itself. */
bool series_end(struct series_set *set, const char *file, struct err *err);
