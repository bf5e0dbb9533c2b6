/*
 * Reading what belongs to one run: its notes, artifacts and files.
 * Knows: rows to structs. Must not know: points, other runs. (The functions stand in store.h.)
 */
#include "store/db.h"

#include "base/grow.h"

#include <stdlib.h>

static bool take_note(sqlite3_stmt *row, struct arena *arena, void *out, struct err *err)
{
    bool ok = true;
    struct note *note = out;
    *note = (struct note){.file = db_text(row, 0, arena, &ok, err),
        .line = sqlite3_column_int64(row, 1),
        .offset = sqlite3_column_int64(row, 2),
        .count = sqlite3_column_int64(row, 3),
        .text = db_text(row, 4, arena, &ok, err)};
    return ok;
}

static bool take_artifact(sqlite3_stmt *row, struct arena *arena, void *out, struct err *err)
{
    bool ok = true;
    struct store_artifact *artifact = out;
    int64_t kind = sqlite3_column_int64(row, 0);
    if (kind < 0 || kind > ARTIFACT_WATCHED)
        return err_set(err, ERR_FORMAT, "the index is damaged: rebuild it");
    *artifact = (struct store_artifact){.artifact = {.kind = (enum artifact_kind)kind,
                                            .step = sqlite3_column_int64(row, 1),
                                            .path = db_text(row, 2, arena, &ok, err)},
        .source = db_text(row, 3, arena, &ok, err)};
    return ok;
}

static bool take_file(sqlite3_stmt *row, struct arena *arena, void *out, struct err *err)
{
    bool ok = true;
    struct store_file *file = out;
    *file = (struct store_file){.name = db_text(row, 0, arena, &ok, err),
        .reader = db_text(row, 1, arena, &ok, err),
        .rank = sqlite3_column_int(row, 2),
        .size_bytes = sqlite3_column_int64(row, 3),
        .mtime_ns = sqlite3_column_int64(row, 4),
        .offset = sqlite3_column_int64(row, 5)};
    return ok;
}

static bool take_predicted(sqlite3_stmt *row, struct arena *arena, void *out, struct err *err)
{
    bool ok = true;
    struct store_predicted *run = out;
    *run = (struct store_predicted){sqlite3_column_int64(row, 0), db_text(row, 1, arena, &ok, err),
        db_text(row, 2, arena, &ok, err), db_text(row, 3, arena, &ok, err)};
    return ok;
}

static bool take_watch(sqlite3_stmt *row, struct arena *arena, void *out, struct err *err)
{
    bool ok = true;
    struct store_watch *watch = out;
    *watch = (struct store_watch){.run = sqlite3_column_int64(row, 0),
        .directory = db_text(row, 1, arena, &ok, err),
        .started_s = db_real(row, 2),
        .ended_s = db_real(row, 3),
        .path = db_text(row, 4, arena, &ok, err)};
    return ok;
}

static bool take_path(sqlite3_stmt *row, struct arena *arena, void *out, struct err *err)
{
    bool ok = true;
    *(const char **)out = db_text(row, 0, arena, &ok, err);
    return ok;
}

typedef bool take_row(sqlite3_stmt *row, struct arena *arena, void *out, struct err *err);

/* The rows of ROWS, which is bound, as an array of items of ITEM_BYTES in ARENA; NULL with ERR. */
static void *take_rows(struct store *store, sqlite3_stmt *rows, take_row *take, size_t item_bytes,
    struct arena *arena, size_t *count, struct err *err)
{
    void *items = NULL;
    size_t capacity = 0;
    enum db_step step = DB_FAILED;
    bool ok = true;
    *count = 0;
    while (ok && rows && (step = db_step(store, rows, err)) == DB_ROW) {
        ok = grow(&items, &capacity, *count + 1, item_bytes)
                 ? take(rows, arena, (char *)items + *count * item_bytes, err)
                 : err_set(err, ERR_MEMORY, "out of memory");
        *count += ok;
    }
    if (rows)
        sqlite3_reset(rows);
    void *kept = NULL;
    if (ok && step == DB_DONE) {
        kept = arena_copy(arena, items ? items : "", *count * item_bytes);
        if (!kept)
            err_set(err, ERR_MEMORY, "out of memory");
    }
    free(items);
    return kept;
}

/* The rows of statement ID for RUN. */
static void *load_rows(struct store *store, enum statement id, int64_t run, take_row *take,
    size_t item_bytes, struct arena *arena, size_t *count, struct err *err)
{
    atomic_store(&store->interrupted, false);
    sqlite3_stmt *rows = db_bind(store, id, err, "i", run);
    return take_rows(store, rows, take, item_bytes, arena, count, err);
}

bool store_load_watches(struct store *store, struct arena *arena, struct store_watch **watches,
    size_t *count, struct err *err)
{
    atomic_store(&store->interrupted, false);
    sqlite3_stmt *rows = db_bind(store, STATEMENT_LOAD_WATCHES, err, "t", "status.json");
    *watches = take_rows(store, rows, take_watch, sizeof **watches, arena, count, err);
    return *watches != NULL;
}

bool store_load_watched_roots(
    struct store *store, struct arena *arena, const char ***roots, size_t *count, struct err *err)
{
    *roots = load_rows(
        store, STATEMENT_WATCHED_ROOTS, true, take_path, sizeof **roots, arena, count, err);
    return *roots != NULL;
}

bool store_load_notes(struct store *store, int64_t run, struct arena *arena, struct note **notes,
    size_t *count, struct err *err)
{
    *notes =
        load_rows(store, STATEMENT_NOTES_OF_RUN, run, take_note, sizeof **notes, arena, count, err);
    return *notes != NULL;
}

bool store_load_artifacts(struct store *store, int64_t run, struct arena *arena,
    struct store_artifact **artifacts, size_t *count, struct err *err)
{
    *artifacts = load_rows(store, STATEMENT_ARTIFACTS_OF_RUN, run, take_artifact,
        sizeof **artifacts, arena, count, err);
    return *artifacts != NULL;
}

bool store_load_files(struct store *store, int64_t run, struct arena *arena,
    struct store_file **files, size_t *count, struct err *err)
{
    *files =
        load_rows(store, STATEMENT_FILES_OF_RUN, run, take_file, sizeof **files, arena, count, err);
    return *files != NULL;
}

bool store_load_predicted(struct store *store, int64_t run, struct arena *arena,
    struct store_predicted **runs, size_t *count, struct err *err)
{
    *runs = load_rows(store, run ? STATEMENT_LOAD_PREDICTED_RUN : STATEMENT_LOAD_PREDICTED, run,
        take_predicted, sizeof **runs, arena, count, err);
    return *runs != NULL;
}

bool store_last_step(struct store *store, int64_t run, int64_t *step, struct err *err)
{
    sqlite3_stmt *find = db_bind(store, STATEMENT_LAST_STEP, err, "i", run);
    enum db_step found = find ? db_step(store, find, err) : DB_FAILED;
    *step = found == DB_ROW ? sqlite3_column_int64(find, 0) : 0;
    *step = *step > 0 ? *step : 0;
    if (find)
        sqlite3_reset(find);
    return found != DB_FAILED;
}

bool store_snapshot_begin(struct store *store, struct err *err)
{
    return db_begin_read(store, err);
}

void store_snapshot_end(struct store *store)
{
    db_end_read(store);
}

int64_t store_rows_written(const struct store *store)
{
    return sqlite3_total_changes64(store->db);
}
