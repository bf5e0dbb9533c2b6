#include "work/tradeoff.h"

#include "eval/pareto.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- axes ---- */

/* Takes ":higher" or ":lower" off TEXT (of *LENGTH bytes); 0 when neither is there. */
static int take_direction(const char *text, size_t *length)
{
    static const struct {
        const char *word;
        int direction;
    } WORDS[] = {{":higher", 1}, {":lower", -1}};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        size_t bytes = strlen(WORDS[i].word);
        if (*length > bytes && strcmp(text + *length - bytes, WORDS[i].word) == 0) {
            *length -= bytes;
            return WORDS[i].direction;
        }
    }
    return 0;
}

bool tradeoff_parse_axis(const struct runs *runs, struct arena *arena, const char *text,
    bool otherwise_higher, struct tradeoff_axis *out, struct err *err)
{
    size_t length = strlen(text);
    int direction = take_direction(text, &length);
    const char *name = arena_copy(arena, text, length);
    if (!name)
        return err_set(err, ERR_MEMORY, "out of memory");
    if (!runs_parse_column(runs, arena, name, &out->column, err))
        return false;
    enum better better = out->column.better;
    out->higher = direction                  ? direction > 0
                  : better != BETTER_NEITHER ? better == BETTER_HIGHER
                                             : otherwise_higher;
    return true;
}

double tradeoff_value(const struct run_row *run, const struct tradeoff_axis *axis,
    const struct run_row *baseline, double now_s)
{
    struct run_value value = run_value(run, &axis->column, baseline, now_s);
    return value.known && value.is_number && isfinite(value.number) ? value.number : NAN;
}

static size_t count_values(const struct runs *runs, const char *name)
{
    struct arena arena = {0};
    struct tradeoff_axis axis;
    size_t count = 0;
    if (tradeoff_parse_axis(runs, &arena, name, true, &axis, NULL))
        for (size_t i = 0; i < runs->count; i++)
            count += !isnan(tradeoff_value(&runs->rows[i], &axis, NULL, 0));
    arena_done(&arena);
    return count;
}

/* The first of NAMES that half of the runs have, else the first that any has, else the first. */
static const char *usual(const struct runs *runs, const char *const *names, size_t count)
{
    const char *any = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t values = count_values(runs, names[i]);
        if (values && 2 * values >= runs->count)
            return names[i];
        if (values && !any)
            any = names[i];
    }
    return any ? any : names[0];
}

const char *tradeoff_usual_y(const struct runs *runs)
{
    static const char *const NAMES[] = {"AP", "AP (Ultralytics)", "mask AP", "keypoint AP",
        "mAP .50", "AP50", "AP50 (Ultralytics)", "F1", "accuracy"};
    return usual(runs, NAMES, sizeof NAMES / sizeof *NAMES);
}

const char *tradeoff_usual_x(const struct runs *runs)
{
    static const char *const NAMES[] = {
        "ms/img", "parameters", "n_params", "params", "GPU MB", "duration"};
    return usual(runs, NAMES, sizeof NAMES / sizeof *NAMES);
}

/* ---- constraints ---- */

/* The column as which a metric's own name and its quantity ("ms_per_image", "ms/img") are one. */
static bool is_column(
    const struct runs *runs, const struct run_column *a, const struct run_column *b)
{
    if (a->kind == b->kind)
        return a->role == b->role && (!a->name || strcmp(a->name, b->name) == 0);
    const struct run_column *metric = a->kind == RUN_COLUMN_METRIC ? a : b;
    const struct run_column *other = metric == a ? b : a;
    if (metric->kind != RUN_COLUMN_METRIC || other->kind != RUN_COLUMN_LAST ||
        metric->role == ROLE_NONE || metric->role != other->role)
        return false;
    for (size_t i = 0; i < runs->count; i++) { /* in one unit, and the one that is shown */
        const struct run_metric *shown = runs->rows[i].by_role[other->role];
        if (shown && (shown->kind->scale != 1 || strcmp(shown->kind->name, metric->name) != 0))
            return false;
    }
    return true;
}

bool tradeoff_parse_constraint(const struct runs *runs, struct arena *arena, const char *text,
    const struct tradeoff_axis *x, const struct tradeoff_axis *y, struct tradeoff_constraint *out,
    struct err *err)
{
    struct filter_bound bounds[TRADEOFF_MOST_LIMITS];
    *out = (struct tradeoff_constraint){.text = text};
    if (!text[strspn(text, " \t&")])
        return true;
    const struct filter *filter = runs_parse_filter(runs, arena, text, err);
    if (!filter)
        return false;
    size_t count = filter_bounds(filter, bounds, TRADEOFF_MOST_LIMITS);
    for (size_t i = 0; i < count; i++) {
        struct run_column column;
        if (!runs_parse_column(runs, arena, bounds[i].name, &column, err))
            return false;
        for (int on_y = 0; on_y < 2; on_y++)
            if (is_column(runs, &column, on_y ? &y->column : &x->column) &&
                out->limit_count < TRADEOFF_MOST_LIMITS)
                out->limits[out->limit_count++] =
                    (struct tradeoff_limit){on_y, bounds[i].is_upper, bounds[i].number};
    }
    out->filter = filter;
    return true;
}

/* ---- finding it ---- */

static int compare_points(const void *left, const void *right)
{
    const struct tradeoff_point *a = left, *b = right;
    if (a->x != b->x)
        return a->x < b->x ? -1 : 1;
    if (a->y != b->y)
        return a->y < b->y ? -1 : 1;
    return (a->run > b->run) - (a->run < b->run);
}

/* Which rows the constraint matches, by row; NULL when memory is out. */
static bool *find_allowed(const struct runs *runs, const struct filter *filter,
    const struct run_row *baseline, double now_s, struct arena *arena)
{
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, runs->count + 1);
    bool *allowed = ARENA_ARRAY(arena, bool, runs->count + 1);
    if (!order || !allowed)
        return NULL;
    size_t count = runs_order(runs, filter, NULL, false, baseline, now_s, order);
    for (size_t i = 0; i < count; i++)
        allowed[order[i]] = true;
    return allowed;
}

/* It has a value that no plot has a place for. */
static bool is_not_finite(const struct run_row *run, const struct tradeoff_axis *axis,
    const struct run_row *baseline, double now_s)
{
    struct run_value value = run_value(run, &axis->column, baseline, now_s);
    return value.known && value.is_number && !isfinite(value.number);
}

struct finding {
    const struct runs *runs;
    const struct run_row *baseline;
    double now_s;
    const bool *allowed;
    struct tradeoff *out;
};

static void add_run(struct finding *finding, const struct run_row *run)
{
    struct tradeoff *out = finding->out;
    double x = tradeoff_value(run, &out->x, finding->baseline, finding->now_s);
    double y = tradeoff_value(run, &out->y, finding->baseline, finding->now_s);
    if (isnan(x) || isnan(y)) {
        out->without[out->without_count++] = run;
        out->without_x += isnan(x);
        out->without_y += !isnan(x);
        out->not_finite += is_not_finite(
            run, isnan(x) ? &out->x : &out->y, finding->baseline, finding->now_s);
        return;
    }
    bool foreign = versions_is_foreign(&out->versions, run, &out->x.column) ||
                   versions_is_foreign(&out->versions, run, &out->y.column);
    bool ruled_out = !finding->allowed[run - finding->runs->rows];
    enum tradeoff_standing standing = ruled_out ? TRADEOFF_RULED_OUT
                                      : foreign ? TRADEOFF_FOREIGN
                                                : TRADEOFF_DOMINATED;
    out->ruled_out += ruled_out;
    out->foreign += foreign;
    out->points[out->count++] = (struct tradeoff_point){run, x, y, standing, TRADEOFF_NONE};
}

/* Runs that are ruled out or do not compare beat no other. */
static bool find_front(struct tradeoff *out, struct arena *arena, struct err *err)
{
    struct pareto_point *points = ARENA_ARRAY(arena, struct pareto_point, out->count + 1);
    out->front = ARENA_ARRAY(arena, size_t, out->count + 1);
    struct pareto pareto;
    if (!points || !out->front)
        return err_set(err, ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < out->count; i++) {
        bool compared = out->points[i].standing == TRADEOFF_DOMINATED;
        points[i] = (struct pareto_point){compared ? out->points[i].x : NAN, out->points[i].y};
    }
    if (!pareto_find(points, out->count, out->x.higher, out->y.higher, arena, &pareto, err))
        return false;
    for (size_t i = 0; i < out->count; i++)
        if (pareto.dominator[i] == i)
            out->points[i].standing = TRADEOFF_FRONT;
        else if (pareto.dominator[i] != PARETO_NONE)
            out->points[i].dominator = pareto.dominator[i];
    for (size_t i = 0; i < pareto.front_count; i++)
        out->front[out->front_count++] = pareto.front[i];
    out->best = out->front_count ? out->front[out->front_count - 1] : TRADEOFF_NONE;
    for (size_t i = out->front_count; i-- > 0;) /* of equal ones the first */
        if (out->points[out->front[i]].x == out->points[out->best].x)
            out->best = out->front[i];
    return true;
}

bool tradeoff_find(const struct runs *runs, const uint32_t *order, size_t count,
    const struct tradeoff_axis *x, const struct tradeoff_axis *y,
    const struct tradeoff_constraint *constraint, const struct run_row *baseline, double now_s,
    struct arena *arena, struct tradeoff *out, struct err *err)
{
    const struct filter *filter = constraint ? constraint->filter : NULL;
    *out = (struct tradeoff){.x = *x, .y = *y, .best = TRADEOFF_NONE};
    out->points = ARENA_ARRAY(arena, struct tradeoff_point, count + 1);
    out->without = ARENA_ARRAY(arena, const struct run_row *, count + 1);
    struct finding finding = {runs, baseline, now_s, NULL, out};
    finding.allowed = find_allowed(runs, filter, baseline, now_s, arena);
    if (!out->points || !out->without || !finding.allowed)
        return err_set(err, ERR_MEMORY, "out of memory");
    out->versions = versions_find(runs, order, count, baseline);
    for (size_t i = 0; i < count; i++)
        add_run(&finding, &runs->rows[order[i]]);
    qsort(out->points, out->count, sizeof *out->points, compare_points);
    return find_front(out, arena, err);
}
