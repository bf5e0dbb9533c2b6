/*
 * Ranking under a constraint: "AP where ms_per_image<50" puts the best on top of those that hold.
 * Knows: the state of runs_view.h, its list and layout. Must not know: events, how it is drawn.
 */
#include "view/runs_view.h"

#include <stdio.h>
#include <string.h>

/* "AP where ms<50": how long "AP" is, and where "ms<50" begins; false when it is no such thing. */
static bool split_ranking(const char *text, size_t *length, const char **where)
{
    static const char WHERE[] = " where ";
    const char *at = strstr(text, WHERE);
    *length = at ? (size_t)(at - text) : strlen(text);
    *where = at ? at + sizeof WHERE - 1 : "";
    while (*length && text[*length - 1] == ' ')
        --*length;
    return *length > 0;
}

static void say_ranking(
    struct runs_state *state, struct session *session, const struct run_column *column)
{
    char text[64], where[160] = "";
    struct run_spread spread;
    struct run_value value = {0};
    const struct run_row *run = runs_run_at(state, 0);
    if (state->good[0])
        snprintf(where, sizeof where, " where %.140s", state->good);
    if (run)
        value = runs_value_at(state, 0, column, NULL, session->now_s, &spread);
    if (!value.known) { /* points of a mean are being read, or there are none */
        session_say(session, "no run%s has %.60s%s", where, column->title,
            run && catalogue_is_computed(column) ? " yet" : "");
        return;
    }
    run_value_print(&value, column, text, sizeof text);
    session_say(session, "best %.60s%s: %s, %.100s (%zu of %zu runs)", column->title, where, text,
        runs_group_at(state, 0) ? runs_group_at(state, 0)->label : run->shown, state->count,
        state->runs->count);
}

/* NAME has a best, and the filter WHERE means something. */
static bool check_ranking(
    const struct runs_state *state, const char *name, const char *where, struct err *err)
{
    struct arena arena = {0};
    struct run_column column;
    bool ok = runs_parse_column(state->runs, &arena, name, &column, err);
    if (ok && column.better == BETTER_NEITHER && !catalogue_is_computed(&column))
        ok = err_set(err, ERR_USAGE, "nothing says which values of %.60s are the best", name);
    ok = ok && runs_parse_filter(state->runs, &arena, where, err);
    arena_done(&arena);
    return ok;
}

bool runs_rank(struct runs_state *state, struct session *session, const char *text)
{
    struct err err = {0};
    char name[PROMPT_BYTES];
    size_t length, entry;
    const char *where;
    if (!split_ranking(text, &length, &where) || length >= sizeof name) {
        session_say(session, "best wants a column: best AP where ms_per_image<50");
        return false;
    }
    memcpy(name, text, length);
    name[length] = '\0';
    if (!check_ranking(state, name, where, &err) || !runs_compute(state, name, &entry, &err)) {
        session_say(session, "best: %s", err.text);
        return false;
    }
    layout_rank_by(&state->layout, &state->layout.entries[entry].of.column);
    state->cursor_run = 0;
    snprintf(state->filter, sizeof state->filter, "%s", where);
    runs_filter(state, session);
    state->table.scroll.cursor = 0;
    scroll_fit(&state->table.scroll, runs_line_count(state), state->table.scroll.visible);
    struct run_key keys[LAYOUT_MOST_SORTS];
    if (layout_keys(&state->layout, keys))
        say_ranking(state, session, &keys[0].column);
    return true;
}
