/*
 * What the runs table asks in a line: filter, search, computed column, tags, note; with completion.
 * Knows: the state of runs_view.h, prompts, expressions being typed. Must not know: cells, columns'
 * places.
 */
#include "view/runs_view.h"

#include "base/text.h"
#include "screen/statusline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_MEANT = SESSION_MOST_SELECTED };

/* ---- what the line is about ---- */

size_t runs_meant(const struct runs_state *state, const struct session *session,
    const struct run_row **out, size_t most)
{
    size_t count, kept = 0;
    const uint32_t *rows = runs_rows_at(state, state->table.scroll.cursor, &count);
    bool all = count > 0;
    for (size_t i = 0; all && i < count; i++)
        all = session_is_selected(session, state->runs->rows[rows[i]].id);
    for (size_t i = 0; all && i < session->selected_count && kept < most; i++) {
        const struct run_row *run = runs_find(state->runs, session->selected[i]);
        if (run)
            out[kept++] = run;
    }
    for (size_t i = 0; !all && i < count && kept < most; i++)
        out[kept++] = &state->runs->rows[rows[i]];
    return kept;
}

static bool has_word(const char *words, const char *word, size_t length)
{
    for (const char *at = words ? words : ""; *at;) {
        at += strspn(at, " ,");
        size_t is = strcspn(at, " ,");
        if (is && is == length && strncasecmp(at, word, length) == 0)
            return true;
        at += is;
    }
    return false;
}

static void add_word(char *out, size_t out_bytes, const char *word, size_t length)
{
    size_t used = strlen(out);
    snprintf(out + used, out_bytes - used, "%s%.*s", used ? " " : "", (int)length, word);
}

/* The words of WORDS that all of the COUNT runs have as tags. */
static void common_tags(
    const struct run_row *const *runs, size_t count, char *out, size_t out_bytes)
{
    out[0] = '\0';
    for (const char *at = count && runs[0]->tags ? runs[0]->tags : ""; *at;) {
        at += strspn(at, " ");
        size_t length = strcspn(at, " ");
        bool all = length > 0;
        for (size_t i = 1; all && i < count; i++)
            all = has_word(runs[i]->tags, at, length);
        if (all)
            add_word(out, out_bytes, at, length);
        at += length;
    }
}

static void common_note(
    const struct run_row *const *runs, size_t count, char *out, size_t out_bytes)
{
    snprintf(out, out_bytes, "%s", count && runs[0]->note ? runs[0]->note : "");
    for (size_t i = 1; i < count; i++)
        if (!text_same(runs[i]->note, runs[0]->note))
            out[0] = '\0';
}

/* The tags that RUN has in the end: what was common and is gone from the line goes, the rest stays.
 */
static const char *tags_after(
    const struct runs_state *state, const struct run_row *run, struct arena *arena)
{
    char tags[PROMPT_BYTES + REMARK_TAGS * REMARK_TAG_BYTES] = "";
    const char *const lists[] = {run->tags ? run->tags : "", state->prompt.text};
    for (size_t i = 0; i < 2; i++)
        for (const char *at = lists[i]; *at;) {
            at += strspn(at, " ,");
            size_t length = strcspn(at, " ,");
            bool goes = i == 0 && has_word(state->remark_before, at, length) &&
                        !has_word(state->prompt.text, at, length);
            if (length && !goes && !has_word(tags, at, length))
                add_word(tags, sizeof tags, at, length);
            at += length;
        }
    return arena_string(arena, tags);
}

static void keep_remarks(struct runs_state *state, struct session *session)
{
    struct arena arena = {0};
    size_t most = state->runs->count < MOST_MEANT ? state->runs->count : MOST_MEANT;
    const struct run_row **runs = ARENA_ARRAY(&arena, const struct run_row *, most + 1);
    struct remark *remarks = ARENA_ARRAY(&arena, struct remark, most + 1);
    size_t count = runs && remarks ? runs_meant(state, session, runs, most) : 0;
    bool tags = state->asking == RUNS_ASKING_TAGS;
    const char *done = state->prompt.length ? "noted on" : "taken off";
    for (size_t i = 0; i < count; i++)
        remarks[i] = (struct remark){.directory = runs[i]->directory,
            .tags = tags ? tags_after(state, runs[i], &arena) : NULL,
            .note = tags ? NULL : state->prompt.text};
    if (count == 1)
        session_say(session, "%s %.100s", done, runs[0]->shown);
    else if (count)
        session_say(session, "%s %zu runs", done, count);
    if (count)
        session_order(session, errand_remark(remarks, count));
    arena_done(&arena);
}

/* ---- completion ---- */

static bool is_completed(const struct runs_state *state)
{
    return state->asking == RUNS_ASKING_FILTER || state->asking == RUNS_ASKING_COMPUTE;
}

static void find_candidates(struct runs_state *state)
{
    struct runs_completion *c = &state->completion;
    arena_done(&c->arena);
    c->count = 0;
    c->chosen = SIZE_MAX;
    if (!is_completed(state))
        return;
    memcpy(c->base, state->prompt.text, sizeof c->base);
    c->count = runs_complete(state->runs, c->base, state->prompt.cursor, &c->arena, &c->typed,
        c->items, RUNS_CANDIDATES);
    size_t length = c->typed.to - c->typed.from;
    if (c->count == 1 && strlen(c->items[0].text) == length &&
        strncmp(c->items[0].text, c->base + c->typed.from, length) == 0)
        c->count = 0; /* it stands there already */
}

/* Puts the next candidate (the one before: BY -1) in the place of the word that was typed. */
static bool take_candidate(struct runs_state *state, int by)
{
    struct runs_completion *c = &state->completion;
    char text[2 * PROMPT_BYTES];
    if (!c->count)
        return false;
    if (c->chosen == SIZE_MAX)
        c->chosen = by > 0 ? 0 : c->count - 1;
    else
        c->chosen = (c->chosen + c->count + (size_t)by) % c->count;
    const char *word = c->items[c->chosen].text;
    snprintf(text, sizeof text, "%.*s%s", (int)c->typed.from, c->base, word);
    size_t cursor = strlen(text);
    snprintf(text + cursor, sizeof text - cursor, "%s", c->base + c->typed.to);
    prompt_set(&state->prompt, text);
    state->prompt.cursor = cursor < state->prompt.length ? cursor : state->prompt.length;
    return true;
}

/* ---- answers ---- */

void runs_remember_cursor(struct runs_state *state, struct session *session)
{
    const struct run_row *run = runs_cursor(state);
    state->cursor_run = run ? run->id : 0;
    state->cursor_on_head = runs_group_at(state, state->table.scroll.cursor) != NULL;
    session->current = run ? run->id : session->current;
}

/* By its path, by what is shown instead, or by its title or id. */
static bool is_called(const struct run_row *run, const char *text)
{
    return text_contains(run->name, text) || text_contains(run->shown, text) ||
           (run->title && text_contains(run->title, text)) ||
           (run->label_id && text_contains(run->label_id, text));
}

/* A head is called by its label, and while it is closed by what is in it. */
static bool line_is_called(const struct runs_state *state, size_t line, const char *text)
{
    size_t count;
    const struct run_group *group = runs_group_at(state, line);
    const uint32_t *rows = runs_rows_at(state, line, &count);
    if (group && text_contains(group->label, text))
        return true;
    for (size_t i = 0; i < count && !(group && runs_is_open(state, line)); i++)
        if (is_called(&state->runs->rows[rows[i]], text))
            return true;
    return false;
}

void runs_search(struct runs_state *state, struct session *session, int direction)
{
    size_t count = runs_line_count(state);
    for (size_t i = 1; state->search[0] && i <= count; i++) {
        size_t step = direction > 0 ? i : count - i;
        size_t line = (state->table.scroll.cursor + step) % count;
        if (line_is_called(state, line, state->search)) {
            state->table.scroll.cursor = line;
            return;
        }
    }
    session_say(session, "no name holds \"%.100s\"", state->search);
}

static bool compute(struct runs_state *state, struct session *session)
{
    struct err err = {0};
    size_t entry;
    if (!runs_compute(state, state->prompt.text, &entry, &err)) {
        session_say(session, "%s", err.text);
        return false;
    }
    runs_filter(state, session); /* binds it to the runs that are listed */
    for (size_t i = 0; i < state->column_count; i++)
        if (state->entries[i] == entry)
            state->table.column = (int)i + RUNS_MARK_COLUMNS;
    return true;
}

/* "best AP where ms_per_image<50" is an order, and no filter. */
static const char *ranking_in(const char *text)
{
    static const char BEST[] = "best ";
    bool is = strncmp(text, BEST, sizeof BEST - 1) == 0 && strstr(text, " where ");
    return is ? text + sizeof BEST - 1 : NULL;
}

/* False when the line is to stay open, for it means nothing. */
static bool accept(struct runs_state *state, struct session *session)
{
    const char *text = state->prompt.text, *ranking = ranking_in(text);
    switch (state->asking) {
    case RUNS_ASKING_FILTER:
        return ranking ? runs_rank(state, session, ranking) : runs_set_filter(state, session, text);
    case RUNS_ASKING_COMPUTE:
        return !text[strspn(text, " ")] || compute(state, session);
    case RUNS_ASKING_SEARCH:
        memcpy(state->search, text, state->prompt.length + 1);
        runs_search(state, session, 1);
        runs_remember_cursor(state, session);
        return true;
    default:
        keep_remarks(state, session);
        return true;
    }
}

/* Says what is wrong with what is being typed. */
static void check(struct runs_state *state, struct session *session)
{
    struct arena arena = {0};
    struct run_column column;
    struct err err = {0};
    const char *text = state->prompt.text;
    if (text[strspn(text, " ")] && !runs_parse_column(state->runs, &arena, text, &column, &err))
        session_say(session, "%s", err.text);
    arena_done(&arena);
}

/* Where the word begins that may yet become a name or a function: until it is one, or none, it is
 * no search. Else where the line ends. */
static size_t settled_bytes(const struct runs_state *state)
{
    const struct runs_completion *c = &state->completion;
    size_t length = c->typed.to - c->typed.from;
    bool at_end = c->typed.to == state->prompt.length && length && !c->typed.of;
    if (c->chosen != SIZE_MAX && c->items[c->chosen].kind != EXPR_WORD_VALUE &&
        state->prompt.cursor == state->prompt.length)
        return c->typed.from;
    for (size_t i = 0; at_end && i < c->count; i++)
        if (c->items[i].kind != EXPR_WORD_VALUE &&
            strncasecmp(c->items[i].text, c->base + c->typed.from, length) == 0)
            return c->typed.from;
    return state->prompt.length;
}

/* The table follows every key. */
static void follow_typing(struct runs_state *state, struct session *session)
{
    session->message[0] = '\0';
    if (state->asking == RUNS_ASKING_COMPUTE)
        check(state, session);
    if (state->asking != RUNS_ASKING_FILTER)
        return;
    if (ranking_in(state->prompt.text)) {
        session_say(session, "Enter puts the best on top");
        return;
    }
    size_t length = settled_bytes(state);
    memcpy(state->filter, state->prompt.text, length);
    state->filter[length] = '\0';
    runs_filter(state, session);
}

/* Esc takes the filter off. */
static void cancel(struct runs_state *state, struct session *session)
{
    if (state->asking != RUNS_ASKING_FILTER)
        return;
    state->filter[0] = '\0';
    runs_filter(state, session);
    session->message[0] = '\0';
}

enum view_outcome runs_answer(
    struct runs_state *state, struct session *session, const struct event *event)
{
    if (event->kind == EVENT_KEY && event->key == KEY_TAB && is_completed(state)) {
        if (take_candidate(state, event->mods & KEY_SHIFT ? -1 : 1))
            follow_typing(state, session);
        return VIEW_STAYED;
    }
    enum prompt_answer answer = prompt_event(&state->prompt, event);
    switch (answer) {
    case PROMPT_IGNORED:
        return event->kind == EVENT_KEY ? VIEW_STAYED : VIEW_IGNORED;
    case PROMPT_MOVED:
        find_candidates(state);
        return VIEW_STAYED;
    case PROMPT_EDITED:
        find_candidates(state);
        follow_typing(state, session);
        return VIEW_STAYED;
    case PROMPT_CANCELLED:
        cancel(state, session);
        state->asking = RUNS_ASKING_NOTHING;
        return VIEW_STAYED;
    case PROMPT_ACCEPTED:
        if (accept(state, session))
            state->asking = RUNS_ASKING_NOTHING;
        return VIEW_STAYED;
    }
    return VIEW_STAYED;
}

void runs_ask(struct runs_state *state, struct session *session, enum runs_asking asking)
{
    struct arena arena = {0};
    size_t most = state->runs->count < MOST_MEANT ? state->runs->count : MOST_MEANT;
    const struct run_row **runs = ARENA_ARRAY(&arena, const struct run_row *, most + 1);
    size_t count = runs ? runs_meant(state, session, runs, most) : 0;
    char text[PROMPT_BYTES] = "";
    state->asking = asking;
    memcpy(state->filter_before, state->filter, sizeof state->filter);
    if (asking == RUNS_ASKING_FILTER)
        memcpy(text, state->filter, sizeof state->filter);
    else if (asking == RUNS_ASKING_TAGS)
        common_tags(runs, count, text, sizeof text);
    else if (asking == RUNS_ASKING_NOTE)
        common_note(runs, count, text, sizeof text);
    prompt_set(&state->prompt, text);
    memcpy(state->remark_before, state->prompt.text, sizeof state->remark_before);
    find_candidates(state);
    arena_done(&arena);
}

/* ---- drawing ---- */

/* Only where something was typed: all that could be is too much to read. */
static void draw_candidates(const struct runs_state *state, struct grid *grid, struct rect place)
{
    const struct runs_completion *c = &state->completion;
    bool wanted = c->typed.to > c->typed.from || c->typed.of || c->chosen != SIZE_MAX;
    struct status_part parts[RUNS_CANDIDATES + 1] = {{"Tab", STYLE_IS(KEY), 1, false}};
    for (size_t i = 0; i < c->count; i++)
        parts[i + 1] = (struct status_part){.text = c->items[i].text,
            .style = i == c->chosen                           ? STYLE_IS(ACCENT)
                     : c->items[i].kind == EXPR_WORD_FUNCTION ? STYLE_IS(MUTED)
                                                              : STYLE_IS(TEXT),
            .rank = (int)i + 1};
    if (!wanted || !c->count || place.rows < 2)
        return;
    grid_fill(grid, (struct rect){place.row + 1, place.col, 1, place.cols}, STYLE_IS(PROMPT), ' ');
    statusline_draw(grid, place.row + 1, place.col + 1, place.cols - 2, parts, c->count + 1);
}

/* "tags of 3 runs " */
static void print_label(
    const struct runs_state *state, const struct session *session, char *out, size_t out_bytes)
{
    static const char *const LABELS[] = {[RUNS_ASKING_FILTER] = "filter ",
        [RUNS_ASKING_COMPUTE] = "= ",
        [RUNS_ASKING_SEARCH] = "/",
        [RUNS_ASKING_TAGS] = "tags ",
        [RUNS_ASKING_NOTE] = "note "};
    struct arena arena = {0};
    bool remark = state->asking == RUNS_ASKING_TAGS || state->asking == RUNS_ASKING_NOTE;
    const struct run_row **runs =
        remark ? ARENA_ARRAY(&arena, const struct run_row *, state->runs->count + 1) : NULL;
    size_t count = runs ? runs_meant(state, session, runs, state->runs->count) : 0;
    if (count > 1)
        snprintf(out, out_bytes, "%sof %zu runs ", LABELS[state->asking], count);
    else
        snprintf(out, out_bytes, "%s", LABELS[state->asking]);
    arena_done(&arena);
}

void runs_ask_draw(const struct runs_state *state, const struct session *session, struct grid *grid,
    struct rect place)
{
    char label[48];
    print_label(state, session, label, sizeof label);
    prompt_draw(&state->prompt, grid, place.row, place.col + 1, place.cols - 2, label);
    if (is_completed(state))
        draw_candidates(state, grid, place);
}
