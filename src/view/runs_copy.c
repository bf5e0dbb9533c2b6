/*
 * Copies a cell, the row or the whole of the runs table, as it is listed.
 * Knows: the state of runs_view.h, copy.h. Must not know: how text reaches a clipboard.
 */
#include "view/runs_view.h"

#include "view/copy_forms.h"

static void order(struct runs_state *state, struct session *session, enum print_format format,
    const struct run_column *columns, size_t column_count, size_t from, size_t count, bool bare)
{
    struct arena arena = {0};
    struct copy_line *lines = ARENA_ARRAY(&arena, struct copy_line, count + 1);
    struct copy *copy = NULL;
    for (size_t i = 0; lines && i < count; i++) {
        size_t members;
        lines[i].row = runs_rows_at(state, from + i, &members)[0];
        lines[i].group = runs_group_at(state, from + i);
        lines[i].is_member = runs_is_member(state, from + i);
    }
    if (lines)
        copy = copy_new(state->runs, columns, column_count, lines, count);
    if (copy) {
        copy->baseline = session->baseline;
        copy->now_s = session->now_s;
        copy->format = format;
        copy->bare = bare;
    }
    session_order(session, errand_copy(copy));
    arena_done(&arena);
}

void runs_copy_cell(struct runs_state *state, struct session *session)
{
    size_t column = runs_cursor_column(state), line = state->table.scroll.cursor;
    if (column == SIZE_MAX || line >= runs_line_count(state))
        return;
    if (state->columns[column].kind == RUN_COLUMN_SPARK)
        session_say(session, "a course has no text: copy a number beside it");
    else
        order(state, session, PRINT_TABLE, &state->columns[column], 1, line, 1, true);
}

bool runs_copy_form(
    struct runs_state *state, struct session *session, const struct event *event)
{
    size_t line = state->table.scroll.cursor, count = runs_line_count(state);
    enum print_format format;
    bool whole;
    if (!copy_form(event, &format, &whole) || (!whole && line >= count))
        return false;
    order(state, session, format, state->columns, state->column_count, whole ? 0 : line,
        whole ? count : 1, false);
    return true;
}
