/*
 * A page of a table: which rows a filter leaves, in which order, and what a column of them holds.
 * Knows: tables, filters, several columns to sort by. Must not know: where a table comes from, keys.
 */
#pragma once

#include "work/data_table.h"

enum { DATA_MOST_SORTS = 4 };

struct data_sort {
    int column; /* of the table */
    bool descending;
};

/* Immutable once made, counted by references. */
struct data_page {
    atomic_int references;
    struct data_table *table; /* a reference */
    uint32_t *order;          /* rows of the table */
    size_t count;
};

/*
 * The rows of TABLE that match FILTER (a filter expression over its columns; "" for all), by the first
 * of SORTS, then the next, then as they stand. Numbers come before texts and by value, also those
 * that are ids (0042), texts in natural order; absent cells and NaN are last either way. Any thread;
 * gives up (ERR_CANCELLED) soon after *STALE (may be NULL) is set. NULL with ERR: ERR_USAGE for a
 * filter that is none or names no column. One reference is the caller's.
 */
struct data_page *data_page_new(struct data_table *table, const char *filter,
    const struct data_sort *sorts, size_t sort_count, const atomic_bool *stale, struct err *err);
struct data_page *data_page_share(struct data_page *page);
void data_page_release(struct data_page *page); /* accepts NULL */

/* "A,B:desc,C:asc" as sorts; returns how many, or -1 with ERR. */
int data_sorts_parse(const struct data_table *table, const char *text,
    struct data_sort sorts[DATA_MOST_SORTS], struct err *err);

/* What the rows of a page have in one column. */
struct data_summary {
    size_t count, absent;    /* cells that are there, and that are not */
    size_t distinct;         /* different values; NaN is one */
    size_t numbers;          /* that are not NaN: the three below are theirs, NaN without any */
    double min, median, max; /* of an even number of values the mean of the middle two */
};

/* False when memory is out or *STALE (may be NULL) was set. */
bool data_summary_make(const struct data_page *page, size_t column, const atomic_bool *stale,
    struct data_summary *out, struct err *err);
