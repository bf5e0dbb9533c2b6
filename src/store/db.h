/*
 * What all files of this room share: the connection, its prepared statements, and SQLite's errors
 * as struct err. Knows: SQLite's calls. Must not know: what the statements mean.
 */
#pragma once

#include "store/schema.h"
#include "store/store.h"

#include "base/map.h"

#include <stdatomic.h>

enum statement {
#define STATEMENT(id, sql) STATEMENT_##id,
#include "store/statements.def"
#undef STATEMENT
    STATEMENT_COUNT
};

struct ingest;

/* In which scan an id was seen last: 2 x its number, and 1 more when with all that belongs to it.
 * Grown as needed. */
struct seen {
    uint32_t *marks;
    size_t capacity;
};

struct store {
    sqlite3 *db;
    char *path;
    enum store_mode mode;
    sqlite3_stmt *statements[STATEMENT_COUNT]; /* prepared on first use */
    atomic_bool interrupted;
    bool in_batch;
    int reading;           /* snapshots begun, one in another */
    uint64_t commits;      /* by this connection */
    int64_t version;       /* of the file when NAMES was good: others' commits change it */
    struct ingest *ingest; /* the open source, NULL for none */
    struct arena name_memory;
    struct map
        names; /* text to name.id: some of the names that were committed or are being written */
    unsigned char *courses; /* by name.id: whether such metrics have one; good while NAMES is */
    size_t course_capacity;
    uint32_t scan; /* the number of the present one */
    struct seen seen_runs, seen_sources;
};

/* SQLite's result CODE (not a success) into ERR; returns false. */
bool db_fail(sqlite3 *db, int code, struct err *err);
/* Statements without results. ERR may be NULL. */
bool db_exec(sqlite3 *db, const char *sql, struct err *err);
/* The one number that SQL gives; 0 when it gives no row. */
bool db_number(sqlite3 *db, const char *sql, int64_t *number, struct err *err);

/*
 * The statement ID, ready to be stepped, with its parameters bound from the arguments that TYPES
 * names: i int64_t, r double (NaN becomes NULL), t const char * (NULL becomes NULL), b const void *
 * and size_t. Texts and blobs must stay until the statement is done. NULL with ERR.
 */
sqlite3_stmt *db_bind(
    struct store *store, enum statement id, struct err *err, const char *types, ...);
enum db_step { DB_FAILED = -1, DB_DONE, DB_ROW };
/* The next row. After DB_DONE and DB_FAILED the statement is reset; who stops before resets it. */
enum db_step db_step(struct store *store, sqlite3_stmt *statement, struct err *err);
/* db_bind() and one step, for statements without results. */
bool db_run(struct store *store, enum statement id, struct err *err, const char *types, ...);

/* Column I as a double, NULL as NaN. */
double db_real(sqlite3_stmt *statement, int i);
/* Column I as text in ARENA; NULL for NULL, and (with ERR) when memory is out: see *OK. */
const char *db_text(sqlite3_stmt *statement, int i, struct arena *arena, bool *ok, struct err *err);

/* A snapshot for several SELECTs, which may stand in another; inside a batch nothing, for the batch
 * is one. Clears an old interrupt. */
bool db_begin_read(struct store *store, struct err *err);
void db_end_read(struct store *store);

/* True when facts may be written now: writable, and a batch that was begun is still alive. */
bool db_may_write(struct store *store, bool needs_batch, struct err *err);

/* Drops the cache of names, whose ids a rollback may have taken back. */
void db_forget_names(struct store *store);
