/*
 * The trade-off: two columns of the runs table against each other, and which runs are worth it.
 * Knows: rows, columns, the Pareto front. Must not know: how it is drawn or printed.
 *
 * The screen and `boxtop tradeoff` take their numbers from here, so that one says what the other
 * shows.
 */
#pragma once

#include "work/runs.h"
#include "work/versions.h"

struct tradeoff_axis {
    struct run_column column;
    bool higher; /* is better */
};

enum tradeoff_standing {
    TRADEOFF_FRONT,     /* no other run beats it in both */
    TRADEOFF_DOMINATED, /* by points[dominator] */
    TRADEOFF_RULED_OUT, /* by a constraint */
    TRADEOFF_FOREIGN,   /* measured on another ground truth: not compared */
};

struct tradeoff_point {
    const struct run_row *run;
    double x, y; /* finite */
    enum tradeoff_standing standing;
    size_t dominator; /* TRADEOFF_DOMINATED only */
};

enum { TRADEOFF_NONE = UINT32_MAX };

struct tradeoff {
    struct tradeoff_axis x, y;
    struct tradeoff_point *points; /* runs that have both; x ascends, then y, then as listed */
    size_t count;
    size_t *front; /* indices of points: the best x first */
    size_t front_count;
    const struct run_row **without; /* runs that lack one, or whose value is not finite */
    size_t without_count, without_x, without_y; /* without_y: of those that have an x */
    size_t not_finite; /* of those without: a value was logged, and is NaN or infinite */
    size_t ruled_out, foreign;
    size_t best; /* the point of the front with the best y; TRADEOFF_NONE without a front */
    struct versions versions;
};

/* One column by the name a person types, with ":higher" or ":lower" behind it to say which way is
 * better; without, as its role says, else OTHERWISE_HIGHER. */
bool tradeoff_parse_axis(const struct runs *runs, struct arena *arena, const char *text,
    bool otherwise_higher, struct tradeoff_axis *out, struct err *err);
/* The columns to begin with, as names that runs_parse_column() takes: an AP (else another
 * accuracy), and time per image (else parameters, memory, duration), each the first that any run
 * has. */
const char *tradeoff_usual_y(const struct runs *runs);
const char *tradeoff_usual_x(const struct runs *runs);

/* ---- constraints ---- */

/* A constraint that is a line across an axis: what is beyond VALUE is ruled out. */
struct tradeoff_limit {
    bool on_y;
    bool above; /* what is above VALUE is ruled out, else what is below */
    double value;
};

enum { TRADEOFF_MOST_LIMITS = 8 };

struct tradeoff_constraint {
    const char *text;            /* as it was typed */
    const struct filter *filter; /* NULL: none */
    struct tradeoff_limit limits[TRADEOFF_MOST_LIMITS]; /* its terms that bound an axis */
    size_t limit_count;
};

/* TEXT is a filter expression (filter.h): "ms_per_image<50 batch<=8"; an empty one rules nothing
 * out. OUT lives in ARENA. False fills ERR: what does not parse, or bounds no column. */
bool tradeoff_parse_constraint(const struct runs *runs, struct arena *arena, const char *text,
    const struct tradeoff_axis *x, const struct tradeoff_axis *y, struct tradeoff_constraint *out,
    struct err *err);

/* ---- finding it ---- */

/* The rows of RUNS that ORDER[0..COUNT) names; those that CONSTRAINT (NULL: none) does not match
 * are ruled out. BASELINE (may be NULL) serves columns and versions. OUT lives in ARENA and points
 * into RUNS. In O(n log n). */
bool tradeoff_find(const struct runs *runs, const uint32_t *order, size_t count,
    const struct tradeoff_axis *x, const struct tradeoff_axis *y,
    const struct tradeoff_constraint *constraint, const struct run_row *baseline, double now_s,
    struct arena *arena, struct tradeoff *out, struct err *err);
/* The value of AXIS for RUN; NaN when it is not known or not finite. */
double tradeoff_value(const struct run_row *run, const struct tradeoff_axis *axis,
    const struct run_row *baseline, double now_s);

/* ---- words ---- */

/* "0.4123", "3h": as the runs table has it. */
void tradeoff_print_value(
    const struct tradeoff_axis *axis, double value, char *out, size_t out_bytes);
/* "+0.0200 AP": a difference with its sign and what it is of. */
void tradeoff_print_delta(
    const struct tradeoff_axis *axis, double delta, char *out, size_t out_bytes);
/* What POINT is worth: "+0.0200 AP for +7 ms/img over b", "b beats it: ...", "ruled out by ...".
 * NAME_COLS cuts the name of the other run (its end is kept). */
void tradeoff_print_standing(const struct tradeoff *tradeoff, size_t point,
    const struct tradeoff_constraint *constraint, int name_cols, char *out, size_t out_bytes);
/* "3 runs without ms/img, 1 without AP (2 not finite)"; "" when all have both. */
void tradeoff_print_without(const struct tradeoff *tradeoff, char *out, size_t out_bytes);
/* "AP of 2 ground truths: not comparable as it stands; 1 run is left out of the front"; "" when
 * all compare. */
void tradeoff_print_foreign(const struct tradeoff *tradeoff, char *out, size_t out_bytes);
/* NAME cut to COLS columns, keeping its end, by which runs of a sweep are told apart. */
void tradeoff_print_name(const char *name, int cols, char *out, size_t out_bytes);
