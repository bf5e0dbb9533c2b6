/*
 * What the data screen asks for, and the answer: a table of a run, filtered and in order.
 * Knows: tables, pages, what of the last answer can be used again. Must not know: threads, keys.
 */
#pragma once

#include "base/file.h"
#include "work/data_page.h"
#include "work/data_run.h"

enum { DATA_NAME_BYTES = 512, DATA_FILTER_BYTES = 1024 };

struct data_want {
    int64_t run_id; /* 0: nothing wanted */
    char name[DATA_NAME_BYTES]; /* of a table of the run: see data_run.h */
    const struct study *study;  /* for the tables of an evaluation; else NULL */
    struct data_study_at at;    /* for the same */
    uint64_t serial;            /* another number: look whether the files are as they were */
    char filter[DATA_FILTER_BYTES];
    struct data_sort sorts[DATA_MOST_SORTS];
    size_t sort_count;
    int column; /* to be summarised; -1 none */
};

struct data_answer {
    struct data_want want;
    struct data_page *page; /* a reference; NULL when it failed */
    struct data_summary summary;
    bool summarised;
    char trouble[512]; /* why there is no page */
};

/* The same table, whatever the filter and the order. */
bool data_want_same_table(const struct data_want *a, const struct data_want *b);
bool data_want_same(const struct data_want *a, const struct data_want *b);

/* What was made last: zeroed at first, of one thread. */
struct data_keep {
    struct data_want want;
    struct study *study; /* a reference, so that no other comes to stand where it is */
    struct file_stat stat; /* of the file, zeroed for others */
    struct data_table *table;
    struct data_page *page;
};

void data_keep_done(struct data_keep *keep);

/* Answers WANT; RUNS know its run, and its study (which may be NULL) is referenced by the caller.
 * False when it was given up since *STALE was set: OUT then holds nothing. */
bool data_answer_make(struct data_keep *keep, const struct data_want *want, const struct runs *runs,
    const atomic_bool *stale, struct data_answer *out);
