/*
 * Questions in SQL over the runs table and the points of its metrics.
 * Knows: runs, their parameters, metrics, notes and artifacts as rows. Must not know: SQLite, how an
 * answer is shown.
 *
 * The numbers are those of the runs table: of two sources that say the same the better one, with the
 * points of runs that are one run. In all tables `run` is runs.id. NaN is NULL.
 *
 *     runs       id, name, path, title, root, directory, format, status, started, started_s, ended_s,
 *                duration_s, files, notes, dataset, ap (the best), ap_step
 *     params     run, name, value, number
 *     metrics    run, name, role, scale, count, nonfinite, segments, first_step, first, last_step, last,
 *                min_step, min, max_step, max; times scale they are in the unit of the role
 *     notes      run, file, line, byte, count, text
 *     artifacts  run, kind, step, path
 *     points     (run, metric): step, wall, value
 */
#pragma once

#include "store/sql.h"
#include "work/runs.h"

/* Runs SQL over RUNS, points from STORE (a connection of the calling thread); all lives in ARENA. See
 * store_sql(). */
bool query_runs(struct store *store, const struct runs *runs, const char *sql,
    const atomic_bool *stale, struct arena *arena, struct sql_answer *answer, struct err *err);
