/*
 * Which runs were written by a command that `boxtop record` ran, in the directories that --watch
 * named. Knows: paths and times. Must not know: the index, files, how runs are made one.
 *
 * A run belongs to a recorded one when it lies in (or is) a directory that this one watches, is not
 * recorded itself, and its files were written to last while the command ran. Of several recorded
 * runs it is the latest that had started when the run's first point was logged.
 */
#pragma once

#include "store/store.h"
#include "work/runs.h"

/* A script's last files are closed a little after its end; clocks of files are coarse. */
enum { WATCHED_BEFORE_S = 2, WATCHED_AFTER_S = 60 };

struct watched_run {
    int64_t id;
    const char *directory; /* cleaned absolute path */
    double first_s;        /* of its first point; NaN when not known */
    double newest_s;       /* when its files were written to last */
};

/* Fills WATCHERS for the COUNT runs, in order of their ids: the index of the run that recorded it,
 * or its own. */
void watched_find(const struct store_watch *watches, size_t watch_count,
    const struct watched_run *runs, size_t count, uint32_t *watchers);
/* The same for all rows of an index: FOUND says of each where it is and when it was written to,
 * ROWS hold its metrics. Memory of ARENA; NULL with ERR (may be NULL). */
uint32_t *watched_load(struct store *store, struct arena *arena, const struct store_run *found,
    const struct run_row *rows, size_t count, struct err *err);
