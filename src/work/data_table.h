/*
 * A table of any kind: rows and named columns of numbers, truth values and texts, some absent.
 * Knows: cells, their types, what a column holds. Must not know: files, runs, how it is shown.
 *
 * Filled row by row by one thread, then finished; from then on immutable and counted by references,
 * so that threads may share it. A cell takes 8 bytes and equal texts that lie near one another one
 * copy, so that 1 M rows of 20 numbers take 160 MB.
 */
#pragma once

#include "base/err.h"
#include "base/map.h"

#include <stdatomic.h>
#include <stdint.h>

/* Cells include those that are absent: 1 GB of them. */
enum {
    DATA_MOST_COLUMNS = 512,
    DATA_MOST_CELLS = 128 << 20,
    DATA_MOST_NAME_BYTES = 256,
    DATA_MOST_CELL_BYTES = 64 << 10,
    DATA_NOTE_BYTES = 256,
    DATA_MOST_NOTES = 8,
};
#define DATA_MOST_TEXT_BYTES ((size_t)2 << 30)

enum data_type { DATA_ABSENT, DATA_NUMBER, DATA_BOOL, DATA_TEXT };

/* "absent", "number", "bool", "text" */
const char *data_type_name(enum data_type type);

/* One cell, read. */
struct data_value {
    enum data_type type;
    double number;    /* DATA_NUMBER, any double; DATA_BOOL: 1 or 0 */
    const char *text; /* DATA_TEXT; else NULL */
};

struct data_column {
    const char *name;
    enum data_type type; /* of all cells that are there; DATA_TEXT when they differ */
    int decimals;        /* behind the point, for people; -1: as many digits as a number wants */
    size_t present;      /* cells that are there */
    uint64_t *cells;     /* private */
};

struct data_table {
    atomic_int references;
    struct arena arena; /* names */
    struct data_column *columns;
    size_t column_count, row_count;
    char notes[DATA_MOST_NOTES][DATA_NOTE_BYTES]; /* what a person should know: damage, what was
                                                   * left out */
    size_t note_count;
    /* Private. */
    size_t column_capacity, row_capacity, text_bytes, text_capacity;
    char *texts;
    uint64_t *recent; /* texts that were added last, by their hash */
    struct map names;
    size_t columns_before; /* how many there were when the last row was added */
    size_t next; /* the column to be looked for first */
};

struct data_table *data_table_new(void); /* one reference is the caller's; NULL: out of memory */
struct data_table *data_table_share(struct data_table *table);
void data_table_release(struct data_table *table); /* accepts NULL */

/* ---- filling ---- */

/* The column of that name, made when there is none; -1 with ERR. Names are cut at their maximum; ""
 * becomes "column N". */
int data_table_column(struct data_table *table, const char *name, size_t length, struct err *err);
/* One more column, even where there is one of that name already: then it is called "NAME (2)". */
int data_table_add_column(
    struct data_table *table, const char *name, size_t length, struct err *err);
/* A row of absent cells behind the last, to be set with the functions below. ERR_LIMIT beyond
 * DATA_MOST_CELLS. */
bool data_table_add_row(struct data_table *table, struct err *err);
/* The last row is none after all, nor are the columns that were made since it was added. */
void data_table_drop_row(struct data_table *table);
/* Cells of the last row. */
void data_table_set_number(struct data_table *table, int column, double number);
void data_table_set_bool(struct data_table *table, int column, bool value);
/* ERR_LIMIT when texts take more than DATA_MOST_TEXT_BYTES; one is cut at DATA_MOST_CELL_BYTES. */
bool data_table_set_text(
    struct data_table *table, int column, const char *text, size_t length, struct err *err);
/*
 * What TEXT says: a number, true or false in any letter case, else itself. A number that would lose
 * something of its spelling (0042, more digits than a double has) is an id and stays text.
 */
bool data_table_set_parsed(
    struct data_table *table, int column, const char *text, size_t length, struct err *err);
/* Cut at DATA_NOTE_BYTES; beyond DATA_MOST_NOTES dropped. */
void data_table_note(struct data_table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Ends the filling: types, decimals and counts become known. */
void data_table_finish(struct data_table *table);

/* ---- reading: once finished, any thread ---- */

struct data_value data_table_get(const struct data_table *table, size_t row, size_t column);
/* The column that a person calls NAME: exactly, else without letter case and blanks, else by the
 * last part behind '/' or '.' when that is unique. -1 for none. */
int data_table_find(const struct data_table *table, const char *name);
/* The cell for people: numbers with the column's decimals. "" for one that is absent. Texts are
 * cut at OUT; raw bytes. */
void data_table_print(const struct data_table *table, size_t row, size_t column, char *out,
    size_t out_bytes);
