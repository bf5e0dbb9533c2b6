/*
 * The tables of a run: the list of them, and one by its name.
 * Knows: a run's directory, which files are tables, the tables of an evaluation. Must not know: the
 * index, how a table is shown.
 *
 * The list is a table itself: "table" (a name for data_run_open()), "what", "bytes", "modified".
 */
#pragma once

#include "work/data_page.h"
#include "work/data_study.h"
#include "work/runs.h"

#include <stdatomic.h>

/* Files are looked for so deep below the run, and so many of them opened. */
enum { DATA_RUN_DEPTH = 4, DATA_RUN_MOST_FILES = 4096 };

#define DATA_RUN_LIST "tables" /* the name of the list */

/* What is asked of a run. */
struct data_run_request {
    const char *directory; /* of the run */
    bool evaluated;        /* it has predictions: the tables of an evaluation are in the list */
    const char *name;      /* DATA_RUN_LIST, one of data_study.h, or a file below the directory */
    const struct study *study; /* for those of an evaluation: as data_study_make() wants it */
    struct data_study_at at;   /* the same */
};

/* Any thread; gives up (ERR_CANCELLED) soon after *STALE (may be NULL) is set. One reference is the
 * caller's. NULL with ERR: a file outside the directory is refused. */
struct data_table *data_run_open(
    const struct data_run_request *request, const atomic_bool *stale, struct err *err);

/* The image of STUDY called NAME: its file name, base name, stem, or id. -1 for none. */
int32_t data_run_image(const struct study *study, const char *name);
