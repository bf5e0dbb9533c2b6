#include "store/schema.h"

#include "store/db.h"

#include <stdio.h>

static const char *const STEPS[] = {
    /* 1: the first. */
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE root(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);"
    "CREATE TABLE run(id INTEGER PRIMARY KEY AUTOINCREMENT, root INTEGER NOT NULL REFERENCES root,"
    " name TEXT NOT NULL, directory TEXT NOT NULL UNIQUE, format TEXT NOT NULL,"
    " colour INTEGER NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL);"
    "CREATE INDEX run_by_inode ON run(inode, device);"
    "CREATE INDEX run_by_root ON run(root);"
    "CREATE INDEX run_by_colour ON run(colour);"
    "CREATE TABLE source(id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run,"
    " name TEXT NOT NULL, reader TEXT NOT NULL, rank INTEGER NOT NULL, position INTEGER NOT NULL,"
    " computed INTEGER NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,"
    " inode INTEGER NOT NULL, offset INTEGER NOT NULL, tail INTEGER, state BLOB,"
    " status INTEGER NOT NULL, started_s REAL, ended_s REAL, UNIQUE(run, name));"
    "CREATE TABLE name(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
    "CREATE TABLE param(source INTEGER NOT NULL REFERENCES source,"
    " name INTEGER NOT NULL REFERENCES name, kind INTEGER NOT NULL, text TEXT NOT NULL,"
    " number REAL, PRIMARY KEY(source, name)) WITHOUT ROWID;"
    "CREATE TABLE metric(id INTEGER PRIMARY KEY, name INTEGER NOT NULL REFERENCES name,"
    " count INTEGER NOT NULL, nonfinite INTEGER NOT NULL, segments INTEGER NOT NULL,"
    " first_step INTEGER NOT NULL, last_step INTEGER NOT NULL,"
    " min_step INTEGER NOT NULL, max_step INTEGER NOT NULL,"
    " first REAL, last REAL, min REAL, max REAL, first_wall_s REAL, last_wall_s REAL,"
    " chunks INTEGER NOT NULL);"
    "CREATE TABLE chunk(id INTEGER PRIMARY KEY, count INTEGER NOT NULL, nonfinite INTEGER NOT NULL,"
    " low_step INTEGER NOT NULL, high_step INTEGER NOT NULL,"
    " first REAL, last REAL, min REAL, max REAL, points BLOB NOT NULL);"
    "CREATE TABLE note(source INTEGER NOT NULL REFERENCES source, number INTEGER NOT NULL,"
    " file TEXT, line INTEGER NOT NULL, offset INTEGER NOT NULL, count INTEGER NOT NULL,"
    " text TEXT NOT NULL, PRIMARY KEY(source, number)) WITHOUT ROWID;"
    "CREATE TABLE artifact(source INTEGER NOT NULL REFERENCES source, kind INTEGER NOT NULL,"
    " step INTEGER NOT NULL, path TEXT NOT NULL,"
    " PRIMARY KEY(source, kind, step, path)) WITHOUT ROWID;"
    "CREATE TABLE evaluation(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,"
    " result BLOB NOT NULL);",
    /* 2: what the files call their run. */
    "ALTER TABLE source ADD COLUMN title TEXT;"
    "ALTER TABLE source ADD COLUMN label_id TEXT;",
    /* 3: of each metric its last segment, and where it was lost. What the older summaries leave out
     * only the files can tell: they are all read again. Runs keep their ids and colours. */
    "DELETE FROM chunk; DELETE FROM metric; DELETE FROM param; DELETE FROM note;"
    "DELETE FROM artifact; DELETE FROM source;"
    "ALTER TABLE metric ADD COLUMN latest_min REAL;"
    "ALTER TABLE metric ADD COLUMN latest_max REAL;"
    "ALTER TABLE metric ADD COLUMN latest_min_step INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE metric ADD COLUMN latest_max_step INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE metric ADD COLUMN lost_step INTEGER NOT NULL DEFAULT 0;",
    /* 4: when a file was changed in any way; what became of directories. */
    "ALTER TABLE source ADD COLUMN ctime_ns INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE place(directory TEXT PRIMARY KEY, kind INTEGER NOT NULL, said BLOB NOT NULL)"
    " WITHOUT ROWID;",
    /* 5: what the numbers of a source were measured on. Older evaluations do not tell, so they are
     * made anew. */
    "CREATE TABLE dataset(source INTEGER PRIMARY KEY REFERENCES source, content BLOB NOT NULL,"
    " images BLOB NOT NULL, name TEXT NOT NULL, image_count INTEGER NOT NULL,"
    " images_with_detections INTEGER NOT NULL);"
    "DELETE FROM evaluation;",
    /* 6: large results, as many as there is room for. The number of the last use goes up by one. */
    "CREATE TABLE kept(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, used INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE INDEX kept_by_use ON kept(used, bytes);",
    /* 7: how much is kept is counted, so that nobody adds it up. */
    "DELETE FROM kept; INSERT INTO meta VALUES('kept_bytes', 0);",
    /* 8: what tables need of a source in one piece, and the summaries of many chunks in one. They are
     * made while files are read: all of them are read again. */
    "DELETE FROM chunk; DELETE FROM metric; DELETE FROM param; DELETE FROM note;"
    "DELETE FROM artifact; DELETE FROM dataset; DELETE FROM source; DELETE FROM place;"
    "CREATE TABLE gist(source INTEGER PRIMARY KEY REFERENCES source, params BLOB NOT NULL,"
    " metrics BLOB NOT NULL);"
    "CREATE TABLE span(id INTEGER PRIMARY KEY, low_step INTEGER NOT NULL,"
    " high_step INTEGER NOT NULL, buckets BLOB NOT NULL);",
    /* 9: roots that recorded runs name. What such a run says of them its status.json tells, which
     * is read again. */
    "ALTER TABLE root ADD COLUMN watched INTEGER NOT NULL DEFAULT 0;"
    "UPDATE source SET size = -1, ctime_ns = 0 WHERE name = 'status.json';"
    "DELETE FROM place;",
};

struct schema schema_present(void)
{
    return (struct schema){STEPS, sizeof STEPS / sizeof *STEPS};
}

static bool run_steps(sqlite3 *db, struct schema schema, int from, struct err *err)
{
    for (int i = from; i < schema.count; i++)
        if (!db_exec(db, schema.steps[i], err))
            return false;
    char marks[96];
    snprintf(marks, sizeof marks, "PRAGMA application_id=%d; PRAGMA user_version=%d;",
        SCHEMA_APPLICATION_ID, schema.count);
    return db_exec(db, marks, err);
}

bool schema_apply(sqlite3 *db, struct schema schema, struct err *err)
{
    int64_t version;
    if (!db_number(db, "PRAGMA user_version", &version, err))
        return false;
    if (version == schema.count)
        return true;
    if (!db_exec(db, "BEGIN IMMEDIATE", err))
        return false;
    /* Looked at again under the lock: another process may have been faster. */
    bool ok = db_number(db, "PRAGMA user_version", &version, err);
    if (ok && (version < 0 || version > schema.count))
        ok = err_set(err, ERR_UNSUPPORTED,
            "the index is of version %lld and this boxtop knows %d: rebuild it", (long long)version,
            schema.count);
    if (ok && version < schema.count)
        ok = run_steps(db, schema, (int)version, err);
    ok = ok && db_exec(db, "COMMIT", err);
    if (!ok)
        db_exec(db, "ROLLBACK", NULL);
    return ok;
}
