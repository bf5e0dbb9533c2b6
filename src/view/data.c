/*
 * The data screen: any table of a run, and the list of them.
 * Knows: pages of work/data_page.h, the table widget. Must not know: files, how rows are sorted.
 */
#include "view/data.h"

#include "base/num.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum action {
    OPEN = 1,
    LIST,
    SORT_HERE,
    SORT_ALSO,
    SORT_LEFT,
    SORT_RIGHT,
    INVERT,
    LEFT,
    RIGHT,
    SHIFT_LEFT,
    SHIFT_RIGHT,
    HIDE,
    SHOW_ALL,
    FILTER,
    SEARCH,
    SEARCH_NEXT,
    SEARCH_BEFORE,
};

static const struct key_row KEYS[] = {
    {"Enter", "open the table, or the image that the row names", OPEN, "table", "open", 1},
    {"T", "the list of tables", LIST, "table", "tables", 2},
    {">", "sort by the next column", SORT_RIGHT, "table", "sort", 4},
    {"<", "sort by the column before", SORT_LEFT, "table", NULL, 0},
    {"s", "sort by the column under the cursor; again: invert", SORT_HERE, "table", NULL, 0},
    {"S", "sort equal rows by this column too", SORT_ALSO, "table", NULL, 0},
    {"I", "invert the order", INVERT, "table", NULL, 0},
    {"h Left", "column to the left", LEFT, "columns", NULL, 0},
    {"l Right", "column to the right", RIGHT, "columns", NULL, 0},
    {"H", "move the column to the left", SHIFT_LEFT, "columns", NULL, 0},
    {"L", "move the column to the right", SHIFT_RIGHT, "columns", NULL, 0},
    {"-", "hide the column", HIDE, "columns", "hide", 4},
    {"+", "show all columns", SHOW_ALL, "columns", NULL, 0},
    {"f", "filter: score>=0.5 class=car verdict!=TP", FILTER, "table", "filter", 3},
    {"/", "search in all cells", SEARCH, "table", "search", 5},
    {"n", "next match", SEARCH_NEXT, "table", NULL, 0},
    {"N", "match before", SEARCH_BEFORE, "table", NULL, 0},
    {0},
};

/* A search looks at so many cells with one key, which takes some milliseconds. */
enum { CELLS_PER_SEARCH = 200000 };

/* ---- what is shown ---- */

const struct run_row *data_run(const struct data_state *state, const struct world *world)
{
    return world->runs ? runs_find(world->runs, state->want.run_id) : NULL;
}

bool data_is_list(const struct data_state *state)
{
    return strcmp(state->want.name, DATA_RUN_LIST) == 0;
}

int data_sort_of(const struct data_state *state, int column)
{
    for (size_t i = 0; i < state->want.sort_count; i++)
        if (state->want.sorts[i].column == column)
            return state->want.sorts[i].descending ? -1 : 1;
    return 0;
}

int data_column(const struct data_state *state)
{
    int at = state->table.column;
    return state->page && at >= 0 && at < state->shown ? state->columns[at] : -1;
}

static void forget_page(struct data_state *state)
{
    data_page_release(state->page);
    state->page = NULL;
    state->summary_column = -1;
    state->trouble[0] = '\0';
}

static void show_table(struct data_state *state, const char *name)
{
    forget_page(state);
    snprintf(state->want.name, sizeof state->want.name, "%s", name);
    state->want.study = NULL;
    state->want.filter[0] = '\0';
    state->want.sort_count = 0;
    state->want.column = 0;
    state->table = (struct table){0};
    state->column_count = state->shown = 0;
}

/* Opened on no run in particular, as on a dashboard: the baseline, the first selected or the run that the
 * table is on, as soon as there are runs. */
static void choose_run(
    struct data_state *state, const struct session *session, const struct world *world)
{
    const struct run_row *chosen[1];
    if (!state->want.run_id && session_runs(session, world->runs, 0, chosen, 1))
        state->want.run_id = chosen[0]->id;
}

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    struct data_state *state = self;
    state->want.run_id = run;
    choose_run(state, session, world);
    show_table(state, DATA_RUN_LIST);
}

static void stop(void *self)
{
    struct data_state *state = self;
    data_page_release(state->page);
    runs_release(state->runs);
}

/* ---- following the world ---- */

static bool same_columns(const struct data_table *a, const struct data_table *b)
{
    bool same = a->column_count == b->column_count;
    for (size_t i = 0; same && i < a->column_count; i++)
        same = strcmp(a->columns[i].name, b->columns[i].name) == 0;
    return same;
}

static void show_all_columns(struct data_state *state)
{
    state->column_count = state->shown = (int)state->page->table->column_count;
    for (int i = 0; i < state->column_count; i++)
        state->columns[i] = i;
}

/* The page that came; columns stay as the person has put them while they are the same. */
static void take_page(struct data_state *state, struct data_page *page)
{
    struct data_page *old = state->page;
    bool kept = old && same_columns(old->table, page->table);
    state->page = data_page_share(page);
    if (!kept) {
        show_all_columns(state);
        for (size_t i = 0; i < state->want.sort_count; i++)
            if (state->want.sorts[i].column >= state->column_count)
                state->want.sort_count = 0;
    }
    data_page_release(old);
    scroll_fit(&state->table.scroll, page->count, state->table.scroll.visible);
}

static void take_answer(struct data_state *state, const struct data_answer *answer)
{
    state->waits = !data_want_same(&answer->want, &state->want);
    if (answer->want.run_id != state->want.run_id ||
        strcmp(answer->want.name, state->want.name) != 0)
        return;
    if (answer->page && answer->page != state->page)
        take_page(state, answer->page);
    if (answer->summarised) {
        state->summary = answer->summary;
        state->summary_column = answer->want.column;
    }
    snprintf(state->trouble, sizeof state->trouble, "%s", answer->trouble);
}

static struct study_want study_of(const struct run_row *run)
{
    return (struct study_want){run->id, (int32_t)run->prediction_count - 1};
}

/* A table of an evaluation waits for the study. False while there is none. */
static bool find_study(struct data_state *state, const struct session *session,
    const struct world *world, const struct run_row *run, struct wants *out)
{
    if (!data_study_find(state->want.name) || !run->prediction_count)
        return true;
    out->studies[0] = study_of(run);
    const struct study_answer *answer = world_study(world, &out->studies[0]);
    state->want.study = answer ? answer->study : NULL;
    state->want.at = (struct data_study_at){session->confidence, session->iou};
    if (answer && !answer->study)
        snprintf(state->trouble, sizeof state->trouble, "%s", answer->trouble);
    return state->want.study != NULL;
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    struct data_state *state = self;
    choose_run(state, session, world);
    const struct run_row *run = data_run(state, world);
    if (!run)
        return;
    if (world->runs != state->runs) {
        runs_release(state->runs);
        state->runs = runs_share(world->runs);
        state->want.serial++;
    }
    state->waits = true;
    if (!find_study(state, session, world, run, out))
        return;
    int column = data_column(state);
    state->want.column = column;
    take_answer(state, &world->data);
    if (data_column(state) != column)
        state->want.column = data_column(state);
    out->data = state->want;
}

/* ---- columns and order ---- */

static void sort_by(struct data_state *state, int column, bool too)
{
    struct data_want *want = &state->want;
    if (column < 0)
        return;
    for (size_t i = 0; i < want->sort_count; i++)
        if (want->sorts[i].column == column && (too || i == 0)) {
            want->sorts[i].descending = !want->sorts[i].descending;
            if (!too)
                want->sort_count = 1;
            return;
        }
    if (!too)
        want->sort_count = 0;
    if (want->sort_count == DATA_MOST_SORTS)
        want->sort_count--;
    want->sorts[want->sort_count++] = (struct data_sort){column, false};
}

static void shift_column(struct data_state *state, int by)
{
    int at = state->table.column, to = at + by;
    if (at < 0 || at >= state->shown || to < 0 || to >= state->shown)
        return;
    int moved = state->columns[at];
    state->columns[at] = state->columns[to];
    state->columns[to] = moved;
    state->table.column = to;
}

static void hide_column(struct data_state *state, struct session *session)
{
    int at = state->table.column;
    if (state->shown < 2 || at < 0 || at >= state->shown) {
        session_say(session, "one column stays");
        return;
    }
    int hidden = state->columns[at];
    memmove(&state->columns[at], &state->columns[at + 1],
        (size_t)(state->column_count - at - 1) * sizeof *state->columns);
    state->columns[state->column_count - 1] = hidden;
    state->shown--;
    if (state->table.column >= state->shown)
        state->table.column = state->shown - 1;
}

/* ---- search ---- */

static bool row_holds(const struct data_state *state, size_t row, const char *text)
{
    const struct data_table *table = state->page->table;
    for (int i = 0; i < state->shown; i++) {
        size_t column = (size_t)state->columns[i];
        struct data_value value = data_table_get(table, state->page->order[row], column);
        char printed[64];
        if (value.type == DATA_NUMBER || value.type == DATA_BOOL)
            data_table_print(table, state->page->order[row], column, printed, sizeof printed);
        const char *shown = value.type == DATA_TEXT ? value.text
                            : value.type == DATA_ABSENT ? ""
                                                        : printed;
        if (text_contains(shown, text))
            return true;
    }
    return false;
}

static void search(struct data_state *state, struct session *session, int direction)
{
    size_t count = state->page->count, at = state->table.scroll.cursor;
    size_t most = CELLS_PER_SEARCH / (size_t)(state->shown + 1) + 1;
    for (size_t i = 1; state->search[0] && i <= count; i++) {
        size_t row = (at + (direction > 0 ? i : count - i)) % count;
        if (i <= most && !row_holds(state, row, state->search))
            continue;
        state->table.scroll.cursor = row;
        if (i > most)
            session_say(session, "nothing in %zu rows up to here: %s looks on", most,
                direction > 0 ? "n" : "N");
        return;
    }
    session_say(session, "no cell holds \"%.100s\"", state->search);
}

/* ---- opening ---- */

/* How columns that name images are called. */
static const char *const NAMES_OF_IMAGES[] = {"image", "file_name", "filename", "image_name",
    "image_path", "file", "path", "img", "image_id", "name", "id", NULL};

/* Whether the cell names an image of STUDY (of which nothing is known when it is NULL); its text is
 * in OUT then. */
static bool names_image(const struct data_state *state, const struct study *study, int column,
    char *out, size_t out_bytes)
{
    uint32_t row = state->page->order[state->table.scroll.cursor];
    struct data_value value = data_table_get(state->page->table, row, (size_t)column);
    if (value.type == DATA_TEXT)
        snprintf(out, out_bytes, "%s", value.text);
    else if (value.type == DATA_NUMBER)
        num_print(value.number, out, out_bytes);
    else
        return false;
    return out[0] && (!study || data_run_image(study, out) >= 0);
}

/* The column under the cursor, the columns that are called like one of images, the first text. */
static bool find_image(
    const struct data_state *state, const struct study *study, char *out, size_t out_bytes)
{
    const struct data_table *table = state->page->table;
    int here = data_column(state);
    for (const char *const *name = NAMES_OF_IMAGES; *name; name++)
        for (size_t c = 0; c < table->column_count; c++)
            if (strcasecmp(table->columns[c].name, *name) == 0 &&
                names_image(state, study, (int)c, out, out_bytes))
                return true;
    if (here >= 0 && table->columns[here].type == DATA_TEXT &&
        names_image(state, study, here, out, out_bytes))
        return true;
    for (size_t c = 0; study && c < table->column_count; c++)
        if (table->columns[c].type == DATA_TEXT &&
            names_image(state, study, (int)c, out, out_bytes))
            return true;
    return false;
}

static enum view_outcome open_image(const struct data_state *state, struct session *session,
    const struct world *world, const struct run_row *run, struct view_effect *effect)
{
    struct study_want want = study_of(run);
    const struct study_answer *answer = world_study(world, &want);
    const struct study *study = answer ? answer->study : NULL;
    if (!run->prediction_count) {
        session_say(session, "this run has no predictions, so there are no images to open");
        return VIEW_STAYED;
    }
    if (!find_image(state, study, session->image, sizeof session->image)) {
        session->image[0] = '\0';
        session_say(session, "no cell of this row names an image");
        return VIEW_STAYED;
    }
    *effect = (struct view_effect){&view_images, run->id};
    return VIEW_OPENED;
}

static enum view_outcome open_row(struct data_state *state, struct session *session,
    const struct world *world, struct view_effect *effect)
{
    const struct run_row *run = data_run(state, world);
    if (!run || state->table.scroll.cursor >= state->page->count)
        return VIEW_STAYED;
    if (!data_is_list(state))
        return open_image(state, session, world, run, effect);
    state->list_cursor = state->table.scroll.cursor;
    struct data_value name =
        data_table_get(state->page->table, state->page->order[state->list_cursor], 0);
    char copy[DATA_NAME_BYTES]; /* the page that holds it goes */
    snprintf(copy, sizeof copy, "%s", name.text ? name.text : "");
    show_table(state, copy);
    return VIEW_STAYED;
}

/* ---- acting ---- */

static enum view_outcome act_in_prompt(
    struct data_state *state, struct session *session, const struct event *event)
{
    enum prompt_answer answer = prompt_event(&state->prompt, event);
    bool ends = answer == PROMPT_ACCEPTED || answer == PROMPT_CANCELLED;
    if (answer == PROMPT_IGNORED)
        return event->kind == EVENT_KEY ? VIEW_STAYED : VIEW_IGNORED;
    if (state->asking == DATA_ASKING_FILTER && (answer == PROMPT_EDITED || answer == PROMPT_CANCELLED))
        snprintf(state->want.filter, sizeof state->want.filter, "%s",
            answer == PROMPT_EDITED ? state->prompt.text : "");
    if (state->asking == DATA_ASKING_SEARCH && answer == PROMPT_ACCEPTED) {
        memcpy(state->search, state->prompt.text, state->prompt.length + 1);
        search(state, session, 1);
    }
    if (ends)
        state->asking = DATA_ASKING_NOTHING;
    return VIEW_STAYED;
}

static void act_on_columns(struct data_state *state, struct session *session, int action)
{
    switch (action) {
    case LEFT:
    case RIGHT:
        table_move_column(&state->table, action == LEFT ? -1 : 1);
        break;
    case SORT_LEFT:
    case SORT_RIGHT:
        table_move_column(&state->table, action == SORT_LEFT ? -1 : 1);
        sort_by(state, data_column(state), false);
        break;
    case SORT_HERE:
    case SORT_ALSO:
        sort_by(state, data_column(state), action == SORT_ALSO);
        break;
    case INVERT:
        for (size_t i = 0; i < state->want.sort_count; i++)
            state->want.sorts[i].descending = !state->want.sorts[i].descending;
        break;
    case SHIFT_LEFT:
    case SHIFT_RIGHT:
        shift_column(state, action == SHIFT_LEFT ? -1 : 1);
        break;
    case HIDE:
        hide_column(state, session);
        break;
    case SHOW_ALL:
        show_all_columns(state);
        break;
    }
}

static enum view_outcome act_on_table(struct data_state *state, struct session *session,
    const struct world *world, int action, struct view_effect *effect)
{
    switch (action) {
    case OPEN:
        return open_row(state, session, world, effect);
    case FILTER:
    case SEARCH:
        state->asking = action == FILTER ? DATA_ASKING_FILTER : DATA_ASKING_SEARCH;
        prompt_set(&state->prompt, action == FILTER ? state->want.filter : "");
        break;
    case SEARCH_NEXT:
    case SEARCH_BEFORE:
        search(state, session, action == SEARCH_NEXT ? 1 : -1);
        break;
    default:
        act_on_columns(state, session, action);
    }
    return VIEW_STAYED;
}

static enum view_outcome act_by_mouse(struct data_state *state, struct session *session,
    const struct world *world, const struct event *event, struct view_effect *effect)
{
    if (!state->page)
        return VIEW_IGNORED;
    if (event->action == MOUSE_WHEEL) {
        scroll_wheel(&state->table.scroll, event->wheel_rows * 3, state->page->count);
        return VIEW_STAYED;
    }
    if (event->action != MOUSE_PRESS || event->button != 1)
        return VIEW_IGNORED;
    struct table_hit hit = table_at(&state->table, event->row, event->col);
    if (hit.column >= 0 && hit.column < state->shown)
        state->table.column = hit.column;
    if (hit.part == TABLE_HEADER && hit.column >= 0)
        sort_by(state, data_column(state), false);
    if (hit.part != TABLE_ROW)
        return VIEW_STAYED;
    bool again = state->table.scroll.cursor == hit.row;
    state->table.scroll.cursor = hit.row;
    return again ? open_row(state, session, world, effect) : VIEW_STAYED;
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct data_state *state = self;
    session->image[0] = '\0'; /* was for the screen that was open above this one */
    if (state->asking)
        return act_in_prompt(state, session, event);
    if (event->kind == EVENT_MOUSE)
        return act_by_mouse(state, session, world, event, effect);
    int action = key_rows_find(KEYS, event), move = view_movement(event);
    if (action == LIST) {
        size_t cursor = data_is_list(state) ? state->table.scroll.cursor : state->list_cursor;
        show_table(state, DATA_RUN_LIST);
        state->table.scroll.cursor = cursor;
        return VIEW_STAYED;
    }
    if (!action && move < 0)
        return VIEW_IGNORED;
    if (!state->page)
        return VIEW_STAYED;
    if (action)
        return act_on_table(state, session, world, action, effect);
    scroll_move(&state->table.scroll, (enum scroll_move)move, state->page->count);
    return VIEW_STAYED;
}

static bool is_typing(const void *self)
{
    return ((const struct data_state *)self)->asking != DATA_ASKING_NOTHING;
}

const struct view view_data = {
    .name = "data",
    .title = "Data",
    .keys = KEYS,
    .state_bytes = sizeof(struct data_state),
    .start = start,
    .stop = stop,
    .wants = wants,
    .draw = data_draw,
    .act = act,
    .is_typing = is_typing,
};
