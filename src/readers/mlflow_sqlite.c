/*
 * The reader of MLflow's SQLite databases: one file, many runs.
 * Knows: the tables experiments, runs, metrics, params, tags, also as old versions made them. Must
 * not know: how SQLite is kept from disturbing their server (sqlite_file.h), or the file store.
 *
 * Each run is a part of the file and is found by the index on run_uuid that such databases have;
 * old ones without it are read run by run only while that is bearable. While a server keeps changes
 * in the write-ahead log, that is the source, for there they show; the database is read beneath it.
 */
#include "base/text.h"
#include "readers/held.h"
#include "readers/mlflow_run.h"
#include "readers/reader.h"
#include "readers/series.h"
#include "readers/sqlite_file.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CLAIM_MS = 5000, READ_MS = 20000, TRIES = 6, MOST_RUNS = READER_MAX_SOURCES };
/* Of a run's facts, until it is known that nobody wrote meanwhile. */
enum { MOST_HELD_BYTES = 128 << 20 };
/* Rows that all runs together may pass over when no index leads to theirs. */
static const double MOST_SCANNED = 1e8;

static const char WAL[] = "-wal";

/* ---- recognising ---- */

static bool has_its_name(const char *name)
{
    static const char *const SUFFIXES[] = {".db", ".sqlite", ".sqlite3", ".db3"};
    for (size_t i = 0; i < sizeof SUFFIXES / sizeof *SUFFIXES; i++)
        if (path_has_suffix(name, SUFFIXES[i]))
            return true;
    return false;
}

/* People expect to find their runs in a file that is called so. */
static bool promises_runs(const char *name)
{
    return text_contains(name, "mlflow") || text_contains(name, "mlruns");
}

/* Plain tables only: a view, a virtual table or a computed column of such a name is somebody's
 * joke, and would have us run what it says. */
static bool has_tables(struct sqlite_file *file, struct err *err)
{
    static const char SQL[] =
        "SELECT count(*) FROM pragma_table_list AS it WHERE schema = 'main' AND type = 'table'"
        " AND name IN ('experiments', 'runs', 'metrics', 'params', 'tags')"
        " AND NOT EXISTS (SELECT 1 FROM pragma_table_xinfo(it.name) WHERE hidden)";
    return sqlite_file_number(file, SQL, NULL, err) == 5;
}

/* NAME when TABLE has such a column, else what stands for it. */
static const char *column(
    struct sqlite_file *file, const char *table, const char *name, const char *otherwise)
{
    char sql[128];
    struct err err = {0};
    snprintf(sql, sizeof sql, "SELECT 1 FROM pragma_table_info('%s') WHERE name = ?1", table);
    return sqlite_file_number(file, sql, name, &err) ? name : otherwise;
}

static const char *text_at(sqlite3_stmt *row, int i)
{
    const char *text = (const char *)sqlite3_column_text(row, i);
    return text ? text : "";
}

static size_t length_at(sqlite3_stmt *row, int i)
{
    return (size_t)sqlite3_column_bytes(row, i);
}

/* ---- claiming: a part for each run ---- */

struct ids {
    const char **items;
    size_t count;
    int64_t deleted, strange; /* left out */
    bool more;
};

static int compare_ids(const void *a, const void *b)
{
    return text_compare_natural(*(const char *const *)a, *(const char *const *)b);
}

static void take_ids(struct sqlite_file *file, sqlite3_stmt *rows, struct ids *ids,
    const struct reader_place *place, struct err *err)
{
    while (rows && !ids->more && sqlite_file_next(file, &rows, err)) {
        const char *id = text_at(rows, 0);
        if (sqlite3_column_int(rows, 1))
            ids->deleted++;
        else if (!mlflow_is_id(id))
            ids->strange++;
        else if (ids->count == MOST_RUNS)
            ids->more = true;
        else if ((ids->items[ids->count] = arena_string(place->arena, id)))
            ids->count++;
    }
    sqlite3_finalize(rows);
}

/* The runs in FILE that are not deleted, in natural order. */
static bool list_ids(
    struct sqlite_file *file, const struct reader_place *place, struct ids *ids, struct err *err)
{
    char sql[512];
    *ids = (struct ids){.items = ARENA_ARRAY(place->arena, const char *, MOST_RUNS)};
    if (!ids->items)
        return err_set(err, ERR_MEMORY, "out of memory");
    snprintf(sql, sizeof sql,
        "SELECT run_uuid, %s IS 'deleted' OR experiment_id IN"
        " (SELECT experiment_id FROM experiments WHERE %s IS 'deleted') FROM runs",
        column(file, "runs", "lifecycle_stage", "NULL"),
        column(file, "experiments", "lifecycle_stage", "NULL"));
    take_ids(file, sqlite_file_ask(file, sql, NULL, err), ids, place, err);
    if (ids->count)
        qsort(ids->items, ids->count, sizeof *ids->items, compare_ids);
    return !err->code;
}

static void refuse_some(const struct reader_place *place, struct reader_claim *claim,
    const char *name, const char *what, int64_t count)
{
    char reason[128];
    snprintf(reason, sizeof reason, "%s: %" PRId64, what, count);
    if (count)
        reader_refuse(place, claim, name, reason);
}

static void claim_runs(const struct reader_place *place, struct reader_claim *claim,
    const char *name, const char *source, const struct ids *ids)
{
    bool room = true;
    for (size_t i = 0; room && i < ids->count; i++) {
        const char *part = path_join(place->arena, name, ids->items[i]);
        room = part && reader_claim_part(place, claim, part, source);
    }
    if (!room || ids->more)
        reader_refuse(
            place, claim, name, "more runs than a directory may hold: the rest is left out");
    refuse_some(place, claim, name, "runs deleted in MLflow", ids->deleted);
    refuse_some(place, claim, name, "runs whose id cannot be part of a path", ids->strange);
}

/* A commit takes some milliseconds. */
static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
}

/* Whether PATH has MLflow's tables, and then its runs. A server may write to it meanwhile; its runs
 * must not seem to have gone for that, so it is tried again. */
static bool look_into(
    const char *path, const struct reader_place *place, struct ids *ids, struct err *err)
{
    for (int tries = TRIES;; tries--) {
        struct sqlite_file file;
        *err = (struct err){0};
        if (!sqlite_file_open(&file, path, CLAIM_MS, err))
            return false;
        bool its = has_tables(&file, err) && list_ids(&file, place, ids, err);
        bool quiet = sqlite_file_is_quiet(&file);
        sqlite_file_close(&file);
        if (quiet || tries == 1)
            return its;
        nap();
    }
}

/* Claims the runs of database NAME, which is one. */
static void claim_database(
    const struct reader_place *place, struct reader_claim *claim, const char *name)
{
    struct err err = {0};
    struct ids ids = {0};
    char wal[4096];
    const char *path = path_join(place->arena, place->path, name);
    bool its = path && look_into(path, place, &ids, &err);
    if (err.code && !ids.count)
        reader_refuse(place, claim, name, err.text);
    else if (!its && !err.code && promises_runs(name))
        reader_refuse(place, claim, name, "a database without the tables of MLflow");
    else if (path)
        claim_runs(place, claim, name,
            sqlite_file_has_wal(path, wal, sizeof wal) ? path_base(wal) : name, &ids);
}

static bool claim(const struct reader_place *place, struct reader_claim *claim)
{
    for (size_t i = 0; i < place->list->count; i++) {
        const struct file_entry *entry = &place->list->entries[i];
        char head[SQLITE_FILE_MAGIC_BYTES];
        if (entry->is_dir || !has_its_name(entry->name))
            continue;
        if (reader_peek(place, entry->name, head, sizeof head) == sizeof head &&
            sqlite_file_is(head))
            claim_database(place, claim, entry->name);
        else if (promises_runs(entry->name))
            reader_refuse(place, claim, entry->name, "not an SQLite database");
    }
    claim->reason = "a database with MLflow's tables";
    return claim->count > 0;
}

/* ---- reading one run ---- */

struct reading {
    struct sqlite_file file;
    const char *name, *id; /* of the database, of the run */
    struct sink *sink;
    struct params params;
    struct series_set series;
    bool has_title;
    int64_t left_out; /* metric rows without a value */
    struct err err;
};

/* The rows of TABLE that belong to the run: COLUMNS of them. */
static sqlite3_stmt *ask(struct reading *reading, const char *columns, const char *table)
{
    char sql[512];
    snprintf(
        sql, sizeof sql, "SELECT %s FROM %s WHERE run_uuid = ?1 ORDER BY rowid", columns, table);
    return sqlite_file_ask(&reading->file, sql, reading->id, &reading->err);
}

static bool next(struct reading *reading, sqlite3_stmt **rows)
{
    return *rows && sqlite_file_next(&reading->file, rows, &reading->err);
}

static bool is_stopped(const struct reading *reading)
{
    return reading->params.stopped || reading->series.stopped;
}

static void say(struct reading *reading, int64_t count, const char *text)
{
    struct note note = {.file = reading->name, .offset = -1, .count = count, .text = text};
    if (count && !is_stopped(reading) && !reading->sink->note(reading->sink->self, &note))
        reading->params.stopped = true;
}

static void set_title(struct reading *reading, const char *title)
{
    struct sink *sink = reading->sink;
    if (!*title || reading->has_title || is_stopped(reading))
        return;
    reading->has_title = true;
    if (!sink->label(sink->self, RUN_LABEL_TITLE, title))
        reading->params.stopped = true;
}

static void put_text(struct reading *reading, const char *name, const char *text, size_t length)
{
    size_t entered = params_enter(&reading->params, name, strlen(name));
    params_put_text(&reading->params, text, length);
    params_leave(&reading->params, entered);
}

static void read_tags(struct reading *reading)
{
    sqlite3_stmt *rows = ask(reading, "key, value", "tags");
    while (!is_stopped(reading) && next(reading, &rows)) {
        const char *key = text_at(rows, 0), *value = text_at(rows, 1);
        if (strcmp(key, "mlflow.runName") == 0)
            set_title(reading, value);
        else
            mlflow_put_about(&reading->params, key, value, length_at(rows, 1));
    }
    sqlite3_finalize(rows);
}

static void read_experiment(struct reading *reading, const char *id)
{
    sqlite3_stmt *rows = sqlite_file_ask(
        &reading->file, "SELECT name FROM experiments WHERE experiment_id = ?1", id, &reading->err);
    if (next(reading, &rows) && length_at(rows, 0))
        put_text(reading, "experiment", text_at(rows, 0), length_at(rows, 0));
    sqlite3_finalize(rows);
}

static double ms_at(sqlite3_stmt *row, int i)
{
    return mlflow_time_s(sqlite3_column_double(row, i));
}

/* The row of the run itself; false when it is not there. */
static bool read_run(struct reading *reading)
{
    static const char *const COLUMNS[] = {"status", "start_time", "end_time", "name",
        "experiment_id", "user_id", "source_name", "source_version"};
    enum { STATUS, START, END, NAME, EXPERIMENT, ABOUT, COUNT = sizeof COLUMNS / sizeof *COLUMNS };
    struct sink *sink = reading->sink;
    struct buf list;
    buf_init(&list, 256);
    for (size_t i = 0; i < COUNT; i++)
        buf_printf(
            &list, "%s%s", i ? ", " : "", column(&reading->file, "runs", COLUMNS[i], "NULL"));
    sqlite3_stmt *row = list.failed ? NULL : ask(reading, list.data, "runs");
    bool there = next(reading, &row);
    if (there) {
        set_title(reading, text_at(row, NAME));
        if (*text_at(row, EXPERIMENT))
            read_experiment(reading, text_at(row, EXPERIMENT));
        for (int i = ABOUT; i < COUNT; i++)
            mlflow_put_about(&reading->params, COLUMNS[i], text_at(row, i), length_at(row, i));
        if (!is_stopped(reading) &&
            (!sink->label(sink->self, RUN_LABEL_ID, reading->id) ||
                !sink->status(sink->self, mlflow_status(text_at(row, STATUS)), ms_at(row, START),
                    ms_at(row, END))))
            reading->params.stopped = true;
    }
    sqlite3_finalize(row);
    buf_done(&list);
    return there;
}

static void read_params(struct reading *reading)
{
    sqlite3_stmt *rows = ask(reading, "key, value", "params");
    while (!is_stopped(reading) && next(reading, &rows)) {
        const char *key = text_at(rows, 0), *value = text_at(rows, 1);
        size_t entered = params_enter(&reading->params, key, length_at(rows, 0));
        params_put_plain(&reading->params, value, length_at(rows, 1));
        params_leave(&reading->params, entered);
    }
    sqlite3_finalize(rows);
}

/* SQL holds no infinity, so the largest number stands for it; and none that is not a number. */
static double value_of(double value, bool is_nan)
{
    if (is_nan)
        return NAN;
    return value >= DBL_MAX ? INFINITY : value <= -DBL_MAX ? -INFINITY : value;
}

static void take_points(struct reading *reading, sqlite3_stmt *rows)
{
    enum { KEY, VALUE, TIME, STEP, IS_NAN };
    while (!is_stopped(reading) && next(reading, &rows)) {
        int type = sqlite3_column_type(rows, VALUE);
        bool is_nan = sqlite3_column_int(rows, IS_NAN) != 0;
        if (!is_nan && type != SQLITE_FLOAT && type != SQLITE_INTEGER) {
            reading->left_out++;
            continue;
        }
        const char *key = text_at(rows, KEY);
        int32_t series = series_find(&reading->series, key, length_at(rows, KEY));
        if (series >= 0)
            series_add(&reading->series, series, sqlite3_column_int64(rows, STEP),
                ms_at(rows, TIME), value_of(sqlite3_column_double(rows, VALUE), is_nan));
    }
    sqlite3_finalize(rows);
}

/* Without an index each run's metrics cost a look at those of all. */
static bool is_bearable(struct reading *reading)
{
    static const char INDEXED[] =
        "SELECT count(*) FROM pragma_index_list('metrics') AS list,"
        " pragma_index_info(list.name) AS part WHERE part.seqno = 0 AND part.name = 'run_uuid'";
    struct sqlite_file *file = &reading->file;
    struct err *err = &reading->err;
    if (sqlite_file_number(file, INDEXED, NULL, err))
        return true;
    double rows = (double)sqlite_file_number(file, "SELECT max(rowid) FROM metrics", NULL, err);
    double runs = (double)sqlite_file_number(file, "SELECT count(*) FROM runs", NULL, err);
    return rows * runs <= MOST_SCANNED;
}

static void read_metrics(struct reading *reading)
{
    char columns[128];
    if (!is_bearable(reading)) {
        say(reading, 1,
            "metrics left out: this old database has no index that leads to a run's; run"
            " \"mlflow db upgrade\" on it");
        return;
    }
    snprintf(columns, sizeof columns, "key, value, timestamp, %s, %s",
        column(&reading->file, "metrics", "step", "0"),
        column(&reading->file, "metrics", "is_nan", "0"));
    take_points(reading, ask(reading, columns, "metrics"));
}

static bool read_parts(struct reading *reading, struct err *err)
{
    bool there = has_tables(&reading->file, &reading->err) && read_run(reading);
    if (there) {
        read_tags(reading);
        read_params(reading);
        read_metrics(reading);
    }
    bool ok = series_end(&reading->series, reading->name, err);
    if (!is_stopped(reading) && !params_note(&reading->params, reading->sink, reading->name))
        reading->params.stopped = true;
    say(reading, reading->left_out, "metric rows without a number, left out");
    if (reading->err.code)
        say(reading, 1, reading->err.text);
    else
        say(reading, !there, "the run is not in the database any more");
    return ok;
}

/* Reads the run once into SINK. *QUIET: nobody wrote to the file meanwhile. */
static bool read_once(const char *path, const char *name, const char *id, struct sink *sink,
    bool *quiet, struct err *err)
{
    struct reading reading = {.name = name, .id = id, .sink = sink};
    if (!sqlite_file_open(&reading.file, path, READ_MS, err))
        return false;
    params_init_sink(&reading.params, sink);
    series_init(&reading.series, sink, "");
    say(&reading, sqlite_file_is_torn(&reading.file),
        "a transaction stands half written in it: its last rows may be wrong");
    say(&reading, sqlite_file_is_cut(&reading.file), "is shorter than it says: half copied?");
    bool ok = read_parts(&reading, err);
    *quiet = sqlite_file_is_quiet(&reading.file);
    say(&reading, !*quiet && !sqlite_file_is_torn(&reading.file),
        "was written to while it was read: what is wrong or missing is read again");
    series_done(&reading.series);
    params_done(&reading.params);
    sqlite_file_close(&reading.file);
    return ok;
}

/* Reads the run into memory, again while somebody writes, and then lets it go into SINK. */
static bool read_quietly(
    const char *path, const char *name, const char *id, struct sink *sink, struct err *err)
{
    bool quiet = false, full = false, ok = true;
    for (int tries = TRIES; ok && tries > 0 && !quiet && !full; tries--) {
        struct held held;
        held_init(&held, MOST_HELD_BYTES);
        struct sink holding = held_sink(&held);
        ok = read_once(path, name, id, &holding, &quiet, err);
        full = held.full;
        if (ok && !full && (quiet || tries == 1))
            ok = held_release(&held, sink) || err_set(err, ERR_MEMORY, "out of memory");
        held_done(&held);
        if (ok && !full && !quiet && tries > 1)
            nap();
    }
    return ok && full ? read_once(path, name, id, sink, &quiet, err) : ok;
}

static bool read(const struct reader_source *source, struct reader_mark *mark, struct sink *sink,
    struct err *err)
{
    struct arena arena = {0};
    size_t tail = path_has_suffix(source->name, WAL) ? strlen(WAL) : 0;
    (void)mark;
    const char *name = arena_copy(&arena, source->name, strlen(source->name) - tail);
    const char *path = arena_copy(&arena, source->path, strlen(source->path) - tail);
    bool ok = (name && path) || err_set(err, ERR_MEMORY, "out of memory");
    ok = ok && read_quietly(path, name, source->part ? path_base(source->part) : "", sink, err);
    arena_done(&arena);
    return ok;
}

const struct reader reader_mlflow_sqlite = {
    .name = "mlflow_sqlite",
    .reads = "MLflow's SQLite database, also while its server is running",
    .claim = claim,
    .read = read,
};
