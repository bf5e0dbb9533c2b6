/*
 * Indexing: scan the roots, read what changed into the store, evaluate predictions.
 * Knows: readers, store, studies. Must not know: who watches.
 */
#pragma once

#include "store/store.h"
#include "work/truth.h"

#include <stdatomic.h>

struct index_settings {
    const char *const *roots; /* as given by the person */
    size_t root_count;
    const char *ground_truth, *images; /* --gt, --images; NULL when not given */
    bool evaluate; /* evaluate predictions that have not been, into eval/AP, ... */
    double ahead_s; /* of the clock, for tests: what has just been written is old then */
};

enum index_phase { INDEX_SCANNING, INDEX_READING, INDEX_EVALUATING, INDEX_DONE };

struct index_progress {
    enum index_phase phase;
    size_t runs_found, runs_done; /* of this refresh */
    size_t looked;                /* directories that were not as remembered */
    size_t sources_read;          /* that were new or had changed */
    const char *now;              /* the run being worked on; NULL */
    bool changed;                 /* something new was committed since the last report */
};

struct index_listener {
    void *self;
    /* Called often (about every 100 ms and at each change of phase). False cancels the refresh. */
    bool (*progress)(void *self, const struct index_progress *progress);
    /* Something outside any run that could not be read: a directory, boxtop.json. The work goes on.
     */
    void (*trouble)(void *self, const struct err *err);
    /* NULL, or what another thread sets to cancel: it is looked at more often than progress() is
     * called. */
    const atomic_bool *stop;
};

/*
 * Brings STORE (read-write, of the calling thread) up to date with the roots. What cannot be read
 * becomes a note on its run; false only when the index itself fails, a root cannot be opened, or
 * the listener cancelled (ERR_CANCELLED). Safe to kill at any instant.
 */
bool index_refresh(struct store *store, const struct index_settings *settings,
    const struct index_listener *listener, struct err *err);

/* ---- staying up to date ---- */

/*
 * What refreshes have seen of the roots, so that the next looks only at what has changed; it also
 * watches their directories. Of one thread, for one store and one set of roots.
 */
struct index_memory;

/* POLLS: directories are not watched. NULL with ERR. */
struct index_memory *index_memory_new(bool polls, struct err *err);
void index_memory_free(struct index_memory *memory); /* accepts NULL */

/* index_refresh() with a memory. Says, as trouble, once, why directories cannot be watched. */
bool index_refresh_remembering(struct store *store, struct index_memory *memory,
    const struct index_settings *settings, const struct index_listener *listener, struct err *err);
/*
 * The same where something has happened only: in directories that the watch tells of, or that had
 * been written to just before they were looked at last. Does not even open a transaction when there
 * is nothing; looks at everything when a run is gone.
 */
bool index_refresh_changed(struct store *store, struct index_memory *memory,
    const struct index_settings *settings, const struct index_listener *listener, struct err *err);

/* Readable when index_refresh_changed() has something to do; -1 when only time will tell. */
int index_memory_fd(const struct index_memory *memory);
/* Some directories cannot be watched: a whole refresh is due every now and then. */
bool index_memory_is_blind(const struct index_memory *memory);
/* Some files were written to just before they were looked at: they are to be looked at again, by
 * index_refresh_changed(), when a moment has passed. */
bool index_memory_is_unsettled(const struct index_memory *memory);

/* ---- the file ---- */

/* Opens (making or remaking what is damaged or of an older kind) the index of these roots. PATH is
 * --index or NULL. */
struct store *index_open(
    const struct index_settings *settings, const char *path, bool rebuild, struct err *err);
/* Where it is: PATH itself or the place in the cache directory; memory from ARENA. */
const char *index_path(
    struct arena *arena, const struct index_settings *settings, const char *path, struct err *err);
