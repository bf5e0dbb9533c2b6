/*
 * Cells of the runs table: what they are worth and how they are written.
 * Knows: rows, columns. Must not know: SQLite, widths, colours.
 */
#include "work/runs.h"

#include "base/clock.h"
#include "base/num.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct run_value number(double value)
{
    return (struct run_value){.known = true, .is_number = true, .number = value};
}

static struct run_value text(const char *value)
{
    return (struct run_value){.known = value != NULL, .text = value};
}

static struct run_value param_value(const struct param *param)
{
    if (!param || param->kind == PARAM_NULL)
        return (struct run_value){0};
    if (param->kind == PARAM_NUMBER)
        return (struct run_value){
            .known = true, .is_number = true, .number = param->number, .text = param->text};
    return text(param->text);
}

static struct run_value undefined(void)
{
    return (struct run_value){.undefined = true};
}

static struct run_value role_value(const struct run_row *run, const struct run_column *column)
{
    const struct run_metric *metric = run->by_role[column->role];
    int64_t step;
    if (!metric)
        return (struct run_value){0};
    if (column->kind == RUN_COLUMN_LAST)
        return run_is_undefined(column->role, metric->last)
                   ? undefined()
                   : number(run_role_last(run, column->role));
    double best = run_role_best(run, column->role, column->all_segments, &step);
    if (column->kind == RUN_COLUMN_BEST_STEP)
        return isnan(best) ? (struct run_value){0} : number((double)step);
    if (!isnan(best) || (metric->more && metric->more->nonfinite))
        return number(best);
    return undefined(); /* every value is -1 */
}

static struct run_value delta_value(
    const struct run_row *run, const struct run_column *column, const struct run_row *baseline)
{
    if (!baseline || baseline == run || !run_compares(run, baseline, column->role))
        return (struct run_value){0};
    double delta = run_role_best(run, column->role, column->all_segments, NULL) -
                   run_role_best(baseline, column->role, column->all_segments, NULL);
    return isnan(delta) ? (struct run_value){0} : number(delta);
}

static struct run_value metric_value(const struct run_row *run, const char *name)
{
    const struct run_metric *metric = run_metric(run, name);
    if (!metric)
        return (struct run_value){0};
    return run_is_undefined(metric->kind->role, metric->last) ? undefined()
                                                                : number(metric->last);
}

/* The mean of the last K points, or of all where there are fewer; unknown when not loaded. */
static struct run_value tail_mean(const struct run_row *run, const struct run_metric *metric, size_t k)
{
    size_t most = (size_t)metric->extent->count;
    k = k < most ? k : most;
    for (size_t i = 0; i < run->tail_count; i++) {
        const struct run_tail *tail = &run->tails[i];
        if (tail->metric != metric || tail->count < k || !k)
            continue;
        double sum = 0;
        for (size_t p = tail->count - k; p < tail->count; p++) {
            if (run_is_undefined(metric->kind->role, tail->values[p]))
                return undefined();
            sum += tail->values[p];
        }
        return number(sum / (double)k);
    }
    return (struct run_value){0};
}

static struct run_value ask_metric(
    const struct run_row *run, const struct run_metric *metric, const struct run_column *column)
{
    const struct metric_summary s = run_metric_summary(metric);
    enum better better = role_info(metric->kind->role)->better;
    switch (column->ask) {
    case EXPR_FIRST:
        return number(s.first);
    case EXPR_LAST:
        return number(s.last);
    case EXPR_MIN:
        return number(s.min);
    case EXPR_MAX:
        return number(s.max);
    case EXPR_COUNT:
        return number((double)s.count);
    case EXPR_MEAN:
        return tail_mean(run, metric, column->tail);
    case EXPR_BEST_STEP:
        return number((double)(better == BETTER_LOWER ? s.latest.min_step : s.latest.max_step));
    default: /* the best, of which a delta is made */
        return number(better == BETTER_HIGHER  ? s.latest.max
                      : better == BETTER_LOWER ? s.latest.min
                                               : s.last);
    }
}

static struct run_value course_of(const struct run_row *run, const struct run_column *column)
{
    const struct run_metric *metric =
        column->name ? run_metric(run, column->name) : run->by_role[column->role];
    if (!metric)
        return (struct run_value){0};
    bool is_value = column->ask != EXPR_COUNT && column->ask != EXPR_BEST_STEP;
    struct run_value value = ask_metric(run, metric, column);
    if (is_value && value.known && run_is_undefined(metric->kind->role, value.number))
        return undefined();
    if (column->ask == EXPR_BEST_STEP && isnan(run_metric_range(metric, false).max))
        return (struct run_value){0};
    if (is_value && !column->name)
        value.number *= metric->kind->scale;
    return value;
}

static struct run_value course_value(
    const struct run_row *run, const struct run_column *column, const struct run_row *baseline)
{
    if (column->ask != EXPR_DELTA)
        return course_of(run, column);
    if (!baseline || baseline == run)
        return (struct run_value){0};
    bool measured = column->name && strncmp(column->name, "eval/", 5) == 0 && run->dataset &&
                    baseline->dataset;
    if (measured && dataset_kinship(run->dataset, baseline->dataset) != DATASET_SAME)
        return (struct run_value){0};
    struct run_value is = course_of(run, column), was = course_of(baseline, column);
    double delta = is.known && was.known ? is.number - was.number : NAN;
    return isnan(delta) ? (struct run_value){0} : number(delta);
}

/* The row that a computed column is put to. */
struct computing {
    const struct run_row *run, *baseline;
    const struct run_column *operands;
    double now_s;
};

static struct expr_value operand(void *self, const struct expr_name *name)
{
    const struct computing *c = self;
    struct run_value value = run_value(c->run, &c->operands[name->index], c->baseline, c->now_s);
    return (struct expr_value){value.known, value.is_number, value.number, value.text, NULL};
}

static bool searches_nothing(void *self, const char *text)
{
    (void)self, (void)text;
    return false;
}

static struct run_value computed_value(const struct run_row *run, const struct run_column *column,
    const struct run_row *baseline, double now_s)
{
    struct computing computing = {run, baseline, column->operands, now_s};
    struct expr_row row = {&computing, operand, searches_nothing};
    struct expr_value value = expr_evaluate(column->expr, &row);
    return (struct run_value){.known = value.known,
        .is_number = value.is_number,
        .number = value.number,
        .text = value.is_number ? NULL : value.text};
}

struct run_value run_value(const struct run_row *run, const struct run_column *column,
    const struct run_row *baseline, double now_s)
{
    switch (column->kind) {
    case RUN_COLUMN_NAME:
        return text(run->shown ? run->shown : run->name);
    case RUN_COLUMN_PATH:
        return text(run->name);
    case RUN_COLUMN_TITLE:
        return text(run->title);
    case RUN_COLUMN_ID:
        return text(run->label_id);
    case RUN_COLUMN_STATUS:
        return text(run_status_name(run->status));
    case RUN_COLUMN_AGE:
        return isnan(run->ended_s) ? (struct run_value){0} : number(now_s - run->ended_s);
    case RUN_COLUMN_DURATION:
        return isnan(run->ended_s - run->started_s) ? (struct run_value){0}
                                                    : number(run->ended_s - run->started_s);
    case RUN_COLUMN_STARTED:
        return isnan(run->started_s) ? (struct run_value){0} : number(run->started_s);
    case RUN_COLUMN_FORMAT:
        return text(run->format);
    case RUN_COLUMN_NOTES:
        return number((double)run->note_count);
    case RUN_COLUMN_NAN:
        return run->loss_lost ? number((double)run->lost_step) : (struct run_value){0};
    case RUN_COLUMN_BEST:
    case RUN_COLUMN_BEST_STEP:
    case RUN_COLUMN_LAST:
    case RUN_COLUMN_SPARK:
        return role_value(run, column);
    case RUN_COLUMN_DELTA:
        return delta_value(run, column, baseline);
    case RUN_COLUMN_DATASET:
        return text(run->dataset_label);
    case RUN_COLUMN_METRIC:
        return metric_value(run, column->name);
    case RUN_COLUMN_PARAM:
        return param_value(run_setting(run, column->name));
    case RUN_COLUMN_TAGS:
        return text(run->tags);
    case RUN_COLUMN_REMARK:
        return text(run->note);
    case RUN_COLUMN_COURSE:
        return course_value(run, column, baseline);
    case RUN_COLUMN_EXPR:
        return computed_value(run, column, baseline, now_s);
    }
    return (struct run_value){0};
}

static void print_age(double seconds, char *out, size_t out_bytes)
{
    static const struct {
        double seconds;
        const char *unit;
    } UNITS[] = {{365.25 * 86400, "y"}, {86400, "d"}, {3600, "h"}, {60, "min"}};
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        if (seconds >= UNITS[i].seconds) {
            snprintf(out, out_bytes, "%.0f%s", floor(seconds / UNITS[i].seconds), UNITS[i].unit);
            return;
        }
    snprintf(out, out_bytes, "%.0fs", seconds > 0 ? seconds : 0);
}

static bool is_course(const struct run_column *column, enum expr_ask ask)
{
    return column->kind == RUN_COLUMN_COURSE && column->ask == ask;
}

bool run_column_is_delta(const struct run_column *column)
{
    return column->kind == RUN_COLUMN_DELTA || is_course(column, EXPR_DELTA);
}

void run_value_print(
    const struct run_value *value, const struct run_column *column, char *out, size_t out_bytes)
{
    snprintf(out, out_bytes, "%s", value->undefined ? "undef" : "");
    if (!value->known)
        return;
    if (value->text) {
        snprintf(out, out_bytes, "%s", value->text);
        return;
    }
    bool fraction = column->better == BETTER_HIGHER && fabs(value->number) <= 1;
    if (column->kind == RUN_COLUMN_AGE && value->number < 60) /* it would change with each frame */
        snprintf(out, out_bytes, "now");
    else if (column->kind == RUN_COLUMN_AGE || column->kind == RUN_COLUMN_DURATION)
        print_age(value->number, out, out_bytes);
    else if (column->kind == RUN_COLUMN_STARTED)
        clock_iso(value->number, out, out_bytes);
    else if (run_column_is_delta(column))
        snprintf(out, out_bytes, "%+.4f", value->number);
    else if (column->kind == RUN_COLUMN_BEST_STEP || column->kind == RUN_COLUMN_NOTES ||
             column->kind == RUN_COLUMN_NAN || is_course(column, EXPR_BEST_STEP) ||
             is_course(column, EXPR_COUNT))
        snprintf(out, out_bytes, "%.0f", value->number);
    else if (fraction)
        snprintf(out, out_bytes, "%.4f", value->number);
    else
        num_print_short(value->number, 4, out, out_bytes);
}
