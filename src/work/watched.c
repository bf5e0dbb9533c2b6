#include "work/watched.h"

#include <math.h>
#include <stdlib.h>

static bool ran_then(const struct store_watch *watch, double time_s)
{
    return time_s >= watch->started_s - WATCHED_BEFORE_S &&
           !(time_s > watch->ended_s + WATCHED_AFTER_S);
}

/* A better explains where a run that began at FIRST_S comes from. */
static bool is_likelier(const struct store_watch *a, const struct store_watch *b, double first_s)
{
    bool a_before = !(a->started_s - WATCHED_BEFORE_S > first_s);
    bool b_before = !(b->started_s - WATCHED_BEFORE_S > first_s);
    return a_before != b_before ? a_before : a->started_s > b->started_s;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = ((const struct watched_run *)a)->id, y = ((const struct watched_run *)b)->id;
    return x < y ? -1 : x > y;
}

void watched_find(const struct store_watch *watches, size_t watch_count,
    const struct watched_run *runs, size_t count, uint32_t *watchers)
{
    for (size_t i = 0; i < count; i++) {
        const struct store_watch *best = NULL;
        bool is_recorded = false;
        for (size_t k = 0; k < watch_count; k++) {
            const struct store_watch *watch = &watches[k];
            is_recorded |= watch->run == runs[i].id;
            if (watch->path && path_below(watch->path, runs[i].directory) != runs[i].directory &&
                ran_then(watch, runs[i].newest_s) &&
                (!best || is_likelier(watch, best, runs[i].first_s)))
                best = watch;
        }
        struct watched_run key = {.id = best && !is_recorded ? best->run : runs[i].id};
        const struct watched_run *owner = bsearch(&key, runs, count, sizeof *runs, compare_ids);
        watchers[i] = owner ? (uint32_t)(owner - runs) : (uint32_t)i;
    }
}

uint32_t *watched_load(struct store *store, struct arena *arena, const struct store_run *found,
    const struct run_row *rows, size_t count, struct err *err)
{
    size_t watch_count;
    struct store_watch *watches;
    struct watched_run *runs = ARENA_ARRAY(arena, struct watched_run, count);
    uint32_t *watchers = ARENA_ARRAY(arena, uint32_t, count);
    if (!runs || !watchers) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    if (!store_load_watches(store, arena, &watches, &watch_count, err))
        return NULL;
    for (size_t i = 0; i < count; i++)
        runs[i] = (struct watched_run){found[i].id, found[i].directory,
            watch_count ? run_first_wall(&rows[i]) : NAN, /* to look at all metrics takes long */
            (double)found[i].newest_mtime_ns * 1e-9};
    watched_find(watches, watch_count, runs, count, watchers);
    return watchers;
}
