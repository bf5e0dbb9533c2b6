/*
 * Words: the person's own lines, for a panel of a dashboard.
 * Knows: one text. Must not know: where it is kept (it is the panel's command).
 */
#include "view/view.h"

#include "screen/scroll.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 4096 };
enum action { WRAP = 1 };

static const struct key_row KEYS[] = {
    {"w", "wrap long lines, or cut them", WRAP, "words", "wrap", 3},
    {0},
};

struct state {
    char text[TEXT_BYTES];
    bool cuts;
    size_t top, lines;
    int rows;
};

static void start(void *self, const struct session *session, const struct world *world, int64_t run)
{
    (void)self, (void)session, (void)world, (void)run;
}

static void draw(void *self, const struct session *session, const struct world *world,
    struct canvas *canvas, struct rect place)
{
    struct state *state = self;
    (void)session, (void)world;
    if (!state->text[0]) {
        view_say_empty(canvas->grid, place,
            "your own words\n\nin a dashboard: E, then w, then\nshow what you want to read here");
        return;
    }
    size_t line = 0, skip;
    state->rows = place.rows;
    for (const char *at = state->text; *at; line++) {
        size_t bytes = grid_break(at, state->cuts ? INT_MAX : place.cols - 2, &skip);
        int row = place.row + (int)(line - state->top);
        if (line >= state->top && row < place.row + place.rows)
            grid_text_bytes(
                canvas->grid, row, place.col + 1, place.cols - 2, STYLE_IS(TEXT), at, bytes);
        at += bytes + skip;
    }
    state->lines = line;
}

static void scroll_by(struct state *state, int64_t by)
{
    int64_t last = (int64_t)state->lines - state->rows, top = (int64_t)state->top + by;
    state->top = (size_t)(top > last ? (last > 0 ? last : 0) : top < 0 ? 0 : top);
}

static enum view_outcome act(void *self, struct session *session, const struct world *world,
    const struct event *event, struct view_effect *effect)
{
    struct state *state = self;
    (void)session, (void)world, (void)effect;
    static const int BY[] = {[SCROLL_UP] = -1,
        [SCROLL_DOWN] = 1,
        [SCROLL_PAGE_UP] = -20,
        [SCROLL_PAGE_DOWN] = 20,
        [SCROLL_HALF_UP] = -10,
        [SCROLL_HALF_DOWN] = 10,
        [SCROLL_FIRST] = -TEXT_BYTES,
        [SCROLL_LAST] = TEXT_BYTES};
    int move = view_movement(event);
    if (event->kind == EVENT_MOUSE) {
        if (event->action == MOUSE_WHEEL)
            scroll_by(state, event->wheel_rows);
        return VIEW_STAYED;
    }
    if (move >= 0) {
        scroll_by(state, BY[move]);
        return VIEW_STAYED;
    }
    if (key_rows_find(KEYS, event) != WRAP)
        return VIEW_IGNORED;
    state->cuts = !state->cuts;
    state->top = 0;
    return VIEW_STAYED;
}

/* "show TEXT"; a new line is a new line, or \n as it is typed. */
static bool obey(void *self, struct session *session, const struct world *world, const char *word,
    const char *rest)
{
    struct state *state = self;
    size_t length = 0;
    (void)session, (void)world;
    if (strcmp(word, "show") != 0)
        return false;
    for (; *rest && length + 1 < sizeof state->text; rest++) {
        bool is_break = rest[0] == '\\' && rest[1] == 'n';
        state->text[length++] = is_break ? '\n' : *rest;
        rest += is_break;
    }
    state->text[length] = '\0';
    state->top = 0;
    return true;
}

const struct view view_words = {
    .name = "words",
    .title = "Words",
    .keys = KEYS,
    .state_bytes = sizeof(struct state),
    .start = start,
    .draw = draw,
    .act = act,
    .obey = obey,
};
