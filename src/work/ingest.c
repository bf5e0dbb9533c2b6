/*
 * What a scan finds, on its way into the store: sources are compared with what was kept of them,
 * fed, and written in the order in which they were found; then their place is learnt.
 * Knows: scans, the feed, the store. Must not know: when to commit, what becomes of predictions.
 */
#include "work/refresh.h"

#include "base/clock.h"
#include "base/grow.h"
#include "store/hash.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file that was not written to for so long is taken for whole. */
enum { SETTLED_S = PLACE_SETTLED_S };
/* What came before a source of this size is committed first: it need not wait for it. */
enum { LARGE_SOURCE_BYTES = 8 << 20 };
/* What places say is worth nothing to a program that takes directories otherwise. */
enum { PLACE_FORMAT = 1 };

static bool read_at(void *self, int64_t offset, void *out, size_t bytes)
{
    int fd = open((const char *)self, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    ssize_t got = pread(fd, out, bytes, offset);
    close(fd);
    return got == (ssize_t)bytes;
}

static void note_unreadable(struct sink *sink, const char *name, const struct err *err)
{
    struct note note = {.file = name,
        .offset = err->place == ERR_AT_BYTE ? err->at : -1,
        .line = err->place == ERR_AT_LINE ? err->at : 0,
        .count = 1,
        .text = err->text};
    sink->note(sink->self, &note);
}

static bool no_memory(struct refresh *refresh)
{
    return err_set(&refresh->err, ERR_MEMORY, "out of memory");
}

/* ---- writing what was fed ---- */

static bool go_on(void *self)
{
    return refresh_report(self, false);
}

static bool write_source(struct refresh *refresh, struct fed *fed)
{
    struct store *store = refresh->store;
    struct err trouble = {0};
    if (fed->unread_bytes >= LARGE_SOURCE_BYTES &&
        !(refresh_turn_batch(refresh, true) && refresh_report(refresh, true)))
        return false;
    if (!store_source_begin(store, fed->run, &fed->known, fed->fresh, &refresh->err))
        return false;
    struct sink sink = store_sink(store);
    switch (feed_read(fed, &sink, go_on, refresh, &trouble)) {
    case FEED_READ:
        break;
    case FEED_UNREADABLE:
        note_unreadable(&sink, fed->source.name, &trouble);
        break;
    case FEED_STOPPED:
        store_source_abandon(store);
        refresh->err = trouble;
        return false;
    }
    refresh->progress.sources_read++;
    if (store_source_end(store, fed->mark.offset, &fed->mark.state, &refresh->err))
        return true;
    if (refresh->err.code != ERR_LIMIT)
        return false;
    fed->notes->spoilt = true;
    refresh->listener->trouble(refresh->listener->self, &refresh->err);
    return true;
}

static bool learn_place(struct refresh *refresh, struct fed *fed)
{
    struct place *place = places_of(refresh->places, fed->directory);
    if (!place)
        return no_memory(refresh);
    const struct place_notes *notes = fed->notes;
    refresh->progress.looked++;
    refresh->lost |= place_has_lost(place, notes);
    for (size_t i = 0; refresh->partly && i < notes->run_count; i++) {
        int64_t run;
        memcpy(&run, notes->runs.data + i * sizeof run, sizeof run);
        if (!store_forget_unseen_of(refresh->store, run, &refresh->err))
            return false;
    }
    if (!place_learn(place, notes))
        return no_memory(refresh);
    if (!place->trusted)
        return true;
    int64_t before = store_rows_written(refresh->store);
    if (!store_put_place(refresh->store, refresh->place_kind, place->directory, place->bytes,
            place->length, &refresh->err))
        return false;
    place->kept = true;
    refresh->rows_told += store_rows_written(refresh->store) - before; /* none of it is shown */
    return true;
}

static bool write_first(struct refresh *refresh)
{
    struct fed *fed = feed_take(&refresh->feed);
    bool ok = fed->reader ? write_source(refresh, fed) : learn_place(refresh, fed);
    fed_free(fed);
    return ok && refresh_turn_batch(refresh, false);
}

bool ingest_drain(struct refresh *refresh)
{
    bool ok = true;
    while (ok && refresh->feed.count)
        ok = write_first(refresh);
    return ok;
}

static bool put(struct refresh *refresh, struct fed *fed)
{
    feed_put(&refresh->feed, fed);
    bool ok = true;
    while (ok && refresh->feed.count > FEED_MOST)
        ok = write_first(refresh);
    return ok;
}

/* ---- finding ---- */

/* Everything that FED needs when the scan has gone on. False when memory is out. */
static bool describe(struct fed *fed, const struct found_run *place, size_t index)
{
    const struct found_source *found = &place->sources[index];
    struct arena *arena = &fed->memory;
    const char *home = arena_string(arena, place->home), *name = arena_string(arena, found->name);
    const char *part = found->part ? arena_string(arena, found->part) : NULL;
    const char *prefix = found->prefix ? arena_string(arena, found->prefix) : NULL;
    char *path = path_join(arena, place->home, found->name);
    /* The same file under other names is another reading. */
    const char *reading =
        prefix ? arena_printf(arena, "%s %s", found->reader->name, prefix) : found->reader->name;
    if (!home || !name || !path || !reading || (found->part && !part) || (found->prefix && !prefix))
        return false;
    fed->reader = found->reader;
    fed->source = (struct reader_source){home, name, path, false, part, prefix};
    fed->known = (struct store_source){.name = name,
        .reader = reading,
        .rank = found->rank,
        .position = (int)index,
        .read_at = read_at,
        .self = path};
    fed->notes = place->notes;
    return true;
}

/* *CHANGED says whether FED, which is described, must be read. */
static bool compare(struct refresh *refresh, struct fed *fed, bool *changed)
{
    struct file_stat *stat = &fed->known.stat;
    double now_s = clock_wall_s() + refresh->places->ahead_s;
    bool there = file_stat(fed->source.path, stat);
    *changed = false;
    place_notes_witness(fed->notes, fed->source.name, there ? stat : &(struct file_stat){0});
    if (!there)
        return true; /* gone since it was listed */
    fed->source.settled = now_s - (double)stat->mtime_ns * 1e-9 > SETTLED_S;
    if (place_is_fresh(stat, now_s))
        stat->ctime_ns = 0; /* looked at again when settled: the clock of files is coarse */
    enum store_change change = store_source_check(
        refresh->store, fed->run, &fed->known, &fed->mark.offset, &fed->mark.state, &refresh->err);
    *changed = change != STORE_SAME;
    fed->fresh = change != STORE_APPENDED || !fed->reader->incremental || fed->mark.offset == 0 ||
                 (fed->reader->continues && !fed->reader->continues(&fed->source, &fed->mark));
    if (fed->fresh) {
        fed->mark.offset = 0;
        buf_clear(&fed->mark.state);
    }
    return change != STORE_FAILED;
}

static bool check_source(
    struct refresh *refresh, int64_t run, const struct found_run *place, size_t index)
{
    struct fed *fed = fed_new();
    bool changed = false;
    if (!fed || !describe(fed, place, index)) {
        fed_free(fed);
        return no_memory(refresh);
    }
    fed->run = run;
    bool ok = compare(refresh, fed, &changed);
    if (ok && changed)
        return put(refresh, fed);
    fed_free(fed);
    return ok;
}

static bool touch(struct refresh *refresh, int64_t run)
{
    if (!GROW(refresh->touched, refresh->touched_capacity, refresh->touched_count + 1))
        return no_memory(refresh);
    refresh->touched[refresh->touched_count++] = run;
    return true;
}

static bool visit_run(void *self, const struct found_run *found)
{
    struct refresh *refresh = self;
    struct store_place place = {
        found->root, found->name, found->directory, found->format, found->device, found->inode};
    refresh->progress.phase = INDEX_READING;
    refresh->progress.runs_found++;
    refresh->progress.now = found->name;
    if (!refresh_report(refresh, false))
        return false;
    int64_t run = store_put_run(refresh->store, &place, &refresh->err);
    bool ok = run > 0 && touch(refresh, run);
    if (ok)
        place_notes_run(found->notes, run);
    for (size_t i = 0; ok && i < found->source_count; i++)
        ok = check_source(refresh, run, found, i);
    refresh->progress.now = NULL; /* the name is the scan's */
    refresh->progress.runs_done += ok;
    return ok && refresh_turn_batch(refresh, false);
}

static bool visit_same(void *self, const struct place *place)
{
    struct refresh *refresh = self;
    bool ok = true;
    for (size_t i = 0; ok && i < place_run_count(place); i++) {
        refresh->progress.runs_found++;
        refresh->progress.runs_done++;
        ok = store_see_run(refresh->store, place_run(place, i), &refresh->err);
    }
    return ok && refresh_report(refresh, false);
}

static bool visit_looked(void *self, const char *directory, struct place_notes *notes)
{
    struct refresh *refresh = self;
    struct fed *fed = fed_new();
    if (!fed || !(fed->directory = arena_string(&fed->memory, directory))) {
        fed_free(fed);
        place_notes_done(notes);
        free(notes);
        return no_memory(refresh);
    }
    fed->notes = notes;
    return put(refresh, fed);
}

static void visit_unreadable(void *self, const char *directory, const struct err *err)
{
    struct refresh *refresh = self;
    (void)directory;
    refresh->unlisted = true;
    refresh->listener->trouble(refresh->listener->self, err);
}

uint64_t ingest_place_kind(void)
{
    uint64_t kind = hash_stable(PLACE_FORMAT, BOXTOP_VERSION, strlen(BOXTOP_VERSION));
    for (size_t i = 0; readers[i]; i++)
        kind = hash_stable(kind, readers[i]->name, strlen(readers[i]->name));
    return kind;
}

struct scan_visitor ingest_visitor(struct refresh *refresh)
{
    return (struct scan_visitor){.self = refresh,
        .places = refresh->places,
        .run = visit_run,
        .same = visit_same,
        .looked = visit_looked,
        .unreadable = visit_unreadable};
}
