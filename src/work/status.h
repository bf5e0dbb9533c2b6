/*
 * The status of a run: what its files say goes before what can be inferred, and what cannot be
 * known stays unknown. Knows: rows, their epochs and steps, how long nobody has written. Must not
 * know: clocks, files.
 */
#pragma once

#include "work/recording.h"
#include "work/runs.h"

/* A run that says it is running is stalled when its files are older than this. */
enum { STATUS_STALLED_S = 1800 };
/* A run that says nothing of its end is taken for running while its files are younger than this. */
enum { STATUS_FRESH_S = 600 };

/* SAID is RUN_UNKNOWN when the files do not say; UNTOUCHED_S is the age of the youngest file, or of
 * an older last sign of life. RUN has its parameters and metrics. A recorder writes down each end
 * but its own: of one that says it is running LIFE tells more, and is RECORDING_NONE of others. */
enum run_status status_infer(
    const struct run_row *run, enum run_status said, enum recording_life life, double untouched_s);
/* Finds the step from which on the loss (without one, a term of it) is not finite to its end. */
void status_find_lost(struct run_row *run);
