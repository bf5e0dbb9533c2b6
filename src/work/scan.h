/*
 * Scanning: walks a root and finds the runs below it by asking every reader about every directory.
 * Knows: directories and readers. Must not know: the index or what the files hold.
 */
#pragma once

#include "readers/reader.h"

struct found_source {
    const struct reader *reader;
    const char *name; /* relative to the run */
    int rank;         /* row of the reader in readers.def: lower is preferred */
};

struct found_run {
    const char *root;      /* cleaned absolute path */
    const char *directory; /* cleaned absolute path */
    const char *name;      /* below the root; the root's own last component when it is the run */
    const char *format;    /* the preferred reader's name */
    const char *reason;    /* why it was claimed */
    uint64_t device, inode;
    const struct found_source *sources;
    size_t source_count;
};

struct scan_visitor {
    void *self;
    /* Each run, in natural order of paths; memory is valid during the call. False stops the scan.
     */
    bool (*run)(void *self, const struct found_run *run);
    /* A directory that cannot be listed; the scan goes on. May be NULL. */
    void (*unreadable)(void *self, const char *directory, const struct err *err);
};

/* Walks ROOT (a directory, or a file: then the directory that holds it). Symbolic links are
 * followed, each directory (device, inode) once; hidden directories are left out. False when ROOT
 * itself cannot be read or memory is out. */
bool scan_root(const char *root, const struct scan_visitor *visitor, struct err *err);

/* The cleaned absolute path of PATH, symbolic links resolved; NULL with ERR when it is not there.
 */
char *scan_absolute(struct arena *arena, const char *path, struct err *err);
