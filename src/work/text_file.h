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
    uint64_t inode;
    bool binary;       /* holds NUL bytes: no lines */
    char trouble[256]; /* why there is nothing, "" when nothing is wrong */
};

/* Of one file, or of two side by side. */
struct text_want {
    char paths[2][TEXT_PATH_BYTES]; /* the second "" for one file; the first "" for nothing */
    bool follow;                    /* one that grows: tells again and again */
};

struct texts {
    atomic_int references;
    struct text_want want;
    struct text_file files[2];
    struct arena arena;
    struct lines_diff diff; /* of two that both have lines */
};

bool text_want_same(const struct text_want *a, const struct text_want *b);

/* Loads WANT; what cannot be read has its trouble. One reference is the caller's; NULL only when
 * memory is out. Any thread. */
struct texts *texts_load(const struct text_want *want);
/* The same as TEXTS (of one file) if the file is as it was, NULL for that; else as it is now, of which
 * only what was appended is read. */
struct texts *texts_grow(const struct texts *texts);
struct texts *texts_share(struct texts *texts);
void texts_release(struct texts *texts); /* accepts NULL */
