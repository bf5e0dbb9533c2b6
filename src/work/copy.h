/*
 * Copying: a cell, rows or the whole of the runs table, or any other table of texts, as text for other
 * programs.
 * Knows: rows and columns of the runs table, print_table.h. Must not know: clipboards, terminals.
 */
#pragma once

#include "work/print_table.h"
#include "work/run_groups.h"

/* A run, or a group of them: its mean and deviation of every number, and how many they are. */
struct copy_line {
    uint32_t row;                  /* of runs->rows */
    const struct run_group *group; /* NULL: a run */
    bool is_member;                /* of the group above: no best of its own */
};

/* What is to be copied. It keeps RUNS by a reference and has all else in its arena, so that it may
 * travel to another thread. */
struct copy {
    struct arena arena;
    struct runs *runs;
    const struct run_column *columns;
    const struct copy_line *lines;
    size_t column_count, line_count;
    int64_t baseline; /* 0: none */
    double now_s;
    enum print_format format;
    bool bare; /* the text of the first cell alone, without a title */
    const struct print_table *table; /* instead of runs, which are NULL then; NULL: of the runs */
};

/* Copies the lists, groups and expressions with them; courses are left out of COLUMNS, for they are
 * drawn and not written. NULL when memory is out. */
struct copy *copy_new(struct runs *runs, const struct run_column *columns, size_t column_count,
    const struct copy_line *lines, size_t line_count);
/* The same of any TABLE, which is copied. */
struct copy *copy_new_table(const struct print_table *table, enum print_format format, bool bare);
void copy_free(struct copy *copy); /* accepts NULL */
/* FORMAT is read by people: numbers are rounded for them. */
bool copy_is_for_people(enum print_format format);

/* Appends the text to OUT, harmless, and without a line feed at its end when it is one row: pasted
 * into a shell that would be Enter. False with ERR. */
bool copy_print(struct copy *copy, struct buf *out, struct err *err);
/* "copied.csv": the file in which it is kept. */
const char *copy_file_name(const struct copy *copy);
