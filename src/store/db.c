#include "store/db.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const SQL[] = {
#define STATEMENT(id, sql) [STATEMENT_##id] = sql,
#include "store/statements.def"
#undef STATEMENT
};

bool db_fail(sqlite3 *db, int code, struct err *err)
{
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return err_set(err, ERR_MEMORY, "out of memory");
    case SQLITE_INTERRUPT:
        return err_set(err, ERR_CANCELLED, "stopped");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, ERR_IO, "another boxtop is writing to the index: try again later");
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
        return err_set(err, ERR_IO,
            "the index cannot be opened for writing here: name another file with --index");
    case SQLITE_FULL:
        return err_set(err, ERR_IO, "the disk is full");
    case SQLITE_TOOBIG:
        return err_set(err, ERR_LIMIT, "a name, text or result is too large for the index");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(err, ERR_FORMAT, "the index is damaged: rebuild it");
    default:
        return err_set(err, ERR_IO, "SQLite: %s", db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
    }
}

bool db_exec(sqlite3 *db, const char *sql, struct err *err)
{
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || db_fail(db, code, err);
}

bool db_number(sqlite3 *db, const char *sql, int64_t *number, struct err *err)
{
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code != SQLITE_OK)
        return db_fail(db, code, err);
    code = sqlite3_step(statement);
    *number = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    bool ok = code == SQLITE_ROW || code == SQLITE_DONE || db_fail(db, code, err);
    sqlite3_finalize(statement);
    return ok;
}

static int bind_one(sqlite3_stmt *statement, int at, char type, va_list *args)
{
    switch (type) {
    case 'i':
        return sqlite3_bind_int64(statement, at, va_arg(*args, int64_t));
    case 'r':
        return sqlite3_bind_double(statement, at, va_arg(*args, double));
    case 't':
        return sqlite3_bind_text(statement, at, va_arg(*args, const char *), -1, SQLITE_STATIC);
    default: {
        const void *bytes = va_arg(*args, const void *);
        size_t length = va_arg(*args, size_t);
        return sqlite3_bind_blob64(statement, at, length ? bytes : "", length, SQLITE_STATIC);
    }
    }
}

static sqlite3_stmt *bind_list(
    struct store *store, enum statement id, struct err *err, const char *types, va_list *args)
{
    int code = SQLITE_OK;
    if (!store->statements[id])
        code = sqlite3_prepare_v3(
            store->db, SQL[id], -1, SQLITE_PREPARE_PERSISTENT, &store->statements[id], NULL);
    for (int i = 0; code == SQLITE_OK && types[i]; i++)
        code = bind_one(store->statements[id], i + 1, types[i], args);
    if (code == SQLITE_OK)
        return store->statements[id];
    db_fail(store->db, code, err);
    err_in_file(err, store->path);
    return NULL;
}

sqlite3_stmt *db_bind(
    struct store *store, enum statement id, struct err *err, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    sqlite3_stmt *statement = bind_list(store, id, err, types, &args);
    va_end(args);
    return statement;
}

enum db_step db_step(struct store *store, sqlite3_stmt *statement, struct err *err)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return DB_ROW;
    if (code != SQLITE_DONE) {
        db_fail(store->db, code, err);
        err_in_file(err, store->path);
    }
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? DB_DONE : DB_FAILED;
}

bool db_run(struct store *store, enum statement id, struct err *err, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    sqlite3_stmt *statement = bind_list(store, id, err, types, &args);
    va_end(args);
    return statement && db_step(store, statement, err) == DB_DONE;
}

double db_real(sqlite3_stmt *statement, int i)
{
    return sqlite3_column_type(statement, i) == SQLITE_NULL ? NAN
                                                            : sqlite3_column_double(statement, i);
}

const char *db_text(sqlite3_stmt *statement, int i, struct arena *arena, bool *ok, struct err *err)
{
    if (sqlite3_column_type(statement, i) == SQLITE_NULL)
        return NULL;
    const char *text = (const char *)sqlite3_column_text(statement, i);
    char *copy = text ? arena_copy(arena, text, (size_t)sqlite3_column_bytes(statement, i)) : NULL;
    if (!copy)
        *ok = err_set(err, ERR_MEMORY, "out of memory");
    return copy;
}

bool db_begin_read(struct store *store, struct err *err)
{
    atomic_store(&store->interrupted, false);
    bool outermost = store->reading == 0 && sqlite3_get_autocommit(store->db);
    if (outermost && !db_exec(store->db, "BEGIN", err)) {
        err_in_file(err, store->path);
        return false;
    }
    store->reading++;
    return true;
}

void db_end_read(struct store *store)
{
    if (--store->reading == 0 && !store->in_batch && !sqlite3_get_autocommit(store->db))
        db_exec(store->db, "COMMIT", NULL);
}

bool db_may_write(struct store *store, bool needs_batch, struct err *err)
{
    if (store->mode != STORE_READ_WRITE)
        return err_set(err, ERR_USAGE, "the index is open for reading only");
    if (store->in_batch && sqlite3_get_autocommit(store->db))
        return err_set(err, ERR_IO, "an earlier failure has undone this batch");
    if (needs_batch && !store->in_batch)
        return err_set(err, ERR_USAGE, "nothing was begun");
    return true;
}

void db_forget_names(struct store *store)
{
    map_done(&store->names);
    arena_done(&store->name_memory);
    arena_init(&store->name_memory, (size_t)64 << 20);
    map_init(&store->names, &store->name_memory);
    free(store->courses);
    store->courses = NULL;
    store->course_capacity = 0;
}
