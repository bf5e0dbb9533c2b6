/*
 * The diff: parameters that differ among the chosen runs, and the metrics against the baseline.
 * Knows: keys, what is folded. Must not know: how a line is drawn (diff_draw.c).
 */
#include "view/diff.h"

enum action { ALL = 1, FOLD, NOISE, CURVES, IMAGES, IMPORTANCE, LEFT, RIGHT };

static const struct key_row KEYS[] = {
    {"D", "differences only, or all parameters", ALL, "diff", "all", 1},
    {"Enter", "fold or open the level", FOLD, "diff", "fold", 3},
    {"n", "show or hide what differs as names and paths do", NOISE, "diff", "names", 3},
    {"v", "curves of these runs", CURVES, "diff", "curves", 2},
    {"i", "images with boxes", IMAGES, "diff", "images", 2},
    {"w", "which parameter made the difference, over all runs", IMPORTANCE, "diff", "which", 3},
    {"h Left", "fold the level, else columns to the left", LEFT, "diff", NULL, 0},
    {"l Right", "open the level, else columns to the right", RIGHT, "diff", NULL, 0},
    {0},
};

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    (void)session, (void)world;
    ((struct diff_state *)self)->run = run;
}

/* Intervals where the runs have predictions. */
static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    struct diff_state *state = self;
    const struct run_row *runs[COMPARE_MOST_RUNS];
    size_t count = session_runs(session, world->runs, state->run, runs, COMPARE_MOST_RUNS);
    out->deltas = deltas_want_of(runs, count);
    state->asks = true;
}

static void toggle(struct diff_state *state, uint64_t key)
{
    for (size_t i = 0; i < state->toggled_count; i++)
        if (state->toggled[i] == key) {
            state->toggled[i] = state->toggled[--state->toggled_count];
            return;
        }
    if (state->toggled_count < DIFF_MOST_TOGGLED)
        state->toggled[state->toggled_count++] = key;
}

/* Folds or opens what is under the cursor as ACTION says; false when there is nothing to fold, or it
 * is as asked. */
static bool fold(struct diff_state *state, const struct diff_page *page, int action)
{
    size_t at = state->table.scroll.cursor;
    const struct diff_line *line = at < page->line_count ? page->lines[at] : NULL;
    if (!line || line->end <= (size_t)(line - page->compare.tree.lines) + 1)
        return false;
    bool folded = diff_is_folded(state, line);
    if ((action == LEFT && folded) || (action == RIGHT && !folded))
        return false;
    toggle(state, line->key);
    return true;
}

/* Brings the group of names and paths under the cursor, opened; or folds it. */
static void act_on_noise(
    struct diff_state *state, struct session *session, const struct diff_page *page)
{
    for (size_t i = 0; i < page->line_count; i++)
        if (page->lines[i]->kind == DIFF_LINE_NOISE) {
            toggle(state, page->lines[i]->key);
            state->table.scroll.cursor = i;
            return;
        }
    session_say(session, "nothing differs as names and paths do");
}

/* True when ACTION was about lines. */
static bool act_on_lines(struct diff_state *state, struct session *session,
    const struct world *world, int action)
{
    struct arena arena = {0};
    struct diff_page page;
    bool done = false;
    if (diff_arrange(state, session, world, &arena, &page)) {
        if (action == NOISE)
            act_on_noise(state, session, &page);
        else
            done = fold(state, &page, action);
    }
    arena_done(&arena);
    return done || action == NOISE || action == FOLD;
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct diff_state *state = self;
    int move = view_movement(event);
    if (event->kind == EVENT_MOUSE && event->action == MOUSE_WHEEL) {
        scroll_wheel(&state->table.scroll, event->wheel_rows * 3, state->rows);
        return VIEW_STAYED;
    }
    if (move >= 0) {
        scroll_move(&state->table.scroll, (enum scroll_move)move, state->rows);
        return VIEW_STAYED;
    }
    int action = key_rows_find(KEYS, event);
    switch (action) {
    case ALL:
        state->all = !state->all;
        return VIEW_STAYED;
    case FOLD:
    case NOISE:
    case LEFT:
    case RIGHT:
        if (!act_on_lines(state, session, world, action))
            table_move_column(&state->table, action == LEFT ? -1 : 1);
        return VIEW_STAYED;
    case CURVES:
        *effect = (struct view_effect){&view_curves, state->run};
        return VIEW_OPENED;
    case IMAGES:
        *effect = (struct view_effect){&view_images, state->run};
        return VIEW_OPENED;
    case IMPORTANCE:
        *effect = (struct view_effect){&view_importance, state->run};
        return VIEW_OPENED;
    }
    return VIEW_IGNORED;
}

const struct view view_diff = {
    .name = "diff",
    .title = "Diff",
    .keys = KEYS,
    .state_bytes = sizeof(struct diff_state),
    .start = start,
    .wants = wants,
    .draw = diff_draw,
    .act = act,
};
