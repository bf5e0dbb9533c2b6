/*
 * The list of all columns, over the table: typing searches, Space shows or hides, at once.
 * Knows: the layout, the catalogue, list and prompt. Must not know: rows.
 */
#include "view/runs_view.h"

#include "base/grow.h"
#include "base/text.h"
#include "screen/frame.h"

#include <stdio.h>
#include <string.h>

enum { MOST_COLS = 64 };

static bool is_sought(const struct runs_state *state, const struct run_column *column)
{
    char name[CATALOGUE_NAME_BYTES];
    const char *sought = state->choice.search.text;
    catalogue_name(column, name, sizeof name);
    return text_contains(name, sought) || text_contains(column->title, sought);
}

static void add_item(struct runs_state *state, const struct run_column *column)
{
    struct runs_choice *choice = &state->choice;
    if (is_sought(state, column) && GROW(choice->items, choice->capacity, choice->count + 1))
        choice->items[choice->count++] = *column;
}

static void find_items(struct runs_state *state)
{
    const struct layout *layout = &state->layout;
    state->choice.count = 0;
    for (size_t i = 0; i < layout->count; i++)
        if (layout->entries[i].of.known)
            add_item(state, &layout->entries[i].of.column);
    for (size_t i = 0; i < state->runs->catalogue_count; i++)
        if (layout_find(layout, &state->runs->catalogue[i]) == SIZE_MAX)
            add_item(state, &state->runs->catalogue[i]);
}

void runs_choose_begin(struct runs_state *state)
{
    state->asking = RUNS_ASKING_COLUMNS;
    state->choice.list = (struct list){0};
    prompt_set(&state->choice.search, "");
    find_items(state);
}

void runs_choose_follow(struct runs_state *state)
{
    if (state->asking != RUNS_ASKING_COLUMNS)
        return;
    if (state->runs)
        find_items(state);
    else
        state->asking = RUNS_ASKING_NOTHING;
}

static bool is_shown(const struct layout *layout, const struct run_column *column)
{
    size_t at = layout_find(layout, column);
    return at != SIZE_MAX && layout->entries[at].shown;
}

static void toggle(struct runs_state *state, struct session *session)
{
    const struct layout *layout = &state->layout;
    const struct scroll *scroll = &state->choice.list.scroll;
    if (scroll->cursor >= state->choice.count)
        return;
    struct run_column column = state->choice.items[scroll->cursor];
    bool shown = is_shown(layout, &column);
    if (shown && state->column_count <= 1) {
        session_say(session, "the last column stays");
        return;
    }
    layout_show(&state->layout, &column, !shown);
    if (!shown && column.kind == RUN_COLUMN_DELTA && !session->baseline)
        session_say(session, "it is seen when there is a baseline: p makes one");
    runs_relayout(state, session);
}

static void click(struct runs_state *state, struct session *session, const struct event *event)
{
    struct runs_choice *choice = &state->choice;
    if (event->action == MOUSE_WHEEL) {
        scroll_wheel(&choice->list.scroll, event->wheel_rows * 3, choice->count);
        return;
    }
    size_t at = list_at(&choice->list, event->row, event->col);
    if (event->action != MOUSE_PRESS || event->button != 1)
        return;
    if (at == SIZE_MAX) {
        state->asking = RUNS_ASKING_NOTHING;
        return;
    }
    choice->list.scroll.cursor = at;
    toggle(state, session);
}

void runs_choose_event(struct runs_state *state, struct session *session, const struct event *event)
{
    struct runs_choice *choice = &state->choice;
    bool plain = event->kind == EVENT_KEY && !event->mods;
    if (event->kind == EVENT_MOUSE) {
        click(state, session, event);
    } else if (plain && event->key == ' ') {
        toggle(state, session);
    } else if (event->kind == EVENT_KEY && event->key >= KEY_ENTER && view_movement(event) >= 0 &&
               event->key != KEY_HOME && event->key != KEY_END) {
        scroll_move(&choice->list.scroll, (enum scroll_move)view_movement(event), choice->count);
    } else {
        enum prompt_answer answer = prompt_event(&choice->search, event);
        if (answer == PROMPT_ACCEPTED || answer == PROMPT_CANCELLED)
            state->asking = RUNS_ASKING_NOTHING;
        if (answer == PROMPT_EDITED) {
            choice->list.scroll = (struct scroll){0};
            find_items(state);
        }
    }
}

/* ---- drawing ---- */

static size_t count_items(void *self)
{
    return ((const struct runs_state *)self)->choice.count;
}

static void draw_item(void *self, size_t i, struct list_item *out)
{
    struct runs_state *state = self;
    const struct run_column *column = &state->choice.items[i];
    runs_label(column, state->choice.label, sizeof state->choice.label);
    out->text = state->choice.label;
    out->right = catalogue_group(column);
    out->ticked = is_shown(&state->layout, column);
    out->style = out->ticked ? STYLE_IS(TEXT) : STYLE_IS(MUTED);
}

void runs_choose_draw(struct runs_state *state, struct grid *grid, struct rect place)
{
    struct list_source source = {state, count_items, draw_item, true};
    struct rect box = place;
    box.cols = place.cols < MOST_COLS ? place.cols : MOST_COLS;
    box.col = place.col + place.cols - box.cols;
    struct rect inside = frame_popup(grid, box, "columns: Space shows or hides, typing searches");
    if (inside.rows < 2)
        return;
    inside.col++;
    inside.cols -= 2;
    struct rect list = {inside.row + 1, inside.col, inside.rows - 1, inside.cols};
    list_draw(&state->choice.list, grid, list, &source, true);
    if (!state->choice.count)
        grid_text(grid, list.row, list.col, list.cols, STYLE_IS(MUTED),
            "no column is called so: Backspace");
    prompt_draw(&state->choice.search, grid, inside.row, inside.col, inside.cols, "/");
}
