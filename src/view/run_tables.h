/*
 * The two tables of a run: its metrics with sparklines, its parameters.
 * Knows: one row of the runs table and its curves. Must not know: which screen they stand on.
 */
#pragma once

#include "screen/table.h"
#include "view/session.h"

/* Which of a run's metrics, and how they are called there. */
struct run_tables_part {
    const char *title;
    size_t skip;          /* bytes of the names that the title says already */
    const uint32_t *rows; /* indices of metrics; NULL: all */
    size_t count;
    bool brief; /* name, course and last value only, for half a screen */
};

struct run_tables_part run_tables_all(const struct run_row *run);
/* Those whose names begin with "system/", or all others, in brief. Memory from ARENA; none when it
 * is out. */
struct run_tables_part run_tables_system(
    const struct run_row *run, bool system, struct arena *arena);

/* The metrics that are seen have their curves loaded for the sparklines. */
void run_tables_want(const struct table *table, const struct run_row *run,
    const struct run_tables_part *part, const struct session *session, struct wants *out);
/* Into PLACE, the header in its first row. */
void run_tables_metrics(struct table *table, struct grid *grid, struct rect place,
    const struct run_row *run, const struct run_tables_part *part, const struct world *world,
    bool focused);
void run_tables_params(struct table *table, struct grid *grid, struct rect place,
    const struct run_row *run, bool focused);
