/*
 * What is done to a column of the runs table: moved, resized, frozen, hidden.
 * Knows: the state of runs_view.h, the layout. Must not know: keys, cells.
 */
#include "view/runs_view.h"

enum { RESIZE_COLS = 2 };

void runs_set_width(struct runs_state *state, const struct session *session, size_t at, int cols)
{
    int least = LAYOUT_LEAST_COLS, most = LAYOUT_MOST_COLS;
    state->layout.entries[state->entries[at]].cols = !cols          ? 0
                                                     : cols < least ? least
                                                     : cols > most  ? most
                                                                    : cols;
    state->layout.arranged = true;
    runs_relayout(state, session);
}

static void move(struct runs_state *state, const struct session *session, size_t at, int by)
{
    size_t to = at + (size_t)by; /* SIZE_MAX from the first to the left */
    if (to >= state->column_count)
        return;
    layout_swap(&state->layout, state->entries[at], state->entries[to]);
    state->table.column += by;
    runs_relayout(state, session);
}

static void freeze(struct runs_state *state, struct session *session, size_t at)
{
    int frozen = (int)at + 1;
    state->layout.frozen = state->layout.frozen == frozen ? 1 : frozen;
    if (state->layout.frozen == 1)
        session_say(session, "the first column stays while the others scroll");
    else
        session_say(session, "the first %d columns stay while the others scroll", frozen);
}

static void hide(struct runs_state *state, struct session *session, size_t at)
{
    if (state->column_count == 1) {
        session_say(session, "the last column stays");
        return;
    }
    session_say(session, "%.80s is hidden: c brings it back", state->columns[at].title);
    layout_show(&state->layout, &state->columns[at], false);
    if (state->layout.frozen > 1 && (int)at < state->layout.frozen)
        state->layout.frozen--;
    runs_relayout(state, session);
}

void runs_act_on_column(struct runs_state *state, struct session *session, enum runs_column_act act)
{
    size_t at = runs_cursor_column(state);
    if (at == SIZE_MAX)
        return;
    int cols = state->table.cols[state->table.column];
    switch (act) {
    case RUNS_MOVE_LEFT:
    case RUNS_MOVE_RIGHT:
        move(state, session, at, act == RUNS_MOVE_LEFT ? -1 : 1);
        break;
    case RUNS_NARROWER:
    case RUNS_WIDER:
        runs_set_width(
            state, session, at, cols + (act == RUNS_NARROWER ? -RESIZE_COLS : RESIZE_COLS));
        break;
    case RUNS_FREE_WIDTH:
        runs_set_width(state, session, at, 0);
        break;
    case RUNS_FREEZE:
        freeze(state, session, at);
        break;
    case RUNS_HIDE:
        hide(state, session, at);
        break;
    }
}
