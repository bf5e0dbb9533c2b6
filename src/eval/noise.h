/*
 * Noise among differences: parameters that differ because every run has its own folder, name, start
 * or host.
 * Knows: what paths, dates and hashes look like, the names of noise.def. Must not know: runs,
 * screens.
 */
#pragma once

#include "eval/diff.h"

/*
 * True when ROW differs only as names and paths do: its name is one of noise.def, or all its values
 * but null are paths, hold a folder called as their run, or are dates, hashes or UUIDs. A path of
 * data or weights is noise only while its last part is the same in all. RUNS: the RUN_COUNT names of
 * the runs. A row that does not differ is no noise.
 */
bool noise_is(const struct diff_param *row, const char *const *runs, size_t run_count);
