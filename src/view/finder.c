#include "view/finder.h"

#include "base/json.h"
#include "base/json_writer.h"
#include "screen/frame.h"
#include "screen/fuzzy.h"
#include "view/commands.h"
#include "work/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_ITEMS = 512, WIDEST = 76, TALLEST = 24 };

static const char MEMBER[] = "palette";

struct finder_item {
    const char *text, *right;
    struct finder_choice choice; /* a command's text ends in a blank when it wants more */
};

struct finder_rank {
    int score;
    int recent; /* how long ago it was chosen, 0 the last; FINDER_MOST_RECENT: long ago */
    uint32_t item;
};

void finder_done(struct finder *finder)
{
    arena_done(&finder->arena);
    free(finder->kept);
    *finder = (struct finder){0};
}

/* ---- the items ---- */

static struct finder_item *add_item(
    struct finder *finder, enum finder_kind kind, const char *text, const char *right)
{
    if (finder->item_count == MOST_ITEMS || !text)
        return NULL;
    struct finder_item *item = &finder->items[finder->item_count++];
    *item = (struct finder_item){.text = text, .right = right, .choice = {.kind = kind}};
    return item;
}

/* A table in front of table AT takes the first key of ROW: there it means something else. */
static bool is_hidden(const struct key_table *tables, size_t at, const struct key_row *row)
{
    struct event event = key_row_event(row);
    for (size_t t = 0; t < at; t++)
        for (const struct key_row *other = tables[t].rows; other->keys; other++)
            if (keys_have(other->keys, &event))
                return true;
    return false;
}

static void add_keys(struct finder *finder, const struct remap *remap,
    const struct key_table *tables, size_t count, bool moves)
{
    for (size_t t = 0; t < count; t++) {
        if ((tables[t].rows == view_move_keys) != moves)
            continue;
        const struct key_row *in_force =
            remap ? remap_rows(remap, &tables[t], &finder->arena) : tables[t].rows;
        for (size_t i = 0; tables[t].rows[i].keys; i++) {
            const struct key_row *row = &tables[t].rows[i];
            if (is_hidden(tables, t, row))
                continue;
            const char *first = in_force[i].keys + strspn(in_force[i].keys, " ");
            char *key = arena_copy(&finder->arena, first, strcspn(first, " "));
            struct finder_item *item = add_item(finder, FINDER_KEY, row->does, key);
            if (item)
                item->choice.event = key_row_event(row);
        }
    }
}

static void add_places(struct finder *finder, const struct session *session)
{
    struct arena *arena = &finder->arena;
    for (int i = 0; session->boards && i < session->boards->count; i++) {
        struct finder_item *item = add_item(finder, FINDER_BOARD,
            arena_printf(arena, "dashboard %s", session->boards->items[i].name),
            arena_printf(arena, "%d", i + 1));
        if (item)
            item->choice.number = i;
    }
    for (const struct view *const *view = views; *view; view++) {
        struct finder_item *item =
            *view == &view_board ? NULL
                                 : add_item(finder, FINDER_SCREEN,
                                       arena_printf(arena, "screen %s", (*view)->title), NULL);
        if (item)
            item->choice.view = *view;
    }
}

static void add_command(struct finder *finder, const char *text, const char *right)
{
    struct finder_item *item =
        add_item(finder, FINDER_COMMAND, arena_string(&finder->arena, text), right);
    if (item)
        item->choice.text = item->text;
}

static void add_commands(struct finder *finder, const struct world *world)
{
    char text[FINDER_TEXT_BYTES];
    const char *name;
    for (size_t i = 0; (name = theme_builtin_name(i)); i++) {
        snprintf(text, sizeof text, "theme %s", name);
        add_command(finder, text, NULL);
    }
    for (size_t i = 0; (name = command_word(i)); i++) {
        snprintf(text, sizeof text, "%s ", name);
        add_command(finder, text, command_does(i));
    }
    for (size_t i = 0; world->runs && i < world->runs->column_count; i++) {
        snprintf(text, sizeof text, "sort %s", world->runs->columns[i].title);
        add_command(finder, text, NULL);
    }
}

/* "filter lr<1e-3": a command with something behind it stands for itself. */
static bool is_command(const char *text)
{
    const char *word;
    size_t length = strcspn(text, " ");
    if (!text[length] || !text[length + strspn(text + length, " ")])
        return false;
    for (size_t i = 0; (word = command_word(i)); i++)
        if (strlen(word) == length && strncmp(word, text, length) == 0)
            return true;
    return false;
}

static bool is_listed(const struct finder *finder, const char *text)
{
    for (size_t i = 0; i < finder->item_count; i++)
        if (strcmp(finder->items[i].text, text) == 0)
            return true;
    return false;
}

/* What was typed before can be chosen again. */
static void add_typed(struct finder *finder)
{
    for (size_t i = 0; i < FINDER_MOST_RECENT; i++)
        if (is_command(finder->recent[i]) && !is_listed(finder, finder->recent[i]))
            add_command(finder, finder->recent[i], NULL);
}

/* ---- what matches ---- */

static int compare_ranks(const void *a, const void *b)
{
    const struct finder_rank *p = a, *q = b;
    if (p->score != q->score)
        return p->score > q->score ? -1 : 1;
    if (p->recent != q->recent)
        return p->recent < q->recent ? -1 : 1;
    return p->item < q->item ? -1 : p->item > q->item;
}

static int how_recent(const struct finder *finder, const char *text)
{
    int at = 0;
    while (at < FINDER_MOST_RECENT && strcmp(finder->recent[at], text) != 0)
        at++;
    return at;
}

static void rank(struct finder *finder)
{
    const char *pattern = finder->prompt.text;
    finder->shown_count = 0;
    finder->list.scroll = (struct scroll){0};
    for (size_t i = 0; i < finder->item_count; i++) {
        const struct finder_item *item = &finder->items[i];
        int score = fuzzy_score(pattern, item->text);
        if (score < 0)
            continue;
        finder->shown[finder->shown_count++] =
            (struct finder_rank){score, how_recent(finder, item->text), (uint32_t)i};
    }
    if (finder->shown_count)
        qsort(finder->shown, finder->shown_count, sizeof *finder->shown, compare_ranks);
}

void finder_open(struct finder *finder, const struct remap *remap,
    const struct key_table *tables, size_t count, const struct session *session,
    const struct world *world)
{
    arena_done(&finder->arena);
    finder->items = ARENA_ARRAY(&finder->arena, struct finder_item, MOST_ITEMS);
    finder->shown = ARENA_ARRAY(&finder->arena, struct finder_rank, MOST_ITEMS);
    finder->item_count = finder->shown_count = 0;
    finder->open = finder->items && finder->shown;
    if (!finder->open)
        return;
    add_keys(finder, remap, tables, count, false);
    add_places(finder, session);
    add_commands(finder, world);
    add_typed(finder);
    add_keys(finder, remap, tables, count, true); /* what every hand knows comes last */
    prompt_set(&finder->prompt, "");
    finder->recalled = 0;
    rank(finder);
}

/* ---- what was chosen before ---- */

static void remember(struct finder *finder, const char *text)
{
    size_t length = strlen(text);
    int at = how_recent(finder, text);
    if (length >= sizeof finder->recent[0])
        return; /* half of it would be something else */
    at = at == FINDER_MOST_RECENT ? at - 1 : at;
    memmove(finder->recent[1], finder->recent[0], (size_t)at * sizeof finder->recent[0]);
    memcpy(finder->recent[0], text, length + 1);
}

/* Above the first item the line becomes what was chosen before, and before that; down again, to the
 * empty line. What cannot be done here is passed over. False when that is not what the move means. */
static bool recall(struct finder *finder, enum scroll_move move)
{
    int by = move == SCROLL_UP ? 1 : move == SCROLL_DOWN ? -1 : 0;
    int at = finder->recalled + by;
    if (!by || finder->list.scroll.cursor || (by < 0 && !finder->recalled))
        return false;
    while (at > 0 && at <= FINDER_MOST_RECENT && !is_listed(finder, finder->recent[at - 1]))
        at += by;
    if (at <= FINDER_MOST_RECENT) {
        prompt_set(&finder->prompt, at ? finder->recent[at - 1] : "");
        finder->recalled = at;
        rank(finder);
    }
    return true;
}

void finder_read(struct finder *finder, const char *settings)
{
    struct arena arena = {0};
    const char *text = settings ? settings_member(&arena, settings, MEMBER) : NULL;
    struct json json;
    json_init_memory(&json, text ? text : "[]", text ? strlen(text) : 2);
    size_t count = 0;
    bool list = json_next(&json) == JSON_ARRAY;
    while (list && json_next(&json) == JSON_STRING && count < FINDER_MOST_RECENT) {
        const char *chosen = json_string(&json, &arena);
        prompt_set(&finder->prompt, chosen); /* which makes it harmless */
        snprintf(finder->recent[count], sizeof finder->recent[0], "%.*s",
            (int)sizeof finder->recent[0] - 1, finder->prompt.text);
        count += finder->recent[count][0] != '\0';
    }
    arena_done(&arena);
}

void finder_keep(struct finder *finder, struct session *session)
{
    struct json_writer json;
    struct buf text;
    buf_init(&text, SETTINGS_MOST_BYTES);
    json_writer_init(&json, &text, false);
    json_writer_array(&json);
    for (size_t i = 0; i < FINDER_MOST_RECENT && finder->recent[i][0]; i++)
        json_writer_string(&json, finder->recent[i]);
    json_writer_array_end(&json);
    session_keep_text(session, MEMBER, &text, &finder->kept);
    buf_done(&text);
}

/* ---- choosing ---- */

static const struct finder_item *under_cursor(const struct finder *finder)
{
    size_t at = finder->list.scroll.cursor;
    return at < finder->shown_count ? &finder->items[finder->shown[at].item] : NULL;
}

/* Tab, and Enter on what wants more: its text becomes the line. */
static void complete(struct finder *finder, const struct finder_item *item)
{
    prompt_set(&finder->prompt, item->text);
    rank(finder);
}

static bool wants_more(const struct finder_item *item)
{
    size_t length = strlen(item->text);
    return item->choice.kind == FINDER_COMMAND && length && item->text[length - 1] == ' ';
}

static struct finder_choice accept(struct finder *finder)
{
    const struct finder_item *item = under_cursor(finder);
    struct finder_choice choice = {0};
    /* "theme li" means "theme light", which stands below it; "filter AP>2" means itself. */
    bool is_meant = item && item->choice.kind == FINDER_COMMAND &&
                     strncasecmp(item->text, finder->prompt.text, finder->prompt.length) == 0;
    if (is_command(finder->prompt.text) && !is_meant && !finder->list.scroll.cursor) {
        choice.kind = FINDER_COMMAND;
        choice.text = arena_string(&finder->arena, finder->prompt.text);
        remember(finder, finder->prompt.text);
        finder->open = false;
        return choice.text ? choice : (struct finder_choice){0};
    }
    if (item && wants_more(item)) {
        complete(finder, item);
        return choice;
    }
    finder->open = false;
    if (!item)
        return choice;
    remember(finder, item->text);
    return item->choice;
}

static struct finder_choice act_by_mouse(struct finder *finder, const struct event *event)
{
    size_t at = list_at(&finder->list, event->row, event->col);
    if (event->action == MOUSE_WHEEL)
        scroll_wheel(&finder->list.scroll, event->wheel_rows * 3, finder->shown_count);
    if (event->action == MOUSE_PRESS && at == SIZE_MAX)
        finder->open = false; /* beside it */
    if (event->action != MOUSE_PRESS || at == SIZE_MAX)
        return (struct finder_choice){0};
    finder->list.scroll.cursor = at;
    prompt_set(&finder->prompt, ""); /* the item is meant, not what was typed */
    return accept(finder);
}

/* Moves that do not write: letters belong to the line. */
static int list_move(const struct event *event)
{
    static const struct {
        const char *keys;
        enum scroll_move move;
    } MOVES[] = {{"Up Ctrl-P", SCROLL_UP}, {"Down Ctrl-N", SCROLL_DOWN}, {"PgUp", SCROLL_PAGE_UP},
        {"PgDn", SCROLL_PAGE_DOWN}};
    for (size_t i = 0; i < sizeof MOVES / sizeof *MOVES; i++)
        if (keys_have(MOVES[i].keys, event))
            return MOVES[i].move;
    return -1;
}

struct finder_choice finder_event(struct finder *finder, const struct event *event)
{
    static const struct finder_choice NOTHING = {0};
    int move = list_move(event);
    if (event->kind == EVENT_MOUSE)
        return act_by_mouse(finder, event);
    if (move >= 0) {
        if (!recall(finder, (enum scroll_move)move))
            scroll_move(&finder->list.scroll, (enum scroll_move)move, finder->shown_count);
        return NOTHING;
    }
    if (event->kind == EVENT_KEY && event->key == KEY_TAB) {
        if (under_cursor(finder))
            complete(finder, under_cursor(finder));
        return NOTHING;
    }
    switch (prompt_event(&finder->prompt, event)) {
    case PROMPT_EDITED:
        finder->recalled = 0;
        rank(finder);
        return NOTHING;
    case PROMPT_CANCELLED:
        finder->open = false;
        return NOTHING;
    case PROMPT_ACCEPTED:
        return accept(finder);
    case PROMPT_IGNORED:
    case PROMPT_MOVED:
        break;
    }
    return NOTHING;
}

/* ---- drawing ---- */

static size_t source_count(void *self)
{
    return ((struct finder *)self)->shown_count;
}

static void source_item(void *self, size_t i, struct list_item *out)
{
    const struct finder *finder = self;
    const struct finder_item *item = &finder->items[finder->shown[i].item];
    out->text = item->text;
    out->right = item->right;
    out->style = STYLE_IS(TEXT);
}

void finder_draw(struct finder *finder, struct grid *grid)
{
    struct rect whole = grid_rect(grid);
    int cols = whole.cols - 4 > WIDEST ? WIDEST : whole.cols - 4;
    int rows = whole.rows - 4 > TALLEST ? TALLEST : whole.rows - 4;
    struct list_source source = {finder, source_count, source_item, false};
    finder->list.place = (struct rect){0};
    if (rows < 4 || cols < 12) { /* the line alone, over the keys */
        grid_fill(grid, (struct rect){whole.rows - 1, 0, 1, whole.cols}, STYLE_IS(TEXT), ' ');
        prompt_draw(&finder->prompt, grid, whole.rows - 1, 0, whole.cols, ":");
        return;
    }
    struct rect popup = {2, (whole.cols - cols) / 2, rows, cols};
    struct rect inside = frame_popup(grid, popup, "commands");
    struct rect below = {inside.row + 1, inside.col + 1, inside.rows - 1, inside.cols - 2};
    list_draw(&finder->list, grid, below, &source, true);
    if (!finder->shown_count)
        grid_text(grid, below.row, below.col, below.cols, STYLE_IS(MUTED),
            is_command(finder->prompt.text) ? "Enter does it" : "nothing is called so");
    prompt_draw(&finder->prompt, grid, inside.row, inside.col, inside.cols - 1, ": ");
}
