/*
 * Seeds: which runs agree in every parameter but the seed, and what the run is called by.
 * Knows: rows of the runs table, parameters as they are compared. Must not know: charts.
 */
#pragma once

#include "work/runs.h"

/* Numbers the groups of two or more among COUNT runs from 1 on, in the order of their first run;
 * GROUPS[i] is 0 for a run that has no sibling, or no parameter. False when memory is out. */
bool seeds_group(const struct run_row *const *runs, size_t count, int32_t *groups);
