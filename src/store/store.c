#include "store/store.h"

#include "store/db.h"
#include "store/home.h"
#include "store/ingest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_STEP_MS = 5 };

/* Waits for another writer in small steps, so that store_interrupt() ends the wait too. */
static int wait_when_busy(void *self, int times)
{
    struct store *store = self;
    if (atomic_load(&store->interrupted) || times * BUSY_STEP_MS >= STORE_BUSY_MS)
        return 0;
    sqlite3_sleep(BUSY_STEP_MS);
    return 1;
}

/* Refuses what some other program made. An empty database is free to be taken. */
static bool check_owner(struct store *store, struct err *err)
{
    int64_t id, version, tables;
    /* In one transaction: another boxtop may be making the file at this moment. */
    bool ok = db_exec(store->db, "BEGIN", err) &&
              db_number(store->db, "SELECT count(*) FROM sqlite_master", &tables, err) &&
              db_number(store->db, "PRAGMA application_id", &id, err) &&
              db_number(store->db, "PRAGMA user_version", &version, err);
    ok = db_exec(store->db, "COMMIT", ok ? err : NULL) && ok;
    if (!ok) {
        if (err && err->code == ERR_FORMAT && !home_is_ours(store->path))
            err_set(err, ERR_USAGE, "is not an index of boxtop, and is left alone");
        return false;
    }
    if (id == SCHEMA_APPLICATION_ID)
        return true;
    if (id != 0 || version != 0 || tables != 0)
        return err_set(err, ERR_USAGE, "is some other program's database, and is left alone");
    if (store->mode == STORE_READ_ONLY)
        return err_set(err, ERR_FORMAT, "the index is empty: rebuild it");
    return true;
}

/* What a reader of another version of boxtop made of a file may be wrong: every file is read again.
 */
static bool check_program(struct store *store, struct err *err)
{
    int64_t same;
    const char *ask =
        "SELECT count(*) FROM meta WHERE key = 'program' AND value = '" BOXTOP_VERSION "'";
    return db_number(store->db, ask, &same, err) &&
           (same || db_exec(store->db,
                        "BEGIN IMMEDIATE; UPDATE source SET size = -1 WHERE NOT computed;"
                        "INSERT OR REPLACE INTO meta VALUES('program', '" BOXTOP_VERSION "');"
                        "COMMIT;",
                        err));
}

/* SQLite asks no busy handler while it makes a file's journal another one: it gives up at once while
 * somebody writes. */
static bool set_journal(struct store *store, const char *pragma, struct err *err)
{
    for (int times = 0;; times++) {
        int code = sqlite3_exec(store->db, pragma, NULL, NULL, NULL);
        if (code == SQLITE_OK)
            return true;
        if ((code & 0xff) != SQLITE_BUSY || !wait_when_busy(store, times))
            return db_fail(store->db, code, err);
    }
}

static bool set_up_writer(struct store *store, struct err *err)
{
    bool wal = home_journal(store->path) == STORE_JOURNAL_WAL;
    /* The schema first, in a rollback journal: so the head of the file says whose it is at any
     * time. */
    return schema_apply(store->db, schema_present(), err) &&
           set_journal(store, wal ? "PRAGMA journal_mode=WAL" : "PRAGMA journal_mode=DELETE", err) &&
           db_exec(store->db,
               wal ? "PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000;"
                     "PRAGMA journal_size_limit=67108864;"
                   : "PRAGMA synchronous=FULL;",
               err) &&
           check_program(store, err);
}

static bool set_up_reader(struct store *store, struct err *err)
{
    int64_t version;
    if (!db_number(store->db, "PRAGMA user_version", &version, err))
        return false;
    if (version > schema_present().count)
        return err_set(err, ERR_UNSUPPORTED, "a newer boxtop made the index: rebuild it");
    if (version < schema_present().count)
        return err_set(err, ERR_UNSUPPORTED, "an older boxtop made the index: refresh it");
    /* It mostly reads through all runs once: then pages that are kept only cost their room. */
    return db_exec(store->db, "PRAGMA query_only=1; PRAGMA cache_size=-2000;", err);
}

static bool set_up(struct store *store, bool reset, struct err *err)
{
    /* Also a reader opens for writing where it may, so that it can roll back what a killed writer
     * left; query_only keeps it from writing facts. */
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (store->mode == STORE_READ_WRITE)
        flags |= SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(store->path, &store->db, flags, NULL);
    if (code != SQLITE_OK)
        return db_fail(store->db, code, err);
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_handler(store->db, wait_when_busy, store);
    if (reset) {
        sqlite3_db_config(store->db, SQLITE_DBCONFIG_RESET_DATABASE, 1, 0);
        bool emptied = db_exec(store->db, "VACUUM", err);
        sqlite3_db_config(store->db, SQLITE_DBCONFIG_RESET_DATABASE, 0, 0);
        if (!emptied)
            return false;
    }
    return check_owner(store, err) &&
           db_exec(store->db,
               "PRAGMA page_size=8192; PRAGMA cache_size=-8000; PRAGMA temp_store=MEMORY;"
               "PRAGMA secure_delete=OFF; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;",
               err) &&
           (store->mode == STORE_READ_WRITE ? set_up_writer(store, err)
                                            : set_up_reader(store, err));
}

static struct store *open_store(const char *path, enum store_mode mode, bool reset, struct err *err)
{
    struct store *store = calloc(1, sizeof *store);
    struct err own = {0};
    if (!store || !(store->path = strdup(path))) {
        err_set(err, ERR_MEMORY, "out of memory");
        free(store);
        return NULL;
    }
    store->mode = mode;
    store_scan_begin(store);
    db_forget_names(store);
    if (set_up(store, reset, &own))
        return store;
    err_in_file(&own, path);
    if (err)
        *err = own;
    store_close(store);
    return NULL;
}

struct store *store_open(const char *path, enum store_mode mode, struct err *err)
{
    return open_store(path, mode, false, err);
}

void store_close(struct store *store)
{
    if (!store)
        return;
    store_rollback(store);
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    if (atomic_load(&store->interrupted)) /* somebody is waiting: the journal is for the next one */
        sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(store->db);
    map_done(&store->names);
    arena_done(&store->name_memory);
    free(store->courses);
    free(store->seen_runs.marks);
    free(store->seen_sources.marks);
    free(store->path);
    free(store);
}

/* True when PATH is there and is somebody else's. */
static bool is_foreign(const char *path, struct err *err)
{
    struct err own = {0};
    struct store *store = access(path, F_OK) == 0 ? store_open(path, STORE_READ_ONLY, &own) : NULL;
    store_close(store);
    if (err && own.code == ERR_USAGE)
        *err = own;
    return own.code == ERR_USAGE;
}

struct store *store_rebuild(const char *path, struct err *err)
{
    static const char *const PARTS[] = {"", "-wal", "-shm", "-journal"};
    if (is_foreign(path, err))
        return NULL;
    /* Emptied in place where possible: other processes that have it open then see an empty index,
     * where removing the file below them could mix their journal with ours. */
    struct err own = {0};
    struct store *store = open_store(path, STORE_READ_WRITE, true, &own);
    if (store || own.code != ERR_FORMAT) {
        if (!store && err)
            *err = own;
        return store;
    }
    struct arena arena;
    arena_init(&arena, 0);
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        const char *part = arena_printf(&arena, "%s%s", path, PARTS[i]);
        if (part)
            unlink(part);
    }
    arena_done(&arena);
    return store_open(path, STORE_READ_WRITE, err);
}

bool store_generation(struct store *store, uint64_t *generation, struct err *err)
{
    int64_t version;
    if (!db_number(store->db, "PRAGMA data_version", &version, err)) {
        err_in_file(err, store->path);
        return false;
    }
    *generation = (uint64_t)version << 32 | (store->commits & UINT32_MAX);
    return true;
}

void store_interrupt(struct store *store)
{
    atomic_store(&store->interrupted, true);
    sqlite3_interrupt(store->db);
}

/* Another process may have rebuilt the index: the ids of names are others then. */
static bool forget_what_others_changed(struct store *store, struct err *err)
{
    int64_t version;
    if (!db_number(store->db, "PRAGMA data_version", &version, err))
        return false;
    if (version != store->version)
        db_forget_names(store);
    store->version = version;
    return true;
}

bool store_begin(struct store *store, struct err *err)
{
    atomic_store(&store->interrupted, false);
    if (!db_may_write(store, false, err))
        return false;
    if (store->in_batch)
        return err_set(err, ERR_USAGE, "a batch was begun already");
    store->in_batch = db_exec(store->db, "BEGIN IMMEDIATE", err);
    if (store->in_batch && forget_what_others_changed(store, err))
        return true;
    store_rollback(store);
    if (atomic_load(&store->interrupted))
        err_set(err, ERR_CANCELLED, "stopped");
    err_in_file(err, store->path);
    return false;
}

bool store_commit(struct store *store, struct err *err)
{
    if (!db_may_write(store, true, err)) {
        store_rollback(store);
        return false;
    }
    store_source_abandon(store);
    if (!db_exec(store->db, "COMMIT", err)) {
        err_in_file(err, store->path);
        store_rollback(store);
        return false;
    }
    store->in_batch = false;
    store->commits++;
    return true;
}

void store_rollback(struct store *store)
{
    ingest_drop(store);
    if (store->in_batch) {
        if (!sqlite3_get_autocommit(store->db))
            db_exec(store->db, "ROLLBACK", NULL);
        db_forget_names(store);
    }
    store->in_batch = false;
}
