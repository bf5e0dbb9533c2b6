/*
 * The pager: a text file of a run, or the same file of two runs side by side.
 * Knows: lines, and which of them differ. Must not know: how files are read.
 */
#include "view/line.h"
#include "view/view.h"

#include "screen/prompt.h"
#include "screen/scroll.h"

#include <stdio.h>
#include <string.h>

enum action { SEARCH = 1, NEXT, BEFORE, FOLLOW, LEFT, RIGHT };

static const struct key_row KEYS[] = {
    {"/", "search, letter case ignored", SEARCH, "text", "search", 2},
    {"n", "next match, or difference of two files", NEXT, "text", "next", 3},
    {"N", "match or difference before", BEFORE, "text", NULL, 0},
    {"F", "follow: read on as the file grows", FOLLOW, "text", "follow", 3},
    {"h Left", "to the left", LEFT, "text", NULL, 0},
    {"l Right", "to the right", RIGHT, "text", NULL, 0},
    {0},
};

struct state {
    struct text_want want;
    char name[sizeof ((struct session *)NULL)->file];
    int64_t runs[2];
    struct scroll scroll;
    size_t left; /* characters scrolled out */
    bool asking;
    struct prompt prompt;
    char search[PROMPT_BYTES];
    size_t seen; /* rows when drawn last, to follow the end */
};

/* Where FILE of RUN is; false when the path is too long, or there is no such run. */
static bool find_path(
    const struct world *world, int64_t run, const char *file, char out[TEXT_PATH_BYTES])
{
    const struct run_row *row = world->runs ? runs_find(world->runs, run) : NULL;
    if (!row)
        return false;
    int length = snprintf(out, TEXT_PATH_BYTES, "%s/%s", row->directory, file);
    return length > 0 && length < TEXT_PATH_BYTES;
}

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    struct state *state = self;
    snprintf(state->name, sizeof state->name, "%s", session->file);
    state->runs[0] = session->beside ? session->beside : run; /* the baseline stands left */
    state->runs[1] = session->beside ? run : 0;
    bool found = state->name[0] &&
                 find_path(world, state->runs[0], state->name, state->want.paths[0]) &&
                 (!session->beside ||
                     find_path(world, run, state->name, state->want.paths[1]));
    if (!found) {
        state->want = (struct text_want){0};
        state->name[0] = '\0';
    }
}

static void wants(
    void *self, const struct session *session, const struct world *world, struct wants *out)
{
    (void)session, (void)world;
    out->texts = ((const struct state *)self)->want;
}

static bool is_two(const struct state *state)
{
    return state->want.paths[1][0];
}

static size_t count_rows(const struct state *state, const struct texts *texts)
{
    if (!texts)
        return 0;
    return is_two(state) ? texts->diff.count : texts->files[0].lines.count;
}

/* ---- searching ---- */

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Where NEEDLE, letter case ignored, begins in a line, or LENGTH. */
static size_t find_in(const char *line, size_t length, const char *needle)
{
    size_t needed = strlen(needle);
    for (size_t at = 0; needed && at + needed <= length; at++) {
        size_t k = 0;
        while (k < needed && small(line[at + k]) == small(needle[k]))
            k++;
        if (k == needed)
            return at;
    }
    return length;
}

static bool line_matches(const struct lines *lines, size_t line, const char *needle)
{
    size_t length;
    const char *text = lines_at(lines, line, &length);
    return find_in(text, length, needle) < length;
}

/* ---- drawing ---- */

static const struct run_row *run_of(const struct world *world, int64_t run)
{
    return world->runs && run ? runs_find(world->runs, run) : NULL;
}

static void draw_head(const struct state *state, const struct world *world,
    const struct texts *texts, const char *trouble, struct grid *grid, struct rect place)
{
    int col = place.col + 1, end = place.col + place.cols - 1;
    for (int i = 0; i < 2; i++) {
        const struct run_row *run = run_of(world, state->runs[i]);
        if (!run)
            continue;
        col += grid_text(grid, place.row, col, end - col, session_run_style(run), "\xe2\x96\xa0 ");
        col += grid_text(grid, place.row, col, end - col, STYLE_IS(TITLE), run->shown) + 2;
    }
    col += grid_text(grid, place.row, col, end - col, STYLE_IS(TEXT), state->name) + 2;
    if (!texts || trouble)
        return;
    char left_out[64] = "";
    if (texts->files[0].skipped_bytes)
        snprintf(left_out, sizeof left_out, ", the first %lld bytes are left out",
            (long long)texts->files[0].skipped_bytes);
    if (is_two(state))
        grid_printf(grid, place.row, col, end - col, STYLE_IS(MUTED), "%zu difference%s%s%s",
            texts->diff.changes, texts->diff.changes == 1 ? "" : "s",
            texts->diff.coarse ? ", too many to tell apart" : "", left_out);
    else
        grid_printf(grid, place.row, col, end - col, STYLE_IS(MUTED), "%zu line%s%s%s",
            texts->files[0].lines.count, texts->files[0].lines.count == 1 ? "" : "s", left_out, state->want.follow ? ", following" : "");
}

static void draw_two(const struct state *state, const struct texts *texts, size_t row,
    struct grid *grid, struct rect place)
{
    const struct lines_row *lines = &texts->diff.rows[row];
    int half = (place.cols - 1) / 2;
    struct rect left = {place.row, place.col, 1, half};
    struct rect right = {place.row, place.col + half + 1, 1, place.cols - half - 1};
    struct style same = STYLE_IS(TEXT), gone = STYLE_IS(BAD), come = STYLE_IS(GOOD);
    if (lines->a >= 0)
        line_draw(grid, left, lines->same ? same : gone, &texts->files[0].lines, (size_t)lines->a,
            state->left);
    if (lines->b >= 0)
        line_draw(grid, right, lines->same ? same : come, &texts->files[1].lines, (size_t)lines->b,
            state->left);
    const char *mark = lines->same ? " " : lines->a < 0 ? "+" : lines->b < 0 ? "-" : "|";
    grid_text(grid, place.row, place.col + half, 1, STYLE_IS(ACCENT), mark);
}

static void draw_rows(
    struct state *state, const struct texts *texts, struct grid *grid, struct rect place)
{
    size_t count = count_rows(state, texts);
    bool at_end = state->want.follow && (!state->seen || state->scroll.cursor + 1 >= state->seen);
    if (at_end && count)
        state->scroll.cursor = count - 1;
    state->seen = count;
    scroll_fit(&state->scroll, count, place.rows);
    for (int i = 0; i < place.rows && state->scroll.top + (size_t)i < count; i++) {
        size_t row = state->scroll.top + (size_t)i;
        struct rect line = {place.row + i, place.col + 1, 1, place.cols - 2};
        const struct lines *lines = &texts->files[0].lines;
        bool match = !is_two(state) && state->search[0] && line_matches(lines, row, state->search);
        if (is_two(state))
            draw_two(state, texts, row, grid, line);
        else
            line_draw(grid, line, match ? STYLE_IS(MATCH) : STYLE_IS(TEXT), lines, row, state->left);
        if (row == state->scroll.cursor) {
            grid_mark(grid, (struct rect){line.row, place.col, 1, place.cols}, STYLE_ON_CURSOR);
            grid_cursor(grid, line.row, place.col);
        }
    }
}

/* Why there is nothing to be seen; NULL when there is. */
static const char *trouble_of(const struct state *state, const struct world *world,
    const struct texts *texts, struct arena *arena)
{
    if (!state->want.paths[0][0])
        return "no file is open: Enter on the files page (o on a run's page) opens one";
    if (!texts)
        return "reading ...";
    for (int i = 0; i < 1 + is_two(state); i++) {
        const struct text_file *file = &texts->files[i];
        const struct run_row *run = run_of(world, state->runs[i]);
        if (!file->trouble[0] && !file->binary)
            continue;
        const char *said = arena_printf(arena, "%s of %s\n%s", state->name,
            run ? run->shown : "a run that is gone",
            file->binary ? "not a text: it holds bytes that are no characters" : file->trouble);
        return said ? said : "out of memory";
    }
    return count_rows(state, texts) ? NULL : "empty";
}

static void draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct state *state = self;
    const struct texts *texts = world_texts(world, &state->want);
    const char *trouble = trouble_of(state, world, texts, canvas->scratch);
    struct rect body = {place.row + 1, place.col, place.rows - 1 - state->asking, place.cols};
    (void)session;
    draw_head(state, world, texts, trouble, canvas->grid, place);
    if (trouble)
        view_say_empty(canvas->grid, body, trouble);
    else if (body.rows > 0)
        draw_rows(state, texts, canvas->grid, body);
    if (state->asking)
        prompt_draw(&state->prompt, canvas->grid, place.row + place.rows - 1, place.col + 1,
            place.cols - 2, "/");
}

/* ---- acting ---- */

/* Whether row ROW is one that `n` stops at. */
static bool stops_at(const struct state *state, const struct texts *texts, size_t row)
{
    if (!is_two(state))
        return line_matches(&texts->files[0].lines, row, state->search);
    const struct lines_row *rows = texts->diff.rows;
    return !rows[row].same && (row == 0 || rows[row - 1].same);
}

static void jump(struct state *state, struct session *session, const struct texts *texts, int by)
{
    size_t count = count_rows(state, texts);
    if (!is_two(state) && !state->search[0]) {
        session_say(session, "nothing is searched for: / asks");
        return;
    }
    for (size_t i = 1; i <= count; i++) {
        size_t row = (state->scroll.cursor + (by > 0 ? i : count - i)) % count;
        if (stops_at(state, texts, row)) {
            state->scroll.cursor = row;
            return;
        }
    }
    if (is_two(state))
        session_say(session, "nothing differs");
    else
        session_say(session, "no line holds \"%.100s\"", state->search);
}

static enum view_outcome act_in_prompt(struct state *state, struct session *session,
    const struct texts *texts, const struct event *event)
{
    enum prompt_answer answer = prompt_event(&state->prompt, event);
    if (answer == PROMPT_IGNORED)
        return event->kind == EVENT_KEY ? VIEW_STAYED : VIEW_IGNORED;
    if (answer == PROMPT_ACCEPTED) {
        memcpy(state->search, state->prompt.text, state->prompt.length + 1);
        if (texts && state->search[0])
            jump(state, session, texts, 1);
    }
    if (answer == PROMPT_ACCEPTED || answer == PROMPT_CANCELLED)
        state->asking = false;
    return VIEW_STAYED;
}

static enum view_outcome act_on_key(
    struct state *state, struct session *session, const struct texts *texts, int action)
{
    switch (action) {
    case SEARCH:
        if (is_two(state)) {
            session_say(session, "n and N go from difference to difference");
            return VIEW_STAYED;
        }
        state->asking = true;
        prompt_set(&state->prompt, "");
        return VIEW_STAYED;
    case NEXT:
    case BEFORE:
        if (texts)
            jump(state, session, texts, action == NEXT ? 1 : -1);
        return VIEW_STAYED;
    case FOLLOW:
        state->want.follow = !state->want.follow && !is_two(state);
        state->seen = 0; /* to the end */
        return VIEW_STAYED;
    case LEFT:
        state->left -= state->left < LINE_SIDEWAYS ? state->left : LINE_SIDEWAYS;
        return VIEW_STAYED;
    case RIGHT:
        state->left += state->left < LINE_MOST_BYTES ? LINE_SIDEWAYS : 0;
        return VIEW_STAYED;
    }
    return VIEW_IGNORED;
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct state *state = self;
    const struct texts *texts = world_texts(world, &state->want);
    size_t rows = count_rows(state, texts);
    (void)effect;
    if (state->asking)
        return act_in_prompt(state, session, texts, event);
    int move = view_movement(event);
    if (event->kind == EVENT_MOUSE && event->action == MOUSE_WHEEL) {
        scroll_wheel(&state->scroll, event->wheel_rows * 3, rows);
        return VIEW_STAYED;
    }
    if (move >= 0) {
        scroll_move(&state->scroll, (enum scroll_move)move, rows);
        return VIEW_STAYED;
    }
    return act_on_key(state, session, texts, key_rows_find(KEYS, event));
}

static bool is_typing(const void *self)
{
    return ((const struct state *)self)->asking;
}

const struct view view_text = {
    .name = "text",
    .title = "Text",
    .keys = KEYS,
    .state_bytes = sizeof(struct state),
    .start = start,
    .wants = wants,
    .draw = draw,
    .act = act,
    .is_typing = is_typing,
};
