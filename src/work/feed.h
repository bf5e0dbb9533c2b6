/*
 * The feed: sources that changed, waiting to be written into the index in the order in which they
 * were found, while threads read the large ones ahead.
 * Knows: readers, tapes, threads. Must not know: the index.
 *
 * All functions belong to one thread, the writer's; the reading threads start with the first large
 * source and are joined by feed_done(). What waits is bounded: FEED_MOST sources, each with at most
 * a tape of facts.
 */
#pragma once

#include "readers/reader.h"
#include "store/store.h"
#include "work/places.h"
#include "work/tape.h"

enum {
    FEED_MOST = 16,
    FEED_THREADS = 2,
    FEED_SMALL_BYTES = 32 << 10, /* less to read than this is no work for another thread */
};

/* One that waits: a source to be read, or (no reader) a place whose sources have gone before. */
struct fed {
    struct arena memory; /* holds all that it points to */
    int64_t run;
    const struct reader *reader;
    struct reader_source source;
    struct store_source known;
    struct reader_mark mark;   /* where to begin; behind feed_read(), where reading ended */
    bool fresh;                /* read from the front */
    int64_t unread_bytes;      /* set by feed_put() */
    const char *directory;     /* of the place */
    struct place_notes *notes; /* of the place; of a source, of its place */
    struct reading *reading;   /* the feed's */
    struct fed *next;
};

struct feed {
    struct fed *first, *last;
    size_t count;
    struct crew *crew; /* the threads; NULL before the first large source */
};

/* Zeroed at first; its mark is ready to be filled. NULL when memory is out. */
struct fed *fed_new(void);
void fed_free(struct fed *fed);

/* Appends FED, which must be complete; it is the feed's then. */
void feed_put(struct feed *feed, struct fed *fed);
/* The one that waits longest is taken out, to be read or learnt, and freed by the caller. NULL:
 * none waits. */
struct fed *feed_take(struct feed *feed);
enum feed_result {
    FEED_READ,       /* or as much of it as SINK took */
    FEED_UNREADABLE, /* the file: ERR says why */
    FEED_STOPPED,    /* GO_ON said no, or memory ran out: ERR says which */
};

/* Reads FED into SINK, or plays what was read ahead and asks GO_ON from time to time. */
enum feed_result feed_read(
    struct fed *fed, struct sink *sink, bool (*go_on)(void *self), void *self, struct err *err);
/* Drops what waits, cancels what is being read and joins the threads. */
void feed_done(struct feed *feed);
