/*
 * Curves: pages of panels, one quantity each, the chosen runs overlaid; one crosshair through all.
 * Knows: panels of work/panels.h, the chart widget's places. Must not know: files, SQLite.
 */
#include "view/curves_view.h"

#include "work/run_groups.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum action {
    MAXIMISE = 1,
    NEXT,
    BEFORE,
    MARK_LEFT,
    MARK_RIGHT,
    MARK_LEFT_FAR,
    MARK_RIGHT_FAR,
    MARK,
    X_NEXT,
    X_METRIC,
    LOG_X,
    LOG_Y,
    SMOOTH_MORE,
    SMOOTH_LESS,
    SMOOTH_KIND,
    BAND,
    PICTURE,
    ZOOM_IN,
    ZOOM_OUT,
    ZOOM_ALL,
    PAN_LEFT,
    PAN_RIGHT,
    PIN,
    ALL_RUNS,
    PATTERN,
    DIFF
};

static const struct key_row KEYS[] = {
    {"Enter z", "one panel alone, and back", MAXIMISE, "panels", "maximise", 1},
    {"Tab", "next panel", NEXT, "panels", NULL, 0},
    {"Shift-Tab", "panel before", BEFORE, "panels", NULL, 0},
    {"/", "panels whose names match: loss|lr", PATTERN, "panels", "find", 2},
    {"p", "pin the panel: it comes first", PIN, "panels", "pin", 5},
    {"a", "all chosen runs, or the first eight", ALL_RUNS, "panels", "all runs", 4},
    {"l Right", "crosshair to the right", MARK_RIGHT, "chart", NULL, 0},
    {"h Left", "crosshair to the left", MARK_LEFT, "chart", "crosshair", 3},
    {"L", "ten columns to the right", MARK_RIGHT_FAR, "chart", NULL, 0},
    {"H", "ten columns to the left", MARK_LEFT_FAR, "chart", NULL, 0},
    {"c", "crosshair on or off", MARK, "chart", NULL, 0},
    {"x", "x: step, epoch, relative step, time, wall time", X_NEXT, "chart", "x axis", 2},
    {"X", "x: another metric", X_METRIC, "chart", NULL, 0},
    {"y", "logarithmic or plain values", LOG_Y, "chart", "log", 2},
    {"Y", "logarithmic or plain x", LOG_X, "chart", NULL, 0},
    {"s", "smooth more", SMOOTH_MORE, "chart", "smooth", 1},
    {"S", "smooth less", SMOOTH_LESS, "chart", NULL, 0},
    {"M", "smooth by EMA, moving mean or median", SMOOTH_KIND, "chart", NULL, 0},
    {"b", "mean and deviation of runs that differ in the seed", BAND, "chart", "band", 4},
    {"P", "as a picture, where the terminal shows any", PICTURE, "chart", "picture", 6},
    {"+ =", "zoom in", ZOOM_IN, "chart", "zoom", 2},
    {"-", "zoom out", ZOOM_OUT, "chart", NULL, 0},
    {"0", "the whole course", ZOOM_ALL, "chart", NULL, 0},
    {"[", "pan to the left", PAN_LEFT, "chart", NULL, 0},
    {"]", "pan to the right", PAN_RIGHT, "chart", NULL, 0},
    {"d", "what differs between these runs", DIFF, "chart", "diff", 3},
    {0},
};

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    struct curves_state *state = self;
    (void)world;
    state->run = run;
    snprintf(state->pattern, sizeof state->pattern, "%s", session->curve_pattern);
    state->low = state->high = state->mark = NAN;
}

static void stop(void *self)
{
    struct curves_state *state = self;
    runs_release(state->runs);
    for (size_t i = 0; i < CURVES_PAGE; i++)
        curves_picture_done(&state->pictures[i]);
    arena_done(&state->arena);
}

/* ---- what is shown ---- */

static void remember_focus(struct curves_state *state)
{
    if (state->focus < state->panels.count)
        snprintf(state->focus_name, sizeof state->focus_name, "%s",
            state->panels.items[state->focus].name);
}

static void find_focus(struct curves_state *state)
{
    const char *name = state->asked_name[0] ? state->asked_name : state->focus_name;
    state->is_missing = state->asked_name[0] != '\0';
    for (size_t i = 0; i < state->panels.count; i++) {
        if (strcasecmp(state->panels.items[i].name, name) != 0)
            continue;
        state->focus = i;
        state->is_missing = false;
    }
}

static void set_focus(struct curves_state *state, size_t to)
{
    state->focus = to;
    state->asked_name[0] = '\0';
    state->is_missing = false;
}

/* The panels anew; the focus stays on its own. A pattern that is none (yet) changes nothing. */
static bool list_panels(struct curves_state *state, const struct session *session, struct err *err)
{
    struct arena arena = {0};
    struct panels panels;
    remember_focus(state);
    if (!panels_list(state->shown, state->shown_count, &session->pins, state->pattern, &arena,
            &panels, err)) {
        arena_done(&arena);
        return false;
    }
    arena_done(&state->arena);
    state->arena = arena;
    state->panels = panels;
    state->focus = 0;
    find_focus(state);
    return true;
}

struct ranked {
    const struct run_row *run;
    double ap; /* -INFINITY: it has none */
    size_t at;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *p = a, *q = b;
    return p->ap != q->ap ? (p->ap > q->ap ? -1 : 1) : p->at < q->at ? -1 : p->at > q->at;
}

/* The runs that pass the table's filter, the best AP first; those without one as they come. Anew only
 * when the runs or the filter are others. */
static void rank_runs(struct curves_state *state, const struct session *session)
{
    const struct runs *runs = state->runs;
    if (state->ranked_of == runs && strcmp(state->ranked_filter, session->filter) == 0)
        return;
    struct arena arena = {0};
    struct ranked *ranked = ARENA_ARRAY(&arena, struct ranked, runs->count + 1);
    uint32_t *order = ARENA_ARRAY(&arena, uint32_t, runs->count + 1);
    const struct filter *filter = runs_parse_filter(runs, &arena, session->filter, NULL);
    size_t count = !ranked || !order ? 0
                                     : runs_order(runs, filter, NULL, false,
                                           session_baseline(session, runs), session->now_s, order);
    for (size_t i = 0; i < count; i++) {
        const struct run_row *run = &runs->rows[order[i]];
        double ap = run_role_best(run, ROLE_AP, false, NULL);
        ranked[i] = (struct ranked){run, isnan(ap) ? -INFINITY : ap, i};
    }
    if (count)
        qsort(ranked, count, sizeof *ranked, compare_ranked);
    state->ranked_total = count;
    state->ranked_count = count < CURVES_MOST_RUNS ? count : CURVES_MOST_RUNS;
    for (size_t i = 0; i < state->ranked_count; i++)
        state->ranked[i] = ranked[i].run;
    arena_done(&arena);
    state->ranked_of = runs;
    memcpy(state->ranked_filter, session->filter, sizeof state->ranked_filter);
}

/* Puts RUN (may be NULL) behind COUNT others unless it is among the first two, baseline and cursor:
 * only these may repeat. */
static void add_run(const struct run_row *run, const struct run_row **out, size_t *count)
{
    for (size_t i = 0; i < *count && i < 2; i++)
        if (out[i] == run)
            return;
    if (run && *count < CURVES_MOST_RUNS)
        out[(*count)++] = run;
}

/* The baseline and the selected. Without any selected: what the table listed, behind the run that it
 * was opened on; on a dashboard the best of those that pass the filter. TOTAL is how many that would
 * be without a limit. */
static size_t choose(struct curves_state *state, const struct session *session,
    const struct run_row **out, size_t *total)
{
    const struct runs *runs = state->runs;
    size_t count = 0;
    if (session->selected_count || state->run) {
        count = session_runs(session, runs, state->run, out, CURVES_MOST_RUNS);
        for (size_t i = 0; !session->selected_count && i < session->listed_count; i++)
            add_run(runs_find(runs, session->listed[i]), out, &count);
        *total = count;
        return count;
    }
    const struct run_row *baseline = session_baseline(session, runs);
    rank_runs(state, session);
    add_run(baseline, out, &count);
    *total = count + state->ranked_total;
    for (size_t i = 0; i < state->ranked_count; i++) {
        add_run(state->ranked[i], out, &count);
        *total -= state->ranked[i] == baseline;
    }
    return count;
}

static void follow(
    struct curves_state *state, const struct session *session, const struct world *world)
{
    const struct run_row *chosen[CURVES_MOST_RUNS];
    if (!world->runs)
        return;
    bool changed = world->runs != state->runs;
    if (changed) {
        runs_release(state->runs);
        state->runs = runs_share(world->runs);
    }
    size_t found = choose(state, session, chosen, &state->chosen_count);
    size_t panels = state->drawn.count ? state->drawn.count : 1;
    size_t most = !state->all                              ? CURVES_FIRST_RUNS
                  : CURVES_MOST / panels > CURVES_MOST_RUNS ? CURVES_MOST_RUNS
                                                           : CURVES_MOST / panels;
    size_t count = found < most ? found : most;
    changed |=
        count != state->shown_count || memcmp(chosen, state->shown, count * sizeof *chosen) != 0;
    if (!changed)
        return;
    memcpy(state->shown, chosen, count * sizeof *chosen);
    state->shown_count = count;
    runs_number_siblings(state->shown, count, state->groups);
    list_panels(state, session, NULL);
}

struct panel_look curves_look(const struct curves_state *state, const struct session *session)
{
    struct panel_look look = session->look;
    look.low = state->low;
    look.high = state->high;
    return look;
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    struct curves_state *state = self;
    struct curves_layout layout;
    follow(state, session, world);
    struct panel_look look = curves_look(state, session);
    struct rect place = {0, 0, session->rows, session->cols};
    curves_layout(state, state->place.rows ? state->place : place, &layout);
    struct curve_set set = {state->shown, state->groups, state->shown_count};
    for (size_t i = 0; i < layout.count && !state->is_missing; i++)
        for (size_t r = 0; r < state->shown_count && out->curve_count < CURVES_MOST; r++)
            if (curve_set_want(&set, &state->panels.items[layout.first + i],
                    (int32_t)(layout.first + i), &look, chart_dots(layout.charts[i]), r,
                    &out->curves[out->curve_count]))
                out->curve_count++;
}

/* ---- acting ---- */

/* The focused chart as it was drawn last; NULL when it was not. */
static const struct chart_place *focused_place(const struct curves_state *state)
{
    size_t i = state->focus - state->drawn.first;
    bool drawn = state->focus >= state->drawn.first && i < state->drawn.count;
    return drawn && state->places[i].dots_x > 1 ? &state->places[i] : NULL;
}

/* Scales the seen part by FACTOR around the crosshair, else its middle, and moves it by SHIFT of its
 * width. */
static void zoom(struct curves_state *state, const struct panel_look *look, double factor,
    double shift, double around)
{
    const struct chart_place *place = focused_place(state);
    if (!place)
        return;
    const struct axis *x = &place->x;
    double part = isnan(around) ? 0.5 : axis_place(x, around);
    if (!(part >= 0 && part <= 1))
        part = 0.5;
    double low = axis_value(x, part - part * factor + shift);
    double high = axis_value(x, part + (1 - part) * factor + shift);
    bool by_step = look->x == CURVE_X_STEP || look->x == CURVE_X_RELATIVE_STEP;
    double least = by_step ? 2 : fmax(fabs(low), fabs(high)) * 1e-9;
    if (!isfinite(low) || !isfinite(high) || (!(high - low > least) && factor < 1) || !(low < high))
        return;
    state->low = low;
    state->high = high;
}

static void zoom_all(struct curves_state *state)
{
    state->low = state->high = NAN;
}

static void move_mark(struct curves_state *state, int cols)
{
    const struct chart_place *place = focused_place(state);
    if (!place)
        return;
    double at = axis_place(&place->x, state->mark) * (place->plot.cols - 1);
    if (!(at >= -0.5 && at < place->plot.cols))
        at = cols > 0 ? -cols : place->plot.cols - 1 - cols; /* comes in from the edge */
    at = fmin(fmax(round(at) + cols, 0), place->plot.cols - 1);
    state->mark = axis_value(&place->x, at / fmax(place->plot.cols - 1, 1));
}

static bool any_has(const struct curves_state *state, const char *name)
{
    struct panel panel;
    return panel_find(state->shown, state->shown_count, name, &panel);
}

static void set_x(struct curves_state *state, struct session *session, const char *name)
{
    panel_look_set_x(&session->look, name);
    zoom_all(state);
    state->mark = NAN;
    session_say(session, "x: %.100s", panel_look_x_name(&session->look));
}

static void next_x(struct curves_state *state, struct session *session)
{
    static const char *const ORDER[] = {"step", "epoch", "relative step", "time", "wall time"};
    enum { COUNT = sizeof ORDER / sizeof *ORDER };
    size_t at = COUNT - 1;
    for (size_t i = 0; i < COUNT; i++)
        if (strcmp(ORDER[i], panel_look_x_name(&session->look)) == 0)
            at = i;
    at = (at + 1) % COUNT;
    if (at == 1 && !any_has(state, ORDER[1]))
        at++;
    set_x(state, session, ORDER[at]);
}

static const double STRENGTHS[][10] = {[SMOOTH_EMA] = {0, .2, .4, .6, .8, .9, .95, .98, .99, .995},
    [SMOOTH_MEAN] = {0, 3, 5, 9, 17, 33, 65, 129, 257, 513},
    [SMOOTH_MEDIAN] = {0, 3, 5, 9, 17, 33, 65, 129, 257, 513}};

static void smooth(struct session *session, int steps, int kinds)
{
    struct smooth_how *how = &session->look.smooth;
    char text[64];
    int level = 0;
    while (level < 9 && STRENGTHS[how->kind][level] < how->strength)
        level++;
    level = level + steps < 0 ? 0 : level + steps > 9 ? 9 : level + steps;
    how->kind = (enum smooth_kind)((how->kind + kinds) % 3);
    how->strength = STRENGTHS[how->kind][kinds && !level ? 3 : level];
    panel_look_print_smooth(&session->look, text, sizeof text);
    session_say(session, "smoothing: %s", text[0] ? text : "none");
}

static void pin(struct curves_state *state, struct session *session)
{
    if (state->focus >= state->panels.count)
        return;
    if (!panel_toggle_pin(&session->pins, state->panels.items[state->focus].name))
        session_say(session, "no more metrics can be pinned");
    list_panels(state, session, NULL);
}

static void toggle_band(struct curves_state *state, struct session *session)
{
    bool any = false;
    for (size_t i = 0; i < state->shown_count; i++)
        any |= state->groups[i] > 0;
    session->look.band = !session->look.band;
    if (session->look.band && !any)
        session_say(session, "no two of these runs differ in the seed alone");
}

static enum view_outcome act_on_look(struct curves_state *state, struct session *session,
    const struct world *world, int action)
{
    struct panel_look *look = &session->look;
    switch (action) {
    case X_NEXT:
        next_x(state, session);
        return VIEW_STAYED;
    case LOG_X:
    case LOG_Y:
        *(action == LOG_X ? &look->log_x : &look->log_y) ^= true;
        return VIEW_STAYED;
    case SMOOTH_MORE:
    case SMOOTH_LESS:
        smooth(session, action == SMOOTH_MORE ? 1 : -1, 0);
        return VIEW_STAYED;
    case SMOOTH_KIND:
        smooth(session, 0, 1);
        return VIEW_STAYED;
    case BAND:
        toggle_band(state, session);
        return VIEW_STAYED;
    case PICTURE:
        if (curves_picture_can(world))
            session->pixels = !session->pixels;
        else
            session_say(session, "this terminal shows no pictures of pixels");
        return VIEW_STAYED;
    case X_METRIC:
    case PATTERN:
        state->asking = action == PATTERN ? CURVES_ASKING_PATTERN : CURVES_ASKING_X;
        prompt_set(&state->prompt, action == PATTERN ? state->pattern : "");
        return VIEW_STAYED;
    }
    return VIEW_IGNORED;
}

static enum view_outcome act_on_chart(
    struct curves_state *state, const struct panel_look *look, int action)
{
    switch (action) {
    case MARK_LEFT:
    case MARK_RIGHT:
        move_mark(state, action == MARK_LEFT ? -1 : 1);
        return VIEW_STAYED;
    case MARK_LEFT_FAR:
    case MARK_RIGHT_FAR:
        move_mark(state, action == MARK_LEFT_FAR ? -10 : 10);
        return VIEW_STAYED;
    case MARK:
        if (isnan(state->mark) && focused_place(state))
            state->mark = axis_value(&focused_place(state)->x, 0.5);
        else
            state->mark = NAN;
        return VIEW_STAYED;
    case ZOOM_IN:
    case ZOOM_OUT:
        zoom(state, look, action == ZOOM_IN ? 0.5 : 2, 0, state->mark);
        return VIEW_STAYED;
    case PAN_LEFT:
    case PAN_RIGHT:
        if (!isnan(state->low))
            zoom(state, look, 1, action == PAN_LEFT ? -0.25 : 0.25, NAN);
        return VIEW_STAYED;
    case ZOOM_ALL:
        zoom_all(state);
        return VIEW_STAYED;
    }
    return VIEW_IGNORED;
}

static enum view_outcome act_on_panels(struct curves_state *state, struct session *session,
    const struct world *world, int action, struct view_effect *effect)
{
    switch (action) {
    case NEXT:
    case BEFORE:
        if (state->panels.count)
            set_focus(state, (state->focus + (action == NEXT ? 1 : state->panels.count - 1)) %
                                 state->panels.count);
        return VIEW_STAYED;
    case MAXIMISE:
        set_focus(state, state->focus);
        state->maximised = !state->maximised;
        return VIEW_STAYED;
    case PIN:
        pin(state, session);
        return VIEW_STAYED;
    case ALL_RUNS:
        state->all = !state->all;
        follow(state, session, world);
        return VIEW_STAYED;
    case DIFF:
        *effect = (struct view_effect){&view_diff, state->run};
        return VIEW_OPENED;
    }
    return VIEW_IGNORED;
}

/* Down and up by panels, a page by pages. */
static void move_focus(struct curves_state *state, enum scroll_move move)
{
    size_t page = state->maximised || !state->drawn.page_panels ? 1 : state->drawn.page_panels;
    size_t last = state->panels.count ? state->panels.count - 1 : 0, to = state->focus;
    size_t by = move == SCROLL_UP || move == SCROLL_DOWN ? 1 : page;
    if (move == SCROLL_FIRST || move == SCROLL_LAST)
        to = move == SCROLL_FIRST ? 0 : last;
    else if (move == SCROLL_UP || move == SCROLL_PAGE_UP || move == SCROLL_HALF_UP)
        to = to > by ? to - by : 0;
    else
        to = to + by < last ? to + by : last;
    set_focus(state, to);
}

static enum view_outcome act_in_prompt(
    struct curves_state *state, struct session *session, const struct event *event)
{
    enum prompt_answer answer = prompt_event(&state->prompt, event);
    struct err err = {0};
    if (answer == PROMPT_IGNORED)
        return event->kind == EVENT_KEY ? VIEW_STAYED : VIEW_IGNORED;
    if (state->asking == CURVES_ASKING_PATTERN && answer != PROMPT_MOVED) {
        memcpy(state->pattern, answer == PROMPT_CANCELLED ? "" : state->prompt.text,
            answer == PROMPT_CANCELLED ? 1 : state->prompt.length + 1);
        if (!list_panels(state, session, &err) && answer == PROMPT_ACCEPTED)
            session_say(session, "%s", err.text);
        else if (answer == PROMPT_ACCEPTED || answer == PROMPT_CANCELLED)
            memcpy(session->curve_pattern, state->pattern, sizeof session->curve_pattern);
    }
    if (state->asking == CURVES_ASKING_X && answer == PROMPT_ACCEPTED && state->prompt.length) {
        if (any_has(state, state->prompt.text) || strcmp(state->prompt.text, "step") == 0)
            set_x(state, session, state->prompt.text);
        else
            session_say(session, "none of these runs has a metric \"%.100s\"", state->prompt.text);
    }
    if (answer == PROMPT_ACCEPTED || answer == PROMPT_CANCELLED)
        state->asking = CURVES_ASKING_NOTHING;
    return VIEW_STAYED;
}

static enum view_outcome act_by_mouse(
    struct curves_state *state, const struct session *session, const struct event *event)
{
    struct panel_look look = curves_look(state, session);
    for (size_t i = 0; i < state->drawn.count; i++) {
        const struct chart_place *place = &state->places[i];
        if (!rect_holds(state->drawn.charts[i], event->row, event->col))
            continue;
        if (event->action == MOUSE_WHEEL) {
            set_focus(state, state->drawn.first + i);
            zoom(state, &look, event->wheel_rows < 0 ? 0.8 : 1.25, 0,
                chart_x_at(place, event->col));
        } else if (event->action == MOUSE_PRESS || event->action == MOUSE_DRAG) {
            set_focus(state, state->drawn.first + i);
            if (rect_holds(place->plot, event->row, event->col))
                state->mark = chart_x_at(place, event->col);
        }
        return VIEW_STAYED;
    }
    return VIEW_IGNORED;
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct curves_state *state = self;
    follow(state, session, world);
    if (state->asking)
        return act_in_prompt(state, session, event);
    if (event->kind == EVENT_MOUSE)
        return act_by_mouse(state, session, event);
    int action = key_rows_find(KEYS, event), move = action ? -1 : view_movement(event);
    if (move >= 0) {
        move_focus(state, (enum scroll_move)move);
        return VIEW_STAYED;
    }
    struct panel_look look = curves_look(state, session);
    enum view_outcome outcome = act_on_chart(state, &look, action);
    if (outcome == VIEW_IGNORED)
        outcome = act_on_look(state, session, world, action);
    return outcome == VIEW_IGNORED ? act_on_panels(state, session, world, action, effect) : outcome;
}

static bool is_typing(const void *self)
{
    return ((const struct curves_state *)self)->asking != CURVES_ASKING_NOTHING;
}

/* "show NAME": that chart alone, whatever the pattern is. Before anything is known the name waits for
 * the panels. */
static bool obey(void *self, struct session *session, const struct world *world, const char *word,
    const char *rest)
{
    struct curves_state *state = self;
    if (strcmp(word, "show") != 0)
        return false;
    follow(state, session, world);
    snprintf(state->asked_name, sizeof state->asked_name, "%s", rest);
    state->pattern[0] = '\0';
    list_panels(state, session, NULL);
    state->maximised = true;
    return true;
}

const struct view view_curves = {
    .name = "curves",
    .title = "Curves",
    .keys = KEYS,
    .state_bytes = sizeof(struct curves_state),
    .start = start,
    .stop = stop,
    .wants = wants,
    .draw = curves_draw,
    .act = act,
    .is_typing = is_typing,
    .obey = obey,
};
