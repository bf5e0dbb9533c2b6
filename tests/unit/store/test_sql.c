/*
 * SQL over tables of the caller and points of the index: answers, and what hostile words get.
 */
#include "scene.h"

#include "store/sql.h"
#include "temp.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct store *store;
static const char *path;
static struct sql_series series[3];

static bool fill_runs(void *self, size_t row, struct sql_value *cells)
{
    (void)self;
    if (row == 2)
        return false;
    cells[0] = (struct sql_value){.kind = SQL_INTEGER, .integer = (int64_t)row + 1};
    cells[1] = (struct sql_value){.kind = SQL_TEXT, .text = row ? NULL : "first"};
    cells[2] = (struct sql_value){.kind = SQL_REAL, .real = row ? NAN : 0.5};
    return true;
}

static int begin(void **state)
{
    (void)state;
    struct err err = {0};
    path = scene_path();
    store = scene_open(path);
    MUST(store_begin(store, &err), &err);
    int64_t run = scene_run(store, "a");
    MUST(store_commit(store, &err), &err);
    struct store_source source = scene_source_of("metrics.csv", NULL);
    scene_source(store, run, &source, "loss", 5, 9000); /* more than two chunks */
    series[0] = (struct sql_series){1, "loss", run, "loss"};
    series[1] = (struct sql_series){1, "none", run, "not there"};
    series[2] = (struct sql_series){2, "loss again", run, "loss"};
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_close(store);
    return 0;
}

static bool ask(const char *sql, const atomic_bool *stale, struct arena *arena,
    struct sql_answer *answer, struct err *err)
{
    static const struct sql_table TABLES[] = {
        {"runs", "id INTEGER PRIMARY KEY, name TEXT, ap REAL", "name", 3, fill_runs, NULL}};
    struct sql_request request = {.sql = sql,
        .tables = TABLES,
        .table_count = 1,
        .series = series,
        .series_count = 3,
        .stale = stale,
        .most_rows = 20000,
        .most_bytes = 1 << 20,
        .most_memory_bytes = 32 << 20};
    *err = (struct err){0};
    return store_sql(store, &request, arena, answer, err);
}

/* The first cell of the only row, as text. */
static const char *one(const char *sql)
{
    static char out[64];
    struct arena arena = {0};
    struct sql_answer answer;
    struct err err;
    if (!ask(sql, NULL, &arena, &answer, &err))
        fail_msg("%s: %s", sql, err.text);
    assert_int_equal(answer.rows, 1);
    const struct sql_value *cell = &answer.cells[0];
    if (cell->kind == SQL_INTEGER)
        snprintf(out, sizeof out, "%lld", (long long)cell->integer);
    else if (cell->kind == SQL_REAL)
        snprintf(out, sizeof out, "%g", cell->real);
    else
        snprintf(out, sizeof out, "%s", cell->kind == SQL_NULL ? "NULL" : cell->text);
    arena_done(&arena);
    return out;
}

static void test_answers(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *answer;
    } CASES[] = {
        {"SELECT count(*) FROM runs", "2"},
        {"SELECT name FROM runs WHERE id = 1", "first"},
        {"SELECT name FROM runs WHERE id = 2", "NULL"},
        {"SELECT ap FROM runs WHERE id = 2", "NULL"}, /* NaN */
        {"SELECT count(*) FROM points(1, 'loss')", "9000"},
        {"SELECT count(*) FROM points", "18000"},
        {"SELECT count(*) FROM points WHERE metric = 'loss'", "9000"},
        {"SELECT count(*) FROM points(2)", "9000"},
        {"SELECT count(*) FROM points(3)", "0"},
        {"SELECT count(*) FROM points(1, 'none')", "0"},
        {"SELECT count(*) FROM points(NULL, NULL)", "0"},
        {"SELECT count(*) FROM points(9223372036854775807)", "0"},
        {"SELECT count(*) FROM points('one')", "0"},
        {"SELECT count(*) FROM runs r JOIN points p ON p.run = r.id", "18000"},
        {"SELECT count(DISTINCT metric) FROM points", "2"},
        {"WITH a(x) AS (VALUES(1), (2)) SELECT sum(x) FROM a;", "3"},
        {"SELECT x'00ff' -- a comment", "00ff"},
        {"SELECT 1; -- and no more", "1"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (strcmp(one(CASES[i].sql), CASES[i].answer) != 0)
            fail_msg("%s gives %s", CASES[i].sql, one(CASES[i].sql));
}

static void test_points_are_those_of_the_index(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct sql_answer answer;
    struct err err;
    assert_true(ask("SELECT step, wall, value FROM points(1, 'loss')", NULL, &arena, &answer, &err));
    assert_int_equal(answer.rows, 9000);
    assert_string_equal(answer.titles[2], "value");
    for (size_t i = 0; i < answer.rows; i++) {
        struct point point = scene_point(5, (int64_t)i);
        const struct sql_value *cells = &answer.cells[3 * i];
        assert_int_equal(cells[0].integer, point.step);
        assert_true(isnan(point.wall_s) ? cells[1].kind == SQL_NULL : cells[1].real == point.wall_s);
        assert_true(isnan(point.value) ? cells[2].kind == SQL_NULL : cells[2].real == point.value);
    }
    arena_done(&arena);
}

static void test_nothing_but_reading(void **state)
{
    (void)state;
    char attach[512], vacuum[512], file[256];
    snprintf(file, sizeof file, "%s/made.db", temp_dir());
    snprintf(attach, sizeof attach, "ATTACH '%s' AS x", file);
    snprintf(vacuum, sizeof vacuum, "VACUUM INTO '%s'", file);
    const char *const refused[] = {"DELETE FROM runs", "INSERT INTO runs(id) VALUES(7)",
        "UPDATE runs SET name = 'x'", "DROP TABLE runs", "CREATE TABLE t(a)", "CREATE TEMP TABLE t(a)",
        "CREATE VIEW v AS SELECT 1", "CREATE TRIGGER t AFTER INSERT ON runs BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE v USING fts5(a)", "ALTER TABLE runs ADD COLUMN x", attach, vacuum,
        "DETACH main", "VACUUM", "REINDEX", "ANALYZE", "BEGIN", "COMMIT", "SAVEPOINT a",
        "PRAGMA query_only = 0", "PRAGMA user_version", "PRAGMA writable_schema = 1",
        "SELECT * FROM pragma_table_info('runs')", "SELECT load_extension('/tmp/x.so')",
        "SELECT writefile('/tmp/x', 'y')", "SELECT fts3_tokenizer('simple')",
        "EXPLAIN DELETE FROM runs", "WITH a AS (SELECT 1) DELETE FROM runs",
        "SELECT 1; SELECT 2", "SELECT 1; DELETE FROM runs", "", "  ;", "-- nothing", "SELEC 1",
        "SELECT nothing FROM runs", "SELECT * FROM run", "SELECT * FROM chunk",
        "SELECT ?1 FROM nowhere", "INSERT INTO points VALUES(1, 2, 3)", "DELETE FROM points",
        "DROP TABLE points", "SELECT * FROM points(1, 2, 3)"};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct sql_answer answer;
        struct err err;
        if (ask(refused[i], NULL, &arena, &answer, &err))
            fail_msg("%s is run", refused[i]);
        assert_int_equal(err.code, ERR_USAGE);
        assert_int_equal(strncmp(err.text, "SQL: ", 5), 0);
        assert_null(answer.cells);
    }
    assert_int_equal(access(file, F_OK), -1);
    arena_done(&arena);
    /* The index is as it was. */
    struct err err = {0};
    MUST(store_check(store, &err), &err);
    assert_string_equal(one("SELECT count(*) FROM points(1, 'loss')"), "9000");
}

static void test_a_mistake_has_its_place(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct sql_answer answer;
    struct err err;
    assert_false(ask("SELECT nothing FROM runs", NULL, &arena, &answer, &err));
    assert_int_equal(err.place, ERR_AT_BYTE);
    assert_int_equal(err.at, 7);
    assert_false(ask("SELECT 1; SELECT 2", NULL, &arena, &answer, &err));
    assert_int_equal(err.at, 9);
    arena_done(&arena);
}

#define ENDLESS "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "

static void test_bounds(void **state)
{
    (void)state;
    static const char *const TOO_MUCH[] = {ENDLESS "SELECT x FROM c", "SELECT zeroblob(1000000000)",
        "SELECT hex(zeroblob(9000000))",
        ENDLESS "SELECT randomblob(80000) FROM c",
        ("WITH RECURSIVE c(x) AS (SELECT zeroblob(900000) UNION SELECT x || 'a' FROM c)"
         " SELECT count(*) FROM c")};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof TOO_MUCH / sizeof *TOO_MUCH; i++) {
        struct sql_answer answer;
        struct err err;
        assert_false(ask(TOO_MUCH[i], NULL, &arena, &answer, &err));
        if (err.code != ERR_LIMIT)
            fail_msg("%s: %s", TOO_MUCH[i], err.text);
        arena_done(&arena);
    }
    atomic_bool stale = true;
    struct sql_answer answer;
    struct err err;
    assert_false(ask(ENDLESS "SELECT count(*) FROM c", &stale, &arena, &answer, &err));
    assert_int_equal(err.code, ERR_CANCELLED);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_points_are_those_of_the_index),
        cmocka_unit_test(test_nothing_but_reading),
        cmocka_unit_test(test_a_mistake_has_its_place),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
