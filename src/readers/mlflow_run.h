/*
 * What MLflow keeps of a run beside its metrics and parameters, whichever store it lies in.
 * Knows: the names of tags and fields, states, times. Must not know: files or tables.
 */
#pragma once

#include "readers/params.h"

enum { MLFLOW_ID_BYTES = 64 };

/* A field of the run or one of its tags, if it is one that a person compares runs by: it becomes a
 * parameter ("git.commit", "user", "parent_run", ...). Others are passed over. */
void mlflow_put_about(struct params *params, const char *field, const char *value, size_t length);
/* The tags of which mlflow_put_about() makes parameters; NULL-terminated. */
const char *const *mlflow_tags(void);

/* The state as a word (databases) or a digit (files); what a schedule holds has not begun. */
enum run_status mlflow_status(const char *text);
/* Milliseconds since 1970 in seconds; NaN for none. */
double mlflow_time_s(double ms);
/* TEXT can be the id of a run: letters, digits, '-' and '_', so that it is a path's component. */
bool mlflow_is_id(const char *text);
