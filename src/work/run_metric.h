/*
 * A metric of a run as the table keeps it: small, for there are hundreds of thousands of them. What
 * all runs, or all metrics of one file, have in common stands apart, and so does what few have.
 * Knows: summaries, what a name means. Must not know: rows, the index.
 */
#pragma once

#include "base/arena.h"
#include "facts/metric.h"
#include "facts/role.h"
#include "work/same.h"

/* What a metric is: one for all runs that have it from sources of one rank and in one unit. */
struct run_metric_kind {
    const char *name;    /* as shown: that of an absorbed run's may be another than in the index */
    const char *written; /* as the index has it */
    enum role role;
    int row;      /* of metrics.def: of two with one role the lower is preferred */
    int rank;     /* of the sources that it came from: lower is believed */
    double scale; /* value x scale = the role's unit */
    struct same_name same; /* of what is written */
};

/* From where to where points go: mostly one for all metrics of a file. */
struct run_metric_extent {
    int64_t run_id; /* which run of the index holds the points: it may be an absorbed one */
    int64_t count, first_step, last_step;
    double first_wall_s, last_wall_s;
};

/* Of what restarts, has values that are not finite, or extremes far from its first step. */
struct run_metric_more {
    int64_t nonfinite, segments, min_step, max_step, lost_step;
    struct metric_range latest;
};

enum { RUN_SPARK_POINTS = 24 };

struct run_spark {
    float values[RUN_SPARK_POINTS]; /* in the role's unit, NaN where nothing is */
    int count;
};

struct run_metric {
    const struct run_metric_kind *kind;
    const struct run_metric_extent *extent;
    const struct run_metric_more *more; /* NULL: one segment, all of it finite */
    const struct run_spark *spark;      /* its course as the index keeps it; NULL where it does not */
    double first, last, min, max;       /* as in its summary */
    uint32_t min_after, max_after;      /* the steps of the extremes behind the first, without MORE */
};

/* Of ALL of it, or of the last segment. */
static inline struct metric_range run_metric_range(const struct run_metric *metric, bool all)
{
    const struct run_metric_more *more = metric->more;
    uint64_t first = (uint64_t)metric->extent->first_step;
    if (more && !all)
        return more->latest;
    return (struct metric_range){metric->min, metric->max,
        more ? more->min_step : (int64_t)(first + metric->min_after),
        more ? more->max_step : (int64_t)(first + metric->max_after)};
}

/* Its summary, to the last bit as it was packed. */
static inline struct metric_summary run_metric_summary(const struct run_metric *metric)
{
    const struct run_metric_extent *extent = metric->extent;
    const struct run_metric_more *more = metric->more;
    const struct metric_range whole = run_metric_range(metric, true);
    return (struct metric_summary){.count = extent->count,
        .nonfinite = more ? more->nonfinite : 0,
        .first_step = extent->first_step,
        .last_step = extent->last_step,
        .min_step = whole.min_step,
        .max_step = whole.max_step,
        .first = metric->first,
        .last = metric->last,
        .min = metric->min,
        .max = metric->max,
        .first_wall_s = extent->first_wall_s,
        .last_wall_s = extent->last_wall_s,
        .segments = more ? more->segments : 1,
        .latest = run_metric_range(metric, false),
        .lost_step = more ? more->lost_step : 0};
}

/* Puts LAST, a value in the source's unit, behind the others of SPARK, which has room for it. */
void run_spark_put(struct run_spark *spark, double last, const struct run_metric_kind *kind);

/* Makes METRIC of KIND that of SUMMARY, with points of run RUN_ID; without a spark. NEAR (may be NULL)
 * is another whose extent it shares when that is the same. False when memory from ARENA is out. */
bool run_metric_pack(struct arena *arena, const struct run_metric_kind *kind, int64_t run_id,
    const struct metric_summary *summary, const struct run_metric *near, struct run_metric *metric);
