/*
 * Remarks: what a person says of runs, tags and a note each.
 * Knows: the file in which they are kept, runs by their directory. Must not know: screens, the
 * index (which may be deleted without losing any).
 *
 * They belong to a run wherever it is looked at from, so all are in one file of the data folder:
 *
 *     {"runs": {"/exp/a": {"tags": ["keep", "paper"], "note": "exploded after the warm-up"}}}
 *
 * Of two programs that write at once the last one wins, run by run.
 */
#pragma once

#include "work/runs.h"

enum { REMARK_TAGS = 16, REMARK_TAG_BYTES = 64, REMARK_NOTE_BYTES = 1024 };

/* What is to be said of one run; a text that is NULL stays as it is, "" takes it away. */
struct remark {
    const char *directory;
    const char *tags; /* words between blanks or commas */
    const char *note;
};

/* Where they are kept. Memory from ARENA. */
char *remarks_path(struct arena *arena, struct err *err);

/* Changes the remarks of COUNT runs in the file PATH, as own_write() does. */
bool remarks_write(const char *path, const struct remark *remarks, size_t count, struct err *err);

/*
 * Puts into RUNS, which nobody else sees yet, what the file PATH says of them, and the columns of
 * tags and notes when there are any. A run that has none takes those of a directory that it
 * absorbed. Without the file, nothing; one that cannot be read is ERR, and nothing is put.
 */
bool remarks_attach(struct runs *runs, const char *path, struct err *err);
/* The same from the person's own file; trouble is only said, in ERR. */
void remarks_attach_own(struct runs *runs, struct err *err);
