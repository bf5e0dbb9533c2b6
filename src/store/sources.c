#include "store/sources.h"

#include "store/db.h"
#include "store/ingest.h"

#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

static bool see(struct store *store, struct seen *seen, int64_t id, bool whole, struct err *err)
{
    size_t before = seen->capacity;
    if (id < 0 || !GROW(seen->marks, seen->capacity, (size_t)id + 1))
        return err_set(err, ERR_MEMORY, "out of memory");
    memset(seen->marks + before, 0, (seen->capacity - before) * sizeof *seen->marks);
    seen->marks[id] = store->scan << 1 | whole;
    return true;
}

bool sources_see(struct store *store, int64_t source, struct err *err)
{
    return see(store, &store->seen_sources, source, false, err);
}

bool store_see_run(struct store *store, int64_t run, struct err *err)
{
    return see(store, &store->seen_runs, run, true, err);
}

static bool was_seen(const struct store *store, const struct seen *seen, int64_t id)
{
    return id >= 0 && (size_t)id < seen->capacity && seen->marks[id] >> 1 == store->scan;
}

static bool was_seen_whole(const struct store *store, int64_t run)
{
    return was_seen(store, &store->seen_runs, run) && store->seen_runs.marks[run] & 1;
}

void store_scan_begin(struct store *store)
{
    if (++store->scan <= UINT32_MAX >> 1)
        return;
    store->scan = 1; /* the marks of two thousand million scans ago must not count again */
    if (store->seen_runs.marks)
        memset(store->seen_runs.marks, 0, store->seen_runs.capacity * sizeof(uint32_t));
    if (store->seen_sources.marks)
        memset(store->seen_sources.marks, 0, store->seen_sources.capacity * sizeof(uint32_t));
}

/* The id of PATH in the table root; 0 when it is not there and is not to be ADDed; -1 with ERR. */
static int64_t find_root(struct store *store, const char *path, bool add, struct err *err)
{
    sqlite3_stmt *find = db_bind(store, STATEMENT_FIND_ROOT, err, "t", path);
    enum db_step step = find ? db_step(store, find, err) : DB_FAILED;
    if (step == DB_FAILED)
        return -1;
    if (step == DB_ROW) {
        int64_t id = sqlite3_column_int64(find, 0);
        sqlite3_reset(find);
        return id;
    }
    if (!add)
        return 0;
    return db_run(store, STATEMENT_ADD_ROOT, err, "t", path) ? sqlite3_last_insert_rowid(store->db)
                                                             : -1;
}

bool store_put_root(struct store *store, const char *root, bool is_watched, struct err *err)
{
    if (!db_may_write(store, true, err))
        return false;
    int64_t id = find_root(store, root, true, err);
    return id > 0 && db_run(store, STATEMENT_MARK_ROOT, err, "ii", id, (int64_t)is_watched);
}

/*
 * A run whose directory was PLACE's under another path: 0 for none, -1 with ERR. *MOVED says that
 * the other path is gone (a rename); otherwise both lead to one directory. An inode number alone
 * proves nothing, for file systems reuse it.
 */
static int64_t find_by_inode(
    struct store *store, const struct store_place *place, bool *moved, struct err *err)
{
    int64_t id = 0;
    if (!place->inode)
        return 0;
    sqlite3_stmt *find = db_bind(store, STATEMENT_FIND_RUN_BY_INODE, err, "ii",
        (int64_t)place->inode, (int64_t)place->device);
    enum db_step step = DB_FAILED;
    while (find && id == 0 && (step = db_step(store, find, err)) == DB_ROW) {
        const char *other = (const char *)sqlite3_column_text(find, 1);
        struct file_stat there;
        *moved = !other || !file_stat(other, &there);
        if (*moved || (there.device == place->device && there.inode == place->inode))
            id = sqlite3_column_int64(find, 0);
    }
    if (find)
        sqlite3_reset(find);
    return step == DB_FAILED ? -1 : id;
}

static bool move_run(
    struct store *store, int64_t id, const struct store_place *place, struct err *err)
{
    int64_t root = find_root(store, place->root, true, err);
    return root >= 0 &&
           db_run(store, STATEMENT_MOVE_RUN, err, "itttiii", root, place->name, place->directory,
               place->format, (int64_t)place->device, (int64_t)place->inode, id);
}

static int64_t add_run(struct store *store, const struct store_place *place, struct err *err)
{
    int64_t root = find_root(store, place->root, true, err);
    if (root < 0 ||
        !db_run(store, STATEMENT_ADD_RUN, err, "itttii", root, place->name, place->directory,
            place->format, (int64_t)place->device, (int64_t)place->inode))
        return -1;
    return sqlite3_last_insert_rowid(store->db);
}

int64_t store_put_run(struct store *store, const struct store_place *place, struct err *err)
{
    if (!db_may_write(store, true, err))
        return -1;
    sqlite3_stmt *find = db_bind(store, STATEMENT_FIND_RUN, err, "t", place->directory);
    enum db_step step = find ? db_step(store, find, err) : DB_FAILED;
    if (step == DB_FAILED)
        return -1;
    int64_t id = 0;
    bool moved = false, ok = true;
    if (step == DB_ROW) {
        id = sqlite3_column_int64(find, 0);
        const char *format = (const char *)sqlite3_column_text(find, 1);
        bool same = format && strcmp(format, place->format) == 0 &&
                    sqlite3_column_int64(find, 2) == (int64_t)place->device &&
                    sqlite3_column_int64(find, 3) == (int64_t)place->inode;
        sqlite3_reset(find);
        ok = same || db_run(store, STATEMENT_TOUCH_RUN, err, "tiii", place->format,
                         (int64_t)place->device, (int64_t)place->inode, id);
    } else {
        id = find_by_inode(store, place, &moved, err);
        if (id == 0)
            id = add_run(store, place, err);
        else if (id > 0 && moved)
            ok = move_run(store, id, place, err);
    }
    return id > 0 && ok && see(store, &store->seen_runs, id, false, err) ? id : -1;
}

/* What was read of the file before still stands there, up to the bookmark in ROW. */
static bool is_extended(sqlite3_stmt *row, const struct store_source *source)
{
    int64_t offset = sqlite3_column_int64(row, 8), tail;
    return offset > 0 && offset <= source->stat.size_bytes &&
           sqlite3_column_type(row, 9) != SQLITE_NULL && ingest_tail(source, offset, &tail) &&
           tail == sqlite3_column_int64(row, 9);
}

/* What the row that FIND_SOURCE stands on says of SOURCE now. */
static enum store_change compare(sqlite3_stmt *row, const struct store_source *source)
{
    const struct file_stat *now = &source->stat;
    const char *reader = (const char *)sqlite3_column_text(row, 1);
    int64_t size = sqlite3_column_int64(row, 5), ctime_ns = sqlite3_column_int64(row, 11);
    if (size < 0 || !reader || strcmp(reader, source->reader) != 0 ||
        sqlite3_column_int64(row, 7) != (int64_t)now->inode)
        return STORE_CHANGED;
    bool as_old = size == now->size_bytes && sqlite3_column_int64(row, 6) == now->mtime_ns;
    if (as_old && ctime_ns == now->ctime_ns)
        return STORE_SAME;
    bool settles = as_old && ctime_ns == 0;
    return (settles || now->size_bytes > size) && is_extended(row, source) ? STORE_APPENDED
                                                                           : STORE_CHANGED;
}

enum store_change store_source_check(struct store *store, int64_t run,
    const struct store_source *source, int64_t *offset, struct buf *state, struct err *err)
{
    *offset = 0;
    if (state)
        buf_clear(state);
    sqlite3_stmt *find = db_bind(store, STATEMENT_FIND_SOURCE, err, "it", run, source->name);
    enum db_step step = find ? db_step(store, find, err) : DB_FAILED;
    if (step != DB_ROW)
        return step == DB_FAILED ? STORE_FAILED : STORE_NEW;
    enum store_change change = compare(find, source);
    int64_t id = sqlite3_column_int64(find, 0);
    bool placed = sqlite3_column_int64(find, 2) == source->rank &&
                  sqlite3_column_int64(find, 3) == source->position;
    bool ok = sources_see(store, id, err);
    if (ok && change == STORE_APPENDED) {
        *offset = sqlite3_column_int64(find, 8);
        const void *bytes = sqlite3_column_blob(find, 10);
        size_t length = (size_t)sqlite3_column_bytes(find, 10);
        if (state && length && !buf_add(state, bytes, length))
            ok = err_set(err, ERR_MEMORY, "out of memory");
    }
    sqlite3_reset(find);
    if (ok && !placed && store->mode == STORE_READ_WRITE)
        ok = db_run(store, STATEMENT_PLACE_SOURCE, err, "iii", (int64_t)source->rank,
            (int64_t)source->position, id);
    return ok ? change : STORE_FAILED;
}

static bool forget_source(struct store *store, int64_t id, struct err *err)
{
    return ingest_forget_facts(store, id, err) &&
           db_run(store, STATEMENT_DELETE_SOURCE, err, "i", id);
}

/* The sources of RUN: all of them, or those that were not seen and once were files. */
static bool forget_sources(struct store *store, int64_t run, bool all, struct err *err)
{
    int64_t *ids = NULL;
    size_t count = 0, capacity = 0;
    enum db_step step = DB_FAILED;
    bool ok = true;
    sqlite3_stmt *list = db_bind(store, STATEMENT_SOURCES_OF_RUN, err, "i", run);
    while (ok && list && (step = db_step(store, list, err)) == DB_ROW) {
        int64_t id = sqlite3_column_int64(list, 0);
        bool gone = !sqlite3_column_int64(list, 1) && !was_seen(store, &store->seen_sources, id);
        if (!all && !gone)
            continue;
        ok = GROW(ids, capacity, count + 1) || err_set(err, ERR_MEMORY, "out of memory");
        if (ok)
            ids[count++] = id;
    }
    if (list)
        sqlite3_reset(list);
    ok = ok && step == DB_DONE;
    for (size_t i = 0; ok && i < count; i++)
        ok = forget_source(store, ids[i], err);
    free(ids);
    return ok;
}

bool store_forget_unseen_of(struct store *store, int64_t run, struct err *err)
{
    return db_may_write(store, true, err) && forget_sources(store, run, false, err);
}

bool store_forget_unseen(struct store *store, const char *root, struct err *err)
{
    if (!db_may_write(store, true, err))
        return false;
    int64_t id = find_root(store, root, false, err);
    if (id <= 0)
        return id == 0;
    int64_t *runs = NULL;
    size_t count = 0, capacity = 0;
    enum db_step step = DB_FAILED;
    bool ok = true;
    sqlite3_stmt *list = db_bind(store, STATEMENT_RUNS_OF_ROOT, err, "i", id);
    while (ok && list && (step = db_step(store, list, err)) == DB_ROW) {
        ok = GROW(runs, capacity, count + 1) || err_set(err, ERR_MEMORY, "out of memory");
        if (ok)
            runs[count++] = sqlite3_column_int64(list, 0);
    }
    if (list)
        sqlite3_reset(list);
    ok = ok && step == DB_DONE;
    for (size_t i = 0; ok && i < count; i++) {
        if (was_seen_whole(store, runs[i]))
            continue;
        bool seen = was_seen(store, &store->seen_runs, runs[i]);
        ok = forget_sources(store, runs[i], !seen, err) &&
             (seen || db_run(store, STATEMENT_DELETE_RUN, err, "i", runs[i]));
    }
    free(runs);
    return ok;
}
