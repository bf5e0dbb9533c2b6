/*
 * The sink: where a reader emits what it finds.
 * Knows: the shapes of the facts. Must not know: who reads or who keeps.
 *
 * Every pointer passed in is valid during the call only; the sink copies. Every function returns false
 * when the sink cannot take more (out of memory, cancelled): the reader then stops and returns true,
 * for the sink itself knows why. All calls of one sink come from one thread.
 */
#pragma once

#include "facts/metric.h"
#include "facts/param.h"
#include "facts/run.h"

#include <stdbool.h>
#include <stddef.h>

struct sink {
    void *self;
    bool (*param)(void *self, const struct param *param);
    /* The handle (>= 0) of the metric called NAME in this source, made on first use; -1 to stop. */
    int (*metric)(void *self, const char *name, size_t length);
    /* N points in file order, appended to METRIC. */
    bool (*points)(void *self, int metric, const struct point *points, size_t n);
    bool (*artifact)(void *self, const struct artifact *artifact);
    bool (*note)(void *self, const struct note *note);
    /* Said again, a label replaces what was said before. */
    bool (*label)(void *self, enum run_label label, const char *text);
    /* Said by the files themselves only (never inferred); NaN for a time that is not said. */
    bool (*status)(void *self, enum run_status status, double started_s, double ended_s);
};
