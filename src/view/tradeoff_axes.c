/*
 * Parallel coordinates of the trade-off screen: the parameters that vary, and the metric.
 * Knows: points of a trade-off, columns, the widget of coords.h. Must not know: keys.
 */
#include "view/tradeoff_view.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LINES = 600, MOST_SOLID = 60, WANTED_TICKS = 6, KEPT_NAME_BYTES = 128 };
static const double DECADES = 100, BRUSH_STEP = 0.05, LEAST_BRUSH = 0.01;

/* ---- finding the axes ---- */

/* The columns' own names go with the runs that they are of. */
static const char *make_key(struct tradeoff_axes *axes, const struct run_column *column)
{
    const char *key = arena_string(&axes->arena, column->name ? column->name : column->title);
    return key ? key : "";
}

static struct run_value value_of(const struct tradeoff_point *point,
    const struct tradeoff_upright *upright, const struct session *session,
    const struct run_row *baseline)
{
    return run_value(point->run, &upright->axis.column, baseline, session->now_s);
}

struct finding {
    struct tradeoff_state *state;
    const struct session *session;
    const struct run_row *baseline;
};

/* Numbers lie by their value, or its logarithm when they span decades. False when they are all one
 * or are not all numbers. */
static bool find_scale(const struct finding *finding, struct tradeoff_upright *upright)
{
    const struct tradeoff *found = &finding->state->found;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < found->count; i++) {
        struct run_value value =
            value_of(&found->points[i], upright, finding->session, finding->baseline);
        if (!value.known)
            continue;
        if (!value.is_number)
            return false;
        if (!isfinite(value.number))
            continue;
        low = fmin(low, value.number);
        high = fmax(high, value.number);
    }
    if (!(low < high))
        return false;
    axis_init(&upright->scale, low, high, low > 0 && high / low >= DECADES, WANTED_TICKS, true);
    return true;
}

static int compare_texts(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    int order = text_compare_natural(*x, *y);
    return order ? order : strcmp(*x, *y);
}

/* Everything else by category. False when there are not two. */
static bool find_names(const struct finding *finding, struct tradeoff_upright *upright)
{
    const struct tradeoff *found = &finding->state->found;
    size_t count = 0;
    upright->names = ARENA_ARRAY(&finding->state->axes.arena, const char *, found->count + 1);
    for (size_t i = 0; upright->names && i < found->count; i++) {
        struct run_value value =
            value_of(&found->points[i], upright, finding->session, finding->baseline);
        if (value.known && value.text)
            upright->names[count++] = value.text;
    }
    if (!count)
        return false;
    qsort(upright->names, count, sizeof *upright->names, compare_texts);
    for (size_t i = 0; i < count; i++)
        if (!upright->name_count ||
            strcmp(upright->names[i], upright->names[upright->name_count - 1]) != 0)
            upright->names[upright->name_count++] = upright->names[i];
    return upright->name_count > 1;
}

/* The metric comes first, so that it is seen however many parameters there are. */
static void add_metric(const struct finding *finding)
{
    struct tradeoff_axes *axes = &finding->state->axes;
    const struct tradeoff *found = &finding->state->found;
    struct tradeoff_upright metric = {
        .key = make_key(axes, &found->y.column), .axis = found->y, .high = 1};
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < found->count; i++) {
        low = fmin(low, found->points[i].y);
        high = fmax(high, found->points[i].y);
    }
    axis_init(&metric.scale, low, high, finding->state->y.log, WANTED_TICKS, true);
    axes->axes[axes->count++] = metric;
}

static void find_varying(const struct finding *finding)
{
    struct tradeoff_axes *axes = &finding->state->axes;
    const struct runs *runs = finding->state->runs;
    for (size_t i = 0; i < runs->column_count && axes->count < TRADEOFF_MOST_AXES; i++) {
        if (runs->columns[i].kind != RUN_COLUMN_PARAM)
            continue;
        struct tradeoff_upright upright = {.key = make_key(axes, &runs->columns[i]),
            .axis = {.column = runs->columns[i]},
            .high = 1};
        if (find_scale(finding, &upright) || find_names(finding, &upright))
            axes->axes[axes->count++] = upright;
    }
}

/* ---- what was moved and brushed ---- */

struct kept {
    char names[TRADEOFF_MOST_AXES][KEPT_NAME_BYTES];
    double low[TRADEOFF_MOST_AXES], high[TRADEOFF_MOST_AXES];
    size_t count, focus;
};

static void keep(const struct tradeoff_axes *axes, struct kept *kept)
{
    kept->count = axes->count;
    kept->focus = axes->focus;
    for (size_t i = 0; i < axes->count; i++) {
        snprintf(kept->names[i], KEPT_NAME_BYTES, "%s", axes->axes[i].key);
        kept->low[i] = axes->axes[i].low;
        kept->high[i] = axes->axes[i].high;
    }
}

/* Axes that were there before come first, in the order that they had. */
static void restore(struct tradeoff_axes *axes, const struct kept *kept)
{
    size_t next = 0;
    for (size_t i = 0; i < kept->count; i++)
        for (size_t a = next; a < axes->count; a++) {
            if (strncmp(axes->axes[a].key, kept->names[i], KEPT_NAME_BYTES - 1) != 0)
                continue;
            struct tradeoff_upright upright = axes->axes[a];
            memmove(&axes->axes[next + 1], &axes->axes[next], (a - next) * sizeof upright);
            upright.low = kept->low[i];
            upright.high = kept->high[i];
            axes->axes[next++] = upright;
            break;
        }
    axes->focus = kept->focus < axes->count ? kept->focus : 0;
}

/* ---- the points on them ---- */

static double place_of(const struct run_value *value, const struct tradeoff_upright *upright)
{
    if (!value->known)
        return NAN;
    if (!upright->names)
        return value->is_number && isfinite(value->number)
                   ? axis_place(&upright->scale, value->number)
                   : NAN;
    const char *const *name = value->text
                                  ? bsearch(&value->text, upright->names, upright->name_count,
                                        sizeof *upright->names, compare_texts)
                                  : NULL;
    return name ? coords_name_place((size_t)(name - upright->names), upright->name_count) : NAN;
}

static int compare_worth(const void *a, const void *b, void *context)
{
    const struct tradeoff *found = context;
    const struct tradeoff_point *x = &found->points[*(const size_t *)a];
    const struct tradeoff_point *y = &found->points[*(const size_t *)b];
    if (x->y != y->y)
        return (x->y > y->y) == found->y.higher ? -1 : 1;
    return (x > y) - (x < y);
}

static bool place_points(const struct finding *finding)
{
    struct tradeoff_axes *axes = &finding->state->axes;
    struct tradeoff *found = &finding->state->found;
    axes->places = ARENA_ARRAY(&axes->arena, double, found->count * axes->count + 1);
    axes->order = ARENA_ARRAY(&axes->arena, size_t, found->count + 1);
    if (!axes->places || !axes->order)
        return false;
    for (size_t i = 0; i < found->count; i++) {
        axes->order[i] = i;
        for (size_t a = 0; a < axes->count; a++) {
            struct run_value value = value_of(
                &found->points[i], &axes->axes[a], finding->session, finding->baseline);
            axes->places[i * axes->count + a] = place_of(&value, &axes->axes[a]);
        }
    }
    if (found->count)
        qsort_r(axes->order, found->count, sizeof *axes->order, compare_worth, found);
    axes->point_count = found->count;
    return true;
}

void tradeoff_axes_find(struct tradeoff_state *state, const struct session *session)
{
    struct tradeoff_axes *axes = &state->axes;
    struct kept *kept = calloc(1, sizeof *kept);
    if (kept)
        keep(axes, kept);
    arena_done(&axes->arena);
    axes->count = axes->point_count = 0;
    axes->axes = ARENA_ARRAY(&axes->arena, struct tradeoff_upright, TRADEOFF_MOST_AXES);
    if (axes->axes && state->found_any) {
        struct finding finding = {state, session, session_baseline(session, state->runs)};
        add_metric(&finding);
        find_varying(&finding);
        if (kept)
            restore(axes, kept);
        place_points(&finding);
    }
    free(kept);
}

void tradeoff_axes_done(struct tradeoff_axes *axes)
{
    arena_done(&axes->arena);
    *axes = (struct tradeoff_axes){0};
}

/* ---- brushes ---- */

bool tradeoff_axes_hold(const struct tradeoff_state *state, size_t point)
{
    const struct tradeoff_axes *axes = &state->axes;
    enum tradeoff_standing standing = state->found.points[point].standing;
    if (standing == TRADEOFF_RULED_OUT || standing == TRADEOFF_FOREIGN)
        return false;
    for (size_t a = 0; a < axes->count; a++) {
        const struct tradeoff_upright *upright = &axes->axes[a];
        double place = axes->places[point * axes->count + a];
        bool brushed = upright->low > 0 || upright->high < 1;
        if (brushed && !(place >= upright->low - 1e-9 && place <= upright->high + 1e-9))
            return false;
    }
    return true;
}

void tradeoff_axes_brush(struct tradeoff_axes *axes, bool high_end, int steps)
{
    if (axes->focus >= axes->count)
        return;
    struct tradeoff_upright *upright = &axes->axes[axes->focus];
    double step =
        upright->name_count > 1 ? 1 / (double)(upright->name_count - 1) : BRUSH_STEP;
    double *end = high_end ? &upright->high : &upright->low;
    double to = round((*end + steps * step) / step) * step; /* no drift */
    /* A brush of one category is as narrow as can be. */
    double least = upright->name_count > 1 ? 0 : LEAST_BRUSH;
    if (high_end ? to < upright->low + least - 1e-9 : to > upright->high - least + 1e-9)
        return;
    *end = to < 1e-9 ? 0 : to > 1 - 1e-9 ? 1 : to;
}

void tradeoff_axes_unbrush(struct tradeoff_axes *axes)
{
    for (size_t a = 0; a < axes->count; a++) {
        axes->axes[a].low = 0;
        axes->axes[a].high = 1;
    }
}

/* Columns A and B of the places change places too. */
static void swap(struct tradeoff_axes *axes, size_t a, size_t b)
{
    struct tradeoff_upright upright = axes->axes[a];
    axes->axes[a] = axes->axes[b];
    axes->axes[b] = upright;
    for (size_t i = 0; i < axes->point_count; i++) {
        double *places = &axes->places[i * axes->count], place = places[a];
        places[a] = places[b];
        places[b] = place;
    }
}

void tradeoff_axes_move(struct tradeoff_axes *axes, int by)
{
    size_t to = axes->focus + (size_t)by; /* below 0 is beyond the count */
    if (axes->focus >= axes->count || to >= axes->count)
        return;
    swap(axes, axes->focus, to);
    axes->focus = to;
}

/* ---- drawing ---- */

/* By thirds of the runs in the order of the metric. Without colours what is good is bold, and what
 * is not steps back. */
static struct style worth_style(const struct session *session, size_t rank, size_t count)
{
    bool mono = session->theme.run.count == 0;
    size_t third = 3 * rank / count;
    return third == 0   ? STYLE_IS(GOOD)
           : third == 1 ? STYLE_IS(MUTED)
           : mono       ? STYLE_IS(BORDER)
                        : STYLE_IS(BAD);
}

/* One in how many of COUNT lines is drawn: more than MOST_LINES say no more, and take longer than
 * a frame may. */
static size_t stride_of(size_t count)
{
    return count ? 1 + (count - 1) / MOST_LINES : 1;
}

size_t tradeoff_axes_stride(const struct tradeoff_state *state)
{
    return stride_of(state->sequence_count);
}

/* Lines, the worst first, so that the good ones lie over them; *CURSOR is the one of the cursor. */
static struct coords_line *make_lines(const struct tradeoff_state *state,
    const struct session *session, struct arena *scratch, size_t *count, size_t *cursor)
{
    const struct tradeoff_axes *axes = &state->axes;
    size_t at = tradeoff_cursor(state), n = axes->point_count, seen[2] = {0};
    size_t strides[2] = {stride_of(state->sequence_count), stride_of(n - state->sequence_count)};
    struct coords_line *lines = ARENA_ARRAY(scratch, struct coords_line, n + 1);
    *count = 0;
    *cursor = SIZE_MAX;
    for (size_t i = n; lines && i-- > 0;) {
        size_t point = axes->order[i];
        bool faint = !tradeoff_axes_hold(state, point);
        if (seen[faint]++ % strides[faint] && point != at)
            continue;
        if (point == at)
            *cursor = *count;
        lines[(*count)++] = (struct coords_line){.places = &axes->places[point * axes->count],
            .style = worth_style(session, i, n),
            .dotted = state->sequence_count > MOST_SOLID && 3 * i >= n,
            .faint = faint};
    }
    return lines;
}

static struct coords_axis *make_axes(const struct tradeoff_axes *axes, struct arena *scratch)
{
    struct coords_axis *out = ARENA_ARRAY(scratch, struct coords_axis, axes->count + 1);
    for (size_t a = 0; out && a < axes->count; a++) {
        const struct tradeoff_upright *upright = &axes->axes[a];
        const char *title = upright->axis.column.title;
        if (!upright->names && upright->scale.log)
            title = arena_printf(scratch, "%s (log)", title);
        out[a] = (struct coords_axis){.title = title ? title : "",
            .scale = upright->scale,
            .names = upright->names,
            .name_count = upright->name_count,
            .low = upright->low,
            .high = upright->high};
    }
    return out;
}

static const char **make_texts(const struct tradeoff_state *state, const struct session *session,
    struct arena *scratch)
{
    const struct tradeoff_axes *axes = &state->axes;
    size_t at = tradeoff_cursor(state);
    const char **texts = ARENA_ARRAY(scratch, const char *, axes->count + 1);
    for (size_t a = 0; texts && at != TRADEOFF_NONE && a < axes->count; a++) {
        char text[128];
        struct run_value value = value_of(&state->found.points[at], &axes->axes[a], session,
            session_baseline(session, state->runs));
        run_value_print(&value, &axes->axes[a].axis.column, text, sizeof text);
        texts[a] = text[0] ? arena_string(scratch, text) : NULL;
    }
    return texts;
}

void tradeoff_axes_draw(struct tradeoff_state *state, const struct session *session,
    struct canvas *canvas, struct rect place)
{
    struct tradeoff_axes *axes = &state->axes;
    size_t count, cursor;
    struct coords_line *lines = make_lines(state, session, canvas->scratch, &count, &cursor);
    struct coords_axis *uprights = make_axes(axes, canvas->scratch);
    if (!lines || !uprights)
        return;
    struct coords coords = {.axes = uprights,
        .axis_count = axes->count,
        .focus = axes->focus,
        .lines = lines,
        .line_count = count,
        .cursor = cursor,
        .texts = make_texts(state, session, canvas->scratch)};
    coords_draw(canvas->grid, place, &coords, &axes->place);
    if (axes->count < 2 && place.rows > 0)
        grid_text(canvas->grid, place.row + place.rows / 2, place.col + place.cols / 3,
            place.cols - place.cols / 3, STYLE_IS(MUTED), "no parameter differs among these runs");
}
