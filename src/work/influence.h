/*
 * Influence: the parameters of many runs ranked by how a metric goes with them.
 * Knows: rows and columns of the runs table. Must not know: how a ranking is shown, threads.
 */
#pragma once

#include "eval/importance.h"
#include "work/runs.h"

struct influence {
    struct importance importance;
    struct run_column metric;
    size_t run_count;   /* looked at, with the metric or not */
    size_t noise_count; /* parameters left out: names and paths */
};

/* METRIC as a column is called ("AP", "loss", "val/AP"): its numbers in COUNT rows of RUNS. What was
 * not measured, NaN or undefined, counts as missing. Memory from ARENA; RUNS must outlive the result.
 * False with ERR, ERR_USAGE for a metric that there is not. Any thread. */
bool influence_make(const struct runs *runs, const struct run_row **rows, size_t count,
    const char *metric, struct arena *arena, struct influence *out, struct err *err);

/* What a screen asks for: FILTER as filter_parse() reads it, "" for all runs. */
struct influence_want {
    const struct runs *snapshot; /* only to tell one from another; NULL: nothing wanted */
    char filter[1024], metric[256];
};

bool influence_want_same(const struct influence_want *a, const struct influence_want *b);

struct influence_answer {
    struct influence_want want;
    struct arena arena;
    struct runs *runs; /* a reference: names and values are its */
    struct influence influence;
    char trouble[256]; /* why there is none, "" when nothing is wrong */
};

/* NULL only when memory is out. Any thread. */
struct influence_answer *influence_answer_make(
    const struct influence_want *want, struct runs *runs);
void influence_answer_free(struct influence_answer *answer); /* accepts NULL */

/* The metrics that a ranking can be asked for, in the order of the runs table's columns: titles. The
 * first is AP where any run has one. Returns how many, at most MOST. */
size_t influence_metrics(const struct runs *runs, const char **titles, size_t most);

/* "rho -.71", "eta2 .64", "too few runs": how strong, in words of the field. */
void influence_print_strength(const struct importance_row *row, char *out, size_t out_bytes);
/* "0.001: 0.41 (3), 0.01: 0.38 (2)": the median of the metric by value and of how many runs; cut at
 * the buffer, at whole values. */
void influence_print_values(const struct importance_row *row, char *out, size_t out_bytes);
/* What a person must know of the whole: how many runs and parameters, what chance alone would do. */
void influence_print_summary(const struct influence *influence, char *out, size_t out_bytes);
