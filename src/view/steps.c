#include "view/steps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int64_t steps_at(const struct run_row *run, int32_t artifact)
{
    bool there = run && artifact >= 0 && (size_t)artifact < run->prediction_count;
    return there ? run->artifacts[artifact].step : -1;
}

int32_t steps_file(const struct run_row *run, int32_t artifact)
{
    int32_t last = (int32_t)run->prediction_count - 1;
    return artifact < 0 || artifact > last ? last : artifact;
}

int32_t steps_linked(const struct run_row *own, int32_t shown, const struct run_row *run)
{
    int32_t last = (int32_t)run->prediction_count - 1;
    int64_t step = steps_at(own, shown);
    if (run == own)
        return shown;
    if (step < 0 || shown == (int32_t)own->prediction_count - 1)
        return last;
    int32_t nearest = last;
    for (int32_t i = last; i >= 0; i--) {
        int64_t at = steps_at(run, i);
        if (at >= 0 && llabs(at - step) < llabs(steps_at(run, nearest) - step))
            nearest = i;
    }
    return nearest;
}

struct slider steps_slider(const struct run_row *run, int32_t artifact)
{
    double last = run && run->prediction_count > 1 ? (double)run->prediction_count - 1 : 0;
    int32_t file = run && run->prediction_count ? steps_file(run, artifact) : 0;
    int64_t step = steps_at(run, file);
    struct slider slider = {.label = "step",
        .low = 0,
        .high = last,
        .value = file,
        .step = 1,
        .mark = NAN,
        .decimals = 0};
    if (step >= 0)
        snprintf(slider.shown, sizeof slider.shown, "%lld", (long long)step);
    else if (last > 0)
        slider.label = "file"; /* nothing tells of which step it is */
    return slider;
}
