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

static bool sum_kept(struct store *store, const char *key, int64_t *bytes, struct err *err)
{
    sqlite3_stmt *sum = db_bind(store, STATEMENT_SUM_KEPT, err, "t", key);
    bool ok = sum && db_step(store, sum, err) == DB_ROW;
    *bytes = ok ? sqlite3_column_int64(sum, 0) : 0;
    if (sum)
        sqlite3_reset(sum);
    return ok;
}

/* Forgets the least recently used besides KEY; *FREED is 0 when there is none. */
static bool forget_oldest(struct store *store, const char *key, int64_t *freed, struct err *err)
{
    sqlite3_stmt *find = db_bind(store, STATEMENT_OLDEST_KEPT, err, "t", key);
    enum db_step step = find ? db_step(store, find, err) : DB_FAILED;
    *freed = 0;
    if (step != DB_ROW)
        return step == DB_DONE;
    int64_t id = sqlite3_column_int64(find, 0);
    *freed = sqlite3_column_int64(find, 1);
    sqlite3_reset(find);
    return db_run(store, STATEMENT_DELETE_KEPT, err, "i", id);
}

/* Forgets what was used least recently until MOST bytes are left besides those of KEY. */
static bool forget_down_to(struct store *store, const char *key, int64_t kept, int64_t most,
    struct err *err)
{
    int64_t freed = 1;
    for (; kept > most && freed > 0; kept -= freed)
        if (!forget_oldest(store, key, &freed, err))
            return false;
    return true;
}

bool store_keep(struct store *store, const char *key, const void *data, size_t length,
    int64_t budget_bytes, enum store_room room, struct err *err)
{
    int64_t kept, size = (int64_t)length;
    if (!db_may_write(store, false, err))
        return false;
    if (size > budget_bytes / 8)
        return true;
    if (!sum_kept(store, key, &kept, err))
        return false;
    if (kept + size > budget_bytes && room == STORE_WHERE_FREE)
        return true;
    return forget_down_to(store, key, kept, budget_bytes - size, err) &&
           db_run(store, STATEMENT_PUT_KEPT, err, "tib", key, size, data, length);
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
    *data = NULL;
    *length = 0;
    if (!db_begin_read(store, err))
        return false;
    sqlite3_stmt *get = db_bind(store, STATEMENT_GET_KEPT, err, "t", key);
    enum db_step step = get ? db_step(store, get, err) : DB_FAILED;
    int64_t id = step == DB_ROW ? sqlite3_column_int64(get, 0) : 0;
    if (get)
        sqlite3_reset(get);
    bool ok = step == DB_DONE || (step == DB_ROW && read_kept(store, id, arena, data, length, err));
    db_end_read(store);
    bool uses = ok && *data && store->mode == STORE_READ_WRITE;
    return ok && (!uses || db_run(store, STATEMENT_USE_KEPT, err, "t", key));
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
