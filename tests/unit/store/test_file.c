/*
 * The file itself: where it lives, whose it is, older and newer ones, damage and the way back.
 * Knows: store.h, schema.h. Must not know: facts.
 */
#include "scene.h"

#include "store/schema.h"

#include "temp.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Version 1 as it was released, with one run in it: never edited. */
static const char VERSION_1[] =
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
    " result BLOB NOT NULL);"
    "INSERT INTO root VALUES(1, '/data');"
    "INSERT INTO run VALUES(1, 1, 'exp/a', '/data/exp/a', 'csv', 0, 0, 0);"
    "INSERT INTO source VALUES(1, 1, 'f', 'csv', 0, 0, 0, 100, 5, 7, 100, NULL, NULL, 2, 1.5, "
    "NULL);"
    "INSERT INTO name VALUES(1, 'lr');"
    "INSERT INTO param VALUES(1, 1, 2, '0.1', 0.1);"
    "PRAGMA application_id=1115182192; PRAGMA user_version=1;";

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    char *wrong = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &wrong) != SQLITE_OK)
        fail_msg("%s", wrong);
    sqlite3_close(db);
}

/* Opening PATH fails with CODE in both modes. */
static void expect_refused(const char *path, enum err_code code)
{
    struct err err = {0};
    assert_null(store_open(path, STORE_READ_ONLY, &err));
    assert_int_equal(err.code, code);
    assert_string_equal(err.file, path);
    err = (struct err){0};
    assert_null(store_open(path, STORE_READ_WRITE, &err));
    assert_int_equal(err.code, code);
}

static void expect_rebuilt(const char *path)
{
    struct err err = {0};
    struct arena arena = {0};
    struct store_runs runs;
    struct store *store = store_rebuild(path, &err);
    MUST(store != NULL, &err);
    MUST(store_check(store, &err), &err);
    MUST(store_load_runs(store, &arena, &runs, &err), &err);
    assert_int_equal(runs.count, 0);
    MUST(store_begin(store, &err), &err);
    int64_t run = scene_run(store, "a");
    MUST(store_commit(store, &err), &err);
    struct store_source source = scene_source_of("f", NULL);
    scene_source(store, run, &source, "m", 1, 5000);
    store_close(store);
    store = scene_open(path);
    MUST(store_check(store, &err), &err);
    scene_expect(store, run, "m", 1, 5000);
    arena_done(&arena);
    store_close(store);
}

static void make_sound(const char *path)
{
    struct err err = {0};
    struct store *store = scene_open(path);
    MUST(store_begin(store, &err), &err);
    int64_t run = scene_run(store, "a");
    MUST(store_commit(store, &err), &err);
    struct store_source source = scene_source_of("f", NULL);
    scene_source(store, run, &source, "m", 1, 50000);
    store_close(store);
}

static void test_an_older_file_is_brought_up(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena = {0};
    struct store_runs runs;
    int64_t offset;
    const char *path = scene_path();
    run_sql(path, VERSION_1);
    struct store *store = scene_open(path);
    MUST(store_check(store, &err), &err);
    MUST(store_load_runs(store, &arena, &runs, &err), &err);
    assert_int_equal(runs.count, 1);
    assert_string_equal(runs.runs[0].name, "exp/a");
    assert_int_equal(runs.runs[0].id, 1);
    /* What it kept of its files is not enough any more: they are read again. */
    assert_int_equal(runs.runs[0].param_count + runs.runs[0].metric_count, 0);
    assert_int_equal(runs.runs[0].status, RUN_UNKNOWN);
    struct store_source source = scene_source_of("f", NULL);
    assert_int_equal(store_source_check(store, 1, &source, &offset, NULL, &err), STORE_NEW);
    scene_source(store, 1, &source, "m", 1, 10);
    store_close(store);
    store = scene_open(path);
    assert_int_equal(store_source_check(store, 1, &source, &offset, NULL, &err), STORE_SAME);
    arena_done(&arena);
    store_close(store);
}

static void test_steps_are_all_or_nothing(void **state)
{
    (void)state;
    static const char *const STEPS[] = {"CREATE TABLE a(x); INSERT INTO a VALUES(1);",
        "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1;", "CREATE TABLE b(x); nonsense;"};
    struct err err = {0};
    sqlite3 *db;
    sqlite3_stmt *row;
    assert_int_equal(sqlite3_open(scene_path(), &db), SQLITE_OK);
    MUST(schema_apply(db, (struct schema){STEPS, 1}, &err), &err);
    assert_false(schema_apply(db, (struct schema){STEPS, 3}, &err)); /* back to version 1 */
    MUST(schema_apply(db, (struct schema){STEPS, 2}, &err), &err);
    MUST(schema_apply(db, (struct schema){STEPS, 2}, &err), &err);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT y, (SELECT count(*) FROM sqlite_master) FROM a",
                         -1, &row, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(row, 0), 2);
    assert_int_equal(sqlite3_column_int(row, 1), 1);
    sqlite3_finalize(row);
    assert_false(schema_apply(db, (struct schema){STEPS, 1}, &err));
    assert_int_equal(err.code, ERR_UNSUPPORTED);
    sqlite3_close(db);
}

static void test_a_newer_file_is_refused(void **state)
{
    (void)state;
    const char *path = scene_path();
    make_sound(path);
    run_sql(path, "PRAGMA user_version=999");
    expect_refused(path, ERR_UNSUPPORTED);
    expect_rebuilt(path);
}

static void test_others_files_are_left_alone(void **state)
{
    (void)state;
    struct err err = {0};
    const char *path = scene_path();
    run_sql(path, "CREATE TABLE precious(x); INSERT INTO precious VALUES(42);");
    expect_refused(path, ERR_USAGE);
    assert_null(store_rebuild(path, &err));
    assert_int_equal(err.code, ERR_USAGE);
    run_sql(path, "INSERT INTO precious VALUES(43);");
    path = temp_text(temp_dir(), "thesis.txt",
        "It is not a database, but nobody else has it. It is "
        "rather long, and so is longer than a head.");
    expect_refused(path, ERR_USAGE);
    assert_null(store_rebuild(path, &err));
    struct file_stat stat;
    assert_true(file_stat(path, &stat) && stat.size_bytes > 90);
    assert_null(store_open("/nowhere/at/all.db", STORE_READ_WRITE, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_null(store_open(temp_dir(), STORE_READ_WRITE, &err));
    assert_int_equal(err.code, ERR_IO);
}

/* The file cut or overwritten anywhere: noticed or harmless, never a crash, and rebuilt. */
static void test_damage(void **state)
{
    (void)state;
    struct err err;
    const char *path = scene_path(), *copy = temp_text(temp_dir(), "copy.db", "");
    struct buf sound;
    make_sound(path);
    buf_init(&sound, 1 << 24);
    assert_true(file_read(path, &sound, &err));
    for (size_t round = 0; round < 40; round++) {
        struct buf bad;
        buf_init(&bad, 1 << 24);
        buf_add(&bad, sound.data, sound.length);
        size_t at = round < 20 ? 200 + sound.length / 21 * round : sound.length;
        if (round < 20)
            memset(bad.data + at, 0xff, 100);
        else
            bad.length = 100 + sound.length / 20 * (round - 20);
        assert_true(file_write_atomically(copy, bad.data, bad.length, &err));
        buf_done(&bad);
        struct store *store = store_open(copy, STORE_READ_WRITE, &err);
        if (store) {
            if (!store_check(store, &err))
                assert_int_equal(err.code, ERR_FORMAT);
            struct arena arena = {0};
            struct store_runs runs;
            struct point *points;
            size_t n;
            store_load_runs(store, &arena, &runs, NULL);
            store_load_points(store, 1, "m", &arena, &points, &n, NULL);
            arena_done(&arena);
            store_close(store);
        } else {
            assert_int_equal(err.code, ERR_FORMAT);
        }
        expect_rebuilt(copy);
    }
    buf_done(&sound);
}

static void test_check_finds_what_sqlite_cannot(void **state)
{
    (void)state;
    static const char *const CRIMES[] = {"DELETE FROM chunk WHERE id & 1048575 = 3",
        "UPDATE chunk SET max = max + 1", "UPDATE metric SET count = count + 1",
        "DELETE FROM source", "DELETE FROM run", "DELETE FROM name", "DELETE FROM metric",
        "UPDATE chunk SET points = substr(points, 2)", "UPDATE metric SET last = 5",
        "INSERT INTO note VALUES(77, 0, NULL, 0, 0, 1, 'x')", "DELETE FROM gist",
        "UPDATE gist SET metrics = substr(metrics, 2)", "UPDATE metric SET last_wall_s = 5",
        "INSERT INTO param SELECT source, 1, 3, 'x', 0 FROM gist", "UPDATE gist SET source = 77"};
    for (size_t i = 0; i < sizeof CRIMES / sizeof *CRIMES; i++) {
        struct err err = {0};
        const char *path = scene_path();
        make_sound(path);
        struct store *store = scene_open(path);
        MUST(store_check(store, &err), &err);
        run_sql(path, CRIMES[i]);
        assert_false(store_check(store, &err));
        assert_int_equal(err.code, ERR_FORMAT);
        store_close(store);
    }
}

static void test_journals(void **state)
{
    (void)state;
    static const uint64_t SHARED[] = {0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x0bd00bd0,
        0x65735546, 0x00c36400, 0x47504653, 0x19830326, 0x01021997};
    static const uint64_t LOCAL[] = {
        0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1};
    for (size_t i = 0; i < sizeof SHARED / sizeof *SHARED; i++) {
        assert_int_equal(store_journal_for_fs(SHARED[i]), STORE_JOURNAL_DELETE);
        /* f_type may come sign-extended. */
        uint64_t extended = (uint64_t)(int64_t)(int32_t)(uint32_t)SHARED[i];
        assert_int_equal(store_journal_for_fs(extended), STORE_JOURNAL_DELETE);
    }
    for (size_t i = 0; i < sizeof LOCAL / sizeof *LOCAL; i++)
        assert_int_equal(store_journal_for_fs(LOCAL[i]), STORE_JOURNAL_WAL);
}

static void *write_for_a_moment(void *db)
{
    struct timespec moment = {0, 50 * 1000 * 1000};
    nanosleep(&moment, NULL);
    assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    return NULL;
}

/* Two that begin at once: while one writes the new file, the other wants its journal changed. */
static void test_a_writer_is_waited_for(void **state)
{
    (void)state;
    const char *path = scene_path();
    struct err err = {0};
    sqlite3 *db;
    pthread_t writer;
    make_sound(path);
    run_sql(path, "PRAGMA journal_mode=DELETE");
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(pthread_create(&writer, NULL, write_for_a_moment, db), 0);
    struct store *store = store_open(path, STORE_READ_WRITE, &err);
    MUST(store != NULL, &err);
    store_close(store);
    pthread_join(writer, NULL);
    sqlite3_close(db);
}

static void test_where_it_lives(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena = {0};
    struct stat made;
    const char *ab[] = {"/a", "/b"}, *bab[] = {"/b", "/a", "/b"}, *slash[] = {"/a/b"};
    const char *cache = temp_dir();
    setenv("XDG_CACHE_HOME", cache, 1);
    setenv("HOME", "/nowhere", 1);
    char *path = store_path_for_roots(&arena, ab, 2, &err);
    MUST(path != NULL, &err);
    assert_int_equal(strncmp(path, cache, strlen(cache)), 0);
    assert_int_equal(strlen(path), strlen(cache) + strlen("/boxtop/0123456789abcdef.db"));
    assert_string_equal(path, store_path_for_roots(&arena, bab, 3, &err));
    assert_string_not_equal(path, store_path_for_roots(&arena, ab, 1, &err));
    assert_string_not_equal(path, store_path_for_roots(&arena, slash, 1, &err));
    assert_int_equal(stat(path_parent(&arena, path), &made), 0);
    assert_int_equal(made.st_mode & 0777, 0700);
    /* What stands there under our name is ours, whatever it holds. */
    temp_text(path_parent(&arena, path), path_base(path), "garbage, garbage, garbage, garbage");
    expect_refused(path, ERR_FORMAT);
    expect_rebuilt(path);

    setenv("XDG_CACHE_HOME", "relative", 1);
    setenv("HOME", cache, 1);
    path = store_path_for_roots(&arena, ab, 2, &err);
    MUST(path != NULL, &err);
    assert_non_null(strstr(path, "/.cache/boxtop/"));
    setenv("HOME", "/proc/nope", 1);
    assert_null(store_path_for_roots(&arena, ab, 2, &err));
    assert_int_equal(err.code, ERR_IO);
    unsetenv("HOME");
    unsetenv("XDG_CACHE_HOME");
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_older_file_is_brought_up),
        cmocka_unit_test(test_steps_are_all_or_nothing),
        cmocka_unit_test(test_a_newer_file_is_refused),
        cmocka_unit_test(test_others_files_are_left_alone),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_check_finds_what_sqlite_cannot),
        cmocka_unit_test(test_journals),
        cmocka_unit_test(test_a_writer_is_waited_for),
        cmocka_unit_test(test_where_it_lives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
