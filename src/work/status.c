#include "work/status.h"

#include <math.h>

/* What the run set out to do, in epochs or steps; 0 when it does not say so. */
static double planned(const struct run_row *run, const char *quantity)
{
    const struct param *param = run_setting(run, quantity);
    return param && param->kind == PARAM_NUMBER && param->number > 0 ? param->number : 0;
}

/* A point for every step: then the steps of a metric may be epochs. */
static bool is_dense(const struct run_metric_extent *s)
{
    return s->count > s->last_step - s->first_step;
}

/* The last step is the last of COUNT, counted from 0 or from 1. */
static bool ends_with(const struct run_metric_extent *s, double count)
{
    return (double)s->last_step + (s->first_step == 0 ? 1 : 0) == count;
}

/*
 * The last epoch has been logged whole. A logged epoch that counts from 1, or in fractions, says
 * so; one that counts from 0 says only that the last epoch was begun, and it is the age of the
 * files that must say the rest. Without a logged epoch, the dense steps of a loss or of an AP are
 * epochs.
 */
static bool all_epochs_done(const struct run_row *run, double untouched_s)
{
    double epochs = planned(run, "epochs");
    const struct run_metric *epoch = run->by_role[ROLE_EPOCH];
    if (!epochs)
        return false;
    if (epoch && epoch->last >= epochs)
        return true;
    if (epoch && epoch->last == epochs - 1 && epoch->min == 0 && untouched_s > STATUS_FRESH_S)
        return true;
    for (size_t i = 0; i < run->metric_count; i++) {
        const struct run_metric *metric = &run->metrics[i];
        if (role_info(metric->kind->role)->better != BETTER_NEITHER && metric->extent->count &&
            is_dense(metric->extent) && ends_with(metric->extent, epochs))
            return true;
    }
    return false;
}

/* Ultralytics stops PATIENCE epochs after the best one. Which was best it tells by nine parts of AP
 * and one of AP50; AP alone comes close. */
static bool stopped_early(const struct run_row *run)
{
    const struct param *patience = run_param(run, "patience");
    const struct run_metric *ap = run->by_role[ROLE_ULTRALYTICS_AP];
    return patience && patience->kind == PARAM_NUMBER && patience->number > 0 && ap &&
           (double)(ap->extent->last_step - run_metric_range(ap, true).max_step) == patience->number;
}

/* Steps count from 0 unless the first that was logged is 1. */
static bool all_steps_done(const struct run_row *run)
{
    double steps = planned(run, "max_steps");
    const struct run_metric *loss = run->by_role[ROLE_LOSS];
    return steps && loss &&
           (double)loss->extent->last_step + (loss->extent->first_step == 1 ? 0 : 1) >= steps;
}

enum run_status status_infer(
    const struct run_row *run, enum run_status said, enum recording_life life, double untouched_s)
{
    if (said == RUN_RUNNING && life == RECORDING_DEAD)
        return RUN_UNKNOWN;
    if (said == RUN_RUNNING && untouched_s > STATUS_STALLED_S)
        return life == RECORDING_UNSURE ? RUN_UNKNOWN : RUN_STALLED;
    if (said != RUN_UNKNOWN)
        return said;
    if (all_epochs_done(run, untouched_s) || all_steps_done(run))
        return RUN_FINISHED;
    if (stopped_early(run) && untouched_s >= STATUS_FRESH_S)
        return RUN_FINISHED;
    return untouched_s < STATUS_FRESH_S ? RUN_RUNNING : RUN_UNKNOWN;
}

void status_find_lost(struct run_row *run)
{
    const struct run_metric *loss = run->by_role[ROLE_LOSS];
    size_t count = loss ? 1 : run->metric_count;
    run->loss_lost = false;
    for (size_t i = 0; i < count; i++) {
        const struct run_metric *metric = loss ? loss : &run->metrics[i];
        bool asked = loss || metric->kind->role == ROLE_PART_LOSS;
        if (!asked || !metric->extent->count || isfinite(metric->last))
            continue;
        int64_t lost_step = run_metric_summary(metric).lost_step;
        if (!run->loss_lost || lost_step < run->lost_step)
            run->lost_step = lost_step;
        run->loss_lost = true;
    }
}
