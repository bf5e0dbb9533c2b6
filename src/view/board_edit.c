/*
 * Changes a dashboard in place: split, close, resize, choose, rename, order; undone by Esc.
 * Knows: the tree, keys. Must not know: how it is drawn or saved.
 */
#include "view/board.h"

#include <stdio.h>
#include <string.h>

static const double SHARE = 0.05; /* that one key moves a border by */

enum action {
    CUT_RIGHT = 1,
    CUT_BELOW,
    CLOSE,
    CHOOSE,
    COMMAND,
    LEFT,
    RIGHT,
    UP,
    DOWN,
    NEXT_PANEL,
    PANEL_BEFORE,
    RENAME,
    NEW,
    DELETE,
    FORWARD,
    BACKWARD,
    SCOPE,
    DONE,
    UNDO,
};

const struct key_row board_edit_keys[] = {
    {"E q", "done: keep it", DONE, "edit", "done", 0},
    {"Esc", "undo all of it and leave", UNDO, "edit", "undo", 0},
    {"| v", "split: a panel to the right", CUT_RIGHT, "edit", "right", 2},
    {"- s", "split: a panel below", CUT_BELOW, "edit", "below", 2},
    {"x", "close the panel", CLOSE, "edit", "close", 2},
    {"c Enter", "choose what the panel shows", CHOOSE, "edit", "choose", 1},
    {"w", "what the panel is told: sort AP, show loss", COMMAND, "edit", "tell", 3},
    {"h Left", "border to the left", LEFT, "edit", "resize", 3},
    {"l Right", "border to the right", RIGHT, "edit", NULL, 0},
    {"k Up", "border up", UP, "edit", NULL, 0},
    {"j Down", "border down", DOWN, "edit", NULL, 0},
    {"Tab", "the next panel", NEXT_PANEL, "edit", NULL, 0},
    {"Shift-Tab", "the panel before", PANEL_BEFORE, "edit", NULL, 0},
    {"r", "rename the dashboard", RENAME, "dashboards", "rename", 4},
    {"n", "a new dashboard", NEW, "dashboards", "new", 4},
    {"X", "delete the dashboard", DELETE, "dashboards", NULL, 0},
    {"<", "the dashboard one place to the front", FORWARD, "dashboards", NULL, 0},
    {">", "the dashboard one place to the end", BACKWARD, "dashboards", NULL, 0},
    {"L", "for these folders only, or everywhere", SCOPE, "dashboards", NULL, 0},
    {0},
};

void board_edit_begin(struct board_state *state, struct session *session)
{
    struct boards *boards = session->boards;
    struct board_undo *undo = &state->undo;
    boards->kept.shown = (int)(board_shown(session) - boards->items);
    memcpy(undo->items, boards->items, sizeof undo->items);
    undo->count = boards->count;
    undo->shown = boards->kept.shown;
    undo->focus = boards->kept.focus;
    undo->own = boards->own;
    state->mode = BOARD_EDIT;
}

static void undo_all(struct board_state *state, struct session *session)
{
    struct boards *boards = session->boards;
    memcpy(boards->items, state->undo.items, sizeof boards->items);
    boards->count = state->undo.count;
    boards->kept.shown = state->undo.shown;
    boards->kept.focus = state->undo.focus;
    boards->own = state->undo.own;
    state->mode = BOARD_LOOK;
    session_say(session, "the dashboards are as they were");
}

/* ---- panels ---- */

static void cut(struct session *session, enum board_split split)
{
    struct boards *boards = session->boards;
    int added = board_cut(boards, boards->kept.shown, board_focus(session), split);
    if (added < 0)
        session_say(session, "no more panels fit into a dashboard");
    else
        board_set_focus(session, added);
}

static void close_panel(struct session *session)
{
    if (!board_close(board_shown(session), board_focus(session)))
        session_say(session, "the last panel stays; X deletes the dashboard");
}

static void move_focus(struct session *session, int by)
{
    int panes[BOARD_MOST_PANES], count = board_panels(board_shown(session), panes);
    session->boards->kept.focus = (session->boards->kept.focus + by + count) % count;
}

static void resize(struct session *session, enum board_split split, double share)
{
    if (!board_resize(board_shown(session), board_focus(session), split, share))
        session_say(session, split == BOARD_ROWS ? "there is no border above or below"
                                                 : "there is no border beside it");
}

static bool act_on_panel(struct board_state *state, struct session *session, int action)
{
    struct board_pane *pane = &board_shown(session)->panes[board_focus(session)];
    switch (action) {
    case CUT_RIGHT:
    case CUT_BELOW:
        cut(session, action == CUT_RIGHT ? BOARD_COLUMNS : BOARD_ROWS);
        return true;
    case CLOSE:
        close_panel(session);
        return true;
    case CHOOSE:
        for (size_t i = 0; i < board_choice_count(); i++)
            if (strcmp(board_choice(i), pane->panel) == 0)
                state->list.scroll.cursor = i;
        state->mode = BOARD_CHOOSE;
        return true;
    case COMMAND:
        prompt_set(&state->prompt, pane->command);
        state->mode = BOARD_COMMAND;
        return true;
    case LEFT:
    case RIGHT:
        resize(session, BOARD_COLUMNS, action == LEFT ? -SHARE : SHARE);
        return true;
    case UP:
    case DOWN:
        resize(session, BOARD_ROWS, action == UP ? -SHARE : SHARE);
        return true;
    case NEXT_PANEL:
    case PANEL_BEFORE:
        move_focus(session, action == NEXT_PANEL ? 1 : -1);
        return true;
    }
    return false;
}

/* ---- dashboards ---- */

static void remove_board(struct session *session)
{
    struct boards *boards = session->boards;
    if (!boards_remove(boards, boards->kept.shown)) {
        session_say(session, "the last dashboard stays");
        return;
    }
    if (boards->kept.shown == boards->count)
        boards->kept.shown--;
    boards->kept.focus = 0;
}

static bool add_board(struct session *session)
{
    struct boards *boards = session->boards;
    if (!boards_add(boards, "New")) {
        session_say(session, "there are %d dashboards at most", BOARDS_MOST);
        return false;
    }
    boards->kept.shown = boards->count - 1;
    boards->kept.focus = 0;
    return true;
}

static void ask_name(struct board_state *state, const struct session *session)
{
    prompt_set(&state->prompt, board_shown(session)->name);
    state->mode = BOARD_RENAME;
}

static void act_on_boards(struct board_state *state, struct session *session, int action)
{
    struct boards *boards = session->boards;
    switch (action) {
    case NEW:
        if (add_board(session))
            ask_name(state, session);
        return;
    case RENAME:
        ask_name(state, session);
        return;
    case DELETE:
        remove_board(session);
        return;
    case FORWARD:
    case BACKWARD:
        boards->kept.shown =
            boards_move(boards, boards->kept.shown, action == FORWARD ? -1 : 1);
        return;
    case SCOPE:
        boards->own = !boards->own;
        return;
    case DONE:
        state->mode = BOARD_LOOK;
        session->boards_edited = true;
        session_say(session, "the dashboards are kept");
        return;
    case UNDO:
        undo_all(state, session);
        return;
    }
}

/* ---- the list and the prompts ---- */

static void choose(struct board_state *state, struct session *session, const struct event *event)
{
    struct board_pane *pane = &board_shown(session)->panes[board_focus(session)];
    int move = view_movement(event);
    if (move >= 0) {
        scroll_move(&state->list.scroll, (enum scroll_move)move, board_choice_count());
        return;
    }
    if (event->key == KEY_ENTER || event->key == ' ') {
        const char *name = board_choice(state->list.scroll.cursor);
        if (name && strcmp(name, pane->panel) != 0) {
            snprintf(pane->panel, sizeof pane->panel, "%s", name);
            pane->command = NULL;
            pane->id = session->boards->next_id++; /* another panel */
        }
    }
    state->mode = BOARD_EDIT;
}

static void take_prompt(struct board_state *state, struct session *session)
{
    struct board *board = board_shown(session);
    const char *text = state->prompt.text + strspn(state->prompt.text, " ");
    if (state->mode == BOARD_COMMAND) {
        struct board_pane *pane = &board->panes[board_focus(session)];
        pane->command = *text ? arena_string(&session->boards->arena, text) : NULL;
        pane->id = session->boards->next_id++; /* it starts anew */
        return;
    }
    size_t length = strnlen(text, sizeof board->name - 1);
    while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--; /* a character is kept whole */
    if (!length)
        return;
    memcpy(board->name, text, length);
    board->name[length] = '\0';
}

enum view_outcome board_edit_act(
    struct board_state *state, struct session *session, const struct event *event)
{
    if (state->mode == BOARD_RENAME || state->mode == BOARD_COMMAND) {
        enum prompt_answer answer = prompt_event(&state->prompt, event);
        if (answer == PROMPT_ACCEPTED)
            take_prompt(state, session);
        if (answer == PROMPT_ACCEPTED || answer == PROMPT_CANCELLED)
            state->mode = BOARD_EDIT;
        return VIEW_STAYED;
    }
    if (event->kind != EVENT_KEY)
        return VIEW_STAYED;
    if (state->mode == BOARD_CHOOSE) {
        choose(state, session, event);
        return VIEW_STAYED;
    }
    int action = key_rows_find(board_edit_keys, event);
    if (!action)
        return VIEW_IGNORED;
    if (!act_on_panel(state, session, action))
        act_on_boards(state, session, action);
    return VIEW_STAYED;
}
