/*
 * One refresh of the index, as the files that do its parts share it.
 * Knows: the batch, the reports, what has been fed. Must not know: threads, who asked.
 */
#pragma once

#include "work/feed.h"
#include "work/ground_truth.h"
#include "work/index.h"
#include "work/scan.h"
#include "work/watch.h"

struct refresh {
    struct store *store;
    const struct index_settings *settings;
    const struct index_listener *listener;
    struct places *places;
    uint64_t place_kind; /* of ingest_place_kind() */
    struct feed feed;
    struct index_progress progress;
    int64_t committed_ms, reported_ms;
    int64_t rows_told; /* written when a report last said "changed" */
    bool partly;       /* only what has changed is looked at, not a whole root */
    bool unlisted;     /* a directory could not be listed: what is below it must not be forgotten */
    bool lost;         /* a run or a directory is gone: the whole must be looked at */
    int64_t *touched;  /* the runs that were looked at anew */
    size_t touched_count, touched_capacity;
    struct truth_rules rules;
    struct ground_truth spare; /* of the last run that was evaluated */
    struct err err;
};

/* Tells the listener, at most every so often unless NOW. False when it cancels. */
bool refresh_report(struct refresh *refresh, bool now);
/* Ends a batch that has run long enough (or NOW) and begins the next. */
bool refresh_turn_batch(struct refresh *refresh, bool now);

/* What is remembered from one refresh to the next. */
struct index_memory {
    struct places places;
    struct watch *watch; /* NULL: of one refresh only */
    bool polls;
    uint64_t generation; /* of the store when it was remembered */
    bool loaded;
    uint64_t lives; /* a digest of which recorded runs have somebody who lives */
};

/* Nobody else has written to the index since MEMORY was filled. False with an error in REFRESH. */
bool refresh_is_current(struct refresh *refresh, const struct index_memory *memory, bool *current);
/* One transaction after another around WORK, which stands before the last commit. */
bool refresh_run(struct refresh *refresh, struct index_memory *memory,
    bool (*work)(struct refresh *refresh, struct arena *arena), struct err *err);
/* The work of looking at all roots. */
bool refresh_everything(struct refresh *refresh, struct arena *arena);
/* Evaluates the predictions of all runs, or of those that were touched when it is only PARTLY. */
bool refresh_evaluate(struct refresh *refresh);

/* ---- follow.c: what recorded runs watch elsewhere ---- */

/* Scans the directories that recorded runs name; of a partly refresh those that are not known yet.
 */
bool follow_watched(struct refresh *refresh, struct arena *arena);
/* Behind it, when all could be listed: forgets what was not met of them. */
bool follow_forget(struct refresh *refresh, struct arena *arena);

/* ---- ingest.c: what a scan finds, into the store ---- */

/* A number that differs from that of a program which might take directories otherwise. */
uint64_t ingest_place_kind(void);
struct scan_visitor ingest_visitor(struct refresh *refresh);
/* Writes all that waits in the feed. */
bool ingest_drain(struct refresh *refresh);
