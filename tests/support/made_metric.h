/*
 * Metrics of rows that a test makes itself.
 * Knows: run_metric.h. Must not know: rows, what is tested.
 */
#pragma once

#include "work/run_metric.h"

/* What a metric points to, in a place of its own. */
struct made_metric {
    struct run_metric_kind kind;
    struct run_metric_extent extent;
    struct run_metric_more more;
};

static inline void made_metric_set(struct made_metric *parts, const char *name, int64_t run_id,
    const struct metric_summary *summary, struct run_metric *metric)
{
    const struct metric_summary *s = summary;
    const struct role_match match = role_settle(role_match(name), s);
    parts->kind = (struct run_metric_kind){.name = name,
        .written = name,
        .role = match.role,
        .row = match.row,
        .scale = match.scale};
    parts->extent = (struct run_metric_extent){
        run_id, s->count, s->first_step, s->last_step, s->first_wall_s, s->last_wall_s};
    parts->more = (struct run_metric_more){
        s->nonfinite, s->segments, s->min_step, s->max_step, s->lost_step, s->latest};
    *metric = (struct run_metric){.kind = &parts->kind,
        .extent = &parts->extent,
        .more = &parts->more,
        .first = s->first,
        .last = s->last,
        .min = s->min,
        .max = s->max};
}
