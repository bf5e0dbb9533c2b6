/*
 * One SELECT of a person, over tables that the caller fills and the points of the index.
 * Knows: SQLite, how a statement is kept from doing anything else. Must not know: what the tables
 * mean, how an answer is shown.
 *
 * The statement runs in a database of its own, in memory, that holds nothing but copies: no word of
 * it reaches the index. On top of that an authorizer refuses whatever is not reading: only SELECT,
 * WITH, VALUES and EXPLAIN, one statement, without PRAGMA, ATTACH or functions that load code or
 * touch files. Bounds: SQL_MOST_ROWS rows, SQL_MOST_BYTES of texts in the answer, SQL_MOST_CELL_BYTES a
 * value, SQL_MOST_MEMORY_BYTES of memory while it runs; beyond them ERR_LIMIT.
 *
 * points(run, metric) is a table of its own with the columns step, wall and value, in file order, and
 * the hidden columns run and metric: any of the two may be left open. It unpacks one series at a time.
 */
#pragma once

#include "store/store.h"

#include <stdatomic.h>

enum { SQL_MOST_ROWS = 1 << 20, SQL_MOST_COLUMNS = 256, SQL_MOST_CELL_BYTES = 16 << 20 };
#define SQL_MOST_BYTES ((size_t)512 << 20)
#define SQL_MOST_MEMORY_BYTES ((int64_t)1 << 30)

enum sql_kind { SQL_NULL, SQL_INTEGER, SQL_REAL, SQL_TEXT, SQL_BLOB };

struct sql_value {
    enum sql_kind kind;
    int64_t integer;
    double real;      /* NaN is written as NULL */
    const char *text; /* of a blob its bytes in hexadecimal digits; written: NULL is NULL */
};

/* A table to be filled when the statement mentions it. */
struct sql_table {
    const char *name;
    const char *columns; /* as CREATE TABLE has them: "run INTEGER, name TEXT" */
    const char *index;   /* the columns of its index, or NULL */
    int column_count;
    /* Sets the cells of row ROW, which are SQL_NULL; false behind the last one. */
    bool (*fill)(void *self, size_t row, struct sql_value *cells);
    void *self;
};

/* A series that points() can give: run and metric as the other tables call them, and where the index
 * has it. By RUN, ascending. */
struct sql_series {
    int64_t run;
    const char *metric;
    int64_t held_by; /* for store_load_points() */
    const char *stored_name;
};

struct sql_request {
    const char *sql;
    const struct sql_table *tables;
    size_t table_count;
    const struct sql_series *series;
    size_t series_count;
    const atomic_bool *stale; /* may be NULL: to give up soon after it is set */
    /* Narrower bounds than the above; 0 for those. */
    size_t most_rows, most_bytes;
    int64_t most_memory_bytes;
};

struct sql_answer {
    const char **titles;
    size_t columns, rows;
    struct sql_value *cells; /* row by row */
};

/*
 * Runs REQUEST, whose points come from STORE (a connection of the calling thread); everything lives
 * in ARENA. False with ERR: ERR_USAGE for a statement that is none or does not only read, with the
 * byte where SQLite stumbled; ERR_LIMIT; ERR_CANCELLED.
 */
bool store_sql(struct store *store, const struct sql_request *request, struct arena *arena,
    struct sql_answer *answer, struct err *err);
