#include "work/run_metric.h"

#include <math.h>
#include <string.h>

void run_spark_put(struct run_spark *spark, double last, const struct run_metric_kind *kind)
{
    bool undefined = role_info(kind->role)->better == BETTER_HIGHER && last < 0;
    spark->values[spark->count++] = undefined ? NAN : (float)(last * kind->scale);
}

static const struct run_metric_extent *keep_extent(
    struct arena *arena, const struct run_metric_extent *extent, const struct run_metric *near)
{
    /* Bytes, for times that are not known are NaN. */
    if (near && memcmp(near->extent, extent, sizeof *extent) == 0)
        return near->extent;
    struct run_metric_extent *kept = ARENA_NEW(arena, struct run_metric_extent);
    if (kept)
        *kept = *extent;
    return kept;
}

/* Its distance from the first step fits. */
static bool is_near(const struct metric_summary *s, int64_t step)
{
    return (uint64_t)step - (uint64_t)s->first_step <= UINT32_MAX;
}

static bool is_plain(const struct metric_summary *s)
{
    const struct metric_range whole = {s->min, s->max, s->min_step, s->max_step};
    return s->segments == 1 && !s->nonfinite && !s->lost_step && is_near(s, s->min_step) &&
           is_near(s, s->max_step) && memcmp(&s->latest, &whole, sizeof whole) == 0;
}

bool run_metric_pack(struct arena *arena, const struct run_metric_kind *kind, int64_t run_id,
    const struct metric_summary *summary, const struct run_metric *near, struct run_metric *metric)
{
    const struct metric_summary *s = summary;
    const struct run_metric_extent extent = {
        run_id, s->count, s->first_step, s->last_step, s->first_wall_s, s->last_wall_s};
    *metric = (struct run_metric){.kind = kind,
        .extent = keep_extent(arena, &extent, near),
        .first = s->first,
        .last = s->last,
        .min = s->min,
        .max = s->max};
    if (is_plain(s)) {
        metric->min_after = (uint32_t)((uint64_t)s->min_step - (uint64_t)s->first_step);
        metric->max_after = (uint32_t)((uint64_t)s->max_step - (uint64_t)s->first_step);
        return metric->extent != NULL;
    }
    struct run_metric_more *more = ARENA_NEW(arena, struct run_metric_more);
    if (more)
        *more = (struct run_metric_more){
            s->nonfinite, s->segments, s->min_step, s->max_step, s->lost_step, s->latest};
    metric->more = more;
    return metric->extent && more;
}
