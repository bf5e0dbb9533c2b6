/*
 * The files of a run: what stands in its directory, and which reader took what.
 * Knows: the directory, the index. Must not know: what the files hold.
 */
#pragma once

#include "store/store.h"
#include "work/runs.h"

enum { RUN_FILES_MOST = 2000, RUN_FILES_DEPTH = 4 };

struct run_file {
    const char *name; /* below the run's directory */
    const char *path;
    const char *reader; /* NULL: no reader takes it */
    int64_t size_bytes, mtime_ns;
    bool is_picture; /* by its ending */
};

struct run_files {
    atomic_int references;
    struct arena arena;
    int64_t run;
    const char *directory;
    struct run_file *files; /* what readers took first, then the others, each in natural order */
    size_t count;
    bool cut; /* there are more than RUN_FILES_MOST, or they lie deeper than RUN_FILES_DEPTH */
};

/* Of ROW, as they are now. Files whose names begin with a dot are left out. One reference is the
 * caller's. NULL with ERR. */
struct run_files *run_files_load(struct store *store, const struct run_row *row, struct err *err);
struct run_files *run_files_share(struct run_files *files);
void run_files_release(struct run_files *files); /* accepts NULL */
