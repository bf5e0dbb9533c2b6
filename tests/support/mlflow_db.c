#include "mlflow_db.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char COMMON[] =
    "PRAGMA page_size = 512;"
    "CREATE TABLE alembic_version(version_num VARCHAR(32) NOT NULL PRIMARY KEY);"
    "CREATE TABLE experiments(experiment_id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(256) UNIQUE,"
    " artifact_location VARCHAR(256), lifecycle_stage VARCHAR(32));"
    "CREATE TABLE params(key VARCHAR(250) NOT NULL, value VARCHAR(8000) NOT NULL,"
    " run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid));"
    "CREATE TABLE tags(key VARCHAR(250) NOT NULL, value VARCHAR(8000),"
    " run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (key, run_uuid));"
    "INSERT INTO experiments VALUES(0, 'Default', NULL, 'active'), (1, 'detectors', NULL, "
    "'active');";

#define RUN_COLUMNS                                                                                \
    "run_uuid VARCHAR(32) NOT NULL PRIMARY KEY, name VARCHAR(250), source_type VARCHAR(20),"       \
    " source_name VARCHAR(500), entry_point_name VARCHAR(50), user_id VARCHAR(256),"               \
    " status VARCHAR(20), start_time BIGINT, end_time BIGINT, source_version VARCHAR(50),"         \
    " lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER"

static const char NEW[] =
    "CREATE TABLE runs(" RUN_COLUMNS ", deleted_time BIGINT,"
    " CHECK (lifecycle_stage IN ('active', 'deleted')));"
    "CREATE TABLE metrics(key VARCHAR(250) NOT NULL, value FLOAT NOT NULL,"
    " timestamp BIGINT NOT NULL, run_uuid VARCHAR(32) NOT NULL, step BIGINT DEFAULT '0' NOT NULL,"
    " is_nan BOOLEAN DEFAULT '0' NOT NULL,"
    " PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan));"
    "CREATE INDEX index_metrics_run_uuid ON metrics(run_uuid);"
    "CREATE INDEX index_params_run_uuid ON params(run_uuid);"
    "CREATE INDEX index_tags_run_uuid ON tags(run_uuid);";

static const char OLD[] = "CREATE TABLE runs(" RUN_COLUMNS ");"
                          "CREATE TABLE metrics(key VARCHAR(250) NOT NULL, value FLOAT NOT NULL,"
                          " timestamp BIGINT NOT NULL, run_uuid VARCHAR(32) NOT NULL,"
                          " PRIMARY KEY (key, timestamp, run_uuid, value));";

static void run(sqlite3 *db, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK)
        return;
    fprintf(stderr, "%s\nin %s\n", message, sql);
    abort();
}

sqlite3 *mlflow_db_make(const char *path, enum mlflow_db_age age)
{
    sqlite3 *db;
    if (sqlite3_open(path, &db) != SQLITE_OK)
        abort();
    run(db, COMMON);
    run(db, age == MLFLOW_DB_NEW ? NEW : OLD);
    return db;
}

void mlflow_db_run(sqlite3 *db, const char *sql, ...)
{
    char *text;
    va_list args;
    va_start(args, sql);
    if (vasprintf(&text, sql, args) < 0)
        abort();
    va_end(args);
    run(db, text);
    free(text);
}

void mlflow_db_fill(sqlite3 *db)
{
    run(db, "INSERT INTO runs VALUES"
            "('" MLFLOW_DB_RUN_A "', 'faster-1', 'LOCAL', 'train.py', '', 'someone', 'FINISHED',"
            " 1700000000000, 1700000100500, '', 'active', 'file:///elsewhere', 1, NULL),"
            "('" MLFLOW_DB_RUN_B "', '', 'LOCAL', '', '', '', 'KILLED',"
            " 1700000200000, NULL, '', 'active', NULL, 1, NULL);"
            "INSERT INTO metrics VALUES"
            "('loss', 2.5, 1700000001000, '" MLFLOW_DB_RUN_A "', 1, 0),"
            "('val/mAP', 0.25, 1700000001500, '" MLFLOW_DB_RUN_A "', 1, 0),"
            "('loss', 9, 1700000201000, '" MLFLOW_DB_RUN_B "', 1, 0),"
            "('loss', 0, 1700000002000, '" MLFLOW_DB_RUN_A "', 2, 1),"
            "('loss', 1.7976931348623157e308, 1700000003000, '" MLFLOW_DB_RUN_A "', 3, 0),"
            "('loss', -1.7976931348623157e308, 1700000004000, '" MLFLOW_DB_RUN_A "', 4, 0),"
            "('system/cpu', 12.5, 0, '" MLFLOW_DB_RUN_A "', -1, 0);"
            "INSERT INTO params VALUES('lr', '0.005', '" MLFLOW_DB_RUN_A "'),"
            "('model/head', 'two\nlines', '" MLFLOW_DB_RUN_A "'), ('lr', '1e-3', '" MLFLOW_DB_RUN_B
            "');"
            "INSERT INTO tags VALUES('mlflow.user', 'somebody', '" MLFLOW_DB_RUN_A "'),"
            "('mlflow.source.git.commit', '0123456', '" MLFLOW_DB_RUN_A "'),"
            "('mlflow.note.content', 'the best', '" MLFLOW_DB_RUN_A "'),"
            "('team', 'vision', '" MLFLOW_DB_RUN_A "'),"
            "('mlflow.parentRunId', '" MLFLOW_DB_RUN_A "', '" MLFLOW_DB_RUN_B "'),"
            "('mlflow.runName', 'from a tag', '" MLFLOW_DB_RUN_B "');");
}
