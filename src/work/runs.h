/*
 * The runs table: every run with its parameters and metrics, its columns, order and filter.
 * Knows: rows, columns and what a cell is worth. Must not know: SQLite, terminals, keys.
 *
 * One snapshot is immutable and counted by references. The screen, `ls`, `diff` and their JSON take
 * their numbers from here, so that a number differs nowhere.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "facts/dataset_version.h"
#include "facts/metric.h"
#include "facts/param.h"
#include "facts/role.h"
#include "facts/run.h"
#include "work/filter.h"
#include "work/run_metric.h"

#include <stdatomic.h>

struct store;
struct run_book; /* see run_facts.h */

/* A parameter that has synonyms: what it is compared as. */
struct run_setting {
    const char *quantity; /* "lr" */
    const struct param *param;
    bool is_own;  /* another spelling says another value: compared under its own name */
    bool repeats; /* another spelling says the same: not compared */
};

/* A directory that is this run too, found elsewhere. */
struct run_absorbed {
    int64_t id;
    const char *name, *directory, *format;
    const char *why; /* "it has the same id" */
};

enum run_column_kind {
    RUN_COLUMN_NAME, /* as shown: the title where the directory is called by an id */
    RUN_COLUMN_PATH, /* below the root */
    RUN_COLUMN_TITLE,
    RUN_COLUMN_ID, /* as its tool gave it */
    RUN_COLUMN_STATUS,
    RUN_COLUMN_AGE,      /* seconds since the last sign of life */
    RUN_COLUMN_STARTED,  /* seconds since 1970 */
    RUN_COLUMN_DURATION, /* seconds */
    RUN_COLUMN_FORMAT,
    RUN_COLUMN_NOTES,     /* how many notes on damage */
    RUN_COLUMN_NAN,       /* the step from which on the loss is not finite */
    RUN_COLUMN_BEST,      /* a role's best value */
    RUN_COLUMN_BEST_STEP, /* and its step */
    RUN_COLUMN_LAST,      /* a role's last value */
    RUN_COLUMN_SPARK,     /* a role's course: loss or AP */
    RUN_COLUMN_DELTA,     /* a role's best against the baseline's */
    RUN_COLUMN_DATASET,   /* the ground truth that it was evaluated on */
    RUN_COLUMN_METRIC,    /* the last value of a named metric */
    RUN_COLUMN_PARAM,     /* a quantity that parameters spell, or one parameter by its name */
    RUN_COLUMN_COURSE,    /* what `ask` says of a metric's course, or of a role's */
    RUN_COLUMN_EXPR,      /* computed from other columns */
    RUN_COLUMN_TAGS,      /* the person's own */
    RUN_COLUMN_REMARK,    /* the person's note */
};

struct run_column {
    enum run_column_kind kind;
    const char *title;
    enum role role;
    const char *name; /* metric or parameter */
    enum better better;
    bool all_segments; /* best and delta: of every segment, not of the last one only */
    enum expr_ask ask; /* of RUN_COLUMN_COURSE: of the role, or of the metric called name */
    size_t tail;       /* k of the mean of the last k points */
    const struct expr *expr; /* of RUN_COLUMN_EXPR */
    const struct run_column *operands; /* by index of the expression's names */
};

enum { RUNS_MOST_COLUMNS = 64, RUNS_MOST_BOOKS = 8 };

/* The last points of a metric, as runs_load_tails() left them. */
struct run_tail {
    const struct run_metric *metric;
    const double *values; /* in the source's unit, in file order */
    size_t count;
};

struct run_row {
    int64_t id;
    const char *name;     /* below the root */
    const char *shown;    /* the same with the title in place of a last part that is only an id */
    const char *title;    /* what its files call it; NULL when they do not */
    const char *label_id; /* the id that its tool gave it; NULL without one */
    const char *root, *directory;
    const char *format;
    enum run_status status;
    bool loss_lost;             /* the loss is not finite from some point to its end ... */
    int64_t lost_step;          /* ... from this step on */
    const char *tags, *note;    /* the person's own: see remarks.h; NULL for none */
    double started_s, ended_s;  /* NaN unknown; ended: the last sign of life */
    int64_t colour;             /* order of first sight: stays the run's own */
    const struct param *params; /* by name */
    size_t param_count;
    const struct run_setting *settings; /* in the order of params */
    size_t setting_count;
    const struct run_metric *metrics; /* by name */
    size_t metric_count;
    const struct run_metric *by_role[ROLE_COUNT]; /* the preferred metric of a role, or NULL */
    const struct note *notes;
    size_t note_count;
    const struct artifact *artifacts; /* paths made absolute; predictions first, by step,
                                       * those without one last */
    size_t artifact_count, prediction_count;
    size_t source_count;                 /* files that were read for it */
    const struct run_absorbed *absorbed; /* where else it was found */
    size_t absorbed_count;
    const struct dataset_version *dataset; /* what eval/ metrics were measured on; NULL: none */
    const char *dataset_label;             /* "val.json 3f2a9c1e"; NULL with it */
    const struct run_tail *tails;
    size_t tail_count;
    /* The course of the loss (else of one of its terms) and of AP (else of Ultralytics' own); NULL
     * without. */
    const struct run_spark *loss_spark, *ap_spark;
    struct run_book *book; /* where its parameters and metrics are */
    uint32_t shape;        /* equal and not 0: the same names of both, in the same order */
    struct digest print;   /* of them, as the index has them */
};

struct run_place {
    int64_t id;   /* of a run, or of one that it absorbed */
    uint32_t row; /* where it stands */
};

/* A word that means a parameter: the quantity it spells, its name, or its last dotted part. */
struct run_param_word {
    const char *word, *param;
    int rank;       /* in that order */
    bool ambiguous; /* the last part of several */
};

struct run_names {
    const char **metrics; /* by name, each once */
    size_t metric_count;
    struct run_param_word *params; /* by word, each once */
    size_t param_count;
    bool roles[ROLE_COUNT]; /* that any run has */
};

struct runs {
    atomic_int references;
    struct arena arena;
    struct run_book *books[RUNS_MOST_BOOKS]; /* shared with other snapshots; a reference to each */
    size_t book_count;
    const char **index_names; /* of all parameters and metrics; in those of the books */
    size_t index_name_count;
    uint32_t shape_count; /* the largest shape that is given away */
    struct run_row *rows; /* natural order of root and name */
    size_t count, running;
    struct run_place *by_id; /* ascending */
    size_t place_count;
    /* The columns to begin with: what every run has, the quantities that any run has, then the
     * parameters that differ, those that most runs have first, names and places last. */
    struct run_column *columns;
    size_t column_count;
    struct run_names names;
    struct run_column *catalogue; /* all that there could be: see catalogue.h; NULL until found */
    size_t catalogue_count;
};

/* Reads everything from STORE (a connection of the calling thread). BEFORE (may be NULL) is an
 * older snapshot: the facts of runs that have not changed and the courses of metrics that have not
 * grown are taken from it. One reference is the caller's. */
struct runs *runs_load(struct store *store, const struct runs *before, struct err *err);
struct runs *runs_share(struct runs *runs);
void runs_release(struct runs *runs); /* accepts NULL */
/* Also by the id of a run that it absorbed. */
const struct run_row *runs_find(const struct runs *runs, int64_t id);
/* By its name, by path of its directory, as shown, by title or id, or by a unique ending of the
 * name; those of what it absorbed too. NULL with ERR. */
const struct run_row *runs_find_named(const struct runs *runs, const char *name, struct err *err);

/* Fills the artifacts of RUN, of which id and directory are known; part of runs_load(). */
bool run_load_artifacts(
    struct store *store, struct arena *arena, struct run_row *run, struct err *err);
const struct param *run_param(const struct run_row *run, const char *name);
/* The parameter that spells the quantity NAME, else the one that is called so. */
const struct param *run_setting(const struct run_row *run, const char *name);
/* The parameters as they are compared, in the order of params: synonyms under the name of their
 * quantity. OUT has room for param_count; returns how many. */
size_t run_settings(const struct run_row *run, struct param *out);
/* True only when run_settings() gives A and B the same names in the same order, which is seen at
 * once. */
bool runs_set_alike(const struct run_row *a, const struct run_row *b);
const struct run_metric *run_metric(const struct run_row *run, const char *name);
/* When its first point was logged; NaN when no metric tells. */
double run_first_wall(const struct run_row *run);
/* The run's value of a role in its unit: the best of the last segment (of ALL of them) by the
 * role's direction, its step in *STEP (may be NULL); the last where there is no direction. NaN when
 * not logged; -1 of a COCO number counts as undefined: NaN. */
double run_role_best(const struct run_row *run, enum role role, bool all, int64_t *step);
double run_role_last(const struct run_row *run, enum role role);
/* What tables and diffs show of a role: the best where higher is better, else the last, for a loss
 * or a time once reached is no merit. */
bool run_role_shows_best(enum role role);
/* True when the run's value of ROLE was measured by an evaluation, on run->dataset, and is not what
 * the run logged itself. */
bool run_is_evaluated(const struct run_row *run, enum role role);
/* False when the values of ROLE of both were measured, and on ground truths or parts of one that do
 * not compare (see dataset_kinship()). */
bool run_compares(const struct run_row *a, const struct run_row *b, enum role role);
/* True when VALUE, in the source's unit, is how COCO writes "not defined". */
bool run_is_undefined(enum role role, double value);
/* "running", "NaN @412", "failed NaN @412": the status, and where the loss was lost. */
void run_status_print(const struct run_row *run, char *out, size_t out_bytes);

/* ---- columns ---- */

struct run_value {
    bool known;
    bool undefined; /* a COCO number that was logged as -1; then not known */
    bool is_number;
    double number;    /* may be NaN: logged as such */
    const char *text; /* when not a number; NULL otherwise */
};

/* Finds RUNS->names, which runs_find_columns() and whatever parses a word need; part of
 * runs_load(). False when memory is out. */
bool runs_find_names(struct runs *runs);
bool runs_has_metric(const struct runs *runs, const char *name);
/* The parameter that WORD means, or NULL; then *AMBIGUOUS when it is the end of several. */
const char *runs_param_named(const struct runs *runs, const char *word, bool *ambiguous);
/* What expressions may name, for expr_parse(); RUNS must outlive it. */
struct expr_names runs_expr_names(const struct runs *runs);

/* Finds RUNS->columns; part of runs_load(). False when memory is out. */
bool runs_find_columns(struct runs *runs);
/*
 * One column by the name a person types: "name", "status", "age", "started", "truth", "AP",
 * "AP.last", "AP@", "loss~", "dAP", the same of all segments ("AP.all", "AP@.all"), a metric or a
 * parameter (also its last dotted part when that is unique); a function of a metric or a quantity,
 * "best(AP)", "mean(val/loss,5)"; "=EXPRESSION" or "title=EXPRESSION" (see expr.h).
 *
 * best, best_step and delta are of the last segment, first, min and max of all; best and delta by
 * the direction of the quantity. A named metric keeps its own unit, a quantity has the role's.
 */
bool runs_parse_column(const struct runs *runs, struct arena *arena, const char *text,
    struct run_column *out, struct err *err);
/* Columns that TEXT separates by commas, behind the *COUNT of OUT, which has room for MOST. */
bool runs_parse_columns(const struct runs *runs, struct arena *arena, const char *text,
    struct run_column *out, size_t *count, size_t most, struct err *err);

/* BASELINE (may be NULL) serves deltas. */
struct run_value run_value(const struct run_row *run, const struct run_column *column,
    const struct run_row *baseline, double now_s);
/* Whether it shows differences to the baseline. */
bool run_column_is_delta(const struct run_column *column);
/* As a table shows it: "0.4123", "3h", "resnet50"; "" for what is not known. */
void run_value_print(
    const struct run_value *value, const struct run_column *column, char *out, size_t out_bytes);

/* ---- the last points, for means of them ---- */

/*
 * Reads from STORE the last points of the metrics whose mean COLUMNS (and what they are computed
 * from) ask for; without it those means are not known. A summary would have to keep k points of
 * every metric for the sake of one column. Before RUNS is shared. What was read already is kept;
 * what has not grown since BEFORE (an older snapshot, may be NULL) is taken from there.
 */
bool runs_load_tails(struct store *store, struct runs *runs, const struct runs *before,
    const struct run_column *columns, size_t count, struct err *err);
/* Appends the means that COLUMNS ask for to LIST, as runs_parse_columns() reads them. */
void runs_list_tails(const struct run_column *columns, size_t count, struct buf *list);
/* Reads those of LIST; one whose metric no run has any more is left out. */
bool runs_load_listed_tails(struct store *store, struct runs *runs, const struct runs *before,
    const char *list, struct err *err);

/* ---- order and filter ---- */

/* A filter that knows the names of RUNS. NULL with ERR. */
const struct filter *runs_parse_filter(
    const struct runs *runs, struct arena *arena, const char *text, struct err *err);
/* What the names of EXPR mean, by index, in ARENA; what means nothing is a column that is never
 * known. NULL when memory is out. */
struct run_column *runs_bind(const struct runs *runs, const struct expr *expr, struct arena *arena);

enum { RUNS_MOST_KEYS = 8 };

struct run_key {
    struct run_column column;
    bool descending;
};

/* Keys that TEXT separates by commas: "AP:desc,lr"; without ":asc" or ":desc" the best come first
 * where a quantity has a direction upwards. KEYS has room for RUNS_MOST_KEYS. */
bool runs_parse_keys(const struct runs *runs, struct arena *arena, const char *text,
    struct run_key *keys, size_t *count, struct err *err);

/* By number, numbers before texts, texts in natural order; unknown and NaN last either way. */
int run_value_compare(const struct run_value *x, const struct run_value *y, bool descending);

/* Indices of the rows that match FILTER (NULL: all), sorted by the first of KEYS, where that is
 * equal by the second and so on; unknown and NaN last either way, ties in natural order. ORDER has
 * room for runs->count; returns how many. */
size_t runs_order_by(const struct runs *runs, const struct filter *filter,
    const struct run_key *keys, size_t key_count, const struct run_row *baseline, double now_s,
    uint32_t *order);
/* Puts the COUNT rows of ORDER, in any order, into that of KEYS; leaves them when memory is out. */
void runs_sort(const struct runs *runs, const struct run_key *keys, size_t key_count,
    const struct run_row *baseline, double now_s, uint32_t *order, size_t count);
/* The same as runs_order_by() by one COLUMN (NULL: natural order). */
size_t runs_order(const struct runs *runs, const struct filter *filter,
    const struct run_column *column, bool descending, const struct run_row *baseline, double now_s,
    uint32_t *order);

/* ---- completion ---- */

/* Candidates for the word of an expression that ends at CURSOR; see expr_complete(). */
size_t runs_complete(const struct runs *runs, const char *text, size_t cursor,
    struct arena *arena, struct expr_typed *typed, struct expr_candidate *out, size_t most);
