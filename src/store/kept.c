/*
 * What the program keeps for itself between two refreshes: results of evaluations, and what became
 * of directories.
 * Knows: bytes under a name. Must not know: what they say. (Its functions stand in store.h.)
 */
#include "store/db.h"

bool store_put_evaluation(
    struct store *store, const char *key, const void *data, size_t length, struct err *err)
{
    return db_may_write(store, false, err) &&
           db_run(store, STATEMENT_PUT_EVALUATION, err, "tb", key, data, length);
}

bool store_get_evaluation(
    struct store *store, const char *key, struct buf *out, bool *found, struct err *err)
{
    sqlite3_stmt *get = db_bind(store, STATEMENT_GET_EVALUATION, err, "t", key);
    enum db_step step = get ? db_step(store, get, err) : DB_FAILED;
    *found = step == DB_ROW;
    if (step != DB_ROW)
        return step == DB_DONE;
    const void *bytes = sqlite3_column_blob(get, 0);
    size_t length = (size_t)sqlite3_column_bytes(get, 0);
    bool ok = buf_add(out, length ? bytes : "", length) ||
              err_set(err, ERR_MEMORY, "out of memory for a kept evaluation");
    sqlite3_reset(get);
    return ok;
}

/* ---- large results ---- */

struct kept_row {
    int64_t id, bytes; /* id 0: none */
};

/* The row that statement ID gives, KEY being its parameter where it has one. */
static bool find_kept(struct store *store, enum statement id, const char *key,
    struct kept_row *row, struct err *err)
{
    sqlite3_stmt *find = db_bind(store, id, err, key ? "t" : "", key);
    enum db_step step = find ? db_step(store, find, err) : DB_FAILED;
    *row = (struct kept_row){0};
    if (step == DB_ROW) {
        *row = (struct kept_row){sqlite3_column_int64(find, 0), sqlite3_column_int64(find, 1)};
        sqlite3_reset(find);
    }
    return step != DB_FAILED;
}

static bool forget_kept(struct store *store, const struct kept_row *row, struct err *err)
{
    return db_run(store, STATEMENT_DELETE_KEPT, err, "i", row->id) &&
           db_run(store, STATEMENT_COUNT_KEPT, err, "i", -row->bytes);
}

static bool count_kept(struct store *store, int64_t *bytes, struct err *err)
{
    sqlite3_stmt *count = db_bind(store, STATEMENT_KEPT_BYTES, err, "");
    enum db_step step = count ? db_step(store, count, err) : DB_FAILED;
    *bytes = step == DB_ROW ? sqlite3_column_int64(count, 0) : 0;
    if (step == DB_ROW)
        sqlite3_reset(count);
    return step != DB_FAILED;
}

/* Forgets what was used least recently while more than MOST bytes are kept. */
static bool forget_down_to(struct store *store, int64_t most, struct err *err)
{
    int64_t kept;
    struct kept_row oldest;
    if (!count_kept(store, &kept, err))
        return false;
    for (; kept > most; kept -= oldest.bytes) {
        if (!find_kept(store, STATEMENT_OLDEST_KEPT, NULL, &oldest, err))
            return false;
        if (!oldest.id)
            break;
        if (!forget_kept(store, &oldest, err))
            return false;
    }
    return true;
}

static bool keep(struct store *store, const char *key, const void *data, size_t length,
    int64_t budget_bytes, enum store_room room, struct err *err)
{
    struct kept_row before;
    int64_t kept, size = (int64_t)length;
    if (!find_kept(store, STATEMENT_FIND_KEPT, key, &before, err) ||
        (before.id && !forget_kept(store, &before, err)) || !count_kept(store, &kept, err))
        return false;
    if (kept + size > budget_bytes && room == STORE_WHERE_FREE)
        return true;
    return forget_down_to(store, budget_bytes - size, err) &&
           db_run(store, STATEMENT_PUT_KEPT, err, "tib", key, size, data, length) &&
           db_run(store, STATEMENT_COUNT_KEPT, err, "i", size);
}

bool store_keep(struct store *store, const char *key, const void *data, size_t length,
    int64_t budget_bytes, enum store_room room, struct err *err)
{
    if (!db_may_write(store, false, err))
        return false;
    if ((int64_t)length > budget_bytes / 8)
        return true;
    if (!db_exec(store->db, "SAVEPOINT kept", err))
        return false;
    bool ok = keep(store, key, data, length, budget_bytes, room, err);
    if (!ok && !sqlite3_get_autocommit(store->db))
        db_exec(store->db, "ROLLBACK TO kept", NULL);
    if (!sqlite3_get_autocommit(store->db) && !db_exec(store->db, "RELEASE kept", ok ? err : NULL))
        return false;
    return ok;
}

/* The data of row ID, read straight to where it is to stand. */
static bool read_kept(struct store *store, int64_t id, struct arena *arena, void **data,
    size_t *length, struct err *err)
{
    sqlite3_blob *blob = NULL;
    int code = sqlite3_blob_open(store->db, "main", "kept", "data", id, 0, &blob);
    bool ok = code == SQLITE_OK || db_fail(store->db, code, err);
    *length = ok ? (size_t)sqlite3_blob_bytes(blob) : 0;
    *data = ok ? arena_alloc(arena, *length) : NULL;
    if (ok && !*data)
        ok = err_set(err, ERR_MEMORY, "out of memory for a kept evaluation");
    if (ok && *length) {
        code = sqlite3_blob_read(blob, *data, (int)*length, 0);
        ok = code == SQLITE_OK || db_fail(store->db, code, err);
    }
    sqlite3_blob_close(blob);
    return ok;
}

bool store_get_kept(struct store *store, const char *key, struct arena *arena, void **data,
    size_t *length, struct err *err)
{
    struct kept_row row;
    *data = NULL;
    *length = 0;
    if (!db_begin_read(store, err))
        return false;
    bool ok = find_kept(store, STATEMENT_FIND_KEPT, key, &row, err) &&
              (!row.id || read_kept(store, row.id, arena, data, length, err));
    db_end_read(store);
    bool uses = ok && *data && store->mode == STORE_READ_WRITE;
    return ok && (!uses || db_run(store, STATEMENT_USE_KEPT, err, "i", row.id));
}

/* ---- places ---- */

bool store_put_place(struct store *store, uint64_t kind, const char *directory, const void *data,
    size_t length, struct err *err)
{
    return db_may_write(store, true, err) &&
           db_run(store, STATEMENT_PUT_PLACE, err, "tib", directory, (int64_t)kind, data, length);
}

bool store_forget_place(struct store *store, const char *directory, struct err *err)
{
    return db_may_write(store, true, err) &&
           db_run(store, STATEMENT_DELETE_PLACE, err, "t", directory);
}

bool store_load_places(struct store *store, uint64_t kind,
    bool (*take)(void *self, const char *directory, const void *data, size_t length), void *self,
    struct err *err)
{
    enum db_step step = DB_FAILED;
    bool others = false;
    if (!db_may_write(store, true, err))
        return false;
    sqlite3_stmt *rows = db_bind(store, STATEMENT_LOAD_PLACES, err, "");
    while (rows && (step = db_step(store, rows, err)) == DB_ROW) {
        const char *directory = (const char *)sqlite3_column_text(rows, 0);
        const void *data = sqlite3_column_blob(rows, 1);
        size_t length = (size_t)sqlite3_column_bytes(rows, 1);
        bool other = sqlite3_column_int64(rows, 2) != (int64_t)kind;
        others |= other;
        if (!other && directory && !take(self, directory, length ? data : "", length)) {
            sqlite3_reset(rows);
            return err_set(err, ERR_MEMORY, "out of memory");
        }
    }
    return step == DB_DONE &&
           (!others || db_run(store, STATEMENT_DELETE_PLACES, err, "i", (int64_t)kind));
}
