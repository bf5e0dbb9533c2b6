/*
 * The runs table: every run with its parameters and metrics, its columns, order and filter.
 * Knows: rows, columns and what a cell is worth. Must not know: SQLite, terminals, keys.
 *
 * One snapshot is immutable and counted by references. The screen, `ls`, `diff` and their JSON take
 * their numbers from here, so that a number differs nowhere.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "facts/metric.h"
#include "facts/param.h"
#include "facts/role.h"
#include "facts/run.h"
#include "work/filter.h"

#include <stdatomic.h>

struct store;

struct run_metric {
    const char *name;
    enum role role;
    double scale; /* value x scale = the role's unit */
    struct metric_summary summary;
};

enum run_column_kind {
    RUN_COLUMN_NAME,
    RUN_COLUMN_STATUS,
    RUN_COLUMN_AGE,      /* seconds since the last sign of life */
    RUN_COLUMN_DURATION, /* seconds */
    RUN_COLUMN_FORMAT,
    RUN_COLUMN_NOTES,     /* how many notes on damage */
    RUN_COLUMN_BEST,      /* a role's best value */
    RUN_COLUMN_BEST_STEP, /* and its step */
    RUN_COLUMN_LAST,      /* a role's last value */
    RUN_COLUMN_SPARK,     /* a role's course: loss or AP */
    RUN_COLUMN_DELTA,     /* a role's best against the baseline's */
    RUN_COLUMN_METRIC,    /* the last value of a named metric */
    RUN_COLUMN_PARAM,     /* a named parameter */
};

struct run_column {
    enum run_column_kind kind;
    const char *title;
    enum role role;
    const char *name; /* metric or parameter */
    enum better better;
};

enum { RUN_SPARK_POINTS = 24, RUNS_MOST_COLUMNS = 64 };

struct run_spark {
    float values[RUN_SPARK_POINTS];
    int count; /* 0: no such metric */
};

struct run_row {
    int64_t id;
    const char *name;     /* below the root */
    const char *title;    /* what its files call it; NULL when they do not */
    const char *label_id; /* the id that its tool gave it; NULL without one */
    const char *root, *directory;
    const char *format;
    enum run_status status;
    double started_s, ended_s;  /* NaN unknown; ended: the last sign of life */
    int64_t colour;             /* order of first sight: stays the run's own */
    const struct param *params; /* by name */
    size_t param_count;
    const struct run_metric *metrics; /* by name */
    size_t metric_count;
    const struct run_metric *by_role[ROLE_COUNT]; /* the preferred metric of a role, or NULL */
    const struct note *notes;
    size_t note_count;
    const struct artifact *artifacts; /* paths made absolute; predictions first, by step */
    size_t artifact_count, prediction_count;
    /* The course of the loss (else of one of its terms) and of AP (else of Ultralytics' own) in
     * RUN_SPARK_POINTS pieces, NaN where nothing is. */
    struct run_spark loss_spark, ap_spark;
};

struct runs {
    atomic_int references;
    struct arena arena;
    struct run_row *rows; /* natural order of root and name */
    size_t count;
    uint32_t *by_id; /* rows by ascending id */
    /* The columns to begin with: what every run has, the quantities that any run has, then the
     * parameters that differ, those that most runs have first, names and places last. */
    struct run_column *columns;
    size_t column_count;
};

/* Reads everything from STORE (a connection of the calling thread). BEFORE (may be NULL) is an
 * older snapshot: the courses of metrics that have not grown are taken from it. One reference is
 * the caller's. */
struct runs *runs_load(struct store *store, const struct runs *before, struct err *err);
struct runs *runs_share(struct runs *runs);
void runs_release(struct runs *runs); /* accepts NULL */
const struct run_row *runs_find(const struct runs *runs, int64_t id);
/* By name as shown, by path of its directory, or by a unique ending of the name; NULL with ERR. */
const struct run_row *runs_find_named(const struct runs *runs, const char *name, struct err *err);

/* Fills the artifacts of RUN, of which id and directory are known; part of runs_load(). */
bool run_load_artifacts(
    struct store *store, struct arena *arena, struct run_row *run, struct err *err);
const struct param *run_param(const struct run_row *run, const char *name);
const struct run_metric *run_metric(const struct run_row *run, const char *name);
/* The run's value of a role in its unit: the best by the role's direction (its step in *STEP), the
 * last where there is none. NaN when not logged; -1 of a COCO number counts as undefined: NaN. */
double run_role_best(const struct run_row *run, enum role role, int64_t *step);
double run_role_last(const struct run_row *run, enum role role);
/* What tables and diffs show of a role: the best where higher is better, else the last, for a loss
 * or a time once reached is no merit. */
bool run_role_shows_best(enum role role);

/* ---- columns ---- */

struct run_value {
    bool known;
    bool is_number;
    double number;    /* may be NaN: logged as such */
    const char *text; /* when not a number; NULL otherwise */
};

/* Finds RUNS->columns; part of runs_load(). False when memory is out. */
bool runs_find_columns(struct runs *runs);
/* One column by the name a person types: "name", "status", "age", "AP", "AP.last", "AP@", "loss~",
 * "dAP", a metric or a parameter (also its last dotted part when that is unique). */
bool runs_parse_column(const struct runs *runs, struct arena *arena, const char *text,
    struct run_column *out, struct err *err);

/* BASELINE (may be NULL) serves RUN_COLUMN_DELTA. */
struct run_value run_value(const struct run_row *run, const struct run_column *column,
    const struct run_row *baseline, double now_s);
/* As a table shows it: "0.4123", "3h", "resnet50"; "" for what is not known. */
void run_value_print(
    const struct run_value *value, const struct run_column *column, char *out, size_t out_bytes);

/* ---- order and filter ---- */

/* Indices of the rows that match FILTER (NULL: all), sorted by COLUMN; unknown and NaN last either
 * way, ties in natural order. ORDER has room for runs->count; returns how many. */
size_t runs_order(const struct runs *runs, const struct filter *filter,
    const struct run_column *column, bool descending, const struct run_row *baseline, double now_s,
    uint32_t *order);
