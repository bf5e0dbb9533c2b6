/*
 * The trade-off: a scatter of two columns with its Pareto front, or parallel coordinates over the
 * parameters that vary.
 * Knows: what work/tradeoff.h finds among the runs of the table. Must not know: files, SQLite.
 */
#include "view/tradeoff_view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYED_PAGE = 20 };

enum action {
    OPEN = 1,
    SELECT,
    BASELINE,
    DIFF,
    CURVES,
    CHOOSE_X,
    CHOOSE_Y,
    LOG_X,
    LOG_Y,
    TURN_X,
    TURN_Y,
    FRONT_ONLY,
    CONSTRAIN,
    PARALLEL,
    LEFT,
    RIGHT,
    AXIS_LEFT,
    AXIS_RIGHT,
    LOW_UP,
    LOW_DOWN,
    HIGH_DOWN,
    HIGH_UP,
    UNBRUSH,
};

static const struct key_row KEYS[] = {
    {"Enter", "open the run", OPEN, "trade-off", "open", 1},
    {"Space", "select or unselect the run", SELECT, "trade-off", "select", 3},
    {"p", "compare with this run: baseline", BASELINE, "trade-off", NULL, 0},
    {"d", "what differs between the selected runs", DIFF, "trade-off", NULL, 0},
    {"v", "curves of the selected runs", CURVES, "trade-off", NULL, 0},
    {"x", "choose the column across", CHOOSE_X, "trade-off", "x axis", 1},
    {"y", "choose the column upwards", CHOOSE_Y, "trade-off", "y axis", 1},
    {"X", "logarithmic or plain x", LOG_X, "trade-off", NULL, 0},
    {"Y", "logarithmic or plain y", LOG_Y, "trade-off", NULL, 0},
    {"o", "higher or lower x is better", TURN_X, "trade-off", NULL, 0},
    {"O", "higher or lower y is better", TURN_Y, "trade-off", NULL, 0},
    {"Tab", "keys move along the front only, or over all runs", FRONT_ONLY, "trade-off",
        "front only", 2},
    {"C", "constraint: ms/img<50 batch<=8", CONSTRAIN, "trade-off", "constraint", 2},
    {"|", "scatter or parallel coordinates", PARALLEL, "trade-off", "parallel", 2},
    {"h Left", "run or axis to the left", LEFT, "trade-off", NULL, 0},
    {"l Right", "run or axis to the right", RIGHT, "trade-off", NULL, 0},
    {"J", "move the axis to the left", AXIS_LEFT, "parallel coordinates", NULL, 0},
    {"K", "move the axis to the right", AXIS_RIGHT, "parallel coordinates", NULL, 0},
    {"[", "brush: leave out low values", LOW_UP, "parallel coordinates", NULL, 0},
    {"]", "brush: leave out high values", HIGH_DOWN, "parallel coordinates", NULL, 0},
    {"{", "brush: let lower values in again", LOW_DOWN, "parallel coordinates", NULL, 0},
    {"}", "brush: let higher values in again", HIGH_UP, "parallel coordinates", NULL, 0},
    {"0", "no brush on any axis", UNBRUSH, "parallel coordinates", NULL, 0},
    {0},
};

/* ---- finding ---- */

static bool parse_axis(struct tradeoff_state *state, const struct tradeoff_choice *choice,
    bool otherwise_higher, struct tradeoff_axis *out, struct err *err)
{
    if (!tradeoff_parse_axis(
            state->runs, &state->arena, choice->name, otherwise_higher, out, err))
        return false;
    if (choice->direction)
        out->higher = choice->direction > 0;
    return true;
}

static bool find(struct tradeoff_state *state, const struct session *session, struct err *err)
{
    const struct runs *runs = state->runs;
    const struct run_row *baseline = session_baseline(session, runs);
    struct tradeoff_axis x, y;
    const struct filter *filter = runs_parse_filter(runs, &state->arena, session->filter, err);
    uint32_t *order = ARENA_ARRAY(&state->arena, uint32_t, runs->count + 1);
    if (!filter)
        return false;
    if (!order)
        return err_set(err, ERR_MEMORY, "out of memory");
    size_t count = runs_order(runs, filter, NULL, false, baseline, session->now_s, order);
    return parse_axis(state, &state->x, false, &x, err) &&
           parse_axis(state, &state->y, true, &y, err) &&
           tradeoff_parse_constraint(
               runs, &state->arena, state->constraint_text, &x, &y, &state->constraint, err) &&
           tradeoff_find(runs, order, count, &x, &y, &state->constraint, baseline, session->now_s,
               &state->arena, &state->found, err);
}

size_t tradeoff_cursor(const struct tradeoff_state *state)
{
    for (size_t i = 0; state->found_any && i < state->found.count; i++)
        if (state->found.points[i].run->id == state->cursor_run)
            return i;
    return TRADEOFF_NONE;
}

static void add_all(struct tradeoff_state *state)
{
    const struct tradeoff *found = &state->found;
    for (size_t i = 0; i < found->count; i++) /* the best x first, as on the front */
        state->sequence[state->sequence_count++] = found->x.higher ? found->count - 1 - i : i;
}

static void add_brushed(struct tradeoff_state *state)
{
    for (size_t i = 0; i < state->axes.point_count; i++)
        if (tradeoff_axes_hold(state, state->axes.order[i]))
            state->sequence[state->sequence_count++] = state->axes.order[i];
}

static size_t place_in_sequence(const struct tradeoff_state *state)
{
    size_t cursor = tradeoff_cursor(state);
    for (size_t i = 0; i < state->sequence_count; i++)
        if (state->sequence[i] == cursor)
            return i;
    return SIZE_MAX;
}

/* Lists what the keys move over. A cursor that is on none of it goes to the best. */
static void arrange(struct tradeoff_state *state)
{
    state->sequence_count = 0;
    if (!state->found_any || !state->sequence)
        return;
    if (state->parallel)
        add_brushed(state);
    else if (!state->front_only)
        add_all(state);
    else
        for (size_t i = 0; i < state->found.front_count; i++)
            state->sequence[state->sequence_count++] = state->found.front[i];
    if (place_in_sequence(state) != SIZE_MAX || !state->sequence_count)
        return;
    size_t to = state->parallel || state->found.best == TRADEOFF_NONE ? state->sequence[0]
                                                                      : state->found.best;
    state->cursor_run = state->found.points[to].run->id;
}

static void find_again(struct tradeoff_state *state, const struct session *session)
{
    struct err err = {0};
    state->drawn = NULL;
    arena_done(&state->arena);
    state->baseline = session->baseline;
    state->trouble[0] = '\0';
    state->found = (struct tradeoff){0};
    state->found_any = find(state, session, &err);
    if (!state->found_any)
        err_print(&err, state->trouble, sizeof state->trouble);
    state->sequence = ARENA_ARRAY(&state->arena, size_t, state->found.count + 1);
    state->drawn = ARENA_ARRAY(&state->arena, struct scatter_point, state->found.count + 1);
    tradeoff_axes_find(state, session);
    arrange(state);
}

static void follow(
    struct tradeoff_state *state, const struct session *session, const struct world *world)
{
    if (!world->runs ||
        (world->runs == state->runs && session->baseline == state->baseline))
        return;
    if (world->runs != state->runs) {
        runs_release(state->runs);
        state->runs = runs_share(world->runs);
        if (!state->x.name[0]) {
            snprintf(state->x.name, sizeof state->x.name, "%s", tradeoff_usual_x(state->runs));
            snprintf(state->y.name, sizeof state->y.name, "%s", tradeoff_usual_y(state->runs));
        }
    }
    find_again(state, session);
}

/* ---- acting ---- */

static const struct run_row *cursor_run(const struct tradeoff_state *state)
{
    size_t at = tradeoff_cursor(state);
    return at == TRADEOFF_NONE ? NULL : state->found.points[at].run;
}

static void move(struct tradeoff_state *state, enum scroll_move how)
{
    size_t at = place_in_sequence(state);
    struct scroll scroll = {.cursor = at == SIZE_MAX ? 0 : at, .visible = KEYED_PAGE};
    if (!state->sequence_count)
        return;
    if (at != SIZE_MAX)
        scroll_move(&scroll, how, state->sequence_count);
    state->cursor_run = state->found.points[state->sequence[scroll.cursor]].run->id;
}

static void ask(struct tradeoff_state *state, enum tradeoff_asking asking)
{
    char begun[SESSION_COLUMN_BYTES + 1] = "";
    state->asking = asking;
    if (asking == TRADEOFF_ASKING_CONSTRAINT && !state->constraint_text[0])
        snprintf(begun, sizeof begun, "%s%c", state->x.name,
            state->found_any && state->found.x.higher ? '>' : '<');
    prompt_set(&state->prompt,
        asking == TRADEOFF_ASKING_CONSTRAINT && !begun[0] ? state->constraint_text : begun);
    if (asking != TRADEOFF_ASKING_CONSTRAINT)
        tradeoff_chooser_open(&state->chooser, state->runs,
            asking == TRADEOFF_ASKING_X ? state->x.name : state->y.name);
}

static void choose(struct tradeoff_state *state, struct session *session)
{
    struct tradeoff_choice *choice = state->asking == TRADEOFF_ASKING_X ? &state->x : &state->y;
    const char *listed = tradeoff_chooser_name(&state->chooser);
    struct tradeoff_choice before = *choice;
    *choice = (struct tradeoff_choice){.log = choice->log};
    snprintf(choice->name, sizeof choice->name, "%.255s", listed ? listed : state->prompt.text);
    find_again(state, session);
    if (state->found_any)
        return;
    session_say(session, "%.200s", state->trouble);
    *choice = before;
    find_again(state, session);
}

static void constrain(struct tradeoff_state *state, struct session *session)
{
    char before[PROMPT_BYTES];
    memcpy(before, state->constraint_text, sizeof before);
    memcpy(state->constraint_text, state->prompt.text, state->prompt.length + 1);
    find_again(state, session);
    size_t at = tradeoff_cursor(state), best = state->found.best;
    if (state->found_any) {
        if (at != TRADEOFF_NONE && best != TRADEOFF_NONE &&
            state->found.points[at].standing == TRADEOFF_RULED_OUT)
            state->cursor_run = state->found.points[best].run->id;
        return;
    }
    session_say(session, "constraint: %.200s", state->trouble);
    memcpy(state->constraint_text, before, sizeof before);
    find_again(state, session);
}

static enum view_outcome act_in_prompt(
    struct tradeoff_state *state, struct session *session, const struct event *event)
{
    bool choosing = state->asking != TRADEOFF_ASKING_CONSTRAINT;
    enum prompt_answer answer = prompt_event(&state->prompt, event);
    if (answer == PROMPT_IGNORED) {
        int how = choosing ? view_movement(event) : -1;
        if (how >= 0)
            scroll_move(
                &state->chooser.list.scroll, (enum scroll_move)how, state->chooser.match_count);
        return event->kind == EVENT_KEY ? VIEW_STAYED : VIEW_IGNORED;
    }
    if (answer == PROMPT_EDITED && choosing)
        tradeoff_chooser_match(&state->chooser, state->prompt.text);
    if (answer == PROMPT_ACCEPTED && choosing)
        choose(state, session);
    if (answer == PROMPT_ACCEPTED && !choosing)
        constrain(state, session);
    if (answer == PROMPT_ACCEPTED || answer == PROMPT_CANCELLED)
        state->asking = TRADEOFF_ASKING_NOTHING;
    return VIEW_STAYED;
}

static enum view_outcome act_on_run(struct session *session, const struct run_row *run, int action,
    struct view_effect *effect)
{
    switch (action) {
    case OPEN:
        *effect = (struct view_effect){&view_run, run->id};
        return VIEW_OPENED;
    case DIFF:
        *effect = (struct view_effect){&view_diff, run->id};
        return VIEW_OPENED;
    case CURVES:
        *effect = (struct view_effect){&view_curves, run->id};
        return VIEW_OPENED;
    case SELECT:
        session_toggle(session, run->id);
        return VIEW_STAYED;
    case BASELINE:
        session->baseline = session->baseline == run->id ? 0 : run->id;
        if (session->baseline)
            session_say(session, "baseline: %.120s", run->shown);
        return VIEW_STAYED;
    }
    return VIEW_IGNORED;
}

static void turn(struct tradeoff_state *state, struct session *session, bool x)
{
    struct tradeoff_choice *choice = x ? &state->x : &state->y;
    if (!state->found_any)
        return;
    choice->direction = (x ? state->found.x.higher : state->found.y.higher) ? -1 : 1;
    find_again(state, session);
    session_say(session, "%s %.80s is better", choice->direction > 0 ? "higher" : "lower",
        choice->name);
}

static enum view_outcome act_on_axes(
    struct tradeoff_state *state, struct session *session, int action)
{
    struct tradeoff_axes *axes = &state->axes;
    switch (action) {
    case LEFT:
        axes->focus -= axes->focus > 0;
        return VIEW_STAYED;
    case RIGHT:
        axes->focus += axes->focus + 1 < axes->count;
        return VIEW_STAYED;
    case AXIS_LEFT:
    case AXIS_RIGHT:
        tradeoff_axes_move(axes, action == AXIS_LEFT ? -1 : 1);
        return VIEW_STAYED;
    case LOW_UP:
    case LOW_DOWN:
        tradeoff_axes_brush(axes, false, action == LOW_UP ? 1 : -1);
        break;
    case HIGH_UP:
    case HIGH_DOWN:
        tradeoff_axes_brush(axes, true, action == HIGH_UP ? 1 : -1);
        break;
    case UNBRUSH:
        tradeoff_axes_unbrush(axes);
        break;
    case FRONT_ONLY:
        session_say(session, "the front is of the scatter: | goes there");
        return VIEW_STAYED;
    }
    arrange(state);
    return VIEW_STAYED;
}

static enum view_outcome act_on_scatter(
    struct tradeoff_state *state, struct session *session, int action)
{
    bool back = (action == LEFT) != state->found.x.higher;
    switch (action) {
    case LEFT:
    case RIGHT:
        move(state, back ? SCROLL_UP : SCROLL_DOWN);
        return VIEW_STAYED;
    case FRONT_ONLY:
        state->front_only = !state->front_only;
        arrange(state);
        return VIEW_STAYED;
    }
    session_say(session, "that is of the parallel coordinates: | goes there");
    return VIEW_STAYED;
}

static enum view_outcome act_on_all(
    struct tradeoff_state *state, struct session *session, int action)
{
    switch (action) {
    case CHOOSE_X:
        ask(state, TRADEOFF_ASKING_X);
        return VIEW_STAYED;
    case CHOOSE_Y:
        ask(state, TRADEOFF_ASKING_Y);
        return VIEW_STAYED;
    case CONSTRAIN:
        ask(state, TRADEOFF_ASKING_CONSTRAINT);
        return VIEW_STAYED;
    case TURN_X:
    case TURN_Y:
        turn(state, session, action == TURN_X);
        return VIEW_STAYED;
    case LOG_X:
        state->x.log = !state->x.log;
        return VIEW_STAYED;
    case LOG_Y:
        state->y.log = !state->y.log;
        find_again(state, session); /* it is the scale of an upright axis too */
        return VIEW_STAYED;
    case PARALLEL:
        state->parallel = !state->parallel;
        arrange(state);
        return VIEW_STAYED;
    }
    return VIEW_IGNORED;
}

static enum view_outcome act_by_mouse(
    struct tradeoff_state *state, const struct event *event, struct view_effect *effect)
{
    if (event->action == MOUSE_WHEEL && event->wheel_rows) {
        move(state, event->wheel_rows < 0 ? SCROLL_UP : SCROLL_DOWN);
        return VIEW_STAYED;
    }
    if (event->action != MOUSE_PRESS || event->button != 1)
        return VIEW_IGNORED;
    if (state->parallel) {
        size_t axis = coords_axis_at(&state->axes.place, event->row, event->col);
        if (axis < state->axes.count)
            state->axes.focus = axis;
        return VIEW_STAYED;
    }
    size_t hit = SIZE_MAX, before = tradeoff_cursor(state);
    struct table_hit row = table_at(&state->table, event->row, event->col);
    if (row.part == TABLE_ROW && row.row < state->found.front_count)
        hit = state->found.front[row.row];
    else if (state->drawn)
        hit = scatter_at(
            &state->place, state->drawn, state->found.count, event->row, event->col);
    if (hit >= state->found.count)
        return VIEW_STAYED;
    state->front_only &= state->found.points[hit].standing == TRADEOFF_FRONT;
    state->cursor_run = state->found.points[hit].run->id;
    arrange(state);
    if (hit != before)
        return VIEW_STAYED;
    *effect = (struct view_effect){&view_run, state->cursor_run};
    return VIEW_OPENED;
}

/* For the next that opens, in this session or another. */
static void keep(const struct tradeoff_state *state, struct session *session)
{
    session->tradeoff_x = state->x;
    session->tradeoff_y = state->y;
    session->tradeoff_front_only = state->front_only;
    session->tradeoff_parallel = state->parallel;
    memcpy(session->constraint, state->constraint_text, sizeof session->constraint);
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct tradeoff_state *state = self;
    follow(state, session, world);
    if (!state->runs)
        return VIEW_IGNORED;
    if (state->asking) {
        enum view_outcome asked = act_in_prompt(state, session, event);
        keep(state, session);
        return asked;
    }
    if (event->kind == EVENT_MOUSE) {
        enum view_outcome clicked = act_by_mouse(state, event, effect);
        keep(state, session);
        return clicked;
    }
    int how = view_movement(event);
    if (how >= 0) {
        move(state, (enum scroll_move)how);
        return VIEW_STAYED;
    }
    int action = key_rows_find(KEYS, event);
    const struct run_row *run = cursor_run(state);
    enum view_outcome outcome = VIEW_IGNORED;
    if (action && run)
        outcome = act_on_run(session, run, action, effect);
    if (action && outcome == VIEW_IGNORED)
        outcome = act_on_all(state, session, action);
    if (action && outcome == VIEW_IGNORED)
        outcome = state->parallel ? act_on_axes(state, session, action)
                                  : act_on_scatter(state, session, action);
    follow(state, session, world); /* a new baseline decides what compares */
    keep(state, session);
    return outcome;
}

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    struct tradeoff_state *state = self;
    (void)world;
    state->cursor_run = run;
    state->x = session->tradeoff_x;
    state->y = session->tradeoff_y;
    state->front_only = session->tradeoff_front_only;
    state->parallel = session->tradeoff_parallel;
    snprintf(state->constraint_text, sizeof state->constraint_text, "%s", session->constraint);
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    (void)out; /* everything is in the table of runs */
    follow(self, session, world);
}

static void stop(void *self)
{
    struct tradeoff_state *state = self;
    tradeoff_chooser_done(&state->chooser);
    tradeoff_axes_done(&state->axes);
    runs_release(state->runs);
    arena_done(&state->arena);
}

static bool is_typing(const void *self)
{
    return ((const struct tradeoff_state *)self)->asking != TRADEOFF_ASKING_NOTHING;
}

const struct view view_tradeoff = {
    .name = "tradeoff",
    .title = "Trade-off",
    .keys = KEYS,
    .state_bytes = sizeof(struct tradeoff_state),
    .start = start,
    .stop = stop,
    .wants = wants,
    .draw = tradeoff_draw,
    .act = act,
    .is_typing = is_typing,
};
