#include "facts/metric.h"

#include <math.h>

static const struct metric_range NO_RANGE = {NAN, NAN, 0, 0};

static void widen(struct metric_range *range, const struct metric_range *by)
{
    if (!(by->min >= range->min) && !isnan(by->min)) {
        range->min = by->min;
        range->min_step = by->min_step;
    }
    if (!(by->max <= range->max) && !isnan(by->max)) {
        range->max = by->max;
        range->max_step = by->max_step;
    }
}

static void set_whole(struct metric_summary *s, const struct metric_range *range)
{
    s->min = range->min;
    s->max = range->max;
    s->min_step = range->min_step;
    s->max_step = range->max_step;
}

void metric_summary_add(struct metric_summary *summary, const struct point *points, size_t n)
{
    struct metric_summary s = *summary;
    if (n && s.count == 0) {
        s.first_step = points[0].step;
        s.first = points[0].value;
        s.first_wall_s = points[0].wall_s;
        s.last_step = points[0].step;
        s.last = 0;
        s.min = s.max = NAN;
        s.latest = NO_RANGE;
        s.segments = 1;
    }
    struct metric_range whole = {s.min, s.max, s.min_step, s.max_step};
    for (size_t i = 0; i < n; i++) {
        const struct point *p = &points[i];
        double before = i ? points[i - 1].value : s.last;
        if (p->step < s.last_step) {
            s.segments++;
            s.latest = NO_RANGE;
        }
        s.last_step = p->step;
        if (!isfinite(p->value)) {
            s.nonfinite++;
            if (isfinite(before))
                s.lost_step = p->step;
            continue;
        }
        struct metric_range one = {p->value, p->value, p->step, p->step};
        widen(&whole, &one);
        widen(&s.latest, &one);
    }
    if (n) {
        set_whole(&s, &whole);
        s.last = points[n - 1].value;
        s.last_wall_s = points[n - 1].wall_s;
        s.count += (int64_t)n;
        if (isfinite(s.last))
            s.lost_step = 0;
    }
    *summary = s;
}

void metric_summary_join(struct metric_summary *summary, const struct metric_summary *more)
{
    struct metric_summary s = *summary;
    if (!more->count)
        return;
    if (!s.count) {
        *summary = *more;
        return;
    }
    struct metric_range whole = {s.min, s.max, s.min_step, s.max_step};
    const struct metric_range other = {more->min, more->max, more->min_step, more->max_step};
    widen(&whole, &other);
    set_whole(&s, &whole);
    bool restarts = more->first_step < s.last_step;
    if (restarts || more->segments > 1)
        s.latest = more->latest;
    else
        widen(&s.latest, &more->latest);
    bool still_lost = more->nonfinite == more->count && !isfinite(s.last);
    s.lost_step = still_lost ? s.lost_step : more->lost_step;
    s.segments += more->segments - 1 + restarts;
    s.count += more->count;
    s.nonfinite += more->nonfinite;
    s.last = more->last;
    s.last_step = more->last_step;
    s.last_wall_s = more->last_wall_s;
    *summary = s;
}

bool metric_value_same(double a, double b)
{
    if (!isfinite(a) || !isfinite(b))
        return isnan(a) ? isnan(b) : a == b;
    return fabs(a - b) <= 1e-6 * fmax(fabs(a), fabs(b));
}

bool metric_summary_same(const struct metric_summary *a, const struct metric_summary *b)
{
    return a->count == b->count && a->nonfinite == b->nonfinite && a->first_step == b->first_step &&
           a->last_step == b->last_step && metric_value_same(a->first, b->first) &&
           metric_value_same(a->last, b->last) && metric_value_same(a->min, b->min) &&
           metric_value_same(a->max, b->max);
}
