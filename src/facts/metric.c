#include "facts/metric.h"

#include <math.h>

void metric_summary_add(struct metric_summary *summary, const struct point *points, size_t n)
{
    struct metric_summary s = *summary;
    if (n && s.count == 0) {
        s.first_step = points[0].step;
        s.first = points[0].value;
        s.first_wall_s = points[0].wall_s;
        s.last_step = points[0].step;
        s.min = s.max = NAN;
        s.segments = 1;
    }
    for (size_t i = 0; i < n; i++) {
        const struct point *p = &points[i];
        s.segments += p->step < s.last_step;
        s.last_step = p->step;
        if (!isfinite(p->value)) {
            s.nonfinite++;
            continue;
        }
        if (!(p->value >= s.min)) {
            s.min = p->value;
            s.min_step = p->step;
        }
        if (!(p->value <= s.max)) {
            s.max = p->value;
            s.max_step = p->step;
        }
    }
    if (n) {
        s.last = points[n - 1].value;
        s.last_wall_s = points[n - 1].wall_s;
        s.count += (int64_t)n;
    }
    *summary = s;
}
