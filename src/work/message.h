/*
 * Messages: what the threads behind the screen send to the main thread, through its queue.
 * Knows: the shapes of answers. Must not know: who answers, or what becomes of it.
 */
#pragma once

#include "base/queue.h"
#include "work/world.h"

/* What became of a scene. */
struct service_paint {
    bool done;        /* PAINTED holds bytes for the terminal */
    struct buf bytes; /* the caller's to free */
    uint64_t serial;  /* as given to service_paint() */
};

enum message_kind {
    MESSAGE_PROGRESS,
    MESSAGE_TROUBLE,
    MESSAGE_RUNS,
    MESSAGE_CURVES,
    MESSAGE_STUDY,
    MESSAGE_PHOTO,
    MESSAGE_POOL,
    MESSAGE_DATA,
    MESSAGE_PAINTED,
    MESSAGE_REMARKED, /* remarks have changed: the runs are to be loaded again */
    MESSAGE_TAGGED, /* images have other tags: pools are to be made again */
    MESSAGE_COPIED,
    MESSAGE_DELTAS,
    MESSAGE_INFLUENCE,
    MESSAGE_TEXTS,
    MESSAGE_FILES,
    MESSAGE_APPRAISAL,
    MESSAGE_INTERVALS,
};

struct message {
    enum message_kind kind;
    struct index_progress progress;
    bool indexing;
    struct runs *runs;
    struct curves *curves;
    size_t slot; /* of the study */
    struct study_answer study;
    struct photo_answer photo;
    struct pool_answer pool;
    struct data_answer data;
    struct service_paint paint;
    struct copied copied;
    struct deltas *deltas;
    struct influence_answer *influence;
    struct texts *texts;
    struct run_files *files;
    struct appraisal *appraisal;
    struct intervals *intervals;
    char trouble[512];
};

struct message *message_new(enum message_kind kind); /* zeroed; NULL when out of memory */
void message_free(void *item);                       /* with all that it holds */
/* Ownership of MESSAGE (may be NULL) moves. Any thread. */
void message_post(struct queue *answers, struct message *message);
/* Says ERR; what was merely cancelled is no trouble. Any thread. */
void message_post_trouble(struct queue *answers, const struct err *err);
