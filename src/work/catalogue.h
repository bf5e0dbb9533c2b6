/*
 * The catalogue: every column that the runs table could show, each by a name of its own.
 * Knows: roles, metrics, parameters of all runs. Must not know: which are shown, or in what order.
 *
 * A column's name is what runs_parse_column() takes ("AP", "loss~", "optimizer.lr"), so that an
 * arrangement can be kept as names and found again among other runs.
 */
#pragma once

#include "work/runs.h"

enum { CATALOGUE_NAME_BYTES = 256, CATALOGUE_MOST = 4096 };

/* The name of COLUMN into OUT. */
void catalogue_name(const struct run_column *column, char *out, size_t out_bytes);
/* They show the same, whatever their titles. */
bool catalogue_same(const struct run_column *a, const struct run_column *b);
/* It asks for more than a name: its own name is the expression. */
bool catalogue_is_computed(const struct run_column *column);
/* "run", "quantity", "metric", "parameter", "computed": what kind of thing it is, for a list. */
const char *catalogue_group(const struct run_column *column);
/* COLUMN is the one called NAME in GROUP: a metric may be called as a quantity is. */
bool catalogue_is(const struct run_column *column, const char *name, const char *group);

/*
 * Finds RUNS->catalogue: what every run has, then quantities (value, course, step of the best,
 * difference to the baseline), metrics and parameters by name, natural order in each; at most
 * CATALOGUE_MOST. For whoever made RUNS, before others see it: it looks at each metric and
 * parameter of each run. False when memory is out.
 */
bool catalogue_find(struct runs *runs);
