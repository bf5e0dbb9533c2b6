/*
 * What a run and its machine do: load by load its course and its value now, with its unit.
 * Knows: one row of the runs table and its curves; how loads are named ("disk_read_mb_per_s"). Must
 * not know: which screen they stand on, who measured them.
 */
#pragma once

#include "screen/scroll.h"
#include "view/run_tables.h"

enum { GAUGE_NAME_BYTES = 64, GAUGE_UNIT_BYTES = 8 };

/* "disk_read_mb_per_s" is called "disk read" and is in "MB/s". */
void gauge_name(const char *name, char shown[GAUGE_NAME_BYTES], char unit[GAUGE_UNIT_BYTES]);

/* Puts PART in the order that they are drawn in: cards first, then the command's, the machine's. */
void gauges_order(const struct run_row *run, struct run_tables_part *part);

/* PART in that order into PLACE, the heading in its first row; where there is room, higher ones. */
void gauges_draw(struct scroll *scroll, struct grid *grid, struct rect place,
    const struct run_row *run, const struct run_tables_part *part, const struct world *world,
    bool focused);
