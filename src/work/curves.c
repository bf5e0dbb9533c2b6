#include "work/curves.h"

#include "base/text.h"
#include "store/store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool same_double(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_axis(const struct curve_want *a, const struct curve_want *b)
{
    return a->run_id == b->run_id && (a->columns > 0) == (b->columns > 0) && a->x == b->x &&
           a->log_x == b->log_x && strcmp(a->metric, b->metric) == 0 &&
           text_same(a->x_metric, b->x_metric);
}

bool curve_want_same(const struct curve_want *a, const struct curve_want *b)
{
    return a->count == b->count && a->columns == b->columns && same_axis(a, b) &&
           a->minus_one == b->minus_one &&
           same_double(a->scale, b->scale) && same_double(a->origin, b->origin) &&
           a->x_run_id == b->x_run_id && a->x_count == b->x_count && same_double(a->low, b->low) &&
           same_double(a->high, b->high) && a->smooth.kind == b->smooth.kind &&
           same_double(a->smooth.strength, b->smooth.strength) && a->panel == b->panel &&
           a->group == b->group;
}

/* ---- x and values of all points ---- */

struct series {
    struct arena arena;
    double *x, *values;
    size_t count;
};

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_MEMORY, "out of memory");
}

/* The other metric's value at each step, or the last before it in its own order. Restarts of both
 * are walked along together: behind a fall of the step the other one is sought anew. */
static void follow_metric(
    const struct point *points, size_t n, const struct point *other, size_t other_n, double *x)
{
    size_t at = 0; /* others before it are passed */
    double value = NAN;
    for (size_t i = 0; i < n; i++) {
        if (i && points[i].step < points[i - 1].step) {
            while (at < other_n && (!at || other[at].step >= other[at - 1].step))
                at++; /* to the other's own restart, when it has one */
            if (at >= other_n)
                at = 0;
            value = NAN;
        }
        bool begun = false;
        while (at < other_n && other[at].step <= points[i].step &&
               !(begun && other[at].step < other[at - 1].step)) {
            value = other[at++].value;
            begun = true;
        }
        x[i] = value;
    }
}

static bool place_points(struct series *series, struct store *store, const struct curve_want *want,
    const struct point *points, struct err *err)
{
    struct point *other = NULL;
    size_t other_n = 0;
    if (want->x == CURVE_X_METRIC) {
        if (!store_load_points(store, want->x_run_id, want->x_metric ? want->x_metric : "",
                &series->arena, &other, &other_n, err))
            return false;
        follow_metric(points, series->count, other, other_n, series->x);
    }
    for (size_t i = 0; i < series->count; i++) {
        double x = want->x == CURVE_X_METRIC ? series->x[i]
                   : want->x == CURVE_X_TIME || want->x == CURVE_X_WALL
                       ? points[i].wall_s
                       : (double)points[i].step;
        x -= want->origin;
        series->x[i] = !want->log_x ? x : x > 0 ? log10(x) : NAN;
        bool undefined = want->minus_one && points[i].value == -1;
        series->values[i] = undefined ? NAN : points[i].value * want->scale;
    }
    return true;
}

static bool load_series(struct series *series, struct store *store, const struct curve_want *want,
    struct point **points, struct err *err)
{
    if (!store_load_points(
            store, want->run_id, want->metric, &series->arena, points, &series->count, err))
        return false;
    series->x = ARENA_ARRAY(&series->arena, double, series->count + 1);
    series->values = ARENA_ARRAY(&series->arena, double, series->count + 1);
    if (!series->x || !series->values)
        return no_memory(err);
    return place_points(series, store, want, *points, err);
}

/* Each segment for itself. */
static bool smooth_points(struct series *series, const struct point *points,
    const struct smooth_how *how, double **out, struct err *err)
{
    size_t start = 0;
    *out = ARENA_ARRAY(&series->arena, double, series->count + 1);
    if (!*out)
        return no_memory(err);
    for (size_t i = 1; i <= series->count; i++) {
        if (i < series->count && points[i].step >= points[i - 1].step)
            continue;
        smooth_series(how, series->values + start, i - start, *out + start);
        start = i;
    }
    return true;
}

/* ---- spans ---- */

/* Back from logarithms, in which the columns were made. */
static void unlog(struct trace *trace)
{
    for (size_t i = 0; i < trace->count; i++) {
        trace->spans[i].x = pow(10, trace->spans[i].x);
        trace->spans[i].to_x = pow(10, trace->spans[i].to_x);
    }
}

static double logged(double x)
{
    return x > 0 ? log10(x) : -400; /* below every double */
}

/* The window of WANT in the unit in which columns are made; all of the curve where it has none. */
static void find_window(
    const struct curve_want *want, double low, double high, double *from, double *to)
{
    *from = isnan(want->low) ? low : want->log_x ? logged(want->low) : want->low;
    *to = isnan(want->high) ? high : want->log_x ? logged(want->high) : want->high;
}

struct job {
    struct curves *curves;
    struct store *store;
    const atomic_bool *stale;
};

static bool is_stale(const struct job *job, struct err *err)
{
    return job->stale && atomic_load(job->stale) ? !err_set(err, ERR_CANCELLED, "cancelled")
                                                 : false;
}

/* From the chunks' summaries: a series of millions costs what its summaries cost. */
static bool load_by_summaries(struct job *job, struct curve *curve, struct err *err)
{
    const struct curve_want *want = &curve->want;
    struct store_bucket *buckets;
    struct arena arena = {0};
    size_t count;
    double low = want->low + want->origin, high = want->high + want->origin;
    double margin = (high - low) / want->columns + 1; /* lines cross the edges */
    int64_t from = low - margin > -9e18 ? (int64_t)floor(low - margin) : INT64_MIN;
    int64_t to = high + margin < 9e18 ? (int64_t)ceil(high + margin) : INT64_MAX;
    bool ok = store_load_curve(job->store, want->run_id, want->metric, from, to,
        2 * (size_t)want->columns, &arena, &buckets, &count, err);
    struct trace *raw = &curve->raw;
    raw->spans = ok ? ARENA_ARRAY(&job->curves->arena, struct trace_span, count + 1) : NULL;
    if (ok && !raw->spans)
        ok = no_memory(err);
    bool gap = true;
    curve->low = curve->high = NAN;
    for (size_t i = 0; ok && i < count; i++) {
        const struct store_bucket *b = &buckets[i];
        bool fell = i && b->low_step < buckets[i - 1].high_step;
        if (b->count == b->nonfinite) {
            gap = true;
            continue;
        }
        double x = (double)b->low_step - want->origin, to_x = (double)b->high_step - want->origin;
        double a = b->first * want->scale, z = b->last * want->scale;
        raw->spans[raw->count++] = (struct trace_span){.x = x, .to_x = to_x,
            .min = fmin(b->min * want->scale, b->max * want->scale),
            .max = fmax(b->min * want->scale, b->max * want->scale), .first = a, .last = z,
            .mean = a / 2 + z / 2, .count = b->count - b->nonfinite, .starts = gap || fell};
        gap = false;
        curve->low = isnan(curve->low) ? x : fmin(curve->low, x);
        curve->high = isnan(curve->high) ? to_x : fmax(curve->high, to_x);
    }
    arena_done(&arena);
    return ok;
}

/* Summaries say neither where in a piece a gap or a restart lies nor a mean: only a long series that
 * is shown by step as it is goes without its points. */
enum { FEW_POINTS = 1 << 16 };

static bool can_summarise(const struct curve_want *want)
{
    return (want->x == CURVE_X_STEP || want->x == CURVE_X_RELATIVE_STEP) && !want->log_x &&
           !smooth_is_on(&want->smooth) && !want->group && want->count > FEW_POINTS;
}

static bool reduce(struct job *job, struct curve *curve, struct series *series, double *smooth,
    double from, double to, struct err *err)
{
    const struct curve_want *want = &curve->want;
    struct arena *arena = &job->curves->arena;
    if (!trace_reduce(series->x, series->values, series->count, from, to, want->columns, arena,
            &curve->raw, err) ||
        (smooth && !trace_reduce(series->x, smooth, series->count, from, to, want->columns, arena,
                       &curve->smooth, err)))
        return false;
    return true;
}

static void finish(struct curve *curve)
{
    if (!curve->want.log_x)
        return;
    unlog(&curve->raw);
    unlog(&curve->smooth);
    unlog(&curve->band);
    curve->low = pow(10, curve->low);
    curve->high = pow(10, curve->high);
}

/* One curve over WINDOW; with NaN in it over all of its own x. */
static bool load_by_points(
    struct job *job, struct curve *curve, const double window[2], struct err *err)
{
    struct series series = {0};
    struct point *points;
    double *smooth = NULL, from, to;
    bool ok = load_series(&series, job->store, &curve->want, &points, err);
    if (ok && smooth_is_on(&curve->want.smooth))
        ok = smooth_points(&series, points, &curve->want.smooth, &smooth, err);
    if (ok) {
        trace_range(series.x, series.values, series.count, &curve->low, &curve->high);
        find_window(&curve->want, isnan(window[0]) ? curve->low : window[0],
            isnan(window[1]) ? curve->high : window[1], &from, &to);
        ok = reduce(job, curve, &series, smooth, from, to, err);
    }
    arena_done(&series.arena);
    return ok;
}

static bool load_curve(struct job *job, struct curve *curve, struct err *err)
{
    const double whole[2] = {NAN, NAN};
    const struct curve_want *want = &curve->want;
    if (want->columns <= 0)
        return store_load_points(job->store, want->run_id, want->metric, &job->curves->arena,
            &curve->points, &curve->count, err);
    return can_summarise(want) ? load_by_summaries(job, curve, err)
                               : load_by_points(job, curve, whole, err);
}

/* The members of the group of curve FIRST, when it is the first of two or more. */
static size_t find_members(struct curves *curves, size_t first, struct curve **members)
{
    const struct curve_want *want = &curves->curves[first].want;
    size_t count = 0;
    for (size_t i = 0; i < curves->count; i++) {
        const struct curve_want *other = &curves->curves[i].want;
        if (other->columns <= 0 || other->panel != want->panel || other->group != want->group)
            continue;
        if (i < first)
            return 0;
        members[count++] = &curves->curves[i];
    }
    return count > 1 ? count : 0;
}

/* All on the columns of one window: that which is wanted, else what any of them reaches. */
static bool load_band(struct job *job, struct curve **members, size_t count, struct err *err)
{
    const struct trace *traces[CURVES_MOST];
    const struct curve_want *want = &members[0]->want;
    double window[2] = {INFINITY, -INFINITY}, from, to;
    for (size_t i = 0; i < count; i++) {
        window[0] = fmin(window[0], members[i]->low);
        window[1] = fmax(window[1], members[i]->high);
    }
    find_window(want, window[0], window[1], &from, &to);
    for (size_t i = 0; i < count; i++) {
        if (is_stale(job, err) || !load_by_points(job, members[i], window, err))
            return false;
        traces[i] = curve_shown(members[i]);
    }
    return trace_band(
        traces, count, from, to, want->columns, &job->curves->arena, &members[0]->band, err);
}

static bool load_bands(struct job *job, struct err *err)
{
    struct curves *curves = job->curves;
    struct curve **members = calloc(curves->count + 1, sizeof(struct curve *));
    bool ok = members || no_memory(err);
    for (size_t i = 0; ok && i < curves->count; i++) {
        const struct curve_want *want = &curves->curves[i].want;
        size_t count = want->group && want->columns > 0 ? find_members(curves, i, members) : 0;
        ok = !count || load_band(job, members, count, err);
    }
    free(members);
    return ok;
}

static bool copy_want(struct arena *arena, const struct curve_want *want, struct curve_want *to)
{
    *to = *want;
    to->metric = arena_string(arena, want->metric);
    to->x_metric = want->x_metric ? arena_string(arena, want->x_metric) : NULL;
    return to->metric && (to->x_metric || !want->x_metric);
}

static bool load(struct job *job, const struct curve_want *wants, size_t count, struct err *err)
{
    struct curves *curves = job->curves;
    for (size_t i = 0; i < count && i < CURVES_MOST; i++) {
        struct curve *curve = &curves->curves[i];
        if (is_stale(job, err))
            return false;
        if (!copy_want(&curves->arena, &wants[i], &curve->want))
            return no_memory(err);
        curves->count = i + 1;
        if (!load_curve(job, curve, err))
            return false;
    }
    if (!load_bands(job, err))
        return false;
    for (size_t i = 0; i < curves->count; i++)
        finish(&curves->curves[i]);
    return true;
}

struct curves *curves_load(struct store *store, const struct curve_want *wants, size_t count,
    const atomic_bool *stale, struct err *err)
{
    struct curves *curves = calloc(1, sizeof *curves);
    if (!curves) {
        no_memory(err);
        return NULL;
    }
    atomic_init(&curves->references, 1);
    struct job job = {curves, store, stale};
    if (load(&job, wants, count, err))
        return curves;
    curves_release(curves);
    return NULL;
}

void curves_release(struct curves *curves)
{
    if (!curves || atomic_fetch_sub(&curves->references, 1) != 1)
        return;
    arena_done(&curves->arena);
    free(curves);
}

const struct curve *curves_find(
    const struct curves *curves, const struct curve_want *want, size_t hint)
{
    for (size_t i = 0; curves && i < curves->count; i++) {
        const struct curve *curve = &curves->curves[(hint + i) % curves->count];
        if (same_axis(&curve->want, want))
            return curve;
    }
    return NULL;
}

const struct trace *curve_shown(const struct curve *curve)
{
    return smooth_is_on(&curve->want.smooth) ? &curve->smooth : &curve->raw;
}
