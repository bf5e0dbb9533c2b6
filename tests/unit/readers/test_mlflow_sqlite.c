/* MLflow's databases: new and old ones, living and damaged ones, hostile ones, and a real one. */
#include "base/file.h"
#include "expected.h"
#include "mlflow_db.h"
#include "reading.h"
#include "temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define A MLFLOW_DB_RUN_A
#define B MLFLOW_DB_RUN_B

static struct arena arena;

static const struct reader *reader(void)
{
    return reader_find("mlflow_sqlite");
}

/* The facts of PART, read from the source NAME. */
static const char *facts_of(const char *directory, const char *name, const char *part)
{
    struct record record;
    struct err err = {0};
    if (!reading_part(reader(), directory, name, part, &record, &err))
        fail_msg("%s: %s", part, err.text);
    const char *text = record_text(&record);
    record_done(&record);
    return text;
}

static const char *claim_on(const char *directory)
{
    static char text[4096];
    struct buf out;
    buf_init(&out, sizeof text - 1);
    bool claimed = reading_claim(reader(), directory, &out);
    snprintf(text, sizeof text, "%s", out.data ? out.data : "");
    assert_int_equal(claimed, *text && strncmp(text, "refused", strlen("refused")) != 0);
    buf_done(&out);
    return text;
}

static sqlite3 *make(const char *directory, const char *name, enum mlflow_db_age age)
{
    return mlflow_db_make(path_join(&arena, directory, name), age);
}

static const char FACTS_OF_A[] =
    "param experiment = text detectors\nparam user = text someone\n"
    "param source.name = text train.py\nparam user = text somebody\n"
    "param git.commit = text 0123456\nparam note = text the best\n"
    "param lr = number 0.005\nparam model/head = text two\\x0alines\n"
    "metric loss: 1=2.5@1700000001 2=NaN@1700000002 3=Infinity@1700000003 "
    "4=-Infinity@1700000004\n"
    "metric val/mAP: 1=0.25@1700000001.5\nmetric system/cpu: -1=12.5\n"
    "title faster-1\nid " A "\nstatus finished 1700000000 1700000100.5\n";
static const char FACTS_OF_B[] =
    "param experiment = text detectors\nparam parent_run = text " A "\n"
    "param lr = number 1e-3\nmetric loss: 1=9@1700000201\n"
    "title from a tag\nid " B "\nstatus failed 1700000200 NaN\n";

/* ---- what is read ---- */

static void each_run_is_a_part(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    sqlite3 *db = make(directory, "mlflow.db", MLFLOW_DB_NEW);
    mlflow_db_fill(db);
    mlflow_db_run(db, "INSERT INTO runs(run_uuid, lifecycle_stage) VALUES('0c', 'deleted'),"
                      " ('10', 'active'), ('9', 'active'), ('a/b', 'active')");
    sqlite3_close(db);
    assert_string_equal(claim_on(directory),
        "mlflow.db is mlflow.db/" A "\nmlflow.db is mlflow.db/" B "\nmlflow.db is mlflow.db/9\n"
        "mlflow.db is mlflow.db/10\nrefused mlflow.db: runs deleted in MLflow: 1\n"
        "refused mlflow.db: runs whose id cannot be part of a path: 1\n");
    assert_string_equal(facts_of(directory, "mlflow.db", "mlflow.db/" A), FACTS_OF_A);
    assert_string_equal(facts_of(directory, "mlflow.db", "mlflow.db/" B), FACTS_OF_B);
    assert_string_equal(facts_of(directory, "mlflow.db", "mlflow.db/0d"),
        "note mlflow.db line 0 byte -1 x1 the run is not in the database any more\n");
}

static void a_deleted_experiment_takes_its_runs_along(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    sqlite3 *db = make(directory, "a.sqlite3", MLFLOW_DB_NEW);
    mlflow_db_fill(db);
    mlflow_db_run(db, "UPDATE experiments SET lifecycle_stage = 'deleted'");
    sqlite3_close(db);
    assert_string_equal(claim_on(directory), "refused a.sqlite3: runs deleted in MLflow: 2\n");
}

static void an_old_database_lacks_columns(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    sqlite3 *db = make(directory, "old.db3", MLFLOW_DB_OLD);
    mlflow_db_run(db, "INSERT INTO runs(run_uuid, status, start_time, source_version, user_id)"
                      " VALUES('aa', 'RUNNING', 1500000000000, 'c0ffee', 'someone');"
                      "INSERT INTO metrics VALUES('m', 1, 1500000001000, 'aa'),"
                      " ('m', 2, 1500000002000, 'aa'), ('m', 3, 1500000002000, 'bb');"
                      "INSERT INTO metrics(rowid, key, value, timestamp, run_uuid)"
                      " VALUES(99999999, 'm', 5, 1, 'bb')");
    assert_string_equal(claim_on(directory), "old.db3 is old.db3/aa\n");
    static const char FACTS[] =
        "param user = text someone\nparam git.commit = text c0ffee\n"
        "metric m: 0=1@1500000001 0=2@1500000002\nid aa\nstatus running 1500000000 NaN\n";
    assert_string_equal(facts_of(directory, "old.db3", "old.db3/aa"), FACTS);
    /* With so many rows, and no index that leads to ours, a scan a run is too much. */
    mlflow_db_run(db, "INSERT INTO runs(run_uuid) VALUES('bb')");
    sqlite3_close(db);
    assert_non_null(strstr(facts_of(directory, "old.db3", "old.db3/aa"),
        "note old.db3 line 0 byte -1 x1 metrics left out: this old database has no index"));
}

static void values_of_other_types_do_no_harm(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    sqlite3 *db = make(directory, "mlflow.db", MLFLOW_DB_NEW);
    mlflow_db_run(db, "INSERT INTO runs(run_uuid, name, status, start_time, experiment_id)"
                      " VALUES('aa', x'61006200', 3, 'yesterday', 'none');"
                      "INSERT INTO metrics VALUES('m', 'text', 0, 'aa', 0, 0),"
                      " (x'6d00', 1, 'x', 'aa', 'y', 'z'), ('m', x'31', 0, 'aa', 0, 0);"
                      "INSERT INTO params VALUES(x'ff', x'fe00', 'aa')");
    sqlite3_close(db);
    assert_string_equal(facts_of(directory, "mlflow.db", "mlflow.db/aa"),
        "param \\xff = text \\xfe?\nmetric m?: 0=1\n"
        "note mlflow.db line 0 byte -1 x2 metric rows without a number, left out\n"
        "title a\nid aa\nstatus finished NaN NaN\n");
}

/* ---- what is not taken ---- */

static void other_files_are_left_alone(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    sqlite3 *db;
    temp_text(directory, "notes.db", "not a database");
    temp_text(directory, "mlflow.sqlite", "version https://git-lfs.github.com/spec/v1\n");
    temp_text(directory, "empty.db", "");
    assert_int_equal(sqlite3_open(path_join(&arena, directory, "other.db"), &db), SQLITE_OK);
    mlflow_db_run(db, "CREATE TABLE runs(run_uuid)");
    sqlite3_close(db);
    assert_int_equal(sqlite3_open(path_join(&arena, directory, "mlruns.db"), &db), SQLITE_OK);
    mlflow_db_run(db, "CREATE TABLE runs(run_uuid)");
    sqlite3_close(db);
    sqlite3_close(make(directory, "mlflow.dat", MLFLOW_DB_NEW));
    assert_string_equal(claim_on(directory),
        "refused mlflow.sqlite: not an SQLite database\n"
        "refused mlruns.db: a database without the tables of MLflow\n");
}

static void only_plain_tables_are_believed(void **state)
{
    static const char *const JOKES[] = {
        "ALTER TABLE runs RENAME TO r; CREATE VIEW runs AS WITH RECURSIVE n(i) AS"
        " (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS run_uuid FROM n",
        "DROP TABLE params; CREATE TABLE params(key, run_uuid,"
        " value AS (hex(zeroblob(1000000))))",
        "DROP TABLE tags; CREATE VIRTUAL TABLE tags USING fts5(key, value, run_uuid)",
    };
    (void)state;
    for (size_t i = 0; i < sizeof JOKES / sizeof *JOKES; i++) {
        const char *directory = temp_dir();
        sqlite3 *db = make(directory, "mlflow.db", MLFLOW_DB_NEW);
        mlflow_db_fill(db);
        mlflow_db_run(db, "%s", JOKES[i]);
        sqlite3_close(db);
        assert_string_equal(
            claim_on(directory), "refused mlflow.db: a database without the tables of MLflow\n");
    }
}

static void a_huge_value_ends_its_table_with_a_note(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    sqlite3 *db = make(directory, "mlflow.db", MLFLOW_DB_NEW);
    mlflow_db_fill(db);
    mlflow_db_run(db, "INSERT INTO params VALUES('big', hex(zeroblob(20000000)), '" A "')");
    mlflow_db_run(db, "INSERT INTO params VALUES('long', hex(zeroblob(40000)), '" B "')");
    sqlite3_close(db);
    const char *facts = facts_of(directory, "mlflow.db", "mlflow.db/" A);
    assert_non_null(strstr(facts, "param lr = number 0.005\n"));
    assert_non_null(strstr(facts, "metric loss: "));
    assert_non_null(
        strstr(facts, "note mlflow.db line 0 byte -1 x1 SQLite: string or blob too big"));
    assert_non_null(strstr(
        facts_of(directory, "mlflow.db", "mlflow.db/" B), "x1 parameters left out: too long"));
}

/* ---- a server is at it ---- */

/* Names, sizes and times of all that lies in DIRECTORY. */
static const char *look_of(const char *directory)
{
    struct file_list list;
    struct err err = {0};
    const char *look = "";
    assert_true(file_list(directory, &arena, &list, &err));
    for (size_t i = 0; i < list.count; i++) {
        struct file_stat stat;
        assert_true(file_stat(path_join(&arena, directory, list.entries[i].name), &stat));
        look = arena_printf(&arena, "%s%s %lld %lld %llu\n", look, list.entries[i].name,
            (long long)stat.size_bytes, (long long)stat.mtime_ns, (unsigned long long)stat.inode);
    }
    return look;
}

static void what_stands_in_the_log_only_is_read(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    sqlite3 *db = make(directory, "mlflow.db", MLFLOW_DB_NEW);
    mlflow_db_run(db, "PRAGMA journal_mode = WAL");
    mlflow_db_fill(db);
    const char *before = look_of(directory);
    assert_non_null(strstr(before, "mlflow.db-wal"));
    assert_string_equal(claim_on(directory), "mlflow.db-wal is mlflow.db/" A "\n"
                                             "mlflow.db-wal is mlflow.db/" B "\n");
    assert_string_equal(facts_of(directory, "mlflow.db-wal", "mlflow.db/" A), FACTS_OF_A);
    assert_string_equal(look_of(directory), before);
    /* A transaction that is not committed is not seen, nor is its writer disturbed. */
    mlflow_db_run(db, "BEGIN IMMEDIATE; UPDATE runs SET name = 'later'");
    assert_string_equal(facts_of(directory, "mlflow.db-wal", "mlflow.db/" A), FACTS_OF_A);
    mlflow_db_run(db, "COMMIT");
    assert_non_null(strstr(facts_of(directory, "mlflow.db-wal", "mlflow.db/" A), "title later\n"));
    /* Its end: the log goes into the file. */
    sqlite3_close(db);
    assert_non_null(strstr(claim_on(directory), "mlflow.db is mlflow.db/" A "\n"));
    assert_non_null(strstr(facts_of(directory, "mlflow.db", "mlflow.db/" A), "title later\n"));
}

static const char *copy(const char *from, const char *to, const char *name)
{
    struct buf text;
    struct err err = {0};
    buf_init(&text, 16 << 20);
    assert_true(file_read(path_join(&arena, from, name), &text, &err));
    const char *path = temp_file(to, name, text.data ? text.data : "", text.length);
    buf_done(&text);
    return path;
}

static void a_log_that_was_left_behind_is_read_and_left(void **state)
{
    (void)state;
    const char *directory = temp_dir(), *dead = temp_dir();
    sqlite3 *db = make(directory, "mlflow.db", MLFLOW_DB_NEW);
    mlflow_db_run(db, "PRAGMA journal_mode = WAL");
    mlflow_db_fill(db);
    copy(directory, dead, "mlflow.db");
    copy(directory, dead, "mlflow.db-wal");
    const char *before = look_of(dead);
    assert_string_equal(facts_of(dead, "mlflow.db-wal", "mlflow.db/" A), FACTS_OF_A);
    assert_string_equal(look_of(dead), before);
    sqlite3_close(db);
    /* Of a database in WAL mode that has none, too, nothing is made. */
    const char *at_rest = temp_dir();
    copy(directory, at_rest, "mlflow.db");
    before = look_of(at_rest);
    assert_string_equal(facts_of(at_rest, "mlflow.db", "mlflow.db/" A), FACTS_OF_A);
    assert_string_equal(look_of(at_rest), before);
}

static void every_cut_of_the_log_gives_a_state_that_was(void **state)
{
    (void)state;
    const char *directory = temp_dir(), *cut = temp_dir();
    sqlite3 *db = make(directory, "mlflow.db", MLFLOW_DB_NEW);
    mlflow_db_run(db, "PRAGMA journal_mode = WAL");
    mlflow_db_fill(db);
    for (int step = 10; step < 14; step++)
        mlflow_db_run(
            db, "INSERT INTO metrics VALUES('loss', %d, %d, '" A "', %d, 0)", step, step, step);
    struct buf wal;
    struct err err = {0};
    buf_init(&wal, 1 << 20);
    copy(directory, cut, "mlflow.db");
    assert_true(file_read(path_join(&arena, directory, "mlflow.db-wal"), &wal, &err));
    struct record whole, part;
    assert_true(reading_part(reader(), directory, "mlflow.db-wal", "mlflow.db/" A, &whole, &err));
    assert_int_equal(record_metric(&whole, "loss")->count, 8);
    for (size_t length = 1; length < wal.length; length += 101) {
        temp_file(cut, "mlflow.db-wal", wal.data, length);
        assert_true(reading_part(reader(), cut, "mlflow.db-wal", "mlflow.db/" A, &part, &err));
        assert_true(record_is_prefix(&part, &whole));
        record_done(&part);
    }
    record_done(&whole);
    buf_done(&wal);
    sqlite3_close(db);
}

static void locks_do_not_matter(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    sqlite3 *db = make(directory, "mlflow.db", MLFLOW_DB_NEW);
    mlflow_db_fill(db);
    mlflow_db_run(db, "BEGIN EXCLUSIVE; UPDATE runs SET name = 'later'");
    const char *before = look_of(directory), *facts;
    assert_non_null(strstr(claim_on(directory), "mlflow.db is mlflow.db/" A "\n"));
    facts = facts_of(directory, "mlflow.db", "mlflow.db/" A);
    assert_non_null(strstr(facts, "title faster-1\n"));
    assert_string_equal(look_of(directory), before);
    mlflow_db_run(db, "ROLLBACK");
    sqlite3_close(db);
    temp_file(directory, "mlflow.db-journal", "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8);
    facts = facts_of(directory, "mlflow.db", "mlflow.db/" A);
    assert_non_null(strstr(facts, "a transaction stands half written in it"));
}

/* ---- damage ---- */

static void load(const char *directory, struct buf *bytes)
{
    struct err err = {0};
    sqlite3 *db = make(directory, "mlflow.db", MLFLOW_DB_NEW);
    mlflow_db_fill(db);
    sqlite3_close(db);
    buf_init(bytes, 1 << 20);
    assert_true(file_read(path_join(&arena, directory, "mlflow.db"), bytes, &err));
}

static void a_cut_database_is_refused_or_told_of(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    struct buf bytes;
    struct record whole, part;
    struct err err = {0};
    load(directory, &bytes);
    assert_true(reading_part(reader(), directory, "mlflow.db", "mlflow.db/" A, &whole, &err));
    for (size_t cut = 0; cut < bytes.length; cut += cut % 512 ? 512 - cut % 512 : 131) {
        temp_file(directory, "mlflow.db", bytes.data, cut);
        assert_true(*claim_on(directory) != '\0');
        assert_true(reading_part(reader(), directory, "mlflow.db", "mlflow.db/" A, &part, &err));
        assert_true(record_is_prefix(&part, &whole));
        assert_true(part.note_count > 0);
        record_done(&part);
    }
    record_done(&whole);
    buf_done(&bytes);
}

static void damaged_bytes_do_no_harm(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    struct buf bytes;
    load(directory, &bytes);
    for (size_t at = 16; at < bytes.length; at += 37) {
        struct record record;
        struct err err = {0};
        char kept = bytes.data[at];
        bytes.data[at] ^= 0x55;
        temp_file(directory, "mlflow.db", bytes.data, bytes.length);
        claim_on(directory);
        reading_part(reader(), directory, "mlflow.db", "mlflow.db/" A, &record, &err);
        record_done(&record);
        bytes.data[at] = kept;
    }
    buf_done(&bytes);
}

static void a_sink_that_refuses_ends_it(void **state)
{
    (void)state;
    const char *directory = temp_dir();
    struct buf bytes;
    load(directory, &bytes);
    buf_done(&bytes);
    for (int64_t calls = 0, refused = 1; refused; calls++) {
        struct record record;
        struct reader_mark mark = {0};
        struct err err = {0};
        struct reader_source source = {directory, "mlflow.db",
            path_join(&arena, directory, "mlflow.db"), false, "mlflow.db/" A};
        record_init(&record);
        struct sink sink = record_sink(&record);
        record.calls_left = calls;
        assert_true(reader()->read(&source, &mark, &sink, &err));
        refused = record.calls_left < 0;
        record_done(&record);
    }
}

/* ---- a real database ---- */

static void check_run(const char *folder, const char *file, const cJSON *facts)
{
    const char *id = cJSON_GetObjectItemCaseSensitive(facts, "run_uuid")->valuestring;
    struct record record;
    struct err err = {0};
    assert_true(reading_part(reader(), folder, file, path_join(&arena, file, id), &record, &err));
    assert_int_equal(record.note_count, 0);
    assert_string_equal(record.id, id);
    assert_string_equal(record.title, cJSON_GetObjectItemCaseSensitive(facts, "name")->valuestring);
    assert_int_equal(record.status, RUN_FINISHED);
    assert_true(
        record.ended_s * 1000 == cJSON_GetObjectItemCaseSensitive(facts, "end_time")->valuedouble);
    assert_string_equal(record_param(&record, "experiment"), "predict_drug");
    const cJSON *params = cJSON_GetObjectItemCaseSensitive(facts, "params"), *value;
    cJSON_ArrayForEach(value, cJSON_GetObjectItemCaseSensitive(params, "values"))
        assert_string_equal(record_param(&record, value->string), value->valuestring);
    assert_int_equal(expected_metrics(&record, cJSON_GetObjectItemCaseSensitive(facts, "metrics")),
        record.metric_count);
    record_done(&record);
}

static void a_real_database_is_read_like_others_read_it(void **state)
{
    (void)state;
    static const char FOLDER[] = SHARED "/real-runs/mlflow-sqlite";
    cJSON *expected = expected_load(FOLDER, "");
    if (!expected)
        skip();
    const cJSON *facts, *run;
    int runs = 0;
    cJSON_ArrayForEach(facts, cJSON_GetObjectItemCaseSensitive(expected, "facts"))
        cJSON_ArrayForEach(run, cJSON_GetObjectItemCaseSensitive(facts, "runs"))
    {
        check_run(FOLDER, cJSON_GetObjectItemCaseSensitive(facts, "file")->valuestring, run);
        runs++;
    }
    cJSON_Delete(expected);
    assert_int_equal(runs, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_run_is_a_part),
        cmocka_unit_test(a_deleted_experiment_takes_its_runs_along),
        cmocka_unit_test(an_old_database_lacks_columns),
        cmocka_unit_test(values_of_other_types_do_no_harm),
        cmocka_unit_test(other_files_are_left_alone),
        cmocka_unit_test(only_plain_tables_are_believed),
        cmocka_unit_test(a_huge_value_ends_its_table_with_a_note),
        cmocka_unit_test(what_stands_in_the_log_only_is_read),
        cmocka_unit_test(a_log_that_was_left_behind_is_read_and_left),
        cmocka_unit_test(every_cut_of_the_log_gives_a_state_that_was),
        cmocka_unit_test(locks_do_not_matter),
        cmocka_unit_test(a_cut_database_is_refused_or_told_of),
        cmocka_unit_test(damaged_bytes_do_no_harm),
        cmocka_unit_test(a_sink_that_refuses_ends_it),
        cmocka_unit_test(a_real_database_is_read_like_others_read_it),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
