/*
 * When two metrics are one quantity that two loggers wrote: by name, and point by point.
 * Knows: the habits of loggers, series to single precision. Must not know: rows, files, the index.
 */
#pragma once

#include "base/map.h"
#include "facts/metric.h"

/* Names as loggers agree on them: small letters, "/" for every separator (eval_loss is eval/loss).
 */
struct same_names {
    struct arena *arena;
    struct map keys;
};

/* The number of a name, and of the name as a logger spells it that puts everything below "train".
 */
struct same_name {
    uint32_t key, train_key;
};

void same_names_init(struct same_names *names, struct arena *arena);
void same_names_done(struct same_names *names);
/* False when memory is out. */
bool same_names_put(struct same_names *names, const char *text, struct same_name *name);
/* "loss" and "train/loss", "eval_loss" and "eval/loss": differ by a logger's habit only. */
bool same_name(const struct same_name *a, const struct same_name *b);

/* While a run is alive one of two logs of a series may lag behind: by a tenth of it (always by two
 * points), and never by more than this. A log that stops earlier is another run's that crashed. */
enum { SAME_MOST_LAG = 200 };

enum same_series {
    SAME_NOT,
    SAME_PERHAPS, /* they begin alike and one is a little longer: look at the points */
    SAME_WHOLE,   /* as far as summaries can tell */
};

enum same_series same_series(const struct metric_summary *a, const struct metric_summary *b);
/* True when the shorter is the beginning of the longer: equal steps, and values to single
 * precision. */
bool same_points(const struct point *a, size_t a_count, const struct point *b, size_t b_count);
