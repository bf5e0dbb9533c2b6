/*
 * A text file for a pager: its bytes in lines, read anew as it grows, or beside another one.
 * Knows: plain reads, lines. Must not know: formats, screens, which thread it is.
 *
 * Immutable once loaded and counted by references.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "eval/lines.h"

#include <stdatomic.h>

/* Of a larger file the end is kept: that is where a log is interesting. */
enum { TEXT_MOST_BYTES = 8 << 20, TEXT_PATH_BYTES = 4096 };

struct text_file {
    struct arena arena;
    struct lines lines;
    int64_t skipped_bytes; /* left out at the beginning */
    int64_t end;           /* where in the file the bytes end */
    int64_t mtime_ns;
    uint64_t inode;
    bool binary;       /* holds NUL bytes: no lines */
    bool missing;      /* there is no such file (yet) */
    char trouble[256]; /* why there is nothing, "" when nothing is wrong */
};

/* Of one file, or of two: side by side, or followed. */
struct text_want {
    char paths[2][TEXT_PATH_BYTES]; /* the second "" for one file; the first "" for nothing */
    bool follow; /* they change: tells again and again; two are then not compared */
};

struct texts {
    atomic_int references;
    struct text_want want;
    struct text_file files[2];
    struct arena arena;
    struct lines_diff diff; /* of two that both have lines and are not followed */
};

bool text_want_same(const struct text_want *a, const struct text_want *b);

/* Loads WANT; what cannot be read has its trouble. One reference is the caller's; NULL only when
 * memory is out. Any thread. */
struct texts *texts_load(const struct text_want *want);
/* NULL if the files of TEXTS (followed) are as they were; else as they are now. Of the last, when it
 * has grown, only what is behind its last whole line is read; the first of two may be rewritten. */
struct texts *texts_grow(const struct texts *texts);
struct texts *texts_share(struct texts *texts);
void texts_release(struct texts *texts); /* accepts NULL */
