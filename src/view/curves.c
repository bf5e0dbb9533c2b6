/*
 * Curves: one quantity at a time, the chosen runs overlaid.
 * Knows: points of the world, the chart widget. Must not know: files, SQLite.
 */
#include "view/view.h"

#include "base/num.h"
#include "base/text.h"
#include "eval/downsample.h"
#include "eval/smooth.h"
#include "screen/chart.h"
#include "screen/list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_CURVES = 8, LIST_COLS = 26, NARROW_COLS = 72, MOST_ENTRIES = 4096 };
static const double SMOOTH_STEP = 0.1, SMOOTH_MOST = 0.95;

enum action {
    LOG_Y = 1,
    SMOOTH_MORE,
    SMOOTH_LESS,
    ZOOM_IN,
    ZOOM_OUT,
    ZOOM_ALL,
    PAN_LEFT,
    PAN_RIGHT,
    DIFF
};

static const struct key_row KEYS[] = {
    {"y", "logarithmic or plain values", LOG_Y, "chart", "log", 2},
    {"s", "smooth more", SMOOTH_MORE, "chart", "smooth", 1},
    {"S", "smooth less", SMOOTH_LESS, "chart", NULL, 0},
    {"+ =", "zoom in", ZOOM_IN, "chart", "zoom", 2},
    {"-", "zoom out", ZOOM_OUT, "chart", NULL, 0},
    {"0", "the whole course", ZOOM_ALL, "chart", NULL, 0},
    {"[ h Left", "earlier steps", PAN_LEFT, "chart", NULL, 0},
    {"] l Right", "later steps", PAN_RIGHT, "chart", NULL, 0},
    {"d", "what differs between these runs", DIFF, "chart", "diff", 3},
    {0},
};

/* One line of the list: a quantity that runs share, or a metric by name. */
struct entry {
    const char *name;
    enum role role; /* ROLE_NONE: by name */
};

struct state {
    int64_t run;
    struct list list;
    struct runs *runs; /* the snapshot that the entries were made from */
    struct arena arena;
    struct entry *entries;
    size_t count;
    const struct run_row *shown[MOST_CURVES];
    size_t shown_count, chosen_count;
    bool log_y, placed;
    char wanted[256]; /* of `show NAME`, until it is listed; "" for none */
    double smooth;
    double zoom_low, zoom_high; /* steps; zoomed when low < high */
    struct chart_place place;
};

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    (void)session, (void)world;
    ((struct state *)self)->run = run;
}

static void stop(void *self)
{
    struct state *state = self;
    runs_release(state->runs);
    arena_done(&state->arena);
    free(state->entries);
}

/* ---- the list of quantities ---- */

static bool is_listed(const struct state *state, const char *name, enum role role)
{
    for (size_t i = 0; i < state->count; i++)
        if (state->entries[i].role == role &&
            (role != ROLE_NONE || strcmp(state->entries[i].name, name) == 0))
            return true;
    return false;
}

static void add_entry(struct state *state, const char *name, enum role role)
{
    if (state->count < MOST_ENTRIES && !is_listed(state, name, role))
        state->entries[state->count++] = (struct entry){arena_string(&state->arena, name), role};
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if ((x->role == ROLE_NONE) != (y->role == ROLE_NONE))
        return x->role == ROLE_NONE ? 1 : -1;
    if (x->role != y->role)
        return x->role < y->role ? -1 : 1;
    return text_compare_natural(x->name, y->name);
}

/* Quantities that stand for one metric each; parts of a loss are listed by their own names. */
static bool is_shared(enum role role)
{
    return role != ROLE_NONE && role != ROLE_PART_LOSS;
}

/* The entry of `show NAME`: by its name, else the first that begins so. */
static void take_wanted(struct state *state)
{
    size_t length = strlen(state->wanted), found = SIZE_MAX;
    for (size_t i = 0; length && i < state->count; i++) {
        const char *name = state->entries[i].name;
        if (name && strncasecmp(name, state->wanted, length) == 0 &&
            (found == SIZE_MAX || !name[length]))
            found = i;
    }
    if (found == SIZE_MAX)
        return;
    state->list.scroll.cursor = found;
    state->wanted[0] = '\0';
}

static void list_entries(struct state *state)
{
    char kept[256] = "";
    size_t cursor = state->list.scroll.cursor;
    if (cursor < state->count)
        snprintf(kept, sizeof kept, "%s", state->entries[cursor].name);
    arena_done(&state->arena);
    if (!state->entries)
        state->entries = calloc(MOST_ENTRIES, sizeof *state->entries);
    state->count = 0;
    for (size_t r = 0; state->entries && r < state->shown_count; r++)
        for (size_t m = 0; m < state->shown[r]->metric_count; m++) {
            const struct run_metric *metric = &state->shown[r]->metrics[m];
            bool shared =
                is_shared(metric->role) && state->shown[r]->by_role[metric->role] == metric;
            add_entry(state, shared ? role_info(metric->role)->name : metric->name,
                shared ? metric->role : ROLE_NONE);
        }
    if (state->count)
        qsort(state->entries, state->count, sizeof *state->entries, compare_entries);
    for (size_t i = 0; i < state->count; i++)
        if (state->entries[i].name && strcmp(state->entries[i].name, kept) == 0)
            state->list.scroll.cursor = i;
    if (!state->placed && state->count) { /* begin with the loss, which every run has */
        for (size_t i = 0; i < state->count; i++)
            if (state->entries[i].role == ROLE_LOSS)
                state->list.scroll.cursor = i;
        if (state->entries[0].role == ROLE_AP)
            state->list.scroll.cursor = 0;
        state->placed = true;
    }
    take_wanted(state);
}

static void follow(struct state *state, const struct session *session, const struct world *world)
{
    const struct run_row *all[MOST_CURVES * 2];
    if (!world->runs)
        return;
    bool changed = world->runs != state->runs;
    if (changed) {
        runs_release(state->runs);
        state->runs = runs_share(world->runs);
    }
    state->chosen_count = session_runs(session, state->runs, state->run, all, MOST_CURVES * 2);
    size_t count = state->chosen_count < MOST_CURVES ? state->chosen_count : MOST_CURVES;
    changed |= count != state->shown_count || memcmp(all, state->shown, count * sizeof *all) != 0;
    memcpy(state->shown, all, count * sizeof *all);
    state->shown_count = count;
    if (changed)
        list_entries(state);
}

static const struct run_metric *metric_of(const struct run_row *run, const struct entry *entry)
{
    return entry->role != ROLE_NONE ? run->by_role[entry->role] : run_metric(run, entry->name);
}

static const struct entry *current(const struct state *state)
{
    size_t cursor = state->list.scroll.cursor;
    return cursor < state->count ? &state->entries[cursor] : NULL;
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    struct state *state = self;
    follow(state, session, world);
    const struct entry *entry = current(state);
    for (size_t i = 0; entry && i < state->shown_count; i++) {
        const struct run_metric *metric = metric_of(state->shown[i], entry);
        if (metric && out->curve_count < CURVES_MOST)
            out->curves[out->curve_count++] = world_curve_want(metric);
    }
}

/* ---- drawing ---- */

static size_t list_count(void *self)
{
    return ((struct state *)self)->count;
}

static void list_item(void *self, size_t i, struct list_item *out)
{
    const struct state *state = self;
    out->text = state->entries[i].name;
    out->style = state->entries[i].role != ROLE_NONE ? STYLE_IS(TEXT) : STYLE_IS(MUTED);
}

/* The points in the unit of the quantity, smoothed segment by segment when WEIGHT is above 0. */
static struct point *prepare_points(
    const struct curve *curve, double scale, double weight, struct arena *scratch)
{
    struct point *points = ARENA_ARRAY(scratch, struct point, curve->count);
    struct smooth smooth;
    smooth_init(&smooth, weight);
    for (size_t i = 0; points && i < curve->count; i++) {
        points[i] = curve->points[i];
        points[i].value *= scale;
        if (weight <= 0)
            continue;
        if (i && points[i].step < points[i - 1].step)
            smooth_init(&smooth, weight);
        points[i].value = smooth_next(&smooth, points[i].value);
    }
    return points;
}

struct reduced {
    struct chart_span *spans;
    size_t count;
};

static struct reduced reduce(const struct point *points, size_t n, int64_t first, int64_t last,
    int dots, struct arena *scratch)
{
    struct downsample_range range = {DOWNSAMPLE_BY_STEP, first, last, dots > 1 ? dots : 1};
    struct downsample_envelope envelope;
    struct reduced out = {0};
    if (!points || !downsample_envelope(points, n, &range, scratch, &envelope, NULL))
        return out;
    out.spans = ARENA_ARRAY(scratch, struct chart_span, envelope.count);
    double width = ((double)last - (double)first + 1) / range.columns; /* steps of a column */
    for (size_t i = 0; out.spans && i < envelope.count; i++) {
        const struct downsample_span *s = &envelope.spans[i];
        out.spans[i] =
            (struct chart_span){.x = fmin((double)first + ceil(s->column * width), (double)last),
                .min = s->min,
                .max = s->max,
                .first = s->first,
                .last = s->last,
                .starts = s->starts};
    }
    out.count = out.spans ? envelope.count : 0;
    return out;
}

struct loaded {
    const struct run_row *run;
    const struct curve *curve;
    double scale;
};

static size_t find_loaded(const struct state *state, const struct world *world,
    const struct entry *entry, struct loaded *out)
{
    size_t count = 0;
    for (size_t i = 0; i < state->shown_count; i++) {
        const struct run_metric *metric = metric_of(state->shown[i], entry);
        if (!metric)
            continue;
        struct curve_want want = world_curve_want(metric);
        const struct curve *curve = world_curve(world, &want);
        double scale = entry->role != ROLE_NONE ? metric->scale : 1;
        if (curve && curve->count)
            out[count++] = (struct loaded){state->shown[i], curve, scale};
    }
    return count;
}

static bool step_range(const struct loaded *loaded, size_t count, int64_t *first, int64_t *last)
{
    *first = INT64_MAX;
    *last = INT64_MIN;
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < loaded[i].curve->count; p++) {
            int64_t step = loaded[i].curve->points[p].step;
            *first = step < *first ? step : *first;
            *last = step > *last ? step : *last;
        }
    return *first <= *last;
}

static void draw_chart(struct state *state, const struct world *world, const struct entry *entry,
    struct canvas *canvas, struct rect place)
{
    struct loaded loaded[MOST_CURVES];
    struct chart_series series[MOST_CURVES * 2];
    size_t count = find_loaded(state, world, entry, loaded), drawn = 0;
    int64_t first, last;
    char note[64] = "";
    if (state->smooth > 0)
        snprintf(note, sizeof note, "smooth %.2f  ", state->smooth);
    strncat(note, "x step", sizeof note - strlen(note) - 1);
    bool any = step_range(loaded, count, &first, &last);
    if (any && state->zoom_low < state->zoom_high) {
        first = (int64_t)floor(state->zoom_low);
        last = (int64_t)ceil(state->zoom_high);
    }
    int dots = chart_dots(place);
    for (size_t i = 0; any && i < count; i++) {
        struct style style = session_run_style(loaded[i].run);
        const struct curve *curve = loaded[i].curve;
        struct point *raw = prepare_points(curve, loaded[i].scale, 0, canvas->scratch);
        struct reduced plain = reduce(raw, curve->count, first, last, dots, canvas->scratch);
        if (state->smooth > 0) {
            struct point *points =
                prepare_points(curve, loaded[i].scale, state->smooth, canvas->scratch);
            struct reduced smooth =
                reduce(points, curve->count, first, last, dots, canvas->scratch);
            series[drawn++] = (struct chart_series){
                .spans = plain.spans, .count = plain.count, .style = style, .faint = true};
            plain = smooth;
        }
        series[drawn++] = (struct chart_series){.spans = plain.spans,
            .count = plain.count,
            .name = loaded[i].run->shown,
            .style = style};
    }
    struct chart chart = {.series = series,
        .count = drawn,
        .title = entry->name,
        .note = note,
        .x_low = any ? (double)first : NAN,
        .x_high = any ? (double)last : NAN,
        .y_low = NAN,
        .y_high = NAN,
        .log_y = state->log_y,
        .mark_x = NAN,
        .empty = world->curves ? "none of these runs logged it" : "loading ..."};
    chart_draw(canvas->grid, place, &chart, &state->place);
}

static void draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct state *state = self;
    (void)session;
    const struct entry *entry = current(state);
    if (!entry) {
        view_say_empty(canvas->grid, place,
            state->shown_count
                ? "these runs logged no metric"
                : "no run is chosen\n\nq goes back; Space selects runs for the curves");
        return;
    }
    struct rect list = place, chart = place;
    list.cols = place.cols >= NARROW_COLS ? LIST_COLS : 0;
    chart.col += list.cols + 1;
    chart.cols -= list.cols + 1;
    struct list_source source = {state, list_count, list_item, false};
    if (list.cols)
        list_draw(&state->list, canvas->grid, list, &source, true);
    if (state->chosen_count > state->shown_count) {
        grid_printf(canvas->grid, chart.row + chart.rows - 1, chart.col, chart.cols,
            STYLE_IS(MUTED), "the first %zu of the chosen runs; select fewer to see the others",
            state->shown_count);
        chart.rows--;
    }
    draw_chart(state, world, entry, canvas, chart);
}

/* ---- acting ---- */

/* Scales the seen part by FACTOR around its middle and moves it by SHIFT of its width. */
static void zoom(struct state *state, double factor, double shift)
{
    const struct axis *x = &state->place.x;
    if (!(x->low < x->high))
        return;
    double width = (x->high - x->low) * factor, middle = (x->low + x->high) / 2;
    middle += (x->high - x->low) * shift;
    if (width < 2)
        return;
    state->zoom_low = middle - width / 2;
    state->zoom_high = middle + width / 2;
}

static enum view_outcome act_on_chart(struct state *state, int action, struct view_effect *effect)
{
    switch (action) {
    case LOG_Y:
        state->log_y = !state->log_y;
        return VIEW_STAYED;
    case SMOOTH_MORE:
    case SMOOTH_LESS:
        state->smooth += action == SMOOTH_MORE ? SMOOTH_STEP : -SMOOTH_STEP;
        state->smooth = state->smooth < SMOOTH_STEP / 2 ? 0
                        : state->smooth > SMOOTH_MOST   ? SMOOTH_MOST
                                                        : state->smooth;
        return VIEW_STAYED;
    case ZOOM_IN:
    case ZOOM_OUT:
        zoom(state, action == ZOOM_IN ? 0.5 : 2, 0);
        return VIEW_STAYED;
    case PAN_LEFT:
    case PAN_RIGHT:
        if (state->zoom_low < state->zoom_high)
            zoom(state, 1, action == PAN_LEFT ? -0.25 : 0.25);
        return VIEW_STAYED;
    case ZOOM_ALL:
        state->zoom_low = state->zoom_high = 0;
        return VIEW_STAYED;
    case DIFF:
        *effect = (struct view_effect){&view_diff, state->run};
        return VIEW_OPENED;
    }
    return VIEW_IGNORED;
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct state *state = self;
    follow(state, session, world);
    int move = view_movement(event);
    if (move >= 0) {
        scroll_move(&state->list.scroll, (enum scroll_move)move, state->count);
        return VIEW_STAYED;
    }
    if (event->kind == EVENT_MOUSE && event->action == MOUSE_WHEEL) {
        if (event->col < state->place.plot.col)
            scroll_wheel(&state->list.scroll, event->wheel_rows, state->count);
        else
            zoom(state, event->wheel_rows < 0 ? 0.8 : 1.25, 0);
        return VIEW_STAYED;
    }
    if (event->kind == EVENT_MOUSE && event->action == MOUSE_PRESS) {
        size_t item = list_at(&state->list, event->row, event->col);
        if (item != SIZE_MAX)
            state->list.scroll.cursor = item;
        return VIEW_STAYED;
    }
    return act_on_chart(state, key_rows_find(KEYS, event), effect);
}

static bool obey(void *self, struct session *session, const struct world *world, const char *word,
    const char *rest)
{
    struct state *state = self;
    if (strcmp(word, "show") != 0)
        return false;
    snprintf(state->wanted, sizeof state->wanted, "%s", rest);
    follow(state, session, world);
    take_wanted(state);
    return true;
}

const struct view view_curves = {
    .name = "curves",
    .title = "Curves",
    .keys = KEYS,
    .state_bytes = sizeof(struct state),
    .start = start,
    .stop = stop,
    .wants = wants,
    .draw = draw,
    .act = act,
    .obey = obey,
};
