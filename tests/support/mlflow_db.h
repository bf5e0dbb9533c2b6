/*
 * Databases as MLflow makes them, for tests.
 * Knows: its tables in two ages. Must not know: what is tested. Aborts when SQLite complains.
 */
#pragma once

#include <sqlite3.h>

enum mlflow_db_age {
    MLFLOW_DB_NEW,
    MLFLOW_DB_OLD, /* without deleted_time, step, is_nan, and without indices on run_uuid */
};

/* Makes PATH with the tables and two experiments, 0 "Default" and 1 "detectors"; pages are small.
 */
sqlite3 *mlflow_db_make(const char *path, enum mlflow_db_age age);
/* Runs SQL as printf() makes it. */
void mlflow_db_run(sqlite3 *db, const char *sql, ...) __attribute__((format(printf, 2, 3)));
/* Adds two runs of experiment 1 with all that a run can have (MLFLOW_DB_NEW): "0a...", finished,
 * and "0b...", failed, its child. */
void mlflow_db_fill(sqlite3 *db);
#define MLFLOW_DB_RUN_A "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"
#define MLFLOW_DB_RUN_B "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"
