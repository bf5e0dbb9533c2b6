/*
 * Scanning: walks a root and finds the runs below it by asking every reader about every directory.
 * Knows: directories and readers. Must not know: the index or what the files hold.
 */
#pragma once

#include "readers/reader.h"
#include "work/places.h"

struct found_source {
    const struct reader *reader;
    const char *name; /* relative to the run's home */
    const char *part; /* which run of the file, see reader_claim_part(); NULL: the file is one's */
    const char *prefix; /* of its metrics' names, see reader_claim_prefixed(); NULL: none */
    const char *reason; /* why it was claimed */
    bool is_aside;    /* see struct reader_claim */
    int rank;         /* row of the reader in readers.def: lower is preferred */
};

struct found_run {
    const char *root;      /* cleaned absolute path */
    const char *home;      /* cleaned absolute path of the directory that holds its files */
    const char
        *directory; /* the same; of one of several runs there, the path of its part below it */
    const char *name;      /* below the root; the root's own last component when it is the run */
    const char *format;    /* the name of the preferred reader of those that claim a log */
    uint64_t device, inode; /* 0 for one of several runs in a place */
    const struct found_source *sources;
    size_t source_count;
    struct place_notes *notes; /* of its directory; the visitor adds the run and its files */
};

struct scan_visitor {
    void *self;
    /* Each run, in natural order of paths, what links lead to last; memory is valid during the
     * call. False stops the scan.
     */
    bool (*run)(void *self, const struct found_run *run);
    /* A directory that cannot be listed; the scan goes on. May be NULL. */
    void (*unreadable)(void *self, const char *directory, const struct err *err);
    /* A file of DIRECTORY that READER looked at and did not take. May be NULL. */
    void (*refused)(void *self, const char *directory, const struct reader *reader,
        const struct reader_refusal *refusal);
    /* What is remembered: a directory that looks as it did is not asked again. NULL: every one is.
     */
    struct places *places;
    /* A directory that is as it was; its runs are not handed out. With places only. */
    bool (*same)(void *self, const struct place *place);
    /* Behind its runs: what is to be remembered of DIRECTORY. NOTES (malloc'd) are the visitor's.
     * With places only. */
    bool (*looked)(void *self, const char *directory, struct place_notes *notes);
};

/* Walks ROOT (a directory, or a file: then the directory that holds it). Symbolic links are
 * followed, each directory (device, inode) once; hidden directories are left out. False when ROOT
 * itself cannot be read or memory is out. */
bool scan_root(const char *root, const struct scan_visitor *visitor, struct err *err);
/* Looks again at the one remembered DIRECTORY below ROOT (both cleaned absolute paths), and at the
 * directories in it that have come since. */
bool scan_again(
    const char *root, const char *directory, const struct scan_visitor *visitor, struct err *err);

/* The cleaned absolute path of PATH, symbolic links resolved; NULL with ERR when it is not there.
 */
char *scan_absolute(struct arena *arena, const char *path, struct err *err);
