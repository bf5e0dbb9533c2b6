/*
 * The dashboard screen: a tree of panels, each a view with a state of its own.
 * Knows: how events and wants reach the panels. Must not know: what a panel shows.
 */
#include "view/board.h"

#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

enum action { NEXT_PANEL = 1, PANEL_BEFORE, MAXIMISE, EDIT };

static const struct key_row KEYS[] = {
    {"Tab", "the next panel", NEXT_PANEL, "dashboard", "panel", 2},
    {"Shift-Tab", "the panel before", PANEL_BEFORE, "dashboard", NULL, 0},
    {"z", "this panel alone, or all", MAXIMISE, "dashboard", "maximise", 4},
    {"E", "edit the dashboard: split, resize, choose, rename", EDIT, "dashboard", "edit", 3},
    {0},
};

/* ---- panels by name ---- */

static const struct {
    const char *name, *view, *otherwise; /* OTHERWISE: where there is no such view */
} CHOICES[] = {{"table", "runs", NULL}, {"curve", "curves", NULL}, {"diff", "diff", NULL},
    {"image", "images", NULL}, {"evaluation", "evaluation", NULL}, {"data", "data", "run"}, {"scatter", "tradeoff", "summary"},
    {"text", "words", NULL}, {"summary", "summary", NULL}, {"run", "run", NULL}};

const char *board_choice(size_t i)
{
    return i < board_choice_count() ? CHOICES[i].name : NULL;
}

size_t board_choice_count(void)
{
    return sizeof CHOICES / sizeof *CHOICES;
}

const struct view *board_view_of(const char *name)
{
    const struct view *view = NULL;
    for (size_t i = 0; i < board_choice_count(); i++)
        if (strcmp(CHOICES[i].name, name) == 0) {
            view = view_named(CHOICES[i].view);
            return view || !CHOICES[i].otherwise ? view : view_named(CHOICES[i].otherwise);
        }
    view = view_named(name);
    return view == &view_board ? NULL : view; /* not itself inside itself */
}

/* ---- panels and their states ---- */

struct board *board_shown(const struct session *session)
{
    struct boards *boards = session->boards;
    if (!boards || boards->count < 1)
        return NULL;
    int shown = boards->kept.shown;
    return &boards->items[shown < 0 ? 0 : shown >= boards->count ? boards->count - 1 : shown];
}

int board_focus(const struct session *session)
{
    int panes[BOARD_MOST_PANES], count = board_panels(board_shown(session), panes);
    int focus = session->boards->kept.focus;
    return panes[focus < count ? focus : count - 1];
}

void board_set_focus(struct session *session, int pane)
{
    int panes[BOARD_MOST_PANES], count = board_panels(board_shown(session), panes);
    for (int i = 0; i < count; i++)
        if (panes[i] == pane)
            session->boards->kept.focus = i;
}

static void stop_panel(struct board_panel *panel)
{
    if (panel->view && panel->view->stop)
        panel->view->stop(panel->state);
    free(panel->state);
}

static bool start_panel(struct board_panel *panel, const struct board_pane *pane,
    const struct session *session, const struct world *world)
{
    *panel = (struct board_panel){.id = pane->id, .view = board_view_of(pane->panel)};
    memcpy(panel->name, pane->panel, sizeof panel->name);
    if (!panel->view)
        return true;
    panel->state = calloc(1, panel->view->state_bytes);
    if (!panel->state)
        return false;
    panel->view->start(panel->state, session, world, 0);
    struct session seen = *session; /* what a start would say is not said */
    if (pane->command)
        view_obey(panel->view, panel->state, &seen, world, pane->command);
    return true;
}

struct board_panel *board_panel_of(struct board_state *state, const struct session *session,
    const struct world *world, int pane)
{
    const struct board_pane *wanted = &board_shown(session)->panes[pane];
    for (size_t i = 0; i < state->count; i++)
        if (state->panels[i].id == wanted->id)
            return &state->panels[i];
    if (!GROW(state->panels, state->capacity, state->count + 1) ||
        !start_panel(&state->panels[state->count], wanted, session, world))
        return NULL;
    return &state->panels[state->count++];
}

static bool is_wanted(const struct board_panel *panel, const struct boards *boards)
{
    for (int b = 0; b < boards->count; b++)
        for (int i = 0; i < BOARD_MOST_PANES; i++) {
            const struct board_pane *pane = &boards->items[b].panes[i];
            if (pane->split == BOARD_PANEL && pane->id == panel->id)
                return strcmp(pane->panel, panel->name) == 0;
        }
    return false;
}

void board_drop_panels(struct board_state *state, const struct session *session)
{
    size_t kept = 0;
    for (size_t i = 0; i < state->count; i++)
        if (is_wanted(&state->panels[i], session->boards))
            state->panels[kept++] = state->panels[i];
        else
            stop_panel(&state->panels[i]);
    state->count = kept;
}

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    struct board_state *state = self;
    (void)session, (void)world, (void)run;
    state->dragging = -1;
}

static void stop(void *self)
{
    struct board_state *state = self;
    for (size_t i = 0; i < state->count; i++)
        stop_panel(&state->panels[i]);
    free(state->panels);
    free(state->wants);
}

/* ---- wants ---- */

/* Adds to WANTS what MORE has beyond it, as long as there is room. */
static void join(struct wants *wants, const struct wants *more)
{
    for (size_t i = 0; i < more->curve_count; i++) {
        size_t at = 0;
        while (at < wants->curve_count && !curve_want_same(&wants->curves[at], &more->curves[i]))
            at++;
        if (at == wants->curve_count && at < CURVES_MOST)
            wants->curves[wants->curve_count++] = more->curves[i];
    }
    for (size_t i = 0; i < WORLD_STUDIES; i++) {
        size_t at = 0;
        if (!more->studies[i].run_id)
            continue;
        while (at < WORLD_STUDIES && wants->studies[at].run_id &&
               !study_want_same(&wants->studies[at], &more->studies[i]))
            at++;
        if (at < WORLD_STUDIES)
            wants->studies[at] = more->studies[i];
    }
}

/* What SESSION is to a panel of that size. */
static struct session session_in(const struct session *session, struct rect place)
{
    struct session seen = *session;
    seen.rows = place.rows;
    seen.cols = place.cols;
    return seen;
}

/* What PANE wants beyond OUT, which the fields that only one screen fills go into directly: where
 * two panels fill the same, the later call's. False when it is not seen or wants nothing. */
static bool wants_of(struct board_state *state, const struct session *session,
    const struct world *world, int pane, struct wants *out, struct wants *more)
{
    struct rect place = board_inside(state, pane);
    struct board_panel *panel =
        place.rows > 0 ? board_panel_of(state, session, world, pane) : NULL;
    struct session seen = session_in(session, place);
    if (!panel || !panel->view || !panel->view->wants)
        return false;
    *more = *out;
    more->curve_count = 0;
    memset(more->studies, 0, sizeof more->studies);
    more->photo_count = 0;
    more->motion = false; /* only the focus, which is the last, has it */
    panel->view->wants(panel->state, &seen, world, more);
    *out = *more;
    out->curve_count = 0;
    memset(out->studies, 0, sizeof out->studies);
    out->photo_count = 0;
    return true;
}

/* Curves and studies are joined in reading order, so that the list is steady while the focus moves;
 * of all else the panel with the focus has the last word. The picture is its own when it wants one,
 * else the first one's. */
static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    struct board_state *state = self;
    const struct board *board = board_shown(session);
    bool any[BOARD_MOST_PANES] = {false};
    int panes[BOARD_MOST_PANES], count = board ? board_panels(board, panes) : 0, focus = 0;
    state->picture = 0;
    if (!state->wants) /* too much for a stack */
        state->wants = calloc(BOARD_MOST_PANELS, sizeof *state->wants);
    struct wants *more = state->wants;
    if (!board || !more)
        return;
    board_drop_panels(state, session);
    board_lay_out(state, session, (struct rect){1, 0, session->rows, session->cols});
    while (panes[focus] != board_focus(session))
        focus++;
    for (int i = 1; i <= count; i++) { /* the focus last */
        int at = (focus + i) % count;
        any[at] = wants_of(state, session, world, panes[at], out, &more[at]);
    }
    for (int i = 0; i < count; i++) {
        if (!any[i])
            continue;
        join(out, &more[i]);
        if (more[i].photo_count && (!state->picture || i == focus)) {
            state->picture = board->panes[panes[i]].id;
            memcpy(out->photos, more[i].photos, sizeof out->photos);
            out->photo_count = more[i].photo_count;
        }
    }
}

/* ---- acting ---- */

static void move_focus(struct session *session, int by)
{
    int panes[BOARD_MOST_PANES], count = board_panels(board_shown(session), panes), at = 0;
    while (at < count - 1 && panes[at] != board_focus(session))
        at++;
    session->boards->kept.focus = (at + by + count) % count;
}

static enum view_outcome hand_on(struct board_state *state, struct session *session,
    const struct world *world, int pane, const struct event *event, struct view_effect *effect)
{
    struct board_panel *panel = board_panel_of(state, session, world, pane);
    struct rect place = board_inside(state, pane);
    int rows = session->rows, cols = session->cols;
    if (!panel || !panel->view)
        return VIEW_IGNORED;
    session->rows = place.rows;
    session->cols = place.cols;
    enum view_outcome outcome = panel->view->act(panel->state, session, world, event, effect);
    session->rows = rows;
    session->cols = cols;
    return outcome == VIEW_CLOSED ? VIEW_STAYED : outcome; /* a panel does not go by itself */
}

static void drag(struct board_state *state, struct session *session, const struct event *event)
{
    struct board *board = board_shown(session);
    const struct board_pane *split = &board->panes[state->dragging];
    struct rect place = state->places[state->dragging];
    if (split->split == BOARD_COLUMNS && place.cols > 1)
        board_set_ratio(
            board, state->dragging, (double)(event->col - place.col) / (place.cols - 1));
    else if (split->split == BOARD_ROWS && place.rows > 0)
        board_set_ratio(board, state->dragging, (double)(event->row - place.row) / place.rows);
    session->boards_edited = true;
}

static enum view_outcome act_by_mouse(struct board_state *state, struct session *session,
    const struct world *world, const struct event *event, struct view_effect *effect)
{
    int pane = board_pane_at(state, session, event->row, event->col);
    if (event->action == MOUSE_PRESS) {
        state->dragging = board_border_at(state, session, event->row, event->col);
        bool was_focus = pane == board_focus(session);
        if (pane >= 0)
            board_set_focus(session, pane);
        if (state->dragging >= 0 || (pane >= 0 && state->alone && !was_focus))
            return VIEW_STAYED;
    }
    if (state->dragging >= 0) {
        if (event->action == MOUSE_DRAG)
            drag(state, session, event);
        else if (event->action == MOUSE_RELEASE)
            state->dragging = -1;
        return VIEW_STAYED;
    }
    if (event->action != MOUSE_WHEEL && event->action != MOUSE_PRESS)
        pane = board_focus(session); /* what was pressed in a panel is dragged there */
    return pane < 0 || state->mode ? VIEW_STAYED
                                   : hand_on(state, session, world, pane, event, effect);
}

static const struct board_panel *focused_panel(const struct board_state *state)
{
    for (size_t i = 0; i < state->count; i++)
        if (state->panels[i].id == state->focused && state->panels[i].view)
            return &state->panels[i];
    return NULL;
}

static bool panel_is_typing(const struct board_state *state)
{
    const struct board_panel *panel = focused_panel(state);
    return panel && panel->view->is_typing && panel->view->is_typing(panel->state);
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct board_state *state = self;
    if (!board_shown(session))
        return VIEW_IGNORED;
    board_lay_out(state, session, (struct rect){1, 0, session->rows, session->cols});
    if (event->kind == EVENT_MOUSE)
        return act_by_mouse(state, session, world, event, effect);
    if (state->mode)
        return board_edit_act(state, session, event);
    bool typing = panel_is_typing(state);
    switch (typing ? KEY_NO_ACTION : key_rows_find(KEYS, event)) {
    case NEXT_PANEL:
    case PANEL_BEFORE:
        move_focus(session, key_rows_find(KEYS, event) == NEXT_PANEL ? 1 : -1);
        return VIEW_STAYED;
    case MAXIMISE:
        state->alone_asked = !state->alone_asked;
        return VIEW_STAYED;
    case EDIT:
        board_edit_begin(state, session);
        return VIEW_STAYED;
    }
    return hand_on(state, session, world, board_focus(session), event, effect);
}

static bool is_typing(const void *self)
{
    const struct board_state *state = self;
    return state->mode >= BOARD_RENAME || (!state->mode && panel_is_typing(state));
}

static size_t key_tables(const void *self, struct key_table *out)
{
    const struct board_state *state = self;
    const struct board_panel *panel = focused_panel(state);
    size_t count = 0;
    if (state->mode) {
        out[count++] = (struct key_table){"edit", board_edit_keys};
        return count;
    }
    out[count++] = (struct key_table){"board", KEYS}; /* a panel gets what these leave */
    if (panel)
        out[count++] = (struct key_table){panel->view->name, panel->view->keys};
    return count;
}

static bool obey(void *self, struct session *session, const struct world *world, const char *word,
    const char *rest)
{
    struct board_state *state = self;
    const struct board_panel *panel = focused_panel(state);
    if (panel && panel->view->obey && panel->view->obey(panel->state, session, world, word, rest))
        return true;
    for (size_t i = 0; i < state->count; i++) { /* else the first that knows the word */
        panel = &state->panels[i];
        bool seen = false;
        for (int pane = 0; board_shown(session) && pane < BOARD_MOST_PANES; pane++)
            seen |= board_shown(session)->panes[pane].id == panel->id;
        if (seen && panel->view && panel->view->obey &&
            panel->view->obey(panel->state, session, world, word, rest))
            return true;
    }
    return false;
}

const struct view view_board = {
    .name = "board",
    .title = "Dashboard",
    .keys = KEYS,
    .state_bytes = sizeof(struct board_state),
    .start = start,
    .stop = stop,
    .wants = wants,
    .draw = board_draw,
    .act = act,
    .is_typing = is_typing,
    .key_tables = key_tables,
    .obey = obey,
};
