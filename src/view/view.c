#include "view/view.h"

#include "screen/scroll.h"

#include <string.h>

const struct view *const views[] = {
#define VIEW(name) &view_##name,
#include "view/views.def"
#undef VIEW
    NULL};

enum { MOVE_BASE = 100000 };

const struct key_row view_move_keys[] = {
    {"j Down", "down", MOVE_BASE + SCROLL_DOWN, "move", NULL, 0},
    {"k Up", "up", MOVE_BASE + SCROLL_UP, "move", NULL, 0},
    {"Ctrl-D", "half a page down", MOVE_BASE + SCROLL_HALF_DOWN, "move", NULL, 0},
    {"Ctrl-U", "half a page up", MOVE_BASE + SCROLL_HALF_UP, "move", NULL, 0},
    {"PgDn Ctrl-F", "a page down", MOVE_BASE + SCROLL_PAGE_DOWN, "move", NULL, 0},
    {"PgUp Ctrl-B", "a page up", MOVE_BASE + SCROLL_PAGE_UP, "move", NULL, 0},
    {"g Home", "first", MOVE_BASE + SCROLL_FIRST, "move", NULL, 0},
    {"G End", "last", MOVE_BASE + SCROLL_LAST, "move", NULL, 0},
    {0},
};

const struct view *view_named(const char *name)
{
    for (const struct view *const *view = views; *view; view++)
        if (strcmp((*view)->name, name) == 0)
            return *view;
    return NULL;
}

size_t view_key_tables(const struct view *view, const void *state, struct key_table *out)
{
    if (view->key_tables)
        return view->key_tables(state, out);
    out[0] = (struct key_table){view->name, view->keys};
    return 1;
}

bool view_obey(const struct view *view, void *state, struct session *session,
    const struct world *world, const char *command)
{
    char word[32];
    size_t length = strcspn(command, " ");
    if (!view->obey || !length || length >= sizeof word)
        return false;
    memcpy(word, command, length);
    word[length] = '\0';
    const char *rest = command + length;
    return view->obey(state, session, world, word, rest + strspn(rest, " "));
}

int view_movement(const struct event *event)
{
    int action = key_rows_find(view_move_keys, event);
    return action == KEY_NO_ACTION ? -1 : action - MOVE_BASE;
}

enum { LINE_BYTES = 512 };

/* Takes from *AT a line of at most COLS columns, broken at a blank where the text has none of its
 * own. */
static void take_line(const char **at, int cols, char line[LINE_BYTES])
{
    size_t length = strcspn(*at, "\n"), kept = 0;
    for (size_t end = 0; end < length && end < LINE_BYTES - 1;) {
        end += 1 + strcspn(*at + end + 1, " \n");
        size_t tried = end < LINE_BYTES ? end : LINE_BYTES - 1;
        memcpy(line, *at, tried);
        line[tried] = '\0';
        if (kept && grid_text_cols(line) > cols)
            break;
        kept = tried;
    }
    memcpy(line, *at, kept);
    line[kept] = '\0';
    *at += kept ? kept : length;
    *at += **at == '\n' || **at == ' ';
}

void view_say_empty(struct grid *grid, struct rect place, const char *text)
{
    char line[LINE_BYTES];
    int lines = 0, cols = place.cols - 2 > 0 ? place.cols - 2 : place.cols;
    for (const char *at = text; *at; lines++)
        take_line(&at, cols, line);
    int row = place.row + (place.rows - lines) / 2;
    for (const char *at = text; *at; row++) {
        take_line(&at, cols, line);
        int col = place.col + (place.cols - grid_text_cols(line)) / 2;
        if (row >= place.row && row < place.row + place.rows)
            grid_text(
                grid, row, col > place.col ? col : place.col, place.cols, STYLE_IS(MUTED), line);
    }
}
