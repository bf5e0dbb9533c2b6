/*
 * What is remembered of directories, so that those that stayed as they were are not asked again.
 * Knows: that a directory's answer holds while all its witnesses look the same. Must not know: what
 * readers claim, how the index is brought up to date.
 *
 * A witness is whatever the answer rests on: the directory itself (its list), what readers looked
 * at below it, the files that were read, the links in it. Their sizes, times and inodes make one
 * digest; it is compared, so that an unchanged directory costs a few calls of stat() and no memory.
 * What was touched so lately that a coarse clock could hide the next touch is never remembered.
 * One thread at a time.
 */
#pragma once

#include "base/buf.h"
#include "base/file.h"
#include "base/map.h"

/* A directory that was touched later than this before it was looked at is looked at again. */
enum { PLACE_SETTLED_S = 2 };

/* What is being learnt about one directory; zeroed at first. */
struct place_notes {
    uint64_t digest;
    struct buf names, runs, children;
    size_t name_count, run_count, child_count;
    bool fresh;      /* a witness was touched just before */
    double looked_s; /* when looking began, in seconds since 1970 */
    bool spoilt;     /* something could not be read: to be looked at again */
    struct arena memory;
    struct map witnesses; /* their names */
};

void place_notes_init(struct place_notes *notes, double now_s);
void place_notes_done(struct place_notes *notes);
/* NAME is relative to the directory ("" is itself); STAT, from before it was looked at, is zeroed
 * when it is not there. Of one name the first look counts. */
void place_notes_witness(struct place_notes *notes, const char *name, const struct file_stat *stat);
void place_notes_run(struct place_notes *notes, int64_t run); /* a run found here */
/* A directory to walk; a path of several names is one that is not to be walked on the way. */
void place_notes_child(struct place_notes *notes, const char *name);

/* One remembered directory. */
struct place {
    const char *directory; /* cleaned absolute path */
    const char *root;      /* of the scan that met it last */
    bool met;              /* since places_scan_begin() */
    unsigned char *bytes;  /* as learnt last; NULL: never */
    size_t length;
    bool trusted; /* it holds while nothing changes */
    bool kept;    /* the index holds it so */
    bool watched; /* whoever watches directories has been told of it */
    bool dirty;   /* something has changed in it: to be looked at again */
    double looked_s;
};

struct places {
    double ahead_s; /* of the clock, for tests: what has just been written is old then */
    struct place *all;
    size_t count, capacity;
    struct arena names;
    struct map by_directory;
    struct arena inode_memory;
    struct map inodes; /* of the directories that were met, by whatever path */
};

/* Whether what was touched at STAT's times may be touched again without a trace. */
bool place_is_fresh(const struct file_stat *stat, double now_s);
void places_init(struct places *places);
void places_done(struct places *places);
/* From here on nothing counts as met. */
void places_scan_begin(struct places *places);
/* False when the directory that STAT is of was met before. */
bool places_meet(struct places *places, const struct file_stat *stat);
/* Something was learnt of DIRECTORY. */
bool places_know(const struct places *places, const char *directory);
/* The place of DIRECTORY, made when it is not there; its address holds until the next is made. NULL
 * when memory is out. */
struct place *places_of(struct places *places, const char *directory);

/* Takes NOTES for what the directory is now; they are not trusted when they are spoilt, or of
 * something that had been touched less than PLACE_SETTLED_S before. False when memory is out. */
bool place_learn(struct place *place, const struct place_notes *notes);
/* The bytes as learnt before, by any process; damaged ones are never the same as anything. */
bool place_recall(struct place *place, const void *bytes, size_t length);
void place_forget(struct place *place);
/* All witnesses look as they did. DIRECTORY is the place, open (O_PATH will do), and looks like
 * ITSELF. */
bool place_is_same(const struct place *place, int directory, const struct file_stat *itself);

/* BEFORE held a run or a directory that is not among NOTES any more. */
bool place_has_lost(const struct place *before, const struct place_notes *notes);

/* What was learnt; only of a place that is the same. */
size_t place_run_count(const struct place *place);
int64_t place_run(const struct place *place, size_t i);

struct place_names {
    const char *at;
    uint64_t left;
};

struct place_names place_children(const struct place *place);
struct place_names place_witnesses(const struct place *place);
const char *place_next(struct place_names *names); /* NULL: no more */
