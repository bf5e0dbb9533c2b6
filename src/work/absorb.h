/*
 * Making one row of several sources: no metric twice, and nothing lost.
 * Knows: rows, what is the same (work/same.h). Must not know: which runs are twins, files, the
 * index.
 */
#pragma once

#include "work/twins.h"

/*
 * Drops metrics of RUN (in any order) that a lower rank holds under a name that differs by a
 * logger's habit only, as the same series. Metrics of one rank are left alone. The one that stays
 * takes over times that it does not know itself. Memory from ARENA; false when it is out.
 */
bool absorb_doubles(struct run_row *run, const struct twins_check *check, struct arena *arena);

/*
 * OTHER becomes part of RUN, which is better believed: its parameters and metrics that RUN does not
 * have (a series of the same name that is another one stays, under "NAME (the other's name)"), its
 * title and id where RUN has none. Memory from ARENA; false when it is out.
 */
bool absorb_run(struct run_row *run, const struct run_row *other, enum twins_reason reason,
    const struct twins_check *check, struct arena *arena);
