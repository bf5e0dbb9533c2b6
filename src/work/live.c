/*
 * Staying up to date: the memory of what was seen, the watch on its directories, and refreshes that
 * look only where something has happened.
 * Knows: places, the watch, refreshes. Must not know: when a refresh is due. (Its functions stand
 * in index.h.)
 */
#include "base/clock.h"
#include "work/refresh.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct index_memory *index_memory_new(bool polls, struct err *err)
{
    struct index_memory *memory = calloc(1, sizeof *memory);
    if (!memory) {
        err_set(err, ERR_MEMORY, "out of memory");
        return NULL;
    }
    places_init(&memory->places);
    memory->polls = polls;
    memory->watch = watch_new(polls, err);
    if (memory->watch)
        return memory;
    index_memory_free(memory);
    return NULL;
}

void index_memory_free(struct index_memory *memory)
{
    if (!memory)
        return;
    watch_free(memory->watch);
    places_done(&memory->places);
    free(memory);
}

/* ---- watching ---- */

struct watching {
    struct index_memory *memory;
    const struct index_listener *listener;
    int64_t place;
    struct arena arena;
};

static void watch_directory(struct watching *w, const char *directory)
{
    struct err err;
    if (directory && !watch_add(w->memory->watch, directory, w->place, &err))
        w->listener->trouble(w->listener->self, &err);
}

/* The witness at PATH: itself when it is a directory, and where a link leads to. */
static void watch_witness(struct watching *w, const char *path)
{
    char end[1];
    watch_directory(w, path);
    if (readlink(path, end, sizeof end) < 0)
        return;
    char *real = realpath(path, NULL);
    watch_directory(w, real ? path_parent(&w->arena, real) : NULL);
    free(real);
}

/* Every directory that the place rests on. */
static void watch_place(struct watching *w)
{
    struct place *place = &w->memory->places.all[w->place];
    struct place_names names = place_witnesses(place);
    const char *before = "";
    for (const char *name; (name = place_next(&names));) {
        const char *path = path_join(&w->arena, place->directory, name);
        const char *parent = path && strchr(name, '/') ? path_parent(&w->arena, path) : NULL;
        if (path)
            watch_witness(w, path);
        if (parent && strcmp(parent, before) != 0)
            watch_directory(w, before = parent);
    }
    place->watched = true;
}

/* Watches the places that were learnt. What has changed between looking and watching is seen now.
 */
static void watch_places(struct index_memory *memory, const struct index_listener *listener)
{
    for (size_t i = 0; i < memory->places.count; i++) {
        struct place *place = &memory->places.all[i];
        if (!place->bytes || place->watched)
            continue;
        struct watching watching = {memory, listener, (int64_t)i, {0}};
        watch_place(&watching);
        arena_done(&watching.arena);
        int fd = open(place->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
        struct file_stat stat;
        bool same = fd >= 0 && file_stat_at(fd, "", &stat) && place_is_same(place, fd, &stat);
        place->dirty |= place->trusted && !same;
        if (fd >= 0)
            close(fd);
    }
}

/* ---- refreshing ---- */

bool index_refresh_remembering(struct store *store, struct index_memory *memory,
    const struct index_settings *settings, const struct index_listener *listener, struct err *err)
{
    struct refresh refresh = {.store = store, .settings = settings, .listener = listener};
    /* News so far is of what is now looked at. */
    if (memory->watch)
        watch_take(memory->watch, NULL, NULL);
    for (size_t i = 0; i < memory->places.count; i++)
        memory->places.all[i].dirty = false;
    bool ok = refresh_run(&refresh, memory, refresh_everything, err);
    if (ok && memory->watch)
        watch_places(memory, listener);
    return ok;
}

static void make_dirty(void *self, int64_t place)
{
    struct index_memory *memory = self;
    if (place >= 0 && (size_t)place < memory->places.count)
        memory->places.all[place].dirty = true;
}

/* Its clock has gone on far enough for it to be trusted, perhaps. */
static bool is_unsettled(const struct place *place, double now_s)
{
    return place->met && place->bytes && !place->trusted &&
           now_s - place->looked_s > PLACE_SETTLED_S;
}

static bool look_at_changed(struct refresh *refresh, struct arena *arena)
{
    struct scan_visitor visitor = ingest_visitor(refresh);
    struct places *places = refresh->places;
    struct err gone;
    store_scan_begin(refresh->store);
    for (size_t i = 0; i < places->count; i++) {
        if (!places->all[i].dirty)
            continue;
        places->all[i].dirty = false;
        refresh->lost |=
            !scan_again(places->all[i].root, places->all[i].directory, &visitor, &gone);
        if (refresh->err.code)
            return false;
    }
    if (!ingest_drain(refresh) || (refresh->touched_count && !follow_watched(refresh, arena)))
        return false;
    for (size_t i = 0; refresh->touched_count && i < refresh->settings->root_count; i++) {
        struct err trouble; /* told of by whole refreshes */
        char *root = scan_absolute(arena, refresh->settings->roots[i], &refresh->err);
        if (!root)
            return false;
        truth_read_rules(arena, root, &refresh->rules, &trouble);
    }
    return refresh_evaluate(refresh);
}

bool index_refresh_changed(struct store *store, struct index_memory *memory,
    const struct index_settings *settings, const struct index_listener *listener, struct err *err)
{
    struct refresh refresh = {
        .store = store, .settings = settings, .listener = listener, .partly = true};
    double now_s = clock_wall_s() + memory->places.ahead_s;
    bool current, any = false;
    bool whole = !watch_take(memory->watch, make_dirty, memory);
    if (!refresh_is_current(&refresh, memory, &current)) {
        if (err)
            *err = refresh.err;
        return false;
    }
    if (whole || !current)
        return index_refresh_remembering(store, memory, settings, listener, err);
    for (size_t i = 0; i < memory->places.count; i++) {
        memory->places.all[i].dirty |= is_unsettled(&memory->places.all[i], now_s);
        any |= memory->places.all[i].dirty;
    }
    if (!any)
        return true;
    if (!refresh_run(&refresh, memory, look_at_changed, err))
        return false;
    if (refresh.lost || refresh.unlisted)
        return index_refresh_remembering(store, memory, settings, listener, err);
    watch_places(memory, listener);
    return true;
}

int index_memory_fd(const struct index_memory *memory)
{
    return watch_fd(memory->watch);
}

bool index_memory_is_blind(const struct index_memory *memory)
{
    return !watch_is_complete(memory->watch);
}

bool index_memory_is_unsettled(const struct index_memory *memory)
{
    for (size_t i = 0; i < memory->places.count; i++)
        if (is_unsettled(&memory->places.all[i], INFINITY))
            return true;
    return false;
}
