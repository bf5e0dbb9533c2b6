/*
 * The table points(run, metric) as a virtual table of SQLite.
 * Knows: series, chunks through store.h, SQLite's interface for virtual tables. Must not know: who
 * asks.
 */
#pragma once

#include "store/sql.h"

#include <sqlite3.h>

/* What the table reads; outlives the connection. */
struct sql_points {
    struct store *store;
    const struct sql_series *series;
    size_t count;
};

/* Registers the table "points" in DB. Returns an SQLite result. */
int sql_points_register(sqlite3 *db, struct sql_points *points);
